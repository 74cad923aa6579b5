//! Takes in LiveKit's webhooks. Each counts once, whatever the order; its id and its effect are stored together.

use crate::{
    domain::{
        id::StreamId,
        on_air::{Effect, Sign},
        stream::Notice,
    },
    server::{
        Result, clock, db,
        livekit::webhook::{Hint, HintKind, Rejected},
        queue,
        services::{audience, on_air, publish},
        state::AppState,
    },
};

/// What came of a webhook.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Receipt {
    /// Stored, now or before.
    Taken,
    /// Not signed by our LiveKit.
    BadSignature,
    /// Signed, but not readable.
    Undecodable,
}

/// Takes in the raw body.
///
/// # Errors
/// When it could not be stored: LiveKit then sends it again.
pub async fn receive(state: &AppState, authorization: &str, body: &[u8]) -> Result<Receipt> {
    let received = receive_once(state, authorization, body).await;
    state.metrics.webhook(match &received {
        Ok((Receipt::Taken, true)) => "taken",
        Ok((Receipt::Taken, false)) => "repeat",
        Ok((Receipt::BadSignature, _)) => "bad_signature",
        Ok((Receipt::Undecodable, _)) => "undecodable",
        Err(_) => "not_stored",
    });
    received.map(|(receipt, _)| receipt)
}

/// What came of it, and whether it is new.
async fn receive_once(state: &AppState, authorization: &str, body: &[u8]) -> Result<(Receipt, bool)> {
    let Some(livekit) = &state.livekit else { return Ok((Receipt::BadSignature, false)) };
    let hint = match livekit.read_webhook(authorization, body) {
        Ok(hint) => hint,
        Err(Rejected::BadSignature) => return Ok((Receipt::BadSignature, false)),
        Err(Rejected::Undecodable) => return Ok((Receipt::Undecodable, false)),
    };
    Ok((Receipt::Taken, take(state, hint).await?))
}

/// Says whether it is new.
async fn take(state: &AppState, hint: Hint) -> Result<bool> {
    let now = clock::now();
    let mut tx = state.db.begin().await?;
    if !db::webhooks::insert(&mut tx, &hint.id, now).await? {
        return Ok(false);
    }
    let target = find_stream(&mut tx, &hint.kind).await?;
    let Some(stream) = target else {
        // Not ours: remembered, so that it is not looked up again, and nothing else.
        tx.commit().await?;
        return Ok(true);
    };
    let effect = match sign(&hint.kind) {
        Some(sign) => on_air::take(&mut tx, &stream, sign, now).await?,
        None => Effect::None,
    };
    if let HintKind::AudienceChanged { visit: Some(visit), .. } = &hint.kind {
        audience::told(state, &mut tx, &stream, visit, now).await?;
    }
    if let HintKind::PictureCame { width, height, .. } = hint.kind {
        db::streams::update_last_size(&mut tx, &stream, (width, height)).await?;
    }
    tx.commit().await?;
    on_air::follow_up(state, &stream, effect).await?;
    react(state, &stream, &hint.kind, effect).await?;
    Ok(true)
}

async fn find_stream(tx: &mut db::Tx, kind: &HintKind) -> Result<Option<StreamId>> {
    Ok(match kind {
        HintKind::IngressStarted { ingress_id, .. } | HintKind::IngressEnded { ingress_id, .. } => {
            db::streams::find_by_ingress(tx, ingress_id).await?
        }
        HintKind::EncoderJoined { stream, .. }
        | HintKind::EncoderLeft { stream, .. }
        | HintKind::AudienceChanged { stream, .. }
        | HintKind::PictureCame { stream, .. }
        | HintKind::RoomStarted { stream } => db::streams::find(tx, stream).await?.map(|row| row.id),
        HintKind::BrowserPublished { stream, creator, .. } | HintKind::BrowserLeft { stream, creator, .. } => {
            let row = db::streams::find(tx, stream).await?;
            row.filter(|row| row.user_id == *creator).map(|row| row.id)
        }
        HintKind::Other => None,
    })
}

fn sign(kind: &HintKind) -> Option<Sign> {
    match kind.clone() {
        HintKind::IngressStarted { resource_id, .. } => Some(Sign::IngressStarted { resource_id }),
        HintKind::IngressEnded { resource_id, .. } => Some(Sign::IngressEnded { resource_id }),
        HintKind::EncoderJoined { sid, .. } => Some(Sign::EncoderJoined { sid }),
        HintKind::EncoderLeft { sid, .. } => Some(Sign::EncoderLeft { sid }),
        HintKind::BrowserPublished { sid, .. } => Some(Sign::BrowserPublished { sid }),
        HintKind::BrowserLeft { sid, is_by_choice: true, .. } => Some(Sign::BrowserStopped { sid }),
        // Lost, or replaced by another window: the room knows.
        HintKind::BrowserLeft { sid, is_by_choice: false, .. } => Some(Sign::EncoderLeft { sid }),
        HintKind::AudienceChanged { .. }
        | HintKind::PictureCame { .. }
        | HintKind::RoomStarted { .. }
        | HintKind::Other => None,
    }
}

/// What a webhook asks for beside being on air or not.
async fn react(state: &AppState, stream: &StreamId, kind: &HintKind, effect: Effect) -> Result<()> {
    match kind {
        HintKind::AudienceChanged { .. } => {
            state.events.audience_changed(stream);
            state.queue.look_after(stream, queue::AT_ONCE);
        }
        HintKind::RoomStarted { .. } => {
            // A room that is made while its encoder was in one: LiveKit was restarted, and the encoder comes back.
            let row = db::streams::find(&state.db, stream).await?;
            if row.is_some_and(|row| row.on_air().participant_sid.is_some()) {
                state.events.tell_outage(stream);
            }
            publish::room_is_new(state, stream).await?;
        }
        HintKind::IngressEnded { error: Some(error), .. } if effect == Effect::None => {
            report_refusal(state, stream, error).await?;
        }
        _ => {}
    }
    Ok(())
}

/// Not for an encoder that its creator keeps out: it tries again and again, and they know.
async fn report_refusal(state: &AppState, stream: &StreamId, error: &str) -> Result<()> {
    let row = db::streams::find(&state.db, stream).await?;
    if !row.is_some_and(|row| row.ended_by_creator) {
        state.events.notify(stream, Notice::EncoderRefused { reason: refusal(error) });
    }
    Ok(())
}

/// LiveKit's reason in a creator's words.
fn refusal(error: &str) -> String {
    if error.contains("capacity") {
        return "The server has no room for another stream.".to_owned();
    }
    "The server refused the encoder. Check its settings and try again.".to_owned()
}
