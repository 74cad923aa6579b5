//! `/readyz`, `/metrics`, and the lines that are logged for each request and each sign-in. No label has a name in it,
//! no line what somebody typed, and `/metrics` is not for everybody.

use reqwest::{Method, StatusCode, header};
use serde_json::{Value, json};

use crate::support::{Answer, Chat, Database, Fault, TestApp, Webhook, eventually, log::SECRET_MARK};

on_both_databases![
    it_is_ready_while_its_database_answers,
    without_livekit_it_is_ready_and_says_so,
    what_happens_is_counted_without_saying_who,
    metrics_are_for_this_machine_alone,
    metrics_are_for_whoever_has_the_token,
    each_request_is_one_line_with_its_id_and_nothing_that_was_typed,
    who_signs_in_and_who_is_refused_is_a_line_each,
];

async fn readiness(app: &TestApp) -> (StatusCode, Value) {
    let answer = reqwest::get(format!("http://{}/readyz", app.address())).await.unwrap();
    (answer.status(), answer.json().await.unwrap())
}

async fn it_is_ready_while_its_database_answers(database: Database) {
    let app = TestApp::start(database).await;
    let fine = json!({ "ready": true, "database": "ok", "livekit": "ok" });
    assert_eq!(readiness(&app).await, (StatusCode::OK, fine));
    app.execute("ALTER TABLE installation RENAME TO installation_gone").await;
    let (status, said) = readiness(&app).await;
    assert_eq!((status, &said["database"]), (StatusCode::SERVICE_UNAVAILABLE, &json!("unreachable")));
    app.execute("ALTER TABLE installation_gone RENAME TO installation").await;
    assert_eq!(readiness(&app).await.0, StatusCode::OK);
}

async fn without_livekit_it_is_ready_and_says_so(database: Database) {
    let app = TestApp::start(database).await;
    app.livekit.always("ListRooms", Fault::Hang);
    eventually("it is seen that LiveKit hangs", || async {
        let (status, said) = readiness(&app).await;
        assert_eq!(status, StatusCode::OK);
        (said["livekit"] == "unreachable").then_some(())
    })
    .await;
    app.livekit.heal();
    eventually("it is seen that LiveKit answers", || async {
        (readiness(&app).await.1["livekit"] == "ok").then_some(())
    })
    .await;
    let app = TestApp::with(database, &[("LIVEKIT_URL", "")]).await;
    assert_eq!(
        readiness(&app).await,
        (StatusCode::OK, json!({ "ready": true, "database": "ok", "livekit": "notSetUp" }))
    );
}

/// All lines, as Prometheus gets them.
async fn counted(app: &TestApp) -> String {
    let answer = reqwest::get(format!("http://{}/metrics", app.address())).await.unwrap();
    assert_eq!(answer.status(), StatusCode::OK);
    assert_eq!(answer.headers()[header::CONTENT_TYPE], "text/plain; version=0.0.4; charset=utf-8");
    answer.text().await.unwrap()
}

/// The number behind that name with its labels.
fn number(text: &str, series: &str) -> f64 {
    let line = text.lines().find_map(|line| line.strip_prefix(series)?.strip_prefix(' '));
    line.unwrap_or_else(|| panic!("{series} is not in\n{text}")).parse().unwrap()
}

async fn what_happens_is_counted_without_saying_who(database: Database) {
    let chat = Chat::on_air(database).await;
    let app = &chat.app;
    let viewer = app.user("viola").await;
    viewer.post("/api/chat/messages", json!({ "username": "carl", "text": "hello there" })).await.ok();
    viewer.post("/api/chat/messages", json!({ "username": "carl", "text": "hello there" })).await;
    let wrong = json!({ "login": "viola", "password": "not the password" });
    app.anonymous().post("/api/auth/login", wrong).await.refused(401, "WRONG_CREDENTIALS");
    app.receive(&Webhook::signed(b"{\"event\":\"1\"}".to_vec()).tampered()).await.refused(401, "WRONG_CREDENTIALS");
    let listening = app.anonymous().events("/api/channel/events?username=carl").await;
    let of_viola = viewer.events("/api/account/events").await;
    app.anonymous().get("/api/channels?search=viola").await.ok();
    let text = counted(app).await;
    for (series, at_least) in [
        ("streamit_chat_messages_total{outcome=\"accepted\"}", 1.0),
        ("streamit_failed_sign_ins_total{outcome=\"wrong_credentials\"}", 1.0),
        ("streamit_webhooks_total{outcome=\"bad_signature\"}", 1.0),
        ("streamit_webhooks_total{outcome=\"taken\"}", 1.0),
        ("streamit_event_streams{kind=\"channel\"}", 1.0),
        ("streamit_streams{status=\"live\"}", 1.0),
        ("streamit_streams{status=\"offline\"}", 1.0),
        ("streamit_database_up", 1.0),
        ("streamit_database_connections{state=\"limit\"}", 5.0),
        ("streamit_build_info{version=\"0.1.0\"}", 1.0),
        ("process_resident_memory_bytes", 1_000_000.0),
        ("process_start_time_seconds", 1_700_000_000.0),
        ("streamit_http_request_duration_seconds_count{method=\"GET\",route=\"/api/channels\",status=\"2xx\"}", 1.0),
        ("streamit_http_request_duration_seconds_count{method=\"POST\",route=\"/api/auth/login\",status=\"4xx\"}", 1.0),
        ("streamit_livekit_call_duration_seconds_count{method=\"CreateIngress\",outcome=\"ok\"}", 1.0),
    ] {
        assert!(number(&text, series) >= at_least, "{series} in\n{text}");
    }
    assert!(number(&text, "streamit_event_streams{kind=\"account\"}") >= 1.0, "{text}");
    let refused = text.lines().filter(|line| line.starts_with("streamit_chat_messages_total{")).count();
    assert!(refused >= 2, "{text}");
    for name in ["viola", "carl", "hello", "search"] {
        assert!(!text.contains(name), "{name} in\n{text}");
    }
    drop((listening, of_viola));
    for kind in ["channel", "account"] {
        let series = format!("streamit_event_streams{{kind=\"{kind}\"}}");
        eventually("it is seen that nobody listens any more", || async {
            (number(&counted(app).await, &series) == 0.0).then_some(())
        })
        .await;
    }
}

async fn metrics_are_for_this_machine_alone(database: Database) {
    let app = TestApp::start(database).await;
    counted(&app).await;
    // The proxy is on this machine too; who comes through it is not.
    app.anonymous().get("/metrics").await.refused(403, "FORBIDDEN");
    let url = format!("http://{}/metrics", app.address());
    for header in ["forwarded", "x-real-ip"] {
        let answer = reqwest::Client::new().get(&url).header(header, "10.1.2.3").send().await.unwrap();
        assert_eq!(answer.status(), StatusCode::FORBIDDEN, "{header}");
    }
}

async fn metrics_are_for_whoever_has_the_token(database: Database) {
    let token = format!("{SECRET_MARK}-of-metrics");
    let app = TestApp::with(database, &[("STREAMIT_METRICS_TOKEN", &token)]).await;
    let near = reqwest::get(format!("http://{}/metrics", app.address())).await.unwrap();
    assert_eq!(near.status(), StatusCode::UNAUTHORIZED);
    let guest = app.anonymous();
    guest.with_bearer(&format!("{token}x")).get("/metrics").await.refused(401, "WRONG_CREDENTIALS");
    let answer = guest.with_bearer(&token).get("/metrics").await;
    assert_eq!(answer.status, 200, "{answer:?}");
    assert!(answer.body.contains("streamit_build_info") && !answer.body.contains(SECRET_MARK));
}

async fn who_signs_in_and_who_is_refused_is_a_line_each(database: Database) {
    let app = TestApp::start(database).await;
    let bob = app.user("bob").await;
    let id = bob.get("/api/auth/me").await.ok()["id"].as_str().unwrap().to_owned();
    let program = app.program().await;
    let (bob, guest) = (program.seen_by(&bob), program.seen_by(&app.anonymous()));
    guest.sign_in("bob").await;
    program.until_logged("the sign-in", |line| line.contains("somebody signed in") && line.contains(&id)).await;
    let wrong = |login: &str| json!({ "login": login, "password": "whatwastyped" });
    guest.post("/api/auth/login", wrong("bob")).await.refused(401, "WRONG_CREDENTIALS");
    let line = program.until_logged("the failure", |line| line.contains("a sign-in failed")).await;
    assert!(line.contains(&id) && line.contains("wrong_credentials") && line.contains("WARN"), "{line}");
    guest.post("/api/auth/login", wrong("whatwastyped")).await.refused(401, "WRONG_CREDENTIALS");
    let is_it = |line: &str| line.contains("a sign-in failed") && !line.contains(&id);
    program.until_logged("the failure of nobody", is_it).await;
    let refused = bob.get("/api/admin/audit").await;
    let request = refused.header("x-request-id").to_owned();
    refused.refused(403, "FORBIDDEN");
    let is_it = |line: &str| line.contains("refused") && line.contains(&request);
    let line = program.until_logged("the refusal", is_it).await;
    assert!(line.contains("Forbidden") && line.contains(&id), "{line}");
    assert!(!program.has_logged("whatwastyped"));
}

async fn each_request_is_one_line_with_its_id_and_nothing_that_was_typed(database: Database) {
    let app = TestApp::start(database).await;
    let carl = app.creator("carl").await;
    let program = app.program_with(&[("STREAMIT_LOG_FORMAT", "json"), ("RUST_LOG", "debug,streamit=trace")]).await;
    let there = program.seen_by(&carl);
    let asked = Answer::to(there.request(Method::GET, "/api/channels?search=whatwastyped")).await;
    let id = asked.header("x-request-id").to_owned();
    let is_it = |line: &str| line.contains(&id) && line.contains("streamit::requests");
    let line: Value = serde_json::from_str(&program.until_logged("the request is logged", is_it).await).unwrap();
    let fields = &line["fields"];
    assert_eq!((&line["level"], &line["span"]["id"]), (&json!("INFO"), &json!(id)));
    assert_eq!((&fields["method"], &fields["route"]), (&json!("GET"), &json!("/api/channels")));
    assert_eq!(fields["status"], 200);
    assert!(fields["duration_ms"].as_f64().is_some_and(|ms| ms >= 0.0), "{line}");
    there.get("/watch/carl").await;
    let page = program.until_logged("the page is logged", |line| line.contains("/watch/{username}")).await;
    assert!(page.contains("streamit::requests"), "{page}");
    // Who signs in there, wrongly or not, and makes a key, leaves none of it in the log: `log` looks at every line.
    let wrong = json!({ "login": "carl", "password": crate::support::caller::password_of("nobody") });
    there.post("/api/auth/login", wrong).await.refused(401, "WRONG_CREDENTIALS");
    program.seen_by(&app.anonymous()).sign_in("carl").await.with_token().await;
    there.make_key().await;
    there.get("/nowhere?token=whatwastyped").await;
    program.until_logged("what is nowhere is logged", |line| line.contains("\"route\":\"other\"")).await;
    assert!(!program.has_logged("whatwastyped"));
    assert_eq!(crate::support::log::leaks(), Vec::<String>::new());
}
