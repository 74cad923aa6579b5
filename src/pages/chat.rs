//! The chat of a channel, on the page that it is watched on and on the creator's dashboard: what is read, what is
//! written, and what moderators do about it.

use std::time::Duration;

use leptos::{html, prelude::*, task::spawn_local};

use super::{moderation::Moderation, session::login_path};
use crate::{
    api::{
        chat::{chat_messages, send_message},
        error::{ApiError, ErrorCode},
    },
    browser::{chat_announcements::ChatAnnouncements, chat_engine::Piece, chat_feed::ChatFeed, timers::within},
    components::{
        chat_announced::ChatMenu,
        chat_composer::{ChatComposer, ChatState},
        chat_line::Reader,
        chat_log::ChatLogView,
        chat_rules::{RuleWords, rules_in_force},
        time_text::server_clock,
    },
    domain::{
        channel::ChannelState,
        chat::MessageText,
        chat_draft::{ChatDraft, SendFailure},
        chat_standing::Refusal,
    },
    text,
};

/// How long sending may take.
const SEND_WITHIN: Duration = Duration::from_secs(15);

/// Takes pieces of that channel's chat when they are needed. Only in an effect.
pub(super) fn follow_chat(chat: ChatFeed, username: String) {
    chat.follow(move |piece| {
        let username = username.clone();
        match piece {
            Piece::Newest => chat_messages(username, None, None),
            Piece::Before(cursor) => chat_messages(username, Some(cursor), None),
            Piece::Since(revision) => chat_messages(username, None, Some(revision)),
        }
    });
}

/// The chat.
#[component]
pub fn ChatPanel(
    /// What is known of it.
    chat: ChatFeed,
    /// The stream.
    state: RwSignal<ChannelState>,
    /// Whose it is.
    username: String,
    /// What moderators do.
    moderation: Moderation,
    /// Where messages are written.
    field: NodeRef<html::Textarea>,
    /// Following is on its way.
    #[prop(optional, into)]
    is_following_busy: Signal<bool>,
    /// Called to follow the channel.
    #[prop(into)]
    on_follow: Callback<()>,
) -> impl IntoView {
    let reader = Memo::new(move |_| {
        chat.standing.with(|standing| Reader { username: standing.username.clone(), role: standing.role })
    });
    let rules = Memo::new(move |_| state.with(|state| state.chat));
    let is_live = Memo::new(move |_| state.with(|state| state.is_live));
    let writes = ChatState { is_live: is_live.into(), rules: rules.into(), standing: chat.standing.into() };
    let announcements = ChatAnnouncements::new();
    Effect::new(move |_| announcements.follow(chat));
    let draft = RwSignal::new(ChatDraft::default());
    forget_old_rules(draft, writes);
    let login_path = login_path(&format!("/watch/{username}"));
    let send = move |text| send(chat, draft, username.clone(), text);
    view! {
        <section class="chat" aria-labelledby="chat-title">
            <header class="chat-head">
                <h2 id="chat-title">{text!(chat.title)}</h2>
                <p class="chat-rules" role="status">
                    {move || view! { <RuleWords rules=rules_in_force(rules.get()) /> }}
                </p>
                <ChatMenu is_read_out=announcements.is_on on_read_out=move |is_on| announcements.turn(is_on) />
            </header>
            <ChatLogView
                log=chat.log
                reader
                said=announcements.said
                is_loading=chat.is_loading
                failure=chat.failure
                is_loading_older=chat.is_loading_older
                older_failure=chat.older_failure
                on_retry=move || chat.retry()
                on_older=move || chat.load_older()
                on_action=move |action| moderation.act(action)
            />
            <ChatComposer
                state=writes
                draft
                field
                login_path
                lost_own=chat.lost_own
                is_held=holds_own(chat)
                is_following_busy
                on_send=send
                on_follow
            />
        </section>
    }
}

/// A message of the reader's is held back.
fn holds_own(chat: ChatFeed) -> Memo<bool> {
    let username = Memo::new(move |_| chat.standing.with(|standing| standing.username.clone()));
    let holds = move |username: &str| chat.log.with(|log| log.holds_back(username));
    Memo::new(move |_| username.with(|username| username.as_deref().is_some_and(holds)))
}

/// What the old rules forbade, the new ones may allow.
fn forget_old_rules(draft: RwSignal<ChatDraft>, writes: ChatState) {
    Effect::watch(
        move || (writes.rules.get(), writes.standing.get()),
        move |_, _, _| draft.update(ChatDraft::forget_rules),
        false,
    );
}

fn send(chat: ChatFeed, draft: RwSignal<ChatDraft>, username: String, text: MessageText) {
    spawn_local(async move {
        let answer = within(SEND_WITHIN, send_message(username, text.as_str().to_owned())).await;
        let now = server_clock();
        let _ = draft.try_update(|draft| match &answer {
            Some(Ok(_)) => draft.sent(now),
            Some(Err(error)) => draft.failed(failure_of(error), now),
            None => draft.failed(SendFailure::Other(text!(chat.look_before_sending_again).to_owned()), now),
        });
        match answer {
            Some(Ok(line)) => chat.take(vec![line]),
            Some(Err(_)) => {}
            None => chat.catch_up(),
        }
    });
}

/// A refusal that the page knows counts down by itself; anything else says what it says.
fn failure_of(error: &ApiError) -> SendFailure {
    let left = error.retry_after_seconds.map(Duration::from_secs);
    let refusal = match error.code {
        ErrorCode::Banned => Some(Refusal::Banned),
        ErrorCode::ChatDisabled => Some(Refusal::ChatDisabled),
        ErrorCode::FollowersOnly => Some(Refusal::FollowersOnly),
        ErrorCode::BlockedWord => Some(Refusal::BlockedWord),
        ErrorCode::TimedOut => left.map(Refusal::TimedOut),
        ErrorCode::FollowedTooRecently => left.map(Refusal::FollowedTooRecently),
        ErrorCode::SlowMode => left.map(Refusal::SlowMode),
        ErrorCode::TooFast => left.map(Refusal::TooFast),
        ErrorCode::Repeated => left.map(Refusal::Repeated),
        _ => None,
    };
    match refusal {
        Some(refusal) => SendFailure::Refused(refusal),
        None => SendFailure::Other(error.field("text").unwrap_or_else(|| error.message.clone())),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_refusal_is_known_by_its_code_and_counts_from_what_is_left() {
        let mut error = ApiError::new(ErrorCode::SlowMode, "Slow mode is on.");
        assert_eq!(failure_of(&error), SendFailure::Other("Slow mode is on.".into()));
        error.retry_after_seconds = Some(7);
        assert_eq!(failure_of(&error), SendFailure::Refused(Refusal::SlowMode(Duration::from_secs(7))));
    }

    #[test]
    fn what_is_wrong_with_the_text_is_said() {
        let mut error = ApiError::new(ErrorCode::Invalid, "Check what you typed.");
        error.fields.insert("text".into(), "Write something first.".into());
        assert_eq!(failure_of(&error), SendFailure::Other("Write something first.".into()));
    }
}
