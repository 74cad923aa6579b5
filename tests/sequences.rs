//! Random lives of many streams at once, and what LiveKit says about them: lost, twice, late, in another order, or about
//! sessions that are long over. Whatever was said, what is shown is who is in the room, and soon.
//!
//! `STREAMIT_SEQUENCES=10000 ./test integration sequences` plays so many on each database; `STREAMIT_SEED` repeats a run.

use std::{
    collections::BTreeMap,
    env,
    str::FromStr,
    time::{Duration, Instant},
};

use futures::future::join_all;
use rand::{Rng as _, SeedableRng as _, rngs::StdRng, seq::IndexedRandom as _};
use serde_json::{Value, json};
use streamit::server::db::Queryable as _;
use tokio::{task::JoinSet, time::sleep};

use crate::support::{Caller, Database, Encoder, TestApp, Webhook};

on_both_databases![what_is_shown_is_the_truth_whatever_was_said];

/// Streams that live beside each other.
const STREAMS: usize = 80;
/// Sequences on each database, when nothing else is asked for.
const SEQUENCES: usize = 400;
/// What is promised: so long after LiveKit can be asked, what is shown is right.
const RIGHT_WITHIN: Duration = Duration::from_secs(15);
/// In every so many rounds LiveKit is away meanwhile.
const OUTAGE_EVERY: usize = 4;

/// One stream, and what is really going on in its room.
struct Life {
    stream: String,
    key: Value,
    creator: Caller,
    encoder: Option<Encoder>,
    /// What was said about sessions before.
    past: Vec<Value>,
    random: StdRng,
    /// What happened in this round, for who looks for a fault.
    story: Vec<String>,
}

impl Life {
    async fn begin(app: &TestApp, n: usize, seed: u64) -> Self {
        let creator = app.creator(&format!("creator{n}")).await;
        let key = creator.make_key().await;
        if n.is_multiple_of(3) {
            creator.put("/api/stream/protection", json!({ "disconnectProtectionSeconds": 30 })).await.ok();
        }
        let first = app.encoder_appears(&key);
        first.vanishes();
        let random = StdRng::seed_from_u64(seed.wrapping_add(n as u64));
        let stream = first.stream_id().to_owned();
        Self { stream, key, creator, encoder: None, past: Vec::new(), random, story: Vec::new() }
    }

    /// Encoders come and go for a while; LiveKit's words about it arrive as they like.
    async fn go_on(&mut self, app: &TestApp) {
        self.story.clear();
        let mut post = JoinSet::new();
        for _ in 0..self.random.random_range(1..=5) {
            let signs = self.something_happens(app);
            self.send(&signs, &app.anonymous(), &mut post);
            self.past.extend(signs);
            sleep(Duration::from_millis(self.random.random_range(0..200))).await;
        }
        if self.random.random_bool(0.3)
            && let Some(mut again) = self.past.choose(&mut self.random).cloned()
        {
            if self.random.random_bool(0.5) {
                again["id"] = json!(format!("EV_{}", uuid::Uuid::now_v7().simple()));
            }
            self.send(&[again], &app.anonymous(), &mut post);
        }
        post.join_all().await;
    }

    /// One thing happens; gives what LiveKit has to say about it.
    fn something_happens(&mut self, app: &TestApp) -> Vec<Value> {
        let Some(old) = self.encoder.take() else {
            let new = app.encoder_appears(&self.key);
            self.story.push(format!("{} comes", new.sid));
            let signs = vec![new.room_started(), new.joined(), new.started()];
            self.encoder = Some(new);
            return signs;
        };
        old.vanishes();
        match self.random.random_range(0..4) {
            0 => {
                let new = app.encoder_appears(&self.key);
                self.story.push(format!("{} takes over from {}", new.sid, old.sid));
                let signs = vec![old.left(), new.joined(), new.started()];
                self.encoder = Some(new);
                signs
            }
            1 => {
                self.story.push(format!("{} is gone, and LiveKit does not notice", old.sid));
                Vec::new()
            }
            2 => {
                self.story.push(format!("{} breaks off", old.sid));
                vec![old.left(), old.failed("context canceled")]
            }
            _ => {
                self.story.push(format!("{} stops", old.sid));
                vec![old.left(), old.ended()]
            }
        }
    }

    /// Some are lost, some come twice, and each takes a time of its own.
    fn send(&mut self, signs: &[Value], sender: &Caller, post: &mut JoinSet<()>) {
        for event in signs {
            let copies = match self.random.random_range(0..10) {
                0 | 1 => 0,
                2 | 3 => 2,
                _ => 1,
            };
            for _ in 0..copies {
                let takes = Duration::from_millis(self.random.random_range(0..400));
                self.story.push(format!("{} about {} takes {takes:?}", event["event"], subject(event)));
                let (webhook, sender) = (Webhook::of(event), sender.clone());
                post.spawn(async move {
                    sleep(takes).await;
                    webhook.send(&sender).await.ok();
                });
            }
        }
    }

    /// Whether that may be shown.
    fn is_right(&self, shown: &str) -> bool {
        match self.encoder {
            Some(_) => shown == "live",
            None => shown == "offline" || shown == "reconnecting",
        }
    }
}

/// Whose session an event is about.
fn subject(event: &Value) -> String {
    let resource = &event["ingressInfo"]["state"]["resourceId"];
    [resource, &event["participant"]["sid"]].iter().filter_map(|name| name.as_str()).collect()
}

fn from_env<T: FromStr>(name: &str) -> Option<T> {
    env::var(name).ok()?.parse().ok()
}

async fn shown(app: &TestApp) -> BTreeMap<String, String> {
    let rows: Vec<(String, String)> =
        app.db().read("SELECT id, status FROM streams").fetch_all().await.expect("a query of the test");
    rows.into_iter().collect()
}

/// Waits until all that is shown is right, and says how long that took.
async fn until_right(app: &TestApp, lives: &[Life], seed: u64) -> Duration {
    let since = Instant::now();
    loop {
        let shown = shown(app).await;
        let wrong: Vec<&Life> = lives.iter().filter(|life| !life.is_right(&shown[&life.stream])).collect();
        let Some(first) = wrong.first() else { return since.elapsed() };
        assert!(
            since.elapsed() < RIGHT_WITHIN,
            "seed {seed}: {} of {} are wrong; {} is shown after {:#?}",
            wrong.len(),
            lives.len(),
            shown[&first.stream],
            first.story,
        );
        sleep(Duration::from_millis(50)).await;
    }
}

async fn what_is_shown_is_the_truth_whatever_was_said(database: Database) {
    let app = TestApp::start(database).await;
    let seed = from_env("STREAMIT_SEED").unwrap_or_else(|| rand::rng().random());
    let rounds = from_env("STREAMIT_SEQUENCES").unwrap_or(SEQUENCES).div_ceil(STREAMS);
    let mut lives = Vec::new();
    for n in 0..STREAMS {
        lives.push(Life::begin(&app, n, seed).await);
    }
    let mut slowest = Duration::ZERO;
    for round in 1..=rounds {
        let is_away = round.is_multiple_of(OUTAGE_EVERY);
        if is_away {
            app.livekit.go_down();
        }
        join_all(lives.iter_mut().map(|life| life.go_on(&app))).await;
        if is_away {
            app.livekit.come_up();
        }
        slowest = slowest.max(until_right(&app, &lives, seed).await);
    }
    for life in &lives {
        let status = life.creator.status().await;
        assert!(life.is_right(status["status"].as_str().unwrap()), "seed {seed}: {status}");
    }
    let open = app.number("SELECT count(*) FROM broadcasts WHERE ended_at IS NULL").await;
    assert_eq!(open, app.number("SELECT count(*) FROM streams WHERE status = 'live'").await, "seed {seed}");
    let overlaps = app
        .number(
            "SELECT count(*) FROM broadcasts a JOIN broadcasts b ON a.stream_id = b.stream_id AND a.id < b.id
             WHERE a.ended_at IS NULL OR a.ended_at > b.started_at",
        )
        .await;
    assert_eq!(overlaps, 0, "seed {seed}: two broadcasts of one stream at a time");
    log(rounds, slowest, seed);
}

#[expect(clippy::print_stderr, reason = "shown with --nocapture")]
fn log(rounds: usize, slowest: Duration, seed: u64) {
    eprintln!("{} sequences, right after {slowest:?} at most (seed {seed})", rounds * STREAMS);
}
