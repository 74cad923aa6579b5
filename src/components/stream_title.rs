//! The title, edited in place, and the titles before it.
//!
//! It saves by itself when typing ends, and says whether it has. What was typed stays, whatever fails
//! (`domain/title_draft.rs`).

use std::time::Duration;

use leptos::prelude::*;
use web_sys::{HtmlInputElement, KeyboardEvent};

use super::{
    composing::is_composing,
    disclosure::Disclosure,
    feedback::{ErrorNote, SaveMark, SaveState},
    focus_keeper::FocusKeeper,
    icon::Icon,
    listing::{Listing, ListingView},
    time_text::TimeAgo,
};
use crate::{
    domain::{
        stream::PastTitle,
        timestamp::Timestamp,
        title::Title,
        title_draft::{TitleDraft, TitleSaving},
    },
    text,
};

/// How long after the last keystroke a title is saved.
const SAVE_AFTER: Duration = Duration::from_secs(1);

/// A field for the title that saves by itself.
#[component]
pub fn TitleEditor(
    /// The field and how saving goes.
    draft: RwSignal<TitleDraft>,
    /// Called with a title to save; `draft` says how it goes from there.
    #[prop(into)]
    on_save: Callback<Title>,
) -> impl IntoView {
    let keystrokes = RwSignal::new(0_u32);
    let send = move |title: Option<Title>| {
        if let Some(title) = title {
            on_save.run(title);
        }
    };
    let save = move || send(draft.try_update(TitleDraft::save).flatten());
    save_when_typing_ends(keystrokes, save);
    let on_key = move |event: KeyboardEvent| match event.key().as_str() {
        "Enter" if !is_composing(&event) => {
            event.prevent_default();
            save();
        }
        // It closes nothing else then.
        "Escape" if !is_composing(&event) && draft.try_update(TitleDraft::revert) == Some(true) => {
            event.prevent_default()
        }
        _ => {}
    };
    let saving = Memo::new(move |_| draft.with(|draft| draft.saving().clone()));
    let is_failed = Memo::new(move |_| saving.with(|saving| matches!(saving, TitleSaving::Failed(_))));
    // What is typed before would be saved by nobody.
    let is_alive = RwSignal::new(false);
    Effect::new(move |_| is_alive.set(true));
    let is_new_here = StoredValue::new(false);
    view! {
        <FocusKeeper class="title-editor" changes=is_failed>
            <div class="title-editor-head">
                <label for="stream-title">{text!(studio.title)}</label>
                <SaveMark state=Signal::derive(move || save_state(&saving.get())) />
            </div>
            <input
                id="stream-title"
                class="title-editor-field"
                type="text"
                dir="auto"
                autocomplete="off"
                value=draft.with_untracked(|draft| draft.text().to_owned())
                readonly=move || !is_alive.get()
                aria-invalid=move || is_failed.get().then_some("true")
                aria-describedby="stream-title-failure"
                prop:value=move || draft.with(|draft| draft.text().to_owned())
                on:focus=move |event| enter(draft, is_new_here, &event_target(&event))
                on:click=move |event| arrive(draft, is_new_here, &event_target(&event))
                on:input=move |event| {
                    draft.update(|draft| draft.type_text(event_target_value(&event)));
                    keystrokes.update(|count| *count += 1);
                }
                on:blur=move |_| send(draft.try_update(TitleDraft::leave).flatten())
                on:keydown=on_key
            />
            <SaveFailure saving on_retry=save />
            <p class="muted small without-program">{text!(studio.needs_javascript)}</p>
        </FocusKeeper>
    }
}

/// Somebody comes to type. What stands for no title is not in the way of one.
fn enter(draft: RwSignal<TitleDraft>, is_new_here: StoredValue<bool>, field: &HtmlInputElement) {
    draft.update(TitleDraft::enter);
    is_new_here.set_value(true);
    select_untitled(draft, field);
}

/// The press that somebody came with may put the caret where it was, after all was selected. What they selected
/// themselves stays as it is, and so does the caret from the second press on.
fn arrive(draft: RwSignal<TitleDraft>, is_new_here: StoredValue<bool>, field: &HtmlInputElement) {
    let has_selected = field.selection_start() != field.selection_end();
    if is_new_here.get_value() && !has_selected {
        select_untitled(draft, field);
    }
    is_new_here.set_value(false);
}

fn select_untitled(draft: RwSignal<TitleDraft>, field: &HtmlInputElement) {
    if draft.with_untracked(|draft| draft.text() == Title::UNTITLED) {
        field.select();
    }
}

fn save_when_typing_ends(keystrokes: RwSignal<u32>, save: impl Fn() + Copy + 'static) {
    Effect::new(move |_| {
        if keystrokes.get() == 0 {
            return;
        }
        let handle = set_timeout_with_handle(save, SAVE_AFTER);
        on_cleanup(move || {
            if let Ok(handle) = handle {
                handle.clear();
            }
        });
    });
}

fn save_state(saving: &TitleSaving) -> SaveState {
    match saving {
        TitleSaving::Idle => SaveState::Idle,
        TitleSaving::Saving => SaveState::Saving,
        TitleSaving::Saved => SaveState::Saved,
        TitleSaving::Failed(_) => SaveState::Failed,
    }
}

#[component]
fn SaveFailure(saving: Memo<TitleSaving>, #[prop(into)] on_retry: Callback<()>) -> impl IntoView {
    let message = Memo::new(move |_| match saving.get() {
        TitleSaving::Failed(message) => Some(message),
        _ => None,
    });
    view! {
        <div class="title-editor-failure" id="stream-title-failure">
            <ErrorNote message />
            <Show when=move || message.get().is_some()>
                <button type="button" class="button" on:click=move |_| on_retry.run(())>
                    <Icon name="refresh-cw" />
                    {text!(frame.try_again)}
                </button>
            </Show>
        </div>
    }
}

/// The titles before, behind a disclosure; they are loaded when it is opened.
#[component]
pub fn TitleHistoryView(
    /// What is known of them.
    #[prop(into)]
    history: Signal<Listing<PastTitle>>,
    /// Whether it is open.
    is_open: RwSignal<bool>,
    /// Called for more of them, or once more after a failure.
    #[prop(into)]
    on_load: Callback<()>,
) -> impl IntoView {
    view! {
        <div class="title-history">
            <Disclosure id="title-history" label=text!(studio.earlier_titles) is_open>
                <ListingView
                    listing=history
                    empty=text!(studio.no_earlier_title)
                    class="title-history-list"
                    key=title_key
                    row=title_row
                    on_load
                />
            </Disclosure>
        </div>
    }
}

fn title_key(past: &PastTitle) -> (Timestamp, String) {
    (past.set_at, past.title.clone())
}

fn title_row(past: PastTitle, _: Callback<String>) -> impl IntoView {
    view! {
        <li>
            <span class="title-history-title" dir="auto">
                {Title::shown(&past.title).to_owned()}
            </span>
            <TimeAgo at=Signal::stored(Some(past.set_at)) />
        </li>
    }
}
