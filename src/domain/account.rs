//! What an account is made of: what it is called and written to by, its password, where it is signed in.
//!
//! A username is an address: it is the same in whatever case it is typed, and nobody gets one that reads like an
//! office. A password is never shown, not even to a programmer. Which passwords too many people have is not known here:
//! the server looks at that (`auth/password.rs`).

use std::ops::Range;

use serde::{Deserialize, Serialize};

use super::{
    fields::Invalid,
    id::{SessionId, UserId},
    timestamp::Timestamp,
};
use crate::text;

/// How what is in a link to a new password begins, so that one that was left lying about is known for what it is.
pub const RESET_TOKEN_PREFIX: &str = "streamit-reset-";
/// What follows: 256 bits in base64 for addresses, without padding.
const RESET_TOKEN_RANDOM_CHARS: usize = 43;
/// Names that would be mistaken for somebody official, or for a page.
const RESERVED: [&str; 9] =
    ["admin", "administrator", "api", "login", "moderator", "signup", "streamit", "support", "system"];

/// Whether that name, in lower case, is nobody's to take.
pub fn is_reserved(name: &str) -> bool {
    RESERVED.contains(&name)
}

/// 3 to 30 of `a-z 0-9 _`, compared without case: stored in lower case.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Username(String);

impl Username {
    /// How many characters it has.
    pub const LENGTH: Range<usize> = 3..31;

    /// Trims, lowers and checks.
    ///
    /// # Errors
    /// When it is too short, too long, reserved, or holds other characters.
    pub fn parse(text: &str) -> Result<Self, Invalid> {
        let name = text.trim().to_ascii_lowercase();
        if !Self::LENGTH.contains(&name.chars().count()) {
            return Err(Invalid::new(text!(fields.username_length)));
        }
        if !name.chars().all(|c| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '_') {
            return Err(Invalid::new(text!(fields.username_characters)));
        }
        if is_reserved(&name) {
            return Err(Invalid::new(text!(fields.username_reserved)));
        }
        Ok(Self(name))
    }

    /// The name in `text`, which may be written as pages write it: `@name`. Nothing is checked.
    pub fn bare(text: &str) -> &str {
        text.trim().trim_start_matches('@')
    }

    /// The name.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// An address for mail, stored in lower case. Only its shape is checked: whether it works, a mail tells.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Email(String);

impl Email {
    /// Longest address, in bytes.
    pub const MAX_BYTES: usize = 254;

    /// Trims, lowers and checks.
    ///
    /// # Errors
    /// When it does not look like `name@host`.
    pub fn parse(text: &str) -> Result<Self, Invalid> {
        let email = text.trim().to_lowercase();
        let shaped = email.split_once('@').is_some_and(|(name, host)| {
            !name.is_empty()
                && !host.contains('@')
                && host.split('.').count() > 1
                && host.split('.').all(|p| !p.is_empty())
        });
        if !shaped || email.len() > Self::MAX_BYTES || email.chars().any(|c| c.is_whitespace() || c.is_control()) {
            return Err(Invalid::new(text!(fields.email_shape)));
        }
        Ok(Self(email))
    }

    /// The address.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// A password that somebody chose; never stored, logged or shown.
#[derive(Clone, PartialEq, Eq)]
pub struct Password(String);

impl Password {
    /// How many characters it has.
    pub const LENGTH: Range<usize> = 10..201;

    /// Checks its length.
    ///
    /// # Errors
    /// When it is shorter than 10 or longer than 200 characters.
    pub fn parse(text: &str) -> Result<Self, Invalid> {
        if !Self::LENGTH.contains(&text.chars().count()) {
            return Err(Invalid::new(text!(fields.password_length)));
        }
        Ok(Self(text.to_owned()))
    }

    /// The password in the clear, for hashing it.
    pub fn reveal(&self) -> &str {
        &self.0
    }
}

impl std::fmt::Debug for Password {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Password(…)")
    }
}

/// The kinds of sign-in.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "ssr", derive(schemars::JsonSchema))]
#[serde(rename_all = "lowercase")]
pub enum SessionKind {
    /// By cookie.
    Browser,
    /// By `Authorization: Bearer`, for scripts.
    Token,
}

impl SessionKind {
    /// As it is stored.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Browser => "browser",
            Self::Token => "token",
        }
    }

    /// The reverse of [`Self::as_str`]; anything else is a browser.
    pub fn from_stored(text: &str) -> Self {
        if text == "token" { Self::Token } else { Self::Browser }
    }
}

/// A person with an account, as they see it themselves.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "ssr", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase")]
pub struct Account {
    /// The account's id.
    pub id: UserId,
    /// What one signs in with, and the address of the watch page.
    pub username: String,
    /// The name that others read: the username, until another one is chosen.
    pub display_name: String,
    /// A few words about oneself, for others to read; possibly none.
    pub about: String,
    /// The address for mail; nobody else sees it.
    pub email: String,
    /// Decides applications.
    pub is_admin: bool,
    /// Has an approved application, and so a stream.
    pub is_creator: bool,
    /// Address of their picture.
    #[serde(default)]
    pub picture: Option<String>,
}

/// A person with an account, as admins see it: without the address for mail.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "ssr", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase")]
pub struct ListedAccount {
    /// The account's id, which the log of the program names it by.
    pub id: UserId,
    /// What one signs in with, and the address of the watch page.
    pub username: String,
    /// The name that others read.
    pub display_name: String,
    /// Address of their picture.
    pub picture: Option<String>,
    /// Decides applications.
    pub is_admin: bool,
    /// Has an approved application, and so a stream.
    pub is_creator: bool,
    /// Their stream is on air.
    pub is_live: bool,
    /// When the account was made.
    pub created_at: Timestamp,
}

/// One sign-in of the account, as its owner sees it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "ssr", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase")]
pub struct Session {
    /// The session's id.
    pub id: SessionId,
    /// In a browser, or of a script.
    pub kind: SessionKind,
    /// What the browser or script called itself when it signed in.
    pub user_agent: String,
    /// When it signed in.
    pub created_at: Timestamp,
    /// When it was last used, to the hour.
    pub last_seen_at: Timestamp,
    /// The one that asks.
    pub is_current: bool,
}

/// Whether somebody who has forgotten their password can help themselves.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "ssr", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase")]
pub struct ResetByMail {
    /// A link to a new password is mailed to who asks for it. Otherwise whoever runs the server sets a new one.
    pub is_available: bool,
}

/// Whether that can be what is in a link to a new password. Where it is not, the address was cut or never was one.
pub fn is_reset_token(text: &str) -> bool {
    text.trim().strip_prefix(RESET_TOKEN_PREFIX).is_some_and(|random| {
        random.len() == RESET_TOKEN_RANDOM_CHARS
            && random.bytes().all(|c| c.is_ascii_alphanumeric() || matches!(c, b'-' | b'_'))
    })
}

/// What a script signs in with, as `Authorization: Bearer`.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "ssr", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase")]
pub struct AccessToken {
    /// The token itself.
    pub token: String,
    /// When it stops working.
    pub expires_at: Timestamp,
}

impl std::fmt::Debug for AccessToken {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("AccessToken").field("expires_at", &self.expires_at).finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn usernames_are_lowered_and_limited() {
        assert_eq!(Username::parse(" Ann_1 ").expect("valid").as_str(), "ann_1");
        assert_eq!(Username::bare(" @Ann_1 "), "Ann_1");
        for bad in ["", "ab", &"a".repeat(31), "a b c", "ann-b", "änn", "Admin"] {
            assert!(Username::parse(bad).is_err(), "{bad}");
        }
    }

    #[test]
    fn emails_have_a_name_and_a_host() {
        assert_eq!(Email::parse("Ann@Example.ORG").expect("valid").as_str(), "ann@example.org");
        for bad in ["", "ann", "ann@", "@a.b", "ann@host", "a@b@c.d", "a b@c.d", "ann@a..b"] {
            assert!(Email::parse(bad).is_err(), "{bad}");
        }
    }

    #[test]
    fn a_link_that_was_cut_is_told_from_a_whole_one() {
        let whole = format!("{RESET_TOKEN_PREFIX}{}", "aZ0-_".repeat(9).get(..43).expect("that long"));
        assert!(is_reset_token(&whole) && is_reset_token(&format!(" {whole}\n")));
        let cut = whole.get(..whole.len() - 1).expect("that long");
        for bad in ["", "none", RESET_TOKEN_PREFIX, cut, &format!("{whole}."), &format!("{cut}>"), &format!("{cut}é")]
        {
            assert!(!is_reset_token(bad), "{bad}");
        }
    }

    #[test]
    fn passwords_are_never_printed() {
        let password = Password::parse("correct horse").expect("valid");
        assert!(!format!("{password:?}").contains("horse"));
        assert!(Password::parse("123456789").is_err());
    }
}
