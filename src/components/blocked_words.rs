//! The words that a creator does not want in the chat, one a line, kept as typed until they are saved.
//!
//! A failure to save leaves them as they are, with the reason. They are the creator's alone to see.

use leptos::{either::EitherOf3, ev::SubmitEvent, prelude::*};

use super::feedback::{ErrorNote, LoadFailure, SaveRow, SaveState, Skeleton};
use crate::{domain::blocked_words::MAX_BLOCKED_WORDS, text};

/// Whether the words are here.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum WordsLoad {
    /// On their way.
    #[default]
    Loading,
    /// Here.
    Loaded,
    /// Not here, with the reason.
    Failed(String),
}

/// The signals of the editor.
#[derive(Clone, Copy)]
pub struct WordsDraft {
    /// Whether the words are here.
    pub load: RwSignal<WordsLoad>,
    /// What is typed, one word a line.
    pub text: RwSignal<String>,
    /// How saving goes.
    pub saving: RwSignal<SaveState>,
    /// Why it was not saved.
    pub error: RwSignal<Option<String>>,
}

impl WordsDraft {
    /// Nothing is here yet.
    pub fn new() -> Self {
        Self {
            load: RwSignal::new(WordsLoad::Loading),
            text: RwSignal::new(String::new()),
            saving: RwSignal::new(SaveState::Idle),
            error: RwSignal::new(None),
        }
    }
}

impl Default for WordsDraft {
    fn default() -> Self {
        Self::new()
    }
}

/// The editor.
#[component]
pub fn BlockedWordsEditor(
    /// Its signals.
    draft: WordsDraft,
    /// Called with the words to save.
    #[prop(into)]
    on_save: Callback<Vec<String>>,
    /// Called once more when they did not load.
    #[prop(into)]
    on_load: Callback<()>,
) -> impl IntoView {
    let load = Memo::new(move |_| draft.load.get());
    move || match load.get() {
        WordsLoad::Loading => EitherOf3::A(view! { <Skeleton kind="row" /> }),
        WordsLoad::Loaded => EitherOf3::B(view! { <WordsForm draft on_save /> }),
        WordsLoad::Failed(message) => EitherOf3::C(view! { <LoadFailure message on_retry=on_load /> }),
    }
}

#[component]
fn WordsForm(draft: WordsDraft, on_save: Callback<Vec<String>>) -> impl IntoView {
    let submit = move |event: SubmitEvent| {
        event.prevent_default();
        if draft.saving.get_untracked() != SaveState::Saving {
            on_save.run(draft.text.with_untracked(|text| words_in(text)));
        }
    };
    view! {
        <form class="field blocked-words" on:submit=submit>
            <label for="blocked-words" class="visually-hidden">{text!(moderation.blocked_words)}</label>
            <textarea
                id="blocked-words"
                rows="6"
                dir="auto"
                autocomplete="off"
                spellcheck="false"
                aria-describedby="blocked-words-hint"
                aria-invalid=move || draft.error.get().map(|_| "true")
                prop:value=draft.text
                on:input=move |event| {
                    draft.text.set(event_target_value(&event));
                    draft.error.set(None);
                    draft.saving.set(SaveState::Idle);
                }
            ></textarea>
            <p class="field-hint" id="blocked-words-hint">
                {text!(moderation.blocked_words_hint, max = MAX_BLOCKED_WORDS)}
            </p>
            <ErrorNote message=draft.error />
            <SaveRow label=text!(moderation.save_words) state=draft.saving />
        </form>
    }
}

fn words_in(text: &str) -> Vec<String> {
    text.lines().map(str::trim).filter(|line| !line.is_empty()).map(str::to_owned).collect()
}

#[cfg(test)]
mod tests {
    use super::words_in;

    #[test]
    fn each_line_is_a_word() {
        assert_eq!(words_in(" bad \r\n\n very bad\nb*d"), ["bad", "very bad", "b*d"]);
    }
}
