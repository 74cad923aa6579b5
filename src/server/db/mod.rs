//! One database handle for SQLite and PostgreSQL, and the queries, one file per group of tables.
//!
//! A query function is written once, takes `impl Queryable`, and so runs on a `&Db` or inside a `&mut Tx`. Inside a
//! transaction only the `Tx` is used: on SQLite a second write by the same task would wait for the one writer until
//! it times out. Nobody outside this folder touches a pool.

use std::{path::Path, time::Duration};

use sqlx::{
    Database, Encode, FromRow, PgPool, Pool, Postgres, Result, Sqlite, SqlitePool, Transaction, Type,
    pool::MaybePoolConnection,
    postgres::{PgArguments, PgPoolOptions, PgRow},
    sqlite::{
        SqliteArguments, SqliteConnectOptions, SqliteJournalMode, SqlitePoolOptions, SqliteRow, SqliteSynchronous,
    },
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
pub mod inspect;
pub mod limits;
pub mod moderation;
pub mod pictures;
pub mod resets;
pub mod sessions;
pub mod shared;
pub mod streams;
pub mod titles;
pub mod users;
pub mod visits;
pub mod webhooks;

pub use inspect::PoolUse;

/// How long a query waits for a free connection before it fails.
const ACQUIRE_TIMEOUT: Duration = Duration::from_secs(5);
/// Connections that read a SQLite file.
const SQLITE_READERS: u32 = 4;
/// How often opening a SQLite file to write is tried: more than there are changes that another program can make first.
const OPENING_TRIES: usize = 20;
/// Connections to PostgreSQL, of each instance; two more are for what instances share (`shared.rs`).
const POSTGRES_CONNECTIONS: u32 = 10;

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
        read: SqlitePool,
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
        let mut tries = 1;
        let write = loop {
            match Self::open_to_write(pool().max_connections(1), options.clone()).await {
                Err(_) if tries < OPENING_TRIES => tries += 1,
                opened => break opened?,
            }
        };
        let read = pool().max_connections(SQLITE_READERS).connect_with(options.read_only(true)).await?;
        Ok(Self::Sqlite { read, write })
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
            .acquire_timeout(ACQUIRE_TIMEOUT)
            .connect(url)
            .await?;
        // Holds a lock for it: of several instances that start at once, the others wait.
        sqlx::migrate!("migrations/postgres").run(&pool).await?;
        Ok(Self::Postgres(pool))
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

/// What a query can run on: `&Db` or `&mut Tx`.
pub trait Queryable<'c>: Send {
    /// A query that only reads.
    fn read(self, sql: &'static str) -> Query<'c>;
    /// A query that may write.
    fn write(self, sql: &'static str) -> Query<'c>;
}

impl<'c> Queryable<'c> for &'c Db {
    fn read(self, sql: &'static str) -> Query<'c> {
        match self {
            Db::Sqlite { read, .. } => Query::Sqlite(sqlx::query(sql), Target::Pool(read)),
            Db::Postgres(pool) => Query::Postgres(sqlx::query(sql), Target::Pool(pool)),
        }
    }

    fn write(self, sql: &'static str) -> Query<'c> {
        match self {
            Db::Sqlite { write, .. } => Query::Sqlite(sqlx::query(sql), Target::Pool(write)),
            Db::Postgres(pool) => Query::Postgres(sqlx::query(sql), Target::Pool(pool)),
        }
    }
}

impl<'c> Queryable<'c> for &'c mut Tx {
    fn read(self, sql: &'static str) -> Query<'c> {
        self.write(sql)
    }

    fn write(self, sql: &'static str) -> Query<'c> {
        match self {
            Tx::Sqlite(tx) => Query::Sqlite(sqlx::query(sql), Target::Tx(tx)),
            Tx::Postgres(tx) => Query::Postgres(sqlx::query(sql), Target::Tx(tx)),
        }
    }
}

/// A value that both databases can bind.
pub trait Value<'v>: Encode<'v, Sqlite> + Type<Sqlite> + Encode<'v, Postgres> + Type<Postgres> {}
impl<'v, T> Value<'v> for T where T: Encode<'v, Sqlite> + Type<Sqlite> + Encode<'v, Postgres> + Type<Postgres> {}

/// A row that both databases can return: `#[derive(sqlx::FromRow)]`, or a tuple of columns.
pub trait Row: Send + Unpin + for<'r> FromRow<'r, SqliteRow> + for<'r> FromRow<'r, PgRow> {}
impl<T> Row for T where T: Send + Unpin + for<'r> FromRow<'r, SqliteRow> + for<'r> FromRow<'r, PgRow> {}

/// A statement with its values, on its way to the database.
#[must_use = "a query does nothing until it is fetched or executed"]
#[expect(missing_debug_implementations, reason = "sqlx's queries have none")]
pub enum Query<'c> {
    /// For SQLite.
    Sqlite(sqlx::query::Query<'c, Sqlite, SqliteArguments>, Target<'c, Sqlite>),
    /// For PostgreSQL.
    Postgres(sqlx::query::Query<'c, Postgres, PgArguments>, Target<'c, Postgres>),
}

impl Query<'_> {
    /// Binds the next `$n`. One that is forgotten is NULL on SQLite and an error on PostgreSQL.
    pub fn bind<'v>(self, value: impl Value<'v>) -> Self {
        match self {
            Self::Sqlite(query, target) => Self::Sqlite(query.bind(value), target),
            Self::Postgres(query, target) => Self::Postgres(query.bind(value), target),
        }
    }

    /// All rows.
    pub async fn fetch_all<T: Row>(self) -> Result<Vec<T>> {
        match self {
            Self::Sqlite(query, target) => {
                query.try_map(|row| T::from_row(&row)).fetch_all(&mut *target.connection().await?).await
            }
            Self::Postgres(query, target) => {
                query.try_map(|row| T::from_row(&row)).fetch_all(&mut *target.connection().await?).await
            }
        }
    }

    /// The first row. The statement runs to its end, as sqlx's own `fetch_optional` does not: on a write that one
    /// drops an error which SQLite reports on commit (a full disk), and the row is gone.
    pub async fn fetch_optional<T: Row>(self) -> Result<Option<T>> {
        Ok(self.fetch_all().await?.into_iter().next())
    }

    /// The first row; [`sqlx::Error::RowNotFound`] when there is none.
    pub async fn fetch_one<T: Row>(self) -> Result<T> {
        self.fetch_optional().await?.ok_or(sqlx::Error::RowNotFound)
    }

    /// Runs the statement and says how many rows it changed.
    pub async fn execute(self) -> Result<u64> {
        Ok(match self {
            Self::Sqlite(query, target) => query.execute(&mut *target.connection().await?).await?.rows_affected(),
            Self::Postgres(query, target) => query.execute(&mut *target.connection().await?).await?.rows_affected(),
        })
    }
}

/// Where a query runs: any connection of a pool, or the one of a transaction.
#[derive(Debug)]
pub enum Target<'c, DB: Database> {
    /// Any of these.
    Pool(&'c Pool<DB>),
    /// This one.
    Tx(&'c mut Transaction<'static, DB>),
}

impl<'c, DB: Database> Target<'c, DB> {
    async fn connection(self) -> Result<MaybePoolConnection<'c, DB>> {
        Ok(match self {
            Self::Pool(pool) => pool.acquire().await?.into(),
            Self::Tx(tx) => tx.as_mut().into(),
        })
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

    #[test]
    fn a_sqlite_message_names_the_constraint() {
        let name = |columns: &str| sqlite_constraint(&format!("UNIQUE constraint failed: {columns}"));
        assert_eq!(name("users.username").as_deref(), Some("users_username_key"));
        assert_eq!(name("follows.user_id, follows.stream_id").as_deref(), Some("follows_user_id_stream_id_key"));
        assert_eq!(name("index 'users_email_key'").as_deref(), Some("users_email_key"));
    }
}
