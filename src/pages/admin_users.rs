//! Who has an account: a section of the page of admins. A plain form and plain links, so it works without WASM.

use leptos::prelude::*;
use leptos_router::{components::A, hooks::use_query_map};

use crate::{
    api::{
        admin::{ListedAccount, Page, list_users},
        error::ApiError,
    },
    components::{
        feedback::{ErrorNote, Skeleton},
        field::Field,
        user_list::UserList,
    },
    text,
};

/// The accounts, the newest first, and the way to one of them.
#[component]
pub fn UsersSection() -> impl IntoView {
    let query = use_query_map();
    // Not `search`, which the top of every page shows as what is looked for among streams.
    let user = Memo::new(move |_| query.read().get("user").filter(|name| !name.trim().is_empty()));
    let after = Memo::new(move |_| query.read().get("after"));
    let listing = Resource::new_blocking(move || (user.get(), after.get()), |(user, after)| list_users(user, after));
    view! {
        <section class="stack" id="users" aria-labelledby="users-title">
            <h2 class="section-title" id="users-title">
                {text!(admin.users)}
            </h2>
            <form method="get" action="/admin#users" class="list-filter" role="search" aria-label=text!(admin.users)>
                <Field
                    label=text!(admin.find_account)
                    name="user"
                    required=false
                    value=user.get_untracked().unwrap_or_default()
                />
                <button type="submit" class="button">
                    {text!(admin.find)}
                </button>
                {move || {
                    user.get().map(|_| view! { <a href="/admin#users" rel="external">{text!(admin.show_all)}</a> })
                }}
            </form>
            <Transition fallback=|| view! { <Skeleton kind="panel" /> }>
                {move || Suspend::new(async move { shown(listing.await, user.get_untracked()) })}
            </Transition>
        </section>
    }
    .into_any()
}

fn shown(answer: Result<Page<ListedAccount>, ApiError>, user: Option<String>) -> AnyView {
    match answer {
        Err(error) => view! { <ErrorNote message=Some(error.into_words()) /> }.into_any(),
        Ok(page) if page.items.is_empty() => view! {
            <p class="muted">{text!(admin.no_account)}</p>
        }
        .into_any(),
        Ok(page) => {
            let more = page.next.map(|after| {
                let fields = [("user", user.unwrap_or_default()), ("after", after)];
                let query = serde_urlencoded::to_string(fields).unwrap_or_default();
                view! {
                    <A href=format!("/admin?{query}#users") attr:class="button more">
                        {text!(admin.more_users)}
                    </A>
                }
            });
            view! {
                <div class="panel">
                    <UserList accounts=page.items />
                </div>
                {more}
            }
            .into_any()
        }
    }
}
