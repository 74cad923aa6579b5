//! What the home page says while it has no streams to show: nobody is live, nothing was found, loading, or failed.
//!
//! Each names the one next step. While something loads, its skeleton has the size of what comes.

use leptos::{ev, prelude::*};
use leptos_router::components::A;

use super::{dashboard::MissingParts, home::Asked};
use crate::{
    api::{
        auth::Account,
        error::{ApiError, ErrorCode},
    },
    components::{
        feedback::{EmptyState, ErrorNote, Skeleton},
        icon::Icon,
    },
    text,
};

/// Nobody of what was asked for is live.
#[component]
pub fn NothingHere(
    /// What was asked for.
    asked: Asked,
    /// There is not even somebody who was.
    is_empty: Memo<bool>,
    /// Who looks.
    account: Option<Account>,
) -> impl IntoView {
    let Asked { search, after } = asked;
    let view = move || match (&search, &after, is_empty.get()) {
        (Some(search), None, true) => view! { <NothingFound search=search.clone() /> }.into_any(),
        (_, Some(_), true) => view! { <NoMore /> }.into_any(),
        (None, None, nothing) => view! { <NobodyLive nothing account=account.clone() /> }.into_any(),
        (Some(_), None, false) | (_, Some(_), false) => ().into_any(),
    };
    view.into_any()
}

#[component]
fn NobodyLive(
    /// There is not even somebody who was.
    nothing: bool,
    account: Option<Account>,
) -> impl IntoView {
    let has_account = account.is_some();
    let is_creator = account.is_some_and(|account| account.is_creator);
    view! {
        <EmptyState icon="radio" title=text!(home.nobody_live)>
            {if is_creator {
                view! {
                    <p>{text!(home.be_the_first)}</p>
                    <A href="/dashboard/streams" attr:class="button primary">
                        {text!(studio.go_live)}
                    </A>
                }
                    .into_any()
            } else if !nothing {
                view! { <p>{text!(home.streams_appear)}</p> }.into_any()
            } else if has_account {
                view! {
                    <p>{text!(home.apply_for_first)}</p>
                    <A href="/apply" attr:class="button primary">
                        {text!(apply.title)}
                    </A>
                }
                    .into_any()
            } else {
                view! { <Invitation /> }.into_any()
            }}
        </EmptyState>
    }
}

/// What an installation without any stream says to a visitor: perhaps it is theirs, perhaps they could be the first.
#[component]
fn Invitation() -> impl IntoView {
    view! {
        <p>{text!(home.invitation)}</p>
        <A href="/signup?next=/dashboard/streams" attr:class="button primary">
            {text!(door.sign_up)}
        </A>
        <MissingParts />
    }
}

#[component]
fn NothingFound(search: String) -> impl IntoView {
    view! {
        <EmptyState icon="search" title=text!(home.no_match, search = search)>
            <p>{text!(home.search_otherwise)}</p>
            <AllStreams />
        </EmptyState>
    }
}

#[component]
fn NoMore() -> impl IntoView {
    view! {
        <EmptyState icon="radio" title=text!(home.no_more)>
            <p>{text!(home.nothing_after)}</p>
            <AllStreams />
        </EmptyState>
    }
}

#[component]
fn AllStreams() -> impl IntoView {
    view! {
        <A href="/" attr:class="button">
            {text!(home.all_streams)}
        </A>
    }
}

/// It could not be loaded: why, and a way out.
#[component]
pub fn Failed(
    /// Why.
    error: ApiError,
    /// What was asked for.
    asked: Asked,
    /// Asks again.
    #[prop(into)]
    on_retry: Callback<()>,
) -> impl IntoView {
    let is_asked_wrongly = error.code == ErrorCode::Invalid;
    let message = error.into_words();
    let again = move |event: ev::MouseEvent| {
        event.prevent_default();
        on_retry.run(());
    };
    view! {
        <div class="stack">
            <ErrorNote message=Some(message) />
            {if is_asked_wrongly {
                view! { <AllStreams /> }.into_any()
            } else {
                view! {
                    <a class="button" href=asked.path() on:click=again>
                        <Icon name="refresh-cw" />
                        {text!(frame.try_again)}
                    </a>
                }
                    .into_any()
            }}
        </div>
    }
}

/// Keeps the place of streams that are loading.
#[component]
pub fn GridSkeleton() -> impl IntoView {
    view! {
        <div class="grid-cards" role="group" aria-busy="true" aria-label=text!(home.loading)>
            {(0..6).map(|_| view! { <Skeleton kind="card" /> }).collect_view()}
        </div>
    }
}
