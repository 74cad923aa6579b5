//! Accounts: making one, and what a new one is checked for. Who is the first one of an installation becomes its admin
//! and a creator; two that come at once are never both the first.
//!
//! When somebody signs up, whether a name or address is taken is for the database to say, by its constraints, and is
//! never asked before. How somebody signs in, and is kept from trying too often, is in `signing_in.rs`.

use std::time::Duration;

use crate::{
    domain::{
        account::{Account, Email, Password, SessionKind, Username},
        application::{self, ApplicationStatus},
        audit::AuditAction,
        fields::FieldErrors,
        id::{StreamId, UserId},
        timestamp::Timestamp,
        title::Title,
    },
    server::{
        Error, Result,
        auth::{actor::Actor, door::Client},
        clock, db,
        db::{Db, Tx},
        services::{
            audit::{self, Deed},
            limits::limit,
            signing_in::{SignedIn, limit_address, open_session},
        },
        state::AppState,
    },
    text,
};

/// Sign-ups from one address, within [`SIGN_UP_WINDOW`].
pub const MAX_SIGN_UPS: i64 = 20;
/// See [`MAX_SIGN_UPS`].
pub const SIGN_UP_WINDOW: Duration = Duration::from_secs(3600);
const NOT_THE_DEMO: &str = "The username `demo` belongs to somebody who signed up.";

/// Makes an account and signs in. The first one of an installation becomes admin and approved creator.
///
/// # Errors
/// When fields break rules or are taken, or too many accounts came from this address.
pub async fn sign_up(
    state: &AppState,
    client: &Client,
    username: &str,
    email: &str,
    password: &str,
) -> Result<SignedIn> {
    limit_address(state, client).await?;
    let (username, email, password) = check_new(state, username, email, password).await?;
    limit(
        &state.db,
        &format!("sign-up {}", client.counted_as()),
        MAX_SIGN_UPS,
        SIGN_UP_WINDOW,
        text!(errors.too_many_accounts),
    )
    .await?;
    let hash = state.hasher.hash(&password).await?;
    let id = UserId(clock::new_id());
    let mut tx = state.db.begin().await?;
    insert_user(&mut tx, &id, &username, &email, &hash).await?;
    let token = open_session(state, &mut tx, &id, client, SessionKind::Browser).await?;
    audit::note(&mut tx, Deed::own(AuditAction::AccountMade, &id).from(client)).await?;
    tx.commit().await?;
    tracing::info!(user = %id, "an account was made");
    Ok(SignedIn { account: get_account(&state.db, &id).await?, token: token.token })
}

/// What a new account is made with, or all fields that break rules.
pub(super) async fn check_new(
    state: &AppState,
    username: &str,
    email: &str,
    password: &str,
) -> Result<(Username, Email, Password)> {
    let mut errors = FieldErrors::default();
    let chosen = state.hasher.choose(password, &[username, email]).await?;
    let username = errors.take("username", Username::parse(username));
    let email = errors.take("email", Email::parse(email));
    let password = errors.take("password", chosen);
    match (username, email, password) {
        (Some(username), Some(email), Some(password)) => Ok((username, email, password)),
        _ => Err(Error::Invalid(errors)),
    }
}

pub(super) async fn insert_user(
    tx: &mut Tx,
    id: &UserId,
    username: &Username,
    email: &Email,
    hash: &str,
) -> Result<()> {
    let now = clock::now();
    let is_first = db::users::claim_first(&mut *tx, id).await?;
    let user = db::users::NewUser { id, username, email, password_hash: hash, is_admin: is_first };
    let inserted = db::users::insert(&mut *tx, &user, now).await;
    inserted.map_err(|error| taken(error.into(), text!(fields.username_taken), text!(fields.email_has_account)))?;
    if is_first {
        make_creator(tx, id, application::RUNS_THIS_SERVER, now).await?;
    }
    Ok(())
}

/// Names the field, when what it asks for is somebody else's.
pub(super) fn taken(error: Error, username: &'static str, email: &'static str) -> Error {
    let Error::Database(cause) = &error else { return error };
    let fields = [("users_username_key", ("username", username)), ("users_email_key", ("email", email))];
    match db::on_constraint(cause, &fields) {
        Some((field, message)) => Error::Taken(FieldErrors::one(field, message)),
        None => error,
    }
}

/// Gives an account an approved application and a stream.
pub(super) async fn make_creator(tx: &mut Tx, id: &UserId, about: &str, now: Timestamp) -> Result<()> {
    let application = clock::new_id().into();
    db::applications::insert(&mut *tx, &application, id, about, ApplicationStatus::Approved, now).await?;
    db::streams::insert(tx, &StreamId(clock::new_id()), id, Title::UNTITLED, now).await?;
    Ok(())
}

/// The demo creator, if there is one. Only the command line calls this.
///
/// # Errors
/// When the name is somebody else's, or the database cannot be read.
pub async fn find_demo_creator(state: &AppState, username: &Username, email: &Email) -> Result<Option<UserId>> {
    let Some(id) = db::users::find_id(&state.db, username).await? else { return Ok(None) };
    // Somebody may have signed up under that name: theirs is left alone.
    let known = db::users::find_account(&state.db, &id).await?;
    if known.is_none_or(|account| account.is_admin || account.email != email.as_str()) {
        return Err(Error::Conflict(NOT_THE_DEMO));
    }
    Ok(Some(id))
}

/// Makes the demo creator, or gives the one there is this password. It does not count as the first account. Only the
/// command line calls this.
///
/// # Errors
/// When the name is somebody else's, or the database cannot be written.
pub async fn ensure_demo_creator(
    state: &AppState,
    username: &Username,
    email: &Email,
    password: &Password,
) -> Result<()> {
    let hash = state.hasher.hash(password).await?;
    let known = find_demo_creator(state, username, email).await?;
    let mut tx = state.db.begin().await?;
    match known {
        Some(id) => db::users::set_password(&mut tx, &id, &hash).await?,
        None => {
            let id = UserId(clock::new_id());
            let user = db::users::NewUser { id: &id, username, email, password_hash: &hash, is_admin: false };
            db::users::insert(&mut tx, &user, clock::now()).await?;
            make_creator(&mut tx, &id, application::SHOWS_A_STREAM, clock::now()).await?;
        }
    }
    Ok(tx.commit().await?)
}

/// The account that asks.
///
/// # Errors
/// When nobody is signed in.
pub async fn me(state: &AppState, actor: &Actor) -> Result<Account> {
    get_account(&state.db, &actor.user()?.user_id).await
}

pub(super) async fn get_account(db: &Db, id: &UserId) -> Result<Account> {
    db::users::find_account(db, id).await?.ok_or(Error::NotSignedIn)
}
