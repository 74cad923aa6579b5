//! What happens without anybody asking. Each job is idempotent: doing it twice, or after a crash, does no harm.

pub mod prune;
pub mod reconcile;
pub mod release;
pub mod settle;

use super::state::AppState;

/// Starts all jobs; they stop when the server does.
pub fn start(state: &AppState) {
    state.tasks.spawn(reconcile::run(state.clone()));
    state.tasks.spawn(prune::run(state.clone()));
    state.tasks.spawn(release::run(state.clone()));
    state.tasks.spawn(settle::run(state.clone()));
}
