//! `streamit user`, `approve` and `revoke`, beside a server that runs: what they do counts there at once. Passwords and
//! confirmations come from standard input, never as an argument.

use serde_json::json;

use crate::support::{Database, Fault, TestApp, caller::password_of, log::PASSWORD_MARK};

on_both_databases![
    an_account_is_made_and_signs_in,
    the_first_account_is_the_admin_also_when_the_operator_makes_it,
    a_new_password_signs_everybody_out,
    the_last_admin_stays,
    an_account_is_deleted_once_its_name_is_typed,
    who_is_approved_can_stream_until_that_is_taken_back,
    who_was_rejected_is_approved_all_the_same,
    what_cannot_be_done_is_said_in_words,
];

async fn an_account_is_made_and_signs_in(database: Database) {
    let app = TestApp::start(database).await;
    app.first_user().await;
    let password = format!("{}\n", password_of("carl"));
    let said = app.command(&["user", "add", "Carl", "carl@example.org", "--creator"], &[], &password).await.ok();
    assert!(said.contains("carl") && said.contains("(creator)") && !said.contains(PASSWORD_MARK), "{said}");
    let carl = app.anonymous().sign_in("carl").await;
    let account = carl.get("/api/auth/me").await.ok();
    assert_eq!((&account["isAdmin"], &account["isCreator"]), (&json!(false), &json!(true)));
    carl.make_key().await;
    let list = app.command(&["user", "list"], &[], "").await.ok();
    let lines: Vec<&str> = list.lines().collect();
    assert_eq!(lines.len(), 2, "{list}");
    assert!(lines[0].starts_with("ann ") && lines[0].ends_with("ann@example.org  (admin, creator)"), "{list}");
    assert!(lines[1].starts_with("carl ") && lines[1].ends_with("carl@example.org  (creator)"), "{list}");
}

async fn the_first_account_is_the_admin_also_when_the_operator_makes_it(database: Database) {
    let app = TestApp::start(database).await;
    app.command(&["user", "add", "ann", "ann@example.org"], &[], &password_of("ann")).await.ok();
    let account = app.anonymous().sign_in("ann").await.get("/api/auth/me").await.ok();
    assert_eq!((&account["isAdmin"], &account["isCreator"]), (&json!(true), &json!(true)));
    assert_eq!(app.anonymous().get("/api/setup").await.status, 200);
}

async fn a_new_password_signs_everybody_out(database: Database) {
    let app = TestApp::start(database).await;
    let bob = app.user("bob").await;
    let token = bob.with_token().await;
    let new = format!("{PASSWORD_MARK}-another");
    app.command(&["user", "password", "bob"], &[], &format!("{new}\r\n")).await.ok();
    for caller in [&bob, &token] {
        caller.get("/api/auth/me").await.refused(401, "NOT_SIGNED_IN");
    }
    let old = json!({ "login": "bob", "password": password_of("bob") });
    app.anonymous().post("/api/auth/login", old).await.refused(401, "WRONG_CREDENTIALS");
    app.anonymous().post("/api/auth/login", json!({ "login": "bob", "password": new })).await.ok();
    app.command(&["user", "password", "bob"], &[], "short\n").await.refused("10 to 200 characters");
    app.command(&["user", "password", "bob"], &[], "").await.refused("10 to 200 characters");
    app.command(&["user", "password", "bob"], &[], "password123\n").await.refused("among the first");
}

async fn the_last_admin_stays(database: Database) {
    let app = TestApp::start(database).await;
    let bob = app.user("bob").await;
    app.command(&["user", "admin", "ann", "--remove"], &[], "").await.refused("only admin");
    app.command(&["user", "delete", "ann"], &[], "ann\n").await.refused("only admin");
    app.command(&["user", "admin", "bob"], &[], "").await.ok();
    assert_eq!(bob.get("/api/auth/me").await.ok()["isAdmin"], true);
    app.command(&["user", "admin", "ann", "--remove"], &[], "").await.ok();
    assert_eq!(app.first_user().await.get("/api/auth/me").await.ok()["isAdmin"], false);
}

async fn an_account_is_deleted_once_its_name_is_typed(database: Database) {
    let app = TestApp::start(database).await;
    let carl = app.creator("carl").await;
    carl.make_key().await;
    app.command(&["user", "delete", "carl"], &[], "carla\n").await.refused("nothing was deleted");
    app.command(&["user", "delete", "carl"], &[], "").await.refused("nothing was deleted");
    app.livekit.next("DeleteIngress", Fault::Refuse("internal"));
    app.command(&["user", "delete", "carl"], &[], "carl\n").await.refused("nothing was deleted");
    carl.get("/api/auth/me").await.ok();
    app.command(&["user", "delete", "carl"], &[], "carl\n").await.ok();
    carl.get("/api/auth/me").await.refused(401, "NOT_SIGNED_IN");
    assert!(app.livekit.ingresses().is_empty());
}

async fn who_is_approved_can_stream_until_that_is_taken_back(database: Database) {
    let app = TestApp::start(database).await;
    let bob = app.user("bob").await;
    for _ in 0..2 {
        // A second time changes nothing.
        app.command(&["approve", "bob"], &[], "").await.ok();
    }
    bob.make_key().await;
    app.command(&["revoke", "bob", "--reason", "Too loud."], &[], "").await.ok();
    assert!(app.livekit.ingresses().is_empty());
    bob.post_nothing("/api/stream/ingress").await.refused(403, "NOT_A_CREATOR");
    let application = bob.get("/api/creator/application").await.ok();
    assert_eq!((&application["status"], &application["reason"]), (&json!("REJECTED"), &json!("Too loud.")));
    app.command(&["revoke", "bob"], &[], "").await.refused("no creator");
}

async fn who_was_rejected_is_approved_all_the_same(database: Database) {
    let app = TestApp::start(database).await;
    let bob = app.user("bob").await;
    let application = bob.post("/api/creator/application", json!({ "about": "Music" })).await.ok();
    app.decide(&application["id"], "reject", Some("No.")).await.ok();
    app.command(&["approve", "bob"], &[], "").await.ok();
    assert_eq!(bob.get("/api/creator/application").await.ok()["status"], "APPROVED");
    bob.make_key().await;
    // One that is open is decided, not doubled.
    let eve = app.user("eve").await;
    let asked = eve.post("/api/creator/application", json!({ "about": "Games" })).await.ok();
    app.command(&["approve", "eve"], &[], "").await.ok();
    let decided = eve.get("/api/creator/application").await.ok();
    assert_eq!((&decided["id"], &decided["status"]), (&asked["id"], &json!("APPROVED")));
}

async fn what_cannot_be_done_is_said_in_words(database: Database) {
    let app = TestApp::start(database).await;
    app.first_user().await;
    app.command(&["approve", "nobody"], &[], "").await.refused("There is no account of that name.");
    app.command(&["user", "password", "nobody"], &[], &password_of("x")).await.refused("no account");
    let add = ["user", "add", "ANN", "other@example.org"];
    app.command(&add, &[], &password_of("ann")).await.refused("This username is taken.");
    let bad = app.command(&["user", "add", "a b", "nowhere"], &[], "short").await;
    let complained = bad.refused("letters a-z");
    assert!(complained.contains("10 to 200 characters"), "{complained}");
}
