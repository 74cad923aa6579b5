//! Accounts, and who came first.

use sqlx::Result;

use super::{Queryable, statements};
use crate::domain::{
    account::{Account, Email, Username},
    id::UserId,
    timestamp::Timestamp,
};

statements! {
    INSERT_USER = "INSERT INTO users (id, username, email, password_hash, is_admin, created_at)
                   VALUES ($1, $2, $3, $4, $5, $6)";

    /// Changes a row for the first account only; the row's lock keeps a second one waiting.
    CLAIM_FIRST = "UPDATE installation SET first_user_id = $1 WHERE id = 1 AND first_user_id IS NULL";

    COUNT_FIRST = "SELECT count(*) FROM installation WHERE first_user_id IS NOT NULL";

    FIND_LOGIN = "SELECT id, password_hash FROM users WHERE username = $1 OR email = $1";

    FIND_ACCOUNT = "SELECT u.id, u.username, u.email, u.is_admin,
                        EXISTS (SELECT 1 FROM creator_applications a
                                WHERE a.user_id = u.id AND a.status = 'APPROVED') AS is_creator
                    FROM users u WHERE u.id = $1";

    FIND_ID_BY_USERNAME = "SELECT id FROM users WHERE username = $1";

    SET_PASSWORD = "UPDATE users SET password_hash = $2 WHERE id = $1";
}

#[derive(sqlx::FromRow)]
struct AccountRow {
    id: String,
    username: String,
    email: String,
    is_admin: bool,
    is_creator: bool,
}

/// What signing in compares with.
#[derive(Debug, sqlx::FromRow)]
pub struct LoginRow {
    /// Whose it is.
    #[sqlx(try_from = "String")]
    pub id: UserId,
    /// The hash in PHC format.
    pub password_hash: String,
}

/// A new account.
#[derive(Debug)]
pub struct NewUser<'a> {
    /// Its id.
    pub id: &'a UserId,
    /// Its name.
    pub username: &'a Username,
    /// Its address.
    pub email: &'a Email,
    /// The hash in PHC format.
    pub password_hash: &'a str,
    /// Whether it decides applications.
    pub is_admin: bool,
}

/// Stores an account. Breaks `users_username_key` or `users_email_key` when either is taken.
pub async fn insert(db: impl Queryable<'_>, user: &NewUser<'_>, now: Timestamp) -> Result<()> {
    db.write(INSERT_USER)
        .bind(user.id.as_str())
        .bind(user.username.as_str())
        .bind(user.email.as_str())
        .bind(user.password_hash)
        .bind(user.is_admin)
        .bind(now.0)
        .execute()
        .await?;
    Ok(())
}

/// Whether this account is the installation's first; of two at once, one is.
pub async fn claim_first(db: impl Queryable<'_>, id: &UserId) -> Result<bool> {
    Ok(db.write(CLAIM_FIRST).bind(id.as_str()).execute().await? == 1)
}

/// Whether somebody has signed up.
pub async fn is_claimed(db: impl Queryable<'_>) -> Result<bool> {
    let (count,): (i64,) = db.read(COUNT_FIRST).fetch_one().await?;
    Ok(count > 0)
}

/// By username or address, in lower case.
pub async fn find_login(db: impl Queryable<'_>, login: &str) -> Result<Option<LoginRow>> {
    db.read(FIND_LOGIN).bind(login).fetch_optional().await
}

/// The account as its owner sees it.
pub async fn find_account(db: impl Queryable<'_>, id: &UserId) -> Result<Option<Account>> {
    let row: Option<AccountRow> = db.read(FIND_ACCOUNT).bind(id.as_str()).fetch_optional().await?;
    Ok(row.map(|row| Account {
        id: row.id.into(),
        username: row.username,
        email: row.email,
        is_admin: row.is_admin,
        is_creator: row.is_creator,
    }))
}

/// The id of the account of that name.
pub async fn find_id(db: impl Queryable<'_>, username: &Username) -> Result<Option<UserId>> {
    let row: Option<(String,)> = db.read(FIND_ID_BY_USERNAME).bind(username.as_str()).fetch_optional().await?;
    Ok(row.map(|(id,)| id.into()))
}

/// Replaces the password.
pub async fn set_password(db: impl Queryable<'_>, id: &UserId, password_hash: &str) -> Result<()> {
    db.write(SET_PASSWORD).bind(id.as_str()).bind(password_hash).execute().await?;
    Ok(())
}
