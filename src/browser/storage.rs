//! What this browser remembers for the next visit: how the player was set, that the guide was put away, and that new
//! messages of a chat are not to be read out.
//!
//! No secret and no name is among it. Where it may not remember, it forgets quietly.

use crate::domain::{picture_quality::PictureQuality, playback::Sound};

const SOUND: &str = "streamit.sound";
const QUALITY: &str = "streamit.quality";
const THEATRE: &str = "streamit.theatre";
const GUIDE: &str = "streamit.guide";
const CHAT_QUIET: &str = "streamit.chat-quiet";
/// What is stored for what is either so, or not there.
const SO: &str = "1";

/// How loud the player was.
pub fn sound() -> Option<Sound> {
    Sound::from_stored(&get(SOUND)?)
}

/// Remembers how loud the player is.
pub fn remember_sound(sound: Sound) {
    set(SOUND, &sound.to_stored());
}

/// Which size of the picture was wanted.
pub fn quality() -> PictureQuality {
    PictureQuality::from_stored(&get(QUALITY).unwrap_or_default())
}

/// Remembers which size of the picture is wanted.
pub fn remember_quality(quality: PictureQuality) {
    set(QUALITY, quality.as_str());
}

/// Whether the player filled the page.
pub fn theatre() -> bool {
    get(THEATRE).is_some()
}

/// Remembers whether the player fills the page.
pub fn remember_theatre(is_on: bool) {
    if is_on { set(THEATRE, SO) } else { remove(THEATRE) }
}

/// Whether the guide to the first broadcast was put away.
pub fn guide_is_away() -> bool {
    get(GUIDE).is_some()
}

/// Remembers that it was. By whom is nobody's business: it is remembered after they have signed out, too.
pub fn put_guide_away() {
    set(GUIDE, SO);
}

/// Whether new messages of a chat are not to be read out.
pub fn chat_is_quiet() -> bool {
    get(CHAT_QUIET).is_some()
}

/// Remembers whether they are not.
pub fn remember_chat_quiet(is_quiet: bool) {
    if is_quiet { set(CHAT_QUIET, SO) } else { remove(CHAT_QUIET) }
}

fn get(name: &str) -> Option<String> {
    local_storage()?.get_item(name).ok()?
}

fn set(name: &str, value: &str) {
    if let Some(storage) = local_storage() {
        // Full, or forbidden: then it is not remembered.
        let _ = storage.set_item(name, value);
    }
}

fn remove(name: &str) {
    if let Some(storage) = local_storage() {
        let _ = storage.remove_item(name);
    }
}

fn local_storage() -> Option<web_sys::Storage> {
    web_sys::window()?.local_storage().ok()?
}
