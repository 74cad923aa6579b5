//! `/watch/{username}`: the stream as viewers see it. It starts and ends by itself with what happens on air.

use leptos::{either::EitherOf3, ev, prelude::*, wasm_bindgen::JsCast};
use leptos_meta::Title as PageTitle;
use leptos_router::hooks::use_params_map;

use super::not_found::NotFoundPage;
use crate::{
    api::{
        channels::{Channel, ChannelState, channel, channel_token},
        error::ErrorCode,
        paths,
    },
    browser::{
        channel_feed::ChannelFeed,
        playback::{Playback, Source},
    },
    components::{
        player::Player,
        preview::StatusLine,
        stream_panel::{LoadFailure, Loading},
        time_text::TimeAgo,
    },
    domain::{
        playback::{PlayerAction, PlayerPhase, Sound},
        timestamp::Timestamp,
    },
};

/// The page.
#[component]
pub fn WatchPage() -> impl IntoView {
    let params = use_params_map();
    let username = Memo::new(move |_| params.read().get("username").unwrap_or_default());
    let channel = Resource::new_blocking(move || username.get(), channel);
    let reload = move || channel.refetch();
    view! {
        <Transition fallback=move || view! { <div class="page watch-page"><Loading on_retry=reload /></div> }>
            {move || Suspend::new(async move {
                match channel.await {
                    Ok(channel) => EitherOf3::A(view! { <Watch channel /> }),
                    Err(error) if error.code == ErrorCode::NotFound => EitherOf3::B(view! { <NotFoundPage /> }),
                    Err(error) => {
                        EitherOf3::C(
                            view! {
                                <PageTitle text="Not loaded" />
                                <div class="page narrow">
                                    <LoadFailure message=error.message on_retry=reload />
                                </div>
                            },
                        )
                    }
                }
            })}
        </Transition>
    }
}

#[component]
fn Watch(channel: Channel) -> impl IntoView {
    let username = channel.creator.username;
    let feed = ChannelFeed::new(channel.state);
    follow_channel(feed, username.clone());
    let last_live_at = last_live(feed, channel.last_live_at);
    let title = Memo::new(move |_| feed.state.with(|state| state.title.clone()));
    let is_reconnecting = Signal::derive(move || feed.connection.get().is_disturbed());
    let page_title = {
        let username = username.clone();
        let first = title.get_untracked();
        // The server asks for the title last, when what belongs to this page may be gone.
        move || format!("{} – {username}", title.try_get().unwrap_or_else(|| first.clone()))
    };
    view! {
        <PageTitle text=page_title />
        <div class="page watch-page">
            <WatchPlayer feed username=username.clone() last_live_at />
            <header class="watch-head">
                <h1 class="watch-title" dir="auto">
                    {title}
                </h1>
                <p class="watch-creator">{username}</p>
                <StatusLine state=feed.state is_reconnecting />
            </header>
        </div>
    }
}

fn follow_channel(feed: ChannelFeed, username: String) {
    Effect::new(move |_| {
        let query = serde_urlencoded::to_string([("username", &username)]).unwrap_or_default();
        let url = format!("{}?{query}", paths::CHANNEL_EVENTS);
        let username = username.clone();
        let poll = move || {
            let username = username.clone();
            async move { channel(username).await.ok().map(|channel| channel.state) }
        };
        feed.follow(&url, |_| {}, poll);
    });
}

/// When it was last on air: as the page was loaded, and then the moment at which it was seen to end.
fn last_live(feed: ChannelFeed, at_first: Option<Timestamp>) -> Signal<Option<Timestamp>> {
    let last = RwSignal::new(at_first);
    let is_live = Memo::new(move |_| feed.state.with(|state| state.is_live));
    Effect::watch(
        move || is_live.get(),
        move |is_live, was_live, _| {
            if !is_live && was_live == Some(&true) {
                last.set(Some(now()));
            }
        },
        false,
    );
    last.into()
}

#[expect(clippy::cast_possible_truncation, reason = "milliseconds since 1970 are far below 2^53")]
fn now() -> Timestamp {
    Timestamp(js_sys::Date::now() as i64)
}

#[component]
fn WatchPlayer(feed: ChannelFeed, username: String, last_live_at: Signal<Option<Timestamp>>) -> impl IntoView {
    let playback = Playback::new(Sound::default());
    let status = Memo::new(move |_| feed.state.with(|state| state.status));
    let wanted = Signal::derive(move || status.get().is_live());
    let phase = Memo::new(move |_| {
        playback.media.with(|media| PlayerPhase::of(status.get(), media, playback.sound_is_blocked.get()))
    });
    Effect::new(move |_| playback.remember_sound());
    let name = username.clone();
    Effect::new(move |_| {
        let name = name.clone();
        let source = Source::new(move || channel_token(name.clone()));
        playback.follow(wanted, source.on_metadata(move |state: ChannelState| feed.take_metadata(state)));
    });
    listen_to_keys(playback, phase);
    let label = format!("{username}'s stream");
    view! {
        <Player
            phase
            sound=playback.sound
            is_paused=playback.is_paused
            video=playback.video
            stage=playback.stage
            label
            on_action=move |action| playback.act(action)
        >
            <OfflineWords username=username.clone() last_live_at />
        </Player>
    }
}

#[component]
fn OfflineWords(username: String, last_live_at: Signal<Option<Timestamp>>) -> impl IntoView {
    view! {
        <p class="player-words">{format!("{username} is not live")}</p>
        <p class="player-hint">
            <Show when=move || last_live_at.get().is_some()>"Last live " <TimeAgo at=last_live_at /> "."</Show>
        </p>
        <p class="player-hint">"The next stream starts here by itself."</p>
    }
}

/// Space or K plays and pauses, M is for sound, F fills the screen.
fn listen_to_keys(playback: Playback, phase: Memo<PlayerPhase>) {
    Effect::new(move |_| {
        let listener = window_event_listener(ev::keydown, move |event| {
            if let Some(action) = action_for(&event).filter(|_| phase.with_untracked(PlayerPhase::has_controls)) {
                event.prevent_default();
                playback.act(action);
            }
        });
        on_cleanup(move || listener.remove());
    });
}

fn action_for(event: &web_sys::KeyboardEvent) -> Option<PlayerAction> {
    if event.ctrl_key() || event.meta_key() || event.alt_key() || event.repeat() {
        return None;
    }
    let target = event.target().and_then(|target| target.dyn_into::<web_sys::Element>().ok());
    let is_in = |selector| target.as_ref().is_some_and(|target| matches!(target.closest(selector), Ok(Some(_))));
    // Somebody types, or answers a dialog.
    if is_in("input:not([type=range]), textarea, select, [contenteditable], dialog") {
        return None;
    }
    match event.key().to_lowercase().as_str() {
        // On a button or a link, space is for that.
        " " if is_in("button, a, summary, input") => None,
        " " | "k" => Some(PlayerAction::TogglePause),
        "m" => Some(PlayerAction::ToggleMute),
        "f" => Some(PlayerAction::ToggleFullScreen),
        _ => None,
    }
}
