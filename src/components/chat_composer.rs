//! Where messages are written: a field that keeps what is typed whatever happens, and the button that sends it. Why it
//! cannot be sent now stands above them (`chat_notice.rs`).
//!
//! Neither is ever disabled, so that whoever is on it stays there: the field becomes read-only, and the button sends
//! nothing.

use leptos::{
    either::EitherOf3,
    ev::{KeyboardEvent, SubmitEvent},
    html,
    prelude::*,
};

use super::{
    chat_notice::{Notice, NoticeView, TICK},
    composing::is_composing,
    icon::Icon,
    time_text::{server_clock, use_now},
};
use crate::{
    domain::{
        chat::{MAX_MESSAGE_CHARS, MessageText},
        chat_draft::{ChatDraft, Gate, SendFailure},
        chat_settings::ChatSettings,
        chat_standing::Standing,
        timestamp::Timestamp,
    },
    text,
};

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
        let now = server_clock();
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

/// A message is one line.
fn send_on_enter(event: &KeyboardEvent, on_send: Callback<()>) {
    if event.key() == "Enter" && !is_composing(event) {
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
