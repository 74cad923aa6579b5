//! Signing up, in and out: by cookie, and by a token for scripts. Who was the first, how often one may try, and that a
//! wrong password is answered like an account that is not there. What signed-in people change of their account is in
//! `profile.rs`, where they are signed in is in `sessions.rs`.

use futures::future::join_all;
use serde_json::{Value, json};

use crate::support::{
    Answer, Caller, Database, TestApp,
    caller::{account, password_of},
};

on_both_databases![
    the_first_account_is_admin_and_creator_and_the_second_is_neither,
    of_ten_first_sign_ups_at_once_one_is_the_first,
    the_demo_creator_does_not_count_as_first,
    signing_up_names_every_bad_field,
    signing_up_without_a_field_is_no_request_that_can_be_read,
    a_name_or_address_that_is_taken_is_refused,
    of_two_sign_ups_with_one_name_at_once_one_is_refused,
    a_username_is_stored_in_lower_case,
    one_signs_in_by_username_or_address,
    a_wrong_password_is_answered_as_an_unknown_account_is,
    signing_out_ends_the_session_at_once,
    nobody_signed_in_is_nobody,
    a_token_made_elsewhere_is_nobody,
    a_token_for_scripts_works_as_a_bearer,
    too_many_sign_ups_from_one_address_are_refused,
    too_many_sign_ins_to_one_account_are_refused,
    behind_no_trusted_proxy_the_forwarded_address_is_not_believed,
    the_cookie_is_bound_to_the_host_over_https,
    what_is_missing_is_told_to_those_who_can_do_something_about_it,
];

async fn the_first_account_is_admin_and_creator_and_the_second_is_neither(database: Database) {
    let app = TestApp::start(database).await;
    let first = app.anonymous().post("/api/auth/signup", account("ann")).await.ok();
    assert_eq!((&first["isAdmin"], &first["isCreator"]), (&json!(true), &json!(true)));
    let second = app.anonymous().post("/api/auth/signup", account("bob")).await.ok();
    assert_eq!((&second["isAdmin"], &second["isCreator"]), (&json!(false), &json!(false)));
    let mut names: Vec<&str> = second.as_object().unwrap().keys().map(String::as_str).collect();
    names.sort_unstable();
    assert_eq!(names, ["about", "displayName", "email", "id", "isAdmin", "isCreator", "picture", "username"]);
}

async fn of_ten_first_sign_ups_at_once_one_is_the_first(database: Database) {
    let app = TestApp::start(database).await;
    let names: Vec<String> = (0..10).map(|n| format!("racer{n}")).collect();
    let racers = join_all(names.iter().map(|name| {
        let racer = app.anonymous();
        async move { racer.sign_up(name).await }
    }))
    .await;
    let accounts = join_all(racers.iter().map(|racer| racer.get("/api/auth/me"))).await;
    let accounts: Vec<Value> = accounts.into_iter().map(Answer::ok).collect();
    assert_eq!(accounts.iter().filter(|one| one["isAdmin"] == true).count(), 1);
    assert_eq!(accounts.iter().filter(|one| one["isCreator"] == true).count(), 1);
    assert_eq!(app.number("SELECT count(*) FROM streams").await, 1);
}

async fn the_demo_creator_does_not_count_as_first(database: Database) {
    let app = TestApp::start(database).await;
    let settings =
        ["DATABASE_URL", "STREAMIT_DATA_DIR", "STREAMIT_SECRET"].map(|name| (name, app.setting(name).to_owned()));
    let demo = || {
        let mut command = std::process::Command::new(env!("CARGO_BIN_EXE_streamit"));
        command.arg("demo-creator").env_clear().envs(settings.clone()).current_dir(app.setting("STREAMIT_DATA_DIR"));
        let output = tokio::task::spawn_blocking(move || command.output().unwrap());
        async {
            let output = output.await.unwrap();
            assert!(output.status.success(), "{output:?}");
            serde_json::from_slice::<Value>(&output.stdout).unwrap()
        }
    };
    demo().await;
    // A second time is fine, and gives a new password.
    let made = demo().await;
    let login = json!({ "login": made["username"], "password": made["password"] });
    let account_of_demo = app.anonymous().post("/api/auth/login", login).await.ok();
    assert_eq!((&account_of_demo["isAdmin"], &account_of_demo["isCreator"]), (&json!(false), &json!(true)));
    let first = app.first_user().await.get("/api/auth/me").await.ok();
    assert_eq!((&first["isAdmin"], &first["isCreator"]), (&json!(true), &json!(true)));
}

async fn signing_up_names_every_bad_field(database: Database) {
    let app = TestApp::start(database).await;
    let guest = app.anonymous();
    let sign_up = async |username: &str, email: &str, password: &str| {
        guest.post("/api/auth/signup", json!({ "username": username, "email": email, "password": password })).await
    };
    sign_up("", "", "").await.names(&["email", "password", "username"]);
    sign_up("a b", "ann@example.org", "long enough password").await.names(&["username"]);
    sign_up("admin", "ann@example.org", "long enough password").await.names(&["username"]);
    sign_up(&"a".repeat(31), "ann@example.org", "long enough password").await.names(&["username"]);
    sign_up("ann", "ann", "long enough password").await.names(&["email"]);
    sign_up("ann", "ann@example.org", "too short").await.names(&["password"]);
    sign_up("ann", "ann@example.org", &"p".repeat(201)).await.names(&["password"]);
    assert_eq!(app.number("SELECT count(*) FROM users").await, 0);
}

async fn signing_up_without_a_field_is_no_request_that_can_be_read(database: Database) {
    let app = TestApp::start(database).await;
    for body in [json!({}), json!({ "username": "ann" }), json!({ "username": 1, "email": "", "password": "" })] {
        app.anonymous().post("/api/auth/signup", body).await.refused(400, "BAD_REQUEST");
    }
    app.anonymous().post_nothing("/api/auth/login").await.refused(400, "BAD_REQUEST");
}

async fn a_name_or_address_that_is_taken_is_refused(database: Database) {
    let app = TestApp::start(database).await;
    app.first_user().await;
    let mut same_name = account("bob");
    same_name["username"] = json!("ANN");
    let error = app.anonymous().post("/api/auth/signup", same_name).await.refused(409, "TAKEN");
    assert!(error["fields"]["username"].is_string(), "{error}");
    let mut same_address = account("bob");
    same_address["email"] = json!("Ann@Example.org");
    let error = app.anonymous().post("/api/auth/signup", same_address).await.refused(409, "TAKEN");
    assert!(error["fields"]["email"].is_string(), "{error}");
    assert_eq!(app.number("SELECT count(*) FROM users").await, 1);
}

async fn of_two_sign_ups_with_one_name_at_once_one_is_refused(database: Database) {
    let app = TestApp::start(database).await;
    app.first_user().await;
    let (one, other) = (app.anonymous(), app.anonymous());
    let (one, other) =
        tokio::join!(one.post("/api/auth/signup", account("bob")), other.post("/api/auth/signup", account("bob")));
    let mut statuses = [one.status, other.status];
    statuses.sort_unstable();
    assert_eq!(statuses, [200, 409]);
}

async fn a_username_is_stored_in_lower_case(database: Database) {
    let app = TestApp::start(database).await;
    let mut body = account("ann");
    body["username"] = json!(" ANN_1 ");
    assert_eq!(app.anonymous().post("/api/auth/signup", body).await.ok()["username"], "ann_1");
    let login = json!({ "login": "Ann_1", "password": password_of("ann") });
    app.anonymous().post("/api/auth/login", login).await.ok();
}

async fn one_signs_in_by_username_or_address(database: Database) {
    let app = TestApp::start(database).await;
    app.first_user().await;
    for login in ["ann", "ANN", "ann@example.org", " Ann@Example.org "] {
        let body = json!({ "login": login, "password": password_of("ann") });
        let answer = app.anonymous().post("/api/auth/login", body).await;
        let cookie = answer.cookie("session").expect("a cookie");
        assert_eq!(answer.ok()["username"], "ann");
        let me = app.anonymous().with_cookie(&cookie).get("/api/auth/me").await.ok();
        assert_eq!(me["email"], "ann@example.org");
    }
}

async fn a_wrong_password_is_answered_as_an_unknown_account_is(database: Database) {
    let app = TestApp::start(database).await;
    app.first_user().await;
    for path in ["/api/auth/login", "/api/auth/token"] {
        let wrong = json!({ "login": "ann", "password": "wrong password" });
        let wrong = app.anonymous().post(path, wrong).await;
        assert_eq!(wrong.cookie("session"), None);
        let wrong = wrong.refused(401, "WRONG_CREDENTIALS");
        let unknown = json!({ "login": "nobody", "password": "wrong password" });
        let unknown = app.anonymous().post(path, unknown).await.refused(401, "WRONG_CREDENTIALS");
        assert_eq!(wrong["message"], unknown["message"]);
    }
}

async fn signing_out_ends_the_session_at_once(database: Database) {
    let app = TestApp::start(database).await;
    let ann = app.first_user().await;
    let answer = ann.post_nothing("/api/auth/logout").await;
    let line = answer.set_cookie("session").expect("the cookie is taken back");
    assert!(line.contains("Max-Age=0"), "{line}");
    answer.ok();
    ann.get("/api/auth/me").await.refused(401, "NOT_SIGNED_IN");
    // Nobody signed in is fine too.
    app.anonymous().post_nothing("/api/auth/logout").await.ok();
}

async fn nobody_signed_in_is_nobody(database: Database) {
    let app = TestApp::start(database).await;
    app.anonymous().get("/api/auth/me").await.refused(401, "NOT_SIGNED_IN");
    for garbage in ["", "garbage", "a.b.c", &"x".repeat(5000)] {
        app.anonymous().with_bearer(garbage).get("/api/auth/me").await.refused(401, "NOT_SIGNED_IN");
        let cookie = format!("streamit_session={garbage}");
        app.anonymous().with_cookie(&cookie).get("/api/auth/me").await.refused(401, "NOT_SIGNED_IN");
    }
}

async fn a_token_made_elsewhere_is_nobody(database: Database) {
    let (app, other) = (TestApp::start(database).await, TestApp::start(database).await);
    let stranger = other.first_user().await;
    app.first_user().await;
    app.anonymous().with_cookie(stranger.credential()).get("/api/auth/me").await.refused(401, "NOT_SIGNED_IN");
    // A token of ours that was changed.
    let ann = app.first_user().await.with_token().await;
    let (head, tail) = ann.credential().rsplit_once('.').unwrap();
    let (header, _) = head.split_once('.').unwrap();
    for forged in [format!("{header}.e30.{tail}"), format!("{head}."), format!("{head}.{}", "A".repeat(tail.len()))] {
        app.anonymous().with_bearer(&forged).get("/api/auth/me").await.refused(401, "NOT_SIGNED_IN");
    }
}

async fn a_token_for_scripts_works_as_a_bearer(database: Database) {
    let app = TestApp::start(database).await;
    let ann = app.first_user().await;
    let body = json!({ "login": "ann", "password": password_of("ann") });
    let answer = ann.post("/api/auth/token", body).await;
    assert_eq!(answer.cookie("session"), None);
    let made = answer.ok();
    assert!(made["expiresAt"].as_str().unwrap().ends_with('Z'), "{made}");
    let script = app.anonymous().with_bearer(made["token"].as_str().unwrap());
    assert_eq!(script.get("/api/auth/me").await.ok()["username"], "ann");
    let changed = script.put("/api/stream/info", json!({ "title": "By a script" })).await.ok();
    assert_eq!(changed["title"], "By a script");
}

/// Signs up as often as asked for, all at once.
async fn sign_up_often(from: impl Fn(usize) -> Caller, count: usize) -> Vec<Answer> {
    let all = (0..count).map(|n| {
        let somebody = from(n);
        async move { somebody.post("/api/auth/signup", account(&format!("user{n}"))).await }
    });
    join_all(all).await
}

#[track_caller]
fn assert_too_many(answer: Answer, most_secs: u64) {
    let wait: u64 = answer.header("retry-after").parse().expect("seconds");
    assert!((1..=most_secs).contains(&wait), "{wait}");
    let error = answer.refused(429, "TOO_MANY_REQUESTS");
    assert_eq!(error["retryAfterSeconds"], wait);
}

async fn too_many_sign_ups_from_one_address_are_refused(database: Database) {
    let app = TestApp::start(database).await;
    // What stands before the address that the proxy saw, anybody can claim.
    let claimed = |n: usize| app.anonymous().at_address(&format!("1.2.3.{n}, 203.0.113.7"));
    for answer in sign_up_often(claimed, 20).await {
        answer.ok();
    }
    let one_more = claimed(99).post("/api/auth/signup", account("late")).await;
    assert_too_many(one_more, 3600);
    let with_port = app.anonymous().at_address("1.2.3.4, 203.0.113.7:5000");
    assert_too_many(with_port.post("/api/auth/signup", account("late")).await, 3600);
    app.anonymous().at_address("203.0.113.8").sign_up("late").await;
}

async fn behind_no_trusted_proxy_the_forwarded_address_is_not_believed(database: Database) {
    let app = TestApp::with(database, &[("STREAMIT_TRUSTED_PROXIES", "")]).await;
    for answer in sign_up_often(|_| app.anonymous(), 20).await {
        answer.ok();
    }
    assert_too_many(app.anonymous().post("/api/auth/signup", account("late")).await, 3600);
}

async fn too_many_sign_ins_to_one_account_are_refused(database: Database) {
    let app = TestApp::start(database).await;
    let bob = app.user("bob").await;
    let wrong = |login: &str| json!({ "login": login, "password": "wrong password" });
    // Both names of an account count together, from any address.
    let tries = (0..10).map(|n| {
        let (somebody, body) = (app.anonymous(), wrong(if n % 2 == 0 { "bob" } else { "bob@example.org" }));
        async move { somebody.post("/api/auth/login", body).await }
    });
    for answer in join_all(tries).await {
        answer.refused(401, "WRONG_CREDENTIALS");
    }
    let right = json!({ "login": "bob", "password": password_of("bob") });
    assert_too_many(app.anonymous().post("/api/auth/login", right.clone()).await, 900);
    assert_too_many(app.anonymous().post("/api/auth/token", right).await, 900);
    // Who is signed in stays so, and nobody else is kept out.
    bob.get("/api/auth/me").await.ok();
    app.anonymous().sign_in("ann").await;
    // A name that is nobody's is limited all the same: it must not show that it is.
    let tries = (0..10).map(|_| {
        let somebody = app.anonymous();
        async move { somebody.post("/api/auth/login", wrong("nobody")).await }
    });
    join_all(tries).await;
    assert_too_many(app.anonymous().post("/api/auth/login", wrong("nobody")).await, 900);
}

async fn the_cookie_is_bound_to_the_host_over_https(database: Database) {
    let app = TestApp::with(database, &[("STREAMIT_BASE_URL", "https://live.example.org")]).await;
    let line = app.anonymous().post("/api/auth/signup", account("ann")).await.set_cookie("session").unwrap();
    assert!(line.starts_with("__Host-streamit_session="), "{line}");
    for attribute in ["; Path=/", "; HttpOnly", "; SameSite=Lax", "; Secure", "; Max-Age="] {
        assert!(line.contains(attribute), "{line}");
    }
    assert!(!line.contains("Domain"), "{line}");
    let plain = TestApp::start(database).await;
    let line = plain.anonymous().post("/api/auth/signup", account("ann")).await.set_cookie("session").unwrap();
    assert!(line.starts_with("streamit_session=") && !line.contains("Secure"), "{line}");
    assert!(line.contains("HttpOnly") && line.contains("SameSite=Lax"), "{line}");
}

async fn what_is_missing_is_told_to_those_who_can_do_something_about_it(database: Database) {
    let app = TestApp::with(database, &[("LIVEKIT_URL", "")]).await;
    let missing = app.anonymous().get("/api/setup").await.ok();
    assert!(missing[0]["name"].as_str().unwrap().contains("LiveKit"), "{missing}");
    let ann = app.first_user().await;
    assert_eq!(ann.get("/api/setup").await.ok().as_array().unwrap().len(), 1);
    // With an account there, it is nobody else's business.
    assert_eq!(app.anonymous().get("/api/setup").await.ok(), json!([]));
    assert_eq!(app.user("bob").await.get("/api/setup").await.ok(), json!([]));

    let complete = TestApp::start(database).await;
    assert_eq!(complete.anonymous().get("/api/setup").await.ok(), json!([]));
    complete.livekit.go_down();
    assert_eq!(complete.anonymous().get("/api/setup").await.ok().as_array().unwrap().len(), 1);
}
