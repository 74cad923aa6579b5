//! The numbers of broadcasts that are not settled, computed from who watched and what was written; and settling: once a
//! broadcast is over for good its numbers and its curve are written down, and who watched is forgotten.
//!
//! To count takes a while for one that is long and much watched: nothing is counted that is not asked for.

use std::time::Duration;

use crate::{
    domain::{
        analytics::BroadcastSummary,
        attendance::{Airtime, Attendance, Piece, QUARTER_HOUR_MS, Span, thinned},
        broadcast::REOPEN_WITHIN,
        id::{BroadcastId, StreamId},
        timestamp::Timestamp,
    },
    server::{
        Result, clock, db,
        db::{Db, analytics::NumbersRow, curves::ToThin, streams::StreamRow},
        state::AppState,
    },
};

/// A broadcast is settled so long after no encoder can go on with it any more: webhooks may be late.
const LATE_WEBHOOKS: Duration = Duration::from_secs(30);
/// After this time a curve is kept in longer pieces.
const FINE_FOR: Duration = Duration::from_secs(90 * 24 * 3600);
/// Broadcasts that are settled or thinned in one go.
const AT_ONCE: i64 = 50;

/// A broadcast with numbers that mean something.
#[derive(Clone, Debug)]
pub(super) struct Counted {
    /// Its row, with the numbers in it.
    pub row: NumbersRow,
    /// When it was not on air, in order; the last one may go on.
    pub drops: Vec<Span>,
    /// Its curve.
    pub pieces: Vec<Piece>,
    /// It is on air, or its encoder is expected back.
    pub goes_on: bool,
    /// It is not on air now, and its encoder is expected back.
    pub is_interrupted: bool,
    /// From its start to its end, or to now.
    pub whole: Span,
}

impl Counted {
    /// As its row says, which of one that is not settled means nothing. Neither drops nor curve are read.
    pub fn stored(row: NumbersRow) -> Self {
        let to = row.ended_at().unwrap_or(row.started_at);
        let whole = Span { from: row.started_at, to };
        Self { row, drops: vec![], pieces: vec![], goes_on: false, is_interrupted: false, whole }
    }

    /// As it is read.
    pub fn summary(&self) -> BroadcastSummary {
        BroadcastSummary {
            id: self.row.id.clone(),
            title: self.row.title.clone(),
            started_at: self.row.started_at,
            ended_at: self.row.ended_at().filter(|_| !self.goes_on),
            is_settled: self.row.is_settled(),
            is_interrupted: self.is_interrupted,
            numbers: self.row.numbers(),
        }
    }
}

/// Broadcasts of a stream, those that are not settled counted: the one on air, and those that ended just now.
pub(super) async fn all(db: &Db, id: &StreamId, rows: Vec<NumbersRow>) -> Result<Vec<Counted>> {
    if rows.iter().all(NumbersRow::is_settled) {
        return Ok(rows.into_iter().map(Counted::stored).collect());
    }
    let Some(stream) = db::streams::find(db, id).await? else { return Ok(vec![]) };
    let now = clock::now();
    let mut counted = Vec::with_capacity(rows.len());
    for row in rows {
        let is_settled = row.is_settled();
        counted.push(if is_settled { Counted::stored(row) } else { count_now(db, row, &stream, now).await? });
    }
    Ok(counted)
}

/// A broadcast with its drops and its curve; `None` when its stream is gone.
pub(super) async fn whole(db: &Db, id: &StreamId, row: NumbersRow) -> Result<Option<Counted>> {
    let Some(one) = all(db, id, vec![row]).await?.pop() else { return Ok(None) };
    if !one.row.is_settled() {
        return Ok(Some(one));
    }
    let drops = db::curves::list_drops(db, &one.row.id).await?;
    let pieces = db::curves::list_pieces(db, &one.row.id).await?;
    Ok(Some(Counted { drops, pieces, ..one }))
}

/// Counts one, unless it is settled meanwhile: then who watched may be forgotten already, and its numbers stand.
async fn count_now(db: &Db, row: NumbersRow, stream: &StreamRow, now: Timestamp) -> Result<Counted> {
    let counted = count(db, row, stream, now).await?;
    let stored = db::analytics::find(db, &stream.id, counted.row.id.as_str()).await?;
    Ok(stored.filter(NumbersRow::is_settled).map_or(counted, Counted::stored))
}

async fn count(db: &Db, row: NumbersRow, stream: &StreamRow, now: Timestamp) -> Result<Counted> {
    let goes_on = stream.broadcast().as_ref() == Some(&row.id);
    let mut drops = db::curves::list_drops(db, &row.id).await?;
    let whole = Span { from: row.started_at, to: row.ended_at().filter(|_| !goes_on).unwrap_or(now) };
    let interrupted_at = row.ended_at().filter(|_| goes_on);
    drops.extend(interrupted_at.map(|from| Span { from, to: now }));
    let visits = db::visits::list(db, &row.id).await?;
    let airtime = Airtime { whole, drops };
    let mut attendance = Attendance::of(&airtime, &visits, whole.piece_ms());
    let messages = db::curves::count_messages(db, &row.id).await?;
    attendance.add_messages(&messages);
    let (watched_ms, on_air_ms) = (attendance.viewer_ms, attendance.duration_ms);
    let row = NumbersRow {
        title: if goes_on { stream.title.clone() } else { row.title },
        duration_ms: on_air_ms,
        viewer_ms: watched_ms,
        average_viewers_milli: if on_air_ms > 0 { watched_ms.saturating_mul(1000) / on_air_ms } else { 0 },
        peak_viewers: attendance.peak_viewers,
        distinct_viewers: attendance.distinct_viewers,
        messages: messages.iter().map(|(_, count)| count).sum(),
        chatters: db::curves::count_chatters(db, &row.id, &stream.user_id).await?,
        new_followers: db::curves::count_new_followers(db, &stream.id, whole).await?,
        drops: i64::try_from(airtime.drops.len()).unwrap_or(i64::MAX),
        ..row
    };
    let is_interrupted = interrupted_at.is_some();
    Ok(Counted { row, drops: airtime.drops, pieces: attendance.pieces, goes_on, is_interrupted, whole })
}

/// Settles all broadcasts that are over for good, and thins the curves of those that are old.
pub async fn settle_due(state: &AppState) {
    if let Err(error) = settle_all(state).await {
        tracing::error!(%error, "broadcasts could not be settled");
    }
    if let Err(error) = thin_all(state).await {
        tracing::error!(%error, "curves could not be thinned");
    }
}

async fn settle_all(state: &AppState) -> Result<()> {
    let ended_by = clock::now().minus(REOPEN_WITHIN + LATE_WEBHOOKS);
    let mut last: Option<NumbersRow> = None;
    loop {
        let due = db::analytics::list_to_settle(&state.db, ended_by, last.as_ref(), AT_ONCE).await?;
        let Some(newest) = due.last().cloned() else { return Ok(()) };
        for row in due {
            let id = row.id.clone();
            // The next run tries it again; the others do not wait for it.
            if let Err(error) = settle(state, row).await {
                tracing::error!(broadcast = %id, %error, "a broadcast could not be settled");
            }
        }
        last = Some(newest);
    }
}

/// Does nothing when somebody else did it, or an encoder goes on with it.
async fn settle(state: &AppState, row: NumbersRow) -> Result<()> {
    let Some(stream) = db::streams::find(&state.db, &row.stream_id).await? else { return Ok(()) };
    let now = clock::now();
    let counted = count(&state.db, row, &stream, now).await?;
    let mut tx = state.db.begin().await?;
    // Held by whoever lets an encoder go on with a broadcast, too.
    let stream = db::streams::lock(&mut tx, &counted.row.stream_id).await?;
    let is_over = stream.is_some_and(|stream| stream.broadcast().as_ref() != Some(&counted.row.id));
    if !is_over || !db::analytics::settle(&mut tx, &counted.row, now).await? {
        return Ok(());
    }
    db::curves::store_pieces(&mut tx, &counted.row.id, &counted.pieces).await?;
    if counted.whole.piece_ms() == QUARTER_HOUR_MS {
        db::curves::mark_thinned(&mut tx, &counted.row.id).await?;
    }
    db::visits::forget(&mut tx, &counted.row.id).await?;
    Ok(tx.commit().await?)
}

async fn thin_all(state: &AppState) -> Result<()> {
    let ended_before = clock::now().minus(FINE_FOR);
    let mut last: Option<ToThin> = None;
    loop {
        let due = db::curves::list_to_thin(&state.db, ended_before, last.as_ref(), AT_ONCE).await?;
        let Some(newest) = due.last().cloned() else { return Ok(()) };
        for ToThin { id, .. } in &due {
            // The next run tries it again; the others do not wait for it.
            if let Err(error) = thin(state, id).await {
                tracing::error!(broadcast = %id, %error, "a curve could not be thinned");
            }
        }
        last = Some(newest);
    }
}

async fn thin(state: &AppState, id: &BroadcastId) -> Result<()> {
    let mut tx = state.db.begin().await?;
    if db::curves::mark_thinned(&mut tx, id).await? {
        let pieces = db::curves::list_pieces(&mut tx, id).await?;
        db::curves::store_pieces(&mut tx, id, &thinned(&pieces, QUARTER_HOUR_MS)).await?;
        tx.commit().await?;
    }
    Ok(())
}
