//! What several instances on one PostgreSQL share beside rows: messages (`LISTEN`, `NOTIFY`) and locks that end with the
//! connection that holds them. None of it is on SQLite, which one program has for itself, so none of it is among the
//! statements that are prepared on both.
//!
//! Each uses a connection of its own, outside the pool. A proxy that gives each statement another connection
//! (PgBouncer's transaction mode) breaks both.

use sqlx::{
    Connection as _, Executor as _, PgConnection, Result,
    postgres::{PgConnectOptions, PgListener, PgPoolOptions},
};

use super::{Db, Queryable as _};

/// Where messages are.
const CHANNEL: &str = "streamit_news";
/// PostgreSQL ends a session that says nothing for so long, and with it its locks: one whose host is gone, or whose
/// process hangs. Far longer than two checks are apart. A setting that PostgreSQL 13 does not know is passed over.
const SILENT_FOR_AT_MOST: &str =
    "SELECT set_config(name, '9000', false) FROM pg_settings WHERE name = 'idle_session_timeout'";

const NOTIFY: &str = "SELECT pg_notify('streamit_news', $1)";
const TRY_LOCK: &str = "SELECT pg_try_advisory_lock($1)";
const UNLOCK: &str = "SELECT pg_advisory_unlock($1)";

impl Db {
    /// Whether other instances may use it at the same time.
    pub fn is_shared(&self) -> bool {
        matches!(self, Self::Postgres(_))
    }

    /// How to connect beside the pool, called `name` in PostgreSQL's own lists.
    fn options(&self, name: &str) -> Result<PgConnectOptions> {
        match self {
            Self::Postgres(pool) => Ok(pool.connect_options().as_ref().clone().application_name(name)),
            Self::Sqlite { .. } => Err(sqlx::Error::Configuration("SQLite is not shared".into())),
        }
    }
}

/// Sends a message of less than 8,000 bytes to whoever listens.
pub async fn notify(db: &Db, message: &str) -> Result<()> {
    db.write(NOTIFY).bind(message).execute().await?;
    Ok(())
}

/// Hears messages.
#[derive(Debug)]
pub struct Listener(PgListener);

impl Listener {
    /// Hears what is sent from now on.
    pub async fn open(db: &Db) -> Result<Self> {
        let one = PgPoolOptions::new().max_connections(1).max_lifetime(None).idle_timeout(None);
        let pool = one.connect_with(db.options("streamit news")?).await?;
        let mut listener = PgListener::connect_with(&pool).await?;
        // What was missed meanwhile has to be read again, so a new one is opened by whoever does that.
        listener.eager_reconnect(false);
        listener.ignore_pool_close_event(true);
        listener.listen(CHANNEL).await?;
        Ok(Self(listener))
    }

    /// The next message; `None` when the connection is lost. May be given up and asked for again.
    pub async fn next(&mut self) -> Result<Option<String>> {
        Ok(self.0.try_recv().await?.map(|message| message.payload().to_owned()))
    }

    /// Whether the connection still works.
    pub async fn check(&mut self) -> Result<()> {
        self.0.execute("SELECT 1").await.map(|_| ())
    }
}

/// Holds locks, each by a number, until it is closed or lost.
#[derive(Debug)]
pub struct Locks(PgConnection);

impl Locks {
    /// Holds none yet.
    pub async fn open(db: &Db) -> Result<Self> {
        let mut connection = PgConnection::connect_with(&db.options("streamit locks")?).await?;
        connection.execute(SILENT_FOR_AT_MOST).await?;
        Ok(Self(connection))
    }

    /// Takes a lock, unless somebody else holds it; says whether it was taken. Twice taken is to be given back twice.
    pub async fn try_lock(&mut self, key: i64) -> Result<bool> {
        sqlx::query_scalar(TRY_LOCK).bind(key).fetch_one(&mut self.0).await
    }

    /// Gives one back.
    pub async fn unlock(&mut self, key: i64) -> Result<()> {
        sqlx::query(UNLOCK).bind(key).execute(&mut self.0).await.map(|_| ())
    }

    /// Fails when they are lost.
    pub async fn check(&mut self) -> Result<()> {
        self.0.execute("SELECT 1").await.map(|_| ())
    }

    /// Gives all back.
    pub async fn close(self) -> Result<()> {
        self.0.close().await
    }
}
