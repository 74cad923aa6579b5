//! The player of a channel as viewers have it: it follows the stream, keeps what its viewer chose for the next visit,
//! and listens to the keys of the page.
//!
//! A key does nothing while somebody types, or answers a dialog.

use leptos::{ev, html, prelude::*, wasm_bindgen::JsCast};

use crate::{
    api::channels::{ChannelState, Creator, channel_token},
    browser::{
        channel_feed::ChannelFeed,
        chat_feed::ChatFeed,
        playback::{Playback, Source},
    },
    components::{player::Player, shortcuts::is_shortcut, stored_picture::StoredPicture, time_text::TimeAgo},
    domain::{
        playback::{PlayerAction, PlayerPhase, Sound},
        timestamp::Timestamp,
    },
    text,
};

/// The player of a channel, with its keys.
#[component]
pub(super) fn WatchPlayer(
    feed: ChannelFeed,
    chat: ChatFeed,
    field: NodeRef<html::Textarea>,
    creator: Creator,
    last_live_at: Signal<Option<Timestamp>>,
) -> impl IntoView {
    let playback = Playback::new(Sound::default());
    let status = Memo::new(move |_| feed.state.with(|state| state.status));
    let wanted = Signal::derive(move || status.get().is_live());
    let phase = Memo::new(move |_| {
        playback.media.with(|media| PlayerPhase::of(status.get(), media, playback.sound_is_blocked.get()))
    });
    Effect::new(move |_| {
        playback.remember_sound();
        playback.remember_theatre();
        playback.remember_quality();
    });
    let is_theatre = Signal::derive(move || playback.is_theatre.get() && phase.with(PlayerPhase::fills_theatre));
    let delay_ms = Memo::new(move |_| playback.report.with(|report| report.as_ref()?.delay_ms));
    let Creator { username, display_name: name, .. } = creator;
    let label = text!(watch.stream_of, name = name.clone());
    Effect::new(move |_| {
        let username = username.clone();
        let source = Source::new(move || channel_token(username.clone()))
            .on_metadata(move |state: ChannelState| feed.take_metadata(state))
            .on_chat(move |lines| chat.take(lines))
            .counted();
        playback.follow(wanted, source);
    });
    listen_to_keys(playback, phase, field);
    view! {
        <Player
            phase
            sound=playback.sound
            is_paused=playback.is_paused
            is_theatre
            quality=playback.quality
            layers=playback.layers
            picture_in_picture=playback.picture_in_picture
            delay_ms
            has_keys=true
            video=playback.video
            stage=playback.stage
            label
            on_action=move |action| playback.act(action)
        >
            <OfflinePicture feed />
            <OfflineWords name=name.clone() last_live_at />
        </Player>
    }
}

/// What the stream looked like, or is to be about, behind the words.
#[component]
fn OfflinePicture(feed: ChannelFeed) -> impl IntoView {
    let address = Memo::new(move |_| feed.state.with(|state| state.thumbnail.clone()));
    move || address.get().map(|address| view! { <StoredPicture address class="player-still" /> })
}

#[component]
fn OfflineWords(name: String, last_live_at: Signal<Option<Timestamp>>) -> impl IntoView {
    view! {
        <p class="player-words">{text!(watch.not_live, name = name)}</p>
        <p class="player-hint">
            <Show when=move || last_live_at.get().is_some()>
                {text!(watch.last_live_before)} <TimeAgo at=last_live_at /> {text!(watch.last_live_after)}
            </Show>
        </p>
        <p class="player-hint needs-program">{text!(watch.next_stream_starts_here)}</p>
    }
}

/// Space or K plays and pauses, M is for sound, F fills the screen, T the page, I puts the picture into a window of its
/// own, C leads to the chat.
fn listen_to_keys(playback: Playback, phase: Memo<PlayerPhase>, field: NodeRef<html::Textarea>) {
    let lead_to_chat = way_to_chat(field);
    Effect::new(move |_| {
        let listener = window_event_listener(ev::keydown, move |event| match key_for(&event) {
            Some(Key::Player(action)) if phase.with_untracked(|phase| phase.takes(action)) => {
                event.prevent_default();
                playback.act(action);
            }
            Some(Key::Chat) if field.get_untracked().is_some() => {
                event.prevent_default();
                lead_to_chat();
            }
            _ => {}
        });
        on_cleanup(move || listener.remove());
    });
}

/// What leads to the chat, out of the full screen, behind which nobody sees it.
fn way_to_chat(field: NodeRef<html::Textarea>) -> impl Fn() + Copy + 'static {
    // A browser forgets a focus that is set before the full screen is left.
    let is_awaited = StoredValue::new(false);
    let focus = move || {
        if let Some(field) = field.get_untracked() {
            // What is not in the document has nothing to focus.
            drop(field.focus());
        }
    };
    Effect::new(move |_| {
        let listener = window_event_listener(ev::Custom::<web_sys::Event>::new("fullscreenchange"), move |_| {
            if document().fullscreen_element().is_none() && is_awaited.try_update_value(std::mem::take) == Some(true) {
                focus();
            }
        });
        on_cleanup(move || listener.remove());
    });
    move || {
        if document().fullscreen_element().is_some() {
            is_awaited.set_value(true);
            document().exit_fullscreen();
        } else {
            focus();
        }
    }
}

/// What a key is for.
enum Key {
    Player(PlayerAction),
    Chat,
}

fn key_for(event: &web_sys::KeyboardEvent) -> Option<Key> {
    if is_shortcut(event) || event.repeat() {
        return None;
    }
    let target = event.target().and_then(|target| target.dyn_into::<web_sys::Element>().ok());
    let is_in = |selector| target.as_ref().is_some_and(|target| matches!(target.closest(selector), Ok(Some(_))));
    // Somebody types, or answers a dialog. The player's own list keeps the focus once something was chosen, and
    // has no use for these letters.
    if is_in("input:not([type=range]), textarea, select:not(.player-quality), [contenteditable], dialog") {
        return None;
    }
    match event.key().to_lowercase().as_str() {
        // On a button, a link or a list, space is for that; in the chat it scrolls.
        " " if is_in("button, a, summary, input, select, .chat-log") => None,
        " " | "k" => Some(Key::Player(PlayerAction::TogglePause)),
        "m" => Some(Key::Player(PlayerAction::ToggleMute)),
        "f" => Some(Key::Player(PlayerAction::ToggleFullScreen)),
        "t" => Some(Key::Player(PlayerAction::ToggleTheatre)),
        "i" => Some(Key::Player(PlayerAction::TogglePictureInPicture)),
        "c" => Some(Key::Chat),
        _ => None,
    }
}
