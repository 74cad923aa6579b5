//! Settles broadcasts that are over for good, and thins the curves of old ones. Which and how, `services/counting.rs`
//! says; one that fails is tried again the next time, and keeps no other waiting.

use std::time::Duration;

use tokio_util::sync::CancellationToken;

use super::repeat;
use crate::server::{services::counting, state::AppState};

/// How often. Until it is settled, a broadcast is counted whenever it is asked for.
const EVERY: Duration = Duration::from_secs(30);

/// Runs until `stop`.
pub async fn run(state: AppState, stop: CancellationToken) {
    repeat(EVERY, &stop, || counting::settle_due(&state)).await;
}
