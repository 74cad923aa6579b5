//! Announces a chat to screen readers, and remembers whether that is wanted. What is announced, and when, is
//! [`ChatAnnouncer`]'s; what was announced is taken away again once it has been read out.

use std::{
    cell::{Cell, RefCell},
    rc::{Rc, Weak},
};

use leptos::prelude::*;

use super::{chat_feed::ChatFeed, storage, timers::Timer};
use crate::domain::{chat_announcer::ChatAnnouncer, timestamp::Timestamp};

/// What is announced of a chat, and whether anything is.
#[derive(Clone, Copy)]
pub struct ChatAnnouncements {
    /// Whether new messages are announced.
    pub is_on: RwSignal<bool>,
    /// What is being read out. Each text has a number: the same words again are another announcement.
    pub said: RwSignal<Vec<(u32, String)>>,
}

impl ChatAnnouncements {
    /// Signals only: on, as for everybody who has not chosen.
    pub fn new() -> Self {
        Self { is_on: RwSignal::new(true), said: RwSignal::new(Vec::new()) }
    }

    /// Announces that chat from now on. Only in an effect.
    pub fn follow(self, chat: ChatFeed) {
        Effect::new(move |_| self.is_on.set(!storage::chat_is_quiet()));
        Effect::new(move |voice: Option<Rc<Voice>>| {
            let voice = voice.unwrap_or_else(|| Voice::new(chat, self.said));
            let is_on = self.is_on.get();
            voice.announcer.borrow_mut().turn(is_on);
            voice.hear();
            voice
        });
    }

    /// Turns them on or off, here and for the next visit.
    pub fn turn(self, is_on: bool) {
        storage::remember_chat_quiet(!is_on);
        self.is_on.set(is_on);
    }
}

impl Default for ChatAnnouncements {
    fn default() -> Self {
        Self::new()
    }
}

struct Voice {
    chat: ChatFeed,
    said: RwSignal<Vec<(u32, String)>>,
    announcer: RefCell<ChatAnnouncer>,
    /// The number of the next text.
    next: Cell<u32>,
    timer: RefCell<Option<Timer>>,
    myself: Weak<Self>,
}

impl Voice {
    fn new(chat: ChatFeed, said: RwSignal<Vec<(u32, String)>>) -> Rc<Self> {
        Rc::new_cyclic(|myself| Self {
            chat,
            said,
            announcer: RefCell::default(),
            next: Cell::new(0),
            timer: RefCell::new(None),
            myself: myself.clone(),
        })
    }

    /// Takes in the chat as it is, and again when it changes: in an effect.
    fn hear(&self) {
        let username = self.chat.standing.with(|standing| standing.username.clone());
        let now = now();
        self.chat.log.with(|log| self.announcer.borrow_mut().hear(log, username.as_deref(), now));
        self.wait(now);
    }

    fn wait(&self, now: Timestamp) {
        if self.timer.borrow().is_some() {
            return;
        }
        let Some(left) = self.announcer.borrow().left(now) else { return };
        let myself = self.myself.clone();
        let timer = Timer::after(left, move || {
            if let Some(voice) = myself.upgrade() {
                voice.timer.take();
                voice.speak();
            }
        });
        self.timer.replace(Some(timer));
    }

    fn speak(&self) {
        let now = now();
        let said = self.chat.log.try_with_untracked(|log| self.announcer.borrow_mut().say(log, now));
        let Some(said) = said else { return };
        let numbered = said.into_iter().map(|text| {
            let number = self.next.get();
            self.next.set(number.wrapping_add(1));
            (number, text)
        });
        let _ = self.said.try_set(numbered.collect());
        self.wait(now);
    }
}

#[expect(clippy::cast_possible_truncation, reason = "milliseconds since 1970 are far below 2^53")]
fn now() -> Timestamp {
    Timestamp(js_sys::Date::now() as i64)
}
