//! How the parts of the installation are: a section of the page of admins, which reads without WASM.

use leptos::{ev, prelude::*};

use crate::{
    api::{
        admin::{Part, list_parts},
        error::ApiError,
    },
    components::{
        feedback::{ErrorNote, Skeleton},
        icon::Icon,
        part_list::PartList,
    },
    text,
};

/// Each part, as it was when the page was asked for.
#[component]
pub fn PartsSection() -> impl IntoView {
    let parts = Resource::new_blocking(|| (), |()| list_parts());
    let again = move |event: ev::MouseEvent| {
        event.prevent_default();
        parts.refetch();
    };
    view! {
        <section class="stack" id="health" aria-labelledby="health-title">
            <div class="row spread">
                <h2 class="section-title" id="health-title">
                    {text!(admin.health)}
                </h2>
                // Without WASM, the page once more.
                <a class="button" href="/admin" on:click=again>
                    <Icon name="refresh-cw" />
                    {text!(admin.look_again)}
                </a>
            </div>
            <Transition fallback=|| view! { <Skeleton kind="panel" /> }>
                {move || Suspend::new(async move { shown(parts.await) })}
            </Transition>
        </section>
    }
    .into_any()
}

fn shown(answer: Result<Vec<Part>, ApiError>) -> AnyView {
    match answer {
        Err(error) => view! { <ErrorNote message=Some(error.message) /> }.into_any(),
        Ok(parts) => view! {
            <div class="panel">
                <PartList parts />
            </div>
        }
        .into_any(),
    }
}
