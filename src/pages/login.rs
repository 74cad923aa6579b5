//! Signing in, and on to where one came from.

use leptos::prelude::*;
use leptos_meta::Title;
use leptos_router::components::A;

use super::{
    forms::{PostForm, failure_of, field_error, forget_failure, form_error, typed_before},
    session::{LeaveWhenSignedIn, use_next, use_session, with_next},
};
use crate::components::{feedback::ErrorNote, field::Field};

/// Signing in.
#[component]
pub fn LoginPage() -> impl IntoView {
    let action = use_session().sign_in;
    let failure = failure_of(action);
    forget_failure(action);
    let next = use_next();
    view! {
        <Title text="Sign in" />
        <LeaveWhenSignedIn />
        <div class="page narrow">
            <section class="panel form-panel stack">
                <h1 class="page-title">"Sign in"</h1>
                <PostForm action class="stack">
                    <ErrorNote message=form_error(failure) />
                    <Field
                        label="Username or email"
                        name="login"
                        autocomplete="username"
                        autofocus=true
                        value=typed_before("login")
                        error=field_error(failure, "login")
                    />
                    <Field
                        label="Password"
                        name="password"
                        kind="password"
                        autocomplete="current-password"
                        error=field_error(failure, "password")
                    />
                    <input type="hidden" name="next" value=move || next.get().unwrap_or_else(|| "/".to_owned()) />
                    <SubmitButton label="Sign in" busy_label="Signing in…" busy=action.pending() />
                </PostForm>
                <p class="muted">
                    "New here? " <A href=move || with_next("/signup", next.get())>"Make an account"</A>
                </p>
            </section>
        </div>
    }
    .into_any()
}

/// The one main action of a form.
#[component]
pub fn SubmitButton(
    /// What it does.
    label: &'static str,
    /// What it is doing.
    busy_label: &'static str,
    /// It is being done.
    #[prop(into)]
    busy: Signal<bool>,
) -> impl IntoView {
    view! {
        <button type="submit" class="button primary wide" disabled=busy aria-busy=move || busy.get().then_some("true")>
            {move || if busy.get() { busy_label } else { label }}
        </button>
    }
    .into_any()
}
