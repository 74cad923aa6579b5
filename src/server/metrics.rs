//! What the program counts of itself, for `/metrics`. Labels hold what is fixed in the program (a route, a code, a
//! status): never a name, an id, a title or an address, so that there are few of them and nothing in them is private.

use std::{
    fmt,
    sync::atomic::AtomicU64,
    time::{Duration, SystemTime, UNIX_EPOCH},
};

use prometheus_client::{
    encoding::{EncodeLabelSet, prometheus_text},
    metrics::{counter::Counter, family::Family, gauge::Gauge, histogram::Histogram},
    registry::Registry,
};

use super::{Error, db::PoolUse, livekit::LiveKit};
use crate::domain::channel::StreamStatus;

/// Bounds of how long a request takes, in seconds: from what a read takes to what somebody gives up on.
const REQUEST_SECONDS: [f64; 10] = [0.001, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 1.0, 2.5, 10.0];

/// Times of requests, by what was asked for.
#[derive(Clone, Debug)]
struct Requests(Family<RequestLabels, Histogram, fn() -> Histogram>);

impl Default for Requests {
    fn default() -> Self {
        Self(Family::new_with_constructor(|| Histogram::new(REQUEST_SECONDS)))
    }
}

/// A number that may have a fraction.
type Seconds = Gauge<f64, AtomicU64>;

#[derive(Clone, Debug, PartialEq, Eq, Hash, EncodeLabelSet)]
struct RequestLabels {
    method: &'static str,
    route: String,
    status: &'static str,
}

#[derive(Clone, Debug, PartialEq, Eq, Hash, EncodeLabelSet)]
struct Outcome {
    outcome: String,
}

#[derive(Clone, Debug, PartialEq, Eq, Hash, EncodeLabelSet)]
struct Kind {
    kind: &'static str,
}

#[derive(Clone, Debug, PartialEq, Eq, Hash, EncodeLabelSet)]
struct Status {
    status: &'static str,
}

#[derive(Clone, Debug, PartialEq, Eq, Hash, EncodeLabelSet)]
struct State {
    state: &'static str,
}

#[derive(Clone, Debug, PartialEq, Eq, Hash, EncodeLabelSet)]
struct Version {
    version: &'static str,
}

/// All that is counted.
#[derive(Debug, Default)]
pub struct Metrics {
    registry: Registry,
    requests: Requests,
    event_streams: Family<Kind, Gauge>,
    chat_messages: Family<Outcome, Counter>,
    webhooks: Family<Outcome, Counter>,
    failed_sign_ins: Family<Outcome, Counter>,
    streams: Family<Status, Gauge>,
    viewers: Gauge,
    connections: Family<State, Gauge>,
    database_up: Gauge,
    runs_jobs: Gauge,
    hears_others: Gauge,
    memory_bytes: Gauge,
}

/// What is asked for when somebody looks, beside what was counted on the way.
#[derive(Debug)]
pub struct Snapshot {
    /// How many streams have that status; `None` when the database does not say.
    pub streams: Option<Vec<(StreamStatus, i64)>>,
    /// People watching, as far as this process knows.
    pub viewers: u64,
    /// Connections to the database.
    pub connections: PoolUse,
    /// The jobs run in this process.
    pub runs_jobs: bool,
    /// What other instances say is heard, if there can be any.
    pub hears_others: bool,
}

impl Metrics {
    /// Counts from zero.
    pub fn new(livekit: Option<&LiveKit>) -> Self {
        let mut metrics = Self::default();
        let started = Seconds::default();
        started.set(SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default().as_secs_f64());
        let build: Family<Version, Gauge> = Family::default();
        build.get_or_create(&Version { version: env!("CARGO_PKG_VERSION") }).set(1);
        let mut registry = Registry::default();
        let seconds = "Seconds from a request to the head of its answer, by route template and class of status";
        registry.register("streamit_http_request_duration_seconds", seconds, metrics.requests.0.clone());
        if let Some(livekit) = livekit {
            let help = "Seconds that a call to LiveKit took, by its outcome";
            registry.register("streamit_livekit_call_duration_seconds", help, livekit.calls());
        }
        metrics.register_counts(&mut registry);
        registry.register("streamit_build_info", "Which version this is; always 1", build);
        registry.register("process_start_time_seconds", "When the program started, in seconds since 1970", started);
        metrics.registry = registry;
        metrics
    }

    fn register_counts(&self, registry: &mut Registry) {
        let (event_streams, webhooks) = (self.event_streams.clone(), self.webhooks.clone());
        registry.register("streamit_event_streams", "Pages that listen for events (SSE), by kind", event_streams);
        let help = "Chat messages that were sent, by outcome: accepted, or the code of the refusal";
        registry.register("streamit_chat_messages", help, self.chat_messages.clone());
        registry.register("streamit_webhooks", "Webhooks that came in as LiveKit's, by outcome", webhooks);
        let help = "Sign-ins that failed: wrong_credentials, or too_many tries";
        registry.register("streamit_failed_sign_ins", help, self.failed_sign_ins.clone());
        registry.register("streamit_streams", "Streams of this installation, by status", self.streams.clone());
        registry.register("streamit_viewers", "People watching, as this process knows", self.viewers.clone());
        let help = "Connections to the database: in_use, idle, and the limit";
        registry.register("streamit_database_connections", help, self.connections.clone());
        registry.register("streamit_database_up", "1 when the database has just answered", self.database_up.clone());
        let help = "1 in the instance that runs the jobs: one of all that use the same database";
        registry.register("streamit_runs_jobs", help, self.runs_jobs.clone());
        let help = "1 while what other instances say is heard, and where there are none";
        registry.register("streamit_hears_others", help, self.hears_others.clone());
        let help = "Memory that the program holds, in bytes";
        registry.register("process_resident_memory_bytes", help, self.memory_bytes.clone());
    }

    /// A request was answered.
    pub fn request(&self, method: &http::Method, route: &str, status: http::StatusCode, took: Duration) {
        let labels = RequestLabels { method: known(method), route: route.to_owned(), status: class(status) };
        self.requests.0.get_or_create(&labels).observe(took.as_secs_f64());
    }

    /// A page listens for events until the answer is dropped.
    pub fn event_stream(&self, kind: &'static str) -> Listening {
        let open = self.event_streams.get_or_create_owned(&Kind { kind });
        open.inc();
        Listening(open)
    }

    /// A chat message was sent; `refusal` is why it was not taken.
    pub fn chat_message(&self, refusal: Option<&Error>) {
        let outcome = refusal.map_or_else(|| "accepted".to_owned(), |error| error.code().as_str());
        self.chat_messages.get_or_create(&Outcome { outcome }).inc();
    }

    /// A webhook came in.
    pub fn webhook(&self, outcome: &'static str) {
        self.webhooks.get_or_create(&Outcome { outcome: outcome.to_owned() }).inc();
    }

    /// Somebody could not sign in.
    pub fn failed_sign_in(&self, outcome: &'static str) {
        self.failed_sign_ins.get_or_create(&Outcome { outcome: outcome.to_owned() }).inc();
    }

    /// Everything, as Prometheus reads it (text format 0.0.4).
    ///
    /// # Errors
    /// Never, as text can be written to a string.
    pub fn text(&self, now: &Snapshot) -> Result<String, fmt::Error> {
        self.database_up.set(i64::from(now.streams.is_some()));
        for (status, count) in now.streams.iter().flatten() {
            self.streams.get_or_create(&Status { status: status.as_str() }).set(*count);
        }
        self.runs_jobs.set(i64::from(now.runs_jobs));
        self.hears_others.set(i64::from(now.hears_others));
        self.viewers.set(i64::try_from(now.viewers).unwrap_or(i64::MAX));
        let PoolUse { in_use, idle, limit } = now.connections;
        for (state, count) in [("in_use", in_use), ("idle", idle), ("limit", limit)] {
            self.connections.get_or_create(&State { state }).set(i64::from(count));
        }
        if let Some(bytes) = resident_bytes() {
            self.memory_bytes.set(bytes);
        }
        let mut text = String::new();
        prometheus_text::encode(&mut text, &self.registry)?;
        Ok(text)
    }
}

/// A page that listens for events.
#[derive(Debug)]
pub struct Listening(Gauge);

impl Drop for Listening {
    fn drop(&mut self) {
        self.0.dec();
    }
}

/// Anybody can send any word as a method; only these are worth a label.
fn known(method: &http::Method) -> &'static str {
    let all = [http::Method::GET, http::Method::POST, http::Method::PUT, http::Method::DELETE, http::Method::HEAD];
    let names = ["GET", "POST", "PUT", "DELETE", "HEAD"];
    all.iter().position(|one| one == method).map_or("other", |at| names[at])
}

fn class(status: http::StatusCode) -> &'static str {
    ["1xx", "2xx", "3xx", "4xx", "5xx"].get(usize::from(status.as_u16() / 100).wrapping_sub(1)).unwrap_or(&"other")
}

/// What the kernel says of this process: `VmRSS:  12345 kB`. Elsewhere than on Linux nobody says it.
fn resident_bytes() -> Option<i64> {
    let status = std::fs::read_to_string("/proc/self/status").ok()?;
    let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:"))?;
    let kilobytes: i64 = line.trim().strip_suffix("kB")?.trim().parse().ok()?;
    Some(kilobytes * 1024)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn snapshot() -> Snapshot {
        let connections = PoolUse { in_use: 1, idle: 2, limit: 5 };
        Snapshot {
            streams: Some(vec![(StreamStatus::Live, 3)]),
            viewers: 7,
            connections,
            runs_jobs: true,
            hears_others: true,
        }
    }

    #[test]
    fn what_was_counted_is_in_the_text() {
        let metrics = Metrics::new(None);
        let listening = metrics.event_stream("channel");
        metrics.request(&http::Method::GET, "/watch/{username}", http::StatusCode::OK, Duration::from_millis(3));
        metrics.chat_message(None);
        metrics.chat_message(Some(&Error::ChannelOffline));
        let text = metrics.text(&snapshot()).expect("text");
        for line in [
            "streamit_event_streams{kind=\"channel\"} 1",
            "streamit_chat_messages_total{outcome=\"accepted\"} 1",
            "streamit_chat_messages_total{outcome=\"CHANNEL_OFFLINE\"} 1",
            "streamit_streams{status=\"live\"} 3",
            "streamit_viewers 7",
            "streamit_runs_jobs 1",
            "streamit_database_connections{state=\"in_use\"} 1",
        ] {
            assert!(text.lines().any(|one| one == line), "{line} is missing in\n{text}");
        }
        let count = "streamit_http_request_duration_seconds_count{";
        let counted = text.lines().find(|line| line.starts_with(count)).expect("a request was counted");
        assert!(counted.contains("/watch/{username}") && counted.contains("2xx"), "{counted}");
        drop(listening);
        assert!(metrics.text(&snapshot()).expect("text").contains("streamit_event_streams{kind=\"channel\"} 0"));
    }

    #[test]
    fn a_made_up_method_makes_no_label() {
        assert_eq!(known(&http::Method::from_bytes(b"BREW").expect("a token")), "other");
        assert_eq!(class(http::StatusCode::NOT_FOUND), "4xx");
    }
}
