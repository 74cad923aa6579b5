//! Plain forms: how a page works without WASM. A form posts to the endpoint that a program calls, and is sent back to
//! its page, with what failed and what was typed in the address.
//!
//! Of server functions, only those named here may be answered by a redirect; the forms with a picture, which are none,
//! `routes/uploads.rs` sends back itself. A password is never put into an address, and neither is a text that is too
//! long for one.

use std::collections::BTreeMap;

use axum::{
    body::Body,
    extract::Request,
    http::{HeaderValue, Method, header},
    response::{IntoResponse as _, Response},
};

use super::{
    headers,
    router::{MAX_BODY_BYTES, no_method},
};
use crate::pages::forms::SAVED;

/// Server functions that plain forms post to: they may be answered by a redirect. Every other one answers JSON,
/// whatever the request says it accepts.
const FORM_PATHS: [&str; 13] = [
    "/api/auth/signup",
    "/api/auth/login",
    "/api/auth/logout",
    "/api/auth/reset",
    PAGES_WITHOUT_REFERRER[0].0,
    "/api/creator/application",
    "/api/admin/applications/decision",
    "/api/channel/follow",
    "/api/account/delete",
    "/api/language",
    PUT_BY_FORM[0],
    PUT_BY_FORM[1],
    PUT_BY_FORM[2],
];

/// Paths that are known by PUT, and that plain forms post to all the same: they know no other method.
pub(super) const PUT_BY_FORM: [&str; 3] = ["/api/account/profile", "/api/account/password", "/api/account/email"];

/// Others that lead to no other page when they have worked.
const STAY_ON_PAGE: [&str; 2] = ["/api/creator/application", "/api/admin/applications/decision"];

/// Forms on pages that tell nobody their address, and these pages: the way back does not come with the request.
const PAGES_WITHOUT_REFERRER: [(&str, &str); 1] = [("/api/auth/reset/confirm", headers::RESET_PAGE)];

/// Fields of those forms that are filled in again when it failed. Never a password.
const KEPT_FIELDS: [&str; 8] = ["username", "email", "login", "displayName", "about", "token", "id", "reason"];
/// A longer text than this, in bytes, is not filled in again: an address holds no more of them.
const MAX_KEPT_BYTES: usize = 4096;

/// Whether a plain form sends that.
pub(super) fn is_form_post(request: &Request, path: &str) -> bool {
    let kind = request.headers().get(header::CONTENT_TYPE).and_then(|value| value.to_str().ok()).unwrap_or("");
    request.method() == Method::POST
        && kind.starts_with("application/x-www-form-urlencoded")
        && FORM_PATHS.contains(&path)
}

/// The page of that form, when it tells nobody its address.
pub(super) fn page_without_referrer(path: &str) -> Option<&'static str> {
    PAGES_WITHOUT_REFERRER.iter().find(|(form, _)| *form == path).map(|(_, page)| *page)
}

/// The fields of a form that its page fills in again when it failed; none of what is no form.
pub(super) async fn kept_fields(request: &mut Request, path: &str) -> Vec<(String, String)> {
    if !is_form_post(request, path) {
        return vec![];
    }
    let body = std::mem::replace(request.body_mut(), Body::empty());
    let bytes = axum::body::to_bytes(body, MAX_BODY_BYTES).await.unwrap_or_default();
    let fields: Vec<(String, String)> = serde_urlencoded::from_bytes(&bytes).unwrap_or_default();
    *request.body_mut() = Body::from(bytes);
    let is_kept = |name: &str, text: &str| KEPT_FIELDS.contains(&name) && text.len() <= MAX_KEPT_BYTES;
    fields.into_iter().filter(|(name, text)| is_kept(name, text)).collect()
}

/// A plain form is sent back to its page. When it failed, the failure is in the address, and what was typed goes with
/// it; when it changed something on that page, the address says that too. Once it has worked, what was typed is gone.
pub(super) fn send_back(response: &mut Response, path: &str, form: &[(String, String)]) {
    let location = response.headers().get(header::LOCATION).and_then(|value| value.to_str().ok());
    let Some(back) = location else { return };
    let has_failed = back.contains("__err=");
    let is_put = PUT_BY_FORM.contains(&path);
    if !has_failed && !is_put && !STAY_ON_PAGE.contains(&path) {
        return;
    }
    let (page, query) = back.split_once('?').unwrap_or((back, ""));
    let page = page_without_referrer(path).unwrap_or(page);
    let mut fields: Vec<(String, String)> = serde_urlencoded::from_str(query).unwrap_or_default();
    fields.retain(|(name, _)| !KEPT_FIELDS.contains(&name.as_str()) && name != SAVED);
    if has_failed {
        fields.extend_from_slice(form);
    } else if is_put {
        fields.push((SAVED.to_owned(), path.to_owned()));
    }
    let back = serde_urlencoded::to_string(fields).map(|query| format!("{page}?{query}"));
    if let Some(value) = back.ok().and_then(|back| HeaderValue::from_str(&back).ok()) {
        response.headers_mut().insert(header::LOCATION, value);
    }
}

/// What a plain form posts, as the PUT that it stands for; nothing else is posted there.
pub(super) async fn put(context: impl Fn() + Clone + Send + Sync + 'static, request: Request) -> Response {
    let path = request.uri().path().to_owned();
    if !is_form_post(&request, &path) {
        return no_method(request.method().clone()).await;
    }
    let (mut parts, body) = request.into_parts();
    let bytes = axum::body::to_bytes(body, MAX_BODY_BYTES).await.unwrap_or_default();
    let fields: BTreeMap<String, String> = serde_urlencoded::from_bytes(&bytes).unwrap_or_default();
    let json = serde_json::to_vec(&fields).unwrap_or_default();
    parts.method = Method::PUT;
    parts.headers.insert(header::CONTENT_TYPE, HeaderValue::from_static("application/json"));
    parts.headers.remove(header::CONTENT_LENGTH);
    let request = Request::from_parts(parts, Body::from(json));
    leptos_axum::handle_server_fns_with_context(context, request).await.into_response()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_typed_goes_back_with_the_failure() {
        let mut response = Response::new(Body::empty());
        let location = HeaderValue::from_static("http://h/signup?next=%2Fa&username=old&__path=x&__err=y");
        response.headers_mut().insert(header::LOCATION, location);
        send_back(&mut response, "/api/auth/signup", &[("username".into(), "a b".into())]);
        assert_eq!(response.headers()[header::LOCATION], "http://h/signup?next=%2Fa&__path=x&__err=y&username=a+b");
    }

    #[test]
    fn what_was_typed_leaves_the_address_once_it_has_worked() {
        let mut response = Response::new(Body::empty());
        let location = HeaderValue::from_static("http://h/admin?status=PENDING&id=1&reason=Too+short");
        response.headers_mut().insert(header::LOCATION, location);
        send_back(&mut response, STAY_ON_PAGE[1], &[("id".into(), "1".into()), ("reason".into(), "Too short".into())]);
        assert_eq!(response.headers()[header::LOCATION], "http://h/admin?status=PENDING");
    }

    #[test]
    fn a_form_goes_back_to_a_page_that_tells_nobody_its_address() {
        let mut response = Response::new(Body::empty());
        response.headers_mut().insert(header::LOCATION, HeaderValue::from_static("http://localhost/?__err=y"));
        send_back(&mut response, "/api/auth/reset/confirm", &[("token".into(), "t".into())]);
        assert_eq!(response.headers()[header::LOCATION], "/reset?__err=y&token=t");
    }

    #[test]
    fn what_was_changed_is_said_in_the_address_once() {
        let mut response = Response::new(Body::empty());
        let location = HeaderValue::from_static("http://h/account?about=old&__saved=%2Fapi%2Faccount%2Femail");
        response.headers_mut().insert(header::LOCATION, location);
        send_back(&mut response, PUT_BY_FORM[0], &[("about".into(), "new".into())]);
        assert_eq!(response.headers()[header::LOCATION], "http://h/account?__saved=%2Fapi%2Faccount%2Fprofile");
    }
}
