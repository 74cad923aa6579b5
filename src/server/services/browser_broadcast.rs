//! Going live from the creator's own browser, without an encoder and without a key.
//!
//! The browser gets a token and sends for itself; that it is on air, the room says, as for an encoder. An encoder goes
//! before it: no token while one is streaming, and the browser is put out when one comes.

use crate::{
    domain::channel::RoomToken,
    server::{
        Error, Result,
        auth::actor::Actor,
        db::streams::StreamRow,
        livekit::CallError,
        services::{publish, setup, streams},
        state::AppState,
    },
    text,
};

/// A token to send with. The room is made, if there is none.
///
/// # Errors
/// When the one who asks is not a creator, an encoder is streaming, the stream may not begin, or LiveKit fails.
pub async fn token(state: &AppState, actor: &Actor) -> Result<RoomToken> {
    let row = streams::get(state, &actor.creator()?.stream_id).await?;
    may_begin(&row)?;
    let livekit = state.livekit.as_ref().ok_or_else(setup::no_livekit)?;
    // First, because about a room that is not there LiveKit thinks for seconds before it says so.
    let no_answer = |error: CallError| error.into_error(text!(errors.no_video_server));
    publish::make_room(livekit, &row.id, &row.state()).await.map_err(no_answer)?;
    if livekit.has_encoder(&row.id).await.map_err(no_answer)? {
        return Err(Error::EncoderLive);
    }
    livekit.browser_token(&row.id, &row.user_id).map_err(|error| Error::Internal(format!("no browser token: {error}")))
}

/// What keeps a stream from beginning, apart from an encoder.
fn may_begin(row: &StreamRow) -> Result<()> {
    if row.ended_by_creator { Err(Error::Conflict(text!(errors.ended_by_you))) } else { Ok(()) }
}

/// Puts the creator's browser out of the room; without one there, nothing happens. It does not come back by itself.
///
/// # Errors
/// When LiveKit fails.
pub async fn put_out(state: &AppState, row: &StreamRow) -> Result<()> {
    let Some(livekit) = &state.livekit else { return Ok(()) };
    let removed = livekit.remove_browser(&row.id, &row.user_id).await;
    removed.map_err(|error| error.into_error(text!(errors.browser_not_stopped)))
}
