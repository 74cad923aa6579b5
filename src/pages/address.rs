//! One's address for mail: a section of the account page.
//!
//! A change asks for the password, since a new password can be had by mail. The field holds what was typed when the
//! change fails, the password never.

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
    text,
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
                {text!(account.email_address)}
            </h2>
            <PostForm action class="stack">
                <ErrorNote message=form_error(failure) />
                <Field
                    label=text!(door.email)
                    name="email"
                    kind="email"
                    autocomplete="email"
                    hint=text!(account.email_hint)
                    value=typed_or("email", email)
                    error=field_error(failure, "email")
                />
                <Field
                    label=text!(account.your_password)
                    name="currentPassword"
                    id="address-password"
                    kind="password"
                    autocomplete="current-password"
                    error=field_error(failure, "currentPassword")
                    empty_after=changes
                />
                <SaveRow label=text!(account.change_address) state=save_state_of(action) />
            </PostForm>
        </section>
    }
}
