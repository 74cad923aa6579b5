//! Reads again, now and then, what pages that are open here follow. What was stored and could not be announced is shown
//! all the same: the process that stored it may have ended in between, or the database gone away.

use std::time::Duration;

use crate::server::{jobs, services::news, state::AppState};

/// How often: with a look into a room before it, within the 15 s in which what is shown is to be right.
const EVERY: Duration = Duration::from_secs(10);

/// Runs until the server stops.
pub async fn run(state: AppState) {
    let catch_up = || async {
        if let Err(error) = news::catch_up(&state).await {
            tracing::warn!(%error, "what pages follow could not be read again");
        }
    };
    jobs::repeat(EVERY, &state.stopping, catch_up).await;
}
