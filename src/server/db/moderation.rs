//! Who keeps order in a chat, who may not write, what was done about it, and words that are blocked. Whether somebody
//! may do it is not asked here. A ban that has run out counts for nothing from that moment on, whenever its row is
//! deleted.

use sqlx::Result;

use super::{AFTER_ALL, Queryable, statements};
use crate::domain::{
    chat::ChatRole,
    chat_standing::{Ban, Standing},
    id::{ActionId, StreamId, UserId},
    moderation::{ActionKind, BannedPerson, ModerationAction, Moderator},
    timestamp::Timestamp,
};

statements! {
    /// What somebody is to a stream, in one row.
    FIND_STANDING = "SELECT u.username, s.user_id = u.id AS is_creator,
                         EXISTS (SELECT 1 FROM chat_moderators m
                                 WHERE m.stream_id = s.id AND m.user_id = u.id) AS is_moderator,
                         (SELECT f.followed_at FROM follows f
                          WHERE f.stream_id = s.id AND f.user_id = u.id) AS followed_at,
                         EXISTS (SELECT 1 FROM chat_bans b
                                 WHERE b.stream_id = s.id AND b.user_id = u.id
                                   AND (b.until IS NULL OR b.until > $3)) AS is_banned,
                         (SELECT b.until FROM chat_bans b
                          WHERE b.stream_id = s.id AND b.user_id = u.id) AS banned_until
                     FROM users u CROSS JOIN streams s WHERE u.id = $1 AND s.id = $2";

    PUT_BAN = "INSERT INTO chat_bans (stream_id, user_id, until, banned_by, created_at) VALUES ($1, $2, $3, $4, $5)
               ON CONFLICT (stream_id, user_id) DO UPDATE SET until = excluded.until, banned_by = excluded.banned_by,
                   created_at = excluded.created_at";

    DELETE_BAN = "DELETE FROM chat_bans WHERE stream_id = $1 AND user_id = $2 AND (until IS NULL OR until > $3)";

    DELETE_EXPIRED_BANS = "DELETE FROM chat_bans WHERE until <= $1";

    LIST_BANS = "SELECT u.username, b.until, b.created_at, by_whom.username AS banned_by
                 FROM chat_bans b JOIN users u ON u.id = b.user_id LEFT JOIN users by_whom ON by_whom.id = b.banned_by
                 WHERE b.stream_id = $1 AND (b.until IS NULL OR b.until > $2)
                   AND (b.created_at < $3 OR (b.created_at = $3 AND u.username > $4))
                 ORDER BY b.created_at DESC, u.username LIMIT $5";

    INSERT_MODERATOR = "INSERT INTO chat_moderators (stream_id, user_id, created_at) VALUES ($1, $2, $3)
                        ON CONFLICT (stream_id, user_id) DO NOTHING";

    DELETE_MODERATOR = "DELETE FROM chat_moderators WHERE stream_id = $1 AND user_id = $2";

    LIST_MODERATORS = "SELECT u.username, m.created_at FROM chat_moderators m JOIN users u ON u.id = m.user_id
                       WHERE m.stream_id = $1 ORDER BY u.username LIMIT 1000";

    INSERT_ACTION = "INSERT INTO chat_actions (id, stream_id, kind, actor_id, user_id, seconds, created_at)
                     VALUES ($1, $2, $3, $4, $5, $6, $7)";

    LIST_ACTIONS = "SELECT a.id, a.kind, actor.username AS actor, u.username AS target, a.seconds, a.created_at
                    FROM chat_actions a LEFT JOIN users actor ON actor.id = a.actor_id LEFT JOIN users u ON u.id = a.user_id
                    WHERE a.stream_id = $1 AND a.id < $2 ORDER BY a.id DESC LIMIT $3";

    FIND_BLOCKED_WORDS = "SELECT words FROM chat_blocked_words WHERE stream_id = $1";

    PUT_BLOCKED_WORDS = "INSERT INTO chat_blocked_words (stream_id, words) VALUES ($1, $2)
                         ON CONFLICT (stream_id) DO UPDATE SET words = excluded.words";
}

#[derive(sqlx::FromRow)]
struct StandingRow {
    username: String,
    is_creator: bool,
    is_moderator: bool,
    followed_at: Option<i64>,
    is_banned: bool,
    banned_until: Option<i64>,
}

impl From<StandingRow> for Standing {
    fn from(row: StandingRow) -> Self {
        let role = match (row.is_creator, row.is_moderator) {
            (true, _) => ChatRole::Creator,
            (false, true) => ChatRole::Moderator,
            (false, false) => ChatRole::Viewer,
        };
        Self {
            username: Some(row.username),
            role,
            followed_at: row.followed_at.map(Timestamp),
            ban: row.is_banned.then_some(Ban { until: row.banned_until.map(Timestamp) }),
        }
    }
}

/// What somebody is to a stream; `None` when either is gone.
pub async fn find_standing(
    db: impl Queryable<'_>,
    user: &UserId,
    stream: &StreamId,
    now: Timestamp,
) -> Result<Option<Standing>> {
    let query = db.read(FIND_STANDING).bind(user.as_str()).bind(stream.as_str()).bind(now.0);
    let row: Option<StandingRow> = query.fetch_optional().await?;
    Ok(row.map(Into::into))
}

/// Stops somebody from writing, in place of what was said of them before.
pub async fn put_ban(
    db: impl Queryable<'_>,
    stream: &StreamId,
    user: &UserId,
    ban: Ban,
    by: &UserId,
    now: Timestamp,
) -> Result<()> {
    db.write(PUT_BAN)
        .bind(stream.as_str())
        .bind(user.as_str())
        .bind(ban.until.map(|until| until.0))
        .bind(by.as_str())
        .bind(now.0)
        .execute()
        .await?;
    Ok(())
}

/// Lets somebody write again; says whether they could not.
pub async fn delete_ban(db: impl Queryable<'_>, stream: &StreamId, user: &UserId, now: Timestamp) -> Result<bool> {
    Ok(db.write(DELETE_BAN).bind(stream.as_str()).bind(user.as_str()).bind(now.0).execute().await? > 0)
}

/// Forgets what has run out.
pub async fn delete_expired_bans(db: impl Queryable<'_>, now: Timestamp) -> Result<u64> {
    db.write(DELETE_EXPIRED_BANS).bind(now.0).execute().await
}

/// The place in the list of bans that a piece ends at.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct BanCursor {
    /// When the last one of the piece was banned.
    pub banned_at: Timestamp,
    /// Who that was.
    pub username: String,
}

/// Who may not write, the newest first, after `cursor`.
pub async fn list_bans(
    db: impl Queryable<'_>,
    stream: &StreamId,
    cursor: Option<&BanCursor>,
    limit: i64,
    now: Timestamp,
) -> Result<Vec<BannedPerson>> {
    let (at, after) = cursor.map_or((i64::MAX, ""), |cursor| (cursor.banned_at.0, cursor.username.as_str()));
    let query = db.read(LIST_BANS).bind(stream.as_str()).bind(now.0).bind(at).bind(after).bind(limit);
    let rows: Vec<(String, Option<i64>, i64, Option<String>)> = query.fetch_all().await?;
    let person = |(username, until, at, by): (String, Option<i64>, i64, Option<String>)| BannedPerson {
        username,
        until: until.map(Timestamp),
        banned_at: at.into(),
        by,
    };
    Ok(rows.into_iter().map(person).collect())
}

/// Names a moderator; says whether they were none.
pub async fn insert_moderator(
    db: impl Queryable<'_>,
    stream: &StreamId,
    user: &UserId,
    now: Timestamp,
) -> Result<bool> {
    Ok(db.write(INSERT_MODERATOR).bind(stream.as_str()).bind(user.as_str()).bind(now.0).execute().await? > 0)
}

/// Makes a moderator a viewer; says whether they were one.
pub async fn delete_moderator(db: impl Queryable<'_>, stream: &StreamId, user: &UserId) -> Result<bool> {
    Ok(db.write(DELETE_MODERATOR).bind(stream.as_str()).bind(user.as_str()).execute().await? > 0)
}

/// The moderators, by name.
pub async fn list_moderators(db: impl Queryable<'_>, stream: &StreamId) -> Result<Vec<Moderator>> {
    let rows: Vec<(String, i64)> = db.read(LIST_MODERATORS).bind(stream.as_str()).fetch_all().await?;
    Ok(rows.into_iter().map(|(username, since)| Moderator { username, since: since.into() }).collect())
}

/// Something that was done.
#[derive(Debug)]
pub struct NewAction<'a> {
    /// Its id.
    pub id: &'a ActionId,
    /// In which chat.
    pub stream: &'a StreamId,
    /// What.
    pub kind: ActionKind,
    /// By whom.
    pub by: &'a UserId,
    /// To whom, if the account is still there.
    pub user: Option<&'a UserId>,
    /// For how long.
    pub seconds: Option<i64>,
}

/// Remembers what was done.
pub async fn insert_action(db: impl Queryable<'_>, action: &NewAction<'_>, now: Timestamp) -> Result<()> {
    db.write(INSERT_ACTION)
        .bind(action.id.as_str())
        .bind(action.stream.as_str())
        .bind(action.kind.as_str())
        .bind(action.by.as_str())
        .bind(action.user.map(UserId::as_str))
        .bind(action.seconds)
        .bind(now.0)
        .execute()
        .await?;
    Ok(())
}

#[derive(sqlx::FromRow)]
struct ActionRow {
    id: String,
    kind: String,
    actor: Option<String>,
    target: Option<String>,
    seconds: Option<i64>,
    created_at: i64,
}

/// What was done, the newest first, after `cursor`.
pub async fn list_actions(
    db: impl Queryable<'_>,
    stream: &StreamId,
    cursor: Option<&str>,
    limit: i64,
) -> Result<Vec<ModerationAction>> {
    let query = db.read(LIST_ACTIONS).bind(stream.as_str()).bind(cursor.unwrap_or(AFTER_ALL)).bind(limit);
    let rows: Vec<ActionRow> = query.fetch_all().await?;
    let action = |row: ActionRow| {
        // A kind that this version does not know is from a newer one.
        let kind = ActionKind::parse(&row.kind)?;
        let (id, at) = (row.id.into(), row.created_at.into());
        Some(ModerationAction { id, kind, by: row.actor, user: row.target, seconds: row.seconds, at })
    };
    Ok(rows.into_iter().filter_map(action).collect())
}

/// The blocked words as typed.
pub async fn find_blocked_words(db: impl Queryable<'_>, stream: &StreamId) -> Result<Vec<String>> {
    let row: Option<(String,)> = db.read(FIND_BLOCKED_WORDS).bind(stream.as_str()).fetch_optional().await?;
    Ok(row.map(|(words,)| words.lines().map(str::to_owned).collect()).unwrap_or_default())
}

/// Replaces the blocked words.
pub async fn put_blocked_words(db: impl Queryable<'_>, stream: &StreamId, words: &[String]) -> Result<()> {
    db.write(PUT_BLOCKED_WORDS).bind(stream.as_str()).bind(words.join("\n")).execute().await?;
    Ok(())
}
