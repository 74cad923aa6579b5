//! What visitors see and watch of one channel. Anybody may ask. A rehearsal is offline to all but its creator, and a
//! token lets one watch this one room and do nothing in it.

use crate::{
    domain::{
        account::Username,
        channel::{Channel, ChannelState, RoomToken},
        chat_standing::Standing,
        id::StreamId,
    },
    server::{
        Error, Result, auth::actor::Actor, clock, db, db::streams::StreamRow, services::publish, state::AppState,
    },
    text,
};

/// A creator and their stream, and what the one who asks is to it.
///
/// # Errors
/// When there is no creator of that name.
pub async fn get(state: &AppState, actor: &Actor, username: &str) -> Result<Channel> {
    let (_, row) = find(state, username).await?;
    let creator = db::users::find_creator(&state.db, &row.user_id).await?.ok_or_else(no_creator)?;
    let last_live_at = row.last_live_at();
    let earlier_titles = db::titles::list_earlier(&state.db, &row.id, &row.title).await?;
    let channel = publish::with_viewers(state, &row.id, row.state()).for_viewers();
    let follower_count = db::follows::count(&state.db, &row.id).await?;
    let standing = standing(state, actor, &row.id).await?;
    Ok(Channel { creator, state: channel, last_live_at, earlier_titles, follower_count, standing })
}

/// What somebody is to a stream.
///
/// # Errors
/// When the database cannot be read.
pub async fn standing(state: &AppState, actor: &Actor, id: &StreamId) -> Result<Standing> {
    let Some(user_id) = actor.user_id() else { return Ok(Standing::default()) };
    Ok(db::moderation::find_standing(&state.db, user_id, id, clock::now()).await?.unwrap_or_default())
}

/// The state of a channel, as its events carry it.
///
/// # Errors
/// When there is no creator of that name.
pub async fn state_of(state: &AppState, username: &str) -> Result<(StreamId, ChannelState)> {
    let (_, row) = find(state, username).await?;
    let channel = publish::with_viewers(state, &row.id, row.state()).for_viewers();
    Ok((row.id, channel))
}

/// A token to watch with; the creator gets one for their own stream too, and alone for a rehearsal.
///
/// # Errors
/// When there is no creator of that name, they are not live, or LiveKit is not set up.
pub async fn token(state: &AppState, actor: &Actor, username: &str) -> Result<RoomToken> {
    let (_, row) = find(state, username).await?;
    let is_own = actor.user_id() == Some(&row.user_id);
    let status = if is_own { row.status() } else { row.status().for_viewers() };
    if !status.is_busy() {
        return Err(Error::ChannelOffline);
    }
    let livekit = state.livekit.as_ref().ok_or_else(super::setup::no_livekit)?;
    let person = match actor {
        Actor::User(user) => user.user_id.to_string(),
        Actor::Guest(id) => format!("guest-{id}"),
    };
    // A room that was made anew has lost what it was told; when somebody is telling it already, that is enough.
    let topic = state.events.stream(&row.id);
    if topic.metadata_version.try_lock().is_ok_and(|told| *told < row.version) {
        publish::tell_room(state, &row.id, row.state());
    }
    livekit.watch_token(&row.id, &person).map_err(|error| Error::Internal(format!("no viewer token: {error}")))
}

/// The stream of the creator of that name, and how the name is written.
pub(super) async fn find(state: &AppState, username: &str) -> Result<(String, StreamRow)> {
    let name = Username::parse(username).map_err(|_| no_creator())?;
    let row = db::streams::find_by_username(&state.db, &name).await?.ok_or_else(no_creator)?;
    Ok((name.as_str().to_owned(), row))
}

pub(super) fn no_creator() -> Error {
    Error::NotFound(text!(errors.no_creator))
}
