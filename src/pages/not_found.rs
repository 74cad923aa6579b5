//! There is no such page. The server answers it with status 404.

use leptos::prelude::*;
use leptos_meta::Title;

use super::status::answer_with;
use crate::components::feedback::EmptyState;

/// There is no such page.
#[component]
pub fn NotFoundPage() -> impl IntoView {
    answer_with(404);
    view! {
        <Title text="Not found" />
        <div class="page narrow">
            <h1 class="visually-hidden">"Not found"</h1>
            <EmptyState icon="wifi-off" title="There is nothing at this address">
                <p>"The link may be old, or mistyped."</p>
                <a class="button primary" href="/">
                    "See who is live"
                </a>
            </EmptyState>
        </div>
    }
    .into_any()
}
