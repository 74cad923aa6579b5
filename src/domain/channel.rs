//! What everybody sees of a stream, as one value with one version: whatever way it takes to a page, the higher version
//! is kept ([`ChannelState::merge`]). What viewers get of it, [`ChannelState::for_viewers`] says: to them a rehearsal
//! is offline.
//!
//! The number of viewers is apart from the version, since it changes all the time and is stored nowhere.

use serde::{Deserialize, Serialize};

use super::{chat_settings::ChatSettings, chat_standing::Standing, timestamp::Timestamp};

/// Whether a stream is on air.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "ssr", derive(schemars::JsonSchema))]
#[serde(rename_all = "lowercase")]
pub enum StreamStatus {
    /// Nobody is sending.
    #[default]
    Offline,
    /// The encoder is connected and only the creator sees it.
    Rehearsal,
    /// On air.
    Live,
    /// On air a moment ago, and expected back.
    Reconnecting,
}

impl StreamStatus {
    /// As it is stored and sent.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Offline => "offline",
            Self::Rehearsal => "rehearsal",
            Self::Live => "live",
            Self::Reconnecting => "reconnecting",
        }
    }

    /// The reverse of [`Self::as_str`]; anything else is offline.
    pub fn from_stored(text: &str) -> Self {
        [Self::Rehearsal, Self::Live, Self::Reconnecting]
            .into_iter()
            .find(|status| status.as_str() == text)
            .unwrap_or(Self::Offline)
    }

    /// On air, or expected back in a moment.
    pub fn is_live(self) -> bool {
        matches!(self, Self::Live | Self::Reconnecting)
    }

    /// Something is connected.
    pub fn is_sending(self) -> bool {
        matches!(self, Self::Live | Self::Rehearsal)
    }

    /// Something is connected or expected back: the key cannot change.
    pub fn is_busy(self) -> bool {
        self != Self::Offline
    }

    /// What a viewer is told: a rehearsal is nobody's business.
    pub fn for_viewers(self) -> Self {
        if self == Self::Rehearsal { Self::Offline } else { self }
    }
}

/// What everybody sees of a stream. Pages replace theirs whenever one with a higher version comes.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "ssr", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase")]
pub struct ChannelState {
    /// Goes up by one with every change of anything but the viewer count.
    pub version: i64,
    /// On air or not.
    pub status: StreamStatus,
    /// `status` is live or reconnecting.
    pub is_live: bool,
    /// When the broadcast began; `None` when offline.
    pub started_at: Option<Timestamp>,
    /// What it is called.
    pub title: String,
    /// Address of the thumbnail.
    pub thumbnail: Option<String>,
    /// The rules of the chat.
    pub chat: ChatSettings,
    /// People watching, without the creator. Apart from the version: no write, no metadata.
    #[serde(default)]
    pub viewer_count: u32,
}

impl ChannelState {
    /// The same as viewers see it.
    pub fn for_viewers(mut self) -> Self {
        self.status = self.status.for_viewers();
        self.is_live = self.status.is_live();
        if !self.is_live {
            self.started_at = None;
            self.viewer_count = 0;
        }
        self
    }

    /// Takes over `newer` if it is: a higher version replaces all, the same version only the viewer count.
    /// Says whether anything changed.
    pub fn merge(&mut self, newer: Self) -> bool {
        if newer.version < self.version || newer == *self {
            return false;
        }
        *self = newer;
        true
    }
}

/// Who a channel belongs to.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "ssr", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase")]
pub struct Creator {
    /// The last part of the watch page's address.
    pub username: String,
    /// The name that others read.
    pub display_name: String,
    /// What they say about themselves; possibly nothing.
    pub about: String,
    /// Address of their picture.
    #[serde(default)]
    pub picture: Option<String>,
}

/// What the watch page opens with.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "ssr", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase")]
pub struct Channel {
    /// Whose it is.
    pub creator: Creator,
    /// What everybody sees of the stream.
    pub state: ChannelState,
    /// When it was last on air; `None` if never, or if it is now.
    pub last_live_at: Option<Timestamp>,
    /// What it was called before, the newest first: a few, each once.
    #[serde(default)]
    pub earlier_titles: Vec<String>,
    /// How many follow it.
    pub follower_count: u32,
    /// What the one who asks is to it.
    pub standing: Standing,
}

/// Whether one follows a channel.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "ssr", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase")]
pub struct Following {
    /// One does.
    pub is_following: bool,
    /// Since when; `None` if not.
    pub followed_at: Option<Timestamp>,
    /// How many do.
    pub follower_count: u32,
}

/// A stream in a list.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "ssr", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase")]
pub struct ChannelCard {
    /// Whose it is.
    pub username: String,
    /// The name that others read.
    pub display_name: String,
    /// Address of their picture.
    #[serde(default)]
    pub picture: Option<String>,
    /// What it is called.
    pub title: String,
    /// Address of the thumbnail.
    pub thumbnail: Option<String>,
    /// On air or not.
    pub is_live: bool,
    /// When the broadcast began; `None` when offline.
    pub started_at: Option<Timestamp>,
    /// When it was last on air; `None` if never, or if it is now.
    pub last_live_at: Option<Timestamp>,
    /// People watching.
    pub viewer_count: u32,
}

/// What a player connects to LiveKit with: it can watch and nothing else.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "ssr", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase")]
pub struct RoomToken {
    /// LiveKit's address for browsers.
    pub url: String,
    /// Good for one room and a short time.
    pub token: String,
    /// Who LiveKit will call the one who comes with it.
    pub identity: String,
}

impl std::fmt::Debug for RoomToken {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("RoomToken").field("identity", &self.identity).finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn state(version: i64, status: StreamStatus) -> ChannelState {
        ChannelState {
            version,
            status,
            is_live: status.is_live(),
            started_at: Some(Timestamp(1)),
            title: "t".into(),
            thumbnail: None,
            chat: ChatSettings::default(),
            viewer_count: 3,
        }
    }

    #[test]
    fn an_older_version_never_replaces_a_newer_one() {
        let mut seen = state(5, StreamStatus::Live);
        assert!(!seen.merge(state(4, StreamStatus::Offline)));
        assert_eq!(seen.status, StreamStatus::Live);
        assert!(seen.merge(state(6, StreamStatus::Offline)));
        assert_eq!(seen.version, 6);
    }

    #[test]
    fn viewers_see_a_rehearsal_as_offline() {
        let seen = state(1, StreamStatus::Rehearsal).for_viewers();
        assert_eq!(
            (seen.status, seen.is_live, seen.started_at, seen.viewer_count),
            (StreamStatus::Offline, false, None, 0)
        );
    }
}
