//! The list of channels: its order, its pieces, and what is found in it. Most channels here are put into the database
//! as they are: what is asked is how they are listed.

use std::collections::BTreeMap;

use livekit_protocol::participant_info::Kind;
use proptest::{
    prelude::*,
    strategy::{Strategy, ValueTree as _},
    test_runner::TestRunner,
};
use serde_json::{Value, json};
use streamit::{
    domain::search::searchable,
    server::db::{Db, Queryable as _},
};

use crate::support::{Caller, Database, TestApp, eventually};

on_both_databases![
    live_channels_come_before_recent_ones,
    live_channels_come_by_viewers,
    a_rehearsal_is_not_listed_as_live,
    who_is_no_creator_any_more_is_not_listed,
    channels_are_found_by_title_and_by_name,
    names_come_before_titles,
    a_search_comes_in_pieces_too,
    titles_from_before_are_found_once_it_was_started_again,
    what_is_asked_wrongly_is_said_in_words,
    nobody_comes_twice_and_who_stays_comes_once,
];

/// What a list shows of a channel.
type Listed = (String, bool);

fn listed(page: &Value) -> Vec<Listed> {
    let items = page["items"].as_array().unwrap().iter();
    items.map(|one| (one["username"].as_str().unwrap().to_owned(), one["isLive"] == true)).collect()
}

fn named(names: &[&str]) -> Vec<String> {
    names.iter().map(|name| (*name).to_owned()).collect()
}

fn path(search: &str, after: Option<&str>) -> String {
    let after = after.map(|after| ("after", after));
    let query: Vec<_> = [("search", search)].into_iter().chain(after).collect();
    format!("/api/channels?{}", serde_urlencoded::to_string(query).unwrap())
}

async fn browse(caller: &Caller, search: &str) -> Vec<Listed> {
    listed(&caller.get(&path(search, None)).await.ok())
}

async fn found(caller: &Caller, search: &str) -> Vec<String> {
    browse(caller, search).await.into_iter().map(|(name, _)| name).collect()
}

/// A channel as the database has it.
#[derive(Clone, Debug)]
struct Channel {
    name: String,
    title: &'static str,
    status: &'static str,
    last_live_at: Option<i64>,
}

impl Channel {
    fn new(name: &str, title: &'static str, last_live_at: Option<i64>) -> Self {
        Self { name: name.to_owned(), title, status: "offline", last_live_at }
    }

    async fn store(&self, db: &Db) {
        let name = self.name.as_str();
        db.write(USER).bind(name).bind(format!("{name}@example.org")).execute().await.unwrap();
        db.write(APPLICATION).bind(name).execute().await.unwrap();
        let query = db.write(STREAM).bind(name).bind(self.title).bind(searchable(self.title));
        query.bind(self.status).bind(self.last_live_at).execute().await.unwrap();
    }

    async fn change(&mut self, db: &Db, status: &'static str, now: i64) {
        (self.status, self.last_live_at) = (status, Some(now));
        db.write(CHANGE).bind(self.name.as_str()).bind(status).bind(now).execute().await.unwrap();
    }
}

const USER: &str = "INSERT INTO users (id, username, email, password_hash, is_admin, created_at)
                    VALUES ($1, $1, $2, '', FALSE, 0)";
const APPLICATION: &str = "INSERT INTO creator_applications (id, user_id, about, status, created_at, updated_at)
                           VALUES ($1, $1, '', 'APPROVED', 0, 0)";
const STREAM: &str = "
    INSERT INTO streams (id, user_id, version, title, folded_title, is_chat_enabled, is_chat_delayed,
        chat_delay_seconds, slow_mode_seconds, is_chat_followers_only, followers_min_minutes, ended_by_creator,
        status, last_live_at, key_is_lost, ingress_claimed_until, created_at, updated_at)
    VALUES ($1, $1, 1, $2, $3, TRUE, FALSE, 3, 0, FALSE, 0, FALSE, $4, $5, FALSE, 0, 0, 0)";
const CHANGE: &str = "UPDATE streams SET status = $2, last_live_at = $3, started_at = $3 WHERE id = $1";

/// A server without a LiveKit, which would be asked whether who is live here really is.
async fn app_with(database: Database, channels: &[Channel]) -> TestApp {
    let app = TestApp::start(database).await;
    // What is stored as live stays so: nobody can say that it is not.
    app.livekit.go_down();
    for channel in channels {
        channel.store(app.db()).await;
    }
    app
}

async fn live_channels_come_before_recent_ones(database: Database) {
    let app = TestApp::start(database).await;
    let (carl, dora) = (app.creator("carl").await, app.creator("dora").await);
    let guest = app.anonymous();
    assert!(browse(&guest, "").await.is_empty(), "who was never live is not listed");
    let on_air = app.encoder_connects(&carl.make_key().await).await;
    app.encoder_connects(&dora.make_key().await).await;
    on_air.stops().await;
    let expected = [("dora".to_owned(), true), ("carl".to_owned(), false)];
    assert_eq!(browse(&guest, "").await, expected);
    let page = guest.get("/api/channels").await.ok();
    let (live, recent) = (&page["items"][0], &page["items"][1]);
    assert!(live["startedAt"].is_string() && live["lastLiveAt"].is_null(), "{live}");
    assert!(recent["startedAt"].is_null() && recent["lastLiveAt"].is_string(), "{recent}");
    assert_eq!(page["next"], Value::Null);
}

async fn live_channels_come_by_viewers(database: Database) {
    let app = TestApp::start(database).await;
    let guest = app.anonymous();
    for (name, viewers) in [("carl", 1), ("dora", 3), ("emil", 0), ("fritz", 2)] {
        let creator = app.creator(name).await;
        let encoder = app.encoder_connects(&creator.make_key().await).await;
        for viewer in 0..viewers {
            app.livekit.join(encoder.stream_id(), &format!("guest-{viewer}#1"), Kind::Standard);
        }
    }
    let expected = named(&["dora", "fritz", "carl", "emil"]);
    eventually("who has most viewers is first", || async { (found(&guest, "").await == expected).then_some(()) }).await;
    let with_ann = named(&["dora", "fritz", "carl", "emil", "ann"]);
    assert_eq!(found(&guest, "untitled").await, with_ann, "also among what was found");
}

async fn a_rehearsal_is_not_listed_as_live(database: Database) {
    let mut channels = [
        Channel::new("carl", "Trying", Some(5)),
        Channel::new("dora", "Trying", None),
        Channel::new("emil", "x", Some(9)),
    ];
    channels[0].status = "rehearsal";
    channels[1].status = "rehearsal";
    let app = app_with(database, &channels).await;
    let guest = app.anonymous();
    assert_eq!(browse(&guest, "").await, [("emil".to_owned(), false), ("carl".to_owned(), false)]);
    assert_eq!(browse(&guest, "trying").await, [("carl".to_owned(), false), ("dora".to_owned(), false)]);
    let page = guest.get(&path("dora", None)).await.ok();
    assert_eq!(page["items"][0]["lastLiveAt"], Value::Null, "{page}");
}

async fn who_is_no_creator_any_more_is_not_listed(database: Database) {
    let mut live = Channel::new("carl", "Jazz", Some(5));
    live.status = "live";
    let app = app_with(database, &[live, Channel::new("dora", "Jazz", Some(5))]).await;
    let guest = app.anonymous();
    assert_eq!(found(&guest, "").await.len(), 2);
    app.execute("UPDATE creator_applications SET status = 'REJECTED'").await;
    assert!(found(&guest, "").await.is_empty() && found(&guest, "jazz").await.is_empty());
}

async fn channels_are_found_by_title_and_by_name(database: Database) {
    let channels = [
        Channel::new("carl", "100% Jazz!", Some(1)),
        Channel::new("dora_1", "Straßenmusik in Łódź", Some(2)),
        Channel::new("emil", "Crème brûlée, ЖИВЬЁМ", None),
        Channel::new("fritz", "音楽とパン 🥖 a_b a\\b o'clock", Some(4)),
    ];
    let app = app_with(database, &channels).await;
    app.execute("UPDATE users SET folded_name = 'emilia garcia' WHERE username = 'emil'").await;
    let guest = app.anonymous();
    for (search, names) in [
        ("jAZZ", &["carl"][..]),
        ("DORA", &["dora_1"]),
        ("  jazz  carl ", &["carl"]),
        ("carl dora", &[]),
        ("strassenmusik lodz", &["dora_1"]),
        ("MUSIK STRASSE", &["dora_1"]),
        ("brulee", &["emil"]),
        ("BRÛLÉE", &["emil"]),
        ("живьем", &["emil"]),
        ("García", &["emil"]),
        ("楽", &["fritz"]),
        ("🥖", &["fritz"]),
        ("o'clock", &["fritz"]),
        ("music", &[]),
        // What stands for other characters in SQL stands for itself.
        ("100%", &["carl"]),
        ("0%J", &[]),
        ("jazz!", &["carl"]),
        ("_1", &["dora_1"]),
        ("a_b", &["fritz"]),
        ("c_r", &[]),
        ("%", &["carl"]),
        ("\\", &["fritz"]),
        ("'; DROP TABLE users; --", &[]),
        // Any number of words, and letters that are not seen.
        ("1 0 0 j a z z", &["carl"]),
        ("ja\u{200b}zz\u{0}", &["carl"]),
    ] {
        if search.contains('\0') {
            guest.get(&path(search, None)).await.refused(400, "BAD_REQUEST");
        } else {
            assert_eq!(found(&guest, search).await, named(names), "{search:?}");
        }
    }
    for nothing in ["", "  ", "\u{200b}"] {
        assert_eq!(found(&guest, nothing).await, named(&["fritz", "dora_1", "carl"]), "no text is no search");
    }
}

async fn names_come_before_titles(database: Database) {
    let mut live = Channel::new("zoe", "Not Ann, but live", Some(1));
    live.status = "live";
    let channels = [
        live,
        Channel::new("bert", "With ann", Some(90)),
        Channel::new("joann", "x", Some(50)),
        Channel::new("hannah", "x", Some(60)),
        Channel::new("annabel", "x", None),
        Channel::new("ann", "x", Some(10)),
    ];
    let app = app_with(database, &channels).await;
    let names = found(&app.anonymous(), "ann").await;
    assert_eq!(names, named(&["zoe", "ann", "annabel", "hannah", "joann", "bert"]));
}

async fn a_search_comes_in_pieces_too(database: Database) {
    let channels: Vec<Channel> = (0..60)
        .map(|n| Channel::new(&format!("c{n:02}"), if n % 2 == 0 { "Jazz" } else { "Rock" }, Some(1000 - n / 3)))
        .collect();
    let app = app_with(database, &channels).await;
    let guest = app.anonymous();
    let (first, second) = two_pieces(&guest, "jazz").await;
    assert_eq!((first.len(), second.len()), (24, 6));
    let expected: Vec<String> = (0..60).step_by(2).map(|n| format!("c{n:02}")).collect();
    assert_eq!(first.into_iter().chain(second).collect::<Vec<_>>(), expected, "some were on air at the same time");
    let (first, second) = two_pieces(&guest, "").await;
    let expected: Vec<String> = (0..48).map(|n| format!("c{n:02}")).collect();
    assert_eq!(first.into_iter().chain(second).collect::<Vec<_>>(), expected);
}

async fn two_pieces(guest: &Caller, search: &str) -> (Vec<String>, Vec<String>) {
    let first = guest.get(&path(search, None)).await.ok();
    let second = guest.get(&path(search, first["next"].as_str())).await.ok();
    let names = |page: &Value| listed(page).into_iter().map(|(name, _)| name).collect();
    (names(&first), names(&second))
}

async fn titles_from_before_are_found_once_it_was_started_again(database: Database) {
    let mut app = TestApp::start(database).await;
    let carl = app.creator("carl").await;
    carl.put("/api/stream/info", json!({ "title": "Früher" })).await.ok();
    // As a version had them that did not fold titles.
    app.execute("UPDATE streams SET folded_title = ''").await;
    assert!(found(&app.anonymous(), "früher").await.is_empty());
    app.restart().await;
    assert_eq!(found(&app.anonymous(), "FRUHER").await, named(&["carl"]));
    carl.put("/api/stream/info", json!({ "title": "Später" })).await.ok();
    assert_eq!(found(&app.anonymous(), "spat").await, named(&["carl"]));
    assert!(found(&app.anonymous(), "fruh").await.is_empty());
}

async fn what_is_asked_wrongly_is_said_in_words(database: Database) {
    let app = app_with(database, &[Channel::new("carl", "Jazz", Some(1))]).await;
    let guest = app.anonymous();
    let ask = async |search: &str, after: &str| guest.get(&path(search, Some(after))).await;
    for forged in ["x", "0.1", "0.1.", "0.x.a", "99999999999999999999.1.a", "0.1.a'--", "0.1.é", "null"] {
        ask("", forged).await.names(&["after"]);
        ask("jazz", forged).await.names(&["after"]);
    }
    assert_eq!(listed(&ask("", "").await.ok()), [("carl".to_owned(), false)], "nothing is the beginning");
    ask("x".repeat(101).as_str(), "x").await.names(&["after", "search"]);
    for strange in [format!("{}.{}.a", i64::MIN, i64::MIN), format!("{}.{}.zz", i64::MAX, i64::MAX), "7.0.a".into()] {
        assert_eq!(ask("", &strange).await.ok()["next"], Value::Null);
        assert_eq!(ask("jazz", &strange).await.ok()["next"], Value::Null);
    }
    assert_eq!(guest.get(&path(&"ä".repeat(100), None)).await.ok()["items"], json!([]));
}

/// Channels of one case: three pieces, and some.
const CHANNELS: usize = 60;
/// Lists that are read to their end.
const CASES: usize = 12;

/// Between two pieces, some go on air and some end.
fn changes() -> impl Strategy<Value = Vec<Vec<(usize, bool)>>> {
    let change = (0..CHANNELS, any::<bool>());
    proptest::collection::vec(proptest::collection::vec(change, 0..12), 8)
}

async fn nobody_comes_twice_and_who_stays_comes_once(database: Database) {
    let mut channels: Vec<Channel> = (0..CHANNELS)
        // Three each ended at the same time; half of them are found by their title.
        .map(|n| Channel::new(&format!("c{n:02}"), ["Jazz", "Rock"][n % 2], i64::try_from(n / 3).ok()))
        .collect();
    for live in channels.iter_mut().step_by(7) {
        live.status = "live";
    }
    let app = app_with(database, &channels).await;
    let guest = app.anonymous();
    let mut runner = TestRunner::default();
    let mut now = 1_000_000;
    for case in 0..CASES {
        let changes = changes().new_tree(&mut runner).expect("changes").current();
        let search = if case % 3 == 0 { "jazz" } else { "" };
        read_to_the_end(&app, &guest, &mut channels, &mut now, search, changes).await;
    }
}

async fn read_to_the_end(
    app: &TestApp,
    guest: &Caller,
    channels: &mut [Channel],
    now: &mut i64,
    search: &str,
    changes: Vec<Vec<(usize, bool)>>,
) {
    let is_asked_for = |channel: &Channel| search.is_empty() || channel.title == "Jazz";
    let mut expected: BTreeMap<String, usize> =
        channels.iter().filter(|one| is_asked_for(one)).map(|one| (one.name.clone(), 1)).collect();
    let mut seen = BTreeMap::<String, usize>::new();
    let mut between = changes.clone().into_iter();
    let mut after: Option<String> = None;
    loop {
        let page = guest.get(&path(search, after.as_deref())).await.ok();
        for (name, _) in listed(&page) {
            *seen.entry(name).or_default() += 1;
        }
        after = page["next"].as_str().map(str::to_owned);
        if after.is_none() {
            break;
        }
        for (which, is_live) in between.next().unwrap_or_default() {
            *now += 1;
            channels[which].change(app.db(), if is_live { "live" } else { "offline" }, *now).await;
            expected.remove(&channels[which].name);
        }
    }
    assert!(seen.values().all(|count| *count == 1), "somebody came twice: {seen:?}, {changes:?}");
    seen.retain(|name, _| expected.contains_key(name));
    assert_eq!(seen, expected, "{changes:?}");
}
