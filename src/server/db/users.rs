//! Accounts, and who came first: a row of its own says whether anybody has, so that of two first sign-ups one waits for
//! the other. What is searched is folded when it is stored. The hash of a password is read by two functions, and is in
//! no row that anything else reads.

use sqlx::Result;

use super::{AFTER_ALL, Queryable, Tx, channels::literal, is_approved, statements};
use crate::domain::{
    account::{Account, Email, ListedAccount, Username},
    channel::Creator,
    id::UserId,
    profile::{About, DisplayName, ProfileUpdate},
    search::{Search, searchable},
    timestamp::Timestamp,
};

/// Accounts as [`AccountRow`], up to which.
macro_rules! accounts {
    () => {
        concat!(
            "SELECT u.id, u.username, coalesce(u.display_name, u.username) AS display_name, u.about, u.email, u.picture,
                 u.is_admin, ",
            is_approved!("u.id"),
            " AS is_creator FROM users u "
        )
    };
}

statements! {
    INSERT_USER = "INSERT INTO users (id, username, email, password_hash, is_admin, created_at)
                   VALUES ($1, $2, $3, $4, $5, $6)";

    /// Changes a row for the first account only; the row's lock keeps a second one waiting.
    CLAIM_FIRST = "UPDATE installation SET first_user_id = $1 WHERE id = 1 AND first_user_id IS NULL";

    COUNT_FIRST = "SELECT count(*) FROM installation WHERE first_user_id IS NOT NULL";

    FIND_LOGIN = "SELECT id, password_hash FROM users WHERE username = $1 OR email = $1";

    FIND_ACCOUNT = concat!(accounts!(), "WHERE u.id = $1");

    FIND_ID_BY_USERNAME = "SELECT id FROM users WHERE username = $1";

    FIND_CREATOR = "SELECT username, coalesce(display_name, username) AS display_name, about, picture
                    FROM users WHERE id = $1";

    FIND_PASSWORD_HASH = "SELECT password_hash FROM users WHERE id = $1";

    /// Holds the row until the transaction ends.
    LOCK_PICTURE = "UPDATE users SET picture = picture WHERE id = $1 RETURNING picture";

    SET_PICTURE = "UPDATE users SET picture = $2 WHERE id = $1";

    HOLD_PASSWORD = "UPDATE users SET password_hash = password_hash WHERE id = $1 AND password_hash = $2";

    HOLD_EMAIL = "UPDATE users SET email = email WHERE id = $1 RETURNING email";

    SET_PASSWORD = "UPDATE users SET password_hash = $2 WHERE id = $1";

    SET_EMAIL = "UPDATE users SET email = $2 WHERE id = $1";

    /// NULL keeps what is there. Who is read by their username has no other name: it is not stored twice.
    SET_PROFILE = "UPDATE users SET
                       display_name = CASE WHEN $2 = username THEN NULL ELSE coalesce($2, display_name) END,
                       folded_name = CASE WHEN $2 = username THEN '' ELSE coalesce($4, folded_name) END,
                       about = coalesce($3, about)
                   WHERE id = $1";

    /// Accounts in the order of their names, after one of them.
    LIST_USERS = concat!(accounts!(), "WHERE u.username > $1 ORDER BY u.username LIMIT $2");

    /// The newest first, before one of them; those whose names fit the pattern.
    LIST_NEWEST = concat!(
        "SELECT u.id, u.username, coalesce(u.display_name, u.username) AS display_name, u.picture, u.is_admin,
             ", is_approved!("u.id"), " AS is_creator,
             EXISTS (SELECT 1 FROM streams s
                     WHERE s.user_id = u.id AND s.status IN ('live', 'reconnecting')) AS is_live,
             u.created_at
         FROM users u WHERE u.id < $1 AND (u.username || ' ' || u.folded_name) LIKE $2 ESCAPE '!'
         ORDER BY u.id DESC LIMIT $3"
    );

    LIST_UNFOLDED_NAMES = "SELECT id, display_name FROM users WHERE folded_name = '' AND display_name IS NOT NULL";

    /// Not when somebody changed the name meanwhile.
    FOLD_NAME = "UPDATE users SET folded_name = $3 WHERE id = $1 AND display_name = $2";

    SET_ADMIN = "UPDATE users SET is_admin = $2 WHERE id = $1";

    FIND_TIME_ZONE = "SELECT time_zone FROM users WHERE id = $1";

    SET_TIME_ZONE = "UPDATE users SET time_zone = $2 WHERE id = $1";

    /// Of two admins who go at once, the second waits here, and then sees that the first is gone.
    HOLD_ADMINS = "UPDATE installation SET id = id WHERE id = 1";

    /// Who came first is not remembered, only that somebody did.
    FORGET_FIRST = "UPDATE installation SET first_user_id = CASE WHEN first_user_id = $1 THEN '' ELSE first_user_id END
                    WHERE id = 1";

    COUNT_AS_LAST_ADMIN = "SELECT count(*) FROM users WHERE id = $1 AND is_admin
                           AND NOT EXISTS (SELECT 1 FROM users other WHERE other.is_admin AND other.id <> $1)";

    DELETE_USER = "DELETE FROM users WHERE id = $1";
}

#[derive(sqlx::FromRow)]
struct AccountRow {
    id: String,
    username: String,
    display_name: String,
    about: String,
    email: String,
    picture: Option<String>,
    is_admin: bool,
    is_creator: bool,
}

impl From<AccountRow> for Account {
    fn from(row: AccountRow) -> Self {
        Self {
            id: row.id.into(),
            username: row.username,
            display_name: row.display_name,
            about: row.about,
            email: row.email,
            is_admin: row.is_admin,
            is_creator: row.is_creator,
            picture: row.picture,
        }
    }
}

#[derive(sqlx::FromRow)]
struct ListedRow {
    id: String,
    username: String,
    display_name: String,
    picture: Option<String>,
    is_admin: bool,
    is_creator: bool,
    is_live: bool,
    created_at: i64,
}

impl From<ListedRow> for ListedAccount {
    fn from(row: ListedRow) -> Self {
        Self {
            id: row.id.into(),
            username: row.username,
            display_name: row.display_name,
            picture: row.picture,
            is_admin: row.is_admin,
            is_creator: row.is_creator,
            is_live: row.is_live,
            created_at: row.created_at.into(),
        }
    }
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
    Ok(row.map(Account::from))
}

/// Accounts in the order of their names, after that name.
pub async fn list(db: impl Queryable<'_>, after: &str, limit: i64) -> Result<Vec<Account>> {
    let rows: Vec<AccountRow> = db.read(LIST_USERS).bind(after).bind(limit).fetch_all().await?;
    Ok(rows.into_iter().map(Account::from).collect())
}

/// Accounts, the newest first, after `cursor`; those whose username or name holds `search`, or all.
pub async fn list_newest(
    db: impl Queryable<'_>,
    search: Option<&Search>,
    cursor: Option<&str>,
    limit: i64,
) -> Result<Vec<ListedAccount>> {
    let pattern = search.map_or_else(|| "%".to_owned(), |search| format!("%{}%", literal(search.folded())));
    let query = db.read(LIST_NEWEST).bind(cursor.unwrap_or(AFTER_ALL)).bind(pattern).bind(limit);
    let rows: Vec<ListedRow> = query.fetch_all().await?;
    Ok(rows.into_iter().map(ListedAccount::from).collect())
}

/// Makes the account an admin, or no longer one.
pub async fn set_admin(db: impl Queryable<'_>, id: &UserId, is_admin: bool) -> Result<()> {
    db.write(SET_ADMIN).bind(id.as_str()).bind(is_admin).execute().await?;
    Ok(())
}

/// The id of the account of that name.
pub async fn find_id(db: impl Queryable<'_>, username: &Username) -> Result<Option<UserId>> {
    let row: Option<(String,)> = db.read(FIND_ID_BY_USERNAME).bind(username.as_str()).fetch_optional().await?;
    Ok(row.map(|(id,)| id.into()))
}

/// Whether that is still what compares with the account's password. If so, it stays until the transaction ends.
pub async fn hold_password(tx: &mut Tx, id: &UserId, password_hash: &str) -> Result<bool> {
    Ok(tx.write(HOLD_PASSWORD).bind(id.as_str()).bind(password_hash).execute().await? == 1)
}

/// The account's address, which stays until the transaction ends.
pub async fn hold_email(tx: &mut Tx, id: &UserId) -> Result<Option<String>> {
    let row: Option<(String,)> = tx.write(HOLD_EMAIL).bind(id.as_str()).fetch_optional().await?;
    Ok(row.map(|(email,)| email))
}

/// Replaces the password.
pub async fn set_password(db: impl Queryable<'_>, id: &UserId, password_hash: &str) -> Result<()> {
    db.write(SET_PASSWORD).bind(id.as_str()).bind(password_hash).execute().await?;
    Ok(())
}

/// What compares with the account's password, in PHC format.
pub async fn find_password_hash(db: impl Queryable<'_>, id: &UserId) -> Result<Option<String>> {
    let row: Option<(String,)> = db.read(FIND_PASSWORD_HASH).bind(id.as_str()).fetch_optional().await?;
    Ok(row.map(|(hash,)| hash))
}

/// Replaces the address. Breaks `users_email_key` when it is taken.
pub async fn set_email(db: impl Queryable<'_>, id: &UserId, email: &Email) -> Result<()> {
    db.write(SET_EMAIL).bind(id.as_str()).bind(email.as_str()).execute().await?;
    Ok(())
}

/// Changes how the account is shown.
pub async fn set_profile(db: impl Queryable<'_>, id: &UserId, profile: &ProfileUpdate) -> Result<()> {
    let name = profile.display_name.as_ref().map(DisplayName::as_str);
    let about = profile.about.as_ref().map(About::as_str);
    let folded = name.map(searchable);
    db.write(SET_PROFILE).bind(id.as_str()).bind(name).bind(about).bind(folded).execute().await?;
    Ok(())
}

/// Folds names that were stored before they were searched this way.
pub(super) async fn fold_names(db: &super::Db) -> Result<()> {
    let rows: Vec<(String, String)> = db.read(LIST_UNFOLDED_NAMES).fetch_all().await?;
    for (id, name) in rows {
        db.write(FOLD_NAME).bind(id).bind(name.as_str()).bind(searchable(&name)).execute().await?;
    }
    Ok(())
}

/// The time zone that was last kept for the account (IANA).
pub async fn find_time_zone(db: impl Queryable<'_>, id: &UserId) -> Result<Option<String>> {
    let row: Option<(String,)> = db.read(FIND_TIME_ZONE).bind(id.as_str()).fetch_optional().await?;
    Ok(row.map(|(zone,)| zone))
}

/// Keeps a time zone for the account.
pub async fn set_time_zone(db: impl Queryable<'_>, id: &UserId, zone: &str) -> Result<()> {
    db.write(SET_TIME_ZONE).bind(id.as_str()).bind(zone).execute().await?;
    Ok(())
}

/// The account as others see it.
pub async fn find_creator(db: impl Queryable<'_>, id: &UserId) -> Result<Option<Creator>> {
    let row: Option<(String, String, String, Option<String>)> =
        db.read(FIND_CREATOR).bind(id.as_str()).fetch_optional().await?;
    Ok(row.map(|(username, display_name, about, picture)| Creator { username, display_name, about, picture }))
}

/// Whether it is an admin and there is no other one.
pub async fn is_last_admin(db: impl Queryable<'_>, id: &UserId) -> Result<bool> {
    let (count,): (i64,) = db.read(COUNT_AS_LAST_ADMIN).bind(id.as_str()).fetch_one().await?;
    Ok(count > 0)
}

/// Lets nobody else be deleted, or stop being an admin, until the transaction ends: so that one admin stays.
pub async fn hold_admins(tx: &mut Tx) -> Result<()> {
    tx.write(HOLD_ADMINS).execute().await?;
    Ok(())
}

/// Forgets that this account was the first, and holds what [`hold_admins`] does.
pub async fn forget_first(tx: &mut Tx, id: &UserId) -> Result<()> {
    tx.write(FORGET_FIRST).bind(id.as_str()).execute().await?;
    Ok(())
}

/// Deletes the account, and by the foreign keys all that is its own; says whether it was there. What it did elsewhere
/// stays without its author.
pub async fn delete(tx: &mut Tx, id: &UserId) -> Result<bool> {
    Ok(tx.write(DELETE_USER).bind(id.as_str()).execute().await? == 1)
}

/// Replaces the account's picture, and gives the one that it had. `None` for an account that is not there.
pub async fn replace_picture(tx: &mut Tx, id: &UserId, picture: Option<&str>) -> Result<Option<Option<String>>> {
    let row: Option<(Option<String>,)> = tx.write(LOCK_PICTURE).bind(id.as_str()).fetch_optional().await?;
    let Some((before,)) = row else { return Ok(None) };
    tx.write(SET_PICTURE).bind(id.as_str()).bind(picture).execute().await?;
    Ok(Some(before))
}
