//! The curve of a broadcast as a chart draws it: no more points than can be told apart, and where each one is. Points
//! that are put together keep the sums of what they stand for; time off air counts nowhere.

use super::{analytics::CurvePoint, chart::Span, timestamp::Timestamp};

/// More points than this are neither drawn nor read.
pub const MOST_POINTS: usize = 240;
const MINUTE_SECS: f64 = 60.0;

/// The curve with neighbours put together until there are at most so many.
pub fn thinned(curve: &[CurvePoint], most: usize) -> Vec<CurvePoint> {
    curve.chunks(curve.len().div_ceil(most.max(1)).max(1)).filter_map(together).collect()
}

fn together(points: &[CurvePoint]) -> Option<CurvePoint> {
    let first = points.first()?;
    // A piece counts by how much of it was on air.
    let on_air_seconds: f64 = points.iter().map(|point| point.on_air_seconds).sum();
    let watched: f64 =
        points.iter().filter_map(|point| point.average_viewers.map(|viewers| viewers * point.on_air_seconds)).sum();
    Some(CurvePoint {
        at: first.at,
        seconds: points.iter().map(|point| point.seconds).sum(),
        on_air_seconds,
        average_viewers: (on_air_seconds > 0.0).then(|| watched / on_air_seconds),
        peak_viewers: points.iter().map(|point| point.peak_viewers).max().unwrap_or_default(),
        messages: points.iter().map(|point| point.messages).sum(),
    })
}

/// Messages a minute. A minute that has just begun counts as a whole one.
pub fn messages_per_minute(point: &CurvePoint) -> f64 {
    f64::from(point.messages) * MINUTE_SECS / f64::from(point.seconds).max(MINUTE_SECS)
}

/// Where a broadcast's horizontal axis begins, and how long it is, in seconds.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Axis {
    start: Timestamp,
    /// Its length.
    pub seconds: f64,
}

impl Axis {
    /// The axis of a curve; `None` while there is none.
    pub fn of(curve: &[CurvePoint]) -> Option<Self> {
        let (first, last) = (curve.first()?, curve.last()?);
        let seconds = last.at.since(first.at).as_secs_f64() + f64::from(last.seconds);
        (seconds > 0.0).then_some(Self { start: first.at, seconds })
    }

    /// Where a moment is, 0 to 1.
    pub fn place(self, at: Timestamp) -> f64 {
        (at.since(self.start).as_secs_f64() / self.seconds).min(1.0)
    }

    /// Where a point is.
    pub fn span(self, point: &CurvePoint) -> Span {
        let from = self.place(point.at);
        Span { from, to: (from + f64::from(point.seconds) / self.seconds).min(1.0) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn point(minute: i64, average_viewers: Option<f64>, messages: u32) -> CurvePoint {
        let peak_viewers = average_viewers.map_or(0, |_| messages + 1);
        let on_air_seconds = average_viewers.map_or(0.0, |_| 60.0);
        CurvePoint {
            at: Timestamp(minute * 60_000),
            seconds: 60,
            on_air_seconds,
            average_viewers,
            peak_viewers,
            messages,
        }
    }

    #[test]
    fn neighbours_are_put_together_and_nothing_is_lost() {
        let curve =
            [point(0, Some(2.0), 3), point(1, None, 0), point(2, Some(4.0), 6), point(3, None, 0), point(4, None, 1)];
        let thin = thinned(&curve, 3);
        assert_eq!(thin.iter().map(|point| point.average_viewers).collect::<Vec<_>>(), [Some(2.0), Some(4.0), None]);
        assert_eq!(thin.iter().map(|point| point.seconds).collect::<Vec<_>>(), [120, 120, 60]);
        assert_eq!(thin.iter().map(|point| point.messages).sum::<u32>(), 10);
        assert_eq!(thin.iter().map(|point| point.peak_viewers).collect::<Vec<_>>(), [4, 7, 0]);
        assert_eq!(thinned(&curve, 5), curve);
        assert_eq!(thinned(&[], 5), []);
    }

    #[test]
    fn a_piece_counts_by_how_much_of_it_was_on_air() {
        let second = CurvePoint { on_air_seconds: 1.0, ..point(0, Some(100.0), 0) };
        let thin = thinned(&[second, point(1, Some(10.0), 0)], 1);
        assert_eq!(thin[0].average_viewers.map(|viewers| (viewers * 10.0).round()), Some(115.0));
    }

    #[test]
    fn a_minute_that_has_just_begun_is_not_blown_up() {
        let begun = CurvePoint { seconds: 2, ..point(0, Some(1.0), 3) };
        let long = CurvePoint { seconds: 120, ..begun.clone() };
        assert_eq!([begun, long].map(|point| messages_per_minute(&point)), [3.0, 1.5]);
    }

    #[test]
    fn moments_stay_within_the_axis() {
        let axis = Axis::of(&[point(0, None, 0), point(3, None, 0)]).expect("two points");
        assert_eq!(axis.seconds, 240.0);
        assert_eq!([-60_000, 0, 120_000, 9_000_000].map(|at| axis.place(Timestamp(at))), [0.0, 0.0, 0.5, 1.0]);
        assert_eq!(axis.span(&point(3, None, 0)), Span { from: 0.75, to: 1.0 });
        assert_eq!(Axis::of(&[]), None);
    }
}
