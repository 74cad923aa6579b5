//! What a server function gets to know of its request, and how it answers beside the body: cookies and redirects.
//!
//! Whom a token or cookie belongs to is for a service to say; here it is only taken out. No script can read a cookie of
//! ours, none comes with what another site posts, and a redirect leads to a page of this server.

use std::{
    net::{IpAddr, Ipv6Addr},
    time::Duration,
};

use axum::http::{HeaderMap, HeaderValue, header, request::Parts};
use leptos::prelude::use_context;
use leptos_axum::ResponseOptions;

use super::{actor::Actor, session};
use crate::{
    domain::{fields::FieldErrors, own_path::is_own_path},
    language::{self, Language, Locale as _},
    server::{Error, Result, services::signing_in, state::AppState, telemetry},
    text,
};

/// Longest name of a browser or script that is kept, in characters.
const MAX_USER_AGENT_CHARS: usize = 200;

/// How long a browser keeps the language that was chosen there.
const LANGUAGE_LIFETIME: Duration = Duration::from_secs(365 * 24 * 60 * 60);

/// The first 64 bits, which are what a customer is given at least (RFC 6177).
const NETWORK_OF_IPV6: u128 = !0 << 64;

/// What is known of who sent a request, before asking who they are.
#[derive(Clone, Debug)]
pub struct Client {
    /// Their address: the socket's, or what a trusted proxy says.
    pub address: String,
    /// What their browser or script calls itself.
    pub user_agent: String,
}

impl Client {
    /// What limits count it as: of IPv6 the network, since whoever has one address there has 2^64.
    pub fn counted_as(&self) -> String {
        let Ok(address) = self.address.parse::<IpAddr>() else { return self.address.clone() };
        match address.to_canonical() {
            IpAddr::V4(address) => address.to_string(),
            IpAddr::V6(address) => Ipv6Addr::from_bits(address.to_bits() & NETWORK_OF_IPV6).to_string(),
        }
    }
}

/// The address that a request came from, put into it by the router.
#[derive(Clone, Debug)]
pub struct ClientAddress(pub String);

/// A request on its way to a service.
#[derive(Clone, Debug)]
pub struct Visit {
    /// What services need.
    pub state: AppState,
    /// Who sent it.
    pub client: Client,
    token: Option<String>,
    /// The session's cookie, whatever else came with the request.
    session: Option<String>,
    guest: Option<String>,
}

/// The request that is being answered. Call it before the first `.await`: the context is gone after that.
///
/// # Errors
/// When there is none.
pub fn visit() -> Result<Visit> {
    let missing = || Error::Internal("a server function was called outside of a request's context".into());
    let state = use_context::<AppState>().ok_or_else(missing)?;
    let parts = use_context::<Parts>().ok_or_else(missing)?;
    Ok(Visit::new(state, &parts.headers, parts.extensions.get::<ClientAddress>()))
}

impl Visit {
    /// Reads what is needed from a request.
    pub fn new(state: AppState, headers: &HeaderMap, address: Option<&ClientAddress>) -> Self {
        let text = |name| headers.get(name).and_then(|value| value.to_str().ok());
        let bearer = text(header::AUTHORIZATION).and_then(|value| value.strip_prefix("Bearer ")).map(str::to_owned);
        let session = cookie(headers, &session_cookie(&state));
        let token = bearer.or_else(|| session.clone());
        let guest = cookie(headers, &guest_cookie(&state)).filter(|id| uuid::Uuid::parse_str(id).is_ok());
        let user_agent = text(header::USER_AGENT).unwrap_or("").chars().take(MAX_USER_AGENT_CHARS).collect();
        let address = address.map_or_else(|| "unknown".to_owned(), |address| address.0.clone());
        Self { state, client: Client { address, user_agent }, token, session, guest }
    }

    /// Who is signed in, by the database. A token that is not good is nobody.
    ///
    /// # Errors
    /// When the database cannot be read.
    pub async fn actor(&self) -> Result<Actor> {
        if let Some(token) = &self.token
            && let Some(user) = signing_in::find_visitor(&self.state, token).await?
        {
            telemetry::sent_by(&user.user_id);
            return Ok(Actor::User(user));
        }
        Ok(Actor::Guest(self.guest.clone().unwrap_or_default()))
    }

    /// Ends the session of the cookie that came with the request: another one is about to take its place, and nobody
    /// could sign out of this one any more.
    ///
    /// # Errors
    /// When the database cannot be read or written.
    pub async fn end_replaced_session(&self) -> Result<()> {
        let Some(token) = &self.session else { return Ok(()) };
        match signing_in::find_visitor(&self.state, token).await? {
            Some(user) => signing_in::sign_out(&self.state, &Actor::User(user)).await,
            None => Ok(()),
        }
    }
}

/// Whether a request with these headers says that it is somebody's who is signed in. It may be wrong: that is for
/// [`Visit::actor`].
pub fn names_somebody(state: &AppState, headers: &HeaderMap) -> bool {
    headers.contains_key(header::AUTHORIZATION) || cookie(headers, &session_cookie(state)).is_some()
}

/// Gives a guest an id to be told apart by, when they have none: two tabs of one browser are one person.
pub fn remember_guest(state: &AppState, actor: Actor) -> Actor {
    match actor {
        Actor::Guest(id) if id.is_empty() => {
            let id = uuid::Uuid::now_v7().to_string();
            set_cookie(&cookie_line(state, &guest_cookie(state), &id, session::BROWSER_LIFETIME.as_secs()));
            Actor::Guest(id)
        }
        actor => actor,
    }
}

/// The language of whoever sent that request: what was chosen in their browser, or else what the browser asks for.
pub fn language_of(state: &AppState, headers: &HeaderMap) -> Language {
    let chosen = cookie(headers, &language_cookie(state)).and_then(|name| name.parse().ok());
    chosen.unwrap_or_else(|| {
        let accepted = headers.get_all(header::ACCEPT_LANGUAGE).into_iter().filter_map(|value| value.to_str().ok());
        language::best_of(accepted)
    })
}

/// Has the browser remember the language of that name.
///
/// # Errors
/// When it is not spoken here.
pub fn remember_language(state: &AppState, name: &str) -> Result<()> {
    let language = name.parse::<Language>().map_err(|()| {
        let known: Vec<&str> = language::all().iter().map(|language| language.as_str()).collect();
        FieldErrors::one("language", text!(language.unknown, languages = known.join(", ")))
    })?;
    let (cookie, lifetime) = (language_cookie(state), LANGUAGE_LIFETIME.as_secs());
    set_cookie(&cookie_line(state, &cookie, language.as_str(), lifetime));
    Ok(())
}

/// Sets the session cookie, and sends a plain form on to `next`.
pub fn welcome(state: &AppState, token: &str, next: Option<&str>) {
    set_cookie(&cookie_line(state, &session_cookie(state), token, session::BROWSER_LIFETIME.as_secs()));
    if let Some(next) = next {
        go_on(next);
    }
}

/// Sends a plain form on to that page, instead of back to its own.
pub fn go_on(next: &str) {
    leptos_axum::redirect(same_site_path(next));
}

/// Removes the session cookie.
pub fn farewell(state: &AppState) {
    set_cookie(&cookie_line(state, &session_cookie(state), "", 0));
}

/// A path on this server, or `/`: never an address elsewhere.
fn same_site_path(next: &str) -> &str {
    // A header holds nothing else.
    let is_plain = next.bytes().all(|byte| (0x21..0x7f).contains(&byte));
    if is_own_path(next) && is_plain { next } else { "/" }
}

fn session_cookie(state: &AppState) -> String {
    cookie_name(state, "session")
}

fn guest_cookie(state: &AppState) -> String {
    cookie_name(state, "guest")
}

fn language_cookie(state: &AppState) -> String {
    cookie_name(state, "language")
}

/// `__Host-` ties a cookie to this host and to https; browsers refuse it without.
fn cookie_name(state: &AppState, name: &str) -> String {
    let prefix = if state.config.is_https() { "__Host-" } else { "" };
    format!("{prefix}streamit_{name}")
}

fn cookie_line(state: &AppState, name: &str, value: &str, max_age_secs: u64) -> String {
    let secure = if state.config.is_https() { "; Secure" } else { "" };
    format!("{name}={value}; Path=/; HttpOnly; SameSite=Lax; Max-Age={max_age_secs}{secure}")
}

fn set_cookie(line: &str) {
    if let (Some(options), Ok(value)) = (use_context::<ResponseOptions>(), HeaderValue::from_str(line)) {
        options.append_header(header::SET_COOKIE, value);
    }
}

fn cookie(headers: &HeaderMap, name: &str) -> Option<String> {
    let lines = headers.get_all(header::COOKIE).into_iter().filter_map(|value| value.to_str().ok());
    lines
        .flat_map(|line| line.split(';'))
        .filter_map(|pair| pair.trim().split_once('='))
        .find(|(key, _)| *key == name)
        .map(|(_, value)| value.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_redirect_never_leaves_this_server() {
        assert_eq!(same_site_path("/dashboard/keys?a=b"), "/dashboard/keys?a=b");
        for bad in ["https://evil.example", "//evil.example", "/\\evil.example", "evil", "/a b", "/a\r\nX: y", ""] {
            assert_eq!(same_site_path(bad), "/", "{bad}");
        }
    }

    #[test]
    fn a_network_of_ipv6_is_counted_as_one_address() {
        let counted = |address: &str| Client { address: address.into(), user_agent: String::new() }.counted_as();
        assert_eq!(counted("2001:db8:1:2:3:4:5:6"), "2001:db8:1:2::");
        assert_eq!(counted("2001:db8:1:2::7"), counted("2001:db8:1:2::8"));
        assert_ne!(counted("2001:db8:1:2::7"), counted("2001:db8:1:3::7"));
        assert_eq!(counted("203.0.113.7"), "203.0.113.7");
        assert_eq!(counted("::ffff:203.0.113.7"), "203.0.113.7");
        assert_eq!(counted("unix:"), "unix:");
    }

    #[test]
    fn a_cookie_is_found_among_others() {
        let mut headers = HeaderMap::new();
        headers.append(header::COOKIE, HeaderValue::from_static("a=1; streamit_session=x.y; b=2"));
        assert_eq!(cookie(&headers, "streamit_session").as_deref(), Some("x.y"));
        assert_eq!(cookie(&headers, "session"), None);
    }
}
