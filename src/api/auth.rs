//! Signing up, in and out, and tokens for scripts. A browser gets a cookie, which no script can read. A form that a
//! page sends without WASM goes on to `next`, which leads to a page of this server.

#![expect(missing_docs, reason = "arguments become fields of structs that the macro makes")]

use leptos::prelude::*;
use server_fn::codec::GetUrl;

use super::{
    error::ApiError,
    protocol::{Api, Payload, PostBody, PostForm},
};
pub use crate::domain::account::{AccessToken, Account};

impl Payload for Account {}
impl Payload for AccessToken {}

/// Makes an account and signs in. The first account of an installation becomes its admin and an approved creator.
/// `next` is where a plain form goes afterwards: a path on this server.
#[server(prefix = "/api", endpoint = "/auth/signup", protocol = Api<PostForm>)]
pub async fn sign_up(
    username: String,
    email: String,
    password: String,
    #[server(default)] next: Option<String>,
) -> Result<Account, ApiError> {
    use crate::server::{auth::door, services::accounts};
    let visit = door::visit()?;
    let signed_in = accounts::sign_up(&visit.state, &visit.client, &username, &email, &password).await?;
    visit.end_replaced_session().await?;
    door::welcome(&visit.state, &signed_in.token, next.as_deref());
    Ok(signed_in.account)
}

/// Signs in by username or address, and sets the cookie.
#[server(prefix = "/api", endpoint = "/auth/login", protocol = Api<PostForm>)]
pub async fn sign_in(
    login: String,
    password: String,
    #[server(default)] next: Option<String>,
) -> Result<Account, ApiError> {
    use crate::server::{auth::door, services::signing_in};
    let visit = door::visit()?;
    let signed_in = signing_in::sign_in(&visit.state, &visit.client, &login, &password).await?;
    visit.end_replaced_session().await?;
    door::welcome(&visit.state, &signed_in.token, next.as_deref());
    Ok(signed_in.account)
}

/// Ends this session. Nobody signed in is fine too.
#[server(prefix = "/api", endpoint = "/auth/logout", protocol = Api<PostForm>)]
pub async fn sign_out() -> Result<(), ApiError> {
    use crate::server::{auth::door, services::signing_in};
    let visit = door::visit()?;
    let actor = visit.actor().await?;
    signing_in::sign_out(&visit.state, &actor).await?;
    door::farewell(&visit.state);
    Ok(())
}

/// Who is signed in.
#[server(prefix = "/api", endpoint = "/auth/me", protocol = Api<GetUrl>)]
pub async fn me() -> Result<Account, ApiError> {
    use crate::server::{auth::door, services::accounts};
    let visit = door::visit()?;
    let actor = visit.actor().await?;
    Ok(accounts::me(&visit.state, &actor).await?)
}

/// A token for scripts.
#[server(prefix = "/api", endpoint = "/auth/token", protocol = Api<PostBody>)]
pub async fn make_token(login: String, password: String) -> Result<AccessToken, ApiError> {
    use crate::server::{auth::door, services::signing_in};
    let visit = door::visit()?;
    Ok(signing_in::make_token(&visit.state, &visit.client, &login, &password).await?)
}
