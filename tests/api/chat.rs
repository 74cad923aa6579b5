//! Writing to the chat of a channel, reading it, and removing what was written. Lines keep their place and changes
//! their order, whoever writes at once and whenever the program is started again. Who may write is in `chat_rules.rs`,
//! what is held back in `chat_delay.rs`.

use std::collections::BTreeSet;

use futures::future::join_all;
use reqwest::Method;
use serde_json::{Value, json};
use streamit::{domain::timestamp::Timestamp, server::clock::now};

use crate::support::{
    Answer, Caller, Chat, Database, TestApp,
    chat::{items, numbers, texts},
};

on_both_databases![
    a_message_comes_back_as_the_line_that_everybody_reads,
    a_line_says_what_its_author_is_to_the_chat,
    a_chat_that_nobody_wrote_in_is_empty,
    anybody_reads_it_and_also_when_the_stream_is_over,
    the_chats_of_two_channels_are_apart,
    only_creators_have_a_chat,
    a_message_is_one_line_of_1_to_500_characters,
    what_looks_like_html_is_text,
    a_nul_is_refused_wherever_it_is,
    a_message_that_cannot_be_read_is_400,
    a_script_writes_with_its_token,
    another_site_cannot_write_or_remove,
    forty_messages_at_once_all_have_their_place,
    numbers_and_revisions_go_on_after_a_restart,
    the_history_comes_in_pieces_of_fifty_the_newest_first,
    a_piece_of_the_history_does_not_shift_when_something_happens,
    changes_come_in_the_order_of_their_revisions,
    many_changes_come_in_pieces_of_two_hundred,
    a_parameter_that_makes_no_sense_is_no_failure_of_ours,
    a_removed_message_leaves_its_place_and_nothing_of_its_text,
    removing_twice_is_as_once,
    who_outranks_the_author_removes_a_message,
    nobody_else_removes_a_message,
    only_messages_are_removed,
    a_message_is_removed_also_when_the_stream_is_over,
    removed_by_many_at_once_it_is_removed_once,
];

/// When a line was sent, as its readers are told.
fn time_of(line: &Value) -> Timestamp {
    Timestamp::from_rfc3339(line["sentAt"].as_str().expect("a time")).expect("a time")
}

async fn a_message_comes_back_as_the_line_that_everybody_reads(database: Database) {
    let chat = Chat::on_air(database).await;
    let before = now();
    let line = chat.bob.send_to("CARL", "Hello").await.ok();
    assert!((before..=now()).contains(&time_of(&line)), "{line}");
    assert!(line["id"].as_str().is_some_and(|id| !id.is_empty()), "{line}");
    let expected = json!({
        "id": line["id"], "number": 1, "revision": 1, "sentAt": line["sentAt"], "kind": "message",
        "author": { "username": "bob", "displayName": "bob", "role": "viewer" }, "text": "Hello",
    });
    assert_eq!(line, expected);
    let page = json!({ "items": [line], "next": null, "revision": 1, "held": [] });
    for caller in [&chat.app.anonymous(), &chat.bob, &chat.mona, &chat.carl] {
        assert_eq!(caller.read("").await, page);
    }
}

async fn a_line_says_what_its_author_is_to_the_chat(database: Database) {
    let chat = Chat::on_air(database).await;
    // Ann is a creator and the admin, which is nothing here.
    let ann = chat.app.first_user().await;
    for (caller, role) in [(&chat.carl, "creator"), (&chat.mona, "moderator"), (&chat.bob, "viewer"), (&ann, "viewer")]
    {
        let line = caller.send("Hello").await.ok();
        assert_eq!(
            line["author"],
            json!({ "username": caller.username, "displayName": caller.username, "role": role })
        );
    }
    chat.carl.dismiss("mona").await.ok();
    assert_eq!(chat.mona.send("Not any more").await.ok()["author"]["role"], "viewer");
    let roles: Vec<Value> = items(&chat.seen().await).iter().map(|line| line["author"]["role"].clone()).collect();
    assert_eq!(roles, ["viewer", "viewer", "viewer", "moderator", "creator"], "each as it was then");
}

async fn a_chat_that_nobody_wrote_in_is_empty(database: Database) {
    let app = TestApp::start(database).await;
    let carl = app.creator("carl").await;
    let empty = json!({ "items": [], "next": null, "revision": 0, "held": [] });
    for caller in [app.anonymous(), carl] {
        assert_eq!(caller.read("").await, empty);
        assert_eq!(caller.read("&since=0").await, empty);
    }
}

async fn anybody_reads_it_and_also_when_the_stream_is_over(database: Database) {
    let chat = Chat::on_air(database).await;
    chat.bob.send("Hello").await.ok();
    chat.carl.ban("bob", None).await.ok();
    chat.encoder.stops().await;
    for caller in [&chat.app.anonymous(), &chat.app.user("eve").await, &chat.bob, &chat.mona, &chat.carl] {
        assert_eq!(texts(items(&caller.read("").await)), ["Hello"]);
        assert_eq!(texts(items(&caller.read("&since=0").await)), ["Hello"]);
    }
}

async fn the_chats_of_two_channels_are_apart(database: Database) {
    let chat = Chat::on_air(database).await;
    let ann = chat.app.first_user().await;
    chat.app.encoder_connects(&ann.make_key().await).await;
    chat.bob.send("To carl").await.ok();
    let line = chat.bob.send_to("ann", "To ann").await.ok();
    assert_eq!((&line["number"], &line["revision"]), (&json!(1), &json!(1)), "each counts for itself");
    assert_eq!(chat.texts().await, ["To carl"]);
    let of_ann = chat.app.anonymous().get("/api/chat/messages?username=ann").await.ok();
    assert_eq!(of_ann["items"], json!([line]));
    // A moderator there is none here.
    assert_eq!(chat.mona.send_to("ann", "Hello").await.ok()["author"]["role"], "viewer");
}

async fn only_creators_have_a_chat(database: Database) {
    let app = TestApp::start(database).await;
    let bob = app.user("bob").await;
    for name in ["bob", "nobody", "", "a%20b", "%F0%9F%98%80", "ann'--"] {
        app.anonymous().get(&format!("/api/chat/messages?username={name}")).await.refused(404, "NOT_FOUND");
        bob.get(&format!("/api/chat/messages?username={name}&since=0")).await.refused(404, "NOT_FOUND");
    }
    for name in ["bob", "nobody", "", "a b", "😀", "ann'--"] {
        bob.send_to(name, "Hello").await.refused(404, "NOT_FOUND");
    }
    app.anonymous().get("/api/chat/messages").await.refused(400, "BAD_REQUEST");
}

async fn a_message_is_one_line_of_1_to_500_characters(database: Database) {
    let chat = Chat::on_air(database).await;
    assert_eq!(chat.bob.send(" \t a\nb\tc \n").await.ok()["text"], "a b c");
    let family = "👨‍👩‍👧";
    for good in ["x".to_owned(), "é".repeat(500), family.repeat(200), "مرحبا".to_owned()] {
        assert_eq!(chat.bob.send(&good).await.ok()["text"], good);
        assert_eq!(chat.texts().await[0], good);
    }
    let bad = ["", "  ", " \n ", "\u{200b}\u{200d}", "a\u{7}b", &"é".repeat(501), &family.repeat(480)];
    for bad in bad {
        chat.bob.send(bad).await.names(&["text"]);
    }
    assert_eq!(chat.seen().await["revision"], 5);
}

async fn what_looks_like_html_is_text(database: Database) {
    let chat = Chat::on_air(database).await;
    let text = r#"<img src=x onerror="alert(1)"> & &lt;b&gt; </script> ' \ %3Cb%3E {{x}} '); DROP TABLE users; --"#;
    assert_eq!(chat.bob.send(text).await.ok()["text"], text);
    assert_eq!(chat.texts().await, [text]);
    let sent = chat.app.livekit.until_line(chat.room(), "it is sent", |line| line["number"] == 1).await;
    assert_eq!(sent["text"], text);
}

async fn a_nul_is_refused_wherever_it_is(database: Database) {
    let chat = Chat::on_air(database).await;
    chat.bob.send("a\0b").await.refused(400, "BAD_REQUEST");
    chat.bob.send_to("carl\0", "Hello").await.refused(400, "BAD_REQUEST");
    chat.carl.ban("bob\0", None).await.refused(400, "BAD_REQUEST");
    chat.carl.appoint("bob\0").await.refused(400, "BAD_REQUEST");
    let words = json!({ "words": ["a\0b"] });
    chat.carl.put("/api/chat/blocked-words", words).await.refused(400, "BAD_REQUEST");
    let follow = json!({ "username": "carl\0" });
    chat.bob.post("/api/channel/follow", follow).await.refused(400, "BAD_REQUEST");
    for (method, path) in [
        (Method::GET, "/api/chat/messages?username=carl%00"),
        (Method::GET, "/api/chat/messages?username=carl&cursor=1%00"),
        (Method::DELETE, "/api/chat/messages?id=1%00"),
        (Method::GET, "/api/chat/bans?username=carl%00"),
        (Method::GET, "/api/chat/bans?cursor=1%00"),
        (Method::DELETE, "/api/chat/bans?user=bob%00"),
        (Method::DELETE, "/api/chat/moderators?user=bob%00"),
        (Method::GET, "/api/chat/actions?cursor=1%00"),
        (Method::DELETE, "/api/channel/follow?username=carl%00"),
    ] {
        let answer = Answer::to(chat.carl.request(method, path)).await;
        assert!(answer.status < 500, "{path}: {answer:?}");
    }
    assert_eq!(chat.seen().await["revision"], 0);
}

async fn a_message_that_cannot_be_read_is_400(database: Database) {
    let chat = Chat::on_air(database).await;
    for body in [
        json!({}),
        json!({ "username": "carl" }),
        json!({ "text": "Hello" }),
        json!({ "username": "carl", "text": 1 }),
        json!({ "username": "carl", "text": ["Hello"] }),
        json!({ "username": 1, "text": "Hello" }),
        json!({ "username": { "name": "carl" }, "text": "Hello" }),
    ] {
        chat.bob.post("/api/chat/messages", body).await.refused(400, "BAD_REQUEST");
    }
    chat.bob.delete("/api/chat/messages").await.refused(400, "BAD_REQUEST");
    chat.bob.get("/api/chat/messages?username=carl&since=first").await.refused(400, "BAD_REQUEST");
    assert_eq!(chat.seen().await["revision"], 0);
}

async fn a_script_writes_with_its_token(database: Database) {
    let chat = Chat::on_air(database).await;
    let script = chat.bob.with_token().await;
    let line = script.send("By a script").await.ok();
    assert_eq!(line["author"]["username"], "bob");
    script.remove(&line).await.ok();
    let carls = chat.carl.with_token().await;
    assert_eq!(carls.send("Also by one").await.ok()["author"]["role"], "creator");
}

async fn another_site_cannot_write_or_remove(database: Database) {
    let chat = Chat::on_air(database).await;
    let line = chat.bob.send("Hello").await.ok();
    let remove = format!("/api/chat/messages?id={}", line["id"].as_str().unwrap());
    let forged = json!({ "username": "carl", "text": "Forged", "user": "bob", "seconds": null, "words": ["x"] });
    for (method, path) in [
        (Method::POST, "/api/chat/messages"),
        (Method::DELETE, &remove),
        (Method::POST, "/api/chat/bans"),
        (Method::DELETE, "/api/chat/bans?user=bob"),
        (Method::POST, "/api/chat/moderators"),
        (Method::DELETE, "/api/chat/moderators?user=mona"),
        (Method::PUT, "/api/chat/blocked-words"),
    ] {
        for (name, value) in [("origin", "https://evil.example"), ("sec-fetch-site", "cross-site")] {
            let request = chat.carl.request(method.clone(), path).json(&forged).header(name, value);
            Answer::to(request).await.refused(403, "CROSS_ORIGIN");
        }
    }
    assert_eq!(chat.seen().await["items"], json!([line]));
}

async fn forty_messages_at_once_all_have_their_place(database: Database) {
    let chat = Chat::on_air(database).await;
    let eve = chat.app.user("eve").await;
    let people = [&chat.carl, &chat.mona, &chat.bob, &eve];
    let sending = (0..40).map(|n| async move { people[n % 4].send(&format!("Message {n}")).await.ok() });
    let answers = join_all(sending).await;
    let one_to_forty: BTreeSet<i64> = (1..=40).collect();
    for name in ["number", "revision"] {
        assert_eq!(numbers(&answers, name).into_iter().collect::<BTreeSet<_>>(), one_to_forty, "{name}");
    }
    let mut in_order = answers;
    in_order.sort_by_key(|line| std::cmp::Reverse(line["number"].as_i64()));
    assert_eq!(chat.seen().await, json!({ "items": in_order, "next": null, "revision": 40, "held": [] }));
}

async fn numbers_and_revisions_go_on_after_a_restart(database: Database) {
    let mut chat = Chat::on_air(database).await;
    let first = chat.bob.send("Before").await.ok();
    chat.bob.remove(&first).await.ok();
    chat.app.restart().await;
    let second = chat.bob.send("After").await.ok();
    assert_eq!((&second["number"], &second["revision"]), (&json!(2), &json!(3)));
    assert_eq!(numbers(items(&chat.seen().await), "number"), [2, 1]);
}

async fn the_history_comes_in_pieces_of_fifty_the_newest_first(database: Database) {
    let chat = Chat::on_air(database).await;
    chat.fill(100).await;
    let guest = chat.app.anonymous();
    let first = guest.read("").await;
    assert_eq!(numbers(items(&first), "number"), (51..=100).rev().collect::<Vec<_>>());
    let second = guest.read(&format!("&cursor={}", first["next"].as_str().expect("there are more"))).await;
    assert_eq!(numbers(items(&second), "number"), (1..=50).rev().collect::<Vec<_>>());
    assert_eq!(second["next"], Value::Null, "these were all");
    assert_eq!((&first["revision"], &second["revision"]), (&json!(100), &json!(100)));
    assert_eq!(texts(&guest.read_all().await).into_iter().collect::<BTreeSet<_>>().len(), 100, "each once");
}

async fn a_piece_of_the_history_does_not_shift_when_something_happens(database: Database) {
    let chat = Chat::on_air(database).await;
    chat.fill(60).await;
    let guest = chat.app.anonymous();
    let first = guest.read("").await;
    chat.bob.send("Meanwhile").await.ok();
    chat.carl.remove(&items(&first)[49]).await.ok();
    let second = guest.read(&format!("&cursor={}", first["next"].as_str().expect("there are more"))).await;
    assert_eq!(numbers(items(&second), "number"), (1..=10).rev().collect::<Vec<_>>());
}

async fn changes_come_in_the_order_of_their_revisions(database: Database) {
    let chat = Chat::on_air(database).await;
    let first = chat.bob.send("First").await.ok();
    let second = chat.carl.send("Second").await.ok();
    chat.bob.remove(&first).await.ok();
    let third = chat.mona.send("Third").await.ok();
    let guest = chat.app.anonymous();
    let all = guest.read("&since=0").await;
    assert_eq!((numbers(items(&all), "revision"), numbers(items(&all), "number")), (vec![2, 3, 4], vec![2, 1, 3]));
    assert_eq!((&all["revision"], &all["next"]), (&json!(4), &Value::Null));
    let since = guest.read("&since=1").await;
    assert_eq!(since, all);
    assert_eq!((&items(&since)[0], &items(&since)[2]), (&second, &third));
    assert_eq!(numbers(items(&guest.read("&since=3").await), "revision"), [4]);
    for nothing_after in ["&since=4", "&since=4000"] {
        assert_eq!(guest.read(nothing_after).await["items"], json!([]));
    }
}

async fn many_changes_come_in_pieces_of_two_hundred(database: Database) {
    let chat = Chat::on_air(database).await;
    chat.fill(210).await;
    let guest = chat.app.anonymous();
    let first = guest.read("&since=0").await;
    assert_eq!(numbers(items(&first), "revision"), (1..=200).collect::<Vec<_>>());
    assert_eq!(first["revision"], 200, "with this piece, all is known up to there");
    let rest = guest.read(&format!("&since={}", first["next"].as_str().expect("there are more"))).await;
    assert_eq!(numbers(items(&rest), "revision"), (201..=210).collect::<Vec<_>>());
    assert_eq!((&rest["revision"], &rest["next"]), (&json!(210), &Value::Null));
    let just_so_many = guest.read("&since=10").await;
    assert_eq!((items(&just_so_many).len(), &just_so_many["next"]), (200, &Value::Null));
}

async fn a_parameter_that_makes_no_sense_is_no_failure_of_ours(database: Database) {
    let chat = Chat::on_air(database).await;
    chat.bob.send("Hello").await.ok();
    for query in [
        "&cursor=~",
        "&cursor=",
        "&cursor=-1",
        "&cursor=99999999999999999999",
        "&cursor=9223372036854775807",
        "&since=-1",
        "&since=9223372036854775807",
        "&since=-9223372036854775808",
        "&since=99999999999999999999",
        "&since=1&cursor=1",
    ] {
        let answer = chat.app.anonymous().get(&format!("/api/chat/messages?username=carl{query}")).await;
        assert!(matches!(answer.status, 200 | 400), "{query}: {answer:?}");
    }
}

async fn a_removed_message_leaves_its_place_and_nothing_of_its_text(database: Database) {
    let chat = Chat::on_air(database).await;
    let line = chat.bob.send("Something to regret").await.ok();
    chat.carl.send("Well").await.ok();
    assert!(!chat.bob.remove(&line).await.body.contains("regret"));
    let left = json!({
        "id": line["id"], "number": 1, "revision": 3, "sentAt": line["sentAt"], "kind": "deleted",
        "author": { "username": "bob", "displayName": "bob", "role": "viewer" },
    });
    for caller in [&chat.app.anonymous(), &chat.bob, &chat.mona, &chat.carl] {
        for query in ["", "&since=0", "&since=1"] {
            let page = caller.read(query).await;
            assert!(items(&page).contains(&left), "{query}: {page}");
            assert!(!page.to_string().contains("regret"), "{query}: {page}");
        }
    }
    let is_gone = |line: &Value| line["kind"] == "deleted";
    let sent = chat.app.livekit.until_line(chat.room(), "its removal is sent", is_gone).await;
    assert_eq!(sent, left);
}

async fn removing_twice_is_as_once(database: Database) {
    let chat = Chat::on_air(database).await;
    let line = chat.bob.send("Hello").await.ok();
    chat.bob.remove(&line).await.ok();
    let before = chat.seen().await;
    for caller in [&chat.bob, &chat.mona, &chat.carl] {
        caller.remove(&line).await.ok();
    }
    assert_eq!(chat.seen().await, before);
}

async fn who_outranks_the_author_removes_a_message(database: Database) {
    let chat = Chat::on_air(database).await;
    let ann = chat.app.first_user().await;
    for (n, (author, remover)) in (0..).zip([
        (&chat.bob, &chat.bob),
        (&chat.bob, &chat.mona),
        (&chat.bob, &chat.carl),
        (&chat.mona, &chat.mona),
        (&chat.mona, &chat.carl),
        (&chat.carl, &chat.carl),
        (&ann, &chat.mona),
    ]) {
        let line = author.send(&format!("Message {n}")).await.ok();
        remover.remove(&line).await.ok();
        assert_eq!(items(&chat.seen().await)[0]["kind"], "deleted", "{} {}", author.username, remover.username);
    }
    // One's own is one's own, also for who may not write any more.
    let last = chat.bob.send("Last words").await.ok();
    chat.carl.ban("bob", None).await.ok();
    chat.bob.remove(&last).await.ok();
    assert_eq!(chat.texts().await, [""; 0]);
}

async fn nobody_else_removes_a_message(database: Database) {
    let chat = Chat::on_air(database).await;
    let app = &chat.app;
    let (ann, eve, mia, ned) = tokio::join!(app.first_user(), app.user("eve"), app.user("mia"), app.user("ned"));
    chat.carl.appoint("mia").await.ok();
    // Ned keeps order in ann's chat.
    ann.appoint("ned").await.ok();
    let mut lines = Vec::new();
    for author in [&chat.bob, &chat.mona, &chat.carl] {
        lines.push(author.send("Hello").await.ok());
    }
    let banned = app.user("hal").await;
    chat.carl.ban("hal", None).await.ok();
    let refused: [(&Caller, &[usize]); 7] = [
        (&chat.bob, &[1, 2]),
        (&eve, &[0, 1, 2]),
        (&banned, &[0, 1, 2]),
        (&ann, &[0, 1, 2]),
        (&ned, &[0, 1, 2]),
        (&mia, &[1, 2]),
        (&chat.mona, &[2]),
    ];
    for (caller, which) in refused {
        for n in which {
            caller.remove(&lines[*n]).await.refused(403, "FORBIDDEN");
        }
    }
    for line in &lines {
        app.anonymous().remove(line).await.refused(401, "NOT_SIGNED_IN");
    }
    lines.reverse();
    assert_eq!(chat.seen().await["items"], json!(lines));
}

async fn only_messages_are_removed(database: Database) {
    let chat = Chat::on_air(database).await;
    for id in ["nothing", "", "0", "%F0%9F%98%80", "00000000-0000-7000-8000-000000000000"] {
        let path = format!("/api/chat/messages?id={id}");
        for caller in [&chat.bob, &chat.carl] {
            caller.delete(&path).await.refused(404, "NOT_FOUND");
        }
        chat.app.anonymous().delete(&path).await.refused(401, "NOT_SIGNED_IN");
    }
    // What the chat says by itself is nobody's message.
    chat.rules(json!({ "slowModeSeconds": 10 })).await;
    let before = chat.seen().await;
    for caller in [&chat.bob, &chat.mona, &chat.carl] {
        let answer = caller.remove(&items(&before)[0]).await;
        assert!(matches!(answer.status, 403 | 404), "{answer:?}");
    }
    assert_eq!(chat.seen().await, before);
}

async fn a_message_is_removed_also_when_the_stream_is_over(database: Database) {
    let chat = Chat::on_air(database).await;
    let (one, other) = (chat.bob.send("One").await.ok(), chat.bob.send("Other").await.ok());
    chat.encoder.stops().await;
    chat.bob.remove(&one).await.ok();
    chat.mona.remove(&other).await.ok();
    assert_eq!(chat.texts().await, [""; 0]);
}

async fn removed_by_many_at_once_it_is_removed_once(database: Database) {
    let chat = Chat::on_air(database).await;
    for n in 1..=5 {
        let line = chat.bob.send(&format!("Message {n}")).await.ok();
        let people = [&chat.bob, &chat.mona, &chat.carl, &chat.bob, &chat.mona, &chat.carl];
        join_all(people.map(|caller| caller.remove(&line))).await.into_iter().for_each(|answer| drop(answer.ok()));
        assert_eq!(chat.seen().await["revision"], 2 * n);
    }
}
