//! Deleting an account: who may, what goes, and what stays without its name. It goes as a whole or not at all, also
//! when LiveKit fails or two ask at once. The account that leaves a trace in every table is made here
//! (`somebody_everywhere`): whoever adds a table adds to it.

use futures::future::join_all;
use image::ImageFormat;
use serde_json::{Value, json};
use streamit::server::db::Queryable as _;

use crate::support::{
    Answer, Caller, Chat, Database, Fault, TestApp,
    caller::password_of,
    chat::items,
    upload::{Upload, two_halves},
};

on_both_databases![
    deleting_asks_for_the_password_and_the_username,
    a_deleted_account_is_signed_out_everywhere_and_its_username_is_free,
    nothing_in_any_table_tells_of_a_deleted_account,
    what_it_said_elsewhere_stays_without_its_name,
    its_stream_ends_for_its_viewers,
    without_livekit_nothing_is_deleted,
    a_key_that_livekit_does_not_know_does_not_keep_an_account,
    the_last_admin_stays,
    of_two_admins_who_go_at_once_one_stays,
    of_two_requests_at_once_one_deletes,
    a_key_that_is_being_made_does_not_outlive_its_account,
    who_unfollows_at_the_same_time_is_not_in_the_way,
    who_unfollows_a_channel_that_goes_waits_for_it,
    a_message_on_its_way_to_a_chat_that_goes_finds_no_channel,
    the_next_account_after_the_first_one_is_gone_is_nothing_special,
];

/// What all of the tests delete; no word of the database holds it.
const GONE: &str = "zaphod";

impl Caller {
    /// Deletes the account.
    async fn delete_account(&self) -> Answer {
        let body = json!({ "password": password_of(&self.username), "confirm": self.username });
        self.post("/api/account/delete", body).await
    }
}

async fn deleting_asks_for_the_password_and_the_username(database: Database) {
    let app = TestApp::start(database).await;
    let bob = app.user("bob").await;
    let delete = |password: &str, confirm: &str| {
        bob.post("/api/account/delete", json!({ "password": password, "confirm": confirm }))
    };
    let right = password_of("bob");
    delete("not this one", "bob").await.names(&["password"]);
    delete(&right, "").await.names(&["confirm"]);
    delete(&right, "ann").await.names(&["confirm"]);
    bob.post("/api/account/delete", json!({ "password": right })).await.refused(400, "BAD_REQUEST");
    app.anonymous()
        .post("/api/account/delete", json!({ "password": right, "confirm": "bob" }))
        .await
        .refused(401, "NOT_SIGNED_IN");
    bob.get("/api/auth/me").await.ok();
    let answer = delete(&right, " @Bob ").await;
    assert!(answer.set_cookie("session").is_some_and(|line| line.contains("Max-Age=0")), "{answer:?}");
    answer.ok();
}

async fn a_deleted_account_is_signed_out_everywhere_and_its_username_is_free(database: Database) {
    let app = TestApp::start(database).await;
    let bob = app.user("bob").await;
    let everywhere = bob.everywhere(&app).await;
    let mut events = everywhere[1].events("/api/account/events").await;
    events.until("application", Value::is_null).await;
    let mut channel = everywhere[1].events("/api/channel/events?username=ann").await;
    channel.until("standing", |standing| standing["username"] == "bob").await;
    bob.delete_account().await.ok();
    for caller in &everywhere {
        caller.get("/api/auth/me").await.refused(401, "NOT_SIGNED_IN");
    }
    // The events of who is nobody any more end.
    while events.next().await.is_some() {}
    channel.until("standing", |standing| standing["username"].is_null()).await;
    let sign_in = json!({ "login": "bob", "password": password_of("bob") });
    app.anonymous().post("/api/auth/login", sign_in).await.refused(401, "WRONG_CREDENTIALS");
    let second = app.user("bob").await;
    assert_eq!(second.get("/api/auth/me").await.ok()["isCreator"], false);
    everywhere[0].get("/api/auth/me").await.refused(401, "NOT_SIGNED_IN");
}

/// An account that has left its traces in every table: the first one, admin, creator on air, chatter and moderator.
async fn somebody_everywhere(app: &TestApp) -> Caller {
    let gone = app.anonymous().sign_up(GONE).await;
    app.first_user().await;
    app.execute("UPDATE users SET is_admin = TRUE WHERE username = 'ann'").await;
    let carl = app.creator("carl").await;
    app.encoder_connects(&carl.make_key().await).await;
    let (bob, dora) = (app.user("bob").await, app.creator("dora").await);
    gone.put("/api/account/profile", json!({ "displayName": "Zaphod B.", "about": "Zaphod's own" })).await.ok();
    Upload::of(&two_halves(ImageFormat::Png)).send(&gone, "/api/account/picture").await.ok();

    gone.follow().await.ok();
    carl.appoint(GONE).await.ok();
    gone.send("Kept without a name").await.ok();
    let removed = gone.send("Removed").await.ok();
    gone.remove(&removed).await.ok();
    gone.ban("bob", Some(600)).await.ok();
    carl.dismiss(GONE).await.ok();
    carl.put("/api/stream/chat-settings", json!({ "isChatDelayed": true, "chatDelaySeconds": 6 })).await.ok();
    gone.send("Held back").await.ok();
    app.execute("UPDATE chat_lines SET held_until = held_until + 3600000 WHERE revision IS NULL").await;
    carl.appoint(GONE).await.ok();
    dora.post("/api/chat/bans", json!({ "user": GONE, "seconds": 60 })).await.ok();

    let application = bob.post("/api/creator/application", json!({ "about": "Music" })).await.ok();
    let decision = json!({ "id": application["id"], "decision": "reject", "reason": "No." });
    gone.post("/api/admin/applications/decision", decision).await.ok();
    app.encoder_connects(&gone.make_key().await).await;
    gone.put("/api/stream/info", json!({ "title": "Heart of Gold" })).await.ok();
    gone.put("/api/chat/blocked-words", json!({ "words": ["vogon"] })).await.ok();
    gone.appoint("carl").await.ok();
    bob.post("/api/channel/follow", json!({ "username": GONE })).await.ok();
    bob.send_to(GONE, "In a chat that goes").await.ok();
    gone.everywhere(app).await;
    gone
}

/// Every row of every table, as one text each with the name of its table.
async fn all_rows(app: &TestApp) -> Vec<String> {
    let tables = match app.kind {
        Database::Sqlite => "SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite_%'",
        Database::Postgres => "SELECT table_name::text FROM information_schema.tables WHERE table_schema = 'public'",
    };
    let columns = match app.kind {
        Database::Sqlite => "SELECT name FROM pragma_table_info($1)",
        Database::Postgres => "SELECT column_name::text FROM information_schema.columns WHERE table_name = $1",
    };
    let tables: Vec<(String,)> = app.db().read(tables).fetch_all().await.unwrap();
    assert!(tables.len() > 12, "{tables:?}");
    let mut all = Vec::new();
    for (table,) in tables.into_iter().filter(|(table,)| !table.starts_with("_sqlx")) {
        let columns: Vec<(String,)> = app.db().read(columns).bind(table.as_str()).fetch_all().await.unwrap();
        let texts: Vec<String> =
            columns.iter().map(|(column,)| format!("coalesce(CAST({column} AS TEXT), '')")).collect();
        // A few dozen bytes for each test; statements are 'static on purpose.
        let sql: &'static str = format!("SELECT {} FROM {table}", texts.join(" || ' ' || ")).leak();
        let rows: Vec<(String,)> = app.db().read(sql).fetch_all().await.unwrap();
        all.extend(rows.into_iter().map(|(row,)| format!("{table}: {row}")));
    }
    all
}

async fn nothing_in_any_table_tells_of_a_deleted_account(database: Database) {
    let app = TestApp::start(database).await;
    let gone = somebody_everywhere(&app).await;
    let id = gone.get("/api/auth/me").await.ok()["id"].as_str().unwrap().to_owned();
    let sql = "SELECT s.id FROM streams s JOIN users u ON u.id = s.user_id WHERE u.username = 'zaphod'";
    let stream = app.text(sql).await.unwrap();
    let traces = |rows: Vec<String>| -> Vec<String> {
        let tells = |row: &String| row.contains(&id) || row.contains(&stream) || row.to_lowercase().contains(GONE);
        rows.into_iter().filter(tells).collect()
    };
    let before = traces(all_rows(&app).await);
    // It is everywhere, or the test shows nothing.
    for table in [
        "users",
        "installation",
        "sessions",
        "creator_applications",
        "streams",
        "title_history",
        "broadcasts",
        "follows",
        "follow_events",
        "chats",
        "chat_lines",
        "chat_bans",
        "chat_moderators",
        "chat_actions",
        "chat_blocked_words",
        "rate_limits",
    ] {
        assert!(before.iter().any(|row| row.starts_with(&format!("{table}: "))), "{table}: {before:#?}");
    }
    gone.delete_account().await.ok();
    let after = traces(all_rows(&app).await);
    assert!(after.is_empty(), "{after:#?}");
    assert_eq!(app.livekit.ingresses().len(), 1, "carl's is left");
}

async fn what_it_said_elsewhere_stays_without_its_name(database: Database) {
    let app = TestApp::start(database).await;
    let gone = somebody_everywhere(&app).await;
    gone.delete_account().await.ok();
    let carl = app.anonymous().sign_in("carl").await;
    let page = carl.read("").await;
    let nobody = json!({ "username": null, "displayName": null, "role": "moderator" });
    let kept = items(&page).iter().find(|line| line["text"] == "Kept without a name").unwrap();
    assert_eq!(kept["author"], nobody);
    let removed = items(&page).iter().find(|line| line["kind"] == "deleted").unwrap();
    assert_eq!(removed["author"], nobody);
    assert_eq!(page["held"][0]["text"], "Held back");
    carl.remove(kept).await.ok();
    let actions = carl.get("/api/chat/actions").await.ok();
    let ban = items(&actions).iter().find(|action| action["kind"] == "TIME_OUT").unwrap();
    assert_eq!((&ban["by"], &ban["user"]), (&Value::Null, &json!("bob")));
    let bans = carl.get("/api/chat/bans").await.ok();
    assert_eq!((&bans["items"][0]["username"], &bans["items"][0]["by"]), (&json!("bob"), &Value::Null));
    assert_eq!(carl.get("/api/chat/moderators").await.ok()["items"], json!([]));
    assert_eq!(app.anonymous().channel("carl").await["followerCount"], 0);
    let refused = app.anonymous().sign_in("bob").await.get("/api/creator/application").await.ok();
    assert_eq!(refused["reason"], "No.");
}

async fn its_stream_ends_for_its_viewers(database: Database) {
    let app = TestApp::start(database).await;
    let carl = app.creator("carl").await;
    let encoder = app.encoder_connects(&carl.make_key().await).await;
    let room = encoder.stream_id().to_owned();
    let mut viewer = app.anonymous().events("/api/channel/events?username=carl").await;
    viewer.until_status("live").await;
    let mut own = carl.events("/api/stream/events").await;
    own.until_status("live").await;
    carl.delete_account().await.ok();
    let over = viewer.until_status("offline").await;
    assert_eq!((&over["isLive"], &over["startedAt"], &over["viewerCount"]), (&json!(false), &Value::Null, &json!(0)));
    app.livekit
        .until_metadata(&room, "who is in the room hears of it", |state| state["version"] == over["version"])
        .await;
    while own.next().await.is_some() {}
    assert!(app.livekit.ingresses().is_empty());
    let guest = app.anonymous();
    guest.get("/api/channel?username=carl").await.refused(404, "NOT_FOUND");
    assert_eq!(guest.get("/api/channels").await.ok()["items"], json!([]));
    // What LiveKit still says of its encoder is about nobody.
    encoder.stops().await;
    assert_eq!(app.number("SELECT count(*) FROM broadcasts").await, 0);
}

async fn without_livekit_nothing_is_deleted(database: Database) {
    let app = TestApp::start(database).await;
    let carl = app.creator("carl").await;
    let key = carl.make_key().await;
    app.encoder_connects(&key).await;
    let before = carl.status().await;
    app.livekit.always("DeleteIngress", Fault::Refuse("internal"));
    let error = carl.delete_account().await.refused(502, "LIVEKIT_FAILED");
    assert!(error["message"].as_str().unwrap().contains("nothing was deleted"), "{error}");
    app.livekit.go_down();
    carl.delete_account().await.refused(503, "LIVEKIT_UNREACHABLE");
    assert_eq!(carl.status().await["version"], before["version"]);
    assert_eq!(carl.get("/api/stream/credentials").await.ok()["streamKey"], key["streamKey"]);
    // Who has no stream needs no LiveKit.
    app.user("bob").await.delete_account().await.ok();
    app.livekit.heal();
    app.livekit.come_up();
    carl.delete_account().await.ok();
}

async fn a_key_that_livekit_does_not_know_does_not_keep_an_account(database: Database) {
    let app = TestApp::start(database).await;
    let carl = app.creator("carl").await;
    carl.make_key().await;
    app.livekit.lose_ingresses();
    carl.delete_account().await.ok();
    assert_eq!(app.number("SELECT count(*) FROM users WHERE username = 'carl'").await, 0);
}

async fn the_last_admin_stays(database: Database) {
    let app = TestApp::start(database).await;
    let (ann, bob) = (app.first_user().await, app.user("bob").await);
    let key = ann.make_key().await;
    app.livekit.take_changes();
    ann.delete_account().await.refused(409, "CONFLICT");
    assert!(app.livekit.take_changes().is_empty());
    assert_eq!(ann.get("/api/stream/credentials").await.ok()["streamKey"], key["streamKey"]);
    app.execute("UPDATE users SET is_admin = TRUE WHERE username = 'bob'").await;
    ann.delete_account().await.ok();
    bob.get("/api/admin/applications").await.ok();
    bob.delete_account().await.refused(409, "CONFLICT");
}

async fn of_two_admins_who_go_at_once_one_stays(database: Database) {
    let app = TestApp::start(database).await;
    let (ann, bob) = (app.first_user().await, app.user("bob").await);
    app.execute("UPDATE users SET is_admin = TRUE").await;
    let both = join_all([ann.delete_account(), bob.delete_account()]).await;
    let mut statuses: Vec<u16> = both.iter().map(|answer| answer.status).collect();
    statuses.sort_unstable();
    assert_eq!(statuses, [200, 409], "{both:?}");
    assert_eq!(app.number("SELECT count(*) FROM users WHERE is_admin").await, 1);
}

async fn of_two_requests_at_once_one_deletes(database: Database) {
    let app = TestApp::start(database).await;
    let carl = app.creator("carl").await;
    carl.make_key().await;
    let both = join_all([carl.delete_account(), carl.delete_account()]).await;
    let mut statuses: Vec<u16> = both.iter().map(|answer| answer.status).collect();
    statuses.sort_unstable();
    assert!(matches!(statuses[..], [200, 401 | 422]), "{both:?}");
    assert_eq!(app.number("SELECT count(*) FROM users").await, 1);
}

async fn a_key_that_is_being_made_does_not_outlive_its_account(database: Database) {
    let app = TestApp::start(database).await;
    let carl = app.creator("carl").await;
    let (gate, making) = app.key_in_the_making(&carl).await;
    carl.delete_account().await.ok();
    gate.release();
    let made = making.await.unwrap();
    assert!(made.status >= 400, "{made:?}");
    assert!(app.livekit.ingresses().is_empty());
}

async fn who_unfollows_at_the_same_time_is_not_in_the_way(database: Database) {
    let app = TestApp::start(database).await;
    app.creator("carl").await;
    let bob = app.user("bob").await;
    bob.follow().await.ok();
    // Half of what unfollowing does.
    let mut tx = app.db().begin().await.unwrap();
    assert_eq!(tx.write("DELETE FROM follows").execute().await.unwrap(), 1);
    let deleting = tokio::spawn(async move { bob.delete_account().await });
    app.until_one_waits().await;
    tx.write("UPDATE follow_events SET change = change - 1").execute().await.unwrap();
    tx.commit().await.unwrap();
    deleting.await.unwrap().ok();
    assert_eq!(app.number("SELECT CAST(sum(change) AS BIGINT) FROM follow_events").await, 0);
}

async fn who_unfollows_a_channel_that_goes_waits_for_it(database: Database) {
    let app = TestApp::start(database).await;
    app.creator("carl").await;
    let bob = app.user("bob").await;
    bob.follow().await.ok();
    // Where a deletion begins: with the chat.
    let mut tx = app.db().begin().await.unwrap();
    assert_eq!(tx.write("UPDATE chats SET last_number = last_number").execute().await.unwrap(), 1);
    let unfollowing = tokio::spawn(async move { bob.delete("/api/channel/follow?username=carl").await });
    app.until_one_waits().await;
    assert_eq!(tx.write("DELETE FROM users WHERE username = 'carl'").execute().await.unwrap(), 1);
    tx.commit().await.unwrap();
    unfollowing.await.unwrap().refused(404, "NOT_FOUND");
}

async fn a_message_on_its_way_to_a_chat_that_goes_finds_no_channel(database: Database) {
    let Chat { app, bob, encoder: _encoder, .. } = Chat::on_air(database).await;
    for is_new in [true, false] {
        if !is_new {
            let carl = app.creator("carl").await;
            app.encoder_connects(&carl.make_key().await).await;
            bob.send("Hello").await.ok();
        }
        let mut tx = app.db().begin().await.unwrap();
        assert_eq!(tx.write("DELETE FROM users WHERE username = 'carl'").execute().await.unwrap(), 1);
        let sender = bob.clone();
        let sending = tokio::spawn(async move { sender.send("Are you there?").await });
        app.until_one_waits().await;
        tx.commit().await.unwrap();
        sending.await.unwrap().refused(404, "NOT_FOUND");
    }
}

async fn the_next_account_after_the_first_one_is_gone_is_nothing_special(database: Database) {
    let app = TestApp::start(database).await;
    let (ann, _) = (app.first_user().await, app.user("bob").await);
    app.execute("UPDATE users SET is_admin = TRUE").await;
    ann.delete_account().await.ok();
    let next = app.user("dora").await.get("/api/auth/me").await.ok();
    assert_eq!((&next["isAdmin"], &next["isCreator"]), (&json!(false), &json!(false)));
    assert_eq!(app.number("SELECT count(*) FROM installation WHERE first_user_id = ''").await, 1);
}
