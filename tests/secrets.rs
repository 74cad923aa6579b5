//! The stream key is shown where it must be, and nowhere else: no other answer, no event, no metadata, no log line, no
//! column. Passwords and the installation's secrets are shown nowhere at all.

use reqwest::Method;
use serde_json::json;

use crate::support::{
    Caller, Database, Fault, TestApp, Webhook,
    caller::password_of,
    log::{self, KEY_MARK, PASSWORD_MARK, SECRET_MARK},
};

on_both_databases![
    the_key_is_in_two_answers_and_nowhere_else,
    the_key_is_in_no_event_and_no_metadata,
    nothing_secret_is_stored_in_the_clear,
    nothing_secret_is_logged_whatever_goes_wrong,
];

/// A creator's whole life, with all that can go wrong on its way.
async fn live_through_it(app: &TestApp) -> Caller {
    let carl = app.creator("carl").await;
    app.livekit.next("CreateIngress", Fault::LoseAnswer);
    carl.post_nothing("/api/stream/ingress").await.refused(503, "LIVEKIT_UNREACHABLE");
    app.livekit.next("CreateIngress", Fault::Refuse("internal"));
    carl.post_nothing("/api/stream/ingress").await.refused(502, "LIVEKIT_FAILED");
    carl.make_key().await;
    app.livekit.next("DeleteIngress", Fault::Refuse("internal"));
    carl.post_nothing("/api/stream/ingress").await.refused(502, "LIVEKIT_FAILED");
    let key = carl.make_key().await;
    carl.get("/api/stream/credentials").await.ok();
    let encoder = app.encoder_connects(&key).await;
    carl.post_nothing("/api/stream/ingress").await.refused(409, "WHILE_LIVE");
    let second = encoder.is_taken_over().await;
    // Webhooks with the key in them, that are refused on the way.
    let ended = serde_json::to_vec(&second.failed("server capacity exceeded")).unwrap();
    app.receive(&Webhook::signed(&ended[..ended.len() - 9])).await.refused(400, "BAD_REQUEST");
    app.receive(&Webhook::signed(ended.clone()).tampered()).await.refused(401, "WRONG_CREDENTIALS");
    app.execute("ALTER TABLE webhook_events RENAME TO webhook_events_gone").await;
    app.receive(&Webhook::signed(ended.clone())).await.refused(500, "INTERNAL");
    app.execute("ALTER TABLE webhook_events_gone RENAME TO webhook_events").await;
    app.receive(&Webhook::signed(ended)).await.ok();
    carl
}

async fn the_key_is_in_two_answers_and_nowhere_else(database: Database) {
    let app = TestApp::start(database).await;
    let carl = live_through_it(&app).await;
    let shown = carl.get("/api/stream/credentials").await;
    assert!(shown.body.contains(KEY_MARK), "{shown:?}");
    assert_eq!(shown.header("cache-control"), "no-store");
    let program = app.program().await;
    let ask = json!({ "username": "carl", "title": "Live", "isChatEnabled": true });
    for caller in [&carl, &app.first_user().await, &app.anonymous()] {
        for path in [
            "/api/stream/info",
            "/api/stream/status",
            "/api/stream/title-history",
            "/api/channels",
            "/api/channels?search=carl",
            "/api/channel?username=carl",
            "/api/auth/me",
            "/api/account/sessions",
            "/api/creator/application",
            "/api/admin/applications",
            "/api/admin/users",
            "/api/admin/health",
            "/api/setup",
        ] {
            let answer = caller.get(path).await;
            assert!(!answer.body.contains(KEY_MARK), "{path}: {answer:?}");
            assert!(!answer.body.contains(SECRET_MARK) && !answer.body.contains(PASSWORD_MARK), "{path}");
        }
        for page in ["/", "/watch/carl", "/dashboard/streams", "/account", "/admin"] {
            let answer = program.seen_by(caller).get(page).await;
            assert!(!answer.body.contains(KEY_MARK) && !answer.body.contains(SECRET_MARK), "{page}: {answer:?}");
        }
        for (method, path) in [
            (Method::PUT, "/api/stream/info"),
            (Method::PUT, "/api/stream/chat-settings"),
            (Method::POST, "/api/channel/token"),
            (Method::POST, "/api/stream/ingress"),
            (Method::DELETE, "/api/stream/ingress"),
        ] {
            if !caller.username.is_empty() && path == "/api/stream/ingress" {
                // A creator's own new key may be in the answer.
                continue;
            }
            let answer = crate::support::Answer::to(caller.request(method, path).json(&ask)).await;
            assert!(!answer.body.contains(KEY_MARK), "{path}: {answer:?}");
        }
    }
}

async fn the_key_is_in_no_event_and_no_metadata(database: Database) {
    let app = TestApp::start(database).await;
    let carl = app.creator("carl").await;
    let mut own = carl.events("/api/stream/events").await;
    let mut viewer = app.anonymous().events("/api/channel/events?username=carl").await;
    let key = carl.make_key().await;
    let encoder = app.encoder_connects(&key).await;
    app.livekit.until_metadata(encoder.stream_id(), "it is told", |told| told["status"] == "live").await;
    let metadata = app.livekit.metadata(encoder.stream_id());
    for events in [&mut own, &mut viewer] {
        events.until_status("live").await;
    }
    encoder.is_taken_over().await.stops().await;
    encoder.say(&encoder.failed(&format!("no capacity for {}", key["streamKey"]))).await;
    for events in [&mut own, &mut viewer] {
        events.until_status("offline").await;
    }
    own.ever("notice", |notice| notice["code"] == "ENCODER_REFUSED").await;
    let all = format!("{:?}{:?}{metadata:?}", own.seen, viewer.seen);
    assert!(!all.contains(KEY_MARK), "{all}");
}

async fn nothing_secret_is_stored_in_the_clear(database: Database) {
    let app = TestApp::start(database).await;
    let carl = live_through_it(&app).await;
    let (token, cookie) = (carl.with_token().await, carl.credential().to_owned());
    let cookie = cookie.split_once('=').expect("name=value").1.to_owned();
    // A password in the wrong field: it is counted as a name that is nobody's.
    let mistaken = json!({ "login": password_of("carl"), "password": "carl" });
    app.anonymous().post("/api/auth/login", mistaken).await.refused(401, "WRONG_CREDENTIALS");
    let stored = app.everything_stored().await;
    let holds = |text: &str| stored.windows(text.len()).any(|window| window == text.as_bytes());
    assert!(holds("carl@example.org"), "the search finds what is there");
    for secret in [KEY_MARK, PASSWORD_MARK, SECRET_MARK, token.credential(), &cookie] {
        assert!(!holds(secret), "{secret}");
    }
    let key = carl.get("/api/stream/credentials").await.ok()["streamKey"].as_str().unwrap().to_owned();
    assert!(!holds(&key[KEY_MARK.len()..]));
}

async fn nothing_secret_is_logged_whatever_goes_wrong(database: Database) {
    let app = TestApp::start(database).await;
    let before = log::lines();
    live_through_it(&app).await;
    assert!(log::lines() > before + 50, "the log is seen at all");
    assert_eq!(log::leaks(), Vec::<String>::new());
}
