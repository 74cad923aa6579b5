//! What the creator sees of their own stream: the player with sound off, and how things stand around it.

use leptos::{html, prelude::*};

use super::{
    badge::{LiveBadge, ViewerCount},
    icon::Icon,
    player::Player,
    time_text::OnAirTimer,
};
use crate::{
    domain::{
        channel::ChannelState,
        playback::{PictureInPicture, PlayerAction, PlayerPhase, Sound},
    },
    text,
};

/// Status, time on air and viewers in one line.
#[component]
pub fn StatusLine(
    /// The stream.
    #[prop(into)]
    state: Signal<ChannelState>,
    /// The events broke: what is shown may be old.
    #[prop(into)]
    is_reconnecting: Signal<bool>,
) -> impl IntoView {
    let status = Memo::new(move |_| state.with(|state| state.status));
    let started_at = Memo::new(move |_| state.with(|state| state.started_at));
    let viewers = Memo::new(move |_| state.with(|state| state.viewer_count));
    let is_live = Memo::new(move |_| state.with(|state| state.is_live));
    view! {
        <div class="status-line">
            <LiveBadge status />
            <Show when=move || is_live.get()>
                <OnAirTimer started_at />
                <ViewerCount count=viewers />
            </Show>
            <Show when=move || is_reconnecting.get()>
                <span class="status-line-reconnecting" role="status">
                    <Icon name="wifi-off" />
                    {text!(studio.reconnecting)}
                </span>
            </Show>
        </div>
    }
    .into_any()
}

/// The creator's own picture.
#[component]
pub fn Preview(
    /// What the player shows.
    #[prop(into)]
    phase: Signal<PlayerPhase>,
    /// How loud.
    #[prop(into)]
    sound: Signal<Sound>,
    /// The creator paused it.
    #[prop(into)]
    is_paused: Signal<bool>,
    /// Whether the picture can be, and is, in a window of its own.
    #[prop(into)]
    picture_in_picture: Signal<PictureInPicture>,
    /// Where the picture goes.
    video: NodeRef<html::Video>,
    /// What fills the screen.
    stage: NodeRef<html::Div>,
    /// Called with what the creator wants of the player.
    #[prop(into)]
    on_action: Callback<PlayerAction>,
) -> impl IntoView {
    view! {
        <Player phase sound is_paused picture_in_picture video stage label=text!(studio.preview) on_action>
            <p class="player-words">{text!(studio.not_streaming)}</p>
            <p class="player-hint">{text!(studio.not_streaming_hint)}</p>
        </Player>
    }
    .into_any()
}
