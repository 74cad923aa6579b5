//! Runs the jobs in one instance: whoever holds the lock. It lets go of it when it stops, loses it with its connection,
//! and is found to have lost it within two checks; the others ask for it all the time. PostgreSQL takes it from a
//! process that hangs, or whose host is gone, after 9 s (`db/shared.rs`). Two that run jobs at once for a moment do no
//! harm: every job is idempotent.

use std::time::Duration;

use tokio::{
    task::JoinHandle,
    time::{MissedTickBehavior, interval, timeout},
};
use tokio_util::sync::CancellationToken;

use crate::server::{jobs, state::AppState};

/// How often the lock is asked for, and whether it is still held.
const EVERY: Duration = Duration::from_secs(2);
/// How long jobs may take to finish what they have begun.
const ENDS_WITHIN: Duration = Duration::from_secs(10);

/// Jobs that run here.
struct Running {
    jobs: JoinHandle<()>,
    stop: CancellationToken,
    /// Since which time of holding the lock.
    since: u64,
}

impl Running {
    fn start(state: &AppState, since: u64) -> Self {
        tracing::info!("this instance runs the jobs now");
        state.events.forget_looks();
        let stop = CancellationToken::new();
        Self { jobs: tokio::spawn(jobs::run(state.clone(), stop.clone())), stop, since }
    }

    async fn end(mut self) {
        self.stop.cancel();
        if timeout(ENDS_WITHIN, &mut self.jobs).await.is_err() {
            self.jobs.abort();
            tracing::warn!("a job did not end, and was cut off");
        }
        tracing::info!("this instance does not run the jobs any more");
    }
}

/// Runs until the server stops.
pub async fn run(state: AppState) {
    let mut ticks = interval(EVERY);
    ticks.set_missed_tick_behavior(MissedTickBehavior::Delay);
    let mut running: Option<Running> = None;
    loop {
        tokio::select! {
            () = state.stopping.cancelled() => break,
            _ = ticks.tick() => {}
        }
        let leads = state.turns.lead().await;
        if let Some(lost) = running.take_if(|running| leads != Some(running.since)) {
            lost.end().await;
        }
        if let (Some(since), None) = (leads, &running) {
            running = Some(Running::start(&state, since));
        }
    }
    if let Some(running) = running {
        running.end().await;
    }
    state.turns.close().await;
}
