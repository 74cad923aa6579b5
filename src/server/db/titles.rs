//! The titles that streams have had. One that is corrected soon is replaced and not followed, so that a typing error is
//! no part of the history.

use sqlx::Result;

use super::{AFTER_ALL, Queryable, Tx, statements};
use crate::domain::{
    id::StreamId,
    stream::PastTitle,
    timestamp::Timestamp,
    title::{MAX_EARLIER_TITLES, Title},
};

statements! {
    /// The newest title of a stream when it was set after $2: it is replaced, not followed.
    FIND_FRESH_TITLE = "SELECT id FROM title_history WHERE stream_id = $1 AND set_at > $2 ORDER BY id DESC LIMIT 1";

    REPLACE_TITLE = "UPDATE title_history SET title = $2, set_at = $3 WHERE id = $1";

    INSERT_TITLE = "INSERT INTO title_history (id, stream_id, title, set_at) VALUES ($1, $2, $3, $4)";

    LIST_TITLES = "SELECT id, title, set_at FROM title_history
                   WHERE stream_id = $1 AND id < $2 ORDER BY id DESC LIMIT $3";

    /// Each title once, by when it was last set; without the present one, and without what a stream is called that has
    /// no title yet.
    LIST_EARLIER = "SELECT title FROM title_history WHERE stream_id = $1 AND title <> $2 AND title <> $3
                    GROUP BY title ORDER BY max(id) DESC LIMIT $4";
}

/// Keeps a title; one that was set after `fresh_since` is replaced instead of followed.
pub async fn record(
    tx: &mut Tx,
    new_id: &str,
    id: &StreamId,
    title: &str,
    fresh_since: Timestamp,
    now: Timestamp,
) -> Result<()> {
    let fresh: Option<(String,)> =
        tx.read(FIND_FRESH_TITLE).bind(id.as_str()).bind(fresh_since.0).fetch_optional().await?;
    let query = match &fresh {
        Some((entry,)) => tx.write(REPLACE_TITLE).bind(entry.as_str()).bind(title).bind(now.0),
        None => tx.write(INSERT_TITLE).bind(new_id).bind(id.as_str()).bind(title).bind(now.0),
    };
    query.execute().await?;
    Ok(())
}

/// Titles before `cursor` with their ids, the newest first.
pub async fn list(
    db: impl Queryable<'_>,
    id: &StreamId,
    cursor: Option<&str>,
    limit: i64,
) -> Result<Vec<(String, PastTitle)>> {
    let query = db.read(LIST_TITLES).bind(id.as_str()).bind(cursor.unwrap_or(AFTER_ALL)).bind(limit);
    let rows: Vec<(String, String, i64)> = query.fetch_all().await?;
    Ok(rows.into_iter().map(|(id, title, at)| (id, PastTitle { title, set_at: at.into() })).collect())
}

/// What the stream was called before, the newest first.
pub async fn list_earlier(db: impl Queryable<'_>, id: &StreamId, title: &str) -> Result<Vec<String>> {
    let limit = i64::try_from(MAX_EARLIER_TITLES).unwrap_or(i64::MAX);
    let query = db.read(LIST_EARLIER).bind(id.as_str()).bind(title).bind(Title::UNTITLED).bind(limit);
    let rows: Vec<(String,)> = query.fetch_all().await?;
    Ok(rows.into_iter().map(|(title,)| title).collect())
}
