//! Makes what is shown equal to what LiveKit is doing: at start-up, every 5 s for streams that are on air, every 10 s
//! for the rest, and soon after a webhook that did not fit.

use std::{collections::HashMap, time::Duration};

use tokio::time::{Instant, MissedTickBehavior, interval, sleep_until};
use tokio_util::sync::CancellationToken;

use crate::{
    domain::id::StreamId,
    server::{services::on_air, state::AppState},
};

/// How often streams that are on air are looked at.
const BUSY_EVERY: Duration = Duration::from_secs(5);
/// The rest is looked at with every so many looks at those on air: an encoder whose webhooks were lost is to be shown
/// within 15 s, and a look takes a while itself.
const IDLE_EVERY: u32 = 2;

/// Runs until `stop`.
pub async fn run(state: AppState, stop: CancellationToken) {
    let mut requests = state.queue.read().await;
    let mut ticks = interval(BUSY_EVERY);
    ticks.set_missed_tick_behavior(MissedTickBehavior::Delay);
    let mut count = 0_u32;
    let mut due: HashMap<StreamId, Instant> = HashMap::new();
    loop {
        let next = due.values().min().copied();
        tokio::select! {
            () = stop.cancelled() => return,
            _ = ticks.tick() => {
                on_air::reconcile_busy(&state).await;
                if count.is_multiple_of(IDLE_EVERY) {
                    on_air::reconcile_idle(&state).await;
                }
                count = count.wrapping_add(1);
            }
            Some(request) = requests.recv() => {
                // Several requests for one stream are one look, at the earliest time.
                due.entry(request.stream).and_modify(|at| *at = request.at.min(*at)).or_insert(request.at);
            }
            () = sleep_until(next.unwrap_or_else(Instant::now)), if next.is_some() => {
                let now = Instant::now();
                let ready: Vec<StreamId> = due.extract_if(|_, at| *at <= now).map(|(stream, _)| stream).collect();
                on_air::reconcile_these(&state, ready).await;
            }
        }
    }
}
