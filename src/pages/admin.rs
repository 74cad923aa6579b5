//! What admins have to see to: applications, users, and how the installation is. Every decision is a plain form, so it
//! works without WASM too.

use leptos::{either::EitherOf3, prelude::*};
use leptos_meta::Title;
use leptos_router::{components::A, hooks::use_query_map};

use super::{
    admin_parts::PartsSection,
    admin_users::UsersSection,
    dashboard::MissingParts,
    forms::{PostForm, explain, failure_of, typed_before},
    session::{Guard, Need},
};
use crate::{
    api::{
        admin::{Application, DecideApplication, Page, list_applications},
        error::ApiError,
    },
    components::{
        application::{ApplicationCard, choices},
        clicks::only_once,
        feedback::{EmptyState, ErrorNote, Skeleton},
        field::TextField,
        focus_keeper::FocusKeeper,
    },
    domain::application::Decision,
    text,
};

fn tabs() -> [(&'static str, &'static str); 4] {
    [
        ("PENDING", text!(apply.pending)),
        ("UNDER_REVIEW", text!(apply.under_review)),
        ("APPROVED", text!(apply.approved)),
        ("REJECTED", text!(apply.rejected)),
    ]
}

/// Applications to decide, users, and the parts of the installation.
#[component]
pub fn AdminPage() -> impl IntoView {
    view! {
        <Title text=text!(frame.administration) />
        <Guard need=Need::Admin>
            <div class="page stack admin-page">
                <MissingParts />
                <div class="row spread">
                    <h1 class="page-title">{text!(frame.administration)}</h1>
                    <A href="/admin/audit" attr:class="button">
                        {text!(audit.audit_log)}
                    </A>
                </div>
                <section class="stack" aria-labelledby="applications-title">
                    <h2 class="section-title" id="applications-title">
                        {text!(admin.applications)}
                    </h2>
                    <Applications />
                </section>
                <UsersSection />
                <PartsSection />
            </div>
        </Guard>
    }
}

#[component]
fn Applications() -> impl IntoView {
    let query = use_query_map();
    let tab = Memo::new(move |_| query.read().get("status").unwrap_or_else(|| "PENDING".to_owned()));
    let cursor = Memo::new(move |_| query.read().get("cursor"));
    // Which users are shown below: another tab changes nothing about them.
    let user = Memo::new(move |_| query.read().get("user").filter(|name| !name.trim().is_empty()));
    let decide = ServerAction::<DecideApplication>::new();
    let listing = Resource::new_blocking(
        move || (tab.get(), cursor.get(), decide.version().get()),
        |(status, cursor, _)| list_applications(Some(status), cursor),
    );
    let failure = failure_of(decide);
    // What is wrong with a decision is said above the list that it was about, and above no other.
    Effect::watch(move || (tab.get(), cursor.get()), move |_, _, _| decide.clear(), false);
    // The form is repeated on the page, so no field is named beside it.
    let message = Signal::derive(move || failure.get().map(|failure| explain(&failure)));
    let page = move || listing.get().and_then(Result::ok);
    let here = move || page().map(|page| page.items).unwrap_or_default();
    let next = move || page().and_then(|page| page.next);
    let changes = Memo::new(move |_| here().into_iter().map(|one| one.id).collect::<Vec<_>>());
    view! {
        <nav class="tabs" aria-label=text!(admin.applications_by_status)>
            {tabs()
                .map(|(status, label)| {
                    view! {
                        <a
                            href=move || address(status, None, user.get())
                            class="tab"
                            aria-current=move || (*tab.read() == status).then_some("page")
                        >
                            {label}
                        </a>
                    }
                })
                .collect_view()}
        </nav>
        <ErrorNote message />
        <Transition fallback=|| view! { <Skeleton kind="panel" /> }>
            <FocusKeeper class="stack" changes>
                {move || listing.get().map(beside_them)}
                // By their names: what somebody writes about one of them stays with that one.
                <For each=here key=|one| (one.id.clone(), one.status.as_str()) let:application>
                    <Deciding application decide />
                </For>
                {move || next().map(|cursor| more(tab.get_untracked(), cursor, user))}
            </FocusKeeper>
        </Transition>
    }
}

/// Where the applications of that status are, from `cursor` on, beside the users whose names hold `user`.
fn address(status: &str, cursor: Option<String>, user: Option<String>) -> String {
    let fields = [("status", Some(status.to_owned())), ("cursor", cursor), ("user", user)];
    let fields: Vec<_> = fields.into_iter().filter_map(|(name, value)| Some((name, value?))).collect();
    format!("/admin?{}", serde_urlencoded::to_string(&fields).unwrap_or_default())
}

/// What is said instead of applications: why they are not here, or that there are none.
fn beside_them(answer: Result<Page<Application>, ApiError>) -> impl IntoView {
    match answer {
        Err(error) => EitherOf3::A(view! { <ErrorNote message=Some(error.message) /> }),
        Ok(page) if page.items.is_empty() => EitherOf3::B(view! {
            <EmptyState icon="shield" title=text!(admin.no_application)>
                <p>{text!(admin.no_application_hint)}</p>
            </EmptyState>
        }),
        Ok(_) => EitherOf3::C(()),
    }
}

fn more(tab: String, cursor: String, user: Memo<Option<String>>) -> impl IntoView {
    let href = move || address(&tab, Some(cursor.clone()), user.get());
    view! {
        <A href attr:class="button more">
            {text!(admin.more_applications)}
        </A>
    }
}

#[component]
fn Deciding(application: Application, decide: ServerAction<DecideApplication>) -> impl IntoView {
    let id = application.id.0.clone();
    let buttons = choices(application.status)
        .into_iter()
        .map(|decision| {
            let id = id.clone();
            if matches!(decision, Decision::Reject | Decision::Revoke) {
                view! { <WithReason id decision decide /> }.into_any()
            } else {
                view! { <AtOnce id decision decide /> }.into_any()
            }
        })
        .collect_view();
    view! {
        <ApplicationCard application>
            <div class="decisions">{buttons}</div>
        </ApplicationCard>
    }
}

#[component]
fn AtOnce(id: String, decision: Decision, decide: ServerAction<DecideApplication>) -> impl IntoView {
    let (label, class) = match decision {
        Decision::Approve => (text!(admin.approve), "button primary"),
        _ => (text!(admin.review), "button"),
    };
    view! {
        <PostForm action=decide>
            <input type="hidden" name="id" value=id />
            <input type="hidden" name="decision" value=decision.as_str() />
            <button
                type="submit"
                class=class
                aria-busy=move || decide.pending().get().then_some("true")
                on:click=only_once
            >
                {label}
            </button>
        </PostForm>
    }
}

#[component]
fn WithReason(id: String, decision: Decision, decide: ServerAction<DecideApplication>) -> impl IntoView {
    let (label, hint) = match decision {
        Decision::Revoke => (text!(admin.revoke), text!(admin.revoke_hint)),
        _ => (text!(admin.reject), text!(admin.reject_hint)),
    };
    // The form has come back from the server: what was written in it is there again.
    let has_failed = failure_of(decide).with_untracked(Option::is_some);
    let reason = if has_failed && typed_before("id") == id { typed_before("reason") } else { String::new() };
    let is_open = !reason.is_empty();
    view! {
        <details class="with-reason" open=is_open>
            <summary class="button">{label}</summary>
            <PostForm action=decide class="stack">
                <input type="hidden" name="id" value=id.clone() />
                <input type="hidden" name="decision" value=decision.as_str() />
                <TextField label=text!(apply.reason) name="reason" id=format!("reason-{id}") rows=3 hint=hint value=reason />
                <button
                    type="submit"
                    class="button danger"
                    aria-busy=move || decide.pending().get().then_some("true")
                    on:click=only_once
                >
                    {label.trim_end_matches('…').trim_end()}
                </button>
            </PostForm>
        </details>
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_has_what_is_asked_for_and_no_more() {
        let some = |text: &str| Some(text.to_owned());
        assert_eq!(address("PENDING", None, None), "/admin?status=PENDING");
        assert_eq!(address("APPROVED", None, some("a b")), "/admin?status=APPROVED&user=a+b");
        assert_eq!(address("REJECTED", some("x"), some("ann")), "/admin?status=REJECTED&cursor=x&user=ann");
    }
}
