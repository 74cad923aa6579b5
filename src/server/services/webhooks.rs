//! Takes in LiveKit's webhooks. Each counts once, whatever the order; its id and its effect are stored together. Those
//! that come at the same time share a transaction, and when that fails each has one of its own.

use std::collections::BTreeSet;

use crate::{
    domain::{
        id::StreamId,
        on_air::{Effect, Sign},
        stream::{Notice, Refusal},
        timestamp::Timestamp,
    },
    server::{
        Error, Result, clock, db,
        db::{Tx, streams::StreamRow},
        intake,
        livekit::webhook::{Hint, HintKind, Rejected},
        queue,
        services::{audience, on_air, publish},
        state::AppState,
        telemetry,
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

/// Webhooks that wait to be stored; the outcome says whether it is new.
pub type Intake = intake::Intake<Hint, Result<bool>>;
type Turn = intake::Turn<Hint, Result<bool>>;
type Batch = intake::Batch<Hint, Result<bool>>;

/// What a webhook did to a stream of ours.
#[derive(Debug)]
struct Done {
    stream: StreamId,
    effect: Effect,
    kind: HintKind,
}

/// What was made of a webhook.
#[derive(Debug, Default)]
struct Stored {
    is_new: bool,
    done: Option<Done>,
}

/// Stores it, or waits until somebody has; says whether it is new.
async fn take(state: &AppState, hint: Hint) -> Result<bool> {
    let mut outcome = state.webhooks.put(hint);
    loop {
        match state.webhooks.turn(&mut outcome).await {
            Turn::Told(is_new) => return is_new,
            Turn::Lost => return Err(Error::Internal("whoever was to store a webhook is gone".into())),
            Turn::Store(batch) => {
                // To its end: others wait for it, even if the one who asks now does not.
                let storing = state.clone();
                let stored = async move {
                    store(&storing, batch).await;
                    Ok(())
                };
                state.to_the_end(stored).await?;
            }
        }
    }
}

/// Stores a batch, says so to who waits, and then sees to what follows: LiveKit is answered as soon as it is stored, and
/// what follows happens whether or not anybody still waits for the answer.
async fn store(state: &AppState, batch: Batch) {
    let (hints, senders): (Vec<_>, Vec<_>) = batch.waiting.into_iter().unzip();
    let outcomes = match store_together(state, &hints).await {
        Ok(stored) => stored.into_iter().map(Ok).collect(),
        Err(error) if hints.len() > 1 && !error.is_outage() => {
            tracing::warn!(%error, count = hints.len(), "webhooks are stored one by one");
            store_one_by_one(state, &hints).await
        }
        Err(error) => vec![Err(error)],
    };
    let mut all_done = Vec::new();
    let mut outcomes = outcomes.into_iter();
    // Whoever does not listen any more is not told.
    for sender in senders {
        // Of an outage the first is told the cause; the rest were not tried.
        let outcome = outcomes.next().unwrap_or_else(|| Err(db::Outage::too_busy().into()));
        drop(sender.send(outcome.map(|stored| {
            all_done.extend(stored.done);
            stored.is_new
        })));
    }
    if all_done.is_empty() {
        return;
    }
    let state_ = state.clone();
    state.tasks.spawn(telemetry::carried_on(async move {
        for done in all_done {
            if let Err(error) = follow_up(&state_, &done).await {
                // What is stored is shown by who looks again: the jobs, and `instances::catching_up`.
                tracing::warn!(stream = %done.stream, %error, "what follows a webhook could not be done");
            }
        }
    }));
}

/// Each in a transaction of its own, until the database goes away.
async fn store_one_by_one(state: &AppState, hints: &[Hint]) -> Vec<Result<Stored>> {
    let mut outcomes = Vec::with_capacity(hints.len());
    for hint in hints {
        let stored = store_together(state, std::slice::from_ref(hint)).await;
        let is_away = stored.as_ref().is_err_and(Error::is_outage);
        outcomes.push(stored.map(|mut one| one.pop().unwrap_or_default()));
        if is_away {
            break;
        }
    }
    outcomes
}

/// All of them or none. Ids first, in their order, then streams in theirs; of one stream what is about the broadcast as
/// it came, and then its viewers, each in their order: so two instances that store at the same time never wait for each
/// other in a circle.
async fn store_together(state: &AppState, hints: &[Hint]) -> Result<Vec<Stored>> {
    let now = clock::now();
    let mut tx = state.db.begin().await?;
    let mut stored: Vec<Stored> = hints.iter().map(|_| Stored::default()).collect();
    let ids: BTreeSet<&str> = hints.iter().map(|hint| hint.id.as_str()).collect();
    let mut new = db::webhooks::insert(&mut tx, &Vec::from_iter(ids), now).await?;
    let mut targets = Vec::new();
    for at in 0..hints.len() {
        // One that is there twice is new where it came first.
        stored[at].is_new = new.remove(&hints[at].id);
        if stored[at].is_new
            && let Some(target) = target(&mut tx, &hints[at].kind).await?
        {
            targets.push((target, watcher(&hints[at].kind), at));
        }
    }
    targets.sort();
    let mut read: Option<StreamRow> = None;
    for (target, _, at) in targets {
        let known = read.take().filter(|row| row.id == target);
        let row = match known {
            None => db::streams::find(&mut tx, &target).await?,
            known => known,
        };
        // Not ours: it is remembered, so that it is not looked up again, and nothing else.
        let Some(row) = row else { continue };
        let kind = &hints[at].kind;
        stored[at].done = store_one(state, &mut tx, &row, kind, now).await?;
        // What was read stands until something changes it.
        read = matches!(kind, HintKind::AudienceChanged { .. } | HintKind::RoomStarted { .. }).then_some(row);
    }
    tx.commit().await?;
    Ok(stored)
}

/// The connection that it is about, if it is about a viewer's.
fn watcher(kind: &HintKind) -> Option<&str> {
    match kind {
        HintKind::AudienceChanged { visit: Some(visit), .. } => Some(&visit.watcher.sid),
        _ => None,
    }
}

/// The stream that it would be about, if there is one of that id.
async fn target(tx: &mut Tx, kind: &HintKind) -> Result<Option<StreamId>> {
    Ok(match kind {
        HintKind::IngressStarted { ingress_id, .. } | HintKind::IngressEnded { ingress_id, .. } => {
            db::ingresses::find_stream(tx, ingress_id).await?
        }
        HintKind::EncoderJoined { stream, .. }
        | HintKind::EncoderLeft { stream, .. }
        | HintKind::AudienceChanged { stream, .. }
        | HintKind::PictureCame { stream, .. }
        | HintKind::RoomStarted { stream }
        | HintKind::BrowserPublished { stream, .. }
        | HintKind::BrowserLeft { stream, .. } => Some(stream.clone()),
        HintKind::Other => None,
    })
}

/// What a webhook changes of a stream of ours; `None` when it is about somebody else's broadcast in it.
async fn store_one(
    state: &AppState,
    tx: &mut Tx,
    row: &StreamRow,
    kind: &HintKind,
    now: Timestamp,
) -> Result<Option<Done>> {
    let stream = &row.id;
    if let HintKind::BrowserPublished { creator, .. } | HintKind::BrowserLeft { creator, .. } = kind
        && row.user_id != *creator
    {
        return Ok(None);
    }
    let effect = match sign(kind) {
        Some(sign) => on_air::take(&mut *tx, stream, sign, now).await?,
        None => Effect::None,
    };
    if let HintKind::AudienceChanged { visit: Some(visit), .. } = kind {
        audience::told(state, &mut *tx, row, visit, now).await?;
    }
    if let HintKind::PictureCame { width, height, .. } = kind {
        db::streams::update_last_size(&mut *tx, stream, (*width, *height)).await?;
    }
    Ok(Some(Done { stream: stream.clone(), effect, kind: kind.clone() }))
}

async fn follow_up(state: &AppState, done: &Done) -> Result<()> {
    on_air::follow_up(state, &done.stream, done.effect).await?;
    react(state, &done.stream, &done.kind, done.effect).await
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
            // LiveKit may take long to be told something, and what else came at the same time does not wait for it.
            let (state_, stream) = (state.clone(), stream.clone());
            state.tasks.spawn(telemetry::carried_on(async move {
                if let Err(error) = publish::room_is_new(&state_, &stream).await {
                    tracing::warn!(%stream, %error, "a new room was not told of its stream");
                }
            }));
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

/// LiveKit says it in its log's words.
fn refusal(error: &str) -> Refusal {
    if error.contains("capacity") { Refusal::NoRoom } else { Refusal::Settings }
}
