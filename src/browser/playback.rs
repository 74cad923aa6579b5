//! A player as signals: what it does, from which [`PlayerPhase`](crate::domain::playback::PlayerPhase) makes what is
//! shown, and what its viewer wants of it.
//!
//! A page may make one while it renders; from [`Playback::follow`] on, `playback_engine.rs` keeps it connected. Where
//! tokens come from is the page's [`Source`].

use std::{future::Future, pin::Pin, rc::Rc};

use leptos::{html, prelude::*};

use super::{playback_engine::Engine, storage};
use crate::{
    api::{
        channels::{ChannelState, RoomToken},
        error::ApiError,
    },
    domain::{
        chat::ChatLine,
        media_report::MediaReport,
        picture_quality::{Layer, PictureQuality},
        picture_watch::Warning,
        playback::{Media, PictureInPicture, PlayerAction, Sound},
    },
};

type TokenFuture = Pin<Box<dyn Future<Output = Result<RoomToken, ApiError>>>>;

/// Where tokens come from, and where metadata and lines of the chat go to.
pub struct Source {
    pub(super) token: Box<dyn Fn() -> TokenFuture>,
    pub(super) metadata: Box<dyn Fn(ChannelState)>,
    pub(super) chat: Box<dyn Fn(Vec<ChatLine>)>,
    pub(super) measures: Measures,
}

/// What is measured of what comes.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Measures {
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
