//! What admins see and decide. Whoever is none is refused by the service. Accounts themselves are changed at the
//! command line (`streamit user`), and not here.

#![expect(missing_docs, reason = "arguments become fields of structs that the macro makes")]

use leptos::prelude::*;
use server_fn::codec::GetUrl;

use super::{
    error::ApiError,
    protocol::{Api, Payload, PostForm},
};
pub use crate::domain::{account::ListedAccount, application::Application, audit::AuditEntry, page::Page, setup::Part};

impl Payload for ListedAccount {}
impl Payload for Part {}

/// Applications, the oldest first; of one `status`, or all.
#[server(prefix = "/api", endpoint = "/admin/applications", protocol = Api<GetUrl>)]
pub async fn list_applications(
    #[server(default)] status: Option<String>,
    #[server(default)] cursor: Option<String>,
) -> Result<Page<Application>, ApiError> {
    use crate::server::{auth::door, services::applications};
    let visit = door::visit()?;
    let actor = visit.actor().await?;
    Ok(applications::list(&visit.state, &actor, status.as_deref(), cursor.as_deref()).await?)
}

/// Who did what, as far as it matters for security, the newest first; by or to `username`, or all.
#[server(prefix = "/api", endpoint = "/admin/audit", protocol = Api<GetUrl>)]
pub async fn list_audit(
    #[server(default)] username: Option<String>,
    #[server(default)] cursor: Option<String>,
) -> Result<Page<AuditEntry>, ApiError> {
    use crate::server::{auth::door, services::audit};
    let visit = door::visit()?;
    let actor = visit.actor().await?;
    Ok(audit::list(&visit.state, &actor, username.as_deref(), cursor.as_deref()).await?)
}

/// Accounts, the newest first; those whose username or name holds `search`, or all.
#[server(prefix = "/api", endpoint = "/admin/users", protocol = Api<GetUrl>)]
pub async fn list_users(
    #[server(default)] search: Option<String>,
    #[server(default)] cursor: Option<String>,
) -> Result<Page<ListedAccount>, ApiError> {
    use crate::server::{auth::door, services::users};
    let visit = door::visit()?;
    let actor = visit.actor().await?;
    Ok(users::list(&visit.state, &actor, search.as_deref(), cursor.as_deref()).await?)
}

/// How the parts are that StreamIt works with: database, LiveKit, ingress, webhooks, storage, mail. Seen some seconds
/// ago at most; `again`: now.
#[server(prefix = "/api", endpoint = "/admin/health", protocol = Api<GetUrl>)]
pub async fn list_parts(#[server(default)] again: Option<bool>) -> Result<Vec<Part>, ApiError> {
    use crate::server::{auth::door, services::parts};
    let visit = door::visit()?;
    let actor = visit.actor().await?;
    Ok(parts::list(&visit.state, &actor, again == Some(true)).await?)
}

/// Decides one: `review`, `approve`, `reject` or `revoke`, the last two with a reason.
#[server(prefix = "/api", endpoint = "/admin/applications/decision", protocol = Api<PostForm>)]
pub async fn decide_application(
    id: String,
    decision: String,
    #[server(default)] reason: Option<String>,
) -> Result<Application, ApiError> {
    use crate::server::{auth::door, services::applications};
    let visit = door::visit()?;
    let actor = visit.actor().await?;
    Ok(applications::decide(&visit.state, &actor, &id.into(), &decision, reason.as_deref()).await?)
}
