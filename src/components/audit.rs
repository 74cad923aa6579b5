//! Who did what, as a list: for admins with all that helps to follow it up, for the owner of an account as what
//! happened to it.

use leptos::prelude::*;

use super::{icon::Icon, time_text::TimeAgo};
use crate::domain::audit::{AuditAction as Action, AuditActor, AuditEntry};

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
                    {words} {is_sum.then(|| view! { <span class="tag">{format!("{times} times")}</span> })}
                </p>
                <p class="muted small">
                    <TimeAgo at=Some(at) />
                    {is_sum.then(|| view! { ", last " <TimeAgo at=Some(last_at) /> })}
                    <People entry reader />
                    {network.map(|network| view! { " · from " <span class="number">{network}</span> })}
                </p>
                {request_id
                    .filter(|_| reader == AuditReader::Admin)
                    .map(|id| view! { <p class="muted small number">"request " {id}</p> })}
            </div>
        </li>
    }
    .into_any()
}

/// By whom, and to whom.
#[component]
fn People(entry: AuditEntry, reader: AuditReader) -> impl IntoView {
    let AuditEntry { actor_kind, actor, subject, .. } = entry;
    let is_own = actor.is_some() && actor == subject;
    let by = match (actor_kind, actor) {
        _ if is_own && reader == AuditReader::Owner => None,
        (AuditActor::Account, name) => Some((" · by ", person(name, reader))),
        (AuditActor::Operator, _) => Some((" · by ", "whoever runs the server".into_any())),
        (AuditActor::Nobody, _) => None,
    };
    let to = (reader == AuditReader::Admin && !is_own).then_some(subject).flatten();
    view! {
        {by.map(|(words, who)| view! { {words} {who} })}
        {to.map(|name| view! { " · account of " {person(Some(name), reader)} })}
    }
    .into_any()
}

/// A name; for an admin, the way to all that is about it.
fn person(name: Option<String>, reader: AuditReader) -> AnyView {
    match (name, reader) {
        (None, _) => "a deleted account".into_any(),
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
        Action::AccountMade => ("user-plus", "Account made"),
        Action::SignedIn => ("log-in", "Signed in"),
        Action::TokenMade => ("key-round", "Token for scripts made"),
        Action::SignInFailed => ("triangle-alert", "Wrong password"),
        Action::SignInRefused => ("ban", "Too many tries to sign in"),
        Action::SessionEnded => ("log-out", "Signed out in one place"),
        Action::SessionsEnded => ("log-out", "Signed out everywhere else"),
        Action::PasswordChanged => ("key-round", "Password changed"),
        Action::ResetAsked => ("send", "Link to a new password sent"),
        Action::PasswordReset => ("key-round", "Password reset by mail"),
        Action::EmailChanged => ("send", "Email changed"),
        Action::AccountDeleted => ("trash-2", "Account deleted"),
        Action::KeyMade => ("key-round", "Stream key made"),
        Action::KeyRenewed => ("refresh-cw", "Stream key replaced"),
        Action::KeyShown => ("eye", "Stream key shown"),
        Action::KeyDeleted => ("trash-2", "Stream key deleted"),
        Action::ApplicationReviewed => ("eye", "Application under review"),
        Action::ApplicationApproved => ("circle-check", "Made a creator"),
        Action::ApplicationRejected => ("circle-x", "Application refused"),
        Action::ApprovalRevoked => ("circle-x", "No longer a creator"),
        Action::AdminAdded => ("shield", "Made an admin"),
        Action::AdminRemoved => ("shield", "No longer an admin"),
        Action::ModeratorAdded => ("user-check", "Made a moderator"),
        Action::ModeratorRemoved => ("user-minus", "No longer a moderator"),
        Action::Other => ("info", "Something of a newer version"),
    }
}
