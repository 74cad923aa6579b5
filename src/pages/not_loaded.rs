//! A page whose data did not come: its heading, why, and a way to try again.
//!
//! It stands in place of the page, whose title it takes too, and never beside a part of it: what fails within a page
//! says so where it is (`components/feedback.rs`).

use leptos::prelude::*;
use leptos_meta::Title;

use crate::{components::feedback::LoadFailure, text};

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
