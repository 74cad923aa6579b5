//! What a creator does to what comes in: go live with a rehearsal, end the stream, let the encoder in again; and what
//! they set before it comes.

use leptos::{either::EitherOf4, prelude::*};

use super::{
    composing::is_composing, dialog::ConfirmDialog, feedback::ErrorNote, focus_keeper::FocusKeeper, icon::Icon,
    toggle::Toggle,
};
use crate::{
    domain::{
        channel::StreamStatus,
        stream::{Controls, DisconnectProtection},
        title::Title,
    },
    text,
};

/// What the creator asks for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ControlAction {
    /// Who comes next is seen by the creator alone, or not.
    Rehearse(bool),
    /// Show the rehearsal to everybody, under that title when it has none yet.
    GoLive(Option<String>),
    /// End the stream and keep the encoder out.
    End,
    /// Let the encoder in again.
    Resume,
    /// Wait for that long when the encoder drops, in seconds.
    Protect(u32),
}

/// What can be done now, and what went wrong with it.
#[component]
pub fn OnAirBar(
    /// On air or not.
    #[prop(into)]
    status: Signal<StreamStatus>,
    /// What is set.
    #[prop(into)]
    controls: Signal<Controls>,
    /// The title that viewers would see.
    #[prop(into)]
    title: Signal<String>,
    /// Something that was asked for is on its way.
    #[prop(into)]
    is_busy: Signal<bool>,
    /// What went wrong with the last one.
    #[prop(into)]
    error: Signal<Option<String>>,
    /// Called with what is asked for.
    #[prop(into)]
    on_action: Callback<ControlAction>,
) -> impl IntoView {
    let asks_end = RwSignal::new(false);
    let asks_go_live = RwSignal::new(false);
    close_when_done(is_busy, asks_end);
    close_when_done(is_busy, asks_go_live);
    let is_ended = Memo::new(move |_| controls.with(|controls| controls.ended_by_creator));
    let shown = Memo::new(move |_| (status.get(), is_ended.get()));
    view! {
        <FocusKeeper class="on-air-bar-slot" changes=Memo::new(move |_| (shown.get(), is_busy.get()))>
            {move || match shown.get() {
                (status, true) => EitherOf4::C(view! { <EndedBar is_over=!status.is_busy() is_busy on_action /> }),
                (StreamStatus::Rehearsal, false) => {
                    EitherOf4::A(view! { <RehearsalBar is_busy asks_go_live asks_end /> })
                }
                (StreamStatus::Live | StreamStatus::Reconnecting, false) => {
                    EitherOf4::B(view! { <EndButton is_busy asks_end /> })
                }
                (StreamStatus::Offline, false) => EitherOf4::D(()),
            }}
            <ErrorNote message=error />
            <GoLiveDialog open=asks_go_live title is_busy on_action />
            <ConfirmDialog
                open=asks_end
                title=text!(studio.end_question)
                confirm_label=text!(studio.end_now)
                on_confirm=move || on_action.run(ControlAction::End)
                busy=is_busy
            >
                <p>{text!(studio.end_means)}</p>
            </ConfirmDialog>
        </FocusKeeper>
    }
}

/// However it went: the page says how.
fn close_when_done(is_busy: Signal<bool>, dialog: RwSignal<bool>) {
    Effect::watch(
        move || is_busy.get(),
        move |is_busy, was_busy, _| {
            if !is_busy && was_busy == Some(&true) {
                dialog.set(false);
            }
        },
        false,
    );
}

#[component]
fn RehearsalBar(is_busy: Signal<bool>, asks_go_live: RwSignal<bool>, asks_end: RwSignal<bool>) -> impl IntoView {
    view! {
        <div class="on-air-bar" data-kind="rehearsal">
            <Icon name="eye" />
            <p>
                <strong>{text!(studio.rehearsal)}</strong>
                {text!(studio.rehearsal_means)}
            </p>
            <div class="on-air-bar-actions">
                <button type="button" class="button primary" disabled=is_busy on:click=move |_| asks_go_live.set(true)>
                    <Icon name="radio" />
                    {text!(studio.go_live)}
                </button>
                <EndButton is_busy asks_end />
            </div>
        </div>
    }
}

#[component]
fn EndButton(is_busy: Signal<bool>, asks_end: RwSignal<bool>) -> impl IntoView {
    view! {
        <button type="button" class="button danger" disabled=is_busy on:click=move |_| asks_end.set(true)>
            <Icon name="circle-x" />
            {text!(studio.end_now)}
        </button>
    }
}

#[component]
fn EndedBar(is_over: bool, is_busy: Signal<bool>, on_action: Callback<ControlAction>) -> impl IntoView {
    // Disabled while it is busy, the button would lose the focus.
    let let_in = move |_| {
        if !is_busy.get_untracked() {
            on_action.run(ControlAction::Resume);
        }
    };
    view! {
        <div class="on-air-bar" data-kind="ended">
            <Icon name="ban" />
            <p>
                <strong>{if is_over { text!(studio.ended) } else { text!(studio.ending) }}</strong>
                {if is_over { text!(studio.ended_means) } else { text!(studio.ending_means) }}
            </p>
            <div class="on-air-bar-actions">
                <button
                    type="button"
                    class="button primary"
                    aria-disabled=move || is_busy.get().then_some("true")
                    aria-busy=move || is_busy.get().then_some("true")
                    on:click=let_in
                >
                    <Icon name="play" />
                    {text!(studio.let_in)}
                </button>
            </div>
        </div>
    }
}

/// Asks before viewers see it, and for a title while there is none.
#[component]
fn GoLiveDialog(
    open: RwSignal<bool>,
    title: Signal<String>,
    is_busy: Signal<bool>,
    on_action: Callback<ControlAction>,
) -> impl IntoView {
    let needs_title = Memo::new(move |_| title.with(|title| title == Title::UNTITLED));
    let typed = RwSignal::new(String::new());
    let problem = RwSignal::new(None);
    let confirm = move || {
        if is_busy.get_untracked() {
            return;
        }
        if !needs_title.get_untracked() {
            return on_action.run(ControlAction::GoLive(None));
        }
        match typed.with_untracked(|text| Title::parse(text)) {
            Ok(title) => {
                problem.set(None);
                on_action.run(ControlAction::GoLive(Some(title.as_str().to_owned())));
            }
            Err(invalid) => problem.set(Some(invalid.0)),
        }
    };
    view! {
        <ConfirmDialog
            open
            title=text!(studio.go_live_question)
            confirm_label=text!(studio.go_live)
            is_danger=false
            on_confirm=confirm
            busy=is_busy
        >
            <p>{text!(studio.go_live_means)}</p>
            <Show
                when=move || needs_title.get()
                fallback=move || {
                    view! {
                        <p class="go-live-title" dir="auto">
                            {move || title.get()}
                        </p>
                    }
                }
            >
                <TitleField typed problem on_enter=confirm />
            </Show>
        </ConfirmDialog>
    }
}

/// The title that a stream needs before it goes live.
#[component]
fn TitleField(
    typed: RwSignal<String>,
    problem: RwSignal<Option<String>>,
    #[prop(into)] on_enter: Callback<()>,
) -> impl IntoView {
    view! {
        <div class="field">
            <label for="go-live-title">{text!(studio.title_wanted)}</label>
            <input
                id="go-live-title"
                type="text"
                autocomplete="off"
                dir="auto"
                prop:value=move || typed.get()
                aria-invalid=move || problem.with(Option::is_some).then_some("true")
                aria-describedby="go-live-problem"
                on:input=move |event| typed.set(event_target_value(&event))
                on:keydown=move |event| {
                    if event.key() == "Enter" && !is_composing(&event) {
                        event.prevent_default();
                        if !event.repeat() {
                            on_enter.run(());
                        }
                    }
                }
            />
            <div id="go-live-problem">
                <ErrorNote message=problem />
            </div>
        </div>
    }
}

/// What is set before an encoder comes, and for when it drops.
#[component]
pub fn EncoderSettings(
    /// On air or not.
    #[prop(into)]
    status: Signal<StreamStatus>,
    /// What is set.
    #[prop(into)]
    controls: Signal<Controls>,
    /// Something that was asked for is on its way.
    #[prop(into)]
    is_busy: Signal<bool>,
    /// Called with what is asked for.
    #[prop(into)]
    on_action: Callback<ControlAction>,
) -> impl IntoView {
    let is_on_air = Signal::derive(move || status.get().is_busy());
    view! {
        <section class="panel encoder-settings needs-program" aria-labelledby="encoder-settings-title">
            <h2 id="encoder-settings-title">{text!(studio.your_encoder)}</h2>
            <Toggle
                label=text!(studio.test_stream)
                hint=text!(studio.test_stream_means)
                checked=Signal::derive(move || controls.with(|controls| controls.is_rehearsal_on))
                busy=is_busy
                disabled=is_on_air
                on_change=move |is_on| on_action.run(ControlAction::Rehearse(is_on))
            />
            <ProtectionChoice controls on_action />
        </section>
    }
}

#[component]
fn ProtectionChoice(controls: Signal<Controls>, on_action: Callback<ControlAction>) -> impl IntoView {
    let chosen = Memo::new(move |_| controls.with(|controls| controls.disconnect_protection_seconds));
    let choose = move |event| {
        if let Ok(seconds) = event_target_value(&event).parse() {
            on_action.run(ControlAction::Protect(seconds));
        }
    };
    view! {
        <div class="setting">
            <label for="disconnect-protection">{text!(studio.protection)}</label>
            <select
                id="disconnect-protection"
                aria-describedby="disconnect-protection-hint"
                prop:value=move || chosen.get().to_string()
                on:change=choose
            >
                {DisconnectProtection::CHOICES
                    .map(|seconds| {
                        view! {
                            <option value=seconds.to_string() selected=move || chosen.get() == seconds>
                                {protection_words(seconds)}
                            </option>
                        }
                    })
                    .collect_view()}
            </select>
            <p class="setting-hint" id="disconnect-protection-hint">
                {text!(studio.protection_means)}
            </p>
        </div>
    }
}

fn protection_words(seconds: u32) -> String {
    match seconds {
        0 => text!(studio.protection_off).to_owned(),
        300 => text!(time.minutes_in_full, count = 5_u32),
        seconds => text!(time.seconds_in_full, count = seconds),
    }
}
