//! Texts as they are compared where small differences do not count: in lower case, without accents, invisible
//! characters and differences of width, with all spaces alike. What comes out is never shown.

use unicode_normalization::{UnicodeNormalization as _, char::is_combining_mark};

use super::chat::is_invisible;
use crate::language::marks::is_mark;

/// Whether nothing is left of it when it is folded.
pub fn is_blank(text: &str) -> bool {
    text.chars().all(|c| c.is_whitespace() || c.is_control() || is_invisible(c) || is_lone_mark(c) || is_mark(c))
}

/// Accents and other marks that stand alone, with a space to stand on: folding leaves the space. They are listed, since a
/// page that has nothing else to fold needs no tables of Unicode for them.
fn is_lone_mark(c: char) -> bool {
    matches!(c, '\u{a8}' | '\u{af}' | '\u{b4}' | '\u{b8}' | '\u{2d8}'..='\u{2dd}' | '\u{37a}' | '\u{384}' | '\u{385}'
        | '\u{1fbd}' | '\u{1fbf}'..='\u{1fc1}' | '\u{1fcd}'..='\u{1fcf}' | '\u{1fdd}'..='\u{1fdf}' | '\u{1fed}' | '\u{1fee}'
        | '\u{1ffd}' | '\u{1ffe}' | '\u{2017}' | '\u{203e}' | '\u{309b}' | '\u{309c}' | '\u{fc5e}'..='\u{fc63}'
        | '\u{fe49}'..='\u{fe4c}' | '\u{fe70}' | '\u{fe72}' | '\u{fe74}' | '\u{fe76}' | '\u{fe78}' | '\u{fe7a}' | '\u{fe7c}'
        | '\u{fe7e}' | '\u{ff9e}' | '\u{ff9f}' | '\u{ffe3}')
}

/// The text without what does not count.
pub fn fold(text: &str) -> String {
    let mut folded = String::with_capacity(text.len());
    let letters = text.chars().filter(|c| !is_invisible(*c)).nfkd().filter(|c| !is_combining_mark(*c));
    // By way of the capitals, so that ß is ss, and ς is σ.
    let alike = letters.flat_map(char::to_lowercase).flat_map(char::to_uppercase).flat_map(char::to_lowercase);
    for c in alike {
        if !(c.is_whitespace() || c.is_control()) {
            folded.push(c);
        } else if !folded.ends_with(' ') {
            folded.push(' ');
        }
    }
    folded.trim().to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn blank_is_what_folding_leaves_nothing_of() {
        for c in '\0'..=char::MAX {
            assert_eq!(is_blank(&c.to_string()), fold(&c.to_string()).is_empty(), "{c:?}, U+{:04X}", u32::from(c));
        }
    }

    #[test]
    fn case_accents_width_and_spaces_do_not_count() {
        for (text, folded) in [
            ("  Straße\u{a0}\t FÜR ", "strasse fur"),
            ("STRAẞE", "strasse"),
            ("ΟΔΟΣ οδος", "οδοσ οδοσ"),
            ("e\u{301}t\u{e9} ﬁn ｆｕｌｌ", "ete fin full"),
            ("in\u{200b}vis\u{ad}ible\u{0}\u{1}x", "invisible x"),
            ("İstanbul", "istanbul"),
            ("パン 🥖", "ハン 🥖"),
            ("\u{301}\u{200b}", ""),
        ] {
            assert_eq!(fold(text), folded);
            assert_eq!(fold(folded), folded, "folding again changes nothing");
        }
    }
}
