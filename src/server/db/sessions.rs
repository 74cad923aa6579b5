//! Sign-ins. A cookie or token names a row here; without the row it is worth nothing, so that signing somebody out is
//! deleting it. Who comes with a request, and what they may do, is one read.

use sqlx::Result;

use super::{AFTER_ALL, Queryable, is_approved, statements};
use crate::domain::{
    account::{Session, SessionKind},
    id::{SessionId, StreamId, UserId},
    timestamp::Timestamp,
};

statements! {
    INSERT_SESSION = "INSERT INTO sessions (id, user_id, kind, user_agent, created_at, last_seen_at, expires_at)
                      VALUES ($1, $2, $3, $4, $5, $5, $6)";

    /// Who comes with a session, and what they may do: one read for each request.
    FIND_VISITOR = concat!(
        "SELECT u.id AS user_id, s.id AS session_id, u.username, u.is_admin, s.last_seen_at, st.id AS stream_id,
             ", is_approved!("u.id"), " AS is_creator
         FROM sessions s JOIN users u ON u.id = s.user_id LEFT JOIN streams st ON st.user_id = u.id
         WHERE s.id = $1 AND s.user_id = $2 AND s.expires_at > $3"
    );

    TOUCH_SESSION = "UPDATE sessions SET last_seen_at = $2 WHERE id = $1";

    LIST_SESSIONS = "SELECT id, kind, user_agent, created_at, last_seen_at FROM sessions
                     WHERE user_id = $1 AND expires_at > $2 AND id < $3 ORDER BY id DESC LIMIT $4";

    DELETE_SESSION = "DELETE FROM sessions WHERE user_id = $1 AND id = $2";

    DELETE_OTHER_SESSIONS = "DELETE FROM sessions WHERE user_id = $1 AND id <> $2";

    DELETE_SESSIONS = "DELETE FROM sessions WHERE user_id = $1";

    DELETE_EXPIRED_SESSIONS = "DELETE FROM sessions WHERE expires_at <= $1";
}

/// Who comes with a session.
#[derive(Clone, Debug, sqlx::FromRow)]
pub struct VisitorRow {
    /// The account.
    #[sqlx(try_from = "String")]
    pub user_id: UserId,
    /// The session.
    #[sqlx(try_from = "String")]
    pub session_id: SessionId,
    /// The account's name.
    pub username: String,
    /// Decides applications.
    pub is_admin: bool,
    /// Has an approved application.
    pub is_creator: bool,
    /// The account's stream, which a creator always has.
    pub stream_id: Option<String>,
    /// When the session was last used.
    #[sqlx(try_from = "i64")]
    pub last_seen_at: Timestamp,
}

impl VisitorRow {
    /// The account's stream.
    pub fn stream_id(&self) -> Option<StreamId> {
        self.stream_id.clone().map(StreamId)
    }
}

#[derive(sqlx::FromRow)]
struct SessionRow {
    id: String,
    kind: String,
    user_agent: String,
    created_at: i64,
    last_seen_at: i64,
}

/// A new sign-in.
#[derive(Debug)]
pub struct NewSession<'a> {
    /// Its id.
    pub id: &'a SessionId,
    /// Who signed in.
    pub user_id: &'a UserId,
    /// How.
    pub kind: SessionKind,
    /// With what.
    pub user_agent: &'a str,
    /// Until when it is good.
    pub expires_at: Timestamp,
}

/// Stores a sign-in.
pub async fn insert(db: impl Queryable<'_>, session: &NewSession<'_>, now: Timestamp) -> Result<()> {
    db.write(INSERT_SESSION)
        .bind(session.id.as_str())
        .bind(session.user_id.as_str())
        .bind(session.kind.as_str())
        .bind(session.user_agent)
        .bind(now.0)
        .bind(session.expires_at.0)
        .execute()
        .await?;
    Ok(())
}

/// Who comes with that session, if it is still good.
pub async fn find_visitor(
    db: impl Queryable<'_>,
    id: &SessionId,
    user_id: &UserId,
    now: Timestamp,
) -> Result<Option<VisitorRow>> {
    db.read(FIND_VISITOR).bind(id.as_str()).bind(user_id.as_str()).bind(now.0).fetch_optional().await
}

/// Remembers that it was used.
pub async fn touch(db: impl Queryable<'_>, id: &SessionId, now: Timestamp) -> Result<()> {
    db.write(TOUCH_SESSION).bind(id.as_str()).bind(now.0).execute().await?;
    Ok(())
}

/// The account's sessions that are still good, the newest first, after `cursor`. None is marked as current.
pub async fn list(
    db: impl Queryable<'_>,
    user_id: &UserId,
    cursor: Option<&str>,
    limit: i64,
    now: Timestamp,
) -> Result<Vec<Session>> {
    let query = db.read(LIST_SESSIONS).bind(user_id.as_str()).bind(now.0).bind(cursor.unwrap_or(AFTER_ALL)).bind(limit);
    let rows: Vec<SessionRow> = query.fetch_all().await?;
    Ok(rows
        .into_iter()
        .map(|row| Session {
            id: row.id.into(),
            kind: SessionKind::from_stored(&row.kind),
            user_agent: row.user_agent,
            created_at: row.created_at.into(),
            last_seen_at: row.last_seen_at.into(),
            is_current: false,
        })
        .collect())
}

/// Ends one session of the account; says whether there was one.
pub async fn delete(db: impl Queryable<'_>, user_id: &UserId, id: &SessionId) -> Result<bool> {
    Ok(db.write(DELETE_SESSION).bind(user_id.as_str()).bind(id.as_str()).execute().await? > 0)
}

/// Ends all sessions of the account but one; says how many.
pub async fn delete_others(db: impl Queryable<'_>, user_id: &UserId, keep: &SessionId) -> Result<u64> {
    db.write(DELETE_OTHER_SESSIONS).bind(user_id.as_str()).bind(keep.as_str()).execute().await
}

/// Ends all sessions of the account.
pub async fn delete_all(db: impl Queryable<'_>, user_id: &UserId) -> Result<()> {
    db.write(DELETE_SESSIONS).bind(user_id.as_str()).execute().await?;
    Ok(())
}

/// Forgets what has run out.
pub async fn delete_expired(db: impl Queryable<'_>, now: Timestamp) -> Result<u64> {
    db.write(DELETE_EXPIRED_SESSIONS).bind(now.0).execute().await
}
