//! The chat of a channel, and keeping order in it. `username` is always whose channel it is; for what only its
//! creator or moderators do, it may be left out and is then one's own.

#![expect(missing_docs, reason = "arguments become fields of structs that the macro makes")]

use leptos::prelude::*;
use server_fn::codec::{DeleteUrl, GetUrl};

use super::{
    error::ApiError,
    protocol::{Api, Payload, PostBody, PutBody},
};
pub use crate::domain::{
    chat::{ChatLine, ChatPage},
    chat_standing::Standing,
    fields::Change,
    moderation::{BannedPerson, ModerationAction, Moderator},
    page::Page,
};

impl Payload for BannedPerson {}
impl Payload for ChatLine {}
impl Payload for ChatPage {}
impl Payload for ModerationAction {}
impl Payload for Moderator {}
impl Payload for Standing {}
impl Payload for String {}

/// Writes a message. It comes back as a line; held back, when the creator delays messages.
#[server(prefix = "/api", endpoint = "/chat/messages", protocol = Api<PostBody>)]
pub async fn send_message(username: String, text: String) -> Result<ChatLine, ApiError> {
    use crate::server::{auth::door, services::chat};
    let visit = door::visit()?;
    let actor = visit.actor().await?;
    Ok(chat::send(&visit.state, &actor, &username, &text).await?)
}

/// The newest lines, or those before `cursor`; with `since`, what changed after that revision.
#[server(prefix = "/api", endpoint = "/chat/messages", protocol = Api<GetUrl>)]
pub async fn chat_messages(
    username: String,
    #[server(default)] cursor: Option<String>,
    #[server(default)] since: Option<i64>,
) -> Result<ChatPage, ApiError> {
    use crate::server::{auth::door, services::chat};
    let visit = door::visit()?;
    let actor = visit.actor().await?;
    match since {
        Some(revision) => Ok(chat::changes(&visit.state, &actor, &username, revision).await?),
        None => Ok(chat::history(&visit.state, &actor, &username, cursor.as_deref()).await?),
    }
}

/// Removes a message: one's own, or as a moderator somebody else's. A tombstone stays.
#[server(prefix = "/api", endpoint = "/chat/messages", protocol = Api<DeleteUrl>)]
pub async fn delete_message(id: String) -> Result<(), ApiError> {
    use crate::server::{auth::door, services::chat};
    let visit = door::visit()?;
    let actor = visit.actor().await?;
    Ok(chat::delete(&visit.state, &actor, &id.into()).await?)
}

/// Stops `user` from writing, for `seconds`, or for good with `null`; not for less than they may not write already.
#[server(prefix = "/api", endpoint = "/chat/bans", protocol = Api<PostBody>)]
pub async fn ban(
    #[server(default)] username: Option<String>,
    user: String,
    #[server(default)] seconds: Change<i64>,
) -> Result<BannedPerson, ApiError> {
    use crate::server::{auth::door, services::moderation};
    let visit = door::visit()?;
    let actor = visit.actor().await?;
    Ok(moderation::ban(&visit.state, &actor, username.as_deref(), &user, seconds).await?)
}

/// Lets `user` write again.
#[server(prefix = "/api", endpoint = "/chat/bans", protocol = Api<DeleteUrl>)]
pub async fn unban(#[server(default)] username: Option<String>, user: String) -> Result<(), ApiError> {
    use crate::server::{auth::door, services::moderation};
    let visit = door::visit()?;
    let actor = visit.actor().await?;
    Ok(moderation::unban(&visit.state, &actor, username.as_deref(), &user).await?)
}

/// Who may not write, the newest first.
#[server(name = ListBans, prefix = "/api", endpoint = "/chat/bans", protocol = Api<GetUrl>)]
pub async fn bans(
    #[server(default)] username: Option<String>,
    #[server(default)] cursor: Option<String>,
) -> Result<Page<BannedPerson>, ApiError> {
    use crate::server::{auth::door, services::moderation};
    let visit = door::visit()?;
    let actor = visit.actor().await?;
    Ok(moderation::bans(&visit.state, &actor, username.as_deref(), cursor.as_deref()).await?)
}

/// Makes `user` a moderator of one's own channel.
#[server(prefix = "/api", endpoint = "/chat/moderators", protocol = Api<PostBody>)]
pub async fn add_moderator(user: String) -> Result<Moderator, ApiError> {
    use crate::server::{auth::door, services::moderation};
    let visit = door::visit()?;
    let actor = visit.actor().await?;
    Ok(moderation::add_moderator(&visit.state, &actor, &user).await?)
}

/// Makes `user` an ordinary viewer of one's own channel again.
#[server(prefix = "/api", endpoint = "/chat/moderators", protocol = Api<DeleteUrl>)]
pub async fn remove_moderator(user: String) -> Result<(), ApiError> {
    use crate::server::{auth::door, services::moderation};
    let visit = door::visit()?;
    let actor = visit.actor().await?;
    Ok(moderation::remove_moderator(&visit.state, &actor, &user).await?)
}

/// The moderators of one's own channel, by name.
#[server(name = ListModerators, prefix = "/api", endpoint = "/chat/moderators", protocol = Api<GetUrl>)]
pub async fn moderators() -> Result<Page<Moderator>, ApiError> {
    use crate::server::{auth::door, services::moderation};
    let visit = door::visit()?;
    let actor = visit.actor().await?;
    Ok(moderation::moderators(&visit.state, &actor).await?)
}

/// What creator and moderators did, the newest first.
#[server(name = ListActions, prefix = "/api", endpoint = "/chat/actions", protocol = Api<GetUrl>)]
pub async fn moderation_actions(
    #[server(default)] username: Option<String>,
    #[server(default)] cursor: Option<String>,
) -> Result<Page<ModerationAction>, ApiError> {
    use crate::server::{auth::door, services::moderation};
    let visit = door::visit()?;
    let actor = visit.actor().await?;
    Ok(moderation::actions(&visit.state, &actor, username.as_deref(), cursor.as_deref()).await?)
}

/// The words that are blocked in one's own channel.
#[server(name = ReadBlockedWords, prefix = "/api", endpoint = "/chat/blocked-words", protocol = Api<GetUrl>)]
pub async fn blocked_words() -> Result<Page<String>, ApiError> {
    use crate::server::{auth::door, services::moderation};
    let visit = door::visit()?;
    let actor = visit.actor().await?;
    Ok(moderation::blocked_words(&visit.state, &actor).await?)
}

/// Replaces them all; without `words` nothing changes.
#[server(prefix = "/api", endpoint = "/chat/blocked-words", protocol = Api<PutBody>)]
pub async fn change_blocked_words(#[server(default)] words: Change<Vec<String>>) -> Result<Page<String>, ApiError> {
    use crate::server::{auth::door, services::moderation};
    let visit = door::visit()?;
    let actor = visit.actor().await?;
    Ok(moderation::change_blocked_words(&visit.state, &actor, words).await?)
}
