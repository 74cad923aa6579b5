//! Requests from other sites: one that changes something must come from a page of ours, or from no browser at all. By
//! what browsers say of themselves, and without a token in each form. Reading is always fine: what is read stays with
//! who asked.

use axum::http::{HeaderMap, Method, header};
use url::Url;

/// Whether this request may change something. Browsers say where it comes from: newer ones by Fetch Metadata, older
/// ones by `Origin`; scripts say neither.
pub fn is_same_origin(method: &Method, headers: &HeaderMap, base_url: &Url) -> bool {
    if matches!(*method, Method::GET | Method::HEAD | Method::OPTIONS) {
        return true;
    }
    let text = |name: &str| headers.get(name).and_then(|value| value.to_str().ok());
    match text("sec-fetch-site") {
        // `none` is the person themselves: an address typed, a bookmark.
        Some("same-origin" | "none") => return true,
        Some(_) => return false,
        None => {}
    }
    let Some(origin) = headers.get(header::ORIGIN) else { return true };
    let Some(origin) = origin.to_str().ok().and_then(|origin| Url::parse(origin).ok()) else { return false };
    let authority = |url: &Url| url.host_str().map(|host| (host.to_owned(), url.port_or_known_default()));
    let host = text("host").and_then(|host| Url::parse(&format!("{}://{host}", origin.scheme())).ok());
    authority(&origin).is_some()
        && (authority(&origin) == host.as_ref().and_then(authority) || authority(&origin) == authority(base_url))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn allowed(method: &Method, headers: &[(&'static str, &'static str)]) -> bool {
        let headers = headers
            .iter()
            .map(|(name, value)| (header::HeaderName::from_static(name), header::HeaderValue::from_static(value)));
        let base = Url::parse("https://live.example.org").expect("valid");
        is_same_origin(method, &headers.collect(), &base)
    }

    #[test]
    fn only_our_own_pages_and_scripts_change_things() {
        let post = &Method::POST;
        assert!(allowed(post, &[]));
        assert!(allowed(post, &[("sec-fetch-site", "same-origin")]));
        assert!(allowed(post, &[("origin", "http://h:3000"), ("host", "h:3000")]));
        assert!(allowed(post, &[("origin", "https://live.example.org"), ("host", "127.0.0.1:3000")]));
        for headers in [
            &[("sec-fetch-site", "cross-site")][..],
            &[("sec-fetch-site", "same-site")],
            &[("origin", "https://evil.example"), ("host", "h:3000")],
            &[("origin", "http://h:4000"), ("host", "h:3000")],
            &[("origin", "null"), ("host", "h:3000")],
        ] {
            assert!(!allowed(post, headers), "{headers:?}");
            assert!(allowed(&Method::GET, headers), "{headers:?}");
        }
    }
}
