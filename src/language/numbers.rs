//! Numbers and durations as people read them, each language in its way: `1,234.5` and `1.234,5`, `2 days` and `2 Tage`.
//! What is for programs, as a file of numbers, is not written with these.

use leptos_i18n::td_string;

use super::{Language, current};

/// `1,234,567`.
pub fn grouped(number: u32) -> String {
    grouped_in(current(), number.into())
}

fn grouped_in(language: Language, number: u64) -> String {
    let mark = td_string!(language, time.thousands_mark);
    let digits = number.to_string();
    let mut text = String::with_capacity(digits.len() + digits.len() / 3);
    for (place, digit) in digits.chars().enumerate() {
        if place > 0 && (digits.len() - place).is_multiple_of(3) {
            text.push_str(mark);
        }
        text.push(digit);
    }
    text
}

/// `1,234.5`.
pub fn decimal(number: f64) -> String {
    decimal_in(current(), number)
}

fn decimal_in(language: Language, number: f64) -> String {
    let text = format!("{number:.1}");
    let Some((whole, part)) = text.split_once('.') else { return text };
    let whole = whole.parse().map_or_else(|_| whole.to_owned(), |whole| grouped_in(language, whole));
    format!("{whole}{}{part}", td_string!(language, time.decimal_mark))
}

/// So many tenths: `4.2`.
pub fn tenths(number: u64) -> String {
    tenths_in(current(), number)
}

fn tenths_in(language: Language, number: u64) -> String {
    format!("{}{}{}", number / 10, td_string!(language, time.decimal_mark), number % 10)
}

/// What a duration is counted in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Unit {
    /// `12 s`
    Seconds,
    /// `5 min`
    Minutes,
    /// `3 h`
    Hours,
    /// `2 days`
    Days,
}

/// So many of them: `12 s`, `2 days`.
pub fn duration(number: u64, unit: Unit) -> String {
    duration_in(current(), number, unit)
}

fn duration_in(language: Language, number: u64, unit: Unit) -> String {
    match unit {
        Unit::Seconds => td_string!(language, time.seconds, number = number),
        Unit::Minutes => td_string!(language, time.minutes, number = number),
        Unit::Hours => td_string!(language, time.hours, number = number),
        Unit::Days => td_string!(language, time.days, count = number),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_grouped_by_thousands() {
        let written = |language| [0, 999, 1_000, 1_234_567].map(|number| grouped_in(language, number));
        assert_eq!(written(Language::en), ["0", "999", "1,000", "1,234,567"]);
        assert_eq!(written(Language::de), ["0", "999", "1.000", "1.234.567"]);
    }

    #[test]
    fn a_part_of_one_is_behind_the_mark_of_the_language() {
        let written = |language| [0.0, 12.34, 1_234.56, 999.96, -0.5].map(|number| decimal_in(language, number));
        assert_eq!(written(Language::en), ["0.0", "12.3", "1,234.6", "1,000.0", "-0.5"]);
        assert_eq!(written(Language::de), ["0,0", "12,3", "1.234,6", "1.000,0", "-0,5"]);
        assert_eq!([Language::en, Language::de].map(|language| tenths_in(language, 42)), ["4.2", "4,2"]);
    }

    #[test]
    fn durations_are_told_with_their_unit() {
        let written = |language| {
            [(12, Unit::Seconds), (5, Unit::Minutes), (3, Unit::Hours), (1, Unit::Days), (2, Unit::Days)]
                .map(|(number, unit)| duration_in(language, number, unit))
        };
        assert_eq!(written(Language::en), ["12 s", "5 min", "3 h", "1 day", "2 days"]);
        assert_eq!(written(Language::de), ["12 s", "5 min", "3 h", "1 Tag", "2 Tage"]);
    }
}
