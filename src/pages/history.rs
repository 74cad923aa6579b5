//! What was done to one's account lately: a section of the account page, to see what was not oneself.
//!
//! It is the account's own part of the audit log; what admins read of it besides is not in it.

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
    text,
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
                {text!(account.history)}
            </h2>
            <p class="muted">{text!(account.was_not_you)}</p>
            <Transition fallback=|| view! { <Skeleton kind="panel" /> }>
                {move || Suspend::new(async move { shown(history.await) })}
            </Transition>
        </section>
    }
}

fn shown(answer: Result<Page<AuditEntry>, ApiError>) -> AnyView {
    match answer {
        Ok(page) if page.items.is_empty() => view! { <p class="muted">{text!(account.no_history)}</p> }.into_any(),
        Ok(page) => view! { <AuditList entries=page.items reader=AuditReader::Owner /> }.into_any(),
        Err(error) => view! { <ErrorNote message=Some(error.message) /> }.into_any(),
    }
}
