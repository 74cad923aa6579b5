//! What an installation still lacks.

use serde::{Deserialize, Serialize};

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
