//! Where a query runs, and on which connection: one that only reads, any of a pool, or the one of a transaction. A
//! connection that only reads is given back by its query, when that went well; the others go where they belong by
//! themselves.

use sqlx::{Database, Pool, Result, Transaction, pool::MaybePoolConnection};

use super::readers::{Lent, Readers};

/// Where a query runs: any connection of some, or the one of a transaction.
#[derive(Debug)]
pub enum Target<'c, DB: Database> {
    /// Any of these, for reading alone.
    Readers(&'c Readers<DB>),
    /// Any of these.
    Pool(&'c Pool<DB>),
    /// This one.
    Tx(&'c mut Transaction<'static, DB>),
}

impl<'c, DB: Database> Target<'c, DB> {
    /// Waits for it.
    ///
    /// # Errors
    /// When none is free in time.
    pub(super) async fn connection(self) -> Result<Taken<'c, DB>> {
        Ok(match self {
            Self::Readers(readers) => Taken::Lent(readers.lend().await?),
            Self::Pool(pool) => Taken::Other(pool.acquire().await?.into()),
            Self::Tx(tx) => Taken::Other(tx.as_mut().into()),
        })
    }
}

/// A connection that a query runs on.
pub(super) enum Taken<'c, DB: Database> {
    /// It is given back.
    Lent(Lent<'c, DB>),
    /// It goes where it belongs by itself.
    Other(MaybePoolConnection<'c, DB>),
}

impl<DB: Database> Taken<'_, DB> {
    /// The connection itself.
    pub(super) fn as_mut(&mut self) -> &mut DB::Connection {
        match self {
            Self::Lent(lent) => &mut lent.connection,
            Self::Other(connection) => connection,
        }
    }

    /// After a query that went well.
    pub(super) fn give_back(self) {
        if let Self::Lent(lent) = self {
            lent.give_back();
        }
    }
}
