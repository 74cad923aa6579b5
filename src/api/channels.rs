//! What visitors see and watch, for which nobody needs to be signed in; and following, for which one does. Whoever
//! reads a channel is told what they are to it. A token lets its holder watch and do nothing else, and no answer of
//! these has a stream key or an address for mail in it.

#![expect(missing_docs, reason = "arguments become fields of structs that the macro makes")]

use leptos::prelude::*;
use server_fn::codec::{DeleteUrl, GetUrl};

use super::{
    error::ApiError,
    protocol::{Api, Payload, PostBody, PostForm},
};
pub use crate::domain::{
    channel::{Channel, ChannelCard, ChannelState, Creator, Following, RoomToken},
    chat_standing::Standing,
    page::Page,
};

impl Payload for Channel {}
impl Payload for ChannelCard {}
impl Payload for Following {}
impl Payload for RoomToken {}

/// Live streams by viewers, then those that were live by when that was; or, nearest first, what `search` finds in names
/// and titles. `after` is the `next` of the piece before.
#[server(prefix = "/api", endpoint = "/channels", protocol = Api<GetUrl>)]
pub async fn browse(
    #[server(default)] search: Option<String>,
    #[server(default)] after: Option<String>,
) -> Result<Page<ChannelCard>, ApiError> {
    use crate::server::{auth::door, services::browse};
    let visit = door::visit()?;
    Ok(browse::browse(&visit.state, search.as_deref(), after.as_deref()).await?)
}

/// A creator, what everybody sees of their stream, and what the one who asks is to it.
#[server(name = ReadChannel, prefix = "/api", endpoint = "/channel", protocol = Api<GetUrl>)]
pub async fn channel(username: String) -> Result<Channel, ApiError> {
    use crate::server::{auth::door, services::channels};
    let visit = door::visit()?;
    let actor = visit.actor().await?;
    Ok(channels::get(&visit.state, &actor, &username).await?)
}

/// Follows a channel, or with `following: false`, which a plain form can send, does so no more. Twice is as once.
#[server(prefix = "/api", endpoint = "/channel/follow", protocol = Api<PostForm>)]
pub async fn follow(username: String, #[server(default)] following: Option<bool>) -> Result<Following, ApiError> {
    use crate::server::{auth::door, services::follows};
    let visit = door::visit()?;
    let actor = visit.actor().await?;
    match following {
        Some(false) => Ok(follows::unfollow(&visit.state, &actor, &username).await?),
        Some(true) | None => Ok(follows::follow(&visit.state, &actor, &username).await?),
    }
}

/// Follows a channel no more.
#[server(prefix = "/api", endpoint = "/channel/follow", protocol = Api<DeleteUrl>)]
pub async fn unfollow(username: String) -> Result<Following, ApiError> {
    use crate::server::{auth::door, services::follows};
    let visit = door::visit()?;
    let actor = visit.actor().await?;
    Ok(follows::unfollow(&visit.state, &actor, &username).await?)
}

/// A token to watch a live channel.
#[server(prefix = "/api", endpoint = "/channel/token", protocol = Api<PostBody>)]
pub async fn channel_token(username: String) -> Result<RoomToken, ApiError> {
    use crate::server::{auth::door, services::channels};
    let visit = door::visit()?;
    let actor = door::remember_guest(&visit.state, visit.actor().await?);
    Ok(channels::token(&visit.state, &actor, &username).await?)
}
