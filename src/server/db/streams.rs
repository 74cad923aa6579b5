//! Streams: what is shown of them, what their creators have set, and the encoder behind them. The way in, which is
//! columns of the same table, is in `ingresses.rs`; what is read of a row is in `stream_row.rs`.
//!
//! Whatever people see goes up by one version with each change ("a new version" below); what nobody sees does not.
//! Whoever reads, decides and writes begins with [`lock`].

use sqlx::Result;

pub use super::stream_row::StreamRow;
use super::{Query, Queryable, is_approved, statements};
use crate::domain::{
    account::Username,
    channel::StreamStatus,
    chat_settings::ChatSettings,
    id::{BroadcastId, StreamId, UserId},
    on_air::OnAir,
    search::searchable,
    stream::DisconnectProtection,
    timestamp::Timestamp,
};

macro_rules! columns {
    () => {
        "id, user_id, version, title, thumbnail, is_chat_enabled, is_chat_delayed, chat_delay_seconds,
         slow_mode_seconds, is_chat_followers_only, followers_min_minutes, ended_by_creator, status,
         started_at, broadcast_id, resource_id, participant_sid, ended_resource_id,
         ended_participant_sid, reconnecting_until, last_live_at, ingress_id, input_type, server_url,
         sealed_key, key_is_lost, is_rehearsal_on, disconnect_protection_seconds, last_used_at, last_width, last_height,
         created_at, updated_at"
    };
}

statements! {
    INSERT_STREAM = "INSERT INTO streams (id, user_id, version, title, thumbnail, is_chat_enabled, is_chat_delayed,
                         chat_delay_seconds, slow_mode_seconds, is_chat_followers_only, followers_min_minutes,
                         ended_by_creator, status, key_is_lost, ingress_claimed_until, created_at, updated_at,
                         folded_title)
                     VALUES ($1, $2, 1, $3, NULL, $4, $5, $6, $7, $8, $9, FALSE, 'offline', FALSE, 0, $10, $10, $11)
                     ON CONFLICT (user_id) DO NOTHING";

    FIND_STREAM = concat!("SELECT ", columns!(), " FROM streams WHERE id = $1");

    /// Holds the row until the transaction ends: FOR UPDATE, in words that SQLite knows too.
    LOCK_STREAM = concat!("UPDATE streams SET version = version WHERE id = $1 RETURNING ", columns!());

    FIND_BY_USER = concat!("SELECT ", columns!(), " FROM streams WHERE user_id = $1");

    FIND_BY_USERNAME = concat!(
        "SELECT ", columns!(), " FROM streams
         WHERE user_id = (SELECT u.id FROM users u WHERE u.username = $1) AND ", is_approved!("streams.user_id")
    );

    LIST_BUSY = "SELECT id FROM streams WHERE status <> 'offline' ORDER BY id";

    LIST_IDLE = "SELECT id, ingress_id, key_is_lost FROM streams WHERE status = 'offline' ORDER BY id";

    UPDATE_TEXTS = "UPDATE streams SET title = $2, folded_title = $5, thumbnail = $3, version = version + 1, updated_at = $4
                    WHERE id = $1";

    LIST_UNFOLDED = "SELECT id, title FROM streams WHERE folded_title = ''";

    /// Not when somebody changed the title meanwhile.
    FOLD_TITLE = "UPDATE streams SET folded_title = $3 WHERE id = $1 AND title = $2";

    UPDATE_CHAT = "UPDATE streams SET is_chat_enabled = $2, is_chat_delayed = $3, chat_delay_seconds = $4,
                       slow_mode_seconds = $5, is_chat_followers_only = $6, followers_min_minutes = $7,
                       version = version + 1, updated_at = $8
                   WHERE id = $1";

    UPDATE_SESSION = "UPDATE streams SET resource_id = $2, participant_sid = $3, ended_resource_id = $4,
                          ended_participant_sid = $5, reconnecting_until = $6, is_rehearsal_on = $7
                      WHERE id = $1";

    /// A new version, for open dashboards show it.
    UPDATE_REHEARSAL = "UPDATE streams SET is_rehearsal_on = $2, version = version + 1, updated_at = $3 WHERE id = $1";

    UPDATE_PROTECTION = "UPDATE streams SET disconnect_protection_seconds = $2, version = version + 1, updated_at = $3
                         WHERE id = $1";

    /// Whoever is no creator any more opens nothing.
    UPDATE_ENDED = concat!(
        "UPDATE streams SET ended_by_creator = $2, version = version + 1, updated_at = $3
         WHERE id = $1 AND ($2 OR ", is_approved!("streams.user_id"), ")"
    );

    /// Approved again, after a revocation had closed it.
    OPEN_FOR = "UPDATE streams SET ended_by_creator = FALSE WHERE user_id = $1";

    UPDATE_LAST_SIZE = "UPDATE streams SET last_width = $2, last_height = $3 WHERE id = $1";

    UPDATE_STATUS = "UPDATE streams SET status = $2, started_at = $3, broadcast_id = $4, last_live_at = $5,
                         last_used_at = $6, version = version + 1, updated_at = $7
                     WHERE id = $1";
}

/// A stream that is off air.
#[derive(Debug, sqlx::FromRow)]
pub struct IdleRow {
    /// Which stream.
    #[sqlx(try_from = "String")]
    pub id: StreamId,
    /// What LiveKit calls its way in, if there is a key.
    pub ingress_id: Option<String>,
    /// LiveKit did not know it when it was last asked.
    pub key_is_lost: bool,
}

/// Gives the account a stream with default settings, unless it has one.
pub async fn insert(
    db: impl Queryable<'_>,
    id: &StreamId,
    user_id: &UserId,
    title: &str,
    now: Timestamp,
) -> Result<()> {
    let query = db.write(INSERT_STREAM).bind(id.as_str()).bind(user_id.as_str()).bind(title);
    let query = bind_chat(query, &ChatSettings::default());
    query.bind(now.0).bind(searchable(title)).execute().await?;
    Ok(())
}

/// A stream.
pub async fn find(db: impl Queryable<'_>, id: &StreamId) -> Result<Option<StreamRow>> {
    db.read(FIND_STREAM).bind(id.as_str()).fetch_optional().await
}

/// A stream, held for this transaction alone.
pub async fn lock(tx: &mut super::Tx, id: &StreamId) -> Result<Option<StreamRow>> {
    tx.write(LOCK_STREAM).bind(id.as_str()).fetch_optional().await
}

/// The stream of an account, creator or not.
pub async fn find_by_user(db: impl Queryable<'_>, user_id: &UserId) -> Result<Option<StreamRow>> {
    db.read(FIND_BY_USER).bind(user_id.as_str()).fetch_optional().await
}

/// The stream of a creator.
pub async fn find_by_username(db: impl Queryable<'_>, username: &Username) -> Result<Option<StreamRow>> {
    db.read(FIND_BY_USERNAME).bind(username.as_str()).fetch_optional().await
}

/// Streams that are not offline.
pub async fn list_busy(db: impl Queryable<'_>) -> Result<Vec<StreamId>> {
    let rows: Vec<(String,)> = db.read(LIST_BUSY).fetch_all().await?;
    Ok(rows.into_iter().map(|(id,)| id.into()).collect())
}

/// Streams that are offline, with a key or without: a browser needs none to go live.
pub async fn list_idle(db: impl Queryable<'_>) -> Result<Vec<IdleRow>> {
    db.read(LIST_IDLE).fetch_all().await
}

/// Changes title and picture; a new version.
pub async fn update_texts(
    db: impl Queryable<'_>,
    id: &StreamId,
    title: &str,
    thumbnail: Option<&str>,
    now: Timestamp,
) -> Result<()> {
    let query = db.write(UPDATE_TEXTS).bind(id.as_str()).bind(title).bind(thumbnail).bind(now.0);
    query.bind(searchable(title)).execute().await?;
    Ok(())
}

/// Folds titles that were stored before they were searched this way.
pub(super) async fn fold_titles(db: &super::Db) -> Result<()> {
    let rows: Vec<(String, String)> = db.read(LIST_UNFOLDED).fetch_all().await?;
    for (id, title) in rows {
        db.write(FOLD_TITLE).bind(id).bind(title.as_str()).bind(searchable(&title)).execute().await?;
    }
    Ok(())
}

/// Changes the rules of the chat; a new version.
pub async fn update_chat(db: impl Queryable<'_>, id: &StreamId, chat: &ChatSettings, now: Timestamp) -> Result<()> {
    bind_chat(db.write(UPDATE_CHAT).bind(id.as_str()), chat).bind(now.0).execute().await?;
    Ok(())
}

/// Binds the rules of the chat, in the order of their columns.
fn bind_chat<'c>(query: Query<'c>, chat: &ChatSettings) -> Query<'c> {
    query
        .bind(chat.is_chat_enabled)
        .bind(chat.is_chat_delayed)
        .bind(i64::from(chat.chat_delay_seconds))
        .bind(i64::from(chat.slow_mode_seconds))
        .bind(chat.is_chat_followers_only)
        .bind(i64::from(chat.followers_min_minutes))
}

/// Remembers the encoder's session; not a new version, for nobody sees it.
pub async fn update_session(db: impl Queryable<'_>, id: &StreamId, on_air: &OnAir) -> Result<()> {
    db.write(UPDATE_SESSION)
        .bind(id.as_str())
        .bind(on_air.resource_id.as_deref())
        .bind(on_air.participant_sid.as_deref())
        .bind(on_air.ended_resource_id.as_deref())
        .bind(on_air.ended_participant_sid.as_deref())
        .bind(on_air.reconnecting_until.map(|time| time.0))
        .bind(on_air.is_rehearsal_on)
        .execute()
        .await?;
    Ok(())
}

/// Turns the rehearsal on or off for who comes next.
pub async fn update_rehearsal(db: impl Queryable<'_>, id: &StreamId, is_on: bool, now: Timestamp) -> Result<()> {
    db.write(UPDATE_REHEARSAL).bind(id.as_str()).bind(is_on).bind(now.0).execute().await?;
    Ok(())
}

/// Sets how long a drop is waited out.
pub async fn update_protection(
    db: impl Queryable<'_>,
    id: &StreamId,
    protection: DisconnectProtection,
    now: Timestamp,
) -> Result<()> {
    let seconds = i64::from(protection.seconds());
    db.write(UPDATE_PROTECTION).bind(id.as_str()).bind(seconds).bind(now.0).execute().await?;
    Ok(())
}

/// Remembers whether the creator keeps the encoder out.
pub async fn update_ended(db: impl Queryable<'_>, id: &StreamId, is_ended: bool, now: Timestamp) -> Result<()> {
    db.write(UPDATE_ENDED).bind(id.as_str()).bind(is_ended).bind(now.0).execute().await?;
    Ok(())
}

/// Lets whoever is approved send again.
pub async fn open_for(db: impl Queryable<'_>, user_id: &UserId) -> Result<()> {
    db.write(OPEN_FOR).bind(user_id.as_str()).execute().await?;
    Ok(())
}

/// Remembers the size of the picture that came in, in pixels; not a new version, for it is shown when it is over.
pub async fn update_last_size(db: impl Queryable<'_>, id: &StreamId, (width, height): (u32, u32)) -> Result<()> {
    let update = db.write(UPDATE_LAST_SIZE).bind(id.as_str()).bind(i64::from(width)).bind(i64::from(height));
    update.execute().await?;
    Ok(())
}

/// What going on or off air changes.
#[derive(Debug)]
pub struct StatusRow {
    /// On air or not.
    pub status: StreamStatus,
    /// Since when.
    pub started_at: Option<Timestamp>,
    /// In which broadcast.
    pub broadcast_id: Option<BroadcastId>,
    /// When it was last seen on air.
    pub last_live_at: Option<Timestamp>,
    /// When something last came in.
    pub last_used_at: Option<Timestamp>,
}

/// Goes on or off air; a new version.
pub async fn update_status(db: impl Queryable<'_>, id: &StreamId, row: &StatusRow, now: Timestamp) -> Result<()> {
    db.write(UPDATE_STATUS)
        .bind(id.as_str())
        .bind(row.status.as_str())
        .bind(row.started_at.map(|time| time.0))
        .bind(row.broadcast_id.as_ref().map(BroadcastId::as_str))
        .bind(row.last_live_at.map(|time| time.0))
        .bind(row.last_used_at.map(|time| time.0))
        .bind(now.0)
        .execute()
        .await?;
    Ok(())
}
