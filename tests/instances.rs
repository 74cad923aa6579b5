//! Several instances on one PostgreSQL: what happens at one is shown at the others, one of them runs the jobs, limits
//! hold for all together, and one that is killed is replaced.

use std::time::{Duration, Instant};

use livekit_protocol::participant_info::Kind;
use reqwest::{Method, RequestBuilder};
use serde_json::{Value, json};
use streamit::server::db::{Db, Queryable as _};

use crate::support::{
    Caller, Chat, Database, Peer, Proxy, TestApp, Webhook,
    database::Fresh,
    eventually,
    peer::gauge,
    webhook::{event, participant, room},
};

on_both_databases![a_database_is_made_by_two_at_once_and_opened_again];

const CHANNEL: &str = "/api/channel/events?username=carl";
const OWN: &str = "/api/stream/events";
/// Somebody else runs the jobs within this time.
const TAKEN_OVER_WITHIN: Duration = Duration::from_secs(15);

/// Two instances; the first one runs the jobs.
async fn two() -> (TestApp, Peer) {
    let app = TestApp::start(Database::Postgres).await;
    app.until_it_leads().await;
    let peer = app.peer().await;
    (app, peer)
}

async fn set_title(carl: &Caller, title: &str) {
    carl.put("/api/stream/info", json!({ "title": title })).await.ok();
}

/// Ends the connections of that name at PostgreSQL; says how many there were.
async fn cut(app: &TestApp, name: &str) -> i64 {
    let sql = format!(
        "SELECT count(pg_terminate_backend(pid)) FROM pg_stat_activity
         WHERE datname = current_database() AND application_name = '{name}'"
    );
    // A few dozen bytes for each test; statements are 'static on purpose.
    app.number(sql.leak()).await
}

async fn a_database_is_made_by_two_at_once_and_opened_again(database: Database) {
    for _ in 0..5 {
        let folder = tempfile::tempdir().unwrap();
        let fresh = Fresh::new(database, folder.path()).await;
        let at_once = futures::future::join_all((0..4).map(|_| {
            let url = fresh.url.clone();
            tokio::spawn(async move { Db::open(&url).await })
        }));
        for opened in at_once.await {
            opened.unwrap().unwrap().close().await;
        }
        Db::open(&fresh.url).await.unwrap().close().await;
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_is_changed_at_one_is_shown_at_the_other() {
    let (app, peer) = two().await;
    let carl = app.creator("carl").await;
    let carl_there = peer.seen_by(&carl);
    let guest = app.anonymous();
    let mut pages = [guest.events(CHANNEL).await, peer.seen_by(&guest).events(CHANNEL).await];
    let mut own = [carl.events(OWN).await, carl_there.events(OWN).await];
    for (title, carl) in [("Said here", &carl), ("Said there", &carl_there)] {
        set_title(carl, title).await;
        for events in pages.iter_mut().chain(&mut own) {
            events.until("state", |state| state["title"] == title).await;
        }
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_stream_is_live_everywhere_whichever_instance_gets_the_webhook() {
    let (app, peer) = two().await;
    let carl = app.creator("carl").await;
    let guest = app.anonymous();
    let mut pages = [guest.events(CHANNEL).await, peer.seen_by(&guest).events(CHANNEL).await];
    let encoder = app.encoder_appears(&carl.make_key().await);
    // The one that does not run the jobs gets them.
    let livekit = peer.seen_by(&app.anonymous());
    for sign in [encoder.room_started(), encoder.joined(), encoder.started()] {
        Webhook::of(&sign).send(&livekit).await.ok();
    }
    for page in &mut pages {
        page.until_status("live").await;
    }
    // It counts nobody itself: the other one is asked to look.
    let sid = app.livekit.join(encoder.stream_id(), "guest-1~tab", Kind::Standard);
    let who = participant(&sid, "guest-1~tab", "STANDARD");
    let joined = event("participant_joined", json!({ "room": room(encoder.stream_id()), "participant": who }));
    Webhook::of(&joined).send(&livekit).await.ok();
    for page in &mut pages {
        page.until("viewers", |data| data["viewerCount"] == 1).await;
    }
    assert_eq!(peer.seen_by(&guest).channel("carl").await["state"]["viewerCount"], 1);
    // One that comes later knows it too.
    let third = app.peer().await;
    eventually("the third one knows how many people watch", || async {
        (third.seen_by(&guest).channel("carl").await["state"]["viewerCount"] == 1).then_some(())
    })
    .await;
    for sign in [encoder.left(), encoder.ended()] {
        encoder.vanishes();
        Webhook::of(&sign).send(&livekit).await.ok();
    }
    for page in &mut pages {
        page.until_status("offline").await;
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_refused_encoder_is_told_to_its_creator_wherever_they_are() {
    let (app, peer) = two().await;
    let carl = app.creator("carl").await;
    let encoder = app.encoder_appears(&carl.make_key().await);
    encoder.vanishes();
    let mut own = peer.seen_by(&carl).events(OWN).await;
    own.next().await;
    eventually("the second one hears", || async {
        (gauge(peer.address(), "streamit_hears_others").await == 1).then_some(())
    })
    .await;
    encoder.say(&encoder.failed("server capacity exceeded")).await;
    own.until("notice", |notice| notice["code"] == "ENCODER_REFUSED").await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_chat_is_one_chat_in_one_order() {
    let chat = Chat::on_air(Database::Postgres).await;
    let peer = chat.app.peer().await;
    let guest = chat.app.anonymous();
    let mut pages = [guest.events(CHANNEL).await, peer.seen_by(&guest).events(CHANNEL).await];
    let (bob_there, mona) = (peer.seen_by(&chat.bob), &chat.mona);
    let write = |who: Caller, name: &'static str| async move {
        for n in 0..10 {
            who.send(&format!("{name} {n}")).await.ok();
        }
    };
    tokio::join!(write(bob_there.clone(), "there"), write(mona.clone(), "here"));
    let page = guest.read("").await;
    let newest = page["revision"].as_i64().unwrap();
    for events in &mut pages {
        events.until("chat", |chat| chat["revision"].as_i64() >= Some(newest)).await;
    }
    assert_eq!(chat.seen().await["items"], peer.seen_by(&guest).read("").await["items"]);
    // Each line went to the room, in its instance's order; who gets them sorts by number.
    let sent = chat
        .app
        .livekit
        .until("all lines are in the room", |state| Some(state.lines(chat.room())).filter(|lines| lines.len() >= 20));
    let mut numbers: Vec<i64> = sent.await.iter().map(|line| line["number"].as_i64().unwrap()).collect();
    numbers.sort_unstable();
    numbers.dedup();
    assert_eq!(numbers.len(), 20);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_is_held_back_and_who_may_write_is_known_everywhere() {
    let chat = Chat::on_air(Database::Postgres).await;
    let peer = chat.app.peer().await;
    chat.delay().await;
    let mut mona_there = peer.seen_by(&chat.mona).events(CHANNEL).await;
    let mut bob_there = peer.seen_by(&chat.bob).events(CHANNEL).await;
    for events in [&mut mona_there, &mut bob_there] {
        events.until("chat", |_| true).await;
    }
    chat.bob.send("Held back").await.ok();
    for events in [&mut mona_there, &mut bob_there] {
        events.until("chat", |chat| chat["held"].as_u64() > Some(0)).await;
    }
    chat.mona.ban("bob", None).await.ok();
    bob_there.until("standing", |standing| !standing["ban"].is_null()).await;
    peer.seen_by(&chat.bob).send("Once more").await.refused(403, "BANNED");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn whoever_is_signed_out_at_one_is_signed_out_at_the_other() {
    let (app, peer) = two().await;
    let ann = app.first_user().await;
    let mut events = peer.seen_by(&ann).events(OWN).await;
    events.next().await;
    ann.post_nothing("/api/auth/logout").await.ok();
    while events.next().await.is_some() {}
    peer.seen_by(&ann).get("/api/auth/me").await.refused(401, "NOT_SIGNED_IN");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_a_command_changes_is_shown_where_it_matters() {
    let app = TestApp::start(Database::Postgres).await;
    let bob = app.user("bob").await;
    let mut events = bob.events("/api/account/events").await;
    events.until("application", Value::is_null).await;
    app.command(&["approve", "bob"], &[], "").await.ok();
    events.until("application", |application| application["status"] == "APPROVED").await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn tries_to_sign_in_are_counted_together() {
    let (app, peer) = two().await;
    app.first_user().await;
    let wrong = json!({ "login": "ann", "password": "not the password" });
    for n in 0..10 {
        let guest = app.anonymous();
        let somewhere = if n % 2 == 0 { guest } else { peer.seen_by(&guest) };
        somewhere.post("/api/auth/login", wrong.clone()).await.refused(401, "WRONG_CREDENTIALS");
    }
    for guest in [app.anonymous(), peer.seen_by(&app.anonymous())] {
        guest.post("/api/auth/login", wrong.clone()).await.refused(429, "TOO_MANY_REQUESTS");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn one_runs_the_jobs_and_hands_over_when_it_stops() {
    let (mut app, peer) = two().await;
    let carl = app.creator("carl").await;
    let encoder = app.encoder_connects(&carl.make_key().await).await;
    assert_eq!(gauge(peer.address(), "streamit_runs_jobs").await, 0);
    let began = Instant::now();
    app.stop().await;
    peer.until_it_leads().await;
    assert!(began.elapsed() < TAKEN_OVER_WITHIN, "{:?}", began.elapsed());
    // It does the work, too: nobody says that the encoder is gone.
    encoder.vanishes();
    let there = peer.seen_by(&carl);
    eventually("the stream is found to be over", || async {
        (there.status().await["status"] == "offline").then_some(())
    })
    .await;
    app.start_again().await;
    eventually("the first one answers", || async { (carl.status().await["status"] == "offline").then_some(()) }).await;
    assert_eq!(gauge(app.address(), "streamit_runs_jobs").await, 0);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn one_that_loses_its_locks_stops_the_jobs_and_somebody_goes_on() {
    let (app, peer) = two().await;
    assert!(cut(&app, "streamit locks").await >= 1);
    let leading = async || {
        let (here, there) = (gauge(app.address(), "streamit_runs_jobs"), gauge(peer.address(), "streamit_runs_jobs"));
        here.await + there.await
    };
    let began = Instant::now();
    let carl = app.creator("carl").await;
    let encoder = app.encoder_connects(&carl.make_key().await).await;
    encoder.vanishes();
    eventually("somebody looks", || async { (carl.status().await["status"] == "offline").then_some(()) }).await;
    eventually("one of them runs the jobs", || async { (leading().await == 1).then_some(()) }).await;
    assert!(began.elapsed() < TAKEN_OVER_WITHIN + Duration::from_secs(5), "{:?}", began.elapsed());
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn one_that_is_killed_or_hangs_is_replaced_within_15_s() {
    let mut app = TestApp::start(Database::Postgres).await;
    app.until_it_leads().await;
    let (first, second) = (app.program().await, app.program().await);
    app.stop().await;
    eventually("one of the two runs the jobs", || async {
        let leads = |address| gauge(address, "streamit_runs_jobs");
        (leads(first.address()).await + leads(second.address()).await == 1).then_some(())
    })
    .await;
    let (leader, mut other) =
        if gauge(first.address(), "streamit_runs_jobs").await == 1 { (first, second) } else { (second, first) };
    let began = Instant::now();
    leader.signal("STOP");
    other.until_it_leads().await;
    assert!(began.elapsed() < TAKEN_OVER_WITHIN, "it hung: {:?}", began.elapsed());
    leader.signal("CONT");
    eventually("the first one knows that it is replaced", || async {
        (gauge(leader.address(), "streamit_runs_jobs").await == 0).then_some(())
    })
    .await;
    let began = Instant::now();
    other.kill();
    leader.until_it_leads().await;
    assert!(began.elapsed() < TAKEN_OVER_WITHIN, "it was killed: {:?}", began.elapsed());
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn one_that_hangs_in_the_middle_of_a_change_holds_up_nobody_for_long() {
    let app = TestApp::start(Database::Postgres).await;
    let carl = app.creator("carl").await;
    let mut hung = app.db().begin().await.unwrap();
    hung.write("UPDATE streams SET title = 'Never said'").execute().await.unwrap();
    let began = Instant::now();
    carl.put("/api/stream/info", json!({ "title": "First" })).await.refused(503, "DATABASE_UNAVAILABLE");
    assert!(began.elapsed() < Duration::from_secs(8), "it was told in {:?}", began.elapsed());
    eventually("the one that hangs is given up", || async {
        (carl.put("/api/stream/info", json!({ "title": "Second" })).await.status == 200).then_some(())
    })
    .await;
    assert!(began.elapsed() < TAKEN_OVER_WITHIN, "it went on in {:?}", began.elapsed());
    hung.commit().await.expect_err("PostgreSQL has ended it");
    assert_eq!(carl.put("/api/stream/info", json!({})).await.ok()["title"], "Second");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_was_said_while_nobody_could_hear_is_read_again() {
    let (app, peer) = two().await;
    let carl = app.creator("carl").await;
    let guest = app.anonymous();
    let mut page = peer.seen_by(&guest).events(CHANNEL).await;
    page.next().await;
    for n in 0..5 {
        assert!(cut(&app, "streamit news").await >= 1);
        let title = format!("Said into the void {n}");
        set_title(&carl, &title).await;
        page.until("state", |state| state["title"] == title.as_str()).await;
        eventually("both hear again", || async {
            let heard = gauge(app.address(), "streamit_hears_others").await;
            (heard + gauge(peer.address(), "streamit_hears_others").await == 2).then_some(())
        })
        .await;
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn ending_at_one_and_resuming_at_the_other_are_done_one_after_the_other() {
    let (app, peer) = two().await;
    let (carl, encoder) = app.carl_on_air().await;
    let there = peer.seen_by(&carl);
    let gate = app.livekit.hold("UpdateIngress");
    let resume = async {
        gate.until_held().await;
        let resume = async { there.post("/api/stream/resume", json!({})).await.ok() };
        let release = async {
            // Time enough for what could overtake the end.
            for _ in 0..20 {
                there.status().await;
            }
            gate.release();
        };
        tokio::join!(resume, release)
    };
    tokio::join!(async { carl.post("/api/stream/end", json!({})).await.ok() }, resume);
    assert_eq!((&carl.status().await["endedByCreator"], encoder.is_let_in()), (&json!(false), true));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_room_ends_with_the_newest_state_whoever_wrote_last() {
    let (app, peer) = two().await;
    let (carl, encoder) = app.carl_on_air().await;
    app.livekit.until_metadata(encoder.stream_id(), "it is told", |told| told["status"] == "live").await;
    let gate = app.livekit.hold("UpdateRoomMetadata");
    set_title(&carl, "Older, and slow").await;
    gate.until_held().await;
    let there = peer.seen_by(&carl);
    set_title(&there, "Newer").await;
    app.livekit.until_metadata(encoder.stream_id(), "the newer", |told| told["title"] == "Newer").await;
    gate.release();
    app.livekit
        .until("the newer one is written again", |state| {
            let told: Vec<&Value> = state.rooms.get(encoder.stream_id())?.metadata.iter().collect();
            let older = told.iter().position(|told| told["title"] == "Older, and slow")?;
            (told.last()?["title"] == "Newer" && told.len() > older + 1).then_some(())
        })
        .await;
}

/// Asks until there is an answer: a connection that breaks off is tried again, as browsers and proxies do.
async fn insist(ask: impl Fn() -> RequestBuilder) -> Value {
    eventually("there is an answer", || async {
        let answer = ask().send().await.ok()?;
        assert!(answer.status() == 200 || answer.status().is_server_error(), "{answer:?}");
        answer.json().await.ok().filter(|json: &Value| json["success"] == true)
    })
    .await
}

/// Sets carl's title, and sees that it is set.
async fn write_and_read(carl: &Caller, title: &str) {
    insist(|| carl.request(Method::PUT, "/api/stream/info").json(&json!({ "title": title }))).await;
    let channel = insist(|| carl.request(Method::GET, "/api/channel?username=carl")).await;
    assert_eq!(channel["data"]["state"]["title"], title);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn behind_a_proxy_one_of_two_is_killed_and_nothing_that_was_taken_is_lost() {
    let mut app = TestApp::start(Database::Postgres).await;
    let (carl, encoder) = app.carl_on_air().await;
    let (mut first, second) = (app.program().await, app.program().await);
    app.stop().await;
    let proxy = Proxy::before(vec![first.address(), second.address()]).await;
    let (carl, guest) = (carl.through(proxy.door()), app.anonymous().through(proxy.door()));
    let mut page = guest.events(CHANNEL).await;
    for n in 0..10 {
        write_and_read(&carl, &format!("Before {n}")).await;
    }
    page.until("state", |state| state["title"] == "Before 9").await;
    let writing = async {
        for n in 0..30 {
            write_and_read(&carl, &format!("While {n}")).await;
        }
    };
    let killing = async {
        page.until("state", |state| state["title"].as_str().is_some_and(|title| title.starts_with("While"))).await;
        first.kill();
    };
    let (_, page_goes_on) = tokio::join!(writing, async {
        killing.await;
        // The page was connected to one of the two; a browser connects again by itself.
        guest.events(CHANNEL).await
    });
    let mut page = page_goes_on;
    page.until("state", |state| state["title"] == "While 29").await;
    // Who is left does the jobs, whoever did them before.
    encoder.vanishes();
    page.until_status("offline").await;
    second.until_it_leads().await;
}
