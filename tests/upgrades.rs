//! Upgrades: what an older StreamIt left in its database and its data folder is all there after the program has started
//! on it, and can be used as before. What a newer one left is refused, and not touched.
//!
//! Each older database has the tables of its time, with rows in every one of them as that version wrote them: keys,
//! hashes and tokens stand here as text, so that they are not made by the program that has to read them. Who adds a
//! migration adds rows for its tables; one that moves data also gets a test from just before it.

use std::{fs, ops::RangeInclusive, path::Path};

use image::ImageFormat;
use livekit_protocol::IngressInfo;
use serde_json::{Value, json};
use sqlx::{
    AssertSqlSafe, Connection as _, PgConnection, SqliteConnection, migrate::Migrator, sqlite::SqliteConnectOptions,
};
use streamit::{
    domain::timestamp::Timestamp,
    server::{
        clock,
        db::{Db, Queryable as _},
    },
};

use crate::support::{
    Caller, Database, Installation, TestApp,
    chat::{items, numbers, texts},
    log::PASSWORD_MARK,
    repository::{files_ending, read, root},
    upload::{picture_at, two_halves},
};

on_both_databases![
    what_the_first_version_left_is_all_there,
    what_was_there_before_names_and_titles_were_searched_is_all_there,
    what_was_there_before_broadcasts_had_numbers_is_all_there,
    what_was_there_before_deeds_were_remembered_is_all_there,
    what_this_version_leaves_is_all_there,
    a_database_of_a_newer_version_is_refused_with_what_to_do,
    a_database_whose_changes_were_others_is_refused_with_what_to_do,
];

/// How many migrations the older versions had that are tried here, the last one being the newest of all.
const TRIED: [i64; 5] = [1, 5, 6, 7, 9];

/// The installation's secret; what is signed, sealed and named below is by it.
const SECRET: &str = "neverprintthissecret-of-an-older-streamit";
/// Carl's stream key. In `streams` it is sealed with XChaCha20-Poly1305.
const KEY: &str = "streamkeyforyoureyesonly-of-carl";
/// The session in which carl was signed in when the older version was stopped.
const SESSION: &str = "eyJ0eXAiOiJKV1QiLCJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIwMTkwMDAwMC0wMDAwLTcwMDAtODAwMC0wMDAwMDAwMDA\
                       wMDIiLCJzaWQiOiIwMTkwMDAwMC0wMDAwLTcwMDAtODAwMC0wMDAwMDAwMDAyMDIiLCJleHAiOjQxMDI0NDQ4MDB9.HP\
                       xiladNfpg2hTFd8QzjKahJSE5lFZrmMKWHL3KkVIY";
/// What is in the link to a new password that bob was sent.
const RESET: &str = "streamit-reset-of-an-older-streamit";
const TITLE: &str = "Ärger im Süden";
const PORTRAIT: &str = "/media/portrait-0123456789abcdef0123456789abcdef.webp";
const THUMBNAIL: &str = "/media/chosen-0123456789abcdef0123456789abcdef.webp";
const SMALL_THUMBNAIL: &str = "/media/chosen-0123456789abcdef0123456789abcdef-small.webp";

/// How the name of the only account is searched.
const FOLDED_NAME: &str = "SELECT folded_name FROM users";

const HOUR_MS: i64 = 3_600_000;
const ALWAYS: i64 = i64::MAX;

/// What is in the database of a version with so many migrations. `#` and three digits are an id, `{now}` is when the
/// program was stopped, and `{then}` when the first of two broadcasts began, three days before.
const ROWS: [(RangeInclusive<i64>, &str); 9] = [
    (
        1..=ALWAYS,
        "INSERT INTO users (id, username, email, password_hash, is_admin, created_at) VALUES
         ('#001', 'ann', 'ann@example.org',
          '$argon2id$v=19$m=19456,t=2,p=1$QBP+wNcus/6hg4179S/Kbg$HW+f1fg7h8EiRNTNykM9PEVo+NwlpUNFIKrLMSCHRCk',
          TRUE, {then} - 5000),
         ('#002', 'carl', 'carl@example.org',
          '$argon2id$v=19$m=19456,t=2,p=1$BOX+Ymi71R2U+rWJe8Gxqg$Q2z5XuEwol7ZEXPcdHEjhK8d3y9SNqXGJC0MEMsKq7o',
          FALSE, {then} - 4000),
         ('#003', 'bob', 'bob@example.org',
          '$argon2id$v=19$m=19456,t=2,p=1$IJ9N7GcKgCkCs6Db/hP6kQ$Z/FhNRtgESj6sYDR9p9fzV54tHxxMsRQ84zQ72ezx44',
          FALSE, {then} - 3000),
         ('#004', 'eve', 'eve@example.org',
          '$argon2id$v=19$m=19456,t=2,p=1$/BWuksjmnBpgS5i+k9DY3Q$TG1VXp5/qtuYgcciYJStgZ/CeennM7JG9HYCQnEi/xg',
          FALSE, {then} - 2000);
         UPDATE installation SET first_user_id = '#001' WHERE id = 1;
         INSERT INTO sessions (id, user_id, kind, user_agent, created_at, last_seen_at, expires_at) VALUES
         ('#202', '#002', 'browser', 'Firefox', {then}, {now}, {now} + 86400000);
         INSERT INTO creator_applications
             (id, user_id, about, status, reason, decided_by, created_at, updated_at) VALUES
         ('#401', '#001', '', 'APPROVED', NULL, NULL, {then} - 5000, {then} - 5000),
         ('#402', '#002', 'Music', 'APPROVED', NULL, '#001', {then} - 4000, {then} - 3000),
         ('#403', '#003', 'Talks', 'REJECTED', 'Not now.', '#001', {then} - 3000, {then} - 2000);
         INSERT INTO streams
             (id, user_id, version, title, is_chat_enabled, is_chat_delayed, chat_delay_seconds, slow_mode_seconds,
              is_chat_followers_only, followers_min_minutes, ended_by_creator, status, last_live_at, ingress_id,
              input_type, server_url, sealed_key, key_is_lost, ingress_claimed_until, created_at, updated_at) VALUES
         ('#101', '#001', 1, 'Untitled Stream', TRUE, FALSE, 3, 0, FALSE, 0, FALSE, 'offline', NULL, NULL,
          NULL, NULL, NULL, FALSE, 0, {then} - 5000, {then} - 5000),
         ('#102', '#002', 17, 'Ärger im Süden', TRUE, FALSE, 3, 30, FALSE, 0, FALSE, 'offline', {now} - 1000,
          'IN_carl', 'rtmp', 'rtmp://127.0.0.1:1935/x',
          'YwgXMQ/xL5Rxa8FO2pa8X0jJI1IeA1IqNDUSg+5oJ3fe6u8D6Us+EcOkdpMp9DM5jOB7yXphUSZhuvT/W/zR1/F1izXEjl1f',
          FALSE, 0, {then} - 3000, {now} - 1000);
         INSERT INTO title_history (id, stream_id, title, set_at) VALUES
         ('#501', '#102', 'Erste Sendung', {then} - 1000),
         ('#502', '#102', 'Ärger im Süden', {then} + 7200000);
         INSERT INTO webhook_events (id, received_at) VALUES ('EV_of_before', {now});
         INSERT INTO rate_limits (name, window_start, hits) VALUES ('of before', {now}, 1);",
    ),
    (
        1..=6,
        "INSERT INTO broadcasts (id, stream_id, started_at, ended_at, interruptions, off_air_ms) VALUES
         ('#301', '#102', {then}, {then} + 3600000, 1, 120000),
         ('#302', '#102', {now} - 541000, {now} - 1000, 0, 0);",
    ),
    (
        7..=ALWAYS,
        "INSERT INTO broadcasts
             (id, stream_id, started_at, ended_at, last_seen_at, title, settled_at, duration_ms, viewer_ms,
              average_viewers_milli, peak_viewers, distinct_viewers, messages, chatters, new_followers, drops) VALUES
         ('#301', '#102', {then}, {then} + 3600000, {then} + 3600000, 'Erste Sendung', {then} + 3720000,
          3480000, 1740000, 500, 1, 1, 2, 1, 1, 1),
         ('#302', '#102', {now} - 541000, {now} - 1000, {now} - 1000, 'Ärger im Süden', NULL,
          0, 0, 0, 0, 0, 0, 0, 0, 0);
         INSERT INTO broadcast_drops (broadcast_id, started_at, ended_at) VALUES
         ('#301', {then} + 3480000, {then} + 3600000);
         INSERT INTO broadcast_minutes (broadcast_id, at, until, on_air_ms, viewer_ms, peak_viewers, messages) VALUES
         ('#301', {then}, {then} + 3600000, 3480000, 1740000, 1, 2);
         INSERT INTO viewer_visits (broadcast_id, visit, viewer, joined_at, left_at, left_is_told) VALUES
         ('#302', 'one connection', 'of somebody', {now} - 401000, {now} - 301000, TRUE);
         INSERT INTO follow_events (stream_id, at, change) VALUES ('#102', {then}, 1);
         UPDATE users SET time_zone = 'Europe/Berlin' WHERE id = '#002';",
    ),
    (
        2..=ALWAYS,
        "INSERT INTO follows (user_id, stream_id, followed_at) VALUES ('#003', '#102', {then} + 600000);
         INSERT INTO chats (stream_id, last_number, last_revision) VALUES ('#102', 4, 5);
         INSERT INTO chat_lines
             (id, stream_id, broadcast_id, number, revision, kind, user_id, role, text, sent_at, deleted_at) VALUES
         ('#601', '#102', '#301', 1, 1, 'message', '#003', 'viewer', 'Hallo', {then} + 60000, NULL),
         ('#602', '#102', '#301', 2, 2, 'message', '#002', 'creator', 'Willkommen', {then} + 120000, NULL),
         ('#603', '#102', '#301', 3, 3, 'rules', NULL, 'creator', '[{\"rule\":\"slowModeSeconds\",\"value\":30}]',
          {then} + 180000, NULL),
         ('#604', '#102', '#301', 4, 5, 'message', '#004', 'viewer', '', {then} + 240000, {then} + 250000);
         INSERT INTO chat_bans (stream_id, user_id, until, banned_by, created_at) VALUES
         ('#102', '#004', NULL, '#002', {then} + 260000);
         INSERT INTO chat_moderators (stream_id, user_id, created_at) VALUES ('#102', '#001', {then});
         INSERT INTO chat_actions (id, stream_id, kind, actor_id, user_id, seconds, created_at) VALUES
         ('#701', '#102', 'BAN', '#002', '#004', NULL, {then} + 260000);
         INSERT INTO chat_blocked_words (stream_id, words) VALUES ('#102', 'vogon');",
    ),
    (
        3..=ALWAYS,
        "UPDATE streams SET disconnect_protection_seconds = 90, last_used_at = {now} - 541000, last_width = 1280,
             last_height = 720 WHERE id = '#102';",
    ),
    (
        4..=ALWAYS,
        "INSERT INTO pictures (address, user_id, created_at) VALUES
         ('/media/portrait-0123456789abcdef0123456789abcdef.webp', '#002', {then}),
         ('/media/chosen-0123456789abcdef0123456789abcdef.webp', '#002', {then});
         UPDATE users SET picture = '/media/portrait-0123456789abcdef0123456789abcdef.webp' WHERE id = '#002';
         UPDATE streams SET thumbnail = '/media/chosen-0123456789abcdef0123456789abcdef.webp' WHERE id = '#102';",
    ),
    (5..=ALWAYS, "UPDATE users SET display_name = 'Karel Čapek', about = 'Music from Prague' WHERE id = '#002';"),
    (
        6..=ALWAYS,
        "UPDATE users SET folded_name = 'karel capek' WHERE id = '#002';
         UPDATE streams SET folded_title = 'untitled stream' WHERE id = '#101';
         UPDATE streams SET folded_title = 'arger im suden' WHERE id = '#102';",
    ),
    (
        8..=ALWAYS,
        "INSERT INTO audit_entries
             (id, action, actor_kind, actor_id, subject_id, network, sum_of, times, request_id, created_at, last_at)
         VALUES
         ('#801', 'APPLICATION_APPROVED', 'ACCOUNT', '#001', '#002', '203.0.113.0', NULL, 1, NULL, {then}, {then});
         INSERT INTO password_resets (token_hash, user_id, expires_at) VALUES
         ('9ZFwdy6jDBV1N0NicBkB7T0T1dL32EUUVzrMTaUWkkA', '#003', {now} + 1800000);",
    ),
];

/// What `#` and these digits stand for.
fn id(digits: &str) -> String {
    format!("01900000-0000-7000-8000-000000000{digits}")
}

/// A program of today on what an older one left.
struct Upgraded {
    app: TestApp,
    carl: Caller,
    /// How many migrations the older one had.
    version: i64,
    now: i64,
    then: i64,
}

impl Upgraded {
    async fn from(database: Database, version: i64) -> Self {
        assert!(TRIED.contains(&version), "{version} is not named in TRIED");
        let installation = Installation::new(database, &[("STREAMIT_SECRET", SECRET)]).await;
        let now = clock::now().0;
        let then = now - 72 * HOUR_MS;
        leave(&installation, version, &rows(version, now, then)).await;
        let app = installation.start().await;
        let carl = app.anonymous().sign_in("carl").await;
        Self { app, carl, version, now, then }
    }

    fn has(&self, migration: i64) -> bool {
        self.version >= migration
    }

    /// Everything that people would look for.
    async fn is_all_there(&self) {
        self.accounts_are_there().await;
        self.the_stream_is_there().await;
        self.the_channel_is_found().await;
        self.broadcasts_are_there().await;
        self.the_chat_is_there().await;
        self.pictures_are_there().await;
        self.deeds_are_there().await;
        self.carl_goes_live().await;
    }

    async fn accounts_are_there(&self) {
        let still_signed_in = self.app.anonymous().with_cookie(&format!("streamit_session={SESSION}"));
        let me = still_signed_in.get("/api/auth/me").await.ok();
        assert_eq!((&me["username"], &me["isCreator"]), (&json!("carl"), &json!(true)));
        assert_eq!(me["email"], "carl@example.org");
        let ann = self.app.anonymous().sign_in("ann").await;
        assert_eq!(ann.get("/api/auth/me").await.ok()["isAdmin"], true);
        assert_eq!(items(&ann.get("/api/admin/users").await.ok()).len(), 4);
        let bob = self.app.anonymous().sign_in("bob").await;
        assert_eq!(bob.get("/api/creator/application").await.ok()["reason"], "Not now.");
        let late = self.app.anonymous().sign_up("late").await;
        assert_eq!(late.get("/api/auth/me").await.ok()["isAdmin"], false, "ann came first");
    }

    async fn the_stream_is_there(&self) {
        let info = self.carl.get("/api/stream/info").await.ok();
        assert_eq!((&info["title"], &info["slowModeSeconds"]), (&json!(TITLE), &json!(30)));
        assert_eq!(info["createdAt"], json!(Timestamp(self.then - 3000)));
        let key = self.carl.get("/api/stream/credentials").await.ok();
        let expected = json!({ "serverUrl": "rtmp://127.0.0.1:1935/x", "streamKey": KEY, "inputType": "rtmp" });
        assert_eq!(key, expected);
        let status = self.carl.status().await;
        assert_eq!((&status["hasKey"], &status["keyIsLost"]), (&json!(true), &json!(false)));
        assert_eq!(status["disconnectProtectionSeconds"], if self.has(3) { 90 } else { 0 });
        let history = self.carl.get("/api/stream/title-history").await.ok();
        let titles: Vec<&Value> = items(&history).iter().map(|past| &past["title"]).collect();
        assert_eq!(titles, [TITLE, "Erste Sendung"]);
    }

    async fn the_channel_is_found(&self) {
        let channel = self.app.anonymous().channel("carl").await;
        assert_eq!(channel["followerCount"], i64::from(self.has(2)));
        assert_eq!(channel["lastLiveAt"], json!(Timestamp(self.now - 1000)));
        let (name, about) = if self.has(5) { ("Karel Čapek", "Music from Prague") } else { ("carl", "") };
        assert_eq!((&channel["creator"]["displayName"], &channel["creator"]["about"]), (&json!(name), &json!(about)));
        let name = if self.has(5) { "capek" } else { "carl" };
        for search in ["SUDEN", name] {
            let found = self.app.anonymous().get(&format!("/api/channels?search={search}")).await.ok();
            let names: Vec<&Value> = items(&found).iter().map(|card| &card["username"]).collect();
            assert_eq!(names, ["carl"], "{search}");
        }
    }

    async fn broadcasts_are_there(&self) {
        let list = self.carl.get("/api/analytics/broadcasts").await.ok();
        let [newest, first] = &items(&list)[..] else { panic!("two broadcasts: {list}") };
        assert_eq!((&newest["title"], &first["title"]), (&json!(TITLE), &json!("Erste Sendung")));
        assert_eq!(first["startedAt"], json!(Timestamp(self.then)));
        assert_eq!(first["endedAt"], json!(Timestamp(self.then + HOUR_MS)));
        assert_eq!((&first["durationSeconds"], &first["drops"]), (&json!(3480), &json!(1)));
        assert_eq!((&newest["durationSeconds"], &newest["drops"]), (&json!(540), &json!(0)));
        let (messages, people) = if self.has(2) { (2, 1) } else { (0, 0) };
        let talk = ["messages", "chatters", "newFollowers"].map(|name| &first[name]);
        assert_eq!(talk, [&json!(messages), &json!(people), &json!(people)]);
        let watched = if self.has(7) { (1740, 100) } else { (0, 0) };
        assert_eq!((&first["watchSeconds"], &newest["watchSeconds"]), (&json!(watched.0), &json!(watched.1)));
        let report = self.carl.get(&format!("/api/analytics/broadcast?id={}", id("301"))).await.ok();
        let drop = json!({ "at": Timestamp(self.then + HOUR_MS - 120_000), "kind": "drop", "seconds": 120 });
        assert!(report["moments"].as_array().unwrap().contains(&drop), "{report}");
        let period = self.carl.get("/api/analytics/summary?days=7").await.ok();
        assert_eq!(period["timeZone"], if self.has(7) { "Europe/Berlin" } else { "UTC" });
        let current = &period["current"];
        assert_eq!((&current["broadcasts"], &current["followerGrowth"]), (&json!(2), &json!(people)));
    }

    async fn the_chat_is_there(&self) {
        if !self.has(2) {
            return;
        }
        let page = self.carl.read("").await;
        assert_eq!(page["revision"], 5);
        let lines = items(&page);
        assert_eq!(numbers(lines, "number"), [4, 3, 2, 1]);
        assert_eq!(texts(lines), ["Willkommen", "Hallo"]);
        assert_eq!((&lines[0]["kind"], &lines[0]["author"]["username"]), (&json!("deleted"), &json!("eve")));
        assert_eq!(lines[1]["rules"], json!([{ "rule": "slowModeSeconds", "value": 30 }]));
        let bob = self.app.anonymous().sign_in("bob").await;
        assert_eq!(bob.standing().await["followedAt"], json!(Timestamp(self.then + 600_000)));
        let list = async |path: &str| items(&self.carl.get(path).await.ok()).clone();
        assert_eq!(list("/api/chat/bans").await[0]["username"], "eve");
        assert_eq!(list("/api/chat/moderators").await[0]["username"], "ann");
        assert_eq!(list("/api/chat/actions").await[0]["kind"], "BAN");
        assert_eq!(list("/api/chat/blocked-words").await, ["vogon"]);
    }

    async fn pictures_are_there(&self) {
        let guest = self.app.anonymous();
        let channel = guest.channel("carl").await;
        let shown = (&channel["creator"]["picture"], &channel["state"]["thumbnail"]);
        if !self.has(4) {
            assert_eq!(shown, (&Value::Null, &Value::Null));
            return;
        }
        assert_eq!(shown, (&json!(PORTRAIT), &json!(THUMBNAIL)));
        for address in [PORTRAIT, THUMBNAIL, SMALL_THUMBNAIL] {
            assert!(picture_at(&guest, address).await.is_some(), "{address}");
        }
    }

    async fn deeds_are_there(&self) {
        let ann = self.app.anonymous().sign_in("ann").await;
        let log = ann.get("/api/admin/audit").await.ok();
        let was_approved = items(&log).iter().any(|entry| entry["action"] == "APPLICATION_APPROVED");
        assert_eq!(was_approved, self.has(8), "{log}");
        let body = json!({ "token": RESET, "password": format!("{PASSWORD_MARK}-chosen-anew") });
        let answer = self.app.anonymous().post("/api/auth/reset/confirm", body).await;
        if self.has(8) {
            answer.ok();
        } else {
            answer.names(&["token"]);
        }
    }

    /// With the key that is in the encoder; and the chat goes on where it was.
    async fn carl_goes_live(&self) {
        self.app.encoder_connects(&json!({ "streamKey": KEY })).await;
        self.app.until_channel("carl", "carl is live", |state| state["isLive"] == true).await;
        let line = self.carl.send("Weiter").await.ok();
        let (number, revision) = if self.has(2) { (5, 6) } else { (1, 1) };
        assert_eq!((&line["number"], &line["revision"]), (&json!(number), &json!(revision)));
        let eve = self.app.anonymous().sign_in("eve").await;
        let answer = eve.send("Me again").await;
        if self.has(2) {
            answer.refused(403, "BANNED");
        } else {
            answer.ok();
        }
    }
}

/// The statements that make the rows.
fn rows(version: i64, now: i64, then: i64) -> String {
    let rows: String = ROWS.iter().filter(|(versions, _)| versions.contains(&version)).map(|(_, sql)| *sql).collect();
    rows.replace('#', &id("")).replace("{now}", &now.to_string()).replace("{then}", &then.to_string())
}

/// Makes everything that a version with so many migrations had: its database, its files, and its key at LiveKit.
async fn leave(installation: &Installation, version: i64, rows: &str) {
    let (database, url) = (installation.kind, installation.setting("DATABASE_URL"));
    make_database(database, url, version, rows).await;
    let empty = empty_tables(database, url).await;
    assert!(empty.is_empty(), "ROWS of this file have nothing for {empty:?}");
    let files = Path::new(installation.setting("STREAMIT_DATA_DIR")).join("media");
    fs::create_dir(&files).unwrap();
    for address in [PORTRAIT, THUMBNAIL, SMALL_THUMBNAIL] {
        fs::write(files.join(address.trim_start_matches("/media/")), two_halves(ImageFormat::WebP)).unwrap();
    }
    let ingress = IngressInfo {
        ingress_id: "IN_carl".to_owned(),
        stream_key: KEY.to_owned(),
        url: "rtmp://127.0.0.1:1935/x".to_owned(),
        room_name: id("102"),
        participant_identity: id("002"),
        participant_name: "encoder".to_owned(),
        reusable: true,
        ..Default::default()
    };
    installation.livekit.with(|state| state.ingresses.insert(ingress.ingress_id.clone(), ingress));
}

async fn make_database(database: Database, url: &str, version: i64, rows: &str) {
    let folder = match database {
        Database::Sqlite => "migrations/sqlite",
        Database::Postgres => "migrations/postgres",
    };
    let migrations = Migrator::new(root().join(folder)).await.unwrap();
    let rows = sqlx::raw_sql(AssertSqlSafe(rows.to_owned()));
    match database {
        Database::Sqlite => {
            let file = url.trim_start_matches("sqlite:");
            let options = SqliteConnectOptions::new().filename(file).create_if_missing(true);
            let mut connection = SqliteConnection::connect_with(&options).await.unwrap();
            migrations.run_to(version, &mut connection).await.unwrap();
            rows.execute(&mut connection).await.unwrap();
            connection.close().await.unwrap();
        }
        Database::Postgres => {
            let mut connection = PgConnection::connect(url).await.unwrap();
            migrations.run_to(version, &mut connection).await.unwrap();
            rows.execute(&mut connection).await.unwrap();
            connection.close().await.unwrap();
        }
    }
}

async fn empty_tables(database: Database, url: &str) -> Vec<String> {
    let tables = match database {
        Database::Sqlite => "SELECT name FROM sqlite_master WHERE type = 'table'",
        Database::Postgres => "SELECT table_name::text FROM information_schema.tables WHERE table_schema = 'public'",
    };
    let db = Db::look_into(url).await.unwrap();
    let mut empty = Vec::new();
    let tables: Vec<(String,)> = db.read(tables).fetch_all().await.unwrap();
    for (table,) in tables {
        // A few dozen bytes for each test; statements are 'static on purpose.
        let (count,): (i64,) = db.read(format!("SELECT count(*) FROM {table}").leak()).fetch_one().await.unwrap();
        if count == 0 {
            empty.push(table);
        }
    }
    db.close().await;
    empty
}

async fn what_the_first_version_left_is_all_there(database: Database) {
    Upgraded::from(database, 1).await.is_all_there().await;
}

async fn what_was_there_before_names_and_titles_were_searched_is_all_there(database: Database) {
    Upgraded::from(database, 5).await.is_all_there().await;
}

async fn what_was_there_before_broadcasts_had_numbers_is_all_there(database: Database) {
    Upgraded::from(database, 6).await.is_all_there().await;
}

async fn what_was_there_before_deeds_were_remembered_is_all_there(database: Database) {
    Upgraded::from(database, 7).await.is_all_there().await;
}

async fn what_this_version_leaves_is_all_there(database: Database) {
    Upgraded::from(database, 9).await.is_all_there().await;
}

/// Neither a command nor the server opens it, for that reason, and nothing in it is changed: whoever opens it adds the
/// migrations that are missing, and fills in how a name is searched where that is empty.
async fn assert_refused(app: &TestApp, reason: &str) {
    assert_eq!(app.execute("UPDATE users SET display_name = 'Änn', folded_name = ''").await, 1);
    let migrations = "SELECT count(*) FROM _sqlx_migrations";
    let before = app.number(migrations).await;
    for arguments in [&["user", "list"][..], &[]] {
        let complained = app.command(arguments, &[], "").await.refused(reason);
        assert!(complained.contains("Start th") && complained.contains("Nothing was changed"), "{complained}");
    }
    assert_eq!(app.text(FOLDED_NAME).await.as_deref(), Some(""));
    assert_eq!(app.number(migrations).await, before);
}

async fn a_database_of_a_newer_version_is_refused_with_what_to_do(database: Database) {
    let app = TestApp::start(database).await;
    app.first_user().await;
    let newer = "INSERT INTO _sqlx_migrations (version, description, success, checksum, execution_time)
                 SELECT 9999, 'of a newer version', success, checksum, execution_time
                 FROM _sqlx_migrations WHERE version = 1";
    assert_eq!(app.execute(newer).await, 1);
    assert_refused(&app, "was changed by a newer StreamIt").await;
    app.execute("DELETE FROM _sqlx_migrations WHERE version = 9999").await;
    assert!(app.command(&["user", "list"], &[], "").await.ok().contains("ann"));
    assert_eq!(app.text(FOLDED_NAME).await.as_deref(), Some("ann"), "who may open it fills it in");
}

async fn a_database_whose_changes_were_others_is_refused_with_what_to_do(database: Database) {
    let app = TestApp::start(database).await;
    app.first_user().await;
    let other = "UPDATE _sqlx_migrations SET checksum = (SELECT m.checksum FROM _sqlx_migrations m WHERE m.version = 1)
                 WHERE version = 2";
    assert_eq!(app.execute(other).await, 1);
    assert_refused(&app, "its change 2 is not the one that this program knows").await;
}

#[test]
fn each_migration_that_moves_data_is_tried_from_just_before_it() {
    let files = files_ending("migrations/sqlite", ".sql");
    assert_eq!(TRIED.last().copied(), i64::try_from(files.len()).ok(), "the newest is the last one that is tried");
    for (before, file) in (0_i64..).zip(files) {
        let moves = ["INSERT INTO ", "UPDATE ", "DELETE FROM ", "DROP "];
        let text = read(&file);
        let mut lines = text.lines().filter(|line| !line.starts_with("--"));
        let is_moving = lines.any(|line| moves.iter().any(|word| line.contains(word)));
        // Before the first one there was nothing.
        assert!(!is_moving || before == 0 || TRIED.contains(&before), "{}", file.display());
    }
    let text = read("tests/upgrades.rs");
    let calls = text.split("Upgraded::from(database, ").skip(1);
    let tried: Vec<i64> = calls.filter_map(|call| call.split(')').next()?.parse().ok()).collect();
    assert_eq!(tried, TRIED, "each is tried by a test");
}
