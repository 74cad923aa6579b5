//! The stream key on the page of keys: shown, copied, made and deleted.
//!
//! The key itself is asked for only to show or to copy it. It hides after a while, and as soon as the window loses the
//! focus; what is copied never becomes part of the page.

use std::time::Duration;

use leptos::{ev, prelude::*, task::spawn_local};

use super::lists::in_time_of;
use crate::{
    api::{
        error::ApiError,
        stream::{
            Change, Controls, Credentials, InputType, StreamReport, credentials, delete_ingress, make_ingress,
            stream_status,
        },
    },
    browser::clipboard,
    components::copy_button::Copying,
    text,
};

/// How long the key stays on the screen.
const SHOWN_FOR: Duration = Duration::from_secs(20);
/// Making a key takes three calls to LiveKit, and two more to take back what failed, of at most 4 s each. What is
/// deleted is cut before, which takes 2 s at most each time.
const CHANGE_WITHIN: Duration = Duration::from_secs(25);

/// What the page knows of the key, the key itself for moments only.
#[derive(Clone, Copy)]
pub(super) struct KeyState {
    /// What the key is for; `None` without a key.
    pub(super) input_type: RwSignal<Option<InputType>>,
    /// LiveKit does not know it any more.
    pub(super) is_lost: RwSignal<bool>,
    /// What a new key would be for.
    pub(super) chosen: RwSignal<InputType>,
    /// Where the encoder sends to.
    pub(super) server_url: RwSignal<Option<String>>,
    /// The key, while it is shown.
    pub(super) revealed: RwSignal<Option<String>>,
    /// It was asked for, to be shown.
    pub(super) is_revealing: RwSignal<bool>,
    /// A new key, or deleting the old one, is on its way.
    pub(super) is_busy: RwSignal<bool>,
    /// What went wrong last.
    pub(super) error: RwSignal<Option<String>>,
}

impl KeyState {
    /// As the page opens: without the key itself.
    pub(super) fn new(report: &StreamReport) -> Self {
        Self {
            input_type: RwSignal::new(key_of(&report.controls)),
            is_lost: RwSignal::new(report.controls.key_is_lost),
            chosen: RwSignal::new(report.controls.input_type.unwrap_or_default()),
            server_url: RwSignal::new(report.server_url.clone()),
            revealed: RwSignal::new(None),
            is_revealing: RwSignal::new(false),
            is_busy: RwSignal::new(false),
            error: RwSignal::new(None),
        }
    }

    fn take_report(self, report: &StreamReport) {
        let key = key_of(&report.controls);
        // What somebody is choosing stays, unless there is a key of another kind now.
        if let Some(kind) = key.filter(|_| self.input_type.try_get_untracked() != Some(key)) {
            let _ = self.chosen.try_set(kind);
        }
        let _ = self.input_type.try_set(key);
        let _ = self.server_url.try_set(report.server_url.clone());
        let _ = self.is_lost.try_set(report.controls.key_is_lost);
    }

    /// Forgets the key.
    pub(super) fn hide(self) {
        let _ = self.revealed.try_set(None);
        let _ = self.is_revealing.try_set(false);
    }

    /// Hides a key that is shown, and shows one that is hidden unless it was hidden again meanwhile.
    pub(super) fn toggle(self) {
        if self.revealed.with_untracked(Option::is_some) || self.is_revealing.get_untracked() {
            return self.hide();
        }
        self.is_revealing.set(true);
        self.error.set(None);
        spawn_local(async move {
            let answer = in_time(credentials()).await;
            if self.is_revealing.try_get_untracked() != Some(true) {
                return;
            }
            self.is_revealing.set(false);
            match answer {
                Ok(credentials) => {
                    self.input_type.set(Some(credentials.input_type));
                    self.server_url.set(Some(credentials.server_url));
                    self.revealed.set(Some(credentials.stream_key));
                }
                Err(message) => self.error.set(Some(message)),
            }
        });
    }

    /// Makes a key of the chosen kind; the one before is void.
    pub(super) fn make(self) {
        let wanted = self.chosen.get_untracked();
        self.change(async move {
            let made = in_time(make_ingress(Change::Set(wanted.as_str().to_owned()))).await?;
            Ok(Some((made.credentials.server_url, made.credentials.input_type)))
        });
    }

    /// Deletes the key.
    pub(super) fn delete(self) {
        self.change(async move {
            in_time(delete_ingress()).await?;
            let _ = self.chosen.try_set(InputType::default());
            Ok(None)
        });
    }

    fn change(self, work: impl Future<Output = Result<Option<(String, InputType)>, String>> + 'static) {
        self.hide();
        self.is_busy.set(true);
        self.error.set(None);
        spawn_local(async move {
            let changed = work.await;
            // One that was shown meanwhile may be void.
            self.hide();
            match changed {
                Ok(key) => {
                    let _ = self.input_type.try_set(key.as_ref().map(|(_, input_type)| *input_type));
                    let _ = self.server_url.try_set(key.map(|(server_url, _)| server_url));
                    let _ = self.is_lost.try_set(false);
                }
                Err(message) => {
                    let _ = self.error.try_set(Some(message));
                    // The old key may be void although there is no new one.
                    self.look_again().await;
                }
            }
            let _ = self.is_busy.try_set(false);
        });
    }

    async fn look_again(self) {
        if let Ok(report) = in_time(stream_status()).await {
            self.take_report(&report);
        }
    }

    /// Follows a key that is made or deleted elsewhere, or replaced by one of another kind, or that LiveKit loses.
    pub(super) fn follow(self, controls: Signal<Controls>) {
        let now = Memo::new(move |_| controls.with(|controls| (key_of(controls), controls.key_is_lost)));
        Effect::new(move |_| {
            let known = (self.input_type.get_untracked(), self.is_lost.get_untracked());
            if now.get() != known && !self.is_busy.get_untracked() {
                self.hide();
                spawn_local(self.look_again());
            }
        });
    }
}

fn key_of(controls: &Controls) -> Option<InputType> {
    controls.has_key.then(|| controls.input_type.unwrap_or_default())
}

async fn in_time<T>(answer: impl Future<Output = Result<T, ApiError>>) -> Result<T, String> {
    in_time_of(CHANGE_WITHIN, text!(keys.too_slow), answer).await
}

/// Copies one of the credentials; they are gone again with the copy.
pub(super) fn copy_credential(pick: fn(Credentials) -> String) -> Copying {
    Box::pin(clipboard::copy(async move { in_time(credentials()).await.map(pick) }))
}

/// The key hides after a while, and as soon as the window loses the focus or is hidden.
pub(super) fn hide_by_itself(key: KeyState) {
    Effect::new(move |_| {
        let blur = window_event_listener(ev::blur, move |_| key.hide());
        let hidden = window_event_listener(ev::visibilitychange, move |_| key.hide());
        on_cleanup(move || {
            blur.remove();
            hidden.remove();
        });
    });
    Effect::new(move |_| {
        if key.revealed.with(Option::is_none) {
            return;
        }
        let handle = set_timeout_with_handle(
            move || {
                let _ = key.revealed.try_set(None);
            },
            SHOWN_FOR,
        );
        on_cleanup(move || {
            if let Ok(handle) = handle {
                handle.clear();
            }
        });
    });
}
