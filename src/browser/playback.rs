//! A player that follows its stream: it connects when there is something to see, tries again when the connection
//! breaks, each time with a fresh token, and stops when the stream is over.
//!
//! What it does is in signals, from which [`PlayerPhase`](crate::domain::playback::PlayerPhase) makes what is shown.

use std::{
    cell::{Cell, RefCell},
    future::Future,
    pin::Pin,
    rc::{Rc, Weak},
    time::Duration,
};

use leptos::{html, prelude::*, task::spawn_local};

use super::{
    measuring::Measuring,
    player::{ConnectError, Player, PlayerEvent},
    storage,
    timers::{Timer, within},
};
use crate::{
    api::{
        channels::{ChannelState, RoomToken},
        error::{ApiError, ErrorCode},
    },
    domain::{
        chat::ChatLine,
        media_report::MediaReport,
        picture_quality::{Layer, PictureQuality},
        picture_watch::Warning,
        playback::{Media, PictureInPicture, PlayerAction, Sound, retry_delay},
    },
    text,
};

/// How long a token may take.
const TOKEN_WITHIN: Duration = Duration::from_secs(10);
/// The page hears that a stream is over a little before or after LiveKit's door does: the wait before asking again.
const ASK_AGAIN_AFTER: Duration = Duration::from_secs(1);

type TokenFuture = Pin<Box<dyn Future<Output = Result<RoomToken, ApiError>>>>;

/// Where tokens come from, and where metadata and lines of the chat go to.
pub struct Source {
    token: Box<dyn Fn() -> TokenFuture>,
    metadata: Box<dyn Fn(ChannelState)>,
    chat: Box<dyn Fn(Vec<ChatLine>)>,
    measures: Measures,
}

/// What is measured of what comes.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Measures {
    Nothing,
    /// WebRTC's counters.
    Counters,
    /// The counters, picture and sound, in the best quality there is.
    All,
}

impl Source {
    /// Tokens from that; metadata and chat are ignored, and nothing is measured.
    pub fn new<F>(token: impl Fn() -> F + 'static) -> Self
    where
        F: Future<Output = Result<RoomToken, ApiError>> + 'static,
    {
        let token: Box<dyn Fn() -> TokenFuture> = Box::new(move || Box::pin(token()));
        Self { token, metadata: Box::new(|_| {}), chat: Box::new(|_| {}), measures: Measures::Nothing }
    }

    /// Calls `take` with the room's metadata, whenever it changes.
    #[must_use]
    pub fn on_metadata(mut self, take: impl Fn(ChannelState) + 'static) -> Self {
        self.metadata = Box::new(take);
        self
    }

    /// Calls `take` with lines of the chat, as they come.
    #[must_use]
    pub fn on_chat(mut self, take: impl Fn(Vec<ChatLine>) + 'static) -> Self {
        self.chat = Box::new(take);
        self
    }

    /// Counts what comes, in the quality that it is shown in: [`Playback::report`] alone.
    #[must_use]
    pub fn counted(mut self) -> Self {
        self.measures = Measures::Counters;
        self
    }

    /// Measures what comes, in its best quality: [`Playback::report`], [`Playback::level`], [`Playback::warnings`].
    #[must_use]
    pub fn measured(mut self) -> Self {
        self.measures = Measures::All;
        self
    }
}

/// The signals of a player, and the elements that it uses.
#[derive(Clone, Copy)]
pub struct Playback {
    /// What the media connection does.
    pub media: RwSignal<Media>,
    /// How loud.
    pub sound: RwSignal<Sound>,
    /// The browser wants a tap before it lets sound out.
    pub sound_is_blocked: RwSignal<bool>,
    /// The viewer paused it.
    pub is_paused: RwSignal<bool>,
    /// The viewer wants the page filled with it.
    pub is_theatre: RwSignal<bool>,
    /// Which of the sizes of the picture the viewer wants.
    pub quality: RwSignal<PictureQuality>,
    /// What there is to choose from; of a picture that is gone until another one comes.
    pub layers: RwSignal<Vec<Layer>>,
    /// The picture can be, or is, in a window of its own.
    pub picture_in_picture: RwSignal<PictureInPicture>,
    /// Size, rates and delay, every second or two; `None` while nothing comes or nothing is measured.
    pub report: RwSignal<Option<MediaReport>>,
    /// How loud, 0 to 1, ten times a second, also while muted; `None` while the browser cannot or may not listen.
    pub level: RwSignal<Option<f64>>,
    /// What may be wrong with it.
    pub warnings: RwSignal<Vec<Warning>>,
    /// Where the picture goes.
    pub video: NodeRef<html::Video>,
    /// What fills the screen: the picture with its controls.
    pub stage: NodeRef<html::Div>,
    engine: RwSignal<Option<StoredValue<Rc<Engine>, LocalStorage>>>,
}

impl Playback {
    /// Signals only; nothing is connected before [`Self::follow`].
    pub fn new(sound: Sound) -> Self {
        Self {
            media: RwSignal::new(Media::Idle),
            sound: RwSignal::new(sound),
            sound_is_blocked: RwSignal::new(false),
            is_paused: RwSignal::new(false),
            is_theatre: RwSignal::new(false),
            quality: RwSignal::new(PictureQuality::Automatic),
            layers: RwSignal::new(Vec::new()),
            picture_in_picture: RwSignal::new(PictureInPicture::Unavailable),
            report: RwSignal::new(None),
            level: RwSignal::new(None),
            warnings: RwSignal::new(Vec::new()),
            video: NodeRef::new(),
            stage: NodeRef::new(),
            engine: RwSignal::new(None),
        }
    }

    /// Takes over how loud the last player was, and remembers it from now on. Only in an effect.
    pub fn remember_sound(self) {
        if let Some(sound) = storage::sound() {
            self.sound.set(sound);
        }
        Effect::watch(move || self.sound.get(), |sound, _, _| storage::remember_sound(*sound), false);
    }

    /// Fills the page if the last player did, and remembers whether it does from now on. Only in an effect.
    pub fn remember_theatre(self) {
        self.is_theatre.set(storage::theatre());
        Effect::watch(move || self.is_theatre.get(), |is_on, _, _| storage::remember_theatre(*is_on), false);
    }

    /// Wants the size of the picture that the last player had, and remembers which is wanted from now on. Only in an
    /// effect.
    pub fn remember_quality(self) {
        self.quality.set(storage::quality());
        Effect::watch(move || self.quality.get(), |quality, _, _| storage::remember_quality(*quality), false);
    }

    /// Is connected while `wanted`. Only in an effect, which has to run again when the video element changes.
    pub fn follow(self, wanted: Signal<bool>, source: Source) {
        let Some(video) = self.video.get() else { return };
        let engine = StoredValue::new_local(Engine::new(self, &video, source));
        self.engine.set(Some(engine));
        Effect::new(move |_| {
            let sound = self.sound.get();
            engine.with_value(|engine| engine.player.set_sound(sound));
        });
        // Each picture that comes tells of its sizes, be they the same: it is told which is wanted.
        Effect::new(move |_| {
            let layer = self.layers.with(|layers| self.quality.get().among(layers));
            engine.with_value(|engine| engine.player.choose_layer(layer));
        });
        Effect::new(move |_| {
            let wanted = wanted.get();
            engine.with_value(|engine| engine.want(wanted));
        });
    }

    /// Does what the viewer asked for. Only in an event handler.
    pub fn act(self, action: PlayerAction) {
        match action {
            PlayerAction::ToggleMute => self.sound.update(|sound| *sound = sound.toggled()),
            PlayerAction::SetVolume(volume) => self.sound.set(Sound::with_volume(volume)),
            PlayerAction::Unlock => {
                self.with_engine(|engine| engine.player.unlock());
                if self.sound.get_untracked().is_muted {
                    self.sound.update(|sound| *sound = sound.toggled());
                }
            }
            PlayerAction::TogglePause => self.with_engine(|engine| engine.player.toggle_pause()),
            PlayerAction::Retry => self.with_engine(Engine::start),
            PlayerAction::ToggleTheatre => self.is_theatre.update(|is_on| *is_on = !*is_on),
            PlayerAction::SetQuality(quality) => self.quality.set(quality),
            PlayerAction::TogglePictureInPicture => {
                self.with_engine(|engine| engine.player.toggle_picture_in_picture());
            }
            PlayerAction::ToggleFullScreen => {
                let Some(stage) = self.stage.get_untracked() else { return };
                self.with_engine(|engine| engine.player.toggle_full_screen(&stage));
            }
        }
    }

    fn with_engine(self, work: impl FnOnce(&Engine)) {
        if let Some(engine) = self.engine.get_untracked() {
            engine.try_with_value(|engine| work(engine));
        }
    }
}

enum Failure {
    Connect(ConnectError),
    Token(ApiError),
    TokenTooSlow,
}

struct Engine {
    playback: Playback,
    player: Player,
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
    fn new(playback: Playback, video: &web_sys::HtmlVideoElement, source: Source) -> Rc<Self> {
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

    fn want(&self, wanted: bool) {
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

    fn start(&self) {
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
            Failure::TokenTooSlow => text!(player.server_too_slow).to_owned(),
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
