//! The creator's own stream: its key, what is shown of it, and what they do with what comes in. There is no parameter
//! that could name somebody else's. The key is in the answers of two functions, [`make_ingress`] and [`credentials`].

#![expect(missing_docs, reason = "arguments become fields of structs that the macro makes")]

use leptos::prelude::*;
use server_fn::codec::{DeleteUrl, GetUrl};

use super::{
    error::ApiError,
    protocol::{Api, Payload, PostBody, PutBody},
};
pub use crate::domain::{
    channel::RoomToken,
    chat_settings::{ChatSettings, ChatSettingsChange},
    fields::Change,
    ingress::InputType,
    page::Page,
    stream::{Controls, Credentials, NewIngress, PastTitle, StreamInfo, StreamInfoChange, StreamReport},
};

impl Payload for ChatSettings {}
impl Payload for Credentials {}
impl Payload for NewIngress {}
impl Payload for PastTitle {}
impl Payload for StreamInfo {}
impl Payload for StreamReport {}

/// Makes a stream key; an existing one is void from then on. `inputType` is `rtmp` when left out.
#[server(prefix = "/api", endpoint = "/stream/ingress", protocol = Api<PostBody>)]
pub async fn make_ingress(
    #[server(default)]
    #[server(rename = "inputType")]
    input_type: Change<String>,
) -> Result<NewIngress, ApiError> {
    use crate::server::{auth::door, services::ingress};
    let visit = door::visit()?;
    let actor = visit.actor().await?;
    Ok(ingress::make(&visit.state, &actor, input_type).await?)
}

/// Deletes the stream key.
#[server(prefix = "/api", endpoint = "/stream/ingress", protocol = Api<DeleteUrl>)]
pub async fn delete_ingress() -> Result<(), ApiError> {
    use crate::server::{auth::door, services::ingress};
    let visit = door::visit()?;
    let actor = visit.actor().await?;
    Ok(ingress::delete(&visit.state, &actor).await?)
}

/// What the encoder needs. Beside [`make_ingress`] the only answer that holds the key.
#[server(name = ReadCredentials, prefix = "/api", endpoint = "/stream/credentials", protocol = Api<GetUrl>)]
pub async fn credentials() -> Result<Credentials, ApiError> {
    use crate::server::{auth::door, services::ingress};
    let visit = door::visit()?;
    let actor = visit.actor().await?;
    Ok(ingress::credentials(&visit.state, &actor).await?)
}

/// The stream, without its key.
#[server(name = ReadStreamInfo, prefix = "/api", endpoint = "/stream/info", protocol = Api<GetUrl>)]
pub async fn stream_info() -> Result<StreamInfo, ApiError> {
    use crate::server::{auth::door, services::streams};
    let visit = door::visit()?;
    let actor = visit.actor().await?;
    Ok(streams::info(&visit.state, &actor).await?)
}

/// Changes title and picture; what is left out stays.
#[server(prefix = "/api", endpoint = "/stream/info", protocol = Api<PutBody>)]
pub async fn change_stream_info(#[server(flatten)] change: StreamInfoChange) -> Result<StreamInfo, ApiError> {
    use crate::server::{auth::door, services::streams};
    let visit = door::visit()?;
    let actor = visit.actor().await?;
    Ok(streams::change_info(&visit.state, &actor, change).await?)
}

/// Changes the rules of the chat; what is left out stays.
#[server(prefix = "/api", endpoint = "/stream/chat-settings", protocol = Api<PutBody>)]
pub async fn change_chat_settings(#[server(flatten)] change: ChatSettingsChange) -> Result<ChatSettings, ApiError> {
    use crate::server::{auth::door, services::streams};
    let visit = door::visit()?;
    let actor = visit.actor().await?;
    Ok(streams::change_chat_settings(&visit.state, &actor, change).await?)
}

/// Whether the stream is on air.
#[server(prefix = "/api", endpoint = "/stream/status", protocol = Api<GetUrl>)]
pub async fn stream_status() -> Result<StreamReport, ApiError> {
    use crate::server::{auth::door, services::streams};
    let visit = door::visit()?;
    let actor = visit.actor().await?;
    Ok(streams::report(&visit.state, &actor).await?)
}

/// Sets whether who comes next is seen by the creator alone, until [`go_live`].
#[server(prefix = "/api", endpoint = "/stream/rehearsal", protocol = Api<PostBody>)]
pub async fn set_rehearsal(enabled: bool) -> Result<StreamReport, ApiError> {
    use crate::server::{auth::door, services::controls};
    let visit = door::visit()?;
    let actor = visit.actor().await?;
    Ok(controls::set_rehearsal(&visit.state, &actor, enabled).await?)
}

/// Shows a rehearsal to everybody.
#[server(prefix = "/api", endpoint = "/stream/go-live", protocol = Api<PostBody>)]
pub async fn go_live() -> Result<StreamReport, ApiError> {
    use crate::server::{auth::door, services::controls};
    let visit = door::visit()?;
    let actor = visit.actor().await?;
    Ok(controls::go_live(&visit.state, &actor).await?)
}

/// Ends the stream and keeps its encoder out until [`resume_stream`].
#[server(prefix = "/api", endpoint = "/stream/end", protocol = Api<PostBody>)]
pub async fn end_stream() -> Result<StreamReport, ApiError> {
    use crate::server::{auth::door, services::controls};
    let visit = door::visit()?;
    let actor = visit.actor().await?;
    Ok(controls::end(&visit.state, &actor).await?)
}

/// Lets the encoder in again.
#[server(prefix = "/api", endpoint = "/stream/resume", protocol = Api<PostBody>)]
pub async fn resume_stream() -> Result<StreamReport, ApiError> {
    use crate::server::{auth::door, services::controls};
    let visit = door::visit()?;
    let actor = visit.actor().await?;
    Ok(controls::resume(&visit.state, &actor).await?)
}

/// Sets for how many seconds a drop is waited out: 0, 30, 90 or 300.
#[server(prefix = "/api", endpoint = "/stream/protection", protocol = Api<PutBody>)]
pub async fn set_protection(
    #[server(rename = "disconnectProtectionSeconds")] seconds: u32,
) -> Result<StreamReport, ApiError> {
    use crate::server::{auth::door, services::controls};
    let visit = door::visit()?;
    let actor = visit.actor().await?;
    Ok(controls::set_protection(&visit.state, &actor, seconds).await?)
}

/// The titles that the stream has had, the newest first.
#[server(prefix = "/api", endpoint = "/stream/title-history", protocol = Api<GetUrl>)]
pub async fn title_history(#[server(default)] cursor: Option<String>) -> Result<Page<PastTitle>, ApiError> {
    use crate::server::{auth::door, services::streams};
    let visit = door::visit()?;
    let actor = visit.actor().await?;
    Ok(streams::title_history(&visit.state, &actor, cursor.as_deref()).await?)
}

/// A token to go live with from the browser: it may send picture and sound into the creator's own room. No key is
/// needed; refused while an encoder is streaming.
#[server(prefix = "/api", endpoint = "/stream/browser-token", protocol = Api<PostBody>)]
pub async fn browser_token() -> Result<RoomToken, ApiError> {
    use crate::server::{auth::door, services::browser_broadcast};
    let visit = door::visit()?;
    let actor = visit.actor().await?;
    Ok(browser_broadcast::token(&visit.state, &actor).await?)
}
