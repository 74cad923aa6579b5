//! What happens without anybody asking. Each job is idempotent: doing it twice, or after a crash, does no harm. Of
//! several instances one runs them (`instances/leading.rs`).

pub mod prune;
pub mod reconcile;
pub mod release;
pub mod settle;

use std::time::Duration;

use tokio::{
    task::JoinSet,
    time::{MissedTickBehavior, interval, sleep},
};
use tokio_util::sync::CancellationToken;

use super::state::AppState;

/// How long to wait after a fault of ours before all begin anew.
const BEGINS_ANEW_AFTER: Duration = Duration::from_secs(1);

/// Runs all jobs until `stop`; each ends when it has done what it has begun. Should one panic, the others end too and
/// all begin anew: what they do must not stop for as long as the program runs.
pub async fn run(state: AppState, stop: CancellationToken) {
    run_anew(|round| start(&state, round), stop).await;
}

async fn run_anew(start: impl Fn(&CancellationToken) -> JoinSet<()>, stop: CancellationToken) {
    while !stop.is_cancelled() {
        let round = stop.child_token();
        let mut jobs = start(&round);
        if let Some(Err(error)) = jobs.join_next().await {
            tracing::error!(%error, "a job broke off; all begin anew");
        }
        round.cancel();
        while jobs.join_next().await.is_some() {}
        tokio::select! {
            () = stop.cancelled() => {}
            () = sleep(BEGINS_ANEW_AFTER) => {}
        }
    }
}

fn start(state: &AppState, stop: &CancellationToken) -> JoinSet<()> {
    let mut jobs = JoinSet::new();
    jobs.spawn(reconcile::run(state.clone(), stop.clone()));
    jobs.spawn(prune::run(state.clone(), stop.clone()));
    jobs.spawn(release::run(state.clone(), stop.clone()));
    jobs.spawn(settle::run(state.clone(), stop.clone()));
    jobs
}

/// Does it at once and then every so often, until `stop`. What has begun is finished, and what was missed meanwhile is
/// not made up for.
pub async fn repeat<F: Future<Output = ()>>(every: Duration, stop: &CancellationToken, work: impl Fn() -> F) {
    let mut ticks = interval(every);
    ticks.set_missed_tick_behavior(MissedTickBehavior::Delay);
    loop {
        tokio::select! {
            () = stop.cancelled() => return,
            _ = ticks.tick() => work().await,
        }
    }
}

#[cfg(test)]
mod tests {
    use std::sync::{
        Arc,
        atomic::{AtomicU32, Ordering},
    };

    use super::*;

    #[tokio::test]
    async fn after_a_panic_all_jobs_begin_anew_and_none_twice_at_a_time() {
        let (stop, running, rounds) = (CancellationToken::new(), Arc::new(AtomicU32::new(0)), AtomicU32::new(0));
        let start = |round: &CancellationToken| {
            let (is_first, is_done) = (rounds.fetch_add(1, Ordering::Relaxed) == 0, stop.clone());
            let mut jobs = JoinSet::new();
            let (round, running) = (round.clone(), running.clone());
            jobs.spawn(async move {
                assert_eq!(running.fetch_add(1, Ordering::Relaxed), 0, "the one of the round before is still there");
                round.cancelled().await;
                running.fetch_sub(1, Ordering::Relaxed);
            });
            jobs.spawn(async move {
                assert!(!is_first, "the first round breaks off, as it should in this test");
                is_done.cancel();
            });
            jobs
        };
        run_anew(start, stop.clone()).await;
        assert_eq!((rounds.load(Ordering::Relaxed), running.load(Ordering::Relaxed)), (2, 0));
    }

    #[tokio::test]
    async fn what_is_repeated_is_finished_before_it_ends() {
        let (stop, begun, done) = (CancellationToken::new(), AtomicU32::new(0), AtomicU32::new(0));
        let work = || async {
            if begun.fetch_add(1, Ordering::Relaxed) == 2 {
                stop.cancel();
            }
            tokio::task::yield_now().await;
            done.fetch_add(1, Ordering::Relaxed);
        };
        repeat(Duration::from_millis(1), &stop, work).await;
        let (begun, done) = (begun.load(Ordering::Relaxed), done.load(Ordering::Relaxed));
        assert!(begun >= 3 && begun == done, "{begun} begun, {done} done");
    }
}
