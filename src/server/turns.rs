//! What only one instance may do at a time: running the jobs, and letting a stream's encoder in or out. Held by locks of
//! PostgreSQL, all of this instance on one connection, which is no connection of the pool: whoever waits for LiveKit in
//! their turn keeps none from anybody else. On SQLite there is one instance, and no lock beside the one in the process.
//!
//! When the connection is lost, all turns are over, whether or not who has one knows.

use std::{sync::Arc, time::Duration};

use sha2::{Digest as _, Sha256};
use tokio::{
    sync::{Mutex, OwnedMutexGuard},
    time::{Instant, sleep, timeout},
};

use super::{
    Error, Result,
    db::{Db, shared::Locks},
};
use crate::{domain::id::StreamId, text};

/// How long PostgreSQL may take to answer.
const ANSWERS_WITHIN: Duration = Duration::from_secs(3);
/// How long somebody waits for a turn that another instance has. The calls to LiveKit in it take longer only where
/// several of them hang; whoever waits is told then that a change is under way.
const WAITS: Duration = Duration::from_secs(25);
/// How often they ask.
const ASKS_EVERY: Duration = Duration::from_millis(100);

/// Who does what, among all instances.
#[derive(Debug)]
pub struct Turns {
    db: Db,
    held: Mutex<Held>,
}

#[derive(Debug, Default)]
struct Held {
    locks: Option<Locks>,
    /// The lock for the jobs is among them.
    is_leading: bool,
    /// Goes up with each connection.
    connections: u64,
}

impl Turns {
    /// On this database.
    pub fn new(db: Db) -> Self {
        Self { db, held: Mutex::default() }
    }

    /// Tries to be, or to stay, the one that runs the jobs. A number that goes up when it may have been another one
    /// meanwhile; `None` when it is another one, or PostgreSQL does not say.
    pub async fn lead(&self) -> Option<u64> {
        let mut held = self.held.lock().await;
        let asked = timeout(ANSWERS_WITHIN, async {
            let is_leading = held.is_leading;
            let locks = held.locks(&self.db).await?;
            if is_leading { locks.check().await.map(|()| true) } else { locks.try_lock(key("jobs")).await }
        });
        match asked.await {
            Ok(Ok(is_leading)) => held.is_leading = is_leading,
            Ok(Err(error)) => held.lose(&error),
            Err(_) => held.lose(&"it does not answer"),
        }
        held.is_leading.then_some(held.connections)
    }

    /// Gives everything back that is held.
    pub async fn close(&self) {
        let mut held = self.held.lock().await;
        held.is_leading = false;
        if let Some(locks) = held.locks.take()
            && let Ok(Err(error)) = timeout(ANSWERS_WITHIN, locks.close()).await
        {
            tracing::debug!(%error, "the locks were not given back with a good-bye");
        }
    }

    /// Waits for one's turn with a stream: in this process, then among all.
    ///
    /// # Errors
    /// When another instance keeps its turn for too long, or the database does not answer.
    pub async fn take(self: &Arc<Self>, here: &Arc<Mutex<()>>, stream: &StreamId) -> Result<Turn> {
        let here = here.clone().lock_owned().await;
        if !self.db.is_shared() {
            return Ok(Turn { _here: here, everywhere: None, key: 0, connection: None });
        }
        let key = key(stream.as_str());
        // Before it is asked for: who goes away meanwhile may have got it.
        let mut turn = Turn { _here: here, everywhere: Some(self.clone()), key, connection: None };
        let until = Instant::now() + WAITS;
        while !self.try_lock(key, &mut turn.connection).await? {
            if Instant::now() >= until {
                turn.everywhere = None;
                return Err(Error::Conflict(text!(errors.change_under_way)));
            }
            sleep(ASKS_EVERY).await;
        }
        Ok(turn)
    }

    /// `connection` becomes the one that is asked.
    async fn try_lock(&self, key: i64, connection: &mut Option<u64>) -> Result<bool> {
        let mut held = self.held.lock().await;
        let asked = timeout(ANSWERS_WITHIN, async {
            held.locks(&self.db).await?;
            *connection = Some(held.connections);
            held.locks(&self.db).await?.try_lock(key).await
        });
        let answer = asked.await.unwrap_or(Err(sqlx::Error::PoolTimedOut));
        if let Err(error) = &answer {
            held.lose(error);
        }
        Ok(answer?)
    }

    async fn give_back(&self, key: i64, connection: u64) {
        let mut held = self.held.lock().await;
        // With the connection that held it, it is gone; on another one it is somebody else's.
        if held.connections != connection {
            return;
        }
        let Some(locks) = &mut held.locks else { return };
        match timeout(ANSWERS_WITHIN, locks.unlock(key)).await {
            Ok(Ok(())) => {}
            Ok(Err(error)) => held.lose(&error),
            Err(_) => held.lose(&"it does not answer"),
        }
    }
}

impl Held {
    async fn locks(&mut self, db: &Db) -> sqlx::Result<&mut Locks> {
        let locks = match self.locks.take() {
            Some(locks) => locks,
            None => {
                let locks = Locks::open(db).await?;
                self.connections += 1;
                locks
            }
        };
        Ok(self.locks.insert(locks))
    }

    /// What is not known to be held is not held: the connection goes, and what it held with it.
    fn lose(&mut self, reason: &dyn std::fmt::Display) {
        tracing::warn!(%reason, "the connection that holds locks was lost");
        (self.locks, self.is_leading) = (None, false);
    }
}

/// A turn, until it is dropped.
#[derive(Debug)]
pub struct Turn {
    _here: OwnedMutexGuard<()>,
    /// Where it is given back; nowhere on SQLite.
    everywhere: Option<Arc<Turns>>,
    key: i64,
    /// Which connection was asked for it last.
    connection: Option<u64>,
}

impl Drop for Turn {
    fn drop(&mut self) {
        let (Some(turns), Some(connection), key) = (self.everywhere.take(), self.connection, self.key) else { return };
        // Outside a runtime the program is ending, and the connection with it.
        if let Ok(runtime) = tokio::runtime::Handle::try_current() {
            runtime.spawn(async move { turns.give_back(key, connection).await });
        }
    }
}

/// A lock's number: no two names have the same but by a chance of one in 2^64.
fn key(name: &str) -> i64 {
    let hash = Sha256::digest(format!("streamit {name}"));
    hash[..8].iter().fold(0, |key, byte| (key << 8) | i64::from(*byte))
}
