//! What happened during broadcasts: drops, messages, followers, titles, rules, and the curves of those that are
//! settled. A curve has a piece for each minute, and one for each quarter of an hour when it is old; what is read by
//! quarters makes no difference between the two.

use sqlx::Result;

use super::{Queryable, Tx, analytics::Between, statements};
use crate::domain::{
    attendance::{Piece, Span},
    chat_settings::ChatRule,
    id::{BroadcastId, StreamId, UserId},
    timestamp::Timestamp,
};

statements! {
    LIST_DROPS = "SELECT started_at, ended_at FROM broadcast_drops WHERE broadcast_id = $1 ORDER BY started_at";

    /// By minutes: how many, and when each began.
    COUNT_MESSAGES = "SELECT (sent_at / 60000) * 60000 AS minute, count(*) FROM chat_lines
                      WHERE broadcast_id = $1 AND kind = 'message' AND deleted_at IS NULL
                      GROUP BY (sent_at / 60000) * 60000 ORDER BY minute";

    COUNT_CHATTERS = "SELECT count(DISTINCT user_id) FROM chat_lines
                      WHERE broadcast_id = $1 AND kind = 'message' AND deleted_at IS NULL AND user_id <> $2";

    COUNT_NEW_FOLLOWERS = "SELECT count(*) FROM follows
                           WHERE stream_id = $1 AND followed_at >= $2 AND followed_at <= $3";

    LIST_TITLES_SET = "SELECT set_at, title FROM title_history
                       WHERE stream_id = $1 AND set_at > $2 AND set_at <= $3 ORDER BY set_at";

    LIST_RULES_SET = "SELECT sent_at, text FROM chat_lines
                      WHERE broadcast_id = $1 AND kind = 'rules' ORDER BY number";

    LIST_PIECES = "SELECT at, until, on_air_ms, viewer_ms, peak_viewers, messages FROM broadcast_minutes
                   WHERE broadcast_id = $1 ORDER BY at";

    /// Of the settled broadcasts of a period.
    LIST_SLICES = "SELECT b.id AS broadcast_id, (m.at / 900000) * 900000 AS at,
                       CAST(sum(m.on_air_ms) AS BIGINT) AS on_air_ms, CAST(sum(m.viewer_ms) AS BIGINT) AS viewer_ms
                   FROM broadcasts b JOIN broadcast_minutes m ON m.broadcast_id = b.id
                   WHERE b.stream_id = $1 AND b.settled_at IS NOT NULL AND b.started_at >= $2 AND b.started_at < $3
                   GROUP BY b.id, (m.at / 900000) * 900000";

    LIST_FOLLOWER_CHANGES = "SELECT (at / 900000) * 900000 AS slice, CAST(sum(change) AS BIGINT) FROM follow_events
                             WHERE stream_id = $1 AND at >= $2 AND at < $3 GROUP BY (at / 900000) * 900000";

    INSERT_PIECE = "INSERT INTO broadcast_minutes (broadcast_id, at, until, on_air_ms, viewer_ms, peak_viewers,
                        messages)
                    VALUES ($1, $2, $3, $4, $5, $6, $7)";

    DELETE_PIECES = "DELETE FROM broadcast_minutes WHERE broadcast_id = $1";

    LIST_TO_THIN = "SELECT id, ended_at FROM broadcasts
                    WHERE curve_seconds = 60 AND ended_at < $1 AND settled_at IS NOT NULL
                        AND (ended_at > $2 OR (ended_at = $2 AND id > $3))
                    ORDER BY ended_at, id LIMIT $4";

    /// Nothing when somebody else did it.
    MARK_THINNED = "UPDATE broadcasts SET curve_seconds = 900 WHERE id = $1 AND curve_seconds = 60";
}

/// What a quarter of an hour of a settled broadcast comes to.
#[derive(Clone, Debug, sqlx::FromRow)]
#[expect(missing_docs, reason = "see the piece of a curve")]
pub struct SliceRow {
    #[sqlx(try_from = "String")]
    pub broadcast_id: BroadcastId,
    #[sqlx(try_from = "i64")]
    pub at: Timestamp,
    pub on_air_ms: i64,
    pub viewer_ms: i64,
}

/// The drops of a broadcast that are over, in order.
pub async fn list_drops(db: impl Queryable<'_>, id: &BroadcastId) -> Result<Vec<Span>> {
    let rows: Vec<(i64, i64)> = db.read(LIST_DROPS).bind(id.as_str()).fetch_all().await?;
    Ok(rows.into_iter().map(|(from, to)| Span { from: Timestamp(from), to: Timestamp(to) }).collect())
}

/// How many messages were written in each minute, by the minute's begin.
pub async fn count_messages(db: impl Queryable<'_>, id: &BroadcastId) -> Result<Vec<(Timestamp, i64)>> {
    let rows: Vec<(i64, i64)> = db.read(COUNT_MESSAGES).bind(id.as_str()).fetch_all().await?;
    Ok(rows.into_iter().map(|(minute, count)| (Timestamp(minute), count)).collect())
}

/// How many people wrote, without the creator.
pub async fn count_chatters(db: impl Queryable<'_>, id: &BroadcastId, creator: &UserId) -> Result<i64> {
    let (count,): (i64,) = db.read(COUNT_CHATTERS).bind(id.as_str()).bind(creator.as_str()).fetch_one().await?;
    Ok(count)
}

/// How many began to follow in that time, and still do.
pub async fn count_new_followers(db: impl Queryable<'_>, stream: &StreamId, span: Span) -> Result<i64> {
    let query = db.read(COUNT_NEW_FOLLOWERS).bind(stream.as_str()).bind(span.from.0).bind(span.to.0);
    let (count,): (i64,) = query.fetch_one().await?;
    Ok(count)
}

/// The titles that the stream got in that time, in order.
pub async fn list_titles(db: impl Queryable<'_>, stream: &StreamId, span: Span) -> Result<Vec<(Timestamp, String)>> {
    let query = db.read(LIST_TITLES_SET).bind(stream.as_str()).bind(span.from.0).bind(span.to.0);
    let rows: Vec<(i64, String)> = query.fetch_all().await?;
    Ok(rows.into_iter().map(|(at, title)| (Timestamp(at), title)).collect())
}

/// The changes of the chat's rules during a broadcast, in order.
pub async fn list_rules(db: impl Queryable<'_>, id: &BroadcastId) -> Result<Vec<(Timestamp, Vec<ChatRule>)>> {
    let rows: Vec<(i64, String)> = db.read(LIST_RULES_SET).bind(id.as_str()).fetch_all().await?;
    // Only ever written as rules.
    let rules = |text: String| serde_json::from_str(&text).unwrap_or_default();
    Ok(rows.into_iter().map(|(at, text)| (Timestamp(at), rules(text))).collect())
}

/// The curve of a settled broadcast.
pub async fn list_pieces(db: impl Queryable<'_>, id: &BroadcastId) -> Result<Vec<Piece>> {
    let rows: Vec<(i64, i64, i64, i64, i64, i64)> = db.read(LIST_PIECES).bind(id.as_str()).fetch_all().await?;
    let piece = |(at, until, on_air_ms, viewer_ms, peak_viewers, messages)| Piece {
        span: Span { from: Timestamp(at), to: Timestamp(until) },
        on_air_ms,
        viewer_ms,
        peak_viewers,
        messages,
    };
    Ok(rows.into_iter().map(piece).collect())
}

/// Time on air and watch time of the settled broadcasts of a period in each quarter of an hour.
pub async fn list_slices(db: impl Queryable<'_>, stream: &StreamId, period: Between) -> Result<Vec<SliceRow>> {
    db.read(LIST_SLICES).bind(stream.as_str()).bind(period.from.0).bind(period.to.0).fetch_all().await
}

/// How many more followed, or fewer, in each quarter of an hour of a period.
pub async fn list_follower_changes(
    db: impl Queryable<'_>,
    stream: &StreamId,
    period: Between,
) -> Result<Vec<(Timestamp, i64)>> {
    let query = db.read(LIST_FOLLOWER_CHANGES).bind(stream.as_str()).bind(period.from.0).bind(period.to.0);
    let rows: Vec<(i64, i64)> = query.fetch_all().await?;
    Ok(rows.into_iter().map(|(at, change)| (Timestamp(at), change)).collect())
}

/// Replaces the curve of a broadcast.
pub async fn store_pieces(tx: &mut Tx, id: &BroadcastId, pieces: &[Piece]) -> Result<()> {
    tx.write(DELETE_PIECES).bind(id.as_str()).execute().await?;
    for piece in pieces {
        tx.write(INSERT_PIECE)
            .bind(id.as_str())
            .bind(piece.span.from.0)
            .bind(piece.span.to.0)
            .bind(piece.on_air_ms)
            .bind(piece.viewer_ms)
            .bind(piece.peak_viewers)
            .bind(piece.messages)
            .execute()
            .await?;
    }
    Ok(())
}

/// A broadcast with a curve of minutes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ToThin {
    /// Which.
    pub id: BroadcastId,
    /// When it ended.
    pub ended_at: Timestamp,
}

/// Broadcasts of anybody that ended before then and still have a curve of minutes, in the order of their ends, `after`
/// one of them.
pub async fn list_to_thin(
    db: impl Queryable<'_>,
    ended_before: Timestamp,
    after: Option<&ToThin>,
    limit: i64,
) -> Result<Vec<ToThin>> {
    let (ended_at, id) = after.map_or((i64::MIN, ""), |after| (after.ended_at.0, after.id.as_str()));
    let query = db.read(LIST_TO_THIN).bind(ended_before.0).bind(ended_at).bind(id).bind(limit);
    let rows: Vec<(String, i64)> = query.fetch_all().await?;
    Ok(rows.into_iter().map(|(id, ended_at)| ToThin { id: id.into(), ended_at: ended_at.into() }).collect())
}

/// Remembers that the curve is thinned; says whether it was not before.
pub async fn mark_thinned(tx: &mut Tx, id: &BroadcastId) -> Result<bool> {
    Ok(tx.write(MARK_THINNED).bind(id.as_str()).execute().await? == 1)
}
