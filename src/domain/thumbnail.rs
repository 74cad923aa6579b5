//! Where the still picture of a stream is.

use super::fields::Invalid;

/// Longest address, in bytes.
const MAX_BYTES: usize = 2048;

/// An http(s) address, or a path of ours that starts with `/thumbnails/`. Never fetched by the server.
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
        let ours = text.strip_prefix("/thumbnails/").is_some_and(|name| !name.is_empty() && !name.contains(".."));
        if !(remote || ours) {
            return Err(Invalid::new("Give the address of a picture that starts with https:// or http://."));
        }
        if text.len() > MAX_BYTES {
            return Err(Invalid::new(format!("An address has at most {MAX_BYTES} bytes.")));
        }
        if text.chars().any(|c| c.is_whitespace() || c.is_control() || matches!(c, '"' | '<' | '>' | '\\')) {
            return Err(Invalid::new("An address holds no spaces, quotes or control characters."));
        }
        Ok(Self(text.to_owned()))
    }

    /// The address.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_http_and_our_own_paths() {
        for good in ["https://example.org/a.png", "http://a/b", "/thumbnails/abc.webp"] {
            assert!(Thumbnail::parse(good).is_ok(), "{good}");
        }
        for bad in [
            "",
            "https://",
            "javascript:alert(1)",
            "data:image/png;base64,a",
            "/thumbnails/../x",
            "/etc",
            "https://a b",
        ] {
            assert!(Thumbnail::parse(bad).is_err(), "{bad}");
        }
    }
}
