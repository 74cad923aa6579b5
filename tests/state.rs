//! The one state that everybody sees: over Server-Sent Events, and in the metadata of LiveKit's room. Who follows gets
//! every change in order or the newest at once, never an older one, and never what is not for them.

use futures::future::join_all;
use livekit_protocol::participant_info::Kind;
use serde_json::{Value, json};

use crate::support::{
    Database, Fault, TestApp, Webhook,
    webhook::{event, participant, room},
};

on_both_databases![
    the_first_event_is_the_state_and_comes_at_once,
    every_change_reaches_creator_and_viewers_in_order,
    events_of_one_channel_do_not_reach_another,
    a_late_reader_gets_the_newest,
    what_was_stored_and_not_announced_is_shown_all_the_same,
    a_page_of_a_channel_that_is_gone_is_told_so_once,
    who_is_signed_in_can_read_while_nothing_can_be_written,
    viewers_see_a_rehearsal_as_offline,
    events_end_when_the_server_stops,
    the_room_is_told_every_newest_state,
    what_the_room_is_told_never_goes_back,
    a_new_room_is_told_again,
    a_room_that_missed_a_state_is_told_when_somebody_comes_to_watch,
    a_rehearsal_is_not_told_to_the_room,
    people_are_counted_and_not_connections,
    the_count_reaches_viewers_without_a_version,
];

const CHANNEL: &str = "/api/channel/events?username=carl";

async fn the_first_event_is_the_state_and_comes_at_once(database: Database) {
    let app = TestApp::start(database).await;
    let carl = app.creator("carl").await;
    for mut events in [app.anonymous().events(CHANNEL).await, carl.events("/api/stream/events").await] {
        let headers = events.response.headers();
        assert_eq!(headers["content-type"], "text/event-stream");
        assert_eq!(headers["cache-control"], "no-store");
        let first = events.next().await.expect("an event");
        assert_eq!(first.name, "state");
        let shown = app.anonymous().channel("carl").await["state"].clone();
        for (name, value) in shown.as_object().expect("an object") {
            assert_eq!(&first.data[name], value, "{name}");
        }
    }
}

async fn every_change_reaches_creator_and_viewers_in_order(database: Database) {
    let app = TestApp::start(database).await;
    let carl = app.creator("carl").await;
    let mut viewer = app.anonymous().events(CHANNEL).await;
    let mut own = carl.events("/api/stream/events").await;
    let encoder = app.encoder_connects(&carl.make_key().await).await;
    for events in [&mut viewer, &mut own] {
        let live = events.until_status("live").await;
        assert!(live["startedAt"].is_string(), "{live}");
    }
    carl.put("/api/stream/info", json!({ "title": "Now" })).await.ok();
    carl.put("/api/stream/chat-settings", json!({ "isChatEnabled": false })).await.ok();
    encoder.stops().await;
    for events in [&mut viewer, &mut own] {
        events.until("state", |state| state["title"] == "Now").await;
        events.until("state", |state| state["chat"]["isChatEnabled"] == false).await;
        let offline = events.until_status("offline").await;
        assert_eq!((&offline["startedAt"], &offline["viewerCount"]), (&Value::Null, &json!(0)));
        assert_eq!(events.statuses(), ["offline", "live", "offline"]);
        let versions: Vec<i64> = events.states().map(|state| state["version"].as_i64().unwrap()).collect();
        assert!(versions.is_sorted_by(|a, b| a < b), "{versions:?}");
    }
}

async fn events_of_one_channel_do_not_reach_another(database: Database) {
    let app = TestApp::start(database).await;
    let (carl, ann) = (app.creator("carl").await, app.first_user().await);
    let mut events = app.anonymous().events(CHANNEL).await;
    let mut own = carl.events("/api/stream/events?username=ann").await;
    ann.put("/api/stream/info", json!({ "title": "Of ann" })).await.ok();
    carl.put("/api/stream/info", json!({ "title": "Of carl" })).await.ok();
    for events in [&mut events, &mut own] {
        events.until("state", |state| state["title"] == "Of carl").await;
        assert!(events.states().all(|state| state["title"] != "Of ann"));
    }
}

async fn a_late_reader_gets_the_newest(database: Database) {
    let app = TestApp::start(database).await;
    let carl = app.creator("carl").await;
    for n in 0..10 {
        carl.put("/api/stream/info", json!({ "title": format!("Title {n}") })).await.ok();
    }
    let mut events = app.anonymous().events(CHANNEL).await;
    assert_eq!(events.next().await.expect("an event").data["title"], "Title 9");
}

/// As when the process that stored it ends before it could say so.
async fn what_was_stored_and_not_announced_is_shown_all_the_same(database: Database) {
    let app = TestApp::start(database).await;
    let carl = app.creator("carl").await;
    let mut pages = [app.anonymous().events(CHANNEL).await, carl.events("/api/stream/events").await];
    app.execute("UPDATE streams SET title = 'Stored quietly', version = version + 1").await;
    for page in &mut pages {
        page.until("state", |state| state["title"] == "Stored quietly").await;
    }
}

async fn a_page_of_a_channel_that_is_gone_is_told_so_once(database: Database) {
    let app = TestApp::start(database).await;
    app.first_user().await;
    let (carl, dora) = (app.creator("carl").await, app.creator("dora").await);
    let mut page = app.anonymous().events(CHANNEL).await;
    let mut other = app.anonymous().events("/api/channel/events?username=dora").await;
    carl.put("/api/stream/info", json!({ "title": "Before" })).await.ok();
    page.until("state", |state| state["title"] == "Before").await;
    app.execute("DELETE FROM streams WHERE title = 'Before'").await;
    // Two rounds of reading again: one may have begun before.
    for title in ["First", "Second"] {
        let sql = format!("UPDATE streams SET title = '{title}', version = version + 1");
        app.execute(sql.leak()).await;
        other.until("state", |state| state["title"] == title).await;
    }
    drop(dora);
    let states = page.seen.iter().filter(|event| event.name == "state").count();
    assert!(states <= 3, "{:?}", page.seen);
}

async fn who_is_signed_in_can_read_while_nothing_can_be_written(database: Database) {
    let app = TestApp::start(database).await;
    let carl = app.creator("carl").await;
    app.execute("UPDATE sessions SET last_seen_at = last_seen_at - 7200000").await;
    app.execute(match database {
        Database::Sqlite => "CREATE TRIGGER full BEFORE UPDATE ON sessions BEGIN SELECT RAISE(ABORT, 'no room'); END",
        Database::Postgres => "ALTER TABLE sessions ADD CONSTRAINT no_room CHECK (last_seen_at < 0) NOT VALID",
    })
    .await;
    assert_eq!(carl.get("/api/auth/me").await.ok()["username"], "carl");
}

async fn viewers_see_a_rehearsal_as_offline(database: Database) {
    let app = TestApp::start(database).await;
    let carl = app.creator("carl").await;
    app.execute("UPDATE streams SET status = 'rehearsal', started_at = 1, version = version + 1").await;
    let channel = app.anonymous().channel("carl").await;
    let seen = &channel["state"];
    assert_eq!((&seen["status"], &seen["isLive"]), (&json!("offline"), &json!(false)));
    assert_eq!(seen["startedAt"], Value::Null);
    let first = app.anonymous().events(CHANNEL).await.next().await.expect("an event");
    assert_eq!(first.data["status"], "offline");
    assert_eq!(app.anonymous().get("/api/channels").await.ok()["items"], json!([]));
    // Its creator sees it as it is.
    assert_eq!(carl.status().await["status"], "rehearsal");
    let first = carl.events("/api/stream/events").await.next().await.expect("an event");
    assert_eq!(first.data["status"], "rehearsal");
}

async fn events_end_when_the_server_stops(database: Database) {
    let mut app = TestApp::start(database).await;
    let carl = app.creator("carl").await;
    let mut all = Vec::new();
    for path in [CHANNEL, "/api/stream/events", "/api/account/events"] {
        all.push(carl.events(path).await);
    }
    app.stop().await;
    for mut events in all {
        while events.next().await.is_some() {}
    }
}

async fn the_room_is_told_every_newest_state(database: Database) {
    let app = TestApp::start(database).await;
    let (carl, encoder) = app.carl_on_air().await;
    let live = app.livekit.until_metadata(encoder.stream_id(), "it is told", |told| told["status"] == "live").await;
    let mut state = app.anonymous().channel("carl").await["state"].clone();
    assert_eq!(live["version"], state["version"]);
    carl.put("/api/stream/info", json!({ "title": "Now" })).await.ok();
    let told = app.livekit.until_metadata(encoder.stream_id(), "it is told", |told| told["title"] == "Now").await;
    state = app.anonymous().channel("carl").await["state"].clone();
    for name in ["version", "status", "isLive", "startedAt", "title", "thumbnail", "chat"] {
        assert_eq!(told[name], state[name], "{name}");
    }
    carl.put("/api/stream/chat-settings", json!({ "slowModeSeconds": 5 })).await.ok();
    let what = "it is told the rules";
    app.livekit.until_metadata(encoder.stream_id(), what, |told| told["chat"]["slowModeSeconds"] == 5).await;
}

async fn what_the_room_is_told_never_goes_back(database: Database) {
    let app = TestApp::start(database).await;
    let (carl, encoder) = app.carl_on_air().await;
    app.livekit.until_metadata(encoder.stream_id(), "it is told", |told| told["status"] == "live").await;
    // The first one is slow, and the others come meanwhile.
    let gate = app.livekit.hold("UpdateRoomMetadata");
    let changes: Vec<Value> = (3..=30).map(|n| json!({ "slowModeSeconds": n })).collect();
    let all = join_all(changes.into_iter().map(|change| carl.put("/api/stream/chat-settings", change))).await;
    all.into_iter().for_each(|answer| drop(answer.ok()));
    gate.until_held().await;
    gate.release();
    let version = carl.status().await["version"].clone();
    let what = "it is told the newest";
    app.livekit.until_metadata(encoder.stream_id(), what, |told| told["version"] == version).await;
    let versions: Vec<i64> =
        app.livekit.metadata(encoder.stream_id()).iter().map(|told| told["version"].as_i64().unwrap()).collect();
    assert!(versions.is_sorted_by(|a, b| a < b), "{versions:?}");
}

async fn a_new_room_is_told_again(database: Database) {
    let app = TestApp::start(database).await;
    let (carl, encoder) = app.carl_on_air().await;
    let told = app.livekit.until_metadata(encoder.stream_id(), "it is told", |told| told["status"] == "live").await;
    // LiveKit was killed: the room is made anew, and its metadata is gone.
    app.livekit.close_room(encoder.stream_id());
    let again = app.encoder_appears(&carl.get("/api/stream/credentials").await.ok());
    again.say(&again.room_started()).await;
    again.say(&again.joined()).await;
    let again =
        app.livekit.until_metadata(encoder.stream_id(), "it is told again", |told| told["status"] == "live").await;
    assert_eq!(again["version"], told["version"]);
}

async fn a_room_that_missed_a_state_is_told_when_somebody_comes_to_watch(database: Database) {
    let app = TestApp::start(database).await;
    let (carl, encoder) = app.carl_on_air().await;
    app.livekit.until_metadata(encoder.stream_id(), "it is told", |told| told["status"] == "live").await;
    app.livekit.next("UpdateRoomMetadata", Fault::Refuse("internal"));
    carl.put("/api/stream/info", json!({ "title": "Missed" })).await.ok();
    let ask = json!({ "username": "carl" });
    // The first one may come before the failure: the next one tells it then.
    let guest = app.anonymous();
    let told = crate::support::eventually("the room is told", || async {
        guest.post("/api/channel/token", ask.clone()).await.ok();
        let last = app.livekit.metadata(encoder.stream_id()).pop();
        last.filter(|told| told["title"] == "Missed")
    })
    .await;
    assert_eq!(told["version"], carl.status().await["version"]);
}

async fn a_rehearsal_is_not_told_to_the_room(database: Database) {
    let app = TestApp::start(database).await;
    let carl = app.creator("carl").await;
    let encoder = app.encoder_appears(&carl.make_key().await);
    app.execute("UPDATE streams SET status = 'rehearsal', started_at = 1, version = version + 1").await;
    carl.put("/api/stream/info", json!({ "title": "Soon" })).await.ok();
    let told = app.livekit.until_metadata(encoder.stream_id(), "it is told", |told| told["title"] == "Soon").await;
    assert_eq!((&told["status"], &told["startedAt"]), (&json!("offline"), &Value::Null));
}

/// Somebody comes into the room or leaves it, and LiveKit says so.
async fn say_audience(app: &TestApp, name: &str, stream: &str, sid: &str, identity: &str) {
    let who = participant(sid, identity, "STANDARD");
    let said = event(name, json!({ "room": room(stream), "participant": who }));
    app.receive(&Webhook::of(&said)).await.ok();
}

async fn people_are_counted_and_not_connections(database: Database) {
    let app = TestApp::start(database).await;
    let (carl, encoder) = app.carl_on_air().await;
    let bob = app.user("bob").await;
    let ask = json!({ "username": "carl" });
    let mut last = String::new();
    // Two tabs of bob, one guest, and the creator's own preview, each as the token says they are.
    for caller in [&bob, &bob, &app.anonymous(), &carl] {
        let identity =
            caller.post("/api/channel/token", ask.clone()).await.ok()["identity"].as_str().unwrap().to_owned();
        last = app.livekit.join(encoder.stream_id(), &identity, Kind::Standard);
        say_audience(&app, "participant_joined", encoder.stream_id(), &last, &identity).await;
    }
    crate::support::eventually("two people are counted", || async {
        (carl.status().await["viewerCount"] == 2).then_some(())
    })
    .await;
    assert_eq!(app.anonymous().channel("carl").await["state"]["viewerCount"], 2);
    let listed = app.anonymous().get("/api/channels").await.ok();
    assert_eq!(listed["items"][0]["viewerCount"], 2);
    app.livekit.leave(encoder.stream_id(), &last);
    encoder.stops().await;
    assert_eq!(carl.status().await["viewerCount"], 0);
    assert_eq!(app.anonymous().channel("carl").await["state"]["viewerCount"], 0);
}

async fn the_count_reaches_viewers_without_a_version(database: Database) {
    let app = TestApp::start(database).await;
    let (carl, encoder) = app.carl_on_air().await;
    app.livekit.until_metadata(encoder.stream_id(), "it is told", |told| told["status"] == "live").await;
    let version = carl.status().await["version"].clone();
    let mut viewer = app.anonymous().events(CHANNEL).await;
    let mut own = carl.events("/api/stream/events").await;
    let told = app.livekit.metadata(encoder.stream_id()).len();
    for n in 1..=3 {
        let identity = format!("guest-{n}#1");
        let sid = app.livekit.join(encoder.stream_id(), &identity, Kind::Standard);
        say_audience(&app, "participant_joined", encoder.stream_id(), &sid, &identity).await;
    }
    for events in [&mut viewer, &mut own] {
        events.until("viewers", |seen| seen["viewerCount"] == 3).await;
    }
    assert_eq!(carl.status().await["version"], version);
    let metadata = app.livekit.metadata(encoder.stream_id());
    assert_eq!(metadata.len(), told, "{metadata:?}");
}
