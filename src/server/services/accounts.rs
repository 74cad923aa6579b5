//! Accounts and their sessions.

use std::time::Duration;

use crate::{
    domain::{
        account::{AccessToken, Account, Email, Password, SessionKind, Username},
        application::{self, ApplicationStatus},
        audit::AuditAction,
        fields::FieldErrors,
        id::{SessionId, StreamId, UserId},
        timestamp::Timestamp,
        title::Title,
    },
    server::{
        Error, Result,
        auth::{actor::Actor, door::Client, session},
        clock, db,
        db::{Db, Tx, sessions::VisitorRow},
        services::audit::{self, Deed},
        state::AppState,
    },
    text,
};

/// Sign-ups from one address, within [`SIGN_UP_WINDOW`].
pub const MAX_SIGN_UPS: i64 = 20;
/// See [`MAX_SIGN_UPS`].
pub const SIGN_UP_WINDOW: Duration = Duration::from_secs(3600);
/// Sign-ins to one account, within [`SIGN_IN_WINDOW`].
pub const MAX_SIGN_INS: i64 = 10;
/// See [`MAX_SIGN_INS`].
pub const SIGN_IN_WINDOW: Duration = Duration::from_secs(15 * 60);
/// A session is marked as used at most this often.
const TOUCH_AFTER: Duration = Duration::from_secs(3600);
/// Sign-ins from one address, within [`SIGN_IN_WINDOW`]: for whoever tries one password on many accounts.
pub const MAX_SIGN_INS_PER_ADDRESS: i64 = 100;
const NOT_THE_DEMO: &str = "The username `demo` belongs to somebody who signed up.";

/// Somebody who just signed in.
#[derive(Debug)]
pub struct SignedIn {
    /// The account.
    pub account: Account,
    /// The session's token, for the cookie.
    pub token: String,
}

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

/// Signs in by username or address.
///
/// # Errors
/// When they do not fit, or were tried too often; neither says whether there is such an account.
pub async fn sign_in(state: &AppState, client: &Client, login: &str, password: &str) -> Result<SignedIn> {
    let id = check_password(state, client, login, password).await?;
    let mut tx = state.db.begin().await?;
    let token = open_session(state, &mut tx, &id, client, SessionKind::Browser).await?;
    audit::note(&mut tx, Deed::own(AuditAction::SignedIn, &id).from(client)).await?;
    tx.commit().await?;
    tracing::info!(user = %id, "somebody signed in");
    Ok(SignedIn { account: get_account(&state.db, &id).await?, token: token.token })
}

/// A token for scripts.
///
/// # Errors
/// As [`sign_in`].
pub async fn make_token(state: &AppState, client: &Client, login: &str, password: &str) -> Result<AccessToken> {
    let id = check_password(state, client, login, password).await?;
    let mut tx = state.db.begin().await?;
    let token = open_session(state, &mut tx, &id, client, SessionKind::Token).await?;
    audit::note(&mut tx, Deed::own(AuditAction::TokenMade, &id).from(client)).await?;
    tx.commit().await?;
    tracing::info!(user = %id, "a token was made");
    Ok(token)
}

async fn check_password(state: &AppState, client: &Client, login: &str, password: &str) -> Result<UserId> {
    let mut whose = None;
    let checked = find_by_password(state, client, login, password, &mut whose).await;
    if let Err(error) = &checked {
        remember_failure(state, error, |action| Deed::of_nobody(action, whose.as_ref()).from(client)).await;
    }
    checked
}

/// Tells of a password that was wrong or not looked at. A name that is nobody's is named nowhere: it may be a password
/// in the wrong field.
async fn remember_failure<'a>(state: &AppState, error: &Error, deed: impl FnOnce(AuditAction) -> Deed<'a>) {
    let (outcome, action) = match error {
        Error::WrongCredentials | Error::Invalid(_) => ("wrong_credentials", AuditAction::SignInFailed),
        Error::TooMany { .. } => ("too_many", AuditAction::SignInRefused),
        _ => return,
    };
    let deed = deed(action);
    state.metrics.failed_sign_in(outcome);
    tracing::warn!(user = deed.subject().map(UserId::as_str), outcome, "a sign-in failed");
    audit::count(state, deed).await;
}

/// Whose password that is. `whose` is whose it was taken for, once that is known.
async fn find_by_password(
    state: &AppState,
    client: &Client,
    login: &str,
    password: &str,
    whose: &mut Option<UserId>,
) -> Result<UserId> {
    limit_address(state, client).await?;
    let login = login.trim().to_lowercase();
    let found = db::users::find_login(&state.db, &login).await?;
    *whose = found.as_ref().map(|row| row.id.clone());
    // Both names of an account count together, and names that are nobody's count too.
    let counted = found.as_ref().map_or(login.as_str(), |row| row.id.as_str());
    limit(&state.db, &sign_ins_of(counted), MAX_SIGN_INS, SIGN_IN_WINDOW, text!(errors.too_many_tries)).await?;
    let fits = state.hasher.verify(password, found.as_ref().map(|row| row.password_hash.as_str())).await?;
    found.filter(|_| fits).map(|row| row.id).ok_or(Error::WrongCredentials)
}

/// Asks somebody who is signed in for their password, before what only they may do. Counts as signing in does.
///
/// # Errors
/// When it is not theirs, which `field` is named for, or it was tried too often.
pub(super) async fn confirm_password(
    state: &AppState,
    client: &Client,
    user_id: &UserId,
    (field, password): (&str, &str),
) -> Result<()> {
    let confirmed = is_password_of(state, client, user_id, password).await;
    let confirmed = confirmed.and_then(|fits| match fits {
        true => Ok(()),
        false => Err(FieldErrors::one(field, text!(fields.password_is_wrong)).into()),
    });
    if let Err(error) = &confirmed {
        remember_failure(state, error, |action| Deed::own(action, user_id).from(client)).await;
    }
    confirmed
}

async fn is_password_of(state: &AppState, client: &Client, user_id: &UserId, password: &str) -> Result<bool> {
    limit_address(state, client).await?;
    let counted = sign_ins_of(user_id.as_str());
    limit(&state.db, &counted, MAX_SIGN_INS, SIGN_IN_WINDOW, text!(errors.too_many_tries)).await?;
    let hash = db::users::find_password_hash(&state.db, user_id).await?;
    state.hasher.verify(password, hash.as_deref()).await
}

pub(super) async fn limit_address(state: &AppState, client: &Client) -> Result<()> {
    let from = format!("sign-in from {}", client.counted_as());
    limit(&state.db, &from, MAX_SIGN_INS_PER_ADDRESS, SIGN_IN_WINDOW, text!(errors.too_many_tries)).await
}

/// What tries are counted under: an account's id, or a name that is nobody's.
pub(super) fn sign_ins_of(counted: &str) -> String {
    format!("sign-in {}", counted.chars().take(254).collect::<String>())
}

async fn open_session(
    state: &AppState,
    tx: &mut Tx,
    user_id: &UserId,
    client: &Client,
    kind: SessionKind,
) -> Result<AccessToken> {
    let now = clock::now();
    let lifetime = match kind {
        SessionKind::Browser => session::BROWSER_LIFETIME,
        SessionKind::Token => session::TOKEN_LIFETIME,
    };
    let id = SessionId(clock::new_id());
    let expires_at = now.plus(lifetime);
    let row = db::sessions::NewSession { id: &id, user_id, kind, user_agent: &client.user_agent, expires_at };
    db::sessions::insert(tx, &row, now).await?;
    Ok(AccessToken { token: session::sign(&state.secrets, user_id, &id, expires_at)?, expires_at })
}

/// Who comes with that token, if it is good.
///
/// # Errors
/// When the database cannot be read.
pub async fn find_visitor(state: &AppState, token: &str) -> Result<Option<VisitorRow>> {
    let Some((user_id, session_id)) = session::read(&state.secrets, token) else { return Ok(None) };
    let now = clock::now();
    let visitor = db::sessions::find_visitor(&state.db, &session_id, &user_id, now).await?;
    if let Some(visitor) = &visitor
        && now.since(visitor.last_seen_at) > TOUCH_AFTER
    {
        // Who may come in can read, also while nothing can be written.
        if let Err(error) = db::sessions::touch(&state.db, &visitor.session_id, now).await {
            tracing::warn!(%error, "when a session was last used could not be written down");
        }
    }
    Ok(visitor)
}

/// Ends the session that asks; nobody signed in is fine.
///
/// # Errors
/// When the database cannot be written.
pub async fn sign_out(state: &AppState, actor: &Actor) -> Result<()> {
    if let Actor::User(user) = actor {
        db::sessions::delete(&state.db, &user.user_id, &user.session_id).await?;
        state.events.account_changed(&user.user_id);
    }
    Ok(())
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

/// Counts something that is done, and refuses it when it was done too often.
pub(super) async fn limit(db: &Db, name: &str, most: i64, window: Duration, message: &'static str) -> Result<()> {
    let now = clock::now();
    let hits = db::limits::hit(db, name, window, now).await?;
    if hits.count <= most {
        return Ok(());
    }
    Err(Error::TooMany { retry_after: hits.window_start.plus(window).since(now), message })
}
