//! What the operator does with accounts at the command line. There is no actor: whoever can run the program on the
//! installation's data may do everything anyway. What somebody may choose for themselves is checked as on the pages.
//!
//! The command is another process than the server. On PostgreSQL it tells the servers what it changed, as instances
//! tell each other; on SQLite, pages that are open hear of it only when they ask again.

use crate::{
    domain::{
        account::{Account, Username},
        application::{self, Application, ApplicationStatus, Decision, Reason},
        audit::AuditAction,
        fields::{FieldErrors, Invalid},
        id::UserId,
    },
    server::{
        Error, Result, clock, db,
        services::{
            account_deletion, accounts, applications,
            audit::{self, Deed},
            passwords,
        },
        state::AppState,
    },
};

/// Accounts that are read at once.
const PER_PAGE: usize = 200;
const NO_ACCOUNT: &str = "There is no account of that name. `streamit user list` shows all.";

/// Accounts after that username, in the order of their names; empty when there are no more.
///
/// # Errors
/// When the database cannot be read.
pub async fn list_users(state: &AppState, after: &str) -> Result<Vec<Account>> {
    Ok(db::users::list(&state.db, after, i64::try_from(PER_PAGE).unwrap_or(i64::MAX)).await?)
}

/// Makes an account. The first one of an installation becomes its admin and a creator, whatever is asked for.
///
/// # Errors
/// When fields break rules or are taken.
pub async fn add_user(
    state: &AppState,
    username: &str,
    email: &str,
    password: &str,
    is_admin: bool,
    is_creator: bool,
) -> Result<Account> {
    let (username, email, password) = accounts::check_new(state, username, email, password).await?;
    let hash = state.hasher.hash(&password).await?;
    let id = UserId(clock::new_id());
    let mut tx = state.db.begin().await?;
    accounts::insert_user(&mut tx, &id, &username, &email, &hash).await?;
    audit::note(&mut tx, Deed::of_operator(AuditAction::AccountMade, &id)).await?;
    let made = db::users::find_account(&mut tx, &id).await?.ok_or(Error::NotFound(NO_ACCOUNT))?;
    if is_creator && !made.is_creator {
        accounts::make_creator(&mut tx, &id, application::BY_OPERATOR, clock::now()).await?;
        audit::note(&mut tx, Deed::of_operator(AuditAction::ApplicationApproved, &id)).await?;
    }
    if is_admin && !made.is_admin {
        db::users::set_admin(&mut tx, &id, true).await?;
        audit::note(&mut tx, Deed::of_operator(AuditAction::AdminAdded, &id)).await?;
    }
    tx.commit().await?;
    accounts::get_account(&state.db, &id).await
}

/// Replaces a password. Everybody who was signed in to the account, or has a token, is not any more.
///
/// # Errors
/// When there is no such account, or the password breaks rules.
pub async fn set_password(state: &AppState, username: &str, password: &str) -> Result<()> {
    let id = get_id(state, username).await?;
    let password = passwords::choose(state, ("password", password), &[username]).await?;
    let hash = state.hasher.hash(&password).await?;
    let mut tx = state.db.begin().await?;
    passwords::replace(&mut tx, &id, &hash, None).await?;
    audit::note(&mut tx, Deed::of_operator(AuditAction::PasswordChanged, &id)).await?;
    tx.commit().await?;
    state.events.account_changed(&id);
    Ok(())
}

/// Makes somebody an admin, or no longer one.
///
/// # Errors
/// When there is no such account, or it is the last admin's.
pub async fn set_admin(state: &AppState, username: &str, is_admin: bool) -> Result<()> {
    let id = get_id(state, username).await?;
    let mut tx = state.db.begin().await?;
    db::users::hold_admins(&mut tx).await?;
    if !is_admin && db::users::is_last_admin(&mut tx, &id).await? {
        return Err(Error::Conflict(account_deletion::LAST_ADMIN_BUT_ONE));
    }
    db::users::set_admin(&mut tx, &id, is_admin).await?;
    let action = if is_admin { AuditAction::AdminAdded } else { AuditAction::AdminRemoved };
    audit::note(&mut tx, Deed::of_operator(action, &id)).await?;
    Ok(tx.commit().await?)
}

/// Deletes an account with all that is its own.
///
/// # Errors
/// When there is no such account, it is the last admin's, or LiveKit fails.
pub async fn delete_user(state: &AppState, username: &str) -> Result<()> {
    let id = get_id(state, username).await?;
    account_deletion::delete_for_operator(state, &id).await
}

/// Makes somebody a creator, whether or not they have applied. Who is one stays one.
///
/// # Errors
/// When there is no such account.
pub async fn approve(state: &AppState, username: &str) -> Result<()> {
    let id = get_id(state, username).await?;
    match applications::find_for(state, &id).await? {
        Some(Application { status: ApplicationStatus::Approved, .. }) => {}
        Some(open) if Decision::Approve.apply(open.status).is_some() => {
            applications::carry_out(state, None, &open.id, Decision::Approve, None).await?;
        }
        // None, or one that was rejected: the operator applies for them.
        _ => {
            let mut tx = state.db.begin().await?;
            accounts::make_creator(&mut tx, &id, application::BY_OPERATOR, clock::now()).await?;
            db::streams::open_for(&mut tx, &id).await?;
            audit::note(&mut tx, Deed::of_operator(AuditAction::ApplicationApproved, &id)).await?;
            tx.commit().await?;
            state.events.account_changed(&id);
        }
    }
    Ok(())
}

/// Takes approval back: the stream ends and its key is void.
///
/// # Errors
/// When there is no such account, it is no creator's, the reason is empty or too long, or LiveKit fails.
pub async fn revoke(state: &AppState, username: &str, reason: &str) -> Result<()> {
    let id = get_id(state, username).await?;
    let reason = Reason::parse(reason).map_err(|Invalid(message)| FieldErrors::one("reason", message))?;
    let newest = applications::find_for(state, &id).await?;
    let approved = newest.filter(|one| one.status == ApplicationStatus::Approved);
    let approved = approved.ok_or(Error::Conflict("This account is no creator, so nothing can be taken back."))?;
    applications::carry_out(state, None, &approved.id, Decision::Revoke, Some(reason)).await?;
    Ok(())
}

async fn get_id(state: &AppState, username: &str) -> Result<UserId> {
    let username = Username::parse(username).map_err(|Invalid(message)| FieldErrors::one("username", message))?;
    db::users::find_id(&state.db, &username).await?.ok_or(Error::NotFound(NO_ACCOUNT))
}
