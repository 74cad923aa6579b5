//! Who watched, counted: from visits and the time on air come watch time, distinct people, the exact peak, and the
//! curve.
//!
//! A person counts once however many connections they have. What is not on air is cut away first, so that nobody
//! watches then. Times are half-open: who leaves at a moment is not there in it, who comes is.

use std::collections::BTreeMap;

use super::timestamp::Timestamp;

/// How long a piece of a curve is, in milliseconds.
pub const MINUTE_MS: i64 = 60_000;
/// The same of a broadcast that is long or old, in milliseconds. Hours of all time zones in use begin at multiples.
pub const QUARTER_HOUR_MS: i64 = 15 * MINUTE_MS;
/// A broadcast that is longer, in milliseconds, has a curve of longer pieces from the start: each piece is a statement
/// when it is settled, and more than about 720 would hold up everybody else who writes.
const FINE_UP_TO_MS: i64 = 12 * 60 * MINUTE_MS;

/// When nothing was seen of a broadcast for longer, in milliseconds, nobody looked: the program was not running, or
/// LiveKit did not answer. Looks come every 5 s and are written down every 10 s; but a round of looks takes longer when
/// LiveKit is slow, and that alone must not be taken for it.
const UNSEEN_AFTER_MS: i64 = 60_000;

/// From a moment to another one, which is not part of it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Span {
    /// Its first moment.
    pub from: Timestamp,
    /// The first one after it.
    pub to: Timestamp,
}

impl Span {
    /// Its length in milliseconds; none when it ends before it begins.
    pub fn ms(self) -> i64 {
        (self.to.0 - self.from.0).max(0)
    }

    /// How long the pieces of the curve of a broadcast are that lasts so long; in milliseconds.
    pub fn piece_ms(self) -> i64 {
        if self.ms() > FINE_UP_TO_MS { QUARTER_HOUR_MS } else { MINUTE_MS }
    }

    /// What both have in common, if they do.
    fn common(self, other: Self) -> Option<Self> {
        let span = Self { from: self.from.max(other.from), to: self.to.min(other.to) };
        (span.ms() > 0).then_some(span)
    }
}

/// When a broadcast was on air.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Airtime {
    /// From its start to its end, or to now.
    pub whole: Span,
    /// When nothing was sent.
    pub drops: Vec<Span>,
}

/// One connection of somebody who watched.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Visit {
    /// Who: the same for all connections of one person.
    pub viewer: String,
    /// When they came.
    pub joined_at: Timestamp,
    /// When they left; `None` when they stayed.
    pub left_at: Option<Timestamp>,
}

/// A piece of a curve.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Piece {
    /// When it is.
    pub span: Span,
    /// How much of it was on air.
    pub on_air_ms: i64,
    /// How long people watched in it, all together.
    pub viewer_ms: i64,
    /// Most people at one moment of it.
    pub peak_viewers: i64,
    /// Messages in it.
    pub messages: i64,
}

/// What all of that comes to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Attendance {
    /// Time on air.
    pub duration_ms: i64,
    /// How long people watched, all together.
    pub viewer_ms: i64,
    /// Most people at one moment.
    pub peak_viewers: i64,
    /// How many different people.
    pub distinct_viewers: i64,
    /// The curve, without a hole; messages are not in it yet.
    pub pieces: Vec<Piece>,
}

impl Airtime {
    /// The times on air, in order.
    pub fn spans(&self) -> Vec<Span> {
        let mut drops = self.drops.clone();
        drops.sort_by_key(|drop| drop.from);
        let (mut spans, mut from) = (Vec::new(), self.whole.from);
        for drop in drops {
            spans.extend(Span { from, to: drop.from }.common(self.whole));
            from = from.max(drop.to);
        }
        spans.extend(Span { from, to: self.whole.to }.common(self.whole));
        spans
    }

    /// Pieces without anybody in them, which end at multiples of `piece_ms`.
    fn pieces(&self, piece_ms: i64) -> Vec<Piece> {
        let (mut pieces, mut from) = (Vec::new(), self.whole.from);
        while from < self.whole.to {
            let next = Timestamp((from.0.div_euclid(piece_ms) + 1) * piece_ms);
            let span = Span { from, to: next.min(self.whole.to) };
            pieces.push(Piece { span, on_air_ms: 0, viewer_ms: 0, peak_viewers: 0, messages: 0 });
            from = span.to;
        }
        pieces
    }
}

impl Attendance {
    /// Counts; the pieces of the curve end at multiples of `piece_ms`.
    pub fn of(airtime: &Airtime, visits: &[Visit], piece_ms: i64) -> Self {
        let on_air = airtime.spans();
        let watched = watched(&on_air, airtime.whole.to, visits);
        let mut pieces = airtime.pieces(piece_ms);
        for piece in &mut pieces {
            piece.on_air_ms = on_air.iter().filter_map(|span| span.common(piece.span)).map(Span::ms).sum();
        }
        fill(&mut pieces, watched.values().flatten());
        Self {
            duration_ms: on_air.into_iter().map(Span::ms).sum(),
            viewer_ms: pieces.iter().map(|piece| piece.viewer_ms).sum(),
            peak_viewers: pieces.iter().map(|piece| piece.peak_viewers).max().unwrap_or(0),
            distinct_viewers: i64::try_from(watched.len()).unwrap_or(i64::MAX),
            pieces,
        }
    }

    /// Puts so many messages into the piece that holds each of these moments; what is outside goes to the nearest.
    pub fn add_messages(&mut self, counts: &[(Timestamp, i64)]) {
        for &(at, count) in counts {
            let after = self.pieces.partition_point(|piece| piece.span.from <= at);
            if let Some(piece) = self.pieces.get_mut(after.saturating_sub(1)) {
                piece.messages += count;
            }
        }
    }
}

/// When each person watched, in spans that do not overlap, in order; who never did is not in it.
fn watched<'a>(on_air: &[Span], end: Timestamp, visits: &'a [Visit]) -> BTreeMap<&'a str, Vec<Span>> {
    let mut people: BTreeMap<&str, Vec<Span>> = BTreeMap::new();
    for visit in visits {
        // LiveKit tells in whole seconds when somebody left: that may be before they came, and they were there.
        let to = visit.left_at.map_or(end, |left| left.max(Timestamp(visit.joined_at.0 + 1)));
        people.entry(&visit.viewer).or_default().push(Span { from: visit.joined_at, to });
    }
    for spans in people.values_mut() {
        let of_all = union(std::mem::take(spans));
        // Both are in order: what is over before a visit begins is not looked at again.
        let mut first = 0;
        for span in of_all {
            first += on_air[first..].partition_point(|air| air.to <= span.from);
            let common = on_air[first..].iter().take_while(|air| air.from < span.to);
            spans.extend(common.filter_map(|air| air.common(span)));
        }
    }
    people.retain(|_, spans| !spans.is_empty());
    people
}

fn union(mut spans: Vec<Span>) -> Vec<Span> {
    spans.sort_by_key(|span| span.from);
    let mut merged: Vec<Span> = Vec::with_capacity(spans.len());
    for span in spans {
        match merged.last_mut() {
            Some(last) if span.from <= last.to => last.to = last.to.max(span.to),
            _ => merged.push(span),
        }
    }
    merged
}

/// Goes through the comings and goings in order, piece by piece.
fn fill<'a>(pieces: &mut [Piece], watched: impl Iterator<Item = &'a Span>) {
    let mut changes: Vec<(Timestamp, i64)> = watched.flat_map(|span| [(span.from, 1), (span.to, -1)]).collect();
    // Of one moment, goings first: whoever comes then does not meet who goes.
    changes.sort_unstable();
    let mut changes = changes.into_iter().peekable();
    let mut count = 0;
    for piece in pieces {
        let mut at = piece.span.from;
        while let Some((when, change)) = changes.next_if(|(when, _)| *when < piece.span.to) {
            piece.viewer_ms += count * (when.0 - at.0);
            if when > at {
                piece.peak_viewers = piece.peak_viewers.max(count);
            }
            at = when;
            count += change;
        }
        piece.viewer_ms += count * (piece.span.to.0 - at.0);
        piece.peak_viewers = piece.peak_viewers.max(count);
    }
}

/// The same curve in longer pieces, which end at multiples of `piece_ms`: sums stay, and so do peaks.
pub fn thinned(pieces: &[Piece], piece_ms: i64) -> Vec<Piece> {
    let mut thin: Vec<Piece> = Vec::new();
    let block = |at: Timestamp| at.0.div_euclid(piece_ms);
    for piece in pieces {
        match thin.last_mut() {
            Some(last) if block(last.span.from) == block(piece.span.from) => {
                last.span.to = piece.span.to;
                last.on_air_ms += piece.on_air_ms;
                last.viewer_ms += piece.viewer_ms;
                last.peak_viewers = last.peak_viewers.max(piece.peak_viewers);
                last.messages += piece.messages;
            }
            _ => thin.push(*piece),
        }
    }
    thin
}

/// When something is taken to have ended that was last known to go on at `last_seen_at`, and is found gone at `now`:
/// now, unless nobody looked for a while, or the clock went back.
pub fn ended_by(last_seen_at: Option<Timestamp>, now: Timestamp) -> Timestamp {
    match last_seen_at {
        Some(seen) if now < seen || now.0 - seen.0 > UNSEEN_AFTER_MS => seen,
        _ => now,
    }
}

/// How many watched at a moment, on average; none in no time.
pub fn average_viewers(viewer_ms: i64, on_air_ms: i64) -> f64 {
    if on_air_ms > 0 { viewer_ms as f64 / on_air_ms as f64 } else { 0.0 }
}

/// Whole seconds, as durations are read.
pub fn whole_seconds(ms: i64) -> u64 {
    u64::try_from(ms / 1000).unwrap_or(0)
}

/// A count as it is read.
pub fn count(count: i64) -> u32 {
    u32::try_from(count.max(0)).unwrap_or(u32::MAX)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn span(from: i64, to: i64) -> Span {
        Span { from: Timestamp(from), to: Timestamp(to) }
    }

    fn visit(viewer: &str, from: i64, to: Option<i64>) -> Visit {
        Visit { viewer: viewer.into(), joined_at: Timestamp(from), left_at: to.map(Timestamp) }
    }

    #[test]
    fn two_tabs_are_one_person_and_a_drop_is_nobodys_time() {
        let airtime = Airtime { whole: span(0, 100), drops: vec![span(40, 60)] };
        let visits =
            [visit("ann", 0, Some(50)), visit("ann", 10, Some(30)), visit("bob", 20, None), visit("eve", 45, Some(55))];
        let counted = Attendance::of(&airtime, &visits, 50);
        // ann 0–40, bob 20–40 and 60–100; eve was there in the drop alone.
        assert_eq!((counted.duration_ms, counted.viewer_ms), (80, 100));
        assert_eq!((counted.peak_viewers, counted.distinct_viewers), (2, 2));
        let pieces: Vec<_> =
            counted.pieces.iter().map(|piece| (piece.on_air_ms, piece.viewer_ms, piece.peak_viewers)).collect();
        assert_eq!(pieces, [(40, 60, 2), (40, 40, 1)]);
    }

    #[test]
    fn who_goes_does_not_meet_who_comes_at_that_moment() {
        let airtime = Airtime { whole: span(0, 100), drops: vec![] };
        let visits = [visit("ann", 0, Some(50)), visit("bob", 50, None)];
        assert_eq!(Attendance::of(&airtime, &visits, 100).peak_viewers, 1);
    }

    #[test]
    fn who_left_in_the_second_in_which_they_came_was_there() {
        let airtime = Airtime { whole: span(0, 5000), drops: vec![] };
        let counted = Attendance::of(&airtime, &[visit("ann", 1500, Some(1000))], 60_000);
        assert_eq!((counted.viewer_ms, counted.peak_viewers, counted.distinct_viewers), (1, 1, 1));
    }

    #[test]
    fn pieces_end_on_full_minutes() {
        let airtime = Airtime { whole: span(59_000, 125_000), drops: vec![] };
        let mut counted = Attendance::of(&airtime, &[], MINUTE_MS);
        counted.add_messages(&[(Timestamp(0), 1), (Timestamp(60_000), 2), (Timestamp(999_000), 4)]);
        let pieces: Vec<_> = counted.pieces.iter().map(|piece| (piece.span.from.0, piece.messages)).collect();
        assert_eq!(pieces, [(59_000, 1), (60_000, 2), (120_000, 4)]);
    }

    #[test]
    fn a_long_broadcast_has_no_more_pieces_than_a_short_one() {
        let half_a_day = 12 * 60 * MINUTE_MS;
        assert_eq!(span(0, half_a_day).piece_ms(), MINUTE_MS);
        assert_eq!(span(0, half_a_day + 1).piece_ms(), QUARTER_HOUR_MS);
    }

    #[test]
    fn what_nobody_saw_for_a_while_ended_when_it_was_last_seen() {
        let now = Timestamp(100_000);
        assert_eq!(ended_by(None, now), now);
        assert_eq!(ended_by(Some(Timestamp(40_000)), now), now);
        assert_eq!(ended_by(Some(Timestamp(39_999)), now), Timestamp(39_999));
        let before = now.minus(std::time::Duration::from_secs(3600));
        assert_eq!(ended_by(Some(now), before), now);
    }

    fn spans(most: usize) -> impl Strategy<Value = Vec<Span>> {
        proptest::collection::vec((0..120_i64, 0..40_i64).prop_map(|(from, ms)| span(from, from + ms)), 0..most)
    }

    fn visits() -> impl Strategy<Value = Vec<Visit>> {
        let one = (0..6_u8, -20..140_i64, proptest::option::of(-10..60_i64));
        let one = one.prop_map(|(who, from, ms)| visit(&who.to_string(), from, ms.map(|ms| from + ms)));
        proptest::collection::vec(one, 0..24)
    }

    /// Who is there in one millisecond, by looking at every visit.
    fn there<'a>(airtime: &Airtime, visits: &'a [Visit], ms: i64) -> std::collections::BTreeSet<&'a str> {
        let is_in = |span: &Span| span.from.0 <= ms && ms < span.to.0;
        if !is_in(&airtime.whole) || airtime.drops.iter().any(is_in) {
            return Default::default();
        }
        let is_there = |visit: &&Visit| {
            let to = visit.left_at.map_or(i64::MAX, |left| left.0.max(visit.joined_at.0 + 1));
            visit.joined_at.0 <= ms && ms < to
        };
        visits.iter().filter(is_there).map(|visit| visit.viewer.as_str()).collect()
    }

    proptest! {
        #[test]
        fn counts_what_looking_at_every_millisecond_counts(
            start in 0..30_i64, ms in 1..110_i64, drops in spans(4), visits in visits(), piece_ms in 1..40_i64,
        ) {
            let airtime = Airtime { whole: span(start, start + ms), drops };
            let counted = Attendance::of(&airtime, &visits, piece_ms);
            let all: Vec<_> = (start..start + ms).map(|at| there(&airtime, &visits, at)).collect();
            let sum = |range: &[std::collections::BTreeSet<&str>]| range.iter().map(|now| now.len() as i64).sum::<i64>();
            let most = |range: &[std::collections::BTreeSet<&str>]| {
                range.iter().map(|now| now.len() as i64).max().unwrap_or(0)
            };
            prop_assert_eq!(counted.viewer_ms, sum(&all));
            prop_assert_eq!(counted.peak_viewers, most(&all));
            let people: std::collections::BTreeSet<_> = all.iter().flatten().collect();
            prop_assert_eq!(counted.distinct_viewers, people.len() as i64);
            let is_dropped = |at: i64| airtime.drops.iter().any(|drop| drop.from.0 <= at && at < drop.to.0);
            prop_assert_eq!(counted.duration_ms, (start..start + ms).filter(|at| !is_dropped(*at)).count() as i64);
            for piece in &counted.pieces {
                let range = (piece.span.from.0 - start) as usize..(piece.span.to.0 - start) as usize;
                prop_assert_eq!(piece.viewer_ms, sum(&all[range.clone()]));
                prop_assert_eq!(piece.peak_viewers, most(&all[range]));
            }
        }

        #[test]
        fn a_curve_has_no_hole_and_thinning_keeps_its_sums(
            start in 0..30_i64, ms in 1..110_i64, drops in spans(4), visits in visits(),
        ) {
            let airtime = Airtime { whole: span(start, start + ms), drops };
            let counted = Attendance::of(&airtime, &visits, 5);
            let thin = thinned(&counted.pieces, 15);
            for pieces in [&counted.pieces, &thin] {
                prop_assert_eq!(pieces[0].span.from.0, start);
                prop_assert_eq!(pieces[pieces.len() - 1].span.to.0, start + ms);
                prop_assert!(pieces.windows(2).all(|pair| pair[0].span.to == pair[1].span.from));
                prop_assert_eq!(pieces.iter().map(|piece| piece.viewer_ms).sum::<i64>(), counted.viewer_ms);
                prop_assert_eq!(pieces.iter().map(|piece| piece.on_air_ms).sum::<i64>(), counted.duration_ms);
                prop_assert_eq!(pieces.iter().map(|piece| piece.peak_viewers).max(), Some(counted.peak_viewers));
            }
            prop_assert_eq!(&thin, &Attendance::of(&airtime, &visits, 15).pieces);
            prop_assert_eq!(thinned(&thin, 15), thin);
        }

        #[test]
        fn the_order_of_visits_and_doubled_ones_change_nothing(visits in visits()) {
            let airtime = Airtime { whole: span(0, 100), drops: vec![] };
            let counted = Attendance::of(&airtime, &visits, 60);
            let mut doubled = visits.clone();
            doubled.extend(visits.into_iter().rev());
            prop_assert_eq!(Attendance::of(&airtime, &doubled, 60), counted);
        }
    }
}
