//! What somebody changes about their own account: name and text, password, address. Password and address take the
//! present password, whose guesses count as signing in does; and nobody passes for somebody else by a name.

use futures::future::join_all;
use serde_json::{Value, json};

use crate::support::{
    Answer, Chat, Database, TestApp,
    caller::{account, password_of},
    chat::items,
};

on_both_databases![
    the_account_shows_what_its_owner_may_know,
    a_profile_is_changed_field_by_field,
    a_profile_names_every_bad_field,
    who_takes_their_username_as_a_name_has_no_other,
    nobody_takes_the_username_of_somebody_else_as_a_name,
    a_new_name_is_read_wherever_others_read_it,
    a_new_password_replaces_the_old_one_and_ends_all_other_sessions,
    what_an_old_password_has_begun_ends_with_it,
    a_password_is_not_changed_without_the_current_one,
    guesses_at_the_current_password_count_as_signing_in_does,
    a_new_address_is_what_one_signs_in_with,
    an_address_that_is_taken_or_none_is_refused,
    nothing_is_posted_where_something_is_put,
];

/// A password that nobody has yet.
fn another() -> String {
    password_of("another")
}

async fn the_account_shows_what_its_owner_may_know(database: Database) {
    let app = TestApp::start(database).await;
    let bob = app.user("bob").await;
    let shown = bob.get("/api/account").await.ok();
    assert_eq!(shown, bob.get("/api/auth/me").await.ok());
    let expected = json!({
        "id": shown["id"], "username": "bob", "displayName": "bob", "about": "", "email": "bob@example.org",
        "picture": null, "isAdmin": false, "isCreator": false,
    });
    assert_eq!(shown, expected);
}

async fn a_profile_is_changed_field_by_field(database: Database) {
    let app = TestApp::start(database).await;
    let bob = app.user("bob").await;
    let before = bob.get("/api/account").await.ok();
    assert_eq!(bob.put("/api/account/profile", json!({})).await.ok(), before);
    let named = bob.put("/api/account/profile", json!({ "displayName": " Bob Böll 🥖 " })).await.ok();
    assert_eq!((&named["displayName"], &named["about"]), (&json!("Bob Böll 🥖"), &json!("")));
    let told = bob.put("/api/account/profile", json!({ "about": "Bread.\r\nOn Sundays.", "unknown": 1 })).await.ok();
    assert_eq!((&told["displayName"], &told["about"]), (&json!("Bob Böll 🥖"), &json!("Bread.\nOn Sundays.")));
    assert_eq!(bob.get("/api/account").await.ok(), told);
    let silent = bob.put("/api/account/profile", json!({ "about": " " })).await.ok();
    assert_eq!((&silent["displayName"], &silent["about"]), (&json!("Bob Böll 🥖"), &json!("")));
}

async fn a_profile_names_every_bad_field(database: Database) {
    let app = TestApp::start(database).await;
    let bob = app.user("bob").await;
    let before = bob.get("/api/account").await.ok();
    for name in ["", "  ", "\u{200b}", "a\nb", "a\u{202e}b", &"x".repeat(51), "Admin"] {
        let change = json!({ "displayName": name, "about": "Never stored" });
        bob.put("/api/account/profile", change).await.names(&["displayName"]);
    }
    let both = json!({ "displayName": null, "about": "x".repeat(301) });
    bob.put("/api/account/profile", both).await.names(&["about", "displayName"]);
    bob.put("/api/account/profile", json!({ "displayName": 1 })).await.refused(400, "BAD_REQUEST");
    assert_eq!(bob.get("/api/account").await.ok(), before);
}

async fn who_takes_their_username_as_a_name_has_no_other(database: Database) {
    let app = TestApp::start(database).await;
    let bob = app.user("bob").await;
    bob.put("/api/account/profile", json!({ "displayName": "Bob" })).await.ok();
    assert_eq!(app.number("SELECT count(*) FROM users WHERE display_name = 'Bob'").await, 1);
    let plain = bob.put("/api/account/profile", json!({ "displayName": "bob" })).await.ok();
    assert_eq!(plain["displayName"], "bob");
    assert_eq!(app.number("SELECT count(*) FROM users WHERE display_name IS NOT NULL").await, 0);
}

async fn nobody_takes_the_username_of_somebody_else_as_a_name(database: Database) {
    let app = TestApp::start(database).await;
    let (bob, _) = (app.user("bob").await, app.user("carl").await);
    for name in ["carl", "Carl", " CARL ", "car\u{200b}l", "\u{ff43}\u{ff41}\u{ff52}\u{ff4c}"] {
        let error = bob.put("/api/account/profile", json!({ "displayName": name })).await.refused(409, "TAKEN");
        assert!(error["fields"]["displayName"].is_string(), "{error}");
    }
    bob.put("/api/account/profile", json!({ "displayName": "BOB" })).await.ok();
    bob.put("/api/account/profile", json!({ "displayName": "ad\u{ad}min" })).await.names(&["displayName"]);
}

/// The old password may have been looked at just before it was replaced.
async fn what_an_old_password_has_begun_ends_with_it(database: Database) {
    let app = TestApp::start(database).await;
    for n in 0..8 {
        let name = format!("bob{n}");
        let bob = app.anonymous().sign_up(&name).await;
        let old = json!({ "login": name, "password": password_of(&name) });
        let change = json!({ "currentPassword": password_of(&name), "newPassword": another() });
        let slow = app.anonymous();
        let tries = (0..6).map(|_| slow.post("/api/auth/token", old.clone()));
        let (changed, tokens) = tokio::join!(bob.put("/api/account/password", change), join_all(tries));
        changed.ok();
        for token in tokens.into_iter().filter(|answer| answer.status == 200) {
            let token = token.ok()["token"].as_str().unwrap().to_owned();
            app.anonymous().with_bearer(&token).get("/api/auth/me").await.refused(401, "NOT_SIGNED_IN");
        }
    }
}

async fn a_new_name_is_read_wherever_others_read_it(database: Database) {
    let chat = Chat::on_air(database).await;
    let line = chat.carl.send("Before").await.ok();
    assert_eq!(line["author"], json!({ "username": "carl", "displayName": "carl", "role": "creator" }));
    let profile = json!({ "displayName": "Carl the Baker", "about": "Bread." });
    chat.carl.put("/api/account/profile", profile).await.ok();
    let author = json!({ "username": "carl", "displayName": "Carl the Baker", "role": "creator" });
    assert_eq!(chat.carl.send("After").await.ok()["author"], author);
    let lines = chat.seen().await;
    assert!(items(&lines).iter().all(|line| line["author"] == author), "{lines}");
    let is_new = |line: &Value| line["text"] == "After";
    assert_eq!(chat.app.livekit.until_line(chat.room(), "it is sent", is_new).await["author"], author);
    let guest = chat.app.anonymous();
    let creator = json!({ "username": "carl", "displayName": "Carl the Baker", "about": "Bread.", "picture": null });
    assert_eq!(guest.channel("carl").await["creator"], creator);
    for path in ["/api/channels", "/api/channels?search=baker"] {
        let card = guest.get(path).await.ok()["items"][0].take();
        assert_eq!((&card["username"], &card["displayName"]), (&json!("carl"), &json!("Carl the Baker")), "{path}");
    }
    let applications = chat.app.first_user().await.get("/api/admin/applications?status=APPROVED").await.ok();
    assert!(items(&applications).iter().any(|one| one["displayName"] == "Carl the Baker"), "{applications}");
}

async fn a_new_password_replaces_the_old_one_and_ends_all_other_sessions(database: Database) {
    let app = TestApp::start(database).await;
    let bob = app.user("bob").await;
    let (elsewhere, script) = (app.anonymous().sign_in("bob").await, bob.with_token().await);
    let mut events = elsewhere.events("/api/account/events").await;
    events.until("application", Value::is_null).await;
    let change = json!({ "currentPassword": password_of("bob"), "newPassword": another() });
    assert_eq!(bob.put("/api/account/password", change).await.ok(), Value::Null);
    for other in [&elsewhere, &script] {
        other.get("/api/auth/me").await.refused(401, "NOT_SIGNED_IN");
    }
    // The events of who is signed out end.
    while events.next().await.is_some() {}
    bob.get("/api/auth/me").await.ok();
    let sign_in = |password: String| json!({ "login": "bob", "password": password });
    let old = app.anonymous().post("/api/auth/login", sign_in(password_of("bob"))).await;
    old.refused(401, "WRONG_CREDENTIALS");
    app.anonymous().post("/api/auth/login", sign_in(another())).await.ok();
}

async fn a_password_is_not_changed_without_the_current_one(database: Database) {
    let app = TestApp::start(database).await;
    let bob = app.user("bob").await;
    let elsewhere = app.anonymous().sign_in("bob").await;
    for wrong in ["", "not this one", &password_of("ann")] {
        let change = json!({ "currentPassword": wrong, "newPassword": another() });
        bob.put("/api/account/password", change).await.names(&["currentPassword"]);
    }
    for short in ["", "123456789", &"x".repeat(201)] {
        let change = json!({ "currentPassword": password_of("bob"), "newPassword": short });
        bob.put("/api/account/password", change).await.names(&["newPassword"]);
    }
    bob.put("/api/account/password", json!({ "newPassword": another() })).await.refused(400, "BAD_REQUEST");
    elsewhere.get("/api/auth/me").await.ok();
    app.anonymous().sign_in("bob").await;
}

async fn guesses_at_the_current_password_count_as_signing_in_does(database: Database) {
    let app = TestApp::start(database).await;
    let bob = app.user("bob").await;
    let guess = |n: usize| {
        let bob = bob.clone();
        async move {
            let wrong = "not this one";
            match n % 3 {
                0 => {
                    let change = json!({ "currentPassword": wrong, "newPassword": another() });
                    bob.put("/api/account/password", change).await.names(&["currentPassword"]);
                }
                1 => {
                    let change = json!({ "currentPassword": wrong, "email": "other@example.org" });
                    bob.put("/api/account/email", change).await.names(&["currentPassword"]);
                }
                _ => {
                    let body = json!({ "password": wrong, "confirm": "bob" });
                    bob.post("/api/account/delete", body).await.names(&["password"]);
                }
            }
        }
    };
    join_all((0..10).map(guess)).await;
    let change = json!({ "currentPassword": password_of("bob"), "newPassword": another() });
    bob.put("/api/account/password", change).await.refused_for(429, "TOO_MANY_REQUESTS", 1..=900);
    let sign_in = json!({ "login": "bob", "password": password_of("bob") });
    app.anonymous().post("/api/auth/login", sign_in).await.refused_for(429, "TOO_MANY_REQUESTS", 1..=900);
    bob.put("/api/account/profile", json!({ "displayName": "Still Bob" })).await.ok();
}

async fn a_new_address_is_what_one_signs_in_with(database: Database) {
    let app = TestApp::start(database).await;
    let bob = app.user("bob").await;
    let change = json!({ "currentPassword": password_of("bob"), "email": " Robert@Example.ORG " });
    let changed = bob.put("/api/account/email", change.clone()).await.ok();
    assert_eq!(changed["email"], "robert@example.org");
    assert_eq!(bob.put("/api/account/email", change).await.ok(), changed, "the same again is fine");
    let sign_in = |login: &str| json!({ "login": login, "password": password_of("bob") });
    app.anonymous().post("/api/auth/login", sign_in("robert@example.org")).await.ok();
    app.anonymous().post("/api/auth/login", sign_in("bob@example.org")).await.refused(401, "WRONG_CREDENTIALS");
    // The old one is free for somebody else.
    let mut other = account("dora");
    other["email"] = json!("bob@example.org");
    app.anonymous().post("/api/auth/signup", other).await.ok();
}

async fn an_address_that_is_taken_or_none_is_refused(database: Database) {
    let app = TestApp::start(database).await;
    let bob = app.user("bob").await;
    let change = |email: &str| {
        let body = json!({ "currentPassword": password_of("bob"), "email": email });
        bob.put("/api/account/email", body)
    };
    let error = change("ANN@example.org").await.refused(409, "TAKEN");
    assert!(error["fields"]["email"].is_string(), "{error}");
    for bad in ["", "bob", "bob@host"] {
        change(bad).await.names(&["email"]);
    }
    let wrong = json!({ "currentPassword": "not this one", "email": "new@example.org" });
    bob.put("/api/account/email", wrong).await.names(&["currentPassword"]);
    assert_eq!(bob.get("/api/account").await.ok()["email"], "bob@example.org");
}

async fn nothing_is_posted_where_something_is_put(database: Database) {
    let app = TestApp::start(database).await;
    let bob = app.user("bob").await;
    for path in ["/api/account/profile", "/api/account/password", "/api/account/email"] {
        bob.post(path, json!({ "displayName": "Posted" })).await.refused(405, "METHOD_NOT_ALLOWED");
        let plain = bob.request(reqwest::Method::POST, path).body("displayName=Posted");
        Answer::to(plain).await.refused(405, "METHOD_NOT_ALLOWED");
    }
    assert_eq!(bob.get("/api/account").await.ok()["displayName"], "bob");
}
