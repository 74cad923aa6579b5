//! Who follows which stream, and since when.

use sqlx::Result;

use super::{Queryable, statements};
use crate::domain::{
    id::{StreamId, UserId},
    timestamp::Timestamp,
};

statements! {
    INSERT_FOLLOW = "INSERT INTO follows (user_id, stream_id, followed_at) VALUES ($1, $2, $3)
                     ON CONFLICT (user_id, stream_id) DO NOTHING";

    DELETE_FOLLOW = "DELETE FROM follows WHERE user_id = $1 AND stream_id = $2";

    COUNT_FOLLOWERS = "SELECT count(*) FROM follows WHERE stream_id = $1";
}

/// Follows; who does already goes on as before.
pub async fn insert(db: impl Queryable<'_>, user: &UserId, stream: &StreamId, now: Timestamp) -> Result<()> {
    db.write(INSERT_FOLLOW).bind(user.as_str()).bind(stream.as_str()).bind(now.0).execute().await?;
    Ok(())
}

/// Follows no more.
pub async fn delete(db: impl Queryable<'_>, user: &UserId, stream: &StreamId) -> Result<()> {
    db.write(DELETE_FOLLOW).bind(user.as_str()).bind(stream.as_str()).execute().await?;
    Ok(())
}

/// How many follow.
pub async fn count(db: impl Queryable<'_>, stream: &StreamId) -> Result<u32> {
    let (count,): (i64,) = db.read(COUNT_FOLLOWERS).bind(stream.as_str()).fetch_one().await?;
    Ok(u32::try_from(count).unwrap_or(u32::MAX))
}
