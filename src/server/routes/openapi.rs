//! The API, described for programs. The same for everybody, and until the next version of the program: written once,
//! and known by its tag.

use std::sync::LazyLock;

use axum::{
    http::{HeaderMap, StatusCode, header},
    response::{IntoResponse as _, Response},
};
use sha2::{Digest as _, Sha256};

use crate::server::openapi;

/// What may be kept for a minute, and is then asked for by its tag.
const FOR_A_MINUTE: &str = "public, max-age=60";

/// `GET /api/openapi.json`.
pub async fn document(headers: HeaderMap) -> Response {
    static TEXT: LazyLock<String> = LazyLock::new(|| openapi::document().to_string());
    static TAG: LazyLock<String> = LazyLock::new(|| format!("\"{:x}\"", Sha256::digest(TEXT.as_bytes())));
    let caching = [(header::CACHE_CONTROL, FOR_A_MINUTE), (header::ETAG, &TAG)];
    let known = headers.get_all(header::IF_NONE_MATCH).iter().filter_map(|value| value.to_str().ok());
    if known.flat_map(|line| line.split(',')).any(|tag| tag.trim().trim_start_matches("W/") == *TAG) {
        return (StatusCode::NOT_MODIFIED, caching).into_response();
    }
    (caching, [(header::CONTENT_TYPE, "application/json")], TEXT.as_str()).into_response()
}
