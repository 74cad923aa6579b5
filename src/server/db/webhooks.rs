//! Which of LiveKit's events were taken in: their ids, and nothing else of them.

use sqlx::Result;

use super::{Queryable, statements};
use crate::domain::timestamp::Timestamp;

statements! {
    INSERT_EVENT = "INSERT INTO webhook_events (id, received_at) VALUES ($1, $2) ON CONFLICT (id) DO NOTHING";

    DELETE_OLD_EVENTS = "DELETE FROM webhook_events WHERE received_at <= $1";
}

/// Remembers an event; says whether it is new.
pub async fn insert(db: impl Queryable<'_>, id: &str, now: Timestamp) -> Result<bool> {
    Ok(db.write(INSERT_EVENT).bind(id).bind(now.0).execute().await? == 1)
}

/// Forgets events received before then.
pub async fn delete_old(db: impl Queryable<'_>, before: Timestamp) -> Result<u64> {
    db.write(DELETE_OLD_EVENTS).bind(before.0).execute().await
}
