//! What another instance says has happened, shown to who is connected to this one. What it says is short; the rest is
//! read from the database, and only where somebody here wants to know.

use std::time::Duration;

use crate::{
    domain::{
        channel::{ChannelState, StreamStatus},
        chat_settings::ChatSettings,
        id::StreamId,
        stream::{Controls, OwnState},
        title::Title,
    },
    server::{
        Result, db,
        others::{About, News},
        state::AppState,
    },
};

/// Takes what was said.
///
/// # Errors
/// When the database cannot be read: then all of it is to be read again.
pub async fn hear(state: &AppState, news: Vec<News>) -> Result<()> {
    for (about, number) in news {
        match about {
            About::State(id) => show_changed(state, &id, number).await?,
            About::NewRoom(id) => {
                // Whoever tells the room something now may take a while.
                let (state_, tasks) = (state.clone(), &state.tasks);
                tasks.spawn(async move { state_.events.room_is_new_here(&id).await });
            }
            About::Look(id) => state.queue.hear(&id, Duration::from_millis(u64::try_from(number).unwrap_or(0))),
            // Whoever runs the jobs knows best.
            About::Count if state.queue.is_read() => state.events.tell_viewers(),
            About::Everything => read_everything_again(state).await?,
            rest => state.events.hear(rest, number),
        }
    }
    Ok(())
}

/// Reads all that somebody is connected here for.
///
/// # Errors
/// When the database cannot be read.
pub async fn read_everything_again(state: &AppState) -> Result<()> {
    catch_up(state).await?;
    state.events.anything_changed_here();
    Ok(())
}

/// Reads the streams and chats that somebody is connected here for, and shows what is newer than what is shown.
///
/// # Errors
/// When the database cannot be read.
pub async fn catch_up(state: &AppState) -> Result<()> {
    for (id, _) in state.events.followed() {
        show(state, &id, 0).await?;
        let revision = db::chat::revision(&state.db, &id).await?;
        state.events.hear(About::Chat(id), revision);
    }
    Ok(())
}

/// Shows a stream that has that version now, unless nobody wants to know or it is shown already.
async fn show_changed(state: &AppState, id: &StreamId, version: i64) -> Result<()> {
    let topic = state.events.stream(id);
    let shown = topic.state.borrow().as_ref().map(|own| own.channel.version);
    if topic.state.receiver_count() == 0 || shown.is_some_and(|shown| shown >= version) {
        return Ok(());
    }
    show(state, id, version).await
}

async fn show(state: &AppState, id: &StreamId, version: i64) -> Result<()> {
    let row = db::streams::find(&state.db, id).await?;
    if row.as_ref().is_none_or(|row| !row.status().is_busy()) {
        state.events.show_viewers(id, 0);
    }
    match row {
        Some(row) => state.events.show(id, row.own_state()),
        None if is_shown_as_gone(state, id, version) => {}
        None => state.events.show(id, gone(state, id, version)),
    }
    Ok(())
}

/// Nothing more can be said of a stream that is not there than that it is off air.
fn is_shown_as_gone(state: &AppState, id: &StreamId, version: i64) -> bool {
    let topic = state.events.stream(id);
    let shown = topic.state.borrow();
    shown.as_ref().is_some_and(|own| own.channel.status == StreamStatus::Offline && own.channel.version >= version)
}

/// A stream that was deleted, as `publish::announce_end` says it where that was done.
fn gone(state: &AppState, id: &StreamId, version: i64) -> OwnState {
    let last = state.events.stream(id).state.borrow().as_ref().map(|own| own.channel.clone());
    let version = last.as_ref().map_or(version, |last| version.max(last.version + 1));
    let nothing = ChannelState {
        version,
        status: StreamStatus::Offline,
        is_live: false,
        started_at: None,
        title: Title::UNTITLED.to_owned(),
        thumbnail: None,
        chat: ChatSettings::default(),
        viewer_count: 0,
    };
    let channel = match last {
        Some(last) => ChannelState { title: last.title, thumbnail: last.thumbnail, chat: last.chat, ..nothing },
        None => nothing,
    };
    OwnState { channel, controls: Controls::default() }
}
