//! How one is shown to others: a section of the account page.
//!
//! The display name is what others read; the username is an address and is not changed here. The top of the page has
//! the new name at once.

use leptos::prelude::*;

use super::{
    forms::{PostForm, failure_of, field_error, form_error, save_state_of, typed_or},
    session::use_session,
};
use crate::{
    api::account::{Account, ChangeProfile},
    components::{
        feedback::{ErrorNote, SaveRow},
        field::{Field, TextField},
    },
    text,
};

/// Name and text.
#[component]
pub fn ProfileSection(
    /// As the page found it.
    account: Account,
) -> impl IntoView {
    let action = ServerAction::<ChangeProfile>::new();
    let failure = failure_of(action);
    use_session().keep_answer_of(action);
    let about_hint =
        if account.is_creator { text!(account.about_hint) } else { text!(account.about_hint_before_creator) };
    view! {
        <section class="panel stack" aria-labelledby="profile-title">
            <h2 class="section-title" id="profile-title">
                {text!(account.profile)}
            </h2>
            <PostForm action class="stack">
                <ErrorNote message=form_error(failure) />
                <Field
                    label=text!(account.display_name)
                    name="displayName"
                    autocomplete="nickname"
                    hint=text!(account.display_name_hint)
                    value=typed_or("displayName", account.display_name)
                    error=field_error(failure, "displayName")
                />
                <TextField
                    label=text!(account.about)
                    name="about"
                    rows=3
                    required=false
                    max_length=600
                    hint=about_hint
                    value=typed_or("about", account.about)
                    error=field_error(failure, "about")
                />
                <SaveRow label=text!(account.save_profile) state=save_state_of(action) />
            </PostForm>
        </section>
    }
}
