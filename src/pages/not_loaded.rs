//! A page whose data did not come: its heading, why, and a way to try again. It stands in place of the page.

use leptos::prelude::*;
use leptos_meta::Title;

use crate::{components::stream_panel::LoadFailure, text};

/// The data of a page did not come.
#[component]
pub fn NotLoadedPage(
    /// Why.
    #[prop(into)]
    message: String,
    /// Loads it again.
    #[prop(into)]
    on_retry: Callback<()>,
) -> impl IntoView {
    view! {
        <Title text=text!(frame.not_loaded) />
        <div class="page narrow stack">
            <h1 class="page-title">{text!(frame.not_loaded)}</h1>
            <LoadFailure message on_retry />
        </div>
    }
}
