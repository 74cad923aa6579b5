//! The language in which a browser is answered. It is kept in a cookie there, for guests as for accounts, and nowhere
//! on the server.

#![expect(missing_docs, reason = "arguments become fields of structs that the macro makes")]

use leptos::prelude::*;

use super::{
    error::ApiError,
    protocol::{Api, PostForm},
};

/// Chooses the language in which this browser is answered from now on, for anybody, and sets the cookie. One that is not
/// spoken here is refused, with those that are.
#[server(prefix = "/api", endpoint = "/language", protocol = Api<PostForm>)]
pub async fn choose_language(language: String) -> Result<(), ApiError> {
    use crate::server::auth::door;
    let visit = door::visit()?;
    Ok(door::remember_language(&visit.state, &language)?)
}
