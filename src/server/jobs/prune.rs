//! Forgets what has run out, once an hour: sessions, counters, and ids of old webhooks.

use std::time::Duration;

use tokio::time::interval;

use crate::server::{services::upkeep, state::AppState};

/// How often.
const EVERY: Duration = Duration::from_secs(3600);

/// Runs until the server stops.
pub async fn run(state: AppState) {
    let mut ticks = interval(EVERY);
    loop {
        tokio::select! {
            () = state.stopping.cancelled() => return,
            _ = ticks.tick() => upkeep::prune(&state).await,
        }
    }
}
