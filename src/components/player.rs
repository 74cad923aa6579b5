//! The player as it is seen: a 16:9 box that never jumps, and what it says while there is no picture.
//!
//! It knows nothing of LiveKit: what to show comes in as a [`PlayerPhase`], what the viewer wants goes out as a
//! [`PlayerAction`]. Whoever works by keyboard is on the player itself when the button that they were on goes away.

use leptos::{either::EitherOf8, ev::FocusEvent, html, prelude::*, wasm_bindgen::JsCast as _};

use super::{focus_keeper::go_on, icon::Icon, player_controls::PlayerControls};
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
    /// The page listens to the keys of the controls.
    #[prop(optional)]
    has_keys: bool,
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
    let plays_picture = Memo::new(move |_| phase.with(PlayerPhase::plays_picture));
    let behind = Memo::new(move |_| {
        let stands_still = is_paused.get() || phase.with(|phase| *phase == PlayerPhase::NoPicture);
        if stands_still { None } else { delay_ms.get().map(behind_words) }
    });
    // What is for a picture is not there for sound alone. A smaller picture may be what comes through where none does.
    let shows_picture = Memo::new(move |_| phase.with(PlayerPhase::shows_picture));
    let layers = Memo::new(move |_| if shows_picture.get() { layers.get() } else { Vec::new() });
    let picture_in_picture =
        Memo::new(move |_| if plays_picture.get() { picture_in_picture.get() } else { PictureInPicture::Unavailable });
    // All by which buttons and lists go away.
    let changes = move || (phase.get(), is_paused.get(), layers.with(Vec::is_empty), picture_in_picture.get());
    let is_here = keep_focus(stage, changes);
    view! {
        <div
            class="player"
            node_ref=stage
            role="group"
            aria-label=text!(player.player)
            // Not for a mouse: whoever clicked on the picture would have the controls in it for good.
            tabindex=move || is_here.get().then_some("-1")
            on:focusin=move |event| is_here.set(is_by_keyboard(&event))
            on:focusout=move |event| {
                // What goes away leaves the focus nowhere.
                if event.related_target().is_some() {
                    is_here.set(false);
                }
            }
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
                <PlayerControls
                    sound
                    is_paused
                    is_theatre
                    behind
                    quality
                    layers
                    picture_in_picture
                    has_keys
                    on_action
                />
            </Show>
        </div>
    }
}

/// Whether the focus is in the player, for a keyboard. When what had it goes away, the player itself has it.
fn keep_focus<T: 'static>(stage: NodeRef<html::Div>, changes: impl Fn() -> T + 'static) -> RwSignal<bool> {
    let is_here = RwSignal::new(false);
    Effect::watch(
        changes,
        move |_, _, _| {
            if is_here.get_untracked() {
                request_animation_frame(move || go_on(stage));
            }
        },
        false,
    );
    is_here
}

/// Whether one sees the focus where it came to, as one does who works by keyboard.
fn is_by_keyboard(event: &FocusEvent) -> bool {
    let target = event.target().and_then(|target| target.dyn_into::<web_sys::Element>().ok());
    target.is_some_and(|target| matches!(target.matches(":focus-visible"), Ok(true)))
}

/// The name of a phase in the page, for styles and tests.
fn phase_name(phase: &PlayerPhase) -> &'static str {
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
}

#[component]
fn Paused(on_action: Callback<PlayerAction>) -> impl IntoView {
    view! {
        <button type="button" class="player-big" on:click=move |_| on_action.run(PlayerAction::TogglePause)>
            <Icon name="play" />
            <span class="visually-hidden">{text!(player.play)}</span>
        </button>
    }
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
}
