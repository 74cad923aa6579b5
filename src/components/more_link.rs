//! The link at the end of a list to what comes below.
//!
//! It is a page of its own without WASM; with it, the list grows. A failure is said beside it, and the link stays.

use leptos::{ev::MouseEvent, prelude::*};

use super::feedback::ErrorNote;
use crate::text;

/// How adding what comes below goes.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum Growth {
    /// Nobody asked for it.
    #[default]
    Idle,
    /// On its way.
    Loading,
    /// Not here, with the reason and what to do.
    Failed(String),
}

impl Growth {
    /// Why it is not here.
    pub fn failure(self) -> Option<String> {
        match self {
            Self::Failed(message) => Some(message),
            Self::Idle | Self::Loading => None,
        }
    }
}

/// The link, and why it led nowhere.
#[component]
pub fn MoreLink(
    /// What there is more of.
    label: &'static str,
    /// The page that shows it.
    #[prop(into)]
    href: Signal<String>,
    /// How it goes.
    #[prop(into)]
    growth: Signal<Growth>,
    /// Called to add it to the list.
    #[prop(into)]
    on_more: Callback<()>,
) -> impl IntoView {
    let is_loading = Memo::new(move |_| growth.with(|growth| *growth == Growth::Loading));
    let failure = Signal::derive(move || growth.get().failure());
    let on_click = move |event: MouseEvent| {
        // In a tab of its own it is a page of its own.
        if event.ctrl_key() || event.meta_key() || event.shift_key() || event.alt_key() {
            return;
        }
        event.prevent_default();
        if !is_loading.get_untracked() {
            on_more.run(());
        }
    };
    view! {
        <div class="more-slot">
            <ErrorNote message=failure />
            <a class="button more" href=href aria-disabled=move || is_loading.get().then_some("true") on:click=on_click>
                {move || if is_loading.get() { text!(frame.loading) } else { label }}
            </a>
        </div>
    }
}
