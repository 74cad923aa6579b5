//! The chat beside the other things of a page; on a phone, where there is no room beside, a sheet above them that a
//! button opens.

use leptos::{ev::KeyboardEvent, html, prelude::*};

use super::icon::Icon;
use crate::text;

/// Its children are beside the page, or in a sheet above it.
#[component]
pub fn ChatSheet(
    /// The chat.
    children: Children,
) -> impl IntoView {
    let is_open = RwSignal::new(false);
    let opener = NodeRef::<html::Button>::new();
    let closer = NodeRef::<html::Button>::new();
    let set = move |open: bool| {
        is_open.set(open);
        // The focus goes along, once the button that it goes to is there to be seen.
        request_animation_frame(move || {
            let button = if open { closer } else { opener };
            if let Some(button) = button.try_get_untracked().flatten() {
                drop(button.focus());
            }
        });
    };
    let on_key = move |event: KeyboardEvent| {
        if event.key() == "Escape" && !event.default_prevented() && is_open.get_untracked() {
            set(false);
        }
    };
    view! {
        <button
            type="button"
            class="button chat-sheet-opener"
            node_ref=opener
            aria-expanded=move || if is_open.get() { "true" } else { "false" }
            aria-controls="chat-sheet"
            on:click=move |_| set(true)
        >
            <Icon name="message-square" />
            {text!(chat.title)}
        </button>
        <div id="chat-sheet" class="chat-sheet" data-open=move || is_open.get().then_some("true") on:keydown=on_key>
            <button
                type="button"
                class="button quiet small icon-only chat-sheet-closer"
                node_ref=closer
                on:click=move |_| set(false)
            >
                <Icon name="x" />
                <span class="visually-hidden">{text!(chat.close)}</span>
            </button>
            {children()}
        </div>
    }
    .into_any()
}
