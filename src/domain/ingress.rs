//! How an encoder gets in: the two protocols that a key can be for. Each key is for one of them, RTMP unless WHIP is
//! asked for. What LiveKit makes of it is not here (`server/livekit/ingress.rs`).

use serde::{Deserialize, Serialize};

use super::fields::Invalid;
use crate::text;

/// The protocol that the key is for.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "ssr", derive(schemars::JsonSchema))]
#[serde(rename_all = "lowercase")]
pub enum InputType {
    /// Every encoder; several qualities for viewers; about two seconds of delay.
    #[default]
    Rtmp,
    /// OBS 30 and later; about a tenth of a second of delay; one quality.
    Whip,
}

impl InputType {
    /// As it is stored and sent.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Rtmp => "rtmp",
            Self::Whip => "whip",
        }
    }

    /// As people call it, in every language.
    pub fn name(self) -> &'static str {
        match self {
            Self::Rtmp => "RTMP",
            Self::Whip => "WHIP",
        }
    }

    /// The reverse of [`Self::as_str`].
    ///
    /// # Errors
    /// When it is neither.
    pub fn parse(text: &str) -> Result<Self, Invalid> {
        match text {
            "rtmp" => Ok(Self::Rtmp),
            "whip" => Ok(Self::Whip),
            _ => Err(Invalid::new(text!(keys.choose_rtmp_or_whip))),
        }
    }
}
