//! Where an account is signed in, and ending that: one session, or all but this one. Each person sees and ends their
//! own, and what has run out or was ended is worth nothing from then on.

use serde_json::Value;

use crate::support::{Caller, Database, TestApp};

on_both_databases![
    sessions_are_listed_with_the_newest_first_and_this_one_marked,
    one_session_is_ended_and_the_others_stay,
    all_other_sessions_are_ended_at_once,
    the_sessions_of_somebody_else_are_out_of_reach,
    a_session_that_has_run_out_is_worth_nothing,
];

async fn sessions_of(caller: &Caller) -> Vec<Value> {
    let mut page = caller.get("/api/account/sessions").await.ok();
    assert_eq!(page["next"], Value::Null);
    std::mem::take(page["items"].as_array_mut().unwrap())
}

async fn sessions_are_listed_with_the_newest_first_and_this_one_marked(database: Database) {
    let app = TestApp::start(database).await;
    let ann = app.first_user().await;
    let script = ann.with_token().await;
    let seen = sessions_of(&ann).await;
    assert_eq!(seen.iter().map(|one| &one["kind"]).collect::<Vec<_>>(), ["token", "browser"]);
    assert_eq!(seen.iter().map(|one| &one["isCurrent"]).collect::<Vec<_>>(), [false, true]);
    assert!(seen.iter().all(|one| one["createdAt"].as_str().unwrap().ends_with('Z')), "{seen:?}");
    let by_script = sessions_of(&script).await;
    assert_eq!(by_script.iter().map(|one| &one["isCurrent"]).collect::<Vec<_>>(), [true, false]);
}

async fn one_session_is_ended_and_the_others_stay(database: Database) {
    let app = TestApp::start(database).await;
    let ann = app.first_user().await;
    let elsewhere = app.anonymous().sign_in("ann").await;
    let other = sessions_of(&ann).await.into_iter().find(|one| one["isCurrent"] == false).unwrap();
    let path = format!("/api/account/sessions?id={}", other["id"].as_str().unwrap());
    ann.delete(&path).await.ok();
    elsewhere.get("/api/auth/me").await.refused(401, "NOT_SIGNED_IN");
    ann.get("/api/auth/me").await.ok();
    ann.delete(&path).await.refused(404, "NOT_FOUND");
}

async fn all_other_sessions_are_ended_at_once(database: Database) {
    let app = TestApp::start(database).await;
    let ann = app.first_user().await;
    let (elsewhere, script) = (app.anonymous().sign_in("ann").await, ann.with_token().await);
    ann.delete("/api/account/sessions").await.ok();
    elsewhere.get("/api/auth/me").await.refused(401, "NOT_SIGNED_IN");
    script.get("/api/auth/me").await.refused(401, "NOT_SIGNED_IN");
    assert_eq!(sessions_of(&ann).await.len(), 1);
}

async fn the_sessions_of_somebody_else_are_out_of_reach(database: Database) {
    let app = TestApp::start(database).await;
    let (ann, bob) = (app.first_user().await, app.user("bob").await);
    let theirs = sessions_of(&ann).await[0]["id"].as_str().unwrap().to_owned();
    bob.delete(&format!("/api/account/sessions?id={theirs}")).await.refused(404, "NOT_FOUND");
    assert_eq!(sessions_of(&bob).await.len(), 1);
    let after = bob.get("/api/account/sessions?cursor=~").await.ok();
    assert_eq!(after["items"].as_array().unwrap().len(), 1);
    ann.get("/api/auth/me").await.ok();
}

async fn a_session_that_has_run_out_is_worth_nothing(database: Database) {
    let app = TestApp::start(database).await;
    let ann = app.first_user().await;
    app.execute("UPDATE sessions SET expires_at = 1").await;
    ann.get("/api/auth/me").await.refused(401, "NOT_SIGNED_IN");
}
