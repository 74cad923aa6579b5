//! What the tests stand on: the real server on a free port, callers of its public API, a LiveKit that does what it is
//! told, and a log that is watched for secrets.

use std::{future::Future, time::Duration};

#[macro_use]
pub mod database;
pub mod app;
pub mod browser;
pub mod caller;
pub mod chat;
pub mod contract;
pub mod encoder;
pub mod livekit;
pub mod log;
pub mod peer;
pub mod program;
pub mod proxy;
pub mod repository;
pub mod s3;
pub mod smtp;
pub mod sse;
pub mod upload;
pub mod webhook;

pub use app::{Installation, TestApp};
pub use caller::{Answer, Caller};
pub use chat::Chat;
pub use database::Database;
pub use encoder::Encoder;
pub use livekit::{FakeLiveKit, Fault};
pub use peer::Peer;
pub use program::Program;
pub use proxy::Proxy;
pub use sse::Events;
pub use webhook::Webhook;

/// How long anything may take before the test gives it up: more than a busy machine needs, far more than a person
/// would wait.
pub const PATIENCE: Duration = Duration::from_secs(60);

/// Asks again and again until there is an answer; names what was waited for when there is none.
pub async fn eventually<T, F: Future<Output = Option<T>>>(what: &str, mut ask: impl FnMut() -> F) -> T {
    let asking = async {
        loop {
            if let Some(answer) = ask().await {
                return answer;
            }
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    };
    in_time(what, asking).await
}

/// The result, or a failure that names what did not come.
pub async fn in_time<T>(what: &str, work: impl Future<Output = T>) -> T {
    match tokio::time::timeout(PATIENCE, work).await {
        Ok(result) => result,
        Err(_) => panic!("waited {} s in vain: {what}", PATIENCE.as_secs()),
    }
}
