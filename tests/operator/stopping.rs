//! The program is told to stop: what has begun is finished, event streams say when to come back, and it is gone within
//! five seconds, also while somebody is slower than that.

use std::time::Duration;

use reqwest::Method;
use tokio::{io::AsyncWriteExt as _, net::TcpStream};

use crate::support::{Database, TestApp, in_time};

on_both_databases![
    what_has_begun_is_finished_and_event_streams_say_when_to_come_back,
    whoever_never_finishes_does_not_keep_it_from_ending,
];

/// Longer than this, and what started it may kill it.
const SOON: Duration = Duration::from_secs(5);

async fn what_has_begun_is_finished_and_event_streams_say_when_to_come_back(database: Database) {
    let app = TestApp::start(database).await;
    let carl = app.creator("carl").await;
    let program = app.program().await;
    let carl = program.seen_by(&carl);
    let mut all = Vec::new();
    for path in ["/api/channel/events?username=carl", "/api/stream/events", "/api/account/events"] {
        let asked = in_time("the events begin", carl.request(Method::GET, path).send()).await;
        all.push(asked.expect("an answer"));
    }
    let gate = app.livekit.hold("CreateIngress");
    let making = tokio::spawn(async move { carl.make_key().await });
    gate.until_held().await;
    let ending = program.terminate();
    for events in all {
        let text = in_time("the events end", events.text()).await.expect("they end well, and do not break off");
        assert!(text.contains("retry: 1000\n"), "{text}");
    }
    gate.release();
    assert!(making.await.expect("no panic")["streamKey"].is_string());
    let (status, took) = ending.await;
    assert!(status.success() && took < SOON, "{status}, {took:?}");
}

async fn whoever_never_finishes_does_not_keep_it_from_ending(database: Database) {
    let app = TestApp::start(database).await;
    let program = app.program().await;
    let guest = program.seen_by(&app.anonymous());
    let mut slow = TcpStream::connect(program.address()).await.expect("it listens");
    let head =
        "POST /api/auth/login HTTP/1.1\r\nHost: h\r\nContent-Type: application/json\r\nContent-Length: 1000\r\n\r\n{";
    slow.write_all(head.as_bytes()).await.expect("it reads");
    // Whoever comes later is answered: so the slow one was let in.
    guest.get("/healthz").await;
    let (status, took) = program.terminate().await;
    assert!(status.success() && took < SOON, "{status}, {took:?}");
}
