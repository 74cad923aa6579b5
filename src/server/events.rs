//! What happens, to whom it concerns: the current state of each stream, its viewers, how far its chat is, notices to its
//! creator, and changes of an account. A slow or late reader gets the newest, never a backlog.
//!
//! What is said here is said to the other instances too; what they say comes in by [`Events::hear`], and stays here.

use std::{
    collections::{BTreeSet, HashMap},
    sync::{
        Arc, Mutex, MutexGuard, PoisonError,
        atomic::{AtomicBool, Ordering},
    },
    time::{Duration, Instant},
};

use tokio::sync::{OwnedMutexGuard, broadcast, watch};

use super::{
    others::{About, Others},
    outbox::Outbox,
};
use crate::domain::{
    id::{BroadcastId, StreamId, UserId},
    stream::{Notice, OwnState},
    timestamp::Timestamp,
};

/// Notices that wait for a slow reader before the oldest is dropped.
const NOTICE_BACKLOG: usize = 8;
/// The same for whose messages were held back or let go.
const HELD_BACKLOG: usize = 32;

/// What is known of one stream.
#[derive(Debug)]
pub struct StreamTopic {
    /// The newest state that was published, as its creator sees it; `None` until the first.
    pub state: watch::Sender<Option<OwnState>>,
    /// People watching.
    pub viewers: watch::Sender<u32>,
    /// Passing news for the creator.
    pub notices: broadcast::Sender<Notice>,
    /// The newest revision of the chat that was made here; 0 before the first.
    pub chat: watch::Sender<i64>,
    /// Whose messages were held back, let go, or removed before that; `None` when it may be anybody's.
    pub held: broadcast::Sender<Option<UserId>>,
    /// Lines of the chat on their way to LiveKit.
    pub outbox: Outbox,
    /// Whose turn it is to write to the chat, from before the transaction until its line is in the outbox: so lines go
    /// to LiveKit in their order, and who waits holds no connection to the database.
    pub chat_turn: Arc<tokio::sync::Mutex<()>>,
    /// Whose turn it is to let the encoder in or keep it out, from before the database until LiveKit was told: so what
    /// LiveKit was told last is what is stored. Taken by `turns`, which asks the other instances too.
    pub control_turn: Arc<tokio::sync::Mutex<()>>,
    /// Whose turn it is to look into the room and to act on what is there.
    look_turn: Arc<tokio::sync::Mutex<()>>,
    /// LiveKit could not say whether it is on air when it was last asked.
    outage: AtomicBool,
    /// Since when looks into the room have found no encoder.
    empty_since: Mutex<Option<Instant>>,
    /// Who watches.
    audience: Mutex<KnownAudience>,
    /// The version that the room's metadata holds; held while it is written, so that an older one never follows.
    pub metadata_version: tokio::sync::Mutex<i64>,
}

/// Who watched when somebody last looked.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Audience {
    /// What they watched.
    pub broadcast: BroadcastId,
    /// Their connections.
    pub sids: BTreeSet<String>,
    /// When that was last written down.
    pub seen_at: Timestamp,
}

/// What is known of who watches.
#[derive(Clone, Debug, Default)]
pub struct KnownAudience {
    changes: u64,
    /// What the last look has written down; `None` when the next one compares with what is stored.
    pub last: Option<Audience>,
}

impl StreamTopic {
    fn new() -> Self {
        Self {
            state: watch::Sender::new(None),
            viewers: watch::Sender::new(0),
            notices: broadcast::Sender::new(NOTICE_BACKLOG),
            chat: watch::Sender::new(0),
            held: broadcast::Sender::new(HELD_BACKLOG),
            outbox: Outbox::default(),
            chat_turn: Arc::default(),
            control_turn: Arc::default(),
            look_turn: Arc::default(),
            outage: AtomicBool::new(false),
            empty_since: Mutex::new(None),
            audience: Mutex::default(),
            metadata_version: tokio::sync::Mutex::new(0),
        }
    }
}

/// All topics.
#[derive(Debug, Default)]
pub struct Events {
    streams: Mutex<HashMap<StreamId, Arc<StreamTopic>>>,
    accounts: Mutex<HashMap<UserId, watch::Sender<u64>>>,
    others: Arc<Others>,
}

/// A panic elsewhere cannot leave these maps half-changed.
fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

impl Events {
    /// What happens here is said to `others` too.
    pub fn new(others: Arc<Others>) -> Self {
        Self { others, ..Self::default() }
    }

    /// The topic of that stream.
    pub fn stream(&self, id: &StreamId) -> Arc<StreamTopic> {
        lock(&self.streams).entry(id.clone()).or_insert_with(|| Arc::new(StreamTopic::new())).clone()
    }

    /// Publishes a state, unless a newer one was published already.
    pub fn publish(&self, id: &StreamId, state: OwnState) {
        self.others.tell(About::State(id.clone()), state.channel.version);
        self.show(id, state);
    }

    /// The same, to who is connected here.
    pub fn show(&self, id: &StreamId, state: OwnState) {
        self.stream(id).state.send_if_modified(|current| {
            let is_newer = current.as_ref().is_none_or(|known| known.channel.version < state.channel.version);
            if is_newer {
                *current = Some(state);
            }
            is_newer
        });
    }

    /// Streams whose events somebody reads here.
    pub fn followed(&self) -> Vec<(StreamId, Arc<StreamTopic>)> {
        let streams = lock(&self.streams);
        let is_read = |topic: &StreamTopic| topic.state.receiver_count() + topic.chat.receiver_count() > 0;
        streams.iter().filter(|(_, topic)| is_read(topic)).map(|(id, topic)| (id.clone(), topic.clone())).collect()
    }

    /// Publishes how many people watch.
    pub fn publish_viewers(&self, id: &StreamId, count: u32) {
        if self.show_viewers(id, count) {
            self.others.tell(About::Viewers(id.clone()), count.into());
        }
    }

    /// The same, to who is connected here; says whether it was another number before.
    pub fn show_viewers(&self, id: &StreamId, count: u32) -> bool {
        self.stream(id).viewers.send_if_modified(|current| std::mem::replace(current, count) != count)
    }

    /// Says all numbers of viewers again, for an instance that does not know them, or knows an old one.
    pub fn tell_viewers(&self) {
        for (id, topic) in lock(&self.streams).iter() {
            self.others.tell(About::Viewers(id.clone()), (*topic.viewers.borrow()).into());
        }
    }

    /// How many people watch.
    pub fn viewers(&self, id: &StreamId) -> u32 {
        *self.stream(id).viewers.borrow()
    }

    /// How many people watch all streams together.
    pub fn all_viewers(&self) -> u64 {
        lock(&self.streams).values().map(|topic| u64::from(*topic.viewers.borrow())).sum()
    }

    /// The turn to look into the stream's room, until it is dropped; `None` while somebody else has it.
    pub fn begin_look(&self, id: &StreamId) -> Option<OwnedMutexGuard<()>> {
        self.stream(id).look_turn.clone().try_lock_owned().ok()
    }

    /// Forgets what looks into rooms have found: another instance may have looked since.
    pub fn forget_looks(&self) {
        for topic in lock(&self.streams).values() {
            topic.outage.store(false, Ordering::Relaxed);
            *lock(&topic.empty_since) = None;
            lock(&topic.audience).last = None;
        }
    }

    /// Remembers whether LiveKit can say anything about the stream; returns whether it could not the last time.
    pub fn note_outage(&self, id: &StreamId, is_out: bool) -> bool {
        self.stream(id).outage.swap(is_out, Ordering::Relaxed)
    }

    /// LiveKit was away from the stream, as was seen by who took a webhook in, not by who looks.
    pub fn tell_outage(&self, id: &StreamId) {
        self.note_outage(id, true);
        self.others.tell(About::Outage(id.clone()), 0);
    }

    /// Remembers whether a look found the room without an encoder; returns whether it has been so for `at_least`.
    pub fn note_empty(&self, id: &StreamId, is_empty: bool, at_least: Duration) -> bool {
        let topic = self.stream(id);
        let mut since = lock(&topic.empty_since);
        *since = if is_empty { since.or_else(|| Some(Instant::now())) } else { None };
        since.is_some_and(|since| since.elapsed() >= at_least)
    }

    /// Who watched when somebody last looked.
    pub fn audience(&self, id: &StreamId) -> KnownAudience {
        lock(&self.stream(id).audience).clone()
    }

    /// Remembers who watches, unless somebody came or went since `known` was asked for.
    pub fn note_audience(&self, id: &StreamId, known: &KnownAudience, last: Option<Audience>) {
        let topic = self.stream(id);
        let mut audience = lock(&topic.audience);
        if audience.changes == known.changes {
            audience.last = last;
        }
    }

    /// Somebody came or went: the next look compares with what is stored.
    pub fn audience_changed(&self, id: &StreamId) {
        self.others.tell(About::Audience(id.clone()), 0);
        self.audience_changed_here(id);
    }

    fn audience_changed_here(&self, id: &StreamId) {
        let topic = self.stream(id);
        let mut audience = lock(&topic.audience);
        *audience = KnownAudience { changes: audience.changes + 1, last: None };
    }

    /// The stream's room is a new one, which has been told nothing yet.
    pub async fn room_is_new(&self, id: &StreamId) {
        self.others.tell(About::NewRoom(id.clone()), 0);
        self.room_is_new_here(id).await;
    }

    /// The same, as another instance has said.
    pub async fn room_is_new_here(&self, id: &StreamId) {
        *self.stream(id).metadata_version.lock().await = 0;
    }

    /// Tells the stream's creator something.
    pub fn notify(&self, id: &StreamId, notice: Notice) {
        self.others.tell(About::Notice(id.clone(), notice.clone()), 0);
        self.notify_here(id, notice);
    }

    fn notify_here(&self, id: &StreamId, notice: Notice) {
        // Nobody listening is fine: notices are for who looks at the dashboard now.
        let _ = self.stream(id).notices.send(notice);
    }

    /// Says how far the chat is.
    pub fn chat_changed(&self, id: &StreamId, revision: i64) {
        self.others.tell(About::Chat(id.clone()), revision);
        self.chat_changed_here(id, revision);
    }

    fn chat_changed_here(&self, id: &StreamId, revision: i64) {
        self.stream(id).chat.send_if_modified(|newest| {
            let is_newer = *newest < revision;
            *newest = revision.max(*newest);
            is_newer
        });
    }

    /// Says that a message of that person is held back, or no longer.
    pub fn held_changed(&self, id: &StreamId, author: &UserId) {
        self.others.tell(About::Held(id.clone(), author.clone()), 0);
        self.held_changed_here(id, Some(author.clone()));
    }

    fn held_changed_here(&self, id: &StreamId, author: Option<UserId>) {
        // Nobody listening is fine: who comes later reads what is held.
        let _ = self.stream(id).held.send(author);
    }

    /// Says that something about the account changed.
    pub fn account_changed(&self, id: &UserId) {
        self.others.tell(About::Account(id.clone()), 0);
        self.account_changed_here(id);
    }

    fn account_changed_here(&self, id: &UserId) {
        if let Some(sender) = lock(&self.accounts).get(id) {
            sender.send_modify(|changes| *changes += 1);
        }
    }

    /// Follows changes of an account.
    pub fn follow_account(&self, id: &UserId) -> watch::Receiver<u64> {
        let mut accounts = lock(&self.accounts);
        accounts.retain(|known, sender| known == id || sender.receiver_count() > 0);
        accounts.entry(id.clone()).or_default().subscribe()
    }

    /// Takes what another instance has said, as far as it says everything itself.
    pub fn hear(&self, about: About, number: i64) {
        match about {
            About::Viewers(id) => {
                self.show_viewers(&id, u32::try_from(number).unwrap_or(0));
            }
            About::Notice(id, notice) => self.notify_here(&id, notice),
            About::Chat(id) => self.chat_changed_here(&id, number),
            About::Held(id, author) => self.held_changed_here(&id, Some(author)),
            About::Account(id) => self.account_changed_here(&id),
            About::Audience(id) => self.audience_changed_here(&id),
            About::Outage(id) => {
                self.note_outage(&id, true);
            }
            // What these mean is for services to find out.
            About::State(_) | About::NewRoom(_) | About::Look(_) | About::Count | About::Everything => {}
        }
    }

    /// Something may have been missed about every account and every message that is held back.
    pub fn anything_changed_here(&self) {
        for (id, _) in self.followed() {
            self.held_changed_here(&id, None);
        }
        for sender in lock(&self.accounts).values() {
            sender.send_modify(|changes| *changes += 1);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::{
        channel::{ChannelState, StreamStatus},
        chat_settings::ChatSettings,
        stream::Controls,
    };

    fn state(version: i64) -> OwnState {
        let channel = ChannelState {
            version,
            status: StreamStatus::Offline,
            is_live: false,
            started_at: None,
            title: version.to_string(),
            thumbnail: None,
            chat: ChatSettings::default(),
            viewer_count: 0,
        };
        OwnState { channel, controls: Controls::default() }
    }

    #[test]
    fn an_older_state_does_not_follow_a_newer_one() {
        let events = Events::default();
        let id = StreamId("s".into());
        let reader = events.stream(&id).state.subscribe();
        events.publish(&id, state(2));
        events.publish(&id, state(1));
        assert_eq!(reader.borrow().as_ref().map(|state| state.channel.version), Some(2));
    }
}
