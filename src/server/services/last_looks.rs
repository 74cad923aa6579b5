//! What was found when the parts of the installation were last looked at. Looking costs something: a file in the
//! storage, a connection to the mail server. A page that is loaded again and again does not ask them each time.
//!
//! Kept in the process, for each language in which somebody read it, and for [`LASTS`]; never longer, and never for
//! whoever asks for a new look. A look is as old as its beginning: one that was slow takes the place of none that began
//! after it.

use std::{
    collections::BTreeMap,
    sync::{Mutex, PoisonError},
    time::{Duration, Instant},
};

use crate::domain::setup::Part;

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
    /// What was found in that language, if that is not long ago.
    pub(super) fn find(&self, language: &str, now: Instant) -> Option<Vec<Part>> {
        let looks = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let look = looks.get(language)?;
        (now.saturating_duration_since(look.began_at) < LASTS).then(|| look.parts.clone())
    }

    /// In the place of what was found before, unless that look began later.
    pub(super) fn remember(&self, language: &'static str, parts: &[Part], began_at: Instant) {
        let mut looks = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if looks.get(language).is_some_and(|kept| kept.began_at > began_at) {
            return;
        }
        looks.insert(language, Look { began_at, parts: parts.to_vec() });
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::setup::{PartKind, PartState};

    fn parts(state: PartState) -> [Part; 1] {
        let says = String::new();
        [Part { part: PartKind::Mail, state, says, consequence: None, remedy: None, last_at: None }]
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
