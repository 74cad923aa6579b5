//! Links to a new password that were sent and not used. Known by the hash of what is in them: whoever reads the
//! database can use none. Of two who use one at once, one finds it.

use sqlx::Result;

use super::{Queryable, Tx, statements};
use crate::domain::{id::UserId, timestamp::Timestamp};

statements! {
    INSERT_RESET = "INSERT INTO password_resets (token_hash, user_id, expires_at) VALUES ($1, $2, $3)";

    FIND_RESET = "SELECT user_id FROM password_resets WHERE token_hash = $1 AND expires_at > $2";

    /// Of two who use one link at once, one finds it.
    TAKE_RESET = "DELETE FROM password_resets WHERE token_hash = $1 AND expires_at > $2 RETURNING user_id";

    DELETE_RESETS = "DELETE FROM password_resets WHERE user_id = $1";

    DELETE_EXPIRED_RESETS = "DELETE FROM password_resets WHERE expires_at <= $1";
}

/// Remembers a link.
pub async fn insert(db: impl Queryable<'_>, token_hash: &str, user_id: &UserId, expires_at: Timestamp) -> Result<()> {
    db.write(INSERT_RESET).bind(token_hash).bind(user_id.as_str()).bind(expires_at.0).execute().await?;
    Ok(())
}

/// Whose link that is, while it can be used.
pub async fn find(db: impl Queryable<'_>, token_hash: &str, now: Timestamp) -> Result<Option<UserId>> {
    let row: Option<(String,)> = db.read(FIND_RESET).bind(token_hash).bind(now.0).fetch_optional().await?;
    Ok(row.map(|(id,)| id.into()))
}

/// Uses a link; `None` when it cannot be used any more.
pub async fn take(tx: &mut Tx, token_hash: &str, now: Timestamp) -> Result<Option<UserId>> {
    let row: Option<(String,)> = tx.write(TAKE_RESET).bind(token_hash).bind(now.0).fetch_optional().await?;
    Ok(row.map(|(id,)| id.into()))
}

/// Makes all links of an account worth nothing.
pub async fn delete_of(db: impl Queryable<'_>, user_id: &UserId) -> Result<()> {
    db.write(DELETE_RESETS).bind(user_id.as_str()).execute().await?;
    Ok(())
}

/// Forgets what has run out.
pub async fn delete_expired(db: impl Queryable<'_>, now: Timestamp) -> Result<u64> {
    db.write(DELETE_EXPIRED_RESETS).bind(now.0).execute().await
}
