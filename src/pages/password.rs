//! One's password: a section of the account page.
//!
//! A new one asks for the current one, and signs out everywhere but here. Both fields are emptied once it was changed.

use leptos::prelude::*;

use super::forms::{PostForm, failure_of, field_error, form_error, save_state_of, successes_of};
use crate::{
    api::account::ChangePassword,
    components::{
        feedback::{ErrorNote, SaveRow},
        field::Field,
    },
    text,
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
                {text!(door.password)}
            </h2>
            <p class="muted">{text!(account.new_password_means)}</p>
            <PostForm action class="stack">
                <ErrorNote message=form_error(failure) />
                <input type="text" autocomplete="username" value=username hidden readonly />
                <Field
                    label=text!(account.current_password)
                    name="currentPassword"
                    kind="password"
                    autocomplete="current-password"
                    error=field_error(failure, "currentPassword")
                    empty_after=changes
                />
                <Field
                    label=text!(door.new_password)
                    name="newPassword"
                    kind="password"
                    autocomplete="new-password"
                    hint=text!(door.password_hint)
                    error=field_error(failure, "newPassword")
                    empty_after=changes
                />
                <SaveRow label=text!(account.change_password) state=save_state_of(action) />
            </PostForm>
        </section>
    }
}
