//! A statement on its way to the database: written once, run on SQLite or PostgreSQL. [`Queryable`] says on what (a
//! `&Db`, a `&mut Tx`), [`Query`] takes the values and gives rows back.
//!
//! On SQLite what only reads goes to a connection that reads, what may write to the one that writes; inside of a
//! transaction everything goes to the transaction. No text of a statement is ever put together from values.

use sqlx::{
    Encode, FromRow, Postgres, Result, Sqlite, Type,
    postgres::{PgArguments, PgRow},
    sqlite::{SqliteArguments, SqliteRow},
};

use super::{Db, Tx, target::Target};

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
            Db::Sqlite { read, .. } => Query::Sqlite(sqlx::query(sql), Target::Readers(read)),
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
                let mut connection = target.connection().await?;
                let rows = query.try_map(|row| T::from_row(&row)).fetch_all(connection.as_mut()).await?;
                connection.give_back();
                Ok(rows)
            }
            Self::Postgres(query, target) => {
                let mut connection = target.connection().await?;
                query.try_map(|row| T::from_row(&row)).fetch_all(connection.as_mut()).await
            }
        }
    }

    /// The first row. What may write runs to its end, as it does not with sqlx's own `fetch_optional`: on a write that one
    /// drops an error which SQLite reports on commit (a full disk), and the row is gone. What only reads ends with the
    /// row, and whoever waits is woken once.
    pub async fn fetch_optional<T: Row>(self) -> Result<Option<T>> {
        match self {
            Self::Sqlite(query, Target::Readers(readers)) => {
                let mut lent = readers.lend().await?;
                let row = query.try_map(|row| T::from_row(&row)).fetch_optional(&mut *lent.connection).await?;
                lent.give_back();
                Ok(row)
            }
            query => Ok(query.fetch_all().await?.into_iter().next()),
        }
    }

    /// The first row; [`sqlx::Error::RowNotFound`] when there is none.
    pub async fn fetch_one<T: Row>(self) -> Result<T> {
        self.fetch_optional().await?.ok_or(sqlx::Error::RowNotFound)
    }

    /// Runs the statement and says how many rows it changed.
    pub async fn execute(self) -> Result<u64> {
        Ok(match self {
            Self::Sqlite(query, target) => query.execute(target.connection().await?.as_mut()).await?.rows_affected(),
            Self::Postgres(query, target) => query.execute(target.connection().await?.as_mut()).await?.rows_affected(),
        })
    }
}
