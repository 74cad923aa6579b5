//! Which values are fine, from the domain's own limits, as JSON schemas; and what else several endpoints have in
//! common. No number stands here: a limit that is changed is changed in the document too.

use serde::Serialize;
use serde_json::{Value, json};

use super::operation::Operation;
use crate::{
    api::error::ErrorCode,
    domain::account::{Email, Password, Username},
    server::services::period::{DAY_CHOICES, MAX_DAYS},
};

/// LiveKit could not be asked, or could not do it.
pub(super) const LIVEKIT: [ErrorCode; 2] = [ErrorCode::LivekitFailed, ErrorCode::LivekitUnreachable];

/// A text of so many characters.
pub(super) fn length(least: usize, most: usize) -> Value {
    json!({ "minLength": least, "maxLength": most })
}

/// One of these.
pub(super) fn choice<T: Serialize>(choices: &[T]) -> Value {
    json!({ "enum": choices })
}

/// A piece of a list.
pub(super) fn cursor() -> Value {
    json!({ "description": "The `next` of the piece before." })
}

/// Where a plain form goes on to.
pub(super) fn next() -> Value {
    json!({ "description": "Where a plain form goes on to: a path on this server." })
}

pub(super) fn password() -> Value {
    let mut password = length(Password::LENGTH.start, Password::LENGTH.end - 1);
    password["description"] = json!("Refused too when it is among the most common ones.");
    password
}

pub(super) fn email() -> Value {
    json!({ "maxLength": Email::MAX_BYTES, "pattern": r"^[^@\s]+@[^@\s.]+(\.[^@\s.]+)+$" })
}

pub(super) fn username() -> Value {
    let mut username = length(Username::LENGTH.start, Username::LENGTH.end - 1);
    username["pattern"] = json!("^[A-Za-z0-9_]+$");
    username
}

/// The parameters of a period.
pub(super) fn period(operation: Operation) -> Operation {
    let days: Vec<String> = DAY_CHOICES.iter().map(ToString::to_string).collect();
    let day = || json!({ "format": "date", "description": "A day, `2026-08-01`; both or none." });
    operation
        .field("days", choice(&days))
        .field("from", day())
        .field("to", day())
        .field("timeZone", json!({ "description": "Of IANA, `Europe/Berlin`; or else the one that was kept." }))
        .notes(format!("The last so many days, or from one to another, at most {MAX_DAYS}; not both."))
}
