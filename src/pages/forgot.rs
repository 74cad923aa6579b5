//! A new password for somebody who has forgotten theirs: asking for a link, and using it.
//!
//! The page of the link has a secret in its address, which it hands on to its own form alone.

use leptos::prelude::*;
use leptos_meta::Title;
use leptos_router::{components::A, hooks::use_query_map};

use super::{
    forms::{PostForm, failure_of, field_error, form_error, typed_before},
    login::SubmitButton,
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
};

const SENT: &str = "If there is such an account, a link is on its way to its address. Nothing after five minutes? Look \
                    among the unwanted mail; an account gets three links an hour at most.";

/// Asking for a link.
#[component]
pub fn ForgotPage() -> impl IntoView {
    let reset = Resource::new_blocking(|| (), |()| reset_by_mail());
    view! {
        <Title text="Forgot your password?" />
        <div class="page narrow">
            <section class="panel form-panel stack">
                <h1 class="page-title">"Forgot your password?"</h1>
                <Transition fallback=|| view! { <Skeleton kind="panel" /> }>
                    {move || Suspend::new(async move { way_out(reset.await) })}
                </Transition>
                <p class="muted">
                    "It came back to you? " <A href="/login">"Sign in"</A>
                </p>
            </section>
        </div>
    }
    .into_any()
}

fn way_out(answer: Result<ResetByMail, ApiError>) -> AnyView {
    match answer {
        Ok(ResetByMail { is_available: true }) => view! { <Asking /> }.into_any(),
        Ok(ResetByMail { is_available: false }) => view! {
            <EmptyState icon="info" title="This server sends no mail">
                <p>"Ask whoever runs it for a new password. They set one with this command:"</p>
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
        is_sent.then(|| SENT.to_owned())
    });
    view! {
        <p class="muted">"We mail you a link to a new one. It works once, for 30 minutes."</p>
        <PostForm action class="stack">
            <InfoNote message=sent />
            <ErrorNote message=form_error(failure) />
            <Field
                label="Username or email"
                name="login"
                autocomplete="username"
                autofocus=true
                value=typed_before("login")
                error=field_error(failure, "login")
            />
            <SubmitButton label="Mail me a link" busy_label="Sending…" busy=action.pending() />
        </PostForm>
    }
    .into_any()
}

/// Using a link.
#[component]
pub fn ResetPage() -> impl IntoView {
    let action = ServerAction::<ConfirmReset>::new();
    let failure = failure_of(action);
    let token = use_query_map().with_untracked(|query| query.get("token")).unwrap_or_default();
    let session = use_session();
    // Nobody is signed in to the account any more, here neither.
    Effect::new(move |_| {
        if action.value().with(|answer| matches!(answer, Some(Ok(())))) {
            session.refetch();
        }
    });
    let worthless = Signal::derive({
        let is_missing = token.is_empty();
        let field = field_error(failure, "token");
        move || match is_missing {
            true => Some("The address is not whole. Open the link in the mail once more, or ask for a new one.".into()),
            false => field.get(),
        }
    });
    view! {
        <Title text="Choose a new password" />
        <div class="page narrow">
            <section class="panel form-panel stack">
                <h1 class="page-title">"Choose a new password"</h1>
                <p class="muted">"It signs you out everywhere, and whoever else knows the old one too."</p>
                <PostForm action class="stack">
                    <ErrorNote message=worthless />
                    <ErrorNote message=form_error(failure) />
                    <input type="hidden" name="token" value=token />
                    <Field
                        label="New password"
                        name="password"
                        kind="password"
                        autocomplete="new-password"
                        autofocus=true
                        hint="At least 10 characters."
                        error=field_error(failure, "password")
                    />
                    <SubmitButton label="Set password" busy_label="Setting…" busy=action.pending() />
                </PostForm>
                <p class="muted">
                    "The link does not work? " <A href="/forgot">"Ask for a new one"</A>
                </p>
            </section>
        </div>
    }
    .into_any()
}
