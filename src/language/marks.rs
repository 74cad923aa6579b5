//! Which characters are marks: accents and the like, that are written on the character before them. The browser is asked,
//! which knows as much of Unicode as the server's tables hold: in the program for the browser those tables would be 8 kB,
//! compressed, that everybody waits for.
//!
//! Both are to say the same of each character: `end2end/finding.spec.ts` asks the browser's.

/// Whether that is a combining mark: of Unicode's general category M.
#[cfg(feature = "ssr")]
pub fn is_mark(c: char) -> bool {
    unicode_normalization::char::is_combining_mark(c)
}

#[cfg(not(feature = "ssr"))]
thread_local! {
    /// Made once: each character of what is typed is held against it.
    static MARK: js_sys::RegExp = js_sys::RegExp::new(r"^\p{M}", "u");
}

/// Whether that is a combining mark: of Unicode's general category M.
#[cfg(not(feature = "ssr"))]
pub fn is_mark(c: char) -> bool {
    MARK.with(|mark| mark.test(c.encode_utf8(&mut [0; 4])))
}
