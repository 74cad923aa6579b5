//! Forgets what has run out, once an hour. What runs out counts for nothing from then on, whether or not this has run:
//! it only keeps tables small. For how long what is kept, `services/upkeep.rs` says.

use std::time::Duration;

use tokio_util::sync::CancellationToken;

use super::repeat;
use crate::server::{services::upkeep, state::AppState};

/// How often.
const EVERY: Duration = Duration::from_secs(3600);

/// Runs until `stop`.
pub async fn run(state: AppState, stop: CancellationToken) {
    repeat(EVERY, &stop, || upkeep::prune(&state)).await;
}
