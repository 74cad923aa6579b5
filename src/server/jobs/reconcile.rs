//! Makes what is shown equal to what LiveKit is doing: at start-up, every 5 s for streams that are on air, every 10 s
//! for the rest, and beside that when somebody asks: soon after a webhook that did not fit, when a wait is over, and at
//! once when viewers may be at a rehearsal.

use std::{collections::HashMap, time::Duration};

use futures::{StreamExt as _, stream::FuturesUnordered};
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

/// How many of those that somebody asked for are looked at beside one another.
const ASKED_AT_ONCE: usize = 32;

/// Runs until `stop`; what has begun is finished.
pub async fn run(state: AppState, stop: CancellationToken) {
    // Before anything is looked at, for that asks for more.
    let mut requests = state.queue.read().await;
    let (state, stop) = (&state, &stop);
    // A room that LiveKit takes seconds to speak of, such as one that no node holds any more, keeps nobody else waiting,
    // as long as there are fewer of them than may be looked at.
    let look_when_asked = async move {
        let mut due: HashMap<StreamId, Instant> = HashMap::new();
        let mut looks = FuturesUnordered::new();
        loop {
            let next = due.values().min().copied().filter(|_| looks.len() < ASKED_AT_ONCE);
            tokio::select! {
                () = stop.cancelled() => break,
                Some(()) = looks.next() => {}
                Some(request) = requests.recv() => {
                    // Several requests for one stream are one look, at the earliest time.
                    due.entry(request.stream).and_modify(|at| *at = request.at.min(*at)).or_insert(request.at);
                }
                () = sleep_until(next.unwrap_or_else(Instant::now)), if next.is_some() => {
                    let (now, room) = (Instant::now(), ASKED_AT_ONCE - looks.len());
                    let ready = due.extract_if(|_, at| *at <= now).take(room);
                    looks.extend(ready.map(|(stream, _)| on_air::reconcile_one(state, stream)));
                }
            }
        }
        // Whoever runs the job next takes what is asked for from here on.
        drop(requests);
        while looks.next().await.is_some() {}
    };
    tokio::join!(look_at_all(state, stop), look_when_asked);
}

async fn look_at_all(state: &AppState, stop: &CancellationToken) {
    let mut ticks = interval(BUSY_EVERY);
    ticks.set_missed_tick_behavior(MissedTickBehavior::Delay);
    let mut count = 0_u32;
    loop {
        tokio::select! {
            () = stop.cancelled() => return,
            _ = ticks.tick() => {
                on_air::reconcile_busy(state).await;
                if count.is_multiple_of(IDLE_EVERY) {
                    on_air::reconcile_idle(state).await;
                }
                count = count.wrapping_add(1);
            }
        }
    }
}
