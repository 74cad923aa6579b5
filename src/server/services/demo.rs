//! Broadcasts that never were, for demonstrations and measurements: a creator who streams in the evening on some days
//! of the week, grows, and now and then has a drop. All but the dates is the same each time.

use std::time::Duration;

use rand::{Rng as _, SeedableRng as _, rngs::StdRng};

use crate::{
    domain::{
        attendance::{MINUTE_MS, Piece, QUARTER_HOUR_MS, Span, thinned},
        chat_settings::ChatRule,
        id::{BroadcastId, LineId, StreamId, UserId},
        timestamp::Timestamp,
    },
    server::{
        Error, Result, clock, db,
        db::{
            Tx,
            analytics::NumbersRow,
            chat::{NewContent, NewLine},
        },
        state::AppState,
    },
};

const SEED: u64 = 20_260_801;
const DAY_MS: i64 = 24 * 60 * MINUTE_MS;
/// Curves that end longer ago are kept in longer pieces, as those of others are; in days.
const FINE_DAYS: i64 = 90;
/// The newest broadcasts, in which the rules of the chat change too.
const WITH_RULES: i64 = 14;
/// How many follow from one broadcast to the next for each one who watches, and how many of them leave again.
const FOLLOWS: f64 = 0.012;
const LEAVES: f64 = 0.15;
/// How long somebody stays, on average, in minutes.
const STAYS_MINUTES: f64 = 34.0;
const TITLES: [(&str, &str); 6] = [
    ("Building a synthesizer, part by part", "Solved! Now it sings"),
    ("Quiet evening: drawing and talking", "Last picture of the evening"),
    ("Fixing what you sent me", "One more, then good night"),
    ("Learning Rust together", "Finale: it compiles"),
    ("Retro night", "The boss fight, take twelve"),
    ("Cooking with leftovers", "Eating what we cooked"),
];

/// What to make up.
#[derive(Clone, Copy, Debug)]
pub struct Wish {
    /// For how many days until yesterday.
    pub days: u32,
    /// Three hours every day with about so many viewers, instead of a small channel with a rhythm.
    pub daily_viewers: Option<u32>,
}

/// Replaces all that the account has broadcast, but for what is on air or only just over; says how many there are now.
///
/// # Errors
/// When the account has no stream, or the database cannot be written.
pub async fn make_up(state: &AppState, user_id: &UserId, wish: Wish) -> Result<u32> {
    let stream = db::streams::find_by_user(&state.db, user_id).await?.ok_or(Error::NotACreator)?;
    let mut tx = state.db.begin().await?;
    db::demo::forget(&mut tx, &stream.id).await?;
    tx.commit().await?;
    let mut dice = StdRng::seed_from_u64(SEED);
    let today = clock::now().0.div_euclid(DAY_MS);
    let mut count = 0;
    for ago in (1..=i64::from(wish.days)).rev() {
        let grown = 1.0 - share(ago) / share(i64::from(wish.days) + 1) * 0.55;
        if let Some(plan) = plan(&mut dice, today - ago, grown, wish.daily_viewers) {
            let made = imagine(&mut dice, &plan);
            let mut tx = state.db.begin().await?;
            store(&mut tx, &stream.id, &made, ago, &mut dice).await?;
            tx.commit().await?;
            count += 1;
        }
    }
    Ok(count)
}

fn share(number: i64) -> f64 {
    number as f64
}

fn rounded(number: f64) -> i64 {
    number.round() as i64
}

/// What a day is meant to be.
struct Plan {
    started_at: i64,
    minutes: i64,
    /// About how many watch once all are there.
    viewers: f64,
    titles: (&'static str, &'static str),
}

/// None on a day off. Days are counted from 1970-01-01, a Thursday.
fn plan(dice: &mut StdRng, day: i64, grown: f64, daily_viewers: Option<u32>) -> Option<Plan> {
    let weekday = (day + 3).rem_euclid(7);
    let (hour, minutes, size) = match (daily_viewers, weekday) {
        (Some(_), _) => (18, 180, 1.0),
        // Tuesday, Thursday, Saturday, and now and then a Sunday.
        (None, 1) => (18, dice.random_range(130..190), 0.9),
        (None, 3) => (18, dice.random_range(120..210), 1.0),
        (None, 5) => (14, dice.random_range(200..280), 1.4),
        (None, 6) if dice.random_bool(0.35) => (10, dice.random_range(60..110), 0.6),
        _ => return None,
    };
    // Holidays, and a cold.
    if daily_viewers.is_none() && dice.random_bool(0.08) {
        return None;
    }
    let theme = usize::try_from(day.rem_euclid(6)).unwrap_or(0);
    let usual = daily_viewers.map_or(42.0, f64::from);
    Some(Plan {
        started_at: day * DAY_MS + hour * 60 * MINUTE_MS + dice.random_range(0..12 * MINUTE_MS),
        minutes,
        viewers: usual * size * grown * dice.random_range(0.8..1.2),
        titles: TITLES[theme],
    })
}

/// A broadcast that never was.
struct Made {
    started_at: i64,
    ended_at: i64,
    titles: (&'static str, &'static str),
    drop: Option<Span>,
    pieces: Vec<Piece>,
}

fn imagine(dice: &mut StdRng, plan: &Plan) -> Made {
    let ended_at = plan.started_at + plan.minutes * MINUTE_MS + dice.random_range(0..MINUTE_MS);
    let drop = dice.random_bool(0.18).then(|| {
        let from = plan.started_at + dice.random_range(10..plan.minutes - 5) * MINUTE_MS + 17_000;
        Span { from: Timestamp(from), to: Timestamp(from + dice.random_range(12_000..80_000)) }
    });
    // Somebody sends their viewers over.
    let raid = dice.random_bool(0.12).then(|| dice.random_range(20..plan.minutes));
    let (mut pieces, mut from, mut drift) = (Vec::new(), plan.started_at, 0.0_f64);
    while from < ended_at {
        let to = ((from.div_euclid(MINUTE_MS) + 1) * MINUTE_MS).min(ended_at);
        let minute = share(from - plan.started_at) / share(MINUTE_MS);
        let left = share(ended_at - from) / share(MINUTE_MS);
        drift = (drift + dice.random_range(-0.03..0.03)).clamp(-0.2, 0.2);
        let arrives = 1.0 - 0.85 * (-minute / 14.0).exp();
        let goes = if left < 12.0 { 0.7 + 0.3 * left / 12.0 } else { 1.0 };
        let raided =
            raid.filter(|raid| minute > share(*raid)).map_or(0.0, |raid| (-(minute - share(raid)) / 25.0).exp());
        let viewers = plan.viewers * (arrives * goes * (1.0 + drift) + 0.6 * raided);
        pieces.push(minute_of(dice, Span { from: Timestamp(from), to: Timestamp(to) }, drop, viewers));
        from = to;
    }
    Made { started_at: plan.started_at, ended_at, titles: plan.titles, drop, pieces }
}

fn minute_of(dice: &mut StdRng, span: Span, drop: Option<Span>, viewers: f64) -> Piece {
    let lost = drop.map_or(0, |drop| drop.to.0.min(span.to.0) - drop.from.0.max(span.from.0)).clamp(0, span.ms());
    let on_air_ms = span.ms() - lost;
    let peak = if on_air_ms > 0 { rounded(viewers + dice.random_range(0.5..2.5)).max(1) } else { 0 };
    let viewer_ms = rounded(viewers * share(on_air_ms)).min(peak * on_air_ms);
    let messages = rounded(viewers * dice.random_range(0.0..0.25));
    Piece { span, on_air_ms, viewer_ms, peak_viewers: peak, messages }
}

/// An id that sorts by its time, as others do.
fn id_at(at: i64, dice: &mut StdRng) -> String {
    let ms = u64::try_from(at).unwrap_or(0);
    uuid::Builder::from_unix_timestamp_millis(ms, &dice.random()).into_uuid().to_string()
}

async fn store(tx: &mut Tx, stream: &StreamId, made: &Made, ago: i64, dice: &mut StdRng) -> Result<()> {
    let id = BroadcastId(id_at(made.started_at, dice));
    let (started_at, ended_at) = (Timestamp(made.started_at), Timestamp(made.ended_at));
    let middle = Timestamp(made.started_at + (made.ended_at - made.started_at) * 3 / 5);
    let is_renamed = dice.random_bool(0.4);
    let title = if is_renamed { made.titles.1 } else { made.titles.0 };
    db::broadcasts::insert(&mut *tx, &id, stream, started_at).await?;
    if let Some(drop) = made.drop {
        db::broadcasts::end(&mut *tx, &id, title, drop.from).await?;
        db::broadcasts::reopen(tx, &id, drop.to).await?;
    }
    db::broadcasts::end(&mut *tx, &id, title, ended_at).await?;
    let before = started_at.minus(Duration::from_secs(150));
    set_title(tx, stream, made.titles.0, before, dice).await?;
    if is_renamed {
        set_title(tx, stream, made.titles.1, middle, dice).await?;
    }
    let row = numbers(id.clone(), stream, made, dice);
    follow(tx, stream, &row, made, dice).await?;
    db::analytics::settle(tx, &row, ended_at).await?;
    if ago > FINE_DAYS {
        db::curves::store_pieces(tx, &id, &thinned(&made.pieces, QUARTER_HOUR_MS)).await?;
        db::curves::mark_thinned(tx, &id).await?;
    } else {
        db::curves::store_pieces(tx, &id, &made.pieces).await?;
    }
    if ago <= WITH_RULES {
        change_rules(tx, stream, &id, middle, dice).await?;
    }
    Ok(())
}

async fn set_title(tx: &mut Tx, stream: &StreamId, title: &str, at: Timestamp, dice: &mut StdRng) -> Result<()> {
    // None is so fresh that it would be replaced.
    let fresh_since = Timestamp(i64::MAX);
    Ok(db::titles::record(tx, &id_at(at.0, dice), stream, title, fresh_since, at).await?)
}

async fn change_rules(
    tx: &mut Tx,
    stream: &StreamId,
    broadcast: &BroadcastId,
    middle: Timestamp,
    dice: &mut StdRng,
) -> Result<()> {
    if !db::chat::begin(tx, stream).await? {
        return Err(Error::NotACreator);
    }
    for (minutes, rule) in [(0, ChatRule::SlowModeSeconds(10)), (20, ChatRule::SlowModeSeconds(0))] {
        let at = middle.plus(Duration::from_secs(minutes * 60));
        let (id, content) = (LineId(id_at(at.0, dice)), NewContent::Rules(&[rule]));
        let line = NewLine { id: &id, stream_id: stream, broadcast_id: Some(broadcast.as_str()), content };
        db::chat::insert(tx, &line, at).await?;
    }
    Ok(())
}

fn numbers(id: BroadcastId, stream: &StreamId, made: &Made, dice: &mut StdRng) -> NumbersRow {
    let sum = |of: fn(&Piece) -> i64| made.pieces.iter().map(of).sum::<i64>();
    let (duration_ms, viewer_ms) = (sum(|piece| piece.on_air_ms), sum(|piece| piece.viewer_ms));
    let peak_viewers = made.pieces.iter().map(|piece| piece.peak_viewers).max().unwrap_or(0);
    let people = share(viewer_ms) / share(MINUTE_MS) / STAYS_MINUTES;
    let distinct_viewers = rounded(people).max(peak_viewers);
    let messages = sum(|piece| piece.messages);
    NumbersRow {
        id,
        stream_id: stream.clone(),
        started_at: Timestamp(made.started_at),
        ended_at: Some(made.ended_at),
        last_seen_at: Some(made.ended_at),
        title: String::new(),
        settled_at: None,
        duration_ms,
        viewer_ms,
        average_viewers_milli: viewer_ms.saturating_mul(1000) / duration_ms.max(1),
        peak_viewers,
        distinct_viewers,
        messages,
        chatters: rounded(share(distinct_viewers) * dice.random_range(0.15..0.25)).min(messages),
        new_followers: rounded(share(distinct_viewers) * FOLLOWS * dice.random_range(0.4..1.8)),
        drops: i64::from(made.drop.is_some()),
    }
}

async fn follow(tx: &mut Tx, stream: &StreamId, row: &NumbersRow, made: &Made, dice: &mut StdRng) -> Result<()> {
    for _ in 0..row.new_followers {
        let at = Timestamp(dice.random_range(made.started_at..made.ended_at));
        db::follows::note(tx, stream, 1, at).await?;
        if dice.random_bool(LEAVES) {
            let left = at.plus(Duration::from_secs(dice.random_range(3600..72_000)));
            db::follows::note(tx, stream, -1, left).await?;
        }
    }
    Ok(())
}
