//! The stream key: making, showing and deleting it.
//!
//! LiveKit is asked first and the database told after, in an order that leaves nothing half-done: a key that LiveKit
//! would not delete still works, one that could not be stored is removed again. Of two changes at once one wins. What
//! has begun is done to its end, also when whoever asked for it goes away.

use std::time::Duration;

use crate::{
    domain::{
        audit::AuditAction,
        fields::{Change, FieldErrors, Invalid},
        id::{StreamId, UserId},
        ingress::InputType,
        stream::{Credentials, NewIngress},
    },
    server::{
        Error, Result,
        auth::actor::Actor,
        clock, db,
        db::{ingresses::IngressRow, streams::StreamRow},
        livekit::{LiveKit, ingress::MadeIngress},
        services::{
            audit::{self, Deed},
            browser_broadcast, publish, setup, streams,
        },
        state::AppState,
    },
    text,
};

/// How long a change of the key is reserved: longer than the calls to LiveKit can take, also with a way in that was left
/// over and where each of them hangs. After a crash in the middle the next one waits that long.
const CLAIM: Duration = Duration::from_secs(60);

/// Makes a key; an existing one is void from then on.
///
/// # Errors
/// When the one who asks is not a creator, the stream is live, another change is under way, or LiveKit fails.
pub async fn make(state: &AppState, actor: &Actor, input: Change<String>) -> Result<NewIngress> {
    let creator = actor.creator()?;
    let input = input.required().and_then(|text| text.map(|text| InputType::parse(&text)).transpose());
    let input = input.map_err(|Invalid(message)| FieldErrors::one("inputType", message))?.unwrap_or_default();
    let (state_, id, user_id) = (state.clone(), creator.stream_id, creator.user.user_id.clone());
    state.to_the_end(async move { make_claimed(&state_, &id, &user_id, input).await }).await
}

async fn make_claimed(state: &AppState, id: &StreamId, user_id: &UserId, input: InputType) -> Result<NewIngress> {
    let livekit = state.livekit.as_ref().ok_or_else(setup::no_livekit)?;
    let row = claim(state, id).await?;
    let made = replace(state, livekit, &row, user_id, input).await;
    if made.is_err() {
        db::ingresses::release(&state.db, id).await?;
    }
    publish::announce_to_creator(state, id).await?;
    made
}

async fn replace(
    state: &AppState,
    livekit: &LiveKit,
    row: &StreamRow,
    user_id: &UserId,
    input: InputType,
) -> Result<NewIngress> {
    let had_key = row.ingress_id.is_some();
    remove_all(livekit, row).await?;
    if had_key {
        forget_key(state, &row.id, user_id).await?;
    }
    let message = if had_key { text!(errors.key_void) } else { text!(errors.key_not_made) };
    let several = state.config.several_qualities;
    let made = match livekit.create_ingress(&row.id, user_id, input, several).await {
        Ok(made) => made,
        Err(error) => {
            // It may have been made although no answer came: nobody would know of it.
            remove_unknown(livekit, &row.id).await;
            return Err(error.into_error(message));
        }
    };
    let action = if had_key { AuditAction::KeyRenewed } else { AuditAction::KeyMade };
    if let Err(error) = store(state, &row.id, &made, input, Deed::own(action, user_id)).await {
        remove_unknown(livekit, &row.id).await;
        return Err(error);
    }
    let credentials = Credentials { server_url: made.url, stream_key: made.stream_key, input_type: input };
    Ok(NewIngress { ingress_id: made.id, credentials })
}

/// Deletes the key that is stored, and any other way into this room: one that was made but never stored.
async fn remove_all(livekit: &LiveKit, row: &StreamRow) -> Result<()> {
    let had_key = row.ingress_id.is_some();
    let message = if had_key { text!(errors.key_still_works) } else { text!(errors.key_not_made) };
    let mut ids = livekit.list_ingress(&row.id).await.map_err(|error| error.into_error(message))?;
    // The one that is stored goes last: as long as another one is left, it still works.
    ids.retain(|id| row.ingress_id.as_ref() != Some(id));
    ids.extend(row.ingress_id.clone());
    for id in ids {
        livekit.delete_ingress(&id).await.map_err(|error| error.into_error(message))?;
    }
    Ok(())
}

async fn remove_unknown(livekit: &LiveKit, id: &StreamId) {
    let Ok(ids) = livekit.list_ingress(id).await else { return };
    for unknown in ids {
        if let Err(error) = livekit.delete_ingress(&unknown).await {
            tracing::warn!(stream = %id, %error, "an unused ingress stays at LiveKit until the next change of the key");
        }
    }
}

async fn store(state: &AppState, id: &StreamId, made: &MadeIngress, input: InputType, deed: Deed<'_>) -> Result<()> {
    let sealed =
        state.secrets.seal(&made.stream_key, id.as_str()).map_err(|error| Error::Internal(error.to_string()))?;
    let row = IngressRow { ingress_id: &made.id, input_type: input, server_url: &made.url, sealed_key: &sealed };
    let mut tx = state.db.begin().await?;
    if !db::ingresses::store(&mut tx, id, &row, clock::now()).await? {
        // The account was deleted, or is no creator's any more, since LiveKit was asked for the key.
        return Err(Error::NotACreator);
    }
    audit::note(&mut tx, deed).await?;
    Ok(tx.commit().await?)
}

/// Deletes the key.
///
/// # Errors
/// When the one who asks is not a creator, there is no key, the stream is live, another change is under way, or LiveKit
/// fails.
pub async fn delete(state: &AppState, actor: &Actor) -> Result<()> {
    let creator = actor.creator()?;
    let (state_, id, user_id) = (state.clone(), creator.stream_id, creator.user.user_id.clone());
    state.to_the_end(async move { delete_claimed(&state_, &id, &user_id).await }).await
}

async fn delete_claimed(state: &AppState, id: &StreamId, user_id: &UserId) -> Result<()> {
    if streams::get(state, id).await?.ingress_id.is_none() {
        return Err(Error::NoKey);
    }
    let livekit = state.livekit.as_ref().ok_or_else(setup::no_livekit)?;
    let row = claim(state, id).await?;
    let deleted = remove_all(livekit, &row).await;
    if deleted.is_ok() {
        forget_key(state, id, user_id).await?;
    }
    db::ingresses::release(&state.db, id).await?;
    publish::announce_to_creator(state, id).await?;
    deleted
}

async fn forget_key(state: &AppState, id: &StreamId, user_id: &UserId) -> Result<()> {
    let mut tx = state.db.begin().await?;
    db::ingresses::clear(&mut tx, id, clock::now()).await?;
    audit::note(&mut tx, Deed::own(AuditAction::KeyDeleted, user_id)).await?;
    Ok(tx.commit().await?)
}

/// Reserves the change, so that two at once do not both make one.
async fn claim(state: &AppState, id: &StreamId) -> Result<StreamRow> {
    let now = clock::now();
    if db::ingresses::claim(&state.db, id, now, CLAIM).await? {
        return streams::get(state, id).await;
    }
    let row = streams::get(state, id).await?;
    match row.status().is_busy() {
        true => Err(Error::WhileLive(text!(errors.key_while_live))),
        false => Err(Error::Conflict(text!(errors.key_under_way))),
    }
}

/// What the encoder needs.
///
/// # Errors
/// When the one who asks is not a creator, or there is no key.
pub async fn credentials(state: &AppState, actor: &Actor) -> Result<Credentials> {
    let creator = actor.creator()?;
    let row = streams::get(state, &creator.stream_id).await?;
    let (Some(sealed), Some(server_url), Some(input_type)) =
        (&row.sealed_key, row.server_url.clone(), row.input_type())
    else {
        return Err(Error::NoKey);
    };
    let opened = state.secrets.open(sealed, row.id.as_str());
    let stream_key = opened.map_err(|error| Error::Internal(format!("the stream key: {error}")))?;
    audit::count(state, Deed::own(AuditAction::KeyShown, &creator.user.user_id)).await;
    Ok(Credentials { server_url, stream_key, input_type })
}

/// Takes the way in from somebody who is no creator any more, live or not. Encoder and browser are cut.
///
/// # Errors
/// As [`void_key`].
pub async fn withdraw(state: &AppState, user_id: &UserId) -> Result<()> {
    let Some(row) = db::streams::find_by_user(&state.db, user_id).await? else { return Ok(()) };
    browser_broadcast::put_out(state, &row).await?;
    remove_and_clear(state, &row).await
}

/// Voids somebody's key, live or not: their encoder is cut.
///
/// # Errors
/// When LiveKit fails, or is not set up while there is a key: nothing has changed then.
pub async fn void_key(state: &AppState, user_id: &UserId) -> Result<()> {
    match db::streams::find_by_user(&state.db, user_id).await? {
        Some(row) => remove_and_clear(state, &row).await,
        None => Ok(()),
    }
}

async fn remove_and_clear(state: &AppState, row: &StreamRow) -> Result<()> {
    match &state.livekit {
        Some(livekit) => remove_all(livekit, row).await?,
        // Forgotten here, the key would go on there.
        None if row.ingress_id.is_some() => return Err(setup::no_livekit()),
        None => {}
    }
    Ok(db::ingresses::clear(&state.db, &row.id, clock::now()).await?)
}
