//! Lines of the chat: what is written, by whom, and in which order everybody has it. Who may write is in
//! `chat_standing.rs`.
//!
//! A line has a `number`, which is its place in the list, the same for everybody; and a `revision`, which goes up by
//! one, per stream, with every change that everybody sees. Whoever has all revisions up to the newest has it all. A
//! message that is held back for a while has no revision before it is let go.

use serde::{Deserialize, Serialize};
use unicode_segmentation::UnicodeSegmentation;

use super::{chat_settings::ChatRule, fields::Invalid, id::LineId, timestamp::Timestamp};
use crate::text;

/// Longest message, in characters as people count them (grapheme clusters).
pub const MAX_MESSAGE_CHARS: usize = 500;
/// Longest message, in bytes of UTF-8: a "character" can be made of any number of code points.
pub const MAX_MESSAGE_BYTES: usize = 8192;

/// What somebody is to a chat.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "ssr", derive(schemars::JsonSchema))]
#[serde(rename_all = "lowercase")]
pub enum ChatRole {
    /// Anybody.
    #[default]
    Viewer,
    /// Named by the creator: keeps order.
    Moderator,
    /// Whose stream it is.
    Creator,
}

impl ChatRole {
    /// Keeps order, and is exempt from the creator's rules.
    pub fn is_staff(self) -> bool {
        self != Self::Viewer
    }

    /// Whether this one may remove, time out or ban that one: moderators act on viewers, the creator on all others.
    pub fn outranks(self, other: Self) -> bool {
        match self {
            Self::Viewer => false,
            Self::Moderator => other == Self::Viewer,
            Self::Creator => other != Self::Creator,
        }
    }

    /// As it is stored and sent.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Viewer => "viewer",
            Self::Moderator => "moderator",
            Self::Creator => "creator",
        }
    }

    /// The reverse of [`Self::as_str`]; anything else is a viewer.
    pub fn from_stored(text: &str) -> Self {
        match text {
            "moderator" => Self::Moderator,
            "creator" => Self::Creator,
            _ => Self::Viewer,
        }
    }
}

/// What somebody writes: on one line, trimmed, 1 to 500 characters.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct MessageText(String);

impl MessageText {
    /// Makes it one line, trims and checks.
    ///
    /// # Errors
    /// When it is empty, too long, or holds control characters.
    pub fn parse(text: &str) -> Result<Self, Invalid> {
        let line: String = text.trim().chars().map(|c| if matches!(c, '\n' | '\r' | '\t') { ' ' } else { c }).collect();
        if line.chars().all(|c| c.is_whitespace() || is_invisible(c)) {
            return Err(Invalid::new(text!(chat.write_something)));
        }
        if line.chars().any(char::is_control) {
            return Err(Invalid::new(text!(chat.no_control_characters)));
        }
        let length = line.graphemes(true).count();
        if length > MAX_MESSAGE_CHARS {
            return Err(Invalid::new(text!(chat.too_many_characters, max = MAX_MESSAGE_CHARS, length = length)));
        }
        if line.len() > MAX_MESSAGE_BYTES {
            return Err(Invalid::new(text!(chat.too_many_bytes, max = MAX_MESSAGE_BYTES, length = line.len())));
        }
        Ok(Self(line))
    }

    /// The text.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// Takes no room on the screen: a message of these alone would be empty.
pub fn is_invisible(c: char) -> bool {
    matches!(c, '\u{ad}' | '\u{34f}' | '\u{61c}' | '\u{115f}' | '\u{1160}' | '\u{17b4}' | '\u{17b5}' | '\u{180b}'..='\u{180f}'
        | '\u{200b}'..='\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2060}'..='\u{206f}' | '\u{2800}' | '\u{3164}'
        | '\u{fe00}'..='\u{fe0f}' | '\u{feff}' | '\u{ffa0}' | '\u{e0000}'..='\u{e0fff}')
}

/// Who wrote a message.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "ssr", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase")]
pub struct ChatAuthor {
    /// What they are addressed by; `None` when the account is gone.
    pub username: Option<String>,
    /// The name that others read; `None` when the account is gone.
    pub display_name: Option<String>,
    /// What they were to the chat when they wrote it.
    pub role: ChatRole,
}

/// What a line says.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "ssr", derive(schemars::JsonSchema))]
#[serde(tag = "kind", rename_all = "lowercase")]
pub enum LineContent {
    /// Somebody wrote something.
    Message {
        /// Who.
        author: ChatAuthor,
        /// What, as typed: never HTML.
        text: String,
    },
    /// A message that was removed.
    Deleted {
        /// Who wrote it.
        author: ChatAuthor,
    },
    /// The creator changed the rules.
    Rules {
        /// Those that changed, as they are from here on.
        rules: Vec<ChatRule>,
    },
}

/// A line of the chat.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "ssr", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase")]
pub struct ChatLine {
    /// Names it.
    pub id: LineId,
    /// Its place in the list.
    pub number: i64,
    /// When in the course of changes it became what it is; `None` while it is held back.
    pub revision: Option<i64>,
    /// When it was sent.
    pub sent_at: Timestamp,
    /// What it says.
    #[serde(flatten)]
    pub content: LineContent,
}

impl ChatLine {
    /// Who wrote it, if it is a message or was one.
    pub fn author(&self) -> Option<&ChatAuthor> {
        match &self.content {
            LineContent::Message { author, .. } | LineContent::Deleted { author } => Some(author),
            LineContent::Rules { .. } => None,
        }
    }

    /// Whether that account wrote it.
    pub fn is_by(&self, username: &str) -> bool {
        self.author().is_some_and(|author| author.username.as_deref() == Some(username))
    }
}

/// A piece of a chat: of its history, or of what changed since a revision.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "ssr", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase")]
pub struct ChatPage {
    /// History: the newest first. Changes: in the order of their revisions.
    pub items: Vec<ChatLine>,
    /// History: what to ask for as `cursor` to get what came before. Changes: what to ask for as `since` to get what
    /// came after. `None` when this was all.
    pub next: Option<String>,
    /// With this piece, everything is known up to this revision.
    pub revision: i64,
    /// Messages that are held back and that the one who asks may see: their own, or all for creator and moderators.
    pub held: Vec<ChatLine>,
}

#[cfg(test)]
mod tests {
    use super::*;

    fn text(text: &str) -> MessageText {
        MessageText::parse(text).expect("a message")
    }

    #[test]
    fn a_message_is_one_line_of_up_to_500_characters_as_people_count() {
        assert_eq!(text("  a\nb\tc ").as_str(), "a b c");
        assert!(MessageText::parse(&"é".repeat(500)).is_ok());
        assert!(MessageText::parse(&"👨‍👩‍👧".repeat(200)).is_ok());
        for bad in ["", " \n ", "\u{200b}\u{200d}", "a\u{7}b", &"é".repeat(501), &"👨‍👩‍👧".repeat(480)] {
            assert!(MessageText::parse(bad).is_err(), "{bad:?}");
        }
    }

    #[test]
    fn nobody_acts_on_their_equals_or_above() {
        use ChatRole::{Creator, Moderator, Viewer};
        assert!(Moderator.outranks(Viewer) && Creator.outranks(Viewer) && Creator.outranks(Moderator));
        for (one, other) in [(Viewer, Viewer), (Moderator, Moderator), (Moderator, Creator), (Creator, Creator)] {
            assert!(!one.outranks(other), "{one:?} {other:?}");
        }
    }

    #[test]
    fn a_line_is_flat_on_the_wire() {
        let line = ChatLine {
            id: LineId("l".into()),
            number: 3,
            revision: Some(4),
            sent_at: Timestamp(0),
            content: LineContent::Message {
                author: ChatAuthor {
                    username: Some("bob".into()),
                    display_name: Some("Bob".into()),
                    role: ChatRole::Viewer,
                },
                text: "<b>".into(),
            },
        };
        let json = serde_json::to_string(&line).expect("serializable");
        let expected = r#"{"id":"l","number":3,"revision":4,"sentAt":"1970-01-01T00:00:00Z","kind":"message","author":{"username":"bob","displayName":"Bob","role":"viewer"},"text":"<b>"}"#;
        assert_eq!(json, expected);
        assert_eq!(serde_json::from_str::<ChatLine>(&json).expect("just written"), line);
    }
}
