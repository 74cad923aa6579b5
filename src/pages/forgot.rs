//! A new password for somebody who has forgotten theirs: asking for a link, and using it.
//!
//! The page of the link has a secret in its address, which it hands on to its own form alone. Where the address holds
//! no such secret there is no form, and a way to another link.

use leptos::prelude::*;
use leptos_meta::Title;
use leptos_router::{components::A, hooks::use_query_map};

use super::{
    forms::{PostForm, failure_of, field_error, form_error},
    login::{LoginField, SubmitButton},
    session::use_session,
};
use crate::{
    api::{
        error::ApiError,
        resets::{AskForReset, ConfirmReset, ResetByMail, reset_by_mail},
    },
    components::{
        feedback::{EmptyState, ErrorNote, InfoNote, Skeleton},
        field::Field,
    },
    domain::account::is_reset_token,
    text,
};

/// Asking for a link.
#[component]
pub fn ForgotPage() -> impl IntoView {
    let reset = Resource::new_blocking(|| (), |()| reset_by_mail());
    view! {
        <Title text=text!(door.forgot_password) />
        <div class="page narrow">
            <section class="panel form-panel stack">
                <h1 class="page-title">{text!(door.forgot_password)}</h1>
                <Transition fallback=|| view! { <Skeleton kind="panel" /> }>
                    {move || Suspend::new(async move { way_out(reset.await) })}
                </Transition>
                <p class="muted">
                    {text!(door.came_back)} <A href="/login">{text!(door.sign_in)}</A>
                </p>
            </section>
        </div>
    }
}

fn way_out(answer: Result<ResetByMail, ApiError>) -> AnyView {
    match answer {
        Ok(ResetByMail { is_available: true }) => view! { <Asking /> }.into_any(),
        Ok(ResetByMail { is_available: false }) => view! {
            <EmptyState icon="info" title=text!(door.no_mail)>
                <p>{text!(door.ask_for_password)}</p>
                <p>
                    <code>"streamit user password NAME"</code>
                </p>
            </EmptyState>
        }
        .into_any(),
        Err(error) => view! { <ErrorNote message=Some(error.message) /> }.into_any(),
    }
}

#[component]
fn Asking() -> impl IntoView {
    let action = ServerAction::<AskForReset>::new();
    let failure = failure_of(action);
    let query = use_query_map();
    let sent = Signal::derive(move || {
        let is_sent = query.read().get("sent").is_some() && failure.with(Option::is_none);
        is_sent.then(|| text!(door.link_sent).to_owned())
    });
    view! {
        <p class="muted">{text!(door.we_mail_a_link)}</p>
        <PostForm action class="stack">
            <InfoNote message=sent />
            <ErrorNote message=form_error(failure) />
            <LoginField failure />
            <SubmitButton label=text!(door.mail_link) busy_label=text!(frame.sending) busy=action.pending() />
        </PostForm>
    }
}

/// Using a link.
#[component]
pub fn ResetPage() -> impl IntoView {
    let token = use_query_map().with_untracked(|query| query.get("token")).unwrap_or_default();
    view! {
        <Title text=text!(door.choose_password) />
        <div class="page narrow">
            <section class="panel form-panel stack">
                <h1 class="page-title">{text!(door.choose_password)}</h1>
                {if is_reset_token(&token) {
                    view! { <Choosing token /> }.into_any()
                } else {
                    view! { <BrokenLink /> }.into_any()
                }}
            </section>
        </div>
    }
}

#[component]
fn Choosing(
    /// What is in the link.
    token: String,
) -> impl IntoView {
    let action = ServerAction::<ConfirmReset>::new();
    let failure = failure_of(action);
    let session = use_session();
    // Nobody is signed in to the account any more, here neither.
    Effect::new(move |_| {
        if action.value().with(|answer| matches!(answer, Some(Ok(())))) {
            session.refetch();
        }
    });
    view! {
        <p class="muted">{text!(door.signs_out_everywhere)}</p>
        <PostForm action class="stack">
            <ErrorNote message=field_error(failure, "token") />
            <ErrorNote message=form_error(failure) />
            <input type="hidden" name="token" value=token />
            <Field
                label=text!(door.new_password)
                name="password"
                kind="password"
                autocomplete="new-password"
                autofocus=true
                hint=text!(door.password_hint)
                error=field_error(failure, "password")
            />
            <SubmitButton
                label=text!(door.set_password)
                busy_label=text!(door.setting_password)
                busy=action.pending()
            />
        </PostForm>
        <p class="muted">
            {text!(door.link_fails)} <A href="/forgot">{text!(door.ask_for_link)}</A>
        </p>
    }
}

/// An address that was cut, or never was one of a link: no form could work.
#[component]
fn BrokenLink() -> impl IntoView {
    view! {
        <ErrorNote message=Some(text!(door.address_not_whole).to_owned()) />
        <A href="/forgot" attr:class="button primary wide">
            {text!(door.ask_for_link)}
        </A>
    }
}
