//! Which of LiveKit's events were taken in: their ids, and nothing else of them. One that comes again is known by its
//! id, in the same transaction in which the first one counted. Forgotten after a day.

use std::collections::HashSet;

use sqlx::Result;

use super::{Queryable, Tx, statements};
use crate::domain::timestamp::Timestamp;

statements! {
    INSERT_EVENT = "INSERT INTO webhook_events (id, received_at) VALUES ($2, $1)
                    ON CONFLICT (id) DO NOTHING RETURNING id";

    INSERT_EVENTS = "INSERT INTO webhook_events (id, received_at)
                     VALUES ($2, $1), ($3, $1), ($4, $1), ($5, $1), ($6, $1), ($7, $1), ($8, $1), ($9, $1),
                         ($10, $1), ($11, $1), ($12, $1), ($13, $1), ($14, $1), ($15, $1), ($16, $1), ($17, $1)
                     ON CONFLICT (id) DO NOTHING RETURNING id";

    FIND_LAST_EVENT = "SELECT max(received_at) FROM webhook_events";

    /// Of a stream that is on air, or rehearses.
    FIND_LAST_START = "SELECT max(started_at) FROM streams
                       WHERE status <> 'offline' AND started_at > $1 AND started_at <= $2";

    DELETE_OLD_EVENTS = "DELETE FROM webhook_events WHERE received_at <= $1";
}

/// Most that [`INSERT_EVENTS`] takes.
const AT_ONCE: usize = 16;

/// Remembers events; says which are new. In the order of `ids` and in few statements: each waits for the database.
pub async fn insert(tx: &mut Tx, ids: &[&str], now: Timestamp) -> Result<HashSet<String>> {
    let mut new = HashSet::new();
    for some in ids.chunks(AT_ONCE) {
        // Places that are left over hold the last one again, which then is there already.
        let places = if some.len() == 1 { 1 } else { AT_ONCE };
        let mut query = tx.write(if places == 1 { INSERT_EVENT } else { INSERT_EVENTS }).bind(now.0);
        for place in 0..places {
            query = query.bind(some[place.min(some.len() - 1)]);
        }
        new.extend(query.fetch_all::<(String,)>().await?.into_iter().map(|(id,)| id));
    }
    Ok(new)
}

/// When the last one came, of those that are remembered.
pub async fn find_last(db: impl Queryable<'_>) -> Result<Option<Timestamp>> {
    let (last,): (Option<i64>,) = db.read(FIND_LAST_EVENT).fetch_one().await?;
    Ok(last.map(Timestamp))
}

/// When the last stream began, of those that are on air and began in that time: each sends several events then.
pub async fn find_last_start(db: impl Queryable<'_>, after: Timestamp, until: Timestamp) -> Result<Option<Timestamp>> {
    let (last,): (Option<i64>,) = db.read(FIND_LAST_START).bind(after.0).bind(until.0).fetch_one().await?;
    Ok(last.map(Timestamp))
}

/// Forgets events received before then.
pub async fn delete_old(db: impl Queryable<'_>, before: Timestamp) -> Result<u64> {
    db.write(DELETE_OLD_EVENTS).bind(before.0).execute().await
}
