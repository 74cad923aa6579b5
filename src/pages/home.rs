//! Who is live, and who was. It keeps itself up to date while somebody looks at it.

use std::time::Duration;

use leptos::prelude::*;
use leptos_meta::Title;
use leptos_router::{components::A, hooks::use_query_map};

use super::{dashboard::MissingParts, session::use_session};
use crate::{
    api::{
        auth::Account,
        channels::{ChannelCard, Page, browse},
        error::ApiError,
    },
    components::{
        channel_card::ChannelGrid,
        feedback::{EmptyState, ErrorNote, Skeleton},
        icon::Icon,
    },
};

/// How often the list is read again while the page is visible.
const REFRESH_EVERY: Duration = Duration::from_secs(15);

type Listing = Resource<Result<Page<ChannelCard>, ApiError>>;

/// Live streams first, then recent ones; all, or what is searched for.
#[component]
pub fn HomePage() -> impl IntoView {
    let query = use_query_map();
    let asked = Memo::new(move |_| {
        let query = query.read();
        (query.get("search").filter(|text| !text.trim().is_empty()), query.get("cursor"))
    });
    let search = Memo::new(move |_| asked.get().0);
    let session = use_session();
    let listing = Resource::new_blocking(move || asked.get(), |(search, cursor)| browse(search, cursor));
    refresh_while_visible(listing);
    let title_of = |search: Option<String>| search.map_or_else(String::new, |text| format!("Search: {text}"));
    let first_title = title_of(search.get_untracked());
    // The server asks for the title last, when what belongs to this page may be gone.
    let title = move || search.try_get().map_or_else(|| first_title.clone(), title_of);
    view! {
        <Title text=title />
        <div class="page home">
            <Transition fallback=|| view! { <GridSkeleton /> }>
                {move || Suspend::new(async move {
                    let account = session.account.await;
                    match listing.await {
                        Ok(page) => view! { <Streams page search account /> }.into_any(),
                        Err(error) => view! { <Failed error listing /> }.into_any(),
                    }
                })}
            </Transition>
        </div>
    }
    .into_any()
}

fn refresh_while_visible(listing: Listing) {
    Effect::new(move |_| {
        let again = move || {
            if !document().hidden() {
                listing.refetch();
            }
        };
        let handle = set_interval_with_handle(again, REFRESH_EVERY);
        on_cleanup(move || {
            if let Ok(handle) = handle {
                handle.clear();
            }
        });
    });
}

#[component]
fn Streams(page: Page<ChannelCard>, search: Memo<Option<String>>, account: Option<Account>) -> impl IntoView {
    let Page { items, next } = page;
    let (live, recent): (Vec<_>, Vec<_>) = items.into_iter().partition(|card| card.is_live);
    let searched = search.get_untracked();
    let nothing = live.is_empty() && recent.is_empty();
    let heading = searched.as_ref().map_or_else(|| "Live now".to_owned(), |text| format!("Results for “{text}”"));
    let nobody_live = live.is_empty();
    let searching = searched.is_some();
    view! {
        <h1 class="page-title" dir="auto">
            {heading}
        </h1>
        {(nobody_live && !searching).then(|| view! { <NobodyLive nothing account /> })}
        {(searching && nothing).then(|| view! { <NothingFound /> })}
        {(!nobody_live).then(|| view! { <ChannelGrid cards=live /> })}
        {(!recent.is_empty())
            .then(|| {
                view! {
                    <section class="stack recent">
                        <h2 class="section-title">{if searching { "Not live" } else { "Recently live" }}</h2>
                        <ChannelGrid cards=recent />
                    </section>
                }
            })}
        {next.map(|cursor| view! { <A href=next_page(searched, &cursor) attr:class="button more">"More streams"</A> })}
    }
    .into_any()
}

fn next_page(search: Option<String>, cursor: &str) -> String {
    let mut query = vec![("cursor", cursor.to_owned())];
    query.extend(search.map(|text| ("search", text)));
    format!("/?{}", serde_urlencoded::to_string(query).unwrap_or_default())
}

#[component]
fn NobodyLive(
    /// There is not even somebody who was.
    nothing: bool,
    account: Option<Account>,
) -> impl IntoView {
    let signed_out = account.is_none();
    let is_creator = account.is_some_and(|account| account.is_creator);
    view! {
        <EmptyState icon="radio" title="Nobody is live right now">
            {if is_creator {
                view! {
                    <p>"Make a stream key, paste it into OBS, and be the first."</p>
                    <A href="/dashboard/keys" attr:class="button primary">
                        "Go live"
                    </A>
                }
                    .into_any()
            } else if signed_out && nothing {
                view! { <Invitation /> }.into_any()
            } else {
                view! { <p>"Streams appear here by themselves as soon as they start."</p> }.into_any()
            }}
        </EmptyState>
    }
    .into_any()
}

/// What an installation without any stream says to a visitor: perhaps they are its first.
#[component]
fn Invitation() -> impl IntoView {
    view! {
        <p>"Is this your server? The first account made on it runs it: it can stream at once, and decides who else can."</p>
        <A href="/signup?next=/dashboard/keys" attr:class="button primary">
            "Sign up"
        </A>
        <MissingParts />
    }
    .into_any()
}

#[component]
fn NothingFound() -> impl IntoView {
    view! {
        <EmptyState icon="search" title="No stream matches">
            <p>"Try a shorter word, or a creator's name."</p>
            <A href="/" attr:class="button">
                "Show all streams"
            </A>
        </EmptyState>
    }
    .into_any()
}

#[component]
fn Failed(error: ApiError, listing: Listing) -> impl IntoView {
    view! {
        <h1 class="page-title">"Live now"</h1>
        <div class="stack">
            <ErrorNote message=Some(error.message) />
            <button type="button" class="button" on:click=move |_| listing.refetch()>
                <Icon name="refresh-cw" />
                "Try again"
            </button>
        </div>
    }
    .into_any()
}

#[component]
fn GridSkeleton() -> impl IntoView {
    view! {
        <div aria-busy="true" aria-label="Loading streams">
            <Skeleton kind="title" />
            <div class="grid-cards">
                {(0..6).map(|_| view! { <Skeleton kind="card" /> }).collect_view()}
            </div>
        </div>
    }
    .into_any()
}
