//! Tells everybody what a stream is now: the pages by their event streams, and who is in the room by its metadata.
//! Called after what changed is stored, and reads it from there, so that what is told is never ahead of the database.
//!
//! Nobody waits for the room, and it is never told an older state after a newer one.

use crate::{
    domain::{
        channel::{ChannelState, StreamStatus},
        id::StreamId,
        stream::{Controls, OwnState},
    },
    server::{
        Result, db,
        livekit::{CallError, LiveKit},
        state::AppState,
    },
};

/// Publishes the stream as the database has it. Call it after the transaction that changed it.
///
/// # Errors
/// When the database cannot be read. That LiveKit cannot be told is no error: the event streams carry the same.
pub async fn announce(state: &AppState, id: &StreamId) -> Result<()> {
    if let Some(channel) = publish(state, id).await? {
        tell_room(state, id, channel);
    }
    Ok(())
}

/// Publishes what concerns the creator alone: nobody in the room needs to be told.
///
/// # Errors
/// When the database cannot be read.
pub async fn announce_to_creator(state: &AppState, id: &StreamId) -> Result<()> {
    publish(state, id).await?;
    Ok(())
}

async fn publish(state: &AppState, id: &StreamId) -> Result<Option<ChannelState>> {
    let Some(row) = db::streams::find(&state.db, id).await? else { return Ok(None) };
    if !row.status().is_busy() {
        state.events.publish_viewers(id, 0);
    }
    state.events.publish(id, row.own_state());
    Ok(Some(row.state()))
}

/// Publishes how many people a look has found, and takes it back if the stream is over meanwhile, or a rehearsal.
///
/// # Errors
/// When the database cannot be read.
pub async fn viewers(state: &AppState, id: &StreamId, count: u32) -> Result<()> {
    if count == state.events.viewers(id) {
        // The usual case.
        return Ok(());
    }
    state.events.publish_viewers(id, count);
    // Only now: whoever ends the stream says 0 once that is stored, which is after this or is read here.
    let row = db::streams::find(&state.db, id).await?;
    if row.is_none_or(|row| !row.status().is_live()) {
        state.events.publish_viewers(id, 0);
    }
    Ok(())
}

/// Says that a stream is over for good, after its row is gone: `last` is what was known of it then.
pub fn announce_end(state: &AppState, id: &StreamId, last: ChannelState) {
    let (version, status) = (last.version + 1, StreamStatus::Offline);
    let over = ChannelState { version, status, is_live: false, started_at: None, ..last };
    state.events.publish_viewers(id, 0);
    state.events.publish(id, OwnState { channel: over.clone(), controls: Controls::default() });
    tell_room(state, id, over);
}

/// What everybody sees of the stream now, viewers included.
pub fn with_viewers(state: &AppState, id: &StreamId, mut channel: ChannelState) -> ChannelState {
    channel.viewer_count = if channel.status.is_busy() { state.events.viewers(id) } else { 0 };
    channel
}

/// A new room has no metadata: what it was told before went to another one.
pub async fn room_is_new(state: &AppState, id: &StreamId) -> Result<()> {
    state.events.room_is_new(id).await;
    announce(state, id).await
}

/// Writes the room's metadata in the background, one at a time for each room, never an older one after a newer one. Of
/// two instances that write at once the one with the older state may be the later one: so each looks, once it has
/// written, whether what it wrote is still the newest, and writes again when it is not.
pub fn tell_room(state: &AppState, id: &StreamId, channel: ChannelState) {
    if state.livekit.is_none() {
        return;
    }
    let (state, id) = (state.clone(), id.clone());
    let tasks = state.tasks.clone();
    tasks.spawn(async move {
        let topic = state.events.stream(&id);
        let mut told = topic.metadata_version.lock().await;
        if *told >= channel.version {
            return;
        }
        let mut next = Some(channel);
        while let Some(channel) = next {
            if let Err(error) = write_metadata(&state, &id, &channel).await {
                // No room is the usual case while nobody is on air.
                return tracing::debug!(stream = %id, %error, "the room was not told");
            }
            *told = channel.version;
            next = newer_than(&state, &id, channel.version).await;
        }
    });
}

/// What another instance has made of the stream meanwhile. Where there is none, whoever made it waits to write it.
async fn newer_than(state: &AppState, id: &StreamId, version: i64) -> Option<ChannelState> {
    if !state.others.may_be() {
        return None;
    }
    let row = db::streams::find(&state.db, id).await.ok()??;
    Some(row.state()).filter(|newest| newest.version > version)
}

async fn write_metadata(state: &AppState, id: &StreamId, channel: &ChannelState) -> Result<(), CallError> {
    let Some(livekit) = &state.livekit else { return Ok(()) };
    livekit.set_metadata(id, &metadata(channel)?).await
}

/// Makes the stream's room, which is told from its first moment on what a room is told.
///
/// # Errors
/// When LiveKit does not answer, or refuses.
pub async fn make_room(livekit: &LiveKit, id: &StreamId, channel: &ChannelState) -> Result<(), CallError> {
    livekit.make_room(id, metadata(channel)?).await
}

fn metadata(channel: &ChannelState) -> Result<String, CallError> {
    serde_json::to_string(&channel.clone().for_viewers()).map_err(|error| CallError::Refused(error.to_string()))
}
