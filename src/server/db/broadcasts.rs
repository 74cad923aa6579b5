//! Times on air. A drop that was short enough is part of one, and not time on air.

use sqlx::Result;

use super::{Queryable, statements};
use crate::domain::{
    id::{BroadcastId, StreamId},
    timestamp::Timestamp,
};

statements! {
    FIND_LAST_BROADCAST = "SELECT id, started_at, ended_at FROM broadcasts
                           WHERE stream_id = $1 ORDER BY id DESC LIMIT 1";

    INSERT_BROADCAST = "INSERT INTO broadcasts (id, stream_id, started_at, ended_at, interruptions, off_air_ms)
                        VALUES ($1, $2, $3, NULL, 0, 0)";

    REOPEN_BROADCAST = "UPDATE broadcasts SET ended_at = NULL, interruptions = interruptions + 1,
                            off_air_ms = off_air_ms + ($2 - ended_at)
                        WHERE id = $1 AND ended_at IS NOT NULL";

    END_BROADCAST = "UPDATE broadcasts SET ended_at = $2 WHERE id = $1 AND ended_at IS NULL";
}

/// When a broadcast began and ended.
#[derive(Debug, sqlx::FromRow)]
pub struct BroadcastRow {
    /// Which broadcast.
    #[sqlx(try_from = "String")]
    pub id: BroadcastId,
    /// When it began.
    #[sqlx(try_from = "i64")]
    pub started_at: Timestamp,
    /// When it ended; `None` while it is on air.
    pub ended_at: Option<i64>,
}

/// The stream's newest broadcast.
pub async fn find_last(db: impl Queryable<'_>, id: &StreamId) -> Result<Option<BroadcastRow>> {
    db.read(FIND_LAST_BROADCAST).bind(id.as_str()).fetch_optional().await
}

/// Begins a broadcast.
pub async fn insert(db: impl Queryable<'_>, id: &BroadcastId, stream: &StreamId, now: Timestamp) -> Result<()> {
    db.write(INSERT_BROADCAST).bind(id.as_str()).bind(stream.as_str()).bind(now.0).execute().await?;
    Ok(())
}

/// Goes on with a broadcast that had ended: one more interruption.
pub async fn reopen(db: impl Queryable<'_>, id: &BroadcastId, now: Timestamp) -> Result<()> {
    db.write(REOPEN_BROADCAST).bind(id.as_str()).bind(now.0).execute().await?;
    Ok(())
}

/// Ends a broadcast.
pub async fn end(db: impl Queryable<'_>, id: &str, now: Timestamp) -> Result<()> {
    db.write(END_BROADCAST).bind(id).bind(now.0).execute().await?;
    Ok(())
}
