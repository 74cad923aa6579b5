//! Going live from the browser: the token, and what LiveKit's signs of a browser make of a stream. There is no browser
//! here: LiveKit's double says what LiveKit would say of one. An encoder goes first, and nobody but the creator gets
//! in.

use livekit_api::access_token::VideoGrants;
use livekit_protocol::participant_info::Kind;
use serde_json::{Value, json};

use crate::support::{
    Caller, Database, Fault, TestApp,
    app::PUBLIC_LIVEKIT,
    eventually,
    livekit::{State, read_token},
};

on_both_databases![
    a_token_lets_the_creators_browser_send_and_do_nothing_else,
    the_room_is_there_with_its_metadata_before_the_browser_is,
    nobody_gets_a_token_for_somebody_elses_stream,
    no_viewer_can_send_or_be_taken_for_the_creators_browser,
    while_an_encoder_is_live_there_is_no_token,
    what_the_room_says_counts_and_not_what_is_stored,
    a_stream_that_its_creator_ended_gives_no_token,
    without_livekit_there_is_no_token,
    while_livekit_fails_there_is_no_token,
    a_browser_is_live_with_its_first_track_and_over_as_soon_as_it_stops,
    a_browser_that_is_lost_is_over_after_a_look,
    the_browser_of_somebody_else_means_nothing,
    a_browser_that_nobody_told_of_is_found,
    another_window_takes_over_without_an_offline_flash,
    an_encoder_takes_over_and_the_browser_is_put_out,
    an_encoder_goes_on_with_the_broadcast_of_a_browser,
    the_creator_who_sends_is_no_viewer,
    the_key_cannot_change_while_a_browser_is_live,
    who_is_no_creator_any_more_is_put_out,
    a_token_from_before_is_no_use_to_who_is_no_creator_any_more,
    pages_may_use_camera_microphone_and_screen,
];

const TOKEN: &str = "/api/stream/browser-token";

async fn status_of(caller: &Caller) -> String {
    caller.status().await["status"].as_str().unwrap().to_owned()
}

async fn a_token_lets_the_creators_browser_send_and_do_nothing_else(database: Database) {
    let app = TestApp::start(database).await;
    let carl = app.creator("carl").await;
    let carls_id = carl.get("/api/auth/me").await.ok()["id"].as_str().unwrap().to_owned();
    let stream =
        app.text("SELECT s.id FROM streams s JOIN users u ON u.id = s.user_id WHERE u.username = 'carl'").await;
    for caller in [carl.with_token().await, carl] {
        let made = caller.post_nothing(TOKEN).await.ok();
        assert_eq!((&made["url"], &made["identity"]), (&json!(PUBLIC_LIVEKIT), &json!(format!("{carls_id}~browser"))));
        let claims = read_token(made["token"].as_str().unwrap());
        assert_eq!(claims.sub, format!("{carls_id}~browser"));
        let now = usize::try_from(streamit::server::clock::now().0 / 1000).unwrap();
        assert!(claims.exp <= now + 600, "a short life");
        let expected = VideoGrants {
            room_join: true,
            room: stream.clone().unwrap(),
            can_publish: Some(true),
            can_publish_sources: ["camera", "microphone", "screen_share", "screen_share_audio"]
                .map(String::from)
                .into(),
            can_publish_data: Some(false),
            can_subscribe: Some(false),
            can_update_own_metadata: Some(false),
            ..VideoGrants::default()
        };
        assert_eq!(claims.video, expected);
    }
    assert!(app.livekit.ingresses().is_empty(), "it needs no key");
}

async fn the_room_is_there_with_its_metadata_before_the_browser_is(database: Database) {
    let app = TestApp::start(database).await;
    let carl = app.creator("carl").await;
    carl.put("/api/stream/info", json!({ "title": "Painting" })).await.ok();
    let browser = app.browser_joins(&carl).await;
    let metadata = app.livekit.metadata(&browser.stream_id);
    assert_eq!((&metadata[0]["title"], &metadata[0]["status"]), (&json!("Painting"), &json!("offline")));
}

async fn nobody_gets_a_token_for_somebody_elses_stream(database: Database) {
    let app = TestApp::start(database).await;
    let carl = app.creator("carl").await;
    app.anonymous().post_nothing(TOKEN).await.refused(401, "NOT_SIGNED_IN");
    app.user("bob").await.post_nothing(TOKEN).await.refused(403, "NOT_A_CREATOR");
    let dora = app.creator("dora").await;
    let own = dora.post_nothing(TOKEN).await.ok();
    let carls = carl.post_nothing(TOKEN).await.ok();
    let aimed = json!({ "username": "carl", "identity": carls["identity"], "streamId": "carl", "room": "carl" });
    let made = dora.post(TOKEN, aimed).await.ok();
    assert_eq!(made["identity"], own["identity"]);
    let room = |made: &Value| read_token(made["token"].as_str().unwrap()).video.room;
    assert!(room(&made) == room(&own) && room(&made) != room(&carls));
}

async fn no_viewer_can_send_or_be_taken_for_the_creators_browser(database: Database) {
    let app = TestApp::start(database).await;
    let carl = app.creator("carl").await;
    let browser = app.browser_connects(&carl).await;
    let ask = json!({ "username": "carl", "identity": browser.identity });
    for caller in [&app.anonymous(), &app.user("bob").await, &carl] {
        let made = caller.post("/api/channel/token", ask.clone()).await.ok();
        let claims = read_token(made["token"].as_str().unwrap());
        assert!(!claims.sub.ends_with("~browser"), "{}", claims.sub);
        assert_eq!((claims.video.can_publish, claims.video.can_publish_sources), (Some(false), vec![]));
    }
}

async fn while_an_encoder_is_live_there_is_no_token(database: Database) {
    let app = TestApp::start(database).await;
    let carl = app.creator("carl").await;
    let encoder = app.encoder_connects(&carl.make_key().await).await;
    carl.post_nothing(TOKEN).await.refused(409, "ENCODER_LIVE");
    encoder.stops().await;
    carl.post_nothing(TOKEN).await.ok();
}

async fn what_the_room_says_counts_and_not_what_is_stored(database: Database) {
    let app = TestApp::start(database).await;
    let carl = app.creator("carl").await;
    let key = carl.make_key().await;
    let encoder = app.encoder_appears(&key);
    carl.post_nothing(TOKEN).await.refused(409, "ENCODER_LIVE");
    encoder.vanishes();
    app.execute("UPDATE streams SET status = 'live'").await;
    carl.post_nothing(TOKEN).await.ok();
}

async fn a_stream_that_its_creator_ended_gives_no_token(database: Database) {
    let app = TestApp::start(database).await;
    let carl = app.creator("carl").await;
    app.execute("UPDATE streams SET ended_by_creator = TRUE").await;
    carl.post_nothing(TOKEN).await.refused(409, "CONFLICT");
}

async fn without_livekit_there_is_no_token(database: Database) {
    let app = TestApp::with(database, &[("LIVEKIT_URL", "")]).await;
    let ann = app.first_user().await;
    ann.post_nothing(TOKEN).await.refused(503, "LIVEKIT_UNREACHABLE");
}

async fn while_livekit_fails_there_is_no_token(database: Database) {
    let app = TestApp::start(database).await;
    let carl = app.creator("carl").await;
    app.livekit.next("CreateRoom", Fault::Refuse("internal"));
    carl.post_nothing(TOKEN).await.refused(502, "LIVEKIT_FAILED");
    app.livekit.always("ListParticipants", Fault::Refuse("internal"));
    carl.post_nothing(TOKEN).await.refused(502, "LIVEKIT_FAILED");
    app.livekit.go_down();
    carl.post_nothing(TOKEN).await.refused(503, "LIVEKIT_UNREACHABLE");
    app.livekit.heal();
    app.livekit.come_up();
    carl.post_nothing(TOKEN).await.ok();
}

async fn a_browser_is_live_with_its_first_track_and_over_as_soon_as_it_stops(database: Database) {
    let app = TestApp::start(database).await;
    let carl = app.creator("carl").await;
    let browser = app.browser_joins(&carl).await;
    browser.say(&browser.joined()).await;
    assert_eq!(status_of(&carl).await, "offline", "it sends nothing yet");
    app.livekit.publish(&browser.stream_id, &browser.sid);
    browser.say(&browser.published("AUDIO")).await;
    let live = carl.status().await;
    assert_eq!(live["status"], "live");
    browser.say(&browser.published("VIDEO")).await;
    assert_eq!(carl.status().await["version"], live["version"]);
    browser.stops().await;
    assert_eq!(status_of(&carl).await, "offline");
}

async fn a_browser_that_is_lost_is_over_after_a_look(database: Database) {
    let app = TestApp::start(database).await;
    let carl = app.creator("carl").await;
    let browser = app.browser_connects(&carl).await;
    browser.vanishes();
    browser.say(&browser.left("CONNECTION_TIMEOUT")).await;
    assert_eq!(status_of(&carl).await, "live", "it may be back in a moment");
    app.until_status("offline").await;
}

async fn the_browser_of_somebody_else_means_nothing(database: Database) {
    let app = TestApp::start(database).await;
    let carl = app.creator("carl").await;
    let mut stranger = app.browser_joins(&carl).await;
    stranger.vanishes();
    stranger.identity = "stranger~browser".to_owned();
    stranger.sid = app.livekit.join(&stranger.stream_id, &stranger.identity, Kind::Standard);
    app.livekit.publish(&stranger.stream_id, &stranger.sid);
    for sign in [stranger.joined(), stranger.published("VIDEO"), stranger.left("CLIENT_INITIATED")] {
        stranger.say(&sign).await;
        assert_eq!(status_of(&carl).await, "offline");
    }
}

async fn a_browser_that_nobody_told_of_is_found(database: Database) {
    let app = TestApp::start(database).await;
    let carl = app.creator("carl").await;
    carl.make_key().await;
    let browser = app.browser_appears(&carl).await;
    app.until_status("live").await;
    assert_eq!(carl.status().await["lastUsed"], Value::Null, "it came in without the key");
    browser.vanishes();
    app.until_status("offline").await;
    assert_eq!(app.number("SELECT count(*) FROM broadcasts").await, 1);
}

async fn another_window_takes_over_without_an_offline_flash(database: Database) {
    let app = TestApp::start(database).await;
    let carl = app.creator("carl").await;
    let first = app.browser_connects(&carl).await;
    let mut events = app.viewer_events().await;
    first.vanishes();
    first.say(&first.left("DUPLICATE_IDENTITY")).await;
    let second = app.browser_connects(&carl).await;
    assert_eq!(first.identity, second.identity);
    second.stops().await;
    events.until_status("offline").await;
    assert_eq!(events.statuses(), ["live", "offline"]);
}

async fn an_encoder_takes_over_and_the_browser_is_put_out(database: Database) {
    let app = TestApp::start(database).await;
    let carl = app.creator("carl").await;
    let key = carl.make_key().await;
    let browser = app.browser_connects(&carl).await;
    let mut events = app.viewer_events().await;
    let encoder = app.encoder_connects(&key).await;
    let everybody = |state: &State| state.rooms[&browser.stream_id].participants.clone();
    let is_out = |state: &State| everybody(state).iter().all(|one| one.sid != browser.sid).then_some(());
    app.livekit.until("the browser is put out", is_out).await;
    browser.say(&browser.left("PARTICIPANT_REMOVED")).await;
    assert_eq!(app.livekit.identities(&browser.stream_id).len(), 1, "the encoder stays");
    encoder.stops().await;
    events.until_status("offline").await;
    assert_eq!(events.statuses(), ["live", "offline"]);
    assert_eq!(app.number("SELECT count(*) FROM broadcasts").await, 1);
    assert_eq!(app.number("SELECT count(*) FROM broadcast_drops").await, 0);
}

async fn an_encoder_goes_on_with_the_broadcast_of_a_browser(database: Database) {
    let app = TestApp::start(database).await;
    let carl = app.creator("carl").await;
    let key = carl.make_key().await;
    let browser = app.browser_connects(&carl).await;
    let started_at = carl.status().await["startedAt"].clone();
    browser.stops().await;
    let encoder = app.encoder_connects(&key).await;
    assert_eq!(carl.status().await["startedAt"], started_at);
    encoder.stops().await;
    app.browser_connects(&carl).await;
    assert_eq!(carl.status().await["startedAt"], started_at);
    assert_eq!(app.number("SELECT count(*) FROM broadcasts").await, 1);
    assert_eq!(app.number("SELECT count(*) FROM broadcast_drops").await, 2);
}

async fn the_creator_who_sends_is_no_viewer(database: Database) {
    let app = TestApp::start(database).await;
    let carl = app.creator("carl").await;
    let browser = app.browser_connects(&carl).await;
    for caller in [&carl, &app.user("bob").await] {
        let made = caller.post("/api/channel/token", json!({ "username": "carl" })).await.ok();
        app.livekit.join(&browser.stream_id, made["identity"].as_str().unwrap(), Kind::Standard);
    }
    app.until_channel("carl", "bob is counted", |state| state["viewerCount"] == 1).await;
    assert_eq!(carl.status().await["viewerCount"], 1);
}

async fn the_key_cannot_change_while_a_browser_is_live(database: Database) {
    let app = TestApp::start(database).await;
    let carl = app.creator("carl").await;
    let browser = app.browser_connects(&carl).await;
    carl.post("/api/stream/ingress", json!({})).await.refused(409, "WHILE_LIVE");
    browser.stops().await;
    carl.make_key().await;
}

async fn who_is_no_creator_any_more_is_put_out(database: Database) {
    let app = TestApp::start(database).await;
    let carl = app.creator("carl").await;
    let browser = app.browser_connects(&carl).await;
    let application = carl.get("/api/creator/application").await.ok();
    app.decide(&application["id"], "revoke", Some("Not yours to show")).await.ok();
    assert!(app.livekit.identities(&browser.stream_id).is_empty());
    assert_eq!(app.number("SELECT count(*) FROM streams WHERE status <> 'offline'").await, 0);
    carl.post_nothing(TOKEN).await.refused(403, "NOT_A_CREATOR");
}

async fn a_token_from_before_is_no_use_to_who_is_no_creator_any_more(database: Database) {
    let app = TestApp::start(database).await;
    let carl = app.creator("carl").await;
    let browser = app.browser_connects(&carl).await;
    let application = carl.get("/api/creator/application").await.ok();
    app.decide(&application["id"], "revoke", Some("Not yours to show")).await.ok();
    let sid = app.livekit.join(&browser.stream_id, &browser.identity, Kind::Standard);
    app.livekit.publish(&browser.stream_id, &sid);
    let mut again = browser.clone();
    again.sid = sid;
    again.say(&again.published("VIDEO")).await;
    let is_out = async || app.livekit.identities(&browser.stream_id).is_empty().then_some(());
    eventually("they are put out again", is_out).await;
    assert_eq!(app.number("SELECT count(*) FROM streams WHERE status <> 'offline'").await, 0);
    // Approved again, they may.
    let again = carl.post("/api/creator/application", json!({ "about": "Once more" })).await.ok();
    app.decide(&again["id"], "approve", None).await.ok();
    app.browser_connects(&carl).await;
    assert_eq!(carl.status().await["status"], "live");
}

async fn pages_may_use_camera_microphone_and_screen(database: Database) {
    let app = TestApp::start(database).await;
    for path in ["/login", "/api/auth/me"] {
        let answer = app.anonymous().get(path).await;
        let allowed = answer.header("permissions-policy");
        assert_eq!(allowed, "camera=(self), microphone=(self), display-capture=(self)", "{path}");
    }
}
