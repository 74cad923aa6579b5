//! What keeps a player connected: it connects when there is something to see, tries again when the connection breaks,
//! each time with a fresh token, and stops when the stream is over.
//!
//! Attempts are numbered. Whatever comes back from one that was given up changes nothing.

use std::{
    cell::{Cell, RefCell},
    rc::{Rc, Weak},
    time::Duration,
};

use leptos::{prelude::*, task::spawn_local};

use super::{
    measuring::Measuring,
    playback::{Measures, Playback, Source},
    player::{ConnectError, Player, PlayerEvent},
    timers::{Timer, within},
};
use crate::{
    api::error::{ApiError, ErrorCode},
    domain::playback::{Media, retry_delay},
    text,
};

/// How long a token may take.
const TOKEN_WITHIN: Duration = Duration::from_secs(10);
/// The page hears that a stream is over a little before or after LiveKit's door does: the wait before asking again.
const ASK_AGAIN_AFTER: Duration = Duration::from_secs(1);

enum Failure {
    Connect(ConnectError),
    Token(ApiError),
    TokenTooSlow,
}

/// What keeps one [`Playback`] connected. It holds no signal alive: the page, and they with it, may be gone.
pub(super) struct Engine {
    playback: Playback,
    pub(super) player: Player,
    source: Source,
    /// While it is wanted, and if it is to be measured.
    measuring: RefCell<Option<Measuring>>,
    is_wanted: Cell<bool>,
    /// Names the current attempt; one that comes back with another number is out of date.
    attempt: Rc<Cell<u32>>,
    /// In a row.
    failures: Cell<u32>,
    retry: RefCell<Option<Timer>>,
    myself: Weak<Self>,
}

impl Engine {
    /// One that is not connected yet.
    pub(super) fn new(playback: Playback, video: &web_sys::HtmlVideoElement, source: Source) -> Rc<Self> {
        Rc::new_cyclic(|myself: &Weak<Self>| {
            let listener = myself.clone();
            let report = move |event| {
                if let Some(engine) = listener.upgrade() {
                    engine.hear(event);
                }
            };
            Self {
                playback,
                player: Player::new(video, source.measures == Measures::All, report),
                source,
                measuring: RefCell::new(None),
                is_wanted: Cell::new(false),
                attempt: Rc::default(),
                failures: Cell::new(0),
                retry: RefCell::new(None),
                myself: myself.clone(),
            }
        })
    }

    /// Connects, or lets go; what is so already stays.
    pub(super) fn want(&self, wanted: bool) {
        if self.is_wanted.replace(wanted) == wanted {
            return;
        }
        if wanted {
            self.measuring.replace(match self.source.measures {
                Measures::Nothing => None,
                Measures::Counters => Some(Measuring::count(self.playback, &self.player)),
                Measures::All => Some(Measuring::start(self.playback, &self.player)),
            });
            self.start();
        } else {
            self.stop();
        }
    }

    /// Connects anew, if it is wanted, whatever failed before.
    pub(super) fn start(&self) {
        if self.is_wanted.get() {
            self.failures.set(0);
            self.show(Media::Loading);
            self.connect();
        }
    }

    fn stop(&self) {
        self.attempt.set(self.attempt.get() + 1);
        self.retry.take();
        self.measuring.take();
        self.player.leave();
        self.show(Media::Idle);
        self.playback.sound_is_blocked.try_set(false);
    }

    fn connect(&self) {
        self.retry.take();
        let number = self.attempt.get() + 1;
        self.attempt.set(number);
        let (current, myself) = (self.attempt.clone(), self.myself.clone());
        let (token, connector) = ((self.source.token)(), self.player.connector());
        spawn_local(async move {
            let result = async {
                let token = within(TOKEN_WITHIN, token).await.ok_or(Failure::TokenTooSlow)?.map_err(Failure::Token)?;
                if current.get() != number {
                    return Ok(());
                }
                connector.connect(&token).await.map_err(Failure::Connect)
            }
            .await;
            if let (Err(failure), Some(engine)) = (result, myself.upgrade())
                && current.get() == number
            {
                engine.failed(failure);
            }
        });
    }

    fn failed(&self, failure: Failure) {
        let message = match failure {
            Failure::Connect(ConnectError::Library) => {
                return self.show(Media::Failed(text!(player.not_loadable).to_owned()));
            }
            Failure::Token(error) if error.code == ErrorCode::ChannelOffline => return self.again_in(ASK_AGAIN_AFTER),
            Failure::Token(error) => error.message,
            Failure::TokenTooSlow => text!(frame.server_too_slow).to_owned(),
            Failure::Connect(ConnectError::Connection) => text!(player.video_server_unreachable).to_owned(),
        };
        self.lost(message);
    }

    fn lost(&self, message: String) {
        self.failures.set(self.failures.get() + 1);
        match retry_delay(self.failures.get()) {
            Some(delay) => {
                self.show(Media::Lost);
                self.again_in(delay);
            }
            None => self.show(Media::Failed(message)),
        }
    }

    fn again_in(&self, delay: Duration) {
        let myself = self.myself.clone();
        let again = move || {
            if let Some(engine) = myself.upgrade().filter(|engine| engine.is_wanted.get()) {
                engine.connect();
            }
        };
        self.retry.replace(Some(Timer::after(delay, again)));
    }

    fn hear(&self, event: PlayerEvent) {
        match event {
            PlayerEvent::Playing { has_picture } => {
                self.failures.set(0);
                self.show(Media::Playing { has_picture });
            }
            PlayerEvent::Waiting => self.show(Media::Loading),
            PlayerEvent::Stalled => self.show(Media::Stalled),
            PlayerEvent::Reconnecting => self.show(Media::Lost),
            PlayerEvent::Disconnected if self.is_wanted.get() => {
                self.lost(text!(player.connection_broke).to_owned());
            }
            PlayerEvent::Disconnected => {}
            PlayerEvent::Metadata(text) => {
                // Metadata that is not ours says nothing.
                if let Ok(state) = serde_json::from_str(&text) {
                    (self.source.metadata)(state);
                }
            }
            PlayerEvent::Chat(text) => {
                // Lines of a version that this page cannot read come again when the page catches up.
                if let Ok(lines) = serde_json::from_str(&text) {
                    (self.source.chat)(lines);
                }
            }
            PlayerEvent::Blocked(is_blocked) => {
                let _ = self.playback.sound_is_blocked.try_set(is_blocked);
            }
            PlayerEvent::Paused(is_paused) => {
                let _ = self.playback.is_paused.try_set(is_paused);
            }
            PlayerEvent::Layers(layers) => {
                let _ = self.playback.layers.try_set(layers);
            }
            PlayerEvent::PictureInPicture(state) => {
                let _ = self.playback.picture_in_picture.try_set(state);
            }
        }
    }

    /// The page, and its signals with it, may be gone.
    fn show(&self, media: Media) {
        if !matches!(media, Media::Playing { .. } | Media::Stalled) {
            self.measuring.borrow().iter().for_each(Measuring::forget);
        }
        let _ = self.playback.media.try_set(media);
    }
}

impl Drop for Engine {
    fn drop(&mut self) {
        self.attempt.set(self.attempt.get() + 1);
    }
}
