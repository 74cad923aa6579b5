//! What a creator does to what comes in: rehearsing, going live, ending, letting in again, and waiting out drops.
//!
//! That the encoder is to be kept out is in the database before LiveKit is told. What LiveKit did not do, or did without
//! its answer arriving, is done by whoever looks into the room next.

use std::time::Duration;

use crate::{
    domain::{
        channel::StreamStatus,
        fields::{FieldErrors, Invalid},
        id::StreamId,
        on_air::Sign,
        stream::{DisconnectProtection, StreamReport},
        title::Title,
    },
    server::{
        Error, Result,
        auth::actor::Actor,
        clock, db,
        db::streams::StreamRow,
        livekit::{CallError, LiveKit, rooms::Seen},
        services::{on_air, publish, setup, streams},
        state::AppState,
    },
    text,
};

/// Sets whether who comes next is seen by the creator alone.
///
/// # Errors
/// When the one who asks is not a creator, or something is connected.
pub async fn set_rehearsal(state: &AppState, actor: &Actor, is_on: bool) -> Result<StreamReport> {
    let id = actor.creator()?.stream_id;
    let mut tx = state.db.begin().await?;
    let row = lock(&mut tx, &id).await?;
    if row.status().is_busy() {
        return Err(Error::WhileLive(text!(errors.no_rehearsal_on_air)));
    }
    if row.is_rehearsal_on != is_on {
        db::streams::update_rehearsal(&mut tx, &id, is_on, clock::now()).await?;
        tx.commit().await?;
        publish::announce(state, &id).await?;
    } else {
        drop(tx);
    }
    streams::report(state, actor).await
}

/// Shows a rehearsal to everybody.
///
/// # Errors
/// When the one who asks is not a creator, there is no rehearsal, or the stream has no title yet.
pub async fn go_live(state: &AppState, actor: &Actor) -> Result<StreamReport> {
    let id = actor.creator()?.stream_id;
    let mut tx = state.db.begin().await?;
    let row = lock(&mut tx, &id).await?;
    if row.status() != StreamStatus::Rehearsal {
        return Err(Error::Conflict(text!(errors.no_rehearsal)));
    }
    if row.title == Title::UNTITLED {
        return Err(FieldErrors::one("title", text!(fields.title_needed)).into());
    }
    let effect = on_air::take(&mut tx, &id, Sign::WentLive, clock::now()).await?;
    tx.commit().await?;
    on_air::follow_up(state, &id, effect).await?;
    streams::report(state, actor).await
}

/// Sets how long a drop is waited out, also for a stream that is on air.
///
/// # Errors
/// When the one who asks is not a creator, or that time cannot be chosen.
pub async fn set_protection(state: &AppState, actor: &Actor, seconds: u32) -> Result<StreamReport> {
    let id = actor.creator()?.stream_id;
    let protection = DisconnectProtection::parse(seconds)
        .map_err(|Invalid(message)| FieldErrors::one("disconnectProtectionSeconds", message))?;
    let mut tx = state.db.begin().await?;
    let row = lock(&mut tx, &id).await?;
    if row.on_air().disconnect_protection != Duration::from_secs(u64::from(protection.seconds())) {
        db::streams::update_protection(&mut tx, &id, protection, clock::now()).await?;
        tx.commit().await?;
        publish::announce(state, &id).await?;
    } else {
        drop(tx);
    }
    streams::report(state, actor).await
}

/// Ends the stream, and keeps its encoder out until [`resume`]. The key stays the same.
///
/// # Errors
/// When the one who asks is not a creator, or LiveKit fails: the stream then ends as soon as it answers.
pub async fn end(state: &AppState, actor: &Actor) -> Result<StreamReport> {
    let id = actor.creator()?.stream_id;
    let state_ = state.clone();
    state.to_the_end(async move { end_now(&state_, &id).await }).await?;
    streams::report(state, actor).await
}

async fn end_now(state: &AppState, id: &StreamId) -> Result<()> {
    let livekit = state.livekit.as_ref().ok_or_else(setup::no_livekit)?;
    let topic = state.events.stream(id);
    let _turn = state.turns.take(&topic.control_turn, id).await?;
    let row = streams::get(state, id).await?;
    // Without a key nothing comes back by itself, and there is nothing to keep out.
    let keeps_out = row.ingress_id.is_some();
    mark_ended(state, id, keeps_out).await?;
    let sender = match livekit.look(id, &row.user_id).await {
        Seen::OnAir { sender, .. } => Some(sender),
        Seen::OffAir | Seen::Unknown => None,
    };
    let kept_out = match keep_out(livekit, &row, sender.as_deref()).await {
        // Also one that was between two tracks when it was looked for.
        Ok(()) => livekit.remove_browser(id, &row.user_id).await,
        Err(error) => Err(error),
    };
    if kept_out.is_ok() {
        on_air::apply(state, id, Sign::Cut).await?;
    }
    publish::announce(state, id).await?;
    kept_out.map_err(|error| {
        let message = if keeps_out { text!(errors.not_ended) } else { text!(errors.stream_goes_on) };
        error.into_error(message)
    })
}

/// Keeps out who was seen sending, unless the creator lets them in again meanwhile; says whether they are kept out.
///
/// # Errors
/// When LiveKit does not answer, or refuses, or the database cannot be read.
pub(super) async fn keep_out_again(state: &AppState, livekit: &LiveKit, id: &StreamId, sender: &str) -> Result<bool> {
    let topic = state.events.stream(id);
    let _turn = state.turns.take(&topic.control_turn, id).await?;
    let row = streams::get(state, id).await?;
    if row.ended_by_creator {
        let kept_out = keep_out(livekit, &row, Some(sender)).await;
        kept_out.map_err(|error| error.into_error(text!(errors.not_ended)))?;
    }
    Ok(row.ended_by_creator)
}

/// Closes the way in, and removes whoever sends. Only in one's turn.
///
/// # Errors
/// When LiveKit does not answer, or refuses.
async fn keep_out(livekit: &LiveKit, row: &StreamRow, sender: Option<&str>) -> Result<(), CallError> {
    set_open(livekit, row, false).await?;
    match sender {
        Some(sender) => livekit.remove(&row.id, sender).await,
        None => Ok(()),
    }
}

/// Lets the encoder in again after [`end`].
///
/// # Errors
/// When the one who asks is not a creator, or LiveKit fails: the encoder is still kept out then.
pub async fn resume(state: &AppState, actor: &Actor) -> Result<StreamReport> {
    let id = actor.creator()?.stream_id;
    let state_ = state.clone();
    state.to_the_end(async move { resume_now(&state_, &id).await }).await?;
    streams::report(state, actor).await
}

async fn resume_now(state: &AppState, id: &StreamId) -> Result<()> {
    let topic = state.events.stream(id);
    let _turn = state.turns.take(&topic.control_turn, id).await?;
    let row = streams::get(state, id).await?;
    // Opening a way in cuts an encoder that is there. Off air it only mends what LiveKit may have been told late.
    if !row.ended_by_creator && row.status().is_busy() {
        return Ok(());
    }
    let livekit = state.livekit.as_ref().ok_or_else(setup::no_livekit)?;
    set_open(livekit, &row, true).await.map_err(|error| error.into_error(text!(errors.not_resumed)))?;
    mark_ended(state, id, false).await?;
    publish::announce(state, id).await
}

/// A way in that LiveKit does not know is closed for good: the page of the key says so.
async fn set_open(livekit: &LiveKit, row: &StreamRow, is_open: bool) -> Result<(), CallError> {
    let Some(ingress_id) = &row.ingress_id else { return Ok(()) };
    match livekit.let_in(ingress_id, is_open).await {
        Ok(()) | Err(CallError::NotFound(_)) => Ok(()),
        Err(error) => Err(error),
    }
}

async fn mark_ended(state: &AppState, id: &StreamId, is_ended: bool) -> Result<()> {
    Ok(db::streams::update_ended(&state.db, id, is_ended, clock::now()).await?)
}

async fn lock(tx: &mut db::Tx, id: &StreamId) -> Result<StreamRow> {
    db::streams::lock(tx, id).await?.ok_or(Error::NotACreator)
}
