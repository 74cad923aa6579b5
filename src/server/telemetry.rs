//! Logs: to stderr, structured, one line for each failure of ours, with the id of the request. Never a body, a
//! token, a password or a stream key.

use tracing_subscriber::{EnvFilter, fmt, prelude::*};

tokio::task_local! {
    static REQUEST_ID: String;
}

/// Starts logging. `RUST_LOG` chooses what, `STREAMIT_LOG_FORMAT=json` how.
pub fn start() {
    let filter = EnvFilter::try_from_default_env().unwrap_or_else(|_| EnvFilter::new("info,sqlx=warn"));
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
    use tracing::Instrument as _;
    let span = tracing::info_span!("request", id = %id);
    REQUEST_ID.scope(id, work.instrument(span)).await
}

/// The id of the request that is being answered.
pub fn request_id() -> Option<String> {
    REQUEST_ID.try_with(Clone::clone).ok()
}
