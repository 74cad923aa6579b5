//! Looks at LiveKit and what belongs to it: the API and its key, the clock, ingress, and whether webhooks arrive. For
//! the last it makes a room of its own, and ends it again; rooms of streams are left alone.

use std::time::Duration;

use tokio::time::{Instant, sleep};

use super::Report;
use crate::{
    domain::{id::StreamId, setup::PartState},
    server::{
        clock,
        config::{Config, LiveKitConfig},
        db::{Db, inspect},
        livekit::LiveKit,
        services::parts,
    },
};

/// How long a webhook may take to arrive.
const WEBHOOK_WITHIN: Duration = Duration::from_secs(5);
const LOOK_EVERY: Duration = Duration::from_millis(100);
/// Tokens say when they begin: clocks that are further apart than this make them useless.
const MOST_SKEW: Duration = Duration::from_secs(5);
/// LiveKit's own service, whose settings are not the operator's.
const CLOUD: &str = ".livekit.cloud";

/// Looks at all of it. `db` is where a server that runs stores which webhooks came; `None` when none runs.
pub(super) async fn look(report: &mut Report, config: &Config, settings: &LiveKitConfig, db: Option<&Db>) {
    let livekit = LiveKit::new(settings);
    let found = parts::livekit_api(Some(&livekit)).await.at(&settings.api_url);
    report.part(&found);
    if found.part.state != PartState::Ok {
        return;
    }
    clock_skew(report, &livekit).await;
    report.part(&parts::ingress(Some(&livekit)).await);
    ghosts(report, settings, &livekit).await;
    match db {
        Some(db) => webhook(report, config, &livekit, db).await,
        None => report.wrong("Whether LiveKit's webhooks arrive can't be seen: start StreamIt, and run this again."),
    }
}

async fn clock_skew(report: &mut Report, livekit: &LiveKit) {
    match livekit.find_clock_skew().await {
        Ok(Some(skew)) => report.is(
            skew <= MOST_SKEW,
            "LiveKit's clock and this one agree.",
            &format!("LiveKit's clock is {} s away from this one: set both by NTP.", skew.as_secs()),
        ),
        // It does not say; nothing follows from that.
        _ => report.open("LiveKit does not say what time it has."),
    }
}

async fn ghosts(report: &mut Report, settings: &LiveKitConfig, livekit: &LiveKit) {
    if settings.api_url.ends_with(CLOUD) {
        return;
    }
    match livekit.asks_the_nodes(&own_room()).await {
        Ok(is_right) => report.is(
            is_right,
            "LiveKit asks its nodes who is in a room.",
            "LiveKit goes on listing people who are gone after it was killed: set `api: \
             {enable_psrpc_for_get_list_participants: true}` in its configuration.",
        ),
        Err(error) => report.open(&format!("LiveKit does not say who is in a room ({error}).")),
    }
}

/// A room that is nobody's stream.
fn own_room() -> StreamId {
    StreamId(format!("streamit-doctor-{}", clock::new_id()))
}

/// A new room makes LiveKit send a webhook, whose id the server stores, whoever's room it is.
async fn webhook(report: &mut Report, config: &Config, livekit: &LiveKit, db: &Db) {
    let room = own_room();
    let arrived = async {
        let before = inspect::count_events(db).await.map_err(|error| error.to_string())?;
        livekit.make_room(&room, "{}".to_owned()).await.map_err(|error| error.to_string())?;
        let began = Instant::now();
        while began.elapsed() < WEBHOOK_WITHIN {
            if inspect::count_events(db).await.map_err(|error| error.to_string())? > before {
                return Ok(true);
            }
            sleep(LOOK_EVERY).await;
        }
        Ok::<_, String>(false)
    };
    match arrived.await {
        Ok(true) => report.part(&parts::webhooks_arrive(None)),
        Ok(false) => {
            let says = format!("No webhook of LiveKit's arrived within {} s.", WEBHOOK_WITHIN.as_secs());
            report.part(&parts::webhooks_missing(says, &config.base_url));
        }
        Err(error) => report.wrong(&format!("Whether LiveKit's webhooks arrive can't be seen ({error}).")),
    }
    if let Err(error) = livekit.delete_room(&room).await {
        report.open(&format!("The room {} is left at LiveKit, which closes it by itself ({error}).", room.as_str()));
    }
}
