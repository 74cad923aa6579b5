//! How a chat reaches those who are there: through LiveKit's room, and over Server-Sent Events. However LiveKit fares,
//! who writes is answered at once.

use std::time::{Duration, Instant};

use futures::future::join_all;
use livekit_protocol::data_packet::Kind;
use serde_json::{Value, json};

use crate::support::{
    Caller, Chat, Database, Events, Fault, TestApp,
    chat::{items, numbers, texts},
    log::KEY_MARK,
};

on_both_databases![
    every_line_is_sent_to_all_in_the_streams_room,
    lines_are_sent_in_the_order_of_their_revisions,
    a_slow_room_is_sent_all_in_order_and_nobody_waits_for_it,
    while_livekit_refuses_messages_are_taken,
    while_livekit_hangs_messages_are_taken_at_once,
    while_livekit_is_down_messages_are_taken_at_once,
    without_livekit_messages_are_taken,
    after_a_failure_later_lines_are_sent,
    the_room_of_another_channel_is_sent_nothing,
    events_tell_how_far_the_chat_is,
    a_burst_of_messages_is_a_few_events,
    what_is_held_is_told_at_once_to_those_who_see_it,
    events_of_one_chat_do_not_reach_another,
    events_tell_what_one_is_to_the_channel,
    what_somebody_is_to_a_channel_is_told_to_nobody_else,
    the_stream_key_is_in_nothing_of_it,
];

const CHANNEL: &str = "/api/channel/events?username=carl";
/// An answer that waits for LiveKit takes longer, one on a busy machine does not.
const PROMPTLY: Duration = Duration::from_secs(3);

/// Sends a message, which must be taken without waiting for anything.
async fn send_promptly(caller: &Caller, text: &str) -> Value {
    let began = Instant::now();
    let line = caller.send(text).await.ok();
    assert!(began.elapsed() < PROMPTLY, "{text}: {:?}", began.elapsed());
    line
}

async fn every_line_is_sent_to_all_in_the_streams_room(database: Database) {
    let chat = Chat::on_air(database).await;
    let line = chat.bob.send("Hello").await.ok();
    chat.mona.remove(&line).await.ok();
    chat.rules(json!({ "slowModeSeconds": 10 })).await;
    let is_rule = |line: &Value| line["kind"] == "rules";
    chat.app.livekit.until_line(chat.room(), "the last is sent", is_rule).await;
    let kinds: Vec<Value> = chat.app.livekit.lines(chat.room()).into_iter().map(|mut one| one["kind"].take()).collect();
    assert_eq!(kinds, ["message", "deleted", "rules"]);
    assert_eq!(chat.app.livekit.lines(chat.room())[0], line, "as it came back");
    for sent in chat.app.livekit.with(|state| state.sent.clone()) {
        assert_eq!((sent.room.as_str(), sent.topic.as_deref()), (chat.room(), Some("chat")));
        assert_eq!((sent.kind, sent.destinations), (Kind::Reliable, vec![]));
    }
}

/// The revisions that were sent into the room, once this one was.
async fn sent_up_to(chat: &Chat, revision: i64) -> Vec<i64> {
    let is_last = |line: &Value| line["revision"] == revision;
    chat.app.livekit.until_line(chat.room(), "the last is sent", is_last).await;
    numbers(&chat.app.livekit.lines(chat.room()), "revision")
}

async fn lines_are_sent_in_the_order_of_their_revisions(database: Database) {
    let chat = Chat::on_air(database).await;
    let people = [&chat.bob, &chat.mona, &chat.carl];
    // It takes two that are stored and sent at the same time, and some luck, to find an order that is wrong.
    for round in 1..=4 {
        let text = |n: usize| format!("Round {round}, message {n}");
        let sending = (0..45).map(|n| async move { people[n % 3].send(&text(n)).await.ok() });
        let lines = join_all(sending).await;
        join_all(lines.iter().take(15).map(|line| async { chat.carl.remove(line).await.ok() })).await;
        let all: Vec<i64> = (1..=60 * round).collect();
        assert_eq!(sent_up_to(&chat, 60 * round).await, all);
        chat.time_passes().await;
    }
}

async fn a_slow_room_is_sent_all_in_order_and_nobody_waits_for_it(database: Database) {
    let chat = Chat::on_air(database).await;
    let gate = chat.app.livekit.hold("SendData");
    send_promptly(&chat.bob, "First").await;
    gate.until_held().await;
    for n in 2..=10 {
        send_promptly(&chat.bob, &format!("Message {n}")).await;
    }
    assert!(chat.app.livekit.lines(chat.room()).is_empty(), "the first one is on its way");
    gate.release();
    assert_eq!(sent_up_to(&chat, 10).await, (1..=10).collect::<Vec<_>>());
}

async fn while_livekit_refuses_messages_are_taken(database: Database) {
    let chat = Chat::on_air(database).await;
    let mut written = Vec::new();
    for code in ["unavailable", "not_found", "internal", "resource_exhausted", "unauthenticated"] {
        chat.app.livekit.always("SendData", Fault::Refuse(code));
        send_promptly(&chat.bob, code).await;
        written.insert(0, code.to_owned());
    }
    assert_eq!(chat.texts().await, written);
    assert_eq!(numbers(items(&chat.seen().await), "revision"), [5, 4, 3, 2, 1]);
}

async fn while_livekit_hangs_messages_are_taken_at_once(database: Database) {
    let chat = Chat::on_air(database).await;
    chat.app.livekit.always("SendData", Fault::Hang);
    for n in 0..5 {
        let line = send_promptly(&chat.bob, &format!("Message {n}")).await;
        chat.bob.remove(&line).await.ok();
    }
    assert_eq!(chat.seen().await["revision"], 10);
}

async fn while_livekit_is_down_messages_are_taken_at_once(database: Database) {
    let chat = Chat::on_air(database).await;
    chat.app.livekit.go_down();
    for caller in [&chat.bob, &chat.mona, &chat.carl] {
        send_promptly(caller, "Is anybody there?").await;
    }
    assert_eq!(chat.texts().await.len(), 3);
}

async fn without_livekit_messages_are_taken(database: Database) {
    let app = TestApp::with(database, &[("LIVEKIT_URL", "")]).await;
    let (carl, bob) = (app.creator("carl").await, app.user("bob").await);
    app.execute("UPDATE streams SET status = 'live'").await;
    send_promptly(&bob, "Hello").await;
    send_promptly(&carl, "Hello").await;
}

async fn after_a_failure_later_lines_are_sent(database: Database) {
    let chat = Chat::on_air(database).await;
    for (n, fault) in [Fault::Refuse("internal"), Fault::LoseAnswer, Fault::Hang].into_iter().enumerate() {
        chat.app.livekit.always("SendData", fault);
        chat.bob.send(&format!("During {n}")).await.ok();
        chat.app.livekit.heal();
        let line = chat.carl.send(&format!("After {n}")).await.ok();
        chat.app.livekit.until_line(chat.room(), "it is sent", |sent| *sent == line).await;
    }
    chat.app.livekit.go_down();
    chat.bob.send("While it is down").await.ok();
    chat.app.livekit.come_up();
    let line = chat.carl.send("It is back").await.ok();
    chat.app.livekit.until_line(chat.room(), "it is sent", |sent| *sent == line).await;
}

async fn the_room_of_another_channel_is_sent_nothing(database: Database) {
    let chat = Chat::on_air(database).await;
    let ann = chat.app.first_user().await;
    let of_ann = chat.app.encoder_connects(&ann.make_key().await).await;
    chat.bob.send("To carl").await.ok();
    chat.bob.send_to("ann", "To ann").await.ok();
    for (room, text) in [(chat.room(), "To carl"), (of_ann.stream_id(), "To ann")] {
        chat.app.livekit.until_line(room, "it is sent", |line| line["text"] == text).await;
        assert_eq!(texts(&chat.app.livekit.lines(room)), [text]);
    }
}

async fn events_tell_how_far_the_chat_is(database: Database) {
    let chat = Chat::on_air(database).await;
    chat.bob.send("Before").await.ok();
    let mut all = vec![chat.carl.events("/api/stream/events").await];
    for caller in [&chat.app.anonymous(), &chat.bob, &chat.mona, &chat.carl] {
        all.push(caller.events(CHANNEL).await);
    }
    for events in &mut all {
        let first = events.until("chat", |_| true).await;
        assert_eq!(first, json!({ "revision": 1, "held": 0 }));
    }
    let line = chat.bob.send("Now").await.ok();
    for events in &mut all {
        events.until("chat", |chat| chat["revision"] == 2).await;
    }
    chat.bob.remove(&line).await.ok();
    chat.rules(json!({ "slowModeSeconds": 10 })).await;
    for events in &mut all {
        let last = events.until("chat", |chat| chat["revision"] == 4).await;
        assert_eq!(last["held"], 0);
    }
}

/// All `chat` events that came so far.
fn chats(events: &Events) -> Vec<&Value> {
    events.seen.iter().filter(|event| event.name == "chat").map(|event| &event.data).collect()
}

async fn a_burst_of_messages_is_a_few_events(database: Database) {
    let chat = Chat::on_air(database).await;
    let mut events = chat.app.anonymous().events(CHANNEL).await;
    events.until("chat", |chat| chat["revision"] == 0).await;
    // The first one of a burst may be told at once.
    chat.bob.send("First").await.ok();
    events.until("chat", |chat| chat["revision"] == 1).await;
    let began = Instant::now();
    let people = [&chat.bob, &chat.mona, &chat.carl];
    for n in 2..=58 {
        people[n % 3].send(&format!("Message {n}")).await.ok();
    }
    events.until("chat", |chat| chat["revision"] == 58).await;
    let seen = chats(&events);
    let most = 4 + usize::try_from(began.elapsed().as_secs()).unwrap() * 2;
    assert!(seen.len() <= most, "{} in {:?}: {seen:?}", seen.len(), began.elapsed());
    assert!(seen.is_sorted_by_key(|event| event["revision"].as_i64()), "{seen:?}");
}

async fn what_is_held_is_told_at_once_to_those_who_see_it(database: Database) {
    let chat = Chat::on_air(database).await;
    let eve = chat.app.user("eve").await;
    chat.delay().await;
    let mut told = vec![chat.carl.events("/api/stream/events").await];
    for caller in chat.bob.everywhere(&chat.app).await.iter().chain([&chat.mona, &chat.carl]) {
        told.push(caller.events(CHANNEL).await);
    }
    let mut others = vec![chat.app.anonymous().events(CHANNEL).await, eve.events(CHANNEL).await];
    let mut known = vec![json!(0); told.len()];
    for events in told.iter_mut().chain(&mut others) {
        assert_eq!(events.until("chat", |_| true).await, json!({ "revision": 1, "held": 0 }));
    }
    let began = Instant::now();
    let mut lines = Vec::new();
    for n in 0..4 {
        lines.push(chat.bob.send(&format!("Wait {n}")).await.ok());
        for (events, known) in told.iter_mut().zip(&mut known) {
            *known = events.until("chat", |chat| &chat["held"] != known).await["held"].clone();
        }
    }
    assert!(began.elapsed() < Duration::from_secs(3), "one by one, in {:?}", began.elapsed());
    chat.hold_on().await;
    // Removing is told as well.
    chat.mona.remove(&lines[0]).await.ok();
    for (events, known) in told.iter_mut().zip(&known) {
        events.until("chat", |chat| &chat["held"] != known).await;
    }
    chat.carl.send("Seen by all").await.ok();
    for events in &mut others {
        events.until("chat", |chat| chat["revision"] == 2).await;
        assert!(chats(events).iter().all(|chat| chat["held"] == 0), "{:?}", events.seen);
    }
}

async fn events_of_one_chat_do_not_reach_another(database: Database) {
    let chat = Chat::on_air(database).await;
    let ann = chat.app.first_user().await;
    chat.app.encoder_connects(&ann.make_key().await).await;
    let mut events = chat.bob.events("/api/channel/events?username=ann").await;
    chat.bob.send("To carl").await.ok();
    chat.bob.send("Again").await.ok();
    chat.carl.ban("bob", None).await.ok();
    chat.bob.send_to("ann", "To ann").await.ok();
    events.until("chat", |chat| chat["revision"] == 1).await;
    assert!(chats(&events).iter().all(|chat| chat["revision"].as_i64() <= Some(1)), "{:?}", events.seen);
    let standings = events.seen.iter().filter(|event| event.name == "standing");
    assert!(standings.map(|event| &event.data["ban"]).all(Value::is_null), "{:?}", events.seen);
}

async fn events_tell_what_one_is_to_the_channel(database: Database) {
    let chat = Chat::on_air(database).await;
    let guest = json!({ "username": null, "role": "viewer", "followedAt": null, "ban": null });
    assert_eq!(chat.app.anonymous().events(CHANNEL).await.until("standing", |_| true).await, guest);
    for path in [CHANNEL, "/api/stream/events"] {
        let creator = chat.carl.events(path).await.until("standing", |_| true).await;
        assert_eq!((&creator["username"], &creator["role"]), (&json!("carl"), &json!("creator")), "{path}");
    }
    let mut all = Vec::new();
    for bob in chat.bob.everywhere(&chat.app).await {
        all.push(bob.events(CHANNEL).await);
    }
    for events in &mut all {
        let viewer = json!({ "username": "bob", "role": "viewer", "followedAt": null, "ban": null });
        assert_eq!(events.until("standing", |_| true).await, viewer);
    }
    type IsSo = fn(&Value) -> bool;
    let steps: [(&str, IsSo); 7] = [
        ("follow", |me| me["followedAt"].is_string()),
        ("unfollow", |me| me["followedAt"].is_null()),
        ("time out", |me| me["ban"]["until"].is_string()),
        ("ban", |me| me["ban"].is_object() && me["ban"]["until"].is_null()),
        ("unban", |me| me["ban"].is_null()),
        ("appoint", |me| me["role"] == "moderator"),
        ("dismiss", |me| me["role"] == "viewer"),
    ];
    for (step, is_so) in steps {
        let answer = match step {
            "follow" => chat.bob.follow().await,
            "unfollow" => chat.bob.delete("/api/channel/follow?username=carl").await,
            "time out" => chat.mona.ban("bob", Some(600)).await,
            "ban" => chat.carl.ban("bob", None).await,
            "unban" => chat.mona.unban("bob").await,
            "appoint" => chat.carl.appoint("bob").await,
            _ => chat.carl.dismiss("bob").await,
        };
        answer.ok();
        for events in &mut all {
            let told = events.until("standing", is_so).await;
            assert_eq!(told, chat.bob.standing().await, "{step}");
        }
    }
}

async fn what_somebody_is_to_a_channel_is_told_to_nobody_else(database: Database) {
    let chat = Chat::on_air(database).await;
    let eve = chat.app.user("eve").await;
    let mut all = vec![chat.carl.events("/api/stream/events").await];
    for caller in [&chat.app.anonymous(), &eve, &chat.mona] {
        all.push(caller.events(CHANNEL).await);
    }
    for events in &mut all {
        events.until("standing", |_| true).await;
    }
    chat.bob.follow().await.ok();
    chat.carl.ban("bob", Some(600)).await.ok();
    chat.carl.unban("bob").await.ok();
    chat.carl.appoint("bob").await.ok();
    chat.carl.send("That was it").await.ok();
    for events in &mut all {
        events.until("chat", |chat| chat["revision"] == 1).await;
        assert!(!format!("{:?}", events.seen).contains("bob"), "{:?}", events.seen);
    }
}

async fn the_stream_key_is_in_nothing_of_it(database: Database) {
    let chat = Chat::on_air(database).await;
    let mut all = vec![chat.carl.events("/api/stream/events").await, chat.carl.events(CHANNEL).await];
    all.push(chat.app.anonymous().events(CHANNEL).await);
    let line = chat.bob.send("Hello").await.ok();
    chat.mona.remove(&line).await.ok();
    chat.carl.ban("bob", None).await.ok();
    chat.carl.send("Hello").await.ok();
    for caller in [&chat.carl, &chat.mona, &chat.bob, &chat.app.anonymous()] {
        for path in [
            "/api/channel?username=carl",
            "/api/chat/messages?username=carl",
            "/api/chat/messages?username=carl&since=0",
            "/api/chat/bans?username=carl",
            "/api/chat/actions?username=carl",
            "/api/chat/moderators",
            "/api/chat/blocked-words",
        ] {
            let answer = caller.get(path).await;
            assert!(!answer.body.contains(KEY_MARK), "{path}: {answer:?}");
        }
    }
    for events in &mut all {
        events.until("chat", |chat| chat["revision"] == 3).await;
        assert!(!format!("{:?}", events.seen).contains(KEY_MARK), "{:?}", events.seen);
    }
    sent_up_to(&chat, 3).await;
    for sent in chat.app.livekit.sent(chat.room()) {
        assert!(!String::from_utf8_lossy(&sent.data).contains(KEY_MARK), "{sent:?}");
    }
}
