//! The time of day.

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
