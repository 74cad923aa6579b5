//! What the installation lacks: what does not work for want of it, and how to get it.
//!
//! One banner for all of it, and none while nothing is missing.

use leptos::prelude::*;

use super::icon::Icon;
use crate::{domain::setup::MissingPart, text};

/// One banner for all that is missing; nothing while nothing is.
#[component]
pub fn SetupBanner(
    /// What is missing.
    #[prop(into)]
    parts: Signal<Vec<MissingPart>>,
) -> impl IntoView {
    view! {
        {move || {
            let parts = parts.get();
            (!parts.is_empty())
                .then(|| {
                    view! {
                        <aside class="banner" aria-label=text!(frame.missing_parts)>
                            <Icon name="triangle-alert" />
                            <ul class="banner-list">{parts.into_iter().map(missing).collect_view()}</ul>
                        </aside>
                    }
                })
        }}
    }
}

fn missing(part: MissingPart) -> impl IntoView {
    view! {
        <li>
            <p>
                <strong>{part.name}</strong>
                " "
                {part.consequence}
            </p>
            <p class="banner-remedy">{part.remedy}</p>
        </li>
    }
}
