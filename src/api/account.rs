//! The account's own affairs.

#![expect(missing_docs, reason = "arguments become fields of structs that the macro makes")]

use leptos::prelude::*;
use server_fn::codec::{DeleteUrl, GetUrl};

use super::{
    error::ApiError,
    protocol::{Api, Payload},
};
pub use crate::domain::{account::Session, page::Page};

impl Payload for Session {}

/// Where the account is signed in, the newest first.
#[server(prefix = "/api", endpoint = "/account/sessions", protocol = Api<GetUrl>)]
pub async fn list_sessions(#[server(default)] cursor: Option<String>) -> Result<Page<Session>, ApiError> {
    use crate::server::{auth::door, services::accounts};
    let visit = door::visit()?;
    let actor = visit.actor().await?;
    Ok(accounts::list_sessions(&visit.state, &actor, cursor.as_deref()).await?)
}

/// Signs out one session, or without an `id` all but this one.
#[server(prefix = "/api", endpoint = "/account/sessions", protocol = Api<DeleteUrl>)]
pub async fn end_sessions(#[server(default)] id: Option<String>) -> Result<(), ApiError> {
    use crate::server::{auth::door, services::accounts};
    let visit = door::visit()?;
    let actor = visit.actor().await?;
    Ok(accounts::end_sessions(&visit.state, &actor, id.map(Into::into)).await?)
}
