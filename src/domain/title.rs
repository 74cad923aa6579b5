//! The title of a stream: what one may be, and what it is called while nobody has named it, which is stored as one
//! fixed text and shown in the language of who looks. Also which earlier titles are told.

use unicode_segmentation::UnicodeSegmentation;

use super::{chat::is_invisible, fields::Invalid};
use crate::text;

/// Longest title, in characters as people count them (grapheme clusters).
pub const MAX_TITLE_CHARS: usize = 200;
/// Longest title, in bytes of UTF-8: a "character" can be made of any number of code points.
pub const MAX_TITLE_BYTES: usize = 2048;

/// Most earlier titles that are told.
pub const MAX_EARLIER_TITLES: usize = 5;

/// What viewers read above the picture: trimmed, 1 to 200 characters, on one line.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Title(String);

impl Title {
    /// What a new stream is called, as it is stored and told to programs.
    pub const UNTITLED: &str = "Untitled Stream";

    /// How a title is shown: what nobody has named is in the words of who looks.
    pub fn shown(title: &str) -> &str {
        if title == Self::UNTITLED { text!(studio.untitled) } else { title }
    }

    /// Trims and checks.
    ///
    /// # Errors
    /// When it is empty or too long.
    pub fn parse(text: &str) -> Result<Self, Invalid> {
        let text = text.trim();
        if text.chars().all(|c| c.is_whitespace() || is_invisible(c)) {
            return Err(Invalid::new(text!(studio.title_missing)));
        }
        if text.chars().any(|c| c.is_control() || matches!(c, '\u{2028}' | '\u{2029}')) {
            return Err(Invalid::new(text!(studio.title_is_one_line)));
        }
        let length = text.graphemes(true).count();
        if length > MAX_TITLE_CHARS {
            return Err(Invalid::new(text!(studio.title_too_long, most = MAX_TITLE_CHARS, length = length)));
        }
        if text.len() > MAX_TITLE_BYTES {
            return Err(Invalid::new(text!(studio.title_too_large, most = MAX_TITLE_BYTES, bytes = text.len())));
        }
        Ok(Self(text.to_owned()))
    }

    /// The text.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// Keeps what a stream was called before, the newest first and each title once, when it is renamed.
pub fn stream_was_renamed(earlier: &mut Vec<String>, from: &str, to: &str) {
    earlier.retain(|title| title != from && title != to);
    if from != Title::UNTITLED && from != to {
        earlier.insert(0, from.to_owned());
        earlier.truncate(MAX_EARLIER_TITLES);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn earlier_titles_hold_each_once_and_never_the_present_one() {
        let mut earlier = ["b", "c", "d", "e", "f"].map(str::to_owned).to_vec();
        stream_was_renamed(&mut earlier, "a", "c");
        assert_eq!(earlier, ["a", "b", "d", "e", "f"]);
        stream_was_renamed(&mut earlier, "c", "x");
        assert_eq!(earlier, ["c", "a", "b", "d", "e"]);
        let mut earlier = Vec::new();
        stream_was_renamed(&mut earlier, Title::UNTITLED, "a");
        assert!(earlier.is_empty(), "a stream without a title had none");
    }

    #[test]
    fn counts_characters_as_people_do() {
        let family = "👨‍👩‍👧";
        assert!(Title::parse(&family.repeat(100)).is_ok());
        assert!(Title::parse(&"é".repeat(200)).is_ok());
        assert!(Title::parse(&"é".repeat(201)).is_err());
        assert!(Title::parse(&family.repeat(199)).is_err(), "3 582 bytes are too many");
    }

    #[test]
    fn is_trimmed_and_never_empty() {
        assert_eq!(Title::parse("  Hi \n").expect("valid").as_str(), "Hi");
        assert!(Title::parse(" \t ").is_err());
        for bad in ["two\nlines", "two\u{2028}lines", "\u{200b}", "\u{2060} \u{3164}"] {
            assert!(Title::parse(bad).is_err(), "{bad:?}");
        }
    }
}
