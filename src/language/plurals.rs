//! Which form of a text a count takes, as the browser knows it: `Intl.PluralRules`. The server has the same rules,
//! CLDR's, from ICU4X. So the program for the browser need not bring them with it, nor what reads them.
//!
//! In the texts of the browser, `build.rs` puts this module in the place of leptos_i18n's, whose names it has. Compiles
//! for both, is called only in the browser.

use js_sys::{Array, Intl, Object};
use leptos_i18n::Locale;

/// What the forms of a text are told apart by. Texts that number things (1st, 2nd) would need the other kind.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PluralRuleType {
    /// For a text that counts.
    Cardinal,
}

/// A form of a text.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PluralCategory {
    /// Nothing, where that has a form of its own.
    Zero,
    /// In English, one.
    One,
    /// Two, where that has a form of its own.
    Two,
    /// As Polish has for 2, 3 and 4.
    Few,
    /// As Polish has from 5 on.
    Many,
    /// Whatever has no form of its own.
    Other,
}

/// A count, for the rules.
#[derive(Clone, Copy, Debug)]
pub struct PluralOperands(f64);

macro_rules! counted_in {
    ($($number:ty),+) => {
        $(impl From<$number> for PluralOperands {
            fn from(count: $number) -> Self {
                PluralOperands(count as f64)
            }
        })+
    };
}

counted_in!(u32, u64, usize, i32, i64);

/// What gives a text its count.
pub trait InterpolatePluralCount: Fn() -> Self::Count + Clone + Send + Sync + 'static {
    /// What it gives.
    type Count: Into<PluralOperands>;
}

impl<T: Into<PluralOperands>, F: Fn() -> T + Clone + Send + Sync + 'static> InterpolatePluralCount for F {
    type Count = T;
}

/// The rules of the page's language.
#[derive(Clone, Copy, Debug)]
pub struct PluralRules;

/// The rules of that language, which is the page's: `text!` takes no text in another.
pub fn get_plural_rules<L: Locale>(language: L, _: PluralRuleType) -> PluralRules {
    debug_assert_eq!(language.as_str(), super::current().as_str(), "a page counts in its own language");
    PluralRules
}

thread_local! {
    /// They take long to make.
    static RULES: Intl::PluralRules =
        Intl::PluralRules::new(&Array::of1(&super::current().as_str().into()), &Object::new());
}

impl PluralRules {
    /// Which form that count takes.
    pub fn category_for(self, count: impl Into<PluralOperands>) -> PluralCategory {
        let PluralOperands(count) = count.into();
        match String::from(RULES.with(|rules| rules.select(count))).as_str() {
            "zero" => PluralCategory::Zero,
            "one" => PluralCategory::One,
            "two" => PluralCategory::Two,
            "few" => PluralCategory::Few,
            "many" => PluralCategory::Many,
            _ => PluralCategory::Other,
        }
    }
}
