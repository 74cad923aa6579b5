//! The whole map of the server, and what every request passes on its way: an id, its address, the origin check, the
//! limits on bodies, and the envelope of every failure.
//!
//! Whatever comes is answered, also when what answers it panics. But for LiveKit's webhook, nothing of `/api` is read
//! before it is known to come from this site or from no browser. Of a request's path only the template is in the log.
//! What is particular about forms that a page sends without WASM is in `plain_forms.rs`.

use std::{
    net::{IpAddr, SocketAddr},
    sync::{Arc, LazyLock},
    time::Instant,
};

use axum::{
    Router,
    body::Body,
    extract::{ConnectInfo, DefaultBodyLimit, MatchedPath, Request, State},
    handler::Handler as _,
    http::{HeaderMap, HeaderValue, Method, StatusCode, header},
    middleware::{self, Next},
    response::{IntoResponse as _, Response},
    routing::{MethodRouter, any, get, post},
};
use ipnet::IpNet;
use leptos::prelude::{provide_context, use_context};
use leptos_axum::{AxumRouteListing, LeptosRoutes as _, ResponseOptions, generate_route_list};
use server_fn::{Encodes as _, axum::server_fn_paths};
use tower_http::catch_panic::CatchPanicLayer;

use super::{
    auth::{
        door::{self, ClientAddress},
        origin,
    },
    clock, compression, current_page,
    headers::{self, PagePolicy},
    plain_forms::{self, PUT_BY_FORM},
    routes::{export, health, media, openapi, sse, uploads, webhook},
    site::{self, Site},
    state::AppState,
    telemetry,
};
use crate::{
    api::{
        error::{ApiError, ErrorCode},
        paths,
        protocol::Envelope,
    },
    app::{App, shell},
    language::{self, Locale as _},
    pages::{link_preview::SiteAddress, status::PageStatus},
    text,
};

/// Largest body of a request, in bytes: the longest text that a form holds, and some.
pub(super) const MAX_BODY_BYTES: usize = 64 * 1024;
/// Largest webhook, in bytes.
const MAX_WEBHOOK_BYTES: usize = 1024 * 1024;
/// Paths that take a file.
const UPLOAD_PATHS: [&str; 2] = [paths::THUMBNAIL, paths::PORTRAIT];

/// All pages. Leptos finds them by rendering the app with every load held back, in the whole process
/// (`SuppressResourceLoad`, leptos_server 0.8.8): a page of another server in it that begins to load meanwhile never
/// comes. So it is done once, before the first server serves.
static PAGES: LazyLock<Vec<AxumRouteListing>> = LazyLock::new(|| generate_route_list(App));

/// Builds the router.
pub fn build(state: AppState) -> Router {
    let reload = std::env::var_os("LEPTOS_WATCH").map(|_| state.leptos.reload_port);
    let policy = PagePolicy::new(&state.config, reload);
    let site = Site::open(&state.leptos);
    let context = {
        let (state, site) = (state.clone(), site.clone());
        move || {
            provide_context(state.clone());
            provide_context(PageStatus(Arc::new(set_status)));
            provide_context(SiteAddress(state.config.base_url.to_string()));
            site.accompany_page();
            policy.accompany_page();
            language::accompany_page();
        }
    };
    let page = {
        let options = state.leptos.clone();
        move || shell(options.clone())
    };
    let not_found = leptos_axum::file_and_error_handler_with_context::<AppState, _>(context.clone(), shell)
        .layer(middleware::from_fn_with_state(site, site::answer_other_names));
    let pages = Router::new()
        .leptos_routes_with_context(&state, PAGES.clone(), context.clone(), page)
        .layer(compression::pages())
        .layer(middleware::from_fn_with_state(state.clone(), compression::spare_own_pages));
    doors(context)
        .into_iter()
        .fold(Router::new(), |router, (_, path, door)| router.route(path, door))
        .merge(pages)
        .route("/api/", any(no_endpoint))
        .route("/api/{*path}", any(no_endpoint))
        .method_not_allowed_fallback(no_method)
        .fallback(not_found)
        .layer(middleware::from_fn_with_state(state.clone(), guard_api))
        // Inside of what counts and logs the answer: a panic is an answer like others.
        .layer(CatchPanicLayer::custom(panicked))
        .layer(middleware::from_fn_with_state(state.clone(), identify))
        .layer(middleware::map_response(cache_files))
        .layer(middleware::from_fn_with_state(state.clone(), headers::complete))
        .layer(middleware::from_fn(current_page::keep_apart))
        .with_state(state)
}

/// The ways in that are neither pages nor server functions.
fn doors(context: impl Fn() + Clone + Send + Sync + 'static) -> Vec<(Method, &'static str, MethodRouter<AppState>)> {
    let upload_limit = DefaultBodyLimit::max(uploads::MAX_UPLOAD_BYTES);
    let put_by_form = move |request: Request| plain_forms::put(context, request);
    vec![
        (Method::GET, telemetry::HEALTH, get(health::healthz)),
        (Method::GET, telemetry::READINESS, get(health::readyz)),
        (Method::GET, telemetry::METRICS, get(health::metrics)),
        (Method::GET, paths::OPENAPI, get(openapi::document)),
        (Method::POST, paths::WEBHOOK, post(webhook::receive)),
        (Method::GET, paths::STREAM_EVENTS, get(sse::own_stream)),
        (Method::GET, paths::CHANNEL_EVENTS, get(sse::channel)),
        (Method::GET, paths::ACCOUNT_EVENTS, get(sse::account)),
        (Method::POST, PUT_BY_FORM[0], post(put_by_form.clone())),
        (Method::POST, PUT_BY_FORM[1], post(put_by_form.clone())),
        (Method::POST, PUT_BY_FORM[2], post(put_by_form)),
        (Method::GET, paths::ANALYTICS_EXPORT, get(export::analytics)),
        (Method::GET, paths::MEDIA, get(media::file)),
        (Method::POST, paths::THUMBNAIL, post(uploads::thumbnail).layer(upload_limit)),
        (Method::POST, paths::PORTRAIT, post(uploads::portrait).layer(upload_limit)),
    ]
}

/// Everything that is answered here but files: server functions, doors and pages, by method and path. For tests that
/// leave none out.
pub fn endpoints() -> Vec<(Method, String)> {
    let pages = PAGES.iter().map(|page| (Method::GET, page.path().to_owned()));
    endpoints_for_programs().into_iter().chain(pages).collect()
}

/// The same without pages: what a program can ask for.
pub fn endpoints_for_programs() -> Vec<(Method, String)> {
    let functions = server_fn_paths().map(|(path, method)| (method, path.to_owned()));
    let doors = doors(|| ()).into_iter().map(|(method, path, _)| (method, path.to_owned()));
    functions.chain(doors).collect()
}

fn set_status(status: u16) {
    if let (Some(options), Ok(status)) = (use_context::<ResponseOptions>(), StatusCode::from_u16(status)) {
        options.set_status(status);
    }
}

/// Gives the request an id, finds out where it comes from and in which language to answer, and counts and logs how it
/// was answered.
async fn identify(State(state): State<AppState>, mut request: Request, next: Next) -> Response {
    let id = clock::new_id();
    let socket = request.extensions().get::<ConnectInfo<SocketAddr>>().map(|info| info.0.ip());
    let address = client_address(&state.config.trusted_proxies, socket, request.headers());
    request.extensions_mut().insert(ClientAddress(address));
    let language = door::language_of(&state, request.headers());
    // The template, never the path: what somebody looks for, or watches, is in no log.
    let route = request.extensions().get::<MatchedPath>().cloned();
    let (method, began) = (request.method().clone(), Instant::now());
    let answering = async {
        let response = next.run(request).await;
        let (route, took) = (route.as_ref().map_or("other", MatchedPath::as_str), began.elapsed());
        state.metrics.request(&method, route, response.status(), took);
        telemetry::answered(&method, route, response.status(), took);
        response
    };
    let answering = language::speaking(language, answering);
    let mut response = telemetry::within_request(id.clone(), answering).await;
    if let Ok(value) = HeaderValue::from_str(&id) {
        response.headers_mut().insert("x-request-id", value);
    }
    if compression::is_page(response.headers())
        || response.status().is_client_error()
        || response.status().is_server_error()
    {
        let language = HeaderValue::from_static(language.as_str());
        response.headers_mut().insert(header::CONTENT_LANGUAGE, language);
    }
    response
}

/// The socket's address; behind a trusted proxy, the last one in `X-Forwarded-For` that is not a trusted proxy itself.
/// What stands before one that cannot be read is not believed: whoever asks may have written it.
fn client_address(trusted: &[IpNet], socket: Option<IpAddr>, headers: &HeaderMap) -> String {
    let is_trusted = |ip: &IpAddr| trusted.iter().any(|net| net.contains(ip));
    // Listening on IPv6, IPv4 comes as a part of it.
    let Some(socket) = socket.map(|ip| ip.to_canonical()) else { return "unknown".to_owned() };
    if !is_trusted(&socket) {
        return socket.to_string();
    }
    let forwarded = headers.get_all("x-forwarded-for").iter().map(|value| value.to_str().unwrap_or("unreadable"));
    let hops: Vec<Option<IpAddr>> = forwarded.flat_map(|line| line.split(',')).map(read_hop).collect();
    hops.into_iter().rev().map_while(|hop| hop).find(|hop| !is_trusted(hop)).unwrap_or(socket).to_string()
}

/// One address of `X-Forwarded-For`; some proxies write its port too, and IPv6 in brackets.
fn read_hop(hop: &str) -> Option<IpAddr> {
    let hop = hop.trim();
    let ip = hop.parse().or_else(|_| hop.parse().map(|socket: SocketAddr| socket.ip()));
    let ip = ip.or_else(|_| hop.trim_start_matches('[').trim_end_matches(']').parse());
    ip.ok().map(|ip: IpAddr| ip.to_canonical())
}

/// What all of `/api` has in common.
async fn guard_api(State(state): State<AppState>, request: Request, next: Next) -> Response {
    let path = request.uri().path().to_owned();
    if !path.starts_with("/api/") {
        return next.run(request).await;
    }
    let mut response = match checked(&state, &path, request).await {
        Ok(mut request) => {
            let typed = plain_forms::kept_fields(&mut request, &path).await;
            let mut response = next.run(request).await;
            plain_forms::send_back(&mut response, &path, &typed);
            response
        }
        Err(error) => failure(error),
    };
    // Nothing of the API is for a cache but what describes it: most is personal, and some of it is a key.
    let is_kept = response.status().is_success() || response.status() == StatusCode::NOT_MODIFIED;
    if path != paths::OPENAPI || !is_kept {
        response.headers_mut().insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
    }
    response
}

/// The request with its body read, if it may come in; that of an upload is read by its door.
async fn checked(state: &AppState, path: &str, request: Request) -> Result<Request, ApiError> {
    let is_webhook = path == paths::WEBHOOK;
    if !is_webhook && !origin::is_same_origin(request.method(), request.headers(), &state.config.base_url) {
        telemetry::refused(ErrorCode::CrossOrigin);
        return Err(ApiError::new(ErrorCode::CrossOrigin, text!(errors.cross_origin)));
    }
    if holds_nul(request.uri().query()) {
        return Err(ApiError::new(ErrorCode::BadRequest, text!(errors.address_holds_nul)));
    }
    if request.method() == Method::POST && UPLOAD_PATHS.contains(&path) {
        // They read their body themselves, bit by bit, once they know who sends it, and redirect plain forms.
        return Ok(request);
    }
    let limit = if is_webhook { MAX_WEBHOOK_BYTES } else { MAX_BODY_BYTES };
    let mut request = with_whole_body(request, limit).await?;
    if !plain_forms::is_form_post(&request, path) {
        request.headers_mut().insert(header::ACCEPT, HeaderValue::from_static("application/json"));
    } else if plain_forms::page_without_referrer(path).is_some() {
        // Of this, only what is added to it is kept.
        request.headers_mut().insert(header::REFERER, HeaderValue::from_static("http://localhost/"));
    }
    Ok(request)
}

async fn with_whole_body(request: Request, limit: usize) -> Result<Request, ApiError> {
    let (parts, body) = request.into_parts();
    let message = || text!(errors.body_too_large, limit = limit);
    let bytes = axum::body::to_bytes(body, limit).await.map_err(|_| ApiError::new(ErrorCode::TooLarge, message()))?;
    Ok(Request::from_parts(parts, Body::from(bytes)))
}

/// PostgreSQL stores no text with a NUL in it.
fn holds_nul(query: Option<&str>) -> bool {
    query.is_some_and(|query| query.contains("%00"))
}

/// Hashed files never change; the others are asked for again. What was answered under another name says so itself.
async fn cache_files(uri: axum::http::Uri, mut response: Response) -> Response {
    let path = uri.path();
    let rule = match path {
        // A page may be somebody's own, and is not for who comes after them.
        _ if compression::is_page(response.headers()) => "private, no-store",
        _ if !response.status().is_success() => return response,
        _ if !(path.starts_with("/pkg/") || path.starts_with("/vendor/")) => return response,
        _ if response.headers().contains_key(header::CACHE_CONTROL) => return response,
        _ if is_hashed(path) => "public, max-age=31536000, immutable",
        _ => "public, no-cache",
    };
    response.headers_mut().insert(header::CACHE_CONTROL, HeaderValue::from_static(rule));
    response
}

/// `streamit.<hash>.wasm`, `split_watch.<hash>.wasm`, `livekit-client.<hash>.js`.
fn is_hashed(path: &str) -> bool {
    let name = path.rsplit('/').next().unwrap_or("");
    let mut parts = name.split('.').skip(1);
    parts.next().is_some_and(|hash| hash.len() >= 12 && hash.bytes().any(|b| b != b'_')) && parts.next().is_some()
}

async fn no_endpoint() -> Response {
    failure(ApiError::new(ErrorCode::NotFound, text!(errors.no_endpoint)))
}

pub(super) async fn no_method(method: Method) -> Response {
    failure(ApiError::new(ErrorCode::MethodNotAllowed, text!(errors.no_method, method = method)))
}

fn panicked(_: Box<dyn std::any::Any + Send>) -> Response {
    // What it was, the panic hook has written; it may hold anything and goes nowhere else.
    failure(ApiError::new(ErrorCode::Internal, text!(errors.failed)))
}

/// A success without data.
pub fn success(status: StatusCode) -> Response {
    let body = Envelope::encode(&()).unwrap_or_default();
    (status, [(header::CONTENT_TYPE, "application/json")], body).into_response()
}

/// A failure in its envelope, with its status.
pub fn failure(mut error: ApiError) -> Response {
    error.request_id = error.request_id.or_else(telemetry::request_id);
    let body = Envelope::encode(&error).unwrap_or_default();
    let mut response = (error.code.http_status(), [(header::CONTENT_TYPE, "application/json")], body).into_response();
    if let Some(seconds) = error.retry_after_seconds {
        response.headers_mut().insert(header::RETRY_AFTER, HeaderValue::from(seconds));
    }
    response
}

/// Completes the failure of a server function with its status and the request's id. A plain form is redirected, and so
/// has a status of its own.
pub fn as_http_failure(mut error: ApiError) -> ApiError {
    error.request_id = error.request_id.or_else(telemetry::request_id);
    let accept = use_context::<axum::http::request::Parts>()
        .and_then(|parts| parts.headers.get(header::ACCEPT)?.to_str().ok().map(str::to_owned));
    if let Some(options) = use_context::<ResponseOptions>()
        && !accept.is_some_and(|accept| accept.contains("text/html"))
    {
        options.set_status(error.code.http_status());
        if let Some(seconds) = error.retry_after_seconds {
            options.insert_header(header::RETRY_AFTER, HeaderValue::from(seconds));
        }
    }
    error
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn whose_address_counts_is_what_the_last_proxy_saw() {
        let trusted = ["127.0.0.0/8", "10.0.0.0/8", "fd00::/8"].map(|net| net.parse().unwrap());
        let address = |socket: &str, forwarded: &[&'static str]| {
            let mut headers = HeaderMap::new();
            for line in forwarded {
                headers.append("x-forwarded-for", HeaderValue::from_static(line));
            }
            client_address(&trusted, Some(socket.parse().unwrap()), &headers)
        };
        assert_eq!(address("203.0.113.9", &["1.2.3.4"]), "203.0.113.9");
        assert_eq!(address("127.0.0.1", &[]), "127.0.0.1");
        assert_eq!(address("127.0.0.1", &["1.2.3.4, 203.0.113.7"]), "203.0.113.7");
        assert_eq!(address("127.0.0.1", &["1.2.3.4", "203.0.113.7, 10.0.0.2"]), "203.0.113.7");
        // Seen through IPv6.
        assert_eq!(address("::ffff:127.0.0.1", &["::ffff:203.0.113.7, ::ffff:10.0.0.2"]), "203.0.113.7");
        // With ports, as some proxies write them.
        assert_eq!(address("fd00::1", &["1.2.3.4, 203.0.113.7:5000"]), "203.0.113.7");
        assert_eq!(address("fd00::1", &["1.2.3.4, [2001:db8::1]:443"]), "2001:db8::1");
        assert_eq!(address("fd00::1", &["1.2.3.4, [2001:db8::1]"]), "2001:db8::1");
        // What nobody can read was seen by nobody: nothing before it counts.
        assert_eq!(address("127.0.0.1", &["1.2.3.4, unknown"]), "127.0.0.1");
        assert_eq!(address("127.0.0.1", &["1.2.3.4, "]), "127.0.0.1");
    }

    #[test]
    fn only_hashed_files_are_kept_for_good() {
        assert!(is_hashed("/pkg/streamit.0123456789ab.wasm"));
        assert!(is_hashed("/pkg/split_home.0123456789ab.wasm"));
        assert!(is_hashed("/vendor/inter-latin.0123456789abcdef.woff2"));
        assert!(!is_hashed("/pkg/streamit.wasm"));
        // So cargo-leptos calls it while it watches.
        assert!(!is_hashed("/pkg/__wasm_split.______________________.js"));
        assert!(!is_hashed("/pkg/snippets/x/player.js"));
        assert!(!is_hashed("/vendor/inter-latin.woff2"));
        assert!(!is_hashed("/vendor/licenses/livekit-client.txt"));
    }
}
