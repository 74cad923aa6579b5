//! What somebody looks for among the channels, and how names and titles are compared with it.
//!
//! Every word that is looked for must be somewhere in the name or the title, also as a part of a word: not every script
//! has spaces between words. Case and accents do not count. No character stands for others.

use super::{fields::Invalid, folding::fold};
use crate::text;

/// Longest text to look for, in characters.
pub const MAX_SEARCH_CHARS: usize = 100;

/// What is looked for, folded. Never empty.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Search(String);

impl Search {
    /// Trims and checks; `None` when nothing is looked for.
    ///
    /// # Errors
    /// When it is too long.
    pub fn parse(text: &str) -> Result<Option<Self>, Invalid> {
        let length = text.trim().chars().count();
        if length > MAX_SEARCH_CHARS {
            return Err(Invalid::new(text!(frame.search_too_long, most = MAX_SEARCH_CHARS, length = length)));
        }
        let folded = searchable(text);
        Ok((!folded.is_empty()).then_some(Self(folded)))
    }

    /// All of it, as names and titles are stored for it.
    pub fn folded(&self) -> &str {
        &self.0
    }

    /// Its words; there is at least one.
    pub fn words(&self) -> impl Iterator<Item = &str> {
        self.0.split(' ')
    }
}

/// A name or a title as it is stored for being searched.
pub fn searchable(text: &str) -> String {
    fold(text).chars().fold(String::with_capacity(text.len()), |mut plain, c| {
        match without_stroke(c) {
            Some(letters) => plain.push_str(letters),
            None => plain.push(c),
        }
        plain
    })
}

/// Letters that Unicode does not take for accented ones, and people without that key do.
fn without_stroke(c: char) -> Option<&'static str> {
    Some(match c {
        'ø' => "o",
        'ł' => "l",
        'đ' | 'ð' => "d",
        'ħ' => "h",
        'æ' => "ae",
        'œ' => "oe",
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::folding::is_blank;

    #[test]
    fn words_are_folded() {
        let search = Search::parse("  Łódź,   ÆRØ ").expect("short").expect("something");
        assert_eq!(search.folded(), "lodz, aero");
        assert_eq!(search.words().collect::<Vec<_>>(), ["lodz,", "aero"]);
    }

    #[test]
    fn nothing_is_no_search() {
        for nothing in ["", " \t\u{a0}", "\u{200b}", "\u{301}", "\u{0}"] {
            assert_eq!(Search::parse(nothing), Ok(None), "{nothing:?}");
            assert!(is_blank(nothing), "{nothing:?}");
        }
    }

    #[test]
    fn a_text_has_at_most_a_hundred_characters() {
        assert!(Search::parse(&format!(" {} ", "é".repeat(100))).is_ok());
        assert!(Search::parse(&"é".repeat(101)).is_err());
    }
}
