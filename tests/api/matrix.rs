//! Who may do what: every endpoint, asked by everybody there is. An endpoint that the router knows and the table does
//! not, or the other way round, fails; so does every answer with another status than the one that stands here.

use std::collections::BTreeSet;

use reqwest::{Method, RequestBuilder, header};
use serde_json::json;
use streamit::server::router;

use crate::support::{Answer, Caller, Chat, Database, caller::password_of};

on_both_databases![every_endpoint_answers_everybody_as_expected, no_endpoint_changes_anything_for_another_site];

// The router makes its list of pages by rendering them once, for which it needs a runtime.
#[tokio::test]
async fn the_table_holds_every_endpoint_and_no_other() {
    let known: BTreeSet<String> =
        router::endpoints().into_iter().map(|(method, path)| format!("{method} {path}")).collect();
    let listed: BTreeSet<String> = MATRIX.iter().map(|(endpoint, _, _)| (*endpoint).to_owned()).collect();
    assert!(known.len() > 60, "only {} endpoints were found", known.len());
    let missing: Vec<_> = known.difference(&listed).collect();
    let strange: Vec<_> = listed.difference(&known).collect();
    assert!(
        missing.is_empty() && strange.is_empty(),
        "not in the table: {missing:#?}; not in the router: {strange:#?}"
    );
}

/// Everybody there is. The channel is carl's and on air; ben is banned from its chat, mona keeps order in it. Ann, the
/// admin, is a creator too, as whoever comes first is.
const PEOPLE: [&str; 7] = ["guest", "bob", "carl", "dora", "mona", "ann", "ben"];

/// An endpoint; its query (`?…`), JSON (`{…`) or form; and the status for each of [`PEOPLE`]. `{me}` is who asks, `{line}`
/// a message that somebody else wrote in carl's chat. They ask from the left to the right, and from top to bottom.
type Row = (&'static str, &'static str, [u16; 7]);

/// Nobody needs an account for it.
const ALL: [u16; 7] = [200; 7];
/// Whoever has an account.
const SIGNED_IN: [u16; 7] = [401, 200, 200, 200, 200, 200, 200];
/// The same, who say a password that is not theirs.
const UNPROVEN: [u16; 7] = [401, 422, 422, 422, 422, 422, 422];
/// Creators, each for their own stream.
const CREATORS: [u16; 7] = [401, 403, 200, 200, 403, 200, 403];
/// The same, for what carl cannot do while on air.
const CREATORS_OFF_AIR: [u16; 7] = [401, 403, 409, 200, 403, 200, 403];
/// The creator and moderators of carl's channel. That somebody is an admin makes no difference.
const STAFF: [u16; 7] = [401, 403, 200, 403, 200, 403, 403];
/// Admins.
const ADMINS: [u16; 7] = [401, 403, 403, 403, 403, 200, 403];

#[rustfmt::skip]
const MATRIX: &[Row] = &[
    //                                                                           guest bob  carl dora mona ann  ben
    ("GET /healthz", "",                                                         ALL),
    ("GET /readyz", "",                                                          ALL),
    // From this machine alone, or with the token: nobody's account opens it.
    ("GET /metrics", "",                                                         [403; 7]),
    ("GET /media/{name}", "",                                                    [404; 7]),
    ("GET /api/openapi.json", "",                                                ALL),
    ("POST /api/webhook/livekit", "{}",                                          [401; 7]),
    ("GET /api/setup", "",                                                       ALL),
    ("POST /api/language", r#"{"language":"de"}"#,                               ALL),

    ("GET /api/auth/me", "",                                                     SIGNED_IN),
    // Without mail nobody is sent a link; what no link holds is worth nothing to anybody.
    ("GET /api/auth/reset", "",                                                  ALL),
    ("POST /api/auth/reset", r#"{"login":"carl"}"#,                              [409; 7]),
    ("POST /api/auth/reset/confirm", r#"{"token":"nothing","password":"{password}"}"#, [422; 7]),

    ("GET /api/account", "",                                                     SIGNED_IN),
    ("PUT /api/account/profile", r#"{"about":"Hello"}"#,                         SIGNED_IN),
    ("POST /api/account/profile", "about=Hello",                                 SIGNED_IN),
    ("PUT /api/account/password", r#"{"currentPassword":"not mine","newPassword":"{password}"}"#, UNPROVEN),
    ("POST /api/account/password", "currentPassword=not+mine&newPassword={password}", UNPROVEN),
    ("PUT /api/account/email", r#"{"currentPassword":"not mine","email":"x@example.org"}"#, UNPROVEN),
    ("POST /api/account/email", "currentPassword=not+mine&email=x@example.org",  UNPROVEN),
    ("POST /api/account/delete", r#"{"password":"not mine","confirm":"{me}"}"#,  UNPROVEN),
    ("GET /api/account/sessions", "",                                            SIGNED_IN),
    ("DELETE /api/account/sessions", "",                                         SIGNED_IN),
    ("GET /api/account/history", "",                                             SIGNED_IN),
    ("GET /api/account/events", "",                                              SIGNED_IN),
    ("POST /api/account/picture", "{}",                                          [401, 400, 400, 400, 400, 400, 400]),
    ("DELETE /api/account/picture", "",                                          SIGNED_IN),

    ("GET /api/creator/application", "",                                         SIGNED_IN),
    ("POST /api/creator/application", r#"{"about":"Music"}"#,                    [401, 200, 409, 409, 200, 409, 200]),
    ("GET /api/admin/applications", "",                                          ADMINS),
    ("GET /api/admin/audit", "",                                                 ADMINS),
    ("GET /api/admin/users", "",                                                 ADMINS),
    ("GET /api/admin/health", "",                                                ADMINS),
    ("POST /api/admin/applications/decision", r#"{"id":"0","decision":"approve"}"#, [401, 403, 403, 403, 403, 404, 403]),

    ("GET /api/channels", "",                                                    ALL),
    ("GET /api/channel", "?username=carl",                                       ALL),
    ("GET /api/channel/events", "?username=carl",                                ALL),
    ("POST /api/channel/token", r#"{"username":"carl"}"#,                        ALL),
    ("POST /api/channel/follow", r#"{"username":"carl"}"#,                       [401, 200, 409, 200, 200, 200, 403]),
    ("DELETE /api/channel/follow", "?username=carl",                             SIGNED_IN),

    ("GET /api/chat/messages", "?username=carl",                                 ALL),
    ("POST /api/chat/messages", r#"{"username":"carl","text":"Hello from {me}"}"#, [401, 200, 200, 200, 200, 200, 403]),
    ("DELETE /api/chat/messages", "?id={line}",                                  STAFF),
    ("GET /api/chat/bans", "?username=carl",                                     STAFF),
    ("POST /api/chat/bans", r#"{"username":"carl","user":"zoe","seconds":60}"#,  STAFF),
    ("DELETE /api/chat/bans", "?username=carl&user=zoe",                         [401, 403, 200, 403, 404, 403, 403]),
    ("GET /api/chat/actions", "?username=carl",                                  STAFF),
    ("GET /api/chat/moderators", "",                                             CREATORS),
    ("POST /api/chat/moderators", r#"{"user":"zoe"}"#,                           CREATORS),
    ("DELETE /api/chat/moderators", "?user=zoe",                                 CREATORS),
    ("GET /api/chat/blocked-words", "",                                          CREATORS),
    ("PUT /api/chat/blocked-words", r#"{"words":["bad"]}"#,                      CREATORS),

    ("GET /api/stream/info", "",                                                 CREATORS),
    ("PUT /api/stream/info", r#"{"title":"Mine"}"#,                              CREATORS),
    ("PUT /api/stream/chat-settings", r#"{"isChatEnabled":true}"#,               CREATORS),
    ("GET /api/stream/status", "",                                               CREATORS),
    ("GET /api/stream/title-history", "",                                        CREATORS),
    ("GET /api/stream/events", "",                                               CREATORS),
    ("POST /api/stream/thumbnail", "{}",                                         [401, 403, 400, 400, 403, 400, 403]),
    ("PUT /api/stream/protection", r#"{"disconnectProtectionSeconds":0}"#,       CREATORS),
    ("POST /api/stream/rehearsal", r#"{"enabled":false}"#,                       CREATORS_OFF_AIR),
    ("POST /api/stream/go-live", "",                                             [401, 403, 409, 409, 403, 409, 403]),
    ("POST /api/stream/browser-token", "",                                       CREATORS_OFF_AIR),
    ("POST /api/stream/ingress", "",                                             CREATORS_OFF_AIR),
    ("GET /api/stream/credentials", "",                                          CREATORS),
    ("DELETE /api/stream/ingress", "",                                           CREATORS_OFF_AIR),
    ("POST /api/stream/end", "",                                                 CREATORS),
    ("POST /api/stream/resume", "",                                              CREATORS),

    ("PUT /api/account/time-zone", r#"{"timeZone":"UTC"}"#,                      SIGNED_IN),
    ("GET /api/analytics/summary", "",                                           CREATORS),
    ("GET /api/analytics/broadcasts", "",                                        CREATORS),
    ("GET /api/analytics/broadcast", "?id=nothing",                              [401, 403, 404, 404, 403, 404, 403]),
    ("GET /api/analytics/export", "?format=csv",                                 CREATORS),

    // Pages: who is not signed in is sent to where they can, and who is no creator to where they can become one.
    ("GET /", "",                                                                ALL),
    ("GET /watch/{username}", "",                                                ALL),
    ("GET /signup", "",                                                          [200, 302, 302, 302, 302, 302, 302]),
    ("GET /login", "",                                                           [200, 302, 302, 302, 302, 302, 302]),
    ("GET /forgot", "",                                                          ALL),
    ("GET /reset", "",                                                           ALL),
    ("GET /account", "",                                                         [302, 200, 200, 200, 200, 200, 200]),
    ("GET /apply", "",                                                           [302, 200, 200, 200, 200, 200, 200]),
    ("GET /dashboard", "",                                                       [302; 7]),
    ("GET /dashboard/streams", "",                                               [302, 302, 200, 200, 302, 200, 302]),
    ("GET /dashboard/keys", "",                                                  [302, 302, 200, 200, 302, 200, 302]),
    ("GET /dashboard/analytics", "",                                             [302, 302, 200, 200, 302, 200, 302]),
    ("GET /dashboard/analytics/{id}", "",                                        [302, 302, 404, 404, 302, 404, 302]),
    ("GET /admin/audit", "",                                                     [302, 404, 404, 404, 404, 200, 404]),
    ("GET /admin", "",                                                           [302, 404, 404, 404, 404, 200, 404]),

    // Whoever does one of these is not who they were before.
    ("POST /api/auth/signup", r#"{"username":"{me}_2","email":"{me}@example.com","password":"{password}"}"#, ALL),
    ("POST /api/auth/login", r#"{"login":"{me}_2","password":"{password}"}"#,    ALL),
    ("POST /api/auth/token", r#"{"login":"{me}_2","password":"{password}"}"#,    ALL),
    ("POST /api/auth/logout", "",                                                ALL),
];

/// The people, and what the table speaks of.
struct Stage {
    chat: Chat,
    people: Vec<Caller>,
    line: String,
}

impl Stage {
    async fn set(database: Database) -> Self {
        let chat = Chat::on_air(database).await;
        let app = &chat.app;
        let (ann, dora) = (app.first_user().await, app.creator("dora").await);
        let (ben, zoe) = (app.user("ben").await, app.user("zoe").await);
        chat.carl.post("/api/chat/bans", json!({ "user": "ben", "seconds": null })).await.ok();
        let line = zoe.send("Hello").await.ok()["id"].as_str().expect("an id").to_owned();
        let people = vec![app.anonymous(), chat.bob.clone(), chat.carl.clone(), dora, chat.mona.clone(), ann, ben];
        Self { people, line, chat }
    }

    fn request(&self, caller: &Caller, (endpoint, sent, _): &Row) -> RequestBuilder {
        let (method, path) = endpoint.split_once(' ').expect("a method and a path");
        let me = if caller.username.is_empty() { "guest" } else { &caller.username };
        let password = password_of("somebody");
        let filled =
            |text: &str| text.replace("{me}", me).replace("{line}", &self.line).replace("{password}", &password);
        let path = path.replace("{username}", "carl").replace("{name}", "nothing.webp").replace("{id}", "nothing");
        let (query, body) =
            if sent.starts_with('?') { (filled(sent), String::new()) } else { ("".into(), filled(sent)) };
        let mut request = caller.request(method.parse().expect("a method"), &format!("{path}{query}"));
        if !path.starts_with("/api/") {
            request = request.header(header::ACCEPT, "text/html");
        }
        let kind = if body.starts_with('{') { "application/json" } else { "application/x-www-form-urlencoded" };
        if body.is_empty() { request } else { request.header(header::CONTENT_TYPE, kind).body(body) }
    }
}

async fn every_endpoint_answers_everybody_as_expected(database: Database) {
    let stage = Stage::set(database).await;
    let program = stage.chat.app.program().await;
    let mut wrong = Vec::new();
    for row in MATRIX {
        let mut statuses = Vec::new();
        for person in &stage.people {
            let person = if row.0.contains(" /api/") { person.clone() } else { program.seen_by(person) };
            // Events go on for ever: an answer is not read to its end.
            statuses.push(stage.request(&person, row).send().await.expect("an answer").status().as_u16());
        }
        if statuses != row.2 {
            wrong.push(format!("{}: {statuses:?} instead of {:?}", row.0, row.2));
        }
    }
    assert!(wrong.is_empty(), "{PEOPLE:?}\n{}", wrong.join("\n"));
}

async fn no_endpoint_changes_anything_for_another_site(database: Database) {
    let stage = Stage::set(database).await;
    let carl = &stage.chat.carl;
    let changes = |row: &&Row| !row.0.starts_with("GET ") && row.0 != "POST /api/webhook/livekit";
    for row in MATRIX.iter().filter(changes) {
        for (name, value) in [("origin", "https://evil.example"), ("sec-fetch-site", "cross-site")] {
            let answer = Answer::to(stage.request(carl, row).header(name, value)).await;
            assert_eq!((answer.status, row.0), (403, row.0), "{answer:?}");
            answer.refused(403, "CROSS_ORIGIN");
        }
    }
    let info = carl.get("/api/stream/info").await.ok();
    assert_eq!((&info["isLive"], &info["title"]), (&json!(true), &json!("Untitled Stream")));
    Answer::to(carl.request(Method::GET, "/api/auth/me")).await.ok();
}
