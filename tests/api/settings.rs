//! Title, picture and the rules of the chat, as their creator changes them: what is left out stays, a bad field is
//! named and changes nothing, and what says nothing new makes no new version. What the rules do to a chat is in
//! `chat_rules.rs`.

use futures::future::join_all;
use serde_json::{Value, json};

use crate::support::{Caller, Database, TestApp};

on_both_databases![
    a_new_stream_starts_as_product_says,
    what_is_left_out_stays,
    nothing_to_change_answers_the_current_state_and_makes_no_version,
    a_title_is_trimmed_and_counted_as_people_count,
    a_picture_is_an_address_and_null_removes_it,
    every_bad_field_is_named_and_nothing_is_changed,
    a_wrong_type_cannot_be_read,
    the_rules_of_the_chat_are_six_and_flat,
    the_numbers_of_the_chat_have_limits,
    null_is_no_rule,
    changes_at_once_are_all_kept,
    every_title_is_kept_and_quick_changes_are_one,
    the_history_comes_in_pieces,
];

async fn put_info(creator: &Caller, body: Value) -> Value {
    creator.put("/api/stream/info", body).await.ok()
}

async fn put_chat(creator: &Caller, body: Value) -> Value {
    creator.put("/api/stream/chat-settings", body).await.ok()
}

async fn version(creator: &Caller) -> i64 {
    creator.status().await["version"].as_i64().unwrap()
}

async fn a_new_stream_starts_as_product_says(database: Database) {
    let app = TestApp::start(database).await;
    for creator in [app.first_user().await, app.creator("carl").await] {
        let mut info = creator.get("/api/stream/info").await.ok();
        let times = ["createdAt", "updatedAt"].map(|name| info.as_object_mut().unwrap().remove(name).unwrap());
        for time in times {
            let text = time.as_str().unwrap();
            assert!(text.ends_with('Z') && text.contains('T'), "{text}");
        }
        let expected = json!({
            "title": "Untitled Stream", "thumbnail": null, "isLive": false, "status": "offline",
            "isChatEnabled": true, "isChatDelayed": false, "chatDelaySeconds": 3, "slowModeSeconds": 0,
            "isChatFollowersOnly": false, "followersMinMinutes": 0, "endedByCreator": false,
        });
        assert_eq!(info, expected);
        let status = creator.status().await;
        assert_eq!((&status["isLive"], &status["viewerCount"]), (&json!(false), &json!(0)));
        assert_eq!(status["keyIsLost"], false);
    }
}

async fn what_is_left_out_stays(database: Database) {
    let app = TestApp::start(database).await;
    let ann = app.first_user().await;
    put_info(&ann, json!({ "title": "One", "thumbnail": "https://example.org/a.png" })).await;
    let info = put_info(&ann, json!({ "title": "Two" })).await;
    assert_eq!((&info["title"], &info["thumbnail"]), (&json!("Two"), &json!("https://example.org/a.png")));
    put_chat(&ann, json!({ "slowModeSeconds": 30 })).await;
    let chat = put_chat(&ann, json!({ "isChatDelayed": true, "chatDelaySeconds": 6 })).await;
    assert_eq!((&chat["slowModeSeconds"], &chat["chatDelaySeconds"]), (&json!(30), &json!(6)));
    let info = ann.get("/api/stream/info").await.ok();
    assert_eq!((&info["title"], &info["isChatDelayed"]), (&json!("Two"), &json!(true)));
}

async fn nothing_to_change_answers_the_current_state_and_makes_no_version(database: Database) {
    let app = TestApp::start(database).await;
    let ann = app.first_user().await;
    let info = put_info(&ann, json!({ "title": "Here", "thumbnail": "https://example.org/a.png" })).await;
    let chat = put_chat(&ann, json!({ "isChatDelayed": true })).await;
    let before = version(&ann).await;
    let updated = ann.get("/api/stream/info").await.ok()["updatedAt"].clone();
    for body in [&b""[..], b"{}", b"  ", br#"{"unknown":1}"#, br#"{"title":" Here "}"#] {
        let request = ann.json_request(reqwest::Method::PUT, "/api/stream/info", body.to_vec());
        let answer = crate::support::Answer::to(request).await.ok();
        assert_eq!(answer["title"], info["title"]);
        assert_eq!(answer["updatedAt"], updated);
    }
    for body in [&b""[..], b"{}", br#"{"isChatDelayed":true}"#, br#"{"title":"Elsewhere"}"#] {
        let request = ann.json_request(reqwest::Method::PUT, "/api/stream/chat-settings", body.to_vec());
        assert_eq!(crate::support::Answer::to(request).await.ok(), chat);
    }
    assert_eq!(version(&ann).await, before);
    put_info(&ann, json!({ "title": "There" })).await;
    assert_eq!(version(&ann).await, before + 1);
}

async fn a_title_is_trimmed_and_counted_as_people_count(database: Database) {
    let app = TestApp::start(database).await;
    let ann = app.first_user().await;
    assert_eq!(put_info(&ann, json!({ "title": " \t Hello \n" })).await["title"], "Hello");
    let family = "👨‍👩‍👧";
    for good in ["x".to_owned(), "é".repeat(200), family.repeat(100), "<script>'\"--".to_owned()] {
        assert_eq!(put_info(&ann, json!({ "title": good })).await["title"], good);
        assert_eq!(app.anonymous().channel("ann").await["state"]["title"], good);
    }
    for bad in [String::new(), "  ".to_owned(), "é".repeat(201), family.repeat(199)] {
        ann.put("/api/stream/info", json!({ "title": bad })).await.names(&["title"]);
    }
    // What PostgreSQL cannot store is no text.
    ann.put("/api/stream/info", json!({ "title": "a\0b" })).await.refused(400, "BAD_REQUEST");
}

async fn a_picture_is_an_address_and_null_removes_it(database: Database) {
    let app = TestApp::start(database).await;
    let ann = app.first_user().await;
    for good in ["https://example.org/a.png?b=c", "http://example.org/"] {
        assert_eq!(put_info(&ann, json!({ "thumbnail": good })).await["thumbnail"], good);
    }
    for bad in [
        "",
        "picture.png",
        "javascript:alert(1)",
        "data:image/png;base64,AA",
        "//example.org/a",
        "/etc/passwd",
        "/media/abc.webp",
    ] {
        ann.put("/api/stream/info", json!({ "thumbnail": bad })).await.names(&["thumbnail"]);
    }
    assert_eq!(put_info(&ann, json!({ "thumbnail": null })).await["thumbnail"], Value::Null);
    assert_eq!(app.anonymous().channel("ann").await["state"]["thumbnail"], Value::Null);
}

async fn every_bad_field_is_named_and_nothing_is_changed(database: Database) {
    let app = TestApp::start(database).await;
    let ann = app.first_user().await;
    let before = version(&ann).await;
    ann.put("/api/stream/info", json!({ "title": "", "thumbnail": "x" })).await.names(&["thumbnail", "title"]);
    ann.put("/api/stream/info", json!({ "title": null, "thumbnail": null })).await.names(&["title"]);
    ann.put("/api/stream/info", json!({ "title": "Fine", "thumbnail": "x" })).await.names(&["thumbnail"]);
    assert_eq!(ann.get("/api/stream/info").await.ok()["title"], "Untitled Stream");
    assert_eq!(version(&ann).await, before);
}

async fn a_wrong_type_cannot_be_read(database: Database) {
    let app = TestApp::start(database).await;
    let ann = app.first_user().await;
    for body in [json!({ "title": 1 }), json!({ "title": ["x"] }), json!({ "thumbnail": false })] {
        ann.put("/api/stream/info", body).await.refused(400, "BAD_REQUEST");
    }
    for body in [
        json!({ "isChatEnabled": "true" }),
        json!({ "isChatDelayed": 1 }),
        json!({ "chatDelaySeconds": "3" }),
        json!({ "slowModeSeconds": 3.5 }),
        json!({ "followersMinMinutes": {} }),
    ] {
        ann.put("/api/stream/chat-settings", body).await.refused(400, "BAD_REQUEST");
    }
}

async fn the_rules_of_the_chat_are_six_and_flat(database: Database) {
    let app = TestApp::start(database).await;
    let ann = app.first_user().await;
    let wanted = json!({
        "isChatEnabled": false, "isChatDelayed": true, "chatDelaySeconds": 2, "slowModeSeconds": 120,
        "isChatFollowersOnly": true, "followersMinMinutes": 129600,
    });
    assert_eq!(put_chat(&ann, wanted.clone()).await, wanted);
    assert_eq!(app.anonymous().channel("ann").await["state"]["chat"], wanted);
    let info = ann.get("/api/stream/info").await.ok();
    for (name, value) in wanted.as_object().unwrap() {
        assert_eq!(&info[name], value);
    }
}

async fn the_numbers_of_the_chat_have_limits(database: Database) {
    let app = TestApp::start(database).await;
    let ann = app.first_user().await;
    for (name, good, bad) in [
        ("chatDelaySeconds", vec![2, 3, 4, 6], vec![0, 1, 5, 7, -2]),
        ("slowModeSeconds", vec![0, 3, 120], vec![1, 2, 121, -3, i64::MAX]),
        ("followersMinMinutes", vec![0, 1, 129_600], vec![-1, 129_601, i64::MIN]),
    ] {
        for number in good {
            assert_eq!(put_chat(&ann, json!({ name: number })).await[name], number);
        }
        for number in bad {
            ann.put("/api/stream/chat-settings", json!({ name: number })).await.names(&[name]);
        }
    }
    let all = json!({ "chatDelaySeconds": 5, "slowModeSeconds": 1, "followersMinMinutes": -1, "isChatEnabled": null });
    let names = ["chatDelaySeconds", "followersMinMinutes", "isChatEnabled", "slowModeSeconds"];
    ann.put("/api/stream/chat-settings", all).await.names(&names);
}

async fn null_is_no_rule(database: Database) {
    let app = TestApp::start(database).await;
    let ann = app.first_user().await;
    for name in [
        "isChatEnabled",
        "isChatDelayed",
        "chatDelaySeconds",
        "slowModeSeconds",
        "isChatFollowersOnly",
        "followersMinMinutes",
    ] {
        ann.put("/api/stream/chat-settings", json!({ name: null })).await.names(&[name]);
    }
}

async fn changes_at_once_are_all_kept(database: Database) {
    let app = TestApp::start(database).await;
    let ann = app.first_user().await;
    let before = version(&ann).await;
    let changes = [
        json!({ "isChatEnabled": false }),
        json!({ "isChatDelayed": true }),
        json!({ "chatDelaySeconds": 6 }),
        json!({ "slowModeSeconds": 60 }),
        json!({ "isChatFollowersOnly": true }),
        json!({ "followersMinMinutes": 10 }),
    ];
    let chat = changes.iter().map(|change| ann.put("/api/stream/chat-settings", change.clone()));
    let (title, picture) = (json!({ "title": "Together" }), json!({ "thumbnail": "https://example.org/a.png" }));
    let (chat, title, picture) =
        tokio::join!(join_all(chat), ann.put("/api/stream/info", title), ann.put("/api/stream/info", picture));
    chat.into_iter().chain([title, picture]).for_each(|answer| drop(answer.ok()));
    let info = ann.get("/api/stream/info").await.ok();
    let expected = json!({
        "isChatEnabled": false, "isChatDelayed": true, "chatDelaySeconds": 6, "slowModeSeconds": 60,
        "isChatFollowersOnly": true, "followersMinMinutes": 10, "title": "Together",
        "thumbnail": "https://example.org/a.png",
    });
    for (name, value) in expected.as_object().unwrap() {
        assert_eq!(&info[name], value, "{name}");
    }
    assert_eq!(version(&ann).await, before + 8);
}

async fn history(creator: &Caller) -> Vec<String> {
    let page = creator.get("/api/stream/title-history").await.ok();
    assert_eq!(page["next"], Value::Null);
    let items = page["items"].as_array().unwrap().iter();
    items
        .map(|one| {
            assert!(one["setAt"].as_str().unwrap().ends_with('Z'), "{one}");
            one["title"].as_str().unwrap().to_owned()
        })
        .collect()
}

async fn every_title_is_kept_and_quick_changes_are_one(database: Database) {
    let app = TestApp::start(database).await;
    let ann = app.first_user().await;
    for title in ["H", "Hel", "Hello"] {
        put_info(&ann, json!({ "title": title })).await;
    }
    assert_eq!(history(&ann).await[0], "Hello");
    let entries = history(&ann).await.len();
    app.execute("UPDATE title_history SET set_at = set_at - 61000").await;
    put_info(&ann, json!({ "title": "Hello again" })).await;
    let titles = history(&ann).await;
    assert_eq!(titles[..2], ["Hello again", "Hello"]);
    assert_eq!(titles.len(), entries + 1);
    // Somebody else's is their own.
    assert!(!history(&app.creator("carl").await).await.contains(&"Hello".to_owned()));
}

async fn the_history_comes_in_pieces(database: Database) {
    let app = TestApp::start(database).await;
    let ann = app.first_user().await;
    app.execute(
        "INSERT INTO title_history (id, stream_id, title, set_at)
         WITH RECURSIVE n (i) AS (SELECT 0 UNION ALL SELECT i + 1 FROM n WHERE i < 59)
         SELECT '0' || (100 + i), s.id, 'Title ' || i, i FROM n, streams s",
    )
    .await;
    let first = ann.get("/api/stream/title-history").await.ok();
    let cursor = first["next"].as_str().expect("there are more");
    let second = ann.get(&format!("/api/stream/title-history?cursor={cursor}")).await.ok();
    let count = |page: &Value| page["items"].as_array().unwrap().len();
    assert_eq!(second["next"], Value::Null);
    assert!(count(&first) + count(&second) >= 60);
    let last = second["items"].as_array().unwrap().last().unwrap();
    assert_eq!(last["title"], "Title 0");
}
