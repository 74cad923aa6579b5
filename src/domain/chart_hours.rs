//! The week as a map of its hours: how strong the colour of each is, and when most people watch. An hour with little
//! time on air is drawn, but never called the best.

use std::fmt::Write as _;

use super::analytics::HourNumbers;

/// How many colours there are for hours with time on air.
pub const LEVELS: u8 = 5;
/// An hour is judged from so much time on air in it on: less tells of one odd evening.
const JUDGED_FROM_SECS: u64 = 45 * 60;
/// And only among at least so many that can be judged, or there is nothing to choose from.
const LEAST_JUDGED: usize = 4;
/// The free part around each field of the map.
const GAP: f64 = 0.05;

/// The hour of the week in which most people watch on average; `None` while too little is known.
pub fn busiest(hours: &[HourNumbers]) -> Option<&HourNumbers> {
    let judged: Vec<_> = hours.iter().filter(|hour| hour.duration_seconds >= JUDGED_FROM_SECS).collect();
    if judged.len() < LEAST_JUDGED {
        return None;
    }
    let best = judged.into_iter().max_by(|one, other| one.average_viewers.total_cmp(&other.average_viewers))?;
    (best.average_viewers > 0.0).then_some(best)
}

/// How strong the colour of an hour is, 1 to [`LEVELS`]; `None` without time on air.
pub fn level(hour: &HourNumbers, most_viewers: f64) -> Option<u8> {
    if hour.duration_seconds == 0 {
        return None;
    }
    let share = if most_viewers > 0.0 { hour.average_viewers / most_viewers } else { 0.0 };
    (1..LEVELS).find(|level| share <= f64::from(*level) / f64::from(LEVELS)).or(Some(LEVELS))
}

/// The largest average.
pub fn most_viewers(hours: &[HourNumbers]) -> f64 {
    hours.iter().map(|hour| hour.average_viewers).fold(0.0, f64::max)
}

/// The fields of these hours, in a box of 24 by 7.
pub fn fields<'a>(hours: impl IntoIterator<Item = &'a HourNumbers>) -> String {
    let side = 1.0 - 2.0 * GAP;
    hours.into_iter().fold(String::new(), |mut path, hour| {
        let (x, y) = (f64::from(hour.hour) + GAP, f64::from(hour.weekday) + GAP);
        // A text takes whatever is written to it.
        let _ = write!(path, "M{x:.2} {y:.2}h{side:.2}v{side:.2}h-{side:.2}Z");
        path
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn hour(weekday: u8, hour: u8, duration_seconds: u64, average_viewers: f64) -> HourNumbers {
        HourNumbers { weekday, hour, duration_seconds, average_viewers }
    }

    #[test]
    fn most_watch_in_the_hour_with_the_highest_average() {
        let mut hours: Vec<_> = (18..22).map(|at| hour(5, at, 3_600, f64::from(at))).collect();
        assert_eq!(busiest(&hours).map(|best| best.hour), Some(21));
        hours.push(hour(6, 3, 600, 1_000.0));
        assert_eq!(busiest(&hours).map(|best| best.hour), Some(21), "ten minutes of one night say little");
    }

    #[test]
    fn too_little_says_nothing() {
        let three: Vec<_> = (18..21).map(|at| hour(5, at, 3_600, 9.0)).collect();
        let unseen: Vec<_> = (18..23).map(|at| hour(5, at, 3_600, 0.0)).collect();
        assert_eq!([busiest(&[]), busiest(&three), busiest(&unseen)], [None; 3]);
    }

    #[test]
    fn colours_go_from_none_to_the_strongest() {
        let levels = [0.0, 1.0, 2.0, 2.1, 9.9, 10.0].map(|viewers| level(&hour(0, 0, 60, viewers), 10.0));
        assert_eq!(levels, [Some(1), Some(1), Some(1), Some(2), Some(5), Some(5)]);
        assert_eq!(level(&hour(0, 0, 0, 0.0), 10.0), None);
        assert_eq!(level(&hour(0, 0, 60, 0.0), 0.0), Some(1));
    }

    #[test]
    fn a_field_is_where_its_hour_is() {
        assert_eq!(fields(&[hour(6, 23, 60, 1.0)]), "M23.05 6.05h0.90v0.90h-0.90Z");
    }
}
