//! One database handle for SQLite and PostgreSQL, and the queries, one file per group of tables.
//!
//! A query function is written once, takes `impl Queryable`, and so runs on a `&Db` or inside a `&mut Tx`. Inside a
//! transaction only the `Tx` is used: on SQLite a second write by the same task would wait for the one writer until
//! it times out. Nobody outside this folder touches a pool.

use std::{path::Path, time::Duration};

use futures::future::join_all;
use sqlx::{
    Connection as _, Executor as _, PgPool, Postgres, Result, Sqlite, SqlitePool, Transaction,
    postgres::PgPoolOptions,
    sqlite::{SqliteConnectOptions, SqliteConnection, SqliteJournalMode, SqlitePoolOptions, SqliteSynchronous},
};

pub mod analytics;
pub mod applications;
pub mod audit;
pub mod broadcasts;
pub mod channels;
pub mod chat;
pub mod curves;
pub mod demo;
pub mod follows;
pub mod ingresses;
pub mod inspect;
pub mod limits;
pub mod moderation;
mod outage;
pub mod pictures;
mod query;
mod readers;
pub mod resets;
pub mod sessions;
pub mod shared;
mod stream_row;
pub mod streams;
mod target;
pub mod titles;
pub mod users;
pub mod visits;
pub mod webhooks;

pub use inspect::PoolUse;
pub use outage::{Outage, is_not_text};
pub use query::{Query, Queryable, Row, Value};
use readers::Readers;

/// How long a query waits for a free connection before it fails.
const ACQUIRE_TIMEOUT: Duration = Duration::from_secs(5);
/// Connections that read a SQLite file.
const SQLITE_READERS: u32 = 4;
/// How often opening a SQLite file to write is tried: more than there are changes that another program can make first.
const OPENING_TRIES: usize = 20;
/// Connections to PostgreSQL, of each instance; two more are for what instances share (`shared.rs`).
const POSTGRES_CONNECTIONS: u32 = 10;
/// A connection to PostgreSQL that was used within this time is not asked whether it still answers: that takes as long
/// as a small query.
const TRUSTED_FOR: Duration = Duration::from_secs(1);

/// Nobody waits for a row longer than SQLite's writer is waited for, and a transaction that says nothing for so long is
/// ended by PostgreSQL: its host may be gone, or its process hang, and what it holds would be held for hours.
const POSTGRES_LIMITS: &str = "SELECT set_config('lock_timeout', '5s', false),
    set_config('idle_in_transaction_session_timeout', '10s', false)";

/// Sorts after every UUID, in any collation: where a list in descending order of ids begins.
const AFTER_ALL: &str = "g";

/// Declares the statements of one file: a constant each, and `ALL`, from which a test prepares every one on both
/// databases.
macro_rules! statements {
    ($($(#[$doc:meta])* $name:ident = $sql:expr;)*) => {
        $($(#[$doc])* const $name: &str = $sql;)*

        /// Name and text of every statement of this file.
        pub const ALL: &[(&str, &str)] = &[$((stringify!($name), $name)),*];
    };
}
pub(crate) use statements;

/// Whether that user is an approved creator, as a condition of SQL. `$user` is a column with an id.
macro_rules! is_approved {
    ($user:literal) => {
        concat!("EXISTS (SELECT 1 FROM creator_applications a WHERE a.user_id = ", $user, " AND a.status = 'APPROVED')")
    };
}
pub(crate) use is_approved;

/// Name and text of every statement, for the test that prepares them.
pub fn all_statements() -> impl Iterator<Item = (&'static str, &'static str)> {
    [
        analytics::ALL,
        applications::ALL,
        audit::ALL,
        broadcasts::ALL,
        channels::ALL,
        chat::ALL,
        curves::ALL,
        demo::ALL,
        follows::ALL,
        ingresses::ALL,
        inspect::ALL,
        limits::ALL,
        moderation::ALL,
        pictures::ALL,
        resets::ALL,
        sessions::ALL,
        streams::ALL,
        titles::ALL,
        users::ALL,
        visits::ALL,
        webhooks::ALL,
    ]
    .into_iter()
    .flatten()
    .copied()
}

/// The database. Clones share the same connections.
#[derive(Clone, Debug)]
pub enum Db {
    /// SQLite lets one connection write at a time, so `write` holds one.
    Sqlite {
        /// Connections that only read.
        read: Readers<Sqlite>,
        /// The one that writes.
        write: SqlitePool,
    },
    /// PostgreSQL.
    Postgres(PgPool),
}

impl Db {
    /// Opens what `url` names (`sqlite:path` or `postgres://…`), creating and migrating it as needed.
    ///
    /// # Errors
    /// When it cannot be opened or migrated.
    pub async fn open(url: &str) -> Result<Self> {
        let db = match url.strip_prefix("sqlite:") {
            Some(path) => Self::open_sqlite(path.trim_start_matches("//")).await?,
            None => Self::open_postgres(url).await?,
        };
        streams::fold_titles(&db).await?;
        users::fold_names(&db).await?;
        Ok(db)
    }

    async fn open_sqlite(file: impl AsRef<Path>) -> Result<Self> {
        let options = SqliteConnectOptions::new()
            .filename(file)
            .journal_mode(SqliteJournalMode::Wal)
            .synchronous(SqliteSynchronous::Normal)
            .busy_timeout(Duration::from_secs(5))
            .foreign_keys(true);
        let pool = || {
            SqlitePoolOptions::new()
                // A file needs no ping before each use.
                .test_before_acquire(false)
                .acquire_timeout(ACQUIRE_TIMEOUT)
        };
        let writer =
            || pool().max_connections(1).after_release(|connection, _| Box::pin(is_out_of_its_transaction(connection)));
        let mut tries = 1;
        let write = loop {
            match Self::open_to_write(writer(), options.clone()).await {
                Err(_) if tries < OPENING_TRIES => tries += 1,
                opened => break opened?,
            }
        };
        let read = pool().max_connections(SQLITE_READERS).connect_with(options.read_only(true)).await?;
        Ok(Self::Sqlite { read: Readers::new(read), write })
    }

    /// Another program may be making or changing the same file at this moment, which SQLite has no lock for. A change
    /// is one transaction: one that the other made first fails here as a whole, and is found made when this is tried
    /// again.
    async fn open_to_write(pool: SqlitePoolOptions, options: SqliteConnectOptions) -> Result<SqlitePool> {
        let write = pool.connect_with(options.create_if_missing(true)).await?;
        sqlx::migrate!("migrations/sqlite").run(&write).await?;
        Ok(write)
    }

    async fn open_postgres(url: &str) -> Result<Self> {
        let pool = PgPoolOptions::new()
            .max_connections(POSTGRES_CONNECTIONS)
            // None is given up that works: see `connect_all`.
            .idle_timeout(None)
            .max_lifetime(None)
            .acquire_timeout(ACQUIRE_TIMEOUT)
            .test_before_acquire(false)
            .before_acquire(|connection, use_so_far| {
                Box::pin(async move {
                    if use_so_far.idle_for > TRUSTED_FOR {
                        connection.ping().await?;
                    }
                    Ok(true)
                })
            })
            .after_connect(|connection, _| {
                Box::pin(async move { connection.execute(POSTGRES_LIMITS).await.map(|_| ()) })
            })
            .connect(url)
            .await?;
        // Without those limits: it may wait for others, and takes as long as there are rows. Holds a lock: of several
        // instances that start at once, the others wait.
        let one = PgPoolOptions::new().max_connections(1).acquire_timeout(ACQUIRE_TIMEOUT);
        let one = one.connect_with(pool.connect_options().as_ref().clone()).await?;
        sqlx::migrate!("migrations/postgres").run(&one).await?;
        one.close().await;
        Ok(Self::Postgres(pool))
    }

    /// Makes all connections that there will be, before anybody waits for one: on a busy server a new one takes seconds.
    /// sqlx steps back 800 times while it proves the password to PostgreSQL (`hi` of `sqlx-postgres`), and each time all
    /// other work goes first. Without enough of them in time there are fewer, and more when they are needed.
    pub async fn connect_all(&self) {
        let Self::Postgres(pool) = self else { return };
        let made = join_all((0..POSTGRES_CONNECTIONS).map(|_| pool.acquire())).await;
        if let Some(error) = made.into_iter().find_map(Result::err) {
            tracing::warn!(%error, "fewer connections to PostgreSQL than wanted");
        }
    }

    /// Starts a transaction; dropping it without `commit` rolls it back.
    ///
    /// # Errors
    /// When no connection is free in time.
    pub async fn begin(&self) -> Result<Tx> {
        Ok(match self {
            // Takes the write lock now, so that it cannot fail half-way because somebody else holds it.
            Self::Sqlite { write, .. } => Tx::Sqlite(write.begin_with("BEGIN IMMEDIATE").await?),
            Self::Postgres(pool) => Tx::Postgres(pool.begin().await?),
        })
    }

    /// Closes all connections; SQLite writes its log back into the file.
    pub async fn close(&self) {
        match self {
            Self::Sqlite { read, write } => {
                read.close().await;
                write.close().await;
            }
            Self::Postgres(pool) => pool.close().await,
        }
    }
}

/// Whether a connection can be used again. On a full disk SQLite rolls back by itself; sqlx does not notice, counts the
/// transaction as open for ever, and would begin no other one on that connection.
async fn is_out_of_its_transaction(connection: &mut SqliteConnection) -> Result<bool> {
    // A rollback that waits in its queue is done first.
    connection.ping().await?;
    Ok(!connection.is_in_transaction())
}

/// A transaction on the [`Db`].
#[derive(Debug)]
pub enum Tx {
    /// On SQLite, holding the write lock.
    Sqlite(Transaction<'static, Sqlite>),
    /// On PostgreSQL.
    Postgres(Transaction<'static, Postgres>),
}

impl Tx {
    /// Makes it permanent.
    ///
    /// # Errors
    /// When the database could not: nothing of it happened then.
    pub async fn commit(self) -> Result<()> {
        match self {
            Self::Sqlite(tx) => tx.commit().await,
            Self::Postgres(tx) => tx.commit().await,
        }
    }
}

/// Which of `constraints` (name, value) a failed write broke, if it broke one.
pub fn on_constraint<T: Copy>(error: &sqlx::Error, constraints: &[(&str, T)]) -> Option<T> {
    let error = error.as_database_error().filter(|error| error.is_unique_violation())?;
    let name = match error.constraint() {
        Some(name) => name.to_owned(),
        None => sqlite_constraint(error.message())?,
    };
    constraints.iter().find(|(constraint, _)| *constraint == name).map(|&(_, value)| value)
}

/// SQLite reports columns (`users.a, users.b`), or an index on expressions by its name; never the constraint.
fn sqlite_constraint(message: &str) -> Option<String> {
    let failed = message.strip_prefix("UNIQUE constraint failed: ")?;
    if let Some(index) = failed.strip_prefix("index '") {
        return Some(index.trim_end_matches('\'').to_owned());
    }
    let (table, _) = failed.split_once('.')?;
    let columns = failed.replace(&format!("{table}."), "").replace(", ", "_");
    Some(format!("{table}_{columns}_key"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn after_a_full_disk_there_is_a_next_transaction() {
        let folder = tempfile::tempdir().expect("a folder");
        let db = Db::open_sqlite(folder.path().join("full.db")).await.expect("a new database");
        let page_count: (i64,) = db.write("PRAGMA page_count").fetch_one().await.expect("a number");
        // Of the one connection that writes; the one that follows it has room again.
        let limited: (i64,) = db.write("PRAGMA max_page_count = 1").fetch_one().await.expect("a number");
        assert_eq!(limited, page_count);
        let mut tx = db.begin().await.expect("a transaction");
        let name = "a name that is too long ".repeat(100_000);
        // One row and nothing beside it: SQLite then rolls back all there is, and not only the statement.
        let insert = "INSERT INTO webhook_events (id, received_at) VALUES ($1, 1)";
        let error = tx.write(insert).bind(&*name).execute().await.expect_err("there is no room");
        assert_eq!(Outage::of(&error), Some(Outage::Full));
        drop(tx);
        let mut tx = db.begin().await.expect("the next transaction");
        tx.write(insert).bind(&*name).execute().await.expect("there is room");
        tx.commit().await.expect("stored");
        db.close().await;
    }

    #[test]
    fn a_sqlite_message_names_the_constraint() {
        let name = |columns: &str| sqlite_constraint(&format!("UNIQUE constraint failed: {columns}"));
        assert_eq!(name("users.username").as_deref(), Some("users_username_key"));
        assert_eq!(name("follows.user_id, follows.stream_id").as_deref(), Some("follows_user_id_stream_id_key"));
        assert_eq!(name("index 'users_email_key'").as_deref(), Some("users_email_key"));
    }
}
