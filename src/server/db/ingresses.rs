//! The way into a stream: what LiveKit calls it, what it is for, and the key, which is sealed. These are columns of
//! `streams`; whether something comes in by it is in `streams.rs`.
//!
//! A key is changed by whoever holds the reservation ([`claim`]), since LiveKit is asked in between: of two changes at
//! once one gets it, and a reservation that nobody gives back ends by itself. The key is never here in the clear.

use std::time::Duration;

use sqlx::Result;

use super::{Queryable, is_approved, statements};
use crate::domain::{id::StreamId, ingress::InputType, timestamp::Timestamp};

statements! {
    FIND_STREAM_OF_INGRESS = "SELECT id FROM streams WHERE ingress_id = $1";

    /// Of two at once, one gets it; not while something is connected. One that lasts beyond $4 was reserved by a clock
    /// that went back since.
    CLAIM = "UPDATE streams SET ingress_claimed_until = $3
             WHERE id = $1 AND status = 'offline' AND (ingress_claimed_until < $2 OR ingress_claimed_until > $4)";

    RELEASE = "UPDATE streams SET ingress_claimed_until = 0 WHERE id = $1";

    /// A new version, as with the next one: open dashboards show whether the encoder is kept out, and the last use.
    CLEAR = concat!(
        "UPDATE streams SET ingress_id = NULL, input_type = NULL, server_url = NULL, sealed_key = NULL,
             key_is_lost = FALSE, ended_by_creator = ended_by_creator AND NOT ", is_approved!("streams.user_id"), ",
             version = version + 1, updated_at = $2
         WHERE id = $1"
    );

    STORE = concat!(
        "UPDATE streams SET ingress_id = $2, input_type = $3, server_url = $4, sealed_key = $5,
             key_is_lost = FALSE, ended_by_creator = FALSE, last_used_at = NULL, last_width = NULL,
             last_height = NULL, ingress_claimed_until = 0, version = version + 1, updated_at = $6
         WHERE id = $1 AND ", is_approved!("streams.user_id")
    );

    MARK_KEY = "UPDATE streams SET key_is_lost = $3, version = version + 1, updated_at = $4
                WHERE id = $1 AND ingress_id = $2";
}

/// A new way in.
#[derive(Debug)]
pub struct IngressRow<'a> {
    /// What LiveKit calls it.
    pub ingress_id: &'a str,
    /// What it is for.
    pub input_type: InputType,
    /// Where the encoder connects.
    pub server_url: &'a str,
    /// The encrypted stream key.
    pub sealed_key: &'a str,
}

/// The stream that an ingress belongs to.
pub async fn find_stream(db: impl Queryable<'_>, ingress_id: &str) -> Result<Option<StreamId>> {
    let row: Option<(String,)> = db.read(FIND_STREAM_OF_INGRESS).bind(ingress_id).fetch_optional().await?;
    Ok(row.map(|(id,)| id.into()))
}

/// Reserves the change of the key; says whether nobody else has.
pub async fn claim(db: impl Queryable<'_>, id: &StreamId, now: Timestamp, length: Duration) -> Result<bool> {
    let (until, never) = (now.plus(length), now.plus(length * 2));
    Ok(db.write(CLAIM).bind(id.as_str()).bind(now.0).bind(until.0).bind(never.0).execute().await? == 1)
}

/// Gives the reservation back.
pub async fn release(db: impl Queryable<'_>, id: &StreamId) -> Result<()> {
    db.write(RELEASE).bind(id.as_str()).execute().await?;
    Ok(())
}

/// Forgets the key.
pub async fn clear(db: impl Queryable<'_>, id: &StreamId, now: Timestamp) -> Result<()> {
    db.write(CLEAR).bind(id.as_str()).bind(now.0).execute().await?;
    Ok(())
}

/// Stores a new key, and gives the reservation back; says whether the stream was still there, and its owner still a
/// creator.
pub async fn store(db: impl Queryable<'_>, id: &StreamId, ingress: &IngressRow<'_>, now: Timestamp) -> Result<bool> {
    let stored = db
        .write(STORE)
        .bind(id.as_str())
        .bind(ingress.ingress_id)
        .bind(ingress.input_type.as_str())
        .bind(ingress.server_url)
        .bind(ingress.sealed_key)
        .bind(now.0)
        .execute()
        .await?;
    Ok(stored == 1)
}

/// Remembers whether LiveKit knows the key.
pub async fn mark_key(
    db: impl Queryable<'_>,
    id: &StreamId,
    ingress_id: &str,
    is_lost: bool,
    now: Timestamp,
) -> Result<()> {
    db.write(MARK_KEY).bind(id.as_str()).bind(ingress_id).bind(is_lost).bind(now.0).execute().await?;
    Ok(())
}
