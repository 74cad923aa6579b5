//! What visitors see of a channel, and the token to watch it with: when there is one, and that it allows nothing but
//! watching. How channels are listed and found is in `browse.rs`.

use livekit_api::access_token::TokenVerifier;
use serde_json::{Value, json};

use crate::support::{
    Database, TestApp,
    app::PUBLIC_LIVEKIT,
    livekit::{API_KEY, API_SECRET},
};

on_both_databases![
    a_channel_is_there_from_its_creators_approval_on,
    only_creators_have_channels,
    what_it_was_called_before_is_told,
    a_token_lets_one_watch_and_do_nothing_else,
    a_channel_that_is_not_live_gives_no_token,
    without_livekit_there_is_no_token,
];

async fn a_channel_is_there_from_its_creators_approval_on(database: Database) {
    let app = TestApp::start(database).await;
    app.first_user().await;
    let channel = app.anonymous().channel("ANN").await;
    let creator = json!({ "username": "ann", "displayName": "ann", "about": "", "picture": null });
    assert_eq!(channel["creator"], creator);
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

async fn what_it_was_called_before_is_told(database: Database) {
    let app = TestApp::start(database).await;
    let carl = app.creator("carl").await;
    let rename = async |title: &str| {
        carl.put("/api/stream/info", json!({ "title": title })).await.ok();
        // A title that soon gives way to another is no title that it had.
        app.execute("UPDATE title_history SET set_at = set_at - 61000").await;
    };
    let guest = app.anonymous();
    for title in ["One", "Two", "Untitled Stream", "Three", "One", "Four", "Five", "Six", "<b>Seven</b>"] {
        rename(title).await;
    }
    let earlier = guest.channel("carl").await["earlierTitles"].clone();
    assert_eq!(earlier, json!(["Six", "Five", "Four", "One", "Three"]), "five, the newest first, each once");
    rename("Three").await;
    let earlier = guest.channel("carl").await["earlierTitles"].clone();
    assert_eq!(earlier, json!(["<b>Seven</b>", "Six", "Five", "Four", "One"]), "not what it is called now");
    app.creator("dora").await;
    assert_eq!(guest.channel("dora").await["earlierTitles"], json!([]));
}

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
