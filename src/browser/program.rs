//! Whether the program is there, written on the document for the styles (`style/program.css`): `data-program` is
//! `absent` as the server sends a page, `coming` from the first script on, `absent` again when the program fails or
//! takes longer than ten seconds, and gone once the page is alive, however late.
//!
//! Leptos's script, which loads the program, catches nothing: whatever keeps it away is a promise that was rejected.

use leptos::prelude::document;

/// Of the document.
const ATTRIBUTE: &str = "data-program";
/// There is no program.
pub const ABSENT: &str = "absent";
/// The first script of each page. It stands in the page, where nothing keeps it away that keeps the program away.
pub const WATCH: &str = include_str!("program.js");

/// A bundle that this page needs has not come. Only in the browser.
pub fn say_absent() {
    if let Some(html) = document().document_element() {
        let _ = html.set_attribute(ATTRIBUTE, ABSENT);
    }
}

/// The page answers by itself. Only in the browser.
pub fn say_alive() {
    if let Some(html) = document().document_element() {
        let _ = html.remove_attribute(ATTRIBUTE);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_script_and_the_styles_use_the_same_words() {
        assert!(WATCH.contains(&format!("dataset.program = '{ABSENT}'")));
        assert!(include_str!("../../style/program.css").contains(&format!("[{ATTRIBUTE}=\"{ABSENT}\"]")));
    }

    /// It stands between two tags, as it is.
    #[test]
    fn the_script_ends_where_it_ends() {
        assert!(!WATCH.contains('<'));
    }
}
