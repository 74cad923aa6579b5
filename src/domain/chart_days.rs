//! Days as charts name them. A day comes as text, `2026-08-01`, and is of whatever time zone it was counted in: here
//! nothing is moved from one zone to another.

use time::{Date, Month};

use crate::language::dates;

/// How many days there are from one word of the axis to the next.
const STEPS: [usize; 9] = [1, 2, 7, 14, 28, 56, 91, 182, 364];

fn parse(day: &str) -> Option<Date> {
    let mut parts = day.split('-');
    let (year, month, day) =
        (parts.next()?.parse().ok()?, parts.next()?.parse::<u8>().ok()?, parts.next()?.parse().ok()?);
    Date::from_calendar_date(year, Month::try_from(month).ok()?, day).ok()
}

/// `1 Aug`; what is no day stays as it is.
pub fn short_day(day: &str) -> String {
    parse(day).map_or_else(|| day.to_owned(), dates::short)
}

/// `Saturday, 1 Aug`.
pub fn long_day(day: &str) -> String {
    parse(day).map_or_else(|| day.to_owned(), dates::long)
}

/// `1 Aug 2026`.
pub fn full_day(day: &str) -> String {
    parse(day).map_or_else(|| day.to_owned(), dates::full)
}

/// Which of so many days have a word at the axis: the first, and no more than `most`.
pub fn day_ticks(count: usize, most: usize) -> Vec<usize> {
    let step = STEPS.into_iter().find(|step| count.div_ceil(*step) <= most).unwrap_or(count.max(1));
    (0..count).step_by(step).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn days_are_named() {
        assert_eq!(short_day("2026-08-01"), "1 Aug");
        assert_eq!(long_day("2026-08-01"), "Saturday, 1 Aug");
        assert_eq!(full_day("2024-02-29"), "29 Feb 2024");
        for odd in ["", "2026", "2026-02-30", "2026-13-01", "today"] {
            assert_eq!(short_day(odd), odd);
        }
    }

    #[test]
    fn an_axis_has_few_words() {
        assert_eq!(day_ticks(7, 6), [0, 2, 4, 6]);
        assert_eq!(day_ticks(30, 6), [0, 7, 14, 21, 28]);
        assert_eq!(day_ticks(90, 6), [0, 28, 56, 84]);
        assert_eq!(day_ticks(1, 6), [0]);
        assert_eq!(day_ticks(0, 6), Vec::<usize>::new());
        assert!(day_ticks(400, 6).len() <= 6);
    }
}
