//! Applications to become a creator. An approved one is what makes a creator: there is no other mark.
//!
//! An account has one that is open or approved, and no two, by a constraint; of two decisions at once the second finds
//! that the status is another one already.

use sqlx::Result;

use super::{Queryable, statements};
use crate::domain::{
    application::{Application, ApplicationStatus},
    id::{ApplicationId, UserId},
    timestamp::Timestamp,
};

macro_rules! applications {
    ($where:literal) => {
        concat!(
            "SELECT a.id, a.user_id, u.username, coalesce(u.display_name, u.username) AS display_name, a.about,
                 a.status, a.reason, a.created_at, a.updated_at
             FROM creator_applications a JOIN users u ON u.id = a.user_id WHERE ",
            $where
        )
    };
}

statements! {
    INSERT_APPLICATION = "INSERT INTO creator_applications
                              (id, user_id, about, status, reason, decided_by, created_at, updated_at)
                          VALUES ($1, $2, $3, $4, NULL, NULL, $5, $5)";

    FIND_NEWEST = applications!("a.user_id = $1 ORDER BY a.id DESC LIMIT 1");

    FIND_APPLICATION = applications!("a.id = $1");

    LIST_APPLICATIONS = applications!("a.id > $1 AND ($2 = '' OR a.status = $2) ORDER BY a.id LIMIT $3");

    /// Only from the status that the decision was made on: of two decisions at once, one counts.
    DECIDE = "UPDATE creator_applications SET status = $3, reason = $4, decided_by = $5, updated_at = $6
              WHERE id = $1 AND status = $2";
}

/// An application and whose it is.
#[derive(Debug, sqlx::FromRow)]
pub struct ApplicationRow {
    id: String,
    /// Who applied.
    #[sqlx(try_from = "String")]
    pub user_id: UserId,
    username: String,
    display_name: String,
    about: String,
    status: String,
    reason: Option<String>,
    created_at: i64,
    updated_at: i64,
}

impl From<ApplicationRow> for Application {
    fn from(row: ApplicationRow) -> Self {
        Self {
            id: row.id.into(),
            username: row.username,
            display_name: row.display_name,
            about: row.about,
            // Only `as_str` writes this column; what it does not know would be a rejected application.
            status: ApplicationStatus::parse(&row.status).unwrap_or(ApplicationStatus::Rejected),
            reason: row.reason,
            created_at: row.created_at.into(),
            updated_at: row.updated_at.into(),
        }
    }
}

/// A decision on an application.
#[derive(Debug)]
pub struct DecisionRow<'a> {
    /// The application.
    pub id: &'a ApplicationId,
    /// Where it stood when the decision was made.
    pub from: ApplicationStatus,
    /// Where it stands from now on.
    pub to: ApplicationStatus,
    /// Why.
    pub reason: Option<&'a str>,
    /// Who decided; `None` is the installation itself.
    pub by: Option<&'a UserId>,
}

/// Stores an application. Breaks `creator_applications_user_id_key` when one is open or approved.
pub async fn insert(
    db: impl Queryable<'_>,
    id: &ApplicationId,
    user_id: &UserId,
    about: &str,
    status: ApplicationStatus,
    now: Timestamp,
) -> Result<()> {
    let query = db.write(INSERT_APPLICATION).bind(id.as_str()).bind(user_id.as_str()).bind(about);
    query.bind(status.as_str()).bind(now.0).execute().await?;
    Ok(())
}

/// The account's newest application.
pub async fn find_newest(db: impl Queryable<'_>, user_id: &UserId) -> Result<Option<Application>> {
    let row: Option<ApplicationRow> = db.read(FIND_NEWEST).bind(user_id.as_str()).fetch_optional().await?;
    Ok(row.map(Into::into))
}

/// One application.
pub async fn find(db: impl Queryable<'_>, id: &ApplicationId) -> Result<Option<ApplicationRow>> {
    db.read(FIND_APPLICATION).bind(id.as_str()).fetch_optional().await
}

/// Applications after `cursor`, the oldest first; of one status, or of all.
pub async fn list(
    db: impl Queryable<'_>,
    status: Option<ApplicationStatus>,
    cursor: Option<&str>,
    limit: i64,
) -> Result<Vec<Application>> {
    let status = status.map_or("", ApplicationStatus::as_str);
    let query = db.read(LIST_APPLICATIONS).bind(cursor.unwrap_or("")).bind(status).bind(limit);
    let rows: Vec<ApplicationRow> = query.fetch_all().await?;
    Ok(rows.into_iter().map(Into::into).collect())
}

/// Records a decision; says whether the application still stood where it was decided on.
pub async fn decide(db: impl Queryable<'_>, decision: &DecisionRow<'_>, now: Timestamp) -> Result<bool> {
    let changed = db
        .write(DECIDE)
        .bind(decision.id.as_str())
        .bind(decision.from.as_str())
        .bind(decision.to.as_str())
        .bind(decision.reason)
        .bind(decision.by.map(UserId::as_str))
        .bind(now.0)
        .execute()
        .await?;
    Ok(changed == 1)
}
