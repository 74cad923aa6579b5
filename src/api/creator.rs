//! Becoming a creator: applying, and how that stands. Each sees their own application and nobody else's. Deciding is
//! for admins (`admin.rs`).

#![expect(missing_docs, reason = "arguments become fields of structs that the macro makes")]

use leptos::prelude::*;
use server_fn::codec::GetUrl;

use super::{
    error::ApiError,
    protocol::{Api, Payload, PostForm},
};
pub use crate::domain::application::{Application, ApplicationStatus, Decision};

impl Payload for Application {}

/// Applies. A second application while one is open or approved is refused.
#[server(prefix = "/api", endpoint = "/creator/application", protocol = Api<PostForm>)]
pub async fn apply(about: String) -> Result<Application, ApiError> {
    use crate::server::{auth::door, services::applications};
    let visit = door::visit()?;
    let actor = visit.actor().await?;
    Ok(applications::apply(&visit.state, &actor, &about).await?)
}

/// One's newest application, if there is one.
#[server(prefix = "/api", endpoint = "/creator/application", protocol = Api<GetUrl>)]
pub async fn my_application() -> Result<Option<Application>, ApiError> {
    use crate::server::{auth::door, services::applications};
    let visit = door::visit()?;
    let actor = visit.actor().await?;
    Ok(applications::find_own(&visit.state, &actor).await?)
}
