//! The chat beside the other things of a page; on a phone, where there is no room beside, a sheet that a button opens.
//!
//! The sheet holds the whole chat, so it is not modal: the picture stays above it, to be seen and used, and so do the
//! messages of the page. Whoever goes on by keyboard to what lies under the sheet closes it, from wherever they came;
//! nobody is on what they cannot see. The same elements are the chat at every width: nothing is made anew when the
//! sheet opens.

use leptos::{
    ev, html,
    prelude::*,
    web_sys::{Element, Node},
};

use super::{
    disclosure::DisclosureState,
    focus::{focus_in_place, focused, is_displayed},
    icon::Icon,
};
use crate::text;

/// Its children are beside the page, or in a sheet over its lower part.
#[component]
pub fn ChatSheet(
    /// Whether the sheet is open; closing it sets this.
    is_open: RwSignal<bool>,
    /// What stays to be seen above the sheet.
    picture: NodeRef<html::Div>,
    /// The chat.
    children: Children,
) -> impl IntoView {
    let sheet = NodeRef::<html::Div>::new();
    let closer = NodeRef::<html::Button>::new();
    let state = DisclosureState::new(is_open);
    take_the_focus_along(state, sheet, closer, picture);
    close_by_itself(state, sheet);
    view! {
        <button
            type="button"
            class="button chat-sheet-opener"
            node_ref=state.opener
            aria-expanded=move || state.expanded()
            aria-controls="chat-sheet"
            on:click=move |_| is_open.set(true)
        >
            <Icon name="message-square" />
            {text!(chat.title)}
        </button>
        <div
            id="chat-sheet"
            class="chat-sheet"
            role=move || is_open.get().then_some("dialog")
            aria-label=move || is_open.get().then(|| text!(chat.title))
            data-open=move || is_open.get().then_some("true")
            node_ref=sheet
            on:keydown=move |event| {
                // Who gets the focus then, `take_the_focus_along` says.
                state.close_on_escape(&event);
            }
        >
            <button
                type="button"
                class="button quiet small icon-only chat-sheet-closer"
                node_ref=closer
                on:click=move |_| is_open.set(false)
            >
                <Icon name="x" />
                <span class="visually-hidden">{text!(chat.close)}</span>
            </button>
            {children()}
        </div>
    }
}

/// Who opens it goes on in it, with the picture above; who closes it goes back to its button, but from elsewhere stays
/// there.
fn take_the_focus_along(
    state: DisclosureState,
    sheet: NodeRef<html::Div>,
    closer: NodeRef<html::Button>,
    picture: NodeRef<html::Div>,
) {
    let turned = move |is_open: bool| {
        if is_open {
            if let Some(picture) = picture.try_get_untracked().flatten() {
                picture.scroll_into_view();
            }
            if let Some(closer) = closer.try_get_untracked().flatten() {
                focus_in_place(&closer);
            }
        } else if has_focus(sheet) {
            state.focus_opener();
        }
    };
    Effect::watch(
        move || state.is_open.get(),
        move |is_open, _, _| {
            let is_open = *is_open;
            // What gets the focus has to be there to be seen.
            request_animation_frame(move || turned(is_open));
        },
        false,
    );
}

/// Closes it when the focus comes to what it covers, and when the window has grown so that there is room beside.
fn close_by_itself(state: DisclosureState, sheet: NodeRef<html::Div>) {
    let DisclosureState { is_open, opener } = state;
    Effect::new(move |_| {
        if !is_open.get() {
            return;
        }
        let came = window_event_listener(ev::focusin, move |_| {
            // The page may scroll to it before.
            request_animation_frame(move || {
                if is_open.try_get_untracked() == Some(true) && covers_focus(sheet) {
                    is_open.set(false);
                }
            });
        });
        let resized = window_event_listener(ev::resize, move |_| {
            if opener.try_get_untracked().flatten().is_some_and(|opener| !is_displayed(&opener)) {
                let _ = is_open.try_set(false);
            }
        });
        on_cleanup(move || {
            came.remove();
            resized.remove();
        });
    });
}

fn is_in(sheet: &Node, element: &Element) -> bool {
    let node: &Node = element;
    sheet.contains(Some(node))
}

/// Whether the focus is in the sheet, or nowhere because what had it is gone.
fn has_focus(sheet: NodeRef<html::Div>) -> bool {
    let Some(sheet) = sheet.try_get_untracked().flatten() else { return false };
    focused().is_none_or(|element| is_in(&sheet, &element))
}

/// Whether the sheet lies over what has the focus. What lies above the sheet, like the messages of the page, is seen; where
/// the last of them was, there is nothing to cover.
fn covers_focus(sheet: NodeRef<html::Div>) -> bool {
    let Some(sheet) = sheet.try_get_untracked().flatten() else { return false };
    let Some(element) = focused().filter(|element| !is_in(&sheet, element)) else { return false };
    let place = element.get_bounding_client_rect();
    if place.height() <= 0.0 {
        return false;
    }
    let (x, y) = (place.left() + place.width() / 2.0, place.top() + place.height() / 2.0);
    #[expect(clippy::cast_possible_truncation, reason = "pixels on a screen")]
    let seen = document().element_from_point(x as f32, y as f32);
    seen.is_some_and(|seen| is_in(&sheet, &seen))
}
