//! Texts as they are compared where small differences do not count: in lower case, without accents, invisible
//! characters and differences of width, with all spaces alike. What comes out is never shown.

use unicode_normalization::{UnicodeNormalization as _, char::is_combining_mark};

use super::chat::is_invisible;

/// Whether nothing is left of it when it is folded.
pub fn is_blank(text: &str) -> bool {
    text.chars().all(|c| is_invisible(c) || is_combining_mark(c) || c.is_whitespace() || c.is_control())
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
