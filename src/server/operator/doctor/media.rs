//! Looks at LiveKit and what belongs to it: the API and its key, the clock, ingress, and whether webhooks arrive.

use std::time::Duration;

use tokio::{
    net::TcpStream,
    time::{Instant, sleep, timeout},
};
use url::Url;

use super::{PATIENCE, Report};
use crate::{
    domain::id::StreamId,
    server::{
        clock,
        config::{Config, LiveKitConfig},
        db::{Db, inspect},
        livekit::{CallError, LiveKit},
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
    if !livekit_api(report, settings, &livekit).await {
        return;
    }
    clock_skew(report, &livekit).await;
    ingress(report, &livekit).await;
    ghosts(report, settings, &livekit).await;
    match db {
        Some(db) => webhook(report, config, &livekit, db).await,
        None => report.wrong("Whether LiveKit's webhooks arrive can't be seen: start StreamIt, and run this again."),
    }
}

async fn livekit_api(report: &mut Report, settings: &LiveKitConfig, livekit: &LiveKit) -> bool {
    let url = &settings.api_url;
    match livekit.list_rooms().await {
        Ok(_) => report.fine(&format!("LiveKit answers at {url}, and takes the API key.")),
        Err(CallError::Unreachable(reason)) => {
            report.wrong(&format!("LiveKit does not answer at {url} ({reason}): start it, or check LIVEKIT_URL."));
            return false;
        }
        Err(error) => {
            let advice = "check LIVEKIT_API_KEY and LIVEKIT_API_SECRET";
            report.wrong(&format!("LiveKit at {url} refuses ({error}): {advice}."));
            return false;
        }
    }
    true
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

async fn ingress(report: &mut Report, livekit: &LiveKit) {
    let addresses = match livekit.list_ingress_addresses().await {
        Ok(addresses) => addresses,
        Err(error) => {
            let advice = "start livekit/ingress with the same Redis, and set `ingress` in LiveKit's configuration";
            return report.wrong(&format!("LiveKit has no ingress that answers ({error}): {advice}."));
        }
    };
    report.fine("LiveKit lists its ingresses.");
    if addresses.is_empty() {
        report.open("No stream key was made yet, so where encoders connect is not known.");
    }
    for address in addresses {
        let is_open = match host_and_port(&address) {
            Some(place) => timeout(PATIENCE, TcpStream::connect(place)).await.is_ok_and(|opened| opened.is_ok()),
            None => false,
        };
        report.is(
            is_open,
            &format!("Encoders can connect to {address}."),
            &format!("Nothing answers at {address}, where encoders connect: start ingress, and open its port."),
        );
    }
}

fn host_and_port(address: &str) -> Option<(String, u16)> {
    let url = Url::parse(address).ok()?;
    let usual = if url.scheme() == "rtmp" { Some(1935) } else { url.port_or_known_default() };
    Some((url.host_str()?.trim_matches(['[', ']']).to_owned(), url.port().or(usual)?))
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
        Ok(true) => report.fine("LiveKit's webhooks arrive."),
        Ok(false) => report.wrong(&format!(
            "No webhook of LiveKit's arrived within {} s: in its configuration, set webhook.urls to \
             {}api/webhook/livekit (or how LiveKit reaches this machine) and webhook.api_key to the key that is set here.",
            WEBHOOK_WITHIN.as_secs(),
            config.base_url
        )),
        Err(error) => report.wrong(&format!("Whether LiveKit's webhooks arrive can't be seen ({error}).")),
    }
    if let Err(error) = livekit.delete_room(&room).await {
        report.open(&format!("The room {} is left at LiveKit, which closes it by itself ({error}).", room.as_str()));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn where_encoders_connect_is_read_from_the_address() {
        let place = |address| host_and_port(address).map(|(host, port)| format!("{host} {port}"));
        assert_eq!(place("rtmp://live.example.org/x").as_deref(), Some("live.example.org 1935"));
        assert_eq!(place("rtmp://127.0.0.1:1936/x").as_deref(), Some("127.0.0.1 1936"));
        assert_eq!(place("https://whip.example.org/w").as_deref(), Some("whip.example.org 443"));
        assert_eq!(place("nonsense"), None);
    }
}
