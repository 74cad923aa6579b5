//! Who may not write, who keeps order, and what was done: lists with a button for what takes it back.
//!
//! What an action means is decided on the server; here it is words and a name. A name that is gone reads as a deleted
//! account.

use std::time::Duration;

use leptos::{ev::SubmitEvent, prelude::*};

use super::{
    avatar::Avatar,
    clicks::counts,
    feedback::ErrorNote,
    icon::Icon,
    listing::{Listing, ListingView},
    time_text::{TimeAgo, use_now},
};
use crate::{
    domain::{
        account::Username,
        chat_standing::words,
        id::ActionId,
        moderation::{ActionKind, BannedPerson, ModerationAction, Moderator},
        timestamp::Timestamp,
    },
    language::numbers::{Unit, duration},
    text,
};

/// Who may not write.
#[component]
pub fn BanList(
    /// What is known of them.
    #[prop(into)]
    bans: Signal<Listing<BannedPerson>>,
    /// Lets that one write again.
    #[prop(into)]
    on_unban: Callback<String>,
    /// Called for more of them, or once more after a failure.
    #[prop(into)]
    on_load: Callback<()>,
) -> impl IntoView {
    view! {
        <ListingView
            listing=bans
            empty=text!(moderation.nobody_banned)
            key=ban_key
            row=ban_row
            on_act=on_unban
            on_load
        />
    }
}

fn ban_key(person: &BannedPerson) -> (String, Timestamp, Option<Timestamp>, Option<String>) {
    (person.username.clone(), person.banned_at, person.until, person.by.clone())
}

fn ban_row(person: BannedPerson, on_unban: Callback<String>) -> impl IntoView {
    let BannedPerson { username, until, banned_at, by } = person;
    let by = match by {
        Some(by) => text!(moderation.banned_by, name = by),
        None => text!(moderation.banned_by_deleted_account).to_owned(),
    };
    let label = text!(moderation.unban_name, name = username.clone());
    view! {
        <PersonRow username what=by since=banned_at undo=text!(moderation.unban) undo_label=label on_undo=on_unban>
            <BanLength until />
        </PersonRow>
    }
}

/// Somebody for whom something holds, since when, and a button that takes it back.
#[component]
fn PersonRow(
    username: String,
    /// What holds, before the time.
    #[prop(into)]
    what: String,
    /// Since when.
    since: Timestamp,
    /// What the button does.
    undo: &'static str,
    /// The same with whom it is about.
    undo_label: String,
    /// Called with the name.
    on_undo: Callback<String>,
    /// What stands beside the name.
    #[prop(optional)]
    children: Option<Children>,
) -> impl IntoView {
    let user = username.clone();
    view! {
        <li class="row-item">
            <Avatar username=username.clone() />
            <div class="row-words">
                <p class="row-title">
                    <bdi>{username}</bdi>
                    {children.map(|children| children())}
                </p>
                <p class="muted small">{what} <TimeAgo at=Some(since) /></p>
            </div>
            <button
                type="button"
                class="button small"
                aria-label=undo_label
                on:click=move |event| {
                    if counts(&event) {
                        on_undo.run(user.clone());
                    }
                }
            >
                {undo}
            </button>
        </li>
    }
}

#[component]
fn BanLength(until: Option<Timestamp>) -> impl IntoView {
    let now = use_now(Duration::from_secs(10));
    let length = move || match (until, now.get()) {
        (None, _) => Some(text!(moderation.banned).to_owned()),
        (Some(until), Some(now)) if now < until => Some(text!(moderation.time_left, length = words(until.since(now)))),
        (Some(_), Some(_)) => Some(text!(moderation.time_over).to_owned()),
        (Some(_), None) => None,
    };
    view! { <span class="tag number">{length}</span> }
}

/// Who keeps order, and a field to name more of them.
#[component]
pub fn ModeratorList(
    /// What is known of them.
    #[prop(into)]
    moderators: Signal<Listing<Moderator>>,
    /// Why the last name was not taken.
    #[prop(into)]
    error: Signal<Option<String>>,
    /// What is typed; whoever takes the name empties it.
    name: RwSignal<String>,
    /// A name is on its way.
    #[prop(into)]
    is_busy: Signal<bool>,
    /// Makes that one a moderator.
    #[prop(into)]
    on_add: Callback<String>,
    /// Makes that one an ordinary viewer again.
    #[prop(into)]
    on_remove: Callback<String>,
    /// Called once more after a failure.
    #[prop(into)]
    on_load: Callback<()>,
) -> impl IntoView {
    let add = move |event: SubmitEvent| {
        event.prevent_default();
        let name = Username::bare(&name.get_untracked()).to_owned();
        if !name.is_empty() && !is_busy.get_untracked() {
            on_add.run(name);
        }
    };
    view! {
        <ListingView
            listing=moderators
            empty=text!(moderation.no_moderators)
            key=moderator_key
            row=moderator_row
            on_act=on_remove
            on_load
        />
        <form class="add-moderator field" on:submit=add>
            <label for="moderator-name">{text!(moderation.add_by_username)}</label>
            <div class="add-moderator-row">
                <input
                    id="moderator-name"
                    type="text"
                    autocomplete="off"
                    autocapitalize="none"
                    spellcheck="false"
                    maxlength="40"
                    aria-invalid=move || error.get().map(|_| "true")
                    prop:value=name
                    on:input=move |event| name.set(event_target_value(&event))
                />
                <button
                    type="submit"
                    class="button"
                    // Not disabled: who is on it stays there. The form sends nothing twice.
                    aria-disabled=move || is_busy.get().then_some("true")
                    aria-busy=move || is_busy.get().then_some("true")
                >
                    <Icon name="user-plus" />
                    {text!(moderation.add)}
                </button>
            </div>
            <ErrorNote message=error />
        </form>
    }
}

fn moderator_key(moderator: &Moderator) -> (String, Timestamp) {
    (moderator.username.clone(), moderator.since)
}

fn moderator_row(moderator: Moderator, on_remove: Callback<String>) -> impl IntoView {
    let Moderator { username, since } = moderator;
    let what = text!(moderation.moderator_since_before);
    let label = text!(moderation.remove_name, name = username.clone());
    view! { <PersonRow username what since undo=text!(frame.remove) undo_label=label on_undo=on_remove /> }
}

/// What creator and moderators did.
#[component]
pub fn ActionList(
    /// What is known of it.
    #[prop(into)]
    actions: Signal<Listing<ModerationAction>>,
    /// Called for more of it, or once more after a failure.
    #[prop(into)]
    on_load: Callback<()>,
) -> impl IntoView {
    view! {
        <ListingView listing=actions empty=text!(moderation.no_actions) key=action_key row=action_row on_load />
    }
}

fn action_key(action: &ModerationAction) -> (ActionId, Option<String>, Option<String>) {
    (action.id.clone(), action.by.clone(), action.user.clone())
}

fn action_row(action: ModerationAction, _: Callback<String>) -> impl IntoView {
    let (did, afterwards) = action_words(action.kind, action.seconds);
    view! {
        <li class="action">
            <span class="action-words">
                <bdi class="action-name">{who(action.by)}</bdi>
                {did}
                <bdi class="action-name">{who(action.user)}</bdi>
                {afterwards}
            </span>
            <TimeAgo at=Some(action.at) />
        </li>
    }
}

fn who(name: Option<String>) -> String {
    name.unwrap_or_else(|| text!(moderation.deleted_account).to_owned())
}

/// What stands before and after the name of the one it was done to.
fn action_words(kind: ActionKind, seconds: Option<i64>) -> (&'static str, String) {
    let (did, afterwards) = match (kind, seconds) {
        (ActionKind::TimeOut, Some(seconds)) => {
            let afterwards = text!(moderation.timed_out_after_for, length = length_words(seconds));
            return (text!(moderation.timed_out_before), afterwards);
        }
        (ActionKind::TimeOut, None) => (text!(moderation.timed_out_before), text!(moderation.timed_out_after)),
        (ActionKind::Delete, _) => (text!(moderation.removed_message_before), text!(moderation.removed_message_after)),
        (ActionKind::Ban, _) => (text!(moderation.banned_before), text!(moderation.banned_after)),
        (ActionKind::Unban, _) => (text!(moderation.unbanned_before), text!(moderation.unbanned_after)),
        (ActionKind::AddModerator, _) => {
            (text!(moderation.made_moderator_before), text!(moderation.made_moderator_after))
        }
        (ActionKind::RemoveModerator, _) => {
            (text!(moderation.removed_moderator_before), text!(moderation.removed_moderator_after))
        }
    };
    (did, afterwards.to_owned())
}

/// How long somebody may not write: whole hours as those, anything else as it is counted down.
pub fn length_words(seconds: i64) -> String {
    let seconds = u64::try_from(seconds).unwrap_or(0);
    match seconds {
        3600.. if seconds.is_multiple_of(3600) => duration(seconds / 3600, Unit::Hours),
        _ => words(Duration::from_secs(seconds)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_done_reads_as_a_sentence() {
        let read = |kind, seconds| {
            let (did, afterwards) = action_words(kind, seconds);
            format!("mo{did}eve{afterwards}")
        };
        assert_eq!(read(ActionKind::Delete, None), "mo removed a message of eve");
        assert_eq!(read(ActionKind::TimeOut, Some(600)), "mo timed out eve for 10 min");
        assert_eq!(read(ActionKind::TimeOut, Some(3600)), "mo timed out eve for 1 h");
        assert_eq!(read(ActionKind::TimeOut, Some(86_400)), "mo timed out eve for 24 h");
        assert_eq!(read(ActionKind::Ban, None), "mo banned eve");
        assert_eq!(read(ActionKind::Unban, None), "mo let eve write again");
        assert_eq!(read(ActionKind::AddModerator, None), "mo made eve a moderator");
    }
}
