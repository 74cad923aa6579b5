//! Lists that a page loads piece by piece, and how long a page waits for an answer.

use std::{future::Future, time::Duration};

use leptos::{prelude::*, task::spawn_local};

use crate::{api::error::ApiError, browser::timers::within, components::listing::Listing, domain::page::Page};

/// How long an answer may take.
const ANSWER_WITHIN: Duration = Duration::from_secs(15);
/// What is said when it takes longer.
pub(super) const TOO_SLOW: &str = "The server takes too long to answer. Try again.";

/// What the server answers, or in words why there is no answer.
pub(super) async fn in_time<T>(answer: impl Future<Output = Result<T, ApiError>>) -> Result<T, String> {
    match within(ANSWER_WITHIN, answer).await {
        Some(answer) => answer.map_err(ApiError::into_words),
        None => Err(TOO_SLOW.to_owned()),
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
    let is_more = cursor.is_some();
    let answer = fetch(cursor);
    spawn_local(async move {
        let answer = in_time(answer).await;
        let _ = listing.try_update(|listing| listing.take(answer, is_more));
    });
}
