//! Making an account.

use leptos::prelude::*;
use leptos_meta::Title;
use leptos_router::components::A;

use super::{
    forms::{PostForm, failure_of, field_error, forget_failure, form_error, typed_before},
    login::SubmitButton,
    session::{LeaveWhenSignedIn, use_next, use_session, with_next},
};
use crate::{
    api::error::ApiError,
    components::{feedback::ErrorNote, field::Field},
};

/// Making an account.
#[component]
pub fn SignUpPage() -> impl IntoView {
    let action = use_session().sign_up;
    let failure = failure_of(action);
    forget_failure(action);
    let next = use_next();
    view! {
        <Title text="Sign up" />
        <LeaveWhenSignedIn />
        <div class="page narrow">
            <section class="panel form-panel stack">
                <h1 class="page-title">"Make an account"</h1>
                <PostForm action class="stack">
                    <ErrorNote message=form_error(failure) />
                    <SignUpFields failure />
                    <input type="hidden" name="next" value=move || next.get().unwrap_or_else(|| "/".to_owned()) />
                    <SubmitButton label="Sign up" busy_label="Signing up…" busy=action.pending() />
                </PostForm>
                <p class="muted">
                    "Have an account? " <A href=move || with_next("/login", next.get())>"Sign in"</A>
                </p>
            </section>
        </div>
    }
    .into_any()
}

#[component]
fn SignUpFields(failure: Signal<Option<ApiError>>) -> impl IntoView {
    view! {
        <Field
            label="Username"
            name="username"
            autocomplete="username"
            autofocus=true
            hint="3 to 30 letters, digits and underscores. Your stream's address ends with it."
            value=typed_before("username")
            error=field_error(failure, "username")
        />
        <Field
            label="Email"
            name="email"
            kind="email"
            autocomplete="email"
            hint="Only you see it."
            value=typed_before("email")
            error=field_error(failure, "email")
        />
        <Field
            label="Password"
            name="password"
            kind="password"
            autocomplete="new-password"
            hint="At least 10 characters."
            error=field_error(failure, "password")
        />
    }
    .into_any()
}
