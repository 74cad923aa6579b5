//! What whoever sets up a LiveKit wants to know of it: its clock, how it counts who is in a room, where encoders
//! connect. Nothing here is asked while serving, but by admins.

use std::time::{Duration, SystemTime};

use livekit_api::services::ingress::IngressListFilter;
use livekit_protocol::IngressInput;

use super::{CallError, LiveKit};
use crate::domain::id::StreamId;

impl LiveKit {
    /// How far LiveKit's clock is from this one, to a second; `None` when it does not say.
    ///
    /// # Errors
    /// When LiveKit does not answer.
    pub async fn find_clock_skew(&self) -> Result<Option<Duration>, CallError> {
        let date = self.twirp.find_date().await?;
        let theirs = date.and_then(|date| httpdate::parse_http_date(&date).ok());
        let ours = SystemTime::now();
        Ok(theirs.map(|theirs| ours.duration_since(theirs).unwrap_or_else(|ahead| ahead.duration())))
    }

    /// Whether LiveKit asks the node that holds a room who is in it (`enable_psrpc_for_get_list_participants`), by
    /// asking about a room that nobody holds: a node would have to answer, so it says `unavailable`.
    ///
    /// # Errors
    /// When LiveKit does not answer, or refuses.
    pub async fn asks_the_nodes(&self, nowhere: &StreamId) -> Result<bool, CallError> {
        match self.list_participants(nowhere).await {
            Err(CallError::Unavailable(_)) => Ok(true),
            Ok(_) | Err(CallError::NotFound(_)) => Ok(false),
            Err(error) => Err(error),
        }
    }

    /// Where encoders connect, each address once; not where an ingress that somebody else made fetches a stream from.
    /// It answers at all only where there is an ingress service.
    ///
    /// # Errors
    /// When LiveKit does not answer, or refuses.
    pub async fn list_ingress_addresses(&self) -> Result<Vec<String>, CallError> {
        let made = self.calls.measured("ListIngress", self.ingress.list_ingress(IngressListFilter::All)).await?;
        let waits = made.into_iter().filter(|one| one.input_type() != IngressInput::UrlInput);
        let mut addresses: Vec<String> = waits.map(|one| one.url).filter(|url| !url.is_empty()).collect();
        addresses.sort_unstable();
        addresses.dedup();
        Ok(addresses)
    }

    /// Ends a room; everybody in it is put out.
    ///
    /// # Errors
    /// When LiveKit does not answer, or refuses.
    pub async fn delete_room(&self, room: &StreamId) -> Result<(), CallError> {
        match self.calls.measured("DeleteRoom", self.rooms.delete_room(room.as_str())).await {
            Ok(()) | Err(CallError::NotFound(_)) => Ok(()),
            Err(error) => Err(error),
        }
    }
}
