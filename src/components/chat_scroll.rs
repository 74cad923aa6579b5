//! How the chat scrolls: it stays with the newest message, unless the reader has scrolled up to read, or has a
//! menu open. Then nothing moves under them, and what comes meanwhile is counted.
//!
//! The styles turn the box upside down (`column-reverse`): it begins at its end, also without WASM, and nothing has
//! to scroll while it stays there. The distance from the end is a negative `scrollTop`.

use leptos::{html, prelude::*};
use web_sys::Element;

/// So near the end counts as being there, in pixels.
const NEAR: i32 = 24;

/// The place of a line: its number, and how far its top is above the end of all lines. Scrolling does not change that:
/// only what comes or goes below it.
type Anchor = (i64, f64);

/// A box with lines in it, each with `data-number`.
#[derive(Clone, Copy)]
pub struct ChatScroll {
    /// The box.
    pub element: NodeRef<html::Div>,
    /// It stays with the newest message.
    pub is_pinned: RwSignal<bool>,
    /// Something is open that must not move away.
    is_held: RwSignal<bool>,
    /// The first line that the reader sees, which stays where it is.
    anchor: RwSignal<Option<Anchor>>,
}

impl ChatScroll {
    /// At the newest message.
    pub fn new() -> Self {
        Self {
            element: NodeRef::new(),
            is_pinned: RwSignal::new(true),
            is_held: RwSignal::new(false),
            anchor: RwSignal::new(None),
        }
    }

    /// The reader scrolled. Also called for what scrolls by itself, which changes nothing.
    pub fn look(self) {
        let Some(element) = self.element.get_untracked() else { return };
        // What came since is not the reader's doing.
        self.settle();
        let is_pinned = !self.is_held.get_untracked() && element.scroll_top() > -NEAR;
        if self.is_pinned.get_untracked() != is_pinned {
            self.is_pinned.set(is_pinned);
        }
        self.anchor.set(if is_pinned { None } else { first_seen(&element) });
    }

    /// Keeps everything where it is, or not any longer.
    pub fn hold(self, is_held: bool) {
        self.is_held.set(is_held);
        self.look();
    }

    /// Goes to the newest message.
    pub fn to_end(self) {
        if let Some(element) = self.element.get_untracked() {
            // What the reader saw there is left behind: nothing is put back where it was.
            self.anchor.set(None);
            element.set_scroll_top(0);
            self.look();
        }
    }

    /// Lines came or went: puts what the reader sees back where it was. Call it when they are in the document.
    pub fn settle(self) {
        let Some(element) = self.element.try_get_untracked().flatten() else { return };
        let Some((number, before)) = self.anchor.try_get_untracked().flatten() else { return };
        let Ok(Some(line)) = element.query_selector(&format!("[data-number=\"{number}\"]")) else { return };
        let Some(now) = above_end(&element, &line) else { return };
        #[expect(clippy::cast_possible_truncation, reason = "pixels on a screen")]
        let grown = (now - before).round() as i32;
        if grown != 0 {
            element.set_scroll_top(element.scroll_top() - grown);
            self.anchor.set(Some((number, now)));
        }
    }
}

impl Default for ChatScroll {
    fn default() -> Self {
        Self::new()
    }
}

fn first_seen(element: &Element) -> Option<Anchor> {
    let top = element.get_bounding_client_rect().top();
    let mut next = element.query_selector("[data-number]").ok().flatten();
    while let Some(line) = next {
        if line.get_bounding_client_rect().bottom() > top {
            let number = line.get_attribute("data-number")?.parse().ok()?;
            return Some((number, above_end(element, &line)?));
        }
        next = line.next_element_sibling();
    }
    None
}

fn above_end(element: &Element, line: &Element) -> Option<f64> {
    let all = element.first_element_child()?;
    Some(all.get_bounding_client_rect().bottom() - line.get_bounding_client_rect().top())
}
