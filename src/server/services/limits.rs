//! Refusing what somebody did too often. How often is too often, and what is said then, is for the service that asks.
//!
//! Counted in the database, so that all instances count together, and before what is counted is done: what is refused
//! counts too.

use std::time::Duration;

use crate::server::{Error, Result, clock, db, db::Db};

/// Counts something that is done, and refuses it when it was done too often.
///
/// # Errors
/// When it was done more than `most` times within the window.
pub(super) async fn limit(db: &Db, name: &str, most: i64, window: Duration, message: &'static str) -> Result<()> {
    let now = clock::now();
    let hits = db::limits::hit(db, name, window, now).await?;
    if hits.count <= most {
        return Ok(());
    }
    Err(Error::TooMany { retry_after: hits.window_start.plus(window).since(now), message })
}
