//! `streamit doctor`: it finds nothing wrong where nothing is, and names what is. It leaves nothing behind, and prints
//! no secret.

use serde_json::json;
use tokio::net::TcpListener;

use crate::support::{
    Database, Fault, TestApp, Webhook,
    program::Spoken,
    webhook::{event, room},
};

on_both_databases![
    where_all_is_well_it_finds_nothing_and_leaves_nothing,
    webhooks_that_do_not_arrive_are_found,
    a_livekit_that_is_away_or_refuses_the_key_is_found,
    an_ingress_that_does_not_answer_is_found,
    a_server_that_does_not_run_is_said,
    wrong_settings_are_found_and_told_without_secrets,
];

/// Runs it beside the app, with settings changed.
async fn doctor(app: &TestApp, changed: &[(&str, &str)]) -> Spoken {
    let here = app.address().to_string();
    let settings: Vec<_> = [("STREAMIT_ADDR", here.as_str())].into_iter().chain(changed.iter().copied()).collect();
    let spoken = app.command(&["doctor"], &settings, "").await;
    assert!(!spoken.said.contains(app.setting("LIVEKIT_API_SECRET")), "{spoken:?}");
    spoken
}

/// The same beside a LiveKit that tells of rooms, as it does.
async fn doctor_is_told(app: &TestApp, changed: &[(&str, &str)]) -> Spoken {
    let telling = async {
        let find = |state: &crate::support::livekit::State| {
            state.rooms.keys().find(|name| name.starts_with("streamit-doctor-")).cloned()
        };
        let name = app.livekit.until("the doctor's room is there", find).await;
        app.receive(&Webhook::of(&event("room_started", json!({ "room": room(&name) })))).await.ok();
        name
    };
    let (spoken, name) = tokio::join!(doctor(app, changed), telling);
    assert!(!app.livekit.with(|state| state.rooms.contains_key(&name)), "its room is gone");
    spoken
}

fn says(spoken: &Spoken, sign: char, words: &str) {
    let is_it = |line: &str| line.starts_with(sign) && line.contains(words);
    assert!(spoken.said.lines().any(is_it), "{sign} {words} in\n{}{}", spoken.said, spoken.complained);
}

async fn where_all_is_well_it_finds_nothing_and_leaves_nothing(database: Database) {
    let app = TestApp::start(database).await;
    let carl = app.creator("carl").await;
    // Where encoders connect.
    let ingress = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let rtmp = format!("rtmp://{}/x", ingress.local_addr().unwrap());
    carl.make_key().await;
    app.livekit.with(|state| state.ingresses.values_mut().for_each(|one| one.url.clone_from(&rtmp)));
    // As the real one: it waits for a node that has that room.
    app.livekit.always("ListParticipants", Fault::RefuseLate("unavailable"));
    let pictures = app.number("SELECT count(*) FROM pictures").await;
    let spoken = doctor_is_told(&app, &[]).await;
    assert_eq!(spoken.code, 0, "{spoken:?}");
    assert!(!spoken.said.contains('✗'), "{spoken:?}");
    for words in [
        "The settings can be used",
        "can be written",
        "is up to date",
        "Pictures can be stored",
        "StreamIt runs at",
        "LiveKit answers",
        "clock and this one agree",
        &format!("Encoders can connect to {rtmp}"),
        "asks its nodes",
        "webhooks arrive",
    ] {
        says(&spoken, '✓', words);
    }
    assert_eq!(app.number("SELECT count(*) FROM pictures").await, pictures);
    let media = std::path::Path::new(app.setting("STREAMIT_DATA_DIR")).join("media");
    assert_eq!(std::fs::read_dir(media).unwrap().count(), 0);
    let made = app.livekit.take_changes();
    assert_eq!(made, ["CreateIngress", "CreateRoom", "DeleteRoom"]);
}

async fn webhooks_that_do_not_arrive_are_found(database: Database) {
    let app = TestApp::start(database).await;
    let spoken = doctor(&app, &[]).await;
    assert_eq!(spoken.code, 1, "{spoken:?}");
    says(&spoken, '✗', "No webhook of LiveKit's arrived within 5 s");
    assert!(spoken.complained.contains("One thing is wrong."), "{spoken:?}");
}

async fn a_livekit_that_is_away_or_refuses_the_key_is_found(database: Database) {
    let app = TestApp::start(database).await;
    let spoken = doctor(&app, &[("LIVEKIT_API_SECRET", "another-secret-that-is-long-enough-too")]).await;
    assert_eq!(spoken.code, 1, "{spoken:?}");
    says(&spoken, '✗', "Check LIVEKIT_API_KEY and LIVEKIT_API_SECRET");
    app.livekit.go_down();
    let spoken = doctor(&app, &[]).await;
    assert_eq!(spoken.code, 1, "{spoken:?}");
    says(&spoken, '✗', "LiveKit does not answer");
    let spoken = doctor(&app, &[("LIVEKIT_URL", "")]).await;
    assert_eq!(spoken.code, 0, "{spoken:?}");
    says(&spoken, '·', "LiveKit is not set up");
}

async fn an_ingress_that_does_not_answer_is_found(database: Database) {
    let app = TestApp::start(database).await;
    app.creator("carl").await.make_key().await;
    // A port that was free a moment ago, and that nobody listens on.
    let closed = crate::support::livekit::bound(crate::support::livekit::any_port());
    let whip = format!("http://{}/w", closed.local_addr().unwrap());
    app.livekit.with(|state| state.ingresses.values_mut().for_each(|one| one.url.clone_from(&whip)));
    let spoken = doctor_is_told(&app, &[]).await;
    assert_eq!(spoken.code, 1, "{spoken:?}");
    says(&spoken, '✗', &format!("Nothing answers at {whip}"));
    app.livekit.always("ListIngress", Fault::Refuse("unavailable"));
    says(&doctor_is_told(&app, &[]).await, '✗', "LiveKit has no ingress that answers");
}

async fn a_server_that_does_not_run_is_said(database: Database) {
    let mut app = TestApp::start(database).await;
    app.stop().await;
    let spoken = doctor(&app, &[]).await;
    assert_eq!(spoken.code, 1, "{spoken:?}");
    says(&spoken, '·', "StreamIt does not run at");
    says(&spoken, '✗', "start StreamIt, and run this again");
    says(&spoken, '✓', "is up to date");
}

async fn wrong_settings_are_found_and_told_without_secrets(database: Database) {
    let app = TestApp::start(database).await;
    let spoken = doctor(&app, &[("STREAMIT_ADDR", "nowhere")]).await;
    assert_eq!(spoken.code, 1, "{spoken:?}");
    says(&spoken, '✗', "STREAMIT_ADDR: give an address and a port");
    let changed = [("STREAMIT_ADR", "x"), ("STREAMIT_BASE_URL", "http://live.example.org"), ("STREAMIT_SECRET", "")];
    let folder = app.setting("STREAMIT_DATA_DIR");
    std::fs::write(format!("{folder}/secret"), "s".repeat(43)).unwrap();
    let spoken = doctor_is_told(&app, &changed).await;
    assert_eq!(spoken.code, 1, "{spoken:?}");
    says(&spoken, '✗', "Did you mean STREAMIT_ADDR?");
    says(&spoken, '✗', "STREAMIT_BASE_URL is http");
    says(&spoken, '✗', "chmod 600");
    let behind_tls = [("STREAMIT_BASE_URL", "https://live.example.org")];
    says(&doctor_is_told(&app, &behind_tls).await, '✗', "LIVEKIT_PUBLIC_URL is not encrypted");
    let media = [behind_tls[0], ("LIVEKIT_PUBLIC_URL", "https://media.example.org")];
    says(&doctor_is_told(&app, &media).await, '✓', "Browsers reach LiveKit at wss://media.example.org.");
}
