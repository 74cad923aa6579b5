//! A new password for somebody who has forgotten theirs, by a link that is mailed to the account's address.
//!
//! Whoever asks gets the same answer in the same time, whether or not there is such an account: who it is, is looked up
//! once they have been answered. A link is good once and for half an hour, and only its hash is stored. Mail that is
//! slow or gone takes nothing else down.

use std::time::Duration;

use tokio::time::sleep;

use crate::{
    domain::{account::Account, audit::AuditAction, fields::FieldErrors, id::UserId},
    server::{
        Error, Result,
        auth::{door::Client, reset_token},
        clock, db,
        mail::{Mailer, Place},
        services::{
            accounts,
            audit::{self, Deed},
            limits::limit,
            passwords, signing_in,
        },
        state::AppState,
        telemetry,
    },
    text,
};

/// How long a link can be used.
const LIFETIME: Duration = Duration::from_secs(30 * 60);
/// How often one address may ask, within [`WINDOW`].
const MAX_PER_ADDRESS: i64 = 10;
/// Mails to one account, within [`WINDOW`]; those above that are not sent, and nobody is told.
const MAX_PER_ACCOUNT: i64 = 3;
const WINDOW: Duration = Duration::from_secs(3600);
/// What the server still waits for a mail that is under way when it is stopped.
const LAST_WAIT: Duration = Duration::from_secs(3);
/// The longest name or address that an account can have, in characters.
const MAX_LOGIN_CHARS: usize = 254;

/// Whether a password can be reset by mail.
pub fn is_available(state: &AppState) -> bool {
    state.mailer.is_some()
}

/// Asks for a link, by username or address. That it was asked for is all that the answer says.
///
/// # Errors
/// When the server sends no mail, nothing was typed, or this address asked too often.
pub async fn ask(state: &AppState, client: &Client, login: &str) -> Result<()> {
    let mailer = state.mailer.clone().ok_or_else(|| Error::Conflict(text!(errors.no_mail)))?;
    let login: String = login.trim().to_lowercase().chars().take(MAX_LOGIN_CHARS).collect();
    if login.is_empty() {
        return Err(FieldErrors::one("login", text!(fields.login_missing)).into());
    }
    let from = format!("reset from {}", client.counted_as());
    limit(&state.db, &from, MAX_PER_ADDRESS, WINDOW, text!(errors.too_many_links)).await?;
    let Some(place) = mailer.find_place() else {
        tracing::error!("too many mails are under way: one was not sent");
        return Ok(());
    };
    let (state_, client) = (state.clone(), client.clone());
    state.tasks.spawn(telemetry::carried_on(async move {
        let sending = mail_link(&state_, &client, &mailer, place, &login);
        let stopped = async {
            state_.stopping.cancelled().await;
            sleep(LAST_WAIT).await;
        };
        tokio::select! {
            () = sending => {}
            () = stopped => tracing::warn!("a mail was given up: the server stops"),
        }
    }));
    Ok(())
}

/// Mails a link to whom that name or address belongs, if it is anybody's.
async fn mail_link(state: &AppState, client: &Client, mailer: &Mailer, place: Place, login: &str) {
    match make_link(state, client, login).await {
        Ok(Some((account, link))) => {
            let words = words(&account.username, &link);
            match mailer.send(place, &account.email, text!(mail.reset_subject), words).await {
                Ok(()) => tracing::info!(user = %account.id, "a link to a new password was mailed"),
                Err(error) => tracing::error!(user = %account.id, %error, "a link to a new password was not mailed"),
            }
        }
        Ok(None) => {}
        Err(error) => tracing::error!(%error, "a link to a new password could not be made"),
    }
}

/// A link for that account; `None` when it is nobody's, or it was sent enough of them.
async fn make_link(state: &AppState, client: &Client, login: &str) -> Result<Option<(Account, String)>> {
    let Some(found) = db::users::find_login(&state.db, login).await? else { return Ok(None) };
    let hits = db::limits::hit(&state.db, &resets_of(&found.id), WINDOW, clock::now()).await?;
    if hits.count > MAX_PER_ACCOUNT {
        tracing::warn!(user = %found.id, "no link to a new password was mailed: there were several lately");
        return Ok(None);
    }
    let mut account = accounts::get_account(&state.db, &found.id).await?;
    let token = reset_token::make();
    let mut tx = state.db.begin().await?;
    // Replaced meanwhile, the address before gets no link that is good.
    let Some(email) = db::users::hold_email(&mut tx, &found.id).await? else { return Ok(None) };
    account.email = email;
    db::resets::insert(&mut tx, &reset_token::hash_of(&token), &found.id, clock::now().plus(LIFETIME)).await?;
    audit::note(&mut tx, Deed::of_nobody(AuditAction::ResetAsked, Some(&found.id)).from(client)).await?;
    tx.commit().await?;
    let link = format!("{}/reset?token={token}", state.config.base_url.as_str().trim_end_matches('/'));
    Ok(Some((account, link)))
}

/// What mails to an account are counted under.
pub(super) fn resets_of(id: &UserId) -> String {
    format!("reset {id}")
}

/// The mail, in the language of whoever asked. Plain text, and nothing in it that somebody else could have written.
fn words(username: &str, link: &str) -> String {
    text!(mail.reset, username = username, link = link)
}

/// Chooses a new password with what is in the link. Everybody who was signed in to the account, or has a token, is not
/// any more.
///
/// # Errors
/// When the link was used or is too old, the password breaks rules, or there were too many tries.
pub async fn confirm(state: &AppState, client: &Client, token: &str, new_password: &str) -> Result<()> {
    signing_in::limit_address(state, client).await?;
    let (hash, now) = (reset_token::hash_of(token), clock::now());
    let worthless = || Error::from(FieldErrors::one("token", text!(fields.link_is_worthless)));
    let user_id = db::resets::find(&state.db, &hash, now).await?.ok_or_else(worthless)?;
    let account = accounts::get_account(&state.db, &user_id).await?;
    let known: &[&str] = &[&account.username, &account.email];
    let password = passwords::choose(state, ("password", new_password), known).await?;
    let password_hash = state.hasher.hash(&password).await?;
    let mut tx = state.db.begin().await?;
    // Of two at once, one has it.
    db::resets::take(&mut tx, &hash, now).await?.ok_or_else(worthless)?;
    passwords::replace(&mut tx, &user_id, &password_hash, None).await?;
    audit::note(&mut tx, Deed::of_nobody(AuditAction::PasswordReset, Some(&user_id)).from(client)).await?;
    tx.commit().await?;
    state.events.account_changed(&user_id);
    tracing::info!(user = %user_id, "a password was reset by mail");
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::language;

    #[tokio::test]
    async fn a_mail_holds_the_link_in_a_line_of_its_own() {
        for spoken in language::all() {
            let mail = async { words("ann", "https://live.example.org/reset?token=x") };
            let mail = language::speaking(*spoken, mail).await;
            assert!(mail.lines().any(|line| line == "https://live.example.org/reset?token=x"), "{mail}");
            assert!(mail.lines().all(|line| line.chars().count() < 78), "{mail}");
        }
        assert!(words("ann", "https://live.example.org/reset?token=x").is_ascii());
    }
}
