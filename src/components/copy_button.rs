//! A button that copies something, and says whether it did.
//!
//! What it copies comes only when it is pressed, so that a secret need not be part of the page.

use std::{future::Future, pin::Pin, time::Duration};

use leptos::{prelude::*, task::spawn_local};

use super::icon::Icon;
use crate::text;

/// How long "Copied" stays.
const SAYS_SO_FOR: Duration = Duration::from_secs(2);

/// Copying under way; it ends with nothing, or with what to say.
pub type Copying = Pin<Box<dyn Future<Output = Result<(), String>>>>;

#[derive(Clone, Debug, Default, PartialEq, Eq)]
enum CopyState {
    #[default]
    Idle,
    Copying,
    Copied,
    Failed(String),
}

/// A button that copies something.
#[component]
pub fn CopyButton(
    /// What it copies, as in "Copy server address".
    #[prop(into)]
    label: String,
    /// Starts copying.
    #[prop(into)]
    on_copy: Callback<(), Copying>,
) -> impl IntoView {
    let state = RwSignal::new(CopyState::Idle);
    let is_copying = move || state.get() == CopyState::Copying;
    let copy = move |_| {
        // Disabled meanwhile, the button would lose the focus.
        if untrack(is_copying) {
            return;
        }
        state.set(CopyState::Copying);
        let copying = on_copy.run(());
        spawn_local(async move {
            let next = copying.await.map_or_else(CopyState::Failed, |()| CopyState::Copied);
            let _ = state.try_set(next);
        });
    };
    forget_after_a_while(state);
    let icon = move || if state.get() == CopyState::Copied { "check" } else { "copy" };
    let words = move || if state.get() == CopyState::Copied { text!(frame.copied).to_owned() } else { label.clone() };
    view! {
        <span class="copy">
            <button
                type="button"
                class="button"
                aria-busy=move || is_copying().then_some("true")
                on:click=copy
            >
                {move || view! { <Icon name=icon() /> }}
                <span aria-live="polite">{words}</span>
            </button>
            <span class="copy-failure" role="alert">
                {move || match state.get() {
                    CopyState::Failed(message) => Some(message),
                    _ => None,
                }}
            </span>
        </span>
    }
}

/// What was copied is forgotten, so that the button says again what it does.
fn forget_after_a_while(state: RwSignal<CopyState>) {
    Effect::new(move |_| {
        if state.get() != CopyState::Copied {
            return;
        }
        let handle = set_timeout_with_handle(
            move || {
                let _ = state.try_set(CopyState::Idle);
            },
            SAYS_SO_FOR,
        );
        on_cleanup(move || {
            if let Ok(handle) = handle {
                handle.clear();
            }
        });
    });
}
