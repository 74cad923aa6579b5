//! Forgetting what has run out, and for how long what is kept. Nothing depends on when this runs: what has run out
//! counts for nothing before. A table that fails keeps no other from being pruned.

use std::time::Duration;

use crate::server::{clock, db, services::pictures, state::AppState};

/// Ids of webhooks are kept this long; LiveKit gives up on sending one after minutes.
pub(super) const KEEP_EVENTS: Duration = Duration::from_secs(24 * 3600);
/// Counters are kept this long: longer than any window.
const KEEP_LIMITS: Duration = Duration::from_secs(24 * 3600);
/// The audit log is kept this long: a year, and the time that it takes to notice something.
const KEEP_AUDIT: Duration = Duration::from_secs(400 * 24 * 3600);

/// Deletes expired sessions, time-outs and links to new passwords, old counters, ids of old webhooks, old entries of the
/// audit log, and pictures that nobody shows any more.
pub async fn prune(state: &AppState) {
    let now = clock::now();
    let pruned = [
        db::sessions::delete_expired(&state.db, now).await,
        db::limits::delete_old(&state.db, now.minus(KEEP_LIMITS)).await,
        db::webhooks::delete_old(&state.db, now.minus(KEEP_EVENTS)).await,
        db::moderation::delete_expired_bans(&state.db, now).await,
        db::resets::delete_expired(&state.db, now).await,
        db::audit::delete_old(&state.db, now.minus(KEEP_AUDIT)).await,
    ];
    for error in pruned.into_iter().filter_map(Result::err) {
        tracing::error!(%error, "old rows could not be deleted");
    }
    pictures::clean_up(state).await;
}
