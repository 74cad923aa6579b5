//! The creator's rules for the chat: what they are, how they are changed, and what the chat is told when they were.
//!
//! A change names all of its bad fields at once, and what it leaves out stays. What the rules mean for somebody who
//! writes is in `chat_standing.rs`.

use std::time::Duration;

use serde::{Deserialize, Serialize};

use super::fields::{Change, FieldErrors, Invalid};
use crate::text;

/// How long a delayed message can be held, in seconds.
pub const DELAY_CHOICES_SECS: [u32; 4] = [2, 3, 4, 6];

/// The longest of [`DELAY_CHOICES_SECS`].
pub fn longest_delay() -> Duration {
    Duration::from_secs(DELAY_CHOICES_SECS.into_iter().max().map_or(0, u64::from))
}

/// Longest time that slow mode asks for between two messages, in seconds.
pub const MAX_SLOW_MODE_SECS: u32 = 120;
/// Shortest time that slow mode asks for when it is on, in seconds.
pub const MIN_SLOW_MODE_SECS: u32 = 3;
/// Longest time that a follower can be asked to have followed: 90 days, in minutes.
pub const MAX_FOLLOWERS_MIN_MINUTES: u32 = 129_600;

/// Who can write, how often, and how soon others see it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "ssr", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase")]
pub struct ChatSettings {
    /// Off: only the creator and moderators can write.
    pub is_chat_enabled: bool,
    /// Messages are held for a while before viewers get them.
    pub is_chat_delayed: bool,
    /// For how long, in seconds: one of [`DELAY_CHOICES_SECS`].
    pub chat_delay_seconds: u32,
    /// Least time between two messages of one person, in seconds; 0 is off.
    pub slow_mode_seconds: u32,
    /// Only followers can write.
    pub is_chat_followers_only: bool,
    /// How long they must have followed, in minutes.
    pub followers_min_minutes: u32,
}

impl Default for ChatSettings {
    fn default() -> Self {
        Self {
            is_chat_enabled: true,
            is_chat_delayed: false,
            chat_delay_seconds: 3,
            slow_mode_seconds: 0,
            is_chat_followers_only: false,
            followers_min_minutes: 0,
        }
    }
}

/// A rule as the chat tells of it when it changed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "ssr", derive(schemars::JsonSchema))]
#[serde(tag = "rule", content = "value", rename_all = "camelCase")]
pub enum ChatRule {
    /// Whether anybody but creator and moderators can write.
    Enabled(bool),
    /// How long messages are held back, in seconds; 0 is not at all.
    DelaySeconds(u32),
    /// Least time between two messages of one person, in seconds; 0 is off.
    SlowModeSeconds(u32),
    /// How long one must have followed to write, in minutes; `None` lets everybody write.
    FollowersMinMinutes(Option<u32>),
}

impl ChatSettings {
    fn rules(self) -> [ChatRule; 4] {
        [
            ChatRule::Enabled(self.is_chat_enabled),
            ChatRule::DelaySeconds(self.delay_secs()),
            ChatRule::SlowModeSeconds(self.slow_mode_seconds),
            ChatRule::FollowersMinMinutes(self.is_chat_followers_only.then_some(self.followers_min_minutes)),
        ]
    }

    /// How long a message of a viewer is held back, in seconds; 0 is not at all.
    pub fn delay_secs(self) -> u32 {
        if self.is_chat_delayed { self.chat_delay_seconds } else { 0 }
    }

    /// The rules that are others than `before`, as those who write notice them: a duration of what is off is none.
    pub fn rules_since(self, before: Self) -> Vec<ChatRule> {
        self.rules().into_iter().zip(before.rules()).filter(|(new, old)| new != old).map(|(new, _)| new).collect()
    }
}

/// A wish to change some of the settings. Numbers are wider than the rules allow, so that a number out of range is
/// explained instead of being "not a number".
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "ssr", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase", default)]
pub struct ChatSettingsChange {
    /// See [`ChatSettings::is_chat_enabled`].
    #[serde(skip_serializing_if = "Change::is_keep")]
    pub is_chat_enabled: Change<bool>,
    /// See [`ChatSettings::is_chat_delayed`].
    #[serde(skip_serializing_if = "Change::is_keep")]
    pub is_chat_delayed: Change<bool>,
    /// See [`ChatSettings::chat_delay_seconds`].
    #[serde(skip_serializing_if = "Change::is_keep")]
    pub chat_delay_seconds: Change<i64>,
    /// See [`ChatSettings::slow_mode_seconds`].
    #[serde(skip_serializing_if = "Change::is_keep")]
    pub slow_mode_seconds: Change<i64>,
    /// See [`ChatSettings::is_chat_followers_only`].
    #[serde(skip_serializing_if = "Change::is_keep")]
    pub is_chat_followers_only: Change<bool>,
    /// See [`ChatSettings::followers_min_minutes`].
    #[serde(skip_serializing_if = "Change::is_keep")]
    pub followers_min_minutes: Change<i64>,
}

/// The valid part of a [`ChatSettingsChange`]: `None` stays as it is.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct ChatSettingsUpdate {
    /// See [`ChatSettings::is_chat_enabled`].
    pub is_chat_enabled: Option<bool>,
    /// See [`ChatSettings::is_chat_delayed`].
    pub is_chat_delayed: Option<bool>,
    /// See [`ChatSettings::chat_delay_seconds`].
    pub chat_delay_seconds: Option<u32>,
    /// See [`ChatSettings::slow_mode_seconds`].
    pub slow_mode_seconds: Option<u32>,
    /// See [`ChatSettings::is_chat_followers_only`].
    pub is_chat_followers_only: Option<bool>,
    /// See [`ChatSettings::followers_min_minutes`].
    pub followers_min_minutes: Option<u32>,
}

impl ChatSettingsChange {
    /// Checks every field.
    ///
    /// # Errors
    /// Each field that breaks a rule.
    pub fn parse(self) -> Result<ChatSettingsUpdate, FieldErrors> {
        let mut errors = FieldErrors::default();
        let update = ChatSettingsUpdate {
            is_chat_enabled: errors.take("isChatEnabled", self.is_chat_enabled.required()).flatten(),
            is_chat_delayed: errors.take("isChatDelayed", self.is_chat_delayed.required()).flatten(),
            chat_delay_seconds: errors
                .take("chatDelaySeconds", checked(self.chat_delay_seconds, parse_delay))
                .flatten(),
            slow_mode_seconds: errors
                .take("slowModeSeconds", checked(self.slow_mode_seconds, parse_slow_mode))
                .flatten(),
            is_chat_followers_only: errors
                .take("isChatFollowersOnly", self.is_chat_followers_only.required())
                .flatten(),
            followers_min_minutes: errors
                .take("followersMinMinutes", checked(self.followers_min_minutes, parse_followers_min))
                .flatten(),
        };
        errors.into_result().map(|()| update)
    }
}

impl ChatSettingsUpdate {
    /// The settings after the change.
    pub fn apply(self, to: ChatSettings) -> ChatSettings {
        ChatSettings {
            is_chat_enabled: self.is_chat_enabled.unwrap_or(to.is_chat_enabled),
            is_chat_delayed: self.is_chat_delayed.unwrap_or(to.is_chat_delayed),
            chat_delay_seconds: self.chat_delay_seconds.unwrap_or(to.chat_delay_seconds),
            slow_mode_seconds: self.slow_mode_seconds.unwrap_or(to.slow_mode_seconds),
            is_chat_followers_only: self.is_chat_followers_only.unwrap_or(to.is_chat_followers_only),
            followers_min_minutes: self.followers_min_minutes.unwrap_or(to.followers_min_minutes),
        }
    }
}

fn checked(change: Change<i64>, rule: fn(u32) -> Result<u32, Invalid>) -> Result<Option<u32>, Invalid> {
    // A negative or huge number breaks the same rule as one that is merely too large.
    change.required()?.map(|number| rule(u32::try_from(number).unwrap_or(u32::MAX))).transpose()
}

fn parse_delay(seconds: u32) -> Result<u32, Invalid> {
    if DELAY_CHOICES_SECS.contains(&seconds) {
        return Ok(seconds);
    }
    Err(Invalid::new(text!(chat.choose_delay)))
}

fn parse_slow_mode(seconds: u32) -> Result<u32, Invalid> {
    if seconds == 0 || (MIN_SLOW_MODE_SECS..=MAX_SLOW_MODE_SECS).contains(&seconds) {
        return Ok(seconds);
    }
    Err(Invalid::new(text!(chat.choose_slow_mode)))
}

fn parse_followers_min(minutes: u32) -> Result<u32, Invalid> {
    if minutes <= MAX_FOLLOWERS_MIN_MINUTES {
        return Ok(minutes);
    }
    Err(Invalid::new(text!(chat.choose_followers_min)))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn change(json: &str) -> ChatSettingsChange {
        serde_json::from_str(json).expect("valid JSON")
    }

    #[test]
    fn absent_fields_stay_as_they_are() {
        let update = change(r#"{"isChatDelayed":true,"chatDelaySeconds":6}"#).parse().expect("valid");
        let settings = update.apply(ChatSettings::default());
        assert_eq!(settings, ChatSettings { is_chat_delayed: true, chat_delay_seconds: 6, ..Default::default() });
        assert_eq!(change("{}").parse().expect("valid"), ChatSettingsUpdate::default());
    }

    #[test]
    fn only_what_is_noticed_is_told() {
        let before = ChatSettings::default();
        let quiet = ChatSettings { chat_delay_seconds: 6, followers_min_minutes: 5, ..before };
        assert_eq!(quiet.rules_since(before), []);
        let after = ChatSettings { is_chat_delayed: true, is_chat_followers_only: true, ..quiet };
        let told = [ChatRule::DelaySeconds(6), ChatRule::FollowersMinMinutes(Some(5))];
        assert_eq!(after.rules_since(before), told);
        assert_eq!(before.rules_since(after), [ChatRule::DelaySeconds(0), ChatRule::FollowersMinMinutes(None)]);
        let json = r#"[{"rule":"delaySeconds","value":6},{"rule":"followersMinMinutes","value":5}]"#;
        assert_eq!(serde_json::to_string(&told).expect("serializable"), json);
    }

    #[test]
    fn every_broken_rule_is_named() {
        let json = r#"{"isChatEnabled":null,"chatDelaySeconds":5,"slowModeSeconds":2,"followersMinMinutes":-1}"#;
        let errors = change(json).parse().expect_err("four broken rules");
        let names: Vec<_> = errors.0.keys().map(String::as_str).collect();
        assert_eq!(names, ["chatDelaySeconds", "followersMinMinutes", "isChatEnabled", "slowModeSeconds"]);
    }
}
