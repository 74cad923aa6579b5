//! What happens without anybody asking. Each job is idempotent: doing it twice, or after a crash, does no harm. Of
//! several instances one runs them (`instances/leading.rs`).

pub mod prune;
pub mod reconcile;
pub mod release;
pub mod settle;

use tokio::task::JoinSet;
use tokio_util::sync::CancellationToken;

use super::state::AppState;

/// Starts all jobs; each ends after `stop`, when it has done what it has begun.
pub fn start(state: &AppState, stop: &CancellationToken) -> JoinSet<()> {
    let mut jobs = JoinSet::new();
    jobs.spawn(reconcile::run(state.clone(), stop.clone()));
    jobs.spawn(prune::run(state.clone(), stop.clone()));
    jobs.spawn(release::run(state.clone(), stop.clone()));
    jobs.spawn(settle::run(state.clone(), stop.clone()));
    jobs
}
