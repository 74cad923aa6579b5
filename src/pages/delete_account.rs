//! Deleting one's account: a section of the account page, with a dialog that asks for password and username.
//!
//! It says what goes and what stays before anything is asked, and works without WASM. What failed is said in the
//! dialog; without WASM, where the page comes back with it closed, above it.

use leptos::prelude::*;

use super::{
    forms::{PostForm, explain, failure_of, field_error, forget_failure, form_error},
    session::use_session,
};
use crate::{
    api::error::ApiError,
    components::{feedback::ErrorNote, field::Field, form_dialog::FormDialog},
    text,
};

/// What deleting means, and the way to it.
#[component]
pub fn DeleteSection(
    /// What is typed to confirm it.
    username: String,
    /// There is a stream that goes too.
    is_creator: bool,
) -> impl IntoView {
    let action = use_session().delete_account;
    let failure = failure_of(action);
    forget_failure(action);
    // Without WASM the dialog is closed when the page comes back.
    let failed_before = move || failure.get().filter(|_| action.version().get() == 0).map(|failure| explain(&failure));
    view! {
        <section class="panel stack danger-zone" aria-labelledby="delete-title">
            <h2 class="section-title" id="delete-title">
                {text!(account.delete)}
            </h2>
            <p class="muted">{text!(account.delete_means)}</p>
            <ErrorNote message=Signal::derive(failed_before) />
            <div>
                <FormDialog
                    id="delete-account"
                    opener=text!(account.delete_opener)
                    title=text!(account.delete_question)
                >
                    <WhatGoes is_creator />
                    <PostForm action class="stack">
                        <ErrorNote message=form_error(failure) />
                        <DeleteFields failure username />
                        <button
                            type="submit"
                            class="button danger wide"
                            aria-busy=move || action.pending().get().then_some("true")
                        >
                            {move || match action.pending().get() {
                                true => text!(account.deleting),
                                false => text!(account.delete),
                            }}
                        </button>
                    </PostForm>
                </FormDialog>
            </div>
        </section>
    }
}

#[component]
fn WhatGoes(is_creator: bool) -> impl IntoView {
    view! {
        <ul class="what-goes">
            {is_creator.then(|| view! { <li>{text!(account.stream_goes)}</li> })}
            <li>{text!(account.profile_goes)}</li>
            <li>{text!(account.messages_stay)}</li>
            <li>{text!(account.username_is_free)}</li>
        </ul>
    }
}

#[component]
fn DeleteFields(failure: Signal<Option<ApiError>>, username: String) -> impl IntoView {
    view! {
        <Field
            label=text!(account.type_username, username = username)
            name="confirm"
            autofocus=true
            error=field_error(failure, "confirm")
        />
        <Field
            label=text!(account.your_password)
            name="password"
            id="delete-password"
            kind="password"
            autocomplete="current-password"
            error=field_error(failure, "password")
        />
    }
}
