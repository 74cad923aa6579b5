//! Who watches a broadcast, until it is settled. Every statement can run twice, and none touches a settled broadcast.
//!
//! What LiveKit tells stands: the time of a leave replaces what a look has guessed, and of two such times the earlier
//! one stays. What a look finds or misses only fills in what is not told. So their order does not matter.

use sqlx::Result;

use super::{Queryable, statements};
use crate::domain::{attendance::Visit, id::BroadcastId, timestamp::Timestamp};

statements! {
    /// Whoever was there already stays as they are: also who came after they left, for that sign is late.
    INSERT_VISIT = "INSERT INTO viewer_visits (broadcast_id, visit, viewer, joined_at, left_at, left_is_told)
                    SELECT id, CAST($2 AS TEXT), CAST($3 AS TEXT), CAST($4 AS BIGINT), CAST($5 AS BIGINT),
                        CAST($5 AS BIGINT) IS NOT NULL
                    FROM broadcasts WHERE id = $1 AND settled_at IS NULL
                    ON CONFLICT (broadcast_id, visit) DO NOTHING";

    /// Whoever an earlier look has missed was there all the time; who is told to have left has.
    SEE_VISIT = "INSERT INTO viewer_visits (broadcast_id, visit, viewer, joined_at)
                 SELECT id, CAST($2 AS TEXT), CAST($3 AS TEXT), CAST($4 AS BIGINT)
                 FROM broadcasts WHERE id = $1 AND settled_at IS NULL
                 ON CONFLICT (broadcast_id, visit) DO UPDATE SET left_at = NULL
                 WHERE NOT viewer_visits.left_is_told AND viewer_visits.left_at < $5";

    CLOSE_VISIT = "UPDATE viewer_visits SET left_at = $3, left_is_told = TRUE
                   WHERE broadcast_id = $1 AND visit = $2 AND (NOT left_is_told OR left_at > $3)";

    /// Of two looks the earlier one.
    MISS_VISIT = "UPDATE viewer_visits SET left_at = $3
                  WHERE broadcast_id = $1 AND visit = $2 AND NOT left_is_told AND (left_at IS NULL OR left_at > $3)";

    LIST_OPEN_VISITS = "SELECT visit, joined_at FROM viewer_visits WHERE broadcast_id = $1 AND left_at IS NULL";

    LIST_VISITS = "SELECT viewer, joined_at, left_at FROM viewer_visits WHERE broadcast_id = $1";

    FORGET_VISITS = "DELETE FROM viewer_visits WHERE broadcast_id = $1";
}

/// A visit as it is stored.
#[derive(Debug)]
pub struct NewVisit<'a> {
    /// What it is called.
    pub visit: &'a str,
    /// What its person is called.
    pub viewer: &'a str,
    /// When they came.
    pub joined_at: Timestamp,
    /// When they left, if they are told to have.
    pub left_at: Option<Timestamp>,
}

/// Remembers a visit that is told of.
pub async fn insert(db: impl Queryable<'_>, broadcast: &BroadcastId, visit: &NewVisit<'_>) -> Result<()> {
    db.write(INSERT_VISIT)
        .bind(broadcast.as_str())
        .bind(visit.visit)
        .bind(visit.viewer)
        .bind(visit.joined_at.0)
        .bind(visit.left_at.map(|left| left.0))
        .execute()
        .await?;
    Ok(())
}

/// Remembers a visit that a look has found which was begun at `asked_at`. It is open then, whatever its row says.
pub async fn see(
    db: impl Queryable<'_>,
    broadcast: &BroadcastId,
    visit: &NewVisit<'_>,
    asked_at: Timestamp,
) -> Result<()> {
    db.write(SEE_VISIT)
        .bind(broadcast.as_str())
        .bind(visit.visit)
        .bind(visit.viewer)
        .bind(visit.joined_at.0)
        .bind(asked_at.0)
        .execute()
        .await?;
    Ok(())
}

/// Ends a visit, when it is told to have ended.
pub async fn close(db: impl Queryable<'_>, broadcast: &BroadcastId, visit: &str, at: Timestamp) -> Result<()> {
    db.write(CLOSE_VISIT).bind(broadcast.as_str()).bind(visit).bind(at.0).execute().await?;
    Ok(())
}

/// Ends a visit that a look has missed.
pub async fn miss(db: impl Queryable<'_>, broadcast: &BroadcastId, visit: &str, at: Timestamp) -> Result<()> {
    db.write(MISS_VISIT).bind(broadcast.as_str()).bind(visit).bind(at.0).execute().await?;
    Ok(())
}

/// Visits that have not ended, and when they began.
pub async fn list_open(db: impl Queryable<'_>, broadcast: &BroadcastId) -> Result<Vec<(String, Timestamp)>> {
    let rows: Vec<(String, i64)> = db.read(LIST_OPEN_VISITS).bind(broadcast.as_str()).fetch_all().await?;
    Ok(rows.into_iter().map(|(visit, joined_at)| (visit, Timestamp(joined_at))).collect())
}

/// All visits.
pub async fn list(db: impl Queryable<'_>, broadcast: &BroadcastId) -> Result<Vec<Visit>> {
    let rows: Vec<(String, i64, Option<i64>)> = db.read(LIST_VISITS).bind(broadcast.as_str()).fetch_all().await?;
    let visit = |(viewer, joined_at, left_at): (String, i64, Option<i64>)| Visit {
        viewer,
        joined_at: Timestamp(joined_at),
        left_at: left_at.map(Timestamp),
    };
    Ok(rows.into_iter().map(visit).collect())
}

/// Forgets who watched.
pub async fn forget(db: impl Queryable<'_>, broadcast: &BroadcastId) -> Result<()> {
    db.write(FORGET_VISITS).bind(broadcast.as_str()).execute().await?;
    Ok(())
}
