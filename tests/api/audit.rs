//! What is remembered of who did what, who reads it, and what is not in it: nothing that failed, no secret, no address
//! for mail, nothing typed.

use std::collections::BTreeSet;

use futures::future::join_all;
use serde_json::{Value, json};

use crate::support::{
    Caller, Database, Fault, TestApp,
    caller::password_of,
    log::{KEY_MARK, PASSWORD_MARK},
};

on_both_databases![
    what_admins_decide_is_remembered_with_who_and_whom,
    what_is_done_with_a_key_is_remembered,
    what_concerns_the_safety_of_an_account_is_remembered,
    wrong_passwords_are_counted_and_not_listed,
    what_failed_is_not_remembered,
    what_the_operator_does_is_remembered,
    the_log_is_for_admins_and_comes_in_pieces,
    an_owner_sees_what_happened_to_their_account,
    an_entry_names_its_request_and_no_whole_address,
    a_deleted_account_leaves_what_it_did_without_its_name,
    entries_are_kept_for_400_days,
    what_a_newer_version_has_written_ends_no_list,
    the_page_reads_without_a_script,
];

/// What is in a piece of a list.
fn items(page: &Value) -> Vec<Value> {
    crate::support::chat::items(page).clone()
}

/// The log, the newest first, as an admin sees it.
async fn log(admin: &Caller) -> Vec<Value> {
    items(&admin.get("/api/admin/audit").await.ok())
}

/// Action, actor and subject of each entry about that account, the oldest first.
async fn about(admin: &Caller, name: &str) -> Vec<(String, String, String)> {
    let page = admin.get(&format!("/api/admin/audit?username={name}")).await.ok();
    assert_eq!(page["next"], Value::Null);
    let text = |entry: &Value, name: &str| entry[name].as_str().unwrap_or("-").to_owned();
    let mut all: Vec<_> = items(&page)
        .iter()
        .map(|entry| (text(entry, "action"), text(entry, "actor"), text(entry, "subject")))
        .collect();
    all.reverse();
    all
}

#[track_caller]
fn assert_did(seen: &[(String, String, String)], expected: &[(&str, &str, &str)]) {
    let seen: Vec<(&str, &str, &str)> = seen.iter().map(|(a, b, c)| (a.as_str(), b.as_str(), c.as_str())).collect();
    assert_eq!(seen, expected);
}

async fn what_admins_decide_is_remembered_with_who_and_whom(database: Database) {
    let app = TestApp::start(database).await;
    let (ann, bob) = (app.first_user().await, app.user("bob").await);
    let apply = async || bob.post("/api/creator/application", json!({ "about": "Music" })).await.ok()["id"].clone();
    let id = apply().await;
    app.decide(&id, "reject", Some("No.")).await.ok();
    let id = apply().await;
    app.decide(&id, "review", None).await.ok();
    app.decide(&id, "approve", None).await.ok();
    app.decide(&id, "revoke", Some("Too loud.")).await.ok();
    assert_did(
        &about(&ann, "bob").await,
        &[
            ("ACCOUNT_MADE", "bob", "bob"),
            ("APPLICATION_REJECTED", "ann", "bob"),
            ("APPLICATION_REVIEWED", "ann", "bob"),
            ("APPLICATION_APPROVED", "ann", "bob"),
            ("APPROVAL_REVOKED", "ann", "bob"),
        ],
    );
}

async fn what_is_done_with_a_key_is_remembered(database: Database) {
    let app = TestApp::start(database).await;
    let (ann, carl, bob) = (app.first_user().await, app.creator("carl").await, app.user("bob").await);
    carl.make_key().await;
    carl.get("/api/stream/credentials").await.ok();
    carl.get("/api/stream/credentials").await.ok();
    carl.make_key().await;
    carl.delete("/api/stream/ingress").await.ok();
    for user in ["bob", "bob"] {
        carl.post("/api/chat/moderators", json!({ "user": user })).await.ok();
    }
    carl.delete("/api/chat/moderators?user=bob").await.ok();
    let seen = about(&ann, "carl").await;
    assert_did(
        &seen[2..],
        &[
            ("KEY_MADE", "carl", "carl"),
            ("KEY_SHOWN", "carl", "carl"),
            ("KEY_DELETED", "carl", "carl"),
            ("KEY_RENEWED", "carl", "carl"),
            ("KEY_DELETED", "carl", "carl"),
            ("MODERATOR_ADDED", "carl", "bob"),
            ("MODERATOR_REMOVED", "carl", "bob"),
        ],
    );
    let shown = log(&ann).await.into_iter().find(|entry| entry["action"] == "KEY_SHOWN").unwrap();
    assert_eq!(shown["times"], 2, "{shown}");
    let whole = format!("{:?}", ann.get("/api/admin/audit").await);
    assert!(!whole.contains(KEY_MARK) && !whole.contains(PASSWORD_MARK) && !whole.contains('@'), "{whole}");
    bob.get("/api/account/history").await.ok();
}

async fn what_concerns_the_safety_of_an_account_is_remembered(database: Database) {
    let app = TestApp::start(database).await;
    let (ann, bob) = (app.first_user().await, app.user("bob").await);
    let elsewhere = app.anonymous().sign_in("bob").await;
    bob.with_token().await;
    let sessions = items(&bob.get("/api/account/sessions").await.ok());
    let other = sessions.iter().find(|one| one["isCurrent"] == false).unwrap()["id"].as_str().unwrap().to_owned();
    bob.delete(&format!("/api/account/sessions?id={other}")).await.ok();
    bob.delete("/api/account/sessions").await.ok();
    // There is none any more: nothing is done, and nothing to be remembered.
    bob.delete("/api/account/sessions").await.ok();
    elsewhere.get("/api/auth/me").await.refused(401, "NOT_SIGNED_IN");
    let body = json!({ "currentPassword": password_of("bob"), "email": "new@example.org" });
    bob.put("/api/account/email", body).await.ok();
    let body = json!({ "currentPassword": password_of("bob"), "newPassword": password_of("anew") });
    bob.put("/api/account/password", body).await.ok();
    let own = |action| (action, "bob", "bob");
    let expected = [
        "ACCOUNT_MADE",
        "SIGNED_IN",
        "TOKEN_MADE",
        "SESSION_ENDED",
        "SESSIONS_ENDED",
        "EMAIL_CHANGED",
        "PASSWORD_CHANGED",
    ];
    assert_did(&about(&ann, "bob").await, &expected.map(own));
}

async fn wrong_passwords_are_counted_and_not_listed(database: Database) {
    let app = TestApp::start(database).await;
    let (ann, bob) = (app.first_user().await, app.user("bob").await);
    let wrong = |login: &str| json!({ "login": login, "password": "wrong password" });
    let (as_bob, as_nobody) = (wrong("bob"), wrong("my-password-in-the-wrong-field"));
    let tries = (0..12).map(|n| {
        let (somebody, body) = (app.anonymous(), if n < 11 { as_bob.clone() } else { as_nobody.clone() });
        async move { somebody.post("/api/auth/login", body).await }
    });
    join_all(tries).await;
    let body = json!({ "currentPassword": "not mine", "email": "x@example.org" });
    ann.put("/api/account/email", body).await.names(&["currentPassword"]);
    let all = log(&ann).await;
    let find = |action: &str, subject: Value| {
        let mut found = all.iter().filter(|entry| entry["action"] == action && entry["subject"] == subject);
        let entry = found.next().unwrap_or_else(|| panic!("no {action} of {subject}: {all:?}")).clone();
        assert_eq!(found.next(), None);
        entry
    };
    let failed = find("SIGN_IN_FAILED", json!("bob"));
    assert_eq!(
        (&failed["times"], &failed["actorKind"], &failed["actor"]),
        (&json!(10), &json!("NOBODY"), &Value::Null)
    );
    assert_eq!(find("SIGN_IN_REFUSED", json!("bob"))["times"], 1);
    assert_eq!(find("SIGN_IN_FAILED", Value::Null)["times"], 1);
    assert_eq!(find("SIGN_IN_FAILED", json!("ann"))["actor"], "ann");
    let whole = format!("{all:?}");
    assert!(!whole.contains("wrong-field"), "{whole}");
    bob.get("/api/auth/me").await.ok();
}

async fn what_failed_is_not_remembered(database: Database) {
    let app = TestApp::start(database).await;
    let (ann, carl) = (app.first_user().await, app.creator("carl").await);
    app.livekit.next("CreateIngress", Fault::Refuse("internal"));
    assert_ne!(carl.post("/api/stream/ingress", json!({})).await.status, 200);
    carl.delete("/api/stream/ingress").await.refused(404, "NO_KEY");
    carl.post("/api/chat/moderators", json!({ "user": "nobody" })).await.refused(404, "NOT_FOUND");
    app.decide(&json!("0"), "approve", None).await.refused(404, "NOT_FOUND");
    let seen = about(&ann, "carl").await;
    assert_did(&seen, &[("ACCOUNT_MADE", "carl", "carl"), ("APPLICATION_APPROVED", "ann", "carl")]);
}

async fn what_the_operator_does_is_remembered(database: Database) {
    let app = TestApp::start(database).await;
    let (ann, _bob) = (app.first_user().await, app.user("bob").await);
    app.command(&["user", "password", "bob"], &[], &password_of("anew")).await.ok();
    app.command(&["user", "admin", "bob"], &[], "").await.ok();
    app.command(&["user", "admin", "bob", "--remove"], &[], "").await.ok();
    app.command(&["approve", "bob"], &[], "").await.ok();
    app.command(&["revoke", "bob", "--reason", "Too loud."], &[], "").await.ok();
    let seen = about(&ann, "bob").await;
    let by_operator = ["PASSWORD_CHANGED", "ADMIN_ADDED", "ADMIN_REMOVED", "APPLICATION_APPROVED", "APPROVAL_REVOKED"];
    assert_did(&seen[1..], &by_operator.map(|action| (action, "-", "bob")));
    let kinds: BTreeSet<String> = log(&ann).await.iter().take(5).map(|one| one["actorKind"].to_string()).collect();
    assert_eq!(kinds, BTreeSet::from(["\"OPERATOR\"".to_owned()]));
}

async fn the_log_is_for_admins_and_comes_in_pieces(database: Database) {
    let app = TestApp::start(database).await;
    let (ann, carl, _) = (app.first_user().await, app.creator("carl").await, app.user("bob").await);
    app.anonymous().get("/api/admin/audit").await.refused(401, "NOT_SIGNED_IN");
    carl.get("/api/admin/audit").await.refused(403, "FORBIDDEN");
    ann.get("/api/admin/audit?username=nobody").await.refused(404, "NOT_FOUND");
    ann.get("/api/admin/audit?username=a-b").await.names(&["username"]);
    for _ in 0..27 {
        carl.appoint("bob").await.ok();
        carl.dismiss("bob").await.ok();
    }
    let first = ann.get("/api/admin/audit").await.ok();
    let rest = ann.get(&format!("/api/admin/audit?cursor={}", first["next"].as_str().unwrap())).await.ok();
    assert_eq!((items(&first).len(), &rest["next"]), (50, &Value::Null));
    let ids: Vec<String> =
        items(&first).iter().chain(&items(&rest)).map(|entry| entry["id"].as_str().unwrap().to_owned()).collect();
    assert!(ids.is_sorted_by(|one, next| one > next), "the newest first, each once: {ids:?}");
    assert_eq!(ids.len(), 58);
}

async fn an_owner_sees_what_happened_to_their_account(database: Database) {
    let app = TestApp::start(database).await;
    let (ann, carl) = (app.first_user().await, app.creator("carl").await);
    carl.make_key().await;
    let wrong = json!({ "login": "carl", "password": "wrong password" });
    app.anonymous().post("/api/auth/login", wrong).await.refused(401, "WRONG_CREDENTIALS");
    let seen = items(&carl.get("/api/account/history").await.ok());
    let actions: Vec<&str> = seen.iter().map(|entry| entry["action"].as_str().unwrap()).collect();
    assert_eq!(actions, ["SIGN_IN_FAILED", "KEY_MADE", "APPLICATION_APPROVED", "ACCOUNT_MADE"]);
    assert_eq!(seen[2]["actor"], "ann");
    // What carl did to others is not theirs to see here, and what ann did to carl is not ann's.
    let of_ann = items(&ann.get("/api/account/history").await.ok());
    assert!(of_ann.iter().all(|entry| entry["subject"] == "ann"), "{of_ann:?}");
    app.anonymous().get("/api/account/history").await.refused(401, "NOT_SIGNED_IN");
}

async fn an_entry_names_its_request_and_no_whole_address(database: Database) {
    let app = TestApp::start(database).await;
    let (ann, carl) = (app.first_user().await, app.creator("carl").await);
    let body = json!({ "login": "carl", "password": password_of("carl") });
    let answer = app.anonymous().at_address("203.0.113.77").post("/api/auth/login", body).await;
    let id = answer.header("x-request-id").to_owned();
    let made = carl.post("/api/stream/ingress", json!({})).await;
    let all = log(&ann).await;
    assert_eq!((&all[1]["action"], &all[1]["requestId"]), (&json!("SIGNED_IN"), &json!(id)));
    assert_eq!(all[1]["network"], "203.0.113.0/24");
    // What runs to its end in a task of its own belongs to its request all the same.
    assert_eq!((&all[0]["action"], &all[0]["requestId"]), (&json!("KEY_MADE"), &json!(made.header("x-request-id"))));
    assert_eq!(app.number("SELECT count(*) FROM audit_entries WHERE network LIKE '%113.77%'").await, 0);
}

async fn a_deleted_account_leaves_what_it_did_without_its_name(database: Database) {
    let app = TestApp::start(database).await;
    let (ann, carl) = (app.first_user().await, app.creator("carl").await);
    app.user("bob").await;
    carl.post("/api/chat/moderators", json!({ "user": "bob" })).await.ok();
    carl.post("/api/account/delete", json!({ "password": password_of("carl"), "confirm": "carl" })).await.ok();
    let all = log(&ann).await;
    assert_eq!(all[0]["action"], "ACCOUNT_DELETED");
    assert!(all[0]["actor"].is_null() && all[0]["subject"].is_null() && all[0]["network"].is_null(), "{}", all[0]);
    assert_eq!(all[0]["actorKind"], "ACCOUNT");
    let added = all.iter().find(|entry| entry["action"] == "MODERATOR_ADDED").unwrap();
    assert_eq!((&added["actor"], &added["subject"]), (&Value::Null, &json!("bob")));
    assert!(!format!("{all:?}").contains("carl"));
}

async fn entries_are_kept_for_400_days(database: Database) {
    let mut app = TestApp::start(database).await;
    app.first_user().await;
    app.user("bob").await;
    let day = 24 * 3600 * 1000_i64;
    for (days, name) in [(399, "ann"), (401, "bob")] {
        let sql: &'static str = format!(
            "UPDATE audit_entries SET created_at = created_at - {0}, last_at = last_at - {0}
             WHERE subject_id = (SELECT id FROM users WHERE username = '{name}')",
            days * day
        )
        .leak();
        app.execute(sql).await;
    }
    // It is pruned when the server starts, and every hour.
    app.restart().await;
    let left = || app.number("SELECT count(*) FROM audit_entries");
    crate::support::eventually("the old one goes", || async { (left().await == 1).then_some(()) }).await;
    let ann = app.first_user().await;
    assert_eq!(log(&ann).await[0]["subject"], "ann");
}

async fn what_a_newer_version_has_written_ends_no_list(database: Database) {
    let app = TestApp::start(database).await;
    let admin = app.first_user().await;
    app.execute("UPDATE audit_entries SET action = 'TELEPORTED'").await;
    let actions: Vec<_> = log(&admin).await.iter().map(|entry| entry["action"].clone()).collect();
    assert!(!actions.is_empty() && actions.iter().all(|action| action == "OTHER"), "{actions:?}");
}

async fn the_page_reads_without_a_script(database: Database) {
    let app = TestApp::start(database).await;
    let (ann, carl) = (app.first_user().await, app.creator("carl").await);
    let program = app.program().await;
    let page = program.seen_by(&ann).get("/admin/audit").await;
    assert_eq!(page.status, 200);
    assert!(page.body.contains("Made a creator") && page.body.contains("/admin/audit?username=carl"), "{}", page.body);
    let page = program.seen_by(&ann).get("/admin/audit?username=nobody").await.body;
    assert!(page.contains("There is no account of that name."), "{page}");
    assert_eq!(program.seen_by(&carl).get("/admin/audit").await.status, 404);
    let page = program.seen_by(&carl).get("/account").await.body;
    assert!(page.contains("What happened to your account") && page.contains("Account made"), "{page}");
}
