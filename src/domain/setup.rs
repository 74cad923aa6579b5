//! The parts that an installation is made of: how each is doing, and what is still lacking, in words for whoever runs
//! it. How they are looked at is the server's (`services/parts.rs`). What cannot be seen is unknown, and never counted
//! as missing.

use serde::{Deserialize, Serialize};

use super::timestamp::Timestamp;
use crate::text;

/// A part that StreamIt needs and does not have, in words for whoever runs it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "ssr", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase")]
pub struct MissingPart {
    /// Its name.
    pub name: String,
    /// What does not work without it.
    pub consequence: String,
    /// How to get it.
    pub remedy: String,
}

/// What StreamIt works with.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "ssr", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase")]
pub enum PartKind {
    /// Where everything is kept but pictures.
    Database,
    /// LiveKit's API: rooms, and who is in them.
    Livekit,
    /// Where encoders connect, by RTMP or WHIP.
    Ingress,
    /// What LiveKit tells of by itself.
    Webhooks,
    /// Where pictures are kept.
    Storage,
    /// The server that sends mail.
    Mail,
}

impl PartKind {
    /// As it is written for programs.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Database => "database",
            Self::Livekit => "livekit",
            Self::Ingress => "ingress",
            Self::Webhooks => "webhooks",
            Self::Storage => "storage",
            Self::Mail => "mail",
        }
    }

    /// As people read it.
    pub fn name(self) -> &'static str {
        match self {
            Self::Database => text!(parts.database),
            Self::Livekit => "LiveKit",
            Self::Ingress => text!(parts.ingress),
            Self::Webhooks => text!(parts.webhooks),
            Self::Storage => text!(parts.storage),
            Self::Mail => text!(parts.mail),
        }
    }
}

/// How a part is doing.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "ssr", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase")]
pub enum PartState {
    /// It does what it should.
    Ok,
    /// It does not.
    Failing,
    /// No setting names one.
    NotSetUp,
    /// It can't be seen now: nothing shows that it fails.
    Unknown,
}

impl PartState {
    /// As it is written for programs.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Ok => "ok",
            Self::Failing => "failing",
            Self::NotSetUp => "notSetUp",
            Self::Unknown => "unknown",
        }
    }
}

/// How a part is doing, in words for whoever runs the installation.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "ssr", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase")]
pub struct Part {
    /// Which one.
    pub part: PartKind,
    /// How it is doing.
    pub state: PartState,
    /// The same as a sentence.
    pub says: String,
    /// What does not work because of it, when something does not.
    pub consequence: Option<String>,
    /// What to do, unless all is well.
    pub remedy: Option<String>,
    /// When it last showed that it works, where that is known.
    pub last_at: Option<Timestamp>,
}

impl Part {
    /// What is missing, if this is.
    pub fn missing(self) -> Option<MissingPart> {
        matches!(self.state, PartState::Failing | PartState::NotSetUp).then(|| MissingPart {
            name: self.says,
            consequence: self.consequence.unwrap_or_default(),
            remedy: self.remedy.unwrap_or_default(),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_pages_are_marked_with_is_what_programs_read() {
        let kinds = [
            PartKind::Database,
            PartKind::Livekit,
            PartKind::Ingress,
            PartKind::Webhooks,
            PartKind::Storage,
            PartKind::Mail,
        ];
        for kind in kinds {
            assert_eq!(serde_json::to_value(kind).expect("serializable"), kind.as_str());
        }
        for state in [PartState::Ok, PartState::Failing, PartState::NotSetUp, PartState::Unknown] {
            assert_eq!(serde_json::to_value(state).expect("serializable"), state.as_str());
        }
    }

    #[test]
    fn only_what_fails_or_is_not_there_is_missing() {
        let part = |state| Part {
            part: PartKind::Livekit,
            state,
            says: "LiveKit does not answer.".into(),
            consequence: None,
            remedy: Some("Start it.".into()),
            last_at: None,
        };
        assert_eq!(part(PartState::Failing).missing().map(|missing| missing.remedy).as_deref(), Some("Start it."));
        assert!(part(PartState::NotSetUp).missing().is_some());
        assert!(part(PartState::Ok).missing().is_none() && part(PartState::Unknown).missing().is_none());
    }
}
