//! The program itself, in a process of its own, on the data of a test's server: for what is only true of one server in
//! one process, as pages are. Leptos renders with state of the process; two servers that rendered in one, each on its
//! own runtime, were seen to leave a request without an answer, one alone never was.

use std::{
    net::SocketAddr,
    process::{Child, Command, Stdio},
};

use tokio::net::TcpSocket;

use super::{
    Caller, TestApp,
    caller::Door,
    eventually,
    livekit::{any_port, bound},
};

/// A running program. It is killed when this goes.
pub struct Program {
    child: Child,
    door: Door,
    /// Keeps the port, so that nobody else gets it before the program listens.
    _reserved: TcpSocket,
}

impl TestApp {
    /// Starts the program on the same database, with the same settings.
    pub async fn program(&self) -> Program {
        let reserved = bound(any_port());
        let address: SocketAddr = reserved.local_addr().expect("an address");
        let mut command = Command::new(env!("CARGO_BIN_EXE_streamit"));
        command.env_clear().envs(self.settings()).env("STREAMIT_ADDR", address.to_string());
        command.current_dir(self.setting("STREAMIT_DATA_DIR")).stdout(Stdio::null()).stderr(Stdio::null());
        let program =
            Program { child: command.spawn().expect("it starts"), door: Door::new(address), _reserved: reserved };
        let guest = program.seen_by(&self.anonymous());
        eventually("the program answers", || async {
            let asked = guest.request(reqwest::Method::GET, "/healthz").send().await;
            asked.is_ok().then_some(())
        })
        .await;
        program
    }
}

impl Program {
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
