//! Something that a button shows and hides again: whether it is open, how Esc closes it, and how the focus goes back to
//! the button.
//!
//! What browsers open and close by themselves, as dialogs and the menu of the account, needs none of it. Nor do the
//! actions of a line of the chat: the list has one line open at most, and Esc goes back to that line (`chat_log.rs`).

use leptos::{ev::KeyboardEvent, html, prelude::*};

use super::{composing::is_composing, focus::focus_in_place, icon::Icon};

/// Whether it is open, and the button that opens it.
#[derive(Clone, Copy)]
pub struct DisclosureState {
    /// Whether it is open.
    pub is_open: RwSignal<bool>,
    /// The button.
    pub opener: NodeRef<html::Button>,
}

impl DisclosureState {
    /// Open as that says; closing it sets that.
    pub fn new(is_open: RwSignal<bool>) -> Self {
        Self { is_open, opener: NodeRef::new() }
    }

    /// For `aria-expanded` of the button.
    pub fn expanded(self) -> &'static str {
        if self.is_open.get() { "true" } else { "false" }
    }

    /// Opens it, or closes it.
    pub fn toggle(self) {
        self.is_open.update(|is_open| *is_open = !*is_open);
    }

    /// Esc closes it; what it lies in stays open. Says whether it did.
    pub fn close_on_escape(self, event: &KeyboardEvent) -> bool {
        // What is open in it goes first, and so does an input method.
        let is_free = !event.default_prevented() && !is_composing(event);
        let closes = event.key() == "Escape" && is_free && self.is_open.get_untracked();
        if closes {
            event.prevent_default();
            self.is_open.set(false);
        }
        closes
    }

    /// Gives the focus to the button. Only for effects and event handlers.
    pub fn focus_opener(self) {
        if let Some(opener) = self.opener.try_get_untracked().flatten() {
            focus_in_place(&opener);
        }
    }
}

/// A heading that shows what belongs to it when it is pressed. Esc is left to what is shown, and to what it lies in.
#[component]
pub fn Disclosure(
    /// The id of what is shown.
    id: &'static str,
    /// The heading.
    label: &'static str,
    /// Whether it is open.
    is_open: RwSignal<bool>,
    /// What is shown.
    children: Children,
) -> impl IntoView {
    let state = DisclosureState::new(is_open);
    view! {
        <button
            type="button"
            class="button quiet disclosure"
            aria-expanded=move || state.expanded()
            aria-controls=id
            on:click=move |_| state.toggle()
        >
            <Icon name="chevron-down" />
            {label}
        </button>
        <div id=id class="disclosure-body" hidden=move || !is_open.get()>
            {children()}
        </div>
    }
}
