//! What a screen reader is told of the chat, in a place that nobody sees, and the choice whether it is told anything.
//!
//! The list of messages is no live region: its lines change, and come faster than they can be read out.

use leptos::{ev::KeyboardEvent, prelude::*};

use super::{disclosure::DisclosureState, icon::Icon, toggle::Toggle};
use crate::text;

/// The place. A text that is added to it is read out.
#[component]
pub fn ChatAnnounced(
    /// What is being read out, each text with a number of its own.
    #[prop(into)]
    said: Signal<Vec<(u32, String)>>,
) -> impl IntoView {
    view! {
        <div class="visually-hidden chat-announced" aria-live="polite">
            <For each=move || said.get() key=|said: &(u32, String)| said.0 let:text>
                <p dir="auto">{text.1}</p>
            </For>
        </div>
    }
}

/// The chat's own menu: what each reader chooses for themselves.
#[component]
pub fn ChatMenu(
    /// Whether new messages are read out.
    #[prop(into)]
    is_read_out: Signal<bool>,
    /// Called with what is wanted.
    #[prop(into)]
    on_read_out: Callback<bool>,
) -> impl IntoView {
    let menu = DisclosureState::new(RwSignal::new(false));
    let on_key = move |event: KeyboardEvent| {
        if menu.close_on_escape(&event) {
            menu.focus_opener();
        }
    };
    view! {
        <button
            type="button"
            class="button quiet small icon-only chat-menu-opener needs-program"
            node_ref=menu.opener
            aria-expanded=move || menu.expanded()
            aria-controls="chat-menu"
            on:click=move |_| menu.toggle()
            on:keydown=on_key
        >
            <Icon name="settings" />
            <span class="visually-hidden">{text!(chat.options)}</span>
        </button>
        <div id="chat-menu" class="chat-menu" hidden=move || !menu.is_open.get() on:keydown=on_key>
            <Toggle
                label=text!(chat.read_out)
                hint=text!(chat.read_out_hint)
                checked=is_read_out
                on_change=on_read_out
            />
        </div>
    }
}
