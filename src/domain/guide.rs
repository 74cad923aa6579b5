//! The way of a creator to their first broadcast: four steps, and which of them are done.
//!
//! Put together from what is so, not from what was clicked. Pure.

use super::{channel::StreamStatus, stream::Controls, title::Title};

/// One thing to do, in the order in which it is easiest.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum GuideStep {
    /// Make a stream key.
    Key,
    /// Connect what sends.
    Encoder,
    /// Say what it is about.
    Title,
    /// Be on air.
    Live,
}

impl GuideStep {
    /// All of them, in order.
    pub const ALL: [Self; 4] = [Self::Key, Self::Encoder, Self::Title, Self::Live];
}

/// How one step stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum StepState {
    /// Done, by whatever way.
    Done,
    /// The first that is not.
    Next,
    /// Later.
    Open,
}

/// How far a creator is who has not been live before.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Guide {
    has_key: bool,
    is_connected: bool,
    has_title: bool,
    is_live: bool,
}

impl Guide {
    /// What follows from the stream's status and title, and from what is known of its encoder. Who has come in needs no
    /// key any more: the browser comes in without one.
    pub fn of(status: StreamStatus, title: &str, controls: &Controls) -> Self {
        let is_connected = status.is_busy() || controls.last_used.is_some();
        Self {
            has_key: controls.has_key || is_connected,
            is_connected,
            has_title: title != Title::UNTITLED,
            is_live: status.is_live(),
        }
    }

    /// How that step stands.
    pub fn state(self, step: GuideStep) -> StepState {
        if self.is_done(step) {
            return StepState::Done;
        }
        let next = GuideStep::ALL.into_iter().find(|step| !self.is_done(*step));
        if next == Some(step) { StepState::Next } else { StepState::Open }
    }

    /// How many steps are done.
    pub fn done_count(self) -> usize {
        GuideStep::ALL.into_iter().filter(|step| self.is_done(*step)).count()
    }

    fn is_done(self, step: GuideStep) -> bool {
        match step {
            GuideStep::Key => self.has_key,
            GuideStep::Encoder => self.is_connected,
            GuideStep::Title => self.has_title,
            GuideStep::Live => self.is_live,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::{StepState::*, *};
    use crate::domain::{stream::LastUsed, timestamp::Timestamp};

    fn states(status: StreamStatus, title: &str, controls: &Controls) -> [StepState; 4] {
        let progress = Guide::of(status, title, controls);
        GuideStep::ALL.map(|step| progress.state(step))
    }

    fn with_key() -> Controls {
        Controls { has_key: true, ..Controls::default() }
    }

    #[test]
    fn each_step_ticks_itself_off_in_order() {
        let used = Controls { last_used: Some(LastUsed { at: Timestamp(1), width: None, height: None }), ..with_key() };
        let offline = StreamStatus::Offline;
        assert_eq!(states(offline, Title::UNTITLED, &Controls::default()), [Next, Open, Open, Open]);
        assert_eq!(states(offline, Title::UNTITLED, &with_key()), [Done, Next, Open, Open]);
        assert_eq!(states(offline, Title::UNTITLED, &used), [Done, Done, Next, Open], "it was connected once");
        assert_eq!(states(offline, "Bread", &used), [Done, Done, Done, Next]);
        assert_eq!(states(StreamStatus::Live, "Bread", &used), [Done; 4]);
    }

    #[test]
    fn whatever_comes_first_counts() {
        assert_eq!(states(StreamStatus::Offline, "Bread", &Controls::default()), [Next, Open, Done, Open]);
        assert_eq!(states(StreamStatus::Live, Title::UNTITLED, &with_key()), [Done, Done, Next, Done]);
    }

    #[test]
    fn a_rehearsal_is_connected_and_not_live() {
        assert_eq!(states(StreamStatus::Rehearsal, "Bread", &with_key()), [Done, Done, Done, Next]);
    }

    #[test]
    fn who_goes_live_from_the_browser_needs_no_key() {
        let progress = Guide::of(StreamStatus::Live, "Bread", &Controls::default());
        assert_eq!(progress.done_count(), 4);
    }
}
