//! Forms that post to a server function, with WASM and without.
//!
//! Without it the browser posts the form itself; the server then sends it back here with the failure in the address,
//! which is read the same way on both sides.

use leptos::{
    ev::SubmitEvent,
    form::form_data_from_event,
    prelude::*,
    server_fn::{ServerFn, error::ServerFnUrlError},
};
use leptos_router::hooks::use_query_map;
use serde::de::DeserializeOwned;
use web_sys::UrlSearchParams;

use crate::{api::error::ApiError, components::feedback::SaveState};

/// What says in the address which server function a plain form has called with success.
pub const SAVED: &str = "__saved";

/// Whether something was typed into the form around: what the address says of it is over then.
#[derive(Clone, Copy)]
struct IsTouched(RwSignal<bool>);

/// A form whose fields are named as the server function's arguments.
#[component]
pub fn PostForm<S>(
    /// What it does.
    action: ServerAction<S>,
    /// Classes of the form.
    #[prop(optional)]
    class: &'static str,
    /// Its fields and buttons.
    children: Children,
) -> impl IntoView
where
    S: ServerFn + DeserializeOwned + Clone + Send + Sync + 'static,
    S::Output: Send + Sync + 'static,
    S::Error: Send + Sync + 'static,
{
    let submit = move |event: SubmitEvent| {
        if event.default_prevented() {
            return;
        }
        // A form that can't be read here is left to the browser, which posts it.
        if let Some(input) = read_form::<S>(&event) {
            event.prevent_default();
            if !action.pending().get_untracked() {
                action.dispatch(input);
            }
        }
    };
    let is_touched = RwSignal::new(false);
    provide_context(IsTouched(is_touched));
    // What is typed after a success is not saved.
    let type_on = move |_| {
        is_touched.set(true);
        if action.value().with_untracked(|answer| matches!(answer, Some(Ok(_)))) {
            action.clear();
        }
    };
    view! {
        <form method="post" action=S::url() class=class on:submit=submit on:input=type_on>
            {children()}
        </form>
    }
}

/// What is in the form, read as the server reads it from a browser that posts it by itself.
fn read_form<S: DeserializeOwned>(event: &SubmitEvent) -> Option<S> {
    let fields = form_data_from_event(event).ok()?;
    let fields = UrlSearchParams::new_with_str_sequence_sequence(&fields).ok()?;
    serde_urlencoded::from_str(&String::from(fields.to_string())).ok()
}

/// Why the last try failed.
pub fn failure_of<S>(action: ServerAction<S>) -> Signal<Option<ApiError>>
where
    S: ServerFn<Error = ApiError> + Clone + Send + Sync + 'static,
    S::Output: Clone + Send + Sync + 'static,
{
    let from_address = failure_in_address(S::PATH);
    Signal::derive(move || match action.value().get() {
        Some(answer) => answer.err(),
        None if action.version().get() > 0 || action.pending().get() => None,
        None => from_address.get(),
    })
}

/// Why a plain form that was posted to `path` has come back to this page.
pub fn failure_in_address(path: &'static str) -> Signal<Option<ApiError>> {
    let query = use_query_map();
    Memo::new(move |_| {
        let query = query.read();
        let error = query.get("__err")?;
        (query.get("__path")? == path).then(|| ServerFnUrlError::<ApiError>::decode_err(&error))
    })
    .into()
}

/// How saving by the form around goes. Without WASM the address says that it worked. Call it in the form's children.
pub fn save_state_of<S>(action: ServerAction<S>) -> Signal<SaveState>
where
    S: ServerFn<Error = ApiError> + Clone + Send + Sync + 'static,
    S::Output: Clone + Send + Sync + 'static,
{
    let query = use_query_map();
    let touched = use_context::<IsTouched>();
    let is_in_address = Memo::new(move |_| {
        let is_over = touched.is_some_and(|IsTouched(is_touched)| is_touched.get());
        !is_over && query.read().get(SAVED).is_some_and(|path| path == S::PATH)
    });
    let failure = failure_of(action);
    Signal::derive(move || {
        let is_saved = action.value().with(|answer| answer.as_ref().map_or_else(|| is_in_address.get(), Result::is_ok));
        match (action.pending().get(), failure.with(Option::is_some), is_saved) {
            (true, ..) => SaveState::Saving,
            (false, true, _) => SaveState::Failed,
            (false, false, true) => SaveState::Saved,
            (false, false, false) => SaveState::Idle,
        }
    })
}

/// Counts how often it worked: a key for what is made anew after that.
pub fn successes_of<S>(action: ServerAction<S>) -> Memo<u32>
where
    S: ServerFn<Error = ApiError> + Clone + Send + Sync + 'static,
    S::Output: Clone + Send + Sync + 'static,
{
    let count = RwSignal::new(0);
    Effect::new(move |_| {
        if action.value().with(|answer| matches!(answer, Some(Ok(_)))) {
            count.update(|count| *count += 1);
        }
    });
    Memo::new(move |_| count.get())
}

/// A page that is come back to does not open with the failure of the last visit.
pub fn forget_failure<S>(action: ServerAction<S>)
where
    S: ServerFn + Clone + Send + Sync + 'static,
    S::Output: Send + Sync + 'static,
    S::Error: Send + Sync + 'static,
{
    Effect::new(move |_| action.clear());
}

/// What is wrong with that field.
pub fn field_error(failure: Signal<Option<ApiError>>, name: &'static str) -> Signal<Option<String>> {
    Signal::derive(move || failure.with(|failure| failure.as_ref().and_then(|failure| failure.field(name))))
}

/// What is wrong, unless the fields already say it.
pub fn form_error(failure: Signal<Option<ApiError>>) -> Signal<Option<String>> {
    Signal::derive(move || {
        failure.with(|failure| failure.as_ref().filter(|failure| failure.fields.is_empty()).map(|f| f.message.clone()))
    })
}

/// The whole failure in one text, where there are no fields to say it beside.
pub fn explain(failure: &ApiError) -> String {
    let fields = failure.fields.values().cloned().collect::<Vec<_>>();
    if fields.is_empty() { failure.message.clone() } else { fields.join(" ") }
}

/// What was typed before the server sent the form back, or else what the form opens with.
pub fn typed_or(name: &'static str, known: String) -> String {
    use_query_map().with_untracked(|query| query.get(name)).unwrap_or(known)
}

/// What was typed before the server sent the form back, where it says so; never a password.
pub fn typed_before(name: &'static str) -> String {
    use_query_map().with_untracked(|query| query.get(name)).unwrap_or_default()
}
