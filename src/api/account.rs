//! The account's own affairs: how it is shown, its password and address, where it is signed in, and its end. Which
//! account it is follows from who asks; what needs the password says so by its fields.

#![expect(missing_docs, reason = "arguments become fields of structs that the macro makes")]

use leptos::prelude::*;
use server_fn::codec::{DeleteUrl, GetUrl};

use super::{
    error::ApiError,
    protocol::{Api, Payload, PostForm, PutBody},
};
pub use crate::domain::{
    account::{Account, Session},
    audit::AuditEntry,
    page::Page,
    profile::ProfileChange,
};

impl Payload for Session {}
impl Payload for AuditEntry {}

/// The account, as its owner sees it: what GET `/api/auth/me` answers, beside what changes it.
#[server(name = ReadAccount, prefix = "/api", endpoint = "/account", protocol = Api<GetUrl>)]
pub async fn account() -> Result<Account, ApiError> {
    use crate::server::{auth::door, services::accounts};
    let visit = door::visit()?;
    let actor = visit.actor().await?;
    Ok(accounts::me(&visit.state, &actor).await?)
}

/// Changes how one is shown to others; what is left out stays.
#[server(prefix = "/api", endpoint = "/account/profile", protocol = Api<PutBody>)]
pub async fn change_profile(#[server(flatten)] change: ProfileChange) -> Result<Account, ApiError> {
    use crate::server::{auth::door, services::profile};
    let visit = door::visit()?;
    let actor = visit.actor().await?;
    Ok(profile::change(&visit.state, &actor, change).await?)
}

/// Replaces the password, and signs out everywhere else.
#[server(prefix = "/api", endpoint = "/account/password", protocol = Api<PutBody>)]
pub async fn change_password(
    #[server(rename = "currentPassword")] current_password: String,
    #[server(rename = "newPassword")] new_password: String,
) -> Result<(), ApiError> {
    use crate::server::{auth::door, services::profile};
    let visit = door::visit()?;
    let actor = visit.actor().await?;
    let (current, new) = (&current_password, &new_password);
    Ok(profile::change_password(&visit.state, &visit.client, &actor, current, new).await?)
}

/// Replaces the address for mail.
#[server(prefix = "/api", endpoint = "/account/email", protocol = Api<PutBody>)]
pub async fn change_email(
    #[server(rename = "currentPassword")] current_password: String,
    email: String,
) -> Result<Account, ApiError> {
    use crate::server::{auth::door, services::profile};
    let visit = door::visit()?;
    let actor = visit.actor().await?;
    Ok(profile::change_email(&visit.state, &visit.client, &actor, &current_password, &email).await?)
}

/// Deletes the account with all that is its own, and signs out. `confirm` is its username. A plain form goes on to the
/// first page.
#[server(prefix = "/api", endpoint = "/account/delete", protocol = Api<PostForm>)]
pub async fn delete_account(password: String, confirm: String) -> Result<(), ApiError> {
    use crate::server::{auth::door, services::account_deletion};
    let visit = door::visit()?;
    let actor = visit.actor().await?;
    account_deletion::delete(&visit.state, &visit.client, &actor, &password, &confirm).await?;
    door::farewell(&visit.state);
    door::go_on("/");
    Ok(())
}

/// Where the account is signed in, the newest first.
#[server(prefix = "/api", endpoint = "/account/sessions", protocol = Api<GetUrl>)]
pub async fn list_sessions(#[server(default)] cursor: Option<String>) -> Result<Page<Session>, ApiError> {
    use crate::server::{auth::door, services::sessions};
    let visit = door::visit()?;
    let actor = visit.actor().await?;
    Ok(sessions::list(&visit.state, &actor, cursor.as_deref()).await?)
}

/// Signs out one session, or without an `id` all but this one.
#[server(prefix = "/api", endpoint = "/account/sessions", protocol = Api<DeleteUrl>)]
pub async fn end_sessions(#[server(default)] id: Option<String>) -> Result<(), ApiError> {
    use crate::server::{auth::door, services::sessions};
    let visit = door::visit()?;
    let actor = visit.actor().await?;
    Ok(sessions::end(&visit.state, &actor, id.map(Into::into)).await?)
}

/// What was done to the account, as far as it matters for its safety, the newest first.
#[server(prefix = "/api", endpoint = "/account/history", protocol = Api<GetUrl>)]
pub async fn list_history(#[server(default)] cursor: Option<String>) -> Result<Page<AuditEntry>, ApiError> {
    use crate::server::{auth::door, services::audit};
    let visit = door::visit()?;
    let actor = visit.actor().await?;
    Ok(audit::list_own(&visit.state, &actor, cursor.as_deref()).await?)
}

/// Takes the account's picture away. Sending one is a form with a file in it: see `paths::PORTRAIT`.
#[server(prefix = "/api", endpoint = "/account/picture", protocol = Api<DeleteUrl>)]
pub async fn remove_picture() -> Result<Account, ApiError> {
    use crate::server::{auth::door, services::portraits};
    let visit = door::visit()?;
    let actor = visit.actor().await?;
    Ok(portraits::remove(&visit.state, &actor).await?)
}
