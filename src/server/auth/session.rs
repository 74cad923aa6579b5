//! Session tokens: a JWT that names a row of `sessions`. Without the row it is worth nothing, so signing out works at
//! once. The same token is a browser's cookie or a script's Bearer.

use std::time::Duration;

use jsonwebtoken::{Algorithm, DecodingKey, EncodingKey, Header, Validation};
use serde::{Deserialize, Serialize};

use crate::{
    domain::{
        id::{SessionId, UserId},
        timestamp::Timestamp,
    },
    server::{Error, Result, secrets::Secrets},
};

/// How long a browser stays signed in.
pub const BROWSER_LIFETIME: Duration = Duration::from_secs(30 * 24 * 3600);
/// How long a script's token is good.
pub const TOKEN_LIFETIME: Duration = Duration::from_secs(90 * 24 * 3600);

#[derive(Serialize, Deserialize)]
struct Claims {
    sub: String,
    sid: String,
    exp: i64,
}

/// Signs a token for that session.
///
/// # Errors
/// When it cannot be signed.
pub fn sign(secrets: &Secrets, user_id: &UserId, session_id: &SessionId, expires_at: Timestamp) -> Result<String> {
    let claims = Claims { sub: user_id.to_string(), sid: session_id.to_string(), exp: expires_at.0.div_euclid(1000) };
    jsonwebtoken::encode(&Header::new(Algorithm::HS256), &claims, &EncodingKey::from_secret(&secrets.signing))
        .map_err(|error| Error::Internal(format!("a session token could not be signed: {error}")))
}

/// Which session a token names; `None` when it is not one of ours or has run out.
pub fn read(secrets: &Secrets, token: &str) -> Option<(UserId, SessionId)> {
    let validation = Validation::new(Algorithm::HS256);
    let key = DecodingKey::from_secret(&secrets.signing);
    let claims = jsonwebtoken::decode::<Claims>(token, &key, &validation).ok()?.claims;
    Some((claims.sub.into(), claims.sid.into()))
}
