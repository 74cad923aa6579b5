//! The media of a broadcast from the browser, as `broadcaster.js` has it.
//!
//! A [`Broadcaster`] belongs to one video element, which shows what is captured. Dropping it ends the broadcast and
//! lets go of camera, microphone and screen.

use wasm_bindgen::prelude::*;
use web_sys::HtmlVideoElement;

use super::player::{ConnectError, load_library};
use crate::{
    api::stream::RoomToken,
    domain::{
        browser_broadcast::Ending,
        capture::{CaptureFailure, Choice, Devices, Input},
    },
    text,
};

#[wasm_bindgen(module = "/src/browser/broadcaster.js")]
extern "C" {
    #[derive(Clone)]
    #[wasm_bindgen(js_name = Broadcaster)]
    type JsBroadcaster;
    #[wasm_bindgen(constructor, js_class = "Broadcaster")]
    fn new(
        video: &HtmlVideoElement,
        report: &Closure<dyn FnMut(String, JsValue)>,
        leave_question: &str,
    ) -> JsBroadcaster;
    #[wasm_bindgen(method, getter, js_class = "Broadcaster")]
    fn turn(this: &JsBroadcaster) -> u32;
    #[wasm_bindgen(method, catch, js_class = "Broadcaster")]
    async fn open(
        this: &JsBroadcaster,
        turn: u32,
        kind: &str,
        camera: &str,
        microphone: Option<String>,
    ) -> Result<JsValue, JsValue>;
    #[wasm_bindgen(method, catch, js_class = "Broadcaster", js_name = goLive)]
    async fn go_live(this: &JsBroadcaster, turn: u32, url: &str, token: &str) -> Result<JsValue, JsValue>;
    #[wasm_bindgen(method, js_class = "Broadcaster", js_name = setMuted)]
    fn set_muted(this: &JsBroadcaster, is_muted: bool);
    #[wasm_bindgen(method, js_class = "Broadcaster")]
    fn stop(this: &JsBroadcaster);
    #[wasm_bindgen(method, js_class = "Broadcaster")]
    fn close(this: &JsBroadcaster);
}

/// Something that happened to the broadcast.
#[derive(Clone, Debug, PartialEq)]
pub enum BroadcasterEvent {
    /// The cameras and microphones that there are.
    Devices(Devices),
    /// How loud the microphone is, 0 to 1.
    Level(f64),
    /// That ended by itself: somebody stopped sharing, or pulled a plug.
    Lost(Input),
    /// The connection broke and LiveKit's client is mending it, or has.
    Reconnecting(bool),
    /// The server put this window out, and everything is let go. LiveKit says nothing of why.
    PutOut,
    /// The broadcast is over, and everything is let go.
    Ended(Ending),
}

impl BroadcasterEvent {
    fn read(kind: &str, value: &JsValue) -> Option<Self> {
        Some(match kind {
            "devices" => Self::Devices(serde_json::from_str(&value.as_string()?).ok()?),
            "level" => Self::Level(value.as_f64()?),
            "lost" => Self::Lost(Input::parse(&value.as_string()?)),
            "reconnecting" => Self::Reconnecting(value.is_truthy()),
            "putOut" => Self::PutOut,
            "ended" => Self::Ended(Ending::parse(&value.as_string()?)),
            _ => return None,
        })
    }
}

/// What captures and sends for a [`Broadcaster`], until that is stopped or gone; from then on it does neither.
#[derive(Clone)]
pub struct Capturer {
    js: JsBroadcaster,
    /// Names what is under way in the browser's part.
    turn: u32,
}

impl Capturer {
    /// Captures what is chosen, and sends it when on air. `false`: it was stopped meanwhile.
    ///
    /// # Errors
    /// What failed, and why; what was captured before still is.
    pub async fn open(&self, choice: &Choice) -> Result<bool, CaptureFailure> {
        let microphone = choice.has_microphone.then(|| choice.microphone.clone());
        let opened = self.js.open(self.turn, choice.picture.as_str(), &choice.camera, microphone).await;
        opened.map(|is_open| is_open.is_truthy()).map_err(|error| {
            let message = js_sys::Reflect::get(&error, &"message".into()).ok().and_then(|text| text.as_string());
            CaptureFailure::parse(&message.unwrap_or_default())
        })
    }

    /// Sends what is captured. `false`: it was stopped meanwhile.
    ///
    /// # Errors
    /// See [`ConnectError`].
    pub async fn go_live(&self, to: &RoomToken) -> Result<bool, ConnectError> {
        load_library().await.map_err(|_| ConnectError::Library)?;
        let connected = self.js.go_live(self.turn, &to.url, &to.token).await;
        connected.map(|is_live| is_live.is_truthy()).map_err(|_| ConnectError::Connection)
    }
}

/// What is captured, and the video element that shows it.
pub struct Broadcaster {
    js: JsBroadcaster,
    _report: Closure<dyn FnMut(String, JsValue)>,
}

impl Broadcaster {
    /// One that captures nothing yet.
    pub fn new(video: &HtmlVideoElement, report: impl Fn(BroadcasterEvent) + 'static) -> Self {
        let report = Closure::<dyn FnMut(String, JsValue)>::new(move |kind: String, value: JsValue| {
            if let Some(event) = BroadcasterEvent::read(&kind, &value) {
                report(event);
            }
        });
        Self { js: JsBroadcaster::new(video, &report, text!(browser_broadcast.leave_question)), _report: report }
    }

    /// What captures and sends for it, until it is stopped.
    pub fn capturer(&self) -> Capturer {
        Capturer { js: self.js.clone(), turn: self.js.turn() }
    }

    /// The microphone is silent, or not.
    pub fn set_muted(&self, is_muted: bool) {
        self.js.set_muted(is_muted);
    }

    /// Ends the broadcast and lets go of everything.
    pub fn stop(&self) {
        self.js.stop();
    }
}

impl Drop for Broadcaster {
    fn drop(&mut self) {
        self.js.close();
    }
}
