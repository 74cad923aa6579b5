//! Who watches, written down: from LiveKit's webhooks as people come and go, and from every look into the room, which
//! adds whom no webhook told of and ends the visits of who is gone.
//!
//! What is written names nobody: persons and connections are keyed hashes that hold the broadcast. What webhooks tell
//! comes to the same twice, late or in any order, and stands; looks fill in what is not told, and correct each other. A
//! look that finds what the last one found writes nothing but, every 10 s, that the broadcast is on air.

use std::{collections::BTreeSet, time::Duration};

use crate::{
    domain::{
        attendance::ended_by, broadcast::may_go_on, channel::StreamStatus, id::BroadcastId, timestamp::Timestamp,
    },
    server::{
        Result, clock, db,
        db::{Tx, streams::StreamRow, visits::NewVisit},
        events::Audience,
        livekit::{rooms::Watcher, webhook::VisitHint},
        state::AppState,
    },
};

/// A broadcast is marked as being on air at most this often.
const SEE_EVERY: Duration = Duration::from_secs(10);
/// Who came so shortly before a look may be missing from it, and is not taken for gone.
const IN_EVERY_LOOK_AFTER: Duration = Duration::from_secs(3);

/// Takes what a webhook says about a viewer. `tx` is the one in which the webhook is remembered, and the stream was read.
///
/// # Errors
/// When the database cannot be read or written.
pub async fn told(state: &AppState, tx: &mut Tx, row: &StreamRow, hint: &VisitHint, now: Timestamp) -> Result<()> {
    if hint.watcher.person == row.user_id.as_str() || row.status() == StreamStatus::Rehearsal {
        return Ok(());
    }
    let Some(broadcast) = watched(tx, row, now).await? else { return Ok(()) };
    let names = Names::of(state, &broadcast, &hint.watcher);
    // LiveKit says in which second: somewhere in it, and no later than it was told.
    let left_at = hint.left_in.map(|second| now.clamp(second, second.plus(Duration::from_millis(999))));
    let joined_at = hint.watcher.joined_at.unwrap_or(now).min(now);
    db::visits::insert(&mut *tx, &broadcast, &names.visit(joined_at, left_at)).await?;
    if let Some(left_at) = left_at {
        db::visits::close(tx, &broadcast, &names.visit, left_at).await?;
    }
    Ok(())
}

/// What somebody who comes or goes now watches: the broadcast on air, or one that an encoder may still go on with.
async fn watched(tx: &mut Tx, row: &StreamRow, now: Timestamp) -> Result<Option<BroadcastId>> {
    if let Some(broadcast) = row.broadcast() {
        return Ok(Some(broadcast));
    }
    let last = db::broadcasts::find_last(tx, &row.id).await?;
    let is_fresh = |ended_at| may_go_on(ended_at, now);
    Ok(last.filter(|last| !last.is_settled() && last.ended_at().is_none_or(is_fresh)).map(|last| last.id))
}

/// Takes what a look into the room of a stream on air has shown, that was begun at `asked_at`.
///
/// # Errors
/// When the database cannot be read or written.
pub async fn seen(state: &AppState, row: &StreamRow, watchers: &[Watcher], asked_at: Timestamp) -> Result<()> {
    let Some(broadcast) = row.broadcast().filter(|_| row.status() == StreamStatus::Live) else { return Ok(()) };
    let sids: BTreeSet<String> = watchers.iter().filter(|one| one.is_there).map(|one| one.sid.clone()).collect();
    let known = state.events.audience(&row.id);
    let last = known.last.as_ref().filter(|last| last.broadcast == broadcast);
    let is_same = last.is_some_and(|last| last.sids == sids);
    let is_marked = last.is_some_and(|last| asked_at.since(last.seen_at) < SEE_EVERY);
    if is_same && is_marked {
        return Ok(());
    }
    let is_certain = is_same || write(state, &broadcast, watchers, asked_at).await?;
    db::broadcasts::see(&state.db, &broadcast, asked_at).await?;
    let written = is_certain.then_some(Audience { broadcast, sids, seen_at: asked_at });
    state.events.note_audience(&row.id, &known, written);
    Ok(())
}

/// Makes what is stored equal to what was seen; says whether that was possible for all visits. Each visit by itself:
/// what is stored meanwhile, each statement minds, and nobody who stores other visits is waited for in a circle.
async fn write(state: &AppState, broadcast: &BroadcastId, watchers: &[Watcher], asked_at: Timestamp) -> Result<bool> {
    let named: Vec<_> = watchers.iter().map(|one| (one, Names::of(state, broadcast, one))).collect();
    let there: BTreeSet<&str> = named.iter().map(|(_, names)| names.visit.as_str()).collect();
    let last_seen_at = db::broadcasts::find_last_seen(&state.db, broadcast).await?;
    let stored = db::visits::list_open(&state.db, broadcast).await?;
    let missing = stored.iter().filter(|(visit, _)| !there.contains(visit.as_str()));
    let (gone, perhaps): (Vec<_>, Vec<_>) =
        missing.partition(|(_, joined_at)| asked_at.since(*joined_at) >= IN_EVERY_LOOK_AFTER);
    let open: BTreeSet<&str> = stored.iter().map(|(visit, _)| visit.as_str()).collect();
    let new: Vec<_> =
        named.iter().filter(|(one, names)| one.is_there && !open.contains(names.visit.as_str())).collect();
    if gone.is_empty() && new.is_empty() {
        return Ok(perhaps.is_empty());
    }
    // Nobody looked for a while: since when somebody is gone is not known, only that they were there till then.
    let gone_at = ended_by(last_seen_at, asked_at);
    for (visit, _) in gone {
        db::visits::miss(&state.db, broadcast, visit, gone_at).await?;
    }
    for (one, names) in new {
        let joined_at = one.joined_at.unwrap_or(asked_at).min(clock::now());
        db::visits::see(&state.db, broadcast, &names.visit(joined_at, None), asked_at).await?;
    }
    Ok(perhaps.is_empty())
}

/// What a viewer is called within one broadcast.
struct Names {
    visit: String,
    viewer: String,
}

impl Names {
    fn of(state: &AppState, broadcast: &BroadcastId, watcher: &Watcher) -> Self {
        let name = |kind, word| state.secrets.pseudonym(&[broadcast.as_str(), kind, word]);
        Self { visit: name("visit", &watcher.sid), viewer: name("viewer", &watcher.person) }
    }

    fn visit(&self, joined_at: Timestamp, left_at: Option<Timestamp>) -> NewVisit<'_> {
        NewVisit { visit: &self.visit, viewer: &self.viewer, joined_at, left_at }
    }
}
