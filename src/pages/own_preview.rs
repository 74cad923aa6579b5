//! The creator's own picture, with what is measured of it: size, rates, delay, loudness, and what may be wrong.
//!
//! Any page of the creator may show it. The page makes the [`Playback`] and keeps it, so that it can read what is
//! measured for purposes of its own, too.

use leptos::prelude::*;

use crate::{
    api::channels::channel_token,
    browser::playback::{Playback, Source},
    components::{player::Player, stream_health::StreamHealth},
    domain::{
        channel::StreamStatus,
        chat::ChatLine,
        playback::{PlayerPhase, Sound},
    },
    text,
};

/// What an [`OwnPreview`] plays with: silent until the creator wants to hear themselves.
pub(super) fn own_playback() -> Playback {
    Playback::new(Sound::muted())
}

/// The picture of that creator, who must be the one who is signed in.
#[component]
pub(super) fn OwnPreview(
    /// From [`own_playback`].
    playback: Playback,
    /// Of the creator's stream.
    #[prop(into)]
    status: Signal<StreamStatus>,
    /// The creator.
    username: String,
    /// Called with lines of the chat, as the player gets them.
    #[prop(optional, into)]
    on_chat: Option<Callback<Vec<ChatLine>>>,
) -> impl IntoView {
    // Whatever is sent, the creator sees: a rehearsal, too.
    let wanted = Signal::derive(move || status.get().is_busy());
    Effect::new(move |_| {
        let username = username.clone();
        let source = Source::new(move || channel_token(username.clone())).measured();
        playback.follow(
            wanted,
            source.on_chat(move |lines| {
                if let Some(on_chat) = on_chat {
                    on_chat.run(lines);
                }
            }),
        );
    });
    let phase = Memo::new(move |_| {
        playback.media.with(|media| PlayerPhase::of(status.get(), media, playback.sound_is_blocked.get()))
    });
    view! {
        <Player
            phase
            sound=playback.sound
            is_paused=playback.is_paused
            picture_in_picture=playback.picture_in_picture
            video=playback.video
            stage=playback.stage
            label=text!(studio.preview)
            on_action=move |action| playback.act(action)
        >
            <p class="player-words">{text!(watch.status_offline)}</p>
            <p class="player-hint">{text!(studio.not_streaming_hint)}</p>
        </Player>
        <StreamHealth report=playback.report level=playback.level warnings=playback.warnings />
    }
}
