//! What a creator reads of their broadcasts: every number counted by hand, whatever LiveKit says twice, late or never;
//! periods and their days; lists, files, and what is forgotten.
//!
//! The clock of these tests is in the database: what happened is moved to when it is meant to have happened.

use std::process::Command;

use livekit_protocol::participant_info::Kind;
use reqwest::Method;
use serde_json::{Value, json};
use streamit::{
    domain::timestamp::Timestamp,
    server::{clock, db::Queryable as _},
};

use crate::support::{
    Answer, Caller, Database, Encoder, Fault, TestApp, Webhook,
    caller::password_of,
    chat::items,
    eventually,
    webhook::{event, participant, room},
};

on_both_databases![
    every_number_of_a_broadcast_is_as_counted_by_hand,
    a_viewer_of_whom_no_webhook_told_is_found_and_missed_by_looks,
    whom_one_look_misses_the_next_one_can_find_again,
    who_is_told_to_have_left_has,
    who_watched_is_stored_under_names_that_lead_nowhere,
    a_broadcast_that_was_cut_by_a_crash_ends_when_it_was_last_seen,
    a_broadcast_whose_end_is_told_after_a_crash_ends_when_it_was_last_seen,
    a_broadcast_on_air_has_numbers_and_no_end,
    a_settled_broadcast_is_never_gone_on_with,
    an_old_curve_is_kept_in_longer_pieces,
    a_curve_that_cannot_be_thinned_keeps_no_other_from_it,
    a_long_curve_has_longer_pieces_from_the_start,
    a_broadcast_belongs_to_the_day_of_its_creators_time_zone,
    a_period_stands_beside_the_one_before,
    followers_are_counted_as_they_come_and_go,
    a_list_can_be_walked_in_every_order,
    what_cannot_be_asked_for_is_named,
    the_broadcast_of_somebody_else_is_not_found,
    a_broadcast_is_compared_with_the_five_before_it,
    a_file_holds_every_broadcast,
    a_deleted_account_leaves_no_numbers,
    without_livekit_analytics_are_read_all_the_same,
    the_demo_has_a_past_that_it_replaces,
];

/// Carl's channel, on air since a moment that the test chooses.
struct Show {
    app: TestApp,
    carl: Caller,
    key: Value,
    encoder: Encoder,
    /// In milliseconds, a whole minute; the broadcast begins 999 ms later.
    minute: i64,
}

impl Show {
    /// On air since `seconds` ago, or up to a minute longer.
    async fn since(database: Database, seconds: i64) -> Self {
        let app = TestApp::start(database).await;
        let carl = app.creator("carl").await;
        let key = carl.make_key().await;
        let encoder = app.encoder_connects(&key).await;
        // Also in the first second of a minute.
        let minute = (clock::now().0 - 999 - seconds * 1000).div_euclid(60_000) * 60_000;
        let show = Self { app, carl, key, encoder, minute };
        show.sql(format!("UPDATE broadcasts SET started_at = {}", show.at(0))).await;
        show
    }

    /// So many seconds after the start: the end of a second, which is what LiveKit's whole seconds are taken for.
    fn at(&self, seconds: i64) -> i64 {
        self.minute + seconds * 1000 + 999
    }

    async fn sql(&self, sql: String) {
        // A few dozen bytes for each test; statements are 'static on purpose.
        self.app.execute(sql.leak()).await;
    }

    /// A webhook about a viewer.
    fn about(&self, name: &str, identity: &str, sid: &str, joined: i64, second: i64) -> Value {
        let mut who = participant(sid, identity, "STANDARD");
        who["joinedAt"] = json!((self.at(joined) / 1000).to_string());
        who["joinedAtMs"] = json!(self.at(joined).to_string());
        let mut said = event(name, json!({ "room": room(self.encoder.stream_id()), "participant": who }));
        said["createdAt"] = json!((self.at(second) / 1000).to_string());
        said
    }

    async fn say(&self, said: &Value) {
        self.app.receive(&Webhook::of(said)).await.ok();
    }

    async fn comes(&self, identity: &str, sid: &str, at: i64) {
        self.say(&self.about("participant_joined", identity, sid, at, at)).await;
    }

    async fn goes(&self, identity: &str, sid: &str, joined: i64, at: i64) {
        self.say(&self.about("participant_left", identity, sid, joined, at)).await;
    }

    /// The encoder is gone for that time.
    async fn drops(&mut self, from: i64, to: i64) {
        self.encoder.stops().await;
        self.encoder = self.app.encoder_connects(&self.key).await;
        let (from, to) = (self.at(from), self.at(to));
        self.sql(format!("UPDATE broadcast_drops SET started_at = {from}, ended_at = {to}")).await;
    }

    async fn ends(&self, at: i64) {
        self.encoder.stops().await;
        self.sql(format!("UPDATE broadcasts SET ended_at = {}", self.at(at))).await;
    }

    /// All of it was so much earlier. Whole minutes leave the curve as it is.
    async fn minutes_pass(&self, minutes: i64) {
        let ms = minutes * 60_000;
        for change in [
            "broadcasts SET started_at = started_at - MS, ended_at = ended_at - MS, last_seen_at = last_seen_at - MS",
            "broadcast_drops SET started_at = started_at - MS, ended_at = ended_at - MS",
            "broadcast_minutes SET at = at - MS, until = until - MS",
            "viewer_visits SET joined_at = joined_at - MS, left_at = left_at - MS",
            "chat_lines SET sent_at = sent_at - MS",
            "title_history SET set_at = set_at - MS",
            "follows SET followed_at = followed_at - MS",
        ] {
            self.sql(format!("UPDATE {}", change.replace("MS", &ms.to_string()))).await;
        }
    }

    /// It is over for good, and its numbers stand.
    async fn settles(&mut self) {
        self.minutes_pass(10).await;
        settle(&mut self.app).await;
    }

    async fn id(&self) -> String {
        self.app.text("SELECT id FROM broadcasts").await.expect("a broadcast")
    }

    async fn report(&self) -> Value {
        read(&self.carl, &self.id().await).await
    }
}

async fn read(creator: &Caller, id: &str) -> Value {
    creator.get(&format!("/api/analytics/broadcast?id={id}")).await.ok()
}

/// The job runs when the server starts.
async fn settle(app: &mut TestApp) {
    app.restart().await;
    let open = "SELECT count(*) FROM broadcasts WHERE ended_at IS NOT NULL AND settled_at IS NULL";
    eventually("all are settled", || async { (app.number(open).await == 0).then_some(()) }).await;
}

async fn summary(creator: &Caller, query: &str) -> Value {
    creator.get(&format!("/api/analytics/summary?{query}")).await.ok()
}

#[track_caller]
fn assert_numbers(told: &Value, expected: &Value) {
    for (name, number) in expected.as_object().unwrap() {
        let close = told[name].as_f64().zip(number.as_f64()).is_some_and(|(told, number)| (told - number).abs() < 1e-6);
        assert!(close || told[name] == *number, "{name}: {} is not {number} in {told}", told[name]);
    }
}

/// What the broadcast below comes to. It lasts 1200 s with a drop from 600 to 720:
/// bob 0–500 (a second tab from 100 to 300), a guest 400–600 and 720–1200 (connected again at 550), ivy 450–460, eve
/// 590–600, gil 720–760, hal 1199–1200; and fay in the drop, and carl.
fn counted_by_hand() -> Value {
    json!({
        "durationSeconds": 1080,
        "watchSeconds": 500 + 680 + 10 + 10 + 40 + 1,
        "averageViewers": 1241.0 / 1080.0,
        "peakViewers": 3,
        "distinctViewers": 6,
        "messages": 4,
        "chatters": 2,
        "newFollowers": 1,
        "drops": 1,
    })
}

async fn every_number_of_a_broadcast_is_as_counted_by_hand(database: Database) {
    let mut show = Show::since(database, 1210).await;
    audience(&mut show).await;
    talk(&show).await;
    show.ends(1200).await;
    let id = show.id().await;
    let fresh = show.report().await;
    assert_numbers(&fresh, &counted_by_hand());
    assert_eq!((&fresh["title"], &fresh["baseline"]), (&json!("Part two"), &Value::Null));
    assert_eq!(fresh["startedAt"], json!(Timestamp(show.at(0))));
    assert_eq!(fresh["endedAt"], json!(Timestamp(show.at(1200))));
    let moments: Vec<_> = fresh["moments"].as_array().unwrap().iter().collect();
    let at = |seconds| json!(Timestamp(show.at(seconds)));
    let rules = json!([{ "rule": "slowModeSeconds", "value": 30 }]);
    assert_eq!(moments[0], &json!({ "at": at(200), "kind": "rules", "rules": rules }));
    assert_eq!(moments[1], &json!({ "at": at(400), "kind": "title", "title": "Part two" }));
    assert_eq!(moments[2..], [&json!({ "at": at(600), "kind": "drop", "seconds": 120 })]);

    let curve = fresh["curve"].as_array().unwrap();
    assert_eq!(curve.len(), 21, "the minutes that it touches");
    let row = |name: &str| curve.iter().map(|point| point[name].clone()).collect::<Vec<_>>();
    assert_eq!(row("messages")[..4], [1, 2, 1, 0]);
    assert_eq!(row("peakViewers"), [1, 1, 1, 1, 1, 1, 2, 3, 2, 2, 2, 0, 2, 1, 1, 1, 1, 1, 1, 2, 2]);
    assert_eq!((&curve[11]["averageViewers"], &curve[5]["averageViewers"]), (&Value::Null, &json!(1.0)));
    assert_eq!(
        (&curve[0]["seconds"], &curve[1]["seconds"], &curve[20]["seconds"]),
        (&json!(60), &json!(60), &json!(1))
    );

    assert_eq!((&curve[11]["onAirSeconds"], &curve[5]["onAirSeconds"]), (&json!(0.0), &json!(60.0)));
    let on_air: f64 = curve.iter().filter_map(|point| point["onAirSeconds"].as_f64()).sum();
    assert!((on_air - 1080.0).abs() < 1e-6, "{on_air}");

    let listed = show.carl.get("/api/analytics/broadcasts").await.ok();
    assert_numbers(&items(&listed)[0], &counted_by_hand());
    assert_eq!((&fresh["isSettled"], &items(&listed)[0]["isSettled"]), (&json!(false), &json!(false)));
    let period = summary(&show.carl, "days=7").await;
    let of_period = json!({
        "broadcasts": 1, "durationSeconds": 1080, "watchSeconds": 1241, "averageViewers": 1241.0 / 1080.0,
        "peakViewers": 3, "messages": 4, "followerGrowth": 2,
    });
    assert_numbers(&period["current"], &of_period);
    let in_hours: i64 = period["hours"].as_array().unwrap().iter().filter_map(|h| h["durationSeconds"].as_i64()).sum();
    assert!((1079..=1080).contains(&in_hours), "{in_hours}");

    // Twice, and nothing changes.
    for _ in 0..2 {
        show.settles().await;
        let settled = read(&show.carl, &id).await;
        assert_numbers(&settled, &counted_by_hand());
        assert_eq!((&settled["isSettled"], &settled["isInterrupted"]), (&json!(true), &json!(false)));
        let shape = |report: &Value| -> Vec<(Value, Value, Value)> {
            let points = report["curve"].as_array().unwrap().iter();
            points.map(|one| (one["seconds"].clone(), one["averageViewers"].clone(), one["messages"].clone())).collect()
        };
        assert_eq!(shape(&settled), shape(&fresh));
        assert_eq!(settled["moments"].as_array().unwrap().len(), 3);
        assert_numbers(&summary(&show.carl, "days=7").await["current"], &of_period);
    }
    assert_eq!(show.app.number("SELECT count(*) FROM viewer_visits").await, 0, "who watched is forgotten");
    assert_eq!(show.app.number("SELECT count(*) FROM broadcast_minutes").await, 21);
}

/// Who comes and goes, see [`counted_by_hand`].
async fn audience(show: &mut Show) {
    let carl = show.carl.get("/api/auth/me").await.ok()["id"].as_str().unwrap().to_owned();
    show.comes(&format!("{carl}#1"), "PA_carl", 0).await;
    show.comes("bob#1", "PA_bob1", 0).await;
    show.comes("bob#2", "PA_bob2", 100).await;
    show.goes("bob#2", "PA_bob2", 100, 300).await;
    show.comes("guest#1", "PA_guest1", 400).await;
    show.goes("bob#1", "PA_bob1", 0, 500).await;
    show.goes("guest#1", "PA_guest1", 400, 550).await;
    show.comes("guest#1", "PA_guest2", 550).await;
    show.comes("eve#1", "PA_eve", 590).await;
    // Of ivy's two the first one never arrives.
    show.goes("ivy#1", "PA_ivy", 450, 460).await;
    show.drops(600, 720).await;
    show.comes("fay#1", "PA_fay", 610).await;
    show.goes("fay#1", "PA_fay", 610, 650).await;
    show.goes("eve#1", "PA_eve", 590, 640).await;
    // The other way round, each sent again, and said twice.
    let signs = ["participant_left", "participant_joined"];
    for name in signs.into_iter().chain(signs) {
        let second = if name == "participant_left" { 760 } else { 700 };
        let said = show.about(name, "gil#1", "PA_gil", 700, second);
        show.say(&said).await;
        show.say(&said).await;
    }
    show.comes("hal#1", "PA_hal", 1199).await;
}

/// What is written and changed meanwhile, and who follows.
async fn talk(show: &Show) {
    let (bob, eve, dora) = (show.app.user("bob").await, show.app.user("eve").await, show.app.user("dora").await);
    let said = [(&bob, "One", 30), (&bob, "Two", 90), (&eve, "Three", 95), (&show.carl, "Four", 120)];
    for (author, text, at) in said {
        author.send(text).await.ok();
        show.sql(format!("UPDATE chat_lines SET sent_at = {} WHERE text = '{text}'", show.at(at))).await;
    }
    let removed = eve.send("Removed").await.ok();
    show.carl.remove(&removed).await.ok();
    show.carl.put("/api/stream/chat-settings", json!({ "slowModeSeconds": 30 })).await.ok();
    show.sql(format!("UPDATE chat_lines SET sent_at = {} WHERE kind = 'rules'", show.at(200))).await;
    show.carl.put("/api/stream/info", json!({ "title": "Part two" })).await.ok();
    show.sql(format!("UPDATE title_history SET set_at = {}", show.at(400))).await;
    for follower in [&bob, &eve, &dora] {
        follower.follow().await.ok();
    }
    eve.delete("/api/channel/follow?username=carl").await.ok();
    show.sql(format!("UPDATE follows SET followed_at = {}", show.at(300))).await;
    let before = show.at(-100);
    let dora = "(SELECT id FROM users WHERE username = 'dora')";
    show.sql(format!("UPDATE follows SET followed_at = {before} WHERE user_id = {dora}")).await;
}

async fn a_viewer_of_whom_no_webhook_told_is_found_and_missed_by_looks(database: Database) {
    let show = Show::since(database, 60).await;
    let room = show.encoder.stream_id();
    let sids = ["bob#1", "bob#2"].map(|identity| show.app.livekit.join(room, identity, Kind::Standard));
    let count = async |sql| show.app.number(sql).await;
    eventually("both are found", || async {
        (count("SELECT count(*) FROM viewer_visits WHERE left_at IS NULL").await == 2).then_some(())
    })
    .await;
    let told = show.report().await;
    assert_eq!((&told["distinctViewers"], &told["peakViewers"]), (&json!(1), &json!(1)));
    // A webhook that comes late after all is about somebody who is known.
    show.comes("bob#1", &sids[0], 5).await;
    sids.iter().for_each(|sid| show.app.livekit.leave(room, sid));
    eventually("both are missed", || async {
        (count("SELECT count(*) FROM viewer_visits WHERE left_at IS NOT NULL").await == 2).then_some(())
    })
    .await;
    // When they left is told late, and was earlier.
    let second = clock::now().0 / 1000 - 1;
    let mut said = show.about("participant_left", "bob#1", &sids[0], 5, 0);
    said["createdAt"] = json!(second.to_string());
    show.say(&said).await;
    assert_eq!(count("SELECT count(*) FROM viewer_visits").await, 2);
    // Somewhere in that second, and so at its end.
    let sql: &'static str =
        format!("SELECT count(*) FROM viewer_visits WHERE left_at = {}", second * 1000 + 999).leak();
    assert_eq!(count(sql).await, 1);
    // A join that comes after its leave does not bring anybody back.
    show.comes("bob#1", &sids[0], 5).await;
    assert_eq!(count("SELECT count(*) FROM viewer_visits WHERE left_at IS NULL").await, 0);
}

const HERE: &str = "SELECT count(*) FROM viewer_visits WHERE left_at IS NULL";
const GONE: &str = "SELECT count(*) FROM viewer_visits WHERE left_at IS NOT NULL";

/// Waits for so many visits.
async fn until(show: &Show, what: &str, sql: &'static str, count: i64) {
    eventually(what, || async { (show.app.number(sql).await == count).then_some(()) }).await;
}

async fn whom_one_look_misses_the_next_one_can_find_again(database: Database) {
    let show = Show::since(database, 60).await;
    let (livekit, room) = (&show.app.livekit, show.encoder.stream_id());
    let sid = livekit.join(room, "bob#1", Kind::Standard);
    until(&show, "bob is found", HERE, 1).await;
    // Who has only just come is not missed.
    show.sql(format!("UPDATE viewer_visits SET joined_at = {}", show.at(10))).await;
    let everybody = livekit.with(|state| state.rooms[room].participants.clone());
    livekit.leave(room, &sid);
    until(&show, "bob is missed", GONE, 1).await;
    livekit.with(|state| state.rooms.get_mut(room).expect("the room").participants = everybody);
    until(&show, "bob is found again", HERE, 1).await;
    assert_eq!(show.app.number("SELECT count(*) FROM viewer_visits").await, 1);
    // As if he had never been missed.
    assert!(show.report().await["watchSeconds"].as_i64().unwrap() >= 40);
}

async fn who_is_told_to_have_left_has(database: Database) {
    let show = Show::since(database, 60).await;
    let (livekit, room) = (&show.app.livekit, show.encoder.stream_id());
    let bob = livekit.join(room, "bob#1", Kind::Standard);
    until(&show, "bob is found", HERE, 1).await;
    // Also when a look still finds him, which also finds eve.
    show.goes("bob#1", &bob, 10, 30).await;
    livekit.join(room, "eve#1", Kind::Standard);
    until(&show, "eve is found", HERE, 1).await;
    let left: &'static str =
        format!("SELECT count(*) FROM viewer_visits WHERE left_is_told AND left_at = {}", show.at(30)).leak();
    assert_eq!(show.app.number(left).await, 1);
    // What a look has guessed, it replaces: also when it was later.
    show.sql("UPDATE viewer_visits SET left_at = left_at - 20000, left_is_told = FALSE".to_owned()).await;
    show.goes("bob#1", &bob, 10, 30).await;
    assert_eq!(show.app.number(left).await, 1);
}

async fn who_watched_is_stored_under_names_that_lead_nowhere(database: Database) {
    let show = Show::since(database, 60).await;
    let bob = show.app.user("bob").await;
    let token = bob.post("/api/channel/token", json!({ "username": "carl" })).await.ok();
    let identity = token["identity"].as_str().unwrap();
    show.comes(identity, "PA_1", 10).await;
    show.comes(identity, "PA_2", 20).await;
    let sql = "SELECT visit, viewer FROM viewer_visits";
    let first: Vec<(String, String)> = show.app.db().read(sql).fetch_all().await.unwrap();
    assert_eq!(first.len(), 2);
    assert_eq!(first[0].1, first[1].1, "one person");
    let person = identity.split('#').next().unwrap();
    for name in first.iter().flat_map(|(visit, viewer)| [visit, viewer]) {
        assert!(name.len() == 22 && !name.contains(person) && !name.contains("PA_"), "{name}");
    }
    // In another broadcast nobody has the same name, also who never left.
    show.ends(30).await;
    show.sql("UPDATE broadcasts SET ended_at = ended_at - 100000".to_owned()).await;
    show.app.encoder_connects(&show.key).await;
    show.comes(identity, "PA_1", 50).await;
    let all: Vec<(String, String)> = show.app.db().read(sql).fetch_all().await.unwrap();
    let again: Vec<_> = all.iter().filter(|one| !first.contains(one)).collect();
    assert_eq!(again.len(), 1, "{all:?}");
    assert!(first.iter().all(|(visit, viewer)| *visit != again[0].0 && *viewer != again[0].1));
}

/// Bob watches from the 100th second on, and the server stops in the 300th, with the encoder on air. Nobody can look into
/// the room any more.
async fn crashed(database: Database) -> Show {
    let mut show = Show::since(database, 700).await;
    show.comes("bob#1", "PA_bob", 100).await;
    show.app.livekit.always("ListParticipants", Fault::Refuse("internal"));
    show.sql(format!("UPDATE broadcasts SET last_seen_at = {}", show.at(300))).await;
    show.app.stop().await;
    show.encoder.vanishes();
    show
}

async fn assert_ended_when_last_seen(show: &Show) {
    show.app.until_channel("carl", "it is offline", |state| state["status"] == "offline").await;
    let ended = show.report().await;
    assert_numbers(&ended, &json!({ "durationSeconds": 300, "watchSeconds": 200, "drops": 0 }));
    assert_eq!(ended["endedAt"], json!(Timestamp(show.at(300))));
}

async fn a_broadcast_whose_end_is_told_after_a_crash_ends_when_it_was_last_seen(database: Database) {
    let mut show = crashed(database).await;
    show.app.start_again().await;
    show.encoder.say(&show.encoder.ended()).await;
    assert_ended_when_last_seen(&show).await;
}

async fn a_broadcast_that_was_cut_by_a_crash_ends_when_it_was_last_seen(database: Database) {
    let mut show = crashed(database).await;
    show.app.livekit.heal();
    show.app.start_again().await;
    assert_ended_when_last_seen(&show).await;
    // An encoder that is back now begins another one.
    show.app.encoder_connects(&show.key).await;
    assert_eq!(show.app.number("SELECT count(*) FROM broadcasts").await, 2);
}

async fn a_broadcast_on_air_has_numbers_and_no_end(database: Database) {
    let show = Show::since(database, 600).await;
    show.comes("bob#1", "PA_bob", 60).await;
    let told = show.report().await;
    assert_eq!((&told["endedAt"], &told["title"]), (&Value::Null, &json!("Untitled Stream")));
    assert_eq!((&told["isSettled"], &told["isInterrupted"]), (&json!(false), &json!(false)));
    assert!((590..=700).contains(&told["durationSeconds"].as_i64().unwrap()), "{told}");
    assert_numbers(&told, &json!({ "peakViewers": 1, "distinctViewers": 1 }));
    // While its encoder is waited for it is not over, and nobody watches.
    let protection = json!({ "disconnectProtectionSeconds": 300 });
    show.carl.put("/api/stream/protection", protection).await.ok();
    show.encoder.stops().await;
    let waiting = show.report().await;
    assert_eq!((&waiting["endedAt"], &waiting["drops"]), (&Value::Null, &json!(1)));
    assert_eq!(waiting["moments"][0]["seconds"], Value::Null);
    let listed = show.carl.get("/api/analytics/broadcasts").await.ok();
    assert_eq!((&listed["items"][0]["endedAt"], &listed["items"][0]["isInterrupted"]), (&Value::Null, &json!(true)));
    show.app.encoder_connects(&show.key).await;
    let back = show.report().await;
    assert_eq!((&back["drops"], &back["isInterrupted"]), (&json!(1), &json!(false)));
    assert!(back["moments"][0]["seconds"].is_u64(), "{back}");
}

async fn a_settled_broadcast_is_never_gone_on_with(database: Database) {
    let mut show = Show::since(database, 700).await;
    show.ends(60).await;
    show.settles().await;
    // Whatever the clocks say.
    show.sql(format!("UPDATE broadcasts SET ended_at = {}", clock::now().0)).await;
    // What LiveKit says of its viewers by now changes nothing.
    show.comes("bob#1", "PA_bob", 30).await;
    show.goes("eve#1", "PA_eve", 10, 40).await;
    assert_eq!(show.app.number("SELECT count(*) FROM viewer_visits").await, 0);
    assert_numbers(&show.report().await, &json!({ "watchSeconds": 0, "distinctViewers": 0 }));
    show.app.encoder_connects(&show.key).await;
    assert_eq!(show.app.number("SELECT count(*) FROM broadcasts").await, 2);
    assert_eq!(show.app.number("SELECT count(*) FROM broadcasts WHERE settled_at IS NOT NULL").await, 1);
}

async fn an_old_curve_is_kept_in_longer_pieces(database: Database) {
    let mut show = Show::since(database, 3600).await;
    show.comes("bob#1", "PA_bob", 60).await;
    show.ends(3000).await;
    show.settles().await;
    let fine = show.report().await;
    assert_eq!(fine["curve"].as_array().unwrap().len(), 51);
    show.minutes_pass(100 * 24 * 60).await;
    show.app.restart().await;
    let coarse = "SELECT count(*) FROM broadcasts WHERE curve_seconds = 900";
    eventually("it is thinned", || async { (show.app.number(coarse).await == 1).then_some(()) }).await;
    let thin = show.report().await;
    let curve = thin["curve"].as_array().unwrap();
    assert!((4..=5).contains(&curve.len()), "{curve:?}");
    assert_numbers(&thin, &json!({ "watchSeconds": 2940, "durationSeconds": 3000, "peakViewers": 1 }));
    let watched = |curve: &[Value]| {
        let of = |one: &Value| one["averageViewers"].as_f64().unwrap_or(0.0) * one["seconds"].as_f64().unwrap();
        curve.iter().map(of).sum::<f64>()
    };
    assert!((watched(curve) - 2940.0).abs() < 3.0, "{curve:?}");
}

async fn a_curve_that_cannot_be_thinned_keeps_no_other_from_it(database: Database) {
    const HOUR_MS: i64 = 3_600_000;
    let mut app = TestApp::start(database).await;
    app.creator("carl").await;
    let from = (clock::now().0 - 3 * HOUR_MS).div_euclid(HOUR_MS) * HOUR_MS;
    // The one that cannot be is the first to be tried.
    let stuck = put(&app, "Stuck", (from, from + HOUR_MS), [0; 6]).await;
    let other = put(&app, "Other", (from + HOUR_MS, from + 2 * HOUR_MS), [0; 6]).await;
    for (id, from) in [(&stuck, from), (&other, from + HOUR_MS)] {
        let minutes = format!(
            "INSERT INTO broadcast_minutes (broadcast_id, at, until, on_air_ms, viewer_ms, peak_viewers, messages)
             WITH RECURSIVE n (i) AS (SELECT 0 UNION ALL SELECT i + 1 FROM n WHERE i < 59)
             SELECT '{id}', {from} + i * 60000, {from} + (i + 1) * 60000, 60000, 60000, 1, 0 FROM n"
        );
        // A few hundred bytes; statements are 'static on purpose.
        assert_eq!(app.execute(minutes.leak()).await, 60);
    }
    // It may have minutes, but no two pieces that are longer.
    let obstacle = "CREATE UNIQUE INDEX obstacle ON broadcast_minutes (broadcast_id) WHERE until - at > 60000";
    app.execute(format!("{obstacle} AND broadcast_id = '{stuck}'").leak()).await;
    // Old only now, both at once: the server that runs would thin one that has no minutes yet.
    let age = 100 * 24 * HOUR_MS;
    app.execute(format!("UPDATE broadcast_minutes SET at = at - {age}, until = until - {age}").leak()).await;
    let older =
        ["started_at", "ended_at", "last_seen_at"].map(|column| format!("{column} = {column} - {age}")).join(", ");
    app.execute(format!("UPDATE broadcasts SET {older}").leak()).await;
    app.restart().await;
    let fine = "SELECT count(*) FROM broadcasts WHERE curve_seconds = 60";
    eventually("the other one is thinned", || async { (app.number(fine).await == 1).then_some(()) }).await;
    let pieces = "SELECT count(*) FROM broadcast_minutes";
    assert_eq!(app.number(pieces).await, 60 + 4, "nothing of what failed is lost");

    app.execute("DROP INDEX obstacle").await;
    app.restart().await;
    eventually("the next run thins it", || async { (app.number(fine).await == 0).then_some(()) }).await;
    assert_eq!(app.number(pieces).await, 4 + 4);
}

async fn a_long_curve_has_longer_pieces_from_the_start(database: Database) {
    let mut show = Show::since(database, 13 * 3600).await;
    show.comes("bob#1", "PA_bob", 60).await;
    show.ends(46_000).await;
    let numbers = json!({ "watchSeconds": 45_940, "durationSeconds": 46_000, "peakViewers": 1 });
    for _ in 0..2 {
        let told = show.report().await;
        // Quarters of an hour, the first and the last one cut off.
        assert!((52..=53).contains(&told["curve"].as_array().unwrap().len()), "{told}");
        assert_numbers(&told, &numbers);
        show.settles().await;
    }
    let coarse = "SELECT count(*) FROM broadcasts WHERE curve_seconds = 900 AND settled_at IS NOT NULL";
    assert_eq!(show.app.number(coarse).await, 1);
}

/// A broadcast from one moment to another, with numbers that stand.
async fn put(app: &TestApp, title: &str, (from, to): (i64, i64), numbers: [i64; 6]) -> String {
    let [viewer_ms, peak, distinct, messages, chatters, followers] = numbers;
    let id = uuid::Builder::from_unix_timestamp_millis(u64::try_from(from).unwrap(), &rand::random()).into_uuid();
    let sql = "INSERT INTO broadcasts (id, stream_id, started_at, ended_at, last_seen_at, settled_at, title,
                   duration_ms, viewer_ms, average_viewers_milli, peak_viewers, distinct_viewers, messages, chatters,
                   new_followers)
               SELECT $1, s.id, CAST($2 AS BIGINT), CAST($3 AS BIGINT), CAST($3 AS BIGINT), 1, CAST($4 AS TEXT),
                   CAST($3 AS BIGINT) - CAST($2 AS BIGINT), CAST($5 AS BIGINT),
                   CAST($5 AS BIGINT) * 1000 / (CAST($3 AS BIGINT) - CAST($2 AS BIGINT)), CAST($6 AS BIGINT),
                   CAST($7 AS BIGINT), CAST($8 AS BIGINT), CAST($9 AS BIGINT), CAST($10 AS BIGINT)
               FROM streams s JOIN users u ON u.id = s.user_id WHERE u.username = 'carl'";
    let query = app.db().write(sql).bind(id.to_string()).bind(from).bind(to).bind(title).bind(viewer_ms).bind(peak);
    let stored = query.bind(distinct).bind(messages).bind(chatters).bind(followers).execute().await.unwrap();
    assert_eq!(stored, 1);
    id.to_string()
}

/// In milliseconds.
fn time(text: &str) -> i64 {
    Timestamp::from_rfc3339(text).expect("a time").0
}

async fn a_broadcast_belongs_to_the_day_of_its_creators_time_zone(database: Database) {
    let mut show = Show::since(database, 4000).await;
    show.comes("bob#1", "PA_bob", 1800).await;
    show.ends(3600).await;
    // To Saturday, from 23:30:00.999 in UTC.
    let minutes = (show.minute - time("2026-08-01T23:30:00Z")) / 60_000;
    show.minutes_pass(minutes).await;
    settle(&mut show.app).await;
    let days = async |query: &str| -> Vec<Value> {
        let told = summary(&show.carl, &format!("from=2026-08-01&to=2026-08-02{query}")).await;
        told["days"].as_array().unwrap().iter().map(|day| day["broadcasts"].clone()).collect()
    };
    assert_eq!(days("").await, [1, 0]);
    assert_eq!(days("&timeZone=Europe/Berlin").await, [0, 1]);
    let hour = |told: &Value, weekday: usize, hour: usize| {
        let one = &told["hours"][weekday * 24 + hour];
        assert_eq!((&one["weekday"], &one["hour"]), (&json!(weekday), &json!(hour)));
        (one["durationSeconds"].as_i64().unwrap(), one["averageViewers"].as_f64().unwrap())
    };
    let utc = summary(&show.carl, "from=2026-08-01&to=2026-08-02").await;
    assert_eq!(
        (&utc["timeZone"], &utc["from"], &utc["to"]),
        (&json!("UTC"), &json!("2026-08-01"), &json!("2026-08-02"))
    );
    assert_eq!(utc["hours"].as_array().unwrap().len(), 168);
    // From 23:30 nobody for half an hour, bob for the other half.
    assert_eq!(hour(&utc, 5, 23), (1799, 0.0));
    let (seconds, average) = hour(&utc, 6, 0);
    assert_eq!(seconds, 1800);
    assert!(average > 0.99, "{average}");

    let zone = |name: &str| show.carl.put("/api/account/time-zone", json!({ "timeZone": name }));
    zone("europe/berlin").await.ok();
    assert_eq!(days("").await, [0, 1]);
    let berlin = summary(&show.carl, "from=2026-08-01&to=2026-08-02").await;
    assert_eq!(berlin["timeZone"], "Europe/Berlin");
    assert_eq!((hour(&berlin, 6, 1).0, hour(&berlin, 6, 2).0), (1799, 1800));
    for wrong in ["Europe/Atlantis", "", "UTC+2"] {
        zone(wrong).await.names(&["timeZone"]);
    }
    // Half an hour beside the others.
    zone("Asia/Kolkata").await.ok();
    let kolkata = summary(&show.carl, "from=2026-08-02&to=2026-08-02").await;
    assert_eq!((hour(&kolkata, 6, 5).0, hour(&kolkata, 6, 6).0), (3599, 0));
    // Also who is no creator has days.
    show.app.user("dora").await.put("/api/account/time-zone", json!({ "timeZone": "Asia/Tokyo" })).await.ok();
}

async fn a_period_stands_beside_the_one_before(database: Database) {
    let app = TestApp::start(database).await;
    let carl = app.creator("carl").await;
    let hour = 3_600_000;
    for (day, numbers) in [
        ("2026-08-02", [9_000_000, 9, 9, 9, 9, 9]),
        ("2026-08-03", [2 * hour, 4, 5, 10, 2, 1]),
        ("2026-08-04", [4 * hour, 8, 9, 20, 3, 2]),
        ("2026-08-05", [hour, 2, 3, 5, 1, 0]),
        ("2026-08-07", [9_000_000, 9, 9, 9, 9, 9]),
    ] {
        let from = time(&format!("{day}T12:00:00Z"));
        put(&app, day, (from, from + hour), numbers).await;
    }
    let told = summary(&carl, "from=2026-08-05&to=2026-08-06").await;
    let current =
        json!({ "broadcasts": 1, "durationSeconds": 3600, "averageViewers": 1.0, "peakViewers": 2, "messages": 5 });
    assert_numbers(&told["current"], &current);
    let before = json!({
        "broadcasts": 2, "durationSeconds": 7200, "averageViewers": 3.0, "peakViewers": 8, "watchSeconds": 21_600,
        "messages": 30,
    });
    assert_numbers(&told["before"], &before);
    // From before it was written down who watches: its time on air counts, and viewers are those of the others.
    let unknown =
        "UPDATE broadcasts SET last_seen_at = NULL, viewer_ms = 0, peak_viewers = 0 WHERE title = '2026-08-03'";
    app.execute(unknown).await;
    let known = summary(&carl, "from=2026-08-05&to=2026-08-06").await;
    assert_numbers(&known["before"], &json!({ "broadcasts": 2, "durationSeconds": 7200, "averageViewers": 4.0 }));
    let days = told["days"].as_array().unwrap();
    assert_eq!(days.len(), 2);
    assert_eq!((&days[1]["date"], &days[1]["averageViewers"]), (&json!("2026-08-06"), &json!(0.0)));
    for (query, count) in [("", 30), ("days=7", 7), ("days=90&from=", 90)] {
        assert_eq!(summary(&carl, query).await["days"].as_array().unwrap().len(), count);
    }
    let listed = carl.get("/api/analytics/broadcasts?from=2026-08-03&to=2026-08-05").await.ok();
    let titles: Vec<_> = items(&listed).iter().map(|one| one["title"].clone()).collect();
    assert_eq!(titles, ["2026-08-05", "2026-08-04", "2026-08-03"]);
}

async fn followers_are_counted_as_they_come_and_go(database: Database) {
    let app = TestApp::start(database).await;
    let carl = app.creator("carl").await;
    let (bob, dora, eve) = (app.user("bob").await, app.user("dora").await, app.user("eve").await);
    let growth = async || summary(&carl, "days=7").await["current"]["followerGrowth"].clone();
    assert_eq!(growth().await, 0);
    for follower in [&bob, &bob, &dora, &eve] {
        follower.follow().await.ok();
    }
    assert_eq!(growth().await, 3);
    for _ in 0..2 {
        bob.delete("/api/channel/follow?username=carl").await.ok();
    }
    assert_eq!(growth().await, 2);
    // No moment is kept that could tell who it was.
    assert_eq!(app.number("SELECT count(*) FROM follow_events WHERE at % 900000 <> 0").await, 0);
    // Then more go than come.
    app.execute("UPDATE follow_events SET at = at - 864000000").await;
    assert_eq!(growth().await, 0);
    dora.delete("/api/channel/follow?username=carl").await.ok();
    assert_eq!(growth().await, -1);
    let confirm = json!({ "password": password_of("eve"), "confirm": "eve" });
    eve.post("/api/account/delete", confirm).await.ok();
    assert_eq!(growth().await, -2);
    assert_eq!(summary(&carl, "days=7").await["before"]["followerGrowth"], 2);
}

async fn a_list_can_be_walked_in_every_order(database: Database) {
    let app = TestApp::start(database).await;
    let carl = app.creator("carl").await;
    let minute = 60_000;
    for n in 0..45_i64 {
        // Many are the same in one number or another.
        let from = time("2026-08-01T12:00:00Z") + n * 86_400_000;
        let numbers = [(n % 7) * minute * 10, n % 4, 9, n % 5, 1, n % 3];
        put(&app, &n.to_string(), (from, from + (1 + n % 6) * minute), numbers).await;
    }
    // One is on air, and has its place too.
    app.encoder_connects(&carl.make_key().await).await;
    let orders = [
        ("started", "startedAt"),
        ("duration", "durationSeconds"),
        ("averageViewers", "averageViewers"),
        ("peakViewers", "peakViewers"),
        ("watchTime", "watchSeconds"),
        ("messages", "messages"),
        ("newFollowers", "newFollowers"),
    ];
    for (order, field) in orders {
        for is_reverse in [false, true] {
            let path = format!("/api/analytics/broadcasts?order={order}&reverse={is_reverse}");
            let all = walk(&carl, &path).await;
            assert_eq!(all.len(), 46, "{path}");
            let mut ids: Vec<_> = all.iter().map(|one| one["id"].to_string()).collect();
            ids.sort();
            ids.dedup();
            assert_eq!(ids.len(), 46, "{path}");
            let is_before = |one: &Value, other: &Value| match (one.as_f64(), other.as_f64()) {
                (Some(one), Some(other)) => {
                    if is_reverse {
                        one <= other
                    } else {
                        one >= other
                    }
                }
                _ => (one.as_str() <= other.as_str()) == is_reverse,
            };
            let is_sorted = all.windows(2).all(|two| is_before(&two[0][field], &two[1][field]));
            assert!(is_sorted, "{path}: {:?}", all.iter().map(|one| &one[field]).collect::<Vec<_>>());
        }
    }
    assert_eq!(walk(&carl, "/api/analytics/broadcasts?days=7").await.len(), 1);
}

/// All pieces of a list.
async fn walk(creator: &Caller, path: &str) -> Vec<Value> {
    let mut page = creator.get(path).await.ok();
    let mut all = items(&page).clone();
    while let Some(cursor) = page["next"].as_str() {
        assert_eq!(items(&page).len(), 20);
        page = creator.get(&format!("{path}&cursor={cursor}")).await.ok();
        all.extend_from_slice(items(&page));
    }
    all
}

async fn what_cannot_be_asked_for_is_named(database: Database) {
    let app = TestApp::start(database).await;
    let carl = app.creator("carl").await;
    let wrong: [(&str, &[&str]); 10] = [
        ("days=8", &["days"]),
        ("days=soon", &["days"]),
        ("days=7&from=2026-08-01", &["days"]),
        ("from=2026-08-01", &["to"]),
        ("from=1.8.2026&to=never", &["from", "to"]),
        ("from=2026-02-30&to=2026-03-01", &["from"]),
        ("from=2026-08-02&to=2026-08-01", &["to"]),
        ("from=2025-01-01&to=2026-08-01", &["from"]),
        ("from=9999-12-31&to=9999-12-31", &["from"]),
        ("timeZone=Mars/Olympus", &["timeZone"]),
    ];
    for (query, fields) in wrong {
        for path in ["summary", "broadcasts", "export"] {
            carl.get(&format!("/api/analytics/{path}?format=csv&{query}")).await.names(fields);
        }
    }
    carl.get("/api/analytics/broadcasts?order=title").await.names(&["order"]);
    for cursor in ["1", "x.y", "1.'", "99999999999999999999.0"] {
        carl.get(&format!("/api/analytics/broadcasts?cursor={cursor}")).await.names(&["cursor"]);
    }
    for query in ["", "?format=pdf", "?format=CSV"] {
        carl.get(&format!("/api/analytics/export{query}")).await.names(&["format"]);
    }
    carl.get("/api/analytics/export?format=csv&format=json").await.refused(400, "BAD_REQUEST");
}

async fn the_broadcast_of_somebody_else_is_not_found(database: Database) {
    let mut show = Show::since(database, 60).await;
    let id = show.id().await;
    let dora = show.app.creator("dora").await;
    for settled in [false, true] {
        if settled {
            show.ends(10).await;
            show.settles().await;
        }
        show.carl.get(&format!("/api/analytics/broadcast?id={id}")).await.ok();
        for id in [id.as_str(), "", "0", "%27", "..%2F"] {
            dora.get(&format!("/api/analytics/broadcast?id={id}")).await.refused(404, "NOT_FOUND");
        }
        assert_eq!(dora.get("/api/analytics/broadcasts").await.ok()["items"], json!([]));
        assert_eq!(summary(&dora, "days=7").await["current"]["broadcasts"], 0);
    }
    // Whose approval is taken back reads nothing any more.
    let sql = "SELECT a.id FROM creator_applications a JOIN users u ON u.id = a.user_id WHERE u.username = 'carl'";
    let application = show.app.text(sql).await;
    show.app.decide(&json!(application), "revoke", Some("Enough.")).await.ok();
    show.carl.get(&format!("/api/analytics/broadcast?id={id}")).await.refused(403, "NOT_A_CREATOR");
}

async fn a_broadcast_is_compared_with_the_five_before_it(database: Database) {
    let app = TestApp::start(database).await;
    let carl = app.creator("carl").await;
    let mut ids = Vec::new();
    for n in 1..=7_i64 {
        let from = time("2026-08-01T12:00:00Z") + n * 86_400_000;
        ids.push(put(&app, "One", (from, from + 60_000), [60_000 * n, n, 2 * n, 10 * n, n, 0]).await);
    }
    assert_eq!(read(&carl, &ids[0]).await["baseline"], Value::Null);
    let second = &read(&carl, &ids[1]).await["baseline"];
    assert_numbers(second, &json!({ "broadcasts": 1, "peakViewers": 1.0, "averageViewers": 1.0 }));
    // Of the seventh: those from the second to the sixth.
    let expected = json!({
        "broadcasts": 5, "durationSeconds": 60.0, "averageViewers": 4.0, "peakViewers": 4.0, "distinctViewers": 8.0,
        "watchSeconds": 240.0, "messages": 40.0, "chatters": 4.0, "newFollowers": 0.0,
    });
    assert_numbers(&read(&carl, &ids[6]).await["baseline"], &expected);
    app.encoder_connects(&carl.make_key().await).await;
    let live = app.text("SELECT id FROM broadcasts WHERE ended_at IS NULL").await.unwrap();
    assert_numbers(&read(&carl, &live).await["baseline"], &json!({ "broadcasts": 5, "peakViewers": 5.0 }));
    // One of which it is not known who watched says nothing: of the seventh now those from the first to the fifth.
    app.execute(format!("UPDATE broadcasts SET last_seen_at = NULL WHERE id = '{}'", ids[5]).leak()).await;
    assert_numbers(&read(&carl, &ids[6]).await["baseline"], &json!({ "broadcasts": 5, "peakViewers": 3.0 }));
}

async fn a_file_holds_every_broadcast(database: Database) {
    let app = TestApp::start(database).await;
    let carl = app.creator("carl").await;
    let empty = csv(&carl, "format=csv").await;
    assert_eq!(empty.lines().count(), 1);
    for n in 0..450_i64 {
        let from = time("2025-01-01T12:00:00Z") + n * 86_400_000;
        let title = if n == 0 { "=HYPERLINK(\"x\"), ok".to_owned() } else { n.to_string() };
        put(&app, &title, (from, from + 60_000), [90_000, 2, 2, n, 1, 0]).await;
    }
    let text = csv(&carl, "format=csv").await;
    let lines: Vec<&str> = text.split("\r\n").collect();
    assert_eq!((lines.len(), lines[451]), (452, ""));
    assert!(lines[0].starts_with("\u{feff}id,title,startedAt,endedAt,durationSeconds,averageViewers,"));
    assert!(
        lines[1].contains(
            ",\"'=HYPERLINK(\"\"x\"\"), ok\",2025-01-01T12:00:00Z,2025-01-01T12:01:00Z,60,1.50,2,2,90,0,1,0,0"
        )
    );
    assert!(lines[450].contains(",449,"), "{}", lines[450]);
    let json = carl.get("/api/analytics/export?format=json").await.ok();
    let all = items(&json);
    assert_eq!((all.len(), &json["next"]), (450, &Value::Null));
    assert_eq!((&all[0]["averageViewers"], &all[449]["title"]), (&json!(1.5), &json!("449")));
    let some = csv(&carl, "format=csv&from=2025-01-02&to=2025-01-03").await;
    assert_eq!(some.split("\r\n").count(), 4);

    let path = "/api/analytics/export?format=csv&from=2025-01-02&to=2025-01-03";
    let answer = carl.request(Method::GET, path).send().await.unwrap();
    let header = |name: &str| answer.headers().get(name).map(|value| value.to_str().unwrap().to_owned());
    let name = "attachment; filename=\"carl-broadcasts-2025-01-02-to-2025-01-03.csv\"";
    assert_eq!(header("content-disposition").as_deref(), Some(name));
    assert_eq!(header("content-type").as_deref(), Some("text/csv; charset=utf-8"));
    assert_eq!(header("cache-control").as_deref(), Some("no-store"));
    assert_eq!(header("content-length"), None, "its length is not known when it begins");
    Answer::to(app.anonymous().request(Method::GET, path)).await.refused(401, "NOT_SIGNED_IN");
}

async fn csv(creator: &Caller, query: &str) -> String {
    let answer = creator.request(Method::GET, &format!("/api/analytics/export?{query}")).send().await.unwrap();
    assert_eq!(answer.status().as_u16(), 200);
    // As it is: reading it as a text would take away what marks it as UTF-8.
    String::from_utf8(answer.bytes().await.unwrap().to_vec()).unwrap()
}

async fn a_deleted_account_leaves_no_numbers(database: Database) {
    let mut show = Show::since(database, 1210).await;
    audience(&mut show).await;
    talk(&show).await;
    show.ends(1200).await;
    show.settles().await;
    show.encoder = show.app.encoder_connects(&show.key).await;
    show.comes("bob#1", "PA_bob", 1205).await;
    let left = async |table: &str| {
        let sql: &'static str = format!("SELECT count(*) FROM {table}").leak();
        show.app.number(sql).await
    };
    let tables = ["broadcasts", "viewer_visits", "broadcast_drops", "broadcast_minutes", "follow_events"];
    for table in tables {
        assert!(left(table).await > 0, "{table}");
    }
    let confirm = json!({ "password": password_of("carl"), "confirm": "carl" });
    show.carl.post("/api/account/delete", confirm).await.ok();
    for table in tables {
        assert_eq!(left(table).await, 0, "{table}");
    }
}

async fn without_livekit_analytics_are_read_all_the_same(database: Database) {
    let app = TestApp::with(database, &[("LIVEKIT_URL", "")]).await;
    let carl = app.creator("carl").await;
    let told = summary(&carl, "").await;
    assert_numbers(&told["current"], &json!({ "broadcasts": 0, "averageViewers": 0.0, "followerGrowth": 0 }));
    assert_eq!(carl.get("/api/analytics/broadcasts").await.ok(), json!({ "items": [], "next": null }));
    // A LiveKit that does not answer is the same.
    let show = Show::since(database, 60).await;
    show.app.livekit.go_down();
    assert!(show.report().await["durationSeconds"].as_i64().unwrap() >= 60);
}

async fn the_demo_has_a_past_that_it_replaces(database: Database) {
    let app = TestApp::start(database).await;
    app.first_user().await;
    let run = |numbers: &[&str]| {
        let mut command = Command::new(env!("CARGO_BIN_EXE_streamit"));
        command.env_clear().envs(app.settings()).arg("demo-analytics").args(numbers);
        command.current_dir(app.setting("STREAMIT_DATA_DIR")).output().expect("it runs")
    };
    let told = |numbers: &[&str]| -> Value {
        let output = run(numbers);
        assert!(output.status.success(), "{output:?}");
        let printed = String::from_utf8(output.stdout).expect("UTF-8");
        serde_json::from_str(printed.lines().last().unwrap_or_default()).expect("JSON")
    };
    let made = told(&[]);
    let login = json!({ "login": "demo", "password": made["password"] });
    let token = app.anonymous().post("/api/auth/token", login).await.ok()["token"].as_str().unwrap().to_owned();
    let read = async |path: &str| -> Value {
        let request = app.anonymous().request(Method::GET, path).header("authorization", format!("Bearer {token}"));
        Answer::to(request).await.ok()
    };
    let count = made["broadcasts"].as_i64().unwrap();
    assert!((25..60).contains(&count), "{made}");
    let quarter = read("/api/analytics/summary?days=90").await;
    assert!((count - 2..=count).contains(&quarter["current"]["broadcasts"].as_i64().unwrap()), "{quarter}");
    assert!(quarter["current"]["followerGrowth"].as_i64().unwrap() > 0);
    let listed = read("/api/analytics/broadcasts?order=peakViewers").await;
    for one in items(&listed) {
        let number = |name: &str| one[name].as_f64().unwrap();
        assert!(
            number("averageViewers") <= number("peakViewers") && number("peakViewers") <= number("distinctViewers")
        );
        assert!(number("chatters") <= number("messages"), "{one}");
        let report = read(&format!("/api/analytics/broadcast?id={}", one["id"].as_str().unwrap())).await;
        let curve = report["curve"].as_array().unwrap();
        let highest = curve.iter().filter_map(|point| point["peakViewers"].as_i64()).max();
        assert_eq!(highest, one["peakViewers"].as_i64());
    }
    let again = told(&["90"]);
    assert_eq!((&again["broadcasts"], &again["password"]), (&made["broadcasts"], &Value::Null));
    assert_eq!(
        read("/api/analytics/broadcasts?order=peakViewers").await["items"][0]["peakViewers"],
        listed["items"][0]["peakViewers"]
    );
    assert_eq!(told(&["7", "1000"])["broadcasts"], 7);
    let daily = read("/api/analytics/summary?days=30").await;
    assert_eq!(daily["current"]["broadcasts"], 7);
    assert!(daily["current"]["averageViewers"].as_f64().unwrap() > 300.0, "{}", daily["current"]);
    assert!(!run(&["soon"]).status.success());
}
