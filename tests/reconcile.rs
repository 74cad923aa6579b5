//! What is shown is made equal to what LiveKit is doing, whatever webhooks were lost. Here people come and go and
//! LiveKit says nothing, or is down; what is left to go by is a look into the room.

use std::time::{Duration, Instant};

use livekit_protocol::participant_info::Kind;
use serde_json::json;

use crate::support::{Database, Encoder, Fault, TestApp, eventually, peer::gauge};

on_both_databases![
    an_end_that_was_missed_is_found_at_start_up,
    a_start_that_was_missed_is_found_at_start_up,
    what_is_still_true_at_start_up_stays_as_it_is,
    an_end_that_nobody_told_is_found_soon,
    a_start_that_nobody_told_is_found_soon,
    a_room_that_no_node_holds_has_nobody_in_it,
    a_room_that_livekit_seeks_a_node_of_for_seconds_has_nobody_in_it,
    while_livekit_is_down_a_stream_stays_live,
    after_an_outage_a_stream_is_expected_back_and_then_over,
    after_an_outage_an_encoder_that_is_back_goes_on,
    a_key_that_livekit_lost_is_reported,
    an_announced_encoder_that_never_comes_is_not_live_for_long,
    a_room_that_is_slow_to_be_looked_into_keeps_no_other_waiting,
    an_answer_that_comes_after_the_end_counts_no_viewers,
];

/// Waits until the room was looked into so often from now on.
async fn looks(app: &TestApp, count: usize) {
    let before = app.livekit.looks();
    app.livekit.until_looked(before, count).await;
}

async fn an_end_that_was_missed_is_found_at_start_up(database: Database) {
    let mut app = TestApp::start(database).await;
    let (carl, encoder) = app.carl_on_air().await;
    app.stop().await;
    encoder.vanishes();
    app.start_again().await;
    app.until_status("offline").await;
    carl.make_key().await;
}

async fn a_start_that_was_missed_is_found_at_start_up(database: Database) {
    let mut app = TestApp::start(database).await;
    let carl = app.creator("carl").await;
    let key = carl.make_key().await;
    app.stop().await;
    let encoder = app.encoder_appears(&key);
    app.start_again().await;
    app.until_status("live").await;
    // The webhooks that come late after all fit.
    let version = carl.status().await["version"].clone();
    for sign in [encoder.joined(), encoder.started()] {
        encoder.say(&sign).await;
    }
    assert_eq!(carl.status().await["version"], version);
    encoder.stops().await;
    assert_eq!(carl.status().await["status"], "offline");
}

async fn what_is_still_true_at_start_up_stays_as_it_is(database: Database) {
    let mut app = TestApp::start(database).await;
    let (carl, encoder) = app.carl_on_air().await;
    let before = carl.status().await;
    app.restart().await;
    looks(&app, 1).await;
    let after = carl.status().await;
    assert_eq!((&after["version"], &after["startedAt"]), (&before["version"], &before["startedAt"]));
    // The session is remembered: its end counts at once.
    encoder.stops().await;
    assert_eq!(carl.status().await["status"], "offline");
}

async fn an_end_that_nobody_told_is_found_soon(database: Database) {
    let app = TestApp::start(database).await;
    let (_, encoder) = app.carl_on_air().await;
    looks(&app, 1).await;
    encoder.vanishes();
    let began = Instant::now();
    app.until_status("offline").await;
    assert!(began.elapsed().as_secs() < 12, "{:?}", began.elapsed());
}

async fn a_start_that_nobody_told_is_found_soon(database: Database) {
    let app = TestApp::start(database).await;
    let carl = app.creator("carl").await;
    app.encoder_appears(&carl.make_key().await);
    let began = Instant::now();
    app.until_status("live").await;
    assert!(began.elapsed().as_secs() < 25, "{:?}", began.elapsed());
}

async fn a_room_that_no_node_holds_has_nobody_in_it(database: Database) {
    let app = TestApp::start(database).await;
    let (_, encoder) = app.carl_on_air().await;
    app.livekit.close_room(encoder.stream_id());
    app.until_status("offline").await;
}

/// After livekit-server and the encoder have ended together.
async fn a_room_that_livekit_seeks_a_node_of_for_seconds_has_nobody_in_it(database: Database) {
    let app = TestApp::start(database).await;
    let (_, encoder) = app.carl_on_air().await;
    encoder.vanishes();
    app.livekit.always("ListParticipants", Fault::RefuseLate("unavailable"));
    app.until_status("offline").await;
}

async fn while_livekit_is_down_a_stream_stays_live(database: Database) {
    let app = TestApp::start(database).await;
    let (carl, _) = app.carl_on_air().await;
    let before = carl.status().await;
    let mut events = app.anonymous().events("/api/channel/events?username=carl").await;
    // LiveKit says that it cannot say, to the room's question and to the one whether it is there at all.
    for method in ["ListParticipants", "ListRooms"] {
        app.livekit.always(method, Fault::Refuse("unavailable"));
    }
    let refused = app.livekit.looks();
    tokio::time::sleep(Duration::from_secs(6)).await;
    assert_eq!(app.livekit.looks(), refused, "it never answers");
    assert_eq!(carl.status().await, before);
    app.livekit.heal();
    looks(&app, 2).await;
    carl.put("/api/stream/info", json!({ "title": "Still here" })).await.ok();
    events.until("state", |state| state["title"] == "Still here").await;
    assert_eq!(events.statuses(), ["live"]);
}

/// LiveKit is down long enough to be missed, and back without anybody in its rooms.
async fn outage(app: &TestApp, encoder: &Encoder) {
    app.livekit.go_down();
    // A webhook that was on its way: the room is asked soon, and nobody answers.
    encoder.say(&encoder.left()).await;
    eventually("the outage is noticed", || async {
        let state = app.anonymous().get("/api/setup").await;
        (state.status == 200).then_some(())
    })
    .await;
    encoder.vanishes();
    app.livekit.close_room(encoder.stream_id());
}

async fn after_an_outage_a_stream_is_expected_back_and_then_over(database: Database) {
    let app = TestApp::start(database).await;
    let (carl, encoder) = app.carl_on_air().await;
    let mut events = app.anonymous().events("/api/channel/events?username=carl").await;
    outage(&app, &encoder).await;
    tokio::time::sleep(Duration::from_secs(6)).await;
    assert_eq!(carl.status().await["status"], "live", "unknown is not offline");
    app.livekit.come_up();
    let waiting = events.until_status("reconnecting").await;
    assert_eq!(waiting["isLive"], true);
    let began = Instant::now();
    carl.post_nothing("/api/stream/ingress").await.refused(409, "WHILE_LIVE");
    events.until_status("offline").await;
    let took = began.elapsed().as_secs();
    assert!((13..=18).contains(&took), "{took} s, and not with the next of the looks every 5 s");
    assert_eq!(events.statuses(), ["live", "reconnecting", "offline"]);
    assert_eq!(app.number("SELECT count(*) FROM broadcasts WHERE ended_at IS NULL").await, 0);
}

async fn after_an_outage_an_encoder_that_is_back_goes_on(database: Database) {
    let app = TestApp::start(database).await;
    let (carl, encoder, key) = app.carl_on_air_with_key().await;
    let started_at = carl.status().await["startedAt"].clone();
    let mut events = app.anonymous().events("/api/channel/events?username=carl").await;
    outage(&app, &encoder).await;
    tokio::time::sleep(Duration::from_secs(6)).await;
    app.livekit.come_up();
    events.until_status("reconnecting").await;
    // As seen when livekit-server was killed: a new room, a new participant, and no word of the ingress.
    let again = app.encoder_appears(&key);
    again.say(&again.room_started()).await;
    again.say(&again.joined()).await;
    events.until_status("live").await;
    assert_eq!(events.statuses(), ["live", "reconnecting", "live"]);
    assert_eq!(carl.status().await["startedAt"], started_at);
    assert_eq!(app.number("SELECT count(*) FROM broadcasts").await, 1);
    assert_eq!(app.number("SELECT count(*) FROM broadcast_drops").await, 1);
}

async fn a_key_that_livekit_lost_is_reported(database: Database) {
    let mut app = TestApp::start(database).await;
    let carl = app.creator("carl").await;
    let key = carl.make_key().await;
    assert_eq!(carl.status().await["keyIsLost"], false);
    app.livekit.lose_ingresses();
    app.restart().await;
    let mut events = carl.events("/api/stream/events").await;
    events.until("state", |state| state["keyIsLost"] == true).await;
    assert_eq!(carl.status().await["keyIsLost"], true);
    assert_eq!(carl.get("/api/stream/credentials").await.ok()["streamKey"], key["streamKey"]);
    carl.make_key().await;
    events.until("state", |state| state["keyIsLost"] == false).await;
    assert_eq!(carl.status().await["keyIsLost"], false);
}

async fn an_announced_encoder_that_never_comes_is_not_live_for_long(database: Database) {
    let app = TestApp::start(database).await;
    let carl = app.creator("carl").await;
    let encoder = app.encoder_appears(&carl.make_key().await);
    encoder.vanishes();
    encoder.say(&encoder.started()).await;
    assert_eq!(carl.status().await["status"], "live");
    app.until_status("offline").await;
}

async fn a_room_that_is_slow_to_be_looked_into_keeps_no_other_waiting(database: Database) {
    let app = TestApp::start(database).await;
    let dora = app.creator("dora").await;
    let key = dora.make_key().await;
    dora.post("/api/stream/rehearsal", json!({ "enabled": true })).await.ok();
    app.carl_on_air().await;
    // Looks of the first seconds are over: what is held is one of those that come every 5 s.
    looks(&app, 2).await;
    let slow = app.livekit.hold("ListParticipants");
    slow.until_held().await;
    let began = Instant::now();
    // Whoever is in the room of a rehearsal is put out by a look.
    let encoder = app.encoder_appears(&key);
    app.livekit.join(encoder.stream_id(), "guest-early#1", Kind::Standard);
    encoder.say(&encoder.started()).await;
    let is_out = |names: &[String]| names.iter().all(|name| name != "guest-early#1");
    eventually("the guest is put out", || async { is_out(&app.livekit.identities(encoder.stream_id())).then_some(()) })
        .await;
    assert!(began.elapsed() < Duration::from_secs(2), "{:?}", began.elapsed());
    slow.release();
}

async fn an_answer_that_comes_after_the_end_counts_no_viewers(database: Database) {
    let app = TestApp::start(database).await;
    let (carl, encoder) = app.carl_on_air().await;
    looks(&app, 2).await;
    let look = app.livekit.hold("ListParticipants");
    look.until_held().await;
    let next = app.livekit.hold("ListParticipants");
    app.livekit.join(encoder.stream_id(), "guest-1#1", Kind::Standard);
    encoder.say(&encoder.ended()).await;
    assert_eq!(carl.status().await["status"], "offline");
    let before = app.livekit.looks();
    look.release();
    app.livekit.until_looked(before, 1).await;
    encoder.vanishes();
    // The next look comes after what this one has found is dealt with.
    next.release();
    app.livekit.until_looked(before, 2).await;
    assert_eq!(gauge(app.address(), "streamit_viewers").await, 0);
}
