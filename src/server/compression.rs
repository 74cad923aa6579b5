//! Pages are compressed as they are sent. What they load is compressed when it is built, and everything else is short,
//! or, like the event streams, has to go out as it comes.
//!
//! Not so the pages of somebody who is signed in, nor may what stands in front of the program compress them: they hold
//! what only that person may read beside words that others can put there, such as those of a search. How long both are
//! compressed says what they have in common, and encryption does not hide it (BREACH, <https://www.breachattack.com>).

use axum::{
    extract::{Request, State},
    http::{Extensions, HeaderMap, StatusCode, Version, header},
    middleware::Next,
    response::Response,
};
use tower_http::compression::{CompressionLayer, Predicate};

use super::{auth::door, state::AppState};

/// Compresses the pages among the answers, as the browser can read them, with Brotli or gzip, both at the levels that
/// tower-http takes for answers made on the spot.
pub fn pages() -> CompressionLayer<impl Predicate> {
    let is_page = |_: StatusCode, _: Version, headers: &HeaderMap, _: &Extensions| is_page(headers);
    CompressionLayer::new().br(true).gzip(true).compress_when(is_page)
}

/// Has a page go out as it is, when who asks for it may be signed in. Around [`pages`].
pub async fn spare_own_pages(State(state): State<AppState>, mut request: Request, next: Next) -> Response {
    if door::names_somebody(&state, request.headers()) {
        request.headers_mut().remove(header::ACCEPT_ENCODING);
    }
    next.run(request).await
}

/// Whether these are the headers of a page.
pub fn is_page(headers: &HeaderMap) -> bool {
    headers.get(header::CONTENT_TYPE).is_some_and(|kind| kind.as_bytes().starts_with(b"text/html"))
}
