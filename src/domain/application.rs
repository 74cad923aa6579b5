//! How a user becomes a creator: an application, decided by an admin. Which decision can follow from where it stands,
//! [`Decision::apply`] says, and nobody else.
//!
//! What the installation itself writes in the place of an applicant or an admin is stored as a fixed text, and shown in
//! the language of who looks.

use serde::{Deserialize, Serialize};

use super::{fields::Invalid, id::ApplicationId, timestamp::Timestamp};
use crate::text;

/// Longest text of an applicant, and longest reason, in characters.
pub const MAX_WORDS_CHARS: usize = 2000;

/// What stands for the words of an applicant who had none to say.
pub const RUNS_THIS_SERVER: &str = "Runs this server.";
/// The same, of the demo's creator.
pub const SHOWS_A_STREAM: &str = "Shows what a live stream looks like.";
/// The same, of somebody whom the operator made a creator.
pub const BY_OPERATOR: &str = "Approved by the operator.";
/// The reason of an operator who gives none.
pub const TAKEN_BACK: &str = "The operator of this server took the approval back.";

/// How such a text is shown: what nobody has written is in the words of who looks.
pub fn shown(words: &str) -> &str {
    match words {
        RUNS_THIS_SERVER => text!(apply.runs_this_server),
        SHOWS_A_STREAM => text!(apply.shows_a_stream),
        BY_OPERATOR => text!(apply.by_operator),
        TAKEN_BACK => text!(apply.taken_back),
        own => own,
    }
}

/// What an applicant wrote themselves: nothing, where such a text stands for their words.
pub fn written(words: &str) -> &str {
    match words {
        RUNS_THIS_SERVER | SHOWS_A_STREAM | BY_OPERATOR | TAKEN_BACK => "",
        own => own,
    }
}

/// Where an application stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "ssr", derive(schemars::JsonSchema))]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum ApplicationStatus {
    /// Sent, not looked at.
    Pending,
    /// An admin is looking at it.
    UnderReview,
    /// Its author is a creator.
    Approved,
    /// Refused, or approval was taken back; its author can apply again.
    Rejected,
}

impl ApplicationStatus {
    /// As it is stored and sent.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Pending => "PENDING",
            Self::UnderReview => "UNDER_REVIEW",
            Self::Approved => "APPROVED",
            Self::Rejected => "REJECTED",
        }
    }

    /// The reverse of [`Self::as_str`].
    pub fn parse(text: &str) -> Option<Self> {
        [Self::Pending, Self::UnderReview, Self::Approved, Self::Rejected].into_iter().find(|s| s.as_str() == text)
    }
}

/// What an admin does with an application.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "ssr", derive(schemars::JsonSchema))]
#[serde(rename_all = "lowercase")]
pub enum Decision {
    /// Says that it is being looked at.
    Review,
    /// Makes the applicant a creator.
    Approve,
    /// Refuses, with a reason.
    Reject,
    /// Takes approval back: the stream ends and its key goes.
    Revoke,
}

impl Decision {
    /// As it is on the wire.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Review => "review",
            Self::Approve => "approve",
            Self::Reject => "reject",
            Self::Revoke => "revoke",
        }
    }

    /// The reverse of [`Self::as_str`].
    ///
    /// # Errors
    /// When it is none of the four.
    pub fn parse(text: &str) -> Result<Self, Invalid> {
        [Self::Review, Self::Approve, Self::Reject, Self::Revoke]
            .into_iter()
            .find(|decision| decision.as_str() == text)
            .ok_or_else(|| Invalid::new(text!(fields.decision_unknown)))
    }

    /// Where the application stands after this; `None` when it cannot follow from where it stands.
    pub fn apply(self, status: ApplicationStatus) -> Option<ApplicationStatus> {
        use ApplicationStatus as S;
        match (self, status) {
            (Self::Review, S::Pending) => Some(S::UnderReview),
            (Self::Approve, S::Pending | S::UnderReview) => Some(S::Approved),
            (Self::Reject, S::Pending | S::UnderReview) => Some(S::Rejected),
            (Self::Revoke, S::Approved) => Some(S::Rejected),
            _ => None,
        }
    }
}

/// What an applicant writes: 1 to 2,000 characters.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct About(String);

impl About {
    /// Trims and checks.
    ///
    /// # Errors
    /// When it is empty or too long.
    pub fn parse(text: &str) -> Result<Self, Invalid> {
        bounded(text, text!(fields.application_missing)).map(Self)
    }

    /// The text.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// Why an application was refused or taken back: 1 to 2,000 characters, shown to the applicant.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Reason(String);

impl Reason {
    /// Trims and checks.
    ///
    /// # Errors
    /// When it is empty or too long.
    pub fn parse(text: &str) -> Result<Self, Invalid> {
        bounded(text, text!(fields.reason_missing)).map(Self)
    }

    /// The text.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// An application, as its author and the admins see it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "ssr", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase")]
pub struct Application {
    /// The application's id.
    pub id: ApplicationId,
    /// Who applied.
    pub username: String,
    /// The name that others read.
    pub display_name: String,
    /// What they want to stream.
    pub about: String,
    /// Where it stands.
    pub status: ApplicationStatus,
    /// Why it was refused or taken back.
    pub reason: Option<String>,
    /// When it was sent.
    pub created_at: Timestamp,
    /// When its status last changed.
    pub updated_at: Timestamp,
}

fn bounded(text: &str, when_empty: &str) -> Result<String, Invalid> {
    let text = text.trim();
    if text.is_empty() {
        return Err(Invalid::new(when_empty));
    }
    if text.contains('\0') {
        return Err(Invalid::new(text!(fields.no_nul)));
    }
    if text.chars().count() > MAX_WORDS_CHARS {
        return Err(Invalid::new(text!(fields.words_too_long)));
    }
    Ok(text.to_owned())
}

#[cfg(test)]
mod tests {
    use super::{ApplicationStatus as S, *};

    #[test]
    fn decisions_follow_from_where_the_application_stands() {
        assert_eq!(Decision::Approve.apply(S::Pending), Some(S::Approved));
        assert_eq!(Decision::Reject.apply(S::UnderReview), Some(S::Rejected));
        assert_eq!(Decision::Revoke.apply(S::Approved), Some(S::Rejected));
        for (decision, status) in [
            (Decision::Approve, S::Approved),
            (Decision::Approve, S::Rejected),
            (Decision::Reject, S::Approved),
            (Decision::Revoke, S::Pending),
            (Decision::Review, S::UnderReview),
        ] {
            assert_eq!(decision.apply(status), None, "{decision:?} on {status:?}");
        }
    }

    #[test]
    fn what_stands_for_words_was_written_by_nobody() {
        for fixed in [RUNS_THIS_SERVER, SHOWS_A_STREAM, BY_OPERATOR, TAKEN_BACK] {
            assert_eq!(written(fixed), "", "{fixed}");
        }
        assert_eq!((written("Runs."), shown("Runs.")), ("Runs.", "Runs."));
    }
}
