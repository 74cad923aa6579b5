//! Who follows which stream, and since when; and how many more or fewer it were over time, without who: by quarters of
//! an hour, so that no moment tells which changes of several streams are one person's.

use sqlx::Result;

use super::{Queryable, Tx, statements};
use crate::domain::{
    attendance::QUARTER_HOUR_MS,
    id::{StreamId, UserId},
    timestamp::Timestamp,
};

statements! {
    INSERT_FOLLOW = "INSERT INTO follows (user_id, stream_id, followed_at) VALUES ($1, $2, $3)
                     ON CONFLICT (user_id, stream_id) DO NOTHING";

    DELETE_FOLLOW = "DELETE FROM follows WHERE user_id = $1 AND stream_id = $2";

    /// So many more or fewer, on top of what else happened in that quarter of an hour.
    NOTE_CHANGE = "INSERT INTO follow_events (stream_id, at, change) VALUES ($1, $2, $3)
                   ON CONFLICT (stream_id, at) DO UPDATE SET change = follow_events.change + excluded.change";

    /// Holds the rows until the transaction ends.
    HOLD_FOLLOWS = "UPDATE follows SET followed_at = followed_at WHERE user_id = $1";

    NOTE_ALL_LEFT = "INSERT INTO follow_events (stream_id, at, change)
                     SELECT stream_id, CAST($2 AS BIGINT), -1 FROM follows WHERE user_id = $1 ORDER BY stream_id
                     ON CONFLICT (stream_id, at) DO UPDATE SET change = follow_events.change + excluded.change";

    COUNT_FOLLOWERS = "SELECT count(*) FROM follows WHERE stream_id = $1";
}

/// Follows; who does already goes on as before.
pub async fn insert(tx: &mut Tx, user: &UserId, stream: &StreamId, now: Timestamp) -> Result<()> {
    let query = tx.write(INSERT_FOLLOW).bind(user.as_str()).bind(stream.as_str()).bind(now.0);
    if query.execute().await? == 1 { note(tx, stream, 1, now).await } else { Ok(()) }
}

/// Follows no more.
pub async fn delete(tx: &mut Tx, user: &UserId, stream: &StreamId, now: Timestamp) -> Result<()> {
    let query = tx.write(DELETE_FOLLOW).bind(user.as_str()).bind(stream.as_str());
    if query.execute().await? == 1 { note(tx, stream, -1, now).await } else { Ok(()) }
}

/// Notes that the streams that an account follows have one follower fewer: it is about to be deleted.
pub async fn note_all_left(tx: &mut Tx, user: &UserId, now: Timestamp) -> Result<()> {
    // First the follow, then the note, as whoever unfollows at the same time: or each would wait for the other.
    tx.write(HOLD_FOLLOWS).bind(user.as_str()).execute().await?;
    tx.write(NOTE_ALL_LEFT).bind(user.as_str()).bind(quarter(now)).execute().await?;
    Ok(())
}

/// Notes that a stream has so many more followers.
pub async fn note(tx: &mut Tx, stream: &StreamId, change: i64, at: Timestamp) -> Result<()> {
    tx.write(NOTE_CHANGE).bind(stream.as_str()).bind(quarter(at)).bind(change).execute().await?;
    Ok(())
}

/// When the quarter of an hour began that holds a moment.
fn quarter(at: Timestamp) -> i64 {
    at.0.div_euclid(QUARTER_HOUR_MS) * QUARTER_HOUR_MS
}

/// How many follow.
pub async fn count(db: impl Queryable<'_>, stream: &StreamId) -> Result<u32> {
    let (count,): (i64,) = db.read(COUNT_FOLLOWERS).bind(stream.as_str()).fetch_one().await?;
    Ok(u32::try_from(count).unwrap_or(u32::MAX))
}
