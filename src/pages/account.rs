//! `/account`: who one is, and all that can be changed about it.
//!
//! Each section is a file of its own with a form of its own, so that what fails in one leaves what is typed in the
//! others. What one section changes and another shows goes through the session (`session.rs`).

use leptos::prelude::*;
use leptos_meta::Title;
use leptos_router::components::A;

use super::{
    address::AddressSection,
    delete_account::DeleteSection,
    history::HistorySection,
    password::PasswordSection,
    portrait::PortraitSection,
    profile::ProfileSection,
    session::{Guard, Need, SignOutForm, use_session},
    sessions::SessionsSection,
};
use crate::{
    api::{
        account::{ChangePassword, account},
        auth::Account,
        error::ApiError,
    },
    components::{
        avatar::Avatar,
        feedback::{ErrorNote, Skeleton},
        language_choice::LanguageSection,
        person::PersonName,
    },
    text,
};

/// One's account.
#[component]
pub fn AccountPage() -> impl IntoView {
    view! {
        <Title text=text!(account.title) />
        <Guard need=Need::Account>
            <div class="page narrow stack">
                <h1 class="page-title">{text!(account.title)}</h1>
                <Identity />
                <PortraitSection />
                <Sections />
            </div>
        </Guard>
    }
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
}

#[component]
fn IdentityPanel(account: Account) -> impl IntoView {
    let Account { username, display_name, email, is_admin, is_creator, picture, .. } = account;
    view! {
        <section class="panel identity" aria-label=text!(account.you)>
            <Avatar username=username.clone() picture />
            <div class="row-words">
                <p class="row-title">
                    <PersonName username=username.clone() display_name />
                    {is_admin.then(|| view! { <span class="tag">{text!(account.admin)}</span> })}
                    {is_creator.then(|| view! { <span class="tag">{text!(account.creator)}</span> })}
                </p>
                <p class="muted small">{email}</p>
                {if is_creator {
                    view! { <A href=format!("/watch/{username}")>{text!(account.watch_page)}</A> }.into_any()
                } else {
                    view! { <A href="/apply">{text!(apply.title)}</A> }.into_any()
                }}
            </div>
            <SignOutForm />
        </section>
    }
}

/// What can be changed. Loaded once for each visit of the page: what is being typed is not replaced by what was saved.
#[component]
fn Sections() -> impl IntoView {
    let loaded = Resource::new_blocking(|| (), |()| account());
    // A new password signs out everywhere else, which the list of sessions shows.
    let change_password = ServerAction::<ChangePassword>::new();
    view! {
        <Transition fallback=|| view! { <Skeleton kind="panel" /> }>
            {move || Suspend::new(async move { forms(loaded.await, change_password) })}
        </Transition>
        // Not within what waits for the account: what it waits for itself would not be found again in the browser.
        <SessionsSection also_after=change_password />
        <HistorySection also_after=change_password />
        <LanguageSection />
        <Transition fallback=|| view! { <Skeleton kind="panel" /> }>
            {move || Suspend::new(async move {
                let account = loaded.await.ok();
                account.map(|Account { username, is_creator, .. }| view! { <DeleteSection username is_creator /> })
            })}
        </Transition>
    }
}

fn forms(answer: Result<Account, ApiError>, change_password: ServerAction<ChangePassword>) -> impl IntoView {
    let account = match answer {
        Ok(account) => account,
        Err(error) => return view! { <ErrorNote message=Some(error.message) /> }.into_any(),
    };
    let (username, email) = (account.username.clone(), account.email.clone());
    view! {
        <ProfileSection account />
        <AddressSection email />
        <PasswordSection action=change_password username />
    }
    .into_any()
}
