//! What goes wrong inside, in full; [`ApiError`] is what the caller gets to know of it.
//!
//! An error holds two things: the cause, which is for the log, and what it says to the caller, in their language. The
//! log gets the first alone ([`std::fmt::Display`] writes no text of the second), so it is English whoever asked.
//! Nothing of the cause is in the answer.

use std::{borrow::Cow, time::Duration};

use crate::{
    api::error::{ApiError, ErrorCode},
    domain::{chat_standing::Refusal, fields::FieldErrors},
    server::{
        db::{Outage, is_not_text},
        telemetry,
    },
    text,
};

/// The result of a service.
pub type Result<T, E = Error> = std::result::Result<T, E>;

/// A failure of a service. Each variant says how it is answered; what it displays is for the log.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// 401.
    #[error("not signed in")]
    NotSignedIn,
    /// 401. Says the same whether or not there is such an account.
    #[error("wrong login or password")]
    WrongCredentials,
    /// 403.
    #[error("not an approved creator")]
    NotACreator,
    /// 403, with what would be needed.
    #[error("forbidden")]
    Forbidden(&'static str),
    /// 404, with what was looked for.
    #[error("not found")]
    NotFound(&'static str),
    /// 404 `NO_KEY`.
    #[error("no stream key")]
    NoKey,
    /// 409, with why not.
    #[error("not as things stand")]
    Conflict(&'static str),
    /// 409 with the field.
    #[error("taken: {}", .0.names())]
    Taken(FieldErrors),
    /// 409 `WHILE_LIVE`, with what cannot be done then.
    #[error("not while live")]
    WhileLive(&'static str),
    /// 409 `ENCODER_LIVE`.
    #[error("an encoder is live")]
    EncoderLive,
    /// 409 `CHANNEL_OFFLINE`.
    #[error("the channel is offline")]
    ChannelOffline,
    /// 422 with each bad field.
    #[error("invalid: {}", .0.names())]
    Invalid(FieldErrors),
    /// 403 or 429: a message that is not taken, with how long that stands.
    #[error("a message was refused: {0:?}")]
    Refused(Refusal),
    /// 413, with how much would be fine.
    #[error("too large")]
    TooLarge(&'static str),
    /// 429 with how long to wait.
    #[error("too many requests")]
    TooMany {
        /// Until it is allowed again.
        retry_after: Duration,
        /// What was done too often, and what to do.
        message: &'static str,
    },
    /// 503: not set up, or no answer.
    #[error("LiveKit cannot be reached: {reason}")]
    LiveKitUnreachable {
        /// What happened, for the log.
        reason: String,
        /// What it means for what was asked for.
        message: &'static str,
    },
    /// 502: it answered that it could not.
    #[error("LiveKit failed: {reason}")]
    LiveKitFailed {
        /// What it said, for the log.
        reason: String,
        /// What it means for what was asked for.
        message: &'static str,
    },
    /// 503: pictures cannot be stored or read now.
    #[error("the storage cannot be reached: {0}")]
    StorageUnreachable(String),
    /// 503 while it is away or has no room, 400 when it was asked for what cannot be text, otherwise 500.
    #[error("database: {0}")]
    Database(#[from] sqlx::Error),
    /// 500.
    #[error("{0}")]
    Internal(String),
}

impl From<FieldErrors> for Error {
    fn from(errors: FieldErrors) -> Self {
        Self::Invalid(errors)
    }
}

impl Error {
    /// The database is away, or has no room: trying something else at once makes no sense.
    pub fn is_outage(&self) -> bool {
        self.code() == ErrorCode::DatabaseUnavailable
    }

    /// The kind of failure that the caller gets to know of.
    pub fn code(&self) -> ErrorCode {
        match self {
            Self::NotSignedIn => ErrorCode::NotSignedIn,
            Self::WrongCredentials => ErrorCode::WrongCredentials,
            Self::NotACreator => ErrorCode::NotACreator,
            Self::Forbidden(_) => ErrorCode::Forbidden,
            Self::NotFound(_) => ErrorCode::NotFound,
            Self::NoKey => ErrorCode::NoKey,
            Self::Conflict(_) => ErrorCode::Conflict,
            Self::Taken(_) => ErrorCode::Taken,
            Self::WhileLive(_) => ErrorCode::WhileLive,
            Self::EncoderLive => ErrorCode::EncoderLive,
            Self::ChannelOffline => ErrorCode::ChannelOffline,
            Self::Invalid(_) => ErrorCode::Invalid,
            Self::Refused(refusal) => match refusal {
                Refusal::Banned => ErrorCode::Banned,
                Refusal::TimedOut(_) => ErrorCode::TimedOut,
                Refusal::ChatDisabled => ErrorCode::ChatDisabled,
                Refusal::FollowersOnly => ErrorCode::FollowersOnly,
                Refusal::FollowedTooRecently(_) => ErrorCode::FollowedTooRecently,
                Refusal::SlowMode(_) => ErrorCode::SlowMode,
                Refusal::TooFast(_) => ErrorCode::TooFast,
                Refusal::Repeated(_) => ErrorCode::Repeated,
                Refusal::BlockedWord => ErrorCode::BlockedWord,
            },
            Self::TooLarge(_) => ErrorCode::TooLarge,
            Self::TooMany { .. } => ErrorCode::TooManyRequests,
            Self::LiveKitUnreachable { .. } => ErrorCode::LivekitUnreachable,
            Self::LiveKitFailed { .. } => ErrorCode::LivekitFailed,
            Self::StorageUnreachable(_) => ErrorCode::StorageUnreachable,
            Self::Database(cause) if Outage::of(cause).is_some() => ErrorCode::DatabaseUnavailable,
            Self::Database(cause) if is_not_text(cause) => ErrorCode::BadRequest,
            Self::Database(_) | Self::Internal(_) => ErrorCode::Internal,
        }
    }

    fn message(&self) -> Cow<'static, str> {
        let fixed = match self {
            Self::Refused(refusal) => return refusal.message().into(),
            Self::NotSignedIn => text!(errors.sign_in_first),
            Self::WrongCredentials => text!(errors.wrong_credentials),
            Self::NotACreator => text!(errors.for_creators),
            Self::NoKey => text!(errors.no_key),
            Self::EncoderLive => text!(errors.encoder_live),
            Self::ChannelOffline => text!(errors.channel_offline),
            Self::Invalid(_) => text!(errors.fields_invalid),
            Self::Taken(_) => text!(errors.fields_taken),
            Self::Forbidden(message)
            | Self::NotFound(message)
            | Self::Conflict(message)
            | Self::WhileLive(message)
            | Self::TooLarge(message) => message,
            Self::StorageUnreachable(_) => text!(errors.storage_away),
            Self::TooMany { message, .. }
            | Self::LiveKitUnreachable { message, .. }
            | Self::LiveKitFailed { message, .. } => message,
            Self::Database(cause) => match Outage::of(cause) {
                Some(Outage::Full) => text!(errors.disk_full),
                Some(Outage::Away) => text!(errors.database_away),
                None if is_not_text(cause) => text!(errors.address_holds_nul),
                None => text!(errors.failed),
            },
            Self::Internal(_) => text!(errors.failed),
        };
        fixed.into()
    }
}

/// Rounded up, at least 1: who waits that long is not refused again for a fraction.
fn whole_seconds(duration: Duration) -> u64 {
    (duration.as_secs() + u64::from(duration.subsec_nanos() > 0)).max(1)
}

impl From<Error> for ApiError {
    /// Logs what is our fault, and what somebody may not do or did too often, once; the rest is between us and the caller.
    fn from(error: Error) -> Self {
        let code = error.code();
        let status = code.http_status();
        if status.is_server_error() {
            tracing::error!(error.code = ?code, error.cause = %error, "a request failed");
        }
        if matches!(error, Error::Forbidden(_) | Error::NotACreator | Error::TooMany { .. }) {
            telemetry::refused(code);
        }
        let mut public = Self::new(code, error.message());
        public.request_id = telemetry::request_id();
        match error {
            Error::Invalid(fields) | Error::Taken(fields) => public.fields = fields.0,
            Error::TooMany { retry_after, .. } => public.retry_after_seconds = Some(whole_seconds(retry_after)),
            Error::Refused(refusal) => public.retry_after_seconds = refusal.time_left().map(whole_seconds),
            _ => {}
        }
        public
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::language::{Language, speaking};

    #[tokio::test]
    async fn what_is_logged_is_english_whoever_asked() {
        let cases = speaking(Language::de, async {
            let field = || FieldErrors::one("title", text!(fields.not_null));
            let refusals = [
                (Error::Forbidden(text!(errors.for_creators)), "forbidden"),
                (Error::NotFound(text!(errors.no_session)), "not found"),
                (Error::Conflict(text!(errors.no_key)), "not as things stand"),
                (Error::WhileLive(text!(errors.encoder_live)), "not while live"),
                (Error::TooLarge(text!(errors.failed)), "too large"),
                (Error::Invalid(field()), "invalid: title"),
                (Error::Taken(field()), "taken: title"),
            ];
            refusals.map(|(error, logged)| (error.to_string(), error.message(), logged))
        });
        let cases = cases.await;
        assert!(cases[2].1.contains("Stream-Schlüssel"), "what is said is German: {}", cases[2].1);
        for (written, said, logged) in cases {
            assert_eq!(written, logged, "{said}");
        }
    }
}
