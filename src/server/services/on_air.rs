//! On air or not: takes signs of an encoder or of the creator's browser, from webhooks and from looking into the room,
//! and makes them what is stored and shown.

use std::{collections::HashSet, time::Duration};

use futures::{StreamExt as _, stream};

use crate::{
    domain::{
        attendance::ended_by,
        broadcast::may_go_on,
        channel::StreamStatus,
        id::{BroadcastId, StreamId, UserId},
        on_air::{Effect, OnAir, Sign},
        stream::Notice,
        timestamp::Timestamp,
    },
    server::{
        Result, clock, db,
        db::{
            Tx, broadcasts,
            streams::{IdleRow, StatusRow, StreamRow},
        },
        livekit::{
            LiveKit,
            rooms::{Seen, people},
            tokens,
        },
        queue,
        services::{audience, browser_broadcast, controls, publish},
        state::AppState,
    },
};

/// An ingress session is announced a moment before its participant is in the room; for so long an empty room is no end.
const JOINS_WITHIN: Duration = Duration::from_secs(3);
/// Rooms that are looked into at once.
const LOOKS_AT_ONCE: usize = 8;

/// Takes a sign within `tx`; [`follow_up`] with the effect after it is committed.
///
/// # Errors
/// When the database cannot be read or written.
pub async fn take(tx: &mut Tx, id: &StreamId, sign: Sign, now: Timestamp) -> Result<Effect> {
    let Some(row) = db::streams::lock(tx, id).await? else { return Ok(Effect::None) };
    let before = row.on_air();
    let mut after = before.clone();
    let uses_key = !sign.is_of_browser();
    let is_cut = matches!(sign, Sign::Cut);
    let effect = after.apply(sign, now);
    if after != before {
        db::streams::update_session(&mut *tx, id, &after).await?;
    }
    if after.status != before.status {
        let over_at = if is_cut { now } else { over_at(tx, &row, now).await? };
        change_status(tx, &row, &after, uses_key, (now, over_at)).await?;
    }
    Ok(effect)
}

/// When a broadcast was over that is found gone, or told to have ended: what happened while nobody could look is not
/// known, for a webhook that nobody took in is sent again later.
async fn over_at(tx: &mut Tx, row: &StreamRow, now: Timestamp) -> Result<Timestamp> {
    let is_live = row.status() == StreamStatus::Live;
    let Some(broadcast) = row.broadcast().filter(|_| is_live) else { return Ok(now) };
    Ok(ended_by(broadcasts::find_last_seen(tx, &broadcast).await?, now))
}

async fn change_status(
    tx: &mut Tx,
    row: &StreamRow,
    after: &OnAir,
    uses_key: bool,
    (now, over_at): (Timestamp, Timestamp),
) -> Result<()> {
    let was = row.status();
    let comes_in = uses_key && after.status.is_sending() && !was.is_sending();
    let mut change = StatusRow {
        status: after.status,
        started_at: None,
        broadcast_id: None,
        last_live_at: if was == StreamStatus::Live { Some(over_at) } else { row.last_seen_live_at() },
        last_used_at: if comes_in { Some(now) } else { row.last_used_at() },
    };
    match after.status {
        StreamStatus::Live => {
            let (broadcast, started_at) = begin_or_reopen(tx, row, now).await?;
            (change.started_at, change.broadcast_id) = (Some(started_at), Some(broadcast));
            change.last_live_at = Some(now);
        }
        // Nobody watches, and no time on air is counted.
        StreamStatus::Rehearsal => change.started_at = Some(now),
        StreamStatus::Reconnecting => {
            end_broadcast(tx, row, over_at).await?;
            (change.started_at, change.broadcast_id) = (row.started_at(), row.broadcast());
        }
        StreamStatus::Offline => end_broadcast(tx, row, over_at).await?,
    }
    Ok(db::streams::update_status(tx, &row.id, &change, now).await?)
}

/// The broadcast that an encoder goes on with when it is back in time, otherwise a new one.
async fn begin_or_reopen(tx: &mut Tx, row: &StreamRow, now: Timestamp) -> Result<(BroadcastId, Timestamp)> {
    let last = broadcasts::find_last(&mut *tx, &row.id).await?;
    // Of one whose numbers stand, nothing changes any more.
    if let Some(last) = last.filter(|last| !last.is_settled()) {
        let is_waited_for = row.status() == StreamStatus::Reconnecting;
        if is_waited_for || last.ended_at().is_none_or(|ended_at| may_go_on(ended_at, now)) {
            broadcasts::reopen(tx, &last.id, now).await?;
            return Ok((last.id, last.started_at));
        }
    }
    let broadcast = BroadcastId(clock::new_id());
    broadcasts::insert(tx, &broadcast, &row.id, now).await?;
    Ok((broadcast, now))
}

async fn end_broadcast(tx: &mut Tx, row: &StreamRow, at: Timestamp) -> Result<()> {
    match row.broadcast() {
        Some(broadcast) => Ok(broadcasts::end(tx, &broadcast, &row.title, at).await?),
        None => Ok(()),
    }
}

/// What a sign asks for once it is stored: telling everybody, or looking into the room.
///
/// # Errors
/// When the database cannot be read.
pub async fn follow_up(state: &AppState, id: &StreamId, effect: Effect) -> Result<()> {
    match effect {
        Effect::None => {}
        Effect::AskTheRoom => state.queue.look_after(id, queue::SOON),
        Effect::TookOver => state.events.notify(id, Notice::EncoderTookOver),
        Effect::Started | Effect::Ended | Effect::Interrupted => {
            tracing::info!(stream = %id, ?effect, "on air");
            publish::announce(state, id).await?;
            look_again(state, id).await?;
        }
    }
    Ok(())
}

/// Looks into the room when it matters next: soon, and at once when viewers may be at a rehearsal.
async fn look_again(state: &AppState, id: &StreamId) -> Result<()> {
    let Some(row) = db::streams::find(&state.db, id).await? else { return Ok(()) };
    let is_rehearsal = row.status() == StreamStatus::Rehearsal;
    state.queue.look_after(id, if is_rehearsal { Duration::ZERO } else { queue::SOON });
    Ok(())
}

/// Ends the stream of somebody who is no creator any more.
///
/// # Errors
/// When the database cannot be written.
pub async fn end_for(state: &AppState, user_id: &UserId) -> Result<()> {
    let Some(row) = db::streams::find_by_user(&state.db, user_id).await? else { return Ok(()) };
    // A token of theirs may still be good: whoever is found sending is put out until they are approved again.
    db::streams::update_ended(&state.db, &row.id, true, clock::now()).await?;
    apply(state, &row.id, Sign::Cut).await
}

/// Looks into the rooms of all streams that are on air as far as we know.
pub async fn reconcile_busy(state: &AppState) {
    match db::streams::list_busy(&state.db).await {
        Ok(ids) => reconcile_these(state, ids).await,
        Err(error) => tracing::error!(%error, "streams on air could not be listed"),
    }
}

/// Looks into rooms that exist although their stream is off air, and whether LiveKit still knows each key.
pub async fn reconcile_idle(state: &AppState) {
    let Some(livekit) = &state.livekit else { return };
    // Listed before LiveKit is asked: a key that is made meanwhile is not taken for lost.
    let mut idle = match db::streams::list_idle(&state.db).await {
        Ok(idle) => idle,
        Err(error) => return tracing::error!(%error, "streams off air could not be listed"),
    };
    let Ok(rooms) = livekit.list_rooms().await else { return };
    // A LiveKit without ingress serves browsers: what it cannot say about keys says nothing about rooms.
    if let Ok(known) = livekit.list_all_ingress().await {
        mark_keys(state, &idle, &known.into_iter().collect()).await;
    }
    let rooms: HashSet<String> = rooms.into_iter().collect();
    idle.retain(|row| rooms.contains(row.id.as_str()));
    reconcile_these(state, idle.into_iter().map(|row| row.id).collect()).await;
}

async fn mark_keys(state: &AppState, idle: &[IdleRow], known: &HashSet<String>) {
    for row in idle {
        let Some(ingress_id) = &row.ingress_id else { continue };
        let is_lost = !known.contains(ingress_id);
        if is_lost != row.key_is_lost
            && let Err(error) = mark_key(state, &row.id, ingress_id, is_lost).await
        {
            tracing::error!(stream = %row.id, %error, "a lost key could not be marked");
        }
    }
}

async fn mark_key(state: &AppState, id: &StreamId, ingress_id: &str, is_lost: bool) -> Result<()> {
    db::ingresses::mark_key(&state.db, id, ingress_id, is_lost, clock::now()).await?;
    publish::announce_to_creator(state, id).await
}

/// Looks into the rooms of these streams, a few at a time.
pub async fn reconcile_these(state: &AppState, ids: Vec<StreamId>) {
    stream::iter(ids).for_each_concurrent(LOOKS_AT_ONCE, |id| reconcile_one(state, id)).await;
}

/// Looks into the room of this stream; once whoever does so just now is done, if somebody does.
pub async fn reconcile_one(state: &AppState, id: StreamId) {
    let Some(_turn) = state.events.begin_look(&id) else { return state.queue.look_after(&id, queue::AT_ONCE) };
    let looked = match &state.livekit {
        Some(livekit) => reconcile(state, livekit, &id).await,
        // Without LiveKit nobody can be on air, whatever an earlier run has left.
        None => apply(state, &id, Sign::SeenOffAir { after_outage: false }).await,
    };
    if let Err(error) = looked {
        tracing::error!(stream = %id, %error, "a stream could not be reconciled");
    }
}

/// Whoever sends although the creator has ended the stream.
async fn keep_out(state: &AppState, livekit: &LiveKit, row: &StreamRow, sender: &str) -> Result<()> {
    match controls::keep_out_again(state, livekit, &row.id, sender).await {
        Ok(true) => apply_if_unchanged(state, row, Sign::Cut).await,
        Ok(false) => Ok(()),
        Err(error) => {
            tracing::warn!(stream = %row.id, %error, "an encoder could not be kept out");
            Ok(())
        }
    }
}

async fn reconcile(state: &AppState, livekit: &LiveKit, id: &StreamId) -> Result<()> {
    let Some(row) = db::streams::find(&state.db, id).await? else { return Ok(()) };
    let asked_at = clock::now();
    let seen = livekit.look(id, &row.user_id).await;
    let is_empty_for_good = state.events.note_empty(id, seen == Seen::OffAir, queue::SOON);
    match seen {
        Seen::Unknown => {
            state.events.note_outage(id, true);
            Ok(())
        }
        Seen::OnAir { sender, .. } if row.ended_by_creator => {
            state.events.note_outage(id, false);
            keep_out(state, livekit, &row, &sender).await
        }
        Seen::OnAir { sid, sender, watchers, strangers, has_both } => {
            state.events.note_outage(id, false);
            let is_rehearsal = row.status() == StreamStatus::Rehearsal;
            if is_rehearsal {
                remove_all(livekit, id, &strangers).await;
            }
            let is_browser = sender == tokens::browser_identity(&row.user_id);
            apply_if_unchanged(state, &row, Sign::SeenOnAir { sid, is_browser }).await?;
            if !is_rehearsal {
                publish::viewers(state, id, people(&watchers)).await?;
            }
            // A browser that is put out asks at once whether the stream goes on.
            if has_both && let Err(error) = browser_broadcast::put_out(state, &row).await {
                // The next look tries again.
                tracing::warn!(stream = %id, %error, "a browser goes on sending beside an encoder");
            }
            audience::seen(state, &row, &watchers, asked_at).await
        }
        // Between two encoders of one stream the room is empty for a moment: one look is not enough.
        Seen::OffAir if is_joining(&row) || (row.status().is_sending() && !is_empty_for_good) => {
            state.queue.look_after(id, queue::SOON);
            Ok(())
        }
        Seen::OffAir => {
            let after_outage = state.events.note_outage(id, false);
            apply_if_unchanged(state, &row, Sign::SeenOffAir { after_outage }).await?;
            // Whoever is waited for still is over when the wait is.
            let rest = row.on_air().reconnecting_until.map(|until| until.since(clock::now()));
            if let Some(rest) = rest.filter(|rest| !rest.is_zero()) {
                state.queue.look_after(id, rest);
            }
            Ok(())
        }
    }
}

async fn remove_all(livekit: &LiveKit, id: &StreamId, identities: &[String]) {
    for identity in identities {
        if let Err(error) = livekit.remove(id, identity).await {
            tracing::warn!(stream = %id, %error, "somebody could not be removed from a room");
        }
    }
}

fn is_joining(row: &StreamRow) -> bool {
    let on_air = row.on_air();
    let now = clock::now();
    // Of a change that is still to come, the clock went back.
    let is_fresh = row.updated_at() <= now && now.since(row.updated_at()) < JOINS_WITHIN;
    on_air.status.is_busy() && on_air.participant_sid.is_none() && is_fresh
}

/// A look takes a while: what was seen says nothing about a stream that changed meanwhile.
async fn apply_if_unchanged(state: &AppState, seen: &StreamRow, sign: Sign) -> Result<()> {
    let mut after = seen.on_air();
    after.apply(sign.clone(), clock::now());
    if after == seen.on_air() {
        // The usual case, and no reason to write.
        return Ok(());
    }
    let mut tx = state.db.begin().await?;
    // Held from here on: a webhook between the question and the change would be undone.
    let now = db::streams::lock(&mut tx, &seen.id).await?;
    if now.is_none_or(|row| row.version != seen.version || row.on_air() != seen.on_air()) {
        return Ok(());
    }
    let effect = take(&mut tx, &seen.id, sign, clock::now()).await?;
    tx.commit().await?;
    follow_up(state, &seen.id, effect).await
}

/// Takes a sign that came from no webhook.
///
/// # Errors
/// When the database cannot be read or written.
pub(super) async fn apply(state: &AppState, id: &StreamId, sign: Sign) -> Result<()> {
    let mut tx = state.db.begin().await?;
    let effect = take(&mut tx, id, sign, clock::now()).await?;
    tx.commit().await?;
    follow_up(state, id, effect).await
}
