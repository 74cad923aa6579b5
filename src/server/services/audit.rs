//! Remembering who did what, as far as it matters for security, and reading it.
//!
//! What is done in a transaction is remembered in it: both are there, or neither. What happens often (wrong passwords,
//! a key that is looked at) is one entry for an hour, with how often; nothing fails because that could not be counted.
//! Of an address only its network is kept: enough to see that it was somebody elsewhere.

use std::net::IpAddr;

use ipnet::IpNet;

use crate::{
    domain::{
        account::Username,
        audit::{AuditAction, AuditActor, AuditEntry},
        fields::{FieldErrors, Invalid},
        id::{AuditId, UserId},
        page::{Page, one_more},
    },
    server::{
        Error, Result,
        auth::{actor::Actor, door::Client},
        clock, db,
        db::{Tx, audit::NewEntry},
        state::AppState,
        telemetry,
    },
    text,
};

/// Entries in one piece of the list.
const PER_PAGE: usize = 50;
/// What is counted together happened within one of these.
const HOUR_MS: i64 = 3_600_000;
/// How much of an address is its network, in bits: what a provider gives to a neighbourhood, and to a customer.
const NETWORK_BITS: (u8, u8) = (24, 48);

/// Something that was done.
#[derive(Clone, Copy, Debug)]
pub(super) struct Deed<'a> {
    action: AuditAction,
    actor_kind: AuditActor,
    actor: Option<&'a UserId>,
    subject: Option<&'a UserId>,
    client: Option<&'a Client>,
}

impl<'a> Deed<'a> {
    /// Of somebody to their own account.
    pub fn own(action: AuditAction, user: &'a UserId) -> Self {
        Self::of(action, user, user)
    }

    /// Of one account to another one.
    pub fn of(action: AuditAction, actor: &'a UserId, subject: &'a UserId) -> Self {
        let (actor_kind, client) = (AuditActor::Account, None);
        Self { action, actor_kind, actor: Some(actor), subject: Some(subject), client }
    }

    /// Of the operator to an account.
    pub fn of_operator(action: AuditAction, subject: &'a UserId) -> Self {
        let (actor_kind, client) = (AuditActor::Operator, None);
        Self { action, actor_kind, actor: None, subject: Some(subject), client }
    }

    /// Of somebody who is not signed in, to an account or to none.
    pub fn of_nobody(action: AuditAction, subject: Option<&'a UserId>) -> Self {
        Self { action, actor_kind: AuditActor::Nobody, actor: None, subject, client: None }
    }

    /// Whose account it was done to.
    pub fn subject(&self) -> Option<&'a UserId> {
        self.subject
    }

    /// The same, from there.
    pub fn from(self, client: &'a Client) -> Self {
        Self { client: Some(client), ..self }
    }
}

/// Remembers it with what is done in that transaction.
pub(super) async fn note(tx: &mut Tx, deed: Deed<'_>) -> Result<()> {
    let (id, request_id) = (AuditId(clock::new_id()), telemetry::request_id());
    let network = deed.client.and_then(|client| network_of(&client.address));
    let entry = entry(deed, &id, network.as_deref(), request_id.as_deref());
    Ok(db::audit::insert(tx, &entry, clock::now()).await?)
}

/// Counts it together with what happened like it within the hour. That it could not be is logged, and nothing else.
pub(super) async fn count(state: &AppState, deed: Deed<'_>) {
    let (id, request_id, now) = (AuditId(clock::new_id()), telemetry::request_id(), clock::now());
    let network = deed.client.and_then(|client| network_of(&client.address));
    let (subject, hour) = (deed.subject.map_or("", UserId::as_str), (now.0 / HOUR_MS).to_string());
    let sum_of = state.secrets.pseudonym(&["audit", deed.action.as_str(), deed.actor_kind.as_str(), subject, &hour]);
    let entry = NewEntry { sum_of: Some(&sum_of), ..entry(deed, &id, network.as_deref(), request_id.as_deref()) };
    if let Err(error) = db::audit::insert(&state.db, &entry, now).await {
        tracing::error!(%error, action = deed.action.as_str(), "an entry of the audit log could not be written");
    }
}

fn entry<'a>(deed: Deed<'a>, id: &'a AuditId, network: Option<&'a str>, request_id: Option<&'a str>) -> NewEntry<'a> {
    let Deed { action, actor_kind, actor, subject, .. } = deed;
    NewEntry { id, action, actor_kind, actor, subject, network, sum_of: None, request_id }
}

/// The network of an address; `None` when it is none.
fn network_of(address: &str) -> Option<String> {
    let address: IpAddr = address.parse::<IpAddr>().ok()?.to_canonical();
    let bits = if address.is_ipv4() { NETWORK_BITS.0 } else { NETWORK_BITS.1 };
    Some(IpNet::new(address, bits).ok()?.trunc().to_string())
}

/// What was done, the newest first; by or to that account, or all.
///
/// # Errors
/// When the one who asks is not an admin, or there is no such account.
pub async fn list(
    state: &AppState,
    actor: &Actor,
    username: Option<&str>,
    cursor: Option<&str>,
) -> Result<Page<AuditEntry>> {
    actor.admin()?;
    let about = match username.map(str::trim).filter(|name| !name.is_empty()) {
        None => None,
        Some(name) => {
            let name = Username::parse(name).map_err(|Invalid(message)| FieldErrors::one("username", message))?;
            let no_account = || Error::NotFound(text!(errors.no_account));
            Some(db::users::find_id(&state.db, &name).await?.ok_or_else(no_account)?)
        }
    };
    let found = db::audit::list(&state.db, about.as_ref(), cursor, one_more(PER_PAGE)).await?;
    Ok(Page::cut(found, PER_PAGE, |entry| entry.id.to_string()))
}

/// What was done to the account that asks, the newest first.
///
/// # Errors
/// When nobody is signed in.
pub async fn list_own(state: &AppState, actor: &Actor, cursor: Option<&str>) -> Result<Page<AuditEntry>> {
    let user = actor.user()?;
    let mut found = db::audit::list_of(&state.db, &user.user_id, cursor, one_more(PER_PAGE)).await?;
    for entry in &mut found {
        // Where somebody else was, is theirs; that it was an admin is enough.
        let is_own = entry.actor.as_ref().is_none_or(|actor| *actor == user.username);
        entry.network = entry.network.take().filter(|_| is_own);
    }
    Ok(Page::cut(found, PER_PAGE, |entry| entry.id.to_string()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn of_an_address_its_network_is_kept() {
        assert_eq!(network_of("203.0.113.77").as_deref(), Some("203.0.113.0/24"));
        assert_eq!(network_of("::ffff:203.0.113.77").as_deref(), Some("203.0.113.0/24"));
        assert_eq!(network_of("2001:db8:1:2:3::4").as_deref(), Some("2001:db8:1::/48"));
        assert_eq!(network_of("unknown"), None);
    }
}
