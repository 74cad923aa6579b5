//! Several instances on one PostgreSQL: what happens at one is told to the others, and one of them runs the jobs. On
//! SQLite there is one instance, which does both for itself.

mod hearing;
mod leading;
mod telling;

pub use telling::tell_rest;

use super::{jobs, state::AppState};

/// Starts all of it, jobs included; it stops when the server does.
pub fn start(state: &AppState) {
    if state.db.is_shared() {
        state.tasks.spawn(telling::run(state.clone()));
        state.tasks.spawn(hearing::run(state.clone()));
        state.tasks.spawn(leading::run(state.clone()));
    } else {
        let running = jobs::start(state, &state.stopping);
        state.tasks.spawn(async move {
            running.join_all().await;
        });
    }
}
