//! What was done to one's account lately: a section of the account page, to see what was not oneself.

use leptos::prelude::*;

use crate::{
    api::{
        account::{ChangePassword, list_history},
        error::ApiError,
    },
    components::{
        audit::{AuditList, AuditReader},
        feedback::{ErrorNote, Skeleton},
    },
    domain::{audit::AuditEntry, page::Page},
};

/// The newest entries.
#[component]
pub fn HistorySection(
    /// Adds one: the list is asked for again after it.
    also_after: ServerAction<ChangePassword>,
) -> impl IntoView {
    let history = Resource::new(move || also_after.version().get(), |_| list_history(None));
    view! {
        <section class="panel stack" aria-labelledby="history-title">
            <h2 class="section-title" id="history-title">
                "What happened to your account"
            </h2>
            <p class="muted">
                "Was one of these not you? Change your password: it signs everybody else out. Then make a new stream key."
            </p>
            <Transition fallback=|| view! { <Skeleton kind="panel" /> }>
                {move || Suspend::new(async move { shown(history.await) })}
            </Transition>
        </section>
    }
    .into_any()
}

fn shown(answer: Result<Page<AuditEntry>, ApiError>) -> AnyView {
    match answer {
        Ok(page) if page.items.is_empty() => view! { <p class="muted">"Nothing yet."</p> }.into_any(),
        Ok(page) => view! { <AuditList entries=page.items reader=AuditReader::Owner /> }.into_any(),
        Err(error) => view! { <ErrorNote message=Some(error.message) /> }.into_any(),
    }
}
