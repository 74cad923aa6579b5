//! Where the focus is, and how it is put somewhere without anything moving.
//!
//! What is not displayed does not count as having it. Only for effects and event handlers: there is no focus on the
//! server. It decides nothing: who gets the focus, and when, is for whoever asks.

use leptos::{
    prelude::*,
    web_sys::{Element, FocusOptions, HtmlElement},
};

/// What has the focus; `None` when it is nowhere, as after what had it went away.
pub fn focused() -> Option<Element> {
    document().active_element().filter(|element| element.tag_name() != "BODY" && is_displayed(element))
}

/// Nothing has the focus.
pub fn is_nowhere() -> bool {
    focused().is_none()
}

/// What is not displayed, or not in the document, has no size. What is only invisible has one.
pub fn is_displayed(element: &Element) -> bool {
    element.get_bounding_client_rect().width() > 0.0
}

/// Gives it the focus where it is: nothing scrolls.
pub fn focus_in_place(element: &HtmlElement) {
    let options = FocusOptions::new();
    options.set_prevent_scroll(true);
    // Of what went away in this very moment nothing needs to be said.
    let _ = element.focus_with_options(&options);
}
