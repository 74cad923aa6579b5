//! Taking back a change of the chat's settings, for a few seconds after it.
//!
//! The note stays while somebody points at it or has the focus in it. Only what was changed goes back.

use std::time::Duration;

use leptos::prelude::*;

use super::{chat_rules::change_words, icon::Icon};
use crate::{
    domain::{
        chat_settings::{ChatSettings, ChatSettingsChange},
        fields::Change,
    },
    text,
};

/// How long a change can be taken back.
const STAYS: Duration = Duration::from_secs(5);

/// A change that can be taken back.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Undoable {
    /// Names the change.
    pub number: u32,
    /// What it did.
    pub words: String,
    /// What takes it back.
    pub back: ChatSettingsChange,
}

impl Undoable {
    /// The change of that number, which made `after` of `before`; `None` when it changed nothing.
    pub fn of(number: u32, change: &ChatSettingsChange, before: ChatSettings, after: ChatSettings) -> Option<Self> {
        let words = change_words(before, after);
        (before != after).then(|| Self { number, words, back: back(change, before) })
    }
}

/// Sets what a change sets to what it was before.
fn back(change: &ChatSettingsChange, before: ChatSettings) -> ChatSettingsChange {
    fn set<T, U>(change: &Change<T>, before: U) -> Change<T>
    where
        T: From<U>,
    {
        if change.is_keep() { Change::Keep } else { Change::Set(before.into()) }
    }
    ChatSettingsChange {
        is_chat_enabled: set(&change.is_chat_enabled, before.is_chat_enabled),
        is_chat_delayed: set(&change.is_chat_delayed, before.is_chat_delayed),
        chat_delay_seconds: set(&change.chat_delay_seconds, before.chat_delay_seconds),
        slow_mode_seconds: set(&change.slow_mode_seconds, before.slow_mode_seconds),
        is_chat_followers_only: set(&change.is_chat_followers_only, before.is_chat_followers_only),
        followers_min_minutes: set(&change.followers_min_minutes, before.followers_min_minutes),
    }
}

/// Says what a change did, with a way back. It goes by itself, but not while somebody points at it or has the focus
/// in it.
#[component]
pub fn UndoNote(
    /// What can be taken back; set to `None` when the time is up.
    undoable: RwSignal<Option<Undoable>>,
    /// Called with what takes it back.
    #[prop(into)]
    on_undo: Callback<ChatSettingsChange>,
) -> impl IntoView {
    let is_pointed_at = RwSignal::new(false);
    let is_focused = RwSignal::new(false);
    Effect::new(move |_| {
        if undoable.with(Option::is_none) || is_pointed_at.get() || is_focused.get() {
            return;
        }
        let forget = move || {
            // The page may be gone when the time is up.
            let _ = undoable.try_set(None);
        };
        let handle = set_timeout_with_handle(forget, STAYS);
        on_cleanup(move || {
            if let Ok(handle) = handle {
                handle.clear();
            }
        });
    });
    let undo = move |_| {
        is_pointed_at.set(false);
        is_focused.set(false);
        if let Some(done) = undoable.try_update(Option::take).flatten() {
            on_undo.run(done.back);
        }
    };
    view! {
        <div
            class="undo"
            role="status"
            on:mouseenter=move |_| is_pointed_at.set(true)
            on:mouseleave=move |_| is_pointed_at.set(false)
            on:focusin=move |_| is_focused.set(true)
            on:focusout=move |_| is_focused.set(false)
        >
            {move || {
                undoable
                    .get()
                    .map(|done| {
                        view! {
                            <span class="undo-words">{done.words}</span>
                            <button type="button" class="button quiet small" on:click=undo>
                                <Icon name="undo-2" />
                                {text!(chat.undo)}
                            </button>
                        }
                    })
            }}
        </div>
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_was_changed_goes_back() {
        let before = ChatSettings { slow_mode_seconds: 10, ..Default::default() };
        let change = ChatSettingsChange { slow_mode_seconds: Change::Set(30), ..Default::default() };
        let after = change.clone().parse().expect("valid").apply(before);
        let done = Undoable::of(1, &change, before, after).expect("something changed");
        assert_eq!(done.words, "Slow mode: 30 s");
        let expected = ChatSettingsChange { slow_mode_seconds: Change::Set(10), ..Default::default() };
        assert_eq!(done.back, expected);
        assert_eq!(Undoable::of(1, &change, after, after), None);
    }
}
