//! What this browser remembers for the next visit. Where it may not remember, it forgets quietly.

use crate::domain::playback::Sound;

const SOUND: &str = "streamit.sound";

/// How loud the player was.
pub fn sound() -> Option<Sound> {
    Sound::from_stored(&local_storage()?.get_item(SOUND).ok()??)
}

/// Remembers how loud the player is.
pub fn remember_sound(sound: Sound) {
    if let Some(storage) = local_storage() {
        // Full, or forbidden: then it is not remembered.
        let _ = storage.set_item(SOUND, &sound.to_stored());
    }
}

fn local_storage() -> Option<web_sys::Storage> {
    web_sys::window()?.local_storage().ok()?
}
