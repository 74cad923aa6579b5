//! Tells the other instances what happens here. The first piece of news goes at once; what comes within the pause after
//! it goes together. What cannot be sent waits, and grows no further than [`others`](crate::server::others) lets it.

use std::time::Duration;

use tokio::time::sleep;

use crate::server::{db::shared, state::AppState};

/// At least so long between two messages, however much happens.
const PAUSE: Duration = Duration::from_millis(50);
/// How long to wait before a message that could not be sent is sent again.
const TRY_AGAIN: Duration = Duration::from_secs(1);

/// Runs until the server stops.
pub async fn run(state: AppState) {
    loop {
        tokio::select! {
            () = state.stopping.cancelled() => return,
            () = state.others.comes() => {}
        }
        while let Some(message) = state.others.take() {
            tokio::select! {
                () = state.stopping.cancelled() => return tell(&state, &message).await,
                () = send(&state, &message) => sleep(PAUSE).await,
            }
        }
    }
}

/// Sends what waits, once: for the end, when nothing more comes.
pub async fn tell_rest(state: &AppState) {
    while let Some(message) = state.others.take() {
        tell(state, &message).await;
    }
}

async fn tell(state: &AppState, message: &str) {
    if let Err(error) = shared::notify(&state.db, message).await {
        tracing::warn!(%error, "other instances could not be told what happened last");
    }
}

/// Sends it, however often it takes.
async fn send(state: &AppState, message: &str) {
    while let Err(error) = shared::notify(&state.db, message).await {
        tracing::warn!(%error, "other instances cannot be told what happens here; trying again");
        sleep(TRY_AGAIN).await;
    }
}
