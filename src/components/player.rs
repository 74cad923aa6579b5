//! The player as it is seen: a 16:9 box that never jumps, what it says while there is no picture, and its controls.
//!
//! It knows nothing of LiveKit: what to show comes in as a [`PlayerPhase`], what the viewer wants goes out as a
//! [`PlayerAction`].

use leptos::{either::EitherOf8, html, prelude::*};

use super::icon::Icon;
use crate::{
    domain::{
        media_report::behind_words,
        picture_quality::{Layer, PictureQuality},
        playback::{PictureInPicture, PlayerAction, PlayerPhase, Sound},
    },
    text,
};

/// A player.
#[component]
pub fn Player(
    /// What it shows.
    #[prop(into)]
    phase: Signal<PlayerPhase>,
    /// How loud.
    #[prop(into)]
    sound: Signal<Sound>,
    /// The viewer paused it.
    #[prop(into)]
    is_paused: Signal<bool>,
    /// It fills the page. Without this there is no button for it.
    #[prop(optional, into)]
    is_theatre: Option<Signal<bool>>,
    /// Which of `layers` the viewer wants.
    #[prop(optional, into)]
    quality: Signal<PictureQuality>,
    /// The sizes of the picture to choose from. While there are none, there is no list of them.
    #[prop(optional, into)]
    layers: Signal<Vec<Layer>>,
    /// Whether the picture can be, and is, in a window of its own.
    #[prop(into)]
    picture_in_picture: Signal<PictureInPicture>,
    /// How late the picture is, in milliseconds; `None` while that is not known.
    #[prop(optional, into)]
    delay_ms: Signal<Option<u32>>,
    /// Where the picture goes.
    video: NodeRef<html::Video>,
    /// What fills the screen.
    stage: NodeRef<html::Div>,
    /// What the picture is of, for those who do not see it.
    #[prop(into)]
    label: Signal<String>,
    /// Called with what the viewer wants.
    #[prop(into)]
    on_action: Callback<PlayerAction>,
    /// What to say while nobody is sending.
    children: ChildrenFn,
) -> impl IntoView {
    let has_controls = move || phase.with(PlayerPhase::has_controls);
    let fills_page = move || is_theatre.is_some_and(|is_theatre| is_theatre.get());
    // A picture that stands still is as late as one likes.
    let behind = Memo::new(move |_| if is_paused.get() { None } else { delay_ms.get().map(behind_words) });
    // What is for a picture is not there for sound alone.
    let plays_picture = Memo::new(move |_| phase.with(PlayerPhase::plays_picture));
    let layers = Memo::new(move |_| if plays_picture.get() { layers.get() } else { Vec::new() });
    let picture_in_picture =
        Memo::new(move |_| if plays_picture.get() { picture_in_picture.get() } else { PictureInPicture::Unavailable });
    view! {
        <div
            class="player"
            node_ref=stage
            role="group"
            aria-label=text!(player.player)
            data-phase=move || phase.with(phase_name)
            data-paused=move || is_paused.get().then_some("true")
            data-theatre=move || fills_page().then_some("true")
        >
            <video
                class="player-video"
                node_ref=video
                playsinline
                muted
                aria-label=label
                data-shown=move || phase.with(PlayerPhase::shows_picture).then_some("true")
                on:click=move |_| {
                    if phase.with_untracked(PlayerPhase::has_controls) {
                        on_action.run(PlayerAction::TogglePause);
                    }
                }
            ></video>
            <div class="player-message" role="status">
                <Message phase is_paused on_action offline=children />
            </div>
            <Show when=has_controls>
                <Controls sound is_paused is_theatre behind quality layers picture_in_picture on_action />
            </Show>
        </div>
    }
    .into_any()
}

/// The name of a phase in the page, for styles and tests.
pub fn phase_name(phase: &PlayerPhase) -> &'static str {
    match phase {
        PlayerPhase::Loading => "loading",
        PlayerPhase::Playing { has_picture: true } => "playing",
        PlayerPhase::Playing { has_picture: false } => "sound-only",
        PlayerPhase::NeedsTap { .. } => "needs-tap",
        PlayerPhase::NoPicture => "no-picture",
        PlayerPhase::Offline => "offline",
        PlayerPhase::BackInAMoment => "back-in-a-moment",
        PlayerPhase::Reconnecting => "reconnecting",
        PlayerPhase::Failed(_) => "failed",
    }
}

#[component]
fn Message(
    phase: Signal<PlayerPhase>,
    is_paused: Signal<bool>,
    on_action: Callback<PlayerAction>,
    offline: ChildrenFn,
) -> impl IntoView {
    // Only a change of phase makes new words, so that a screen reader hears each once.
    let phase = Memo::new(move |_| phase.get());
    move || match phase.get() {
        PlayerPhase::Loading => EitherOf8::A(view! { <Waiting words=text!(frame.loading) /> }),
        PlayerPhase::BackInAMoment => EitherOf8::A(view! { <Waiting words=text!(player.back_in_a_moment) /> }),
        PlayerPhase::Reconnecting => EitherOf8::A(view! { <Waiting words=text!(player.connection_lost) /> }),
        PlayerPhase::Offline => EitherOf8::B(offline()),
        PlayerPhase::NoPicture => EitherOf8::C(view! { <NoPicture /> }),
        PlayerPhase::Playing { has_picture: false } => EitherOf8::D(view! { <SoundOnly /> }),
        PlayerPhase::NeedsTap { has_picture } => EitherOf8::E(view! { <TapForSound has_picture on_action /> }),
        PlayerPhase::Failed(message) => EitherOf8::F(view! { <Failure message on_action /> }),
        PlayerPhase::Playing { has_picture: true } if is_paused.get() => EitherOf8::G(view! { <Paused on_action /> }),
        PlayerPhase::Playing { has_picture: true } => EitherOf8::H(()),
    }
}

#[component]
fn Waiting(words: &'static str) -> impl IntoView {
    view! {
        <p class="player-words needs-program">
            <span class="player-spinner" aria-hidden="true"></span>
            {words}
        </p>
        // Without the program nothing is on its way.
        <p class="player-words without-program">{text!(player.needs_javascript)}</p>
    }
    .into_any()
}

#[component]
fn NoPicture() -> impl IntoView {
    view! {
        <p class="player-words">
            <Icon name="video" />
            {text!(player.no_picture)}
        </p>
        <p class="player-hint">{text!(player.no_picture_hint)}</p>
    }
    .into_any()
}

#[component]
fn SoundOnly() -> impl IntoView {
    view! {
        <p class="player-words">
            <Icon name="volume-2" />
            {text!(player.sound_only)}
        </p>
        <p class="player-hint">{text!(player.sound_only_hint)}</p>
    }
    .into_any()
}

#[component]
fn Paused(on_action: Callback<PlayerAction>) -> impl IntoView {
    view! {
        <button type="button" class="player-big" on:click=move |_| on_action.run(PlayerAction::TogglePause)>
            <Icon name="play" />
            <span class="visually-hidden">{text!(player.play)}</span>
        </button>
    }
    .into_any()
}

#[component]
fn TapForSound(has_picture: bool, on_action: Callback<PlayerAction>) -> impl IntoView {
    view! {
        <button
            type="button"
            class="player-tap"
            data-corner=has_picture.then_some("true")
            on:click=move |_| on_action.run(PlayerAction::Unlock)
        >
            <Icon name="volume-x" />
            {text!(player.tap_for_sound)}
        </button>
    }
    .into_any()
}

#[component]
fn Failure(message: String, on_action: Callback<PlayerAction>) -> impl IntoView {
    view! {
        <p class="player-words">
            <Icon name="triangle-alert" />
            {message}
        </p>
        <button type="button" class="button" on:click=move |_| on_action.run(PlayerAction::Retry)>
            <Icon name="refresh-cw" />
            {text!(frame.try_again)}
        </button>
    }
    .into_any()
}

#[component]
fn Controls(
    sound: Signal<Sound>,
    is_paused: Signal<bool>,
    is_theatre: Option<Signal<bool>>,
    behind: Memo<Option<String>>,
    quality: Signal<PictureQuality>,
    layers: Memo<Vec<Layer>>,
    picture_in_picture: Memo<PictureInPicture>,
    on_action: Callback<PlayerAction>,
) -> impl IntoView {
    let is_silent = move || sound.with(|sound| sound.is_muted || sound.volume <= 0.0);
    let percent = move || sound.with(|sound| if sound.is_muted { 0.0 } else { (sound.volume * 100.0).round() });
    view! {
        <div class="player-controls">
            <ControlButton
                label=Signal::derive(move || if is_paused.get() { text!(player.play) } else { text!(player.pause) })
                icon=Signal::derive(move || if is_paused.get() { "play" } else { "pause" })
                keys="k"
                on_click=move || on_action.run(PlayerAction::TogglePause)
            />
            <ControlButton
                label=Signal::derive(move || if is_silent() { text!(player.sound_on) } else { text!(player.sound_off) })
                icon=Signal::derive(move || if is_silent() { "volume-x" } else { "volume-2" })
                keys="m"
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
            <PictureInPictureButton picture_in_picture on_action />
            {is_theatre.map(|is_on| view! { <TheatreButton is_on on_action /> })}
            <ControlButton
                label=text!(player.full_screen)
                icon="maximize"
                keys="f"
                on_click=move || on_action.run(PlayerAction::ToggleFullScreen)
            />
        </div>
    }
    .into_any()
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
    .into_any()
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
    .into_any()
}

#[component]
fn QualityOption(quality: PictureQuality, #[prop(into)] words: String, chosen: Memo<PictureQuality>) -> impl IntoView {
    view! {
        <option value=quality.as_str() prop:selected=move || chosen.get() == quality>
            {words}
        </option>
    }
    .into_any()
}

/// There is none where the browser has no such window.
#[component]
fn PictureInPictureButton(
    picture_in_picture: Memo<PictureInPicture>,
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
                keys="i"
                on_click=move || on_action.run(PlayerAction::TogglePictureInPicture)
            />
        </Show>
    }
    .into_any()
}

#[component]
fn TheatreButton(is_on: Signal<bool>, on_action: Callback<PlayerAction>) -> impl IntoView {
    view! {
        <span class="player-theatre">
            <ControlButton
                label=Signal::derive(move || {
                    if is_on.get() { text!(player.leave_theatre) } else { text!(player.theatre) }
                })
                icon="rectangle-horizontal"
                keys="t"
                on_click=move || on_action.run(PlayerAction::ToggleTheatre)
            />
        </span>
    }
    .into_any()
}

#[component]
fn ControlButton(
    #[prop(into)] label: Signal<&'static str>,
    #[prop(into)] icon: Signal<&'static str>,
    keys: &'static str,
    #[prop(into)] on_click: Callback<()>,
) -> impl IntoView {
    view! {
        <button
            type="button"
            class="player-button"
            aria-label=label
            title=move || format!("{} ({})", label.get(), keys.to_uppercase())
            aria-keyshortcuts=keys
            on:click=move |_| on_click.run(())
        >
            {move || view! { <Icon name=icon.get() /> }}
        </button>
    }
    .into_any()
}
