//! What a page says about how things stand: failed, empty, still loading, saving or saved.
//!
//! Each is told in words, with an icon beside them, and announced to those who do not see it.

use leptos::prelude::*;

use super::icon::Icon;
use crate::text;

/// Something failed: what, and what to do. Takes no room while there is no message.
#[component]
pub fn ErrorNote(
    /// What to say; `None` while all is well.
    #[prop(into)]
    message: Signal<Option<String>>,
    /// Something else on the page announces it: this one is only seen.
    #[prop(optional)]
    is_announced_elsewhere: bool,
) -> impl IntoView {
    let role = (!is_announced_elsewhere).then_some("alert");
    view! {
        <div class="error-slot" role=role>
            {move || {
                message
                    .get()
                    .map(|text| {
                        view! {
                            <p class="note note-error">
                                <Icon name="triangle-alert" />
                                <span>{text}</span>
                            </p>
                        }
                    })
            }}
        </div>
    }
}

/// What is to be shown is not here: why, and a way to try again.
#[component]
pub fn LoadFailure(
    /// Why.
    #[prop(into)]
    message: String,
    /// Loads it again.
    #[prop(into)]
    on_retry: Callback<()>,
) -> impl IntoView {
    view! {
        <div class="stack">
            <ErrorNote message=Signal::stored(Some(message)) />
            <button type="button" class="button" on:click=move |_| on_retry.run(())>
                <Icon name="refresh-cw" />
                {text!(frame.try_again)}
            </button>
        </div>
    }
}

/// Something worth knowing: what happened, and what comes next. Takes no room while there is no message.
#[component]
pub fn InfoNote(
    /// What to say; `None` while there is nothing.
    #[prop(into)]
    message: Signal<Option<String>>,
) -> impl IntoView {
    view! {
        <div class="error-slot" role="status">
            {move || {
                message
                    .get()
                    .map(|text| {
                        view! {
                            <p class="note">
                                <Icon name="info" />
                                <span>{text}</span>
                            </p>
                        }
                    })
            }}
        </div>
    }
}

/// Nothing here, and the one next step as its children.
#[component]
pub fn EmptyState(
    /// The name of an icon.
    #[prop(into)]
    icon: &'static str,
    /// What there is none of.
    #[prop(into)]
    title: String,
    /// What to do about it.
    children: Children,
) -> impl IntoView {
    view! {
        <div class="empty-state">
            <Icon name=icon />
            <h2>{title}</h2>
            <div class="empty-state-body">{children()}</div>
        </div>
    }
}

/// Keeps the place of something that is loading, in its final size. Kinds: `line`, `title`, `row`, `card`,
/// `player`, `panel`, `figure`, `chart`.
#[component]
pub fn Skeleton(
    /// What it keeps the place of.
    kind: &'static str,
) -> impl IntoView {
    view! { <div class=format!("skeleton skeleton-{kind}") aria-hidden="true"></div> }
}

/// How saving goes.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum SaveState {
    /// Nothing to save.
    #[default]
    Idle,
    /// On its way.
    Saving,
    /// The server has it.
    Saved,
    /// The server does not have it.
    Failed,
}

/// How saving goes, beside what is saved.
#[component]
pub fn SaveMark(
    /// How it goes.
    #[prop(into)]
    state: Signal<SaveState>,
) -> impl IntoView {
    view! {
        <span class="save-mark" role="status" aria-live="polite" data-state=move || save_name(state.get())>
            {move || match state.get() {
                SaveState::Idle => None,
                SaveState::Saving => Some(save_words("refresh-cw", text!(frame.saving))),
                SaveState::Saved => Some(save_words("check", text!(frame.saved))),
                SaveState::Failed => Some(save_words("triangle-alert", text!(frame.not_saved))),
            }}
        </span>
    }
}

/// The button of a form that changes something, and beside it how that goes. The form sends nothing twice; the button
/// keeps the focus meanwhile, which one that is disabled loses.
#[component]
pub fn SaveRow(
    /// What the button does.
    label: &'static str,
    /// How it goes.
    #[prop(into)]
    state: Signal<SaveState>,
) -> impl IntoView {
    let is_busy = move || state.get() == SaveState::Saving;
    view! {
        <div class="save-row">
            <button type="submit" class="button" aria-busy=move || is_busy().then_some("true")>
                {label}
            </button>
            <SaveMark state />
        </div>
    }
}

fn save_name(state: SaveState) -> &'static str {
    match state {
        SaveState::Idle => "idle",
        SaveState::Saving => "saving",
        SaveState::Saved => "saved",
        SaveState::Failed => "failed",
    }
}

fn save_words(icon: &'static str, words: &'static str) -> impl IntoView {
    view! {
        <Icon name=icon />
        <span>{words}</span>
    }
}
