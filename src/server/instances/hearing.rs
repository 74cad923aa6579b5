//! Hears what the other instances say. When the connection was lost, and at the start, everything is read again that
//! somebody is connected here for: so nothing is missed but passing notices.

use std::time::Duration;

use tokio::time::{error::Elapsed, sleep, timeout};

use crate::server::{Error, db::shared::Listener, others::About, services::news, state::AppState};

/// A connection that is silent for so long is asked whether it is still there.
const SILENT_FOR: Duration = Duration::from_secs(5);
/// How long PostgreSQL may take to answer.
const ANSWERS_WITHIN: Duration = Duration::from_secs(3);
/// How long to wait before the next connection.
const TRY_AGAIN: Duration = Duration::from_secs(1);

/// Why nothing is heard.
#[derive(Debug, thiserror::Error)]
enum Deaf {
    #[error("the connection was closed")]
    Closed,
    #[error("PostgreSQL does not answer")]
    Silent(#[from] Elapsed),
    #[error("{0}")]
    Failed(#[from] Error),
}

/// Runs until the server stops.
pub async fn run(state: AppState) {
    loop {
        let heard = tokio::select! {
            () = state.stopping.cancelled() => return,
            heard = hear(&state) => heard,
        };
        state.others.note_heard(false);
        if let Err(reason) = heard {
            tracing::warn!(%reason, "other instances cannot be heard; connecting again");
        }
        tokio::select! {
            () = state.stopping.cancelled() => return,
            () = sleep(TRY_AGAIN) => {}
        }
    }
}

/// Hears until that is no longer possible.
async fn hear(state: &AppState) -> Result<(), Deaf> {
    let mut listener = timeout(ANSWERS_WITHIN, Listener::open(&state.db)).await?.map_err(Error::from)?;
    // Only now: a change between reading and listening is not lost.
    news::read_everything_again(state).await?;
    state.others.tell(About::Count, 0);
    state.others.note_heard(true);
    loop {
        match timeout(SILENT_FOR, listener.next()).await {
            Ok(message) => {
                let message = message.map_err(Error::from)?.ok_or(Deaf::Closed)?;
                news::hear(state, state.others.read(&message)).await?;
            }
            Err(_) => timeout(ANSWERS_WITHIN, listener.check()).await?.map_err(Error::from)?,
        }
    }
}
