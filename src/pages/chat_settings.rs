//! The settings of the creator's chat: each change shows at once, is sent after the one before it, can be taken back
//! for a few seconds, and goes back by itself when the server refuses it.
//!
//! What they are is `domain/chat_settings.rs`; who may write by them is decided on the server.

use leptos::{prelude::*, task::spawn_local};

use super::lists::in_time;
use crate::{
    api::stream::{ChatSettingsChange, change_chat_settings},
    browser::channel_feed::ChannelFeed,
    components::{
        chat_settings::{ChatSettingsPanel, PendingSettings},
        settings_undo::Undoable,
    },
    domain::{chat_settings::ChatSettings, fields::FieldErrors},
    text,
};

/// The settings as they are on their way to the server.
#[derive(Clone, Copy)]
struct Saving {
    feed: ChannelFeed,
    /// What is shown.
    settings: Memo<ChatSettings>,
    pending: RwSignal<PendingSettings>,
    error: RwSignal<Option<String>>,
    field_errors: RwSignal<FieldErrors>,
    undoable: RwSignal<Option<Undoable>>,
}

impl Saving {
    fn new(feed: ChannelFeed) -> Self {
        let pending = RwSignal::new(PendingSettings::default());
        let settings = Memo::new(move |_| {
            feed.state.with(|state| pending.with(|pending| pending.shown(state.version, state.chat)))
        });
        Effect::new(move |_| {
            let server = feed.state.with(|state| state.chat);
            pending.update_untracked(|pending| pending.hear(server));
        });
        Self {
            feed,
            settings,
            pending,
            error: RwSignal::new(None),
            field_errors: RwSignal::new(FieldErrors::default()),
            undoable: RwSignal::new(None),
        }
    }

    fn change(self, change: &ChatSettingsChange) {
        let before = self.settings.get_untracked();
        if let Some(number) = self.begin(change) {
            self.undoable.set(Undoable::of(number, change, before, self.settings.get_untracked()));
        }
    }

    /// Gives the number of the change, unless it breaks a rule.
    fn begin(self, change: &ChatSettingsChange) -> Option<u32> {
        self.error.set(None);
        let is_first = self.pending.with_untracked(|pending| pending.first().is_none());
        match self.pending.try_update(|pending| pending.begin(change))? {
            Ok(number) => {
                self.field_errors.set(FieldErrors::default());
                if is_first {
                    spawn_local(self.save(self.pending.into()));
                }
                Some(number)
            }
            Err(errors) => {
                self.field_errors.set(errors);
                None
            }
        }
    }

    /// Sends what is pending, one change after the other, also when the page is gone meanwhile.
    async fn save(self, pending: ArcRwSignal<PendingSettings>) {
        while let Some((number, change)) = pending.with_untracked(PendingSettings::first) {
            let answer = in_time(change_chat_settings(change)).await;
            let version = self.feed.state.try_with_untracked(|state| state.version).unwrap_or_default();
            match answer {
                Ok(settings) => pending.update(|pending| pending.confirm(number, version, settings)),
                Err(message) => {
                    pending.update(|pending| pending.drop_change(number));
                    let is_another = |done: &Undoable| done.number != number;
                    let _ = self.undoable.try_update(|done| *done = done.take().filter(is_another));
                    let _ = self.error.try_set(Some(text!(chat.not_saved, reason = message)));
                }
            }
        }
    }
}

/// The settings of the chat.
#[component]
pub(super) fn ChatSettingsSection(feed: ChannelFeed) -> impl IntoView {
    let saving = Saving::new(feed);
    view! {
        <ChatSettingsPanel
            settings=saving.settings
            pending=saving.pending
            error=saving.error
            field_errors=saving.field_errors
            undoable=saving.undoable
            on_undo=move |change| {
                saving.begin(&change);
            }
            on_change=move |change| saving.change(&change)
        />
    }
}
