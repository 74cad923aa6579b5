//! What a creator reads of their own broadcasts. Those that are settled have their numbers in the database; the few
//! others, the one on air among them, are counted when they are asked for.

use std::{
    cmp::{Ordering, Reverse},
    collections::{BTreeMap, BTreeSet},
};

pub use super::period::AskedPeriod;
use super::{
    counting::{self, Counted},
    period::{Period, Zone},
};
use crate::{
    domain::{
        analytics::{
            AnalyticsSummary, Baseline, BroadcastNumbers, BroadcastOrder, BroadcastReport, BroadcastSummary,
            CurvePoint, DayNumbers, HourNumbers, Moment, MomentKind, PeriodNumbers,
        },
        attendance::{self, Piece, average_viewers, whole_seconds},
        fields::{FieldErrors, Invalid},
        id::{BroadcastId, StreamId},
        page::{Page, one_more},
        timestamp::Timestamp,
    },
    server::{
        Error, Result,
        auth::actor::Actor,
        db,
        db::{
            Db,
            analytics::{Between, NumbersRow, Place},
        },
        state::AppState,
    },
    text,
};

/// Broadcasts in one piece of the list.
const BROADCASTS_PER_PAGE: usize = 20;
/// Broadcasts that one is compared with.
const BASELINE: usize = 5;

/// How a period went, beside the one before.
///
/// # Errors
/// When the one who asks is not a creator, or the period cannot be.
pub async fn summary(state: &AppState, actor: &Actor, asked: &AskedPeriod) -> Result<AnalyticsSummary> {
    let creator = actor.creator()?;
    let kept = db::users::find_time_zone(&state.db, &creator.user.user_id).await?;
    let period = asked.period(kept.as_deref())?;
    let id = &creator.stream_id;
    let broadcasts = all(&state.db, id, period.with_before()).await?;
    let mut days = vec![Sum::default(); 2 * period.length()];
    for one in &broadcasts {
        if let Some(day) = period.day_of(one.row.started_at) {
            days[day].add(one);
        }
    }
    for (at, change) in db::curves::list_follower_changes(&state.db, id, period.with_before()).await? {
        if let Some(day) = period.day_of(at) {
            days[day].follower_growth += change;
        }
    }
    let (before, current) = days.split_at(period.length());
    Ok(AnalyticsSummary {
        from: period.from(),
        to: period.to(),
        time_zone: period.zone.name.clone(),
        current: Sum::of(current).numbers(),
        before: Sum::of(before).numbers(),
        days: period.days().zip(current).map(|(date, sum)| DayNumbers { date, numbers: sum.numbers() }).collect(),
        hours: hours(&state.db, id, &period, &broadcasts).await?,
    })
}

/// All broadcasts that began in that time, with their numbers.
async fn all(db: &Db, id: &StreamId, between: Between) -> Result<Vec<Counted>> {
    // Read first: one that is settled meanwhile is then in both, and not in neither.
    let fresh = db::analytics::list_unsettled(db, id, between).await?;
    let settled = db::analytics::list_settled(db, id, between).await?;
    counting::all(db, id, each_once(fresh, settled)).await
}

/// All of them, without those of the first ones that are found settled.
fn each_once(fresh: Vec<NumbersRow>, settled: Vec<NumbersRow>) -> Vec<NumbersRow> {
    let known: BTreeSet<BroadcastId> = settled.iter().map(|row| row.id.clone()).collect();
    let fresh = fresh.into_iter().filter(|row| !known.contains(&row.id));
    fresh.chain(settled).collect()
}

/// What several broadcasts come to.
#[derive(Clone, Copy, Debug, Default)]
struct Sum {
    broadcasts: u32,
    duration_ms: i64,
    /// Of those broadcasts of which it is known who watched.
    known_ms: i64,
    viewer_ms: i64,
    peak_viewers: i64,
    messages: i64,
    follower_growth: i64,
}

impl Sum {
    fn add(&mut self, one: &Counted) {
        self.broadcasts += 1;
        self.duration_ms += one.row.duration_ms;
        self.known_ms += if one.row.is_audience_known() { one.row.duration_ms } else { 0 };
        self.viewer_ms += one.row.viewer_ms;
        self.peak_viewers = self.peak_viewers.max(one.row.peak_viewers);
        self.messages += one.row.messages;
    }

    fn of(days: &[Self]) -> Self {
        days.iter().fold(Self::default(), |sum, day| Self {
            broadcasts: sum.broadcasts + day.broadcasts,
            duration_ms: sum.duration_ms + day.duration_ms,
            known_ms: sum.known_ms + day.known_ms,
            viewer_ms: sum.viewer_ms + day.viewer_ms,
            peak_viewers: sum.peak_viewers.max(day.peak_viewers),
            messages: sum.messages + day.messages,
            follower_growth: sum.follower_growth + day.follower_growth,
        })
    }

    fn numbers(&self) -> PeriodNumbers {
        PeriodNumbers {
            broadcasts: self.broadcasts,
            duration_seconds: whole_seconds(self.duration_ms),
            average_viewers: average_viewers(self.viewer_ms, self.known_ms),
            peak_viewers: attendance::count(self.peak_viewers),
            watch_seconds: whole_seconds(self.viewer_ms),
            messages: attendance::count(self.messages),
            follower_growth: self.follower_growth,
        }
    }
}

async fn hours(db: &Db, id: &StreamId, period: &Period, broadcasts: &[Counted]) -> Result<Vec<HourNumbers>> {
    let between = period.between();
    let slices = db::curves::list_slices(db, id, between).await?;
    let rows: BTreeMap<&BroadcastId, &NumbersRow> = broadcasts.iter().map(|one| (&one.row.id, &one.row)).collect();
    let mut sums = [Sum::default(); 7 * 24];
    let mut add = |row: &NumbersRow, at: Timestamp, on_air_ms: i64, viewer_ms: i64| {
        let (weekday, hour) = period.zone.weekday_and_hour(at);
        if let Some(sum) = sums.get_mut(usize::from(weekday) * 24 + usize::from(hour)) {
            sum.duration_ms += on_air_ms;
            sum.known_ms += if row.is_audience_known() { on_air_ms } else { 0 };
            sum.viewer_ms += viewer_ms;
        }
    };
    for slice in slices {
        // One that is settled meanwhile has its pieces below.
        if let Some(row) = rows.get(&slice.broadcast_id).copied().filter(|row| row.is_settled()) {
            add(row, slice.at, slice.on_air_ms, slice.viewer_ms);
        }
    }
    for one in broadcasts.iter().filter(|one| between.holds(one.row.started_at)) {
        one.pieces.iter().for_each(|piece| add(&one.row, piece.span.from, piece.on_air_ms, piece.viewer_ms));
    }
    let hour = |(index, sum): (u8, &Sum)| HourNumbers {
        weekday: index / 24,
        hour: index % 24,
        duration_seconds: whole_seconds(sum.duration_ms),
        average_viewers: average_viewers(sum.viewer_ms, sum.known_ms),
    };
    Ok((0..).zip(&sums).map(hour).collect())
}

/// The broadcasts of a period, or of all times when none is asked for.
///
/// # Errors
/// When the one who asks is not a creator, or period, order or cursor cannot be.
pub async fn list(
    state: &AppState,
    actor: &Actor,
    asked: &AskedPeriod,
    order: Option<&str>,
    is_reverse: bool,
    cursor: Option<&str>,
) -> Result<Page<BroadcastSummary>> {
    let creator = actor.creator()?;
    let kept = db::users::find_time_zone(&state.db, &creator.user.user_id).await?;
    let between = asked.find(kept.as_deref())?.map_or(Between::EVER, |period| period.between());
    let mut errors = FieldErrors::default();
    let order = errors.take("order", BroadcastOrder::parse(order));
    let after = errors.take("cursor", read_cursor(cursor));
    let (Some(order), Some(after)) = (order, after) else { return Err(errors.into()) };
    let place = Place { order, is_reverse, after };
    page(&state.db, &creator.stream_id, between, &place, BROADCASTS_PER_PAGE).await
}

/// A piece of the list. Where a broadcast is in it by when it began is known before it is counted, and of those only
/// what is in the piece is counted; otherwise each of the few that are not settled is.
pub(super) async fn page(
    db: &Db,
    id: &StreamId,
    between: Between,
    place: &Place,
    length: usize,
) -> Result<Page<BroadcastSummary>> {
    // Read first: one that is settled meanwhile is then in both, and not in neither.
    let fresh = db::analytics::list_unsettled(db, id, between).await?;
    let limit = one_more(length);
    let settled = db::analytics::list(db, id, between, place, limit).await?;
    let rows = each_once(fresh, settled);
    let is_by_start = place.order == BroadcastOrder::Started;
    let all: Vec<Counted> =
        if is_by_start { rows.into_iter().map(Counted::stored).collect() } else { counting::all(db, id, rows).await? };
    let page = cut(all, place, length);
    let items = if is_by_start {
        counting::all(db, id, page.items.into_iter().map(|one| one.row).collect()).await?
    } else {
        page.items
    };
    Ok(Page { items: items.iter().map(Counted::summary).collect(), next: page.next })
}

/// What follows a place, in its order.
fn cut(mut all: Vec<Counted>, place: &Place, length: usize) -> Page<Counted> {
    let key = |one: &Counted| (one.row.key(place.order), one.row.id.to_string());
    let follows = |after: &(i64, String), one: &Counted| in_order(place, after, &key(one)) == Ordering::Less;
    all.retain(|one| place.after.as_ref().is_none_or(|after| follows(after, one)));
    all.sort_by(|one, other| in_order(place, &key(one), &key(other)));
    Page::cut(all, length, |one| format!("{}.{}", one.row.key(place.order), one.row.id))
}

fn in_order(place: &Place, one: &(i64, String), other: &(i64, String)) -> Ordering {
    if place.is_reverse { one.cmp(other) } else { other.cmp(one) }
}

/// Reads what [`page`] gave as `next`: value and id.
pub(super) fn read_cursor(cursor: Option<&str>) -> Result<Option<(i64, String)>, Invalid> {
    let Some(cursor) = cursor.filter(|cursor| !cursor.is_empty()) else { return Ok(None) };
    let read = || {
        let (value, id) = cursor.split_once('.')?;
        let is_id = id.chars().all(|c| c.is_ascii_hexdigit() || c == '-');
        Some((value.parse().ok()?, id.to_owned())).filter(|_| is_id)
    };
    read().map(Some).ok_or_else(|| Invalid::new(text!(fields.place_not_found)))
}

/// All that is known of one broadcast.
///
/// # Errors
/// When the one who asks is not a creator, or it is none of theirs.
pub async fn report(state: &AppState, actor: &Actor, broadcast: &str) -> Result<BroadcastReport> {
    let creator = actor.creator()?;
    let (db, id) = (&state.db, &creator.stream_id);
    let nothing = || Error::NotFound(text!(errors.no_broadcast));
    let row = db::analytics::find(db, id, broadcast).await?.ok_or_else(nothing)?;
    let one = counting::whole(db, id, row).await?.ok_or_else(nothing)?;
    Ok(BroadcastReport {
        summary: one.summary(),
        baseline: baseline(db, id, one.row.started_at).await?,
        curve: one.pieces.iter().map(point).collect(),
        moments: moments(db, id, &one).await?,
    })
}

/// The average of the last ones that began before `at` and of which it is known who watched.
async fn baseline(db: &Db, id: &StreamId, at: Timestamp) -> Result<Option<Baseline>> {
    let limit = i64::try_from(BASELINE).unwrap_or(i64::MAX);
    let fresh = db::analytics::list_unsettled(db, id, Between { to: at, ..Between::EVER }).await?;
    let settled = db::analytics::list_before(db, id, at, limit).await?;
    let mut rows = each_once(fresh, settled);
    rows.retain(NumbersRow::is_audience_known);
    rows.sort_by_key(|row| Reverse(row.started_at));
    rows.truncate(BASELINE);
    let counted = counting::all(db, id, rows).await?;
    let Ok(broadcasts @ 1..) = u32::try_from(counted.len()) else { return Ok(None) };
    let numbers: Vec<_> = counted.iter().map(|one| one.row.numbers()).collect();
    let mean = |number: fn(&BroadcastNumbers) -> f64| numbers.iter().map(number).sum::<f64>() / f64::from(broadcasts);
    Ok(Some(Baseline {
        broadcasts,
        duration_seconds: mean(|one| one.duration_seconds as f64),
        average_viewers: mean(|one| one.average_viewers),
        peak_viewers: mean(|one| f64::from(one.peak_viewers)),
        distinct_viewers: mean(|one| f64::from(one.distinct_viewers)),
        watch_seconds: mean(|one| one.watch_seconds as f64),
        messages: mean(|one| f64::from(one.messages)),
        chatters: mean(|one| f64::from(one.chatters)),
        new_followers: mean(|one| f64::from(one.new_followers)),
    }))
}

fn point(piece: &Piece) -> CurvePoint {
    CurvePoint {
        at: piece.span.from,
        // A piece that is shorter than a second is one.
        seconds: u32::try_from((piece.span.ms() + 999) / 1000).unwrap_or(u32::MAX),
        on_air_seconds: piece.on_air_ms as f64 / 1000.0,
        average_viewers: (piece.on_air_ms > 0).then(|| average_viewers(piece.viewer_ms, piece.on_air_ms)),
        peak_viewers: attendance::count(piece.peak_viewers),
        messages: attendance::count(piece.messages),
    }
}

async fn moments(db: &Db, id: &StreamId, one: &Counted) -> Result<Vec<Moment>> {
    let titles = db::curves::list_titles(db, id, one.whole).await?;
    let titles = titles.into_iter().map(|(at, title)| Moment { at, kind: MomentKind::Title { title } });
    let rules = db::curves::list_rules(db, &one.row.id).await?;
    let rules = rules.into_iter().map(|(at, rules)| Moment { at, kind: MomentKind::Rules { rules } });
    let last = one.drops.len().checked_sub(1).filter(|_| one.is_interrupted);
    let drops = one.drops.iter().enumerate().map(|(index, drop)| {
        let seconds = (Some(index) != last).then(|| whole_seconds(drop.ms()));
        Moment { at: drop.from, kind: MomentKind::Drop { seconds } }
    });
    let mut moments: Vec<Moment> = titles.chain(rules).chain(drops).collect();
    moments.sort_by_key(|moment: &Moment| -> Timestamp { moment.at });
    Ok(moments)
}

/// Keeps the time zone that the account's days and hours are of.
///
/// # Errors
/// When nobody is signed in, or there is no such zone.
pub async fn set_time_zone(state: &AppState, actor: &Actor, name: &str) -> Result<()> {
    let user_id = &actor.user()?.user_id;
    let zone = Zone::parse(name).map_err(|Invalid(message)| FieldErrors::one("timeZone", message))?;
    Ok(db::users::set_time_zone(&state.db, user_id, &zone.name).await?)
}
