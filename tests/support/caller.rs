//! Somebody who calls the API: with a cookie, with a token, or without either. All of their answers are held against
//! the description of the API (`contract.rs`).

use std::{
    net::SocketAddr,
    sync::{Arc, Mutex},
    time::Duration,
};

use reqwest::{Method, RequestBuilder, Response, header};
use serde_json::{Value, json};

use super::{Events, PATIENCE, contract, in_time, log::PASSWORD_MARK};

/// Where the server is: it moves when it is started again.
#[derive(Clone, Debug)]
pub struct Door {
    address: Arc<Mutex<SocketAddr>>,
    http: reqwest::Client,
}

impl Door {
    /// The way to a server there.
    pub fn new(address: SocketAddr) -> Self {
        let http = reqwest::Client::builder()
            // Redirects are answers too.
            .redirect(reqwest::redirect::Policy::none())
            // A connection whose body was refused is closed in its own time: nobody else should get it.
            .pool_max_idle_per_host(0)
            .timeout(PATIENCE)
            .build();
        Self { address: Arc::new(Mutex::new(address)), http: http.expect("an HTTP client") }
    }

    /// Where it is.
    pub fn address(&self) -> SocketAddr {
        *self.address.lock().unwrap()
    }

    /// The server is there now.
    pub fn moved_to(&self, address: SocketAddr) {
        *self.address.lock().unwrap() = address;
    }
}

/// How somebody shows who they are.
#[derive(Clone, Debug)]
enum Credential {
    None,
    /// `name=value`.
    Cookie(String),
    Bearer(String),
}

/// Somebody.
#[derive(Clone, Debug)]
pub struct Caller {
    door: Door,
    credential: Credential,
    /// What the proxy in front says their address is.
    address: String,
    /// Their account's name; empty without one.
    pub username: String,
}

/// The password of that account.
pub fn password_of(username: &str) -> String {
    format!("{PASSWORD_MARK}-{username}")
}

impl Caller {
    /// Somebody without an account.
    pub fn anonymous(door: Door, address: String) -> Self {
        Self { door, credential: Credential::None, address, username: String::new() }
    }

    /// The same person, who comes from there.
    pub fn at_address(&self, address: &str) -> Self {
        Self { address: address.to_owned(), ..self.clone() }
    }

    /// The same person, through another door.
    pub fn through(&self, door: Door) -> Self {
        Self { door, ..self.clone() }
    }

    /// The same person, with that cookie.
    pub fn with_cookie(&self, cookie: &str) -> Self {
        Self { credential: Credential::Cookie(cookie.to_owned()), ..self.clone() }
    }

    /// The same person, with that token.
    pub fn with_bearer(&self, token: &str) -> Self {
        Self { credential: Credential::Bearer(token.to_owned()), ..self.clone() }
    }

    /// The cookie or token itself.
    pub fn credential(&self) -> &str {
        match &self.credential {
            Credential::None => "",
            Credential::Cookie(text) | Credential::Bearer(text) => text,
        }
    }

    /// Makes an account, and is signed in to it.
    pub async fn sign_up(&self, username: &str) -> Self {
        let answer = self.post("/api/auth/signup", account(username)).await;
        let cookie = answer.cookie("session").expect("signing up sets the cookie");
        answer.ok();
        Self { username: username.to_owned(), ..self.with_cookie(&cookie) }
    }

    /// Signs in to that account.
    pub async fn sign_in(&self, username: &str) -> Self {
        let body = json!({ "login": username, "password": password_of(username) });
        let answer = self.post("/api/auth/login", body).await;
        let cookie = answer.cookie("session").expect("signing in sets the cookie");
        answer.ok();
        Self { username: username.to_owned(), ..self.with_cookie(&cookie) }
    }

    /// The same account with a token for scripts.
    pub async fn with_token(&self) -> Self {
        let body = json!({ "login": self.username, "password": password_of(&self.username) });
        let made = self.post("/api/auth/token", body).await.ok();
        self.with_bearer(made["token"].as_str().expect("a token"))
    }

    /// A request, as this person sends it.
    pub fn request(&self, method: Method, path: &str) -> RequestBuilder {
        let url = format!("http://{}{path}", self.door.address.lock().unwrap());
        let request = self.door.http.request(method, url).header("x-forwarded-for", &self.address);
        match &self.credential {
            Credential::None => request,
            Credential::Cookie(cookie) => request.header(header::COOKIE, cookie),
            Credential::Bearer(token) => request.bearer_auth(token),
        }
    }

    /// A request with a body of any kind, said to be JSON.
    pub fn json_request(&self, method: Method, path: &str, body: impl Into<reqwest::Body>) -> RequestBuilder {
        self.request(method, path).header(header::CONTENT_TYPE, "application/json").body(body)
    }

    pub async fn get(&self, path: &str) -> Answer {
        Answer::to(self.request(Method::GET, path)).await
    }

    pub async fn delete(&self, path: &str) -> Answer {
        Answer::to(self.request(Method::DELETE, path)).await
    }

    pub async fn post(&self, path: &str, body: Value) -> Answer {
        Answer::to(self.request(Method::POST, path).json(&body)).await
    }

    pub async fn put(&self, path: &str, body: Value) -> Answer {
        Answer::to(self.request(Method::PUT, path).json(&body)).await
    }

    /// Without a body.
    pub async fn post_nothing(&self, path: &str) -> Answer {
        Answer::to(self.request(Method::POST, path)).await
    }

    /// Sends a form as a browser without WASM does, from the page `referer`.
    pub async fn post_form(&self, path: &str, referer: &str, fields: &[(&str, &str)]) -> Answer {
        let origin = format!("http://{}", self.door.address.lock().unwrap());
        let request = self
            .request(Method::POST, path)
            .header(header::CONTENT_TYPE, "application/x-www-form-urlencoded")
            .header(header::ACCEPT, "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8")
            .header(header::ORIGIN, &origin)
            .header(header::REFERER, format!("{origin}{referer}"))
            .body(serde_urlencoded::to_string(fields).expect("a form"));
        Answer::to(request).await
    }

    /// Follows events.
    pub async fn events(&self, path: &str) -> Events {
        // They go on for as long as the test does.
        let request = self.request(Method::GET, path).timeout(Duration::from_secs(600));
        let response = in_time("the events begin", request.send()).await.expect("an answer");
        Events::new(response)
    }

    /// Makes a key; what the API says.
    pub async fn make_key(&self) -> Value {
        self.post("/api/stream/ingress", json!({})).await.ok()
    }

    /// The creator's own status.
    pub async fn status(&self) -> Value {
        self.get("/api/stream/status").await.ok()
    }

    /// A channel, as anybody sees it.
    pub async fn channel(&self, username: &str) -> Value {
        self.get(&format!("/api/channel?username={username}")).await.ok()
    }
}

/// What signing up asks for.
pub fn account(username: &str) -> Value {
    json!({ "username": username, "email": format!("{username}@example.org"), "password": password_of(username) })
}

/// An answer, read to its end. What all answers of the API have in common was checked, and that it is as described.
#[derive(Debug)]
pub struct Answer {
    pub status: u16,
    pub headers: header::HeaderMap,
    pub body: String,
}

impl Answer {
    /// Sends the request and reads the answer.
    pub async fn to(request: RequestBuilder) -> Self {
        let (client, request) = request.build_split();
        let request = request.expect("a request");
        let (method, path) = (request.method().clone(), request.url().path().to_owned());
        let answer = Self::read(client.execute(request).await.expect("an answer")).await;
        contract::check(&method, &path, &answer);
        answer
    }

    /// Reads the answer.
    pub async fn read(response: Response) -> Self {
        let is_api = response.url().path().starts_with("/api/");
        let (status, headers) = (response.status().as_u16(), response.headers().clone());
        let body = response.text().await.expect("a body");
        let answer = Self { status, headers, body };
        if is_api {
            answer.check_envelope();
        }
        answer
    }

    #[track_caller]
    fn check_envelope(&self) {
        assert_eq!(self.header("cache-control"), "no-store", "{self:?}");
        assert!(!self.header("x-request-id").is_empty(), "{self:?}");
        if (300..400).contains(&self.status) {
            return;
        }
        assert_eq!(self.header("content-type"), "application/json", "{self:?}");
        let json = self.json();
        assert_eq!(json["success"], self.status == 200, "{self:?}");
        if self.status == 200 {
            assert!(json.as_object().unwrap().contains_key("data"), "{self:?}");
            return;
        }
        let error = &json["error"];
        assert_eq!(error["requestId"], self.header("x-request-id"), "{self:?}");
        assert!(error["code"].as_str().is_some_and(|code| !code.is_empty()), "{self:?}");
        let message = error["message"].as_str().unwrap_or_default();
        assert!(message.len() > 10 && message.ends_with(['.', '…']), "a message is a sentence: {self:?}");
    }

    /// A header, or nothing.
    pub fn header(&self, name: &str) -> &str {
        self.headers.get(name).map_or("", |value| value.to_str().expect("text"))
    }

    /// Everything that it sets of the cookie: `name=value; attributes`.
    pub fn set_cookie(&self, name: &str) -> Option<String> {
        let mut lines = self.headers.get_all(header::SET_COOKIE).iter().filter_map(|line| line.to_str().ok());
        lines
            .rfind(|line| line.split('=').next().is_some_and(|key| key.ends_with(&format!("streamit_{name}"))))
            .map(str::to_owned)
    }

    /// The cookie that it sets: `name=value`.
    pub fn cookie(&self, name: &str) -> Option<String> {
        self.set_cookie(name).and_then(|line| Some(line.split(';').next()?.to_owned()))
    }

    /// The body, which must be JSON.
    #[track_caller]
    pub fn json(&self) -> Value {
        serde_json::from_str(&self.body).unwrap_or_else(|error| panic!("{error}: {self:?}"))
    }

    /// The data of a success.
    #[track_caller]
    pub fn ok(self) -> Value {
        assert_eq!(self.status, 200, "{self:?}");
        self.json()["data"].take()
    }

    /// The error of a failure of that kind.
    #[track_caller]
    pub fn refused(self, status: u16, code: &str) -> Value {
        let mut json = self.json();
        assert_eq!((self.status, json["error"]["code"].as_str()), (status, Some(code)), "{self:?}");
        json["error"].take()
    }

    /// The refusal of that kind that stands for so many seconds. A 429 says so in its header too.
    #[track_caller]
    pub fn refused_for(self, status: u16, code: &str, seconds: std::ops::RangeInclusive<u64>) {
        let header = self.header("retry-after").to_owned();
        let error = self.refused(status, code);
        let left = error["retryAfterSeconds"].as_u64();
        assert!(left.is_some_and(|left| seconds.contains(&left)), "{seconds:?}: {error}");
        assert!(status != 429 || header.parse().ok() == left, "Retry-After: {header}: {error}");
    }

    /// The refusal of that kind that stands for as long as nobody changes something.
    #[track_caller]
    pub fn refused_for_good(self, status: u16, code: &str) {
        let error = self.refused(status, code);
        assert_eq!(error["retryAfterSeconds"], Value::Null, "{error}");
    }

    /// The 422 that names exactly these fields, each with a sentence.
    #[track_caller]
    pub fn names(self, fields: &[&str]) {
        let error = self.refused(422, "INVALID");
        let named = error["fields"].as_object().expect("fields");
        assert_eq!(named.keys().map(String::as_str).collect::<Vec<_>>(), fields);
        assert!(named.values().all(|text| text.as_str().is_some_and(|text| text.ends_with('.'))), "{named:?}");
    }
}
