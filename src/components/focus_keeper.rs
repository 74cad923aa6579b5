//! A place whose buttons and fields change as things go on. Whoever works by keyboard is not thrown out of it when what
//! they were on goes away: they are on the place itself then, so that a key which is still down presses nothing new.

use leptos::{ev, html, prelude::*, web_sys::FocusOptions};

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
    .into_any()
}

fn go_on(place: NodeRef<html::Div>) {
    let is_nowhere = document().active_element().is_none_or(|element| element.tag_name() == "BODY");
    let Some(place) = place.get_untracked().filter(|_| is_nowhere) else { return };
    let options = FocusOptions::new();
    // Whoever reads something else meanwhile goes on reading it.
    options.set_prevent_scroll(true);
    // Of a place that went away in this very moment nothing needs to be said.
    let _ = place.focus_with_options(&options);
}
