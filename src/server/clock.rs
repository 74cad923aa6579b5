//! The time of day, by the machine's clock, and ids that sort by it. Only here is it asked, but for the age of the
//! process (`metrics.rs`) and for LiveKit's clock (`livekit/probe.rs`). It may go back: whoever compares two times has
//! to do with a later one that is smaller.

use std::time::{SystemTime, UNIX_EPOCH};

use crate::domain::timestamp::Timestamp;

/// Now, by the machine's clock.
pub fn now() -> Timestamp {
    let since_1970 = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    Timestamp(i64::try_from(since_1970.as_millis()).unwrap_or(i64::MAX))
}

/// A new id: UUIDv7, so that ids sort by when they were made.
pub fn new_id() -> String {
    uuid::Uuid::now_v7().to_string()
}
