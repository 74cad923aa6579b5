//! A stream in a list: picture, title, whose it is, and whether it is on air or when it last was.
//!
//! A card stays the same element while what it shows changes, so that a list can be read again under somebody's cursor.

use leptos::{html, prelude::*};
use leptos_router::components::A;

use super::{
    avatar::Avatar,
    badge::{LiveBadge, ViewerCount},
    icon::Icon,
    time_text::{OnAirTimer, TimeAgo},
};
use crate::domain::channel::{ChannelCard, StreamStatus};

/// Cards, as many beside each other as fit.
#[component]
pub fn ChannelGrid(
    /// What is shown, in this order, each creator once.
    #[prop(into)]
    cards: Signal<Vec<ChannelCard>>,
) -> impl IntoView {
    view! {
        <ul class="grid-cards">
            <For each=move || cards.get() key=|card| card.username.clone() let:card>
                <li>
                    <Card card=latest(cards, card) />
                </li>
            </For>
        </ul>
    }
    .into_any()
}

/// The id of the link that a creator's card is.
pub fn card_id(username: &str) -> String {
    format!("card-{username}")
}

/// The card as it is now; as it last was, once it is not in the list any more.
fn latest(cards: Signal<Vec<ChannelCard>>, first: ChannelCard) -> Memo<ChannelCard> {
    Memo::new(move |known: Option<&ChannelCard>| {
        let known = known.unwrap_or(&first);
        cards.with(|cards| cards.iter().find(|card| card.username == known.username).unwrap_or(known).clone())
    })
}

#[component]
fn Card(card: Memo<ChannelCard>) -> impl IntoView {
    let username = card.with_untracked(|card| card.username.clone());
    let id = card_id(&username);
    let display_name = Memo::new(move |_| card.with(|card| card.display_name.clone()));
    let title = Memo::new(move |_| card.with(|card| card.title.clone()));
    let is_live = Memo::new(move |_| card.with(|card| card.is_live));
    view! {
        <A
            href=format!("/watch/{username}")
            attr:id=id
            attr:class="card"
            attr:data-live=move || is_live.get().to_string()
        >
            <CardPicture card />
            <div class="card-text">
                <Avatar username=username.clone() />
                <div class="card-words">
                    <p class="card-title" dir="auto" title=title>
                        {title}
                    </p>
                    <p class="card-creator" dir="auto">
                        {display_name}
                    </p>
                    <Show when=move || !is_live.get()>
                        <LastLive card />
                    </Show>
                </div>
            </div>
        </A>
    }
    .into_any()
}

#[component]
fn LastLive(card: Memo<ChannelCard>) -> impl IntoView {
    let at = Memo::new(move |_| card.with(|card| card.last_live_at));
    view! {
        <p class="card-when">
            {move || if at.get().is_some() { "Last live " } else { "Not live yet" }} <TimeAgo at />
        </p>
    }
    .into_any()
}

#[component]
fn CardPicture(card: Memo<ChannelCard>) -> impl IntoView {
    let thumbnail = Memo::new(move |_| card.with(|card| card.thumbnail.clone()));
    let is_live = Memo::new(move |_| card.with(|card| card.is_live));
    view! {
        <div class="card-picture">
            <Icon name="radio" />
            {move || thumbnail.get().map(|address| view! { <Thumbnail address /> })}
            <Show when=move || is_live.get()>
                <OnAir card />
            </Show>
        </div>
    }
    .into_any()
}

#[component]
fn OnAir(card: Memo<ChannelCard>) -> impl IntoView {
    let viewers = Memo::new(move |_| card.with(|card| card.viewer_count));
    let started_at = Memo::new(move |_| card.with(|card| card.started_at));
    view! {
        <span class="card-corner top">
            <LiveBadge status=StreamStatus::Live />
        </span>
        <span class="card-corner bottom">
            <ViewerCount count=viewers />
        </span>
        <span class="card-corner bottom end">
            <OnAirTimer started_at />
        </span>
    }
    .into_any()
}

/// The still picture; nothing when it cannot be loaded, so that the placeholder behind it shows.
#[component]
pub fn Thumbnail(
    /// Where it is.
    address: String,
) -> impl IntoView {
    let broken = RwSignal::new(false);
    let element = NodeRef::<html::Img>::new();
    Effect::new(move |_| {
        // It may have failed before anybody listened.
        if element.get().is_some_and(|image| image.complete() && image.natural_width() == 0) {
            broken.set(true);
        }
    });
    view! {
        <img
            src=address
            alt=""
            loading="lazy"
            decoding="async"
            referrerpolicy="no-referrer"
            hidden=broken
            node_ref=element
            on:error=move |_| broken.set(true)
            on:load=move |_| broken.set(false)
        />
    }
    .into_any()
}
