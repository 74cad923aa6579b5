//! Fields of forms: a label, what to type, a hint, and what is wrong, tied together for screen readers.
//!
//! They are plain inputs with names, so that the form around them works without WASM too.

use leptos::{
    html::{self, ElementType},
    prelude::*,
};
use wasm_bindgen::JsCast;
use web_sys::HtmlElement;

use super::{focus::focused, icon::Icon};

/// A field of one line.
#[component]
pub fn Field(
    /// What it is for.
    #[prop(into)]
    label: String,
    /// Its name in the form.
    name: &'static str,
    /// Its id, where its name is there more than once on the page.
    #[prop(optional, into)]
    id: Option<String>,
    /// The input's type.
    #[prop(default = "text")]
    kind: &'static str,
    /// What the browser may fill in.
    #[prop(default = "off")]
    autocomplete: &'static str,
    /// What would be right.
    #[prop(optional, into)]
    hint: Option<String>,
    /// What is wrong with what was typed.
    #[prop(optional, into)]
    error: Signal<Option<String>>,
    /// What is in it at first.
    #[prop(optional, into)]
    value: String,
    /// It holds this whenever this changes: what it asks for stands elsewhere too, such as in the address.
    #[prop(optional, into)]
    follows: Option<Signal<String>>,
    /// The form cannot be sent without it.
    #[prop(default = true)]
    required: bool,
    /// The page opens with the caret in it, when a browser loads it.
    #[prop(optional)]
    autofocus: bool,
    /// It is emptied when this changes: a password that was used goes.
    #[prop(optional, into)]
    empty_after: Option<Signal<u32>>,
) -> impl IntoView {
    let input = NodeRef::<html::Input>::new();
    lead_here_when_wrong(input, error);
    if let Some(count) = empty_after {
        hold_on_change(input, count, |_| String::new());
    }
    if let Some(text) = follows {
        hold_on_change(input, text, String::clone);
    }
    let hinted = hint.is_some();
    let id = id.unwrap_or_else(|| name.to_owned());
    let described = id.clone();
    view! {
        <div class="field">
            <label for=id.clone()>{label}</label>
            <input
                node_ref=input
                id=id.clone()
                name=name
                type=kind
                autocomplete=autocomplete
                autocapitalize="none"
                spellcheck="false"
                dir="auto"
                value=value
                required=required
                autofocus=autofocus
                aria-invalid=move || error.get().map(|_| "true")
                aria-describedby=move || described_by(&described, hinted, error.get().is_some())
            />
            <FieldNotes id hint error />
        </div>
    }
}

/// Whenever `what` changes, the field holds the text of it. At first it may hold more already: what somebody types
/// before the page is alive stays.
fn hold_on_change<T>(input: NodeRef<html::Input>, what: Signal<T>, text_of: fn(&T) -> String)
where
    T: Clone + PartialEq + Send + Sync + 'static,
{
    Effect::new(move |before: Option<T>| {
        let now = what.get();
        if before.is_some_and(|before| before != now)
            && let Some(input) = input.get_untracked()
        {
            input.set_value(&text_of(&now));
        }
        now
    });
}

/// Once an answer says that this field is wrong, it has the focus if it is the first of its form that is, so that a
/// screen reader says what is wrong with it; unless somebody has gone elsewhere meanwhile.
fn lead_here_when_wrong<E>(field: NodeRef<E>, error: Signal<Option<String>>)
where
    E: ElementType,
    E::Output: JsCast + AsRef<HtmlElement> + Clone + 'static,
{
    let lead = move || {
        if let Some(field) = field.try_get_untracked().flatten() {
            focus_first_wrong(field.as_ref());
        }
    };
    Effect::watch(
        move || error.get(),
        move |error, _, _| {
            if error.is_some() {
                // All fields show the answer by then.
                request_animation_frame(lead);
            }
        },
        false,
    );
}

fn focus_first_wrong(field: &HtmlElement) {
    let Ok(Some(form)) = field.closest("form") else { return };
    let is_elsewhere = focused().is_some_and(|focused| !form.contains(Some(&focused)));
    let first = form.query_selector("[aria-invalid]").ok().flatten();
    if !is_elsewhere && first.is_some_and(|first| first.is_same_node(Some(field))) {
        // Of what went away in this very moment nothing needs to be said.
        let _ = field.focus();
    }
}

/// A field of several lines.
#[component]
pub fn TextField(
    /// What it is for.
    #[prop(into)]
    label: String,
    /// Its name in the form.
    name: &'static str,
    /// Its id, where its name is there more than once on the page.
    #[prop(optional, into)]
    id: Option<String>,
    /// How many lines it shows.
    #[prop(default = 5)]
    rows: u32,
    /// What would be right.
    #[prop(optional, into)]
    hint: Option<String>,
    /// What is wrong with what was typed.
    #[prop(optional, into)]
    error: Signal<Option<String>>,
    /// What is in it at first.
    #[prop(optional, into)]
    value: String,
    /// How much fits in, in UTF-16 code units as browsers count.
    #[prop(default = 2000)]
    max_length: u32,
    /// The form cannot be sent without it.
    #[prop(default = true)]
    required: bool,
) -> impl IntoView {
    let area = NodeRef::<html::Textarea>::new();
    lead_here_when_wrong(area, error);
    let hinted = hint.is_some();
    let id = id.unwrap_or_else(|| name.to_owned());
    let described = id.clone();
    view! {
        <div class="field">
            <label for=id.clone()>{label}</label>
            <textarea
                node_ref=area
                id=id.clone()
                name=name
                rows=rows
                maxlength=max_length
                required=required
                dir="auto"
                aria-invalid=move || error.get().map(|_| "true")
                aria-describedby=move || described_by(&described, hinted, error.get().is_some())
                // What it opens with is part of the document, so that it is there without WASM.
                inner_html=as_markup(&value)
            ></textarea>
            <FieldNotes id hint error />
        </div>
    }
}

/// The markup that reads as exactly that text. Within a text field nothing but these two begins anything.
fn as_markup(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;")
}

#[component]
fn FieldNotes(id: String, hint: Option<String>, error: Signal<Option<String>>) -> impl IntoView {
    let hint_id = format!("{id}-hint");
    view! {
        {hint.map(|text| view! { <p class="field-hint" id=hint_id>{text}</p> })}
        {move || {
            error
                .get()
                .map(|text| {
                    view! {
                        <p class="field-error" id=format!("{id}-error")>
                            <Icon name="triangle-alert" />
                            <span>{text}</span>
                        </p>
                    }
                })
        }}
    }
}

fn described_by(id: &str, hinted: bool, failed: bool) -> Option<String> {
    match (hinted, failed) {
        (false, false) => None,
        (true, false) => Some(format!("{id}-hint")),
        (false, true) => Some(format!("{id}-error")),
        (true, true) => Some(format!("{id}-error {id}-hint")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_a_text_field_opens_with_is_never_markup() {
        assert_eq!(as_markup("</textarea><b>&lt;"), "&lt;/textarea>&lt;b>&amp;lt;");
        assert_eq!(as_markup("a > b\n\"c\""), "a > b\n\"c\"");
    }
}
