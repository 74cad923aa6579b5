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
    let is_looking = RwSignal::new(false);
    let has_looked = RwSignal::new(false);
    let again = move |event: ev::SubmitEvent| {
        event.prevent_default();
        is_looking.set(true);
        has_looked.set(true);
        parts.refetch();
    };
    let progress = move || match (has_looked.get(), is_looking.get()) {
        (false, _) => "",
        (true, true) => text!(admin.looking),
        (true, false) => text!(admin.looked_again),
    };
    view! {
        <section class="stack" id="health" aria-labelledby="health-title">
            <div class="row spread">
                <h2 class="section-title" id="health-title">
                    {text!(admin.health)}
                </h2>
                // Without WASM, the page once more.
                <form method="get" action="/admin#health" class="row" on:submit=again>
                    <span class="muted" role="status">
                        {progress}
                    </span>
                    <button type="submit" class="button">
                        <Icon name="refresh-cw" />
                        {text!(admin.look_again)}
                    </button>
                </form>
            </div>
            <Transition fallback=|| view! { <Skeleton kind="panel" /> } set_pending=is_looking>
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
