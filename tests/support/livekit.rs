//! A LiveKit for tests: it keeps what it is told, and can be told to fail, hang, hold, lose an answer, or be down. What
//! a test asks it and makes it do is here, how it answers StreamIt in `livekit/twirp.rs`.
//!
//! It forgets nothing while it is down, and keeps its port. What happens in it by itself (somebody joins, a room ends)
//! happens only when a test says so.

use std::{
    collections::{BTreeMap, HashMap, VecDeque},
    net::SocketAddr,
    sync::{Arc, Mutex, MutexGuard},
};

use axum::{Router, routing::post};
use livekit_api::access_token::{Claims, TokenVerifier};
use livekit_protocol as proto;
use livekit_protocol::participant_info::{Kind, State as Presence};
use serde_json::Value;
use tokio::{
    net::TcpSocket,
    runtime::Runtime,
    sync::{Semaphore, watch},
};

use super::in_time;

mod twirp;

pub const API_KEY: &str = "devkey";
/// Holds [`super::log::SECRET_MARK`], and is as long as LiveKit asks for.
pub const API_SECRET: &str = "neverprintthissecret-of-livekit-0123456789";

/// How a call goes wrong.
#[derive(Clone, Debug)]
pub enum Fault {
    /// Answered with that Twirp error, and nothing done.
    Refuse(&'static str),
    /// The same, once LiveKit has waited in vain for the part that would know.
    RefuseLate(&'static str),
    /// Done, once LiveKit has waited in vain for the part that was to do its share first.
    DoLate,
    /// Never answered, and nothing done.
    Hang,
    /// Done, and the answer lost on its way.
    LoseAnswer,
    /// Not begun before it is let go.
    Hold(Arc<Gate>),
}

/// Where a held call waits.
#[derive(Debug)]
pub struct Gate {
    arrived: Semaphore,
    open: Semaphore,
}

impl Gate {
    /// Waits until a call is held.
    pub async fn until_held(&self) {
        in_time("a call to LiveKit is held", self.arrived.acquire()).await.expect("never closed").forget();
    }

    /// Lets the call go on.
    pub fn release(&self) {
        self.open.add_permits(1);
    }
}

/// A room.
#[derive(Clone, Debug, Default)]
pub struct Room {
    /// All that its metadata has been, the newest last.
    pub metadata: Vec<Value>,
    pub participants: Vec<proto::ParticipantInfo>,
}

/// Something that was sent into a room, as it was asked for.
#[derive(Clone, Debug)]
pub struct Sent {
    pub room: String,
    pub topic: Option<String>,
    pub kind: proto::data_packet::Kind,
    /// Empty: everybody in the room.
    pub destinations: Vec<String>,
    pub data: Vec<u8>,
}

impl Sent {
    /// The lines of a chat, which is what is sent.
    pub fn lines(&self) -> Vec<Value> {
        serde_json::from_slice(&self.data).expect("a JSON array")
    }
}

/// All that it knows.
#[derive(Debug, Default)]
pub struct State {
    pub ingresses: BTreeMap<String, proto::IngressInfo>,
    pub rooms: BTreeMap<String, Room>,
    /// In the order in which it came, whichever room it was for.
    pub sent: Vec<Sent>,
    /// For how many looks a way in is still told to be in use once its encoder was cut.
    pub slow_to_note: u32,
    /// How often a way in was deleted while it was in use, at which the real one may crash.
    pub deleted_in_use: u32,
    /// How many looks are left of that, by way in.
    looks_in_use: HashMap<String, u32>,
    /// The names of all calls that were allowed, in order.
    pub calls: Vec<String>,
    once: HashMap<&'static str, VecDeque<Fault>>,
    always: HashMap<&'static str, Fault>,
    made: u32,
}

struct Inner {
    state: Mutex<State>,
    /// Goes up with every call and change.
    changes: watch::Sender<u64>,
    address: SocketAddr,
    /// Keeps the port while nobody listens.
    _reserved: TcpSocket,
    running: Mutex<Option<Runtime>>,
}

/// The server. Clones are the same one.
#[derive(Clone)]
pub struct FakeLiveKit(Arc<Inner>);

/// Any free port of this machine.
pub fn any_port() -> SocketAddr {
    SocketAddr::from(([127, 0, 0, 1], 0))
}

/// A socket that has a port; another one that listens there can be bound beside it.
pub fn bound(address: SocketAddr) -> TcpSocket {
    let socket = TcpSocket::new_v4().expect("a socket");
    socket.set_reuseaddr(true).expect("an option of every socket");
    socket.bind(address).expect("a free port");
    socket
}

impl State {
    /// All lines of the chat that were sent into that room, in order.
    pub fn lines(&self, room: &str) -> Vec<Value> {
        self.sent.iter().filter(|sent| sent.room == room).flat_map(Sent::lines).collect()
    }

    fn count(&self, method: &str) -> usize {
        self.calls.iter().filter(|call| *call == method).count()
    }

    fn looks(&self) -> usize {
        self.count("ListParticipants")
    }
}

impl FakeLiveKit {
    /// Starts one on a free port.
    pub async fn start() -> Self {
        let reserved = bound(any_port());
        let address = reserved.local_addr().expect("an address");
        let livekit = Self(Arc::new(Inner {
            state: Mutex::default(),
            changes: watch::Sender::new(0),
            address,
            _reserved: reserved,
            running: Mutex::new(None),
        }));
        livekit.come_up();
        livekit
    }

    /// For `LIVEKIT_URL`.
    pub fn url(&self) -> String {
        format!("ws://{}", self.0.address)
    }

    /// Stops answering: connections break, and new ones are refused.
    pub fn go_down(&self) {
        if let Some(runtime) = self.0.running.lock().unwrap().take() {
            runtime.shutdown_background();
        }
    }

    /// Answers again, and knows what it knew.
    pub fn come_up(&self) {
        let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(1).enable_all().build();
        let runtime = runtime.expect("a runtime");
        let listener = {
            let _inside = runtime.enter();
            bound(self.0.address).listen(1024).expect("a free port")
        };
        // The server must not keep itself alive.
        let inner = Arc::downgrade(&self.0);
        let app = Router::new().route("/twirp/{service}/{method}", post(twirp::answer)).with_state(inner);
        runtime.spawn(async move { axum::serve(listener, app).await });
        *self.0.running.lock().unwrap() = Some(runtime);
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        self.0.state.lock().unwrap()
    }

    /// Looks at what it knows, or changes it.
    pub fn with<T>(&self, work: impl FnOnce(&mut State) -> T) -> T {
        let result = work(&mut self.lock());
        self.0.changes.send_modify(|changes| *changes += 1);
        result
    }

    /// Waits for it to know something.
    pub async fn until<T>(&self, what: &str, mut find: impl FnMut(&State) -> Option<T>) -> T {
        let mut changes = self.0.changes.subscribe();
        in_time(what, async {
            loop {
                let found = find(&self.lock());
                if let Some(found) = found {
                    return found;
                }
                changes.changed().await.expect("it lives as long as this");
            }
        })
        .await
    }

    /// The next call of that method goes wrong, and then the next.
    pub fn next(&self, method: &'static str, fault: Fault) {
        self.lock().once.entry(method).or_default().push_back(fault);
    }

    /// All calls of that method go wrong until [`Self::heal`].
    pub fn always(&self, method: &'static str, fault: Fault) {
        self.lock().always.insert(method, fault);
    }

    /// The next call of that method is held.
    pub fn hold(&self, method: &'static str) -> Arc<Gate> {
        let gate = Arc::new(Gate { arrived: Semaphore::new(0), open: Semaphore::new(0) });
        self.next(method, Fault::Hold(gate.clone()));
        gate
    }

    /// Nothing goes wrong any more.
    pub fn heal(&self) {
        let mut state = self.lock();
        state.once.clear();
        state.always.clear();
    }

    /// Every way in.
    pub fn ingresses(&self) -> Vec<proto::IngressInfo> {
        self.lock().ingresses.values().cloned().collect()
    }

    /// Forgets every way in, as when Redis is lost.
    pub fn lose_ingresses(&self) {
        self.with(|state| state.ingresses.clear());
    }

    /// The names of the calls since the last time, without those that only look, or only tell a room something.
    pub fn take_changes(&self) -> Vec<String> {
        let calls = std::mem::take(&mut self.lock().calls);
        let is_change = |call: &String| !call.starts_with("List") && call != "UpdateRoomMetadata" && call != "SendData";
        calls.into_iter().filter(is_change).collect()
    }

    /// How often that was called.
    pub fn count(&self, method: &str) -> usize {
        self.lock().count(method)
    }

    /// How often it was asked who is in a room.
    pub fn looks(&self) -> usize {
        self.lock().looks()
    }

    /// Waits until that was asked so often more than `before`.
    pub async fn until_looked(&self, before: usize, more: usize) {
        self.until("the room is looked into", |state| (state.looks() >= before + more).then_some(())).await;
    }

    /// Somebody comes into a room, which is made for the first one. Gives their `sid`.
    pub fn join(&self, room: &str, identity: &str, kind: Kind) -> String {
        self.with(|state| {
            state.made += 1;
            let sid = format!("PA_{}", state.made);
            state.rooms.entry(room.to_owned()).or_default().participants.push(proto::ParticipantInfo {
                sid: sid.clone(),
                identity: identity.to_owned(),
                kind: kind as i32,
                state: Presence::Active as i32,
                ..Default::default()
            });
            sid
        })
    }

    /// Somebody who is in a room sends something.
    pub fn publish(&self, room: &str, sid: &str) {
        self.with(|state| {
            let sender =
                state.rooms.get_mut(room).and_then(|room| room.participants.iter_mut().find(|one| one.sid == sid));
            let sender = sender.expect("they are in the room");
            sender.tracks.push(proto::TrackInfo { sid: format!("TR_{}", sender.tracks.len()), ..Default::default() });
        });
    }

    /// The identities of all who are in a room.
    pub fn identities(&self, room: &str) -> Vec<String> {
        let state = self.lock();
        let room = state.rooms.get(room).map(|room| room.participants.iter().map(|one| one.identity.clone()).collect());
        room.unwrap_or_default()
    }

    /// Somebody leaves a room.
    pub fn leave(&self, room: &str, sid: &str) {
        self.with(|state| {
            if let Some(room) = state.rooms.get_mut(room) {
                room.participants.retain(|one| one.sid != sid);
            }
        });
    }

    /// A room ends, and its metadata with it.
    pub fn close_room(&self, room: &str) {
        self.with(|state| state.rooms.remove(room));
    }

    /// All that the room's metadata has been.
    pub fn metadata(&self, room: &str) -> Vec<Value> {
        self.lock().rooms.get(room).map(|room| room.metadata.clone()).unwrap_or_default()
    }

    /// Waits until the room's metadata is so.
    pub async fn until_metadata(&self, room: &str, what: &str, is_so: impl Fn(&Value) -> bool) -> Value {
        self.until(what, |state| state.rooms.get(room)?.metadata.last().filter(|last| is_so(last)).cloned()).await
    }

    /// All that was sent into that room.
    pub fn sent(&self, room: &str) -> Vec<Sent> {
        self.lock().sent.iter().filter(|sent| sent.room == room).cloned().collect()
    }

    /// All lines of the chat that were sent into that room, in order.
    pub fn lines(&self, room: &str) -> Vec<Value> {
        self.lock().lines(room)
    }

    /// Waits until a line was sent into that room for which it is so.
    pub async fn until_line(&self, room: &str, what: &str, is_so: impl Fn(&Value) -> bool) -> Value {
        self.until(what, |state| state.lines(room).into_iter().find(|line| is_so(line))).await
    }
}

impl Drop for Inner {
    fn drop(&mut self) {
        if let Some(runtime) = self.running.lock().unwrap().take() {
            runtime.shutdown_background();
        }
    }
}

/// What a token says that was signed for it.
pub fn read_token(token: &str) -> Claims {
    TokenVerifier::with_api_key(API_KEY, API_SECRET).verify(token).expect("signed for LiveKit")
}
