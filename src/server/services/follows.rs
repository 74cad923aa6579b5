//! Following a channel. The chat is held meanwhile, so that a ban that was acknowledged counts, and nobody is in the way
//! of a channel that is being deleted. Who follows is told to nobody else: others get a number.

use crate::{
    domain::{
        channel::Following,
        chat_standing::{Refusal, Standing},
        id::StreamId,
    },
    server::{
        Error, Result,
        auth::actor::Actor,
        clock, db,
        services::{channels, chat},
        state::AppState,
    },
    text,
};

/// Follows; who does already goes on with the same date.
///
/// # Errors
/// When nobody is signed in, there is no such channel, it is their own, or they are banned from it.
pub async fn follow(state: &AppState, actor: &Actor, username: &str) -> Result<Following> {
    let user_id = &actor.user()?.user_id;
    let (_, stream) = channels::find(state, username).await?;
    if stream.user_id == *user_id {
        return Err(Error::Conflict(text!(errors.own_channel)));
    }
    let (turn, mut tx) = chat::begin(state, &stream.id).await?;
    // Read while the chat is held: a ban that was acknowledged counts.
    let now = clock::now();
    let standing = db::moderation::find_standing(&mut tx, user_id, &stream.id, now).await?.unwrap_or_default();
    if standing.ban.is_some_and(|ban| ban.until.is_none()) {
        return Err(Error::Refused(Refusal::Banned));
    }
    db::follows::insert(&mut tx, user_id, &stream.id, now).await?;
    let user_id = user_id.clone();
    chat::commit(state, (turn, tx), move |state| state.events.account_changed(&user_id)).await?;
    following(state, actor, &stream.id).await
}

/// Follows no more; who did not is fine.
///
/// # Errors
/// When nobody is signed in, or there is no such channel.
pub async fn unfollow(state: &AppState, actor: &Actor, username: &str) -> Result<Following> {
    let user_id = &actor.user()?.user_id;
    let (_, stream) = channels::find(state, username).await?;
    let (turn, mut tx) = chat::begin(state, &stream.id).await?;
    db::follows::delete(&mut tx, user_id, &stream.id, clock::now()).await?;
    let user_id = user_id.clone();
    chat::commit(state, (turn, tx), move |state| state.events.account_changed(&user_id)).await?;
    following(state, actor, &stream.id).await
}

async fn following(state: &AppState, actor: &Actor, id: &StreamId) -> Result<Following> {
    let Standing { followed_at, .. } = channels::standing(state, actor, id).await?;
    let follower_count = db::follows::count(&state.db, id).await?;
    Ok(Following { is_following: followed_at.is_some(), followed_at, follower_count })
}
