//! A second server on the database of a test's first one, as another machine would run it: with the same settings and
//! the same LiveKit.

use std::net::SocketAddr;

use super::{Caller, Program, TestApp, caller::Door, eventually};

/// The second server.
pub struct Peer {
    running: super::app::Running,
    door: Door,
}

impl TestApp {
    /// Starts another server beside this one.
    pub async fn peer(&self) -> Peer {
        let (running, address) = super::app::run(self.settings()).await;
        Peer { running, door: Door::new(address) }
    }

    /// Waits until this one runs the jobs.
    pub async fn until_it_leads(&self) {
        until_leading(self.address()).await;
    }
}

impl Peer {
    /// The same person, who goes there.
    pub fn seen_by(&self, caller: &Caller) -> Caller {
        caller.through(self.door.clone())
    }

    /// Where it listens.
    pub fn address(&self) -> SocketAddr {
        self.door.address()
    }

    /// Waits until it runs the jobs.
    pub async fn until_it_leads(&self) {
        until_leading(self.address()).await;
    }
}

impl Drop for Peer {
    fn drop(&mut self) {
        self.running.state.stopping.cancel();
        self.running.server.abort();
    }
}

impl Program {
    /// Waits until it runs the jobs.
    pub async fn until_it_leads(&self) {
        until_leading(self.address()).await;
    }
}

async fn until_leading(address: SocketAddr) {
    eventually("it runs the jobs", || async { (gauge(address, "streamit_runs_jobs").await == 1).then_some(()) }).await;
}

/// A number that a server counts.
pub async fn gauge(address: SocketAddr, name: &str) -> i64 {
    let [number] = gauges(address, [name]).await;
    number
}

/// Numbers that a server counts, all of one answer.
pub async fn gauges<const COUNT: usize>(address: SocketAddr, names: [&str; COUNT]) -> [i64; COUNT] {
    let answer = reqwest::get(format!("http://{address}/metrics")).await.expect("an answer");
    let text = answer.text().await.expect("text");
    names.map(|name| {
        let line = text.lines().find_map(|line| line.strip_prefix(name)?.strip_prefix(' '));
        line.unwrap_or_else(|| panic!("{name} is not in\n{text}")).parse().expect("a number")
    })
}
