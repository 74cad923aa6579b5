//! One's password: a section of the account page.

use leptos::prelude::*;

use super::forms::{PostForm, failure_of, field_error, form_error, save_state_of, successes_of};
use crate::{
    api::account::ChangePassword,
    components::{
        feedback::{ErrorNote, SaveRow},
        field::Field,
    },
};

/// A new password for the current one.
#[component]
pub fn PasswordSection(
    /// Replaces it.
    action: ServerAction<ChangePassword>,
    /// Whose it is, for the browser's own list of passwords.
    username: String,
) -> impl IntoView {
    let failure = failure_of(action);
    let changes = successes_of(action);
    view! {
        <section class="panel stack" aria-labelledby="password-title">
            <h2 class="section-title" id="password-title">
                "Password"
            </h2>
            <p class="muted">"A new password signs you out everywhere but here."</p>
            <PostForm action class="stack">
                <ErrorNote message=form_error(failure) />
                <input type="text" autocomplete="username" value=username hidden readonly />
                <Field
                    label="Current password"
                    name="currentPassword"
                    kind="password"
                    autocomplete="current-password"
                    error=field_error(failure, "currentPassword")
                    empty_after=changes
                />
                <Field
                    label="New password"
                    name="newPassword"
                    kind="password"
                    autocomplete="new-password"
                    hint="At least 10 characters."
                    error=field_error(failure, "newPassword")
                    empty_after=changes
                />
                <SaveRow label="Change password" state=save_state_of(action) />
            </PostForm>
        </section>
    }
    .into_any()
}
