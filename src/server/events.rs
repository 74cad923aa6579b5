//! What happens, to whom it concerns: the current state of each stream, its viewers, how far its chat is, notices to its
//! creator, and changes of an account. A slow or late reader gets the newest, never a backlog.

use std::{
    collections::{BTreeSet, HashMap},
    sync::{
        Arc, Mutex, MutexGuard, PoisonError,
        atomic::{AtomicBool, Ordering},
    },
    time::{Duration, Instant},
};

use tokio::sync::{broadcast, watch};

use super::outbox::Outbox;
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
    /// Whose messages were held back, let go, or removed before that.
    pub held: broadcast::Sender<UserId>,
    /// Lines of the chat on their way to LiveKit.
    pub outbox: Outbox,
    /// Whose turn it is to write to the chat, from before the transaction until its line is in the outbox: so lines go
    /// to LiveKit in their order, and who waits holds no connection to the database.
    pub chat_turn: Arc<tokio::sync::Mutex<()>>,
    /// Whose turn it is to let the encoder in or keep it out, from before the database until LiveKit was told: so what
    /// LiveKit was told last is what is stored.
    pub control_turn: Arc<tokio::sync::Mutex<()>>,
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
}

/// A panic elsewhere cannot leave these maps half-changed.
fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

impl Events {
    /// The topic of that stream.
    pub fn stream(&self, id: &StreamId) -> Arc<StreamTopic> {
        lock(&self.streams).entry(id.clone()).or_insert_with(|| Arc::new(StreamTopic::new())).clone()
    }

    /// Publishes a state, unless a newer one was published already.
    pub fn publish(&self, id: &StreamId, state: OwnState) {
        self.stream(id).state.send_if_modified(|current| {
            let is_newer = current.as_ref().is_none_or(|known| known.channel.version < state.channel.version);
            if is_newer {
                *current = Some(state);
            }
            is_newer
        });
    }

    /// Publishes how many people watch.
    pub fn publish_viewers(&self, id: &StreamId, count: u32) {
        self.stream(id).viewers.send_if_modified(|current| std::mem::replace(current, count) != count);
    }

    /// How many people watch.
    pub fn viewers(&self, id: &StreamId) -> u32 {
        *self.stream(id).viewers.borrow()
    }

    /// How many people watch all streams together.
    pub fn all_viewers(&self) -> u64 {
        lock(&self.streams).values().map(|topic| u64::from(*topic.viewers.borrow())).sum()
    }

    /// Remembers whether LiveKit can say anything about the stream; returns whether it could not the last time.
    pub fn note_outage(&self, id: &StreamId, is_out: bool) -> bool {
        self.stream(id).outage.swap(is_out, Ordering::Relaxed)
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
        let topic = self.stream(id);
        let mut audience = lock(&topic.audience);
        *audience = KnownAudience { changes: audience.changes + 1, last: None };
    }

    /// Tells the stream's creator something.
    pub fn notify(&self, id: &StreamId, notice: Notice) {
        // Nobody listening is fine: notices are for who looks at the dashboard now.
        let _ = self.stream(id).notices.send(notice);
    }

    /// Says how far the chat is.
    pub fn chat_changed(&self, id: &StreamId, revision: i64) {
        self.stream(id).chat.send_if_modified(|newest| {
            let is_newer = *newest < revision;
            *newest = revision.max(*newest);
            is_newer
        });
    }

    /// Says that a message of that person is held back, or no longer.
    pub fn held_changed(&self, id: &StreamId, author: &UserId) {
        // Nobody listening is fine: who comes later reads what is held.
        let _ = self.stream(id).held.send(author.clone());
    }

    /// Says that something about the account changed.
    pub fn account_changed(&self, id: &UserId) {
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
