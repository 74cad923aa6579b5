//! Where the thumbnail of a stream is: at an address that the creator gives, or with us. Nothing here, and nothing
//! on the server, ever fetches it.

use super::{
    fields::Invalid,
    media::{Picture, PictureKind},
};
use crate::text;

/// Longest address, in bytes.
pub const MAX_ADDRESS_BYTES: usize = 2048;

/// An http(s) address, or that of a picture that the server keeps. Never fetched by the server.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Thumbnail(String);

impl Thumbnail {
    /// Trims and checks.
    ///
    /// # Errors
    /// When it is neither an http(s) address nor one of ours.
    pub fn parse(text: &str) -> Result<Self, Invalid> {
        let text = text.trim();
        let host = text.strip_prefix("https://").or_else(|| text.strip_prefix("http://"));
        let remote = host.is_some_and(|rest| !rest.is_empty() && !rest.starts_with(['/', '?', '#', ':', '@']));
        let ours = Picture::at(text).is_some_and(|picture| picture.kind() != PictureKind::Portrait);
        if !(remote || ours) {
            return Err(Invalid::new(text!(pictures.address_wanted)));
        }
        if text.len() > MAX_ADDRESS_BYTES {
            return Err(Invalid::new(text!(pictures.address_too_long, bytes = MAX_ADDRESS_BYTES)));
        }
        if text.chars().any(|c| c.is_whitespace() || c.is_control() || matches!(c, '"' | '<' | '>' | '\\')) {
            return Err(Invalid::new(text!(pictures.address_characters)));
        }
        Ok(Self(text.to_owned()))
    }

    /// The address.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// Whether pictures that take themselves may take the place of the one at `address`: of none, and of one of their own.
pub fn is_automatic(address: Option<&str>) -> bool {
    address.is_none_or(|address| Picture::at(address).is_some_and(|picture| picture.kind() == PictureKind::Frame))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_http_and_our_own_pictures() {
        let ours = Picture::new(PictureKind::Chosen, 1).address();
        for good in ["https://example.org/a.png", "http://a/b", &ours] {
            assert!(Thumbnail::parse(good).is_ok(), "{good}");
        }
        for bad in [
            "",
            "https://",
            "javascript:alert(1)",
            "data:image/png;base64,a",
            "/media/../x",
            "/media/abc.webp",
            &Picture::new(PictureKind::Portrait, 1).address(),
            "/etc",
            "https://a b",
        ] {
            assert!(Thumbnail::parse(bad).is_err(), "{bad}");
        }
    }

    #[test]
    fn a_picture_that_took_itself_never_replaces_a_chosen_one() {
        assert!(is_automatic(None));
        assert!(is_automatic(Some(&Picture::new(PictureKind::Frame, 1).address())));
        assert!(!is_automatic(Some(&Picture::new(PictureKind::Chosen, 1).address())));
        assert!(!is_automatic(Some("https://example.org/a.png")));
    }
}
