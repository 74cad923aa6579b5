//! Rooms: who is in one and who is put out of it, the metadata that all in it get, and the lines of the chat that are
//! sent into it.
//!
//! A room that LiveKit cannot speak of is unknown, and not empty. Who somebody is, is read from their identity alone,
//! which our tokens set.

use std::collections::BTreeSet;

use livekit_api::services::room::{CreateRoomOptions, SendDataOptions};
use livekit_protocol::{
    ParticipantInfo, data_packet,
    participant_info::{Kind, State},
};

use super::{CallError, LiveKit, tokens};
use crate::domain::{
    id::{StreamId, UserId},
    timestamp::Timestamp,
};

/// What packets with lines of the chat are marked with.
const CHAT_TOPIC: &str = "chat";

/// What a look into a room shows.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Seen {
    /// LiveKit cannot say: it does not answer.
    Unknown,
    /// Nobody is sending.
    OffAir,
    /// An encoder is there, or the creator's own browser is sending.
    OnAir {
        /// Its participant; the encoder's, if both are there.
        sid: String,
        /// What that participant is called.
        sender: String,
        /// Whoever is neither sending nor the creator, by connections.
        watchers: Vec<Watcher>,
        /// What everybody is called who is neither sending nor the creator.
        strangers: Vec<String>,
        /// An encoder is there, and the creator's browser still is too.
        has_both: bool,
    },
}

/// A viewer's connection to a room.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Watcher {
    /// Its participant.
    pub sid: String,
    /// Who it is.
    pub person: String,
    /// Since when, if LiveKit says.
    pub joined_at: Option<Timestamp>,
    /// It is not only on its way in.
    pub is_there: bool,
}

impl Watcher {
    /// As LiveKit tells of them.
    pub(super) fn of(one: &ParticipantInfo) -> Self {
        let ms = if one.joined_at_ms > 0 { one.joined_at_ms } else { one.joined_at.saturating_mul(1000) };
        Self {
            sid: one.sid.clone(),
            person: tokens::person(&one.identity).to_owned(),
            joined_at: (ms > 0).then_some(Timestamp(ms)),
            is_there: one.state() == State::Active,
        }
    }
}

/// How many people these are.
pub fn people(watchers: &[Watcher]) -> u32 {
    let people: BTreeSet<&str> = watchers.iter().filter(|one| one.is_there).map(|one| one.person.as_str()).collect();
    u32::try_from(people.len()).unwrap_or(u32::MAX)
}

impl LiveKit {
    /// Who is in the stream's room: the truth about being on air. `unavailable` while the room service itself answers
    /// means that no node holds the room, and so nobody is in it.
    pub async fn look(&self, stream: &StreamId, creator: &UserId) -> Seen {
        match self.find_participants(stream).await {
            Ok(Some(participants)) => seen(&participants, creator),
            Ok(None) => Seen::OffAir,
            Err(error) => {
                tracing::debug!(%error, %stream, "a room could not be looked into");
                Seen::Unknown
            }
        }
    }

    /// Whether an encoder is in the stream's room.
    ///
    /// # Errors
    /// When LiveKit does not answer, or refuses.
    pub async fn has_encoder(&self, stream: &StreamId) -> Result<bool, CallError> {
        let participants = self.find_participants(stream).await?.unwrap_or_default();
        Ok(participants.iter().any(|one| one.kind() == Kind::Ingress))
    }

    /// Who is in the room; `None` when there is no such room.
    async fn find_participants(&self, stream: &StreamId) -> Result<Option<Vec<ParticipantInfo>>, CallError> {
        match self.list_participants(stream).await {
            Ok(participants) => Ok(Some(participants)),
            Err(CallError::NotFound(_)) => Ok(None),
            Err(CallError::Unavailable(_)) if self.is_reachable().await => Ok(None),
            Err(error) => Err(error),
        }
    }

    pub(super) async fn list_participants(&self, room: &StreamId) -> Result<Vec<ParticipantInfo>, CallError> {
        self.calls.measured("ListParticipants", self.rooms.list_participants(room.as_str())).await
    }

    /// Makes the stream's room, with metadata from its first moment on. One that is there goes on as it is.
    ///
    /// # Errors
    /// When LiveKit does not answer, or refuses.
    pub async fn make_room(&self, stream: &StreamId, metadata: String) -> Result<(), CallError> {
        let options = CreateRoomOptions { metadata, ..Default::default() };
        self.calls.measured("CreateRoom", self.rooms.create_room(stream.as_str(), options)).await?;
        Ok(())
    }

    /// Puts the creator's own browser out of the room. One that is not there counts as put out.
    ///
    /// # Errors
    /// When LiveKit does not answer, or refuses.
    pub async fn remove_browser(&self, stream: &StreamId, creator: &UserId) -> Result<(), CallError> {
        self.remove(stream, &tokens::browser_identity(creator)).await
    }

    /// Whether LiveKit answers.
    pub async fn is_reachable(&self) -> bool {
        self.list_rooms().await.is_ok()
    }

    /// The names of all rooms.
    ///
    /// # Errors
    /// When LiveKit does not answer, or refuses.
    pub async fn list_rooms(&self) -> Result<Vec<String>, CallError> {
        let rooms = self.calls.measured("ListRooms", self.rooms.list_rooms(vec![])).await?;
        Ok(rooms.into_iter().map(|room| room.name).collect())
    }

    /// Replaces the metadata that everybody in the room gets.
    ///
    /// # Errors
    /// When LiveKit does not answer, or there is no such room.
    pub async fn set_metadata(&self, stream: &StreamId, metadata: &str) -> Result<(), CallError> {
        let told = self.rooms.update_room_metadata(stream.as_str(), metadata);
        self.calls.measured("UpdateRoomMetadata", told).await?;
        Ok(())
    }

    /// Removes somebody from the room. Who is not there counts as removed: LiveKit waits seconds for the answer of one
    /// that has just left, and may then give none in time.
    ///
    /// # Errors
    /// When LiveKit does not answer, or refuses, and they are still there.
    pub async fn remove(&self, stream: &StreamId, identity: &str) -> Result<(), CallError> {
        let removed = self.rooms.remove_participant(stream.as_str(), identity);
        let error = match self.calls.measured("RemoveParticipant", removed).await {
            Ok(()) | Err(CallError::NotFound(_)) => return Ok(()),
            Err(error @ CallError::Refused(_)) => return Err(error),
            Err(error) => error,
        };
        match self.find_participants(stream).await {
            Ok(there) if !there.iter().flatten().any(|one| one.identity == identity) => Ok(()),
            _ => Err(error),
        }
    }

    /// Sends lines of the chat to everybody in the room: in order, and again until each has them.
    ///
    /// # Errors
    /// When LiveKit does not answer, or there is no such room.
    pub async fn send_chat(&self, stream: &StreamId, lines: Vec<u8>) -> Result<(), CallError> {
        let options = SendDataOptions {
            kind: data_packet::Kind::Reliable,
            topic: Some(CHAT_TOPIC.to_owned()),
            ..Default::default()
        };
        self.calls.measured("SendData", self.rooms.send_data(stream.as_str(), lines, options)).await
    }
}

fn seen(participants: &[ParticipantInfo], creator: &UserId) -> Seen {
    let encoder = participants.iter().find(|one| one.kind() == Kind::Ingress);
    let browser_identity = tokens::browser_identity(creator);
    let browser = participants.iter().find(|one| one.identity == browser_identity);
    // A browser that is there and sends nothing yet is not on air.
    let Some(sender) = encoder.or(browser.filter(|one| !one.tracks.is_empty())) else { return Seen::OffAir };
    let others = || {
        let is_stranger = |one: &&ParticipantInfo| tokens::person(&one.identity) != creator.as_str();
        participants.iter().filter(|one| one.kind() == Kind::Standard).filter(is_stranger)
    };
    Seen::OnAir {
        sid: sender.sid.clone(),
        sender: sender.identity.clone(),
        watchers: others().map(Watcher::of).collect(),
        strangers: others().map(|one| one.identity.clone()).collect(),
        has_both: encoder.is_some() && browser.is_some(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn participant(kind: Kind, identity: &str, state: State) -> ParticipantInfo {
        ParticipantInfo {
            sid: format!("PA_{identity}"),
            identity: identity.to_owned(),
            kind: kind as i32,
            state: state as i32,
            ..Default::default()
        }
    }

    fn watcher(identity: &str, is_there: bool) -> Watcher {
        let person = tokens::person(identity).to_owned();
        Watcher { sid: format!("PA_{identity}"), person, joined_at: None, is_there }
    }

    #[test]
    fn people_are_counted_not_connections_and_never_the_creator() {
        let creator = UserId("ann".into());
        let participants = [
            participant(Kind::Ingress, "ann", State::Active),
            participant(Kind::Standard, "ann#1", State::Active),
            participant(Kind::Standard, "bob#1", State::Active),
            participant(Kind::Standard, "bob#2", State::Active),
            participant(Kind::Standard, "eve#1", State::Joined),
            participant(Kind::Standard, "guest#1", State::Active),
        ];
        let all = ["bob#1", "bob#2", "eve#1", "guest#1"];
        let watchers: Vec<Watcher> = all.map(|one| watcher(one, one != "eve#1")).to_vec();
        assert_eq!(people(&watchers), 2);
        let strangers = all.map(String::from).to_vec();
        let expected = Seen::OnAir { sid: "PA_ann".into(), sender: "ann".into(), watchers, strangers, has_both: false };
        assert_eq!(seen(&participants, &creator), expected);
        assert_eq!(seen(&participants[1..], &creator), Seen::OffAir);
    }

    #[test]
    fn the_creators_browser_is_on_air_once_it_sends_and_gives_way_to_an_encoder() {
        let creator = UserId("ann".into());
        let encoder = participant(Kind::Ingress, "ann", State::Active);
        let mut browser = participant(Kind::Standard, "ann~browser", State::Active);
        let others = ["bob~browser", "ann#1"].map(|identity| participant(Kind::Standard, identity, State::Active));
        let look = |sender: &[&ParticipantInfo]| {
            let all: Vec<_> = sender.iter().copied().chain(&others).cloned().collect();
            seen(&all, &creator)
        };
        assert_eq!(look(&[&browser]), Seen::OffAir);
        browser.tracks.push(livekit_protocol::TrackInfo::default());
        let on_air = |sid: &str, has_both| Seen::OnAir {
            sid: sid.into(),
            sender: sid.trim_start_matches("PA_").into(),
            watchers: vec![watcher("bob~browser", true)],
            strangers: vec!["bob~browser".into()],
            has_both,
        };
        assert_eq!(look(&[&browser]), on_air("PA_ann~browser", false));
        assert_eq!(look(&[&browser, &encoder]), on_air("PA_ann", true));
    }
}
