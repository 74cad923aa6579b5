//! Lines of the chat, what somebody is to it, and why a message is refused.
//!
//! A line has a `number`, which is its place in the list, the same for everybody; and a `revision`, which goes up by
//! one, per stream, with every change that everybody sees. Whoever has all revisions up to the newest has it all. A
//! message that is held back for a while has no revision before it is let go.

use std::time::Duration;

use serde::{Deserialize, Serialize};
use unicode_segmentation::UnicodeSegmentation;

use super::{
    chat_settings::{ChatRule, ChatSettings},
    fields::Invalid,
    id::LineId,
    timestamp::Timestamp,
};
use crate::{
    language::numbers::{Unit, duration as spoken},
    text,
};

/// Longest message, in characters as people count them (grapheme clusters).
pub const MAX_MESSAGE_CHARS: usize = 500;
/// Longest message, in bytes of UTF-8: a "character" can be made of any number of code points.
pub const MAX_MESSAGE_BYTES: usize = 8192;
/// Messages of one person within [`RATE_WINDOW`], whatever the creator's rules.
pub const MAX_MESSAGES: usize = 20;
/// See [`MAX_MESSAGES`].
pub const RATE_WINDOW: Duration = Duration::from_secs(30);
/// For so long nobody can repeat their own last message.
pub const REPEAT_WINDOW: Duration = Duration::from_secs(30);
/// Longest time-out, in seconds: two weeks.
pub const MAX_TIME_OUT_SECS: i64 = 14 * 24 * 3600;

/// What somebody is to a chat.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "ssr", derive(schemars::JsonSchema))]
#[serde(rename_all = "lowercase")]
pub enum ChatRole {
    /// Anybody.
    #[default]
    Viewer,
    /// Named by the creator: keeps order.
    Moderator,
    /// Whose stream it is.
    Creator,
}

impl ChatRole {
    /// Keeps order, and is exempt from the creator's rules.
    pub fn is_staff(self) -> bool {
        self != Self::Viewer
    }

    /// Whether this one may remove, time out or ban that one: moderators act on viewers, the creator on all others.
    pub fn outranks(self, other: Self) -> bool {
        match self {
            Self::Viewer => false,
            Self::Moderator => other == Self::Viewer,
            Self::Creator => other != Self::Creator,
        }
    }

    /// As it is stored and sent.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Viewer => "viewer",
            Self::Moderator => "moderator",
            Self::Creator => "creator",
        }
    }

    /// The reverse of [`Self::as_str`]; anything else is a viewer.
    pub fn from_stored(text: &str) -> Self {
        match text {
            "moderator" => Self::Moderator,
            "creator" => Self::Creator,
            _ => Self::Viewer,
        }
    }
}

/// What somebody writes: on one line, trimmed, 1 to 500 characters.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct MessageText(String);

impl MessageText {
    /// Makes it one line, trims and checks.
    ///
    /// # Errors
    /// When it is empty, too long, or holds control characters.
    pub fn parse(text: &str) -> Result<Self, Invalid> {
        let line: String = text.trim().chars().map(|c| if matches!(c, '\n' | '\r' | '\t') { ' ' } else { c }).collect();
        if line.chars().all(|c| c.is_whitespace() || is_invisible(c)) {
            return Err(Invalid::new(text!(chat.write_something)));
        }
        if line.chars().any(char::is_control) {
            return Err(Invalid::new(text!(chat.no_control_characters)));
        }
        let length = line.graphemes(true).count();
        if length > MAX_MESSAGE_CHARS {
            return Err(Invalid::new(text!(chat.too_many_characters, max = MAX_MESSAGE_CHARS, length = length)));
        }
        if line.len() > MAX_MESSAGE_BYTES {
            return Err(Invalid::new(text!(chat.too_many_bytes, max = MAX_MESSAGE_BYTES, length = line.len())));
        }
        Ok(Self(line))
    }

    /// The text.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// Takes no room on the screen: a message of these alone would be empty.
pub fn is_invisible(c: char) -> bool {
    matches!(c, '\u{ad}' | '\u{34f}' | '\u{61c}' | '\u{115f}' | '\u{1160}' | '\u{17b4}' | '\u{17b5}' | '\u{180b}'..='\u{180f}'
        | '\u{200b}'..='\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2060}'..='\u{206f}' | '\u{2800}' | '\u{3164}'
        | '\u{fe00}'..='\u{fe0f}' | '\u{feff}' | '\u{ffa0}' | '\u{e0000}'..='\u{e0fff}')
}

/// Who wrote a message.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "ssr", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase")]
pub struct ChatAuthor {
    /// What they are addressed by; `None` when the account is gone.
    pub username: Option<String>,
    /// The name that others read; `None` when the account is gone.
    pub display_name: Option<String>,
    /// What they were to the chat when they wrote it.
    pub role: ChatRole,
}

/// What a line says.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "ssr", derive(schemars::JsonSchema))]
#[serde(tag = "kind", rename_all = "lowercase")]
pub enum LineContent {
    /// Somebody wrote something.
    Message {
        /// Who.
        author: ChatAuthor,
        /// What, as typed: never HTML.
        text: String,
    },
    /// A message that was removed.
    Deleted {
        /// Who wrote it.
        author: ChatAuthor,
    },
    /// The creator changed the rules.
    Rules {
        /// Those that changed, as they are from here on.
        rules: Vec<ChatRule>,
    },
}

/// A line of the chat.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "ssr", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase")]
pub struct ChatLine {
    /// Names it.
    pub id: LineId,
    /// Its place in the list.
    pub number: i64,
    /// When in the course of changes it became what it is; `None` while it is held back.
    pub revision: Option<i64>,
    /// When it was sent.
    pub sent_at: Timestamp,
    /// What it says.
    #[serde(flatten)]
    pub content: LineContent,
}

impl ChatLine {
    /// Who wrote it, if it is a message or was one.
    pub fn author(&self) -> Option<&ChatAuthor> {
        match &self.content {
            LineContent::Message { author, .. } | LineContent::Deleted { author } => Some(author),
            LineContent::Rules { .. } => None,
        }
    }

    /// Whether that account wrote it.
    pub fn is_by(&self, username: &str) -> bool {
        self.author().is_some_and(|author| author.username.as_deref() == Some(username))
    }
}

/// A piece of a chat: of its history, or of what changed since a revision.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "ssr", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase")]
pub struct ChatPage {
    /// History: the newest first. Changes: in the order of their revisions.
    pub items: Vec<ChatLine>,
    /// History: what to ask for as `cursor` to get what came before. Changes: what to ask for as `since` to get what
    /// came after. `None` when this was all.
    pub next: Option<String>,
    /// With this piece, everything is known up to this revision.
    pub revision: i64,
    /// Messages that are held back and that the one who asks may see: their own, or all for creator and moderators.
    pub held: Vec<ChatLine>,
}

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
    fn a_message_is_one_line_of_up_to_500_characters_as_people_count() {
        assert_eq!(text("  a\nb\tc ").as_str(), "a b c");
        assert!(MessageText::parse(&"é".repeat(500)).is_ok());
        assert!(MessageText::parse(&"👨‍👩‍👧".repeat(200)).is_ok());
        for bad in ["", " \n ", "\u{200b}\u{200d}", "a\u{7}b", &"é".repeat(501), &"👨‍👩‍👧".repeat(480)] {
            assert!(MessageText::parse(bad).is_err(), "{bad:?}");
        }
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

    #[test]
    fn nobody_acts_on_their_equals_or_above() {
        use ChatRole::{Creator, Moderator, Viewer};
        assert!(Moderator.outranks(Viewer) && Creator.outranks(Viewer) && Creator.outranks(Moderator));
        for (one, other) in [(Viewer, Viewer), (Moderator, Moderator), (Moderator, Creator), (Creator, Creator)] {
            assert!(!one.outranks(other), "{one:?} {other:?}");
        }
    }

    #[test]
    fn a_line_is_flat_on_the_wire() {
        let line = ChatLine {
            id: LineId("l".into()),
            number: 3,
            revision: Some(4),
            sent_at: Timestamp(0),
            content: LineContent::Message {
                author: ChatAuthor {
                    username: Some("bob".into()),
                    display_name: Some("Bob".into()),
                    role: ChatRole::Viewer,
                },
                text: "<b>".into(),
            },
        };
        let json = serde_json::to_string(&line).expect("serializable");
        let expected = r#"{"id":"l","number":3,"revision":4,"sentAt":"1970-01-01T00:00:00Z","kind":"message","author":{"username":"bob","displayName":"Bob","role":"viewer"},"text":"<b>"}"#;
        assert_eq!(json, expected);
        assert_eq!(serde_json::from_str::<ChatLine>(&json).expect("just written"), line);
    }
}
