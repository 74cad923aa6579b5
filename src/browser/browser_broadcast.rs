//! A broadcast from the browser as signals: what somebody does goes to the media, what the media does comes back into
//! the [`BrowserBroadcast`], which says what is shown.

use std::{
    cell::Cell,
    future::Future,
    pin::Pin,
    rc::{Rc, Weak},
    time::Duration,
};

use leptos::{html, prelude::*, task::spawn_local};

use super::{
    broadcaster::{Broadcaster, BroadcasterEvent},
    player::ConnectError,
    timers::within,
};
use crate::{
    api::{error::ApiError, stream::RoomToken},
    domain::{
        browser_broadcast::{BrowserBroadcast, BrowserBroadcastAction, Ending, Next},
        capture::Choice,
    },
    text,
};

/// How long a token may take: the server makes up to three calls to LiveKit for it, of at most 4 s each.
const TOKEN_WITHIN: Duration = Duration::from_secs(13);
/// How long the server may think about why this window was put out.
const REASON_WITHIN: Duration = Duration::from_secs(3);

/// A question to the server.
type Question<T> = Box<dyn Fn() -> Pin<Box<dyn Future<Output = T>>>>;

fn question<T, F: Future<Output = T> + 'static>(ask: impl Fn() -> F + 'static) -> Question<T> {
    Box::new(move || Box::pin(ask()))
}

/// The signals of a broadcast, and the element that shows it.
#[derive(Clone, Copy)]
pub struct BrowserBroadcastSignals {
    /// What is shown.
    pub broadcast: RwSignal<BrowserBroadcast>,
    /// How loud the microphone is, 0 to 1.
    pub level: RwSignal<f64>,
    /// Scripts are there: something can be captured.
    pub is_ready: RwSignal<bool>,
    /// Where the picture goes.
    pub video: NodeRef<html::Video>,
    engine: RwSignal<Option<StoredValue<Rc<Engine>, LocalStorage>>>,
}

impl BrowserBroadcastSignals {
    /// Signals only; nothing can be captured before [`Self::begin`].
    pub fn new() -> Self {
        Self {
            broadcast: RwSignal::new(BrowserBroadcast::default()),
            level: RwSignal::new(0.0),
            is_ready: RwSignal::new(false),
            video: NodeRef::new(),
            engine: RwSignal::new(None),
        }
    }

    /// Gets ready, with tokens from there; `why_put_out` says why the server has put this window out. Only in an effect,
    /// which has to run again when the video element changes.
    pub fn begin<T, W>(self, token: impl Fn() -> T + 'static, why_put_out: impl Fn() -> W + 'static)
    where
        T: Future<Output = Result<RoomToken, ApiError>> + 'static,
        W: Future<Output = Ending> + 'static,
    {
        let Some(video) = self.video.get() else { return };
        let engine = Engine::new(self, &video, question(token), question(why_put_out));
        self.engine.set(Some(StoredValue::new_local(engine)));
        self.is_ready.set(true);
    }

    /// Does what somebody wants. Only in an event handler.
    pub fn act(self, action: BrowserBroadcastAction) {
        let Some(engine) = self.engine.get_untracked() else { return };
        engine.try_with_value(|engine| engine.act(action));
    }
}

impl Default for BrowserBroadcastSignals {
    fn default() -> Self {
        Self::new()
    }
}

struct Engine {
    signals: BrowserBroadcastSignals,
    broadcaster: Broadcaster,
    token: Question<Result<RoomToken, ApiError>>,
    why_put_out: Question<Ending>,
    /// Names what is under way; what comes back with another number was given up.
    attempt: Cell<u32>,
    myself: Weak<Self>,
}

impl Engine {
    fn new(
        signals: BrowserBroadcastSignals,
        video: &web_sys::HtmlVideoElement,
        token: Question<Result<RoomToken, ApiError>>,
        why_put_out: Question<Ending>,
    ) -> Rc<Self> {
        Rc::new_cyclic(|myself: &Weak<Self>| {
            let listener = myself.clone();
            let report = move |event| {
                if let Some(engine) = listener.upgrade() {
                    engine.hear(event);
                }
            };
            let broadcaster = Broadcaster::new(video, report);
            Self { signals, broadcaster, token, why_put_out, attempt: Cell::new(0), myself: myself.clone() }
        })
    }

    /// The page, and its signals with it, may be gone: then nothing is to be done any more.
    fn update<T>(&self, change: impl FnOnce(&mut BrowserBroadcast) -> T) -> Option<T> {
        self.signals.broadcast.try_update(change)
    }

    fn act(&self, action: BrowserBroadcastAction) {
        match action {
            BrowserBroadcastAction::Choose(choice) => self.choose(choice),
            BrowserBroadcastAction::Preview => {
                self.update(BrowserBroadcast::open);
                self.open();
            }
            BrowserBroadcastAction::GoLive => {
                self.update(BrowserBroadcast::connect);
                self.go_live();
            }
            BrowserBroadcastAction::Stop => {
                self.stop();
                self.update(BrowserBroadcast::stopped);
            }
            BrowserBroadcastAction::ToggleMute => {
                self.update(|broadcast| broadcast.is_muted = !broadcast.is_muted);
                self.mute_as_wanted();
            }
        }
    }

    /// What is on its way comes first; what is wanted by then is captured after it.
    fn choose(&self, choice: Choice) {
        let now = |broadcast: &BrowserBroadcast| (broadcast.is_changing, broadcast.choice == choice);
        let Some((is_changing, is_same)) = self.signals.broadcast.try_with_untracked(now) else { return };
        if is_changing && is_same {
            return;
        }
        let is_another = self.update(|broadcast| broadcast.choose(choice));
        self.mute_as_wanted();
        if is_another == Some(true) && !is_changing {
            self.open();
        }
    }

    /// Whoever wants no microphone is not heard from that moment on, also while the one before is still captured.
    fn mute_as_wanted(&self) {
        let is_wanted = |broadcast: &BrowserBroadcast| {
            broadcast.is_muted || (broadcast.is_changing && !broadcast.choice.has_microphone)
        };
        if let Some(is_muted) = self.signals.broadcast.try_with_untracked(is_wanted) {
            self.broadcaster.set_muted(is_muted);
        }
    }

    fn stop(&self) {
        self.attempt.set(self.attempt.get() + 1);
        self.broadcaster.stop();
        let _ = self.signals.level.try_set(0.0);
    }

    /// Captures what is chosen, and what is chosen meanwhile.
    fn open(&self) {
        let capturer = self.broadcaster.capturer();
        let Some(choice) = self.signals.broadcast.try_with_untracked(|broadcast| broadcast.choice.clone()) else {
            return;
        };
        let wanted = choice.clone();
        self.under_way(async move { capturer.open(&wanted).await }, move |engine, opened| {
            let next = match opened {
                Ok(false) => return,
                Ok(true) => engine.update(|broadcast| broadcast.opened(choice)),
                Err(failure) => engine.update(|broadcast| broadcast.open_failed(&failure, &choice)),
            };
            match next {
                Some(Next::Open) => engine.open(),
                Some(Next::Stop) => engine.stop(),
                Some(Next::Nothing) | None => {}
            }
            engine.mute_as_wanted();
        });
    }

    fn go_live(&self) {
        let (capturer, token) = (self.broadcaster.capturer(), (self.token)());
        let connecting = async move {
            let token = within(TOKEN_WITHIN, token).await;
            let token = token.ok_or_else(|| text!(browser_broadcast.too_slow))?;
            let token = token.map_err(|error| error.message)?;
            capturer.go_live(&token).await.map_err(|error| connect_message(error).to_owned())
        };
        self.under_way(connecting, |engine, connected: Result<bool, String>| {
            engine.update(|broadcast| match connected {
                Ok(true) => broadcast.connected(),
                Ok(false) => {}
                Err(reason) => broadcast.connect_failed(reason),
            });
        });
    }

    /// Waits for `work`, and takes its result unless everything was stopped meanwhile.
    fn under_way<T: 'static>(&self, work: impl Future<Output = T> + 'static, take: impl FnOnce(&Self, T) + 'static) {
        let (number, myself) = (self.attempt.get(), self.myself.clone());
        spawn_local(async move {
            let result = work.await;
            if let Some(engine) = myself.upgrade().filter(|engine| engine.attempt.get() == number) {
                take(&engine, result);
            }
        });
    }

    fn hear(&self, event: BroadcasterEvent) {
        match event {
            BroadcasterEvent::Devices(devices) => {
                self.update(|broadcast| broadcast.devices = devices);
            }
            BroadcasterEvent::Level(level) => {
                let _ = self.signals.level.try_set(level);
            }
            BroadcasterEvent::Lost(input) => {
                if self.update(|broadcast| broadcast.lost(input)) == Some(true) {
                    self.stop();
                }
            }
            BroadcasterEvent::Reconnecting(is_reconnecting) => {
                self.update(|broadcast| broadcast.reconnecting(is_reconnecting));
            }
            BroadcasterEvent::PutOut => self.put_out(),
            BroadcasterEvent::Ended(ending) => {
                self.stop();
                self.update(|broadcast| broadcast.ended(ending));
            }
        }
    }

    /// LiveKit may not even have told yet who came: the server knows, and is asked once everything is let go.
    fn put_out(&self) {
        self.stop();
        self.update(BrowserBroadcast::put_out);
        let asking = within(REASON_WITHIN, (self.why_put_out)());
        self.under_way(asking, |engine, ending| {
            engine.update(|broadcast| broadcast.explain(ending.unwrap_or(Ending::Removed)));
        });
    }
}

fn connect_message(error: ConnectError) -> &'static str {
    match error {
        ConnectError::Library => text!(browser_broadcast.page_incomplete),
        ConnectError::Connection => text!(browser_broadcast.unreachable),
    }
}
