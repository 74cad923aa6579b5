//! LiveKit, as far as StreamIt needs it. The only place that talks to it: answers come out as domain types, failures
//! as "no answer" or "it said no".

use std::{
    sync::{Mutex, PoisonError},
    time::{Duration, Instant},
};

use livekit_api::services::{ServerError, ServerErrorCode, ServiceError, ingress::IngressClient, room::RoomClient};

use self::{
    calls::{CallDurations, Calls},
    twirp::Twirp,
};
use crate::server::{Error, config::LiveKitConfig};

mod calls;
pub mod ingress;
pub mod probe;
pub mod rooms;
pub mod tokens;
mod twirp;
pub mod webhook;

/// How long a call may take. LiveKit answers in milliseconds; but where it has to ask a part that is gone, the node of a
/// room or the ingress of an encoder, it asks three times, a second each, and only then answers, or does without
/// (psrpc 0.7.2; `max_attempts` of `psrpc` in LiveKit's configuration). Up to 3.2 s were seen.
///
/// A page waits for as many calls as its request makes, so it must be patient for longer than they can take: five for a
/// key (and what cutting its encoder takes, twice), three for a token to send with, a look and two for ending.
const CALL_TIMEOUT: Duration = Duration::from_secs(4);
/// Anybody may ask whether LiveKit answers; it is asked itself at most this often.
const ASK_AGAIN_AFTER: Duration = Duration::from_secs(2);

/// A LiveKit server, or LiveKit Cloud.
#[derive(Debug)]
pub struct LiveKit {
    config: LiveKitConfig,
    rooms: RoomClient,
    ingress: IngressClient,
    twirp: Twirp,
    calls: Calls,
    /// When it was last asked whether it answers, and whether it did.
    answered: Mutex<Option<(Instant, bool)>>,
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
            calls: Calls::default(),
            answered: Mutex::new(None),
            config: config.clone(),
        }
    }

    /// How long calls took, for whoever counts.
    pub fn calls(&self) -> CallDurations {
        self.calls.durations()
    }

    /// Whether LiveKit answers, or did a moment ago. At most `patience` is waited for it.
    pub async fn answers_within(&self, patience: Duration) -> bool {
        let known = *self.answered.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some((at, is_there)) = known
            && at.elapsed() < ASK_AGAIN_AFTER
        {
            return is_there;
        }
        let is_there = tokio::time::timeout(patience, self.is_reachable()).await.unwrap_or(false);
        *self.answered.lock().unwrap_or_else(PoisonError::into_inner) = Some((Instant::now(), is_there));
        is_there
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
    /// It answered that there is no part which would know.
    #[error("unavailable: {0}")]
    Unavailable(String),
    /// It answered something else.
    #[error("refused: {0}")]
    Refused(String),
}

impl From<ServiceError> for CallError {
    fn from(error: ServiceError) -> Self {
        match error {
            ServiceError::Twirp(ServerError::Twirp(answer)) => Self::answered(&answer.code, answer.to_string()),
            // Neither the address (it may hold nothing secret, but helps nobody) nor a body is kept.
            ServiceError::Twirp(ServerError::Request(error)) => Self::Unreachable(error.without_url().to_string()),
            error => Self::Refused(error.to_string()),
        }
    }
}

impl CallError {
    /// A failure that LiveKit answered with. `unavailable`: no part of it took the question, so none would know.
    /// `deadline_exceeded`: one took it and is too slow, which says nothing.
    /// <https://github.com/livekit/psrpc/blob/main/pkg/client/rpc.go>
    fn answered(code: &str, text: String) -> Self {
        match code {
            ServerErrorCode::NOT_FOUND => Self::NotFound(text),
            ServerErrorCode::UNAVAILABLE => Self::Unavailable(text),
            ServerErrorCode::DEADLINE_EXCEEDED => Self::Unreachable(text),
            _ => Self::Refused(text),
        }
    }

    /// In one word, for counting.
    fn outcome(&self) -> &'static str {
        match self {
            Self::Unreachable(_) => "unreachable",
            Self::NotFound(_) => "not_found",
            Self::Unavailable(_) => "unavailable",
            Self::Refused(_) => "refused",
        }
    }

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
