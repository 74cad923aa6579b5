//! Deleting an account with all that is its own: its stream and key, what it follows, where it is signed in. What it
//! said in other people's chats stays without its name, and what it did as a moderator without who did it.
//!
//! LiveKit is asked first: when it cannot be told that the key is void, nothing has changed. Then everything goes in
//! one transaction, and the username is free again. What has begun is done to its end.

use crate::{
    domain::{
        account::Username,
        audit::AuditAction,
        channel::ChannelState,
        fields::FieldErrors,
        id::{StreamId, UserId},
    },
    server::{
        Error, Result,
        auth::{actor::Actor, door::Client},
        clock, db,
        db::Tx,
        services::{
            audit::{self, Deed},
            chat, ingress, pictures, publish, resets,
            signing_in::{self, ConfirmedPassword},
        },
        state::AppState,
    },
    text,
};

/// What an operator reads who would leave the server without an admin.
pub(super) const LAST_ADMIN_BUT_ONE: &str =
    "This is the only admin of this server. Make somebody else one first: streamit user admin NAME";

/// Deletes the account that asks. A stream that is live ends.
///
/// # Errors
/// When nobody is signed in, `confirm` is not its username, the password is wrong or was tried too often, it is the
/// last admin, or LiveKit fails.
pub async fn delete(state: &AppState, client: &Client, actor: &Actor, password: &str, confirm: &str) -> Result<()> {
    let user = actor.user()?;
    if Username::bare(confirm).to_lowercase() != user.username {
        let message = text!(fields.confirm_username, username = user.username.as_str());
        return Err(FieldErrors::one("confirm", message).into());
    }
    let confirmed = signing_in::confirm_password(state, client, &user.user_id, ("password", password)).await?;
    // Asked once more while nobody else is deleted; here, before LiveKit hears of anything.
    if db::users::is_last_admin(&state.db, &user.user_id).await? {
        return Err(Error::Conflict(text!(errors.only_admin)));
    }
    let (state_, id) = (state.clone(), user.user_id.clone());
    let deleting =
        async move { delete_all(&state_, &id, Some(&confirmed), Deed::own(AuditAction::AccountDeleted, &id)).await };
    state.to_the_end(deleting).await
}

/// Deletes an account for the operator, who asks at the command line.
///
/// # Errors
/// When it is the last admin's, or LiveKit fails.
pub(super) async fn delete_for_operator(state: &AppState, id: &UserId) -> Result<()> {
    if db::users::is_last_admin(&state.db, id).await? {
        return Err(Error::Conflict(LAST_ADMIN_BUT_ONE));
    }
    delete_all(state, id, None, Deed::of_operator(AuditAction::AccountDeleted, id)).await
}

/// `confirmed` is the password that its owner has shown.
async fn delete_all(
    state: &AppState,
    id: &UserId,
    confirmed: Option<&ConfirmedPassword>,
    deed: Deed<'_>,
) -> Result<()> {
    ingress::withdraw(state, id).await.map_err(not_told)?;
    let addresses = db::pictures::list_of(&state.db, id).await?;
    let stream = delete_rows(state, id, confirmed, deed).await?;
    for address in addresses {
        pictures::forget(state, Some(address));
    }
    if let Some((stream, last)) = stream {
        publish::announce_end(state, &stream, last);
    }
    // Its event streams end, and on other people's channels it is a guest.
    state.events.account_changed(id);
    tracing::info!(user = %id, "an account was deleted");
    Ok(())
}

/// What a failure of LiveKit means here.
fn not_told(error: Error) -> Error {
    let message = text!(errors.key_not_withdrawn);
    match error {
        Error::LiveKitUnreachable { reason, .. } => Error::LiveKitUnreachable { reason, message },
        Error::LiveKitFailed { reason, .. } => Error::LiveKitFailed { reason, message },
        other => other,
    }
}

/// Deletes the account's rows; answers with its stream, as it was last.
async fn delete_rows(
    state: &AppState,
    id: &UserId,
    confirmed: Option<&ConfirmedPassword>,
    deed: Deed<'_>,
) -> Result<Option<(StreamId, ChannelState)>> {
    let Some(stream) = db::streams::find_by_user(&state.db, id).await? else {
        let mut tx = state.db.begin().await?;
        delete_user(&mut tx, id, confirmed, deed).await?;
        tx.commit().await?;
        return Ok(None);
    };
    // Held from here on, in the order in which everybody holds them: the chat, then the stream.
    let (turn, mut tx) = match chat::begin(state, &stream.id).await {
        // Of two requests at once, the other one did it.
        Err(Error::NotFound(_)) => return Err(Error::NotSignedIn),
        held => held?,
    };
    let row = db::streams::lock(&mut tx, &stream.id).await?.ok_or(Error::NotSignedIn)?;
    // One that is made from now on finds no stream to be stored with, and is removed at LiveKit again.
    if row.ingress_id.is_some() {
        return Err(Error::Conflict(text!(errors.key_made_meanwhile)));
    }
    delete_user(&mut tx, id, confirmed, deed).await?;
    chat::commit(state, (turn, tx), |_| ()).await?;
    Ok(Some((stream.id, row.state())))
}

async fn delete_user(tx: &mut Tx, id: &UserId, confirmed: Option<&ConfirmedPassword>, deed: Deed<'_>) -> Result<()> {
    db::users::forget_first(tx, id).await?;
    if let Some(confirmed) = confirmed {
        confirmed.hold(tx, id).await?;
    }
    if db::users::is_last_admin(&mut *tx, id).await? {
        return Err(Error::Conflict(text!(errors.only_admin)));
    }
    db::follows::note_all_left(tx, id, clock::now()).await?;
    db::limits::delete(&mut *tx, &signing_in::sign_ins_of(id.as_str())).await?;
    db::limits::delete(&mut *tx, &resets::resets_of(id)).await?;
    db::limits::delete(&mut *tx, &pictures::uploads_of(id)).await?;
    // That it happened stays, and who it was goes with the account.
    audit::note(tx, deed).await?;
    db::audit::forget_networks(tx, id).await?;
    match db::users::delete(tx, id).await? {
        true => Ok(()),
        false => Err(Error::NotSignedIn),
    }
}
