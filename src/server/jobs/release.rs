//! Lets messages go that were held back for long enough, also those that an earlier run of the program has left. Never
//! one that was removed meanwhile: `services/chat.rs` looks again as it does it.

use std::time::Duration;

use tokio_util::sync::CancellationToken;

use super::repeat;
use crate::server::{services::chat, state::AppState};

/// How often. A message is late by at most this; a look costs one read of a small index.
const EVERY: Duration = Duration::from_millis(200);

/// Runs until `stop`.
pub async fn run(state: AppState, stop: CancellationToken) {
    repeat(EVERY, &stop, || chat::release_due(&state)).await;
}
