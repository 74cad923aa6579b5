//! The program itself, in a process of its own, on the data of a test's server: for what is only true of one server in
//! one process, and for its commands.
//!
//! All that it logs is watched for secrets, and so is all that a command says.

use std::{
    collections::BTreeMap,
    io::{BufRead as _, BufReader, Write as _},
    net::SocketAddr,
    process::{Child, ChildStderr, Command, ExitStatus, Stdio},
    sync::{Arc, Mutex},
    time::{Duration, Instant},
};

use tokio::net::TcpSocket;

use super::{
    Caller, TestApp,
    caller::Door,
    eventually,
    livekit::{any_port, bound},
    log,
};

/// A running program. It is killed when this goes.
pub struct Program {
    child: Child,
    door: Door,
    log: Arc<Mutex<Vec<String>>>,
    /// Keeps the port, so that nobody else gets it before the program listens.
    _reserved: TcpSocket,
}

/// What a command answered.
#[derive(Debug)]
pub struct Spoken {
    /// 0 when all is well.
    pub code: i32,
    /// On standard output.
    pub said: String,
    /// On standard error.
    pub complained: String,
}

impl Spoken {
    /// What it said; it succeeded.
    pub fn ok(self) -> String {
        assert_eq!(self.code, 0, "{self:?}");
        self.said
    }

    /// It failed, and said this on standard error.
    pub fn refused(self, words: &str) -> String {
        assert_eq!(self.code, 1, "{self:?}");
        assert!(self.complained.contains(words), "{words}: {self:?}");
        self.complained
    }
}

impl TestApp {
    /// Starts the program on the same database, with the same settings.
    pub async fn program(&self) -> Program {
        self.program_with(&[]).await
    }

    /// The same, with other settings.
    pub async fn program_with(&self, changed: &[(&str, &str)]) -> Program {
        let reserved = bound(any_port());
        let address: SocketAddr = reserved.local_addr().expect("an address");
        // More than is logged every day, so that more is watched.
        let changed: Vec<_> =
            [("RUST_LOG", "info,streamit=trace")].into_iter().chain(changed.iter().copied()).collect();
        let mut command = self.prepared(&changed);
        command.env("STREAMIT_ADDR", address.to_string()).stdout(Stdio::null()).stderr(Stdio::piped());
        let mut child = command.spawn().expect("it starts");
        let log = watched(child.stderr.take().expect("piped"));
        let program = Program { child, door: Door::new(address), log, _reserved: reserved };
        let guest = program.seen_by(&self.anonymous());
        eventually("the program answers", || async {
            let asked = guest.request(reqwest::Method::GET, "/healthz").send().await;
            asked.is_ok().then_some(())
        })
        .await;
        program
    }

    /// Runs a command of the program with these settings changed, and `input` on its standard input.
    pub async fn command(&self, arguments: &[&str], changed: &[(&str, &str)], input: &str) -> Spoken {
        let mut command = self.prepared(changed);
        command.args(arguments).stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
        let input = input.to_owned();
        let running = tokio::task::spawn_blocking(move || {
            let mut child = command.spawn().expect("it starts");
            // It may have ended without reading it.
            let _ = child.stdin.take().expect("piped").write_all(input.as_bytes());
            child.wait_with_output().expect("it ends")
        });
        let output = running.await.expect("no panic");
        let text = |bytes: Vec<u8>| String::from_utf8(bytes).expect("UTF-8");
        let (said, complained) = (text(output.stdout), text(output.stderr));
        said.lines().chain(complained.lines()).for_each(log::look_at);
        Spoken { code: output.status.code().expect("it ended by itself"), said, complained }
    }

    fn prepared(&self, changed: &[(&str, &str)]) -> Command {
        let mut settings: BTreeMap<&str, &str> =
            self.settings().iter().map(|(name, value)| (*name, value.as_str())).collect();
        settings.extend(changed.iter().copied());
        settings.retain(|_, value| !value.is_empty());
        let mut command = Command::new(env!("CARGO_BIN_EXE_streamit"));
        // There is no .env that it could find.
        command.env_clear().envs(settings).current_dir(self.setting("STREAMIT_DATA_DIR"));
        command
    }
}

/// Reads a log to its end, whatever becomes of the test.
fn watched(stderr: ChildStderr) -> Arc<Mutex<Vec<String>>> {
    let lines = Arc::new(Mutex::new(Vec::new()));
    let kept = lines.clone();
    std::thread::spawn(move || {
        for line in BufReader::new(stderr).lines().map_while(Result::ok) {
            log::look_at(&line);
            kept.lock().unwrap().push(line);
        }
    });
    lines
}

impl Program {
    /// Whether that was ever in its log.
    pub fn has_logged(&self, text: &str) -> bool {
        self.log.lock().unwrap().iter().any(|line| line.contains(text))
    }

    /// Waits for a line of its log.
    pub async fn until_logged(&self, what: &str, is_it: impl Fn(&str) -> bool) -> String {
        eventually(what, || async { self.log.lock().unwrap().iter().find(|line| is_it(line)).cloned() }).await
    }

    /// Where it listens.
    pub fn address(&self) -> SocketAddr {
        self.door.address()
    }

    /// Ends it at once, as `kill -9` does.
    pub fn kill(&mut self) {
        self.child.kill().expect("it runs");
        self.child.wait().expect("it is ours");
    }

    /// Sends it a signal, by its name.
    pub fn signal(&self, name: &str) {
        let sent = Command::new("kill").args([&format!("-{name}"), &self.child.id().to_string()]).status();
        assert!(sent.expect("kill runs").success());
    }

    /// Tells it to stop, at once; then waits until it has, and says how it ended and how long that took.
    pub fn terminate(self) -> impl Future<Output = (ExitStatus, Duration)> {
        self.signal("TERM");
        let began = Instant::now();
        let child = Mutex::new(self);
        async move {
            let ended = || async { child.lock().unwrap().child.try_wait().expect("a child of ours") };
            let status = eventually("the program ends", ended).await;
            (status, began.elapsed())
        }
    }

    /// The same person, who goes there.
    pub fn seen_by(&self, caller: &Caller) -> Caller {
        caller.through(self.door.clone())
    }
}

impl Drop for Program {
    fn drop(&mut self) {
        // It may have ended by itself.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}
