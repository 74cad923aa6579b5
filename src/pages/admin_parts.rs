//! How the parts of the installation are: a section of `/admin`.
//!
//! It reads and looks again without WASM. What was found serves for some seconds; a press of the button asks anew.

use leptos::{ev, prelude::*};
use leptos_router::hooks::use_query_map;

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

/// In the address of the page, when the parts are to be asked now.
const LOOK: &str = "look";
/// What else stands there: which applications and which users the page shows. Looking changes nothing about them.
const KEPT: [&str; 4] = ["status", "cursor", "user", "after"];

/// Each part, as it was some seconds before the page was asked for at most, and as it is when somebody looks again.
#[component]
pub fn PartsSection() -> impl IntoView {
    let is_looking = RwSignal::new(false);
    let has_looked = RwSignal::new(false);
    // So the form below asks when there is no WASM.
    let (is_asked, kept) = use_query_map().with_untracked(|query| {
        let kept: Vec<_> = KEPT.into_iter().filter_map(|name| Some((name, query.get(name)?))).collect();
        (query.get(LOOK).is_some(), kept)
    });
    let kept = kept.into_iter().map(|(name, value)| view! { <input type="hidden" name=name value=value /> });
    let parts =
        Resource::new_blocking(|| (), move |()| list_parts((is_asked || has_looked.get_untracked()).then_some(true)));
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
                    <input type="hidden" name=LOOK value="again" />
                    {kept.collect_view()}
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
