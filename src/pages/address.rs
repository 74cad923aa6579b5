//! One's address for mail: a section of the account page.

use leptos::prelude::*;

use super::{
    forms::{PostForm, failure_of, field_error, form_error, save_state_of, successes_of, typed_or},
    session::use_session,
};
use crate::{
    api::account::ChangeEmail,
    components::{
        feedback::{ErrorNote, SaveRow},
        field::Field,
    },
};

/// The address, and the password that is needed to change it.
#[component]
pub fn AddressSection(
    /// As the page found it.
    email: String,
) -> impl IntoView {
    let action = ServerAction::<ChangeEmail>::new();
    let failure = failure_of(action);
    let changes = successes_of(action);
    use_session().keep_answer_of(action);
    view! {
        <section class="panel stack" aria-labelledby="address-title">
            <h2 class="section-title" id="address-title">
                "Email address"
            </h2>
            <PostForm action class="stack">
                <ErrorNote message=form_error(failure) />
                <Field
                    label="Email"
                    name="email"
                    kind="email"
                    autocomplete="email"
                    hint="Only you see it. You can sign in with it too."
                    value=typed_or("email", email)
                    error=field_error(failure, "email")
                />
                <Field
                    label="Your password"
                    name="currentPassword"
                    id="address-password"
                    kind="password"
                    autocomplete="current-password"
                    error=field_error(failure, "currentPassword")
                    empty_after=changes
                />
                <SaveRow label="Change address" state=save_state_of(action) />
            </PostForm>
        </section>
    }
    .into_any()
}
