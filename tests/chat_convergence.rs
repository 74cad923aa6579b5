//! Whoever follows a chat has the same list in the end, whatever was lost or late on its way to them: pages as the
//! browser has them, fed with what LiveKit was sent and with what the API answers, of people who meanwhile write, remove
//! and change the rules. Any steps will do; those of a failure are printed, not shrunk, since each try takes a server.

use futures::future::join_all;
use proptest::{
    prelude::*,
    strategy::{Strategy, ValueTree as _},
    test_runner::TestRunner,
};
use serde::de::DeserializeOwned;
use serde_json::{Value, json};
use streamit::domain::{
    chat::{ChatLine, ChatPage},
    chat_log::ChatLog,
};

use crate::support::{Answer, Caller, Database, FakeLiveKit, Fault, TestApp, eventually};

on_both_databases![all_have_the_same_list_in_the_end];

/// Chats that go on at the same time.
const CASES: usize = 6;
/// What happens in each.
const STEPS: usize = 40;

/// Something that happens. `who` is one of the people of a [`Case`].
#[derive(Clone, Debug)]
enum Step {
    Write {
        who: usize,
    },
    /// Everybody writes at once.
    AllWrite,
    /// Removes one of the newest lines, if they may.
    Remove {
        who: usize,
        line: usize,
    },
    /// Changes a rule: see [`RULES`].
    Rules {
        which: usize,
    },
    /// Gets up to so many of the lines that LiveKit was sent.
    Hear {
        who: usize,
        most: usize,
        is_backwards: bool,
    },
    /// Up to so many of them do not arrive.
    Lose {
        who: usize,
        most: usize,
    },
    /// LiveKit takes the next call for nobody.
    Refuse,
    /// Asks for what changed.
    CatchUp {
        who: usize,
    },
    /// Asks for what came before.
    Older {
        who: usize,
    },
    /// Comes back, and has forgotten everything.
    Reload {
        who: usize,
    },
}

/// A guest, two viewers, a moderator and the creator.
const PEOPLE: usize = 5;

const RULES: [(&str, &str); 6] = [
    ("isChatDelayed", "true"),
    ("isChatDelayed", "false"),
    ("isChatEnabled", "false"),
    ("isChatEnabled", "true"),
    ("slowModeSeconds", "3"),
    ("slowModeSeconds", "0"),
];

fn step() -> impl Strategy<Value = Step> {
    let who = 0..PEOPLE;
    prop_oneof![
        8 => who.clone().prop_map(|who| Step::Write { who }),
        2 => Just(Step::AllWrite),
        4 => (who.clone(), 0..8_usize).prop_map(|(who, line)| Step::Remove { who, line }),
        2 => (0..RULES.len()).prop_map(|which| Step::Rules { which }),
        8 => (who.clone(), 1..6_usize, any::<bool>())
            .prop_map(|(who, most, is_backwards)| Step::Hear { who, most, is_backwards }),
        2 => (who.clone(), 1..6_usize).prop_map(|(who, most)| Step::Lose { who, most }),
        1 => Just(Step::Refuse),
        3 => who.clone().prop_map(|who| Step::CatchUp { who }),
        1 => who.clone().prop_map(|who| Step::Older { who }),
        1 => who.prop_map(|who| Step::Reload { who }),
    ]
}

fn parsed<T: DeserializeOwned>(value: Value) -> T {
    serde_json::from_value(value.clone()).unwrap_or_else(|error| panic!("{error}: {value}"))
}

/// Somebody's page.
struct Client {
    caller: Caller,
    /// Whose chat it shows.
    channel: String,
    log: ChatLog,
    /// So many of the lines that LiveKit was sent came, or were lost.
    heard: usize,
    written: usize,
}

impl Client {
    async fn open(caller: &Caller, channel: &str) -> Self {
        let (caller, channel) = (caller.clone(), channel.to_owned());
        let mut client = Self { caller, channel, log: ChatLog::default(), heard: 0, written: 0 };
        client.reload().await;
        client
    }

    async fn ask(&self, query: &str) -> ChatPage {
        parsed(self.caller.get(&format!("/api/chat/messages?username={}{query}", self.channel)).await.ok())
    }

    async fn reload(&mut self) {
        self.log = ChatLog::open(self.ask("").await);
    }

    async fn catch_up(&mut self) {
        let changes = self.ask(&format!("&since={}", self.log.revision())).await;
        if !self.log.catch_up(changes) {
            self.reload().await;
        }
    }

    async fn older(&mut self) {
        if let Some(before) = self.log.before() {
            let piece = self.ask(&format!("&cursor={before}")).await;
            self.log.prepend(piece);
        }
    }

    async fn write(&mut self) {
        self.written += 1;
        let answer = self.caller.send_to(&self.channel, &format!("Message {}", self.written)).await;
        self.take_answer(answer);
    }

    /// What comes back is the first that its author sees of it.
    fn take_answer(&mut self, answer: Answer) {
        match answer.status {
            200 => self.log.take(parsed(answer.ok())),
            status => assert!(matches!(status, 401 | 403 | 429), "{answer:?}"),
        }
    }

    async fn remove(&self, line: usize) {
        let Some(line) = self.log.lines().rev().nth(line) else { return };
        let answer = self.caller.delete(&format!("/api/chat/messages?id={}", line.id)).await;
        // A held one may have gone meanwhile.
        assert!(matches!(answer.status, 200 | 401 | 403 | 404), "{answer:?}");
    }

    fn hear(&mut self, sent: &[Value], most: usize, is_backwards: bool) {
        let mut lines: Vec<&Value> = sent.iter().skip(self.heard).take(most).collect();
        self.heard += lines.len();
        if is_backwards {
            lines.reverse();
        }
        lines.into_iter().for_each(|line| self.log.take(parsed(line.clone())));
    }

    /// What is shown.
    fn lines(&self) -> Vec<ChatLine> {
        self.log.lines().cloned().collect()
    }
}

/// A chat, and those who follow it: the creator is the last.
struct Case {
    room: String,
    clients: Vec<Client>,
}

impl Case {
    async fn run(&mut self, livekit: &FakeLiveKit, step: &Step) {
        let sent = livekit.lines(&self.room);
        match *step {
            Step::Write { who } => self.clients[who].write().await,
            Step::AllWrite => drop(join_all(self.clients.iter_mut().map(Client::write)).await),
            Step::Remove { who, line } => self.clients[who].remove(line).await,
            Step::Rules { which } => {
                let (name, value) = RULES[which];
                let value: Value = value.parse().expect("JSON");
                let creator = &self.clients[PEOPLE - 1].caller;
                creator.put("/api/stream/chat-settings", json!({ name: value, "chatDelaySeconds": 2 })).await.ok();
            }
            Step::Hear { who, most, is_backwards } => self.clients[who].hear(&sent, most, is_backwards),
            Step::Lose { who, most } => {
                let client = &mut self.clients[who];
                client.heard = sent.len().min(client.heard + most);
            }
            Step::Refuse => livekit.next("SendData", Fault::Refuse("unavailable")),
            Step::CatchUp { who } => self.clients[who].catch_up().await,
            Step::Older { who } => self.clients[who].older().await,
            Step::Reload { who } => self.clients[who].reload().await,
        }
    }

    /// All catch up, once nothing is held any more, and then have what is in the database.
    async fn end(&mut self, steps: &[Step]) {
        let creator = &self.clients[PEOPLE - 1];
        let is_quiet = || async { creator.ask("").await.held.is_empty().then_some(()) };
        eventually("nothing is held", is_quiet).await;
        let mut truth = Client::open(&self.clients[0].caller, &self.clients[0].channel).await;
        while truth.log.before().is_some() {
            truth.older().await;
        }
        for (who, client) in self.clients.iter_mut().enumerate() {
            client.catch_up().await;
            assert!(!client.log.has_gap(), "{who}: {steps:?}");
            assert_eq!(client.log.revision(), truth.log.revision(), "{who}: {steps:?}");
            while client.log.before().is_some() {
                client.older().await;
            }
            assert_eq!(client.lines(), truth.lines(), "{who}: {steps:?}");
        }
    }
}

/// A channel that is on air, with its pages open.
async fn case(app: &TestApp, name: &str, viewers: &[Caller; 4]) -> Case {
    let creator = app.creator(name).await;
    let encoder = app.encoder_connects(&creator.make_key().await).await;
    let [.., moderator] = viewers;
    creator.appoint(&moderator.username).await.ok();
    let people = viewers.iter().chain([&creator]);
    let clients = join_all(people.map(|caller| Client::open(caller, name))).await;
    Case { room: encoder.stream_id().to_owned(), clients }
}

async fn all_have_the_same_list_in_the_end(database: Database) {
    let app = TestApp::start(database).await;
    let viewers = [app.anonymous(), app.user("bob").await, app.user("eve").await, app.user("mona").await];
    let mut runner = TestRunner::default();
    let steps = proptest::collection::vec(step(), STEPS);
    let cases = (0..CASES).map(|n| {
        let steps = steps.new_tree(&mut runner).expect("steps").current();
        let (app, viewers) = (&app, &viewers);
        async move {
            let mut case = case(app, &format!("creator{n}"), viewers).await;
            for step in &steps {
                case.run(&app.livekit, step).await;
            }
            case.end(&steps).await;
            case.clients.iter().map(|client| client.log.len()).max().unwrap_or_default()
        }
    });
    let lines = join_all(cases).await;
    assert!(lines.iter().sum::<usize>() > 10 * CASES, "too little happened: {lines:?}");
}
