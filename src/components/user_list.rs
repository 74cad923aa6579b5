//! Accounts, as admins see them: who it is, what they may do, since when, and whether they are live.
//!
//! No address for mail is in it. Each leads to what the account did.

use leptos::prelude::*;

use super::{avatar::Avatar, badge::LiveBadge, person::PersonName, time_text::TimeAgo};
use crate::{
    domain::{account::ListedAccount, channel::StreamStatus},
    text,
};

/// The accounts, in their order.
#[component]
pub fn UserList(
    /// What is shown.
    accounts: Vec<ListedAccount>,
) -> impl IntoView {
    let rows = accounts.into_iter().map(|account| view! { <UserRow account /> }).collect_view();
    view! { <ol class="rows users">{rows}</ol> }.into_any()
}

#[component]
fn UserRow(account: ListedAccount) -> impl IntoView {
    let ListedAccount { username, display_name, picture, is_admin, is_creator, is_live, created_at, .. } = account;
    // A username is letters, digits and underscores.
    let (channel, history) = (format!("/watch/{username}"), format!("/admin/audit?username={username}"));
    view! {
        <li class="row-item" data-user=username.clone()>
            <Avatar username=username.clone() picture />
            <div class="row-words">
                <p class="row-title">
                    <span>
                        <PersonName username=username.clone() display_name />
                    </span>
                    {is_admin.then(|| view! { <span class="tag">{text!(account.admin)}</span> })}
                    {is_creator.then(|| view! { <span class="tag">{text!(account.creator)}</span> })}
                    {is_live.then(|| view! { <LiveBadge status=StreamStatus::Live is_announced=false /> })}
                </p>
                <p class="muted small">
                    {text!(admin.signed_up)} <TimeAgo at=Some(created_at) /> " · "
                    {is_creator.then(|| view! { <a href=channel>{text!(admin.channel)}</a> " · " })}
                    <a href=history>{text!(admin.what_user_did, name = username.clone())}</a>
                </p>
            </div>
        </li>
    }
}
