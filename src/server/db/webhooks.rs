//! Which of LiveKit's events were taken in: their ids, and nothing else of them.

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

/// Forgets events received before then.
pub async fn delete_old(db: impl Queryable<'_>, before: Timestamp) -> Result<u64> {
    db.write(DELETE_OLD_EVENTS).bind(before.0).execute().await
}
