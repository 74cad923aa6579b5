//! Messages that are held back for a while: who sees them meanwhile, and how they are let go. Tests wait for what
//! happens and not for the time: the delay is as short, or as long, as a test needs.

use std::time::Duration;

use futures::future::join_all;
use serde_json::{Value, json};
use streamit::{domain::timestamp::Timestamp, server::clock::now};

use crate::support::{
    Chat, Database,
    chat::{items, numbers, texts},
    eventually,
};

on_both_databases![
    a_held_message_is_seen_by_its_author_and_by_who_keeps_order,
    a_held_message_is_let_go_by_itself,
    a_clock_that_went_back_holds_no_message_for_longer,
    creator_and_moderators_are_never_held,
    what_is_held_keeps_its_place,
    messages_are_let_go_in_the_order_of_their_arrival,
    a_message_removed_while_it_is_held_was_never_there,
    a_held_message_is_removed_by_nobody_else,
    what_is_held_counts_against_its_author,
    after_a_restart_what_is_held_is_let_go,
    when_the_stream_is_over_what_is_held_is_let_go,
    who_has_missed_the_letting_go_gets_it_with_the_changes,
    a_message_removed_the_moment_it_is_let_go_is_gone,
    the_delay_holds_from_the_moment_it_is_acknowledged,
];

/// The shortest delay.
const SHORTLY: Duration = Duration::from_secs(2);

async fn delay_shortly(chat: &Chat) {
    chat.rules(json!({ "isChatDelayed": true, "chatDelaySeconds": 2 })).await;
}

async fn a_held_message_is_seen_by_its_author_and_by_who_keeps_order(database: Database) {
    let chat = Chat::on_air(database).await;
    let eve = chat.app.user("eve").await;
    chat.delay().await;
    let before = chat.seen().await;
    let line = chat.bob.send("Wait").await.ok();
    chat.hold_on().await;
    let of_eve = eve.send("Me too").await.ok();
    chat.hold_on().await;
    assert_eq!((&line["revision"], &line["kind"]), (&Value::Null, &json!("message")));
    let everywhere = chat.bob.everywhere(&chat.app).await;
    for query in ["", "&since=0"] {
        for bob in &everywhere {
            assert_eq!(bob.read(query).await["held"], json!([line]), "their own");
        }
        for staff in [&chat.mona, &chat.carl] {
            assert_eq!(staff.read(query).await["held"], json!([line, of_eve]), "all");
        }
        // Ann is the admin and a creator elsewhere.
        for other in [&chat.app.anonymous(), &chat.app.first_user().await] {
            assert_eq!(other.read(query).await["held"], json!([]));
        }
        for caller in [&chat.app.anonymous(), &eve, &chat.bob, &chat.mona, &chat.carl] {
            let page = caller.read(query).await;
            assert_eq!((&page["items"], &page["revision"]), (&before["items"], &before["revision"]));
        }
    }
}

async fn a_held_message_is_let_go_by_itself(database: Database) {
    let chat = Chat::on_air(database).await;
    delay_shortly(&chat).await;
    let mut events = chat.app.anonymous().events("/api/channel/events?username=carl").await;
    let mut line = chat.bob.send("Wait").await.ok();
    let is_it = |sent: &Value| sent["text"] == "Wait";
    let sent = chat.app.livekit.until_line(chat.room(), "it is sent", is_it).await;
    let arrived = now();
    let sent_at = Timestamp::from_rfc3339(line["sentAt"].as_str().unwrap()).unwrap();
    assert!(arrived.since(sent_at) >= SHORTLY, "it was held for {:?}", arrived.since(sent_at));
    // The rules had the first revision.
    line["revision"] = json!(2);
    assert_eq!(sent, line, "nothing else of it changed");
    for caller in [&chat.app.anonymous(), &chat.bob, &chat.carl] {
        let page = caller.read("").await;
        assert_eq!((&items(&page)[0], &page["held"], &page["revision"]), (&line, &json!([]), &json!(2)));
    }
    events.until("chat", |chat| chat["revision"] == 2).await;
}

async fn a_clock_that_went_back_holds_no_message_for_longer(database: Database) {
    let chat = Chat::on_air(database).await;
    chat.delay().await;
    chat.bob.send("Wait").await.ok();
    let sql =
        "UPDATE chat_lines SET sent_at = sent_at + 3600000, held_until = held_until + 3600000 WHERE revision IS NULL";
    assert_eq!(chat.app.execute(sql).await, 1);
    chat.app.livekit.until_line(chat.room(), "it is let go", |line| line["text"] == "Wait").await;
}

async fn creator_and_moderators_are_never_held(database: Database) {
    let chat = Chat::on_air(database).await;
    chat.delay().await;
    for (revision, staff) in [(2, &chat.mona), (3, &chat.carl)] {
        assert_eq!(staff.send("Now").await.ok()["revision"], revision);
    }
    assert_eq!(chat.texts().await, ["Now", "Now"]);
}

async fn what_is_held_keeps_its_place(database: Database) {
    let chat = Chat::on_air(database).await;
    delay_shortly(&chat).await;
    let held = chat.bob.send("First").await.ok();
    let second = chat.carl.send("Second").await.ok();
    assert_eq!((&held["number"], &second["number"], &second["revision"]), (&json!(2), &json!(3), &json!(2)));
    chat.app.livekit.until_line(chat.room(), "it is let go", |line| line["text"] == "First").await;
    let page = chat.seen().await;
    assert_eq!((numbers(items(&page), "number"), numbers(items(&page), "revision")), (vec![3, 2, 1], vec![2, 3, 1]));
}

async fn messages_are_let_go_in_the_order_of_their_arrival(database: Database) {
    let chat = Chat::on_air(database).await;
    let eve = chat.app.user("eve").await;
    delay_shortly(&chat).await;
    for n in 0..5 {
        chat.bob.send(&format!("Of bob {n}")).await.ok();
        eve.send(&format!("Of eve {n}")).await.ok();
    }
    let is_last = |line: &Value| line["text"] == "Of eve 4";
    chat.app.livekit.until_line(chat.room(), "the last is let go", is_last).await;
    let page = chat.app.anonymous().read("&since=0").await;
    assert_eq!(numbers(items(&page), "number"), (1..=11).collect::<Vec<_>>());
    assert_eq!(numbers(items(&page), "revision"), (1..=11).collect::<Vec<_>>());
}

async fn a_message_removed_while_it_is_held_was_never_there(database: Database) {
    let chat = Chat::on_air(database).await;
    chat.delay().await;
    let before = chat.seen().await;
    for (n, remover) in [&chat.bob, &chat.mona, &chat.carl].into_iter().enumerate() {
        let line = chat.bob.send(&format!("Wait {n}")).await.ok();
        chat.hold_on().await;
        remover.remove(&line).await.ok();
        for caller in [&chat.app.anonymous(), &chat.bob, &chat.mona, &chat.carl] {
            assert_eq!(caller.read("").await, before);
            assert_eq!(caller.read("&since=0").await["held"], json!([]));
        }
    }
    // Nor is it when its time has come: what was sent after it is there.
    delay_shortly(&chat).await;
    let last = chat.bob.send("Last").await.ok();
    assert!(last["number"].as_i64() > Some(4), "a place is nobody else's: {last}");
    chat.app.execute("UPDATE chat_lines SET held_until = 1 WHERE revision IS NULL").await;
    chat.app.livekit.until_line(chat.room(), "the last is let go", |line| line["text"] == "Last").await;
    assert_eq!(chat.texts().await, ["Last"]);
    let sent = chat.app.livekit.lines(chat.room());
    assert_eq!(texts(&sent), ["Last"], "nobody was sent anything of them");
}

async fn a_held_message_is_removed_by_nobody_else(database: Database) {
    let chat = Chat::on_air(database).await;
    let eve = chat.app.user("eve").await;
    chat.delay().await;
    let line = chat.bob.send("Wait").await.ok();
    chat.hold_on().await;
    eve.remove(&line).await.refused(403, "FORBIDDEN");
    chat.app.first_user().await.remove(&line).await.refused(403, "FORBIDDEN");
    chat.app.anonymous().remove(&line).await.refused(401, "NOT_SIGNED_IN");
    assert_eq!(chat.carl.read("").await["held"], json!([line]));
}

async fn what_is_held_counts_against_its_author(database: Database) {
    let chat = Chat::on_air(database).await;
    chat.delay().await;
    chat.bob.send("Wait").await.ok();
    chat.bob.send("Wait").await.refused_for(429, "REPEATED", 1..=30);
    chat.rules(json!({ "slowModeSeconds": 120 })).await;
    chat.bob.send("And again").await.refused_for(429, "SLOW_MODE", 60..=120);
}

async fn after_a_restart_what_is_held_is_let_go(database: Database) {
    let mut chat = Chat::on_air(database).await;
    delay_shortly(&chat).await;
    for n in 0..3 {
        chat.bob.send(&format!("Wait {n}")).await.ok();
    }
    chat.app.restart().await;
    // Nobody asks for anything.
    let is_last = |line: &Value| line["text"] == "Wait 2";
    chat.app.livekit.until_line(chat.room(), "the last is let go", is_last).await;
    let page = chat.seen().await;
    assert_eq!(texts(items(&page)), ["Wait 2", "Wait 1", "Wait 0"]);
    assert_eq!((numbers(items(&page), "revision"), &page["held"]), (vec![4, 3, 2, 1], &json!([])));
}

async fn when_the_stream_is_over_what_is_held_is_let_go(database: Database) {
    let chat = Chat::on_air(database).await;
    delay_shortly(&chat).await;
    chat.bob.send("Wait").await.ok();
    chat.encoder.stops().await;
    eventually("it is let go", || async { (chat.texts().await == ["Wait"]).then_some(()) }).await;
}

async fn who_has_missed_the_letting_go_gets_it_with_the_changes(database: Database) {
    let chat = Chat::on_air(database).await;
    delay_shortly(&chat).await;
    chat.bob.send("First").await.ok();
    chat.carl.send("Second").await.ok();
    let known = chat.seen().await["revision"].as_i64().unwrap();
    chat.app.livekit.until_line(chat.room(), "it is let go", |line| line["text"] == "First").await;
    let changes = chat.app.anonymous().read(&format!("&since={known}")).await;
    assert_eq!(texts(items(&changes)), ["First"], "although its place is before what is known");
}

async fn a_message_removed_the_moment_it_is_let_go_is_gone(database: Database) {
    let chat = Chat::on_air(database).await;
    chat.delay().await;
    let mut lines = Vec::new();
    for n in 0..20 {
        lines.push(chat.bob.send(&format!("Wait {n}")).await.ok());
    }
    // All are let go at once, and removed meanwhile: the last first, so that the two meet.
    chat.app.execute("UPDATE chat_lines SET held_until = 1 WHERE revision IS NULL").await;
    let is_message = |line: &Value| line["kind"] == "message";
    chat.app.livekit.until_line(chat.room(), "the first is let go", is_message).await;
    for lines in lines.rchunks(4) {
        let removed = join_all(lines.iter().map(|line| chat.carl.remove(line))).await;
        removed.into_iter().for_each(|answer| drop(answer.ok()));
    }
    eventually("nothing is held", || async { (chat.carl.read("").await["held"] == json!([])).then_some(()) }).await;
    chat.carl.send("Done").await.ok();
    assert_eq!(chat.texts().await, ["Done"]);
    let all = chat.app.anonymous().read("&since=0").await;
    let revisions = numbers(items(&all), "revision");
    assert!(revisions.is_sorted_by(|one, next| one < next), "{revisions:?}");
    assert_eq!(all["revision"].as_i64(), revisions.last().copied());
    let is_done = |line: &Value| line["text"] == "Done";
    chat.app.livekit.until_line(chat.room(), "the last is sent", is_done).await;
    // Nobody was sent a message again after its removal.
    for line in items(&all).iter().filter(|line| line["kind"] == "deleted") {
        let sent = chat.app.livekit.lines(chat.room()).into_iter().filter(|one| one["id"] == line["id"]);
        let newest = sent.max_by_key(|one| one["revision"].as_i64()).expect("its removal was sent");
        assert_eq!(newest["kind"], "deleted");
    }
}

async fn the_delay_holds_from_the_moment_it_is_acknowledged(database: Database) {
    let chat = Chat::on_air(database).await;
    let bob = &chat.bob;
    let writing = join_all((0..20).map(|n| async move { bob.send(&format!("Message {n}")).await.ok() }));
    let changed = async {
        chat.app.livekit.until_line(chat.room(), "they are writing", |line| line["kind"] == "message").await;
        chat.delay().await;
        chat.texts().await
    };
    let (answers, at_that_moment) = tokio::join!(writing, changed);
    chat.hold_on().await;
    let held = answers.iter().filter(|line| line["revision"].is_null()).count();
    assert_eq!(at_that_moment.len() + held, 20, "all that is not held was there when it was acknowledged");
    assert_eq!(chat.texts().await, at_that_moment);
    assert_eq!(bob.read("").await["held"].as_array().map(Vec::len), Some(held));
}
