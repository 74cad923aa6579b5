//! For whoever watches the server: whether it runs, whether it can work, and what it counts. The first two are for
//! anybody and name no address and no reason; the third is for this machine, or for who has the token.

use std::net::SocketAddr;

use axum::{
    Json,
    extract::{ConnectInfo, State},
    http::{HeaderMap, StatusCode, header},
    response::{IntoResponse as _, Response},
};
use sha2::{Digest as _, Sha256};

use crate::{
    api::error::{ApiError, ErrorCode},
    server::{router::failure, services::health, state::AppState},
};

/// Headers that only a proxy adds: what has one comes from somebody else than who is connected.
const BY_A_PROXY: [&str; 4] = ["x-forwarded-for", "forwarded", "x-real-ip", "via"];

/// `/healthz`: the program answers.
pub async fn healthz() -> &'static str {
    "ok\n"
}

/// `/readyz`: 200 when requests can be answered, else 503; what each part is doing, in either case.
pub async fn readyz(State(state): State<AppState>) -> Response {
    let readiness = health::readiness(&state).await;
    let status = if readiness.ready { StatusCode::OK } else { StatusCode::SERVICE_UNAVAILABLE };
    (status, [(header::CACHE_CONTROL, "no-store")], Json(readiness)).into_response()
}

/// `/metrics`, for Prometheus: with the token, when one is set; else only for this machine and the proxies that are
/// trusted, when they ask for themselves.
pub async fn metrics(
    State(state): State<AppState>,
    socket: Option<axum::Extension<ConnectInfo<SocketAddr>>>,
    headers: HeaderMap,
) -> Response {
    let socket = socket.map(|axum::Extension(ConnectInfo(socket))| socket);
    if let Err(error) = may_read(&state, socket, &headers) {
        return failure(error);
    }
    match health::metrics(&state).await {
        Ok(text) => {
            let kind = "text/plain; version=0.0.4; charset=utf-8";
            ([(header::CONTENT_TYPE, kind), (header::CACHE_CONTROL, "no-store")], text).into_response()
        }
        Err(error) => failure(error.into()),
    }
}

fn may_read(state: &AppState, socket: Option<SocketAddr>, headers: &HeaderMap) -> Result<(), ApiError> {
    if let Some(token) = &state.config.metrics_token {
        let given = headers.get(header::AUTHORIZATION).and_then(|value| value.to_str().ok());
        let given = given.and_then(|value| value.strip_prefix("Bearer ")).unwrap_or("");
        // Compared as digests: how long it takes says nothing about how much of it is right.
        return match Sha256::digest(given) == Sha256::digest(token) {
            true => Ok(()),
            false => Err(ApiError::new(ErrorCode::WrongCredentials, "Send STREAMIT_METRICS_TOKEN as a bearer token.")),
        };
    }
    let is_near = |ip: std::net::IpAddr| {
        let ip = ip.to_canonical();
        ip.is_loopback() || state.config.trusted_proxies.iter().any(|net| net.contains(&ip))
    };
    let is_direct = !BY_A_PROXY.iter().any(|name| headers.contains_key(*name));
    if is_direct && socket.is_some_and(|socket| is_near(socket.ip())) {
        return Ok(());
    }
    let message = "Metrics are for this machine and the trusted proxies. Set STREAMIT_METRICS_TOKEN to read them from \
                   elsewhere.";
    Err(ApiError::new(ErrorCode::Forbidden, message))
}
