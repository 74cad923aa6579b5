//! Pages are compressed as they are sent. What they load is compressed when it is built, and everything else is short,
//! or, like the event streams, has to go out as it comes.
//!
//! Nothing in a page is a secret that could be found out by how long it is when somebody else has put words beside it
//! (BREACH): there is no stream key in any, and what changes something is let in by where it comes from, not by a token.

use axum::http::{HeaderMap, StatusCode, Version, header};
use tower_http::compression::{CompressionLayer, Predicate};

/// Compresses the pages among the answers, as the browser can read them, with Brotli or gzip, both at the levels that
/// tower-http takes for answers made on the spot.
pub fn pages() -> CompressionLayer<impl Predicate> {
    CompressionLayer::new().br(true).gzip(true).compress_when(is_page)
}

/// Whether these are the headers of a page.
pub fn has_page(headers: &HeaderMap) -> bool {
    headers.get(header::CONTENT_TYPE).is_some_and(|kind| kind.as_bytes().starts_with(b"text/html"))
}

fn is_page(_: StatusCode, _: Version, headers: &HeaderMap, _: &axum::http::Extensions) -> bool {
    has_page(headers)
}
