//! The stream key: made, shown and deleted, and what is left when LiveKit does not do its part. Whatever fails, a key
//! works or is void, and nothing is in between.

use livekit_protocol::{IngressInput, TrackSource};
use serde_json::{Value, json};

use crate::support::{Caller, Database, Fault, TestApp, caller::password_of, eventually, livekit};

on_both_databases![
    a_key_is_made_for_rtmp_unless_whip_is_asked_for,
    the_way_in_leads_to_the_room_of_the_stream_as_its_creator,
    the_kind_of_input_is_checked,
    without_a_key_there_is_nothing_to_show_or_delete,
    a_new_key_is_made_after_the_old_one_is_deleted,
    a_key_is_deleted,
    a_key_that_livekit_does_not_know_counts_as_deleted,
    while_live_the_key_cannot_change,
    a_rehearsal_is_no_time_for_a_new_key_either,
    when_deleting_fails_the_old_key_still_works,
    when_creating_fails_the_old_key_is_void_and_nothing_is_half_done,
    when_a_first_key_cannot_be_made_nothing_has_changed,
    when_livekit_is_down_nothing_has_changed,
    when_livekit_hangs_the_answer_still_comes,
    when_ingress_is_gone_a_new_key_is_made_all_the_same,
    a_way_in_whose_answer_was_lost_is_removed_again,
    a_way_in_that_could_not_be_stored_is_removed_again,
    of_two_changes_at_once_one_is_refused,
    a_change_is_done_to_its_end_when_its_caller_goes_away,
    a_way_in_that_somebody_else_made_is_left_alone,
    without_livekit_nobody_is_taken_a_key_that_goes_on_there,
    a_key_that_a_clock_which_went_back_has_reserved_can_be_made,
    without_livekit_the_rest_works,
];

async fn shown(creator: &Caller) -> Value {
    creator.get("/api/stream/credentials").await.ok()
}

/// The old key is shown as before, LiveKit has it and no other, and the next change works.
async fn assert_unchanged(app: &TestApp, creator: &Caller, key: &Value) {
    assert_eq!(shown(creator).await["streamKey"], key["streamKey"]);
    assert_eq!(ids_at_livekit(app), [key["ingressId"].as_str().unwrap()]);
}

/// There is no key, here or there, and one can be made.
async fn assert_none_and_able(app: &TestApp, creator: &Caller) {
    creator.get("/api/stream/credentials").await.refused(404, "NO_KEY");
    let status = creator.status().await;
    assert_eq!((&status["hasKey"], &status["inputType"]), (&json!(false), &Value::Null));
    assert_eq!(ids_at_livekit(app), [] as [String; 0]);
    let made = creator.make_key().await;
    assert_unchanged(app, creator, &made).await;
}

fn ids_at_livekit(app: &TestApp) -> Vec<String> {
    app.livekit.ingresses().into_iter().map(|one| one.ingress_id).collect()
}

async fn a_key_is_made_for_rtmp_unless_whip_is_asked_for(database: Database) {
    let app = TestApp::start(database).await;
    let ann = app.first_user().await;
    for (body, kind) in [
        (None, "rtmp"),
        (Some(json!({})), "rtmp"),
        (Some(json!({ "inputType": "whip" })), "whip"),
        (Some(json!({ "inputType": "rtmp", "other": 1 })), "rtmp"),
    ] {
        let answer = match body {
            None => ann.post_nothing("/api/stream/ingress").await,
            Some(body) => ann.post("/api/stream/ingress", body).await,
        };
        let made = answer.ok();
        let mut names: Vec<&String> = made.as_object().unwrap().keys().collect();
        names.sort_unstable();
        assert_eq!(names, ["ingressId", "inputType", "serverUrl", "streamKey"]);
        assert_eq!(made["inputType"], kind);
        let scheme = if kind == "rtmp" { "rtmp://" } else { "http" };
        assert!(made["serverUrl"].as_str().unwrap().starts_with(scheme), "{made}");
        let expected = json!({ "serverUrl": made["serverUrl"], "streamKey": made["streamKey"], "inputType": kind });
        assert_eq!(shown(&ann).await, expected);
        let status = ann.status().await;
        assert_eq!((&status["hasKey"], &status["inputType"]), (&json!(true), &json!(kind)));
    }
}

async fn the_way_in_leads_to_the_room_of_the_stream_as_its_creator(database: Database) {
    let app = TestApp::start(database).await;
    let ann = app.first_user().await;
    let me = ann.get("/api/auth/me").await.ok();
    let stream = app.text("SELECT id FROM streams").await.unwrap();
    for (kind, input, transcoded) in
        [("rtmp", IngressInput::RtmpInput, Some(true)), ("whip", IngressInput::WhipInput, Some(false))]
    {
        ann.post("/api/stream/ingress", json!({ "inputType": kind })).await.ok();
        let made = app.livekit.ingresses().remove(0);
        assert_eq!((made.room_name.as_str(), made.input_type()), (stream.as_str(), input));
        assert_eq!(made.participant_identity, me["id"].as_str().unwrap());
        assert_eq!(made.enable_transcoding, transcoded);
        assert_eq!(made.video.unwrap().source, TrackSource::Camera as i32);
        assert_eq!(made.audio.unwrap().source, TrackSource::Microphone as i32);
    }
}

async fn the_kind_of_input_is_checked(database: Database) {
    let app = TestApp::start(database).await;
    let ann = app.first_user().await;
    for wrong in [json!("srt"), json!("RTMP"), json!(""), Value::Null] {
        ann.post("/api/stream/ingress", json!({ "inputType": wrong })).await.names(&["inputType"]);
    }
    for wrong in [json!(1), json!(true), json!([]), json!({})] {
        ann.post("/api/stream/ingress", json!({ "inputType": wrong })).await.refused(400, "BAD_REQUEST");
    }
    assert!(app.livekit.take_changes().is_empty());
}

async fn without_a_key_there_is_nothing_to_show_or_delete(database: Database) {
    let app = TestApp::start(database).await;
    let ann = app.first_user().await;
    ann.get("/api/stream/credentials").await.refused(404, "NO_KEY");
    ann.delete("/api/stream/ingress").await.refused(404, "NO_KEY");
}

async fn a_new_key_is_made_after_the_old_one_is_deleted(database: Database) {
    let app = TestApp::start(database).await;
    let ann = app.first_user().await;
    let old = ann.make_key().await;
    app.livekit.take_changes();
    let new = ann.make_key().await;
    assert_ne!(old["streamKey"], new["streamKey"]);
    assert_ne!(old["ingressId"], new["ingressId"]);
    assert_eq!(app.livekit.take_changes(), ["DeleteIngress", "CreateIngress"]);
    assert_unchanged(&app, &ann, &new).await;
}

async fn a_key_is_deleted(database: Database) {
    let app = TestApp::start(database).await;
    let ann = app.first_user().await;
    ann.make_key().await;
    ann.delete("/api/stream/ingress").await.ok();
    ann.delete("/api/stream/ingress").await.refused(404, "NO_KEY");
    assert_none_and_able(&app, &ann).await;
}

async fn a_key_that_livekit_does_not_know_counts_as_deleted(database: Database) {
    let app = TestApp::start(database).await;
    let ann = app.first_user().await;
    ann.make_key().await;
    app.livekit.lose_ingresses();
    let made = ann.make_key().await;
    assert_unchanged(&app, &ann, &made).await;
    app.livekit.lose_ingresses();
    ann.delete("/api/stream/ingress").await.ok();
    assert_none_and_able(&app, &ann).await;
}

async fn while_live_the_key_cannot_change(database: Database) {
    let app = TestApp::start(database).await;
    let ann = app.first_user().await;
    let key = ann.make_key().await;
    let encoder = app.encoder_connects(&key).await;
    app.livekit.take_changes();
    let error = ann.post_nothing("/api/stream/ingress").await.refused(409, "WHILE_LIVE");
    assert!(error["message"].as_str().unwrap().contains("live"), "{error}");
    ann.delete("/api/stream/ingress").await.refused(409, "WHILE_LIVE");
    assert!(app.livekit.take_changes().is_empty());
    assert_unchanged(&app, &ann, &key).await;
    encoder.stops().await;
    ann.make_key().await;
}

async fn a_rehearsal_is_no_time_for_a_new_key_either(database: Database) {
    let app = TestApp::start(database).await;
    let ann = app.first_user().await;
    ann.make_key().await;
    for status in [
        "UPDATE streams SET status = 'rehearsal'",
        "UPDATE streams SET status = 'reconnecting', reconnecting_until = 9000000000000",
    ] {
        app.execute(status).await;
        ann.post_nothing("/api/stream/ingress").await.refused(409, "WHILE_LIVE");
        ann.delete("/api/stream/ingress").await.refused(409, "WHILE_LIVE");
    }
}

async fn when_deleting_fails_the_old_key_still_works(database: Database) {
    let app = TestApp::start(database).await;
    let ann = app.first_user().await;
    let key = ann.make_key().await;
    for code in ["internal", "unavailable", "resource_exhausted"] {
        app.livekit.next("DeleteIngress", Fault::Refuse(code));
        let error = ann.post_nothing("/api/stream/ingress").await.refused(502, "LIVEKIT_FAILED");
        assert!(error["message"].as_str().unwrap().contains("old key still works"), "{error}");
        assert_unchanged(&app, &ann, &key).await;
        app.livekit.next("DeleteIngress", Fault::Refuse(code));
        let error = ann.delete("/api/stream/ingress").await.refused(502, "LIVEKIT_FAILED");
        assert!(error["message"].as_str().unwrap().contains("old key still works"), "{error}");
        assert_unchanged(&app, &ann, &key).await;
    }
    ann.make_key().await;
}

async fn when_creating_fails_the_old_key_is_void_and_nothing_is_half_done(database: Database) {
    let app = TestApp::start(database).await;
    let ann = app.first_user().await;
    ann.make_key().await;
    app.livekit.next("CreateIngress", Fault::Refuse("internal"));
    let error = ann.post_nothing("/api/stream/ingress").await.refused(502, "LIVEKIT_FAILED");
    assert!(error["message"].as_str().unwrap().contains("old key is void"), "{error}");
    assert_none_and_able(&app, &ann).await;
}

async fn when_a_first_key_cannot_be_made_nothing_has_changed(database: Database) {
    let app = TestApp::start(database).await;
    let ann = app.first_user().await;
    app.livekit.next("CreateIngress", Fault::Refuse("resource_exhausted"));
    let error = ann.post_nothing("/api/stream/ingress").await.refused(502, "LIVEKIT_FAILED");
    assert!(error["message"].as_str().unwrap().contains("Nothing has changed"), "{error}");
    assert_none_and_able(&app, &ann).await;
}

async fn when_livekit_is_down_nothing_has_changed(database: Database) {
    let app = TestApp::start(database).await;
    let ann = app.first_user().await;
    let key = ann.make_key().await;
    app.livekit.go_down();
    ann.post_nothing("/api/stream/ingress").await.refused(503, "LIVEKIT_UNREACHABLE");
    ann.delete("/api/stream/ingress").await.refused(503, "LIVEKIT_UNREACHABLE");
    assert_eq!(shown(&ann).await["streamKey"], key["streamKey"]);
    app.livekit.come_up();
    assert_unchanged(&app, &ann, &key).await;
    ann.make_key().await;
}

async fn when_livekit_hangs_the_answer_still_comes(database: Database) {
    let app = TestApp::start(database).await;
    let ann = app.first_user().await;
    app.livekit.next("CreateIngress", Fault::Hang);
    let began = std::time::Instant::now();
    ann.post_nothing("/api/stream/ingress").await.refused(503, "LIVEKIT_UNREACHABLE");
    assert!(began.elapsed().as_secs() < 10, "{:?}", began.elapsed());
    assert_none_and_able(&app, &ann).await;
}

/// LiveKit asks ingress to give up the old way in, waits in vain, and deletes it then.
async fn when_ingress_is_gone_a_new_key_is_made_all_the_same(database: Database) {
    let app = TestApp::start(database).await;
    let ann = app.first_user().await;
    ann.make_key().await;
    app.livekit.next("DeleteIngress", Fault::DoLate);
    let key = ann.make_key().await;
    assert_unchanged(&app, &ann, &key).await;
}

async fn a_way_in_whose_answer_was_lost_is_removed_again(database: Database) {
    let app = TestApp::start(database).await;
    let ann = app.first_user().await;
    app.livekit.next("CreateIngress", Fault::LoseAnswer);
    ann.post_nothing("/api/stream/ingress").await.refused(503, "LIVEKIT_UNREACHABLE");
    assert_eq!(app.livekit.count("CreateIngress"), 1, "it was made");
    assert_none_and_able(&app, &ann).await;
    // Deleted, and only the answer lost: nobody can know, and asking again mends it.
    app.livekit.next("DeleteIngress", Fault::LoseAnswer);
    ann.delete("/api/stream/ingress").await.refused(503, "LIVEKIT_UNREACHABLE");
    ann.delete("/api/stream/ingress").await.ok();
    assert_none_and_able(&app, &ann).await;
}

async fn a_way_in_that_could_not_be_stored_is_removed_again(database: Database) {
    let app = TestApp::start(database).await;
    let ann = app.first_user().await;
    let (fill, empty) = match database {
        Database::Sqlite => (
            "CREATE TRIGGER full_disk BEFORE UPDATE OF sealed_key ON streams WHEN NEW.sealed_key IS NOT NULL
             BEGIN SELECT RAISE(ABORT, 'the disk is full'); END",
            "DROP TRIGGER full_disk",
        ),
        Database::Postgres => (
            "ALTER TABLE streams ADD CONSTRAINT full_disk CHECK (sealed_key IS NULL)",
            "ALTER TABLE streams DROP CONSTRAINT full_disk",
        ),
    };
    app.execute(fill).await;
    ann.post_nothing("/api/stream/ingress").await.refused(500, "INTERNAL");
    assert_eq!(app.livekit.take_changes(), ["CreateIngress", "DeleteIngress"]);
    app.execute(empty).await;
    assert_none_and_able(&app, &ann).await;
}

async fn of_two_changes_at_once_one_is_refused(database: Database) {
    let app = TestApp::start(database).await;
    let ann = app.first_user().await;
    ann.make_key().await;
    let (gate, first) = app.key_in_the_making(&ann).await;
    ann.post_nothing("/api/stream/ingress").await.refused(409, "CONFLICT");
    gate.release();
    let made = first.await.unwrap().ok();
    assert_unchanged(&app, &ann, &made).await;
    // The same while a key is deleted.
    let gate = app.livekit.hold("DeleteIngress");
    let other = ann.clone();
    let first = tokio::spawn(async move { other.delete("/api/stream/ingress").await });
    gate.until_held().await;
    ann.post_nothing("/api/stream/ingress").await.refused(409, "CONFLICT");
    ann.delete("/api/stream/ingress").await.refused(409, "CONFLICT");
    gate.release();
    first.await.unwrap().ok();
    assert_none_and_able(&app, &ann).await;
}

async fn a_change_is_done_to_its_end_when_its_caller_goes_away(database: Database) {
    let app = TestApp::start(database).await;
    let ann = app.first_user().await;
    let old = ann.make_key().await;
    let (gate, asking) = app.key_in_the_making(&ann).await;
    asking.abort();
    assert!(asking.await.unwrap_err().is_cancelled());
    gate.release();
    let made = eventually("the new key is stored", || async {
        let answer = ann.get("/api/stream/credentials").await;
        (answer.status == 200).then(|| answer.ok())
    })
    .await;
    assert_ne!(made["streamKey"], old["streamKey"]);
    let at_livekit = app.livekit.ingresses();
    assert_eq!(at_livekit.len(), 1);
    assert_eq!(made["streamKey"], at_livekit[0].stream_key);
    ann.make_key().await;
}

async fn a_way_in_that_somebody_else_made_is_left_alone(database: Database) {
    let app = TestApp::start(database).await;
    let ann = app.first_user().await;
    let foreign = livekit_protocol::IngressInfo {
        ingress_id: "IN_foreign".into(),
        room_name: "somebody-elses-room".into(),
        ..Default::default()
    };
    app.livekit.with(|state: &mut livekit::State| state.ingresses.insert(foreign.ingress_id.clone(), foreign));
    ann.make_key().await;
    ann.make_key().await;
    ann.delete("/api/stream/ingress").await.ok();
    assert_eq!(ids_at_livekit(&app), ["IN_foreign"]);
}

async fn without_livekit_nobody_is_taken_a_key_that_goes_on_there(database: Database) {
    let app = TestApp::with(database, &[("LIVEKIT_URL", "")]).await;
    let carl = app.creator("carl").await;
    let of_before =
        "UPDATE streams SET ingress_id = 'IN_carl', input_type = 'rtmp', server_url = 'rtmp://x', sealed_key = 'x'
                     WHERE user_id = (SELECT id FROM users WHERE username = 'carl')";
    assert_eq!(app.execute(of_before).await, 1);
    let id = app.text("SELECT id FROM creator_applications WHERE about = 'Music'").await;
    app.decide(&json!(id), "revoke", Some("Against the rules.")).await.refused(503, "LIVEKIT_UNREACHABLE");
    let deleting = json!({ "password": password_of("carl"), "confirm": "carl" });
    carl.post("/api/account/delete", deleting).await.refused(503, "LIVEKIT_UNREACHABLE");
    assert_eq!(carl.status().await["hasKey"], true, "nothing has changed");
}

async fn a_key_that_a_clock_which_went_back_has_reserved_can_be_made(database: Database) {
    let app = TestApp::start(database).await;
    let carl = app.creator("carl").await;
    // Until 2100.
    app.execute("UPDATE streams SET ingress_claimed_until = 4102444800000").await;
    carl.make_key().await;
}

async fn without_livekit_the_rest_works(database: Database) {
    let app = TestApp::with(database, &[("LIVEKIT_URL", "")]).await;
    let ann = app.first_user().await;
    ann.post_nothing("/api/stream/ingress").await.refused(503, "LIVEKIT_UNREACHABLE");
    ann.put("/api/stream/info", json!({ "title": "Soon" })).await.ok();
    ann.put("/api/stream/chat-settings", json!({ "isChatEnabled": false })).await.ok();
    assert_eq!(app.anonymous().channel("ann").await["state"]["title"], "Soon");
}
