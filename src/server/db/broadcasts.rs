//! Times on air, and the drops in them. A drop that was short enough is part of a broadcast, and not time on air. An
//! end that is written once stays, until the broadcast is gone on with. Whether it may be, `services/on_air.rs`
//! decides.

use sqlx::Result;

use super::{Queryable, Tx, statements};
use crate::domain::{
    id::{BroadcastId, StreamId},
    timestamp::Timestamp,
};

statements! {
    FIND_LAST_BROADCAST = "SELECT id, started_at, ended_at, settled_at FROM broadcasts
                           WHERE stream_id = $1 ORDER BY started_at DESC, id DESC LIMIT 1";

    INSERT_BROADCAST = "INSERT INTO broadcasts (id, stream_id, started_at, ended_at, last_seen_at)
                        VALUES ($1, $2, $3, NULL, $3)";

    INSERT_DROP = "INSERT INTO broadcast_drops (broadcast_id, started_at, ended_at)
                   SELECT id, ended_at, CAST($2 AS BIGINT) FROM broadcasts WHERE id = $1 AND ended_at IS NOT NULL
                   ON CONFLICT (broadcast_id, started_at) DO UPDATE SET ended_at = excluded.ended_at";

    REOPEN_BROADCAST = "UPDATE broadcasts SET ended_at = NULL, last_seen_at = $2 WHERE id = $1";

    /// With what it is called by then. One that had ended already keeps its end.
    END_BROADCAST = "UPDATE broadcasts SET ended_at = coalesce(ended_at, $2), title = $3 WHERE id = $1";

    SEE_BROADCAST = "UPDATE broadcasts SET last_seen_at = $2 WHERE id = $1 AND ended_at IS NULL
                     AND coalesce(last_seen_at, 0) < $2";

    FIND_ANOTHER = "SELECT id FROM broadcasts WHERE stream_id = $1 AND id <> $2 LIMIT 1";

    FIND_LAST_SEEN = "SELECT last_seen_at FROM broadcasts WHERE id = $1";
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
    ended_at: Option<i64>,
    settled_at: Option<i64>,
}

impl BroadcastRow {
    /// When it ended; `None` while it is on air.
    pub fn ended_at(&self) -> Option<Timestamp> {
        self.ended_at.map(Timestamp)
    }

    /// Its numbers stand: it is over for good.
    pub fn is_settled(&self) -> bool {
        self.settled_at.is_some()
    }
}

/// The stream's newest broadcast.
pub async fn find_last(db: impl Queryable<'_>, id: &StreamId) -> Result<Option<BroadcastRow>> {
    db.read(FIND_LAST_BROADCAST).bind(id.as_str()).fetch_optional().await
}

/// Whether the stream has any other broadcast than the one that goes on now.
pub async fn has_another(db: impl Queryable<'_>, id: &StreamId, current: Option<&BroadcastId>) -> Result<bool> {
    let current = current.map_or("", BroadcastId::as_str);
    let row: Option<(String,)> = db.read(FIND_ANOTHER).bind(id.as_str()).bind(current).fetch_optional().await?;
    Ok(row.is_some())
}

/// Begins a broadcast.
pub async fn insert(db: impl Queryable<'_>, id: &BroadcastId, stream: &StreamId, now: Timestamp) -> Result<()> {
    db.write(INSERT_BROADCAST).bind(id.as_str()).bind(stream.as_str()).bind(now.0).execute().await?;
    Ok(())
}

/// Goes on with a broadcast that had ended: what was between is a drop.
pub async fn reopen(tx: &mut Tx, id: &BroadcastId, now: Timestamp) -> Result<()> {
    tx.write(INSERT_DROP).bind(id.as_str()).bind(now.0).execute().await?;
    tx.write(REOPEN_BROADCAST).bind(id.as_str()).bind(now.0).execute().await?;
    Ok(())
}

/// Ends a broadcast that is called so.
pub async fn end(db: impl Queryable<'_>, id: &BroadcastId, title: &str, at: Timestamp) -> Result<()> {
    db.write(END_BROADCAST).bind(id.as_str()).bind(at.0).bind(title).execute().await?;
    Ok(())
}

/// Remembers that a broadcast is on air.
pub async fn see(db: impl Queryable<'_>, id: &BroadcastId, now: Timestamp) -> Result<()> {
    db.write(SEE_BROADCAST).bind(id.as_str()).bind(now.0).execute().await?;
    Ok(())
}

/// When a broadcast was last known to be on air.
pub async fn find_last_seen(db: impl Queryable<'_>, id: &BroadcastId) -> Result<Option<Timestamp>> {
    let row: Option<(Option<i64>,)> = db.read(FIND_LAST_SEEN).bind(id.as_str()).fetch_optional().await?;
    Ok(row.and_then(|(seen,)| seen).map(Timestamp))
}
