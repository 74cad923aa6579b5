//! Tokens for players: they can watch one room, unseen by the others in it, and do nothing else.

use std::time::Duration;

use livekit_api::access_token::{AccessToken, VideoGrants};

use super::LiveKit;
use crate::domain::{channel::RoomToken, id::StreamId};

/// How long a token is good for connecting. LiveKit renews it for who is connected.
const LIFETIME: Duration = Duration::from_secs(5 * 60);
/// Stands between the person and the tab in an identity.
const TAB_MARK: char = '#';

/// The person behind an identity.
pub fn person(identity: &str) -> &str {
    identity.split_once(TAB_MARK).map_or(identity, |(person, _)| person)
}

impl LiveKit {
    /// A token to watch with. `person` is an account's id, or a guest's; each tab gets an identity of its own, since
    /// LiveKit throws out the first one of two that are the same.
    ///
    /// # Errors
    /// When it cannot be signed.
    pub fn watch_token(&self, stream: &StreamId, person: &str) -> Result<RoomToken, String> {
        let identity = format!("{person}{TAB_MARK}{:08x}", rand::random::<u32>());
        let grants = VideoGrants {
            room_join: true,
            room: stream.to_string(),
            can_subscribe: Some(true),
            can_publish: Some(false),
            can_publish_data: Some(false),
            can_update_own_metadata: Some(false),
            hidden: true,
            ..Default::default()
        };
        let token = AccessToken::with_api_key(&self.config.api_key, &self.config.api_secret)
            .with_identity(&identity)
            .with_ttl(LIFETIME)
            .with_grants(grants)
            .to_jwt()
            .map_err(|error| error.to_string())?;
        Ok(RoomToken { url: self.config.public_url.clone(), token, identity })
    }
}
