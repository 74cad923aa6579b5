//! Logs: to stderr, structured, one line for each request and one for each failure of ours, with the id of the
//! request. Never a body, an address, a token, a password or a stream key. Who somebody is, is said by the account's id,
//! and only where it matters: signing in, refusals, what changes an account.

use std::{sync::OnceLock, time::Duration};

use tracing_subscriber::{EnvFilter, fmt, prelude::*};

use crate::{domain::id::UserId, language};

tokio::task_local! {
    static REQUEST: Request;
}

/// What is known of the request that is being answered.
#[derive(Clone)]
struct Request {
    id: String,
    /// Who sent it, once somebody has asked the database.
    user: OnceLock<UserId>,
}

/// Where the program says that it runs.
pub const HEALTH: &str = "/healthz";
/// Where it says whether it can work.
pub const READINESS: &str = "/readyz";
/// Where its counters are.
pub const METRICS: &str = "/metrics";

/// What is logged while serving, unless `RUST_LOG` says otherwise.
pub const WHILE_SERVING: &str = "info,sqlx=warn";
/// The same for commands, which say themselves what they have done.
pub const FOR_COMMANDS: &str = "warn";

/// Starts logging: `level`, unless `RUST_LOG` chooses. `STREAMIT_LOG_FORMAT=json` is how.
pub fn start(level: &str) {
    let filter = EnvFilter::try_from_default_env().unwrap_or_else(|_| EnvFilter::new(level));
    let json = std::env::var("STREAMIT_LOG_FORMAT").is_ok_and(|format| format == "json");
    let registry = tracing_subscriber::registry().with(filter);
    // A second start, as in tests, keeps the first one's settings.
    let _ = if json {
        registry.with(fmt::layer().json().with_writer(std::io::stderr)).try_init()
    } else {
        registry.with(fmt::layer().with_writer(std::io::stderr)).try_init()
    };
}

/// Runs `work` as part of the request of that id.
pub async fn within_request<T>(id: String, work: impl Future<Output = T>) -> T {
    within(Request { id, user: OnceLock::new() }, work).await
}

async fn within<T>(request: Request, work: impl Future<Output = T>) -> T {
    use tracing::Instrument as _;
    let span = tracing::info_span!("request", id = %request.id);
    REQUEST.scope(request, work.instrument(span)).await
}

/// Goes on with `work` as part of the request that is being answered, if there is one, and in its language: a task of
/// its own knows of none.
pub fn carried_on<T>(work: impl Future<Output = T>) -> impl Future<Output = T> {
    let request = REQUEST.try_with(Request::clone).ok();
    language::speaking(language::current(), async move {
        match request {
            Some(request) => within(request, work).await,
            None => work.await,
        }
    })
}

/// Logs that a request was answered. `route` is the template of its path, so that nothing is in it that somebody typed.
/// Who only watches the server asks all the time, and is left out at this level.
pub fn answered(method: &http::Method, route: &str, status: http::StatusCode, took: Duration) {
    let (status, duration_ms) = (status.as_u16(), took.as_secs_f64() * 1000.0);
    if [HEALTH, READINESS, METRICS].contains(&route) {
        tracing::debug!(target: "streamit::requests", %method, route, status, duration_ms, "answered");
    } else {
        tracing::info!(target: "streamit::requests", %method, route, status, duration_ms, "answered");
    }
}

/// The id of the request that is being answered.
pub fn request_id() -> Option<String> {
    REQUEST.try_with(|request| request.id.clone()).ok()
}

/// Remembers who sent the request that is being answered.
pub fn sent_by(user: &UserId) {
    // Outside of a request there is nothing to remember it for; the first one stands.
    let _ = REQUEST.try_with(|request| request.user.set(user.clone()));
}

/// Logs that a request was refused: what its sender may not do, or did too often.
pub fn refused(code: impl std::fmt::Debug) {
    let user = REQUEST.try_with(|request| request.user.get().cloned()).ok().flatten();
    tracing::warn!(target: "streamit::refusals", ?code, user = user.as_ref().map(UserId::as_str), "refused");
}
