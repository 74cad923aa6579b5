//! Keeping order in a chat: bans, time-outs, moderators, blocked words, and the list of what was done. Who outranks
//! whom is looked up each time: whoever is none any more does nothing more. What is acknowledged holds for the next
//! message, on every session.

use std::collections::BTreeSet;

use futures::future::join_all;
use reqwest::Method;
use serde_json::{Value, json};
use streamit::{domain::timestamp::Timestamp, server::clock::now};

use crate::support::{Answer, Caller, Chat, Database, TestApp, chat::items};

on_both_databases![
    who_is_banned_does_not_write_and_reads_on,
    a_ban_holds_for_every_session_and_every_token,
    a_ban_holds_in_one_channel_only,
    a_time_out_ends_by_itself,
    a_time_out_is_a_second_to_two_weeks_long,
    a_ban_says_how_long,
    only_somebody_is_banned,
    a_ban_takes_the_place_of_the_one_before,
    what_outlasts_a_time_out_is_not_replaced_by_it,
    a_ban_takes_what_is_held_with_it,
    after_a_ban_is_acknowledged_no_message_comes,
    a_ban_holds_also_when_the_stream_is_over,
    an_unbanned_person_writes_again,
    those_who_are_banned_are_listed_the_newest_first,
    who_outranks_somebody_bans_them,
    nobody_bans_their_equals_or_above,
    a_moderator_who_is_timed_out_cannot_free_themselves,
    a_banned_moderator_is_none_any_more,
    a_moderator_is_named_by_the_creator_alone,
    naming_a_moderator_twice_is_as_once,
    who_cannot_be_a_moderator_is_not_made_one,
    nobody_is_a_moderator_and_banned_whatever_comes_first,
    a_moderator_who_is_none_any_more_can_do_nothing,
    blocked_words_are_kept_as_they_were_typed,
    blocked_words_have_limits,
    blocked_words_are_nobody_elses_business,
    what_was_done_is_listed_the_newest_first,
    what_was_done_comes_in_pieces_of_fifty,
    what_one_does_to_oneself_is_not_listed,
    only_who_keeps_order_comes_in,
    without_a_name_it_is_ones_own_channel,
    a_channel_that_is_none_has_no_moderation,
    a_wrong_type_cannot_be_read,
];

/// The names in a list, in its order.
#[track_caller]
fn names(page: &Value) -> Vec<&str> {
    items(page).iter().map(|one| one["username"].as_str().expect("a name")).collect()
}

async fn bans(caller: &Caller) -> Value {
    caller.get("/api/chat/bans?username=carl").await.ok()
}

async fn moderators(caller: &Caller) -> Value {
    caller.get("/api/chat/moderators").await.ok()
}

async fn actions(caller: &Caller) -> Value {
    caller.get("/api/chat/actions?username=carl").await.ok()
}

#[track_caller]
fn time(value: &Value) -> Timestamp {
    value.as_str().and_then(Timestamp::from_rfc3339).unwrap_or_else(|| panic!("no time: {value}"))
}

async fn who_is_banned_does_not_write_and_reads_on(database: Database) {
    let chat = Chat::on_air(database).await;
    chat.carl.send("Hello").await.ok();
    chat.carl.ban("bob", None).await.ok();
    chat.bob.send("Hello").await.refused_for_good(403, "BANNED");
    assert_eq!(chat.bob.standing().await["ban"], json!({ "until": null }));
    assert_eq!(items(&chat.bob.read("").await).len(), 1);
    chat.bob.post("/api/channel/token", json!({ "username": "carl" })).await.ok();
    chat.app.user("eve").await.send("Hello").await.ok();
}

async fn a_ban_holds_for_every_session_and_every_token(database: Database) {
    let chat = Chat::on_air(database).await;
    let everywhere = chat.bob.everywhere(&chat.app).await;
    chat.mona.ban("bob", None).await.ok();
    for bob in &everywhere {
        bob.send("Hello").await.refused_for_good(403, "BANNED");
    }
    chat.mona.unban("bob").await.ok();
    chat.mona.ban("bob", Some(600)).await.ok();
    for bob in everywhere.iter().chain([&chat.app.anonymous().sign_in("bob").await]) {
        bob.send("Hello").await.refused_for(403, "TIMED_OUT", 500..=600);
    }
}

async fn a_ban_holds_in_one_channel_only(database: Database) {
    let chat = Chat::on_air(database).await;
    let ann = chat.app.first_user().await;
    chat.app.encoder_connects(&ann.make_key().await).await;
    chat.carl.ban("bob", None).await.ok();
    chat.bob.send_to("ann", "Hello").await.ok();
    assert_eq!(chat.bob.channel("ann").await["standing"]["ban"], Value::Null);
    assert_eq!(ann.get("/api/chat/bans").await.ok()["items"], json!([]));
}

async fn a_time_out_ends_by_itself(database: Database) {
    let chat = Chat::on_air(database).await;
    chat.mona.ban("bob", Some(600)).await.ok();
    chat.bob.send("Hello").await.refused_for(403, "TIMED_OUT", 500..=600);
    chat.app.execute("UPDATE chat_bans SET until = until - 540000").await;
    chat.bob.send("Hello").await.refused_for(403, "TIMED_OUT", 1..=60);
    chat.app.execute("UPDATE chat_bans SET until = until - 60000").await;
    chat.bob.send("Hello").await.ok();
    assert_eq!(bans(&chat.mona).await["items"], json!([]));
    assert_eq!(chat.bob.standing().await["ban"], Value::Null);
}

async fn a_time_out_is_a_second_to_two_weeks_long(database: Database) {
    let chat = Chat::on_air(database).await;
    for bad in [0, -1, 1_209_601, i64::MAX, i64::MIN] {
        chat.carl.ban("bob", Some(bad)).await.names(&["seconds"]);
    }
    let without = json!({ "username": "carl", "user": "bob" });
    chat.carl.post("/api/chat/bans", without).await.names(&["seconds"]);
    assert_eq!(bans(&chat.carl).await["items"], json!([]));
    for good in [1, 600, 3600, 86_400, 1_209_600] {
        chat.carl.ban("bob", Some(good)).await.ok();
    }
}

async fn a_ban_says_how_long(database: Database) {
    let chat = Chat::on_air(database).await;
    let before = now();
    let timed_out = chat.mona.ban("BOB", Some(600)).await.ok();
    let banned_at = time(&timed_out["bannedAt"]);
    assert!((before..=now()).contains(&banned_at), "{timed_out}");
    assert_eq!(time(&timed_out["until"]).since(banned_at).as_secs(), 600);
    let expected = json!({
        "username": "bob", "until": timed_out["until"], "bannedAt": timed_out["bannedAt"], "by": "mona",
    });
    assert_eq!(timed_out, expected);
    assert_eq!(bans(&chat.carl).await, json!({ "items": [timed_out], "next": null }));
    assert_eq!(chat.bob.standing().await["ban"], json!({ "until": timed_out["until"] }));
    assert_eq!(chat.carl.ban("bob", None).await.ok()["until"], Value::Null);
}

async fn only_somebody_is_banned(database: Database) {
    let chat = Chat::on_air(database).await;
    for name in ["nobody", "", "a b", "😀", "bob'--"] {
        chat.carl.ban(name, None).await.refused(404, "NOT_FOUND");
    }
    for name in ["nobody", "", "a%20b", "%F0%9F%98%80"] {
        chat.carl.unban(name).await.refused(404, "NOT_FOUND");
    }
    chat.carl.unban("bob").await.refused(404, "NOT_FOUND");
}

async fn a_ban_takes_the_place_of_the_one_before(database: Database) {
    let chat = Chat::on_air(database).await;
    chat.mona.ban("bob", Some(60)).await.ok();
    let longer = chat.carl.ban("bob", Some(600)).await.ok();
    assert_eq!(bans(&chat.carl).await["items"], json!([longer]));
    chat.bob.send("Hello").await.refused_for(403, "TIMED_OUT", 500..=600);
    let all = [&chat.mona, &chat.carl, &chat.mona, &chat.carl].map(|staff| staff.ban("bob", Some(900)));
    join_all(all).await.into_iter().for_each(|answer| drop(answer.ok()));
    assert_eq!(names(&bans(&chat.carl).await), ["bob"], "of many at once, one");
    chat.mona.ban("bob", None).await.ok();
    let by_carl = chat.carl.ban("bob", None).await.ok();
    assert_eq!(bans(&chat.carl).await["items"], json!([by_carl]));
    chat.bob.send("Hello").await.refused_for_good(403, "BANNED");
}

async fn what_outlasts_a_time_out_is_not_replaced_by_it(database: Database) {
    let chat = Chat::on_air(database).await;
    for before in [Some(3_600), None] {
        chat.carl.ban("bob", before).await.ok();
        let (listed, done) = (bans(&chat.carl).await, actions(&chat.carl).await);
        for staff in [&chat.mona, &chat.carl] {
            let answer = staff.ban("bob", Some(600)).await.refused(409, "CONFLICT");
            let message = answer["message"].as_str().expect("a message");
            assert!(message.contains("unban them first"), "{message}");
        }
        assert_eq!(bans(&chat.carl).await, listed, "after {before:?}");
        assert_eq!(actions(&chat.carl).await, done, "what was refused was not done");
    }
    chat.bob.send("Hello").await.refused_for_good(403, "BANNED");
    chat.mona.unban("bob").await.ok();
    chat.mona.ban("bob", Some(600)).await.ok();
    // One that is over outlasts nothing.
    chat.app.execute("UPDATE chat_bans SET until = 1").await;
    chat.mona.ban("bob", Some(1)).await.ok();
}

async fn a_ban_takes_what_is_held_with_it(database: Database) {
    let chat = Chat::on_air(database).await;
    let eve = chat.app.user("eve").await;
    chat.bob.send("Said").await.ok();
    chat.delay().await;
    let before = chat.seen().await;
    for seconds in [None, Some(600)] {
        chat.bob.send("Wait").await.ok();
        chat.bob.send("For me").await.ok();
        let of_eve = eve.send(&format!("Mine stays {seconds:?}")).await.ok();
        chat.hold_on().await;
        chat.carl.ban("bob", seconds).await.ok();
        for (caller, held) in [(&chat.bob, json!([])), (&eve, json!([of_eve])), (&chat.carl, json!([of_eve]))] {
            let page = caller.read("").await;
            assert_eq!((&page["items"], &page["revision"]), (&before["items"], &before["revision"]));
            assert_eq!(page["held"], held, "{}", caller.username);
        }
        chat.carl.unban("bob").await.ok();
        eve.remove(&of_eve).await.ok();
        assert_eq!(chat.bob.read("").await["held"], json!([]), "nor does it come back");
    }
}

async fn after_a_ban_is_acknowledged_no_message_comes(database: Database) {
    let chat = Chat::on_air(database).await;
    for (round, seconds) in [None, Some(600), None, Some(600)].into_iter().enumerate() {
        let (bob, name) = (&chat.bob, format!("Round {round}"));
        let writing = join_all((0..20).map(|n| {
            let text = format!("{name} {n}");
            async move { bob.send(&text).await }
        }));
        let banned = async {
            let is_of_round = |line: &Value| line["text"].as_str().is_some_and(|text| text.starts_with(&name));
            chat.app.livekit.until_line(chat.room(), "bob is writing", is_of_round).await;
            chat.mona.ban("bob", seconds).await.ok();
            chat.texts().await
        };
        let (answers, at_that_moment) = tokio::join!(writing, banned);
        assert_eq!(chat.texts().await, at_that_moment, "nothing came after it");
        let code = if seconds.is_none() { "BANNED" } else { "TIMED_OUT" };
        let refused = answers.into_iter().filter(|answer| answer.status != 200);
        refused.for_each(|answer| drop(answer.refused(403, code)));
        chat.mona.unban("bob").await.ok();
        chat.time_passes().await;
    }
}

async fn a_ban_holds_also_when_the_stream_is_over(database: Database) {
    let chat = Chat::on_air(database).await;
    chat.encoder.stops().await;
    chat.carl.ban("bob", None).await.ok();
    chat.app.encoder_connects(&chat.carl.get("/api/stream/credentials").await.ok()).await;
    chat.bob.send("Hello").await.refused_for_good(403, "BANNED");
}

async fn an_unbanned_person_writes_again(database: Database) {
    let chat = Chat::on_air(database).await;
    for (banner, unbanner, seconds) in [(&chat.carl, &chat.mona, None), (&chat.mona, &chat.carl, Some(600))] {
        banner.ban("bob", seconds).await.ok();
        unbanner.unban("Bob").await.ok();
        chat.bob.send("Hello").await.ok();
        chat.time_passes().await;
        assert_eq!(bans(&chat.carl).await["items"], json!([]));
        assert_eq!(chat.bob.standing().await["ban"], Value::Null);
        unbanner.unban("bob").await.refused(404, "NOT_FOUND");
    }
}

/// Sixty accounts, viewer00 to viewer59.
const VIEWERS: &str = "
    INSERT INTO users (id, username, email, password_hash, is_admin, created_at)
    WITH RECURSIVE n (i) AS (SELECT 0 UNION ALL SELECT i + 1 FROM n WHERE i < 59)
    SELECT 'u' || i, 'viewer' || substr('0' || i, length('0' || i) - 1), 'viewer' || i || '@example.org', '', FALSE, 0
    FROM n";

async fn those_who_are_banned_are_listed_the_newest_first(database: Database) {
    let chat = Chat::on_air(database).await;
    chat.app.execute(VIEWERS).await;
    let mut expected = Vec::new();
    for n in 0..60 {
        let name = format!("viewer{n:02}");
        chat.carl.ban(&name, (n % 2 == 0).then_some(600)).await.ok();
        expected.insert(0, name);
    }
    let mut page = bans(&chat.mona).await;
    let mut seen: Vec<String> = names(&page).into_iter().map(str::to_owned).collect();
    while let Some(cursor) = page["next"].as_str() {
        page = chat.mona.get(&format!("/api/chat/bans?username=carl&cursor={cursor}")).await.ok();
        seen.extend(names(&page).into_iter().map(str::to_owned));
    }
    assert_eq!(seen, expected);
    chat.carl.unban("viewer01").await.ok();
    chat.app.execute("UPDATE chat_bans SET until = 1 WHERE until IS NOT NULL").await;
    let left = bans(&chat.mona).await;
    assert_eq!((names(&left).len(), &left["next"]), (29, &Value::Null), "those that are in force");
}

async fn who_outranks_somebody_bans_them(database: Database) {
    let chat = Chat::on_air(database).await;
    let ann = chat.app.first_user().await;
    for (staff, user) in [(&chat.mona, "bob"), (&chat.carl, "bob"), (&chat.mona, "ann"), (&chat.carl, "mona")] {
        assert_eq!(staff.ban(user, Some(60)).await.ok()["by"], staff.username);
    }
    ann.send("The admin is a viewer here").await.refused(403, "TIMED_OUT");
}

async fn nobody_bans_their_equals_or_above(database: Database) {
    let chat = Chat::on_air(database).await;
    let (mia, eve) = (chat.app.user("mia").await, chat.app.user("eve").await);
    chat.carl.appoint("mia").await.ok();
    let refused: [(&Caller, &[&str]); 4] = [
        (&chat.carl, &["carl"]),
        (&chat.mona, &["mona", "mia", "carl"]),
        (&mia, &["mona"]),
        (&eve, &["eve", "bob", "mona", "carl"]),
    ];
    for (caller, users) in refused {
        for user in users {
            for seconds in [None, Some(60)] {
                caller.ban(user, seconds).await.refused(403, "FORBIDDEN");
            }
        }
    }
    assert_eq!(bans(&chat.carl).await["items"], json!([]));
}

async fn a_moderator_who_is_timed_out_cannot_free_themselves(database: Database) {
    let chat = Chat::on_air(database).await;
    chat.carl.appoint("bob").await.ok();
    chat.carl.ban("mona", Some(600)).await.ok();
    for staff in [&chat.mona, &chat.bob] {
        staff.unban("mona").await.refused(403, "FORBIDDEN");
        staff.ban("mona", Some(1)).await.refused(403, "FORBIDDEN");
    }
    chat.mona.send("Hello").await.refused_for(403, "TIMED_OUT", 500..=600);
    chat.carl.unban("mona").await.ok();
    chat.mona.send("Hello").await.ok();
}

async fn a_banned_moderator_is_none_any_more(database: Database) {
    let chat = Chat::on_air(database).await;
    chat.carl.ban("mona", None).await.ok();
    assert_eq!(moderators(&chat.carl).await["items"], json!([]));
    chat.mona.send("Hello").await.refused_for_good(403, "BANNED");
    let line = chat.bob.send("Hello").await.ok();
    chat.mona.remove(&line).await.refused(403, "FORBIDDEN");
    chat.mona.ban("bob", None).await.refused(403, "FORBIDDEN");
    chat.carl.unban("mona").await.ok();
    assert_eq!(chat.mona.standing().await["role"], "viewer", "nor when the ban is taken back");
}

async fn a_moderator_is_named_by_the_creator_alone(database: Database) {
    let chat = Chat::on_air(database).await;
    let (ann, eve) = (chat.app.first_user().await, chat.app.user("eve").await);
    assert_eq!(chat.mona.standing().await["role"], "moderator");
    assert_eq!(chat.carl.standing().await["role"], "creator");
    chat.carl.appoint("EVE").await.ok();
    assert_eq!(names(&moderators(&chat.carl).await), ["eve", "mona"], "by name");
    // Whoever names a channel in the request names moderators of their own all the same.
    let aimed = json!({ "username": "carl", "channel": "carl", "user": "bob" });
    ann.post("/api/chat/moderators", aimed.clone()).await.ok();
    ann.delete("/api/chat/moderators?username=carl&user=mona").await;
    for caller in [&chat.mona, &chat.bob] {
        caller.post("/api/chat/moderators", aimed.clone()).await.refused(403, "NOT_A_CREATOR");
        caller.delete("/api/chat/moderators?username=carl&user=eve").await.refused(403, "NOT_A_CREATOR");
        caller.get("/api/chat/moderators?username=carl").await.refused(403, "NOT_A_CREATOR");
    }
    assert_eq!(names(&moderators(&chat.carl).await), ["eve", "mona"]);
    assert_eq!(names(&moderators(&ann).await), ["bob"]);
    assert_eq!(eve.standing().await["role"], "moderator");
    assert_eq!(chat.bob.standing().await["role"], "viewer");
}

async fn naming_a_moderator_twice_is_as_once(database: Database) {
    let chat = Chat::on_air(database).await;
    let before = now();
    let first = chat.carl.appoint("bob").await.ok();
    assert!((before..=now()).contains(&time(&first["since"])), "{first}");
    assert_eq!(first, json!({ "username": "bob", "since": first["since"] }));
    assert_eq!(chat.carl.appoint("bob").await.ok(), first);
    let all = join_all((0..5).map(|_| chat.carl.appoint("bob"))).await;
    all.into_iter().for_each(|answer| assert_eq!(answer.ok(), first));
    let page = moderators(&chat.carl).await;
    assert_eq!((names(&page), &page["next"]), (vec!["bob", "mona"], &Value::Null));
    assert_eq!(items(&page)[0], first);
}

async fn who_cannot_be_a_moderator_is_not_made_one(database: Database) {
    let chat = Chat::on_air(database).await;
    for name in ["nobody", "", "a b", "😀", "bob'--"] {
        chat.carl.appoint(name).await.refused(404, "NOT_FOUND");
    }
    chat.carl.appoint("carl").await.refused(409, "CONFLICT");
    chat.carl.ban("bob", None).await.ok();
    chat.carl.appoint("bob").await.refused(409, "CONFLICT");
    assert_eq!(names(&moderators(&chat.carl).await), ["mona"]);
    chat.carl.unban("bob").await.ok();
    chat.carl.appoint("bob").await.ok();
}

async fn nobody_is_a_moderator_and_banned_whatever_comes_first(database: Database) {
    let chat = Chat::on_air(database).await;
    for round in 0..8 {
        let (banned, _) = tokio::join!(chat.carl.ban("bob", None), chat.carl.appoint("bob"));
        banned.ok();
        let standing = chat.bob.standing().await;
        assert_eq!((&standing["role"], standing["ban"].is_object()), (&json!("viewer"), true), "round {round}");
        chat.carl.unban("bob").await.ok();
    }
}

async fn a_moderator_who_is_none_any_more_can_do_nothing(database: Database) {
    let chat = Chat::on_air(database).await;
    let line = chat.bob.send("Hello").await.ok();
    let script = chat.mona.with_token().await;
    chat.carl.dismiss("MONA").await.ok();
    assert_eq!(moderators(&chat.carl).await["items"], json!([]));
    for mona in [&chat.mona, &script] {
        mona.remove(&line).await.refused(403, "FORBIDDEN");
        mona.ban("bob", None).await.refused(403, "FORBIDDEN");
        mona.unban("bob").await.refused(403, "FORBIDDEN");
        for path in ["/api/chat/bans?username=carl", "/api/chat/actions?username=carl"] {
            mona.get(path).await.refused(403, "FORBIDDEN");
        }
    }
    chat.delay().await;
    chat.bob.send("Wait").await.ok();
    assert_eq!(chat.mona.read("").await["held"], json!([]));
}

const WORDS: &str = "/api/chat/blocked-words";

async fn blocked_words_are_kept_as_they_were_typed(database: Database) {
    let app = TestApp::start(database).await;
    let carl = app.creator("carl").await;
    assert_eq!(carl.get(WORDS).await.ok(), json!({ "items": [], "next": null }));
    let typed = json!({ "words": [" Very Bad ", "zebra", "", "bäd*", "ZEBRA", "<b>"] });
    let kept = json!({ "items": ["Very Bad", "zebra", "bäd*", "<b>"], "next": null });
    assert_eq!(carl.put(WORDS, typed).await.ok(), kept);
    assert_eq!(carl.put(WORDS, json!({})).await.ok(), kept, "left out is unchanged");
    let nothing = carl.request(Method::PUT, WORDS);
    assert_eq!(Answer::to(nothing).await.ok(), kept);
    assert_eq!(carl.get(WORDS).await.ok(), kept);
    carl.put(WORDS, json!({ "words": [] })).await.ok();
    assert_eq!(carl.get(WORDS).await.ok()["items"], json!([]));
}

async fn blocked_words_have_limits(database: Database) {
    let app = TestApp::start(database).await;
    let carl = app.creator("carl").await;
    let many = |count: usize| json!({ "words": (0..count).map(|n| format!("word{n}")).collect::<Vec<_>>() });
    let kept = carl.put(WORDS, many(200)).await.ok();
    assert_eq!(items(&kept).len(), 200);
    let long = "x".repeat(61);
    for bad in [
        many(201),
        json!({ "words": null }),
        json!({ "words": ["good", "*"] }),
        json!({ "words": ["* *"] }),
        json!({ "words": ["a\nb"] }),
        json!({ "words": [long] }),
    ] {
        carl.put(WORDS, bad).await.names(&["words"]);
    }
    for unreadable in [json!({ "words": "bad" }), json!({ "words": [1] }), json!({ "words": { "0": "bad" } })] {
        carl.put(WORDS, unreadable).await.refused(400, "BAD_REQUEST");
    }
    assert_eq!(carl.get(WORDS).await.ok(), kept, "nothing of it was taken");
}

async fn blocked_words_are_nobody_elses_business(database: Database) {
    let chat = Chat::on_air(database).await;
    let ann = chat.app.first_user().await;
    chat.block(&["frobnicate"]).await;
    for caller in [&chat.mona, &chat.bob] {
        caller.get("/api/chat/blocked-words?username=carl").await.refused(403, "NOT_A_CREATOR");
        let aimed = json!({ "username": "carl", "words": [] });
        caller.put(WORDS, aimed).await.refused(403, "NOT_A_CREATOR");
    }
    chat.app.anonymous().get(WORDS).await.refused(401, "NOT_SIGNED_IN");
    chat.app.anonymous().put(WORDS, json!({ "words": [] })).await.refused(401, "NOT_SIGNED_IN");
    let aimed = json!({ "username": "carl", "words": ["of ann"] });
    assert_eq!(ann.put("/api/chat/blocked-words?username=carl", aimed).await.ok()["items"], json!(["of ann"]));
    assert_eq!(chat.carl.get(WORDS).await.ok()["items"], json!(["frobnicate"]));
    for path in ["/api/channel?username=carl", "/api/chat/messages?username=carl", "/api/channels"] {
        assert!(!chat.bob.get(path).await.body.contains("frobnicate"), "{path}");
    }
}

async fn what_was_done_is_listed_the_newest_first(database: Database) {
    let chat = Chat::on_air(database).await;
    let line = chat.bob.send("Hello").await.ok();
    let before = now();
    chat.mona.remove(&line).await.ok();
    chat.mona.ban("bob", Some(600)).await.ok();
    chat.carl.ban("bob", None).await.ok();
    chat.mona.unban("bob").await.ok();
    chat.carl.dismiss("mona").await.ok();
    let page = actions(&chat.carl).await;
    let mut ids = BTreeSet::new();
    let mut seen = Vec::new();
    for action in items(&page) {
        ids.insert(action["id"].as_str().expect("an id"));
        let mut rest = action.clone();
        let fields = rest.as_object_mut().unwrap();
        assert!(fields.remove("id").is_some() && time(&fields.remove("at").unwrap()) <= now());
        seen.push(rest);
    }
    assert!(time(&items(&page)[0]["at"]) >= before);
    let action = |kind: &str, by: &str, user: &str, seconds: Option<i64>| json!({ "kind": kind, "by": by, "user": user, "seconds": seconds });
    let expected = [
        action("REMOVE_MODERATOR", "carl", "mona", None),
        action("UNBAN", "mona", "bob", None),
        action("BAN", "carl", "bob", None),
        action("TIME_OUT", "mona", "bob", Some(600)),
        action("DELETE", "mona", "bob", None),
        action("ADD_MODERATOR", "carl", "mona", None),
    ];
    assert_eq!(seen, expected);
    assert_eq!((ids.len(), &page["next"]), (6, &Value::Null));
}

async fn what_was_done_comes_in_pieces_of_fifty(database: Database) {
    let chat = Chat::on_air(database).await;
    for seconds in 1..=59 {
        chat.carl.ban("bob", Some(seconds)).await.ok();
    }
    let first = actions(&chat.mona).await;
    let cursor = first["next"].as_str().expect("there are more");
    let second = chat.mona.get(&format!("/api/chat/actions?username=carl&cursor={cursor}")).await.ok();
    let seconds =
        |page: &Value| -> Vec<Option<i64>> { items(page).iter().map(|one| one["seconds"].as_i64()).collect() };
    assert_eq!(seconds(&first), (10..=59).rev().map(Some).collect::<Vec<_>>());
    assert_eq!(seconds(&second), (1..=9).rev().map(Some).chain([None]).collect::<Vec<_>>());
    assert_eq!(second["next"], Value::Null);
    let strange = chat.mona.get("/api/chat/actions?username=carl&cursor=~").await;
    assert!(matches!(strange.status, 200 | 400), "{strange:?}");
}

async fn what_one_does_to_oneself_is_not_listed(database: Database) {
    let chat = Chat::on_air(database).await;
    let line = chat.bob.send("Hello").await.ok();
    chat.bob.remove(&line).await.ok();
    chat.mona.ban("mona", None).await.refused(403, "FORBIDDEN");
    let kinds: Vec<Value> = items(&actions(&chat.carl).await).iter().map(|one| one["kind"].clone()).collect();
    assert_eq!(kinds, ["ADD_MODERATOR"]);
}

async fn only_who_keeps_order_comes_in(database: Database) {
    let chat = Chat::on_air(database).await;
    let app = &chat.app;
    let (ann, hal) = (app.first_user().await, app.user("hal").await);
    app.user("eve").await;
    chat.carl.ban("hal", None).await.ok();
    let body = |user: &str| json!({ "username": "carl", "user": user, "seconds": 60 });
    let asked = || {
        [
            (Method::POST, "/api/chat/bans", body("eve")),
            (Method::GET, "/api/chat/bans?username=carl", Value::Null),
            (Method::DELETE, "/api/chat/bans?username=carl&user=eve", Value::Null),
            (Method::GET, "/api/chat/actions?username=carl", Value::Null),
        ]
    };
    let ask = async |caller: &Caller, (method, path, body): (Method, &str, Value)| {
        let request = caller.request(method, path);
        Answer::to(if body.is_null() { request } else { request.json(&body) }).await
    };
    for door in asked() {
        ask(&app.anonymous(), door).await.refused(401, "NOT_SIGNED_IN");
    }
    for caller in chat.bob.everywhere(app).await.iter().chain([&ann, &hal]) {
        for door in asked() {
            ask(caller, door).await.refused(403, "FORBIDDEN");
        }
    }
    for caller in [&chat.mona, &chat.carl, &chat.mona.with_token().await] {
        for door in asked() {
            ask(caller, door).await.ok();
        }
    }
}

async fn without_a_name_it_is_ones_own_channel(database: Database) {
    let chat = Chat::on_air(database).await;
    let ann = chat.app.first_user().await;
    let ban = json!({ "user": "bob", "seconds": null });
    ann.post("/api/chat/bans", ban.clone()).await.ok();
    assert_eq!(bans(&chat.carl).await["items"], json!([]), "ann's ban is ann's");
    chat.carl.delete("/api/chat/bans?user=bob").await.refused(404, "NOT_FOUND");
    chat.carl.post("/api/chat/bans", ban.clone()).await.ok();
    assert_eq!(names(&chat.carl.get("/api/chat/bans").await.ok()), ["bob"]);
    assert_eq!(chat.carl.get("/api/chat/actions").await.ok(), actions(&chat.carl).await);
    chat.carl.delete("/api/chat/bans?user=bob").await.ok();
    assert_eq!(names(&ann.get("/api/chat/bans").await.ok()), ["bob"]);
    for caller in [&chat.mona, &chat.bob] {
        caller.post("/api/chat/bans", ban.clone()).await.refused(403, "NOT_A_CREATOR");
        caller.delete("/api/chat/bans?user=bob").await.refused(403, "NOT_A_CREATOR");
        caller.get("/api/chat/bans").await.refused(403, "NOT_A_CREATOR");
        caller.get("/api/chat/actions").await.refused(403, "NOT_A_CREATOR");
    }
}

async fn a_channel_that_is_none_has_no_moderation(database: Database) {
    let app = TestApp::start(database).await;
    let bob = app.user("bob").await;
    for name in ["bob", "nobody", "a%20b"] {
        bob.get(&format!("/api/chat/bans?username={name}")).await.refused(404, "NOT_FOUND");
        bob.get(&format!("/api/chat/actions?username={name}")).await.refused(404, "NOT_FOUND");
        bob.delete(&format!("/api/chat/bans?username={name}&user=ann")).await.refused(404, "NOT_FOUND");
    }
    let ban = json!({ "username": "nobody", "user": "ann", "seconds": null });
    bob.post("/api/chat/bans", ban).await.refused(404, "NOT_FOUND");
}

async fn a_wrong_type_cannot_be_read(database: Database) {
    let chat = Chat::on_air(database).await;
    for body in [
        json!({ "username": "carl", "seconds": 60 }),
        json!({ "username": "carl", "user": 1, "seconds": 60 }),
        json!({ "username": "carl", "user": ["bob"], "seconds": 60 }),
        json!({ "username": 1, "user": "bob", "seconds": 60 }),
        json!({ "username": "carl", "user": "bob", "seconds": "60" }),
        json!({ "username": "carl", "user": "bob", "seconds": 1.5 }),
        json!({ "username": "carl", "user": "bob", "seconds": 1e30 }),
        json!({ "username": "carl", "user": "bob", "seconds": true }),
    ] {
        chat.carl.post("/api/chat/bans", body).await.refused(400, "BAD_REQUEST");
    }
    for body in [json!({}), json!({ "user": 1 }), json!({ "user": ["bob"] })] {
        chat.carl.post("/api/chat/moderators", body).await.refused(400, "BAD_REQUEST");
    }
    for path in ["/api/chat/bans?username=carl", "/api/chat/moderators"] {
        chat.carl.delete(path).await.refused(400, "BAD_REQUEST");
    }
    assert_eq!(bans(&chat.carl).await["items"], json!([]));
}
