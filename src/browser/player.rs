//! The player's media connection, as `player.js` has it.
//!
//! A [`Player`] belongs to one video element. Dropping it disconnects and lets go of the element.

use wasm_bindgen::prelude::*;
use web_sys::{Element, HtmlVideoElement};

use crate::{
    api::channels::RoomToken,
    domain::{
        picture_quality::{Layer, layers},
        playback::{PictureInPicture, Sound},
    },
};

#[wasm_bindgen(module = "/src/browser/player.js")]
extern "C" {
    #[wasm_bindgen(catch, js_name = loadLibrary)]
    pub(super) async fn load_library() -> Result<JsValue, JsValue>;

    /// What `player.js` calls a player.
    #[derive(Clone)]
    pub type StreamPlayer;
    #[wasm_bindgen(constructor)]
    fn new(video: &HtmlVideoElement, wants_all: bool, report: &Closure<dyn FnMut(String, JsValue)>) -> StreamPlayer;
    #[wasm_bindgen(method, catch)]
    async fn connect(this: &StreamPlayer, turn: f64, url: &str, token: &str) -> Result<JsValue, JsValue>;
    #[wasm_bindgen(method)]
    fn begin(this: &StreamPlayer) -> f64;
    #[wasm_bindgen(method)]
    fn leave(this: &StreamPlayer);
    #[wasm_bindgen(method)]
    fn close(this: &StreamPlayer);
    #[wasm_bindgen(method, js_name = setSound)]
    fn set_sound(this: &StreamPlayer, volume: f64, is_muted: bool);
    #[wasm_bindgen(method)]
    fn unlock(this: &StreamPlayer);
    #[wasm_bindgen(method, js_name = togglePause)]
    fn toggle_pause(this: &StreamPlayer);
    #[wasm_bindgen(method, js_name = toggleFullScreen)]
    fn toggle_full_screen(this: &StreamPlayer, stage: &Element);
    #[wasm_bindgen(method, js_name = togglePictureInPicture)]
    fn toggle_picture_in_picture(this: &StreamPlayer);
    #[wasm_bindgen(method, js_name = chooseLayer)]
    fn choose_layer(this: &StreamPlayer, quality: Option<u8>);
}

/// Something that happened to the media.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum PlayerEvent {
    /// The first picture came, or the first after a gap; or sound without any picture.
    Playing {
        /// There is a picture, not sound alone.
        has_picture: bool,
    },
    /// The encoder's picture or sound went away.
    Waiting,
    /// No picture comes.
    Stalled,
    /// The connection broke; LiveKit's client is mending it.
    Reconnecting,
    /// The connection is over.
    Disconnected,
    /// The room's metadata, as JSON.
    Metadata(String),
    /// Lines of the chat, as JSON.
    Chat(String),
    /// The browser wants a tap before it plays.
    Blocked(bool),
    /// The viewer paused it, or let it go on.
    Paused(bool),
    /// Another picture comes, and these are its sizes.
    Layers(Vec<Layer>),
    /// Whether the picture can be, and is, in a window of its own.
    PictureInPicture(PictureInPicture),
}

impl PlayerEvent {
    fn read(kind: &str, value: &JsValue) -> Option<Self> {
        let is_true = value.is_truthy();
        Some(match kind {
            "playing" => Self::Playing { has_picture: is_true },
            "waiting" => Self::Waiting,
            "stalled" => Self::Stalled,
            "reconnecting" => Self::Reconnecting,
            "disconnected" => Self::Disconnected,
            "metadata" => Self::Metadata(value.as_string()?),
            "chat" => Self::Chat(value.as_string()?),
            "blocked" => Self::Blocked(is_true),
            "paused" => Self::Paused(is_true),
            "layers" => Self::Layers(layers(serde_json::from_str(&value.as_string()?).ok()?)),
            "pictureInPicture" => Self::PictureInPicture(match value.as_bool() {
                Some(true) => PictureInPicture::On,
                Some(false) => PictureInPicture::Off,
                None => PictureInPicture::Unavailable,
            }),
            _ => return None,
        })
    }
}

/// Why there is no connection.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ConnectError {
    /// LiveKit's client could not be loaded.
    Library,
    /// LiveKit could not be reached, or did not take the token.
    Connection,
}

/// One way to connect a [`Player`]; it may outlive the player, and then connects nothing.
#[derive(Clone)]
pub struct Connector(StreamPlayer);

impl Connector {
    /// Connects; a connection that there is already is given up.
    ///
    /// # Errors
    /// See [`ConnectError`].
    pub async fn connect(&self, to: &RoomToken) -> Result<(), ConnectError> {
        // Whatever is asked of the player while this waits makes the turn void.
        let turn = self.0.begin();
        load_library().await.map_err(|_| ConnectError::Library)?;
        self.0.connect(turn, &to.url, &to.token).await.map(|_| ()).map_err(|_| ConnectError::Connection)
    }
}

/// A media connection and the video element that shows it.
pub struct Player {
    js: StreamPlayer,
    _report: Closure<dyn FnMut(String, JsValue)>,
}

impl Player {
    /// A player that is not connected yet. With `wants_all` it takes the best picture there is, whatever its own size.
    pub fn new(video: &HtmlVideoElement, wants_all: bool, report: impl Fn(PlayerEvent) + 'static) -> Self {
        let report = Closure::<dyn FnMut(String, JsValue)>::new(move |kind: String, value: JsValue| {
            if let Some(event) = PlayerEvent::read(&kind, &value) {
                report(event);
            }
        });
        Self { js: StreamPlayer::new(video, wants_all, &report), _report: report }
    }

    /// What connects it.
    pub fn connector(&self) -> Connector {
        Connector(self.js.clone())
    }

    /// What can be measured.
    pub fn to_measure(&self) -> &StreamPlayer {
        &self.js
    }

    /// Disconnects.
    pub fn leave(&self) {
        self.js.leave();
    }

    /// That loud.
    pub fn set_sound(&self, sound: Sound) {
        self.js.set_sound(sound.volume, sound.is_muted);
    }

    /// Plays what the browser held back. Call it in the handler of a tap.
    pub fn unlock(&self) {
        self.js.unlock();
    }

    /// Pauses, or goes on.
    pub fn toggle_pause(&self) {
        self.js.toggle_pause();
    }

    /// Fills the screen with `stage`, or gives it back.
    pub fn toggle_full_screen(&self, stage: &Element) {
        self.js.toggle_full_screen(stage);
    }

    /// Shows the picture in a little window of its own, or here again. Call it in the handler of a click or a key.
    pub fn toggle_picture_in_picture(&self) {
        self.js.toggle_picture_in_picture();
    }

    /// From now on the picture that comes is taken in that size, however large the player is; with `None` in whichever
    /// fits. Another picture begins with whichever fits.
    pub fn choose_layer(&self, layer: Option<Layer>) {
        self.js.choose_layer(layer.map(|layer| layer.number));
    }
}

impl Drop for Player {
    fn drop(&mut self) {
        self.js.close();
    }
}
