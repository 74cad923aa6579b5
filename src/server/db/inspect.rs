//! A database that is looked at, or copied, without being changed: for the doctor and `/admin`, backups and what is
//! restored of them, `/readyz` and `/metrics`. Nothing here makes or migrates one.

use std::{path::Path, time::Duration};

use sqlx::{
    Result, SqliteConnection,
    migrate::Migrator,
    postgres::PgPoolOptions,
    sqlite::{SqliteConnectOptions, SqlitePoolOptions},
};

use super::{Db, Queryable, SQLITE_READERS, readers::Readers, statements};
use crate::domain::channel::StreamStatus;

/// How long the database may take to be reached.
const CONNECTS_WITHIN: Duration = Duration::from_secs(5);

static SQLITE: Migrator = sqlx::migrate!("migrations/sqlite");
static POSTGRES: Migrator = sqlx::migrate!("migrations/postgres");

statements! {
    PING = "SELECT count(*) FROM installation";

    COUNT_EVENTS = "SELECT count(*) FROM webhook_events";

    COUNT_STREAMS = "SELECT status, count(*) FROM streams GROUP BY status";

    LIST_MIGRATIONS = "SELECT version FROM _sqlx_migrations WHERE success ORDER BY version";
}

/// How many connections there are, and how many of them are at work.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct PoolUse {
    /// At work.
    pub in_use: u32,
    /// Open, and waiting for work.
    pub idle: u32,
    /// The most that there may be.
    pub limit: u32,
}

/// Where a database stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Schema {
    /// As this program wants it.
    UpToDate,
    /// So many changes are missing: the program makes them when it starts.
    Older(usize),
    /// It was changed by a newer program than this one.
    Newer,
}

/// The file that `url` names, on SQLite.
pub fn sqlite_file(url: &str) -> Option<&Path> {
    Some(Path::new(url.strip_prefix("sqlite:")?.trim_start_matches("//")))
}

impl Db {
    /// Opens what is there.
    ///
    /// # Errors
    /// When there is none, or it cannot be opened.
    pub async fn look_into(url: &str) -> Result<Self> {
        let Some(file) = sqlite_file(url) else {
            let pool = PgPoolOptions::new().max_connections(2).acquire_timeout(CONNECTS_WITHIN);
            return Ok(Self::Postgres(pool.connect(url).await?));
        };
        let options = SqliteConnectOptions::new().filename(file).read_only(true).busy_timeout(CONNECTS_WITHIN);
        let read = SqlitePoolOptions::new().max_connections(1).connect_with(options).await?;
        Ok(Self::Sqlite { write: read.clone(), read: Readers::new(read) })
    }

    /// How its connections are used.
    pub fn pool_use(&self) -> PoolUse {
        let of = |size: u32, idle: usize, limit| {
            let idle = u32::try_from(idle).unwrap_or(size).min(size);
            PoolUse { in_use: size - idle, idle, limit }
        };
        match self {
            Self::Sqlite { read, write } => {
                let (readers, resting) = read.count();
                of(readers + write.size(), resting + write.num_idle(), SQLITE_READERS + 1)
            }
            Self::Postgres(pool) => of(pool.size(), pool.num_idle(), pool.options().get_max_connections()),
        }
    }
}

/// Whether the database answers.
pub async fn ping(db: impl Queryable<'_>) -> Result<()> {
    db.read(PING).fetch_one::<(i64,)>().await.map(|_| ())
}

/// How many webhooks are remembered.
pub async fn count_events(db: impl Queryable<'_>) -> Result<i64> {
    let (count,): (i64,) = db.read(COUNT_EVENTS).fetch_one().await?;
    Ok(count)
}

/// How many streams have each status; every status is named.
pub async fn count_streams(db: impl Queryable<'_>) -> Result<Vec<(StreamStatus, i64)>> {
    let rows: Vec<(String, i64)> = db.read(COUNT_STREAMS).fetch_all().await?;
    let all =
        [StreamStatus::Offline, StreamStatus::Rehearsal, StreamStatus::Live, StreamStatus::Reconnecting].into_iter();
    let count = |status: StreamStatus| rows.iter().filter(|row| row.0 == status.as_str()).map(|row| row.1).sum();
    Ok(all.map(|status| (status, count(status))).collect())
}

/// Where the database stands, beside what this program knows.
pub async fn schema(db: &Db) -> Result<Schema> {
    let applied: Vec<(i64,)> = db.read(LIST_MIGRATIONS).fetch_all().await?;
    let known = match db {
        Db::Sqlite { .. } => &SQLITE,
        Db::Postgres(_) => &POSTGRES,
    };
    let known: Vec<i64> = known.iter().map(|migration| migration.version).collect();
    if applied.iter().any(|(version,)| !known.contains(version)) {
        return Ok(Schema::Newer);
    }
    match known.len() - applied.len() {
        0 => Ok(Schema::UpToDate),
        missing => Ok(Schema::Older(missing)),
    }
}

/// Writes a copy of the SQLite file to `copy`, as it is at one moment, whoever writes to it meanwhile.
pub async fn copy_sqlite(file: &Path, copy: &Path) -> Result<()> {
    use sqlx::{ConnectOptions as _, Connection as _};
    let options = SqliteConnectOptions::new().filename(file).read_only(true).busy_timeout(CONNECTS_WITHIN);
    let mut connection: SqliteConnection = options.connect().await?;
    // Not among the statements: PostgreSQL does not know it.
    let copied = sqlx::query("VACUUM INTO $1").bind(copy.to_string_lossy().into_owned()).execute(&mut connection).await;
    connection.close().await?;
    copied.map(|_| ())
}

/// What is wrong with a SQLite file, by its own check; `None` when nothing is.
pub async fn find_damage(db: &Db) -> Result<Option<String>> {
    let rows: Vec<(String,)> = db.read("PRAGMA integrity_check(1)").fetch_all().await?;
    Ok(rows.into_iter().map(|row| row.0).find(|text| text != "ok"))
}
