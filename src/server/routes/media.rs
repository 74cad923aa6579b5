//! Files of pictures, for everybody. A name is never given twice, so a browser that has a file never asks again; whose
//! a picture is, its name does not say. A failure is kept by nobody.

use axum::{
    extract::{Path, State},
    http::{HeaderValue, header},
    response::{IntoResponse as _, Response},
};

use crate::server::{router::failure, services::pictures, state::AppState};

/// `/media/{name}`.
pub async fn file(State(state): State<AppState>, Path(name): Path<String>) -> Response {
    match pictures::read(&state, &name).await {
        Ok(bytes) => {
            let headers =
                [(header::CONTENT_TYPE, "image/webp"), (header::CACHE_CONTROL, "public, max-age=31536000, immutable")];
            (headers, bytes).into_response()
        }
        Err(error) => {
            let mut response = failure(error.into());
            response.headers_mut().insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
            response
        }
    }
}
