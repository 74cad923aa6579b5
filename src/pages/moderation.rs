//! Keeping order in a channel: what is done about lines and people, and the lists of what was done. On the dashboard
//! all of it, on the watch page what a moderator needs at hand.

use leptos::{prelude::*, task::spawn_local};

use super::lists::{List, in_time};
use crate::{
    api::chat::{
        add_moderator, ban, bans, blocked_words, change_blocked_words, delete_message, moderation_actions, moderators,
        remove_moderator, unban,
    },
    browser::chat_feed::ChatFeed,
    components::{
        blocked_words::{BlockedWordsEditor, WordsDraft, WordsLoad},
        chat_line::LineAction,
        disclosure::Disclosure,
        feedback::SaveState,
        moderation::{ActionList, BanList, ModeratorList, length_words},
        toast::{ToastKind, Toasts, use_toasts},
    },
    domain::{account::Username, blocked_words::BlockedWords, fields::Change},
    text,
};

/// Keeping order in one channel.
#[derive(Clone, Copy)]
pub struct Moderation {
    chat: ChatFeed,
    channel: StoredValue<String>,
    toasts: Toasts,
    /// Goes up with each thing done: lists that are open load again.
    done: RwSignal<u32>,
}

impl Moderation {
    /// In the channel of `username`. Call it while rendering.
    pub(super) fn new(chat: ChatFeed, username: String) -> Self {
        Self { chat, channel: StoredValue::new(username), toasts: use_toasts(), done: RwSignal::new(0) }
    }

    /// Does what was asked for, and says how it went.
    pub(super) fn act(self, action: LineAction) {
        self.run(async move |channel| match action {
            LineAction::Remove(id) => {
                self.chat.expect_gone(id.clone());
                in_time(delete_message(id.to_string())).await?;
                // The tombstone says it.
                Ok(None)
            }
            LineAction::Stop { user, seconds } => {
                let length = seconds.map_or(Change::Clear, Change::Set);
                in_time(ban(Some(channel), user.clone(), length)).await?;
                Ok(Some(match seconds {
                    Some(seconds) => text!(moderation.is_timed_out, name = user, length = length_words(seconds)),
                    None => text!(moderation.is_banned, name = user),
                }))
            }
            LineAction::AddModerator(user) => {
                in_time(add_moderator(user.clone())).await?;
                Ok(Some(text!(moderation.is_moderator, name = user)))
            }
            LineAction::RemoveModerator(user) => {
                in_time(remove_moderator(user.clone())).await?;
                Ok(Some(text!(moderation.is_moderator_no_more, name = user)))
            }
        });
    }

    fn unban(self, user: String) {
        self.run(async move |channel| {
            in_time(unban(Some(channel), user.clone())).await?;
            Ok(Some(text!(moderation.can_write_again, name = user)))
        });
    }

    fn run(self, work: impl AsyncFnOnce(String) -> Result<Option<String>, String> + 'static) {
        let channel = self.channel.get_value();
        spawn_local(async move {
            match work(channel).await {
                Ok(Some(words)) => self.toasts.say(words, ToastKind::Success),
                Ok(None) => {}
                Err(message) => self.toasts.say(message, ToastKind::Failure),
            }
            self.chat.catch_up();
            let _ = self.done.try_update(|done| *done += 1);
        });
    }

    /// Loads when it is opened, and again when something was done while it is open.
    fn load_when_open(self, is_open: RwSignal<bool>, load: impl Fn() + 'static) {
        Effect::new(move |_| {
            self.done.track();
            if is_open.get() {
                load();
            }
        });
    }
}

/// All of it, for the creator.
#[component]
pub fn ModerationPanel(
    /// Of which channel.
    moderation: Moderation,
) -> impl IntoView {
    view! {
        <section class="panel moderation needs-program" aria-labelledby="moderation-title">
            <h2 id="moderation-title">{text!(moderation.title)}</h2>
            <Bans moderation />
            <Moderators moderation />
            <Words />
            <Actions moderation />
        </section>
    }
}

/// What a moderator needs at hand beside the player.
#[component]
pub fn ModerationCorner(
    /// Of which channel.
    moderation: Moderation,
) -> impl IntoView {
    let is_open = RwSignal::new(false);
    view! {
        <section class="moderation-corner needs-program" aria-label=text!(moderation.title)>
            <Disclosure id="moderation-corner" label=text!(moderation.title) is_open>
                <div class="panel moderation">
                    <Bans moderation />
                    <Actions moderation />
                </div>
            </Disclosure>
        </section>
    }
}

#[component]
fn Bans(moderation: Moderation) -> impl IntoView {
    let list = List::new();
    let is_open = RwSignal::new(false);
    let fetch = move |cursor| bans(Some(moderation.channel.get_value()), cursor);
    moderation.load_when_open(is_open, move || list.load(fetch));
    view! {
        <Disclosure id="bans" label=text!(moderation.bans) is_open>
            <BanList
                bans=list.listing
                on_unban=move |user| moderation.unban(user)
                on_load=move || list.load_more(fetch)
            />
        </Disclosure>
    }
}

#[component]
fn Actions(moderation: Moderation) -> impl IntoView {
    let list = List::new();
    let is_open = RwSignal::new(false);
    let fetch = move |cursor| moderation_actions(Some(moderation.channel.get_value()), cursor);
    moderation.load_when_open(is_open, move || list.load(fetch));
    view! {
        <Disclosure id="moderation-actions" label=text!(moderation.actions) is_open>
            <ActionList actions=list.listing on_load=move || list.load_more(fetch) />
        </Disclosure>
    }
}

#[component]
fn Moderators(moderation: Moderation) -> impl IntoView {
    let list = List::new();
    let is_open = RwSignal::new(false);
    let name = RwSignal::new(String::new());
    let error = RwSignal::new(None);
    let is_busy = RwSignal::new(false);
    let load = move || list.load(|_| moderators());
    moderation.load_when_open(is_open, load);
    let add = move |user: String| {
        error.set(None);
        is_busy.set(true);
        moderation.run(async move |_| {
            let answer = in_time(add_moderator(user.clone())).await;
            let _ = is_busy.try_set(false);
            // What is wrong with a name stands beside it, and not in a toast.
            let Err(message) = answer else {
                let _ = name.try_update(|typed| {
                    if Username::bare(typed) == user {
                        typed.clear();
                    }
                });
                return Ok(Some(text!(moderation.is_moderator, name = user)));
            };
            let _ = error.try_set(Some(message));
            Ok(None)
        });
    };
    view! {
        <Disclosure id="moderators" label=text!(moderation.moderators) is_open>
            <ModeratorList
                moderators=list.listing
                error
                name
                is_busy
                on_add=add
                on_remove=move |user| moderation.act(LineAction::RemoveModerator(user))
                on_load=load
            />
        </Disclosure>
    }
}

#[component]
fn Words() -> impl IntoView {
    let draft = WordsDraft::new();
    let is_open = RwSignal::new(false);
    // Once: what is typed is not replaced when the list is opened again.
    Effect::new(move |_| {
        if is_open.get() && draft.load.get_untracked() != WordsLoad::Loaded {
            load_words(draft);
        }
    });
    view! {
        <Disclosure id="blocked-words-panel" label=text!(moderation.blocked_words) is_open>
            <BlockedWordsEditor draft on_save=move |words| save_words(draft, words) on_load=move || load_words(draft) />
        </Disclosure>
    }
}

fn load_words(draft: WordsDraft) {
    draft.load.set(WordsLoad::Loading);
    spawn_local(async move {
        let answer = in_time(blocked_words()).await;
        // An earlier question may have been answered meanwhile, and words typed.
        if draft.load.try_with_untracked(|load| *load == WordsLoad::Loaded) != Some(false) {
            return;
        }
        let load = match answer {
            Ok(page) => {
                let _ = draft.text.try_set(page.items.join("\n"));
                WordsLoad::Loaded
            }
            Err(message) => WordsLoad::Failed(message),
        };
        let _ = draft.load.try_set(load);
    });
}

fn save_words(draft: WordsDraft, words: Vec<String>) {
    let wanted = match BlockedWords::parse(&words) {
        Ok(wanted) => wanted.words().to_vec(),
        Err(invalid) => {
            draft.saving.set(SaveState::Failed);
            return draft.error.set(Some(invalid.to_string()));
        }
    };
    draft.error.set(None);
    draft.saving.set(SaveState::Saving);
    let typed = draft.text.get_untracked();
    spawn_local(async move {
        let answer = in_time(change_blocked_words(Change::Set(wanted))).await;
        // Typed on meanwhile: what is in the field is not what was saved.
        let is_same = draft.text.try_with_untracked(|text| *text == typed).unwrap_or(false);
        match answer {
            Ok(page) if is_same => {
                let _ = draft.text.try_set(page.items.join("\n"));
                let _ = draft.saving.try_set(SaveState::Saved);
            }
            Ok(_) => {
                let _ = draft.saving.try_set(SaveState::Idle);
            }
            Err(message) => {
                let _ = draft.saving.try_set(SaveState::Failed);
                let _ = draft.error.try_set(Some(message));
            }
        }
    });
}
