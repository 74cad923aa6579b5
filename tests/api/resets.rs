//! A new password by mail: who gets a link, what it is good for, and what nobody finds out. The mail server is a
//! double, which also hangs, refuses and does not encrypt: none of that is heard by who asks.

use std::time::{Duration, Instant};

use futures::future::join_all;
use reqwest::{Method, header};
use serde_json::{Value, json};
use streamit::server::db::Queryable as _;

use crate::support::{
    Answer, Caller, Database, TestApp,
    caller::{account, password_of},
    log::PASSWORD_MARK,
    smtp::{FakeSmtp, Mood},
};

on_both_databases![
    a_link_leads_to_a_new_password_once_and_ends_all_sessions,
    asking_is_answered_alike_whoever_it_is_for,
    a_mail_server_that_is_silent_or_refuses_takes_nothing_down,
    nothing_is_said_to_a_mail_server_that_does_not_encrypt,
    an_account_gets_three_links_an_hour_and_an_address_asks_ten_times,
    a_link_is_worth_nothing_after_half_an_hour,
    a_link_is_worth_nothing_once_password_or_address_have_changed,
    a_link_goes_to_the_address_that_holds_when_it_is_made,
    of_two_who_use_one_link_at_once_one_does,
    a_bad_new_password_leaves_the_link_as_it_is,
    without_mail_there_is_no_link_and_the_page_says_who_can_help,
    the_pages_work_as_plain_forms_and_tell_nobody_their_address,
    only_the_hash_of_a_link_is_stored,
];

/// An app that sends mail, and where to.
async fn with_mail(database: Database) -> (TestApp, FakeSmtp) {
    let smtp = FakeSmtp::start().await;
    let settings = smtp.settings();
    let settings: Vec<(&str, &str)> = settings.iter().map(|(name, value)| (*name, value.as_str())).collect();
    (TestApp::with(database, &settings).await, smtp)
}

async fn ask(caller: &Caller, login: &str) -> Answer {
    caller.post("/api/auth/reset", json!({ "login": login })).await
}

async fn confirm(caller: &Caller, token: &str, password: &str) -> Answer {
    caller.post("/api/auth/reset/confirm", json!({ "token": token, "password": password })).await
}

fn new_password() -> String {
    format!("{PASSWORD_MARK}-chosen-anew")
}

/// The token that the account of that name gets.
async fn token_for(app: &TestApp, smtp: &FakeSmtp, login: &str) -> String {
    let before = smtp.mails().len();
    ask(&app.anonymous(), login).await.ok();
    smtp.mail(before).await.token()
}

async fn a_link_leads_to_a_new_password_once_and_ends_all_sessions(database: Database) {
    let (app, smtp) = with_mail(database).await;
    let bob = app.user("bob").await;
    let script = bob.with_token().await;
    let mut events = bob.events("/api/account/events").await;
    assert_eq!(app.anonymous().get("/api/auth/reset").await.ok(), json!({ "isAvailable": true }));
    assert_eq!(ask(&app.anonymous(), " Bob@Example.org ").await.ok(), Value::Null);
    let mail = smtp.mail(0).await;
    assert_eq!(mail.to, "bob@example.org");
    assert!(mail.text.contains("Hello bob,") && mail.text.contains("http://localhost"), "{}", mail.text);
    // Somebody has tried too often, and it is locked for a while.
    app.execute("UPDATE rate_limits SET hits = 99 WHERE name LIKE 'sign-in %' AND name NOT LIKE 'sign-in from %'")
        .await;
    confirm(&app.anonymous(), &mail.token(), &new_password()).await.ok();
    for caller in [&bob, &script] {
        caller.get("/api/auth/me").await.refused(401, "NOT_SIGNED_IN");
    }
    while events.next().await.is_some() {}
    app.anonymous().post("/api/auth/login", json!({ "login": "bob", "password": new_password() })).await.ok();
    let old = json!({ "login": "bob", "password": password_of("bob") });
    app.anonymous().post("/api/auth/login", old).await.refused(401, "WRONG_CREDENTIALS");
    confirm(&app.anonymous(), &mail.token(), &new_password()).await.names(&["token"]);
    confirm(&app.anonymous(), "streamit-reset-made-up", &new_password()).await.names(&["token"]);
}

async fn asking_is_answered_alike_whoever_it_is_for(database: Database) {
    let (app, smtp) = with_mail(database).await;
    app.user("bob").await;
    let shape = |answer: &Answer| {
        let names: Vec<String> = answer.headers.keys().map(ToString::to_string).collect();
        (answer.status, answer.body.clone(), names)
    };
    let known = ask(&app.anonymous(), "bob").await;
    let unknown = ask(&app.anonymous(), "nobody@example.org").await;
    assert_eq!(shape(&known), shape(&unknown));
    smtp.mail(0).await;
    ask(&app.anonymous(), "bob@example.org").await.ok();
    smtp.mail(1).await;
    assert_eq!(smtp.mails().len(), 2, "nobody gets none");
    // As long, too: who it is, is looked up after the answer.
    let took = async |login: &str| {
        let mut shortest = Duration::MAX;
        for _ in 0..8 {
            let begun = Instant::now();
            ask(&app.anonymous(), login).await.ok();
            shortest = shortest.min(begun.elapsed());
        }
        shortest
    };
    let (known, unknown) = (took("bob").await, took("nobody").await);
    let most = Duration::from_millis(30);
    assert!(known < unknown * 4 + most && unknown < known * 4 + most, "{known:?} and {unknown:?}");
    ask(&app.anonymous(), "  ").await.names(&["login"]);
}

async fn a_mail_server_that_is_silent_or_refuses_takes_nothing_down(database: Database) {
    let (app, smtp) = with_mail(database).await;
    app.user("bob").await;
    let program = app.program().await;
    let guest = || program.seen_by(&app.anonymous());
    smtp.is(Mood::Refusing);
    ask(&guest(), "bob").await.ok();
    let line = program.until_logged("the failure", |line| line.contains("was not mailed")).await;
    assert!(line.contains("ERROR") && line.contains("550"), "{line}");
    smtp.is(Mood::Silent);
    let begun = Instant::now();
    ask(&guest(), "bob").await.ok();
    smtp.until_said("CONNECT").await;
    guest().get("/forgot").await;
    guest().get("/healthz").await;
    assert!(begun.elapsed() < Duration::from_secs(9), "nobody waits for it: {:?}", begun.elapsed());
    // What a server answers may hold an address.
    assert!(!program.has_logged("bob@example.org"));
}

async fn nothing_is_said_to_a_mail_server_that_does_not_encrypt(database: Database) {
    let smtp = FakeSmtp::start().await;
    let settings = smtp.settings_by("smtp+starttls");
    let settings: Vec<(&str, &str)> = settings.iter().map(|(name, value)| (*name, value.as_str())).collect();
    let app = TestApp::start(database).await;
    app.user("bob").await;
    let program = app.program_with(&settings).await;
    ask(&program.seen_by(&app.anonymous()), "bob").await.ok();
    program.until_logged("the failure", |line| line.contains("was not mailed")).await;
    let said = smtp.said();
    assert!(said.iter().any(|word| word == "EHLO"), "{said:?}");
    assert!(!said.iter().any(|word| matches!(word.as_str(), "AUTH" | "MAIL" | "RCPT" | "DATA")), "{said:?}");
}

async fn an_account_gets_three_links_an_hour_and_an_address_asks_ten_times(database: Database) {
    let (app, smtp) = with_mail(database).await;
    app.user("bob").await;
    app.user("eve").await;
    for (n, login) in ["bob", "bob@example.org", "bob"].into_iter().enumerate() {
        ask(&app.anonymous(), login).await.ok();
        smtp.mail(n).await;
    }
    // Nobody hears that it was too often; what comes after it shows that no mail came.
    ask(&app.anonymous(), "bob").await.ok();
    let counted = "SELECT hits FROM rate_limits WHERE name LIKE 'reset %' AND name NOT LIKE 'reset from %'";
    crate::support::eventually("it was counted", || async { (app.number(counted).await == 4).then_some(()) }).await;
    ask(&app.anonymous(), "eve").await.ok();
    assert_eq!(smtp.mail(3).await.to, "eve@example.org");
    let somebody = app.anonymous();
    for answer in join_all((0..10).map(|_| ask(&somebody, "nobody"))).await {
        answer.ok();
    }
    ask(&somebody, "bob").await.refused_for(429, "TOO_MANY_REQUESTS", 1..=3600);
}

async fn a_link_is_worth_nothing_after_half_an_hour(database: Database) {
    let (app, smtp) = with_mail(database).await;
    app.user("bob").await;
    let token = token_for(&app, &smtp, "bob").await;
    let left =
        app.number("SELECT max(expires_at) - (SELECT max(created_at) FROM audit_entries) FROM password_resets").await;
    assert!((1_799_000..=1_801_000).contains(&left), "{left}");
    app.execute("UPDATE password_resets SET expires_at = expires_at - 1801000").await;
    confirm(&app.anonymous(), &token, &new_password()).await.names(&["token"]);
    app.anonymous().sign_in("bob").await;
}

async fn a_link_is_worth_nothing_once_password_or_address_have_changed(database: Database) {
    let (app, smtp) = with_mail(database).await;
    let (bob, eve) = (app.user("bob").await, app.user("eve").await);
    let (of_bob, of_eve) = (token_for(&app, &smtp, "bob").await, token_for(&app, &smtp, "eve").await);
    let body = json!({ "currentPassword": password_of("bob"), "newPassword": new_password() });
    bob.put("/api/account/password", body).await.ok();
    let body = json!({ "currentPassword": password_of("eve"), "email": "new@example.org" });
    eve.put("/api/account/email", body).await.ok();
    for token in [of_bob, of_eve] {
        confirm(&app.anonymous(), &token, &new_password()).await.names(&["token"]);
    }
    bob.get("/api/auth/me").await.ok();
}

async fn a_link_goes_to_the_address_that_holds_when_it_is_made(database: Database) {
    let (app, smtp) = with_mail(database).await;
    app.user("bob").await;
    // The address is being changed, and is not yet.
    let mut tx = app.db().begin().await.unwrap();
    tx.write("UPDATE users SET email = 'new@example.org' WHERE username = 'bob'").execute().await.unwrap();
    let guest = app.anonymous();
    let asking = tokio::spawn(async move { ask(&guest, "bob").await });
    app.until_one_waits().await;
    tx.commit().await.unwrap();
    asking.await.unwrap().ok();
    assert_eq!(smtp.mail(0).await.to, "new@example.org");
}

async fn of_two_who_use_one_link_at_once_one_does(database: Database) {
    let (app, smtp) = with_mail(database).await;
    app.user("bob").await;
    let token = token_for(&app, &smtp, "bob").await;
    let (one, other) = (app.anonymous(), app.anonymous());
    let (password, another) = (new_password(), format!("{}-2", new_password()));
    let (one, other) = tokio::join!(confirm(&one, &token, &password), confirm(&other, &token, &another));
    let mut statuses = [one.status, other.status];
    statuses.sort_unstable();
    assert_eq!(statuses, [200, 422]);
}

async fn a_bad_new_password_leaves_the_link_as_it_is(database: Database) {
    let (app, smtp) = with_mail(database).await;
    app.user("bob").await;
    let token = token_for(&app, &smtp, "bob").await;
    for bad in ["short", "password123", "bob@example.org", &"x".repeat(201)] {
        confirm(&app.anonymous(), &token, bad).await.names(&["password"]);
    }
    confirm(&app.anonymous(), &token, &new_password()).await.ok();
}

async fn without_mail_there_is_no_link_and_the_page_says_who_can_help(database: Database) {
    let app = TestApp::start(database).await;
    app.first_user().await;
    assert_eq!(app.anonymous().get("/api/auth/reset").await.ok(), json!({ "isAvailable": false }));
    ask(&app.anonymous(), "ann").await.refused(409, "CONFLICT");
    let program = app.program().await;
    let guest = program.seen_by(&app.anonymous());
    let page = guest.get("/forgot").await.body;
    assert!(page.contains("streamit user password NAME") && !page.contains("Mail me a link"), "{page}");
    assert!(!guest.get("/login").await.body.contains("/forgot"));
}

async fn the_pages_work_as_plain_forms_and_tell_nobody_their_address(database: Database) {
    let (app, smtp) = with_mail(database).await;
    app.user("bob").await;
    let program = app.program().await;
    let guest = program.seen_by(&app.anonymous());
    assert!(guest.get("/login").await.body.contains("href=\"/forgot\""));
    let answer = guest.post_form("/api/auth/reset", "/forgot", &[("login", "bob")]).await;
    assert_eq!((answer.status, answer.header("location")), (302, "/forgot?sent=yes"));
    assert!(guest.get("/forgot?sent=yes").await.body.contains("a link is on its way"));
    let answer = guest.post_form("/api/auth/reset", "/forgot", &[("login", " ")]).await;
    assert!(answer.header("location").contains("/forgot?") && answer.header("location").contains("__err="));

    let token = smtp.mail(0).await.token();
    let page = guest.get(&format!("/reset?token={token}")).await;
    assert_eq!(page.header("referrer-policy"), "no-referrer");
    assert_eq!(page.header("cache-control"), "private, no-store");
    assert!(page.body.contains(&format!("value=\"{token}\"")), "{}", page.body);
    // From a page that tells nobody its address, a browser sends no Referer and no Origin.
    let send = async |password: &str| {
        let fields = [("token", token.as_str()), ("password", password)];
        let request = guest
            .request(Method::POST, "/api/auth/reset/confirm")
            .header(header::CONTENT_TYPE, "application/x-www-form-urlencoded")
            .header(header::ACCEPT, "text/html,*/*;q=0.8")
            .header(header::ORIGIN, "null")
            .header("sec-fetch-site", "same-origin")
            .body(serde_urlencoded::to_string(fields).unwrap());
        Answer::to(request).await
    };
    let back = send("short-pw!").await;
    let location = back.header("location").to_owned();
    assert!(back.status == 302 && location.starts_with("/reset?") && location.contains("__err="), "{location}");
    assert!(location.contains(&format!("token={token}")) && !location.contains("short-pw"), "{location}");
    assert!(guest.get(&location).await.body.contains("10 to 200 characters"));
    let done = send(&new_password()).await;
    assert_eq!((done.status, done.header("location")), (302, "/login?reset=yes"));
    assert!(guest.get("/login?reset=yes").await.body.contains("Your new password is set"));
    let again = send(&new_password()).await;
    let page = guest.get(again.header("location")).await.body;
    assert!(page.contains("This link was used already"), "{page}");
    for cut in ["/reset", "/reset?token=", &format!("/reset?token={}", &token[..token.len() - 1])] {
        let page = guest.get(cut).await;
        assert!(page.status == 200 && page.body.contains("The address is not whole"), "{page:?}");
        assert!(page.body.contains("href=\"/forgot\"") && !page.body.contains("name=\"password\""), "{page:?}");
    }
}

async fn only_the_hash_of_a_link_is_stored(database: Database) {
    let (app, smtp) = with_mail(database).await;
    app.anonymous().post("/api/auth/signup", account("ann")).await.ok();
    let token = token_for(&app, &smtp, "ann").await;
    assert_eq!(app.number("SELECT count(*) FROM password_resets").await, 1);
    let stored = app.everything_stored().await;
    assert!(!stored.windows(token.len()).any(|window| window == token.as_bytes()));
}
