//! What the installation still lacks for somebody to go live, in words for whoever runs it. Creators and admins are
//! told, and anybody while there is no account yet.

use crate::{
    domain::setup::MissingPart,
    server::{Error, Result, auth::actor::Actor, db, services::parts, state::AppState},
    text,
};

/// The failure of what needs LiveKit when there is none.
pub fn no_livekit() -> Error {
    Error::LiveKitUnreachable { reason: "LIVEKIT_URL is not set".to_owned(), message: text!(errors.no_livekit) }
}

/// Parts that are missing without which nobody can go live: for creators and admins, and for anybody while there is no
/// account yet.
///
/// # Errors
/// When the database cannot be read.
pub async fn missing_parts(state: &AppState, actor: &Actor) -> Result<Vec<MissingPart>> {
    let may_know = match actor {
        Actor::User(user) => user.is_admin || user.is_creator,
        Actor::Guest(_) => !db::users::is_claimed(&state.db).await?,
    };
    if !may_know {
        return Ok(vec![]);
    }
    let livekit = parts::livekit_api(state.livekit.as_ref()).await;
    Ok(livekit.part.missing().into_iter().collect())
}
