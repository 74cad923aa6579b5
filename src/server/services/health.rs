//! Whether the server can do its work, and what it counts: for whoever watches it, a machine mostly. It answers within
//! a second or two whatever is away, and says neither why nor where; for that there are `/admin` and the doctor
//! (`parts.rs`).

use std::time::Duration;

use serde::Serialize;

use crate::server::{Error, Result, db, metrics::Snapshot, state::AppState};

/// How long each part may take to answer.
const ANSWERS_WITHIN: Duration = Duration::from_secs(1);

/// What each part is doing. Holds no address and no reason: anybody may read it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, schemars::JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct Readiness {
    /// Requests can be answered.
    pub ready: bool,
    /// `ok` or `unreachable`. Nothing works without it.
    pub database: &'static str,
    /// `ok`, `unreachable` or `notSetUp`. Pages and accounts work without it; nobody can go live or watch.
    pub livekit: &'static str,
}

/// Asks each part, all at once.
pub async fn readiness(state: &AppState) -> Readiness {
    let database = async {
        let asked = tokio::time::timeout(ANSWERS_WITHIN, db::inspect::ping(&state.db)).await;
        matches!(asked, Ok(Ok(())))
    };
    let livekit = async {
        match &state.livekit {
            None => "notSetUp",
            Some(livekit) if livekit.answers_within(ANSWERS_WITHIN).await => "ok",
            Some(_) => "unreachable",
        }
    };
    let (ready, livekit) = tokio::join!(database, livekit);
    Readiness { ready, database: if ready { "ok" } else { "unreachable" }, livekit }
}

/// Everything that is counted, as Prometheus reads it.
///
/// # Errors
/// Never in practice.
pub async fn metrics(state: &AppState) -> Result<String> {
    let counting = tokio::time::timeout(ANSWERS_WITHIN, db::inspect::count_streams(&state.db));
    let now = Snapshot {
        streams: counting.await.ok().and_then(std::result::Result::ok),
        viewers: state.events.all_viewers(),
        connections: state.db.pool_use(),
        runs_jobs: state.queue.is_read(),
        hears_others: state.others.is_heard() || !state.others.may_be(),
    };
    state.metrics.text(&now).map_err(|error| Error::Internal(format!("metrics: {error}")))
}
