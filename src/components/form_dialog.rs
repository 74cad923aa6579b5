//! A dialog with a form in it, and the button that opens it.
//!
//! Without WASM the button opens it as a popover, which browsers do by themselves; with WASM it is a modal dialog: the
//! focus stays inside, Esc closes it, and the focus goes back to the button.

use leptos::{ev, html, prelude::*, wasm_bindgen::JsCast as _, web_sys::HtmlFormElement};

use super::icon::Icon;
use crate::text;

/// The button, and the dialog.
#[component]
pub fn FormDialog(
    /// The dialog's id.
    id: &'static str,
    /// What the button says; something follows, so it ends with an ellipsis.
    opener: &'static str,
    /// The question.
    title: &'static str,
    /// The form, with the button that does it.
    children: Children,
) -> impl IntoView {
    let element = NodeRef::<html::Dialog>::new();
    let open = move |event: ev::MouseEvent| {
        let Some(dialog) = element.get_untracked() else { return };
        // One that is open already, as a popover or a dialog, is left as it is.
        if dialog.show_modal().is_ok() {
            event.prevent_default();
        }
    };
    let close = move |_| {
        if let Some(dialog) = element.get_untracked() {
            dialog.close();
        }
    };
    // What was typed, a password, too, does not wait in a dialog that nobody sees.
    let forget = move |_| {
        let form = element.get_untracked().and_then(|dialog| dialog.query_selector("form").ok().flatten());
        if let Some(form) = form.and_then(|form| form.dyn_into::<HtmlFormElement>().ok()) {
            form.reset();
        }
    };
    let title_id = format!("{id}-title");
    view! {
        <button type="button" class="button danger" popovertarget=id on:click=open>
            {opener}
        </button>
        <dialog id=id class="dialog" popover="auto" aria-labelledby=title_id node_ref=element on:close=forget>
            <div class="dialog-head">
                <h2 id=title_id.clone()>{title}</h2>
                <button
                    type="button"
                    class="button quiet icon-only"
                    popovertarget=id
                    popovertargetaction="hide"
                    on:click=close
                >
                    <Icon name="x" />
                    <span class="visually-hidden">{text!(frame.cancel)}</span>
                </button>
            </div>
            {children()}
        </dialog>
    }
}
