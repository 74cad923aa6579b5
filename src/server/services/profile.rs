//! What somebody changes about their own account: how they are shown, their password, their address. The last two ask
//! for the password that holds now, and count as signing in does. Nobody takes the username of somebody else as a name.

use crate::{
    domain::{
        account::{Account, Email, Username, is_reserved},
        audit::AuditAction,
        fields::{FieldErrors, Invalid},
        folding::fold,
        id::UserId,
        profile::{DisplayName, ProfileChange},
    },
    server::{
        Error, Result,
        auth::{actor::Actor, door::Client},
        db,
        services::{
            accounts,
            audit::{self, Deed},
            passwords, signing_in,
        },
        state::AppState,
    },
    text,
};

/// The field that asks for the password that holds now.
const CURRENT: &str = "currentPassword";

/// Changes how one is shown to others.
///
/// # Errors
/// When nobody is signed in, or fields break rules.
pub async fn change(state: &AppState, actor: &Actor, change: ProfileChange) -> Result<Account> {
    let id = &actor.user()?.user_id;
    let update = change.parse()?;
    if let Some(name) = &update.display_name {
        refuse_names_of_others(state, id, name).await?;
    }
    db::users::set_profile(&state.db, id, &update).await?;
    accounts::get_account(&state.db, id).await
}

/// Nobody passes for somebody else by their username, nor by one that only looks like it.
async fn refuse_names_of_others(state: &AppState, id: &UserId, name: &DisplayName) -> Result<()> {
    let folded = fold(name.as_str());
    if is_reserved(&folded) {
        return Err(FieldErrors::one("displayName", text!(fields.name_reserved)).into());
    }
    let Ok(username) = Username::parse(&folded) else { return Ok(()) };
    match db::users::find_id(&state.db, &username).await? {
        Some(owner) if owner != *id => {
            Err(Error::Taken(FieldErrors::one("displayName", text!(fields.name_is_a_username))))
        }
        _ => Ok(()),
    }
}

/// Replaces the password. Who was signed in elsewhere, or has a token, is not any more.
///
/// # Errors
/// When nobody is signed in, the new password breaks rules, the current one is wrong, or was tried too often.
pub async fn change_password(
    state: &AppState,
    client: &Client,
    actor: &Actor,
    current_password: &str,
    new_password: &str,
) -> Result<()> {
    let user = actor.user()?;
    signing_in::limit_address(state, client).await?;
    let password = passwords::choose(state, ("newPassword", new_password), &[&user.username]).await?;
    let confirmed = signing_in::confirm_password(state, client, &user.user_id, (CURRENT, current_password)).await?;
    let hash = state.hasher.hash(&password).await?;
    let mut tx = state.db.begin().await?;
    confirmed.hold(&mut tx, &user.user_id).await?;
    passwords::replace(&mut tx, &user.user_id, &hash, Some(&user.session_id)).await?;
    audit::note(&mut tx, Deed::own(AuditAction::PasswordChanged, &user.user_id).from(client)).await?;
    tx.commit().await?;
    tracing::info!(user = %user.user_id, "a password was changed");
    state.events.account_changed(&user.user_id);
    Ok(())
}

/// Replaces the address. It is what one signs in with too.
///
/// # Errors
/// When nobody is signed in, the address breaks rules or is somebody else's, the password is wrong, or was tried too
/// often.
pub async fn change_email(
    state: &AppState,
    client: &Client,
    actor: &Actor,
    current_password: &str,
    email: &str,
) -> Result<Account> {
    let id = &actor.user()?.user_id;
    let email = Email::parse(email).map_err(|Invalid(message)| FieldErrors::one("email", message))?;
    let confirmed = signing_in::confirm_password(state, client, id, (CURRENT, current_password)).await?;
    let mut tx = state.db.begin().await?;
    confirmed.hold(&mut tx, id).await?;
    let stored = db::users::set_email(&mut tx, id, &email).await;
    stored.map_err(|error| accounts::taken(error.into(), text!(fields.username_taken), text!(fields.email_taken)))?;
    // Links that went to the old address lead nowhere.
    db::resets::delete_of(&mut tx, id).await?;
    audit::note(&mut tx, Deed::own(AuditAction::EmailChanged, id).from(client)).await?;
    tx.commit().await?;
    accounts::get_account(&state.db, id).await
}
