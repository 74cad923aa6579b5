//! How a person is shown to others: the name that is read, and a few words about them.
//!
//! The username stays what they are addressed by; the name beside it is free text, and so is checked for what would let
//! it pass as something else: nothing invisible alone, nothing that turns the direction of the text around it.

use serde::{Deserialize, Serialize};
use unicode_segmentation::UnicodeSegmentation;

use super::{
    account::is_reserved,
    chat::is_invisible,
    fields::{Change, FieldErrors, Invalid},
};
use crate::text;

/// Longest name, in characters as people count them (grapheme clusters).
pub const MAX_NAME_CHARS: usize = 50;
/// Longest name, in bytes of UTF-8: a "character" can be made of any number of code points.
pub const MAX_NAME_BYTES: usize = 1024;
/// Longest text about oneself, in characters as people count them.
pub const MAX_ABOUT_CHARS: usize = 300;
/// Longest text about oneself, in bytes of UTF-8.
pub const MAX_ABOUT_BYTES: usize = 4096;

/// The name that others read: trimmed, 1 to 50 characters, on one line.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DisplayName(String);

impl DisplayName {
    /// Trims and checks.
    ///
    /// # Errors
    /// When it is empty, too long, reserved, or holds characters that are not shown or turn the text around them.
    pub fn parse(text: &str) -> Result<Self, Invalid> {
        let name = text.trim();
        if name.chars().all(|c| c.is_whitespace() || is_invisible(c)) {
            return Err(Invalid::new(text!(fields.name_missing)));
        }
        if name.chars().any(|c| c.is_control() || breaks_lines(c) || turns_text(c)) {
            return Err(Invalid::new(text!(fields.no_such_characters)));
        }
        let length = name.graphemes(true).count();
        if length > MAX_NAME_CHARS {
            return Err(Invalid::new(text!(fields.name_too_long, most = MAX_NAME_CHARS, length = length)));
        }
        if name.len() > MAX_NAME_BYTES {
            return Err(Invalid::new(text!(fields.name_too_large)));
        }
        if is_reserved(&name.to_lowercase()) {
            return Err(Invalid::new(text!(fields.name_reserved)));
        }
        Ok(Self(name.to_owned()))
    }

    /// The name.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// A few words about oneself: trimmed, at most 300 characters on any number of lines, and possibly none.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct About(String);

impl About {
    /// Makes all line ends the same, trims and checks.
    ///
    /// # Errors
    /// When it is too long, or holds characters that are not shown or turn the text around them.
    pub fn parse(text: &str) -> Result<Self, Invalid> {
        let text = text.replace("\r\n", "\n").replace('\r', "\n");
        let text = text.trim();
        if text.chars().any(|c| (c.is_control() && c != '\n') || breaks_lines(c) || turns_text(c)) {
            return Err(Invalid::new(text!(fields.no_such_characters)));
        }
        let length = text.graphemes(true).count();
        if length > MAX_ABOUT_CHARS {
            return Err(Invalid::new(text!(fields.about_too_long, most = MAX_ABOUT_CHARS, length = length)));
        }
        if text.len() > MAX_ABOUT_BYTES {
            return Err(Invalid::new(text!(fields.about_too_large)));
        }
        Ok(Self(text.to_owned()))
    }

    /// The text.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// The separators of lines and of paragraphs.
fn breaks_lines(c: char) -> bool {
    matches!(c, '\u{2028}' | '\u{2029}')
}

/// Embeddings, overrides and isolates of direction: they reach beyond the text that they are in.
fn turns_text(c: char) -> bool {
    matches!(c, '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}')
}

/// A wish to change how one is shown.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "ssr", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase", default)]
pub struct ProfileChange {
    /// See [`DisplayName`].
    #[serde(skip_serializing_if = "Change::is_keep")]
    pub display_name: Change<String>,
    /// See [`About`].
    #[serde(skip_serializing_if = "Change::is_keep")]
    pub about: Change<String>,
}

/// The valid form of a [`ProfileChange`]; `None` stays as it is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ProfileUpdate {
    /// The new name.
    pub display_name: Option<DisplayName>,
    /// The new text.
    pub about: Option<About>,
}

impl ProfileChange {
    /// Checks every field.
    ///
    /// # Errors
    /// Each field that breaks a rule.
    pub fn parse(self) -> Result<ProfileUpdate, FieldErrors> {
        let mut errors = FieldErrors::default();
        let name = self.display_name.required().and_then(|name| name.map(|text| DisplayName::parse(&text)).transpose());
        let about = self.about.required().and_then(|about| about.map(|text| About::parse(&text)).transpose());
        let display_name = errors.take("displayName", name).flatten();
        let about = errors.take("about", about).flatten();
        errors.into_result().map(|()| ProfileUpdate { display_name, about })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_is_counted_as_people_do() {
        assert_eq!(DisplayName::parse(" Anna Böll ").expect("valid").as_str(), "Anna Böll");
        assert!(DisplayName::parse(&"é".repeat(50)).is_ok());
        assert!(DisplayName::parse(&"é".repeat(51)).is_err());
        assert!(DisplayName::parse(&"👨‍👩‍👧".repeat(50)).is_ok());
        assert!(DisplayName::parse(&format!("a{}", "\u{301}".repeat(600))).is_err(), "1,201 bytes are too many");
    }

    #[test]
    fn a_name_is_never_nothing_and_turns_no_text() {
        for bad in
            ["", "  ", "\u{200b}", "a\nb", "a\u{7}", "a\u{202e}b", "a\u{2066}b", "a\u{2028}b", "Admin", "STREAMIT"]
        {
            assert!(DisplayName::parse(bad).is_err(), "{bad:?}");
        }
        assert!(DisplayName::parse("مرحبا 🥖").is_ok());
    }

    #[test]
    fn a_text_keeps_its_lines_and_may_be_none() {
        assert_eq!(About::parse(" Bread.\r\nEvery Sunday.\r ").expect("valid").as_str(), "Bread.\nEvery Sunday.");
        assert_eq!(About::parse(" \n").expect("valid"), About::default());
        assert!(About::parse(&"é".repeat(300)).is_ok());
        for bad in [&"é".repeat(301), "a\tb", "a\u{202e}b", "a\0b"] {
            assert!(About::parse(bad).is_err(), "{bad:?}");
        }
    }

    #[test]
    fn every_bad_field_is_named() {
        let change = ProfileChange { display_name: Change::Clear, about: Change::Set("x".repeat(301)) };
        let FieldErrors(errors) = change.parse().expect_err("both are wrong");
        assert_eq!(errors.keys().map(String::as_str).collect::<Vec<_>>(), ["about", "displayName"]);
        let nothing = ProfileUpdate { display_name: None, about: None };
        assert_eq!(ProfileChange::default().parse(), Ok(nothing));
    }
}
