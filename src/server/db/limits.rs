//! How often something was done lately. In the database, so that limits hold for all instances together, and counted in
//! one statement, so that two at once are two. Names hold ids, addresses, and pseudonyms of what was typed, and go with
//! the hourly pruning.

use std::time::Duration;

use sqlx::Result;

use super::{Queryable, statements};
use crate::domain::timestamp::Timestamp;

statements! {
    /// Counts in one statement, so that two at once are two. $3 is when a window that is over began at the latest, $4
    /// what none begins after unless the clock went back.
    HIT = "INSERT INTO rate_limits (name, window_start, hits) VALUES ($1, $2, 1)
           ON CONFLICT (name) DO UPDATE SET
               hits = CASE WHEN rate_limits.window_start <= $3 OR rate_limits.window_start > $4 THEN 1
                   ELSE rate_limits.hits + 1 END,
               window_start = CASE WHEN rate_limits.window_start <= $3 OR rate_limits.window_start > $4 THEN $2
                   ELSE rate_limits.window_start END
           RETURNING window_start, hits";

    DELETE_LIMIT = "DELETE FROM rate_limits WHERE name = $1";

    DELETE_OLD_LIMITS = "DELETE FROM rate_limits WHERE window_start <= $1";
}

/// How often something was done in the running window.
#[derive(Debug, Clone, Copy)]
pub struct Hits {
    /// Since when it is counted.
    pub window_start: Timestamp,
    /// How often, this time included.
    pub count: i64,
}

/// Counts one more.
pub async fn hit(db: impl Queryable<'_>, name: &str, window: Duration, now: Timestamp) -> Result<Hits> {
    let query = db.write(HIT).bind(name).bind(now.0).bind(now.minus(window).0).bind(now.plus(window).0);
    let (window_start, count): (i64, i64) = query.fetch_one().await?;
    Ok(Hits { window_start: window_start.into(), count })
}

/// Forgets one.
pub async fn delete(db: impl Queryable<'_>, name: &str) -> Result<()> {
    db.write(DELETE_LIMIT).bind(name).execute().await?;
    Ok(())
}

/// Forgets windows that began before then.
pub async fn delete_old(db: impl Queryable<'_>, before: Timestamp) -> Result<u64> {
    db.write(DELETE_OLD_LIMITS).bind(before.0).execute().await
}
