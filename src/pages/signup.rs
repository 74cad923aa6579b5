//! `/signup`: making an account.
//!
//! It signs in at once and goes on to where one came from. Whoever is signed in already is led on. It works without
//! WASM.

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
    components::{feedback::ErrorNote, field::Field, language_choice::LanguageChoice},
    text,
};

/// Making an account.
#[component]
pub fn SignUpPage() -> impl IntoView {
    let action = use_session().sign_up;
    let failure = failure_of(action);
    forget_failure(action);
    let next = use_next();
    view! {
        <Title text=text!(door.sign_up) />
        <LeaveWhenSignedIn />
        <div class="page narrow">
            <section class="panel form-panel stack">
                <h1 class="page-title">{text!(door.make_account)}</h1>
                <PostForm action class="stack">
                    <ErrorNote message=form_error(failure) />
                    <SignUpFields failure />
                    <input type="hidden" name="next" value=move || next.get().unwrap_or_else(|| "/".to_owned()) />
                    <SubmitButton label=text!(door.sign_up) busy_label=text!(door.signing_up) busy=action.pending() />
                </PostForm>
                <p class="muted">
                    {text!(door.have_account)}
                    <A href=move || with_next("/login", next.get())>{text!(door.sign_in)}</A>
                </p>
            </section>
            <LanguageChoice />
        </div>
    }
}

#[component]
fn SignUpFields(failure: Signal<Option<ApiError>>) -> impl IntoView {
    view! {
        <Field
            label=text!(door.username)
            name="username"
            autocomplete="username"
            autofocus=true
            hint=text!(door.username_hint)
            value=typed_before("username")
            error=field_error(failure, "username")
        />
        <Field
            label=text!(door.email)
            name="email"
            kind="email"
            autocomplete="email"
            hint=text!(door.email_hint)
            value=typed_before("email")
            error=field_error(failure, "email")
        />
        <Field
            label=text!(door.password)
            name="password"
            kind="password"
            autocomplete="new-password"
            hint=text!(door.password_hint)
            error=field_error(failure, "password")
        />
    }
}
