//! There is no such page. The server answers it with status 404.

use leptos::prelude::*;
use leptos_meta::Title;

use super::status::answer_with;
use crate::{components::feedback::EmptyState, text};

/// There is no such page.
#[component]
pub fn NotFoundPage() -> impl IntoView {
    answer_with(404);
    view! {
        <Title text=text!(frame.not_found) />
        <div class="page narrow">
            <h1 class="visually-hidden">{text!(frame.not_found)}</h1>
            <EmptyState icon="wifi-off" title=text!(frame.nothing_here)>
                <p>{text!(frame.link_may_be_old)}</p>
                <a class="button primary" href="/">
                    {text!(frame.see_who_is_live)}
                </a>
            </EmptyState>
        </div>
    }
    .into_any()
}
