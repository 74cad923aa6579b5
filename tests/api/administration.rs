//! What admins see of an installation: who has an account, and how its parts are. Whatever is away, silent or not set
//! up, the answer comes and says so; and neither answer nor page has an address for mail in it.

use std::time::{Duration, Instant};

use livekit_protocol::IngressInput;
use reqwest::{Method, header};
use serde_json::{Value, json};
use tokio::net::TcpListener;

use crate::support::{
    Answer, Caller, Database, Fault, TestApp, Webhook,
    chat::items,
    log::{KEY_MARK, PASSWORD_MARK, SECRET_MARK},
    s3::{self, FakeS3},
    smtp::{self, FakeSmtp},
    webhook::{event, room},
};

on_both_databases![
    accounts_are_listed_the_newest_first_without_their_address,
    accounts_are_found_by_their_names,
    accounts_come_in_pieces_of_fifty,
    accounts_and_parts_are_for_admins_alone,
    where_all_is_well_every_part_says_so,
    a_livekit_that_is_away_or_hangs_is_said_and_keeps_nobody_waiting,
    a_livekit_that_refuses_the_key_is_said,
    what_was_found_serves_for_a_while_and_looking_again_asks_anew,
    an_ingress_that_is_away_is_said,
    webhooks_that_do_not_come_are_said,
    a_storage_or_a_mail_server_that_fails_is_said,
    what_is_not_set_up_says_how_to,
    an_ingress_that_fetches_is_not_where_encoders_connect,
    the_page_shows_users_and_parts_without_a_script,
    looking_for_somebody_leaves_the_applications_as_they_are,
];

/// Twice as long as any part is asked: three that are silent are not waited for one after the other.
const SOON: Duration = Duration::from_secs(6);

/// The usernames in a piece of the list.
fn names(page: &Value) -> Vec<String> {
    items(page).iter().map(|one| one["username"].as_str().unwrap().to_owned()).collect()
}

/// A part as it is now, as the admin is told of it. What is told in all holds no secret.
async fn part(admin: &Caller, name: &str) -> Value {
    let began = Instant::now();
    let answer = admin.get("/api/admin/health?again=true").await;
    assert!(began.elapsed() < SOON, "it took {:?}", began.elapsed());
    for secret in [KEY_MARK, PASSWORD_MARK, SECRET_MARK] {
        assert!(!answer.body.contains(secret), "{answer:?}");
    }
    let parts = answer.ok();
    let all: Vec<&str> = parts.as_array().unwrap().iter().map(|one| one["part"].as_str().unwrap()).collect();
    assert_eq!(all, ["database", "livekit", "ingress", "webhooks", "storage", "mail"]);
    let found = parts.as_array().unwrap().iter().find(|one| one["part"] == name).unwrap();
    let (is_ok, is_told) = (found["state"] == "ok", found["remedy"].is_string());
    assert_ne!(is_ok, is_told, "what is not well says what to do: {found}");
    found.clone()
}

#[track_caller]
fn assert_is(part: &Value, state: &str, words: &str) {
    assert_eq!(part["state"], state, "{part}");
    assert!(part.to_string().contains(words), "{words} in {part}");
}

/// Something listens where the encoders of all keys connect; as long as it is there.
async fn ingress_of(app: &TestApp) -> TcpListener {
    let ingress = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let rtmp = format!("rtmp://{}/x", ingress.local_addr().unwrap());
    app.livekit.with(|state| state.ingresses.values_mut().for_each(|one| one.url.clone_from(&rtmp)));
    ingress
}

async fn accounts_are_listed_the_newest_first_without_their_address(database: Database) {
    let app = TestApp::start(database).await;
    let (ann, _bob, carl) = (app.first_user().await, app.user("bob").await, app.creator("carl").await);
    carl.put("/api/account/profile", json!({ "displayName": "Carl the Great" })).await.ok();
    let encoder = app.encoder_connects(&carl.make_key().await).await;
    app.until_channel("carl", "it is live", |state| state["isLive"] == true).await;
    let answer = ann.get("/api/admin/users").await;
    assert!(!answer.body.contains('@') && !answer.body.contains(KEY_MARK), "{answer:?}");
    let page = answer.ok();
    assert_eq!((names(&page), &page["next"]), (vec!["carl".into(), "bob".into(), "ann".into()], &Value::Null));
    let flags = |one: &Value| [&one["isAdmin"], &one["isCreator"], &one["isLive"]].map(|flag| flag == true);
    let all = items(&page);
    assert_eq!(
        [flags(&all[0]), flags(&all[1]), flags(&all[2])],
        [[false, true, true], [false, false, false], [true, true, false]]
    );
    assert_eq!((&all[0]["displayName"], &all[1]["displayName"]), (&json!("Carl the Great"), &json!("bob")));
    assert!(all.iter().all(|one| one["createdAt"].is_string() && one["id"].is_string()), "{page}");
    encoder.stops().await;
    app.until_channel("carl", "it is over", |state| state["isLive"] == false).await;
    assert_eq!(items(&ann.get("/api/admin/users").await.ok())[0]["isLive"], false);
}

async fn accounts_are_found_by_their_names(database: Database) {
    let app = TestApp::start(database).await;
    let ann = app.first_user().await;
    let (_a_b, _axb, carl) = (app.user("a_b_c").await, app.user("axbxc").await, app.user("carl").await);
    carl.put("/api/account/profile", json!({ "displayName": "Ærø 100%" })).await.ok();
    let cases: [(&str, &[&str]); 9] = [
        ("car", &["carl"]),
        ("@carl", &["carl"]),
        (" CARL ", &["carl"]),
        ("aero", &["carl"]),
        ("100%", &["carl"]),
        ("a_b", &["a_b_c"]),
        ("%", &["carl"]),
        ("nobody", &[]),
        ("", &["carl", "axbxc", "a_b_c", "ann"]),
    ];
    for (text, expected) in cases {
        let query = serde_urlencoded::to_string([("search", text)]).unwrap();
        assert_eq!(names(&ann.get(&format!("/api/admin/users?{query}")).await.ok()), expected, "{text:?}");
    }
    ann.get(&format!("/api/admin/users?search={}", "x".repeat(101))).await.names(&["search"]);
}

async fn accounts_come_in_pieces_of_fifty(database: Database) {
    let app = TestApp::start(database).await;
    let ann = app.first_user().await;
    let rows: Vec<String> = (0..60)
        .map(|n| format!("('00000000-0000-7000-8000-{n:012}', 'user_{n:02}', 'u{n}@example.org', '', FALSE, {n})"))
        .collect();
    let sql = "INSERT INTO users (id, username, email, password_hash, is_admin, created_at) VALUES ";
    app.execute(format!("{sql}{}", rows.join(", ")).leak()).await;
    let first = ann.get("/api/admin/users").await.ok();
    // Who comes meanwhile moves nobody to another piece.
    app.user("late").await;
    let rest = ann.get(&format!("/api/admin/users?cursor={}", first["next"].as_str().unwrap())).await.ok();
    assert_eq!((items(&first).len(), items(&rest).len(), &rest["next"]), (50, 11, &Value::Null));
    let all = [names(&first), names(&rest)].concat();
    let expected: Vec<String> = (0..60).rev().map(|n| format!("user_{n:02}")).collect();
    assert_eq!((all[0].as_str(), &all[1..]), ("ann", expected.as_slice()));
    let found = ann.get("/api/admin/users?search=user_").await.ok();
    let next = found["next"].as_str().unwrap();
    let found = ann.get(&format!("/api/admin/users?search=user_&cursor={next}")).await.ok();
    assert_eq!(names(&found), expected[50..]);
}

async fn accounts_and_parts_are_for_admins_alone(database: Database) {
    let app = TestApp::start(database).await;
    let (ann, carl) = (app.first_user().await, app.creator("carl").await);
    for path in ["/api/admin/users", "/api/admin/health"] {
        app.anonymous().get(path).await.refused(401, "NOT_SIGNED_IN");
        carl.get(path).await.refused(403, "FORBIDDEN");
        carl.with_token().await.get(path).await.refused(403, "FORBIDDEN");
        ann.get(path).await.ok();
    }
    app.execute("UPDATE users SET is_admin = FALSE WHERE username = 'ann'").await;
    ann.get("/api/admin/users").await.refused(403, "FORBIDDEN");
}

async fn where_all_is_well_every_part_says_so(database: Database) {
    let smtp = FakeSmtp::start().await;
    let settings = smtp.settings();
    let settings: Vec<(&str, &str)> = settings.iter().map(|(name, value)| (*name, value.as_str())).collect();
    let app = TestApp::with(database, &settings).await;
    let (ann, carl) = (app.first_user().await, app.creator("carl").await);
    app.encoder_connects(&carl.make_key().await).await;
    let _ingress = ingress_of(&app).await;
    for (name, words) in [
        ("database", "is up to date"),
        ("livekit", "takes the API key"),
        ("ingress", "Encoders can connect to rtmp://127.0.0.1:"),
        ("webhooks", "webhooks arrive"),
        ("storage", "in the data folder"),
        ("mail", "lets StreamIt in"),
    ] {
        assert_is(&part(&ann, name).await, "ok", words);
    }
    assert!(part(&ann, "webhooks").await["lastAt"].is_string());
    // Looking leaves nothing behind.
    let media = std::path::Path::new(app.setting("STREAMIT_DATA_DIR")).join("media");
    assert_eq!(std::fs::read_dir(media).unwrap().count(), 0);
    assert_eq!(smtp.mails().len(), 0);
}

async fn a_livekit_that_is_away_or_hangs_is_said_and_keeps_nobody_waiting(database: Database) {
    let app = TestApp::start(database).await;
    let ann = app.first_user().await;
    app.livekit.go_down();
    let away = part(&ann, "livekit").await;
    assert_is(&away, "failing", "LiveKit does not answer.");
    assert_is(&part(&ann, "ingress").await, "unknown", "See to LiveKit first.");
    assert_is(&part(&ann, "database").await, "ok", "up to date");
    // The banner says the same.
    let missing = &ann.get("/api/setup").await.ok()[0];
    assert_eq!(
        (&missing["name"], &missing["consequence"], &missing["remedy"]),
        (&away["says"], &away["consequence"], &away["remedy"])
    );
    app.livekit.come_up();
    app.livekit.always("ListRooms", Fault::Hang);
    app.livekit.always("ListIngress", Fault::Hang);
    assert_eq!(part(&ann, "livekit").await, away);
    assert_is(&part(&ann, "storage").await, "ok", "in the data folder");
    app.livekit.heal();
    assert_is(&part(&ann, "livekit").await, "ok", "LiveKit answers");
}

async fn a_livekit_that_refuses_the_key_is_said(database: Database) {
    let app = TestApp::with(database, &[("LIVEKIT_API_SECRET", "another-secret-that-is-long-enough-too")]).await;
    let ann = app.first_user().await;
    assert_is(&part(&ann, "livekit").await, "failing", "Check LIVEKIT_API_KEY and LIVEKIT_API_SECRET");
    assert_is(&part(&ann, "ingress").await, "unknown", "can't be seen");
}

async fn what_was_found_serves_for_a_while_and_looking_again_asks_anew(database: Database) {
    let app = TestApp::start(database).await;
    let ann = app.first_user().await;
    let health = |again: &'static str, language: &'static str| {
        let asked = ann.request(Method::GET, &format!("/api/admin/health{again}"));
        Answer::to(asked.header(header::ACCEPT_LANGUAGE, language))
    };
    let fine = health("", "en").await.ok();
    assert_is(&fine[1], "ok", "takes the API key");
    app.livekit.go_down();
    assert_eq!(health("", "en").await.ok(), fine);
    // Nobody reads what was found in the words of somebody else.
    assert_is(&health("", "de").await.ok()[1], "failing", "LiveKit antwortet nicht");
    let now = health("?again=true", "en").await.ok();
    assert_is(&now[1], "failing", "LiveKit does not answer.");
    assert_eq!(health("", "en").await.ok(), now);
}

async fn an_ingress_that_is_away_is_said(database: Database) {
    let app = TestApp::start(database).await;
    let (ann, carl) = (app.first_user().await, app.creator("carl").await);
    assert_is(&part(&ann, "ingress").await, "unknown", "with the first stream key");
    carl.make_key().await;
    let ingress = ingress_of(&app).await;
    assert_is(&part(&ann, "ingress").await, "ok", "Encoders can connect");
    drop(ingress);
    assert_is(&part(&ann, "ingress").await, "failing", "Nothing answers at rtmp://127.0.0.1:");
    app.livekit.always("ListIngress", Fault::Refuse("unavailable"));
    assert_is(&part(&ann, "ingress").await, "failing", "LiveKit has no ingress that answers.");
    app.livekit.always("ListIngress", Fault::Hang);
    assert_is(&part(&ann, "ingress").await, "failing", "LiveKit has no ingress that answers.");
    assert_is(&part(&ann, "livekit").await, "ok", "LiveKit answers");
}

async fn webhooks_that_do_not_come_are_said(database: Database) {
    let app = TestApp::start(database).await;
    let (ann, carl) = (app.first_user().await, app.creator("carl").await);
    assert_is(&part(&ann, "webhooks").await, "unknown", "streamit doctor");
    app.encoder_connects(&carl.make_key().await).await;
    assert_is(&part(&ann, "webhooks").await, "ok", "webhooks arrive");
    app.until_channel("carl", "it is live", |state| state["isLive"] == true).await;
    // On air for an hour, and nothing came that would tell of it.
    app.execute("UPDATE streams SET started_at = started_at - 3600000 WHERE started_at IS NOT NULL").await;
    app.execute("DELETE FROM webhook_events").await;
    let missing = part(&ann, "webhooks").await;
    assert_is(&missing, "failing", "/api/webhook/livekit");
    assert!(missing["consequence"].is_string() && missing["lastAt"].is_null(), "{missing}");
    app.receive(&Webhook::of(&event("room_started", json!({ "room": room("somebody-elses") })))).await.ok();
    assert_is(&part(&ann, "webhooks").await, "ok", "webhooks arrive");
}

async fn a_storage_or_a_mail_server_that_fails_is_said(database: Database) {
    let (storage, mail) = (FakeS3::start().await, FakeSmtp::start().await);
    let settings = [storage.settings().to_vec(), mail.settings().to_vec()].concat();
    let settings: Vec<(&str, &str)> = settings.iter().map(|(name, value)| (*name, value.as_str())).collect();
    let app = TestApp::with(database, &settings).await;
    let ann = app.first_user().await;
    assert_is(&part(&ann, "storage").await, "ok", "in S3");
    assert_eq!(storage.keys(), [] as [&str; 0]);
    for mood in [s3::Mood::Failing, s3::Mood::Silent] {
        storage.is(mood);
        assert_is(&part(&ann, "storage").await, "failing", "STREAMIT_S3_BUCKET");
    }
    assert_is(&part(&ann, "mail").await, "ok", "lets StreamIt in");
    mail.is(smtp::Mood::Silent);
    assert_is(&part(&ann, "mail").await, "failing", "STREAMIT_SMTP_URL");
    // Three are silent at once, the storage still among them.
    app.livekit.always("ListRooms", Fault::Hang);
    assert_is(&part(&ann, "livekit").await, "failing", "LiveKit does not answer.");
    assert_is(&part(&ann, "storage").await, "failing", "STREAMIT_S3_BUCKET");
    assert_is(&part(&ann, "database").await, "ok", "up to date");
}

async fn what_is_not_set_up_says_how_to(database: Database) {
    let app = TestApp::with(database, &[("LIVEKIT_URL", "")]).await;
    let ann = app.first_user().await;
    for (name, words) in [
        ("livekit", "LIVEKIT_URL"),
        ("ingress", "Set up LiveKit first."),
        ("webhooks", "Set up LiveKit first."),
        ("mail", "STREAMIT_SMTP_URL"),
    ] {
        let found = part(&ann, name).await;
        assert_is(&found, "notSetUp", words);
        // What follows from LiveKit's absence is said of LiveKit.
        let is_livekits = ["ingress", "webhooks"].contains(&name);
        assert_eq!(found["consequence"].is_string(), !is_livekits, "{found}");
    }
}

async fn an_ingress_that_fetches_is_not_where_encoders_connect(database: Database) {
    let app = TestApp::start(database).await;
    let (ann, carl) = (app.first_user().await, app.creator("carl").await);
    carl.make_key().await;
    app.livekit.with(|state| {
        for one in state.ingresses.values_mut() {
            one.input_type = IngressInput::UrlInput as i32;
            one.url = format!("https://somebody:{SECRET_MARK}@127.0.0.1:9/live.m3u8");
        }
    });
    assert_is(&part(&ann, "ingress").await, "unknown", "with the first stream key");
}

async fn looking_for_somebody_leaves_the_applications_as_they_are(database: Database) {
    let app = TestApp::start(database).await;
    let ann = app.first_user().await;
    let program = app.program().await;
    let page = program.seen_by(&ann).get("/admin?status=APPROVED&user=ann").await.body;
    let page = page.replace("&amp;", "&");
    assert!(page.contains("href=\"/admin?status=APPROVED#users\""), "{page}");
    // Another tab of applications shows the same users.
    assert!(page.contains("href=\"/admin?status=PENDING&user=ann\""), "{page}");
    // Looking for somebody keeps the one, looking at the parts again keeps both.
    let hidden =
        |name: &str, value: &str| page.matches(&format!("type=\"hidden\" name=\"{name}\" value=\"{value}\"")).count();
    assert_eq!((hidden("status", "APPROVED"), hidden("user", "ann")), (2, 1), "{page}");
}

async fn the_page_shows_users_and_parts_without_a_script(database: Database) {
    let app = TestApp::start(database).await;
    let (ann, carl) = (app.first_user().await, app.creator("carl").await);
    app.livekit.go_down();
    let program = app.program().await;
    let ann = program.seen_by(&ann);
    let page = ann.get("/admin").await;
    assert_eq!(page.status, 200);
    for words in ["data-user=\"ann\"", "data-user=\"carl\"", "LiveKit does not answer.", "data-part=\"mail\""] {
        assert!(page.body.contains(words), "{words} in {}", page.body);
    }
    assert!(!page.body.contains("carl@example.org"), "{}", page.body);
    let page = ann.get("/admin?user=CAR").await.body;
    assert!(page.contains("data-user=\"carl\"") && !page.contains("data-user=\"ann\""), "{page}");
    assert!(page.contains("value=\"CAR\""), "{page}");
    let page = ann.get("/admin?user=nobody").await.body;
    assert!(page.contains("There is no account of that name."), "{page}");
    app.livekit.come_up();
    let page = ann.get("/admin?look=again").await.body;
    assert!(page.contains("takes the API key"), "{page}");
    assert_eq!(program.seen_by(&carl).get("/admin").await.status, 404);
}
