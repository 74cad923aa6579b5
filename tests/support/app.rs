//! The real server, as `streamit` starts it: router, jobs and database, on a free port. Each has a database, a LiveKit
//! and a data folder of its own, and can be stopped and started again on the same; no test sees anything of another
//! one.

use std::{
    collections::BTreeMap,
    net::SocketAddr,
    sync::{
        Arc,
        atomic::{AtomicU32, Ordering},
    },
    time::Duration,
};

use serde_json::json;
use streamit::server::{
    commands::{build_state, serve_on},
    config::Config,
    db::{Db, Queryable as _},
    state::AppState,
};
use tempfile::TempDir;
use tokio::{net::TcpListener, sync::OnceCell, task::JoinHandle};

use super::{
    Answer, Caller, Database, Events, FakeLiveKit, Webhook,
    caller::Door,
    database::Fresh,
    eventually, in_time,
    livekit::{self, Gate},
    log::{self, SECRET_MARK},
};

/// What LiveKit is called in viewers' tokens: not the address that the server itself uses.
pub const PUBLIC_LIVEKIT: &str = "ws://livekit.example.org";

/// All that a server needs, before one is started: a LiveKit, settings, and a database that is empty.
pub struct Installation {
    pub livekit: FakeLiveKit,
    pub kind: Database,
    settings: BTreeMap<&'static str, String>,
    database: Fresh,
    folder: TempDir,
}

/// A running server with all that it needs.
pub struct TestApp {
    pub livekit: FakeLiveKit,
    pub kind: Database,
    running: Running,
    settings: BTreeMap<&'static str, String>,
    door: Door,
    first: OnceCell<Caller>,
    addresses: AtomicU32,
    /// Dropped after the server.
    _database: Fresh,
    folder: TempDir,
}

/// A server that runs in this process.
pub(super) struct Running {
    pub(super) state: AppState,
    pub(super) server: JoinHandle<std::io::Result<()>>,
}

impl Installation {
    /// With these settings beside those of every day; an empty one is not set.
    pub async fn new(kind: Database, changed: &[(&'static str, &str)]) -> Self {
        log::watch();
        let livekit = FakeLiveKit::start().await;
        let folder = tempfile::tempdir().expect("a temporary folder");
        let database = Fresh::new(kind, folder.path()).await;
        let mut settings = BTreeMap::from([
            ("DATABASE_URL", database.url.clone()),
            ("STREAMIT_ADDR", "127.0.0.1:0".to_owned()),
            ("STREAMIT_DATA_DIR", folder.path().display().to_string()),
            ("STREAMIT_SECRET", format!("{SECRET_MARK}-of-streamit-{}", uuid::Uuid::now_v7())),
            ("STREAMIT_TRUSTED_PROXIES", "127.0.0.1".to_owned()),
            ("LIVEKIT_URL", livekit.url()),
            ("LIVEKIT_PUBLIC_URL", PUBLIC_LIVEKIT.to_owned()),
            ("LIVEKIT_API_KEY", livekit::API_KEY.to_owned()),
            ("LIVEKIT_API_SECRET", livekit::API_SECRET.to_owned()),
        ]);
        for (name, value) in changed {
            settings.insert(name, (*value).to_owned());
        }
        settings.retain(|_, value| !value.is_empty());
        Self { livekit, kind, settings, database, folder }
    }

    /// What a server is started with here.
    pub fn setting(&self, name: &str) -> &str {
        &self.settings[name]
    }

    /// Starts a server.
    pub async fn start(self) -> TestApp {
        let (running, address) = run(&self.settings).await;
        TestApp {
            livekit: self.livekit,
            kind: self.kind,
            running,
            settings: self.settings,
            door: Door::new(address),
            first: OnceCell::new(),
            addresses: AtomicU32::new(0),
            _database: self.database,
            folder: self.folder,
        }
    }
}

impl TestApp {
    /// A server with the settings of every day.
    pub async fn start(kind: Database) -> Self {
        Self::with(kind, &[]).await
    }

    /// A server with other settings; an empty one is not set.
    pub async fn with(kind: Database, changed: &[(&'static str, &str)]) -> Self {
        Installation::new(kind, changed).await.start().await
    }

    /// Stops the server as SIGTERM does.
    pub async fn stop(&mut self) {
        self.running.state.stopping.cancel();
        let stopped = in_time("the server stops", &mut self.running.server).await;
        stopped.expect("the server does not panic").expect("the server ends well");
    }

    /// Stops it and starts another one with the same data. Callers go on as if nothing had happened.
    pub async fn restart(&mut self) {
        self.stop().await;
        self.start_again().await;
    }

    /// Starts another one with the same data, after [`Self::stop`].
    pub async fn start_again(&mut self) {
        let (running, address) = run(&self.settings).await;
        self.running = running;
        self.door.moved_to(address);
    }

    /// The database, for looking at what no answer shows, and for making it misbehave.
    pub fn db(&self) -> &Db {
        &self.running.state.db
    }

    /// One number that a query gives.
    pub async fn number(&self, sql: &'static str) -> i64 {
        let (number,): (i64,) = self.db().read(sql).fetch_one().await.expect("a query of the test");
        number
    }

    /// One text that a query gives.
    pub async fn text(&self, sql: &'static str) -> Option<String> {
        let (text,): (Option<String>,) = self.db().read(sql).fetch_one().await.expect("a query of the test");
        text
    }

    /// Changes the database behind the server's back.
    pub async fn execute(&self, sql: &'static str) -> u64 {
        self.db().write(sql).execute().await.expect("a statement of the test")
    }

    /// Where it listens.
    pub fn address(&self) -> SocketAddr {
        self.door.address()
    }

    /// What it was started with.
    pub fn setting(&self, name: &str) -> &str {
        &self.settings[name]
    }

    /// All that it was started with.
    pub fn settings(&self) -> &BTreeMap<&'static str, String> {
        &self.settings
    }

    /// Everything that is stored, as bytes: all rows on PostgreSQL, all files on SQLite.
    pub async fn everything_stored(&self) -> Vec<u8> {
        let mut all = Vec::new();
        for file in std::fs::read_dir(self.folder.path()).expect("readable") {
            let path = file.expect("readable").path();
            // Folders hold pictures, which say nothing.
            if path.is_file() {
                all.extend(std::fs::read(path).expect("readable"));
            }
        }
        if self.kind == Database::Postgres {
            let sql = "SELECT table_name::text FROM information_schema.tables WHERE table_schema = 'public'";
            let tables: Vec<(String,)> = self.db().read(sql).fetch_all().await.expect("a list of tables");
            assert!(tables.len() > 5, "{tables:?}");
            for (table,) in tables {
                // A few dozen bytes for each test; statements are 'static on purpose.
                let sql: &'static str = format!("SELECT t::text FROM {table} t").leak();
                let rows: Vec<(String,)> = self.db().read(sql).fetch_all().await.expect("rows");
                rows.into_iter().for_each(|(row,)| all.extend(row.into_bytes()));
            }
        }
        all
    }

    /// Somebody without an account, at an address of their own.
    pub fn anonymous(&self) -> Caller {
        let n = self.addresses.fetch_add(1, Ordering::Relaxed) + 1;
        Caller::anonymous(self.door.clone(), format!("10.{}.{}.{}", n >> 16, (n >> 8) & 255, n & 255))
    }

    /// `ann`, who came first: admin and creator.
    pub async fn first_user(&self) -> Caller {
        self.first.get_or_init(async || self.anonymous().sign_up("ann").await).await.clone()
    }

    /// An account that is neither admin nor creator.
    pub async fn user(&self, name: &str) -> Caller {
        self.first_user().await;
        self.anonymous().sign_up(name).await
    }

    /// An approved creator who is no admin.
    pub async fn creator(&self, name: &str) -> Caller {
        let user = self.user(name).await;
        let application = user.post("/api/creator/application", json!({ "about": "Music" })).await.ok();
        self.decide(&application["id"], "approve", None).await.ok();
        user
    }

    /// A key that this creator has asked for, and that LiveKit makes once it is let go.
    pub async fn key_in_the_making(&self, creator: &Caller) -> (Arc<Gate>, JoinHandle<Answer>) {
        let gate = self.livekit.hold("CreateIngress");
        let creator = creator.clone();
        let making = tokio::spawn(async move { creator.post_nothing("/api/stream/ingress").await });
        gate.until_held().await;
        (gate, making)
    }

    /// Waits until a request waits for what a transaction of the test holds.
    pub async fn until_one_waits(&self) {
        match self.kind {
            // It waits for the one connection that writes, which nothing tells of.
            Database::Sqlite => tokio::time::sleep(Duration::from_millis(500)).await,
            Database::Postgres => {
                let sql = "SELECT count(*) FROM pg_stat_activity
                           WHERE datname = current_database() AND wait_event_type = 'Lock'";
                eventually("one waits", || async { (self.number(sql).await > 0).then_some(()) }).await;
            }
        }
    }

    /// The admin decides.
    pub async fn decide(&self, id: &serde_json::Value, decision: &str, reason: Option<&str>) -> Answer {
        let admin = self.first_user().await;
        let body = json!({ "id": id, "decision": decision, "reason": reason });
        admin.post("/api/admin/applications/decision", body).await
    }

    /// LiveKit sends a webhook.
    pub async fn receive(&self, webhook: &Webhook) -> Answer {
        webhook.send(&self.anonymous()).await
    }

    /// Waits for the state of a channel.
    pub async fn until_channel(
        &self,
        username: &str,
        what: &str,
        mut is_so: impl FnMut(&serde_json::Value) -> bool,
    ) -> serde_json::Value {
        let guest = self.anonymous();
        let asking = async {
            loop {
                let channel = guest.channel(username).await;
                if is_so(&channel["state"]) {
                    return channel;
                }
                tokio::time::sleep(Duration::from_millis(20)).await;
            }
        };
        in_time(what, asking).await
    }

    /// Waits until carl's channel has that status.
    pub async fn until_status(&self, status: &str) {
        self.until_channel("carl", &format!("it is {status}"), |state| state["status"] == status).await;
    }

    /// What a guest on carl's channel hears from now on; the state as it is has come.
    pub async fn viewer_events(&self) -> Events {
        let mut events = self.anonymous().events("/api/channel/events?username=carl").await;
        events.until("state", |_| true).await;
        events
    }
}

/// Starts one.
pub(super) async fn run(settings: &BTreeMap<&'static str, String>) -> (Running, SocketAddr) {
    let config = Config::from_lookup(|name| settings.get(name).cloned()).expect("settings that can be used");
    let db = Db::open(&config.database_url).await.expect("a database");
    let state = build_state(config, db).expect("a secret");
    let listener = TcpListener::bind("127.0.0.1:0").await.expect("a free port");
    let address = listener.local_addr().expect("an address");
    let server = tokio::spawn(serve_on(listener, state.clone()));
    (Running { state, server }, address)
}

impl Drop for TestApp {
    fn drop(&mut self) {
        self.running.state.stopping.cancel();
        self.running.server.abort();
        if !std::thread::panicking() {
            assert_eq!(log::leaks(), Vec::<String>::new(), "secrets in the log");
        }
    }
}
