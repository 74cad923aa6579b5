//! What browsers are told to do with every answer, where nobody is ever sent, and what no answer gives away.
//! Which requirement each test is about stands in docs/security.md.

use std::time::{Duration, Instant};

use futures::{FutureExt as _, future::join_all};
use reqwest::{Method, header};
use serde_json::json;
use tokio::net::TcpListener;

use crate::support::{
    Answer, Caller, Database, TestApp,
    app::PUBLIC_LIVEKIT,
    caller::{account, password_of},
    repository::{Tests, read},
};

on_both_databases![
    every_answer_says_what_a_browser_may_do_with_it,
    a_page_names_its_scripts_by_a_nonce_that_is_used_once,
    what_is_said_with_a_page_goes_to_who_asked_for_it,
    a_page_holds_no_styles_and_no_handlers_of_its_own,
    a_page_talks_to_livekit_and_to_nobody_else,
    encryption_is_asked_for_where_there_is_encryption,
    nobody_is_sent_to_another_site_after_signing_in,
    a_page_sends_nobody_to_another_site,
    signing_in_takes_as_long_whether_or_not_there_is_such_an_account,
    a_taken_name_is_all_that_signing_up_gives_away,
    too_many_sign_ins_from_one_address_are_refused,
    the_cookie_of_a_guest_is_as_tight_as_that_of_a_session,
    a_session_is_new_with_every_sign_in,
    a_password_that_everybody_tries_first_is_refused,
    no_password_takes_long_to_look_at,
    no_address_that_somebody_gives_is_called,
    a_doubled_parameter_is_no_request_that_can_be_read,
];

#[test]
fn every_test_that_the_table_names_exists() {
    let tests = Tests::read();
    let table = read("docs/security.md");
    let rows: Vec<&str> = table.lines().filter(|line| line.starts_with("| ") && line.contains('`')).collect();
    assert!(rows.len() > 60, "only {} rows were found", rows.len());
    for shown_by in rows.iter().filter_map(|row| row.split(" | ").nth(2)) {
        let names = shown_by.split('`').skip(1).step_by(2);
        for name in names.filter(|name| name.contains(['_', ' ']) && !name.contains(['/', '='])) {
            assert!(tests.has(name), "no test is called {name}");
        }
    }
}

/// The policy of an answer, by directive.
#[track_caller]
fn directive<'a>(policy: &'a str, name: &str) -> &'a str {
    let found = policy.split(';').map(str::trim).find_map(|part| part.strip_prefix(name)?.strip_prefix(' '));
    found.unwrap_or_else(|| panic!("no {name}: {policy}"))
}

fn nonce(policy: &str) -> &str {
    let scripts = directive(policy, "script-src");
    let nonces: Vec<&str> = scripts.split(' ').filter_map(|source| source.strip_prefix("'nonce-")).collect();
    assert_eq!(nonces.len(), 1, "{scripts}");
    nonces[0].trim_end_matches('\'')
}

/// Pages for somebody who is signed in as a creator, and one that is not there.
pub const PAGES: [&str; 9] = [
    "/",
    "/watch/carl",
    "/account",
    "/apply",
    "/dashboard/streams",
    "/dashboard/keys",
    "/dashboard/analytics",
    "/watch/nobody",
    "/nothing",
];

async fn every_answer_says_what_a_browser_may_do_with_it(database: Database) {
    let app = TestApp::start(database).await;
    let carl = app.creator("carl").await;
    let program = app.program().await;
    let carl = program.seen_by(&carl);
    let others = ["/healthz", "/api/auth/me", "/api/nothing", "/api/channel?username=nobody", "/media/nothing.webp"];
    for path in PAGES.into_iter().chain(others).chain(["/login", "/dashboard"]) {
        let answer = carl.get(path).await;
        assert_eq!(answer.header("x-content-type-options"), "nosniff", "{path}");
        assert_eq!(answer.header("referrer-policy"), "strict-origin-when-cross-origin", "{path}");
        assert_eq!(answer.header("cross-origin-opener-policy"), "same-origin", "{path}");
        assert!(answer.header("permissions-policy").contains("camera=(self)"), "{path}");
        assert_eq!(answer.header("access-control-allow-origin"), "", "{path}");
        assert_eq!(answer.headers.get_all("content-security-policy").iter().count(), 1, "{path}");
        let policy = answer.header("content-security-policy");
        assert_eq!(directive(policy, "frame-ancestors"), "'none'", "{path}");
        assert_eq!(directive(policy, "base-uri"), "'none'", "{path}");
        assert_eq!(directive(policy, "default-src"), "'none'", "{path}");
        assert!(!policy.contains("unsafe-inline") && !policy.contains("'unsafe-eval'"), "{path}: {policy}");
        let is_api = path.starts_with("/api/");
        assert_eq!(answer.header("cross-origin-resource-policy"), if is_api { "same-origin" } else { "" }, "{path}");
    }
    // An answer that no handler of ours gave.
    let refused = Answer::to(carl.request(Method::PATCH, "/healthz")).await;
    assert_eq!((refused.status, refused.header("x-content-type-options")), (405, "nosniff"));
}

async fn a_page_names_its_scripts_by_a_nonce_that_is_used_once(database: Database) {
    let app = TestApp::start(database).await;
    let carl = app.creator("carl").await;
    let program = app.program().await;
    let carl = program.seen_by(&carl);
    let mut used = Vec::new();
    for path in PAGES {
        let page = carl.get(path).await;
        let policy = page.header("content-security-policy").to_owned();
        let nonce = nonce(&policy).to_owned();
        assert!(nonce.len() >= 22, "{path}: less than 128 bits in {nonce}");
        let scripts: Vec<&str> = page.body.match_indices("<script").map(|(at, _)| tag(&page.body, at)).collect();
        assert!(!scripts.is_empty(), "{path}");
        for script in scripts {
            assert!(script.contains(&format!("nonce=\"{nonce}\"")), "{path}: {script}");
        }
        assert!(!used.contains(&nonce), "{path}: {nonce} twice");
        used.push(nonce);
    }
}

/// While pages wait for the database, their threads send files and answers to programs.
async fn what_is_said_with_a_page_goes_to_who_asked_for_it(database: Database) {
    let app = TestApp::start(database).await;
    app.creator("carl").await;
    let site = tempfile::tempdir().expect("a folder");
    std::fs::write(site.path().join("file.txt"), "a file").expect("writes");
    let root = site.path().to_string_lossy();
    let program = app.program_with(&[("LEPTOS_SITE_ROOT", &root), ("LEPTOS_OUTPUT_NAME", "streamit")]).await;
    let guest = program.seen_by(&app.anonymous());
    let ask = |path: &'static str| {
        let guest = &guest;
        async move { (path, guest.get(path).await) }
    };
    let round = || join_all(["/watch/carl", "/file.txt", "/api/channel?username=carl"].map(ask));
    for _ in 0..25 {
        for (path, answer) in join_all((0..12).map(|_| round())).await.into_iter().flatten() {
            let policy = answer.header("content-security-policy");
            assert_eq!(answer.status, 200, "{path}");
            assert_eq!(policy.contains("script-src"), path == "/watch/carl", "{path}: {policy}");
        }
    }
}

/// The tag that begins at `at`.
fn tag(page: &str, at: usize) -> &str {
    page[at..].split_inclusive('>').next().unwrap_or_default()
}

async fn a_page_holds_no_styles_and_no_handlers_of_its_own(database: Database) {
    let app = TestApp::start(database).await;
    let carl = app.creator("carl").await;
    app.encoder_connects(&carl.make_key().await).await;
    let program = app.program().await;
    for (path, caller) in PAGES.map(|path| (path, carl.clone())).into_iter().chain([("/login", app.anonymous())]) {
        let page = program.seen_by(&caller).get(path).await.body;
        for (at, _) in page.match_indices('<') {
            let tag = tag(&page, at);
            let inline = ["<style", " style=", " onclick=", " onload=", " onerror=", "javascript:"];
            assert!(!inline.iter().any(|part| tag.contains(part)), "{path}: {tag}");
        }
    }
}

async fn a_page_talks_to_livekit_and_to_nobody_else(database: Database) {
    let app = TestApp::start(database).await;
    let program = app.program().await;
    let page = program.seen_by(&app.anonymous()).get("/").await;
    let policy = page.header("content-security-policy");
    let plain = PUBLIC_LIVEKIT.replace("ws://", "http://");
    assert_eq!(directive(policy, "connect-src"), format!("'self' {PUBLIC_LIVEKIT} {plain}"));
    assert_eq!(directive(policy, "object-src"), "'none'");
    assert_eq!(directive(policy, "form-action"), "'self'");
    assert_eq!(directive(policy, "style-src"), "'self'");
    let scripts = format!("'self' 'wasm-unsafe-eval' 'nonce-{}'", nonce(policy));
    assert_eq!(directive(policy, "script-src"), scripts);
}

async fn encryption_is_asked_for_where_there_is_encryption(database: Database) {
    let plain = TestApp::start(database).await;
    assert_eq!(plain.anonymous().get("/healthz").await.header("strict-transport-security"), "");
    let app = TestApp::with(database, &[("STREAMIT_BASE_URL", "https://live.example.org")]).await;
    for path in ["/healthz", "/api/auth/me", "/api/nothing"] {
        let answer = app.anonymous().get(path).await;
        assert_eq!(answer.header("strict-transport-security"), "max-age=31536000", "{path}");
    }
}

/// Ways to write another site so that it looks like a path of ours.
const ELSEWHERE: [&str; 11] = [
    "https://evil.example",
    "//evil.example",
    "///evil.example",
    "/\\evil.example",
    "\\\\evil.example",
    "/.//evil.example",
    "/a/..//evil.example",
    "/\t/evil.example",
    "/\r\nLocation: https://evil.example",
    "javascript:alert(1)",
    "evil.example",
];

async fn nobody_is_sent_to_another_site_after_signing_in(database: Database) {
    let app = TestApp::start(database).await;
    app.first_user().await;
    let password = password_of("ann");
    let sign_in = async |next: &str| {
        let fields = [("login", "ann"), ("password", &password), ("next", next)];
        let answer = app.anonymous().post_form("/api/auth/login", "/login", &fields).await;
        assert!(answer.status == 302 && answer.cookie("session").is_some(), "{next}: {answer:?}");
        let told = answer.headers.get_all(header::LOCATION).iter().count();
        assert_eq!(told, 1, "{next:?}");
        answer.header("location").to_owned()
    };
    for own in ["/dashboard/keys?a=b", "/%2F/evil.example", "/%5Cevil.example"] {
        assert_eq!(sign_in(own).await, own);
    }
    for (n, next) in ELSEWHERE.into_iter().enumerate() {
        // One account is signed in to ten times in a quarter of an hour at most.
        if n % 7 == 0 {
            app.execute("DELETE FROM rate_limits").await;
        }
        assert_eq!(sign_in(next).await, "/", "{next:?}");
    }
    let fields =
        [("username", "bob"), ("email", "bob@example.org"), ("password", &*password), ("next", "//evil.example")];
    let answer = app.anonymous().post_form("/api/auth/signup", "/signup", &fields).await;
    assert_eq!((answer.status, answer.header("location")), (302, "/"));
}

/// A page as a browser asks for it.
async fn open(caller: &Caller, path: &str) -> Answer {
    Answer::to(caller.request(Method::GET, path).header(header::ACCEPT, "text/html")).await
}

/// The page itself leaves at once when somebody is signed in already, and hands the way on to the other form.
async fn a_page_sends_nobody_to_another_site(database: Database) {
    let app = TestApp::start(database).await;
    let ann = app.first_user().await;
    let program = app.program().await;
    let (ann, guest) = (program.seen_by(&ann), program.seen_by(&app.anonymous()));
    let address = |page: &str, next: &str| {
        let query = serde_urlencoded::to_string([("next", next)]).expect("a query");
        format!("{page}?{query}")
    };
    let twice = ["%2F%2Fevil.example", "%5C%5Cevil.example", "/%2F/evil.example%"];
    for page in ["/login", "/signup"] {
        assert_eq!(open(&ann, &address(page, "/account?a=b")).await.header("location"), "/account?a=b");
        for next in ELSEWHERE {
            let answer = open(&ann, &address(page, next)).await;
            assert_eq!((answer.status, answer.header("location")), (302, "/"), "{page} {next:?}");
            let body = open(&guest, &address(page, next)).await.body;
            assert!(!body.contains("evil.example"), "{page} {next:?}");
        }
        for next in twice {
            let answer = open(&ann, &address(page, next)).await;
            let location = answer.header("location");
            assert!(location.starts_with('/') && !location.starts_with("//"), "{page} {next:?}: {location}");
        }
    }
}

/// The shortest of a few tries: what else the machine does only makes them longer.
async fn shortest_try(somebody: impl Fn() -> Caller, login: &str) -> Duration {
    let mut shortest = Duration::MAX;
    for _ in 0..5 {
        let begun = Instant::now();
        let wrong = json!({ "login": login, "password": "not this one" });
        somebody().post("/api/auth/login", wrong).await.refused(401, "WRONG_CREDENTIALS");
        shortest = shortest.min(begun.elapsed());
    }
    shortest
}

async fn signing_in_takes_as_long_whether_or_not_there_is_such_an_account(database: Database) {
    let app = TestApp::start(database).await;
    let (mut known, mut unknown) = (Duration::MAX, Duration::MAX);
    for somebody in ["bob", "ben", "bill", "bert"] {
        app.user(somebody).await;
        known = known.min(shortest_try(|| app.anonymous(), somebody).await);
        unknown = unknown.min(shortest_try(|| app.anonymous(), &format!("no-{somebody}")).await);
        // Without the hash it would be a tenth.
        if unknown > known / 2 && known > unknown / 2 {
            return;
        }
    }
    panic!("{known:?} and {unknown:?}");
}

/// One password tried on many names.
async fn too_many_sign_ins_from_one_address_are_refused(database: Database) {
    let app = TestApp::start(database).await;
    app.first_user().await;
    let somebody = app.anonymous();
    let sign_in = |login: String| {
        let somebody = somebody.clone();
        async move { somebody.post("/api/auth/login", json!({ "login": login, "password": "not this one" })).await }
    };
    for answer in join_all((0..100).map(|n| sign_in(format!("name{n}")))).await {
        answer.refused(401, "WRONG_CREDENTIALS");
    }
    sign_in("ann".to_owned()).await.refused_for(429, "TOO_MANY_REQUESTS", 1..=900);
    app.anonymous().sign_in("ann").await;
}

/// Names are public, so that one is taken is no secret; whose it is, and how they sign in, is.
async fn a_taken_name_is_all_that_signing_up_gives_away(database: Database) {
    let app = TestApp::start(database).await;
    app.first_user().await;
    let error = app.anonymous().post("/api/auth/signup", account("ann")).await.refused(409, "TAKEN");
    let fields = error["fields"].as_object().expect("fields");
    assert_eq!(fields.len(), 1, "{error}");
    assert!(!error.to_string().contains("ann@"), "{error}");
    for path in ["/api/channel?username=ann", "/api/channels"] {
        let seen = app.anonymous().get(path).await;
        assert!(!seen.body.contains("@example.org"), "{path}: {seen:?}");
    }
}

async fn the_cookie_of_a_guest_is_as_tight_as_that_of_a_session(database: Database) {
    for (base, name, is_secure) in
        [("https://live.example.org", "__Host-streamit_guest=", true), ("", "streamit_guest=", false)]
    {
        let app = TestApp::with(database, &[("STREAMIT_BASE_URL", base)]).await;
        let carl = app.creator("carl").await;
        app.encoder_connects(&carl.make_key().await).await;
        let answer = app.anonymous().post("/api/channel/token", json!({ "username": "carl" })).await;
        let line = answer.set_cookie("guest").expect("a guest is told apart by a cookie");
        assert!(line.starts_with(name), "{line}");
        for attribute in ["; Path=/", "; HttpOnly", "; SameSite=Lax"] {
            assert!(line.contains(attribute), "{line}");
        }
        assert_eq!(line.contains("; Secure"), is_secure, "{line}");
        assert!(!line.contains("Domain"), "{line}");
    }
}

async fn a_session_is_new_with_every_sign_in(database: Database) {
    let app = TestApp::start(database).await;
    let ann = app.first_user().await;
    // Whatever cookie somebody brings, or was given by somebody else, is not the one they get.
    let body = json!({ "login": "ann", "password": password_of("ann") });
    let again = ann.post("/api/auth/login", body.clone()).await.cookie("session").expect("a cookie");
    assert_ne!(again, ann.credential());
    // Nobody could sign out of the one that it took the place of.
    ann.get("/api/auth/me").await.refused(401, "NOT_SIGNED_IN");
    let ann = ann.with_cookie(&again);
    assert_eq!(ann.get("/api/account/sessions").await.ok()["items"].as_array().map(Vec::len), Some(1));
    let planted = app.anonymous().with_cookie("streamit_session=planted");
    let answer = planted.post("/api/auth/login", body).await;
    assert!(answer.cookie("session").is_some_and(|cookie| cookie.len() > 100), "{answer:?}");
}

async fn a_password_that_everybody_tries_first_is_refused(database: Database) {
    let app = TestApp::start(database).await;
    let bob = app.user("bob").await;
    for common in ["password123", "1234567890", "qwertyuiop", "Iloveyou123", "carl_the_dj1"] {
        let mut body = account("carl_the_dj");
        body["password"] = json!(common);
        app.anonymous().post("/api/auth/signup", body).await.names(&["password"]);
    }
    for common in ["password123", "1234567890"] {
        let change = json!({ "currentPassword": password_of("bob"), "newPassword": common });
        let answer = bob.put("/api/account/password", change).await;
        assert!(answer.body.contains("Choose another one"), "{answer:?}");
        answer.names(&["newPassword"]);
    }
    app.anonymous().sign_in("bob").await;
}

/// Made so that every letter may stand for several others: the most that the estimate has to try.
const HOSTILE: &str =
    "ia@+i!x4a(i{!7+5@{[x6[97(+zl5iig1$!5z@<(<1s0(<@9zat59+7gg8e2z7a23|227ixs[7i0ll7eg|(s091xi77ez[{9{2la";

async fn no_password_takes_long_to_look_at(database: Database) {
    let app = TestApp::start(database).await;
    // Before it was bounded, one such password took more than a second, of a thread that answers others.
    let begun = Instant::now();
    for name in ["ann", "bob", "carl"] {
        let body = json!({ "username": name, "email": format!("{name}@example.org"), "password": HOSTILE });
        app.anonymous().post("/api/auth/signup", body).await.ok();
    }
    let sign_ups = begun.elapsed();
    let begun = Instant::now();
    for name in ["dora", "eve", "fred"] {
        app.anonymous().post("/api/auth/signup", account(name)).await.ok();
    }
    let usual = begun.elapsed();
    assert!(sign_ups < usual * 4 + Duration::from_secs(2), "{sign_ups:?} instead of {usual:?}");
}

async fn no_address_that_somebody_gives_is_called(database: Database) {
    let app = TestApp::start(database).await;
    let carl = app.creator("carl").await;
    let listener = TcpListener::bind("127.0.0.1:0").await.expect("a free port");
    let url = format!("http://{}/picture.png", listener.local_addr().expect("an address"));
    carl.put("/api/stream/info", json!({ "thumbnail": url })).await.ok();
    app.encoder_connects(&carl.make_key().await).await;
    let program = app.program().await;
    let there = program.seen_by(&carl);
    for path in ["/", "/watch/carl", "/dashboard/streams", "/api/channels", "/api/channel?username=carl"] {
        assert_eq!(there.get(path).await.status, 200, "{path}");
    }
    assert!(there.get("/").await.body.contains(&url), "it is shown");
    assert!(listener.accept().now_or_never().is_none(), "somebody has called");
}

async fn a_doubled_parameter_is_no_request_that_can_be_read(database: Database) {
    let app = TestApp::start(database).await;
    let carl = app.creator("carl").await;
    carl.get("/api/channel?username=carl&username=ann").await.refused(400, "BAD_REQUEST");
    let twice = r#"{"title":"One","title":"Two"}"#;
    Answer::to(carl.json_request(Method::PUT, "/api/stream/info", twice)).await.refused(400, "BAD_REQUEST");
    let fields = [("login", "carl"), ("login", "ann"), ("password", "x")];
    let answer = app.anonymous().post_form("/api/auth/login", "/login", &fields).await;
    assert!(answer.status == 302 && answer.header("location").contains("__err="), "{answer:?}");
}
