//! Following a channel: how many do, and the button of a form that does.
//!
//! The form is the page's (`pages/follow.rs`), so that it works without WASM.

use leptos::{ev::MouseEvent, prelude::*};

use super::icon::Icon;
use crate::{language::numbers::grouped, text};

/// How many follow.
#[component]
pub fn FollowerCount(
    /// People.
    #[prop(into)]
    count: Signal<u32>,
) -> impl IntoView {
    let unit = move || text!(watch.followers, count = count.get());
    view! {
        <span class="follower-count">
            <span class="number" data-followers=move || count.get()>
                {move || grouped(count.get())}
            </span>
            {unit}
        </span>
    }
}

/// Sends the form that it stands in.
#[component]
pub fn FollowButton(
    /// One does already.
    #[prop(into)]
    is_following: Signal<bool>,
    /// It is on its way.
    #[prop(into)]
    is_busy: Signal<bool>,
) -> impl IntoView {
    let icon = move || if is_following.get() { "user-check" } else { "heart" };
    // Disabled while it is busy, the button would lose the focus.
    let send_once = move |event: MouseEvent| {
        if is_busy.get_untracked() {
            event.prevent_default();
        }
    };
    view! {
        <button
            type="submit"
            class="button follow-button"
            class:primary=move || !is_following.get()
            aria-disabled=move || is_busy.get().then_some("true")
            aria-busy=move || is_busy.get().then_some("true")
            on:click=send_once
        >
            {move || view! { <Icon name=icon() /> }}
            {move || if is_following.get() { text!(watch.unfollow) } else { text!(watch.follow) }}
        </button>
    }
}
