//! What a creator does to what comes in: rehearsing, going live, ending, letting in again, and waiting out drops. Each
//! also with a LiveKit that fails or is away half-way.

use futures::future::join_all;
use livekit_protocol::participant_info::Kind;
use serde_json::{Value, json};

use crate::support::{
    Caller, Database, Encoder, Fault, TestApp, Webhook,
    encoder::PICTURE,
    webhook::{event, participant, room},
};

on_both_databases![
    a_rehearsal_is_seen_by_the_creator_alone,
    who_comes_to_a_rehearsal_with_an_old_token_is_removed,
    a_rehearsal_goes_on_between_two_encoders,
    a_rehearsal_goes_live_when_its_creator_says_so,
    without_a_title_a_rehearsal_does_not_go_live,
    going_live_takes_a_rehearsal,
    on_air_the_rehearsal_cannot_be_switched,
    what_changes_nothing_holds_up_nobody_however_often_it_is_sent,
    a_rehearsal_stays_switched_on_for_the_next_encoder,
    a_stream_that_is_ended_is_off_air_at_once_and_keeps_its_encoder_out,
    who_slips_in_after_an_end_is_thrown_out,
    resuming_lets_the_encoder_in_again_with_the_same_key,
    when_livekit_fails_the_stream_ends_as_soon_as_it_answers,
    when_livekit_is_away_the_encoder_stays_out,
    what_livekit_was_told_last_is_what_is_stored,
    a_new_key_is_not_kept_out,
    an_end_counts_even_with_protection,
    a_drop_is_waited_out_and_is_one_broadcast,
    a_drop_that_lasts_too_long_is_an_end,
    without_protection_a_drop_is_an_end_and_one_broadcast,
    the_time_to_wait_is_one_of_four,
    the_last_use_is_remembered_with_its_picture,
    the_creator_is_told_of_each_change_and_viewers_of_none,
    other_pages_of_the_creator_are_told_of_a_key,
    a_first_broadcast_is_over_when_it_ended_for_good,
    after_a_clock_that_went_back_the_next_broadcast_is_another,
    a_rehearsal_leaves_no_broadcast,
    what_comes_from_the_browser_is_rehearsed_and_ended_like_the_rest,
    going_live_from_the_browser_is_no_use_of_the_key,
    an_end_that_the_browser_was_not_told_of_is_none,
    an_end_finds_a_browser_between_two_tracks,
    who_is_gone_is_removed_also_when_livekit_does_not_say_so,
    a_room_whose_node_is_too_slow_is_not_taken_for_empty,
];

const END: &str = "/api/stream/end";
const RESUME: &str = "/api/stream/resume";
const REHEARSAL: &str = "/api/stream/rehearsal";
const GO_LIVE: &str = "/api/stream/go-live";
const PROTECTION: &str = "/api/stream/protection";
const TOKEN: &str = "/api/channel/token";

async fn rehearsing(app: &TestApp) -> (Caller, Encoder) {
    let carl = app.creator("carl").await;
    let key = carl.make_key().await;
    let status = carl.post(REHEARSAL, json!({ "enabled": true })).await.ok();
    assert_eq!((&status["isRehearsalOn"], &status["status"]), (&json!(true), &json!("offline")));
    let encoder = app.encoder_connects(&key).await;
    (carl, encoder)
}

async fn title(creator: &Caller, title: &str) {
    creator.put("/api/stream/info", json!({ "title": title })).await.ok();
}

fn carl_s_channel() -> Value {
    json!({ "username": "carl" })
}

async fn until_removed(app: &TestApp, room: &str, identity: &str) {
    app.livekit
        .until(&format!("{identity} is removed"), |state| {
            let room = state.rooms.get(room)?;
            room.participants.iter().all(|one| one.identity != identity).then_some(())
        })
        .await;
}

async fn a_rehearsal_is_seen_by_the_creator_alone(database: Database) {
    let app = TestApp::start(database).await;
    let (carl, _) = rehearsing(&app).await;
    let status = carl.status().await;
    assert_eq!((&status["status"], &status["isLive"]), (&json!("rehearsal"), &json!(false)));
    assert!(status["startedAt"].is_string(), "{status}");
    assert_eq!(app.anonymous().channel("carl").await["state"]["status"], "offline");
    assert_eq!(app.anonymous().get("/api/channels").await.ok()["items"], json!([]));
    let bob = app.user("bob").await;
    for caller in [&bob, &app.anonymous(), &app.creator("dora").await] {
        caller.post(TOKEN, carl_s_channel()).await.refused(409, "CHANNEL_OFFLINE");
    }
    assert!(carl.post(TOKEN, carl_s_channel()).await.ok()["token"].is_string());
    bob.post("/api/chat/messages", json!({ "username": "carl", "text": "Hello" }))
        .await
        .refused(409, "CHANNEL_OFFLINE");
}

async fn who_comes_to_a_rehearsal_with_an_old_token_is_removed(database: Database) {
    let app = TestApp::start(database).await;
    let carl = app.creator("carl").await;
    let key = carl.make_key().await;
    carl.post(REHEARSAL, json!({ "enabled": true })).await.ok();
    // One is in the room before the encoder, which no webhook tells of.
    let before = app.encoder_appears(&key);
    app.livekit.join(before.stream_id(), "guest-early#1", Kind::Standard);
    before.say(&before.started()).await;
    until_removed(&app, before.stream_id(), "guest-early#1").await;
    // The other comes during it. The creator's own preview stays.
    let own = carl.post(TOKEN, carl_s_channel()).await.ok()["identity"].as_str().expect("a text").to_owned();
    let mut sids = Vec::new();
    for identity in [own.as_str(), "guest-late#1"] {
        let sid = app.livekit.join(before.stream_id(), identity, Kind::Standard);
        let who = participant(&sid, identity, "STANDARD");
        let said = event("participant_joined", json!({ "room": room(before.stream_id()), "participant": who }));
        app.receive(&Webhook::of(&said)).await.ok();
        sids.push(sid);
    }
    until_removed(&app, before.stream_id(), "guest-late#1").await;
    let still_there = app.livekit.with(|state| state.rooms[before.stream_id()].participants.clone());
    assert!(still_there.iter().any(|one| one.sid == sids[0]), "{still_there:?}");
    assert_eq!(carl.status().await["status"], "rehearsal");
}

async fn a_rehearsal_goes_on_between_two_encoders(database: Database) {
    let app = TestApp::start(database).await;
    let (carl, first) = rehearsing(&app).await;
    let key = carl.get("/api/stream/credentials").await.ok();
    let mut own = carl.events("/api/stream/events").await;
    own.until_status("rehearsal").await;
    // It has gone on for a while, and no look at its beginning is still to come.
    tokio::time::sleep(std::time::Duration::from_secs(2)).await;
    app.execute("UPDATE streams SET updated_at = updated_at - 10000").await;
    let looks = [app.livekit.hold("ListParticipants"), app.livekit.hold("ListParticipants")];
    first.vanishes();
    first.say(&first.left()).await;
    // One look finds nobody; before the next one another encoder is there.
    looks[0].release();
    looks[1].until_held().await;
    assert_eq!(carl.status().await["status"], "rehearsal");
    let second = app.encoder_connects(&key).await;
    looks[1].release();
    own.ever("notice", |notice| notice["code"] == "ENCODER_TOOK_OVER").await;
    second.stops().await;
    own.until_status("offline").await;
    assert_eq!(own.statuses(), ["rehearsal", "offline"]);
}

async fn a_rehearsal_goes_live_when_its_creator_says_so(database: Database) {
    let app = TestApp::start(database).await;
    let (carl, encoder) = rehearsing(&app).await;
    title(&carl, "Now").await;
    let mut viewer = app.anonymous().events("/api/channel/events?username=carl").await;
    let status = carl.post(GO_LIVE, json!({})).await.ok();
    assert_eq!((&status["status"], &status["isRehearsalOn"]), (&json!("live"), &json!(false)));
    viewer.until_status("live").await;
    assert_eq!(viewer.statuses(), ["offline", "live"]);
    app.anonymous().post(TOKEN, carl_s_channel()).await.ok();
    encoder.stops().await;
    assert_eq!(carl.status().await["status"], "offline");
    // The next encoder is live without asking.
    app.encoder_connects(&carl.get("/api/stream/credentials").await.ok()).await;
    assert_eq!(carl.status().await["status"], "live");
}

async fn without_a_title_a_rehearsal_does_not_go_live(database: Database) {
    let app = TestApp::start(database).await;
    let (carl, _) = rehearsing(&app).await;
    carl.post(GO_LIVE, json!({})).await.names(&["title"]);
    assert_eq!(carl.status().await["status"], "rehearsal");
    title(&carl, "Now").await;
    carl.post(GO_LIVE, json!({})).await.ok();
}

async fn going_live_takes_a_rehearsal(database: Database) {
    let app = TestApp::start(database).await;
    let (carl, encoder) = app.carl_on_air().await;
    title(&carl, "Now").await;
    carl.post(GO_LIVE, json!({})).await.refused(409, "CONFLICT");
    encoder.stops().await;
    carl.post(GO_LIVE, json!({})).await.refused(409, "CONFLICT");
}

async fn on_air_the_rehearsal_cannot_be_switched(database: Database) {
    let app = TestApp::start(database).await;
    let (carl, encoder, key) = app.carl_on_air_with_key().await;
    carl.post(REHEARSAL, json!({ "enabled": true })).await.refused(409, "WHILE_LIVE");
    encoder.stops().await;
    carl.post(REHEARSAL, json!({ "enabled": true })).await.ok();
    app.encoder_connects(&key).await;
    carl.post(REHEARSAL, json!({ "enabled": false })).await.refused(409, "WHILE_LIVE");
    carl.post(REHEARSAL, json!({})).await.refused(400, "BAD_REQUEST");
}

/// More at once than there are connections to the database.
async fn what_changes_nothing_holds_up_nobody_however_often_it_is_sent(database: Database) {
    let app = TestApp::start(database).await;
    let carl = app.creator("carl").await;
    let rehearsals = (0..12).map(|_| carl.post(REHEARSAL, json!({ "enabled": false })));
    join_all(rehearsals).await.into_iter().for_each(|answer| drop(answer.ok()));
    let protections = (0..12).map(|_| carl.put(PROTECTION, json!({ "disconnectProtectionSeconds": 0 })));
    join_all(protections).await.into_iter().for_each(|answer| drop(answer.ok()));
}

async fn a_rehearsal_stays_switched_on_for_the_next_encoder(database: Database) {
    let app = TestApp::start(database).await;
    let (carl, encoder) = rehearsing(&app).await;
    encoder.stops().await;
    let status = carl.status().await;
    assert_eq!((&status["status"], &status["isRehearsalOn"]), (&json!("offline"), &json!(true)));
    app.encoder_connects(&carl.get("/api/stream/credentials").await.ok()).await;
    assert_eq!(carl.status().await["status"], "rehearsal");
}

async fn a_stream_that_is_ended_is_off_air_at_once_and_keeps_its_encoder_out(database: Database) {
    let app = TestApp::start(database).await;
    let (carl, encoder, key) = app.carl_on_air_with_key().await;
    let status = carl.post(END, json!({})).await.ok();
    assert_eq!((&status["status"], &status["endedByCreator"]), (&json!("offline"), &json!(true)));
    assert!(!encoder.is_let_in());
    encoder.is_cut().await;
    assert_eq!(carl.get("/api/stream/info").await.ok()["endedByCreator"], true);
    assert_eq!(carl.get("/api/stream/credentials").await.ok()["streamKey"], key["streamKey"]);
    // Twice is as once.
    carl.post(END, json!({})).await.ok();
    assert_eq!(app.number("SELECT count(*) FROM broadcasts WHERE ended_at IS NOT NULL").await, 1);
}

async fn who_slips_in_after_an_end_is_thrown_out(database: Database) {
    let app = TestApp::start(database).await;
    let (carl, encoder, key) = app.carl_on_air_with_key().await;
    carl.post(END, json!({})).await.ok();
    encoder.is_cut().await;
    let again = app.encoder_connects(&key).await;
    assert_eq!(carl.status().await["status"], "offline");
    app.livekit
        .until("it is thrown out", |state| {
            state.rooms[again.stream_id()].participants.iter().all(|one| one.sid != again.sid).then_some(())
        })
        .await;
    assert_eq!(carl.status().await["status"], "offline");
}

async fn resuming_lets_the_encoder_in_again_with_the_same_key(database: Database) {
    let app = TestApp::start(database).await;
    let (carl, encoder, key) = app.carl_on_air_with_key().await;
    carl.post(END, json!({})).await.ok();
    encoder.is_cut().await;
    let status = carl.post(RESUME, json!({})).await.ok();
    assert_eq!((&status["status"], &status["endedByCreator"]), (&json!("offline"), &json!(false)));
    assert!(encoder.is_let_in());
    let again = app.encoder_connects(&key).await;
    assert_eq!(carl.status().await["status"], "live");
    // Where nothing is closed nothing is opened: that would cut the encoder.
    carl.post(RESUME, json!({})).await.ok();
    let there = app.livekit.with(|state| state.rooms[again.stream_id()].participants.len());
    assert_eq!((there, &carl.status().await["status"]), (1, &json!("live")));
}

async fn when_livekit_fails_the_stream_ends_as_soon_as_it_answers(database: Database) {
    for (fault, status, code) in [
        (Fault::Refuse("internal"), 502, "LIVEKIT_FAILED"),
        (Fault::Hang, 503, "LIVEKIT_UNREACHABLE"),
        (Fault::LoseAnswer, 503, "LIVEKIT_UNREACHABLE"),
    ] {
        let app = TestApp::start(database).await;
        let (carl, encoder) = app.carl_on_air().await;
        app.livekit.next("UpdateIngress", fault);
        carl.post(END, json!({})).await.refused(status, code);
        assert_eq!(carl.status().await["endedByCreator"], true);
        app.until_channel("carl", "it is over", |state| state["status"] == "offline").await;
        assert!(!encoder.is_let_in());
    }
}

async fn when_livekit_is_away_the_encoder_stays_out(database: Database) {
    let app = TestApp::start(database).await;
    let (carl, _) = app.carl_on_air().await;
    carl.post(END, json!({})).await.ok();
    app.livekit.go_down();
    carl.post(RESUME, json!({})).await.refused(503, "LIVEKIT_UNREACHABLE");
    assert_eq!(carl.status().await["endedByCreator"], true);
    app.livekit.come_up();
    carl.post(RESUME, json!({})).await.ok();
}

async fn what_livekit_was_told_last_is_what_is_stored(database: Database) {
    let app = TestApp::start(database).await;
    let (carl, encoder) = app.carl_on_air().await;
    let gate = app.livekit.hold("UpdateIngress");
    let resume = async {
        gate.until_held().await;
        let resume = async { carl.post(RESUME, json!({})).await.ok() };
        let release = async {
            // Time enough for what could overtake the end.
            for _ in 0..20 {
                carl.status().await;
            }
            gate.release();
        };
        tokio::join!(resume, release)
    };
    tokio::join!(async { carl.post(END, json!({})).await.ok() }, resume);
    assert_eq!((&carl.status().await["endedByCreator"], encoder.is_let_in()), (&json!(false), true));
}

async fn a_new_key_is_not_kept_out(database: Database) {
    let app = TestApp::start(database).await;
    let (carl, encoder) = app.carl_on_air().await;
    let mut own = carl.events("/api/stream/events").await;
    carl.post(END, json!({})).await.ok();
    encoder.is_cut().await;
    own.until("state", |state| state["endedByCreator"] == true).await;
    let key = carl.make_key().await;
    // Other tabs are told, too.
    own.until("state", |state| state["endedByCreator"] == false).await;
    assert_eq!(carl.status().await["endedByCreator"], false);
    app.encoder_connects(&key).await;
    assert_eq!(carl.status().await["status"], "live");
}

async fn protect(creator: &Caller, seconds: u32) {
    let status = creator.put(PROTECTION, json!({ "disconnectProtectionSeconds": seconds })).await.ok();
    assert_eq!(status["disconnectProtectionSeconds"], seconds);
}

async fn an_end_counts_even_with_protection(database: Database) {
    let app = TestApp::start(database).await;
    let (carl, encoder) = app.carl_on_air().await;
    protect(&carl, 300).await;
    assert_eq!(carl.post(END, json!({})).await.ok()["status"], "offline");
    encoder.is_cut().await;
    assert_eq!(carl.status().await["status"], "offline");
}

async fn a_drop_is_waited_out_and_is_one_broadcast(database: Database) {
    let app = TestApp::start(database).await;
    let (carl, encoder, key) = app.carl_on_air_with_key().await;
    protect(&carl, 300).await;
    let began = carl.status().await["startedAt"].clone();
    encoder.stops().await;
    let status = carl.status().await;
    assert_eq!((&status["status"], &status["isLive"]), (&json!("reconnecting"), &json!(true)));
    let bob = app.user("bob").await;
    let said = json!({ "username": "carl", "text": "Where did he go?" });
    bob.post("/api/chat/messages", said).await.ok();
    // Longer than what reopens a broadcast by itself: the protection decides.
    app.execute("UPDATE broadcasts SET ended_at = ended_at - 120000").await;
    app.encoder_connects(&key).await;
    let back = carl.status().await;
    assert_eq!((&back["status"], &back["startedAt"]), (&json!("live"), &began));
    assert_eq!(app.number("SELECT count(*) FROM broadcasts").await, 1);
    assert_eq!(app.number("SELECT count(*) FROM broadcast_drops").await, 1);
}

async fn a_drop_that_lasts_too_long_is_an_end(database: Database) {
    let app = TestApp::start(database).await;
    let (carl, encoder) = app.carl_on_air().await;
    protect(&carl, 30).await;
    encoder.stops().await;
    assert_eq!(carl.status().await["status"], "reconnecting");
    app.execute("UPDATE streams SET reconnecting_until = 1 WHERE reconnecting_until IS NOT NULL").await;
    app.until_channel("carl", "it is offline", |state| state["status"] == "offline").await;
    assert_eq!(app.number("SELECT count(*) FROM broadcasts WHERE ended_at IS NULL").await, 0);
}

async fn without_protection_a_drop_is_an_end_and_one_broadcast(database: Database) {
    let app = TestApp::start(database).await;
    let (carl, encoder, key) = app.carl_on_air_with_key().await;
    encoder.stops().await;
    assert_eq!(carl.status().await["status"], "offline");
    app.execute("UPDATE broadcasts SET ended_at = ended_at - 85000").await;
    app.encoder_connects(&key).await;
    assert_eq!(carl.status().await["status"], "live");
    assert_eq!(app.number("SELECT count(*) FROM broadcasts").await, 1);
}

async fn the_time_to_wait_is_one_of_four(database: Database) {
    let app = TestApp::start(database).await;
    let carl = app.creator("carl").await;
    for seconds in [0, 30, 90, 300] {
        protect(&carl, seconds).await;
    }
    carl.put(PROTECTION, json!({ "disconnectProtectionSeconds": 31 })).await.names(&["disconnectProtectionSeconds"]);
    carl.put(PROTECTION, json!({ "disconnectProtectionSeconds": -1 })).await.refused(400, "BAD_REQUEST");
    assert_eq!(carl.status().await["disconnectProtectionSeconds"], 300);
}

async fn the_last_use_is_remembered_with_its_picture(database: Database) {
    let app = TestApp::start(database).await;
    let carl = app.creator("carl").await;
    assert_eq!(carl.status().await["lastUsed"], Value::Null);
    let key = carl.make_key().await;
    let encoder = app.encoder_connects(&key).await;
    encoder.stops().await;
    let last = carl.status().await["lastUsed"].clone();
    assert_eq!((&last["width"], &last["height"]), (&json!(PICTURE.0), &json!(PICTURE.1)));
    assert!(last["at"].is_string(), "{last}");
}

async fn the_creator_is_told_of_each_change_and_viewers_of_none(database: Database) {
    let app = TestApp::start(database).await;
    let carl = app.creator("carl").await;
    let mut own = carl.events("/api/stream/events").await;
    let mut viewer = app.anonymous().events("/api/channel/events?username=carl").await;
    carl.post(REHEARSAL, json!({ "enabled": true })).await.ok();
    own.until("state", |state| state["isRehearsalOn"] == true).await;
    protect(&carl, 90).await;
    own.until("state", |state| state["disconnectProtectionSeconds"] == 90).await;
    title(&carl, "Last").await;
    viewer.until("state", |state| state["title"] == "Last").await;
    for state in viewer.states() {
        for name in ["hasKey", "isRehearsalOn", "endedByCreator", "disconnectProtectionSeconds", "lastUsed"] {
            assert_eq!(state.get(name), None, "{state}");
        }
    }
}

async fn other_pages_of_the_creator_are_told_of_a_key(database: Database) {
    let app = TestApp::start(database).await;
    let carl = app.creator("carl").await;
    let mut own = carl.events("/api/stream/events").await;
    own.until("state", |state| state["hasKey"] == false).await;
    carl.make_key().await;
    own.until("state", |state| state["hasKey"] == true).await;
    carl.delete("/api/stream/ingress").await.ok();
    own.until("state", |state| state["hasKey"] == false).await;
}

async fn a_first_broadcast_is_over_when_it_ended_for_good(database: Database) {
    let app = TestApp::start(database).await;
    let (carl, encoder) = rehearsing(&app).await;
    let has_streamed = async || carl.status().await["hasStreamed"].clone();
    encoder.stops().await;
    assert_eq!(has_streamed().await, false, "a rehearsal is no broadcast");
    carl.post(REHEARSAL, json!({ "enabled": false })).await.ok();
    protect(&carl, 300).await;
    let key = carl.get("/api/stream/credentials").await.ok();
    let encoder = app.encoder_connects(&key).await;
    assert_eq!(has_streamed().await, false, "it is on air");
    encoder.stops().await;
    assert_eq!((&carl.status().await["status"], &has_streamed().await), (&json!("reconnecting"), &json!(false)));
    carl.post(END, json!({})).await.ok();
    assert_eq!(has_streamed().await, true);
    // Longer ago than what reopens a broadcast: the next one is another.
    app.execute("UPDATE broadcasts SET ended_at = ended_at - 120000").await;
    carl.post(RESUME, json!({})).await.ok();
    app.encoder_connects(&key).await;
    assert_eq!((&carl.status().await["status"], &has_streamed().await), (&json!("live"), &json!(true)));
}

async fn after_a_clock_that_went_back_the_next_broadcast_is_another(database: Database) {
    let app = TestApp::start(database).await;
    let carl = app.creator("carl").await;
    let key = carl.make_key().await;
    app.encoder_connects(&key).await.stops().await;
    let ahead = "UPDATE broadcasts SET started_at = started_at + 3600000, ended_at = ended_at + 3600000";
    assert_eq!(app.execute(ahead).await, 1);
    app.encoder_connects(&key).await;
    assert_eq!(carl.status().await["status"], "live");
    assert_eq!(app.number("SELECT count(*) FROM broadcasts").await, 2);
}

async fn a_rehearsal_leaves_no_broadcast(database: Database) {
    let app = TestApp::start(database).await;
    let (carl, encoder) = rehearsing(&app).await;
    encoder.stops().await;
    assert_eq!(app.number("SELECT count(*) FROM broadcasts").await, 0);
    assert_eq!(app.anonymous().channel("carl").await["lastLiveAt"], Value::Null);
    assert!(carl.status().await["lastUsed"]["at"].is_string());
}

async fn what_comes_from_the_browser_is_rehearsed_and_ended_like_the_rest(database: Database) {
    let app = TestApp::start(database).await;
    let carl = app.creator("carl").await;
    title(&carl, "Now").await;
    carl.post(REHEARSAL, json!({ "enabled": true })).await.ok();
    let browser = app.browser_connects(&carl).await;
    assert_eq!(carl.status().await["status"], "rehearsal");
    assert_eq!(carl.post(GO_LIVE, json!({})).await.ok()["status"], "live");
    // Without a key nothing comes back by itself: there is nothing to keep out.
    let status = carl.post(END, json!({})).await.ok();
    assert_eq!((&status["status"], &status["endedByCreator"]), (&json!("offline"), &json!(false)));
    until_removed(&app, &browser.stream_id, &browser.identity).await;
    carl.make_key().await;
    assert_eq!(carl.post(END, json!({})).await.ok()["endedByCreator"], true);
    carl.post_nothing("/api/stream/browser-token").await.refused(409, "CONFLICT");
    carl.post(RESUME, json!({})).await.ok();
    app.browser_connects(&carl).await;
    assert_eq!(carl.status().await["status"], "live");
}

async fn going_live_from_the_browser_is_no_use_of_the_key(database: Database) {
    let app = TestApp::start(database).await;
    let carl = app.creator("carl").await;
    carl.make_key().await;
    let browser = app.browser_connects(&carl).await;
    browser.stops().await;
    let status = carl.status().await;
    assert_eq!((&status["status"], &status["lastUsed"]), (&json!("offline"), &Value::Null));
}

async fn an_end_that_the_browser_was_not_told_of_is_none(database: Database) {
    let app = TestApp::start(database).await;
    let carl = app.creator("carl").await;
    let browser = app.browser_connects(&carl).await;
    app.livekit.always("RemoveParticipant", Fault::Refuse("internal"));
    carl.post(END, json!({})).await.refused(502, "LIVEKIT_FAILED");
    assert_eq!(carl.status().await["status"], "live");
    app.livekit.heal();
    assert_eq!(carl.post(END, json!({})).await.ok()["status"], "offline");
    until_removed(&app, &browser.stream_id, &browser.identity).await;
}

async fn an_end_finds_a_browser_between_two_tracks(database: Database) {
    let app = TestApp::start(database).await;
    let carl = app.creator("carl").await;
    let browser = app.browser_joins(&carl).await;
    carl.post(END, json!({})).await.ok();
    until_removed(&app, &browser.stream_id, &browser.identity).await;
}

/// LiveKit waits seconds for somebody who left just before, and then says nothing in time.
async fn who_is_gone_is_removed_also_when_livekit_does_not_say_so(database: Database) {
    let app = TestApp::start(database).await;
    let carl = app.creator("carl").await;
    app.browser_connects(&carl).await;
    app.livekit.next("RemoveParticipant", Fault::Hang);
    carl.post(END, json!({})).await.refused(503, "LIVEKIT_UNREACHABLE");
    assert_eq!(carl.status().await["status"], "live", "it is still there");
    app.livekit.next("RemoveParticipant", Fault::LoseAnswer);
    assert_eq!(carl.post(END, json!({})).await.ok()["status"], "offline");
}

/// The node that holds the room has taken the question, and is too slow to answer it.
async fn a_room_whose_node_is_too_slow_is_not_taken_for_empty(database: Database) {
    let app = TestApp::start(database).await;
    let carl = app.creator("carl").await;
    app.browser_connects(&carl).await;
    app.livekit.always("ListParticipants", Fault::Refuse("deadline_exceeded"));
    app.livekit.next("RemoveParticipant", Fault::Refuse("deadline_exceeded"));
    carl.post(END, json!({})).await.refused(503, "LIVEKIT_UNREACHABLE");
    assert_eq!(carl.status().await["status"], "live", "it is still there");
}
