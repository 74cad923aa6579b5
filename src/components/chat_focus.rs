//! Keeps the focus in the list of the chat. Lines go away or become others while somebody is on them, and so do the
//! buttons around them: whoever was on one is then on the same line's button, or else on the list itself.
//!
//! Nobody who has gone elsewhere is called back, and nothing scrolls.

use leptos::{
    ev::FocusEvent,
    html,
    prelude::*,
    wasm_bindgen::JsCast as _,
    web_sys::{Element, HtmlElement},
};

use super::focus::{focus_in_place, is_displayed, is_nowhere};

/// Where the focus is in the list.
#[derive(Clone, Copy)]
pub struct ChatFocus {
    list: NodeRef<html::Div>,
    is_here: RwSignal<bool>,
    /// The number of the line that has it, or had it last.
    line: RwSignal<Option<i64>>,
}

impl ChatFocus {
    /// In that list, which can have the focus itself. Its lines have `data-number`.
    pub fn new(list: NodeRef<html::Div>) -> Self {
        Self { list, is_here: RwSignal::new(false), line: RwSignal::new(None) }
    }

    /// It came to something in the list or around it.
    pub fn came(self, event: &FocusEvent) {
        let line = element_of(event).and_then(|element| element.closest("[data-number]").ok().flatten());
        self.line.set(line.and_then(|line| line.get_attribute("data-number")?.parse().ok()));
        self.is_here.set(true);
    }

    /// It left something in the list or around it.
    pub fn left(self, event: &FocusEvent) {
        if event.related_target().is_some() {
            return self.is_here.set(false);
        }
        let Some(element) = element_of(event) else { return };
        // It went nowhere. Was that wanted, what had it is still there.
        request_animation_frame(move || {
            if is_displayed(&element) && is_nowhere() {
                let _ = self.is_here.try_set(false);
            }
        });
    }

    /// To the list itself.
    pub fn to_list(self) {
        if let Some(list) = self.list.try_get_untracked().flatten() {
            focus_in_place(&list);
        }
    }

    /// Something may have gone away: puts it back where it was, once that is in the document.
    pub fn keep(self) {
        if self.is_here.get_untracked() {
            request_animation_frame(move || self.go_on());
        }
    }

    fn go_on(self) {
        if self.is_here.try_get_untracked() != Some(true) || !is_nowhere() {
            return;
        }
        let button = self.line.try_get_untracked().flatten().and_then(|number| self.button_of(number));
        match button {
            Some(button) => focus_in_place(&button),
            None => self.to_list(),
        }
    }

    fn button_of(self, number: i64) -> Option<HtmlElement> {
        let list = self.list.try_get_untracked().flatten()?;
        let button = list.query_selector(&format!("[data-number=\"{number}\"] .chat-actions-button")).ok()??;
        button.dyn_into().ok()
    }
}

fn element_of(event: &FocusEvent) -> Option<Element> {
    event.target()?.dyn_into().ok()
}
