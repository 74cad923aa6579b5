//! Where messages are written: a field that keeps what is typed whatever happens, and why it cannot be sent now, for
//! how long, and what to do about it.
//!
//! A wait counts down beside its reason, to be seen only. To a screen reader the reason is there once, announced with
//! the time that was left then: what is announced, and what describes the field, never counts.

use std::time::Duration;

use leptos::{
    either::EitherOf3,
    ev::{KeyboardEvent, SubmitEvent},
    html,
    prelude::*,
};

use super::{
    focus::{focus_in_place, is_nowhere},
    icon::Icon,
    time_text::{browser_clock, use_now},
};
use crate::{
    domain::{
        chat::{MAX_MESSAGE_CHARS, MessageText},
        chat_draft::{ChatDraft, Gate, SendFailure},
        chat_settings::ChatSettings,
        chat_standing::{Refusal, Standing, words},
        timestamp::Timestamp,
    },
    text,
};

/// The key code of a key that an input method takes (UI Events, legacy key attributes).
const COMPOSING: u32 = 229;
/// How often waits are looked at: seconds that count down should not skip one.
const TICK: Duration = Duration::from_millis(500);

/// What decides whether one may write.
#[derive(Clone, Copy)]
pub struct ChatState {
    /// The stream is on air.
    pub is_live: Signal<bool>,
    /// The rules of the chat.
    pub rules: Signal<ChatSettings>,
    /// What the one who writes is to the channel.
    pub standing: Signal<Standing>,
}

impl ChatState {
    fn gate(self, now: Option<Timestamp>) -> Gate {
        self.standing.with(|standing| Gate::of(self.is_live.get(), &self.rules.get(), standing, now))
    }

    fn obstacle(self, draft: &ChatDraft, now: Timestamp) -> Option<SendFailure> {
        self.standing.with(|standing| draft.obstacle(&self.rules.get(), standing, now))
    }

    /// Whether a message could be sent at that moment.
    fn lets_send(self, draft: &ChatDraft, now: Timestamp) -> bool {
        self.gate(Some(now)) == Gate::Open && !self.obstacle(draft, now).is_some_and(|obstacle| is_wait(&obstacle))
    }
}

fn is_wait(obstacle: &SendFailure) -> bool {
    matches!(obstacle, SendFailure::Refused(refusal) if refusal.time_left().is_some())
}

/// Why one cannot write, or why the last message did not go.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Notice {
    before: String,
    /// What it takes, where that is known; it stands between the words.
    left: Option<String>,
    after: String,
    asks_to_follow: bool,
    /// Something went wrong, which is said at once.
    is_failure: bool,
}

impl Notice {
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

    fn of(gate: &Gate, obstacle: Option<&SendFailure>) -> Option<Self> {
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
}

/// To the second, and never none: ten minutes that just began are not the eleventh.
fn rounded(left: Duration) -> Duration {
    Duration::from_secs((left + TICK).as_secs().max(1))
}

/// Where messages are written.
#[component]
pub fn ChatComposer(
    /// What decides whether one may write.
    state: ChatState,
    /// What is written, and how sending goes.
    draft: RwSignal<ChatDraft>,
    /// The field.
    field: NodeRef<html::Textarea>,
    /// Where a guest signs in.
    #[prop(into)]
    login_path: String,
    /// A message of the writer's was removed before anybody else saw it; typing on sets it back.
    lost_own: RwSignal<bool>,
    /// A message of the writer's is held back.
    #[prop(into)]
    is_held: Signal<bool>,
    /// Following is on its way.
    #[prop(into)]
    is_following_busy: Signal<bool>,
    /// Called with a message to send; `draft` says how it goes from there.
    #[prop(into)]
    on_send: Callback<MessageText>,
    /// Called to follow the channel.
    #[prop(into)]
    on_follow: Callback<()>,
) -> impl IntoView {
    let now = use_now(TICK);
    let gate = Memo::new(move |_| state.gate(now.get()));
    let obstacle = Memo::new(move |_| now.get().and_then(|now| draft.with(|draft| state.obstacle(draft, now))));
    let notice = Memo::new(move |_| gate.with(|gate| obstacle.with(|obstacle| Notice::of(gate, obstacle.as_ref()))));
    let can_send = Memo::new(move |_| gate.get() == Gate::Open && !obstacle.get().is_some_and(|it| is_wait(&it)));
    let is_guest = Memo::new(move |_| state.standing.with(|standing| standing.username.is_none()));
    let is_offline = Memo::new(move |_| gate.get() == Gate::Offline);
    let login_path = StoredValue::new(login_path);
    let send = move || {
        let now = browser_clock();
        if !draft.with_untracked(|draft| untrack(|| state.lets_send(draft, now))) {
            return;
        }
        if let Some(text) = draft.try_update(|draft| draft.send(now)).flatten() {
            on_send.run(text);
        }
    };
    view! {
        <div class="composer">
            <NoticeView notice field is_following_busy on_follow />
            <div class="visually-hidden" role="status">
                {move || is_held.get().then(|| text!(chat.held))}
            </div>
            <div class="composer-lost" role="alert">
                {move || lost_own.get().then(|| view! { <Icon name="info" /> {text!(chat.lost_own)} })}
            </div>
            {move || match (is_guest.get(), is_offline.get()) {
                (true, true) => EitherOf3::A(()),
                (true, false) => EitherOf3::B(view! { <SignIn login_path=login_path.get_value() /> }),
                (false, _) => {
                    EitherOf3::C(view! { <MessageForm gate notice can_send draft field lost_own on_send=send /> })
                }
            }}
            <p class="muted small without-program">{text!(chat.needs_javascript)}</p>
        </div>
    }
}

#[component]
fn NoticeView(
    notice: Memo<Option<Notice>>,
    field: NodeRef<html::Textarea>,
    is_following_busy: Signal<bool>,
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

#[component]
fn SignIn(login_path: String) -> impl IntoView {
    view! {
        <p class="composer-guest">
            <a class="button wide" href=login_path>
                <Icon name="log-in" />
                {text!(chat.sign_in)}
            </a>
        </p>
    }
}

#[component]
fn MessageForm(
    gate: Memo<Gate>,
    notice: Memo<Option<Notice>>,
    can_send: Memo<bool>,
    draft: RwSignal<ChatDraft>,
    field: NodeRef<html::Textarea>,
    lost_own: RwSignal<bool>,
    #[prop(into)] on_send: Callback<()>,
) -> impl IntoView {
    let is_sending = Memo::new(move |_| draft.with(ChatDraft::is_sending));
    let has_failed = move || notice.with(|notice| notice.as_ref().is_some_and(|notice| notice.is_failure));
    let submit = move |event: SubmitEvent| {
        event.prevent_default();
        on_send.run(());
    };
    view! {
        <form class="composer-form needs-program" on:submit=submit>
            <label class="visually-hidden" for="chat-message">
                {text!(chat.message)}
            </label>
            <textarea
                id="chat-message"
                class="composer-field"
                node_ref=field
                rows="1"
                dir="auto"
                autocomplete="off"
                enterkeyhint="send"
                placeholder=text!(chat.write_a_message)
                // Read-only and not disabled: who is in it stays there, and what is typed stays to be seen.
                readonly=move || gate.get() != Gate::Open
                aria-invalid=move || has_failed().then_some("true")
                aria-describedby="composer-status composer-alert composer-over"
                prop:value=move || draft.with(|draft| draft.text().to_owned())
                on:input=move |event| {
                    draft.update(|draft| draft.type_text(event_target_value(&event)));
                    lost_own.set(false);
                }
                on:keydown=move |event| send_on_enter(&event, on_send)
            ></textarea>
            <Count draft />
            <button
                type="submit"
                class="button icon-only"
                // Not disabled: who is on it stays there. Pressed, it sends nothing then.
                aria-disabled=move || (!can_send.get() || is_sending.get()).then_some("true")
                aria-busy=move || is_sending.get().then_some("true")
            >
                <Icon name="send" />
                <span class="visually-hidden">{text!(chat.send)}</span>
            </button>
        </form>
    }
}

/// A message is one line. While letters are being put together, Enter is for that; Safari says so by the key code alone.
fn send_on_enter(event: &KeyboardEvent, on_send: Callback<()>) {
    if event.key() == "Enter" && !event.is_composing() && event.key_code() != COMPOSING {
        event.prevent_default();
        if !event.shift_key() {
            on_send.run(());
        }
    }
}

#[component]
fn Count(draft: RwSignal<ChatDraft>) -> impl IntoView {
    let count = Memo::new(move |_| draft.with(ChatDraft::count));
    let is_over = Memo::new(move |_| count.get().is_some_and(|count| count > MAX_MESSAGE_CHARS));
    view! {
        <span class="composer-count number" id="composer-count" data-over=move || is_over.get().then_some("true")>
            {move || count.get().map(|count| format!("{count}/{MAX_MESSAGE_CHARS}"))}
        </span>
        <span class="visually-hidden" id="composer-over" role="status">
            {move || is_over.get().then(|| text!(chat.too_long, max = MAX_MESSAGE_CHARS))}
        </span>
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
