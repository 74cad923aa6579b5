//! What is in a link to a new password: 256 random bits, of which only the hash is stored. A hash without salt and
//! effort is enough, because nobody can guess what it is of.

use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD as BASE64};
use sha2::{Digest as _, Sha256};

use crate::domain::account::RESET_TOKEN_PREFIX;

/// A new one.
pub fn make() -> String {
    format!("{RESET_TOKEN_PREFIX}{}", BASE64.encode(rand::random::<[u8; 32]>()))
}

/// What is stored of it.
pub fn hash_of(token: &str) -> String {
    BASE64.encode(Sha256::digest(token.trim()))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::account::is_reset_token;

    #[test]
    fn no_two_links_are_the_same_and_none_is_its_hash() {
        let (one, other) = (make(), make());
        assert!(is_reset_token(&one), "pages know it for one");
        assert_ne!(one, other);
        assert_eq!(hash_of(&one), hash_of(&format!(" {one}\n")));
        assert_ne!(hash_of(&one), hash_of(&other));
        assert!(!one.contains(&hash_of(&one)));
    }
}
