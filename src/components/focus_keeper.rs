//! A place whose buttons and fields change as things go on. Whoever works by keyboard is not thrown out of it when what
//! they were on goes away: they are on the place itself then, so that a key which is still down presses nothing new.

use leptos::{ev, html, prelude::*};

use super::focus::{focus_in_place, is_nowhere};

/// The place.
#[component]
pub fn FocusKeeper<T>(
    /// Its classes.
    class: &'static str,
    /// What is there changes with this.
    changes: Memo<T>,
    /// What is there.
    children: Children,
) -> impl IntoView
where
    T: PartialEq + Clone + Send + Sync + 'static,
{
    let place = NodeRef::<html::Div>::new();
    // What goes away leaves the focus nowhere, which is not told in every browser: it stays here until it is elsewhere.
    let is_here = RwSignal::new(false);
    let leave = move |event: ev::FocusEvent| {
        if event.related_target().is_some() {
            is_here.set(false);
        }
    };
    Effect::new(move |before: Option<T>| {
        let now = changes.get();
        if before.is_some_and(|before| before != now) && is_here.get_untracked() {
            request_animation_frame(move || go_on(place));
        }
        now
    });
    view! {
        <div class=class tabindex="-1" node_ref=place on:focusin=move |_| is_here.set(true) on:focusout=leave>
            {children()}
        </div>
    }
}

/// Puts the focus on the place, for what went away while it had it.
pub(super) fn go_on(place: NodeRef<html::Div>) {
    // Whoever reads something else meanwhile goes on reading it.
    if let Some(place) = place.try_get_untracked().flatten().filter(|_| is_nowhere()) {
        focus_in_place(&place);
    }
}
