//! A switch: on or off, takes effect at once.
//!
//! It shows what it is given and tells what is wanted; whoever saves moves it back when that fails. Words beside it say
//! what it switches.

use leptos::prelude::*;

/// A switch with its label and what it does.
#[component]
pub fn Toggle(
    /// What it switches.
    #[prop(into)]
    label: String,
    /// What that means.
    #[prop(optional, into)]
    hint: Option<String>,
    /// On or off.
    #[prop(into)]
    checked: Signal<bool>,
    /// The change is on its way.
    #[prop(optional, into)]
    busy: Signal<bool>,
    /// It cannot be changed now.
    #[prop(optional, into)]
    disabled: Signal<bool>,
    /// Called with what is wanted.
    #[prop(into)]
    on_change: Callback<bool>,
) -> impl IntoView {
    view! {
        <button
            type="button"
            class="toggle"
            role="switch"
            aria-checked=move || if checked.get() { "true" } else { "false" }
            aria-busy=move || busy.get().then_some("true")
            disabled=disabled
            on:click=move |_| on_change.run(!checked.get_untracked())
        >
            <span class="toggle-text">
                <span class="toggle-label">{label}</span>
                {hint.map(|text| view! { <span class="toggle-hint">{text}</span> })}
            </span>
            <span class="toggle-track" aria-hidden="true">
                <span class="toggle-thumb"></span>
            </span>
        </button>
    }
}
