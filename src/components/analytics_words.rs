//! Numbers of broadcasts in words: grouped, as on a clock, and beside what they are compared with.
//!
//! Marks and units are those of the reader's language. A change is told with its sign, never by colour alone.

use std::{cmp::Ordering, time::Duration};

use super::time_text::clock;
use crate::{language::numbers::grouped, text};

/// From here on a duration is told in hours: nobody reads the seconds.
const HOURS_FROM_SECS: u64 = 100 * 3600;
/// From so many times as much on it is not told in percent.
const TIMES_FROM: f64 = 10.0;

/// `1:04:09`; `1,234 h` when it is long.
pub fn duration_words(seconds: u64) -> String {
    if seconds < HOURS_FROM_SECS {
        return clock(Duration::from_secs(seconds));
    }
    text!(analytics.many_hours, hours = grouped(u32::try_from(seconds / 3600).unwrap_or(u32::MAX)))
}

/// `+12` and `−3`.
pub fn signed(number: i64) -> String {
    let size = grouped(u32::try_from(number.unsigned_abs()).unwrap_or(u32::MAX));
    match number {
        0 => size,
        1.. => format!("+{size}"),
        _ => format!("−{size}"),
    }
}

/// Which way a number went.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Direction {
    /// It grew.
    Up,
    /// It shrank.
    Down,
    /// Neither, or there is nothing to compare it with.
    Level,
}

impl Direction {
    /// For the style.
    pub fn name(self) -> &'static str {
        match self {
            Self::Up => "up",
            Self::Down => "down",
            Self::Level => "level",
        }
    }
}

/// A number beside another, in words.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Change {
    /// Which way it went.
    pub direction: Direction,
    /// `+12 % from the 30 days before`.
    pub words: String,
}

impl Change {
    /// There is nothing to compare with, and why.
    pub fn none(words: impl Into<String>) -> Self {
        Self { direction: Direction::Level, words: words.into() }
    }

    /// From `before` to `now`; `than` names what was before, as in "the 30 days before".
    pub fn between(before: f64, now: f64, than: &str) -> Self {
        let percent = ((now - before) / before * 100.0).round();
        let (direction, words) = if now <= before && before <= now {
            (Direction::Level, text!(analytics.same_as, than = than))
        } else if before <= 0.0 {
            (Direction::Up, text!(analytics.up_from_nothing, than = than))
        } else if now / before >= TIMES_FROM {
            (Direction::Up, text!(analytics.times_as_much, times = format!("{:.0}", now / before), than = than))
        } else if percent >= 1.0 {
            (Direction::Up, text!(analytics.percent_more, percent = percent, than = than))
        } else if percent <= -1.0 {
            (Direction::Down, text!(analytics.percent_less, percent = percent.abs(), than = than))
        } else {
            (Direction::Level, text!(analytics.about_the_same, than = than))
        };
        Self { direction, words }
    }

    /// From one difference to another, which have no percentage of each other.
    pub fn of_growth(before: i64, now: i64, than: &str) -> Self {
        let difference = grouped(u32::try_from(now.abs_diff(before)).unwrap_or(u32::MAX));
        let (direction, words) = match now.cmp(&before) {
            Ordering::Equal => (Direction::Level, text!(analytics.same_as, than = than)),
            Ordering::Greater => (Direction::Up, text!(analytics.more_than_in, difference = difference, than = than)),
            Ordering::Less => (Direction::Down, text!(analytics.fewer_than_in, difference = difference, than = than)),
        };
        Self { direction, words }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_read_easily() {
        assert_eq!(
            [0, 3_849, 360_000, 4_446_000].map(duration_words),
            ["0:00", "1:04:09", "100\u{a0}h", "1,235\u{a0}h"]
        );
        assert_eq!([0, 12, -3, 1_500].map(signed), ["0", "+12", "−3", "+1,500"]);
    }

    #[test]
    fn a_change_is_told_with_its_sign() {
        let told = |before, now| Change::between(before, now, "the 7 days before").words;
        assert_eq!(told(100.0, 112.0), "+12\u{a0}% from the 7 days before");
        assert_eq!(told(100.0, 88.4), "−12\u{a0}% from the 7 days before");
        assert_eq!(told(100.0, 0.0), "−100\u{a0}% from the 7 days before");
        assert_eq!(told(1_000.0, 1_001.0), "about the same as the 7 days before");
        assert_eq!(told(3.0, 3.0), "same as the 7 days before");
        assert_eq!(told(0.0, 0.0), "same as the 7 days before");
        assert_eq!(told(0.0, 3.0), "up from 0 in the 7 days before");
        assert_eq!(told(2.0, 40.0), "20 times the 7 days before");
    }

    #[test]
    fn growth_is_compared_by_its_difference() {
        let told = |before, now| Change::of_growth(before, now, "the 7 days before").words;
        assert_eq!(told(-2, 3), "5 more than in the 7 days before");
        assert_eq!(told(3, -2), "5 fewer than in the 7 days before");
        assert_eq!(told(3, 3), "same as the 7 days before");
    }
}
