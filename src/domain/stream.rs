//! A creator's one persistent stream, as they see it themselves: what is shown of it, what they have set for their
//! encoder, and what is told to them alone.
//!
//! The key is in [`Credentials`] and [`NewIngress`], which do not print it, and in nothing else.

use serde::{Deserialize, Serialize};

use super::{
    channel::{ChannelState, StreamStatus},
    chat_settings::ChatSettings,
    fields::{Change, FieldErrors, Invalid},
    ingress::InputType,
    thumbnail::Thumbnail,
    timestamp::Timestamp,
    title::Title,
};
use crate::text;

/// Everything about the stream but its key.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "ssr", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase")]
pub struct StreamInfo {
    /// What it is called.
    pub title: String,
    /// Address of the thumbnail.
    pub thumbnail: Option<String>,
    /// `status` is live or reconnecting.
    pub is_live: bool,
    /// On air or not.
    pub status: StreamStatus,
    /// The rules of the chat.
    #[serde(flatten)]
    pub chat: ChatSettings,
    /// The creator cut the encoder off; it stays out until they let it in again.
    pub ended_by_creator: bool,
    /// When the stream came to be.
    pub created_at: Timestamp,
    /// When anything of it last changed.
    pub updated_at: Timestamp,
}

/// A wish to change the title or the picture.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "ssr", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase", default)]
pub struct StreamInfoChange {
    /// See [`Title`].
    #[serde(skip_serializing_if = "Change::is_keep")]
    pub title: Change<String>,
    /// See [`Thumbnail`]; `null` removes it.
    #[serde(skip_serializing_if = "Change::is_keep")]
    pub thumbnail: Change<String>,
}

/// The valid form of a [`StreamInfoChange`].
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StreamInfoUpdate {
    /// `None` stays as it is.
    pub title: Option<Title>,
    /// The new picture, or none.
    pub thumbnail: Change<Thumbnail>,
}

impl StreamInfoChange {
    /// Checks every field.
    ///
    /// # Errors
    /// Each field that breaks a rule.
    pub fn parse(self) -> Result<StreamInfoUpdate, FieldErrors> {
        let mut errors = FieldErrors::default();
        let title = self.title.required().and_then(|title| title.map(|text| Title::parse(&text)).transpose());
        let title = errors.take("title", title).flatten();
        let thumbnail = match self.thumbnail {
            Change::Keep => Ok(Change::Keep),
            Change::Clear => Ok(Change::Clear),
            Change::Set(text) => Thumbnail::parse(&text).map(Change::Set),
        };
        let thumbnail = errors.take("thumbnail", thumbnail).unwrap_or_default();
        errors.into_result().map(|()| StreamInfoUpdate { title, thumbnail })
    }
}

/// Whether the stream is on air, and what is needed beside it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "ssr", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase")]
pub struct StreamReport {
    /// `status` is live or reconnecting.
    pub is_live: bool,
    /// People watching, without the creator.
    pub viewer_count: u32,
    /// On air or not.
    pub status: StreamStatus,
    /// When the broadcast began; `None` when offline.
    pub started_at: Option<Timestamp>,
    /// The version of the state, as in the events.
    pub version: i64,
    /// A broadcast of this stream is over. One that is on air, or waited for, is not.
    pub has_streamed: bool,
    /// Where the encoder connects, once there is a key.
    pub server_url: Option<String>,
    /// What the creator has set for the encoder, and what is known of it.
    #[serde(flatten)]
    pub controls: Controls,
}

/// What the creator has set for the encoder, and what is known of it. Goes to the creator alone.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "ssr", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase")]
pub struct Controls {
    /// There is a stream key.
    pub has_key: bool,
    /// What it is for.
    pub input_type: Option<InputType>,
    /// It is not known at LiveKit any more: a new one is needed.
    pub key_is_lost: bool,
    /// Who comes next is seen by the creator alone, until they go live.
    pub is_rehearsal_on: bool,
    /// The creator cut the encoder off; it stays out until they let it in again.
    pub ended_by_creator: bool,
    /// How long a drop is waited out before the stream is over, in seconds; 0 is not at all.
    pub disconnect_protection_seconds: u32,
    /// When something last came in, and how large its picture was; `None` before the first time.
    pub last_used: Option<LastUsed>,
}

/// A stream as its creator sees it: with the version of what everybody sees.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "ssr", derive(schemars::JsonSchema))]
pub struct OwnState {
    /// What everybody sees; a rehearsal as one.
    #[serde(flatten)]
    pub channel: ChannelState,
    /// What the creator alone sees.
    #[serde(flatten)]
    pub controls: Controls,
}

/// The last time that something came in.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "ssr", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase")]
pub struct LastUsed {
    /// When it came.
    pub at: Timestamp,
    /// Width of the last picture in pixels; `None` before there was one.
    pub width: Option<u32>,
    /// The same for the height.
    pub height: Option<u32>,
}

/// How long a drop is waited out before the stream is over.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct DisconnectProtection(u32);

impl DisconnectProtection {
    /// What can be chosen, in seconds; 0 is off.
    pub const CHOICES: [u32; 4] = [0, 30, 90, 300];

    /// Parses one of the choices.
    ///
    /// # Errors
    /// When it is none of them.
    pub fn parse(seconds: u32) -> Result<Self, Invalid> {
        if Self::CHOICES.contains(&seconds) {
            Ok(Self(seconds))
        } else {
            Err(Invalid::new(text!(studio.protection_choices)))
        }
    }

    /// In seconds.
    pub fn seconds(self) -> u32 {
        self.0
    }
}

/// What an encoder needs to get in. Holds the stream key: it goes to its owner and nowhere else.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "ssr", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase")]
pub struct Credentials {
    /// Where the encoder connects.
    pub server_url: String,
    /// What it shows there.
    pub stream_key: String,
    /// The protocol.
    pub input_type: InputType,
}

impl std::fmt::Debug for Credentials {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Credentials").field("input_type", &self.input_type).finish_non_exhaustive()
    }
}

/// A way in that was just made.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "ssr", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase")]
pub struct NewIngress {
    /// What LiveKit calls it.
    pub ingress_id: String,
    /// What the encoder needs.
    #[serde(flatten)]
    pub credentials: Credentials,
}

/// A title that the stream has or had.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "ssr", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase")]
pub struct PastTitle {
    /// The title.
    pub title: String,
    /// Since when.
    pub set_at: Timestamp,
}

/// Something that the creator should know now; it is not part of the stream's state.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "ssr", derive(schemars::JsonSchema))]
#[serde(rename_all = "SCREAMING_SNAKE_CASE", tag = "code")]
pub enum Notice {
    /// A second encoder came with the same key and replaced the first.
    EncoderTookOver,
    /// An encoder was refused.
    #[serde(rename_all = "camelCase")]
    EncoderRefused {
        /// Why.
        reason: Refusal,
    },
}

/// Why the server let an encoder in no further.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "ssr", derive(schemars::JsonSchema))]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum Refusal {
    /// It takes no more streams at the moment.
    NoRoom,
    /// What it was sent.
    Settings,
}

impl Refusal {
    /// In words.
    pub fn words(self) -> &'static str {
        match self {
            Self::NoRoom => text!(studio.refused_no_room),
            Self::Settings => text!(studio.refused_settings),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_key_is_never_printed() {
        let credentials =
            Credentials { server_url: "rtmp://h/x".into(), stream_key: "SECRET".into(), input_type: InputType::Rtmp };
        let new = NewIngress { ingress_id: "IN_1".into(), credentials };
        assert!(!format!("{new:?}").contains("SECRET"));
    }

    #[test]
    fn null_removes_the_picture_but_not_the_title() {
        let change: StreamInfoChange = serde_json::from_str(r#"{"thumbnail":null}"#).expect("valid JSON");
        assert_eq!(change.parse().expect("valid").thumbnail, Change::Clear);
        let change: StreamInfoChange = serde_json::from_str(r#"{"title":null,"thumbnail":"x"}"#).expect("valid JSON");
        let errors = change.parse().expect_err("two broken rules");
        assert_eq!(errors.0.keys().collect::<Vec<_>>(), ["thumbnail", "title"]);
    }
}
