//! Who did what, as a list: for admins with all that helps to follow it up, for the owner of an account as what
//! happened to it.

use leptos::prelude::*;

use super::{icon::Icon, time_text::TimeAgo};
use crate::{
    domain::audit::{AuditAction as Action, AuditActor, AuditEntry},
    text,
};

/// Who reads it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum AuditReader {
    /// Of every account.
    Admin,
    /// Of their own.
    Owner,
}

/// The entries, in their order.
#[component]
pub fn AuditList(
    /// What is shown.
    entries: Vec<AuditEntry>,
    /// To whom.
    reader: AuditReader,
) -> impl IntoView {
    let rows = entries.into_iter().map(|entry| view! { <AuditRow entry reader /> }).collect_view();
    view! { <ol class="rows audit">{rows}</ol> }.into_any()
}

#[component]
fn AuditRow(entry: AuditEntry, reader: AuditReader) -> impl IntoView {
    let ((icon, words), action) = (words_of(entry.action), entry.action.as_str());
    let AuditEntry { times, network, request_id, at, last_at, .. } = entry.clone();
    let is_sum = times > 1;
    view! {
        <li class="row-item" data-action=action>
            <Icon name=icon />
            <div class="row-words">
                <p class="row-title">
                    {words} {is_sum.then(|| view! { <span class="tag">{text!(audit.times, count = times)}</span> })}
                </p>
                <p class="muted small">
                    <TimeAgo at=Some(at) />
                    {is_sum.then(|| view! { {text!(audit.last_at)} <TimeAgo at=Some(last_at) /> })}
                    <People entry reader />
                    {network.map(|network| view! { {text!(audit.from_network)} <span class="number">{network}</span> })}
                </p>
                {request_id
                    .filter(|_| reader == AuditReader::Admin)
                    .map(|id| view! { <p class="muted small number">{text!(audit.request)} {id}</p> })}
            </div>
        </li>
    }
}

/// By whom, and to whom.
#[component]
fn People(entry: AuditEntry, reader: AuditReader) -> impl IntoView {
    let AuditEntry { actor_kind, actor, subject, .. } = entry;
    let is_own = actor.is_some() && actor == subject;
    let by = match (actor_kind, actor) {
        _ if is_own && reader == AuditReader::Owner => None,
        (AuditActor::Account, name) => Some(person(name, reader)),
        (AuditActor::Operator, _) => Some(text!(audit.operator).into_any()),
        (AuditActor::Nobody, _) => None,
    };
    let to = (reader == AuditReader::Admin && !is_own).then_some(subject).flatten();
    view! {
        {by.map(|who| view! { {text!(audit.done_by)} {who} })}
        {to.map(|name| view! { {text!(audit.account_of)} {person(Some(name), reader)} })}
    }
}

/// A name; for an admin, the way to all that is about it.
fn person(name: Option<String>, reader: AuditReader) -> AnyView {
    match (name, reader) {
        (None, _) => text!(audit.deleted_account).into_any(),
        (Some(name), AuditReader::Owner) => view! { <bdi>{name}</bdi> }.into_any(),
        // A username is letters, digits and underscores.
        (Some(name), AuditReader::Admin) => {
            let href = format!("/admin/audit?username={name}");
            view! { <a href=href>{name}</a> }.into_any()
        }
    }
}

/// An icon, and what was done.
fn words_of(action: Action) -> (&'static str, &'static str) {
    match action {
        Action::AccountMade => ("user-plus", text!(audit.account_made)),
        Action::SignedIn => ("log-in", text!(audit.signed_in)),
        Action::TokenMade => ("key-round", text!(audit.token_made)),
        Action::SignInFailed => ("triangle-alert", text!(audit.wrong_password)),
        Action::SignInRefused => ("ban", text!(audit.too_many_tries)),
        Action::SessionEnded => ("log-out", text!(audit.session_ended)),
        Action::SessionsEnded => ("log-out", text!(audit.sessions_ended)),
        Action::PasswordChanged => ("key-round", text!(audit.password_changed)),
        Action::ResetAsked => ("send", text!(audit.reset_asked)),
        Action::PasswordReset => ("key-round", text!(audit.password_reset)),
        Action::EmailChanged => ("send", text!(audit.email_changed)),
        Action::AccountDeleted => ("trash-2", text!(audit.account_deleted)),
        Action::KeyMade => ("key-round", text!(audit.key_made)),
        Action::KeyRenewed => ("refresh-cw", text!(audit.key_replaced)),
        Action::KeyShown => ("eye", text!(audit.key_shown)),
        Action::KeyDeleted => ("trash-2", text!(audit.key_deleted)),
        Action::ApplicationReviewed => ("eye", text!(audit.application_reviewed)),
        Action::ApplicationApproved => ("circle-check", text!(audit.made_creator)),
        Action::ApplicationRejected => ("circle-x", text!(audit.application_refused)),
        Action::ApprovalRevoked => ("circle-x", text!(audit.no_longer_creator)),
        Action::AdminAdded => ("shield", text!(audit.made_admin)),
        Action::AdminRemoved => ("shield", text!(audit.no_longer_admin)),
        Action::ModeratorAdded => ("user-check", text!(audit.made_moderator)),
        Action::ModeratorRemoved => ("user-minus", text!(audit.no_longer_moderator)),
        Action::Other => ("info", text!(audit.of_newer_version)),
    }
}
