//! A new password by mail, for somebody who has forgotten theirs. No answer says whether there is such an account, or
//! where a link went. Using a link signs nobody in: it leads to signing in.

#![expect(missing_docs, reason = "arguments become fields of structs that the macro makes")]

use leptos::prelude::*;
use server_fn::codec::GetUrl;

use super::{
    error::ApiError,
    protocol::{Api, Payload, PostForm},
};
pub use crate::domain::account::ResetByMail;

impl Payload for ResetByMail {}

/// Whether this server mails links to a new password.
#[server(name = ReadResetByMail, prefix = "/api", endpoint = "/auth/reset", protocol = Api<GetUrl>)]
pub async fn reset_by_mail() -> Result<ResetByMail, ApiError> {
    use crate::server::{auth::door, services::resets};
    let visit = door::visit()?;
    Ok(ResetByMail { is_available: resets::is_available(&visit.state) })
}

/// Asks for a link by username or address. The answer is the same whether or not there is such an account.
#[server(prefix = "/api", endpoint = "/auth/reset", protocol = Api<PostForm>)]
pub async fn ask_for_reset(login: String) -> Result<(), ApiError> {
    use crate::server::{auth::door, services::resets};
    let visit = door::visit()?;
    resets::ask(&visit.state, &visit.client, &login).await?;
    door::go_on("/forgot?sent=yes");
    Ok(())
}

/// Chooses a new password with the `token` of a link, and signs the account out everywhere.
#[server(prefix = "/api", endpoint = "/auth/reset/confirm", protocol = Api<PostForm>)]
pub async fn confirm_reset(token: String, password: String) -> Result<(), ApiError> {
    use crate::server::{auth::door, services::resets};
    let visit = door::visit()?;
    resets::confirm(&visit.state, &visit.client, &token, &password).await?;
    door::go_on("/login?reset=yes");
    Ok(())
}
