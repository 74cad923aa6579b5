//! A stream in a list: picture, title, whose it is, and whether it is on air or when it last was.
//!
//! A card stays the same element while what it shows changes, so that a list can be read again under somebody's cursor.

use leptos::prelude::*;
use leptos_router::components::A;

use super::{
    avatar::Avatar,
    badge::{LiveBadge, ViewerCount},
    icon::Icon,
    stored_picture::StoredPicture,
    time_text::{OnAirTimer, TimeAgo},
};
use crate::{
    domain::{
        channel::{ChannelCard, StreamStatus},
        title::Title,
    },
    text,
};

/// How wide a card is: the page on a telephone, a column elsewhere.
const CARD_WIDTH: &str = "(width < 700px) 92vw, 320px";

/// Cards, as many beside each other as fit.
#[component]
pub fn ChannelGrid(
    /// What is shown, in this order, each creator once.
    #[prop(into)]
    cards: Signal<Vec<ChannelCard>>,
    /// Nothing but headings is above it as the page opens: the first of these pictures is loaded before all others.
    is_at_top: bool,
) -> impl IntoView {
    let first = cards.with_untracked(|cards| cards.first().filter(|_| is_at_top).map(|card| card.username.clone()));
    let is_first = move |card: &ChannelCard| first.as_ref() == Some(&card.username);
    view! {
        <ul class="grid-cards">
            <For each=move || cards.get() key=|card| card.username.clone() let:card>
                <li>
                    <Card is_first=is_first(&card) card=latest(cards, card) />
                </li>
            </For>
        </ul>
    }
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
fn Card(card: Memo<ChannelCard>, is_first: bool) -> impl IntoView {
    let username = card.with_untracked(|card| card.username.clone());
    let id = card_id(&username);
    let picture = Memo::new(move |_| card.with(|card| card.picture.clone()));
    let display_name = Memo::new(move |_| card.with(|card| card.display_name.clone()));
    let title = Memo::new(move |_| card.with(|card| Title::shown(&card.title).to_owned()));
    let is_live = Memo::new(move |_| card.with(|card| card.is_live));
    view! {
        <A
            href=format!("/watch/{username}")
            attr:id=id
            attr:class="card"
            attr:data-live=move || is_live.get().to_string()
        >
            <CardPicture card is_first />
            <div class="card-text">
                {move || view! { <Avatar username=username.clone() picture=picture.get() /> }}
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
}

#[component]
fn LastLive(card: Memo<ChannelCard>) -> impl IntoView {
    let at = Memo::new(move |_| card.with(|card| card.last_live_at));
    view! {
        <p class="card-when">
            {move || if at.get().is_some() { text!(watch.last_live_before) } else { text!(home.not_live_yet) }} <TimeAgo at />
        </p>
    }
}

#[component]
fn CardPicture(card: Memo<ChannelCard>, is_first: bool) -> impl IntoView {
    let thumbnail = Memo::new(move |_| card.with(|card| card.thumbnail.clone()));
    let is_live = Memo::new(move |_| card.with(|card| card.is_live));
    view! {
        <div class="still-frame card-picture">
            <Icon name="radio" />
            {move || thumbnail.get().map(|address| view! { <StoredPicture address sizes=CARD_WIDTH is_first /> })}
            <Show when=move || is_live.get()>
                <OnAir card />
            </Show>
        </div>
    }
}

#[component]
fn OnAir(card: Memo<ChannelCard>) -> impl IntoView {
    let viewers = Memo::new(move |_| card.with(|card| card.viewer_count));
    let started_at = Memo::new(move |_| card.with(|card| card.started_at));
    view! {
        <span class="card-corner top">
            <LiveBadge status=StreamStatus::Live is_announced=false />
        </span>
        <span class="card-corner bottom">
            <ViewerCount count=viewers />
        </span>
        // In the name of the link it would be another one each second.
        <span class="card-corner bottom end" aria-hidden="true">
            <OnAirTimer started_at />
        </span>
    }
}
