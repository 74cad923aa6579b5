//! The controls of a player: play, sound, how late it is, quality, and where the picture is shown.
//!
//! Where the page listens to keys, as `pages/watch_player.rs` does, each has its own, which its tooltip names. What a
//! browser cannot do has no button.

use leptos::prelude::*;

use super::icon::Icon;
use crate::{
    domain::{
        picture_quality::{Layer, PictureQuality},
        playback::{PictureInPicture, PlayerAction, Sound},
    },
    text,
};

/// The row of controls, while there is something to control.
#[component]
pub(super) fn PlayerControls(
    sound: Signal<Sound>,
    is_paused: Signal<bool>,
    is_theatre: Option<Signal<bool>>,
    behind: Memo<Option<String>>,
    quality: Signal<PictureQuality>,
    layers: Memo<Vec<Layer>>,
    picture_in_picture: Memo<PictureInPicture>,
    has_keys: bool,
    on_action: Callback<PlayerAction>,
) -> impl IntoView {
    let is_silent = move || sound.with(|sound| sound.is_muted || sound.volume <= 0.0);
    let percent = move || sound.with(|sound| if sound.is_muted { 0.0 } else { (sound.volume * 100.0).round() });
    view! {
        <div class="player-controls">
            <ControlButton
                label=Signal::derive(move || if is_paused.get() { text!(player.play) } else { text!(player.pause) })
                icon=Signal::derive(move || if is_paused.get() { "play" } else { "pause" })
                shortcut=has_keys.then_some("k")
                on_click=move || on_action.run(PlayerAction::TogglePause)
            />
            <ControlButton
                label=Signal::derive(move || if is_silent() { text!(player.sound_on) } else { text!(player.sound_off) })
                icon=Signal::derive(move || if is_silent() { "volume-x" } else { "volume-2" })
                shortcut=has_keys.then_some("m")
                on_click=move || on_action.run(PlayerAction::ToggleMute)
            />
            <input
                class="player-volume"
                type="range"
                min="0"
                max="100"
                step="5"
                aria-label=text!(player.volume)
                prop:value=move || percent().to_string()
                on:input=move |event| {
                    if let Ok(percent) = event_target_value(&event).parse::<f64>() {
                        on_action.run(PlayerAction::SetVolume(percent / 100.0));
                    }
                }
            />
            <span class="player-controls-gap"></span>
            <Delay behind />
            <QualityList quality layers on_action />
            <PictureInPictureButton picture_in_picture has_keys on_action />
            {is_theatre.map(|is_on| view! { <TheatreButton is_on has_keys on_action /> })}
            <ControlButton
                label=text!(player.full_screen)
                icon="maximize"
                shortcut=has_keys.then_some("f")
                on_click=move || on_action.run(PlayerAction::ToggleFullScreen)
            />
        </div>
    }
}

/// How late the picture is. It is there to be looked at, and is not announced.
#[component]
fn Delay(behind: Memo<Option<String>>) -> impl IntoView {
    view! {
        <Show when=move || behind.with(Option::is_some)>
            <span class="player-delay number" title=text!(player.delay_means)>
                {behind}
            </span>
        </Show>
    }
}

/// In which of several sizes the picture comes.
#[component]
fn QualityList(
    quality: Signal<PictureQuality>,
    layers: Memo<Vec<Layer>>,
    on_action: Callback<PlayerAction>,
) -> impl IntoView {
    // What somebody wanted of another stream may have another name here.
    let chosen = Memo::new(move |_| {
        let layer = layers.with(|layers| quality.get().among(layers));
        layer.map_or(PictureQuality::Automatic, |layer| layer.quality)
    });
    let sizes = move || {
        let layers = layers.get().into_iter();
        let words = |layer: &Layer| text!(player.lines, height = layer.height);
        layers.map(|layer| view! { <QualityOption quality=layer.quality words=words(&layer) chosen /> }).collect_view()
    };
    view! {
        <Show when=move || layers.with(|layers| !layers.is_empty())>
            <select
                class="player-quality"
                aria-label=text!(player.quality)
                title=text!(player.quality)
                on:change=move |event| {
                    let quality = PictureQuality::from_stored(&event_target_value(&event));
                    on_action.run(PlayerAction::SetQuality(quality));
                }
            >
                <QualityOption quality=PictureQuality::Automatic words=text!(player.automatic) chosen />
                {sizes}
            </select>
        </Show>
    }
}

#[component]
fn QualityOption(quality: PictureQuality, #[prop(into)] words: String, chosen: Memo<PictureQuality>) -> impl IntoView {
    view! {
        <option value=quality.as_str() prop:selected=move || chosen.get() == quality>
            {words}
        </option>
    }
}

/// There is none where the browser has no such window.
#[component]
fn PictureInPictureButton(
    picture_in_picture: Memo<PictureInPicture>,
    has_keys: bool,
    on_action: Callback<PlayerAction>,
) -> impl IntoView {
    view! {
        <Show when=move || picture_in_picture.get() != PictureInPicture::Unavailable>
            <ControlButton
                label=Signal::derive(move || {
                    if picture_in_picture.get() == PictureInPicture::On {
                        text!(player.leave_picture_in_picture)
                    } else {
                        text!(player.picture_in_picture)
                    }
                })
                icon="picture-in-picture-2"
                shortcut=has_keys.then_some("i")
                on_click=move || on_action.run(PlayerAction::TogglePictureInPicture)
            />
        </Show>
    }
}

#[component]
fn TheatreButton(is_on: Signal<bool>, has_keys: bool, on_action: Callback<PlayerAction>) -> impl IntoView {
    view! {
        <span class="player-theatre">
            <ControlButton
                label=Signal::derive(move || {
                    if is_on.get() { text!(player.leave_theatre) } else { text!(player.theatre) }
                })
                icon="rectangle-horizontal"
                shortcut=has_keys.then_some("t")
                on_click=move || on_action.run(PlayerAction::ToggleTheatre)
            />
        </span>
    }
}

#[component]
fn ControlButton(
    #[prop(into)] label: Signal<&'static str>,
    #[prop(into)] icon: Signal<&'static str>,
    shortcut: Option<&'static str>,
    #[prop(into)] on_click: Callback<()>,
) -> impl IntoView {
    let title = move || match shortcut {
        Some(key) => format!("{} ({})", label.get(), key.to_uppercase()),
        None => label.get().to_owned(),
    };
    view! {
        <button
            type="button"
            class="player-button"
            aria-label=label
            title=title
            aria-keyshortcuts=shortcut
            on:click=move |_| on_click.run(())
        >
            {move || view! { <Icon name=icon.get() /> }}
        </button>
    }
}
