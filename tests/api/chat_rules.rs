//! Who may write, how often, and what they are told when they may not. A rule counts from the moment it is
//! acknowledged, for everybody but creator and moderators, and what it refuses leaves no trace. Where time has to pass,
//! what was written before is moved in the database.

use futures::future::join_all;
use serde_json::{Value, json};
use streamit::server::db::Queryable as _;

use crate::support::{
    Answer, Caller, Chat, Database,
    chat::{items, numbers},
};

on_both_databases![
    the_first_reason_of_several_is_told,
    an_offline_channel_takes_no_message_from_anybody,
    a_rehearsal_takes_no_message_from_anybody,
    while_the_stream_is_expected_back_the_chat_stays_open,
    when_the_chat_is_off_no_viewer_writes,
    for_followers_only_means_for_nobody_else,
    a_follow_must_be_old_enough,
    slow_mode_counts_for_a_person_whatever_they_come_with,
    slow_mode_ends_by_itself,
    a_removed_message_counts_for_slow_mode,
    without_slow_mode_a_clock_that_went_back_stops_nobody,
    twenty_messages_in_half_a_minute_are_enough_for_anybody,
    nobody_repeats_their_last_message,
    a_blocked_word_is_refused_and_nobody_is_told_which,
    creator_and_moderators_are_exempt_from_the_creators_rules,
    the_admin_and_other_creators_are_viewers,
    who_is_refused_anyway_waits_for_nobody,
    a_refused_message_leaves_no_trace,
    of_two_messages_at_once_slow_mode_takes_one,
    of_two_equal_messages_at_once_one_is_taken,
    of_thirty_messages_at_once_twenty_are_taken,
    a_rule_holds_from_the_moment_it_is_acknowledged,
    a_change_of_the_rules_is_a_line_of_the_chat,
    a_change_that_nobody_notices_is_no_line,
    while_nobody_is_on_air_a_change_of_the_rules_is_no_line,
];

async fn the_first_reason_of_several_is_told(database: Database) {
    let chat = Chat::on_air(database).await;
    for n in 1..20 {
        chat.bob.send(&format!("Message {n}")).await.ok();
    }
    let text = "Bad words";
    let last = chat.bob.send(text).await.ok();
    assert_eq!(last["number"], 20);
    chat.block(&["bad"]).await;
    let rules = json!({
        "isChatEnabled": false, "isChatFollowersOnly": true, "followersMinMinutes": 10, "slowModeSeconds": 120,
    });
    chat.rules(rules).await;
    chat.carl.ban("bob", None).await.ok();
    chat.encoder.stops().await;

    chat.app.anonymous().send_to("nobody", "").await.refused(401, "NOT_SIGNED_IN");
    chat.bob.send_to("nobody", "").await.refused(404, "NOT_FOUND");
    chat.bob.send("").await.names(&["text"]);
    chat.bob.send(text).await.refused_for_good(409, "CHANNEL_OFFLINE");
    chat.app.encoder_connects(&chat.carl.get("/api/stream/credentials").await.ok()).await;
    chat.bob.send(text).await.refused_for_good(403, "BANNED");
    chat.carl.unban("bob").await.ok();
    chat.carl.ban("bob", Some(600)).await.ok();
    chat.bob.send(text).await.refused_for(403, "TIMED_OUT", 500..=600);
    chat.carl.unban("bob").await.ok();
    chat.bob.send(text).await.refused_for_good(403, "CHAT_DISABLED");
    chat.rules(json!({ "isChatEnabled": true })).await;
    chat.bob.send(text).await.refused_for_good(403, "FOLLOWERS_ONLY");
    chat.bob.follow().await.ok();
    chat.bob.send(text).await.refused_for(403, "FOLLOWED_TOO_RECENTLY", 500..=600);
    chat.rules(json!({ "followersMinMinutes": 0 })).await;
    chat.bob.send(text).await.refused_for(429, "SLOW_MODE", 60..=120);
    chat.rules(json!({ "slowModeSeconds": 0 })).await;
    chat.bob.send(text).await.refused_for(429, "TOO_FAST", 1..=30);
    chat.app.execute("UPDATE chat_lines SET sent_at = sent_at - 30000 WHERE number < 20").await;
    chat.bob.send(text).await.refused_for(429, "REPEATED", 1..=30);
    chat.time_passes().await;
    chat.bob.send(text).await.refused_for_good(403, "BLOCKED_WORD");
    chat.block(&[]).await;
    chat.bob.send(text).await.ok();
}

async fn an_offline_channel_takes_no_message_from_anybody(database: Database) {
    let chat = Chat::on_air(database).await;
    chat.encoder.stops().await;
    for caller in [&chat.bob, &chat.mona, &chat.carl] {
        caller.send("Hello").await.refused_for_good(409, "CHANNEL_OFFLINE");
    }
    assert_eq!(chat.seen().await["items"], json!([]));
}

async fn a_rehearsal_takes_no_message_from_anybody(database: Database) {
    let chat = Chat::on_air(database).await;
    chat.encoder.stops().await;
    for caller in [&chat.bob, &chat.mona, &chat.carl] {
        chat.app.execute("UPDATE streams SET status = 'rehearsal', version = version + 1").await;
        caller.send("Hello").await.refused_for_good(409, "CHANNEL_OFFLINE");
    }
}

async fn while_the_stream_is_expected_back_the_chat_stays_open(database: Database) {
    let chat = Chat::on_air(database).await;
    for caller in [&chat.bob, &chat.mona, &chat.carl] {
        chat.app.execute("UPDATE streams SET status = 'reconnecting', version = version + 1").await;
        caller.send("Where are you?").await.ok();
    }
}

async fn when_the_chat_is_off_no_viewer_writes(database: Database) {
    let chat = Chat::on_air(database).await;
    chat.bob.follow().await.ok();
    chat.rules(json!({ "isChatEnabled": false })).await;
    for bob in chat.bob.everywhere(&chat.app).await {
        bob.send("Hello").await.refused_for_good(403, "CHAT_DISABLED");
    }
    chat.rules(json!({ "isChatEnabled": true })).await;
    chat.bob.send("Hello").await.ok();
}

async fn for_followers_only_means_for_nobody_else(database: Database) {
    let chat = Chat::on_air(database).await;
    let ann = chat.app.first_user().await;
    chat.bob.post("/api/channel/follow", json!({ "username": "ann" })).await.ok();
    chat.rules(json!({ "isChatFollowersOnly": true })).await;
    for caller in chat.bob.everywhere(&chat.app).await.iter().chain([&ann]) {
        caller.send("Hello").await.refused_for_good(403, "FOLLOWERS_ONLY");
    }
    chat.bob.follow().await.ok();
    chat.bob.send("Hello").await.ok();
    chat.bob.delete("/api/channel/follow?username=carl").await.ok();
    chat.bob.send("Not any more").await.refused_for_good(403, "FOLLOWERS_ONLY");
}

async fn a_follow_must_be_old_enough(database: Database) {
    let chat = Chat::on_air(database).await;
    chat.bob.follow().await.ok();
    chat.rules(json!({ "isChatFollowersOnly": true, "followersMinMinutes": 10 })).await;
    for bob in chat.bob.everywhere(&chat.app).await {
        bob.send("Hello").await.refused_for(403, "FOLLOWED_TOO_RECENTLY", 500..=600);
    }
    chat.app.execute("UPDATE follows SET followed_at = followed_at - 540000").await;
    chat.bob.send("Hello").await.refused_for(403, "FOLLOWED_TOO_RECENTLY", 1..=60);
    chat.app.execute("UPDATE follows SET followed_at = followed_at - 60000").await;
    chat.bob.send("Hello").await.ok();
    // Who comes back begins anew.
    chat.bob.delete("/api/channel/follow?username=carl").await.ok();
    chat.bob.follow().await.ok();
    chat.bob.send("Again").await.refused_for(403, "FOLLOWED_TOO_RECENTLY", 500..=600);
}

async fn slow_mode_counts_for_a_person_whatever_they_come_with(database: Database) {
    let chat = Chat::on_air(database).await;
    let eve = chat.app.user("eve").await;
    let everywhere = chat.bob.everywhere(&chat.app).await;
    chat.rules(json!({ "slowModeSeconds": 120 })).await;
    chat.bob.send("First").await.ok();
    for bob in everywhere {
        bob.send("Second").await.refused_for(429, "SLOW_MODE", 60..=120);
    }
    eve.send("Another person").await.ok();
}

async fn slow_mode_ends_by_itself(database: Database) {
    let chat = Chat::on_air(database).await;
    chat.rules(json!({ "slowModeSeconds": 60 })).await;
    chat.bob.send("First").await.ok();
    chat.app.execute("UPDATE chat_lines SET sent_at = sent_at - 30000").await;
    // What was refused does not count.
    for _ in 0..2 {
        chat.bob.send("Second").await.refused_for(429, "SLOW_MODE", 1..=30);
    }
    chat.app.execute("UPDATE chat_lines SET sent_at = sent_at - 30000").await;
    chat.bob.send("Second").await.ok();
    chat.bob.send("Third").await.refused(429, "SLOW_MODE");
}

async fn a_removed_message_counts_for_slow_mode(database: Database) {
    let chat = Chat::on_air(database).await;
    chat.rules(json!({ "slowModeSeconds": 120 })).await;
    let line = chat.bob.send("First").await.ok();
    chat.bob.remove(&line).await.ok();
    chat.bob.send("Second").await.refused_for(429, "SLOW_MODE", 60..=120);
}

async fn without_slow_mode_a_clock_that_went_back_stops_nobody(database: Database) {
    let chat = Chat::on_air(database).await;
    chat.bob.send("First").await.ok();
    // Or another instance's clock is ahead.
    chat.app.execute("UPDATE chat_lines SET sent_at = sent_at + 5000").await;
    chat.bob.send("Second").await.ok();
}

async fn twenty_messages_in_half_a_minute_are_enough_for_anybody(database: Database) {
    let chat = Chat::on_air(database).await;
    let people = [&chat.bob, &chat.mona, &chat.carl];
    let all = people.map(|caller| join_all((0..20).map(|n| async move { caller.send(&n.to_string()).await.ok() })));
    join_all(all).await;
    for caller in people {
        for same in caller.everywhere(&chat.app).await {
            same.send("One more").await.refused_for(429, "TOO_FAST", 1..=30);
        }
    }
    chat.app.user("eve").await.send("Another person").await.ok();
    chat.app.execute("UPDATE chat_lines SET sent_at = sent_at - 30000").await;
    for caller in people {
        caller.send("One more").await.ok();
    }
}

async fn nobody_repeats_their_last_message(database: Database) {
    let chat = Chat::on_air(database).await;
    for caller in [&chat.bob, &chat.mona, &chat.carl] {
        caller.send("Hello").await.ok();
        caller.send("Hello").await.refused_for(429, "REPEATED", 1..=30);
        caller.with_token().await.send("  Hello\n").await.refused_for(429, "REPEATED", 1..=30);
        caller.send("Something else").await.ok();
        caller.send("Hello").await.ok();
        chat.app.execute("UPDATE chat_lines SET sent_at = sent_at - 30000").await;
        caller.send("Hello").await.ok();
    }
}

async fn a_blocked_word_is_refused_and_nobody_is_told_which(database: Database) {
    let chat = Chat::on_air(database).await;
    chat.block(&["Frobnicate", "very bad"]).await;
    for bob in chat.bob.everywhere(&chat.app).await {
        for text in ["I frobnicate", "f r o b n i c a t e", "FROBNICATE!", "that is VERY   bad"] {
            let answer = bob.send(text).await;
            let body = answer.body.to_lowercase();
            assert!(!body.contains("frobnicate") && !body.contains("very bad"), "{body}");
            answer.refused_for_good(403, "BLOCKED_WORD");
        }
    }
    chat.bob.send("Frobnicated is another word, and so is bad").await.ok();
    let ann = chat.app.first_user().await;
    chat.app.encoder_connects(&ann.make_key().await).await;
    chat.bob.send_to("ann", "Here I may frobnicate").await.ok();
}

async fn creator_and_moderators_are_exempt_from_the_creators_rules(database: Database) {
    let chat = Chat::on_air(database).await;
    chat.block(&["bad"]).await;
    let rules = json!({
        "isChatEnabled": false, "isChatDelayed": true, "isChatFollowersOnly": true, "followersMinMinutes": 10,
        "slowModeSeconds": 120,
    });
    chat.rules(rules).await;
    for caller in [&chat.mona, &chat.carl] {
        for text in ["First", "Bad", "Third"] {
            let line = caller.send(text).await.ok();
            assert!(line["revision"].is_i64(), "not held: {line}");
        }
    }
    chat.carl.dismiss("mona").await.ok();
    chat.mona.send("Fourth").await.refused_for_good(403, "CHAT_DISABLED");
}

async fn the_admin_and_other_creators_are_viewers(database: Database) {
    let chat = Chat::on_air(database).await;
    let (ann, dora) = (chat.app.first_user().await, chat.app.creator("dora").await);
    chat.rules(json!({ "isChatEnabled": false })).await;
    for caller in [&ann, &dora] {
        caller.send("Hello").await.refused_for_good(403, "CHAT_DISABLED");
    }
}

/// The chat is held by somebody else all the time.
async fn who_is_refused_anyway_waits_for_nobody(database: Database) {
    let chat = Chat::on_air(database).await;
    chat.bob.send("First").await.ok();
    chat.rules(json!({ "slowModeSeconds": 120 })).await;
    let mut tx = chat.app.db().begin().await.unwrap();
    assert_eq!(tx.write("UPDATE chats SET last_number = last_number").execute().await.unwrap(), 1);
    chat.bob.send("Hello").await.refused_for(429, "SLOW_MODE", 60..=120);
    drop(tx);
    chat.carl.ban("bob", None).await.ok();
    let mut tx = chat.app.db().begin().await.unwrap();
    assert_eq!(tx.write("UPDATE chats SET last_number = last_number").execute().await.unwrap(), 1);
    chat.bob.send("Hello").await.refused_for_good(403, "BANNED");
}

async fn a_refused_message_leaves_no_trace(database: Database) {
    let chat = Chat::on_air(database).await;
    chat.bob.send("Hello").await.ok();
    chat.bob.send("Hello").await.refused(429, "REPEATED");
    chat.block(&["bad"]).await;
    chat.bob.send("Bad").await.refused(403, "BLOCKED_WORD");
    let next = chat.bob.send("Good").await.ok();
    assert_eq!((&next["number"], &next["revision"]), (&json!(2), &json!(2)));
    for caller in [&chat.bob, &chat.carl] {
        let page = caller.read("").await;
        assert_eq!((numbers(items(&page), "number"), &page["held"]), (vec![2, 1], &json!([])));
    }
}

/// How many of these were taken; the others must have been refused in that way.
#[track_caller]
fn count_taken(answers: Vec<Answer>, code: &str) -> usize {
    let (taken, refused): (Vec<Answer>, Vec<Answer>) = answers.into_iter().partition(|answer| answer.status == 200);
    refused.into_iter().for_each(|answer| drop(answer.refused(429, code)));
    taken.len()
}

async fn of_two_messages_at_once_slow_mode_takes_one(database: Database) {
    let chat = Chat::on_air(database).await;
    let [one, _, script] = chat.bob.everywhere(&chat.app).await;
    chat.rules(json!({ "slowModeSeconds": 30 })).await;
    for n in 0..8 {
        let (a, b) = (format!("Message {n} a"), format!("Message {n} b"));
        let answers = join_all([one.send(&a), script.send(&b)]).await;
        assert_eq!(count_taken(answers, "SLOW_MODE"), 1);
        chat.time_passes().await;
    }
}

async fn of_two_equal_messages_at_once_one_is_taken(database: Database) {
    let chat = Chat::on_air(database).await;
    for caller in [&chat.bob, &chat.carl] {
        for n in 0..5 {
            let text = format!("Message {n}");
            let answers = join_all([caller.send(&text), caller.send(&text), caller.send(&text)]).await;
            assert_eq!(count_taken(answers, "REPEATED"), 1);
        }
    }
}

async fn of_thirty_messages_at_once_twenty_are_taken(database: Database) {
    let chat = Chat::on_air(database).await;
    for caller in [&chat.bob, &chat.carl] {
        let answers = join_all((0..30).map(|n| async move { caller.send(&n.to_string()).await })).await;
        assert_eq!(count_taken(answers, "TOO_FAST"), 20);
    }
}

/// Writes so fast that there is always a message on its way, and gives what became of all.
async fn chatter(caller: &Caller, name: &str) -> Vec<Answer> {
    join_all((0..20).map(|n| async move { caller.send(&format!("{name} {n}")).await })).await
}

async fn a_rule_holds_from_the_moment_it_is_acknowledged(database: Database) {
    let chat = Chat::on_air(database).await;
    let eve = chat.app.user("eve").await;
    let room = chat.room();
    for (round, (rule, back, code)) in [
        (json!({ "isChatEnabled": false }), json!({ "isChatEnabled": true }), "CHAT_DISABLED"),
        (json!({ "isChatFollowersOnly": true }), json!({ "isChatFollowersOnly": false }), "FOLLOWERS_ONLY"),
        (json!({ "isChatEnabled": false }), json!({ "isChatEnabled": true }), "CHAT_DISABLED"),
    ]
    .into_iter()
    .enumerate()
    {
        let name = format!("Round {round}");
        let changed = async {
            let is_of_round = |line: &Value| line["text"].as_str().is_some_and(|text| text.starts_with(&name));
            chat.app.livekit.until_line(room, "they are writing", is_of_round).await;
            chat.rules(rule).await;
            chat.texts().await
        };
        let (of_bob, of_eve, at_that_moment) = tokio::join!(chatter(&chat.bob, &name), chatter(&eve, &name), changed);
        assert_eq!(chat.texts().await, at_that_moment, "nothing came after it");
        let refused = of_bob.into_iter().chain(of_eve).filter(|answer| answer.status != 200);
        refused.for_each(|answer| drop(answer.refused(403, code)));
        chat.rules(back).await;
        chat.time_passes().await;
    }
}

async fn a_change_of_the_rules_is_a_line_of_the_chat(database: Database) {
    let chat = Chat::on_air(database).await;
    chat.bob.send("Before").await.ok();
    for (n, (change, rules)) in (2..).zip([
        (
            json!({ "isChatEnabled": false, "slowModeSeconds": 10 }),
            json!([{ "rule": "enabled", "value": false }, { "rule": "slowModeSeconds", "value": 10 }]),
        ),
        (json!({ "isChatDelayed": true }), json!([{ "rule": "delaySeconds", "value": 3 }])),
        (json!({ "chatDelaySeconds": 6 }), json!([{ "rule": "delaySeconds", "value": 6 }])),
        (json!({ "isChatDelayed": false }), json!([{ "rule": "delaySeconds", "value": 0 }])),
        (json!({ "isChatFollowersOnly": true }), json!([{ "rule": "followersMinMinutes", "value": 0 }])),
        (json!({ "followersMinMinutes": 5 }), json!([{ "rule": "followersMinMinutes", "value": 5 }])),
        (json!({ "isChatFollowersOnly": false }), json!([{ "rule": "followersMinMinutes", "value": null }])),
    ]) {
        chat.rules(change).await;
        let page = chat.seen().await;
        let line = &items(&page)[0];
        let expected = json!({
            "id": line["id"], "number": n, "revision": n, "sentAt": line["sentAt"], "kind": "rules", "rules": rules,
        });
        assert_eq!(line, &expected);
        assert_eq!(page["revision"], n);
        let sent = chat.app.livekit.until_line(chat.room(), "it is sent", |line| line["revision"] == n).await;
        assert_eq!(sent, expected);
    }
}

async fn a_change_that_nobody_notices_is_no_line(database: Database) {
    let chat = Chat::on_air(database).await;
    for change in [
        json!({}),
        json!({ "isChatEnabled": true }),
        json!({ "slowModeSeconds": 0 }),
        json!({ "chatDelaySeconds": 6 }),
        json!({ "followersMinMinutes": 60 }),
    ] {
        chat.rules(change).await;
    }
    chat.carl.put("/api/stream/info", json!({ "title": "No rule" })).await.ok();
    chat.carl.put("/api/stream/chat-settings", json!({ "slowModeSeconds": 1 })).await.names(&["slowModeSeconds"]);
    assert_eq!(chat.seen().await["revision"], 0);
}

async fn while_nobody_is_on_air_a_change_of_the_rules_is_no_line(database: Database) {
    let chat = Chat::on_air(database).await;
    chat.encoder.stops().await;
    chat.rules(json!({ "slowModeSeconds": 10 })).await;
    chat.app.execute("UPDATE streams SET status = 'rehearsal', version = version + 1").await;
    chat.rules(json!({ "isChatEnabled": false })).await;
    assert_eq!(chat.seen().await["revision"], 0);
}
