//! The numbers of broadcasts: those that stand, and which ones have none yet. Sorted and paged by any of them.
//!
//! A broadcast is settled once. Its numbers mean nothing before that; until then they are counted from visits and
//! messages (`curves.rs`, `visits.rs`).

use sqlx::Result;

use super::{Queryable, Tx, statements};
use crate::domain::{
    analytics::{BroadcastNumbers, BroadcastOrder},
    attendance::{average_viewers, count, whole_seconds},
    id::{BroadcastId, StreamId},
    timestamp::Timestamp,
};

macro_rules! columns {
    () => {
        "b.id, b.stream_id, b.started_at, b.ended_at, b.last_seen_at, b.title, b.settled_at,
         b.duration_ms, b.viewer_ms, b.average_viewers_milli, b.peak_viewers, b.distinct_viewers, b.messages,
         b.chatters, b.new_followers, b.drops"
    };
}

/// The stream's settled broadcasts of a period, after the place of a cursor.
macro_rules! list_by {
    ($column:literal, $after:literal, $direction:literal) => {
        concat!(
            "SELECT ",
            columns!(),
            " FROM broadcasts b
             WHERE b.stream_id = $1 AND b.settled_at IS NOT NULL AND b.started_at >= $2 AND b.started_at < $3
             AND (b.",
            $column,
            " ",
            $after,
            " $4 OR (b.",
            $column,
            " = $4 AND b.id ",
            $after,
            " $5))
             ORDER BY b.",
            $column,
            " ",
            $direction,
            ", b.id ",
            $direction,
            " LIMIT $6"
        )
    };
}

statements! {
    FIND_NUMBERS = concat!("SELECT ", columns!(), " FROM broadcasts b WHERE b.id = $1 AND b.stream_id = $2");

    LIST_UNSETTLED = concat!(
        "SELECT ", columns!(), " FROM broadcasts b
         WHERE b.stream_id = $1 AND b.settled_at IS NULL AND b.started_at >= $2 AND b.started_at < $3
         ORDER BY b.started_at"
    );

    LIST_NUMBERS = concat!(
        "SELECT ", columns!(), " FROM broadcasts b
         WHERE b.stream_id = $1 AND b.settled_at IS NOT NULL AND b.started_at >= $2 AND b.started_at < $3"
    );

    /// Only those of which it is known who watched.
    LIST_BEFORE_BROADCAST = concat!(
        "SELECT ", columns!(), " FROM broadcasts b
         WHERE b.stream_id = $1 AND b.settled_at IS NOT NULL AND b.last_seen_at IS NOT NULL AND b.started_at < $2
         ORDER BY b.started_at DESC, b.id DESC LIMIT $3"
    );

    LIST_STARTED = list_by!("started_at", "<", "DESC");
    LIST_STARTED_REVERSE = list_by!("started_at", ">", "ASC");
    LIST_DURATION = list_by!("duration_ms", "<", "DESC");
    LIST_DURATION_REVERSE = list_by!("duration_ms", ">", "ASC");
    LIST_AVERAGE = list_by!("average_viewers_milli", "<", "DESC");
    LIST_AVERAGE_REVERSE = list_by!("average_viewers_milli", ">", "ASC");
    LIST_PEAK = list_by!("peak_viewers", "<", "DESC");
    LIST_PEAK_REVERSE = list_by!("peak_viewers", ">", "ASC");
    LIST_WATCH_TIME = list_by!("viewer_ms", "<", "DESC");
    LIST_WATCH_TIME_REVERSE = list_by!("viewer_ms", ">", "ASC");
    LIST_BY_MESSAGES = list_by!("messages", "<", "DESC");
    LIST_BY_MESSAGES_REVERSE = list_by!("messages", ">", "ASC");
    LIST_FOLLOWERS = list_by!("new_followers", "<", "DESC");
    LIST_FOLLOWERS_REVERSE = list_by!("new_followers", ">", "ASC");

    /// Over for so long that no encoder goes on with them.
    LIST_TO_SETTLE = concat!(
        "SELECT ", columns!(), " FROM broadcasts b JOIN streams s ON s.id = b.stream_id
         WHERE b.settled_at IS NULL AND b.ended_at <= $1 AND (s.broadcast_id IS NULL OR s.broadcast_id <> b.id)
         AND (b.ended_at > $2 OR (b.ended_at = $2 AND b.id > $3))
         ORDER BY b.ended_at, b.id LIMIT $4"
    );

    /// Nothing when somebody else did it, or an encoder went on with it after all.
    SETTLE_BROADCAST = "UPDATE broadcasts SET settled_at = $3, duration_ms = $4, viewer_ms = $5,
                            average_viewers_milli = $6, peak_viewers = $7, distinct_viewers = $8, messages = $9,
                            chatters = $10, new_followers = $11, drops = $12
                        WHERE id = $1 AND settled_at IS NULL AND ended_at = $2";
}

/// A broadcast with its numbers, which mean nothing before it is settled.
#[derive(Clone, Debug, sqlx::FromRow)]
#[expect(missing_docs, reason = "the columns, described where the table is made")]
pub struct NumbersRow {
    #[sqlx(try_from = "String")]
    pub id: BroadcastId,
    #[sqlx(try_from = "String")]
    pub stream_id: StreamId,
    #[sqlx(try_from = "i64")]
    pub started_at: Timestamp,
    pub ended_at: Option<i64>,
    pub last_seen_at: Option<i64>,
    pub title: String,
    pub settled_at: Option<i64>,
    pub duration_ms: i64,
    pub viewer_ms: i64,
    pub average_viewers_milli: i64,
    pub peak_viewers: i64,
    pub distinct_viewers: i64,
    pub messages: i64,
    pub chatters: i64,
    pub new_followers: i64,
    pub drops: i64,
}

impl NumbersRow {
    /// When it ended.
    pub fn ended_at(&self) -> Option<Timestamp> {
        self.ended_at.map(Timestamp)
    }

    /// Its numbers stand: it is over for good.
    pub fn is_settled(&self) -> bool {
        self.settled_at.is_some()
    }

    /// Who watched was written down. It was not before broadcasts were marked as seen.
    pub fn is_audience_known(&self) -> bool {
        self.last_seen_at.is_some()
    }

    /// What it is sorted by.
    pub fn key(&self, order: BroadcastOrder) -> i64 {
        match order {
            BroadcastOrder::Started => self.started_at.0,
            BroadcastOrder::Duration => self.duration_ms,
            BroadcastOrder::AverageViewers => self.average_viewers_milli,
            BroadcastOrder::PeakViewers => self.peak_viewers,
            BroadcastOrder::WatchTime => self.viewer_ms,
            BroadcastOrder::Messages => self.messages,
            BroadcastOrder::NewFollowers => self.new_followers,
        }
    }

    /// Its numbers as they are read.
    pub fn numbers(&self) -> BroadcastNumbers {
        BroadcastNumbers {
            duration_seconds: whole_seconds(self.duration_ms),
            average_viewers: average_viewers(self.viewer_ms, self.duration_ms),
            peak_viewers: count(self.peak_viewers),
            distinct_viewers: count(self.distinct_viewers),
            watch_seconds: whole_seconds(self.viewer_ms),
            messages: count(self.messages),
            chatters: count(self.chatters),
            new_followers: count(self.new_followers),
            drops: count(self.drops),
        }
    }
}

/// A part of the time, `[from, to)` by when broadcasts began.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Between {
    /// From this moment on.
    pub from: Timestamp,
    /// Before this one.
    pub to: Timestamp,
}

impl Between {
    /// All times.
    pub const EVER: Self = Self { from: Timestamp(0), to: Timestamp(i64::MAX) };

    /// Whether that moment is in it.
    pub fn holds(self, at: Timestamp) -> bool {
        self.from <= at && at < self.to
    }
}

/// How a list is sorted, and where in it one is.
#[derive(Clone, Debug)]
pub struct Place {
    /// By what.
    pub order: BroadcastOrder,
    /// The other way round.
    pub is_reverse: bool,
    /// After this value and id; `None` at the beginning.
    pub after: Option<(i64, String)>,
}

/// A broadcast of that stream.
pub async fn find(db: impl Queryable<'_>, stream: &StreamId, id: &str) -> Result<Option<NumbersRow>> {
    db.read(FIND_NUMBERS).bind(id).bind(stream.as_str()).fetch_optional().await
}

/// Broadcasts of a period whose numbers do not stand yet: few, for a job settles them.
pub async fn list_unsettled(db: impl Queryable<'_>, stream: &StreamId, period: Between) -> Result<Vec<NumbersRow>> {
    db.read(LIST_UNSETTLED).bind(stream.as_str()).bind(period.from.0).bind(period.to.0).fetch_all().await
}

/// All settled broadcasts of a period.
pub async fn list_settled(db: impl Queryable<'_>, stream: &StreamId, period: Between) -> Result<Vec<NumbersRow>> {
    db.read(LIST_NUMBERS).bind(stream.as_str()).bind(period.from.0).bind(period.to.0).fetch_all().await
}

/// The last settled broadcasts that began before `at` and of which it is known who watched, the newest first.
pub async fn list_before(
    db: impl Queryable<'_>,
    stream: &StreamId,
    at: Timestamp,
    limit: i64,
) -> Result<Vec<NumbersRow>> {
    db.read(LIST_BEFORE_BROADCAST).bind(stream.as_str()).bind(at.0).bind(limit).fetch_all().await
}

/// A piece of the list of settled broadcasts of a period.
pub async fn list(
    db: impl Queryable<'_>,
    stream: &StreamId,
    period: Between,
    place: &Place,
    limit: i64,
) -> Result<Vec<NumbersRow>> {
    let sql = match (place.order, place.is_reverse) {
        (BroadcastOrder::Started, false) => LIST_STARTED,
        (BroadcastOrder::Started, true) => LIST_STARTED_REVERSE,
        (BroadcastOrder::Duration, false) => LIST_DURATION,
        (BroadcastOrder::Duration, true) => LIST_DURATION_REVERSE,
        (BroadcastOrder::AverageViewers, false) => LIST_AVERAGE,
        (BroadcastOrder::AverageViewers, true) => LIST_AVERAGE_REVERSE,
        (BroadcastOrder::PeakViewers, false) => LIST_PEAK,
        (BroadcastOrder::PeakViewers, true) => LIST_PEAK_REVERSE,
        (BroadcastOrder::WatchTime, false) => LIST_WATCH_TIME,
        (BroadcastOrder::WatchTime, true) => LIST_WATCH_TIME_REVERSE,
        (BroadcastOrder::Messages, false) => LIST_BY_MESSAGES,
        (BroadcastOrder::Messages, true) => LIST_BY_MESSAGES_REVERSE,
        (BroadcastOrder::NewFollowers, false) => LIST_FOLLOWERS,
        (BroadcastOrder::NewFollowers, true) => LIST_FOLLOWERS_REVERSE,
    };
    // Before the first, whichever way the list goes.
    let beginning = if place.is_reverse { (i64::MIN, String::new()) } else { (i64::MAX, String::new()) };
    let (value, id) = place.after.clone().unwrap_or(beginning);
    let query = db.read(sql).bind(stream.as_str()).bind(period.from.0).bind(period.to.0);
    query.bind(value).bind(id).bind(limit).fetch_all().await
}

/// Broadcasts of anybody that ended by then and are not settled, in the order of their ends, `after` one of them.
pub async fn list_to_settle(
    db: impl Queryable<'_>,
    ended_by: Timestamp,
    after: Option<&NumbersRow>,
    limit: i64,
) -> Result<Vec<NumbersRow>> {
    let ended_at = after.and_then(|after| after.ended_at).unwrap_or(i64::MIN);
    let id = after.map_or("", |after| after.id.as_str());
    db.read(LIST_TO_SETTLE).bind(ended_by.0).bind(ended_at).bind(id).bind(limit).fetch_all().await
}

/// Writes down the numbers of `row`; says whether it was still as it was read.
pub async fn settle(tx: &mut Tx, row: &NumbersRow, now: Timestamp) -> Result<bool> {
    let settled = tx
        .write(SETTLE_BROADCAST)
        .bind(row.id.as_str())
        .bind(row.ended_at)
        .bind(now.0)
        .bind(row.duration_ms)
        .bind(row.viewer_ms)
        .bind(row.average_viewers_milli)
        .bind(row.peak_viewers)
        .bind(row.distinct_viewers)
        .bind(row.messages)
        .bind(row.chatters)
        .bind(row.new_followers)
        .bind(row.drops)
        .execute()
        .await?;
    Ok(settled == 1)
}
