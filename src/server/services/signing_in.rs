//! Signing in: by a password, with a session or a token that comes of it, and out again. Whose token comes with a
//! request is found here.
//!
//! Whoever tries passwords learns nothing by it: neither whether there is such an account nor, by the time it takes,
//! whose it is. Tries are counted by account and by address before a password is looked at, in the database, so that
//! all instances count together. No name that was typed is in a log, and one that is nobody's is not stored either.

use std::time::Duration;

use crate::{
    domain::{
        account::{AccessToken, Account, SessionKind},
        audit::AuditAction,
        fields::FieldErrors,
        id::{SessionId, UserId},
    },
    server::{
        Error, Result,
        auth::{actor::Actor, door::Client, session},
        clock, db,
        db::{Tx, sessions::VisitorRow},
        services::{
            accounts,
            audit::{self, Deed},
            limits::limit,
        },
        state::AppState,
    },
    text,
};

/// Sign-ins to one account, within [`SIGN_IN_WINDOW`].
pub const MAX_SIGN_INS: i64 = 10;
/// See [`MAX_SIGN_INS`].
pub const SIGN_IN_WINDOW: Duration = Duration::from_secs(15 * 60);
/// A session is marked as used at most this often.
const TOUCH_AFTER: Duration = Duration::from_secs(3600);
/// Sign-ins from one address, within [`SIGN_IN_WINDOW`]: for whoever tries one password on many accounts.
pub const MAX_SIGN_INS_PER_ADDRESS: i64 = 100;

/// Somebody who just signed in.
#[derive(Debug)]
pub struct SignedIn {
    /// The account.
    pub account: Account,
    /// The session's token, for the cookie.
    pub token: String,
}

/// A password that was right when it was looked at. Between that and what is done about it, it may have been replaced.
pub(super) struct ConfirmedPassword {
    hash: String,
}

impl ConfirmedPassword {
    /// Makes sure that it still is the account's, and stays so until the transaction ends.
    ///
    /// # Errors
    /// When it is another by now: whoever was signed in with the one before is not any more.
    pub(super) async fn hold(&self, tx: &mut Tx, id: &UserId) -> Result<()> {
        if self.is_still_of(tx, id).await? { Ok(()) } else { Err(Error::NotSignedIn) }
    }

    async fn is_still_of(&self, tx: &mut Tx, id: &UserId) -> Result<bool> {
        Ok(db::users::hold_password(tx, id, &self.hash).await?)
    }
}

/// Signs in by username or address.
///
/// # Errors
/// When they do not fit, or were tried too often; neither says whether there is such an account.
pub async fn sign_in(state: &AppState, client: &Client, login: &str, password: &str) -> Result<SignedIn> {
    let (id, made) = enter(state, client, login, password, SessionKind::Browser).await?;
    tracing::info!(user = %id, "somebody signed in");
    Ok(SignedIn { account: accounts::get_account(&state.db, &id).await?, token: made.token })
}

/// A token for scripts.
///
/// # Errors
/// As [`sign_in`].
pub async fn make_token(state: &AppState, client: &Client, login: &str, password: &str) -> Result<AccessToken> {
    let (id, made) = enter(state, client, login, password, SessionKind::Token).await?;
    tracing::info!(user = %id, "a token was made");
    Ok(made)
}

/// Opens a session for whose password that is, and remembers it in the audit log.
async fn enter(
    state: &AppState,
    client: &Client,
    login: &str,
    password: &str,
    kind: SessionKind,
) -> Result<(UserId, AccessToken)> {
    let (id, confirmed) = check_password(state, client, login, password).await?;
    let action = match kind {
        SessionKind::Browser => AuditAction::SignedIn,
        SessionKind::Token => AuditAction::TokenMade,
    };
    let mut tx = state.db.begin().await?;
    if !confirmed.is_still_of(&mut tx, &id).await? {
        return Err(Error::WrongCredentials);
    }
    let made = open_session(state, &mut tx, &id, client, kind).await?;
    audit::note(&mut tx, Deed::own(action, &id).from(client)).await?;
    tx.commit().await?;
    Ok((id, made))
}

async fn check_password(
    state: &AppState,
    client: &Client,
    login: &str,
    password: &str,
) -> Result<(UserId, ConfirmedPassword)> {
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
) -> Result<(UserId, ConfirmedPassword)> {
    limit_address(state, client).await?;
    let login = login.trim().to_lowercase();
    let found = db::users::find_login(&state.db, &login).await?;
    *whose = found.as_ref().map(|row| row.id.clone());
    // Both names of an account count together, and names that are nobody's count too.
    let counted = match &found {
        Some(row) => sign_ins_of(row.id.as_str()),
        None => sign_ins_of(&state.secrets.pseudonym(&["sign-in", &login])),
    };
    limit(&state.db, &counted, MAX_SIGN_INS, SIGN_IN_WINDOW, text!(errors.too_many_tries)).await?;
    let fits = state.hasher.verify(password, found.as_ref().map(|row| row.password_hash.as_str())).await?;
    let found = found.filter(|_| fits).ok_or(Error::WrongCredentials)?;
    Ok((found.id, ConfirmedPassword { hash: found.password_hash }))
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
) -> Result<ConfirmedPassword> {
    let confirmed = confirm(state, client, user_id, password).await;
    let wrong = || FieldErrors::one(field, text!(fields.password_is_wrong)).into();
    let confirmed = confirmed.and_then(|confirmed| confirmed.ok_or_else(wrong));
    if let Err(error) = &confirmed {
        remember_failure(state, error, |action| Deed::own(action, user_id).from(client)).await;
    }
    confirmed
}

/// `None` when it is not theirs.
async fn confirm(
    state: &AppState,
    client: &Client,
    user_id: &UserId,
    password: &str,
) -> Result<Option<ConfirmedPassword>> {
    limit_address(state, client).await?;
    let counted = sign_ins_of(user_id.as_str());
    limit(&state.db, &counted, MAX_SIGN_INS, SIGN_IN_WINDOW, text!(errors.too_many_tries)).await?;
    let hash = db::users::find_password_hash(&state.db, user_id).await?;
    let fits = state.hasher.verify(password, hash.as_deref()).await?;
    Ok(hash.filter(|_| fits).map(|hash| ConfirmedPassword { hash }))
}

pub(super) async fn limit_address(state: &AppState, client: &Client) -> Result<()> {
    let from = format!("sign-in from {}", client.counted_as());
    limit(&state.db, &from, MAX_SIGN_INS_PER_ADDRESS, SIGN_IN_WINDOW, text!(errors.too_many_tries)).await
}

/// What tries are counted under: an account's id, or what stands for a name that is nobody's. Never that name as it was
/// typed: it may be a password in the wrong field.
pub(super) fn sign_ins_of(counted: &str) -> String {
    format!("sign-in {counted}")
}

pub(super) async fn open_session(
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
