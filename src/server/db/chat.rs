//! The lines of the chats.
//!
//! Whoever adds or changes lines begins with [`begin`], which holds the chat's counters until the transaction ends: so
//! numbers and revisions become visible in their order, and a person's messages are checked one after the other.

use std::time::Duration;

use sqlx::Result;

use super::{Queryable, Tx, statements};
use crate::domain::{
    chat::{ChatAuthor, ChatLine, ChatRole, LineContent},
    chat_settings::ChatRule,
    chat_standing::PastMessage,
    id::{LineId, StreamId, UserId},
    timestamp::Timestamp,
};

macro_rules! lines {
    ($where:literal) => {
        concat!(
            "SELECT l.id, l.stream_id, l.number, l.revision, l.kind, l.user_id, u.username,
                 coalesce(u.display_name, u.username) AS display_name, l.role, l.text, l.sent_at, l.held_until,
                 l.deleted_at
             FROM chat_lines l LEFT JOIN users u ON u.id = l.user_id WHERE ",
            $where
        )
    };
}

statements! {
    /// Makes the row if there is none, and holds it.
    BEGIN_CHAT = "INSERT INTO chats (stream_id, last_number, last_revision) VALUES ($1, 0, 0)
                  ON CONFLICT (stream_id) DO UPDATE SET last_number = chats.last_number
                  RETURNING last_number";

    NEXT_NUMBER = "UPDATE chats SET last_number = last_number + 1 WHERE stream_id = $1 RETURNING last_number";

    NEXT_REVISION = "UPDATE chats SET last_revision = last_revision + 1 WHERE stream_id = $1 RETURNING last_revision";

    FIND_REVISION = "SELECT last_revision FROM chats WHERE stream_id = $1";

    INSERT_LINE = "INSERT INTO chat_lines (id, stream_id, broadcast_id, number, revision, kind, user_id, role, text,
                       sent_at, held_until)
                   VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)";

    FIND_LINE = lines!("l.id = $1");

    LIST_BEFORE = lines!("l.stream_id = $1 AND l.revision IS NOT NULL AND l.number < $2 ORDER BY l.number DESC LIMIT $3");

    LIST_SINCE = lines!("l.stream_id = $1 AND l.revision > $2 ORDER BY l.revision LIMIT $3");

    /// All that are held back, or with $2 those of one person.
    LIST_HELD = lines!("l.stream_id = $1 AND l.held_until IS NOT NULL AND (l.user_id = $2 OR $2 IS NULL) ORDER BY l.number");

    /// A line that was sent after $2 was so by a clock that went back since.
    LIST_DUE = lines!("l.held_until IS NOT NULL AND (l.held_until <= $1 OR l.sent_at > $2) ORDER BY l.held_until, l.id LIMIT 100");

    LIST_PAST = "SELECT sent_at, text FROM chat_lines
                 WHERE stream_id = $1 AND user_id = $2 AND kind = 'message' ORDER BY number DESC LIMIT $3";

    RELEASE_LINE = "UPDATE chat_lines SET held_until = NULL, revision = $2 WHERE id = $1";

    DELETE_LINE = "UPDATE chat_lines SET held_until = NULL, revision = $2, deleted_at = $3, text = '' WHERE id = $1";

    DROP_HELD = "UPDATE chat_lines SET held_until = NULL, deleted_at = $3, text = ''
                 WHERE stream_id = $1 AND user_id = $2 AND held_until IS NOT NULL";
}

/// Sorts after every number: where a list in descending order begins.
const AFTER_ALL: i64 = i64::MAX;

/// A line, and what of it is nobody's business.
#[derive(Clone, Debug, sqlx::FromRow)]
#[expect(missing_docs, reason = "the columns, described where the table is made")]
pub struct LineRow {
    #[sqlx(try_from = "String")]
    pub id: LineId,
    #[sqlx(try_from = "String")]
    pub stream_id: StreamId,
    number: i64,
    revision: Option<i64>,
    kind: String,
    user_id: Option<String>,
    username: Option<String>,
    display_name: Option<String>,
    role: String,
    text: String,
    sent_at: i64,
    held_until: Option<i64>,
    deleted_at: Option<i64>,
}

impl LineRow {
    /// Who wrote it.
    pub fn user_id(&self) -> Option<UserId> {
        self.user_id.clone().map(UserId)
    }

    /// Whether it is held back.
    pub fn is_held(&self) -> bool {
        self.held_until.is_some()
    }

    /// Whether it was removed.
    pub fn is_deleted(&self) -> bool {
        self.deleted_at.is_some()
    }

    /// Whether somebody wrote it.
    pub fn is_message(&self) -> bool {
        self.kind == MESSAGE
    }
}

const MESSAGE: &str = "message";
const RULES: &str = "rules";

impl From<LineRow> for ChatLine {
    fn from(row: LineRow) -> Self {
        let role = ChatRole::from_stored(&row.role);
        let author = ChatAuthor { username: row.username, display_name: row.display_name, role };
        let content = match row.kind.as_str() {
            // Only ever written by `insert`.
            RULES => LineContent::Rules { rules: serde_json::from_str(&row.text).unwrap_or_default() },
            _ if row.deleted_at.is_some() => LineContent::Deleted { author },
            _ => LineContent::Message { author, text: row.text },
        };
        Self { id: row.id, number: row.number, revision: row.revision, sent_at: row.sent_at.into(), content }
    }
}

/// What a new line says.
#[derive(Debug)]
pub enum NewContent<'a> {
    /// Somebody's message.
    Message {
        /// Whose.
        user_id: &'a UserId,
        /// What they are to the chat.
        role: ChatRole,
        /// What it says.
        text: &'a str,
        /// Until when others do not see it.
        held_until: Option<Timestamp>,
    },
    /// Rules that changed.
    Rules(&'a [ChatRule]),
}

/// A new line.
#[derive(Debug)]
pub struct NewLine<'a> {
    /// Its id.
    pub id: &'a LineId,
    /// In which chat.
    pub stream_id: &'a StreamId,
    /// During which broadcast.
    pub broadcast_id: Option<&'a str>,
    /// What it says.
    pub content: NewContent<'a>,
}

/// Holds the chat until the transaction ends; says whether its stream is there. Without one nothing more can be done in
/// the transaction.
pub async fn begin(tx: &mut Tx, id: &StreamId) -> Result<bool> {
    let held: Result<(i64,)> = tx.write(BEGIN_CHAT).bind(id.as_str()).fetch_one().await;
    match held {
        Ok(_) => Ok(true),
        Err(sqlx::Error::Database(error)) if error.is_foreign_key_violation() => Ok(false),
        Err(error) => Err(error),
    }
}

/// Adds a line at the end. Everybody sees it from now on, unless it is held back.
pub async fn insert(tx: &mut Tx, line: &NewLine<'_>, now: Timestamp) -> Result<()> {
    let (user_id, role, held_until) = match &line.content {
        NewContent::Message { user_id, role, held_until, .. } => (Some(user_id.as_str()), *role, *held_until),
        NewContent::Rules(_) => (None, ChatRole::Creator, None),
    };
    let (kind, text) = match &line.content {
        NewContent::Message { text, .. } => (MESSAGE, (*text).to_owned()),
        // Rules are made of words and numbers.
        NewContent::Rules(rules) => (RULES, serde_json::to_string(rules).unwrap_or_default()),
    };
    let (number,): (i64,) = tx.write(NEXT_NUMBER).bind(line.stream_id.as_str()).fetch_one().await?;
    let revision = match held_until {
        Some(_) => None,
        None => Some(next_revision(tx, line.stream_id).await?),
    };
    tx.write(INSERT_LINE)
        .bind(line.id.as_str())
        .bind(line.stream_id.as_str())
        .bind(line.broadcast_id)
        .bind(number)
        .bind(revision)
        .bind(kind)
        .bind(user_id)
        .bind(role.as_str())
        .bind(text)
        .bind(now.0)
        .bind(held_until.map(|time| time.0))
        .execute()
        .await?;
    Ok(())
}

async fn next_revision(tx: &mut Tx, id: &StreamId) -> Result<i64> {
    let (revision,): (i64,) = tx.write(NEXT_REVISION).bind(id.as_str()).fetch_one().await?;
    Ok(revision)
}

/// A line.
pub async fn find(db: impl Queryable<'_>, id: &LineId) -> Result<Option<LineRow>> {
    db.read(FIND_LINE).bind(id.as_str()).fetch_optional().await
}

/// The newest revision of the chat; 0 while nothing was said.
pub async fn revision(db: impl Queryable<'_>, id: &StreamId) -> Result<i64> {
    let row: Option<(i64,)> = db.read(FIND_REVISION).bind(id.as_str()).fetch_optional().await?;
    Ok(row.map_or(0, |(revision,)| revision))
}

/// Lines that everybody sees, the newest first, before the place `cursor`.
pub async fn list_before(
    db: impl Queryable<'_>,
    id: &StreamId,
    cursor: Option<i64>,
    limit: i64,
) -> Result<Vec<ChatLine>> {
    let query = db.read(LIST_BEFORE).bind(id.as_str()).bind(cursor.unwrap_or(AFTER_ALL)).bind(limit);
    Ok(as_lines(query.fetch_all().await?))
}

/// Lines that changed after `revision`, in the order of their changes.
pub async fn list_since(db: impl Queryable<'_>, id: &StreamId, revision: i64, limit: i64) -> Result<Vec<ChatLine>> {
    Ok(as_lines(db.read(LIST_SINCE).bind(id.as_str()).bind(revision).bind(limit).fetch_all().await?))
}

/// Messages that are held back: of that person, or all.
pub async fn list_held(db: impl Queryable<'_>, id: &StreamId, of: Option<&UserId>) -> Result<Vec<ChatLine>> {
    Ok(as_lines(db.read(LIST_HELD).bind(id.as_str()).bind(of.map(UserId::as_str)).fetch_all().await?))
}

/// Messages that need be held back no longer, of all chats, where none is for longer than `longest`.
pub async fn list_due(db: impl Queryable<'_>, now: Timestamp, longest: Duration) -> Result<Vec<LineRow>> {
    db.read(LIST_DUE).bind(now.0).bind(now.plus(longest).0).fetch_all().await
}

fn as_lines(rows: Vec<LineRow>) -> Vec<ChatLine> {
    rows.into_iter().map(Into::into).collect()
}

/// What somebody wrote last, the newest first.
pub async fn list_past(db: impl Queryable<'_>, id: &StreamId, user: &UserId, limit: i64) -> Result<Vec<PastMessage>> {
    let query = db.read(LIST_PAST).bind(id.as_str()).bind(user.as_str()).bind(limit);
    let rows: Vec<(i64, String)> = query.fetch_all().await?;
    Ok(rows.into_iter().map(|(sent_at, text)| PastMessage { sent_at: sent_at.into(), text }).collect())
}

/// Lets everybody see a line that was held back.
pub async fn release(tx: &mut Tx, row: &LineRow) -> Result<()> {
    let revision = next_revision(tx, &row.stream_id).await?;
    tx.write(RELEASE_LINE).bind(row.id.as_str()).bind(revision).execute().await?;
    Ok(())
}

/// Removes a line's text. Of one that was held back nobody else will ever know.
pub async fn delete(tx: &mut Tx, row: &LineRow, now: Timestamp) -> Result<()> {
    let revision = match row.revision {
        Some(_) => Some(next_revision(tx, &row.stream_id).await?),
        None => None,
    };
    tx.write(DELETE_LINE).bind(row.id.as_str()).bind(revision).bind(now.0).execute().await?;
    Ok(())
}

/// Removes what is held back of somebody; says how much that was.
pub async fn drop_held(tx: &mut Tx, id: &StreamId, user: &UserId, now: Timestamp) -> Result<u64> {
    tx.write(DROP_HELD).bind(id.as_str()).bind(user.as_str()).bind(now.0).execute().await
}
