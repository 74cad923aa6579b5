//! Taking away what was made up for a demonstration. It goes by stream, and leaves what is on air, and whoever really
//! follows. Only `streamit demo-analytics` calls it.

use sqlx::Result;

use super::{Queryable as _, Tx, statements};
use crate::domain::id::StreamId;

statements! {
    FORGET_DEMO_RULES = "DELETE FROM chat_lines WHERE stream_id = $1 AND kind = 'rules'
                         AND broadcast_id IN (SELECT id FROM broadcasts WHERE stream_id = $1 AND settled_at IS NOT NULL)";

    FORGET_DEMO_BROADCASTS = "DELETE FROM broadcasts WHERE stream_id = $1 AND settled_at IS NOT NULL";

    FORGET_DEMO_TITLES = "DELETE FROM title_history
                          WHERE stream_id = $1 AND title <> (SELECT title FROM streams WHERE id = $1)";

    FORGET_DEMO_FOLLOWS = "DELETE FROM follow_events WHERE stream_id = $1";

    /// Those who do follow.
    REMEMBER_FOLLOWS = "INSERT INTO follow_events (stream_id, at, change)
                        SELECT stream_id, (followed_at / 900000) * 900000, count(*) FROM follows
                        WHERE stream_id = $1 GROUP BY stream_id, (followed_at / 900000) * 900000";
}

/// Forgets all broadcasts of a stream that are settled, its earlier titles, and followers that it never had.
pub async fn forget(tx: &mut Tx, stream: &StreamId) -> Result<()> {
    for sql in [FORGET_DEMO_RULES, FORGET_DEMO_BROADCASTS, FORGET_DEMO_TITLES, FORGET_DEMO_FOLLOWS, REMEMBER_FOLLOWS] {
        tx.write(sql).bind(stream.as_str()).execute().await?;
    }
    Ok(())
}
