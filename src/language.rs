//! The language in which somebody is answered, and all that is said to people. The texts are in `locales`, a folder for
//! each language and a file for each part of the house; [`text!`](crate::text) takes one from there:
//! `text!(watch.follow)`, `text!(home.streams, count = count)`. What somebody asked for is known without being
//! handed on, as a process knows its locale.
//!
//! What is said to operators is English: logs, commands, settings.

pub mod dates;
pub mod marks;
pub mod numbers;
pub mod plurals;

/// Made by `build.rs`.
mod texts {
    include!(concat!(env!("OUT_DIR"), "/texts.rs"));
}

pub use leptos_i18n::{Direction, Locale};
pub use texts::i18n::Locale as Language;

/// A text in the language of whom it is for: `text!(file.name)`, or `text!(file.name, what = value)` with values in it.
/// A `&'static str`, or a `String` when there are values.
#[macro_export]
macro_rules! text {
    ($($key:tt)*) => {
        leptos_i18n::td_string!($crate::language::current(), $($key)*)
    };
}

/// All that are spoken, the one first that is spoken where nothing else is asked for.
pub fn all() -> &'static [Language] {
    Language::get_all()
}

/// What a language is called by those who speak it.
pub fn own_name(language: Language) -> &'static str {
    leptos_i18n::td_string!(language, language.self_name)
}

/// The language of whom is being answered; on the server, of who sent the request.
pub fn current() -> Language {
    #[cfg(feature = "hydrate")]
    return of_page();
    #[cfg(not(feature = "hydrate"))]
    return of_request();
}

/// What the server wrote the page in. It is another document when another language is chosen.
#[cfg(feature = "hydrate")]
fn of_page() -> Language {
    use std::sync::OnceLock;
    static LANGUAGE: OnceLock<Language> = OnceLock::new();
    *LANGUAGE.get_or_init(|| {
        let page = leptos::prelude::document().document_element();
        page.and_then(|page| page.get_attribute("lang")?.parse().ok()).unwrap_or_default()
    })
}

#[cfg(feature = "ssr")]
tokio::task_local! {
    static ASKED_FOR: Language;
}

/// The same for what Leptos does for a page in a task of its own.
#[cfg(feature = "ssr")]
#[derive(Clone, Copy, Debug)]
struct Spoken(Language);

#[cfg(not(feature = "hydrate"))]
fn of_request() -> Language {
    #[cfg(feature = "ssr")]
    return ASKED_FOR
        .try_with(|language| *language)
        .ok()
        .or_else(|| leptos::prelude::use_context::<Spoken>().map(|spoken| spoken.0))
        .unwrap_or_default();
    #[cfg(not(feature = "ssr"))]
    return Language::default();
}

/// Does `work` in that language.
#[cfg(feature = "ssr")]
pub async fn speaking<T>(language: Language, work: impl Future<Output = T>) -> T {
    ASKED_FOR.scope(language, work).await
}

/// Tells the page that is being rendered, so that all that is done for it knows.
#[cfg(feature = "ssr")]
pub fn accompany_page() {
    leptos::prelude::provide_context(Spoken(current()));
}

/// What somebody reads best of what is spoken here, by the lines of `Accept-Language` (RFC 9110, 12.5.4): several are
/// one list (5.3).
pub fn best_of<'a>(accepted: impl IntoIterator<Item = &'a str>) -> Language {
    let ranges = accepted.into_iter().flat_map(|line| line.split(',')).filter_map(|range| {
        let mut parts = range.split(';').map(str::trim);
        let language = parts.next()?.split('-').next()?.to_ascii_lowercase().parse::<Language>().ok()?;
        let weight = parts
            .find_map(|part| part.strip_prefix(['q', 'Q'])?.strip_prefix('='))
            .map_or(Some(1.0), |q| q.parse::<f32>().ok())?;
        (weight > 0.0).then_some((language, weight))
    });
    // The first of the best.
    let best = ranges.fold(None, |best: Option<(Language, f32)>, range| match best {
        Some(best) if best.1 >= range.1 => Some(best),
        _ => Some(range),
    });
    best.map(|(language, _)| language).unwrap_or_default()
}

/// Which way it is written, for the `dir` of a page.
pub fn direction(language: Language) -> &'static str {
    match language.direction() {
        Direction::RightToLeft => "rtl",
        Direction::LeftToRight | Direction::Auto => "ltr",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_language_is_chosen_by_what_somebody_reads_best() {
        for (accepted, language) in [
            ("", Language::en),
            ("fr", Language::en),
            ("*", Language::en),
            ("de", Language::de),
            ("de-AT,de;q=0.9,en;q=0.8", Language::de),
            ("fr-CH, en;q=0.7, DE;q=0.9", Language::de),
            ("en;q=0.5,de;q=0.5", Language::en),
            ("de;q=0", Language::en),
            ("de;Q=0.1,en", Language::en),
            ("de;q=nonsense,en;q=0.1", Language::en),
            (";;,,-", Language::en),
        ] {
            assert_eq!(best_of([accepted]), language, "{accepted:?}");
        }
    }

    #[test]
    fn several_lines_are_one_list() {
        assert_eq!(best_of(["en;q=0.5", "fr, de;q=0.9"]), Language::de);
        assert_eq!(best_of(["de", "en"]), Language::de);
        assert_eq!(best_of([]), Language::en);
    }
}
