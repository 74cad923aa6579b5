//! What the installation still lacks, for the banner of pages. Who need not know is answered with an empty list and no
//! refusal.

use leptos::prelude::*;
use server_fn::codec::GetUrl;

use super::{
    error::ApiError,
    protocol::{Api, Payload},
};
pub use crate::domain::setup::MissingPart;

impl Payload for MissingPart {}

/// Parts that are missing, for creators and admins, and for anybody while there is no account yet.
#[server(prefix = "/api", endpoint = "/setup", protocol = Api<GetUrl>)]
pub async fn missing_parts() -> Result<Vec<MissingPart>, ApiError> {
    use crate::server::{auth::door, services::setup};
    let visit = door::visit()?;
    let actor = visit.actor().await?;
    Ok(setup::missing_parts(&visit.state, &actor).await?)
}
