//! A message while it is written: what the field holds, whether one may send it now, and why not.
//!
//! Promises: what somebody types is never lost, a refusal stands for as long as its reason does and ends by itself,
//! and a rule that changes holds at once. Pure: whoever asks says what time it is.

use std::time::Duration;

use unicode_segmentation::UnicodeSegmentation as _;

use super::{
    chat::{MAX_MESSAGE_CHARS, MessageText},
    chat_settings::ChatSettings,
    chat_standing::{Refusal, Standing},
    timestamp::Timestamp,
};

/// From so many characters on the field counts them.
const COUNTS_FROM: usize = MAX_MESSAGE_CHARS - 100;

/// Whether somebody may write, before they write anything.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Gate {
    /// Not known before there is a clock.
    Unknown,
    /// The stream is off: the chat is read-only.
    Offline,
    /// Nobody is signed in.
    Guest,
    /// The rules, or a ban, say no.
    Closed(Refusal),
    /// Yes.
    Open,
}

impl Gate {
    /// What follows from the stream, its rules, and who asks.
    pub fn of(is_live: bool, rules: &ChatSettings, standing: &Standing, now: Option<Timestamp>) -> Self {
        if !is_live {
            return Self::Offline;
        }
        if standing.username.is_none() {
            return Self::Guest;
        }
        match now.map(|now| standing.may_write(rules, now)) {
            None => Self::Unknown,
            Some(Ok(())) => Self::Open,
            Some(Err(refusal)) => Self::Closed(refusal),
        }
    }
}

/// Why a message was not sent.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum SendFailure {
    /// It was refused.
    Refused(Refusal),
    /// Anything else, with what to do.
    Other(String),
}

/// The field and how sending goes.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ChatDraft {
    text: String,
    in_flight: Option<String>,
    /// Why the last try failed, and when that was.
    failure: Option<(SendFailure, Timestamp)>,
    /// When the last message was taken.
    last_sent_at: Option<Timestamp>,
}

impl ChatDraft {
    /// What the field holds.
    pub fn text(&self) -> &str {
        &self.text
    }

    /// A message is on its way.
    pub fn is_sending(&self) -> bool {
        self.in_flight.is_some()
    }

    /// Characters as people count them, once there are so many that it matters.
    pub fn count(&self) -> Option<usize> {
        // Each has at least one byte: a short text is not counted at all.
        let count = if self.text.len() < COUNTS_FROM { 0 } else { self.text.trim().graphemes(true).count() };
        (count >= COUNTS_FROM).then_some(count)
    }

    /// Somebody typed. What was said about the text before is no longer about this one.
    pub fn type_text(&mut self, text: String) {
        self.text = text;
        let is_about_text = |failure: &SendFailure| {
            matches!(failure, SendFailure::Other(_) | SendFailure::Refused(Refusal::BlockedWord | Refusal::Repeated(_)))
        };
        if self.failure.as_ref().is_some_and(|(failure, _)| is_about_text(failure)) {
            self.failure = None;
        }
    }

    /// Enter: gives what to send, if anything. A field that holds nothing stays as it is.
    pub fn send(&mut self, now: Timestamp) -> Option<MessageText> {
        if self.is_sending() || self.text.trim().is_empty() {
            return None;
        }
        match MessageText::parse(&self.text) {
            Ok(text) => {
                self.failure = None;
                self.in_flight = Some(self.text.clone());
                Some(text)
            }
            Err(invalid) => {
                self.failure = Some((SendFailure::Other(invalid.to_string()), now));
                None
            }
        }
    }

    /// It was taken. What was typed meanwhile stays.
    pub fn sent(&mut self, now: Timestamp) {
        let sent = self.in_flight.take().unwrap_or_default();
        self.last_sent_at = Some(now);
        if let Some(rest) = self.text.strip_prefix(&sent) {
            self.text = rest.to_owned();
        }
    }

    /// It was not taken; the text is still there.
    pub fn failed(&mut self, failure: SendFailure, now: Timestamp) {
        self.in_flight = None;
        self.failure = Some((failure, now));
    }

    /// Rules, or what one is to the channel, are others now: what they forbade may be allowed.
    pub fn forget_rules(&mut self) {
        let is_rule = |refusal: &Refusal| !matches!(refusal, Refusal::TooFast(_) | Refusal::Repeated(_));
        if let Some((SendFailure::Refused(refusal), _)) = &self.failure
            && is_rule(refusal)
        {
            self.failure = None;
        }
    }

    /// What stands in the way of the next message, as far as that is still true: the last try's failure, or else the
    /// wait that slow mode asks for.
    pub fn obstacle(&self, rules: &ChatSettings, standing: &Standing, now: Timestamp) -> Option<SendFailure> {
        let failure = self.failure.as_ref().and_then(|(failure, at)| match failure {
            SendFailure::Refused(refusal) => later(refusal, now.since(*at)).map(SendFailure::Refused),
            SendFailure::Other(message) => Some(SendFailure::Other(message.clone())),
        });
        failure.or_else(|| self.slow_mode(rules, standing, now).map(SendFailure::Refused))
    }

    fn slow_mode(&self, rules: &ChatSettings, standing: &Standing, now: Timestamp) -> Option<Refusal> {
        let last = self.last_sent_at.filter(|_| !standing.role.is_staff())?;
        let whole = Duration::from_secs(u64::from(rules.slow_mode_seconds));
        // Whoever asks may have looked at the clock a moment before it was sent.
        let left = last.plus(whole).since(now).min(whole);
        (!left.is_zero()).then_some(Refusal::SlowMode(left))
    }
}

/// What is left of a refusal after a while; `None` when it is over.
fn later(refusal: &Refusal, passed: Duration) -> Option<Refusal> {
    let left = match refusal.time_left() {
        Some(left) => left.checked_sub(passed).filter(|left| !left.is_zero())?,
        None => return Some(refusal.clone()),
    };
    Some(match refusal {
        Refusal::TimedOut(_) => Refusal::TimedOut(left),
        Refusal::FollowedTooRecently(_) => Refusal::FollowedTooRecently(left),
        Refusal::SlowMode(_) => Refusal::SlowMode(left),
        Refusal::TooFast(_) => Refusal::TooFast(left),
        Refusal::Repeated(_) => Refusal::Repeated(left),
        Refusal::Banned | Refusal::ChatDisabled | Refusal::FollowersOnly | Refusal::BlockedWord => refusal.clone(),
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::{chat::ChatRole, chat_standing::Ban};

    const NOW: Timestamp = Timestamp(1_000_000);

    fn secs(seconds: u64) -> Duration {
        Duration::from_secs(seconds)
    }

    fn viewer() -> Standing {
        Standing { username: Some("bob".into()), ..Default::default() }
    }

    fn slow(seconds: u32) -> ChatSettings {
        ChatSettings { slow_mode_seconds: seconds, ..Default::default() }
    }

    fn typed(text: &str) -> ChatDraft {
        let mut draft = ChatDraft::default();
        draft.type_text(text.to_owned());
        draft
    }

    #[test]
    fn the_gate_says_the_first_reason() {
        let off = ChatSettings { is_chat_enabled: false, ..Default::default() };
        let guest = Standing::default();
        assert_eq!(Gate::of(false, &off, &guest, Some(NOW)), Gate::Offline);
        assert_eq!(Gate::of(true, &off, &guest, None), Gate::Guest);
        assert_eq!(Gate::of(true, &off, &viewer(), None), Gate::Unknown);
        assert_eq!(Gate::of(true, &off, &viewer(), Some(NOW)), Gate::Closed(Refusal::ChatDisabled));
        assert_eq!(Gate::of(true, &ChatSettings::default(), &viewer(), Some(NOW)), Gate::Open);
    }

    #[test]
    fn a_time_out_counts_down_and_opens_by_itself() {
        let timed_out = Standing { ban: Some(Ban { until: Some(NOW.plus(secs(3))) }), ..viewer() };
        let at = |seconds| Gate::of(true, &ChatSettings::default(), &timed_out, Some(NOW.plus(secs(seconds))));
        assert_eq!(at(1), Gate::Closed(Refusal::TimedOut(secs(2))));
        assert_eq!(at(3), Gate::Open);
    }

    #[test]
    fn a_message_that_is_taken_leaves_the_field_and_what_came_after_it_stays() {
        let mut draft = typed("hello");
        assert_eq!(draft.send(NOW).expect("a message").as_str(), "hello");
        assert_eq!(draft.send(NOW), None, "one at a time");
        draft.type_text("hello and more".into());
        draft.sent(NOW);
        assert_eq!((draft.text(), draft.is_sending()), (" and more", false));
    }

    #[test]
    fn what_was_typed_is_kept_when_it_is_refused() {
        let mut draft = typed("hello");
        draft.send(NOW);
        draft.failed(SendFailure::Other("No.".into()), NOW);
        assert_eq!(draft.text(), "hello");
        let no = Some(SendFailure::Other("No.".into()));
        assert_eq!(draft.obstacle(&slow(0), &viewer(), NOW), no);
        draft.type_text("hello!".into());
        assert_eq!(draft.obstacle(&slow(0), &viewer(), NOW), None);
    }

    #[test]
    fn a_refusal_ends_when_its_time_is_over() {
        let mut draft = typed("hello");
        draft.failed(SendFailure::Refused(Refusal::TooFast(secs(5))), NOW);
        let at = |draft: &ChatDraft, seconds| draft.obstacle(&slow(0), &viewer(), NOW.plus(secs(seconds)));
        assert_eq!(at(&draft, 2), Some(SendFailure::Refused(Refusal::TooFast(secs(3)))));
        assert_eq!(at(&draft, 5), None);
        draft.type_text("other".into());
        assert!(at(&draft, 2).is_some(), "typing does not make it faster");
    }

    #[test]
    fn slow_mode_counts_down_by_the_rule_as_it_is_now() {
        let mut draft = typed("hello");
        draft.send(NOW);
        draft.sent(NOW);
        let at = |rules: ChatSettings, seconds| draft.obstacle(&rules, &viewer(), NOW.plus(secs(seconds)));
        assert_eq!(at(slow(10), 4), Some(SendFailure::Refused(Refusal::SlowMode(secs(6)))));
        assert_eq!(at(slow(10), 10), None);
        assert_eq!(at(slow(0), 4), None);
        let just_before = |rules: ChatSettings| draft.obstacle(&rules, &viewer(), Timestamp(NOW.0 - 400));
        assert_eq!(just_before(slow(0)), None, "a clock that lags makes nobody wait");
        assert_eq!(just_before(slow(10)), Some(SendFailure::Refused(Refusal::SlowMode(secs(10)))));
        let moderator = Standing { role: ChatRole::Moderator, ..viewer() };
        assert_eq!(draft.obstacle(&slow(10), &moderator, NOW), None);
    }

    #[test]
    fn a_rule_that_changed_is_forgotten_and_a_limit_is_not() {
        let mut draft = typed("hello");
        draft.failed(SendFailure::Refused(Refusal::FollowersOnly), NOW);
        draft.forget_rules();
        assert_eq!(draft.obstacle(&slow(0), &viewer(), NOW), None);
        draft.failed(SendFailure::Refused(Refusal::TooFast(secs(5))), NOW);
        draft.forget_rules();
        assert!(draft.obstacle(&slow(0), &viewer(), NOW).is_some());
    }

    #[test]
    fn a_long_text_is_counted_as_people_count() {
        assert_eq!(typed(&"a".repeat(399)).count(), None);
        assert_eq!(typed(&"👨‍👩‍👧".repeat(100)).count(), None);
        assert_eq!(typed(&"👨‍👩‍👧".repeat(410)).count(), Some(410));
        let mut long = typed(&"é".repeat(501));
        assert_eq!(long.send(NOW), None);
        assert!(matches!(long.obstacle(&slow(0), &viewer(), NOW), Some(SendFailure::Other(_))));
    }
}
