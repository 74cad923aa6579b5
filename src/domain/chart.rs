//! The geometry of charts: scales with round steps, paths, and what lies nearest to a place.
//!
//! Everything is drawn in a box of [`BOX`] by [`BOX`], which the browser stretches; places along the horizontal axis
//! are shares of its width. What is not known is a gap, never a zero.

use std::fmt::Write as _;

/// Width and height of the box that paths are drawn in.
pub const BOX: f64 = 1000.0;
/// How many steps a vertical axis has, at most one more.
const STEPS: f64 = 4.0;
/// What is not nothing is seen: the least height of a bar.
const LEAST_BAR: f64 = 6.0;
/// The part of a bar's width that is left free on each side.
const BAR_GAP: f64 = 0.12;
/// Steps that a clock has, in seconds.
const CLOCK_STEPS: [f64; 14] = [
    60.0, 120.0, 300.0, 600.0, 900.0, 1800.0, 3600.0, 7200.0, 10_800.0, 14_400.0, 21_600.0, 28_800.0, 43_200.0,
    DAY_SECS,
];
const DAY_SECS: f64 = 86_400.0;

/// Less than this share of a step is no step: a number that was written as JSON and read again is off by a last bit, and
/// the browser must draw what the server has drawn.
const HAIR: f64 = 1e-9;

/// A vertical axis that begins at zero.
#[derive(Clone, Debug, PartialEq)]
pub struct Scale {
    /// What its upper end stands for.
    pub top: f64,
    /// Where its lines are, from zero to the top.
    pub ticks: Vec<f64>,
}

impl Scale {
    /// For things that are counted: steps are whole and round.
    pub fn of_counts(largest: f64) -> Self {
        let step = largest / STEPS * (1.0 - HAIR);
        let magnitude = if step > 0.0 && step.is_finite() { 10_f64.powf(step.log10().floor()) } else { 1.0 };
        let round = [1.0, 2.0, 5.0, 10.0].map(|steps| steps * magnitude);
        Self::with_step(largest, round.into_iter().find(|round| *round >= step).unwrap_or(magnitude).max(1.0))
    }

    /// For durations in seconds: steps are those of a clock.
    pub fn of_seconds(largest: f64) -> Self {
        Self::with_step(largest, clock_step(largest, STEPS))
    }

    fn with_step(largest: f64, step: f64) -> Self {
        let steps = if largest.is_finite() { (largest / step - HAIR).ceil().clamp(1.0, STEPS + 1.0) } else { 1.0 };
        let ticks = (0..=5).map(f64::from).take_while(|tick| *tick <= steps).map(|tick| tick * step).collect();
        Self { top: steps * step, ticks }
    }

    /// How far up a value is, 0 to 1.
    pub fn share(&self, value: f64) -> f64 {
        let share = value / self.top;
        if share.is_nan() { 0.0 } else { share.clamp(0.0, 1.0) }
    }

    fn y(&self, value: f64) -> f64 {
        BOX - self.share(value) * BOX
    }

    /// Its lines.
    pub fn lines(&self) -> String {
        self.ticks.iter().fold(String::new(), |mut path, tick| {
            put(&mut path, format_args!("M0 {:.1}H{BOX}", self.y(*tick)));
            path
        })
    }
}

/// The first step of a clock that divides this into no more parts than that; whole days when it is longer.
fn clock_step(seconds: f64, parts: f64) -> f64 {
    let step = if seconds.is_finite() { seconds / parts * (1.0 - HAIR) } else { 0.0 };
    let known = CLOCK_STEPS.into_iter().find(|known| *known >= step);
    known.unwrap_or_else(|| (step / DAY_SECS).ceil() * DAY_SECS)
}

/// Where a horizontal axis of time has its words, in seconds: from its start on, and no more than `most` steps of them.
pub fn time_ticks(seconds: f64, most: u8) -> Vec<f64> {
    let step = clock_step(seconds, f64::from(most));
    (0..=most).map(|tick| f64::from(tick) * step).take_while(|at| *at == 0.0 || *at <= seconds).collect()
}

/// A piece of the horizontal axis.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Span {
    /// Where it begins, 0 to 1.
    pub from: f64,
    /// Where it ends.
    pub to: f64,
}

impl Span {
    /// The piece of that number when the axis is cut into so many equal ones.
    pub fn equal(number: usize, count: usize) -> Self {
        #[expect(clippy::cast_precision_loss, reason = "there are few")]
        let place = |number: usize| number as f64 / count.max(1) as f64;
        Self { from: place(number), to: place(number + 1) }
    }

    /// Its middle.
    pub fn middle(self) -> f64 {
        f64::midpoint(self.from, self.to)
    }
}

/// The piece nearest to a place.
pub fn nearest(spans: impl IntoIterator<Item = Span>, place: f64) -> Option<usize> {
    let distance = |span: Span| (span.middle() - place).abs();
    spans
        .into_iter()
        .enumerate()
        .min_by(|(_, one), (_, other)| distance(*one).total_cmp(&distance(*other)))
        .map(|(at, _)| at)
}

/// The piece that a place is in: the last that has begun there.
pub fn holding(spans: impl IntoIterator<Item = Span>, place: f64) -> Option<usize> {
    spans.into_iter().take_while(|span| span.from <= place).count().checked_sub(1)
}

/// The pieces that hang together, as points from the start of the first to the end of the last.
fn runs(spans: &[Span], values: &[Option<f64>], scale: &Scale) -> Vec<Vec<(f64, f64)>> {
    let known: Vec<_> =
        spans.iter().zip(values).map(|(span, value)| value.map(|value| (*span, scale.y(value)))).collect();
    known
        .split(Option::is_none)
        .map(|run| run.iter().flatten().copied().collect::<Vec<_>>())
        .filter_map(|run| {
            let (first, last) = (*run.first()?, *run.last()?);
            let middles = run.iter().map(|(span, y)| (span.middle(), *y));
            let ends = [(first.0.from, first.1)].into_iter().chain(middles).chain([(last.0.to, last.1)]);
            Some(ends.map(|(place, y)| (place * BOX, y)).collect())
        })
        .collect()
}

/// A line through the values; a gap where there is none.
pub fn line(spans: &[Span], values: &[Option<f64>], scale: &Scale) -> String {
    let mut path = String::new();
    for run in runs(spans, values, scale) {
        for (number, (x, y)) in run.into_iter().enumerate() {
            put(&mut path, format_args!("{}{x:.1} {y:.1}", if number == 0 { 'M' } else { 'L' }));
        }
    }
    path
}

/// What is below that line.
pub fn area(spans: &[Span], values: &[Option<f64>], scale: &Scale) -> String {
    let mut path = String::new();
    for run in runs(spans, values, scale) {
        let Some(((from, _), (to, _))) = run.first().copied().zip(run.last().copied()) else { continue };
        put(&mut path, format_args!("M{from:.1} {BOX}"));
        for (x, y) in run {
            put(&mut path, format_args!("L{x:.1} {y:.1}"));
        }
        put(&mut path, format_args!("L{to:.1} {BOX}Z"));
    }
    path
}

/// A bar for each value that is not zero.
pub fn bars(spans: &[Span], values: &[Option<f64>], scale: &Scale) -> String {
    let mut path = String::new();
    for (span, value) in spans.iter().zip(values) {
        let Some(value) = value.filter(|value| *value > 0.0) else { continue };
        let gap = (span.to - span.from) * BAR_GAP;
        let (from, to) = ((span.from + gap) * BOX, (span.to - gap) * BOX);
        let y = scale.y(value).min(BOX - LEAST_BAR);
        put(&mut path, format_args!("M{from:.1} {BOX}V{y:.1}H{to:.1}V{BOX}Z"));
    }
    path
}

/// A point of the line, as a stroke without length: round caps make it a dot that is not stretched.
pub fn dot(span: Span, value: f64, scale: &Scale) -> String {
    format!("M{:.1} {:.1}h0", span.middle() * BOX, scale.y(value))
}

/// A share of a width, as SVG has it.
pub fn percent(share: f64) -> String {
    format!("{:.2}%", share * 100.0)
}

fn put(path: &mut String, piece: std::fmt::Arguments<'_>) {
    // A text takes whatever is written to it.
    let _ = path.write_fmt(piece);
}

#[cfg(test)]
mod tests {
    use super::*;

    fn thirds() -> Vec<Span> {
        (0..3).map(|number| Span::equal(number, 3)).collect()
    }

    #[test]
    fn the_last_bit_of_a_number_makes_no_other_axis() {
        for whole in 1..=200_u32 {
            let number = f64::from(whole);
            let (above, below) = (number.next_up(), number.next_down());
            for scale in [Scale::of_counts, Scale::of_seconds] {
                let ticks = [below, number, above].map(|largest| scale(largest).ticks.len());
                assert_eq!(ticks, [ticks[1]; 3], "{number}");
            }
        }
    }

    #[test]
    fn steps_of_counts_are_whole_and_round() {
        let cases: [(f64, &[f64]); 6] = [
            (0.0, &[0.0, 1.0]),
            (1.0, &[0.0, 1.0]),
            (3.4, &[0.0, 1.0, 2.0, 3.0, 4.0]),
            (7.0, &[0.0, 2.0, 4.0, 6.0, 8.0]),
            (41.0, &[0.0, 20.0, 40.0, 60.0]),
            (1_000.0, &[0.0, 500.0, 1_000.0]),
        ];
        for (largest, ticks) in cases {
            assert_eq!(Scale::of_counts(largest).ticks, ticks, "{largest}");
        }
    }

    #[test]
    fn whatever_is_measured_fits_with_few_lines() {
        for largest in [0.3, 5.0, 9.9, 12.0, 99.0, 101.0, 4_321.0, 1e6, 1e12, f64::from(u32::MAX)] {
            for scale in [Scale::of_counts(largest), Scale::of_seconds(largest)] {
                assert!(scale.top >= largest, "{largest}: {scale:?}");
                assert!((2..=6).contains(&scale.ticks.len()), "{largest}: {scale:?}");
                assert_eq!(scale.ticks.last(), Some(&scale.top));
            }
        }
        for odd in [f64::NAN, f64::INFINITY, -1.0] {
            assert_eq!(Scale::of_counts(odd).ticks.len(), 2, "{odd}");
            assert_eq!(Scale::of_counts(1.0).share(odd), if odd == f64::INFINITY { 1.0 } else { 0.0 });
        }
    }

    #[test]
    fn steps_of_time_are_those_of_a_clock() {
        assert_eq!(Scale::of_seconds(3_849.0).ticks, [0.0, 1_800.0, 3_600.0, 5_400.0]);
        assert_eq!(Scale::of_seconds(0.0).ticks, [0.0, 60.0]);
        assert_eq!(time_ticks(3_849.0, 5), [0.0, 900.0, 1_800.0, 2_700.0, 3_600.0]);
        assert_eq!(time_ticks(0.0, 5), [0.0]);
        assert_eq!(time_ticks(30.0 * 86_400.0, 5).len(), 6);
    }

    #[test]
    fn a_line_has_a_gap_where_nothing_is_known() {
        let scale = Scale::of_counts(4.0);
        let values = [Some(4.0), None, Some(0.0)];
        assert_eq!(
            line(&thirds(), &values, &scale),
            "M0.0 0.0L166.7 0.0L333.3 0.0M666.7 1000.0L833.3 1000.0L1000.0 1000.0"
        );
        assert_eq!(area(&thirds()[..1], &values, &scale), "M0.0 1000L0.0 0.0L166.7 0.0L333.3 0.0L333.3 1000Z");
        assert_eq!(line(&[], &[], &scale), "");
        assert_eq!(line(&thirds(), &[None; 3], &scale), "");
    }

    #[test]
    fn one_point_is_as_long_as_what_it_stands_for() {
        let all = [Span::equal(0, 1)];
        assert_eq!(line(&all, &[Some(1.0)], &Scale::of_counts(2.0)), "M0.0 500.0L500.0 500.0L1000.0 500.0");
    }

    #[test]
    fn a_bar_is_seen_when_there_is_something() {
        let scale = Scale::of_counts(1_000.0);
        assert_eq!(bars(&thirds(), &[Some(0.0), Some(0.1), None], &scale), "M373.3 1000V994.0H626.7V1000Z");
    }

    #[test]
    fn the_nearest_is_found_in_gaps_and_beyond_the_ends() {
        let spans = [Span { from: 0.0, to: 0.2 }, Span { from: 0.6, to: 1.0 }];
        assert_eq!([-1.0, 0.44, 0.46, 2.0].map(|place| nearest(spans, place)), [Some(0), Some(0), Some(1), Some(1)]);
        assert_eq!(nearest([], 0.5), None);
    }

    #[test]
    fn a_place_is_in_the_piece_that_has_begun() {
        let spans = [Span::equal(0, 2), Span::equal(1, 2)];
        assert_eq!(
            [-0.1, 0.0, 0.49, 0.5, 2.0].map(|place| holding(spans, place)),
            [None, Some(0), Some(0), Some(1), Some(1)]
        );
    }
}
