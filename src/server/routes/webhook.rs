//! LiveKit's door. The body holds a stream key: it is passed on as it is, and neither logged nor stored. It answers
//! once what was said is stored, so that LiveKit, which sends again what failed, loses nothing.

use axum::{
    body::Bytes,
    extract::State,
    http::{HeaderMap, StatusCode, header},
    response::Response,
};

use crate::{
    api::error::{ApiError, ErrorCode},
    server::{
        router::{failure, success},
        services::webhooks::{self, Receipt},
        state::AppState,
    },
};

/// 200 when it is stored, also for repeats; 401 for a bad signature; 400 for what is signed but not readable; 503 or
/// 500 when storing failed, so that LiveKit sends it again.
pub async fn receive(State(state): State<AppState>, headers: HeaderMap, body: Bytes) -> Response {
    let authorization = headers.get(header::AUTHORIZATION).and_then(|value| value.to_str().ok()).unwrap_or("");
    let authorization = authorization.strip_prefix("Bearer ").unwrap_or(authorization);
    match webhooks::receive(&state, authorization, &body).await {
        Ok(Receipt::Taken) => success(StatusCode::OK),
        Ok(Receipt::BadSignature) => failure(ApiError::new(
            ErrorCode::WrongCredentials,
            "The signature is missing or wrong. Only LiveKit can call this, with the API key that is set here.",
        )),
        Ok(Receipt::Undecodable) => {
            tracing::warn!(bytes = body.len(), "a signed webhook could not be read");
            failure(ApiError::new(ErrorCode::BadRequest, "The signature is right, but the body is no webhook."))
        }
        Err(error) => failure(error.into()),
    }
}
