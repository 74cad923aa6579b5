//! Letters that are being put together by an input method, as for Japanese or Chinese: Enter and Esc are for that then.
//! Whatever sends, saves or takes back what is typed with one of them asks here first.

use leptos::ev::KeyboardEvent;

/// The key code of a key that an input method takes (UI Events, legacy key attributes).
const TAKEN: u32 = 229;

/// Whether that key is for the input method. Safari says so by the key code alone.
pub fn is_composing(event: &KeyboardEvent) -> bool {
    event.is_composing() || event.key_code() == TAKEN
}
