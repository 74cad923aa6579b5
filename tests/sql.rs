//! Every statement, on both databases. Preparing finds what a database cannot parse or does not have; that types fit,
//! the other tests show, which run them all on PostgreSQL too.

use std::time::Duration;

use sqlx::{AssertSqlSafe, Connection as _, Executor as _, PgConnection, SqlSafeStr as _, SqliteConnection};
use streamit::server::{
    clock,
    db::{Db, Queryable as _, all_statements, limits},
};

use crate::support::{Database, TestApp, database::Fresh};

on_both_databases![
    every_statement_can_be_prepared,
    an_empty_database_is_migrated_once,
    after_a_clock_that_went_back_a_limit_begins_anew,
    what_is_asked_at_every_request_has_an_index_for_it,
];

async fn every_statement_can_be_prepared(database: Database) {
    let folder = tempfile::tempdir().unwrap();
    let fresh = Fresh::new(database, folder.path()).await;
    let db = Db::open(&fresh.url).await.unwrap();
    let mut failures = Vec::new();
    let mut count = 0;
    for (name, sql) in all_statements() {
        count += 1;
        let sql = AssertSqlSafe(sql).into_sql_str();
        let prepared = match database {
            Database::Sqlite => {
                let path = fresh.url.trim_start_matches("sqlite:");
                let mut connection = SqliteConnection::connect(path).await.unwrap();
                connection.prepare(sql).await.map(drop)
            }
            Database::Postgres => {
                let mut connection = PgConnection::connect(&fresh.url).await.unwrap();
                connection.prepare(sql).await.map(drop)
            }
        };
        failures.extend(prepared.err().map(|error| format!("{name}: {error}")));
    }
    assert!(failures.is_empty(), "{failures:#?}");
    assert!(count >= 40, "only {count} statements");
    db.close().await;
}

async fn an_empty_database_is_migrated_once(database: Database) {
    let mut app = TestApp::start(database).await;
    app.first_user().await;
    app.restart().await;
    let (accounts,): (i64,) = app.db().read("SELECT count(*) FROM users").fetch_one().await.unwrap();
    assert_eq!(accounts, 1);
}

async fn after_a_clock_that_went_back_a_limit_begins_anew(database: Database) {
    let app = TestApp::start(database).await;
    // Of today: what is older than that is pruned beside it.
    let (minute, now) = (Duration::from_secs(60), clock::now());
    let hit = async |at| limits::hit(app.db(), "somebody", minute, at).await.unwrap().count;
    let (soon, ahead) = (now.plus(minute), now.plus(minute * 60));
    // Another instance's clock may be a little ahead.
    assert_eq!((hit(soon).await, hit(now).await), (1, 2));
    assert_eq!((hit(ahead).await, hit(ahead).await), (1, 2));
    assert_eq!((hit(now).await, hit(now).await), (1, 2));
}

/// As SQLite's planner sees it, which knows nothing of what is in the tables; PostgreSQL's goes by that.
async fn what_is_asked_at_every_request_has_an_index_for_it(database: Database) {
    if database == Database::Postgres {
        return;
    }
    let app = TestApp::start(database).await;
    for (name, index) in [
        ("FIND_VISITOR", "SEARCH a USING INDEX creator_applications_user_id_idx (user_id=?)"),
        ("FIND_NEWEST", "SEARCH a USING INDEX creator_applications_user_id_idx (user_id=?)"),
        ("LIST_HELD", "SEARCH l USING INDEX chat_lines_held_idx (stream_id=?)"),
    ] {
        let (_, sql) = all_statements().find(|(other, _)| *other == name).expect("a statement");
        let question: &'static str = format!("EXPLAIN QUERY PLAN {sql}").leak();
        let steps: Vec<(i64, i64, i64, String)> = app.db().read(question).fetch_all().await.unwrap();
        assert!(steps.iter().any(|(.., step)| step == index), "{name}: {steps:#?}");
    }
}

#[test]
fn no_two_statements_have_the_same_name() {
    let mut names: Vec<&str> = all_statements().map(|(name, _)| name).collect();
    let count = names.len();
    names.sort_unstable();
    names.dedup();
    assert_eq!(names.len(), count);
}
