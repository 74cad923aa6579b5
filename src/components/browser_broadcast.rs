//! A broadcast from the browser as its creator sees it: what to send, how it looks before anybody else sees it, and the
//! buttons of the moment.
//!
//! Nothing here touches a camera: what is chosen goes out as a [`BrowserBroadcastAction`], what came of it comes back
//! in the [`BrowserBroadcast`].

use leptos::{either::EitherOf4, html, prelude::*};

use super::{
    device_lists::{CameraList, MicrophoneList},
    focus_keeper::FocusKeeper,
    icon::Icon,
    sound_meter::SoundMeter,
};
use crate::{
    domain::{
        browser_broadcast::{BrowserBroadcast, BrowserBroadcastAction, Message, Stage},
        capture::{Choice, Picture},
    },
    text,
};

/// A broadcast from the browser.
#[component]
pub fn BrowserBroadcastPanel(
    /// What is shown.
    #[prop(into)]
    broadcast: Signal<BrowserBroadcast>,
    /// How loud what is sent is, 0 to 1.
    #[prop(into)]
    level: Signal<f64>,
    /// Scripts are there.
    #[prop(into)]
    is_ready: Signal<bool>,
    /// Where the picture goes.
    video: NodeRef<html::Video>,
    /// Called with what somebody does.
    #[prop(into)]
    on_action: Callback<BrowserBroadcastAction>,
) -> impl IntoView {
    let stage = Memo::new(move |_| broadcast.with(|broadcast| broadcast.stage));
    let message = Memo::new(move |_| broadcast.with(|broadcast| broadcast.message.clone()));
    view! {
        <section class="panel browser-broadcast" aria-labelledby="browser-broadcast-title" data-stage=move || stage.get().as_str()>
            <h2 id="browser-broadcast-title">{text!(browser_broadcast.from_browser)}</h2>
            <p class="muted">{text!(browser_broadcast.from_browser_means)}</p>
            <div class="browser-broadcast-picture" hidden=move || !stage.get().has_preview()>
                <video
                    class="browser-broadcast-video"
                    node_ref=video
                    playsinline
                    muted
                    aria-label=text!(browser_broadcast.viewers_will_see)
                ></video>
                <NoPicture broadcast />
            </div>
            <div class="browser-broadcast-words" role="status">
                <StageWords stage />
                {move || message.get().map(|message| view! { <MessageNote message /> })}
            </div>
            <Choices broadcast on_action />
            <Show when=move || stage.get().has_preview()>
                <Meter broadcast level />
            </Show>
            <Buttons broadcast stage is_ready on_action />
            <p class="muted small without-program">{text!(browser_broadcast.needs_script)}</p>
        </section>
    }
}

#[component]
fn NoPicture(broadcast: Signal<BrowserBroadcast>) -> impl IntoView {
    let has_none = Memo::new(move |_| broadcast.with(|broadcast| broadcast.choice.picture == Picture::Nothing));
    view! {
        <Show when=move || has_none.get()>
            <p class="browser-broadcast-sound-only">
                <Icon name="volume-2" />
                {text!(player.sound_only)}
            </p>
        </Show>
    }
}

#[component]
fn StageWords(stage: Memo<Stage>) -> impl IntoView {
    move || {
        let words = match stage.get() {
            Stage::Choosing => return None,
            Stage::Opening => text!(browser_broadcast.opening),
            Stage::Previewing => text!(browser_broadcast.previewing),
            Stage::Connecting => text!(browser_broadcast.connecting),
            Stage::OnAir => text!(browser_broadcast.on_air),
            Stage::Reconnecting => text!(player.connection_lost),
        };
        Some(view! { <p class="browser-broadcast-stage">{words}</p> })
    }
}

#[component]
fn MessageNote(message: Message) -> impl IntoView {
    let (class, icon) = if message.is_failure { ("note note-error", "triangle-alert") } else { ("note", "info") };
    view! {
        <p class=class>
            <Icon name=icon />
            <span>{message.text}</span>
        </p>
    }
}

#[component]
fn Choices(broadcast: Signal<BrowserBroadcast>, on_action: Callback<BrowserBroadcastAction>) -> impl IntoView {
    let choice = Memo::new(move |_| broadcast.with(|broadcast| broadcast.choice.clone()));
    let is_fixed =
        Memo::new(move |_| broadcast.with(|broadcast| matches!(broadcast.stage, Stage::Opening | Stage::Connecting)));
    let is_changing = Memo::new(move |_| broadcast.with(|broadcast| broadcast.is_changing));
    let pick = Callback::new(move |choice| on_action.run(BrowserBroadcastAction::Choose(choice)));
    view! {
        <fieldset class="browser-broadcast-choices needs-program" disabled=move || is_fixed.get()>
            <legend class="visually-hidden">{text!(browser_broadcast.viewers_get)}</legend>
            <div class="browser-broadcast-pictures" role="group" aria-label=text!(studio.picture)>
                <PictureButton
                    value=Picture::Camera
                    name=text!(browser_broadcast.camera_label)
                    icon="video"
                    choice
                    is_changing
                    pick
                />
                <PictureButton
                    value=Picture::Screen
                    name=text!(browser_broadcast.screen_label)
                    icon="monitor"
                    choice
                    is_changing
                    pick
                />
                <PictureButton
                    value=Picture::Nothing
                    name=text!(player.sound_only)
                    icon="mic"
                    choice
                    is_changing
                    pick
                />
            </div>
            <Show when=move || choice.with(|choice| choice.picture == Picture::Camera)>
                <CameraList broadcast choice pick />
            </Show>
            <MicrophoneList broadcast choice pick />
        </fieldset>
    }
}

#[component]
fn PictureButton(
    value: Picture,
    name: &'static str,
    icon: &'static str,
    choice: Memo<Choice>,
    is_changing: Memo<bool>,
    pick: Callback<Choice>,
) -> impl IntoView {
    let is_chosen = move || choice.with(|choice| choice.picture == value);
    // Without a microphone there would be nothing at all.
    let is_void = move || value == Picture::Nothing && choice.with(|choice| !choice.has_microphone);
    // Disabled while something changes, the button would lose the focus. A press is not kept for afterwards: a browser
    // shares a screen only right after one.
    let press = move |_| {
        if !is_changing.get_untracked() {
            pick.run(Choice { picture: value, ..choice.get_untracked() });
        }
    };
    view! {
        <button
            type="button"
            class="button browser-broadcast-picture-button"
            aria-pressed=move || if is_chosen() { "true" } else { "false" }
            disabled=is_void
            aria-disabled=move || is_changing.get().then_some("true")
            on:click=press
        >
            <Icon name=icon />
            {name}
        </button>
    }
}

#[component]
fn Meter(broadcast: Signal<BrowserBroadcast>, level: Signal<f64>) -> impl IntoView {
    let has_microphone = Memo::new(move |_| broadcast.with(|broadcast| broadcast.choice.has_microphone));
    let is_sent = Memo::new(move |_| broadcast.with(|broadcast| !broadcast.is_muted));
    view! {
        <Show when=move || has_microphone.get()>
            <SoundMeter level=Signal::derive(move || Some(level.get())) is_sent />
        </Show>
    }
}

#[component]
fn Buttons(
    broadcast: Signal<BrowserBroadcast>,
    stage: Memo<Stage>,
    is_ready: Signal<bool>,
    on_action: Callback<BrowserBroadcastAction>,
) -> impl IntoView {
    view! {
        <FocusKeeper class="browser-broadcast-buttons" changes=stage>
            {move || match stage.get() {
                Stage::Choosing => EitherOf4::A(view! { <PreviewButton is_ready on_action /> }),
                Stage::Opening | Stage::Connecting => EitherOf4::B(view! { <CancelButton on_action /> }),
                Stage::Previewing => {
                    EitherOf4::C(
                        view! {
                            <GoLiveButton broadcast on_action />
                            <MuteButton broadcast on_action />
                            <CancelButton on_action />
                        },
                    )
                }
                Stage::OnAir | Stage::Reconnecting => {
                    EitherOf4::D(
                        view! {
                            <StopButton on_action />
                            <MuteButton broadcast on_action />
                        },
                    )
                }
            }}
        </FocusKeeper>
    }
}

#[component]
fn PreviewButton(is_ready: Signal<bool>, on_action: Callback<BrowserBroadcastAction>) -> impl IntoView {
    view! {
        <button
            type="button"
            class="button"
            disabled=move || !is_ready.get()
            on:click=move |_| on_action.run(BrowserBroadcastAction::Preview)
        >
            <Icon name="eye" />
            {text!(browser_broadcast.preview)}
        </button>
    }
}

#[component]
fn CancelButton(on_action: Callback<BrowserBroadcastAction>) -> impl IntoView {
    view! {
        <button type="button" class="button" on:click=move |_| on_action.run(BrowserBroadcastAction::Stop)>
            {text!(frame.cancel)}
        </button>
    }
}

#[component]
fn GoLiveButton(broadcast: Signal<BrowserBroadcast>, on_action: Callback<BrowserBroadcastAction>) -> impl IntoView {
    view! {
        <button
            type="button"
            class="button primary"
            disabled=move || broadcast.with(|broadcast| broadcast.is_changing)
            on:click=move |_| on_action.run(BrowserBroadcastAction::GoLive)
        >
            <Icon name="radio" />
            {text!(browser_broadcast.go_live)}
        </button>
    }
}

#[component]
fn StopButton(on_action: Callback<BrowserBroadcastAction>) -> impl IntoView {
    view! {
        <button type="button" class="button danger" on:click=move |_| on_action.run(BrowserBroadcastAction::Stop)>
            <Icon name="square" />
            {text!(browser_broadcast.stop)}
        </button>
    }
}

#[component]
fn MuteButton(broadcast: Signal<BrowserBroadcast>, on_action: Callback<BrowserBroadcastAction>) -> impl IntoView {
    let is_muted = Memo::new(move |_| broadcast.with(|broadcast| broadcast.is_muted));
    let has_microphone = Memo::new(move |_| broadcast.with(|broadcast| broadcast.choice.has_microphone));
    view! {
        <Show when=move || has_microphone.get()>
            <button
                type="button"
                class="button"
                aria-pressed=move || if is_muted.get() { "true" } else { "false" }
                on:click=move |_| on_action.run(BrowserBroadcastAction::ToggleMute)
            >
                {move || view! { <Icon name=if is_muted.get() { "mic-off" } else { "mic" } /> }}
                {text!(browser_broadcast.mute)}
            </button>
        </Show>
    }
}
