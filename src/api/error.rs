//! What goes wrong, as the caller gets to know it: a code for programs, and words for people, in their language. The
//! cause stays in the log of the server, where the id of the request finds it.

use std::collections::BTreeMap;

use http::StatusCode;
use serde::{Deserialize, Serialize};
use server_fn::error::{FromServerFnError, ServerFnErrorErr};

use super::protocol::Envelope;
use crate::text;

/// The kinds of failure. [`Self::http_status`] is the only table of statuses.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "ssr", derive(schemars::JsonSchema))]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum ErrorCode {
    /// The request cannot be read.
    BadRequest,
    /// Nobody is signed in.
    NotSignedIn,
    /// Username or password is wrong.
    WrongCredentials,
    /// Signed in, but not an approved creator.
    NotACreator,
    /// Signed in, but not allowed to.
    Forbidden,
    /// The request came from another site.
    CrossOrigin,
    /// There is no such thing.
    NotFound,
    /// There is no stream key yet.
    NoKey,
    /// The path knows other methods only.
    MethodNotAllowed,
    /// It cannot be done as things stand.
    Conflict,
    /// The username or address belongs to somebody else.
    Taken,
    /// Not while the stream is live.
    WhileLive,
    /// Not while an encoder is streaming.
    EncoderLive,
    /// The channel is not live.
    ChannelOffline,
    /// Only the creator and moderators can write.
    ChatDisabled,
    /// Only followers can write.
    FollowersOnly,
    /// Only who has followed for long enough can write.
    FollowedTooRecently,
    /// Cannot write for a while.
    TimedOut,
    /// Cannot write, or follow.
    Banned,
    /// The message holds a word that the creator blocked.
    BlockedWord,
    /// Too soon after one's last message.
    SlowMode,
    /// Too many messages.
    TooFast,
    /// The same message again.
    Repeated,
    /// The body is too large.
    TooLarge,
    /// Fields break rules; `fields` names them.
    Invalid,
    /// Too often; `Retry-After` says how long to wait.
    TooManyRequests,
    /// Our fault.
    Internal,
    /// LiveKit answered that it could not.
    LivekitFailed,
    /// LiveKit is not set up or does not answer.
    LivekitUnreachable,
    /// The storage of pictures does not answer.
    StorageUnreachable,
    /// The database does not answer, or has no room.
    DatabaseUnavailable,
    /// Made in the browser only: the server could not be reached, or its answer not be read.
    Network,
}

impl ErrorCode {
    /// As it is sent: `CHANNEL_OFFLINE`.
    pub fn as_str(self) -> String {
        serde_json::to_value(self).ok().and_then(|name| name.as_str().map(str::to_owned)).unwrap_or_default()
    }

    /// The HTTP status that belongs to it.
    pub fn http_status(self) -> StatusCode {
        match self {
            Self::BadRequest => StatusCode::BAD_REQUEST,
            Self::NotSignedIn | Self::WrongCredentials => StatusCode::UNAUTHORIZED,
            Self::NotACreator
            | Self::Forbidden
            | Self::CrossOrigin
            | Self::ChatDisabled
            | Self::FollowersOnly
            | Self::FollowedTooRecently
            | Self::TimedOut
            | Self::Banned
            | Self::BlockedWord => StatusCode::FORBIDDEN,
            Self::NotFound | Self::NoKey => StatusCode::NOT_FOUND,
            Self::MethodNotAllowed => StatusCode::METHOD_NOT_ALLOWED,
            Self::Conflict | Self::Taken | Self::WhileLive | Self::EncoderLive | Self::ChannelOffline => {
                StatusCode::CONFLICT
            }
            Self::TooLarge => StatusCode::PAYLOAD_TOO_LARGE,
            Self::Invalid => StatusCode::UNPROCESSABLE_ENTITY,
            Self::TooManyRequests | Self::SlowMode | Self::TooFast | Self::Repeated => StatusCode::TOO_MANY_REQUESTS,
            Self::Internal | Self::Network => StatusCode::INTERNAL_SERVER_ERROR,
            Self::LivekitFailed => StatusCode::BAD_GATEWAY,
            Self::LivekitUnreachable | Self::StorageUnreachable | Self::DatabaseUnavailable => {
                StatusCode::SERVICE_UNAVAILABLE
            }
        }
    }
}

/// A failure: what went wrong, and what to do.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, thiserror::Error)]
#[cfg_attr(feature = "ssr", derive(schemars::JsonSchema))]
#[error("{message}")]
#[serde(rename_all = "camelCase")]
pub struct ApiError {
    /// The kind.
    pub code: ErrorCode,
    /// What to do next, for the person who asked.
    pub message: String,
    /// Field name → what is wrong with it.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub fields: BTreeMap<String, String>,
    /// How long to wait before trying again.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub retry_after_seconds: Option<u64>,
    /// Names the request in the server's log.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub request_id: Option<String>,
}

impl ApiError {
    /// A failure of that kind.
    pub fn new(code: ErrorCode, message: impl Into<String>) -> Self {
        Self { code, message: message.into(), fields: BTreeMap::new(), retry_after_seconds: None, request_id: None }
    }

    /// What is wrong with that field, if anything is.
    pub fn field(&self, name: &str) -> Option<String> {
        self.fields.get(name).cloned()
    }

    /// It in one sentence, where there is one place for it: what is wrong with a field says more than that something
    /// is.
    pub fn into_words(self) -> String {
        self.fields.into_values().next().unwrap_or(self.message)
    }
}

impl FromServerFnError for ApiError {
    type Encoder = Envelope;

    fn from_server_fn_error(error: ServerFnErrorErr) -> Self {
        use ServerFnErrorErr as E;
        match error {
            // The same variant is "bad body" on the server and "unreadable answer" in the browser.
            E::Deserialization(reason) | E::Args(reason) | E::MissingArg(reason) if cfg!(feature = "ssr") => {
                Self::new(ErrorCode::BadRequest, text!(errors.unreadable, why = reason))
            }
            E::Request(_) | E::Deserialization(_) | E::Args(_) | E::MissingArg(_) | E::Response(_) => {
                Self::new(ErrorCode::Network, text!(errors.server_away))
            }
            _ => Self::new(ErrorCode::Internal, text!(errors.failed)),
        }
    }
}
