//! From user to creator, and back: applying, deciding, and what a decision opens and closes at once. Taking an approval
//! back ends the stream and deletes its key, or changes nothing.

use futures::future::join_all;
use serde_json::{Value, json};

use crate::support::{Caller, Database, Fault, TestApp, eventually};

on_both_databases![
    an_application_is_reviewed_and_approved,
    approval_opens_the_dashboard_without_signing_in_again,
    an_application_needs_a_text,
    a_second_application_while_one_is_open_is_refused,
    of_two_applications_at_once_one_is_refused,
    a_creator_cannot_apply_again,
    a_refusal_needs_a_reason_and_is_followed_by_another_application,
    a_decision_names_every_bad_field,
    a_decision_that_does_not_follow_is_refused,
    of_two_decisions_at_once_one_counts,
    applications_are_listed_by_status_with_the_oldest_first,
    applications_are_approved_on_arrival_when_the_operator_says_so,
    who_is_approved_again_on_arrival_may_send_again,
    revoking_deletes_the_key_and_closes_the_dashboard,
    revoking_ends_the_stream,
    a_key_is_deleted_once_livekit_has_noted_that_its_encoder_is_gone,
    a_key_is_deleted_also_when_livekit_never_notes_that_its_encoder_is_gone,
    revoking_while_livekit_is_down_changes_nothing,
    a_key_that_is_being_made_does_not_outlive_the_approval,
    a_revocation_goes_on_when_the_admin_has_gone,
    who_is_approved_again_has_the_same_stream_without_its_key,
];

async fn apply(user: &Caller) -> Value {
    user.post("/api/creator/application", json!({ "about": " Music " })).await.ok()
}

async fn an_application_is_reviewed_and_approved(database: Database) {
    let app = TestApp::start(database).await;
    let bob = app.user("bob").await;
    assert_eq!(bob.get("/api/creator/application").await.ok(), Value::Null);
    let application = apply(&bob).await;
    assert_eq!(application["status"], "PENDING");
    assert_eq!((&application["about"], &application["username"]), (&json!("Music"), &json!("bob")));
    let reviewed = app.decide(&application["id"], "review", None).await.ok();
    assert_eq!(reviewed["status"], "UNDER_REVIEW");
    let approved = app.decide(&application["id"], "approve", None).await.ok();
    assert_eq!(approved["status"], "APPROVED");
    assert_eq!(bob.get("/api/creator/application").await.ok(), approved);
}

async fn approval_opens_the_dashboard_without_signing_in_again(database: Database) {
    let app = TestApp::start(database).await;
    let bob = app.user("bob").await;
    let mut events = bob.events("/api/account/events").await;
    events.until("application", Value::is_null).await;
    let application = apply(&bob).await;
    events.until("application", |seen| seen["status"] == "PENDING").await;
    bob.get("/api/stream/info").await.refused(403, "NOT_A_CREATOR");
    app.decide(&application["id"], "approve", None).await.ok();
    events.until("application", |seen| seen["status"] == "APPROVED").await;
    assert_eq!(bob.get("/api/auth/me").await.ok()["isCreator"], true);
    assert_eq!(bob.get("/api/stream/info").await.ok()["title"], "Untitled Stream");
}

async fn an_application_needs_a_text(database: Database) {
    let app = TestApp::start(database).await;
    let bob = app.user("bob").await;
    for about in ["", "  \n", &"x".repeat(2001)] {
        bob.post("/api/creator/application", json!({ "about": about })).await.names(&["about"]);
    }
    bob.post("/api/creator/application", json!({})).await.refused(400, "BAD_REQUEST");
    bob.post("/api/creator/application", json!({ "about": "x".repeat(2000) })).await.ok();
}

async fn a_second_application_while_one_is_open_is_refused(database: Database) {
    let app = TestApp::start(database).await;
    let bob = app.user("bob").await;
    let application = apply(&bob).await;
    bob.post("/api/creator/application", json!({ "about": "Again" })).await.refused(409, "CONFLICT");
    app.decide(&application["id"], "review", None).await.ok();
    bob.post("/api/creator/application", json!({ "about": "Again" })).await.refused(409, "CONFLICT");
    assert_eq!(app.number("SELECT count(*) FROM creator_applications WHERE about <> 'Runs this server.'").await, 1);
}

async fn of_two_applications_at_once_one_is_refused(database: Database) {
    let app = TestApp::start(database).await;
    let bob = app.user("bob").await;
    let both = join_all((0..2).map(|_| bob.post("/api/creator/application", json!({ "about": "Music" })))).await;
    let mut statuses: Vec<u16> = both.iter().map(|answer| answer.status).collect();
    statuses.sort_unstable();
    assert_eq!(statuses, [200, 409]);
}

async fn a_creator_cannot_apply_again(database: Database) {
    let app = TestApp::start(database).await;
    for creator in [app.first_user().await, app.creator("carl").await] {
        creator.post("/api/creator/application", json!({ "about": "More" })).await.refused(409, "CONFLICT");
    }
}

async fn a_refusal_needs_a_reason_and_is_followed_by_another_application(database: Database) {
    let app = TestApp::start(database).await;
    let bob = app.user("bob").await;
    let application = apply(&bob).await;
    app.decide(&application["id"], "reject", None).await.names(&["reason"]);
    app.decide(&application["id"], "reject", Some("  ")).await.names(&["reason"]);
    app.decide(&application["id"], "reject", Some("Say more.")).await.ok();
    let refused = bob.get("/api/creator/application").await.ok();
    assert_eq!((&refused["status"], &refused["reason"]), (&json!("REJECTED"), &json!("Say more.")));
    bob.get("/api/stream/info").await.refused(403, "NOT_A_CREATOR");
    let again = apply(&bob).await;
    assert_ne!(again["id"], application["id"]);
    assert_eq!((&again["status"], &again["reason"]), (&json!("PENDING"), &Value::Null));
    app.decide(&again["id"], "approve", None).await.ok();
    bob.get("/api/stream/info").await.ok();
}

async fn a_decision_names_every_bad_field(database: Database) {
    let app = TestApp::start(database).await;
    let application = apply(&app.user("bob").await).await;
    app.decide(&application["id"], "perhaps", None).await.names(&["decision"]);
    app.decide(&json!("no such id"), "approve", None).await.refused(404, "NOT_FOUND");
    let ann = app.first_user().await;
    ann.post("/api/admin/applications/decision", json!({})).await.refused(400, "BAD_REQUEST");
}

async fn a_decision_that_does_not_follow_is_refused(database: Database) {
    let app = TestApp::start(database).await;
    let application = apply(&app.user("bob").await).await;
    let id = &application["id"];
    app.decide(id, "revoke", Some("No.")).await.refused(409, "CONFLICT");
    app.decide(id, "approve", None).await.ok();
    for decision in ["approve", "review"] {
        app.decide(id, decision, None).await.refused(409, "CONFLICT");
    }
    app.decide(id, "reject", Some("No.")).await.refused(409, "CONFLICT");
}

async fn of_two_decisions_at_once_one_counts(database: Database) {
    let app = TestApp::start(database).await;
    let bob = app.user("bob").await;
    let application = apply(&bob).await;
    let (yes, no) = tokio::join!(
        app.decide(&application["id"], "approve", None),
        app.decide(&application["id"], "reject", Some("No.")),
    );
    let mut statuses = [yes.status, no.status];
    statuses.sort_unstable();
    assert_eq!(statuses, [200, 409]);
    let is_creator = bob.get("/api/auth/me").await.ok()["isCreator"] == true;
    assert_eq!(is_creator, yes.status == 200);
}

async fn applications_are_listed_by_status_with_the_oldest_first(database: Database) {
    let app = TestApp::start(database).await;
    let ann = app.first_user().await;
    let (bob, carl) = (app.user("bob").await, app.creator("carl").await);
    apply(&bob).await;
    let names = async |path: &str| -> Vec<String> {
        let page = ann.get(path).await.ok();
        assert_eq!(page["next"], Value::Null);
        page["items"].as_array().unwrap().iter().map(|one| one["username"].as_str().unwrap().to_owned()).collect()
    };
    assert_eq!(names("/api/admin/applications").await, ["ann", "carl", "bob"]);
    assert_eq!(names("/api/admin/applications?status=").await, ["ann", "carl", "bob"]);
    assert_eq!(names("/api/admin/applications?status=PENDING").await, ["bob"]);
    assert_eq!(names("/api/admin/applications?status=REJECTED").await, [] as [&str; 0]);
    ann.get("/api/admin/applications?status=pending").await.names(&["status"]);
    drop(carl);
}

async fn applications_are_approved_on_arrival_when_the_operator_says_so(database: Database) {
    let app = TestApp::with(database, &[("STREAMIT_AUTO_APPROVE", "true")]).await;
    let bob = app.user("bob").await;
    assert_eq!(apply(&bob).await["status"], "APPROVED");
    bob.get("/api/stream/info").await.ok();
}

async fn who_is_approved_again_on_arrival_may_send_again(database: Database) {
    let app = TestApp::with(database, &[("STREAMIT_AUTO_APPROVE", "true")]).await;
    let bob = app.user("bob").await;
    let first = apply(&bob).await;
    app.decide(&first["id"], "revoke", Some("A mistake.")).await.ok();
    assert_eq!(apply(&bob).await["status"], "APPROVED");
    assert_eq!(bob.status().await["endedByCreator"], false);
    bob.post("/api/stream/browser-token", json!({})).await.ok();
}

async fn application_of(creator: &Caller) -> Value {
    creator.get("/api/creator/application").await.ok()["id"].clone()
}

async fn revoking_deletes_the_key_and_closes_the_dashboard(database: Database) {
    let app = TestApp::start(database).await;
    let carl = app.creator("carl").await;
    carl.make_key().await;
    let id = application_of(&carl).await;
    app.decide(&id, "revoke", None).await.names(&["reason"]);
    let revoked = app.decide(&id, "revoke", Some("Against the rules.")).await.ok();
    assert_eq!((&revoked["status"], &revoked["reason"]), (&json!("REJECTED"), &json!("Against the rules.")));
    assert!(app.livekit.ingresses().is_empty());
    carl.get("/api/stream/credentials").await.refused(403, "NOT_A_CREATOR");
    app.anonymous().get("/api/channel?username=carl").await.refused(404, "NOT_FOUND");
    app.anonymous().get("/api/channel/events?username=carl").await.refused(404, "NOT_FOUND");
    assert_eq!(app.number("SELECT count(*) FROM streams WHERE sealed_key IS NOT NULL").await, 0);
}

async fn revoking_ends_the_stream(database: Database) {
    let app = TestApp::start(database).await;
    let carl = app.creator("carl").await;
    let key = carl.make_key().await;
    app.encoder_connects(&key).await;
    let mut events = app.anonymous().events("/api/channel/events?username=carl").await;
    events.until_status("live").await;
    app.decide(&application_of(&carl).await, "revoke", Some("Against the rules.")).await.ok();
    events.until_status("offline").await;
    assert!(app.livekit.ingresses().is_empty());
    let open = "SELECT count(*) FROM broadcasts WHERE ended_at IS NULL";
    assert_eq!(app.number(open).await, 0);
    assert_eq!(app.anonymous().get("/api/channels").await.ok()["items"], json!([]));
}

async fn a_key_is_deleted_once_livekit_has_noted_that_its_encoder_is_gone(database: Database) {
    let app = TestApp::start(database).await;
    let (carl, _encoder) = app.carl_on_air().await;
    let id = application_of(&carl).await;
    app.livekit.with(|state| state.slow_to_note = 3);
    app.decide(&id, "revoke", Some("Against the rules.")).await.ok();
    assert!(app.livekit.ingresses().is_empty());
    assert_eq!(app.livekit.with(|state| state.deleted_in_use), 0);
}

async fn a_key_is_deleted_also_when_livekit_never_notes_that_its_encoder_is_gone(database: Database) {
    let app = TestApp::start(database).await;
    let (carl, _encoder) = app.carl_on_air().await;
    let id = application_of(&carl).await;
    app.livekit.with(|state| state.slow_to_note = u32::MAX);
    app.decide(&id, "revoke", Some("Against the rules.")).await.ok();
    assert!(app.livekit.ingresses().is_empty());
    assert_eq!(app.livekit.with(|state| state.deleted_in_use), 1);
}

async fn revoking_while_livekit_is_down_changes_nothing(database: Database) {
    let app = TestApp::start(database).await;
    let carl = app.creator("carl").await;
    let key = carl.make_key().await;
    let id = application_of(&carl).await;
    app.livekit.always("DeleteIngress", Fault::Refuse("internal"));
    app.decide(&id, "revoke", Some("Against the rules.")).await.refused(502, "LIVEKIT_FAILED");
    app.livekit.go_down();
    app.decide(&id, "revoke", Some("Against the rules.")).await.refused(503, "LIVEKIT_UNREACHABLE");
    assert_eq!(carl.get("/api/stream/credentials").await.ok()["streamKey"], key["streamKey"]);
    app.livekit.heal();
    app.livekit.come_up();
    app.decide(&id, "revoke", Some("Against the rules.")).await.ok();
}

async fn a_key_that_is_being_made_does_not_outlive_the_approval(database: Database) {
    let app = TestApp::start(database).await;
    let carl = app.creator("carl").await;
    let (gate, making) = app.key_in_the_making(&carl).await;
    app.decide(&application_of(&carl).await, "revoke", Some("Against the rules.")).await.ok();
    gate.release();
    making.await.unwrap().refused(403, "NOT_A_CREATOR");
    assert!(app.livekit.ingresses().is_empty());
    let shut = "SELECT count(*) FROM streams WHERE sealed_key IS NULL AND ended_by_creator";
    assert_eq!(app.number(shut).await, 1);
}

async fn a_revocation_goes_on_when_the_admin_has_gone(database: Database) {
    let app = TestApp::start(database).await;
    let carl = app.creator("carl").await;
    carl.make_key().await;
    let (admin, id) = (app.first_user().await, application_of(&carl).await);
    let gate = app.livekit.hold("DeleteIngress");
    let deciding = tokio::spawn(async move {
        let body = json!({ "id": id, "decision": "revoke", "reason": "Against the rules." });
        admin.post("/api/admin/applications/decision", body).await
    });
    gate.until_held().await;
    deciding.abort();
    assert!(deciding.await.unwrap_err().is_cancelled());
    gate.release();
    eventually("it is revoked", || async {
        let application = carl.get("/api/creator/application").await.ok();
        (application["status"] == "REJECTED").then_some(())
    })
    .await;
    assert!(app.livekit.ingresses().is_empty());
    assert_eq!(app.number("SELECT count(*) FROM streams WHERE sealed_key IS NOT NULL").await, 0);
}

async fn who_is_approved_again_has_the_same_stream_without_its_key(database: Database) {
    let app = TestApp::start(database).await;
    let carl = app.creator("carl").await;
    carl.put("/api/stream/info", json!({ "title": "Kept" })).await.ok();
    carl.make_key().await;
    app.decide(&application_of(&carl).await, "revoke", Some("A mistake.")).await.ok();
    let again = apply(&carl).await;
    app.decide(&again["id"], "approve", None).await.ok();
    assert_eq!(carl.get("/api/stream/info").await.ok()["title"], "Kept");
    carl.get("/api/stream/credentials").await.refused(404, "NO_KEY");
    carl.make_key().await;
}
