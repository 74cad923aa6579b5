//! A line of the chat, and what its reader may do about it.
//!
//! A line is an item of a list, named after who wrote it, what they are to the chat, what they say, and when.
//!
//! Its actions open below it, so that the keyboard finds them next and nothing lies over other lines, and each names
//! whom it is about. Of all the buttons that open them, Tab stops at one; the arrow keys go from there to the others.

use leptos::{either::Either, prelude::*};

use super::{
    avatar::hue_of,
    chat_rules::{RuleWords, rule_words},
    chat_text::MessageWords,
    icon::Icon,
    moderation::length_words,
    person::address_of,
    time_text::local_time,
};
use crate::{
    domain::{
        chat::{ChatAuthor, ChatLine, ChatRole, LineContent},
        id::LineId,
    },
    text,
};

/// Time-outs to choose from, in seconds.
const TIME_OUTS_SECS: [i64; 3] = [600, 3600, 86_400];

/// Who reads the chat.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Reader {
    /// Their name; `None` for a guest.
    pub username: Option<String>,
    /// What they are to the chat.
    pub role: ChatRole,
}

impl Reader {
    fn wrote(&self, line: &ChatLine) -> bool {
        self.username.as_ref().is_some_and(|name| line.is_by(name))
    }

    fn may_remove(&self, line: &ChatLine) -> bool {
        match &line.content {
            LineContent::Message { author, .. } => self.wrote(line) || self.role.outranks(author.role),
            LineContent::Deleted { .. } | LineContent::Rules { .. } => false,
        }
    }

    /// The name of the author, if the reader may keep them from writing.
    fn may_stop(&self, line: &ChatLine) -> Option<String> {
        let author = line.author().filter(|author| self.role.outranks(author.role) && !self.wrote(line))?;
        author.username.clone()
    }

    /// Whether there is anything that the reader may do about that line.
    pub fn may_act_on(&self, line: &ChatLine) -> bool {
        self.may_remove(line) || self.may_stop(line).is_some()
    }
}

/// Something to do about a line or its author.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum LineAction {
    /// Removes the message.
    Remove(LineId),
    /// Keeps somebody from writing for so many seconds, or for good.
    Stop {
        /// Who.
        user: String,
        /// For how long; `None` is for good.
        seconds: Option<i64>,
    },
    /// Makes somebody a moderator.
    AddModerator(String),
    /// Makes somebody an ordinary viewer again.
    RemoveModerator(String),
}

/// What all lines of a chat share.
#[derive(Clone, Copy)]
pub struct Lines {
    /// Who reads.
    pub reader: Memo<Reader>,
    /// The number of the line whose actions are open.
    pub open: RwSignal<Option<i64>>,
    /// The number of the line at which Tab stops.
    pub stop: Signal<Option<i64>>,
    /// The number of the line whose button has, or had, the focus.
    pub focused: RwSignal<Option<i64>>,
    /// The page is alive: times are the reader's.
    pub is_alive: Signal<bool>,
    /// Called with what the reader wants.
    pub on_action: Callback<LineAction>,
}

/// A line.
#[component]
pub fn ChatLineView(
    /// Which.
    line: ChatLine,
    /// What all lines share.
    lines: Lines,
) -> impl IntoView {
    let (number, sent_at) = (line.number, line.sent_at);
    let when = move || lines.is_alive.get().then(|| local_time(sent_at));
    if let LineContent::Rules { rules } = line.content {
        return Either::Left(view! {
            <li class="chat-line chat-rule" data-number=number title=when>
                <RuleWords rules=rules.into_iter().map(rule_words).collect() />
            </li>
        });
    }
    let is_held = line.revision.is_none();
    let is_deleted = matches!(line.content, LineContent::Deleted { .. });
    let words = line.clone();
    let line = StoredValue::new(line);
    let may_act = Memo::new(move |_| line.with_value(|line| lines.reader.with(|reader| reader.may_act_on(line))));
    let is_open = Memo::new(move |_| lines.open.get() == Some(number) && may_act.get());
    Either::Right(view! {
        <li
            class="chat-line"
            aria-label=move || line.with_value(|line| name_of(line, when()))
            data-number=number
            data-held=is_held.then_some("true")
            data-deleted=is_deleted.then_some("true")
        >
            <LineWords line=words is_alive=lines.is_alive />
            {is_held.then(|| view! { <p class="chat-held">{text!(chat.held)}</p> })}
            <Show when=move || may_act.get()>
                <ActionsButton line lines is_open />
            </Show>
            <Show when=move || is_open.get()>
                <LineActions line lines />
            </Show>
        </li>
    })
}

/// What a message is called as a whole.
fn name_of(line: &ChatLine, when: Option<String>) -> String {
    let author = line.author().map(|author| match &author.display_name {
        Some(name) => name.clone(),
        None => text!(chat.deleted_account).to_owned(),
    });
    let role = line.author().and_then(|author| mark_of(author.role)).map(|(_, words)| words.to_owned());
    let words = match &line.content {
        LineContent::Message { text, .. } => Some(text.clone()),
        LineContent::Deleted { .. } => Some(text!(chat.removed).to_owned()),
        LineContent::Rules { .. } => None,
    };
    let held = line.revision.is_none().then(|| text!(chat.held).to_owned());
    [author, role, words, held, when].into_iter().flatten().collect::<Vec<_>>().join(", ")
}

/// The id of what a line says, by which its button is described.
fn words_id(number: i64) -> String {
    format!("chat-line-{number}")
}

#[component]
fn LineWords(line: ChatLine, is_alive: Signal<bool>) -> impl IntoView {
    let (id, sent_at) = (words_id(line.number), line.sent_at);
    let (author, text) = match line.content {
        LineContent::Message { author, text } => (author, Some(text)),
        LineContent::Deleted { author } => (author, None),
        LineContent::Rules { .. } => return None,
    };
    let words = match text {
        Some(text) => Either::Left(view! { <MessageWords text /> }),
        None => Either::Right(view! { <span class="chat-tombstone">{text!(chat.removed)}</span> }),
    };
    Some(view! {
        <p class="chat-words" id=id title=move || is_alive.get().then(|| local_time(sent_at))>
            <AuthorName author />
            ": "
            {words}
        </p>
    })
}

/// Icon and words for who is more than a viewer.
fn mark_of(role: ChatRole) -> Option<(&'static str, &'static str)> {
    match role {
        ChatRole::Creator => Some(("radio", text!(chat.creator))),
        ChatRole::Moderator => Some(("shield", text!(chat.moderator))),
        ChatRole::Viewer => None,
    }
}

#[component]
fn AuthorName(author: ChatAuthor) -> impl IntoView {
    let mark = mark_of(author.role).map(|(icon, words)| {
        view! {
            <span class="chat-mark" title=words>
                <Icon name=icon />
                <span class="visually-hidden">{words}" "</span>
            </span>
        }
    });
    match (author.username, author.display_name) {
        (Some(username), Some(name)) => {
            let class = format!("chat-name {}", hue_of(&username));
            let address = address_of(&username, &name);
            Either::Left(view! {
                {mark}
                <bdi class=class title=address>
                    {name}
                </bdi>
            })
        }
        _ => Either::Right(view! { <span class="chat-name chat-name-gone">{text!(chat.deleted_account)}</span> }),
    }
}

fn actions_name(line: &ChatLine) -> String {
    match line.author().and_then(|author| author.display_name.clone()) {
        Some(author) => text!(chat.actions_for, author = author),
        None => text!(chat.actions_for_deleted_account).to_owned(),
    }
}

fn remove_name(line: &ChatLine) -> String {
    match line.author().and_then(|author| author.display_name.clone()) {
        Some(author) => text!(chat.remove_of, author = author),
        None => text!(chat.remove_of_deleted_account).to_owned(),
    }
}

#[component]
fn ActionsButton(line: StoredValue<ChatLine>, lines: Lines, is_open: Memo<bool>) -> impl IntoView {
    let (number, name) = line.with_value(|line| (line.number, actions_name(line)));
    let toggle = move |_| lines.open.update(|open| *open = if *open == Some(number) { None } else { Some(number) });
    view! {
        <button
            type="button"
            class="button quiet small icon-only chat-actions-button"
            aria-expanded=move || if is_open.get() { "true" } else { "false" }
            aria-describedby=words_id(number)
            tabindex=move || if lines.stop.get() == Some(number) { "0" } else { "-1" }
            on:focus=move |_| lines.focused.set(Some(number))
            on:click=toggle
        >
            <Icon name="ellipsis-vertical" />
            <span class="visually-hidden">{name}</span>
        </button>
    }
}

#[component]
fn LineActions(line: StoredValue<ChatLine>, lines: Lines) -> impl IntoView {
    let name = line.with_value(actions_name);
    let act = Callback::new(move |action: LineAction| {
        lines.open.set(None);
        lines.on_action.run(action);
    });
    let remove = move || {
        let may_remove = line.with_value(|line| lines.reader.with(|reader| reader.may_remove(line)));
        may_remove.then(|| {
            let (id, name) = line.with_value(|line| (line.id.clone(), remove_name(line)));
            view! { <ActionButton icon="trash-2" label=text!(chat.remove) name action=LineAction::Remove(id) act /> }
        })
    };
    let stop = move || {
        let user = line.with_value(|line| lines.reader.with(|reader| reader.may_stop(line)));
        user.map(|user| view! { <StopButtons user line lines act /> })
    };
    view! {
        <div class="chat-actions" role="group" aria-label=name>
            {remove}
            {stop}
        </div>
    }
}

#[component]
fn StopButtons(user: String, line: StoredValue<ChatLine>, lines: Lines, act: Callback<LineAction>) -> impl IntoView {
    let role = line.with_value(|line| line.author().map(|author| author.role).unwrap_or_default());
    let author = line.with_value(|line| line.author().and_then(|author| author.display_name.clone()));
    let author = author.unwrap_or_else(|| user.clone());
    let time_outs = TIME_OUTS_SECS.map(|seconds| {
        let action = LineAction::Stop { user: user.clone(), seconds: Some(seconds) };
        let label = length_words(seconds);
        let name = text!(chat.time_out_of, author = author.clone(), length = label.clone());
        view! { <ActionButton icon="clock" label name action act /> }
    });
    let ban = LineAction::Stop { user: user.clone(), seconds: None };
    let ban_name = text!(chat.ban_of, author = author.clone());
    let make = move || {
        let (user, author) = (user.clone(), author.clone());
        let is_creator = lines.reader.with(|reader| reader.role == ChatRole::Creator);
        let (icon, label, name, action) = match role {
            ChatRole::Moderator => (
                "user-minus",
                text!(chat.remove_as_moderator),
                text!(chat.remove_as_moderator_of, author = author),
                LineAction::RemoveModerator(user),
            ),
            ChatRole::Viewer | ChatRole::Creator => (
                "shield",
                text!(chat.make_moderator),
                text!(chat.make_moderator_of, author = author),
                LineAction::AddModerator(user),
            ),
        };
        is_creator.then(|| view! { <ActionButton icon label name action act /> })
    };
    view! {
        <div class="chat-time-outs">
            // Only to be seen: each button is named after all that it does.
            <span class="chat-actions-label" aria-hidden="true">
                {text!(chat.time_out_for)}
            </span>
            {time_outs.into_iter().collect_view()}
        </div>
        <ActionButton icon="ban" label=text!(chat.ban) name=ban_name action=ban act />
        {make}
    }
}

#[component]
fn ActionButton(
    icon: &'static str,
    /// What is read on it.
    #[prop(into)]
    label: String,
    /// The same with whom it is about.
    name: String,
    action: LineAction,
    act: Callback<LineAction>,
) -> impl IntoView {
    view! {
        <button type="button" class="button small" aria-label=name on:click=move |_| act.run(action.clone())>
            <Icon name=icon />
            {label}
        </button>
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::timestamp::Timestamp;

    fn line(name: &str, role: ChatRole) -> ChatLine {
        let author = ChatAuthor { username: Some(name.into()), display_name: Some(name.into()), role };
        ChatLine {
            id: LineId("l".into()),
            number: 1,
            revision: Some(1),
            sent_at: Timestamp(0),
            content: LineContent::Message { author, text: "hi".into() },
        }
    }

    fn reader(name: &str, role: ChatRole) -> Reader {
        Reader { username: Some(name.into()), role }
    }

    #[test]
    fn a_message_is_named_after_all_that_is_seen_of_it() {
        let when = || Some("12:30".to_owned());
        assert_eq!(name_of(&line("Bob", ChatRole::Viewer), when()), "Bob, hi, 12:30");
        assert_eq!(name_of(&line("Mo", ChatRole::Moderator), None), "Mo, Moderator, hi");
        let held = ChatLine { revision: None, ..line("Bob", ChatRole::Viewer) };
        assert_eq!(name_of(&held, when()), "Bob, hi, Only you and moderators see this yet, 12:30");
        let author = ChatAuthor { username: None, display_name: None, role: ChatRole::Viewer };
        let gone = ChatLine { content: LineContent::Deleted { author }, ..held };
        let gone = ChatLine { revision: Some(2), ..gone };
        assert_eq!(name_of(&gone, when()), "deleted account, Message removed, 12:30");
    }

    #[test]
    fn everybody_may_remove_what_they_wrote_and_stop_nobody() {
        let bob = reader("bob", ChatRole::Viewer);
        let own = line("bob", ChatRole::Viewer);
        assert!(bob.may_remove(&own) && bob.may_stop(&own).is_none());
        assert!(!bob.may_act_on(&line("eve", ChatRole::Viewer)));
        assert!(!Reader::default().may_act_on(&own));
    }

    #[test]
    fn moderators_act_on_viewers_and_the_creator_on_all() {
        let moderator = reader("mo", ChatRole::Moderator);
        assert_eq!(moderator.may_stop(&line("eve", ChatRole::Viewer)).as_deref(), Some("eve"));
        assert!(!moderator.may_act_on(&line("may", ChatRole::Moderator)));
        let creator = reader("cleo", ChatRole::Creator);
        assert!(creator.may_remove(&line("may", ChatRole::Moderator)));
        assert_eq!(creator.may_stop(&line("cleo", ChatRole::Creator)), None);
    }

    #[test]
    fn who_wrote_a_removed_message_can_still_be_stopped() {
        let author =
            ChatAuthor { username: Some("eve".into()), display_name: Some("Eve".into()), role: ChatRole::Viewer };
        let gone = ChatLine { content: LineContent::Deleted { author }, ..line("eve", ChatRole::Viewer) };
        let moderator = reader("mo", ChatRole::Moderator);
        assert!(!moderator.may_remove(&gone) && moderator.may_stop(&gone).is_some());
    }
}
