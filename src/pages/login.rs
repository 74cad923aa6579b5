//! `/login`: signing in, and on to where one came from.
//!
//! Whoever is signed in already is led on. It works without WASM; the password is in no address and in no answer.

use leptos::prelude::*;
use leptos_meta::Title;
use leptos_router::{components::A, hooks::use_query_map};

use super::{
    forms::{PostForm, failure_of, field_error, forget_failure, form_error, typed_before},
    session::{LeaveWhenSignedIn, use_next, use_session, with_next},
};
use crate::{
    api::{error::ApiError, resets::reset_by_mail},
    components::{
        feedback::{ErrorNote, InfoNote},
        field::Field,
        language_choice::LanguageChoice,
    },
    text,
};

/// Signing in.
#[component]
pub fn LoginPage() -> impl IntoView {
    let action = use_session().sign_in;
    let failure = failure_of(action);
    forget_failure(action);
    let next = use_next();
    let query = use_query_map();
    let news = Signal::derive(move || query.read().get("reset").map(|_| text!(door.reset_done).to_owned()));
    view! {
        <Title text=text!(door.sign_in) />
        <LeaveWhenSignedIn unless=Signal::derive(move || news.with(Option::is_some)) />
        <div class="page narrow">
            <section class="panel form-panel stack">
                <h1 class="page-title">{text!(door.sign_in)}</h1>
                <InfoNote message=news />
                <PostForm action class="stack">
                    <ErrorNote message=form_error(failure) />
                    <LoginField failure />
                    <Field
                        label=text!(door.password)
                        name="password"
                        kind="password"
                        autocomplete="current-password"
                        error=field_error(failure, "password")
                    />
                    <input type="hidden" name="next" value=move || next.get().unwrap_or_else(|| "/".to_owned()) />
                    <SubmitButton label=text!(door.sign_in) busy_label=text!(door.signing_in) busy=action.pending() />
                </PostForm>
                <ForgotLink />
                <p class="muted">
                    {text!(door.new_here)}
                    <A href=move || with_next("/signup", next.get())>{text!(door.make_account)}</A>
                </p>
            </section>
            <LanguageChoice />
        </div>
    }
}

/// Who somebody is, by either of what they can be known by. The page opens with the caret in it, when a browser
/// loads it.
#[component]
pub fn LoginField(
    /// Why the last try failed.
    failure: Signal<Option<ApiError>>,
) -> impl IntoView {
    view! {
        <Field
            label=text!(door.username_or_email)
            name="login"
            autocomplete="username"
            autofocus=true
            value=typed_before("login")
            error=field_error(failure, "login")
        />
    }
}

/// The way to a new password, where there is one.
#[component]
fn ForgotLink() -> impl IntoView {
    let reset = Resource::new_blocking(|| (), |()| reset_by_mail());
    view! {
        <Transition>
            {move || Suspend::new(async move {
                let is_available = reset.await.is_ok_and(|reset| reset.is_available);
                is_available
                    .then(|| {
                        view! {
                            <p>
                                <A href="/forgot">{text!(door.forgot_password)}</A>
                            </p>
                        }
                    })
            })}
        </Transition>
    }
}

/// The one main action of a form, which sends nothing twice. It keeps the focus while it is being done.
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
        <button type="submit" class="button primary wide" aria-busy=move || busy.get().then_some("true")>
            {move || if busy.get() { busy_label } else { label }}
        </button>
    }
}
