//! What creators and moderators do in a chat, as it is stored and listed: codes and names, and no words, which each
//! page has in its own language. Whoever's account is gone is named no more. Who may do it to whom is said by
//! `ChatRole::outranks` (`chat.rs`).

use serde::{Deserialize, Serialize};

use super::{fields::Invalid, id::ActionId, timestamp::Timestamp};
use crate::text;

/// Longest time-out, in seconds: two weeks.
pub const MAX_TIME_OUT_SECS: i64 = 14 * 24 * 3600;

/// Something that creator or moderators did.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "ssr", derive(schemars::JsonSchema))]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum ActionKind {
    /// Removed a message.
    Delete,
    /// Somebody may not write for a while.
    TimeOut,
    /// Somebody may not write for good.
    Ban,
    /// Took a time-out or ban back.
    Unban,
    /// Made somebody a moderator.
    AddModerator,
    /// Made somebody an ordinary viewer again.
    RemoveModerator,
}

impl ActionKind {
    const ALL: [Self; 6] =
        [Self::Delete, Self::TimeOut, Self::Ban, Self::Unban, Self::AddModerator, Self::RemoveModerator];

    /// As it is stored and sent.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Delete => "DELETE",
            Self::TimeOut => "TIME_OUT",
            Self::Ban => "BAN",
            Self::Unban => "UNBAN",
            Self::AddModerator => "ADD_MODERATOR",
            Self::RemoveModerator => "REMOVE_MODERATOR",
        }
    }

    /// The reverse of [`Self::as_str`].
    pub fn parse(text: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| kind.as_str() == text)
    }
}

/// Who did what to whom, and when.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "ssr", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase")]
pub struct ModerationAction {
    /// Names it.
    pub id: ActionId,
    /// What.
    pub kind: ActionKind,
    /// Who; `None` when the account is gone.
    pub by: Option<String>,
    /// To whom; `None` when the account is gone.
    pub user: Option<String>,
    /// For how long, in seconds: of a time-out.
    pub seconds: Option<i64>,
    /// When.
    pub at: Timestamp,
}

/// Somebody who may not write.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "ssr", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase")]
pub struct BannedPerson {
    /// Who.
    pub username: String,
    /// Until when; `None` is for good.
    pub until: Option<Timestamp>,
    /// Since when.
    pub banned_at: Timestamp,
    /// Who did it; `None` when the account is gone.
    pub by: Option<String>,
}

/// Somebody who keeps order.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "ssr", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase")]
pub struct Moderator {
    /// Who.
    pub username: String,
    /// Since when.
    pub since: Timestamp,
}

/// For how long somebody may not write: `None` is for good.
///
/// # Errors
/// When it is no time, or longer than two weeks.
pub fn parse_seconds(seconds: Option<i64>) -> Result<Option<i64>, Invalid> {
    match seconds {
        Some(number) if !(1..=MAX_TIME_OUT_SECS).contains(&number) => {
            Err(Invalid::new(text!(moderation.choose_seconds, max = MAX_TIME_OUT_SECS)))
        }
        seconds => Ok(seconds),
    }
}
