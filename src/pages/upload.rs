//! Sending pictures from a page, from choosing one until the server has it, and removing them.
//!
//! Portrait and thumbnail go the same way. A picture that could not be sent is still there to be sent again; without
//! WASM the plain form does it.

use std::future::Future;

use leptos::{prelude::*, task::spawn_local};
use serde::de::DeserializeOwned;

use super::{forms::failure_in_address, lists::in_time};
use crate::{
    api::{error::ApiError, protocol::Payload},
    browser::picture::{self, Fields},
    components::{
        icon::Icon,
        picture_editor::{PictureAction, PictureDraft, UploadState},
    },
    text,
};

/// One place for a picture, and how it gets a new one.
pub struct PictureUpload<T: 'static> {
    /// What the editor shows.
    pub(super) draft: PictureDraft,
    /// Where the form goes without WASM.
    pub(super) path: &'static str,
    /// Called with the server's answer.
    take: StoredValue<Box<dyn Fn(T) + Send + Sync>>,
}

impl<T> Clone for PictureUpload<T> {
    fn clone(&self) -> Self {
        *self
    }
}

impl<T> Copy for PictureUpload<T> {}

impl<T: DeserializeOwned + Payload> PictureUpload<T> {
    /// Sends to that door; `take` is called with its answer. Opens with the failure of a plain form that has come back
    /// to this page.
    pub(super) fn new(path: &'static str, take: impl Fn(T) + Send + Sync + 'static) -> Self {
        let draft = PictureDraft::default();
        if let Some(failure) = failure_in_address(path).get_untracked() {
            draft.state.set(UploadState::Failed(failure.into_words()));
        }
        on_cleanup(move || forget_chosen(draft));
        Self { draft, path, take: StoredValue::new(Box::new(take)) }
    }

    /// Does what the person wants. Only in an event handler.
    pub(super) fn act(self, action: PictureAction) {
        match action {
            PictureAction::Choose(source) => match picture::choose(&source) {
                Some(Ok(address)) => {
                    self.clear(UploadState::Idle);
                    self.draft.chosen.set(Some(address));
                }
                Some(Err(message)) => self.draft.state.set(UploadState::Failed(message)),
                None => {}
            },
            PictureAction::Send => {
                let Some(address) = self.draft.chosen.get_untracked() else { return };
                let crop = self.draft.framing.get_untracked().map(|framing| framing.crop());
                self.send(address, crop);
            }
            PictureAction::Cancel => self.clear(UploadState::Idle),
            PictureAction::Broken => self.clear(UploadState::Failed(text!(frame.no_picture).to_owned())),
        }
    }

    /// Sends that picture as it is, as if it had been chosen: when that fails, it is still there to be sent again.
    pub(super) fn send_at_once(self, address: String) {
        self.clear(UploadState::Idle);
        self.draft.chosen.set(Some(address.clone()));
        self.send(address, None);
    }

    fn send(self, address: String, crop: Option<crate::domain::crop::Crop>) {
        let state = self.draft.state;
        state.set(UploadState::Sending { percent: 0 });
        spawn_local(async move {
            let progress = move |percent| {
                let _ = state.try_set(UploadState::Sending { percent });
            };
            let fields = Fields { crop, is_automatic: false };
            match picture::send(self.path, &address, fields, progress).await {
                Ok(answer) => {
                    self.clear(UploadState::Saved);
                    self.take(answer);
                }
                Err(error) => drop(state.try_set(UploadState::Failed(error.into_words()))),
            }
        });
    }

    fn remove(self, answer: impl Future<Output = Result<T, ApiError>> + 'static) {
        let state = self.draft.state;
        state.set(UploadState::Sending { percent: 100 });
        spawn_local(async move {
            let state_after = match in_time(answer).await {
                Ok(answer) => {
                    self.take(answer);
                    UploadState::Idle
                }
                Err(message) => UploadState::Failed(message),
            };
            let _ = state.try_set(state_after);
        });
    }

    /// The page may be gone.
    fn take(self, answer: T) {
        let _ = self.take.try_with_value(|take| take(answer));
    }

    /// Lets go of what was chosen. The page may be gone.
    fn clear(self, state: UploadState) {
        if let Some(Some(address)) = self.draft.chosen.try_update(Option::take) {
            picture::forget(&address);
        }
        let _ = self.draft.framing.try_set(None);
        let _ = self.draft.state.try_set(state);
    }
}

/// Lets go of what was chosen when the page goes.
fn forget_chosen(draft: PictureDraft) {
    if let Some(Some(address)) = draft.chosen.try_get_untracked() {
        picture::forget(&address);
    }
}

/// Removes the picture that is there, also without WASM.
#[component]
pub(super) fn RemoveButton<T, F>(
    /// Which place for a picture.
    upload: PictureUpload<T>,
    /// Removes it.
    remove: fn() -> F,
) -> impl IntoView
where
    T: DeserializeOwned + Payload + Send + Sync + 'static,
    F: Future<Output = Result<T, ApiError>> + 'static,
{
    // In an element of its own: a form with a field called remove cannot be taken away by its method of that name.
    view! {
        <div>
            <form
                method="post"
                action=upload.path
                enctype="multipart/form-data"
                on:submit=move |event| event.prevent_default()
            >
                <input type="hidden" name="remove" value="true" />
                <button
                    type="submit"
                    class="button"
                    // Not disabled: who is on it stays there.
                    aria-busy=move || upload.draft.is_sending().then_some("true")
                    on:click=move |_| {
                        if !upload.draft.is_sending() {
                            upload.remove(remove());
                        }
                    }
                >
                    <Icon name="trash-2" />
                    {text!(frame.remove)}
                </button>
            </form>
        </div>
    }
}
