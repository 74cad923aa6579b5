//! `/apply`: becoming a creator.
//!
//! The application and how it fares are told as it happens, by events; once it is approved, the dashboard opens without
//! signing in again. The form works without WASM.

use leptos::prelude::*;
use leptos_meta::Title;
use leptos_router::components::A;

use super::{
    forms::{PostForm, failure_of, field_error, form_error, typed_or},
    login::SubmitButton,
    session::{Guard, Need, use_session},
};
use crate::{
    api::{
        creator::{Application, ApplicationStatus, Apply, my_application},
        error::ApiError,
        paths,
    },
    browser::events::EventStream,
    components::{
        application::ApplicationTimeline,
        feedback::{ErrorNote, Skeleton},
        field::TextField,
        focus_keeper::FocusKeeper,
        icon::Icon,
    },
    domain::application::written,
    text,
};

/// Becoming a creator.
#[component]
pub fn ApplyPage() -> impl IntoView {
    view! {
        <Title text=text!(apply.title) />
        <Guard need=Need::Account>
            <div class="page narrow stack">
                <h1 class="page-title">{text!(apply.title)}</h1>
                <Applying />
            </div>
        </Guard>
    }
}

#[component]
fn Applying() -> impl IntoView {
    let apply = ServerAction::<Apply>::new();
    let told = RwSignal::new(None::<Application>);
    let loaded = Resource::new_blocking(|| (), |()| my_application());
    listen(told);
    // The newest of what was loaded, what the form answered and what the events told.
    let newest = Memo::new(move |_| {
        let loaded = loaded.get().and_then(Result::ok).flatten();
        let sent = apply.value().get().and_then(Result::ok);
        [loaded, sent, told.get()].into_iter().flatten().max_by_key(|found| (found.created_at, found.updated_at))
    });
    unlock_dashboard(newest);
    view! {
        <Transition fallback=|| view! { <Skeleton kind="panel" /> }>
            {move || Suspend::new(async move {
                if let Err(error) = loaded.await {
                    return view! { <ErrorNote message=Some(error.message) /> }.into_any();
                }
                view! {
                    <FocusKeeper class="stack" changes=newest>
                        {move || view! { <Stand application=newest.get() apply /> }}
                    </FocusKeeper>
                }
                    .into_any()
            })}
        </Transition>
    }
}

fn listen(told: RwSignal<Option<Application>>) {
    Effect::new(move |_| {
        EventStream::to(paths::ACCOUNT_EVENTS)
            .on("application", move |application: Option<Application>| told.set(application))
            .open()
            .keep();
    });
}

/// The rest of the page learns of an approval at once.
fn unlock_dashboard(newest: Memo<Option<Application>>) {
    let session = use_session();
    Effect::new(move |before: Option<Option<ApplicationStatus>>| {
        let status = newest.get().map(|application| application.status);
        if before.is_some_and(|before| before != status) {
            session.refetch();
        }
        status
    });
}

#[component]
fn Stand(application: Option<Application>, apply: ServerAction<Apply>) -> impl IntoView {
    let status = application.as_ref().map(|application| application.status);
    let can_apply = matches!(status, None | Some(ApplicationStatus::Rejected));
    // Who applies again goes on from what they wrote.
    let about = application.as_ref().map(|application| written(&application.about).to_owned());
    view! {
        {application
            .map(|application| {
                view! {
                    <section class="panel stack" aria-live="polite">
                        <StandWords status=application.status />
                        <ApplicationTimeline application />
                    </section>
                }
            })}
        {can_apply.then(|| view! { <ApplyForm apply before=about /> })}
    }
}

#[component]
fn StandWords(status: ApplicationStatus) -> impl IntoView {
    match status {
        ApplicationStatus::Pending => view! { <p>{text!(apply.is_in)}</p> }.into_any(),
        ApplicationStatus::UnderReview => view! { <p>{text!(apply.is_being_read)}</p> }.into_any(),
        ApplicationStatus::Rejected => view! { <p>{text!(apply.was_not_approved)}</p> }.into_any(),
        ApplicationStatus::Approved => view! {
            <div class="approved stack">
                <h2 class="section-title">{text!(apply.you_are_approved)}</h2>
                <p>{text!(apply.how_to_begin)}</p>
                <A href="/dashboard/keys" attr:class="button primary">
                    <Icon name="key-round" />
                    {text!(apply.get_key)}
                </A>
            </div>
        }
        .into_any(),
    }
}

#[component]
fn ApplyForm(
    apply: ServerAction<Apply>,
    /// What was written in the last application, if this is another one.
    before: Option<String>,
) -> impl IntoView {
    let again = before.is_some();
    let failure: Signal<Option<ApiError>> = failure_of(apply);
    view! {
        <section class="panel stack">
            <h2 class="section-title">{if again { text!(apply.again) } else { text!(apply.tell_us) }}</h2>
            <p class="muted">{text!(apply.who_decides)}</p>
            <PostForm action=apply class="stack">
                <ErrorNote message=form_error(failure) />
                <TextField
                    label=text!(apply.about)
                    name="about"
                    hint=text!(apply.about_hint)
                    value=typed_or("about", before.unwrap_or_default())
                    error=field_error(failure, "about")
                />
                <SubmitButton label=text!(apply.send) busy_label=text!(frame.sending) busy=apply.pending() />
            </PostForm>
        </section>
    }
}
