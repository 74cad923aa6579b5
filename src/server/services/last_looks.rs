//! What was found when the parts of the installation were last looked at. Looking costs something: a file in the
//! storage, a connection to the mail server. A page that is loaded again and again does not ask them each time.
//!
//! Kept in the process for [`LASTS`], by language; whoever asks for a new look gets one. A look is as old as its
//! beginning, so a slow one takes the place of none that began after it. It speaks the language it began in to its end:
//! the page that asked may be rendered anew meanwhile, and then nobody knows for whom it was.

use std::{
    collections::BTreeMap,
    sync::{Mutex, PoisonError},
    time::{Duration, Instant},
};

use crate::{
    domain::setup::Part,
    language::{self, Locale as _},
};

/// For how long a look is good enough.
pub const LASTS: Duration = Duration::from_secs(10);

/// The last look in each language.
#[derive(Debug, Default)]
pub struct LastLooks(Mutex<BTreeMap<&'static str, Look>>);

#[derive(Debug)]
struct Look {
    began_at: Instant,
    parts: Vec<Part>,
}

impl LastLooks {
    /// What was found in the language of who asks, if that is not long ago and they do not look `again`; else what
    /// `look` finds now.
    pub(super) async fn or_look(&self, again: bool, look: impl Future<Output = Vec<Part>>) -> Vec<Part> {
        let language = language::current();
        let began = Instant::now();
        let known = if again { None } else { self.find(language.as_str(), began) };
        if let Some(parts) = known {
            return parts;
        }
        let parts = language::speaking(language, look).await;
        self.remember(language.as_str(), &parts, began);
        parts
    }

    /// What was found in that language, if that is not long ago.
    fn find(&self, language: &str, now: Instant) -> Option<Vec<Part>> {
        let looks = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let look = looks.get(language)?;
        (now.saturating_duration_since(look.began_at) < LASTS).then(|| look.parts.clone())
    }

    /// In the place of what was found before, unless that look began later.
    fn remember(&self, language: &'static str, parts: &[Part], began_at: Instant) {
        let mut looks = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if looks.get(language).is_some_and(|kept| kept.began_at > began_at) {
            return;
        }
        looks.insert(language, Look { began_at, parts: parts.to_vec() });
    }
}

#[cfg(test)]
mod tests {
    use std::pin::pin;

    use futures::poll;
    use leptos::prelude::{Owner, ScopedFuture};
    use tokio::sync::Notify;

    use super::*;
    use crate::{
        domain::setup::{PartKind, PartState},
        language::Language,
        text,
    };

    fn saying(says: &str, state: PartState) -> Part {
        Part { part: PartKind::Mail, state, says: says.to_owned(), consequence: None, remedy: None, last_at: None }
    }

    fn parts(state: PartState) -> [Part; 1] {
        [saying("", state)]
    }

    #[tokio::test]
    async fn a_look_speaks_one_language_to_its_end() {
        let (looks, answers) = (LastLooks::default(), Notify::new());
        let page = Owner::new_root(None);
        language::speaking(Language::de, async { page.with(language::accompany_page) }).await;
        let look = async {
            answers.notified().await;
            vec![saying(text!(parts.mail_works), PartState::Ok)]
        };
        // In the page, where nothing else says for whom it is.
        let asked = page.with(|| Owner::new().with(|| ScopedFuture::new(looks.or_look(true, look))));
        let mut asked = pin!(asked);
        assert!(poll!(&mut asked).is_pending());
        drop(page);
        answers.notify_one();
        let german = language::speaking(Language::de, async { text!(parts.mail_works) }).await;
        assert_eq!(asked.await, [saying(german, PartState::Ok)]);
        assert_eq!(looks.find("de", Instant::now()), Some(vec![saying(german, PartState::Ok)]));
    }

    #[test]
    fn a_look_is_known_in_its_language_for_a_while() {
        let (looks, began) = (LastLooks::default(), Instant::now());
        assert_eq!(looks.find("en", began), None);
        looks.remember("en", &parts(PartState::Ok), began);
        let just_before = began + LASTS - Duration::from_millis(1);
        assert_eq!(looks.find("en", just_before), Some(parts(PartState::Ok).into()));
        assert_eq!(looks.find("en", began + LASTS), None);
        assert_eq!(looks.find("de", began), None);
    }

    #[test]
    fn a_new_look_takes_the_place_of_the_last() {
        let (looks, now) = (LastLooks::default(), Instant::now());
        looks.remember("en", &parts(PartState::Ok), now);
        looks.remember("en", &parts(PartState::Failing), now);
        assert_eq!(looks.find("en", now), Some(parts(PartState::Failing).into()));
    }

    #[test]
    fn a_slow_look_does_not_take_the_place_of_one_that_began_after_it() {
        let (looks, began) = (LastLooks::default(), Instant::now());
        let later = began + Duration::from_secs(1);
        looks.remember("en", &parts(PartState::Failing), later);
        looks.remember("en", &parts(PartState::Ok), began);
        assert_eq!(looks.find("en", later), Some(parts(PartState::Failing).into()));
    }
}
