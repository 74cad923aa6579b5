//! `/admin/audit`: who did what on this server, the newest first, of everybody or of one account.
//!
//! Plain links and a plain form, so it reads without WASM, and an address can be passed on to another admin.

use leptos::prelude::*;
use leptos_meta::Title;
use leptos_router::{components::A, hooks::use_query_map};

use super::session::{Guard, Need};
use crate::{
    api::{
        admin::{AuditEntry, Page, list_audit},
        error::ApiError,
    },
    components::{
        audit::{AuditList, AuditReader},
        feedback::{EmptyState, ErrorNote, Skeleton},
        list_filter::ListFilter,
    },
    text,
};

/// The audit log.
#[component]
pub fn AuditPage() -> impl IntoView {
    view! {
        <Title text=text!(audit.audit_log) />
        <Guard need=Need::Admin>
            <div class="page stack">
                <div class="row spread">
                    <h1 class="page-title">{text!(audit.audit_log)}</h1>
                    <A href="/admin" attr:class="button">
                        {text!(frame.administration)}
                    </A>
                </div>
                <p class="muted">{text!(audit.what_it_holds)}</p>
                <Entries />
            </div>
        </Guard>
    }
}

#[component]
fn Entries() -> impl IntoView {
    let query = use_query_map();
    let username = Memo::new(move |_| query.read().get("username").filter(|name| !name.trim().is_empty()));
    let cursor = Memo::new(move |_| query.read().get("cursor"));
    let listing = Resource::new_blocking(
        move || (username.get(), cursor.get()),
        |(username, cursor)| list_audit(username, cursor),
    );
    view! {
        <ListFilter
            action="/admin/audit"
            list=text!(audit.entries)
            label=text!(audit.of_one_account)
            name="username"
            value=Signal::derive(move || username.get().unwrap_or_default())
            submit=text!(frame.show)
        >
            {move || username.get().map(|_| view! { <A href="/admin/audit">{text!(frame.show_all)}</A> })}
        </ListFilter>
        <Transition fallback=|| view! { <Skeleton kind="panel" /> }>
            {move || Suspend::new(async move { shown(listing.await, username.get_untracked()) })}
        </Transition>
    }
}

fn shown(answer: Result<Page<AuditEntry>, ApiError>, username: Option<String>) -> AnyView {
    match answer {
        Err(error) => {
            let message = error.field("username").unwrap_or(error.message);
            view! { <ErrorNote message=Some(message) /> }.into_any()
        }
        Ok(page) if page.items.is_empty() => view! {
            <EmptyState icon="shield" title=text!(audit.nothing_here)>
                <p>{text!(audit.nothing_happened)}</p>
            </EmptyState>
        }
        .into_any(),
        Ok(page) => {
            let more = page.next.map(|cursor| {
                let fields = [("username", username.unwrap_or_default()), ("cursor", cursor)];
                let query = serde_urlencoded::to_string(fields).unwrap_or_default();
                view! {
                    <A href=format!("/admin/audit?{query}") attr:class="button more">
                        {text!(audit.earlier_ones)}
                    </A>
                }
            });
            view! {
                <section class="panel" aria-label=text!(audit.entries)>
                    <AuditList entries=page.items reader=AuditReader::Admin />
                </section>
                {more}
            }
            .into_any()
        }
    }
}
