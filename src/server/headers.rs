//! Headers that tell a browser what an answer is for: whose scripts run in a page, what it may load and talk to, who may
//! hold it in a frame, and whether it is ever asked for without encryption.
//!
//! A page gets the policy of pages, with the nonce of its own scripts; everything else gets one that allows nothing. No
//! policy ever allows inline scripts or styles.

use std::sync::Arc;

use axum::{
    extract::{Request, State},
    http::{HeaderName, HeaderValue, header},
    middleware::Next,
    response::Response,
};
use leptos::{nonce::use_nonce, prelude::use_context};
use leptos_axum::ResponseOptions;
use url::{Host, Position, Url};

use super::{config::Config, state::AppState};

/// Of every answer that does not say otherwise.
const DEFAULTS: [(&str, &str); 5] = [
    // For what is no page: whatever it is taken for, it does nothing.
    ("content-security-policy", "default-src 'none'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"),
    // No other window holds a handle of ours.
    ("cross-origin-opener-policy", "same-origin"),
    // A creator goes live from our own pages; what they embed gets none of it.
    ("permissions-policy", "camera=(self), microphone=(self), display-capture=(self)"),
    ("referrer-policy", "strict-origin-when-cross-origin"),
    ("x-content-type-options", "nosniff"),
];

/// A year, of this host alone: what else runs below it is its operator's to say.
const ENCRYPTED_ONLY: HeaderValue = HeaderValue::from_static("max-age=31536000");

/// LiveKit's own service sends browsers on to the nearest of its servers, all below this name.
const LIVEKIT_CLOUD: &str = "livekit.cloud";

/// The page whose address holds the token of a link to a new password: it is told to nobody.
pub const RESET_PAGE: &str = "/reset";

/// Completes every answer.
pub async fn complete(State(state): State<AppState>, request: Request, next: Next) -> Response {
    let is_api = request.uri().path().starts_with("/api/");
    let is_reset = request.uri().path() == RESET_PAGE;
    let mut response = next.run(request).await;
    let headers = response.headers_mut();
    if is_reset {
        headers.insert(header::REFERRER_POLICY, HeaderValue::from_static("no-referrer"));
    }
    for (name, value) in DEFAULTS {
        headers.entry(HeaderName::from_static(name)).or_insert(HeaderValue::from_static(value));
    }
    if is_api {
        let name = HeaderName::from_static("cross-origin-resource-policy");
        headers.insert(name, HeaderValue::from_static("same-origin"));
    }
    if state.config.is_https() {
        headers.insert(header::STRICT_TRANSPORT_SECURITY, ENCRYPTED_ONLY);
    }
    response
}

/// What pages may do, but for the scripts of a single one.
#[derive(Clone, Debug)]
pub struct PagePolicy(Arc<str>);

impl PagePolicy {
    /// The policy of pages with these settings. `reload` is the port of `cargo leptos watch`, while it runs.
    pub fn new(config: &Config, reload: Option<u32>) -> Self {
        let livekit = config.livekit.as_ref().map(|livekit| sources(&livekit.public_url)).unwrap_or_default();
        let host = config.base_url.host_str().unwrap_or("localhost");
        let reload = reload.map(|port| format!(" ws://{host}:{port}")).unwrap_or_default();
        Self(
            format!(
                "default-src 'none'; \
                 connect-src 'self'{livekit}{reload}; \
                 img-src 'self' data: blob: http: https:; \
                 media-src 'self' blob:; \
                 font-src 'self'; \
                 style-src 'self'; \
                 worker-src 'self' blob:; \
                 manifest-src 'self'; \
                 object-src 'none'; \
                 base-uri 'none'; \
                 form-action 'self'; \
                 frame-ancestors 'none'; \
                 script-src 'self' 'wasm-unsafe-eval'"
            )
            .into(),
        )
    }

    /// Goes with the page that is being rendered. Leptos has made its nonce before, and marks its scripts with it; what
    /// is no page has none.
    pub fn accompany_page(&self) {
        let (Some(nonce), Some(answer)) = (use_nonce(), use_context::<ResponseOptions>()) else { return };
        if let Ok(policy) = HeaderValue::from_str(&format!("{} 'nonce-{nonce}'", self.0)) {
            answer.insert_header(header::CONTENT_SECURITY_POLICY, policy);
        }
    }
}

/// LiveKit at that address, for its socket and for the requests that its client makes beside it.
fn sources(public_url: &str) -> String {
    let Ok(url) = Url::parse(public_url) else { return String::new() };
    let (socket, plain) = if url.scheme() == "wss" { ("wss", "https") } else { ("ws", "http") };
    match url.host() {
        Some(Host::Domain(name)) if name.ends_with(&format!(".{LIVEKIT_CLOUD}")) => {
            format!(" {socket}://*.{LIVEKIT_CLOUD} {plain}://*.{LIVEKIT_CLOUD}")
        }
        // A policy has no way to write such an address.
        Some(Host::Ipv6(_)) => format!(" {socket}: {plain}:"),
        _ => {
            let place = &url[Position::BeforeHost..Position::AfterPort];
            format!(" {socket}://{place} {plain}://{place}")
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn browsers_may_talk_to_livekit_and_to_nobody_else() {
        assert_eq!(sources("ws://127.0.0.1:7880"), " ws://127.0.0.1:7880 http://127.0.0.1:7880");
        assert_eq!(sources("wss://live.example.org/rtc"), " wss://live.example.org https://live.example.org");
        assert_eq!(sources("wss://mine.livekit.cloud"), " wss://*.livekit.cloud https://*.livekit.cloud");
        assert_eq!(sources("wss://livekit.cloud.example.org"), sources("wss://livekit.cloud.example.org/"));
        assert!(!sources("wss://evil-livekit.cloud").contains('*'));
        assert_eq!(sources("ws://[::1]:7880"), " ws: http:");
    }

    #[test]
    fn no_policy_allows_what_stands_in_the_page_itself() {
        let policy = PagePolicy::new(&Config::from_lookup(|_| None).expect("valid"), None).0;
        let all: Vec<&str> = DEFAULTS.iter().map(|(_, value)| *value).chain([&*policy]).collect();
        assert!(!all.iter().any(|policy| policy.contains("unsafe-inline") || policy.contains("'unsafe-eval'")));
        assert!(policy.contains("connect-src 'self';"), "{policy}");
    }
}
