//! What visitors see: browsing, a channel, and the token to watch it with.

use livekit_api::access_token::TokenVerifier;
use serde_json::{Value, json};

use crate::support::{
    Caller, Database, TestApp,
    app::PUBLIC_LIVEKIT,
    livekit::{API_KEY, API_SECRET},
};

on_both_databases![
    a_channel_is_there_from_its_creators_approval_on,
    only_creators_have_channels,
    live_channels_come_before_recent_ones,
    channels_are_found_by_title_and_by_creator,
    recent_channels_come_in_pieces,
    a_token_lets_one_watch_and_do_nothing_else,
    a_channel_that_is_not_live_gives_no_token,
    without_livekit_there_is_no_token,
];

async fn a_channel_is_there_from_its_creators_approval_on(database: Database) {
    let app = TestApp::start(database).await;
    app.first_user().await;
    let channel = app.anonymous().channel("ANN").await;
    assert_eq!(channel["creator"], json!({ "username": "ann", "displayName": "ann", "about": "" }));
    assert_eq!(channel["lastLiveAt"], Value::Null);
    let expected = json!({
        "version": 1, "status": "offline", "isLive": false, "startedAt": null, "title": "Untitled Stream",
        "thumbnail": null, "viewerCount": 0,
        "chat": {
            "isChatEnabled": true, "isChatDelayed": false, "chatDelaySeconds": 3, "slowModeSeconds": 0,
            "isChatFollowersOnly": false, "followersMinMinutes": 0,
        },
    });
    assert_eq!(channel["state"], expected);
}

async fn only_creators_have_channels(database: Database) {
    let app = TestApp::start(database).await;
    app.user("bob").await;
    for name in ["bob", "nobody", "", "a%20b", "%F0%9F%98%80", "ann'--"] {
        app.anonymous().get(&format!("/api/channel?username={name}")).await.refused(404, "NOT_FOUND");
        app.anonymous().get(&format!("/api/channel/events?username={name}")).await.refused(404, "NOT_FOUND");
    }
    app.anonymous().post("/api/channel/token", json!({ "username": "bob" })).await.refused(404, "NOT_FOUND");
    app.anonymous().get("/api/channel").await.refused(400, "BAD_REQUEST");
    app.anonymous().get("/api/channel/events").await.refused(400, "BAD_REQUEST");
    app.anonymous().post("/api/channel/token", json!({})).await.refused(400, "BAD_REQUEST");
}

async fn browse(caller: &Caller, path: &str) -> Vec<(String, bool)> {
    let page = caller.get(path).await.ok();
    let items = page["items"].as_array().unwrap().iter();
    items.map(|one| (one["username"].as_str().unwrap().to_owned(), one["isLive"] == true)).collect()
}

async fn live_channels_come_before_recent_ones(database: Database) {
    let app = TestApp::start(database).await;
    let (carl, dora) = (app.creator("carl").await, app.creator("dora").await);
    let guest = app.anonymous();
    assert!(browse(&guest, "/api/channels").await.is_empty(), "who was never live is not listed");
    let on_air = app.encoder_connects(&carl.make_key().await).await;
    app.encoder_connects(&dora.make_key().await).await;
    on_air.stops().await;
    let expected = [("dora".to_owned(), true), ("carl".to_owned(), false)];
    assert_eq!(browse(&guest, "/api/channels").await, expected);
    let page = guest.get("/api/channels").await.ok();
    let (live, recent) = (&page["items"][0], &page["items"][1]);
    assert!(live["startedAt"].is_string() && live["lastLiveAt"].is_null(), "{live}");
    assert!(recent["startedAt"].is_null() && recent["lastLiveAt"].is_string(), "{recent}");
    assert_eq!(page["next"], Value::Null);
}

async fn channels_are_found_by_title_and_by_creator(database: Database) {
    let app = TestApp::start(database).await;
    let (carl, dora) = (app.creator("carl").await, app.creator("dora_1").await);
    carl.put("/api/stream/info", json!({ "title": "100% Jazz!" })).await.ok();
    dora.put("/api/stream/info", json!({ "title": "Cooking" })).await.ok();
    app.encoder_connects(&dora.make_key().await).await;
    let guest = app.anonymous();
    let found = async |text: &str| browse(&guest, &format!("/api/channels?search={text}")).await;
    assert_eq!(found("jAZZ").await, [("carl".to_owned(), false)]);
    assert_eq!(found("DORA").await, [("dora_1".to_owned(), true)]);
    // What stands for other characters in SQL stands for itself.
    assert_eq!(found("100%25").await, [("carl".to_owned(), false)]);
    assert_eq!(found("Jazz!").await, [("carl".to_owned(), false)]);
    assert_eq!(found("_1").await, [("dora_1".to_owned(), true)]);
    assert!(found("a_r").await.is_empty());
    assert!(found("%25cook").await.is_empty());
    assert_eq!(found("o").await, [("dora_1".to_owned(), true)]);
    assert_eq!(found("").await, [("dora_1".to_owned(), true)], "no text is no search");
}

async fn recent_channels_come_in_pieces(database: Database) {
    let app = TestApp::start(database).await;
    app.first_user().await;
    app.execute(RECENT_USERS).await;
    app.execute(RECENT_APPLICATIONS).await;
    app.execute(RECENT_STREAMS).await;
    let guest = app.anonymous();
    let first = guest.get("/api/channels").await.ok();
    let cursor = first["next"].as_str().expect("there are more");
    let second = guest.get(&format!("/api/channels?cursor={cursor}")).await.ok();
    assert_eq!(second["next"], Value::Null);
    let names = |page: &Value| -> Vec<String> {
        page["items"].as_array().unwrap().iter().map(|one| one["username"].as_str().unwrap().to_owned()).collect()
    };
    let all: Vec<String> = names(&first).into_iter().chain(names(&second)).collect();
    // Two each were on air at the same time.
    let expected: Vec<String> = (0..30).map(|n| format!("recent{n:02}")).collect();
    assert_eq!(all, expected);
    assert!(guest.get("/api/channels?cursor=garbage").await.status == 200);
}

/// Thirty accounts, recent00 to recent29.
const RECENT_USERS: &str = "
    INSERT INTO users (id, username, email, password_hash, is_admin, created_at)
    WITH RECURSIVE n (i) AS (SELECT 0 UNION ALL SELECT i + 1 FROM n WHERE i < 29)
    SELECT 'u' || substr('0' || i, length('0' || i) - 1), 'recent' || substr('0' || i, length('0' || i) - 1),
           'recent' || i || '@example.org', '', FALSE, 0 FROM n";
const RECENT_APPLICATIONS: &str = "
    INSERT INTO creator_applications (id, user_id, about, status, created_at, updated_at)
    SELECT 'a' || id, id, '', 'APPROVED', 0, 0 FROM users WHERE username LIKE 'recent%'";
const RECENT_STREAMS: &str = "
    INSERT INTO streams (id, user_id, version, title, is_chat_enabled, is_chat_delayed, chat_delay_seconds,
        slow_mode_seconds, is_chat_followers_only, followers_min_minutes, ended_by_creator, status, last_live_at,
        key_is_lost, ingress_claimed_until, created_at, updated_at)
    SELECT 's' || id, id, 1, 'Recent', TRUE, FALSE, 3, 0, FALSE, 0, FALSE, 'offline',
           1000 - CAST(substr(id, 2) AS INTEGER) / 2, FALSE, 0, 0, 0 FROM users WHERE username LIKE 'recent%'";

async fn a_token_lets_one_watch_and_do_nothing_else(database: Database) {
    let app = TestApp::start(database).await;
    let carl = app.creator("carl").await;
    let encoder = app.encoder_connects(&carl.make_key().await).await;
    let bob = app.user("bob").await;
    let bobs_id = bob.get("/api/auth/me").await.ok()["id"].as_str().unwrap().to_owned();
    let mut identities = Vec::new();
    for caller in [&app.anonymous(), &bob, &bob, &carl] {
        let made = caller.post("/api/channel/token", json!({ "username": "Carl" })).await.ok();
        assert_eq!(made["url"], PUBLIC_LIVEKIT);
        let claims = TokenVerifier::with_api_key(API_KEY, API_SECRET).verify(made["token"].as_str().unwrap());
        let claims = claims.expect("signed for LiveKit");
        assert_eq!(claims.sub, made["identity"].as_str().unwrap());
        let now = usize::try_from(streamit::server::clock::now().0 / 1000).unwrap();
        assert!(claims.exp <= now + 600, "a short life");
        let grants = claims.video;
        assert_eq!((grants.room.as_str(), grants.room_join, grants.hidden), (encoder.stream_id(), true, true));
        let may = (grants.can_subscribe, grants.can_publish, grants.can_publish_data, grants.can_update_own_metadata);
        assert_eq!(may, (Some(true), Some(false), Some(false), Some(false)));
        let more = [grants.room_create, grants.room_list, grants.room_admin, grants.room_record, grants.ingress_admin];
        assert_eq!(more, [false; 5]);
        identities.push(claims.sub);
    }
    assert!(identities[1].starts_with(&bobs_id) && identities[2].starts_with(&bobs_id), "{identities:?}");
    identities.sort();
    identities.dedup();
    assert_eq!(identities.len(), 4, "each tab has its own: LiveKit throws out the first of two that are the same");
}

async fn a_channel_that_is_not_live_gives_no_token(database: Database) {
    let app = TestApp::start(database).await;
    let carl = app.creator("carl").await;
    let ask = json!({ "username": "carl" });
    app.anonymous().post("/api/channel/token", ask.clone()).await.refused(409, "CHANNEL_OFFLINE");
    let encoder = app.encoder_connects(&carl.make_key().await).await;
    app.anonymous().post("/api/channel/token", ask.clone()).await.ok();
    encoder.stops().await;
    app.anonymous().post("/api/channel/token", ask.clone()).await.refused(409, "CHANNEL_OFFLINE");
    // A rehearsal is nobody's business.
    app.execute("UPDATE streams SET status = 'rehearsal'").await;
    app.anonymous().post("/api/channel/token", ask).await.refused(409, "CHANNEL_OFFLINE");
}

async fn without_livekit_there_is_no_token(database: Database) {
    let app = TestApp::with(database, &[("LIVEKIT_URL", "")]).await;
    app.first_user().await;
    app.execute("UPDATE streams SET status = 'live'").await;
    let answer = app.anonymous().post("/api/channel/token", json!({ "username": "ann" })).await;
    answer.refused(503, "LIVEKIT_UNREACHABLE");
}
