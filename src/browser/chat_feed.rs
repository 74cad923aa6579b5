//! A chat as it changes: lines from LiveKit as hints, news of the event stream of what should be there, and pieces
//! from the server that fill what is missing. What is done with lines is [`ChatLog`]'s; when which piece is fetched is
//! `Engine`'s.

use std::{future::Future, rc::Rc};

use leptos::prelude::*;

use super::{
    chat_engine::{Engine, News, Piece},
    events::EventStreamSetup,
};
use crate::{
    api::error::ApiError,
    domain::{
        chat::{ChatLine, ChatPage},
        chat_log::ChatLog,
        chat_standing::Standing,
        id::LineId,
    },
};

/// A chat, how fresh it is, and what the reader is to it.
#[derive(Clone, Copy)]
pub struct ChatFeed {
    /// What is known of it.
    pub log: RwSignal<ChatLog>,
    /// What the reader is to the channel.
    pub standing: RwSignal<Standing>,
    /// Nothing of it is here yet.
    pub is_loading: RwSignal<bool>,
    /// It is not up to date, with the reason.
    pub failure: RwSignal<Option<String>>,
    /// Earlier messages are on their way.
    pub is_loading_older: RwSignal<bool>,
    /// Why earlier messages did not come.
    pub older_failure: RwSignal<Option<String>>,
    /// A message of the reader's was removed before anybody else saw it.
    pub lost_own: RwSignal<bool>,
    engine: RwSignal<Option<StoredValue<Rc<Engine>, LocalStorage>>>,
}

impl ChatFeed {
    /// Signals only, starting with what the page was loaded with; without a piece it is fetched by [`Self::follow`].
    pub fn new(piece: Option<Result<ChatPage, ApiError>>, standing: Standing) -> Self {
        let is_loading = piece.is_none();
        let (log, failure) = match piece {
            Some(Ok(page)) => (ChatLog::open(page), None),
            Some(Err(error)) => (ChatLog::default(), Some(error.message)),
            None => (ChatLog::default(), None),
        };
        Self {
            log: RwSignal::new(log),
            standing: RwSignal::new(standing),
            is_loading: RwSignal::new(is_loading),
            failure: RwSignal::new(failure),
            is_loading_older: RwSignal::new(false),
            older_failure: RwSignal::new(None),
            lost_own: RwSignal::new(false),
            engine: RwSignal::new(None),
        }
    }

    /// Takes pieces from there when they are needed. Only in an effect.
    pub fn follow<F>(self, fetch: impl Fn(Piece) -> F + 'static)
    where
        F: Future<Output = Result<ChatPage, ApiError>> + 'static,
    {
        let engine = Engine::new(self, Box::new(move |piece| Box::pin(fetch(piece))));
        if self.is_loading.get_untracked() || self.failure.with_untracked(Option::is_some) {
            engine.retry();
        }
        self.engine.set(Some(StoredValue::new_local(engine)));
    }

    /// Adds the chat's events to those that the page follows. Only in an effect.
    pub fn listen(self, events: EventStreamSetup) -> EventStreamSetup {
        events.on("chat", move |news: News| self.with_engine(|engine| engine.hear(news))).on(
            "standing",
            move |standing: Standing| {
                // An event stream opens with it, and counts anew what is held back.
                self.with_engine(Engine::forget_held);
                self.take_standing(standing);
            },
        )
    }

    /// Takes lines that came by themselves.
    pub fn take(self, lines: Vec<ChatLine>) {
        let _ = self.log.try_update(|log| lines.into_iter().for_each(|line| log.take(line)));
        self.with_engine(Engine::look_soon);
    }

    /// What the reader is to the channel now.
    pub fn take_standing(self, standing: Standing) {
        let sees_others = self.standing.try_maybe_update(|known| {
            let is_new = *known != standing;
            let sees_others = (&known.username, known.role) != (&standing.username, standing.role);
            *known = standing;
            (is_new, sees_others)
        });
        // Somebody else, or somebody with another role, sees other messages that are held back.
        if sees_others == Some(true) {
            self.catch_up();
        }
    }

    /// Fetches what is missing: now, or once more after what is under way.
    pub fn catch_up(self) {
        self.with_engine(Engine::catch_up);
    }

    /// Tries again after a failure.
    pub fn retry(self) {
        let _ = self.failure.try_set(None);
        self.with_engine(Engine::retry);
    }

    /// Fetches what came before.
    pub fn load_older(self) {
        self.with_engine(Engine::load_older);
    }

    /// The reader removes that line: when it vanishes, nobody else did it.
    pub fn expect_gone(self, id: LineId) {
        self.with_engine(|engine| engine.expect_gone(id));
    }

    fn with_engine(self, work: impl FnOnce(&Engine)) {
        if let Some(engine) = self.engine.try_get_untracked().flatten() {
            engine.try_with_value(|engine| work(engine));
        }
    }
}
