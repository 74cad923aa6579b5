//! `/dashboard/keys`: what an encoder needs to get in, and whether what it sends arrives.
//!
//! The page as the server renders it never holds the key; what becomes of it in the browser is in `stream_key.rs`.

use leptos::{either::Either, prelude::*};
use leptos_meta::Title as PageTitle;

use super::{
    checklist::ChecklistSection,
    dashboard::leave_when_refused,
    encoder_controls::EncoderControls,
    session::use_session,
    stream_key::{KeyState, copy_credential, hide_by_itself},
    streams::{OwnStream, follow_own_stream},
};
use crate::{
    api::{channels::ChannelState, paths, stream::StreamReport},
    browser::{channel_feed::ChannelFeed, events::EventStream},
    components::{
        dialog::ConfirmDialog,
        feedback::{EmptyState, ErrorNote, LoadFailure},
        focus_keeper::FocusKeeper,
        icon::Icon,
        key_panel::{InputChoice, KeyActions, KeyPanel, Refusal},
        key_steps::ObsSteps,
        status_line::StatusLine,
        stream_panel::Loading,
    },
    text,
};

/// The page.
#[component]
pub fn KeysPage() -> impl IntoView {
    let account = use_session().account;
    let stream = OwnStream::load();
    let reload = move || stream.reload();
    view! {
        <PageTitle text=text!(keys.keys) />
        <div class="page keys-page">
            <h1>{text!(keys.stream_key)}</h1>
            <Transition fallback=move || view! { <Loading kind="panel" on_retry=reload /> }>
                {move || Suspend::new(async move {
                    let username = account.await.map(|account| account.username).unwrap_or_default();
                    match stream.get().await {
                        Ok((report, state)) => Either::Left(view! { <Keys report state username /> }),
                        Err(error) => Either::Right(view! { <LoadFailure message=error.message on_retry=reload /> }),
                    }
                })}
            </Transition>
        </div>
    }
}

#[component]
fn Keys(report: StreamReport, state: ChannelState, username: String) -> impl IntoView {
    let key = KeyState::new(&report);
    let feed = ChannelFeed::new(state);
    let controls = EncoderControls::new(&report);
    let notice = RwSignal::new(None);
    Effect::new(move |_| {
        let events = EventStream::to(paths::STREAM_EVENTS).on("notice", move |news| {
            let _ = notice.try_set(Some(news));
        });
        follow_own_stream(feed, controls, events, || {});
    });
    leave_when_refused(feed.connection);
    hide_by_itself(key);
    key.follow(controls.shown());
    let refusal =
        Signal::derive(move || feed.state.with(|state| state.status.is_busy().then(|| text!(keys.while_live))));
    let is_reconnecting = Signal::derive(move || feed.connection.get().is_disturbed());
    let has_key = Memo::new(move |_| key.input_type.get().is_some());
    view! {
        <StatusLine state=feed.state is_reconnecting />
        <p class="note without-program">
            <Icon name="info" />
            {text!(keys.needs_javascript)}
        </p>
        // What went wrong may change what is below: announced from here, it is announced once. While it is busy, a
        // dialog may be open, and nothing outside of that is announced.
        <p class="visually-hidden" role="alert">
            {move || if key.is_busy.get() { None } else { key.error.get() }}
        </p>
        <FocusKeeper class="keys-place" changes=has_key>
            {move || {
                if has_key.get() {
                    let username = username.clone();
                    Either::Left(
                        view! {
                            <ExistingKey key refusal>
                                <ChecklistSection feed controls notice username />
                            </ExistingKey>
                        },
                    )
                } else {
                    Either::Right(view! { <NoKey key refusal /> })
                }
            }}
        </FocusKeeper>
    }
}

#[component]
fn NoKey(key: KeyState, refusal: Signal<Option<&'static str>>) -> impl IntoView {
    // Disabled while it is busy, the button would lose the focus.
    let make = move |_| {
        if !key.is_busy.get_untracked() {
            key.make();
        }
    };
    view! {
        <section class="stack" aria-label=text!(keys.new_key)>
            <ErrorNote message=key.error is_announced_elsewhere=true />
            <EmptyState icon="key-round" title=text!(keys.none_yet)>
                <p>{text!(keys.make_to_connect)}</p>
                <InputChoice chosen=key.chosen disabled=key.is_busy />
                <button
                    type="button"
                    class="button primary"
                    disabled=move || refusal.get().is_some()
                    aria-disabled=move || key.is_busy.get().then_some("true")
                    aria-busy=move || key.is_busy.get().then_some("true")
                    on:click=make
                >
                    <Icon name="key-round" />
                    {move || if key.is_busy.get() { text!(keys.making) } else { text!(keys.make) }}
                </button>
                <Refusal refusal />
            </EmptyState>
        </section>
    }
}

#[component]
fn ExistingKey(
    key: KeyState,
    refusal: Signal<Option<&'static str>>,
    /// What stands above the steps for OBS.
    children: Children,
) -> impl IntoView {
    let input_type = Signal::derive(move || key.input_type.get().unwrap_or_default());
    let lost = Signal::derive(move || key.is_lost.get().then(|| text!(keys.unknown_to_livekit).to_owned()));
    view! {
        <div class="keys-grid">
            <section class="panel stack" aria-label=text!(keys.your_key)>
                <ErrorNote message=lost />
                <KeyPanel
                    input_type
                    server_url=key.server_url
                    revealed=key.revealed
                    is_revealing=key.is_revealing
                    on_toggle=move || key.toggle()
                    on_copy_url=move || copy_credential(|credentials| credentials.server_url)
                    on_copy_key=move || copy_credential(|credentials| credentials.stream_key)
                />
                // Between the buttons above and those below, so that it is in sight from either, on a phone too.
                <ErrorNote message=key.error is_announced_elsewhere=true />
                <ChangeKey key refusal />
            </section>
            <div class="keys-side">
                {children()}
                <ObsSteps input_type />
            </div>
        </div>
    }
}

#[component]
fn ChangeKey(key: KeyState, refusal: Signal<Option<&'static str>>) -> impl IntoView {
    let asks_new = RwSignal::new(false);
    let asks_delete = RwSignal::new(false);
    // The dialogs close when it is done, however it went: the page says how.
    Effect::watch(
        move || key.is_busy.get(),
        move |is_busy, _, _| {
            if !is_busy {
                asks_new.set(false);
                asks_delete.set(false);
            }
        },
        false,
    );
    let waits = move || {
        let current = key.input_type.get().filter(|current| *current != key.chosen.get())?;
        Some(text!(keys.waits_for_new_key, kind = current.name()))
    };
    view! {
        <InputChoice chosen=key.chosen disabled=Signal::derive(move || key.is_busy.get() || refusal.get().is_some()) />
        <p class="key-hint" role="status">
            {waits}
        </p>
        <KeyActions
            refusal
            is_busy=key.is_busy
            on_regenerate=move || asks_new.set(true)
            on_delete=move || asks_delete.set(true)
        />
        <ConfirmDialog
            open=asks_new
            title=text!(keys.renew_question)
            confirm_label=text!(keys.renew)
            on_confirm=move || key.make()
            busy=key.is_busy
        >
            <p>{text!(keys.renew_means)}</p>
        </ConfirmDialog>
        <ConfirmDialog
            open=asks_delete
            title=text!(keys.delete_question)
            confirm_label=text!(keys.delete)
            on_confirm=move || key.delete()
            busy=key.is_busy
        >
            <p>{text!(keys.delete_means)}</p>
        </ConfirmDialog>
    }
}
