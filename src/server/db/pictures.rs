//! Pictures that the storage has files of. A row is there before its files and goes after them, so that no file is ever
//! without one; whether a picture is still shown, the rows of streams and accounts say.

use sqlx::Result;

use super::{Queryable, statements};
use crate::domain::{id::UserId, media::Picture, timestamp::Timestamp};

statements! {
    INSERT_PICTURE = "INSERT INTO pictures (address, user_id, created_at) VALUES ($1, $2, $3)";

    DELETE_PICTURE = "DELETE FROM pictures WHERE address = $1";

    LIST_PICTURES_OF = "SELECT address FROM pictures WHERE user_id = $1 ORDER BY address";

    LIST_UNUSED_PICTURES = "SELECT p.address FROM pictures p
                            WHERE p.created_at < $1
                            AND NOT EXISTS (SELECT 1 FROM streams s WHERE s.thumbnail = p.address)
                            AND NOT EXISTS (SELECT 1 FROM users u WHERE u.picture = p.address)
                            ORDER BY p.address LIMIT 1000";
}

/// Remembers a picture, before its files are stored.
pub async fn insert(db: impl Queryable<'_>, picture: &Picture, user_id: &UserId, now: Timestamp) -> Result<()> {
    db.write(INSERT_PICTURE).bind(picture.address()).bind(user_id.as_str()).bind(now.0).execute().await?;
    Ok(())
}

/// Forgets a picture, after its files are gone.
pub async fn delete(db: impl Queryable<'_>, picture: &Picture) -> Result<()> {
    db.write(DELETE_PICTURE).bind(picture.address()).execute().await?;
    Ok(())
}

/// Addresses of all pictures that this account has given.
pub async fn list_of(db: impl Queryable<'_>, user_id: &UserId) -> Result<Vec<String>> {
    let rows: Vec<(String,)> = db.read(LIST_PICTURES_OF).bind(user_id.as_str()).fetch_all().await?;
    Ok(rows.into_iter().map(|(address,)| address).collect())
}

/// Pictures from before `until` that no stream and no account names.
pub async fn list_unused(db: impl Queryable<'_>, until: Timestamp) -> Result<Vec<Picture>> {
    let rows: Vec<(String,)> = db.read(LIST_UNUSED_PICTURES).bind(until.0).fetch_all().await?;
    Ok(rows.iter().filter_map(|(address,)| Picture::at(address)).collect())
}
