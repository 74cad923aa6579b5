//! Days, and how long ago something was, as people read them, each language in its way: `Saturday, 1 Aug` and
//! `Samstag, 1. Aug.`. What is for programs, as `2026-08-01` in an address, is not written with these.

use std::time::Duration;

use leptos_i18n::{Locale as _, td_string};
use time::{Date, Month};

use super::{Language, current};

/// The name of a day of the week; 0 is Monday.
pub fn weekday(weekday: u8) -> &'static str {
    weekday_in(current(), weekday)
}

fn weekday_in(language: Language, weekday: u8) -> &'static str {
    match weekday {
        0 => td_string!(language, time.monday),
        1 => td_string!(language, time.tuesday),
        2 => td_string!(language, time.wednesday),
        3 => td_string!(language, time.thursday),
        4 => td_string!(language, time.friday),
        5 => td_string!(language, time.saturday),
        6 => td_string!(language, time.sunday),
        _ => "",
    }
}

/// The same where there is little room: `Mon`.
pub fn weekday_short(weekday: u8) -> &'static str {
    weekday_short_in(current(), weekday)
}

fn weekday_short_in(language: Language, weekday: u8) -> &'static str {
    match weekday {
        0 => td_string!(language, time.monday_short),
        1 => td_string!(language, time.tuesday_short),
        2 => td_string!(language, time.wednesday_short),
        3 => td_string!(language, time.thursday_short),
        4 => td_string!(language, time.friday_short),
        5 => td_string!(language, time.saturday_short),
        6 => td_string!(language, time.sunday_short),
        _ => "",
    }
}

fn month_in(language: Language, month: Month) -> &'static str {
    match month {
        Month::January => td_string!(language, time.january),
        Month::February => td_string!(language, time.february),
        Month::March => td_string!(language, time.march),
        Month::April => td_string!(language, time.april),
        Month::May => td_string!(language, time.may),
        Month::June => td_string!(language, time.june),
        Month::July => td_string!(language, time.july),
        Month::August => td_string!(language, time.august),
        Month::September => td_string!(language, time.september),
        Month::October => td_string!(language, time.october),
        Month::November => td_string!(language, time.november),
        Month::December => td_string!(language, time.december),
    }
}

/// `1 Aug`.
pub fn short(date: Date) -> String {
    short_in(current(), date)
}

fn short_in(language: Language, date: Date) -> String {
    td_string!(language, time.day_short, day = date.day(), month = month_in(language, date.month()))
}

/// `Saturday, 1 Aug`.
pub fn long(date: Date) -> String {
    long_in(current(), date)
}

fn long_in(language: Language, date: Date) -> String {
    let weekday = weekday_in(language, date.weekday().number_days_from_monday());
    td_string!(language, time.day_long, weekday = weekday, day = short_in(language, date))
}

/// `1 Aug 2026`.
pub fn full(date: Date) -> String {
    full_in(current(), date)
}

fn full_in(language: Language, date: Date) -> String {
    td_string!(language, time.day_full, day = short_in(language, date), year = date.year())
}

/// `2026-08-01`.
pub fn in_digits(date: Date) -> String {
    in_digits_of(current(), date)
}

fn in_digits_of(language: Language, date: Date) -> String {
    let (year, month, day) = (date.year(), u8::from(date.month()), date.day());
    let (year, month, day) = (format!("{year:04}"), format!("{month:02}"), format!("{day:02}"));
    td_string!(language, time.day_in_digits, year = year, month = month, day = day)
}

/// `5 minutes ago`; `None` after a month, when a date says more.
pub fn ago(passed: Duration) -> Option<String> {
    ago_in(current(), passed)
}

fn ago_in(language: Language, passed: Duration) -> Option<String> {
    let minutes = passed.as_secs() / 60;
    Some(match minutes {
        0 => td_string!(language, time.just_now).to_owned(),
        1..60 => td_string!(language, time.minutes_ago, count = minutes),
        60..1440 => td_string!(language, time.hours_ago, count = minutes / 60),
        1440..43_200 => td_string!(language, time.days_ago, count = minutes / 1440),
        _ => return None,
    })
}

/// What a browser is to write dates by: the first of its own that is of the language, as `en-GB`, or else the language.
pub fn tag(of_browser: impl IntoIterator<Item = String>) -> String {
    tag_in(current(), of_browser)
}

fn tag_in(language: Language, of_browser: impl IntoIterator<Item = String>) -> String {
    let is_spoken = |tag: &String| tag.split('-').next() == Some(language.as_str());
    of_browser.into_iter().find(is_spoken).unwrap_or_else(|| language.as_str().to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    const LANGUAGES: [Language; 2] = [Language::en, Language::de];

    fn day(year: i32, month: Month, day: u8) -> Date {
        Date::from_calendar_date(year, month, day).expect("a day")
    }

    #[test]
    fn days_are_written_as_the_language_does() {
        let date = day(2026, Month::August, 1);
        let written = |language| {
            [short_in(language, date), long_in(language, date), full_in(language, date), in_digits_of(language, date)]
        };
        assert_eq!(written(Language::en), ["1 Aug", "Saturday, 1 Aug", "1 Aug 2026", "2026-08-01"]);
        assert_eq!(written(Language::de), ["1. Aug.", "Samstag, 1. Aug.", "1. Aug. 2026", "01.08.2026"]);
        assert_eq!(full_in(Language::de, day(2026, Month::March, 3)), "3. März 2026");
    }

    #[test]
    fn each_day_of_the_week_has_a_name() {
        let names = |language| (0..7).map(|at| weekday_in(language, at)).collect::<Vec<_>>();
        let short = |language| (0..7).map(|at| weekday_short_in(language, at)).collect::<Vec<_>>();
        assert_eq!(names(Language::en), ["Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday"]);
        assert_eq!(short(Language::en), ["Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"]);
        assert_eq!(
            names(Language::de),
            ["Montag", "Dienstag", "Mittwoch", "Donnerstag", "Freitag", "Samstag", "Sonntag"]
        );
        assert_eq!(short(Language::de), ["Mo", "Di", "Mi", "Do", "Fr", "Sa", "So"]);
        assert_eq!(LANGUAGES.map(|language| weekday_in(language, 7)), [""; 2]);
    }

    #[test]
    fn each_month_has_a_name_of_its_own() {
        for language in LANGUAGES {
            let (mut names, mut month) = (std::collections::BTreeSet::new(), Month::January);
            for _ in 0..12 {
                names.insert(month_in(language, month));
                month = month.next();
            }
            assert_eq!(names.len(), 12, "{language}: {names:?}");
        }
    }

    #[test]
    fn long_ago_is_a_date() {
        let told = |language| {
            [10, 60, 180, 7_200, 86_400, 86_400 * 29, 86_400 * 31]
                .map(|seconds| ago_in(language, Duration::from_secs(seconds)).unwrap_or_default())
        };
        assert_eq!(
            told(Language::en),
            ["just now", "1 minute ago", "3 minutes ago", "2 hours ago", "1 day ago", "29 days ago", ""]
        );
        assert_eq!(
            told(Language::de),
            ["gerade eben", "vor 1 Minute", "vor 3 Minuten", "vor 2 Stunden", "vor 1 Tag", "vor 29 Tagen", ""]
        );
    }

    #[test]
    fn a_browser_writes_dates_as_its_user_does_when_that_is_the_language_of_the_page() {
        let tag = |language, tags: &[&str]| tag_in(language, tags.iter().map(|tag| (*tag).to_owned()));
        assert_eq!(tag(Language::en, &["de-AT", "en-GB", "en"]), "en-GB");
        assert_eq!(tag(Language::de, &["de-AT", "en-GB", "en"]), "de-AT");
        assert_eq!(tag(Language::de, &["en-US", "den"]), "de");
        assert_eq!(tag(Language::en, &[]), "en");
    }
}
