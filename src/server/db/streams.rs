//! Streams: what is shown of them, the encoder behind it, and the way in.

use std::time::Duration;

use sqlx::Result;

use super::{Queryable, statements};
use crate::domain::{
    account::Username,
    channel::{ChannelState, StreamStatus},
    chat_settings::ChatSettings,
    id::{BroadcastId, StreamId, UserId},
    ingress::InputType,
    on_air::OnAir,
    search::searchable,
    stream::{Controls, DisconnectProtection, LastUsed, OwnState, StreamInfo},
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

    FIND_BY_INGRESS = "SELECT id FROM streams WHERE ingress_id = $1";

    FIND_BY_USER = concat!("SELECT ", columns!(), " FROM streams WHERE user_id = $1");

    FIND_BY_USERNAME = concat!(
        "SELECT ", columns!(), " FROM streams
         WHERE user_id = (SELECT u.id FROM users u WHERE u.username = $1)
         AND EXISTS (SELECT 1 FROM creator_applications a WHERE a.user_id = streams.user_id AND a.status = 'APPROVED')"
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

    UPDATE_ENDED = "UPDATE streams SET ended_by_creator = $2, version = version + 1, updated_at = $3 WHERE id = $1";

    /// Approved again, after a revocation had closed it.
    OPEN_FOR = "UPDATE streams SET ended_by_creator = FALSE WHERE user_id = $1";

    UPDATE_LAST_SIZE = "UPDATE streams SET last_width = $2, last_height = $3 WHERE id = $1";

    UPDATE_STATUS = "UPDATE streams SET status = $2, started_at = $3, broadcast_id = $4, last_live_at = $5,
                         last_used_at = $6, version = version + 1, updated_at = $7
                     WHERE id = $1";

    /// Of two at once, one gets it; not while something is connected.
    CLAIM_INGRESS = "UPDATE streams SET ingress_claimed_until = $3
                     WHERE id = $1 AND status = 'offline' AND ingress_claimed_until < $2";

    RELEASE_INGRESS = "UPDATE streams SET ingress_claimed_until = 0 WHERE id = $1";

    /// A new version, as with the next one: open dashboards show whether the encoder is kept out, and the last use.
    CLEAR_INGRESS = "UPDATE streams SET ingress_id = NULL, input_type = NULL, server_url = NULL, sealed_key = NULL,
                         key_is_lost = FALSE, ended_by_creator = FALSE, version = version + 1, updated_at = $2
                     WHERE id = $1";

    STORE_INGRESS = "UPDATE streams SET ingress_id = $2, input_type = $3, server_url = $4, sealed_key = $5,
                         key_is_lost = FALSE, ended_by_creator = FALSE, last_used_at = NULL, last_width = NULL,
                         last_height = NULL, ingress_claimed_until = 0, version = version + 1, updated_at = $6
                     WHERE id = $1";

    MARK_KEY = "UPDATE streams SET key_is_lost = $3 WHERE id = $1 AND ingress_id = $2";
}

/// A stream, whole.
#[derive(Clone, Debug, sqlx::FromRow)]
#[expect(missing_docs, reason = "the columns, described where the table is made")]
pub struct StreamRow {
    #[sqlx(try_from = "String")]
    pub id: StreamId,
    #[sqlx(try_from = "String")]
    pub user_id: UserId,
    pub version: i64,
    pub title: String,
    pub thumbnail: Option<String>,
    is_chat_enabled: bool,
    is_chat_delayed: bool,
    chat_delay_seconds: i64,
    slow_mode_seconds: i64,
    is_chat_followers_only: bool,
    followers_min_minutes: i64,
    pub ended_by_creator: bool,
    status: String,
    started_at: Option<i64>,
    pub broadcast_id: Option<String>,
    resource_id: Option<String>,
    participant_sid: Option<String>,
    ended_resource_id: Option<String>,
    ended_participant_sid: Option<String>,
    reconnecting_until: Option<i64>,
    last_live_at: Option<i64>,
    pub ingress_id: Option<String>,
    input_type: Option<String>,
    pub server_url: Option<String>,
    pub sealed_key: Option<String>,
    pub key_is_lost: bool,
    pub is_rehearsal_on: bool,
    disconnect_protection_seconds: i64,
    last_used_at: Option<i64>,
    last_width: Option<i64>,
    last_height: Option<i64>,
    created_at: i64,
    updated_at: i64,
}

impl StreamRow {
    /// On air or not.
    pub fn status(&self) -> StreamStatus {
        StreamStatus::from_stored(&self.status)
    }

    /// When the broadcast began.
    pub fn started_at(&self) -> Option<Timestamp> {
        self.started_at.map(Timestamp)
    }

    /// The broadcast that goes on, also while its encoder is waited for.
    pub fn broadcast(&self) -> Option<BroadcastId> {
        self.broadcast_id.clone().map(BroadcastId)
    }

    /// When it was last seen on air, also if it is now.
    pub fn last_seen_live_at(&self) -> Option<Timestamp> {
        self.last_live_at.map(Timestamp)
    }

    /// When something last came in.
    pub fn last_used_at(&self) -> Option<Timestamp> {
        self.last_used_at.map(Timestamp)
    }

    /// When it was last on air, if it is not now.
    pub fn last_live_at(&self) -> Option<Timestamp> {
        self.last_live_at.filter(|_| !self.status().is_live()).map(Timestamp)
    }

    /// When anything of it last changed.
    pub fn updated_at(&self) -> Timestamp {
        Timestamp(self.updated_at)
    }

    /// What the key is for.
    pub fn input_type(&self) -> Option<InputType> {
        self.input_type.as_deref().and_then(|text| InputType::parse(text).ok())
    }

    /// The rules of the chat.
    pub fn chat(&self) -> ChatSettings {
        // The columns only ever get values that fitted.
        let number = |value: i64| u32::try_from(value).unwrap_or(0);
        ChatSettings {
            is_chat_enabled: self.is_chat_enabled,
            is_chat_delayed: self.is_chat_delayed,
            chat_delay_seconds: number(self.chat_delay_seconds),
            slow_mode_seconds: number(self.slow_mode_seconds),
            is_chat_followers_only: self.is_chat_followers_only,
            followers_min_minutes: number(self.followers_min_minutes),
        }
    }

    /// What is remembered of the encoder.
    pub fn on_air(&self) -> OnAir {
        OnAir {
            status: self.status(),
            resource_id: self.resource_id.clone(),
            participant_sid: self.participant_sid.clone(),
            ended_resource_id: self.ended_resource_id.clone(),
            ended_participant_sid: self.ended_participant_sid.clone(),
            reconnecting_until: self.reconnecting_until.map(Timestamp),
            is_rehearsal_on: self.is_rehearsal_on,
            is_ended_by_creator: self.ended_by_creator,
            disconnect_protection: Duration::from_secs(u64::from(self.disconnect_protection_seconds())),
        }
    }

    fn disconnect_protection_seconds(&self) -> u32 {
        u32::try_from(self.disconnect_protection_seconds).unwrap_or(0)
    }

    /// What its creator has set for the encoder, and what is known of it.
    pub fn controls(&self) -> Controls {
        let size = |value: Option<i64>| value.and_then(|value| u32::try_from(value).ok());
        let picture = size(self.last_width).zip(size(self.last_height));
        Controls {
            has_key: self.ingress_id.is_some(),
            is_rehearsal_on: self.is_rehearsal_on,
            ended_by_creator: self.ended_by_creator,
            disconnect_protection_seconds: self.disconnect_protection_seconds(),
            last_used: self.last_used_at().map(|at| LastUsed {
                at,
                width: picture.map(|(width, _)| width),
                height: picture.map(|(_, height)| height),
            }),
        }
    }

    /// What everybody sees, before viewers are counted.
    pub fn state(&self) -> ChannelState {
        ChannelState {
            version: self.version,
            status: self.status(),
            is_live: self.status().is_live(),
            started_at: self.started_at(),
            title: self.title.clone(),
            thumbnail: self.thumbnail.clone(),
            chat: self.chat(),
            viewer_count: 0,
        }
    }

    /// What its creator sees as it changes, before viewers are counted.
    pub fn own_state(&self) -> OwnState {
        OwnState { channel: self.state(), controls: self.controls() }
    }

    /// What its creator sees.
    pub fn info(&self) -> StreamInfo {
        StreamInfo {
            title: self.title.clone(),
            thumbnail: self.thumbnail.clone(),
            is_live: self.status().is_live(),
            status: self.status(),
            chat: self.chat(),
            ended_by_creator: self.ended_by_creator,
            created_at: self.created_at.into(),
            updated_at: self.updated_at.into(),
        }
    }
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

/// Gives the account a stream with default settings, unless it has one.
pub async fn insert(
    db: impl Queryable<'_>,
    id: &StreamId,
    user_id: &UserId,
    title: &str,
    now: Timestamp,
) -> Result<()> {
    let chat = ChatSettings::default();
    db.write(INSERT_STREAM)
        .bind(id.as_str())
        .bind(user_id.as_str())
        .bind(title)
        .bind(chat.is_chat_enabled)
        .bind(chat.is_chat_delayed)
        .bind(i64::from(chat.chat_delay_seconds))
        .bind(i64::from(chat.slow_mode_seconds))
        .bind(chat.is_chat_followers_only)
        .bind(i64::from(chat.followers_min_minutes))
        .bind(now.0)
        .bind(searchable(title))
        .execute()
        .await?;
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

/// The stream that an ingress belongs to.
pub async fn find_by_ingress(db: impl Queryable<'_>, ingress_id: &str) -> Result<Option<StreamId>> {
    let row: Option<(String,)> = db.read(FIND_BY_INGRESS).bind(ingress_id).fetch_optional().await?;
    Ok(row.map(|(id,)| id.into()))
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
    db.write(UPDATE_CHAT)
        .bind(id.as_str())
        .bind(chat.is_chat_enabled)
        .bind(chat.is_chat_delayed)
        .bind(i64::from(chat.chat_delay_seconds))
        .bind(i64::from(chat.slow_mode_seconds))
        .bind(chat.is_chat_followers_only)
        .bind(i64::from(chat.followers_min_minutes))
        .bind(now.0)
        .execute()
        .await?;
    Ok(())
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

/// Reserves the change of the key; says whether nobody else has.
pub async fn claim_ingress(db: impl Queryable<'_>, id: &StreamId, now: Timestamp, until: Timestamp) -> Result<bool> {
    Ok(db.write(CLAIM_INGRESS).bind(id.as_str()).bind(now.0).bind(until.0).execute().await? == 1)
}

/// Gives the reservation back.
pub async fn release_ingress(db: impl Queryable<'_>, id: &StreamId) -> Result<()> {
    db.write(RELEASE_INGRESS).bind(id.as_str()).execute().await?;
    Ok(())
}

/// Forgets the key.
pub async fn clear_ingress(db: impl Queryable<'_>, id: &StreamId, now: Timestamp) -> Result<()> {
    db.write(CLEAR_INGRESS).bind(id.as_str()).bind(now.0).execute().await?;
    Ok(())
}

/// Stores a new key, and gives the reservation back; says whether the stream was still there.
pub async fn store_ingress(
    db: impl Queryable<'_>,
    id: &StreamId,
    ingress: &IngressRow<'_>,
    now: Timestamp,
) -> Result<bool> {
    let stored = db
        .write(STORE_INGRESS)
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
pub async fn mark_key(db: impl Queryable<'_>, id: &StreamId, ingress_id: &str, is_lost: bool) -> Result<()> {
    db.write(MARK_KEY).bind(id.as_str()).bind(ingress_id).bind(is_lost).execute().await?;
    Ok(())
}
