//! Several instances on one PostgreSQL: what happens at one is told to the others, and one of them runs the jobs. On
//! SQLite there is one instance, which does both for itself.

mod catching_up;
mod hearing;
mod leading;
mod telling;

pub use telling::tell_rest;

use super::{jobs, state::AppState};

/// Starts all of it, jobs included; it stops when the server does.
pub fn start(state: &AppState) {
    state.tasks.spawn(catching_up::run(state.clone()));
    if state.db.is_shared() {
        state.tasks.spawn(telling::run(state.clone()));
        state.tasks.spawn(hearing::run(state.clone()));
        state.tasks.spawn(leading::run(state.clone()));
    } else {
        state.tasks.spawn(jobs::run(state.clone(), state.stopping.clone()));
    }
}
