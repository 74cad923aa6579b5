//! Who has an account: a section of `/admin`, the newest first, or those whose names hold what is looked for.
//!
//! A plain form and plain links, so it works without WASM. They keep which applications the same page shows.

use leptos::prelude::*;
use leptos_router::{components::A, hooks::use_query_map};

use crate::{
    api::{
        admin::{ListedAccount, Page, list_users},
        error::ApiError,
    },
    components::{
        feedback::{ErrorNote, Skeleton},
        list_filter::ListFilter,
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
    // Which applications are shown above: looking for somebody changes nothing about them.
    let status = Memo::new(move |_| query.read().get("status"));
    let listing = Resource::new_blocking(move || (user.get(), after.get()), |(user, after)| list_users(user, after));
    let whole_list = move || {
        let href = address(status.get(), None, None);
        user.get().map(|_| view! { <a href=href rel="external">{text!(frame.show_all)}</a> })
    };
    view! {
        <section class="stack" id="users" aria-labelledby="users-title">
            <h2 class="section-title" id="users-title">
                {text!(admin.users)}
            </h2>
            <ListFilter
                action="/admin#users"
                list=text!(admin.users)
                label=text!(admin.find_account)
                name="user"
                value=Signal::derive(move || user.get().unwrap_or_default())
                submit=text!(admin.find)
                kept=Signal::derive(move || status.get().map(|status| ("status", status)))
            >
                {whole_list}
            </ListFilter>
            <Transition fallback=|| view! { <Skeleton kind="panel" /> }>
                {move || Suspend::new(async move {
                    let answer = listing.await;
                    shown(answer, status, user.get_untracked())
                })}
            </Transition>
        </section>
    }
}

/// Where the users are, beside applications of that status: those whose names hold `user`, from `after` on.
fn address(status: Option<String>, user: Option<String>, after: Option<String>) -> String {
    let fields = [("status", status), ("user", user), ("after", after)];
    let fields: Vec<_> = fields.into_iter().filter_map(|(name, value)| Some((name, value?))).collect();
    let query = serde_urlencoded::to_string(&fields).unwrap_or_default();
    if query.is_empty() { "/admin#users".to_owned() } else { format!("/admin?{query}#users") }
}

fn shown(answer: Result<Page<ListedAccount>, ApiError>, status: Memo<Option<String>>, user: Option<String>) -> AnyView {
    match answer {
        Err(error) => view! { <ErrorNote message=Some(error.into_words()) /> }.into_any(),
        Ok(page) if page.items.is_empty() => view! {
            <p class="muted">{text!(admin.no_account)}</p>
        }
        .into_any(),
        Ok(page) => {
            let more = page.next.map(|after| {
                let href = move || address(status.get(), user.clone(), Some(after.clone()));
                view! {
                    <A href attr:class="button more">
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_has_what_is_asked_for_and_no_more() {
        let some = |text: &str| Some(text.to_owned());
        assert_eq!(address(None, None, None), "/admin#users");
        assert_eq!(address(some("APPROVED"), None, None), "/admin?status=APPROVED#users");
        assert_eq!(address(some("REJECTED"), some("a b"), some("x")), "/admin?status=REJECTED&user=a+b&after=x#users");
    }
}
