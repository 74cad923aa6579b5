//! The rules of a chat in words, and [`RuleWords`], which shows several of them where it may be narrow. A rule is a
//! setting as the chat tells of it: "Slow mode: 10 s", "Delay: off".
//!
//! What the settings are is `domain/chat_settings.rs`, where they are changed `chat_settings.rs`. The chat, the note
//! after a change and the report of a broadcast all say them with these words.

use std::time::Duration;

use leptos::prelude::*;

use crate::{
    domain::{
        chat_settings::{ChatRule, ChatSettings},
        chat_standing::words,
    },
    language::numbers::{Unit, duration},
    text,
};

/// What stands between two rules.
const BETWEEN: &str = " · ";

/// `Slow mode: 10 s`.
pub fn rule_words(rule: ChatRule) -> String {
    match rule {
        ChatRule::Enabled(true) => text!(chat.rule_on).to_owned(),
        ChatRule::Enabled(false) => text!(chat.rule_off).to_owned(),
        ChatRule::DelaySeconds(0) => text!(chat.rule_delay_off).to_owned(),
        ChatRule::DelaySeconds(seconds) => text!(chat.rule_delay, length = seconds_words(seconds)),
        ChatRule::SlowModeSeconds(0) => text!(chat.rule_slow_mode_off).to_owned(),
        ChatRule::SlowModeSeconds(seconds) => text!(chat.rule_slow_mode, length = seconds_words(seconds)),
        ChatRule::FollowersMinMinutes(None) => text!(chat.rule_followers_only_off).to_owned(),
        ChatRule::FollowersMinMinutes(Some(0)) => text!(chat.rule_followers_only).to_owned(),
        ChatRule::FollowersMinMinutes(Some(minutes)) => {
            text!(chat.rule_followers_only_since, length = minutes_words(minutes))
        }
    }
}

/// The rules that hold beside the usual ones, such as `Slow mode: 10 s`.
pub fn rules_in_force(settings: ChatSettings) -> Vec<String> {
    settings.rules_since(ChatSettings::default()).into_iter().map(rule_words).collect()
}

/// What a change did, for the one who made it.
pub fn change_words(before: ChatSettings, after: ChatSettings) -> String {
    let told = told(after.rules_since(before));
    // A duration of what is off: nobody notices it yet.
    if told.is_empty() { text!(chat.setting_changed).to_owned() } else { told }
}

fn told(rules: Vec<ChatRule>) -> String {
    rules.into_iter().map(rule_words).collect::<Vec<_>>().join(BETWEEN)
}

/// Rules for a place that may be narrow: a line ends between two of them, never within one.
#[component]
pub fn RuleWords(
    /// Each in its words.
    rules: Vec<String>,
) -> impl IntoView {
    let count = rules.len();
    let part = move |(place, rule): (usize, String)| {
        let is_last = place + 1 == count;
        let words = if is_last { rule } else { rule + BETWEEN.trim_end() };
        view! {
            <span class="chat-rule-words">{words}</span>
            {(!is_last).then_some(" ")}
        }
    };
    rules.into_iter().enumerate().map(part).collect_view()
}

fn seconds_words(seconds: u32) -> String {
    words(Duration::from_secs(u64::from(seconds)))
}

/// Exact: a rule is not rounded.
fn minutes_words(minutes: u32) -> String {
    let minutes = u64::from(minutes);
    if minutes.is_multiple_of(1440) {
        duration(minutes / 1440, Unit::Days)
    } else if minutes.is_multiple_of(60) {
        duration(minutes / 60, Unit::Hours)
    } else {
        duration(minutes, Unit::Minutes)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rules_are_told_with_their_durations() {
        let told = [
            (ChatRule::Enabled(false), "Chat: off"),
            (ChatRule::DelaySeconds(3), "Delay: 3 s"),
            (ChatRule::DelaySeconds(0), "Delay: off"),
            (ChatRule::SlowModeSeconds(10), "Slow mode: 10 s"),
            (ChatRule::SlowModeSeconds(0), "Slow mode: off"),
            (ChatRule::FollowersMinMinutes(None), "Followers only: off"),
            (ChatRule::FollowersMinMinutes(Some(0)), "Followers only: on"),
            (ChatRule::FollowersMinMinutes(Some(10)), "Followers only: 10 min"),
            (ChatRule::FollowersMinMinutes(Some(90)), "Followers only: 90 min"),
            (ChatRule::FollowersMinMinutes(Some(120)), "Followers only: 2 h"),
            (ChatRule::FollowersMinMinutes(Some(1440)), "Followers only: 1 day"),
            (ChatRule::FollowersMinMinutes(Some(129_600)), "Followers only: 90 days"),
        ];
        for (rule, expected) in told {
            assert_eq!(rule_words(rule), expected);
        }
    }

    #[test]
    fn only_what_is_unusual_is_in_force() {
        assert_eq!(rules_in_force(ChatSettings::default()), Vec::<String>::new());
        let strict = ChatSettings { is_chat_delayed: true, slow_mode_seconds: 10, ..Default::default() };
        assert_eq!(rules_in_force(strict), ["Delay: 3 s", "Slow mode: 10 s"]);
        let quiet = ChatSettings { chat_delay_seconds: 6, ..Default::default() };
        assert_eq!(change_words(ChatSettings::default(), quiet), "Setting changed");
        assert_eq!(change_words(strict, ChatSettings { slow_mode_seconds: 0, ..strict }), "Slow mode: off");
        assert_eq!(change_words(ChatSettings::default(), strict), "Delay: 3 s · Slow mode: 10 s");
    }
}
