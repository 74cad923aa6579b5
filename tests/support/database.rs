//! A fresh database for each test, of either kind. PostgreSQL is reached by `TEST_POSTGRES_URL`: an account that may
//! create databases. Without it the PostgreSQL half fails; it is never skipped.

use std::path::Path;

use sqlx::{AssertSqlSafe, Connection as _, PgConnection};
use url::Url;

/// Which one a test runs on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Database {
    Sqlite,
    Postgres,
}

/// Makes two tests of each function `async fn name(database: Database)`: `name::on_sqlite` and `name::on_postgres`.
/// A function that is not listed is dead code, which the lints refuse.
macro_rules! on_both_databases {
    ($($name:ident),* $(,)?) => {$(
        mod $name {
            use $crate::support::Database;

            #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
            async fn on_sqlite() {
                super::$name(Database::Sqlite).await;
            }

            #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
            async fn on_postgres() {
                super::$name(Database::Postgres).await;
            }
        }
    )*};
}

/// An empty database. It goes when this does.
#[derive(Debug)]
pub struct Fresh {
    /// As `DATABASE_URL` names it.
    pub url: String,
    /// On PostgreSQL: the server's own database, and the name of this one.
    on_server: Option<(String, String)>,
}

impl Fresh {
    /// A new one; a SQLite file lies in `folder`.
    pub async fn new(kind: Database, folder: &Path) -> Self {
        match kind {
            Database::Sqlite => {
                Self { url: format!("sqlite:{}", folder.join("streamit.db").display()), on_server: None }
            }
            Database::Postgres => Self::on_postgres().await,
        }
    }

    async fn on_postgres() -> Self {
        let admin = std::env::var("TEST_POSTGRES_URL").expect(
            "TEST_POSTGRES_URL is not set, and half of the tests run on PostgreSQL. Start one with \
             `scripts/postgres.sh start DIR` and export what DIR/postgres.env says, or run ./test integration",
        );
        let name = format!("streamit_test_{}", uuid::Uuid::now_v7().simple());
        execute(&admin, format!("CREATE DATABASE {name}")).await;
        let mut url = Url::parse(&admin).expect("TEST_POSTGRES_URL is a postgres:// address");
        url.set_path(&name);
        Self { url: url.into(), on_server: Some((admin, name)) }
    }
}

async fn execute(url: &str, sql: String) {
    let mut connection = PgConnection::connect(url).await.expect("PostgreSQL answers at TEST_POSTGRES_URL");
    sqlx::raw_sql(AssertSqlSafe(sql)).execute(&mut connection).await.expect("PostgreSQL does as it is told");
    connection.close().await.expect("PostgreSQL says good-bye");
}

impl Drop for Fresh {
    fn drop(&mut self) {
        let Some((admin, name)) = self.on_server.take() else { return };
        // Dropping is not async, and the test's own runtime is busy running it.
        let dropping = std::thread::spawn(move || {
            let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build();
            runtime.expect("a runtime").block_on(execute(&admin, format!("DROP DATABASE {name} WITH (FORCE)")));
        });
        // One that stays goes with the server.
        let _ = dropping.join();
    }
}
