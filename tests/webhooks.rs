//! LiveKit's webhooks: signed or not, once or twice, in any order, and what they make of a stream. What is true in the
//! end is what is in the room, which these tests set apart from what is said.

use livekit_protocol::participant_info::Kind;
use reqwest::Method;
use serde_json::{Value, json};

use crate::support::{
    Caller, Database, Encoder, Events, TestApp, Webhook,
    livekit::{API_KEY, API_SECRET},
    webhook::{event, participant, room},
};

on_both_databases![
    only_livekit_can_send_one,
    what_is_signed_but_no_webhook_is_400,
    one_that_is_too_large_is_refused,
    one_that_means_nothing_here_is_taken,
    one_about_a_room_that_is_not_ours_changes_nothing,
    each_sign_of_an_encoder_alone_makes_it_live,
    the_signs_of_a_start_come_in_any_order_and_count_once,
    the_signs_of_an_end_come_in_any_order_and_count_once,
    all_signs_in_any_order_end_in_the_truth,
    one_that_is_sent_again_counts_once,
    a_start_that_comes_after_its_end_is_not_believed,
    the_end_of_another_session_ends_nothing,
    a_second_encoder_takes_over_without_an_offline_flash,
    an_encoder_that_is_refused_is_told_to_its_creator_alone,
    a_viewer_who_joins_makes_nothing_live,
    one_that_could_not_be_stored_is_sent_again,
    one_that_cannot_be_stored_takes_no_other_with_it,
    ten_at_once_are_all_taken,
    an_encoder_that_is_back_in_time_goes_on_with_its_broadcast,
    an_encoder_that_is_back_too_late_begins_another_broadcast,
    without_livekit_none_is_taken,
];

/// A creator who is called carl, with a key, and an encoder that is there but of which nothing was said.
async fn carl_with_an_encoder(app: &TestApp) -> (Caller, Encoder) {
    let carl = app.creator("carl").await;
    let key = carl.make_key().await;
    let encoder = app.encoder_appears(&key);
    (carl, encoder)
}

/// A change that is sure to come after all that was said before: when its state is there, so are the others.
async fn settle(creator: &Caller, events: &mut Events) {
    let title = format!("Settled {}", uuid::Uuid::now_v7());
    creator.put("/api/stream/info", json!({ "title": title })).await.ok();
    events.until("state", |state| state["title"] == title.as_str()).await;
}

async fn only_livekit_can_send_one(database: Database) {
    let app = TestApp::start(database).await;
    let (carl, encoder) = carl_with_an_encoder(&app).await;
    let body = serde_json::to_vec(&encoder.started()).unwrap();
    // Or the room itself would tell, to whoever looks into it meanwhile.
    encoder.vanishes();
    let right = Webhook::signed(body.clone());
    let unsigned = Webhook { authorization: String::new(), ..right.clone() };
    let garbage = Webhook { authorization: "a.b.c".into(), ..right.clone() };
    let of_a_script = Webhook { authorization: carl.with_token().await.credential().to_owned(), ..right.clone() };
    let other_secret = Webhook::signed_with(body.clone(), API_KEY, "another-secret-of-at-least-32-characters", 300);
    let other_key = Webhook::signed_with(body.clone(), "otherkey", API_SECRET, 300);
    let expired = Webhook::signed_with(body, API_KEY, API_SECRET, -600);
    let for_calls = livekit_api::access_token::AccessToken::with_api_key(API_KEY, API_SECRET).to_jwt().unwrap();
    let for_calls = Webhook { authorization: for_calls, ..right.clone() };
    let tampered = right.clone().tampered();
    for wrong in [unsigned, garbage, of_a_script, other_secret, other_key, expired, for_calls, tampered] {
        app.receive(&wrong).await.refused(401, "WRONG_CREDENTIALS");
    }
    assert_eq!(carl.status().await["status"], "offline");
    assert_eq!(app.number("SELECT count(*) FROM webhook_events").await, 0);
    app.receive(&right).await.ok();
    assert_eq!(carl.status().await["status"], "live");
}

async fn what_is_signed_but_no_webhook_is_400(database: Database) {
    let app = TestApp::start(database).await;
    let (_, encoder) = carl_with_an_encoder(&app).await;
    let whole = serde_json::to_vec(&encoder.started()).unwrap();
    let truncated = &whole[..whole.len() / 2];
    let not_utf8 = [&whole[..20], b"\xff\xfe", &whole[20..]].concat();
    for body in [truncated, &not_utf8, b"", b"null", b"[]", b"{}", b"\"ingress_started\"", b"\x00\x01"] {
        app.receive(&Webhook::signed(body)).await.refused(400, "BAD_REQUEST");
    }
}

async fn one_that_is_too_large_is_refused(database: Database) {
    let app = TestApp::start(database).await;
    let huge = event("room_started", json!({ "room": { "name": "x".repeat(2 * 1024 * 1024) } }));
    let request = app.anonymous().request(Method::POST, "/api/webhook/livekit");
    let webhook = Webhook::of(&huge);
    let request = request.header("authorization", webhook.authorization).body(webhook.body);
    // The answer may come before the body is through, which then breaks off.
    if let Ok(response) = request.send().await {
        assert_eq!(response.status().as_u16(), 413);
    }
    let large = event("room_started", json!({ "room": { "name": "x".repeat(200 * 1024) } }));
    app.receive(&Webhook::of(&large)).await.ok();
}

async fn one_that_means_nothing_here_is_taken(database: Database) {
    let app = TestApp::start(database).await;
    let (carl, encoder) = carl_with_an_encoder(&app).await;
    // Nobody is there to be found, however long this takes.
    encoder.vanishes();
    let stream = room(encoder.stream_id());
    for said in [
        event("egress_started", json!({ "egressInfo": { "egressId": "EG_1" } })),
        event("something_new", json!({ "aField": { "of": ["the", "future"] } })),
        event("room_finished", json!({ "room": stream })),
        event("ingress_started", json!({})),
        event("participant_joined", json!({ "room": stream })),
    ] {
        app.receive(&Webhook::of(&said)).await.ok();
    }
    assert_eq!(carl.status().await["status"], "offline");
}

async fn one_about_a_room_that_is_not_ours_changes_nothing(database: Database) {
    let app = TestApp::start(database).await;
    let (carl, encoder) = carl_with_an_encoder(&app).await;
    // Nobody is there to be found, however long this takes.
    encoder.vanishes();
    let mut foreign = encoder.started();
    foreign["ingressInfo"]["ingressId"] = json!("IN_foreign");
    foreign["ingressInfo"]["roomName"] = json!("elsewhere");
    let of_a_stranger = participant("PA_foreign", "stranger", "INGRESS");
    for said in [
        foreign.clone(),
        event("room_started", json!({ "room": room("elsewhere") })),
        event("participant_joined", json!({ "room": room("elsewhere"), "participant": of_a_stranger })),
    ] {
        app.receive(&Webhook::of(&said)).await.ok();
        app.receive(&Webhook::of(&said)).await.ok();
    }
    assert_eq!(carl.status().await["status"], "offline");
    assert_eq!(app.number("SELECT count(*) FROM webhook_events").await, 3, "their ids are kept");
    assert_eq!(app.livekit.ingresses().len(), 1, "nothing was deleted");
}

async fn each_sign_of_an_encoder_alone_makes_it_live(database: Database) {
    let app = TestApp::start(database).await;
    for name in ["carl", "dora"] {
        let creator = app.creator(name).await;
        let encoder = app.encoder_appears(&creator.make_key().await);
        encoder.say(&if name == "carl" { encoder.started() } else { encoder.joined() }).await;
        let status = creator.status().await;
        assert_eq!((&status["status"], &status["isLive"]), (&json!("live"), &json!(true)));
        assert!(status["startedAt"].is_string());
    }
}

/// All orders of so many things.
fn orders(count: usize) -> Vec<Vec<usize>> {
    if count == 0 {
        return vec![vec![]];
    }
    let shorter = orders(count - 1).into_iter();
    shorter
        .flat_map(|order| {
            (0..count).map(move |place| {
                let mut order = order.clone();
                order.insert(place, count - 1);
                order
            })
        })
        .collect()
}

async fn the_signs_of_a_start_come_in_any_order_and_count_once(database: Database) {
    let app = TestApp::start(database).await;
    let (carl, first) = carl_with_an_encoder(&app).await;
    first.vanishes();
    let key = carl.get("/api/stream/credentials").await.ok();
    for order in orders(3) {
        let before = carl.status().await["version"].as_i64().unwrap();
        let encoder = app.encoder_appears(&key);
        let signs = [encoder.room_started(), encoder.joined(), encoder.started()];
        for place in &order {
            encoder.say(&signs[*place]).await;
        }
        let status = carl.status().await;
        assert_eq!((&status["status"], &status["version"]), (&json!("live"), &json!(before + 1)), "{order:?}");
        encoder.stops().await;
        assert_eq!(carl.status().await["status"], "offline", "{order:?}");
    }
    assert_eq!(app.number("SELECT count(*) FROM broadcasts").await, 1, "each was back in time");
    assert_eq!(app.number("SELECT count(*) FROM broadcast_drops").await, 5);
}

async fn the_signs_of_an_end_come_in_any_order_and_count_once(database: Database) {
    let app = TestApp::start(database).await;
    let carl = app.creator("carl").await;
    let key = carl.make_key().await;
    for order in orders(2) {
        let encoder = app.encoder_connects(&key).await;
        let before = carl.status().await["version"].as_i64().unwrap();
        encoder.vanishes();
        let signs = [encoder.left(), encoder.ended()];
        for place in &order {
            encoder.say(&signs[*place]).await;
        }
        let status = carl.status().await;
        assert_eq!((&status["status"], &status["version"]), (&json!("offline"), &json!(before + 1)), "{order:?}");
        assert_eq!((&status["startedAt"], &status["viewerCount"]), (&Value::Null, &json!(0)));
    }
}

async fn all_signs_in_any_order_end_in_the_truth(database: Database) {
    let app = TestApp::start(database).await;
    // Each order has a stream of its own, so that none is helped by another's end.
    let some = [[3, 2, 1, 0], [2, 3, 0, 1], [0, 3, 1, 2], [1, 2, 0, 3], [3, 0, 2, 1], [2, 1, 3, 0]];
    for (n, order) in some.into_iter().enumerate() {
        let name = format!("creator{n}");
        let creator = app.creator(&name).await;
        let encoder = app.encoder_appears(&creator.make_key().await);
        encoder.vanishes();
        let signs = [encoder.started(), encoder.joined(), encoder.left(), encoder.ended()];
        for place in order {
            encoder.say(&signs[place]).await;
        }
    }
    for n in 0..some.len() {
        app.until_channel(&format!("creator{n}"), "it is offline", |state| state["status"] == "offline").await;
    }
}

async fn one_that_is_sent_again_counts_once(database: Database) {
    let app = TestApp::start(database).await;
    let (carl, encoder) = carl_with_an_encoder(&app).await;
    let (started, ended) = (Webhook::of(&encoder.started()), Webhook::of(&encoder.ended()));
    app.receive(&started).await.ok();
    let version = carl.status().await["version"].clone();
    app.receive(&started).await.ok();
    assert_eq!(carl.status().await["version"], version);
    encoder.vanishes();
    app.receive(&ended).await.ok();
    let version = carl.status().await["version"].clone();
    for again in [&started, &ended, &started] {
        app.receive(again).await.ok();
    }
    let status = carl.status().await;
    assert_eq!((&status["status"], &status["version"]), (&json!("offline"), &version));
    assert_eq!(app.number("SELECT count(*) FROM webhook_events").await, 2);
}

async fn a_start_that_comes_after_its_end_is_not_believed(database: Database) {
    let app = TestApp::start(database).await;
    let (carl, encoder) = carl_with_an_encoder(&app).await;
    encoder.vanishes();
    let mut events = app.viewer_events().await;
    for sign in [encoder.ended(), encoder.left(), encoder.started(), encoder.joined()] {
        encoder.say(&sign).await;
    }
    settle(&carl, &mut events).await;
    assert_eq!(events.statuses(), ["offline"]);
}

async fn the_end_of_another_session_ends_nothing(database: Database) {
    let app = TestApp::start(database).await;
    let carl = app.creator("carl").await;
    let key = carl.make_key().await;
    let old = app.encoder_connects(&key).await;
    old.stops().await;
    let new = app.encoder_connects(&key).await;
    let mut events = app.viewer_events().await;
    let looks = app.livekit.looks();
    for sign in [old.ended(), old.left(), old.started(), old.joined()] {
        new.say(&sign).await;
    }
    // What does not fit is asked of the room.
    app.livekit.until_looked(looks, 1).await;
    settle(&carl, &mut events).await;
    assert_eq!(events.statuses(), ["live"]);
}

async fn a_second_encoder_takes_over_without_an_offline_flash(database: Database) {
    let app = TestApp::start(database).await;
    let carl = app.creator("carl").await;
    let first = app.encoder_connects(&carl.make_key().await).await;
    let started_at = carl.status().await["startedAt"].clone();
    let mut events = app.viewer_events().await;
    let mut own = carl.events("/api/stream/events").await;
    let second = first.is_taken_over().await;
    assert_eq!(own.until("notice", |_| true).await["code"], "ENCODER_TOOK_OVER");
    // Late, of the first.
    second.say(&first.ended()).await;
    let looks = app.livekit.looks();
    app.livekit.until_looked(looks, 1).await;
    settle(&carl, &mut events).await;
    assert_eq!(events.statuses(), ["live"]);
    assert!(events.seen.iter().all(|event| event.name != "notice"), "viewers are not told");
    assert_eq!(carl.status().await["startedAt"], started_at);
    assert_eq!(app.number("SELECT count(*) FROM broadcasts").await, 1);
    assert_eq!(app.number("SELECT count(*) FROM broadcast_drops").await, 0);
    second.stops().await;
    events.until_status("offline").await;
}

async fn an_encoder_that_is_refused_is_told_to_its_creator_alone(database: Database) {
    let app = TestApp::start(database).await;
    let (carl, encoder) = carl_with_an_encoder(&app).await;
    encoder.vanishes();
    let mut events = app.viewer_events().await;
    let mut own = carl.events("/api/stream/events").await;
    own.until("state", |_| true).await;
    encoder.say(&encoder.failed("server capacity exceeded")).await;
    let notice = own.until("notice", |_| true).await;
    assert_eq!((&notice["code"], &notice["reason"]), (&json!("ENCODER_REFUSED"), &json!("NO_ROOM")));
    settle(&carl, &mut events).await;
    assert_eq!(events.statuses(), ["offline"]);
    assert!(events.seen.iter().all(|event| event.name != "notice"));
}

async fn a_viewer_who_joins_makes_nothing_live(database: Database) {
    let app = TestApp::start(database).await;
    let (carl, encoder) = carl_with_an_encoder(&app).await;
    encoder.vanishes();
    let sid = app.livekit.join(encoder.stream_id(), "somebody#1", Kind::Standard);
    for kind in ["STANDARD", "EGRESS", "AGENT"] {
        let who = participant(&sid, "somebody#1", kind);
        let said = event("participant_joined", json!({ "room": room(encoder.stream_id()), "participant": who }));
        app.receive(&Webhook::of(&said)).await.ok();
    }
    assert_eq!(carl.status().await["status"], "offline");
}

async fn one_that_could_not_be_stored_is_sent_again(database: Database) {
    let app = TestApp::start(database).await;
    let (carl, encoder) = carl_with_an_encoder(&app).await;
    let started = Webhook::of(&encoder.started());
    app.execute("ALTER TABLE broadcasts RENAME TO broadcasts_gone").await;
    app.receive(&started).await.refused(500, "INTERNAL");
    assert_eq!(app.number("SELECT count(*) FROM webhook_events").await, 0, "the id goes with its effect");
    assert_eq!(app.number("SELECT count(*) FROM streams WHERE status <> 'offline'").await, 0);
    app.execute("ALTER TABLE broadcasts_gone RENAME TO broadcasts").await;
    app.receive(&started).await.ok();
    assert_eq!(carl.status().await["status"], "live");
}

async fn one_that_cannot_be_stored_takes_no_other_with_it(database: Database) {
    let app = TestApp::start(database).await;
    let (carl, encoder) = carl_with_an_encoder(&app).await;
    app.execute(match database {
        Database::Sqlite => {
            "CREATE TRIGGER refused BEFORE INSERT ON webhook_events WHEN NEW.id = 'EV_refused'
             BEGIN SELECT RAISE(ABORT, 'refused'); END"
        }
        Database::Postgres => "ALTER TABLE webhook_events ADD CONSTRAINT refused CHECK (id <> 'EV_refused')",
    })
    .await;
    let mut refused = encoder.joined();
    refused["id"] = json!("EV_refused");
    let mut all = vec![refused, encoder.started()];
    all.extend((0..40).map(|_| event("room_finished", json!({ "room": room(encoder.stream_id()) }))));
    let all: Vec<Webhook> = all.iter().map(Webhook::of).collect();
    let mut answers = futures::future::join_all(all.iter().map(|one| app.receive(one))).await.into_iter();
    answers.next().expect("the first").refused(500, "INTERNAL");
    answers.for_each(|answer| drop(answer.ok()));
    assert_eq!(app.number("SELECT count(*) FROM webhook_events").await, 41);
    assert_eq!(carl.status().await["status"], "live");
}

async fn ten_at_once_are_all_taken(database: Database) {
    let app = TestApp::start(database).await;
    let (carl, encoder) = carl_with_an_encoder(&app).await;
    let before = carl.status().await["version"].as_i64().unwrap();
    let (started, joined) = (Webhook::of(&encoder.started()), Webhook::of(&encoder.joined()));
    let all = (0..10).map(|n| app.receive(if n % 2 == 0 { &started } else { &joined }));
    for answer in futures::future::join_all(all).await {
        answer.ok();
    }
    let status = carl.status().await;
    assert_eq!((&status["status"], &status["version"]), (&json!("live"), &json!(before + 1)));
    assert_eq!(app.number("SELECT count(*) FROM broadcasts").await, 1);
}

async fn an_encoder_that_is_back_in_time_goes_on_with_its_broadcast(database: Database) {
    let app = TestApp::start(database).await;
    let carl = app.creator("carl").await;
    let key = carl.make_key().await;
    let first = app.encoder_connects(&key).await;
    let started_at = carl.status().await["startedAt"].clone();
    first.stops().await;
    assert_eq!(app.number("SELECT count(*) FROM broadcasts WHERE ended_at IS NOT NULL").await, 1);
    app.execute("UPDATE broadcasts SET ended_at = ended_at - 80000").await;
    app.encoder_connects(&key).await;
    assert_eq!(carl.status().await["startedAt"], started_at, "the same broadcast, so the same beginning");
    assert_eq!(app.number("SELECT count(*) FROM broadcasts").await, 1);
    assert_eq!(app.number("SELECT count(*) FROM broadcast_drops").await, 1);
    let off_air = app.number("SELECT ended_at - started_at FROM broadcast_drops").await;
    assert!((80_000..120_000).contains(&off_air), "{off_air}");
}

async fn an_encoder_that_is_back_too_late_begins_another_broadcast(database: Database) {
    let app = TestApp::start(database).await;
    let carl = app.creator("carl").await;
    let key = carl.make_key().await;
    app.encoder_connects(&key).await.stops().await;
    app.execute("UPDATE broadcasts SET ended_at = ended_at - 91000").await;
    app.encoder_connects(&key).await;
    assert_eq!(app.number("SELECT count(*) FROM broadcasts").await, 2);
    assert_eq!(app.number("SELECT count(*) FROM broadcast_drops").await, 0);
}

async fn without_livekit_none_is_taken(database: Database) {
    let app = TestApp::with(database, &[("LIVEKIT_URL", "")]).await;
    app.receive(&Webhook::of(&event("room_started", json!({ "room": room("x") }))))
        .await
        .refused(401, "WRONG_CREDENTIALS");
}
