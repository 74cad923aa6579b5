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
    match within(ANSWER_WITHIN, answer).await {
        Some(answer) => answer.map_err(ApiError::into_words),
        None => Err(text!(frame.too_slow).to_owned()),
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

/// From the start without a cursor; with one, what comes after it is added.
pub(super) fn load_list<T, F>(
    listing: RwSignal<Listing<T>>,
    cursor: Option<String>,
    fetch: impl FnOnce(Option<String>) -> F,
) where
    T: Send + Sync + 'static,
    F: Future<Output = Result<Page<T>, ApiError>> + 'static,
{
    let answer = fetch(cursor.clone());
    spawn_local(async move {
        let answer = in_time(answer).await;
        let _ = listing.try_update(|listing| listing.take(answer, cursor.as_deref()));
    });
}
