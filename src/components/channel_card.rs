//! A stream in a list: picture, title, whose it is, and whether it is on air or when it last was.

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
    /// What is shown, in this order.
    cards: Vec<ChannelCard>,
) -> impl IntoView {
    let items = cards.into_iter().map(|card| view! { <li><Card card /></li> }).collect_view();
    view! { <ul class="grid-cards">{items}</ul> }
}

#[component]
fn Card(card: ChannelCard) -> impl IntoView {
    let ChannelCard { username, display_name, title, is_live, last_live_at, .. } = card.clone();
    view! {
        <A href=format!("/watch/{username}") attr:class="card" attr:data-live=is_live.to_string()>
            <CardPicture card />
            <div class="card-text">
                <Avatar username=username.clone() />
                <div class="card-words">
                    <p class="card-title" dir="auto" title=title.clone()>
                        {title.clone()}
                    </p>
                    <p class="card-creator" dir="auto">
                        {display_name}
                    </p>
                    {(!is_live)
                        .then(|| {
                            view! {
                                <p class="card-when">
                                    {if last_live_at.is_some() { "Last live " } else { "Not live yet" }}
                                    <TimeAgo at=last_live_at />
                                </p>
                            }
                        })}
                </div>
            </div>
        </A>
    }
    .into_any()
}

#[component]
fn CardPicture(card: ChannelCard) -> impl IntoView {
    let ChannelCard { thumbnail, is_live, viewer_count, started_at, .. } = card;
    let picture = thumbnail.map(|address| view! { <Thumbnail address /> });
    let overlay = is_live.then(|| {
        view! {
            <span class="card-corner top">
                <LiveBadge status=StreamStatus::Live />
            </span>
            <span class="card-corner bottom">
                <ViewerCount count=viewer_count />
            </span>
            <span class="card-corner bottom end">
                <OnAirTimer started_at />
            </span>
        }
    });
    view! {
        <div class="card-picture">
            <Icon name="radio" />
            {picture}
            {overlay}
        </div>
    }
    .into_any()
}

/// The still picture; nothing when it cannot be loaded, so that the placeholder behind it shows.
#[component]
fn Thumbnail(address: String) -> impl IntoView {
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
