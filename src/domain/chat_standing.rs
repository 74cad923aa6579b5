//! What somebody is to a channel and its chat, and whether they may write: the one set of rules, by which the server
//! decides and a page says beforehand what it would.
//!
//! A ban outweighs all. Creator and moderators are exempt from what the creator has set, and not from the limits that
//! hold for everybody. A clock that went back keeps nobody waiting for longer than the rule says.

use std::time::Duration;

use serde::{Deserialize, Serialize};

use super::{
    chat::{ChatRole, MessageText},
    chat_settings::ChatSettings,
    timestamp::Timestamp,
};
use crate::{
    language::numbers::{Unit, duration as spoken},
    text,
};

/// Messages of one person within [`RATE_WINDOW`], whatever the creator's rules.
pub const MAX_MESSAGES: usize = 20;
/// See [`MAX_MESSAGES`].
pub const RATE_WINDOW: Duration = Duration::from_secs(30);
/// For so long nobody can repeat their own last message.
pub const REPEAT_WINDOW: Duration = Duration::from_secs(30);

/// Somebody may not write for a while, or for good.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "ssr", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase")]
pub struct Ban {
    /// Until when; `None` is for good.
    pub until: Option<Timestamp>,
}

impl Ban {
    /// Whether it still holds.
    pub fn holds(self, now: Timestamp) -> bool {
        self.until.is_none_or(|until| now < until)
    }

    /// Whether it still holds when that one has ended.
    pub fn outlasts(self, other: Self) -> bool {
        other.until.is_some_and(|end| self.holds(end))
    }
}

/// What somebody is to a channel and its chat, as they see it themselves.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "ssr", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase")]
pub struct Standing {
    /// Their name; `None` for a guest.
    pub username: Option<String>,
    /// What they are to the chat.
    pub role: ChatRole,
    /// Since when they follow; `None` if they do not.
    pub followed_at: Option<Timestamp>,
    /// They may not write.
    pub ban: Option<Ban>,
}

/// Why a message is refused.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Refusal {
    /// For good.
    Banned,
    /// For a while.
    TimedOut(Duration),
    /// Only creator and moderators write.
    ChatDisabled,
    /// Only followers write.
    FollowersOnly,
    /// Only who has followed for long enough: the time left.
    FollowedTooRecently(Duration),
    /// Too soon after one's last message: the time left.
    SlowMode(Duration),
    /// Too many messages: the time left.
    TooFast(Duration),
    /// The same as one's last message: the time left.
    Repeated(Duration),
    /// Holds a word that the creator blocked. Which one, nobody is told.
    BlockedWord,
}

impl Refusal {
    /// What to do, for the one who wrote.
    pub fn message(&self) -> String {
        match self {
            Self::Banned => text!(chat.refused_banned).to_owned(),
            Self::TimedOut(left) => text!(chat.refused_timed_out, left = words(*left)),
            Self::ChatDisabled => text!(chat.refused_chat_off).to_owned(),
            Self::FollowersOnly => text!(chat.refused_followers_only).to_owned(),
            Self::FollowedTooRecently(left) => text!(chat.refused_followed_too_recently, left = words(*left)),
            Self::SlowMode(left) => text!(chat.refused_slow_mode, left = words(*left)),
            Self::TooFast(left) => text!(chat.refused_too_fast, left = words(*left)),
            Self::Repeated(left) => text!(chat.refused_repeated, left = words(*left)),
            Self::BlockedWord => text!(chat.refused_blocked_word).to_owned(),
        }
    }

    /// How long it stands, where that is known.
    pub fn time_left(&self) -> Option<Duration> {
        match self {
            Self::TimedOut(left)
            | Self::FollowedTooRecently(left)
            | Self::SlowMode(left)
            | Self::TooFast(left)
            | Self::Repeated(left) => Some(*left),
            Self::Banned | Self::ChatDisabled | Self::FollowersOnly | Self::BlockedWord => None,
        }
    }
}

/// `12 s`, `5 min`, `3 h` or `2 days`, never less than what it stands for.
pub fn words(duration: Duration) -> String {
    let seconds = duration.as_secs().saturating_add(u64::from(duration.subsec_millis() > 0));
    match seconds {
        0..120 => spoken(seconds, Unit::Seconds),
        120..7200 => spoken(seconds.div_ceil(60), Unit::Minutes),
        7200..172_800 => spoken(seconds.div_ceil(3600), Unit::Hours),
        _ => spoken(seconds.div_ceil(86_400), Unit::Days),
    }
}

/// A message that somebody sent before.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PastMessage {
    /// When.
    pub sent_at: Timestamp,
    /// What it said.
    pub text: String,
}

impl Standing {
    /// Whether this one may write at all under these rules, whatever they write and however often.
    ///
    /// # Errors
    /// Why not.
    pub fn may_write(&self, rules: &ChatSettings, now: Timestamp) -> Result<(), Refusal> {
        if let Some(ban) = self.ban.filter(|ban| ban.holds(now)) {
            return Err(ban.until.map_or(Refusal::Banned, |until| Refusal::TimedOut(until.since(now))));
        }
        if self.role.is_staff() {
            return Ok(());
        }
        if !rules.is_chat_enabled {
            return Err(Refusal::ChatDisabled);
        }
        if rules.is_chat_followers_only {
            let followed_at = self.followed_at.ok_or(Refusal::FollowersOnly)?;
            let from = followed_at.plus(Duration::from_secs(60 * u64::from(rules.followers_min_minutes)));
            if now < from {
                return Err(Refusal::FollowedTooRecently(from.since(now)));
            }
        }
        Ok(())
    }

    /// Whether this one may write that now, after what they wrote before (the newest first, at least [`MAX_MESSAGES`]
    /// where there are so many).
    ///
    /// # Errors
    /// Why not.
    pub fn may_send(
        &self,
        rules: &ChatSettings,
        text: &MessageText,
        before: &[PastMessage],
        now: Timestamp,
    ) -> Result<(), Refusal> {
        self.may_write(rules, now)?;
        // Of a message that is far ahead, the clock went back since: it holds nobody up.
        let left = |since: Timestamp, window: Duration| {
            let left = since.plus(window).since(now);
            Some(left.min(window)).filter(|_| !left.is_zero() && since.since(now) <= window)
        };
        let last = before.first();
        let slow_mode = Duration::from_secs(u64::from(rules.slow_mode_seconds));
        if !self.role.is_staff()
            && let Some(left) = last.and_then(|last| left(last.sent_at, slow_mode))
        {
            return Err(Refusal::SlowMode(left));
        }
        if let Some(left) = before.get(MAX_MESSAGES - 1).and_then(|past| left(past.sent_at, RATE_WINDOW)) {
            return Err(Refusal::TooFast(left));
        }
        let repeated = last.filter(|last| last.text == text.as_str());
        match repeated.and_then(|last| left(last.sent_at, REPEAT_WINDOW)) {
            Some(left) => Err(Refusal::Repeated(left)),
            None => Ok(()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const NOW: Timestamp = Timestamp(10_000_000);

    fn secs(seconds: u64) -> Duration {
        Duration::from_secs(seconds)
    }

    fn past(ago: u64, text: &str) -> PastMessage {
        PastMessage { sent_at: NOW.minus(secs(ago)), text: text.to_owned() }
    }

    fn text(text: &str) -> MessageText {
        MessageText::parse(text).expect("a message")
    }

    fn viewer() -> Standing {
        Standing { username: Some("bob".into()), ..Default::default() }
    }

    #[test]
    fn a_ban_comes_before_all_rules_and_ends_by_itself() {
        let banned = Standing { ban: Some(Ban { until: None }), ..viewer() };
        let off = ChatSettings { is_chat_enabled: false, ..Default::default() };
        assert_eq!(banned.may_write(&off, NOW), Err(Refusal::Banned));
        let timed_out = Standing { ban: Some(Ban { until: Some(NOW.plus(secs(5))) }), ..viewer() };
        assert_eq!(timed_out.may_write(&ChatSettings::default(), NOW), Err(Refusal::TimedOut(secs(5))));
        assert_eq!(timed_out.may_write(&ChatSettings::default(), NOW.plus(secs(5))), Ok(()));
    }

    #[test]
    fn what_ends_later_outlasts_and_what_is_for_good_outlasts_all_that_ends() {
        let [short, long, for_good] = [Some(NOW), Some(NOW.plus(secs(1))), None].map(|until| Ban { until });
        assert!(long.outlasts(short) && for_good.outlasts(short) && for_good.outlasts(long));
        assert!(!short.outlasts(long) && !short.outlasts(for_good) && !long.outlasts(for_good));
        assert!(!short.outlasts(short) && !for_good.outlasts(for_good), "as long is no longer");
    }

    #[test]
    fn followers_only_asks_for_a_follow_of_that_age() {
        let rules = ChatSettings { is_chat_followers_only: true, followers_min_minutes: 10, ..Default::default() };
        assert_eq!(viewer().may_write(&rules, NOW), Err(Refusal::FollowersOnly));
        let follower = Standing { followed_at: Some(NOW.minus(secs(60))), ..viewer() };
        assert_eq!(follower.may_write(&rules, NOW), Err(Refusal::FollowedTooRecently(secs(540))));
        assert_eq!(follower.may_write(&rules, NOW.plus(secs(540))), Ok(()));
        let any = ChatSettings { followers_min_minutes: 0, ..rules };
        assert_eq!(follower.may_write(&any, NOW), Ok(()));
    }

    #[test]
    fn slow_mode_counts_from_ones_last_message() {
        let rules = ChatSettings { slow_mode_seconds: 10, ..Default::default() };
        let send = |ago| viewer().may_send(&rules, &text("b"), &[past(ago, "a")], NOW);
        assert_eq!(send(4), Err(Refusal::SlowMode(secs(6))));
        assert_eq!(send(10), Ok(()));
    }

    #[test]
    fn a_clock_that_went_back_holds_nobody_up_for_longer_than_the_rule() {
        let rules = ChatSettings { slow_mode_seconds: 10, ..Default::default() };
        let send = |ahead| {
            let later = [PastMessage { sent_at: NOW.plus(secs(ahead)), text: "a".to_owned() }];
            viewer().may_send(&rules, &text("b"), &later, NOW)
        };
        assert_eq!(send(10), Err(Refusal::SlowMode(secs(10))));
        assert_eq!(send(60), Ok(()));
    }

    #[test]
    fn twenty_messages_in_half_a_minute_are_enough() {
        let before: Vec<_> = (1..=20).map(|n| past(n, &n.to_string())).collect();
        let rules = ChatSettings::default();
        assert_eq!(viewer().may_send(&rules, &text("x"), &before, NOW), Err(Refusal::TooFast(secs(10))));
        assert_eq!(viewer().may_send(&rules, &text("x"), &before[..19], NOW), Ok(()));
        assert_eq!(viewer().may_send(&rules, &text("x"), &before, NOW.plus(secs(10))), Ok(()));
    }

    #[test]
    fn the_last_message_cannot_be_repeated_for_a_while() {
        let rules = ChatSettings::default();
        let send =
            |message: &str, ago| viewer().may_send(&rules, &text(message), &[past(ago, "a"), past(60, "b")], NOW);
        assert_eq!(send("a", 20), Err(Refusal::Repeated(secs(10))));
        assert_eq!(send("a", 30), Ok(()));
        assert_eq!(send("b", 20), Ok(()));
    }

    #[test]
    fn staff_is_exempt_from_the_creators_rules_and_not_from_the_others() {
        let rules = ChatSettings {
            is_chat_enabled: false,
            is_chat_followers_only: true,
            slow_mode_seconds: 120,
            ..Default::default()
        };
        for role in [ChatRole::Moderator, ChatRole::Creator] {
            let staff = Standing { role, ..viewer() };
            assert_eq!(staff.may_send(&rules, &text("b"), &[past(1, "a")], NOW), Ok(()));
            assert_eq!(staff.may_send(&rules, &text("a"), &[past(1, "a")], NOW), Err(Refusal::Repeated(secs(29))));
        }
    }
}
