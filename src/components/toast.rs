//! Short messages for what has no place of its own on the page. They go by themselves, but not while somebody
//! points at them or has the focus in them. Whoever sends one away is among the others then.

use std::time::Duration;

use leptos::{html, prelude::*};

use super::{focus::focus_in_place, icon::Icon};
use crate::text;

const STAY: Duration = Duration::from_secs(6);

/// What a message is about.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ToastKind {
    /// Something happened.
    Info,
    /// Something worked.
    Success,
    /// Something failed.
    Failure,
}

#[derive(Clone, Debug, PartialEq, Eq)]
struct Toast {
    id: u32,
    message: String,
    kind: ToastKind,
}

/// The messages on the screen.
#[derive(Clone, Copy)]
pub struct Toasts {
    list: RwSignal<Vec<Toast>>,
    count: StoredValue<u32>,
}

impl Toasts {
    fn new() -> Self {
        Self { list: RwSignal::new(Vec::new()), count: StoredValue::new(0) }
    }

    /// Shows a message.
    pub fn say(self, message: impl Into<String>, kind: ToastKind) {
        self.count.update_value(|count| *count += 1);
        let toast = Toast { id: self.count.get_value(), message: message.into(), kind };
        self.list.update(|list| list.push(toast));
    }

    fn remove(self, id: u32) {
        // The page may be gone when the time is up.
        let _ = self.list.try_update(|list| list.retain(|toast| toast.id != id));
    }
}

/// Gives every view below it [`use_toasts`].
pub fn provide_toasts() {
    provide_context(Toasts::new());
}

/// The messages on the screen. Call it while rendering, not in a handler.
pub fn use_toasts() -> Toasts {
    use_context::<Toasts>().unwrap_or_else(Toasts::new)
}

/// Where the messages appear: once, at the end of the page.
#[component]
pub fn ToastHost() -> impl IntoView {
    let toasts = use_toasts();
    let place = NodeRef::<html::Div>::new();
    view! {
        <div class="toasts" role="status" aria-live="polite" tabindex="-1" node_ref=place>
            <For each=move || toasts.list.get() key=|toast| toast.id let:toast>
                <ToastView toast toasts place />
            </For>
        </div>
    }
}

#[component]
fn ToastView(toast: Toast, toasts: Toasts, place: NodeRef<html::Div>) -> impl IntoView {
    let is_pointed_at = RwSignal::new(false);
    let is_focused = RwSignal::new(false);
    let id = toast.id;
    Effect::new(move |_| {
        if is_pointed_at.get() || is_focused.get() {
            return;
        }
        let handle = set_timeout_with_handle(move || toasts.remove(id), STAY);
        on_cleanup(move || {
            if let Ok(handle) = handle {
                handle.clear();
            }
        });
    });
    let dismiss = move |_| {
        if let Some(place) = place.try_get_untracked().flatten() {
            focus_in_place(&place);
        }
        toasts.remove(id);
    };
    let (icon, kind) = match toast.kind {
        ToastKind::Info => ("info", "info"),
        ToastKind::Success => ("circle-check", "success"),
        ToastKind::Failure => ("triangle-alert", "failure"),
    };
    view! {
        <div
            class="toast"
            data-kind=kind
            on:mouseenter=move |_| is_pointed_at.set(true)
            on:mouseleave=move |_| is_pointed_at.set(false)
            on:focusin=move |_| is_focused.set(true)
            on:focusout=move |_| is_focused.set(false)
        >
            <Icon name=icon />
            <span class="toast-message">{toast.message}</span>
            <button type="button" class="button quiet icon-only" on:click=dismiss>
                <Icon name="x" />
                <span class="visually-hidden">{text!(frame.dismiss)}</span>
            </button>
        </div>
    }
}
