//! LiveKit, as far as StreamIt needs it. The only place that talks to it: answers come out as domain types, failures
//! as "no answer" or "it said no".

use std::time::Duration;

use livekit_api::services::{ServerError, ServerErrorCode, ServiceError, ingress::IngressClient, room::RoomClient};

use self::twirp::Twirp;
use crate::server::{Error, config::LiveKitConfig};

pub mod ingress;
pub mod rooms;
pub mod tokens;
mod twirp;
pub mod webhook;

/// How long one call may take. LiveKit answers in milliseconds; a page waits for this.
const CALL_TIMEOUT: Duration = Duration::from_secs(3);

/// A LiveKit server, or LiveKit Cloud.
#[derive(Debug)]
pub struct LiveKit {
    config: LiveKitConfig,
    rooms: RoomClient,
    ingress: IngressClient,
    twirp: Twirp,
}

impl LiveKit {
    /// Prepares to talk to it; connects with the first call.
    pub fn new(config: &LiveKitConfig) -> Self {
        let (url, key, secret) = (&config.api_url, &config.api_key, &config.api_secret);
        Self {
            rooms: RoomClient::with_api_key(url, key, secret).with_request_timeout(CALL_TIMEOUT).with_failover(false),
            ingress: IngressClient::with_api_key(url, key, secret)
                .with_request_timeout(CALL_TIMEOUT)
                .with_failover(false),
            twirp: Twirp::new(config),
            config: config.clone(),
        }
    }
}

/// Why a call did not succeed.
#[derive(Debug, thiserror::Error)]
pub enum CallError {
    /// No answer: not running, not reachable, too slow.
    #[error("no answer: {0}")]
    Unreachable(String),
    /// It answered that there is no such thing.
    #[error("not found: {0}")]
    NotFound(String),
    /// It answered that the part which would know does not answer.
    #[error("unavailable: {0}")]
    Unavailable(String),
    /// It answered something else.
    #[error("refused: {0}")]
    Refused(String),
}

impl From<ServiceError> for CallError {
    fn from(error: ServiceError) -> Self {
        match error {
            ServiceError::Twirp(ServerError::Twirp(answer)) => {
                let text = answer.to_string();
                match answer.code.as_str() {
                    ServerErrorCode::NOT_FOUND => Self::NotFound(text),
                    ServerErrorCode::UNAVAILABLE | ServerErrorCode::DEADLINE_EXCEEDED => Self::Unavailable(text),
                    _ => Self::Refused(text),
                }
            }
            // Neither the address (it may hold nothing secret, but helps nobody) nor a body is kept.
            ServiceError::Twirp(ServerError::Request(error)) => Self::Unreachable(error.without_url().to_string()),
            error => Self::Refused(error.to_string()),
        }
    }
}

impl CallError {
    /// As a service's failure; `message` says what it means for what was asked for.
    pub fn into_error(self, message: &'static str) -> Error {
        match self {
            Self::Unreachable(reason) => Error::LiveKitUnreachable { reason, message },
            Self::NotFound(reason) | Self::Unavailable(reason) | Self::Refused(reason) => {
                Error::LiveKitFailed { reason, message }
            }
        }
    }
}
