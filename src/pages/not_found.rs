//! There is no such page: what is said at an address that leads nowhere.
//!
//! The server answers it with status 404. A channel that there is not says the same (`watch.rs`).

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
            <EmptyState icon="circle-help" title=text!(frame.nothing_here)>
                <p>{text!(frame.link_may_be_old)}</p>
                <a class="button primary" href="/">
                    {text!(frame.see_who_is_live)}
                </a>
            </EmptyState>
        </div>
    }
}
