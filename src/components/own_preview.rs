//! What the creator sees of their own stream: the viewers' player, with words of its own while nothing comes in.
//!
//! It only shows: what it plays, and what is measured of it, is wired in `pages/own_preview.rs`.

use leptos::{html, prelude::*};

use super::player::Player;
use crate::{
    domain::playback::{PictureInPicture, PlayerAction, PlayerPhase, Sound},
    text,
};

/// The creator's own picture.
#[component]
pub fn OwnPreviewPlayer(
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
            <p class="player-words">{text!(watch.status_offline)}</p>
            <p class="player-hint">{text!(studio.not_streaming_hint)}</p>
        </Player>
    }
}
