//! What the installation still lacks, in words for whoever runs it.

use crate::{
    domain::setup::MissingPart,
    server::{Error, Result, auth::actor::Actor, db, state::AppState},
};

/// The failure of what needs LiveKit when there is none.
pub fn no_livekit() -> Error {
    Error::LiveKitUnreachable {
        reason: "LIVEKIT_URL is not set".to_owned(),
        message: "LiveKit is not set up on this server. Whoever runs it can start it with ./run, or set LIVEKIT_URL.",
    }
}

/// Parts that are missing: for creators and admins, and for anybody while there is no account yet.
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
    let missing = match &state.livekit {
        None => Some(part(
            "LiveKit is not set up.",
            "Start StreamIt with ./run, which brings its own, or set LIVEKIT_URL, LIVEKIT_API_KEY and \
             LIVEKIT_API_SECRET.",
        )),
        Some(livekit) if !livekit.is_reachable().await => Some(part(
            "LiveKit does not answer.",
            "Check that livekit-server runs at LIVEKIT_URL and that key and secret are the same there.",
        )),
        Some(_) => None,
    };
    Ok(missing.into_iter().collect())
}

fn part(name: &str, remedy: &str) -> MissingPart {
    MissingPart {
        name: name.to_owned(),
        consequence: "Nobody can go live or watch until it is there. Everything else works.".to_owned(),
        remedy: remedy.to_owned(),
    }
}
