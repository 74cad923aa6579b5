//! What the other instances must be told, on its way. What is said about one thing is one piece of news, however often
//! it changed meanwhile, and many pieces go in one message. Telling never waits and never fails: when more waits than
//! there is room for, the others are told to read everything again.
//!
//! On SQLite there are no others, and nothing is kept.

use std::{
    collections::HashMap,
    sync::{
        Mutex, MutexGuard, PoisonError,
        atomic::{AtomicBool, Ordering},
    },
};

use serde::{Deserialize, Serialize};
use tokio::sync::Notify;

use crate::domain::{
    id::{StreamId, UserId},
    stream::Notice,
};

/// Pieces of news that wait.
const MAX_WAITING: usize = 10_000;
/// Largest message, in bytes: PostgreSQL takes less than 8,000 (postgresql.org/docs, NOTIFY).
const MAX_MESSAGE_BYTES: usize = 7_500;

/// What a piece of news is about. What else there is to know, who hears of it reads from the database.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum About {
    /// A stream changed; its version.
    State(StreamId),
    /// How many people watch, which no database knows.
    Viewers(StreamId),
    /// Something passing that the creator should know.
    Notice(StreamId, Notice),
    /// A chat changed; its revision.
    Chat(StreamId),
    /// A message of somebody is held back, or no longer.
    Held(StreamId, UserId),
    /// An account changed.
    Account(UserId),
    /// Somebody came to watch, or left.
    Audience(StreamId),
    /// LiveKit was away.
    Outage(StreamId),
    /// The room was made anew.
    NewRoom(StreamId),
    /// The room should be looked into, in so many milliseconds.
    Look(StreamId),
    /// Somebody does not know how many people watch.
    Count,
    /// More happened than was told.
    Everything,
}

/// A piece of news, and the number that belongs to it; 0 where none does.
pub type News = (About, i64);

/// What goes over the wire.
#[derive(Debug, Serialize, Deserialize)]
struct Message {
    from: String,
    news: Vec<News>,
}

/// The others.
#[derive(Debug, Default)]
pub struct Others {
    /// What this instance is called; empty when there are no others.
    name: String,
    waiting: Mutex<HashMap<About, i64>>,
    comes: Notify,
    is_heard: AtomicBool,
}

impl Others {
    /// There may be some.
    pub fn somewhere() -> Self {
        Self { name: uuid::Uuid::now_v7().to_string(), ..Self::default() }
    }

    /// Whether there may be any.
    pub fn may_be(&self) -> bool {
        !self.name.is_empty()
    }

    /// Says something to them.
    pub fn tell(&self, about: About, number: i64) {
        if !self.may_be() {
            return;
        }
        let mut waiting = self.lock();
        if waiting.len() >= MAX_WAITING && !waiting.contains_key(&about) {
            waiting.clear();
            waiting.insert(About::Everything, 0);
        } else {
            let merged = waiting.get(&about).map_or(number, |known| merge(&about, *known, number));
            waiting.insert(about, merged);
        }
        self.comes.notify_one();
    }

    /// Waits until something was said since it was last waited for.
    pub async fn comes(&self) {
        self.comes.notified().await;
    }

    /// The next message, of what waits; `None` when nothing does.
    pub fn take(&self) -> Option<String> {
        let mut waiting = self.lock();
        let mut bytes = self.name.len() + 32;
        let mut taken = Vec::new();
        for (about, number) in waiting.iter() {
            let news = (about.clone(), *number);
            // A piece of news is made of texts and numbers, and short.
            bytes += serde_json::to_string(&news).map_or(0, |json| json.len() + 1);
            if bytes > MAX_MESSAGE_BYTES && !taken.is_empty() {
                break;
            }
            taken.push(news);
        }
        for (about, _) in &taken {
            waiting.remove(about);
        }
        let message = Message { from: self.name.clone(), news: taken };
        (!message.news.is_empty()).then(|| serde_json::to_string(&message).unwrap_or_default())
    }

    /// What a message says; nothing when it is one's own. One that cannot be read is of a newer program, and may say
    /// anything.
    pub fn read(&self, message: &str) -> Vec<News> {
        match serde_json::from_str::<Message>(message) {
            Ok(message) if message.from == self.name => vec![],
            Ok(message) => message.news,
            Err(_) => vec![(About::Everything, 0)],
        }
    }

    /// Remembers whether what they say is heard.
    pub fn note_heard(&self, is_heard: bool) {
        self.is_heard.store(is_heard, Ordering::Relaxed);
    }

    /// Whether what they say is heard.
    pub fn is_heard(&self) -> bool {
        self.is_heard.load(Ordering::Relaxed)
    }

    fn lock(&self) -> MutexGuard<'_, HashMap<About, i64>> {
        self.waiting.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// The number that stands when both were said, in this order.
fn merge(about: &About, known: i64, new: i64) -> i64 {
    match about {
        About::State(_) | About::Chat(_) => known.max(new),
        About::Look(_) => known.min(new),
        _ => new,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn stream(n: usize) -> StreamId {
        StreamId(format!("0198c0de-0000-7000-8000-{n:012}"))
    }

    #[test]
    fn thousands_of_changes_of_one_thing_are_one_piece_of_news() {
        let (one, two) = (Others::somewhere(), Others::somewhere());
        for revision in 0..5_000 {
            one.tell(About::Chat(stream(1)), revision);
            one.tell(About::Look(stream(1)), 5_000 - revision);
        }
        let message = one.take().expect("something waits");
        assert_eq!(one.take(), None);
        let mut heard = two.read(&message);
        heard.sort_by_key(|(_, number)| *number);
        assert_eq!(heard, [(About::Look(stream(1)), 1), (About::Chat(stream(1)), 4_999)]);
        assert_eq!(one.read(&message), [], "its own");
    }

    #[test]
    fn many_pieces_go_in_few_messages_that_are_never_too_long() {
        let (one, two) = (Others::somewhere(), Others::somewhere());
        for n in 0..1_000 {
            one.tell(About::State(stream(n)), 7);
        }
        let messages: Vec<String> = std::iter::from_fn(|| one.take()).collect();
        assert!(messages.len() < 20, "{}", messages.len());
        assert!(messages.iter().all(|message| message.len() < 8_000));
        assert_eq!(messages.iter().flat_map(|message| two.read(message)).count(), 1_000);
    }

    #[test]
    fn more_than_there_is_room_for_is_everything() {
        let one = Others::somewhere();
        for n in 0..=MAX_WAITING {
            one.tell(About::State(stream(n)), 7);
        }
        let message = one.take().expect("something waits");
        assert_eq!(Others::somewhere().read(&message), [(About::Everything, 0)]);
        assert_eq!(Others::somewhere().read("{\"from\":\"x\",\"news\":[[{\"new\":1},0]]}"), [(About::Everything, 0)]);
    }

    #[test]
    fn without_others_nothing_is_kept() {
        let nobody = Others::default();
        nobody.tell(About::Everything, 0);
        assert_eq!(nobody.take(), None);
    }
}
