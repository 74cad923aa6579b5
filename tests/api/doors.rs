//! What all paths have in common: who may come in, and how a request is refused that nobody can use. Always in the
//! envelope, and always without changing anything.

use reqwest::{Method, header};
use serde_json::{Value, json};

use crate::support::{Answer, Caller, Database, TestApp, caller::account};

on_both_databases![
    signed_out_is_401_on_every_personal_path,
    a_plain_user_is_403_on_every_path_of_creators,
    who_is_no_admin_is_403_on_every_path_of_admins,
    a_parameter_never_reaches_the_stream_of_somebody_else,
    malformed_json_is_400_and_changes_nothing,
    a_path_or_method_that_is_not_known_is_answered_in_the_envelope,
    a_body_that_is_too_large_is_413,
    a_request_from_another_site_is_refused,
    the_server_says_that_it_runs,
];

/// Method, path and a body that is right, for creators.
fn of_creators() -> Vec<(Method, &'static str, Value)> {
    vec![
        (Method::POST, "/api/stream/ingress", json!({})),
        (Method::DELETE, "/api/stream/ingress", Value::Null),
        (Method::GET, "/api/stream/credentials", Value::Null),
        (Method::GET, "/api/stream/info", Value::Null),
        (Method::PUT, "/api/stream/info", json!({ "title": "Mine now" })),
        (Method::PUT, "/api/stream/chat-settings", json!({ "isChatEnabled": false })),
        (Method::GET, "/api/stream/status", Value::Null),
        (Method::GET, "/api/stream/title-history", Value::Null),
        (Method::POST, "/api/stream/rehearsal", json!({ "enabled": true })),
        (Method::POST, "/api/stream/go-live", json!({})),
        (Method::POST, "/api/stream/end", json!({})),
        (Method::POST, "/api/stream/resume", json!({})),
        (Method::PUT, "/api/stream/protection", json!({ "disconnectProtectionSeconds": 30 })),
        (Method::POST, "/api/stream/browser-token", Value::Null),
        (Method::GET, "/api/stream/events", Value::Null),
        (Method::POST, "/api/stream/thumbnail", json!({})),
        (Method::GET, "/api/chat/bans", Value::Null),
        (Method::POST, "/api/chat/bans", json!({ "user": "ann", "seconds": 60 })),
        (Method::DELETE, "/api/chat/bans?user=ann", Value::Null),
        (Method::GET, "/api/chat/moderators", Value::Null),
        (Method::POST, "/api/chat/moderators", json!({ "user": "bob" })),
        (Method::DELETE, "/api/chat/moderators?user=bob", Value::Null),
        (Method::GET, "/api/chat/blocked-words", Value::Null),
        (Method::PUT, "/api/chat/blocked-words", json!({ "words": ["bad"] })),
        (Method::GET, "/api/chat/actions", Value::Null),
        (Method::GET, "/api/analytics/summary", Value::Null),
        (Method::GET, "/api/analytics/broadcasts", Value::Null),
        (Method::GET, "/api/analytics/broadcast?id=0", Value::Null),
        (Method::GET, "/api/analytics/export?format=csv", Value::Null),
    ]
}

/// The same for whoever is signed in.
fn of_users() -> Vec<(Method, &'static str, Value)> {
    vec![
        (Method::GET, "/api/auth/me", Value::Null),
        (Method::GET, "/api/account", Value::Null),
        (Method::PUT, "/api/account/profile", json!({ "displayName": "Nobody" })),
        (Method::PUT, "/api/account/password", json!({ "currentPassword": "x", "newPassword": "y" })),
        (Method::PUT, "/api/account/email", json!({ "currentPassword": "x", "email": "x@example.org" })),
        (Method::POST, "/api/account/delete", json!({ "password": "x", "confirm": "ann" })),
        (Method::PUT, "/api/account/time-zone", json!({ "timeZone": "Asia/Tokyo" })),
        (Method::GET, "/api/account/sessions", Value::Null),
        (Method::DELETE, "/api/account/sessions", Value::Null),
        (Method::GET, "/api/account/events", Value::Null),
        (Method::POST, "/api/account/picture", json!({})),
        (Method::DELETE, "/api/account/picture", Value::Null),
        (Method::POST, "/api/creator/application", json!({ "about": "Music" })),
        (Method::GET, "/api/creator/application", Value::Null),
        (Method::POST, "/api/channel/follow", json!({ "username": "ann" })),
        (Method::DELETE, "/api/channel/follow?username=ann", Value::Null),
        (Method::POST, "/api/chat/messages", json!({ "username": "ann", "text": "Hello" })),
        (Method::DELETE, "/api/chat/messages?id=0", Value::Null),
        (Method::POST, "/api/chat/bans", json!({ "username": "ann", "user": "ann", "seconds": null })),
        (Method::DELETE, "/api/chat/bans?username=ann&user=ann", Value::Null),
        (Method::GET, "/api/chat/bans?username=ann", Value::Null),
        (Method::GET, "/api/chat/actions?username=ann", Value::Null),
    ]
}

/// The same for admins.
fn of_admins() -> Vec<(Method, &'static str, Value)> {
    let decision = json!({ "id": "0", "decision": "approve" });
    vec![
        (Method::GET, "/api/admin/applications", Value::Null),
        (Method::GET, "/api/admin/applications?status=PENDING", Value::Null),
        (Method::GET, "/api/admin/audit", Value::Null),
        (Method::GET, "/api/admin/users?search=ann", Value::Null),
        (Method::GET, "/api/admin/health", Value::Null),
        (Method::POST, "/api/admin/applications/decision", decision),
    ]
}

async fn ask(caller: &Caller, (method, path, body): (Method, &str, Value)) -> Answer {
    let request = caller.request(method, path);
    Answer::to(if body.is_null() { request } else { request.json(&body) }).await
}

async fn signed_out_is_401_on_every_personal_path(database: Database) {
    let app = TestApp::start(database).await;
    app.first_user().await;
    for asked in of_creators().into_iter().chain(of_users()).chain(of_admins()) {
        ask(&app.anonymous(), asked).await.refused(401, "NOT_SIGNED_IN");
    }
}

async fn a_plain_user_is_403_on_every_path_of_creators(database: Database) {
    let app = TestApp::start(database).await;
    let user = app.user("bob").await;
    for caller in [user.with_token().await, user] {
        for asked in of_creators() {
            ask(&caller, asked).await.refused(403, "NOT_A_CREATOR");
        }
    }
    assert!(app.livekit.take_changes().is_empty());
}

async fn who_is_no_admin_is_403_on_every_path_of_admins(database: Database) {
    let app = TestApp::start(database).await;
    for caller in [app.user("bob").await, app.creator("carl").await] {
        for asked in of_admins() {
            ask(&caller, asked).await.refused(403, "FORBIDDEN");
        }
    }
}

async fn a_parameter_never_reaches_the_stream_of_somebody_else(database: Database) {
    let app = TestApp::start(database).await;
    let (ann, carl) = (app.first_user().await, app.creator("carl").await);
    let key = ann.make_key().await;
    let before = (ann.get("/api/stream/info").await.ok(), ann.status().await);
    let stream = app.livekit.ingresses()[0].room_name.clone();
    let aimed = json!({
        "id": stream, "streamId": stream, "stream_id": stream, "username": "ann", "userId": "ann",
        "ingressId": key["ingressId"], "title": "Carl was here", "isChatEnabled": false,
    });
    carl.put("/api/stream/info", aimed.clone()).await.ok();
    carl.put("/api/stream/chat-settings", aimed.clone()).await.ok();
    let made = carl.post("/api/stream/ingress", aimed).await.ok();
    assert_ne!(made["streamKey"], key["streamKey"]);
    let query = format!("?id={stream}&streamId={stream}&username=ann&ingressId={}", key["ingressId"].as_str().unwrap());
    assert_eq!(carl.get(&format!("/api/stream/info{query}")).await.ok()["title"], "Carl was here");
    let shown = carl.get(&format!("/api/stream/credentials{query}")).await.ok();
    assert_eq!(shown["streamKey"], made["streamKey"]);
    carl.get(&format!("/api/stream/title-history{query}&cursor=~")).await.ok();
    carl.delete(&format!("/api/stream/ingress{query}")).await.ok();
    assert_eq!((ann.get("/api/stream/info").await.ok(), ann.status().await), before);
    assert_eq!(ann.get("/api/stream/credentials").await.ok()["streamKey"], key["streamKey"]);
    assert_eq!(app.livekit.ingresses().len(), 1);
}

async fn malformed_json_is_400_and_changes_nothing(database: Database) {
    let app = TestApp::start(database).await;
    let ann = app.first_user().await;
    let version = ann.status().await["version"].clone();
    let paths = [
        (Method::PUT, "/api/stream/info"),
        (Method::PUT, "/api/stream/chat-settings"),
        (Method::POST, "/api/stream/ingress"),
        (Method::POST, "/api/auth/token"),
        (Method::POST, "/api/channel/token"),
        (Method::POST, "/api/auth/signup"),
        (Method::POST, "/api/creator/application"),
        (Method::POST, "/api/admin/applications/decision"),
        (Method::POST, "/api/channel/follow"),
        (Method::POST, "/api/chat/messages"),
        (Method::POST, "/api/chat/bans"),
        (Method::POST, "/api/chat/moderators"),
        (Method::PUT, "/api/chat/blocked-words"),
        (Method::PUT, "/api/account/profile"),
        (Method::PUT, "/api/account/password"),
        (Method::PUT, "/api/account/email"),
        (Method::POST, "/api/account/delete"),
        (Method::PUT, "/api/account/time-zone"),
    ];
    for (method, path) in paths {
        for body in [&b"{"[..], b"{\"title\":", b"[]", b"\"title\"", b"{} {}", b"{\"title\":\"\xff\"}", b"\x00"] {
            let answer = Answer::to(ann.json_request(method.clone(), path, body.to_vec())).await;
            answer.refused(400, "BAD_REQUEST");
        }
    }
    // A form where only JSON is known.
    let form = ann.request(Method::PUT, "/api/stream/info");
    let form = form.header(header::CONTENT_TYPE, "application/x-www-form-urlencoded").body("title=Form");
    Answer::to(form).await.refused(400, "BAD_REQUEST");
    assert_eq!(ann.status().await["version"], version);
}

async fn a_path_or_method_that_is_not_known_is_answered_in_the_envelope(database: Database) {
    let app = TestApp::start(database).await;
    let ann = app.first_user().await;
    for path in ["/api/nothing", "/api/stream", "/api/stream/info/extra", "/api/", "/api/auth"] {
        ann.get(path).await.refused(404, "NOT_FOUND");
        ann.post(path, json!({})).await.refused(404, "NOT_FOUND");
    }
    for (method, path) in [
        (Method::PATCH, "/api/stream/info"),
        (Method::DELETE, "/api/stream/info"),
        (Method::GET, "/api/stream/ingress"),
        (Method::GET, "/api/auth/login"),
        (Method::PUT, "/api/auth/signup"),
        (Method::POST, "/api/stream/status"),
        (Method::GET, "/api/webhook/livekit"),
        (Method::POST, "/api/channel/events"),
        (Method::GET, "/api/stream/thumbnail"),
        (Method::GET, "/api/account/picture"),
        (Method::PUT, "/api/chat/messages"),
        (Method::GET, "/api/channel/follow"),
        (Method::POST, "/api/chat/blocked-words"),
        (Method::POST, "/api/chat/actions"),
        (Method::POST, "/api/account/profile"),
        (Method::GET, "/api/account/delete"),
        (Method::GET, "/api/account/time-zone"),
        (Method::POST, "/api/analytics/export"),
    ] {
        Answer::to(ann.request(method, path)).await.refused(405, "METHOD_NOT_ALLOWED");
    }
}

async fn a_body_that_is_too_large_is_413(database: Database) {
    let app = TestApp::start(database).await;
    let ann = app.first_user().await;
    let large = json!({ "title": "x".repeat(70 * 1024) });
    ann.put("/api/stream/info", large.clone()).await.refused(413, "TOO_LARGE");
    app.anonymous().post("/api/auth/signup", large).await.refused(413, "TOO_LARGE");
}

async fn a_request_from_another_site_is_refused(database: Database) {
    let app = TestApp::with(database, &[("STREAMIT_BASE_URL", "https://live.example.org")]).await;
    let ann = app.first_user().await;
    let change = || ann.request(Method::PUT, "/api/stream/info").json(&json!({ "title": "Forged" }));
    let foreign = [
        ("origin", "https://evil.example"),
        ("origin", "null"),
        ("origin", "http://live.example.org"),
        ("sec-fetch-site", "cross-site"),
        ("sec-fetch-site", "same-site"),
    ];
    for (name, value) in foreign {
        Answer::to(change().header(name, value)).await.refused(403, "CROSS_ORIGIN");
        let sign_up = app.anonymous().request(Method::POST, "/api/auth/signup").json(&account("bob"));
        Answer::to(sign_up.header(name, value)).await.refused(403, "CROSS_ORIGIN");
        // Looking is no change.
        Answer::to(ann.request(Method::GET, "/api/stream/info").header(name, value)).await.ok();
    }
    assert_eq!(ann.get("/api/stream/info").await.ok()["title"], "Untitled Stream");
    for (name, value) in [("origin", "https://live.example.org"), ("sec-fetch-site", "same-origin")] {
        Answer::to(change().header(name, value)).await.ok();
    }
}

async fn the_server_says_that_it_runs(database: Database) {
    let app = TestApp::start(database).await;
    assert_eq!(app.anonymous().get("/healthz").await.status, 200);
}
