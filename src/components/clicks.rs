//! Buttons in a list whose rows go away when they are pressed: what comes after takes their place, under the pointer
//! that pressed them.

use leptos::ev::MouseEvent;

/// The second click of a double click is none, for it would be about somebody else. Says whether it counts.
pub fn counts(event: &MouseEvent) -> bool {
    event.detail() < 2
}

/// The same for the button of a form.
pub fn only_once(event: MouseEvent) {
    if !counts(&event) {
        event.prevent_default();
    }
}
