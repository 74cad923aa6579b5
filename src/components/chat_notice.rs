//! Why one cannot write in the chat now, or why the last message did not go, for how long, and what to do about it.
//!
//! A wait counts down beside its reason, to be seen only. To a screen reader the reason is there once, announced with
//! the time that was left then: what is announced, and what describes the field, never counts.

use std::time::Duration;

use leptos::{html, prelude::*};

use super::{
    focus::{focus_in_place, is_nowhere},
    icon::Icon,
};
use crate::{
    domain::{
        chat_draft::{Gate, SendFailure},
        chat_standing::{Refusal, words},
    },
    text,
};

/// How often waits are looked at: seconds that count down should not skip one.
pub(super) const TICK: Duration = Duration::from_millis(500);

/// Why one cannot write, or why the last message did not go.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Notice {
    before: String,
    /// What it takes, where that is known; it stands between the words.
    left: Option<String>,
    after: String,
    asks_to_follow: bool,
    /// Something went wrong, which is said at once.
    pub(super) is_failure: bool,
}

impl Notice {
    /// What stands in the way, if anything that words are needed for.
    pub(super) fn of(gate: &Gate, obstacle: Option<&SendFailure>) -> Option<Self> {
        match (gate, obstacle) {
            (Gate::Offline, _) => Some(Self::words(text!(chat.read_only), false)),
            (Gate::Closed(refusal), _) => Some(Self::refusal(refusal, false)),
            // A wait that one's own message began is no failure.
            (Gate::Open, Some(SendFailure::Refused(refusal))) => {
                Some(Self::refusal(refusal, !matches!(refusal, Refusal::SlowMode(_))))
            }
            (Gate::Open, Some(SendFailure::Other(message))) => Some(Self::words(message.clone(), true)),
            (Gate::Guest | Gate::Unknown, _) | (Gate::Open, None) => None,
        }
    }

    fn words(text: impl Into<String>, is_failure: bool) -> Self {
        Self { before: text.into(), left: None, after: String::new(), asks_to_follow: false, is_failure }
    }

    fn refusal(refusal: &Refusal, is_failure: bool) -> Self {
        let notice =
            Self { asks_to_follow: *refusal == Refusal::FollowersOnly, ..Self::words(refusal.message(), is_failure) };
        let Some(left) = refusal.time_left() else { return notice };
        match refusal.message().split_once(&words(left)) {
            Some((before, after)) => {
                Self { before: before.to_owned(), left: Some(words(rounded(left))), after: after.to_owned(), ..notice }
            }
            None => notice,
        }
    }

    /// The whole sentence.
    fn spoken(&self) -> String {
        format!("{}{}{}", self.before, self.left.as_deref().unwrap_or_default(), self.after)
    }
}

/// To the second, and never none: ten minutes that just began are not the eleventh.
fn rounded(left: Duration) -> Duration {
    Duration::from_secs((left + TICK).as_secs().max(1))
}

/// The notice, where there is one.
#[component]
pub(super) fn NoticeView(
    /// What is to be said.
    notice: Memo<Option<Notice>>,
    /// Where messages are written.
    field: NodeRef<html::Textarea>,
    /// Following is on its way.
    is_following_busy: Signal<bool>,
    /// Called to follow the channel.
    on_follow: Callback<()>,
) -> impl IntoView {
    // The same but for the seconds: what is shown is made anew, and announced, only when this changes.
    let kind =
        Memo::new(move |_| notice.get().map(|notice| Notice { left: notice.left.map(|_| String::new()), ..notice }));
    let left = Memo::new(move |_| notice.get().and_then(|notice| notice.left));
    let asks_to_follow = Memo::new(move |_| kind.with(|kind| kind.as_ref().is_some_and(|kind| kind.asks_to_follow)));
    let on_follow = go_on_in_the_field(asks_to_follow, field, on_follow);
    let said = move |is_failure: bool| {
        move || {
            kind.get().filter(|notice| notice.is_failure == is_failure)?;
            notice.get_untracked().map(|notice| notice.spoken())
        }
    };
    let has_failed = move || kind.with(|notice| notice.as_ref().is_some_and(|notice| notice.is_failure));
    view! {
        <div class="composer-notice" id="composer-notice" data-failed=move || has_failed().then_some("true")>
            {move || kind.get().map(|notice| view! { <NoticeWords notice left is_following_busy on_follow /> })}
        </div>
        <div class="visually-hidden" id="composer-status" role="status">
            {said(false)}
        </div>
        <div class="visually-hidden" id="composer-alert" role="alert">
            {said(true)}
        </div>
    }
}

/// Who follows from here comes to write: the button that they were on is gone then. Gives what to call to follow.
fn go_on_in_the_field(
    asks_to_follow: Memo<bool>,
    field: NodeRef<html::Textarea>,
    on_follow: Callback<()>,
) -> Callback<()> {
    let has_followed = RwSignal::new(false);
    let go_on = move || {
        if let Some(field) = field.try_get_untracked().flatten().filter(|_| is_nowhere()) {
            focus_in_place(&field);
        }
    };
    Effect::watch(
        move || asks_to_follow.get(),
        move |asks_to_follow, _, _| {
            if !*asks_to_follow && has_followed.get_untracked() {
                has_followed.set(false);
                // The button is gone by then.
                request_animation_frame(go_on);
            }
        },
        false,
    );
    Callback::new(move |()| {
        has_followed.set(true);
        on_follow.run(());
    })
}

#[component]
fn NoticeWords(
    notice: Notice,
    left: Memo<Option<String>>,
    is_following_busy: Signal<bool>,
    on_follow: Callback<()>,
) -> impl IntoView {
    let icon = match (notice.is_failure, notice.left.is_some()) {
        (true, _) => "triangle-alert",
        (false, true) => "hourglass",
        (false, false) => "info",
    };
    let timer = notice.left.is_some().then(|| view! { <span class="composer-timer number">{left}</span> });
    view! {
        <p>
            <Icon name=icon />
            // It is read where it is announced.
            <span aria-hidden="true">{notice.before} {timer} {notice.after}</span>
        </p>
        {notice
            .asks_to_follow
            .then(|| {
                view! {
                    <button
                        type="button"
                        class="button small"
                        // Not disabled: who is on it stays there.
                        aria-disabled=move || is_following_busy.get().then_some("true")
                        aria-busy=move || is_following_busy.get().then_some("true")
                        on:click=move |_| on_follow.run(())
                    >
                        <Icon name="heart" />
                        {text!(watch.follow)}
                    </button>
                }
            })}
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_time_left_stands_apart_from_its_words() {
        let notice = Notice::refusal(&Refusal::SlowMode(Duration::from_secs(8)), false);
        assert_eq!(notice.before, "Slow mode is on. You can write again in ");
        assert_eq!((notice.left.as_deref(), notice.after.as_str()), (Some("8 s"), "."));
        assert_eq!(notice.spoken(), "Slow mode is on. You can write again in 8 s.");
        let notice = Notice::refusal(&Refusal::Repeated(Duration::from_secs(300)), true);
        assert_eq!((notice.left.as_deref(), notice.after.as_str()), (Some("5 min"), "."));
    }

    #[test]
    fn a_clock_that_is_a_little_behind_makes_no_minute_more() {
        let left = |milliseconds| Notice::refusal(&Refusal::TimedOut(Duration::from_millis(milliseconds)), false).left;
        assert_eq!(left(600_300).as_deref(), Some("10 min"));
        assert_eq!(left(200).as_deref(), Some("1 s"));
    }

    #[test]
    fn only_followers_are_asked_to_follow() {
        assert!(Notice::refusal(&Refusal::FollowersOnly, false).asks_to_follow);
        assert!(!Notice::refusal(&Refusal::Banned, false).asks_to_follow);
    }

    #[test]
    fn the_gate_comes_before_the_last_failure() {
        let failure = SendFailure::Other("No.".into());
        let closed = Gate::Closed(Refusal::ChatDisabled);
        assert!(
            Notice::of(&closed, Some(&failure)).is_some_and(|notice| notice.before.contains("turned the chat off"))
        );
        assert!(Notice::of(&Gate::Open, Some(&failure)).is_some_and(|notice| notice.is_failure));
        assert_eq!(Notice::of(&Gate::Guest, None), None);
    }
}
