//! A question before something that cannot be undone.
//!
//! A native `<dialog>`: the browser keeps the focus inside, Esc closes it, and the focus goes back where it was.

use leptos::{html, prelude::*};

use crate::text;

/// Asks before it does.
#[component]
pub fn ConfirmDialog(
    /// Whether it is shown; closing it sets this.
    open: RwSignal<bool>,
    /// The question.
    #[prop(into)]
    title: String,
    /// The answer that does it, as a verb.
    #[prop(into)]
    confirm_label: String,
    /// Called for that answer. The dialog stays open until `open` is set to false.
    #[prop(into)]
    on_confirm: Callback<()>,
    /// It takes something away.
    #[prop(default = true)]
    is_danger: bool,
    /// It is being done.
    #[prop(optional, into)]
    busy: Signal<bool>,
    /// What it means.
    children: Children,
) -> impl IntoView {
    let element = NodeRef::<html::Dialog>::new();
    Effect::new(move |_| {
        let wanted = open.get();
        let Some(dialog) = element.get() else { return };
        if wanted && !dialog.open() {
            // Refused only for a dialog that is not in the document, and then there is nothing to show.
            drop(dialog.show_modal());
        } else if !wanted && dialog.open() {
            dialog.close();
        }
    });
    view! {
        <dialog class="dialog" aria-label=title.clone() node_ref=element on:close=move |_| open.set(false)>
            <h2>{title.clone()}</h2>
            <div class="dialog-body stack">{children()}</div>
            <div class="dialog-actions">
                <button type="button" class="button" on:click=move |_| open.set(false)>
                    {text!(frame.cancel)}
                </button>
                <button
                    type="button"
                    class=if is_danger { "button danger" } else { "button primary" }
                    disabled=busy
                    aria-busy=move || busy.get().then_some("true")
                    on:click=move |_| on_confirm.run(())
                >
                    {confirm_label}
                </button>
            </div>
        </dialog>
    }
}
