//! Failures of the database that pass: it has no room, or it is away. What is wrong with a statement is none of them.
//! By this a caller is told to try again later, and not that something is broken.

/// Why nothing can be stored for a while.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Outage {
    /// No room, or a disk that does not work. What is stored can mostly be read.
    Full,
    /// Not running, not reachable, or too busy to take another question.
    Away,
}

/// SQLite's primary codes: <https://www.sqlite.org/rescode.html>.
const SQLITE_BUSY: u32 = 5;
const SQLITE_READONLY: u32 = 8;
const SQLITE_IOERR: u32 = 10;
const SQLITE_FULL: u32 = 13;
const SQLITE_CANTOPEN: u32 = 14;

impl Outage {
    /// The failure of who was not even tried, after others have failed.
    pub fn too_busy() -> sqlx::Error {
        sqlx::Error::PoolTimedOut
    }

    /// What kind of outage a failure comes from, if it comes from one.
    pub fn of(error: &sqlx::Error) -> Option<Self> {
        match error {
            sqlx::Error::Io(_)
            | sqlx::Error::Tls(_)
            | sqlx::Error::PoolTimedOut
            | sqlx::Error::PoolClosed
            | sqlx::Error::WorkerCrashed => Some(Self::Away),
            sqlx::Error::Database(error) => {
                let code = error.code()?;
                if error.try_downcast_ref::<sqlx::sqlite::SqliteError>().is_some() {
                    return of_sqlite(&code);
                }
                of_postgres(&code)
            }
            _ => None,
        }
    }
}

/// Whether it was asked for what PostgreSQL takes for no text: it holds a NUL. The API refuses such a request at its
/// door, on both databases; the address of a page passes none.
pub fn is_not_text(error: &sqlx::Error) -> bool {
    const CHARACTER_NOT_IN_REPERTOIRE: &str = "22021";
    let code = error.as_database_error().and_then(sqlx::error::DatabaseError::code);
    code.is_some_and(|code| code == CHARACTER_NOT_IN_REPERTOIRE)
}

/// The code holds the primary one in its lowest byte.
fn of_sqlite(code: &str) -> Option<Outage> {
    match code.parse::<u32>().ok()? & 0xff {
        SQLITE_IOERR | SQLITE_FULL | SQLITE_READONLY | SQLITE_CANTOPEN => Some(Outage::Full),
        SQLITE_BUSY => Some(Outage::Away),
        _ => None,
    }
}

/// By class: <https://www.postgresql.org/docs/current/errcodes-appendix.html>.
fn of_postgres(code: &str) -> Option<Outage> {
    match code {
        "53100" | "58030" => Some(Outage::Full),
        // A standby that took over and is not yet written to; one that let a transaction hang; a row that another
        // transaction holds for too long. Class 40: two waited for each other.
        "25006" | "25P03" | "55P03" => Some(Outage::Away),
        _ if ["08", "40", "53", "57P"].iter().any(|class| code.starts_with(class)) => Some(Outage::Away),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_passes_is_told_from_what_is_wrong() {
        assert_eq!(Outage::of(&sqlx::Error::PoolTimedOut), Some(Outage::Away));
        assert_eq!(Outage::of(&sqlx::Error::RowNotFound), None);
        // 778 is SQLITE_IOERR_WRITE, 2067 SQLITE_CONSTRAINT_UNIQUE.
        let (full, away) = (Some(Outage::Full), Some(Outage::Away));
        assert_eq!(["13", "778", "14", "5", "2067"].map(of_sqlite), [full, full, full, away, None]);
        let told = ["53100", "57P03", "08006", "40P01", "25006", "25P03", "55P03", "23505"].map(of_postgres);
        assert_eq!(told, [full, away, away, away, away, away, away, None]);
    }
}
