//! Tokens. A viewer's can watch one room, unseen by the others in it, and do nothing else; a creator's own browser can
//! send picture and sound into one room, and do nothing else.

use std::time::Duration;

use livekit_api::access_token::{AccessToken, VideoGrants};

use super::LiveKit;
use crate::domain::{
    channel::RoomToken,
    id::{StreamId, UserId},
};

/// How long a token is good for connecting. LiveKit renews it for who is connected.
const LIFETIME: Duration = Duration::from_secs(5 * 60);
/// Stands between the person and the tab in an identity.
const TAB_MARK: char = '#';
/// Ends the identity of a creator's own browser that sends. A viewer's identity ends in the number of its tab, so that
/// none can be such a one. There is one for each creator: the second of two that are the same throws out the first.
const BROWSER_MARK: &str = "~browser";
/// What a creator's browser may send, in LiveKit's words.
const BROWSER_SOURCES: [&str; 4] = ["camera", "microphone", "screen_share", "screen_share_audio"];

/// The person behind an identity.
pub fn person(identity: &str) -> &str {
    let person = identity.split_once(TAB_MARK).map_or(identity, |(person, _)| person);
    person.strip_suffix(BROWSER_MARK).unwrap_or(person)
}

/// What the creator's own browser is called while it sends.
pub fn browser_identity(creator: &UserId) -> String {
    format!("{creator}{BROWSER_MARK}")
}

/// The creator whose browser that is, if it is one that sends.
pub fn find_browser_owner(identity: &str) -> Option<UserId> {
    identity.strip_suffix(BROWSER_MARK).map(|creator| UserId(creator.to_owned()))
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
        self.sign(identity, grants)
    }

    /// A token for the creator's own browser to send with. It is seen by the others in the room, which is how players
    /// get to know of it.
    ///
    /// # Errors
    /// When it cannot be signed.
    pub fn browser_token(&self, stream: &StreamId, creator: &UserId) -> Result<RoomToken, String> {
        let grants = VideoGrants {
            room_join: true,
            room: stream.to_string(),
            can_subscribe: Some(false),
            can_publish: Some(true),
            can_publish_sources: BROWSER_SOURCES.map(str::to_owned).to_vec(),
            can_publish_data: Some(false),
            can_update_own_metadata: Some(false),
            ..Default::default()
        };
        self.sign(browser_identity(creator), grants)
    }

    fn sign(&self, identity: String, grants: VideoGrants) -> Result<RoomToken, String> {
        let token = AccessToken::with_api_key(&self.config.api_key, &self.config.api_secret)
            .with_identity(&identity)
            .with_ttl(LIFETIME)
            .with_grants(grants)
            .to_jwt()
            .map_err(|error| error.to_string())?;
        Ok(RoomToken { url: self.config.public_url.clone(), token, identity })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_same_person_is_behind_each_of_their_identities() {
        let creator = UserId("ann".into());
        let browser = browser_identity(&creator);
        assert_eq!(["ann", "ann#1f", browser.as_str(), "ann~browser#1f"].map(person), ["ann"; 4]);
    }

    #[test]
    fn only_the_whole_identity_is_a_browser_that_sends() {
        assert_eq!(find_browser_owner("ann~browser"), Some(UserId("ann".into())));
        for viewer in ["ann", "ann#1f", "ann~browser#1f", "guest-1~browser#1f"] {
            assert_eq!(find_browser_owner(viewer), None, "{viewer}");
        }
    }
}
