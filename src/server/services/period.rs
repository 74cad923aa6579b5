//! Days of somebody's time zone: what a period is that a creator asks for, and the one before it. A day begins with its
//! first moment there, and is 23 or 25 hours long when clocks change. A zone that was kept, and that nobody knows any
//! more, is UTC.

use jiff::{ToSpan as _, civil::Date, tz::TimeZone};

use crate::{
    domain::{
        fields::{FieldErrors, Invalid},
        timestamp::Timestamp,
    },
    server::{Result, clock, db::analytics::Between},
    text,
};

/// What a period may be named by, in days.
pub const DAY_CHOICES: [u16; 3] = [7, 30, 90];
/// What it is when nobody says, in days.
const DEFAULT_DAYS: u16 = 30;
/// Longest period, in days.
pub const MAX_DAYS: usize = 400;

/// A period as it is asked for; an empty text is none.
#[derive(Clone, Debug, Default)]
pub struct AskedPeriod {
    /// The last so many days.
    pub days: Option<String>,
    /// The first day.
    pub from: Option<String>,
    /// The last day.
    pub to: Option<String>,
    /// The time zone that these are days of.
    pub time_zone: Option<String>,
}

/// Days in a row, and as many before them.
#[derive(Clone, Debug)]
pub(super) struct Period {
    /// The zone that they are days of.
    pub zone: Zone,
    /// Those before, then those of the period.
    days: Vec<Date>,
    /// When each begins, and when the last one is over.
    starts: Vec<Timestamp>,
}

/// A time zone.
#[derive(Clone, Debug)]
pub(super) struct Zone {
    rules: TimeZone,
    /// What it is called (IANA).
    pub name: String,
}

impl Zone {
    /// The zone of that name, in its usual spelling.
    ///
    /// # Errors
    /// When there is none.
    pub fn parse(name: &str) -> Result<Self, Invalid> {
        let unknown = || Invalid::new(text!(fields.time_zone_unknown));
        let rules = TimeZone::get(name.trim()).map_err(|_| unknown())?;
        match rules.iana_name().map(str::to_owned) {
            Some(name) if name != "Etc/Unknown" => Ok(Self { rules, name }),
            _ => Err(unknown()),
        }
    }

    /// The zone that was kept for somebody.
    pub fn kept(name: Option<&str>) -> Self {
        let utc = || Self { rules: TimeZone::UTC, name: "UTC".to_owned() };
        name.and_then(|name| Self::parse(name).ok()).unwrap_or_else(utc)
    }

    /// Weekday (0 is Monday) and hour of a moment.
    pub fn weekday_and_hour(&self, at: Timestamp) -> (u8, u8) {
        let local = self.rules.to_datetime(moment(at));
        let small = |number: i8| u8::try_from(number).unwrap_or(0);
        (small(local.weekday().to_monday_zero_offset()), small(local.hour()))
    }

    fn today(&self) -> Date {
        self.rules.to_datetime(moment(clock::now())).date()
    }

    /// When a day begins: its first moment, where midnight is left out.
    fn start(&self, day: Date) -> Result<Timestamp, Invalid> {
        let start = self.rules.to_timestamp(day.at(0, 0, 0, 0)).map_err(|_| out_of_range())?;
        Ok(Timestamp(start.as_millisecond()))
    }
}

fn moment(at: Timestamp) -> jiff::Timestamp {
    jiff::Timestamp::from_millisecond(at.0).unwrap_or_default()
}

fn out_of_range() -> Invalid {
    Invalid::new(text!(fields.day_too_far))
}

impl AskedPeriod {
    /// The zone that is asked for, or the kept one.
    fn zone(&self, kept: Option<&str>) -> Result<Zone, FieldErrors> {
        match given(self.time_zone.as_ref()) {
            Some(name) => Zone::parse(name).map_err(|Invalid(message)| FieldErrors::one("timeZone", message)),
            None => Ok(Zone::kept(kept)),
        }
    }

    /// The period; the last 30 days when none is asked for.
    ///
    /// # Errors
    /// Each part that cannot be.
    pub(super) fn period(&self, kept_zone: Option<&str>) -> Result<Period, FieldErrors> {
        match self.find(kept_zone)? {
            Some(period) => Ok(period),
            None => Period::last(self.zone(kept_zone)?, DEFAULT_DAYS),
        }
    }

    /// The period, if one is asked for.
    ///
    /// # Errors
    /// Each part that cannot be.
    pub(super) fn find(&self, kept_zone: Option<&str>) -> Result<Option<Period>, FieldErrors> {
        let zone = self.zone(kept_zone)?;
        let (from, to) = (given(self.from.as_ref()), given(self.to.as_ref()));
        match (given(self.days.as_ref()), from, to) {
            (None, None, None) => Ok(None),
            (Some(days), None, None) => {
                let chosen = days.parse().ok().filter(|days| DAY_CHOICES.contains(days));
                let wrong = || FieldErrors::one("days", text!(fields.days_unknown));
                Period::last(zone, chosen.ok_or_else(wrong)?).map(Some)
            }
            (Some(_), ..) => Err(FieldErrors::one("days", text!(fields.days_and_dates))),
            (None, from, to) => Period::parse(zone, from, to).map(Some),
        }
    }
}

fn given(text: Option<&String>) -> Option<&str> {
    text.map(|text| text.trim()).filter(|text| !text.is_empty())
}

/// `2026-08-01`, and nothing else that could be a day.
fn day(text: Option<&str>) -> Result<Date, Invalid> {
    let parsed = text.and_then(|text| text.parse::<Date>().ok().filter(|day| day.to_string() == text));
    parsed.ok_or_else(|| Invalid::new(text!(fields.day_shape)))
}

impl Period {
    fn last(zone: Zone, days: u16) -> Result<Self, FieldErrors> {
        let today = zone.today();
        let from = today.checked_sub((i64::from(days) - 1).days());
        let of_days = |Invalid(message)| FieldErrors::one("days", message);
        Self::new(zone, from.map_err(|_| of_days(out_of_range()))?, today).map_err(of_days)
    }

    fn parse(zone: Zone, from: Option<&str>, to: Option<&str>) -> Result<Self, FieldErrors> {
        let mut errors = FieldErrors::default();
        let (from, to) = (errors.take("from", day(from)), errors.take("to", day(to)));
        let (Some(from), Some(to)) = (from, to) else { return Err(errors) };
        if to < from {
            return Err(FieldErrors::one("to", text!(fields.last_day_too_early)));
        }
        Self::new(zone, from, to).map_err(|Invalid(message)| FieldErrors::one("from", message))
    }

    fn new(zone: Zone, from: Date, to: Date) -> Result<Self, Invalid> {
        let length = from.until(to).map_err(|_| out_of_range())?.get_days();
        let length = usize::try_from(length).unwrap_or(0) + 1;
        if length > MAX_DAYS {
            return Err(Invalid::new(text!(fields.period_too_long)));
        }
        let before = i64::try_from(length).unwrap_or(0).days();
        let mut day = from.checked_sub(before).map_err(|_| out_of_range())?;
        let (mut days, mut starts) = (Vec::with_capacity(2 * length), vec![zone.start(day)?]);
        while day <= to {
            days.push(day);
            day = day.tomorrow().map_err(|_| out_of_range())?;
            starts.push(zone.start(day)?);
        }
        Ok(Self { zone, days, starts })
    }

    /// How many days it has.
    pub fn length(&self) -> usize {
        self.days.len() / 2
    }

    /// Its days, in order.
    pub fn days(&self) -> impl Iterator<Item = String> {
        self.days[self.length()..].iter().map(ToString::to_string)
    }

    /// Its first day.
    pub fn from(&self) -> String {
        self.days().next().unwrap_or_default()
    }

    /// Its last day.
    pub fn to(&self) -> String {
        self.days().last().unwrap_or_default()
    }

    /// From its begin to its end.
    pub fn between(&self) -> Between {
        self.part(self.length())
    }

    /// The same, with as many days before.
    pub fn with_before(&self) -> Between {
        self.part(0)
    }

    fn part(&self, first: usize) -> Between {
        let at = |index: usize| self.starts.get(index).copied().unwrap_or_default();
        Between { from: at(first), to: at(self.days.len()) }
    }

    /// Which of its days holds a moment: those before it are counted first.
    pub fn day_of(&self, at: Timestamp) -> Option<usize> {
        let after = self.starts.partition_point(|start| *start <= at);
        after.checked_sub(1).filter(|index| *index < self.days.len())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(text: &str) -> Timestamp {
        Timestamp::from_rfc3339(text).expect("a time")
    }

    fn asked(from: &str, to: &str, zone: &str) -> AskedPeriod {
        let text = |text: &str| Some(text.to_owned());
        AskedPeriod { days: None, from: text(from), to: text(to), time_zone: text(zone) }
    }

    #[test]
    fn a_day_begins_when_it_does_in_its_zone() {
        let period = asked("2026-03-29", "2026-03-30", "europe/berlin").period(None).expect("two days");
        assert_eq!(period.zone.name, "Europe/Berlin");
        // The clocks went forward on the 29th.
        let expected = Between { from: at("2026-03-28T23:00:00Z"), to: at("2026-03-30T22:00:00Z") };
        assert_eq!(period.between(), expected);
        assert_eq!(period.with_before().from, at("2026-03-26T23:00:00Z"));
        assert_eq!(period.days().collect::<Vec<_>>(), ["2026-03-29", "2026-03-30"]);
        assert_eq!(period.day_of(at("2026-03-29T21:59:59Z")), Some(2));
        assert_eq!(period.day_of(at("2026-03-29T22:00:00Z")), Some(3));
        assert_eq!(period.day_of(at("2026-03-30T22:00:00Z")), None);
        assert_eq!(period.day_of(at("2026-03-26T22:59:59Z")), None);
    }

    #[test]
    fn hours_are_those_of_the_zone() {
        let zone = |name| Zone::parse(name).expect("a zone");
        let friday_night = at("2026-08-07T23:30:00Z");
        assert_eq!(zone("UTC").weekday_and_hour(friday_night), (4, 23));
        assert_eq!(zone("Europe/Berlin").weekday_and_hour(friday_night), (5, 1));
        assert_eq!(zone("Asia/Kolkata").weekday_and_hour(friday_night), (5, 5));
        assert_eq!(zone("Asia/Kathmandu").weekday_and_hour(friday_night), (5, 5));
    }

    #[test]
    fn what_is_no_period_is_named() {
        let named = |asked: AskedPeriod| {
            let FieldErrors(fields) = asked.period(None).expect_err("no period");
            fields.into_keys().collect::<Vec<_>>()
        };
        assert_eq!(named(asked("2026-08-1", "20260801", "UTC")), ["from", "to"]);
        assert_eq!(named(asked("2026-08-01", "", "UTC")), ["to"]);
        assert_eq!(named(asked("2026-08-02", "2026-08-01", "UTC")), ["to"]);
        assert_eq!(named(asked("2025-01-01", "2026-08-01", "UTC")), ["from"]);
        assert_eq!(named(asked("-009999-01-01", "-009999-01-01", "UTC")), ["from"]);
        assert_eq!(named(asked("9999-12-31", "9999-12-31", "UTC")), ["from"]);
        assert_eq!(named(asked("2026-08-01", "2026-08-02", "Europe/Atlantis")), ["timeZone"]);
        for days in ["8", "0", "-7", "seven"] {
            assert_eq!(named(AskedPeriod { days: Some(days.into()), ..AskedPeriod::default() }), ["days"]);
        }
        let both = AskedPeriod { days: Some("7".into()), ..asked("2026-08-01", "", "UTC") };
        assert_eq!(named(both), ["days"]);
    }

    #[test]
    fn nothing_asked_for_is_thirty_days_or_all_times() {
        let nothing = AskedPeriod { days: Some(String::new()), ..AskedPeriod::default() };
        assert_eq!(nothing.period(Some("Asia/Tokyo")).expect("thirty days").length(), 30);
        assert!(nothing.find(None).expect("nothing wrong").is_none());
    }
}
