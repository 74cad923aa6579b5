//! Keys that are pressed together with Ctrl, Alt or the one of the system: they are the browser's, such as Alt and left,
//! the way back. Whatever has a use for plain keys asks here first.

use leptos::ev::KeyboardEvent;

/// Whether that key is the browser's.
pub fn is_shortcut(event: &KeyboardEvent) -> bool {
    event.ctrl_key() || event.meta_key() || event.alt_key()
}
