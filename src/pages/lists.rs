//! Lists that a page loads piece by piece, and how long a page waits for an answer.
//!
//! What takes longer counts as a failure, with words that say so. An answer that comes when the page is gone changes
//! nothing.

use std::{future::Future, time::Duration};

use leptos::{prelude::*, task::spawn_local, wasm_bindgen::JsCast as _};

use crate::{api::error::ApiError, browser::timers::within, components::listing::Listing, domain::page::Page, text};

/// How long an answer may take.
const ANSWER_WITHIN: Duration = Duration::from_secs(15);

/// What the server answers, or in words why there is no answer.
pub(super) async fn in_time<T>(answer: impl Future<Output = Result<T, ApiError>>) -> Result<T, String> {
    in_time_of(ANSWER_WITHIN, text!(frame.too_slow), answer).await
}

/// The same within another time, with what is said when that is over.
pub(super) async fn in_time_of<T>(
    limit: Duration,
    too_slow: &str,
    answer: impl Future<Output = Result<T, ApiError>>,
) -> Result<T, String> {
    match within(limit, answer).await {
        Some(answer) => answer.map_err(ApiError::into_words),
        None => Err(too_slow.to_owned()),
    }
}

/// Who asked for more goes on from the first that is new.
pub(super) fn focus_on(id: Option<String>) {
    let element = id.and_then(|id| document().get_element_by_id(&id));
    if let Some(element) = element.and_then(|element| element.dyn_into::<web_sys::HtmlElement>().ok()) {
        // What is not in the document any more has nothing to focus.
        drop(element.focus());
    }
}

/// A list that is loaded from the start, and again when something in it may have changed.
pub(super) struct List<T> {
    /// What is known of it.
    pub(super) listing: RwSignal<Listing<T>>,
    /// How often it was asked for from the start. What was asked before the last time is out of date, however late it
    /// is answered.
    starts: StoredValue<u32>,
}

impl<T> Clone for List<T> {
    fn clone(&self) -> Self {
        *self
    }
}

impl<T> Copy for List<T> {}

impl<T: Send + Sync + 'static> List<T> {
    /// One that nobody has asked for yet.
    pub(super) fn new() -> Self {
        Self { listing: RwSignal::new(Listing::Loading), starts: StoredValue::new(0) }
    }

    /// Loads it from the start. `fetch` gets the cursor.
    pub(super) fn load<F>(self, fetch: impl FnOnce(Option<String>) -> F)
    where
        F: Future<Output = Result<Page<T>, ApiError>> + 'static,
    {
        self.starts.update_value(|starts| *starts += 1);
        self.ask(None, fetch);
    }

    /// Loads what comes after what is here. After a failure, that is all of it.
    pub(super) fn load_more<F>(self, fetch: impl FnOnce(Option<String>) -> F)
    where
        F: Future<Output = Result<Page<T>, ApiError>> + 'static,
    {
        match self.listing.with_untracked(Listing::next) {
            Some(cursor) => {
                self.listing.update(Listing::grow);
                self.ask(Some(cursor), fetch);
            }
            None => self.load(fetch),
        }
    }

    fn ask<F>(self, cursor: Option<String>, fetch: impl FnOnce(Option<String>) -> F)
    where
        F: Future<Output = Result<Page<T>, ApiError>> + 'static,
    {
        let start = self.starts.get_value();
        let answer = fetch(cursor.clone());
        spawn_local(async move {
            let answer = in_time(answer).await;
            if self.starts.try_get_value() == Some(start) {
                let _ = self.listing.try_update(|listing| listing.take(answer, cursor.as_deref()));
            }
        });
    }
}
