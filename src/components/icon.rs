//! An icon of the sprite, which is Lucide's, made at build time, and at the end of every document. It is decoration:
//! the words beside it, or the accessible name of the button around it, say what it means.

use leptos::prelude::*;

/// The icon of that name, as large as the text beside it.
#[component]
pub fn Icon(
    /// The name in the sprite.
    #[prop(into)]
    name: &'static str,
) -> impl IntoView {
    view! {
        <svg class="icon" width="20" height="20" aria-hidden="true">
            <use href=format!("#icon-{name}") />
        </svg>
    }
}
