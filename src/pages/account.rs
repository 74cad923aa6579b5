//! One's account: who one is, where one is signed in, and signing out of each.

use leptos::prelude::*;
use leptos_meta::Title;
use leptos_router::components::A;

use super::session::{Guard, Need, SignOutForm, use_session};
use crate::{
    api::{
        account::{EndSessions, list_sessions},
        auth::Account,
        error::ApiError,
    },
    components::{
        avatar::Avatar,
        feedback::{ErrorNote, Skeleton},
        sessions::SessionList,
    },
    domain::{account::Session, id::SessionId, page::Page},
};

/// One's account.
#[component]
pub fn AccountPage() -> impl IntoView {
    view! {
        <Title text="Account" />
        <Guard need=Need::Account>
            <div class="page narrow stack">
                <h1 class="page-title">"Account"</h1>
                <Identity />
                <Sessions />
            </div>
        </Guard>
    }
    .into_any()
}

#[component]
fn Identity() -> impl IntoView {
    let session = use_session();
    view! {
        <Transition fallback=|| view! { <Skeleton kind="row" /> }>
            {move || Suspend::new(async move {
                session.account.await.map(|account| view! { <IdentityPanel account /> })
            })}
        </Transition>
    }
    .into_any()
}

#[component]
fn IdentityPanel(account: Account) -> impl IntoView {
    let Account { username, email, is_admin, is_creator, .. } = account;
    view! {
        <section class="panel identity">
            <Avatar username=username.clone() />
            <div class="row-words">
                <p class="row-title">
                    {username.clone()} {is_admin.then(|| view! { <span class="tag">"Admin"</span> })}
                    {is_creator.then(|| view! { <span class="tag">"Creator"</span> })}
                </p>
                <p class="muted small">{email}</p>
                {if is_creator {
                    view! { <A href=format!("/watch/{username}")>"Your watch page"</A> }.into_any()
                } else {
                    view! { <A href="/apply">"Become a creator"</A> }.into_any()
                }}
            </div>
            <SignOutForm />
        </section>
    }
    .into_any()
}

#[component]
fn Sessions() -> impl IntoView {
    let end = ServerAction::<EndSessions>::new();
    let sessions = Resource::new(move || end.version().get(), |_| list_sessions(None));
    let failure = Signal::derive(move || end.value().get().and_then(Result::err).map(|error| error.message));
    view! {
        <section class="panel stack">
            <div class="row spread">
                <h2 class="section-title">"Where you are signed in"</h2>
                <button
                    type="button"
                    class="button"
                    disabled=end.pending()
                    on:click=move |_| drop(end.dispatch(EndSessions { id: None }))
                >
                    "Sign out everywhere else"
                </button>
            </div>
            <ErrorNote message=failure />
            <Transition fallback=|| view! { <Skeleton kind="panel" /> }>
                {move || Suspend::new(async move { shown(sessions.await, end) })}
            </Transition>
        </section>
    }
    .into_any()
}

fn shown(answer: Result<Page<Session>, ApiError>, end: ServerAction<EndSessions>) -> impl IntoView {
    let on_end = Callback::new(move |id: SessionId| drop(end.dispatch(EndSessions { id: Some(id.0) })));
    match answer {
        Ok(page) => view! { <SessionList sessions=page.items on_end busy=end.pending() /> }.into_any(),
        Err(error) => view! { <ErrorNote message=Some(error.message) /> }.into_any(),
    }
}
