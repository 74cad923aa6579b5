//! A form that asks a list for one thing only, such as the entries of one account.
//!
//! It is a plain GET form, so what is asked for stands in the address and works without WASM too. What else stands
//! there and is not the form's own is sent along (`kept`): a browser puts the form's fields in place of the whole
//! query. What leads back to the whole list is its child.

use leptos::prelude::*;

use super::field::Field;

/// A field, its button, and what leads back.
#[component]
pub fn ListFilter(
    /// The path of the page, and the place on it.
    action: &'static str,
    /// What is searched, for those who do not see it.
    list: &'static str,
    /// What the field is for.
    label: &'static str,
    /// The name of the field in the address.
    name: &'static str,
    /// What is asked for now. The field says it, also when somebody goes back, or on by a link.
    #[prop(into)]
    value: Signal<String>,
    /// The words of the button.
    submit: &'static str,
    /// Another part of the address that stays: its name and its value.
    #[prop(optional, into)]
    kept: Signal<Option<(&'static str, String)>>,
    /// What leads back to the whole list.
    children: Children,
) -> impl IntoView {
    let kept =
        move || kept.get().map(|(name, value)| view! { <input type="hidden" name=name value=value /> }.into_any());
    view! {
        <form method="get" action=action class="list-filter" role="search" aria-label=list>
            {kept}
            <Field label name required=false value=value.get_untracked() follows=value />
            <button type="submit" class="button">
                {submit}
            </button>
            {children()}
        </form>
    }
}
