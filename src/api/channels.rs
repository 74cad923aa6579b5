//! What visitors see and watch. Nobody needs to be signed in.

#![expect(missing_docs, reason = "arguments become fields of structs that the macro makes")]

use leptos::prelude::*;
use server_fn::codec::GetUrl;

use super::{
    error::ApiError,
    protocol::{Api, Payload, PostBody},
};
pub use crate::domain::{
    channel::{Channel, ChannelCard, ChannelState, Creator, RoomToken},
    page::Page,
};

impl Payload for Channel {}
impl Payload for ChannelCard {}
impl Payload for RoomToken {}

/// Live streams by viewers, then the others by when they were last on air.
#[server(prefix = "/api", endpoint = "/channels", protocol = Api<GetUrl>)]
pub async fn browse(
    #[server(default)] search: Option<String>,
    #[server(default)] cursor: Option<String>,
) -> Result<Page<ChannelCard>, ApiError> {
    use crate::server::{auth::door, services::channels};
    let visit = door::visit()?;
    Ok(channels::browse(&visit.state, search.as_deref(), cursor.as_deref()).await?)
}

/// A creator and what everybody sees of their stream.
#[server(name = ReadChannel, prefix = "/api", endpoint = "/channel", protocol = Api<GetUrl>)]
pub async fn channel(username: String) -> Result<Channel, ApiError> {
    use crate::server::{auth::door, services::channels};
    let visit = door::visit()?;
    Ok(channels::get(&visit.state, &username).await?)
}

/// A token to watch a live channel.
#[server(prefix = "/api", endpoint = "/channel/token", protocol = Api<PostBody>)]
pub async fn channel_token(username: String) -> Result<RoomToken, ApiError> {
    use crate::server::{auth::door, services::channels};
    let visit = door::visit()?;
    let actor = door::remember_guest(&visit.state, visit.actor().await?);
    Ok(channels::token(&visit.state, &actor, &username).await?)
}
