//! Gets what is missing of a chat.
//!
//! One piece is fetched at a time. What fails is tried again with growing waits, and after a few of them only when
//! something new is heard, or when somebody asks.

use std::{
    cell::{Cell, RefCell},
    collections::BTreeSet,
    future::Future,
    pin::Pin,
    rc::{Rc, Weak},
    time::Duration,
};

use leptos::{prelude::*, task::spawn_local};
use serde::Deserialize;

use super::{
    chat_feed::ChatFeed,
    timers::{Timer, within},
};
use crate::{
    api::error::ApiError,
    domain::{
        chat::{ChatLine, ChatPage},
        chat_log::ChatLog,
        id::LineId,
    },
    text,
};

/// A packet may be this late before it counts as lost.
const PACKET_IS_LATE_AFTER: Duration = Duration::from_millis(400);
/// How long one piece may take.
const PIECE_WITHIN: Duration = Duration::from_secs(10);
/// Waits between attempts; after the last one it is only tried when something is heard.
const RETRY_AFTER: [Duration; 5] = [
    Duration::from_secs(1),
    Duration::from_secs(2),
    Duration::from_secs(4),
    Duration::from_secs(8),
    Duration::from_secs(16),
];

/// A piece of the chat.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Piece {
    /// The newest of the history.
    Newest,
    /// What came before that cursor.
    Before(String),
    /// What changed after that revision.
    Since(i64),
}

type Fetching = Pin<Box<dyn Future<Output = Result<ChatPage, ApiError>>>>;

/// Data of the event `chat`.
#[derive(Clone, Copy, Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct News {
    /// The newest revision that there is.
    revision: i64,
    /// Goes up, from the event stream's beginning on, whenever this reader's held-back messages may be others.
    held: u64,
}

/// Fetches what is missing of a chat.
pub(super) struct Engine {
    feed: ChatFeed,
    fetch: Box<dyn Fn(Piece) -> Fetching>,
    is_fetching: Cell<bool>,
    /// Something happened that the fetch under way may have missed.
    is_due: Cell<bool>,
    /// In a row.
    failures: Cell<usize>,
    /// The newest revision that the server is known to have.
    revision: Cell<i64>,
    /// See [`News::held`]; `None` before the first news of an event stream.
    held: Cell<Option<u64>>,
    removed_here: RefCell<BTreeSet<LineId>>,
    timer: RefCell<Option<Timer>>,
    myself: Weak<Self>,
}

impl Engine {
    /// For that feed.
    pub(super) fn new(feed: ChatFeed, fetch: Box<dyn Fn(Piece) -> Fetching>) -> Rc<Self> {
        Rc::new_cyclic(|myself| Self {
            feed,
            fetch,
            is_fetching: Cell::new(false),
            is_due: Cell::new(false),
            failures: Cell::new(0),
            revision: Cell::new(0),
            held: Cell::new(None),
            removed_here: RefCell::default(),
            timer: RefCell::new(None),
            myself: myself.clone(),
        })
    }

    /// An event stream begins: it counts anew what is held back.
    pub(super) fn forget_held(&self) {
        self.held.set(None);
    }

    /// The reader removes that line: when it vanishes, nobody else did it.
    pub(super) fn expect_gone(&self, id: LineId) {
        self.removed_here.borrow_mut().insert(id);
    }

    /// Starts over, whatever failed before.
    pub(super) fn retry(&self) {
        self.failures.set(0);
        self.fetch_newest();
    }

    /// The event stream told how far the chat is.
    pub(super) fn hear(&self, news: News) {
        self.revision.set(self.revision.get().max(news.revision));
        let before = self.held.replace(Some(news.held));
        // The first news cannot tell what changed before them; for a guest nothing is held back.
        let is_signed_in = || self.feed.standing.try_with_untracked(|me| me.username.is_some()).unwrap_or(false);
        match before {
            Some(held) if held != news.held => self.catch_up(),
            None if is_signed_in() => self.catch_up(),
            _ => self.look_soon(),
        }
    }

    /// Catches up if what is missing has not come by itself in a moment.
    pub(super) fn look_soon(&self) {
        if self.is_behind() && !self.is_fetching.get() && self.timer.borrow().is_none() {
            self.after(PACKET_IS_LATE_AFTER, |engine| {
                if engine.is_behind() {
                    engine.catch_up();
                }
            });
        }
    }

    fn is_behind(&self) -> bool {
        let log = self.feed.log;
        log.try_with_untracked(|log| log.has_gap() || self.revision.get() > log.revision()).unwrap_or(false)
    }

    /// Fetches what is missing: now, or once more after what is under way.
    pub(super) fn catch_up(&self) {
        if self.is_fetching.get() {
            return self.is_due.set(true);
        }
        // What was never loaded has no revision to go on from.
        let is_loaded = self.feed.is_loading.try_get_untracked() == Some(false);
        match self.feed.log.try_with_untracked(ChatLog::revision) {
            Some(revision) if is_loaded => self.get(Piece::Since(revision)),
            _ => self.get(Piece::Newest),
        }
    }

    fn fetch_newest(&self) {
        if self.is_fetching.get() {
            return self.is_due.set(true);
        }
        self.get(Piece::Newest);
    }

    fn get(&self, piece: Piece) {
        self.timer.take();
        self.is_due.set(false);
        self.is_fetching.set(true);
        let (myself, is_newest) = (self.myself.clone(), piece == Piece::Newest);
        let answer = (self.fetch)(piece);
        spawn_local(async move {
            let answer = within(PIECE_WITHIN, answer).await;
            let Some(engine) = myself.upgrade() else { return };
            engine.is_fetching.set(false);
            match answer {
                Some(Ok(page)) => engine.got(page, is_newest),
                Some(Err(error)) => engine.failed(error.message),
                None => engine.failed(text!(frame.server_too_slow).to_owned()),
            }
        });
    }

    fn got(&self, page: ChatPage, is_newest: bool) {
        let mine = self.own_held();
        let before = self.feed.log.try_with_untracked(ChatLog::revision);
        let is_complete = self.feed.log.try_update(|log| {
            if is_newest {
                *log = reopened(log, page);
                return true;
            }
            log.catch_up(page)
        });
        match is_complete {
            Some(true) => self.caught_up(&mine, before),
            // There was too much of it: it starts over with the newest.
            Some(false) => self.fetch_newest(),
            None => {}
        }
    }

    fn caught_up(&self, mine: &[ChatLine], before: Option<i64>) {
        let feed = self.feed;
        let _ = feed.is_loading.try_set(false);
        self.tell_of_lost(mine);
        let has_advanced = feed.log.try_with_untracked(ChatLog::revision) != before;
        if self.is_behind() && !has_advanced && !self.is_due.get() {
            // The server has not got what it told of: asking at once would ask for ever.
            return self.failed(text!(chat.not_coming).to_owned());
        }
        self.failures.set(0);
        let _ = feed.failure.try_set(None);
        if self.is_due.get() {
            self.catch_up();
        } else {
            self.look_soon();
        }
    }

    fn failed(&self, message: String) {
        let failures = self.failures.get();
        self.failures.set(failures + 1);
        match RETRY_AFTER.get(failures) {
            Some(delay) => self.after(*delay, Self::catch_up),
            None => {
                let _ = self.feed.failure.try_set(Some(message));
            }
        }
    }

    fn after(&self, delay: Duration, work: fn(&Self)) {
        let myself = self.myself.clone();
        let timer = Timer::after(delay, move || {
            if let Some(engine) = myself.upgrade() {
                engine.timer.take();
                work(&engine);
            }
        });
        self.timer.replace(Some(timer));
    }

    /// The reader's own lines that are held back.
    fn own_held(&self) -> Vec<ChatLine> {
        let Some(Some(me)) = self.feed.standing.try_with_untracked(|standing| standing.username.clone()) else {
            return Vec::new();
        };
        let is_mine = |line: &&ChatLine| line.revision.is_none() && line.is_by(&me);
        self.feed.log.try_with_untracked(|log| log.lines().filter(is_mine).cloned().collect()).unwrap_or_default()
    }

    /// What was held back, was one's own, and is not there any more in any form, somebody removed. After a long absence
    /// it may only be older than what is loaded.
    fn tell_of_lost(&self, mine: &[ChatLine]) {
        let is_gone = |line: &&ChatLine| {
            let is_missing = |log: &ChatLog| log.is_loaded(line.number) && log.line(line.number).is_none();
            self.feed.log.try_with_untracked(is_missing) == Some(true)
        };
        let mut removed_here = self.removed_here.borrow_mut();
        let others_did = mine.iter().filter(is_gone).filter(|line| !removed_here.remove(&line.id)).count();
        if others_did > 0 {
            let _ = self.feed.lost_own.try_set(true);
        }
    }

    /// Fetches what came before.
    pub(super) fn load_older(&self) {
        let feed = self.feed;
        let Some(cursor) = feed.log.try_with_untracked(ChatLog::before).flatten() else { return };
        if feed.is_loading_older.try_get_untracked().unwrap_or(true) {
            return;
        }
        feed.is_loading_older.set(true);
        feed.older_failure.set(None);
        let answer = (self.fetch)(Piece::Before(cursor.clone()));
        let myself = self.myself.clone();
        spawn_local(async move {
            let message = match within(PIECE_WITHIN, answer).await {
                Some(Ok(page)) => {
                    let _ = feed.log.try_update(|log| {
                        // The log may have started over meanwhile; then this piece belongs nowhere.
                        if log.before().as_ref() == Some(&cursor) {
                            log.prepend(page);
                        }
                    });
                    None
                }
                Some(Err(error)) => Some(error.message),
                None => Some(text!(frame.server_too_slow).to_owned()),
            };
            let _ = feed.older_failure.try_set(message);
            let _ = feed.is_loading_older.try_set(false);
            // Its lines may have changed while it was on its way.
            if let Some(engine) = myself.upgrade() {
                engine.catch_up();
            }
        });
    }
}

/// Starts over with the newest piece, and with the lines that came while it was on its way.
fn reopened(known: &ChatLog, page: ChatPage) -> ChatLog {
    let newest = Some(page.revision);
    let mut log = ChatLog::open(page);
    known.lines().filter(|line| line.revision > newest).for_each(|line| log.take(line.clone()));
    log
}
