//! Connections that only read, each lent to one query at a time.
//!
//! A pool of sqlx's asks a connection whether it still answers each time that it comes back. For a SQLite file that is
//! another errand to the connection's thread, and costs as much as a small query. So what is lent comes back here and
//! not to the pool. Only one whose query failed, or was given up, goes to the pool, which tests it and makes another if
//! need be.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use sqlx::{Database, Error, Pool, Result, pool::PoolConnection};
use tokio::{
    sync::{Semaphore, SemaphorePermit},
    time::timeout,
};

use super::ACQUIRE_TIMEOUT;

/// The connections. Clones share them.
#[derive(Debug)]
pub struct Readers<DB: Database>(Arc<Parts<DB>>);

// Derived, it would ask for databases that can be cloned.
impl<DB: Database> Clone for Readers<DB> {
    fn clone(&self) -> Self {
        Self(self.0.clone())
    }
}

#[derive(Debug)]
struct Parts<DB: Database> {
    pool: Pool<DB>,
    /// As many permits as there may be connections.
    free: Semaphore,
    /// Those that wait for work, the last used on top.
    resting: Mutex<Vec<PoolConnection<DB>>>,
}

impl<DB: Database> Readers<DB> {
    /// Lends what that pool makes; nobody else takes any from it.
    pub(super) fn new(pool: Pool<DB>) -> Self {
        let most = usize::try_from(pool.options().get_max_connections()).unwrap_or(1);
        Self(Arc::new(Parts { pool, free: Semaphore::new(most), resting: Mutex::new(Vec::new()) }))
    }

    /// A connection, once one is free.
    ///
    /// # Errors
    /// When none is in time, or they are closed.
    pub(super) async fn lend(&self) -> Result<Lent<'_, DB>> {
        let permit = timeout(ACQUIRE_TIMEOUT, self.0.free.acquire()).await.map_err(|_| Error::PoolTimedOut)?;
        let permit = permit.map_err(|_| Error::PoolClosed)?;
        let resting = self.resting().pop();
        let connection = match resting {
            Some(connection) => connection,
            None => self.0.pool.acquire().await?,
        };
        Ok(Lent { connection, readers: self, _permit: permit })
    }

    /// Closes all of them; those at work close when they are done.
    pub(super) async fn close(&self) {
        self.0.free.close();
        self.resting().clear();
        self.0.pool.close().await;
    }

    /// How many there are, and how many of them rest.
    pub(super) fn count(&self) -> (u32, usize) {
        let resting = self.resting().len();
        (self.0.pool.size(), self.0.pool.num_idle() + resting)
    }

    fn resting(&self) -> MutexGuard<'_, Vec<PoolConnection<DB>>> {
        // A panic elsewhere cannot leave a list half-changed.
        self.0.resting.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// One of them, at work.
#[derive(Debug)]
pub(super) struct Lent<'c, DB: Database> {
    /// The connection itself.
    pub(super) connection: PoolConnection<DB>,
    readers: &'c Readers<DB>,
    /// Goes last: whoever is let in by it finds the connection.
    _permit: SemaphorePermit<'c>,
}

impl<DB: Database> Lent<'_, DB> {
    /// Its work is done, and went well.
    pub(super) fn give_back(self) {
        let Self { connection, readers, _permit } = self;
        if !readers.0.free.is_closed() {
            readers.resting().push(connection);
        }
    }
}
