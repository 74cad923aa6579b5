//! What is found of a part that StreamIt works with: how it is doing, in words for whoever runs the installation, and
//! what it says itself.
//!
//! The words hold no secret and nothing that a part answered; that is the detail, which `streamit doctor` alone shows.
//! How each part is looked at is in `parts.rs`.

use crate::{
    domain::setup::{Part, PartKind, PartState},
    text,
};

/// How a part is doing, and what it says itself.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Finding {
    /// How it is doing.
    pub part: Part,
    /// Where it is, and why it fails. For whoever has the machine: no page shows it.
    pub detail: Option<String>,
}

impl Finding {
    fn new(kind: PartKind, state: PartState, says: impl Into<String>) -> Self {
        let part = Part { part: kind, state, says: says.into(), consequence: None, remedy: None, last_at: None };
        Self { part, detail: None }
    }

    /// It does what it should.
    pub(super) fn fine(kind: PartKind, says: impl Into<String>) -> Self {
        Self::new(kind, PartState::Ok, says)
    }

    /// It does not.
    pub(super) fn failing(kind: PartKind, says: impl Into<String>, remedy: impl Into<String>) -> Self {
        Self::new(kind, PartState::Failing, says).with_consequence().with_remedy(remedy)
    }

    /// No setting names one.
    pub(super) fn not_set_up(kind: PartKind, says: &str, remedy: &str) -> Self {
        Self::new(kind, PartState::NotSetUp, says).with_consequence().with_remedy(remedy)
    }

    /// Not set up, since LiveKit is not: what does not work without that, it says itself.
    pub(super) fn needs_livekit(kind: PartKind, says: &str) -> Self {
        Self::new(kind, PartState::NotSetUp, says).with_remedy(text!(parts.set_up_livekit_first))
    }

    /// Nothing shows how it is doing.
    pub(super) fn unknown(kind: PartKind, says: impl Into<String>, remedy: impl Into<String>) -> Self {
        Self::new(kind, PartState::Unknown, says).with_remedy(remedy)
    }

    fn with_remedy(mut self, remedy: impl Into<String>) -> Self {
        self.part.remedy = Some(remedy.into());
        self
    }

    fn with_consequence(mut self) -> Self {
        self.part.consequence = Some(consequence(self.part.part).to_owned());
        self
    }

    /// The same, with why, for whoever has the machine.
    pub(super) fn because(mut self, reason: &impl ToString) -> Self {
        self.detail = Some(reason.to_string());
        self
    }

    /// The same, with where it is.
    pub fn at(mut self, place: &impl ToString) -> Self {
        let place = place.to_string();
        self.detail = Some(match self.detail {
            Some(reason) => format!("{place}: {reason}"),
            None => place,
        });
        self
    }
}

/// What does not work without it.
fn consequence(kind: PartKind) -> &'static str {
    match kind {
        PartKind::Database => text!(parts.without_database),
        PartKind::Livekit => text!(parts.without_livekit),
        PartKind::Ingress => text!(parts.without_ingress),
        PartKind::Webhooks => text!(parts.without_webhooks),
        PartKind::Storage => text!(parts.without_storage),
        PartKind::Mail => text!(parts.without_mail),
    }
}
