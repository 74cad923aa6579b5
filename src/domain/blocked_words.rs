//! Words that a creator does not want in the chat.
//!
//! Compared without regard to case, accents, width, invisible characters and kinds of space, and also when a word's
//! letters stand apart (`b a d`, `b.a.d`). A word is literal but for `*`, which stands for any run of characters that
//! are not spaces; without one it matches whole words only.

use std::collections::BTreeSet;

use unicode_segmentation::UnicodeSegmentation as _;

use super::{fields::Invalid, folding::fold};
use crate::text;

/// Most words of one stream.
pub const MAX_BLOCKED_WORDS: usize = 200;
/// Longest word or phrase, in characters as people count them.
pub const MAX_WORD_CHARS: usize = 60;
/// What is compared of a message, in code points: some ligatures stand for a sentence each.
const MAX_FOLDED_CHARS: usize = 2000;
/// Letters that stand apart are read together from so many on: fewer are words of their own (`a b`).
const APART_FROM: usize = 3;

/// Words as the creator typed them.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct BlockedWords(Vec<String>);

impl BlockedWords {
    /// Trims, drops what is empty or there already, and checks.
    ///
    /// # Errors
    /// When there are too many, or one is too long or blocks everything.
    pub fn parse(words: &[String]) -> Result<Self, Invalid> {
        let mut known = BTreeSet::new();
        let mut kept = Vec::new();
        for word in words.iter().map(|word| word.trim()).filter(|word| !word.is_empty()) {
            let folded = fold(word);
            if folded.chars().all(|c| c == '*' || c == ' ') {
                return Err(Invalid::new(text!(moderation.word_blocks_everything, word = word)));
            }
            if word.chars().any(char::is_control) || word.graphemes(true).count() > MAX_WORD_CHARS || word.len() > 512 {
                return Err(Invalid::new(text!(moderation.word_too_long, max = MAX_WORD_CHARS)));
            }
            if known.insert(folded) {
                kept.push(word.to_owned());
            }
        }
        if kept.len() > MAX_BLOCKED_WORDS {
            let message = text!(moderation.too_many_words, max = MAX_BLOCKED_WORDS, number = kept.len());
            return Err(Invalid::new(message));
        }
        Ok(Self(kept))
    }

    /// As they are stored: they were valid then.
    pub fn stored(words: &[String]) -> Self {
        Self(words.to_vec())
    }

    /// As typed.
    pub fn words(&self) -> &[String] {
        &self.0
    }

    /// Whether a message holds one of them.
    pub fn are_in(&self, text: &str) -> bool {
        let folded: Vec<char> = fold(text).chars().take(MAX_FOLDED_CHARS).collect();
        let together: Vec<char> = close_up(&folded);
        self.0.iter().any(|word| {
            let word: Vec<char> = fold(word).chars().collect();
            holds(&folded, &word) || (together != folded && holds(&together, &word))
        })
    }
}

/// The text with letters that stand apart put together: `so b.a.d` is `so bad`.
fn close_up(text: &[char]) -> Vec<char> {
    let mut closed = Vec::with_capacity(text.len());
    let mut at = 0;
    while at < text.len() {
        let run = letters_apart(text, at);
        if run.len() >= APART_FROM {
            at += run.len() * 2 - 1;
            closed.extend(run);
        } else {
            closed.push(text[at]);
            at += 1;
        }
    }
    closed
}

/// Single letters from `at` on with one other character between them.
fn letters_apart(text: &[char], at: usize) -> Vec<char> {
    let is_letter = |place: usize| text.get(place).is_some_and(|c| c.is_alphanumeric());
    let mut run = Vec::new();
    if at > 0 && is_letter(at - 1) {
        return run;
    }
    let mut place = at;
    while is_letter(place) && !is_letter(place + 1) {
        run.push(text[place]);
        place += 2;
    }
    run
}

/// Whether `word` is somewhere in `text`, not as a part of a longer word. Looks at each character once and follows all
/// places in `word` that fit so far, so that no message and no row of stars makes it slow.
fn holds(text: &[char], word: &[char]) -> bool {
    let is_letter = |c: Option<&char>| c.is_some_and(|c| c.is_alphanumeric());
    let starts_anywhere = !is_letter(word.first());
    let ends_anywhere = !is_letter(word.last());
    let mut fits = vec![false; word.len() + 1];
    for at in 0..=text.len() {
        fits[0] |= starts_anywhere || at == 0 || !is_letter(text.get(at - 1));
        for (place, _) in word.iter().enumerate().filter(|(_, c)| **c == '*') {
            // A star may stand for nothing.
            fits[place + 1] |= fits[place];
        }
        if fits[word.len()] && (ends_anywhere || !is_letter(text.get(at))) {
            return true;
        }
        if let Some(next) = text.get(at) {
            step(&mut fits, word, *next);
        }
    }
    false
}

/// Makes of the places in `word` that fit those that fit after one more character.
fn step(fits: &mut [bool], word: &[char], next: char) {
    fits[word.len()] = false;
    // From the last one on: what a place becomes depends on itself and the one before it.
    for (place, c) in word.iter().enumerate().rev() {
        let is_star = *c == '*';
        fits[place + 1] |= fits[place] && !is_star && *c == next;
        fits[place] &= is_star && !next.is_whitespace();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn blocks(word: &str, text: &str) -> bool {
        BlockedWords::parse(&[word.to_owned()]).expect("a word").are_in(text)
    }

    #[test]
    fn a_word_is_found_whatever_its_case_accents_and_spacing() {
        for text in [
            "bad",
            "so BAD!",
            "bäd",
            "b\u{301}ad",
            "ｂａｄ",
            "b\u{200b}a\u{ad}d",
            "b a d",
            "really b.a.d stuff",
            "b-a-d",
        ] {
            assert!(blocks("Bad", text), "{text}");
        }
        assert!(blocks("very bad", "very\u{a0}\u{2009} bad"));
        assert!(blocks("🖕", "oh 🖕🏽"));
        assert!(blocks("c++", "I like c++."));
    }

    #[test]
    fn only_whole_words_are_found() {
        for text in ["badge", "forbad", "ba d", "a b", ""] {
            assert!(!blocks("bad", text), "{text}");
        }
        assert!(!blocks("ab", "a b"), "two letters apart are two words");
    }

    #[test]
    fn a_star_stands_for_any_run_but_spaces() {
        assert!(blocks("bad*", "badly") && blocks("bad*", "bad") && blocks("*bad", "forbad") && blocks("b*d", "bxxd"));
        assert!(blocks("*bad*", "forbadden") && blocks("very b*", "very bold"));
        assert!(!blocks("b*d", "b d") && !blocks("bad*", "forbad"));
    }

    #[test]
    fn a_list_is_cleaned_and_limited() {
        let parse = |words: &[&str]| BlockedWords::parse(&words.iter().map(|w| (*w).to_owned()).collect::<Vec<_>>());
        assert_eq!(parse(&[" Bad ", "", "bäd", "good"]).expect("words").words(), ["Bad", "good"]);
        for bad in [&["*"][..], &["* *"], &["\u{301}"], &["a\nb"], &[&"x".repeat(61)]] {
            assert!(parse(bad).is_err(), "{bad:?}");
        }
        let many: Vec<String> = (0..=MAX_BLOCKED_WORDS).map(|n| format!("word{n}")).collect();
        assert!(BlockedWords::parse(&many).is_err());
    }

    #[test]
    fn many_stars_are_not_slow() {
        let started = std::time::Instant::now();
        assert!(!blocks("a*a*a*a*a*a*b", &"a".repeat(500)));
        assert!(started.elapsed().as_secs() < 5, "{:?}", started.elapsed());
    }
}
