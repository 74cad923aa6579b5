//! How long things on air may be interrupted. An encoder that is back in time goes on with its broadcast; one that is
//! not begins another. A drop that the creator asked to be waited out has a time of its own (`DisconnectProtection`).

use std::time::Duration;

/// An encoder that is back within this time goes on with the same broadcast.
pub const REOPEN_WITHIN: Duration = Duration::from_secs(90);
/// After an outage of LiveKit a stream is shown as `reconnecting` for this long before it counts as over.
pub const OUTAGE_GRACE: Duration = Duration::from_secs(15);
