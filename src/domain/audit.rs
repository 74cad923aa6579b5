//! What is remembered of who did what: what admins decide, what is done with stream keys, and what concerns the safety
//! of an account. Holds no secret.

use serde::{Deserialize, Serialize};

use super::{id::AuditId, timestamp::Timestamp};

macro_rules! actions {
    ($($(#[$doc:meta])* $name:ident = $text:literal,)*) => {
        /// What was done.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
        #[cfg_attr(feature = "ssr", derive(schemars::JsonSchema))]
        #[serde(rename_all = "SCREAMING_SNAKE_CASE")]
        pub enum AuditAction {
            $($(#[$doc])* $name,)*
        }

        impl AuditAction {
            /// All there are.
            pub const ALL: &[Self] = &[$(Self::$name),*];

            /// As it is stored and sent.
            pub fn as_str(self) -> &'static str {
                match self {
                    $(Self::$name => $text,)*
                }
            }
        }
    };
}

actions! {
    /// The account was made.
    AccountMade = "ACCOUNT_MADE",
    /// Somebody signed in with a browser.
    SignedIn = "SIGNED_IN",
    /// Somebody made a token for scripts.
    TokenMade = "TOKEN_MADE",
    /// The password was wrong. Without an account: the name was nobody's.
    SignInFailed = "SIGN_IN_FAILED",
    /// There were too many tries, and this one was not looked at.
    SignInRefused = "SIGN_IN_REFUSED",
    /// Signed out somewhere else.
    SessionEnded = "SESSION_ENDED",
    /// Signed out everywhere else.
    SessionsEnded = "SESSIONS_ENDED",
    /// The password was replaced by who knew it.
    PasswordChanged = "PASSWORD_CHANGED",
    /// A link to a new password was sent.
    ResetAsked = "RESET_ASKED",
    /// The password was replaced with such a link.
    PasswordReset = "PASSWORD_RESET",
    /// The address for mail was replaced.
    EmailChanged = "EMAIL_CHANGED",
    /// The account was deleted.
    AccountDeleted = "ACCOUNT_DELETED",
    /// A stream key was made where there was none.
    KeyMade = "KEY_MADE",
    /// A stream key was made in the place of another one.
    KeyRenewed = "KEY_RENEWED",
    /// The stream key was shown.
    KeyShown = "KEY_SHOWN",
    /// The stream key was deleted.
    KeyDeleted = "KEY_DELETED",
    /// An admin began to look at an application.
    ApplicationReviewed = "APPLICATION_REVIEWED",
    /// Somebody was made a creator.
    ApplicationApproved = "APPLICATION_APPROVED",
    /// An application was refused.
    ApplicationRejected = "APPLICATION_REJECTED",
    /// Somebody is no creator any more.
    ApprovalRevoked = "APPROVAL_REVOKED",
    /// Somebody was made an admin.
    AdminAdded = "ADMIN_ADDED",
    /// Somebody is no admin any more.
    AdminRemoved = "ADMIN_REMOVED",
    /// A creator made somebody a moderator.
    ModeratorAdded = "MODERATOR_ADDED",
    /// A creator made a moderator a viewer again.
    ModeratorRemoved = "MODERATOR_REMOVED",
    /// Something that only a newer version of StreamIt knows, which this database was used with before.
    Other = "OTHER",
}

impl AuditAction {
    /// The reverse of [`Self::as_str`].
    pub fn from_stored(text: &str) -> Self {
        Self::ALL.iter().copied().find(|action| action.as_str() == text).unwrap_or(Self::Other)
    }
}

/// The kinds of who does something.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "ssr", derive(schemars::JsonSchema))]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum AuditActor {
    /// Somebody who is signed in.
    Account,
    /// Whoever runs the server, at its command line or by its settings.
    Operator,
    /// Nobody who is signed in.
    Nobody,
}

impl AuditActor {
    /// As it is stored and sent.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Account => "ACCOUNT",
            Self::Operator => "OPERATOR",
            Self::Nobody => "NOBODY",
        }
    }

    /// The reverse of [`Self::as_str`]; anything else is nobody.
    pub fn from_stored(text: &str) -> Self {
        [Self::Account, Self::Operator].into_iter().find(|kind| kind.as_str() == text).unwrap_or(Self::Nobody)
    }
}

/// Who did what to whom, and when.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "ssr", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase")]
pub struct AuditEntry {
    /// Names it.
    pub id: AuditId,
    /// What.
    pub action: AuditAction,
    /// Which kind of somebody did it.
    pub actor_kind: AuditActor,
    /// Who; `None` when it was no account, or it is gone.
    pub actor: Option<String>,
    /// Whose account it was done to; `None` when there is none, or it is gone.
    pub subject: Option<String>,
    /// Where it came from: an address without its last part.
    pub network: Option<String>,
    /// How often within an hour, for what is told in sum; 1 otherwise.
    pub times: i64,
    /// The request that did it, as the log names it; of several, the last one.
    pub request_id: Option<String>,
    /// When; of several, the first time.
    pub at: Timestamp,
    /// When for the last time.
    pub last_at: Timestamp,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_stored_is_what_is_sent() {
        for action in AuditAction::ALL {
            let sent = serde_json::to_string(action).expect("serializable");
            assert_eq!(sent, format!("\"{}\"", action.as_str()));
            assert_eq!(AuditAction::from_stored(action.as_str()), *action);
        }
        for kind in [AuditActor::Account, AuditActor::Operator, AuditActor::Nobody] {
            assert_eq!(AuditActor::from_stored(kind.as_str()), kind);
        }
    }
}
