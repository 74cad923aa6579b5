//! What a page without WASM sends: plain forms, answered by a redirect. What failed, and what was typed, is in the
//! address that they are sent back to; a password never is.

use reqwest::{Method, header};
use serde_json::json;

use crate::support::{Answer, Database, TestApp, caller::password_of, log::PASSWORD_MARK};

on_both_databases![
    a_form_signs_up_and_goes_on_to_where_it_was_wanted,
    a_form_signs_in_and_out,
    an_error_goes_back_to_the_form_without_the_password,
    a_form_applies_and_decides,
    a_decision_that_failed_keeps_its_reason,
    a_form_changes_the_account_and_its_page_says_so,
    a_form_that_failed_keeps_what_was_typed_but_no_password,
    a_form_deletes_the_account_and_leads_away,
    a_form_from_another_site_is_refused,
    what_is_no_form_answers_json_whatever_it_accepts,
];

async fn a_form_signs_up_and_goes_on_to_where_it_was_wanted(database: Database) {
    let app = TestApp::start(database).await;
    let fields = [
        ("username", "ann"),
        ("email", "ann@example.org"),
        ("password", &password_of("ann")),
        ("next", "/dashboard/keys?a=b"),
    ];
    let answer = app.anonymous().post_form("/api/auth/signup", "/signup", &fields).await;
    assert_eq!((answer.status, answer.header("location")), (302, "/dashboard/keys?a=b"));
    let cookie = answer.cookie("session").expect("the cookie");
    assert_eq!(app.anonymous().with_cookie(&cookie).get("/api/auth/me").await.ok()["username"], "ann");
}

async fn a_form_signs_in_and_out(database: Database) {
    let app = TestApp::start(database).await;
    app.first_user().await;
    let fields = [("login", "ann"), ("password", &password_of("ann")), ("next", "/")];
    let answer = app.anonymous().post_form("/api/auth/login", "/login?next=%2F", &fields).await;
    assert_eq!((answer.status, answer.header("location")), (302, "/"));
    let ann = app.anonymous().with_cookie(&answer.cookie("session").expect("the cookie"));
    ann.get("/api/auth/me").await.ok();
    let answer = ann.post_form("/api/auth/logout", "/account", &[]).await;
    assert_eq!(answer.status, 302);
    assert!(answer.set_cookie("session").is_some_and(|line| line.contains("Max-Age=0")));
    ann.get("/api/auth/me").await.refused(401, "NOT_SIGNED_IN");
}

async fn an_error_goes_back_to_the_form_without_the_password(database: Database) {
    let app = TestApp::start(database).await;
    app.first_user().await;
    let sign_in = [("login", "ann"), ("password", &format!("{PASSWORD_MARK}-wrong"))];
    let sign_up = [("username", "a b"), ("email", "ann"), ("password", &password_of("ann")), ("next", "/")];
    let too_short = [("username", "bob"), ("email", "bob@example.org"), ("password", "short-pw!")];
    for answer in [
        app.anonymous().post_form("/api/auth/login", "/login?next=%2Fapply", &sign_in).await,
        app.anonymous().post_form("/api/auth/signup", "/signup", &sign_up).await,
        app.anonymous().post_form("/api/auth/signup", "/signup", &too_short).await,
    ] {
        assert_eq!(answer.status, 302, "{answer:?}");
        assert_eq!(answer.cookie("session"), None);
        let target = answer.header("location");
        assert!(target.contains("/login?") || target.contains("/signup?"), "{target}");
        assert!(target.contains("__err="), "{target}");
        let url =
            url::Url::parse(target).unwrap_or_else(|_| url::Url::parse("http://h").unwrap().join(target).unwrap());
        let queried: String = url.query_pairs().map(|(name, value)| format!("{name}={} ", decoded(&value))).collect();
        assert!(queried.contains("message"), "the error is readable: {queried}");
        for secret in [PASSWORD_MARK, "short-pw!"] {
            assert!(!target.contains(secret) && !queried.contains(secret), "{queried}");
        }
    }
}

/// What server_fn wrote into a query: URL-safe base64, where it is that.
fn decoded(value: &str) -> String {
    use base64::{Engine as _, engine::general_purpose::URL_SAFE};
    let bytes = URL_SAFE.decode(value).unwrap_or_else(|_| value.as_bytes().to_vec());
    String::from_utf8_lossy(&bytes).into_owned()
}

async fn a_form_applies_and_decides(database: Database) {
    let app = TestApp::start(database).await;
    let (ann, bob) = (app.first_user().await, app.user("bob").await);
    let answer = bob.post_form("/api/creator/application", "/apply", &[("about", "Music & talk")]).await;
    assert_eq!(answer.status, 302);
    assert!(answer.header("location").trim_end_matches('?').ends_with("/apply"), "{answer:?}");
    let application = bob.get("/api/creator/application").await.ok();
    assert_eq!(application["about"], "Music & talk");
    let id = application["id"].as_str().unwrap();
    let refused = [("id", id), ("decision", "reject"), ("reason", "")];
    let answer = ann.post_form("/api/admin/applications/decision", "/admin", &refused).await;
    assert!(answer.status == 302 && answer.header("location").contains("__err="), "{answer:?}");
    let approved = [("id", id), ("decision", "approve"), ("reason", "")];
    let answer = ann.post_form("/api/admin/applications/decision", "/admin", &approved).await;
    assert!(answer.status == 302 && !answer.header("location").contains("__err="), "{answer:?}");
    assert_eq!(bob.get("/api/auth/me").await.ok()["isCreator"], true);
}

async fn a_decision_that_failed_keeps_its_reason(database: Database) {
    let app = TestApp::start(database).await;
    let (ann, bob, eve) = (app.first_user().await, app.user("bob").await, app.user("eve").await);
    let mut ids = vec![];
    for person in [&bob, &eve] {
        let about = json!({ "about": "Music & talk" });
        let application = person.post("/api/creator/application", about).await.ok();
        ids.push(application["id"].as_str().unwrap().to_owned());
    }
    let reason = format!("Too short & <b>{}", "x".repeat(2000));
    let fields = [("id", ids[0].as_str()), ("decision", "reject"), ("reason", reason.as_str())];
    let answer = ann.post_form("/api/admin/applications/decision", "/admin?status=PENDING", &fields).await;
    let back = url::Url::parse(answer.header("location")).unwrap();
    assert!(back.as_str().contains("__err="), "{back}");
    let page = ann.get(&format!("{}?{}", back.path(), back.query().unwrap())).await;
    let forms: Vec<&str> = page.body.split("<details").filter(|part| part.contains("id=\"reason-")).collect();
    let form = |id: &str| *forms.iter().find(|form| form.contains(&format!("id=\"reason-{id}\""))).unwrap();
    let is_open = |form: &str| form.split('>').next().is_some_and(|tag| tag.contains(" open"));
    let (failed, other) = (form(&ids[0]), form(&ids[1]));
    assert!(is_open(failed) && failed.contains("Too short &amp; &lt;b>xxx"), "{failed}");
    assert!(!is_open(other) && !other.contains("Too short"), "of somebody else: {other}");
}

async fn a_form_changes_the_account_and_its_page_says_so(database: Database) {
    let app = TestApp::start(database).await;
    let bob = app.user("bob").await;
    let (new, current) = (password_of("another"), password_of("bob"));
    let (new, current) = (new.as_str(), current.as_str());
    for (path, fields) in [
        ("/api/account/profile", [("displayName", "Bob & Co"), ("about", "One\r\nTwo <b>")]),
        ("/api/account/email", [("email", "Robert@example.org"), ("currentPassword", current)]),
        ("/api/account/password", [("currentPassword", current), ("newPassword", new)]),
    ] {
        let answer = bob.post_form(path, "/account?about=old&__saved=x", &fields).await;
        let target = answer.header("location");
        let said = serde_urlencoded::to_string([("__saved", path)]).unwrap();
        assert!(answer.status == 302 && target.ends_with(&format!("/account?{said}")), "{target}");
    }
    let account = bob.get("/api/account").await.ok();
    assert_eq!((&account["displayName"], &account["about"]), (&json!("Bob & Co"), &json!("One\nTwo <b>")));
    assert_eq!(account["email"], "robert@example.org");
    let sign_in = json!({ "login": "bob", "password": new });
    app.anonymous().post("/api/auth/login", sign_in).await.ok();
}

async fn a_form_that_failed_keeps_what_was_typed_but_no_password(database: Database) {
    let app = TestApp::start(database).await;
    let bob = app.user("bob").await;
    let profile = [("displayName", "a\u{202e}b"), ("about", "Kept & shown")];
    let answer = bob.post_form("/api/account/profile", "/account", &profile).await;
    let target = answer.header("location");
    assert!(answer.status == 302 && target.contains("__err=") && target.contains("about=Kept+%26+shown"), "{target}");
    let wrong: &str = &format!("{PASSWORD_MARK}-wrong");
    let email = [("email", "new@example.org"), ("currentPassword", wrong)];
    let password = [("currentPassword", wrong), ("newPassword", wrong)];
    let deletion = [("password", wrong), ("confirm", "bob")];
    for (path, fields, kept) in [
        ("/api/account/email", email, "email=new%40example.org"),
        ("/api/account/password", password, ""),
        ("/api/account/delete", deletion, ""),
    ] {
        let answer = bob.post_form(path, "/account", &fields).await;
        let target = answer.header("location");
        assert!(answer.status == 302 && target.contains("/account?"), "{target}");
        assert!(target.contains("__err=") && target.contains(kept), "{target}");
        let all: String = url::Url::parse(target).unwrap().query_pairs().map(|(_, value)| decoded(&value)).collect();
        assert!(!target.contains(PASSWORD_MARK) && !all.contains(PASSWORD_MARK), "{all}");
    }
    let long = "x".repeat(5000);
    let profile = [("displayName", "Bob"), ("about", long.as_str())];
    let answer = bob.post_form("/api/account/profile", "/account", &profile).await;
    assert!(answer.header("location").len() < 2000, "an address holds no more: {answer:?}");
    assert_eq!(bob.get("/api/account").await.ok()["displayName"], "bob");
}

async fn a_form_deletes_the_account_and_leads_away(database: Database) {
    let app = TestApp::start(database).await;
    let bob = app.user("bob").await;
    let fields = [("password", password_of("bob")), ("confirm", "bob".to_owned())];
    let fields = fields.each_ref().map(|(name, value)| (*name, value.as_str()));
    let answer = bob.post_form("/api/account/delete", "/account", &fields).await;
    assert_eq!((answer.status, answer.header("location")), (302, "/"));
    assert!(answer.set_cookie("session").is_some_and(|line| line.contains("Max-Age=0")));
    bob.get("/api/auth/me").await.refused(401, "NOT_SIGNED_IN");
}

async fn a_form_from_another_site_is_refused(database: Database) {
    let app = TestApp::start(database).await;
    let form = app
        .anonymous()
        .request(Method::POST, "/api/auth/signup")
        .header(header::CONTENT_TYPE, "application/x-www-form-urlencoded")
        .header(header::ACCEPT, "text/html")
        .header(header::ORIGIN, "https://evil.example")
        .body("username=ann&email=a%40b.c&password=0123456789");
    Answer::to(form).await.refused(403, "CROSS_ORIGIN");
}

async fn what_is_no_form_answers_json_whatever_it_accepts(database: Database) {
    let app = TestApp::start(database).await;
    let ann = app.first_user().await;
    let change = ann.request(Method::PUT, "/api/stream/info").header(header::ACCEPT, "text/html");
    Answer::to(change.json(&json!({ "title": "" }))).await.names(&["title"]);
    let look = app.anonymous().request(Method::GET, "/api/auth/me").header(header::ACCEPT, "text/html");
    Answer::to(look).await.refused(401, "NOT_SIGNED_IN");
    let sign_in = app.anonymous().request(Method::POST, "/api/auth/login").header(header::ACCEPT, "text/html");
    let wrong = json!({ "login": "ann", "password": "wrong password" });
    Answer::to(sign_in.json(&wrong)).await.refused(401, "WRONG_CREDENTIALS");
}
