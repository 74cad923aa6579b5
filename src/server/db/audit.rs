//! Who did what, as far as it matters for security. Rows are added and, once old, deleted; none is ever rewritten but
//! those that count, and what an account that is gone leaves of itself.

use sqlx::Result;

use super::{AFTER_ALL, Queryable, Tx, statements};
use crate::domain::{
    audit::{AuditAction, AuditActor, AuditEntry},
    id::{AuditId, UserId},
    timestamp::Timestamp,
};

macro_rules! entries {
    ($where:literal) => {
        concat!(
            "SELECT e.id, e.action, e.actor_kind, actor.username AS actor, subject.username AS subject, e.network,
                 e.times, e.request_id, e.created_at, e.last_at
             FROM audit_entries e
             LEFT JOIN users actor ON actor.id = e.actor_id
             LEFT JOIN users subject ON subject.id = e.subject_id
             WHERE ",
            $where,
            " AND e.id < $1 ORDER BY e.id DESC LIMIT $2"
        )
    };
}

statements! {
    /// Adds one, or counts one more of what is counted together. An account that has gone meanwhile is none.
    INSERT_ENTRY = "INSERT INTO audit_entries
                        (id, action, actor_kind, actor_id, subject_id, network, sum_of, times, request_id,
                         created_at, last_at)
                    VALUES ($1, $2, $3, (SELECT id FROM users WHERE id = $4), (SELECT id FROM users WHERE id = $5),
                        $6, $7, 1, $8, $9, $9)
                    ON CONFLICT (sum_of) DO UPDATE SET
                        times = audit_entries.times + 1, last_at = excluded.last_at, network = excluded.network,
                        request_id = excluded.request_id";

    LIST_ENTRIES = entries!("TRUE");

    LIST_ENTRIES_ABOUT = entries!("(e.actor_id = $3 OR e.subject_id = $3)");

    LIST_ENTRIES_OF = entries!("e.subject_id = $3");

    FORGET_NETWORKS = "UPDATE audit_entries SET network = NULL WHERE subject_id = $1 OR actor_id = $1";

    DELETE_OLD_ENTRIES = "DELETE FROM audit_entries WHERE last_at <= $1";
}

/// Something that was done.
#[derive(Debug)]
pub struct NewEntry<'a> {
    /// Names it.
    pub id: &'a AuditId,
    /// What.
    pub action: AuditAction,
    /// By which kind of somebody.
    pub actor_kind: AuditActor,
    /// By which account.
    pub actor: Option<&'a UserId>,
    /// To which account.
    pub subject: Option<&'a UserId>,
    /// From where.
    pub network: Option<&'a str>,
    /// What it is counted together with.
    pub sum_of: Option<&'a str>,
    /// The request that did it.
    pub request_id: Option<&'a str>,
}

#[derive(sqlx::FromRow)]
struct EntryRow {
    id: String,
    action: String,
    actor_kind: String,
    actor: Option<String>,
    subject: Option<String>,
    network: Option<String>,
    times: i64,
    request_id: Option<String>,
    created_at: i64,
    last_at: i64,
}

impl EntryRow {
    fn read(self) -> AuditEntry {
        AuditEntry {
            id: self.id.into(),
            action: AuditAction::from_stored(&self.action),
            actor_kind: AuditActor::from_stored(&self.actor_kind),
            actor: self.actor,
            subject: self.subject,
            network: self.network,
            times: self.times,
            request_id: self.request_id,
            at: self.created_at.into(),
            last_at: self.last_at.into(),
        }
    }
}

/// Remembers something.
pub async fn insert(db: impl Queryable<'_>, entry: &NewEntry<'_>, now: Timestamp) -> Result<()> {
    db.write(INSERT_ENTRY)
        .bind(entry.id.as_str())
        .bind(entry.action.as_str())
        .bind(entry.actor_kind.as_str())
        .bind(entry.actor.map(UserId::as_str))
        .bind(entry.subject.map(UserId::as_str))
        .bind(entry.network)
        .bind(entry.sum_of)
        .bind(entry.request_id)
        .bind(now.0)
        .execute()
        .await?;
    Ok(())
}

/// What was done, the newest first, after `cursor`; by or to one account, or all.
pub async fn list(
    db: impl Queryable<'_>,
    about: Option<&UserId>,
    cursor: Option<&str>,
    limit: i64,
) -> Result<Vec<AuditEntry>> {
    let cursor = cursor.unwrap_or(AFTER_ALL);
    let query = match about {
        None => db.read(LIST_ENTRIES).bind(cursor).bind(limit),
        Some(user) => db.read(LIST_ENTRIES_ABOUT).bind(cursor).bind(limit).bind(user.as_str()),
    };
    Ok(read_all(query.fetch_all().await?))
}

/// What was done to one account, the newest first, after `cursor`.
pub async fn list_of(
    db: impl Queryable<'_>,
    user: &UserId,
    cursor: Option<&str>,
    limit: i64,
) -> Result<Vec<AuditEntry>> {
    let query = db.read(LIST_ENTRIES_OF).bind(cursor.unwrap_or(AFTER_ALL)).bind(limit).bind(user.as_str());
    Ok(read_all(query.fetch_all().await?))
}

fn read_all(rows: Vec<EntryRow>) -> Vec<AuditEntry> {
    rows.into_iter().map(EntryRow::read).collect()
}

/// Forgets where an account came from, before it goes.
pub async fn forget_networks(tx: &mut Tx, user: &UserId) -> Result<()> {
    tx.write(FORGET_NETWORKS).bind(user.as_str()).execute().await?;
    Ok(())
}

/// Forgets what was last done before then.
pub async fn delete_old(db: impl Queryable<'_>, before: Timestamp) -> Result<u64> {
    db.write(DELETE_OLD_ENTRIES).bind(before.0).execute().await
}
