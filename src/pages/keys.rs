//! `/dashboard/keys`: what an encoder needs to get in.
//!
//! The key is asked for only to show or to copy it, and is forgotten as soon as that is over; the page as the server
//! renders it never holds it.

use std::time::Duration;

use leptos::{either::Either, ev, prelude::*, task::spawn_local};
use leptos_meta::Title as PageTitle;

use super::{
    checklist::EncoderChecklist,
    encoder_controls::EncoderControls,
    session::use_session,
    streams::{OwnStream, follow_own_stream},
};
use crate::{
    api::{
        channels::ChannelState,
        error::ApiError,
        paths,
        stream::{
            Change, Credentials, InputType, StreamReport, credentials, delete_ingress, make_ingress, stream_status,
        },
    },
    browser::{channel_feed::ChannelFeed, clipboard, events::EventStream, timers::within},
    components::{
        copy_button::Copying,
        dialog::ConfirmDialog,
        feedback::{EmptyState, ErrorNote},
        icon::Icon,
        key_panel::{InputChoice, KeyActions, KeyPanel, Refusal},
        key_steps::ObsSteps,
        preview::StatusLine,
        stream_panel::{LoadFailure, Loading},
    },
    text,
};

/// How long the key stays on the screen.
const SHOWN_FOR: Duration = Duration::from_secs(20);
/// Making a key takes three calls to LiveKit, and two more to take back what failed: of at most 3 s each.
const CHANGE_WITHIN: Duration = Duration::from_secs(20);

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
    .into_any()
}

/// What the page knows of the key, the key itself for moments only.
#[derive(Clone, Copy)]
struct KeyState {
    /// What the key is for; `None` without a key.
    input_type: RwSignal<Option<InputType>>,
    is_lost: RwSignal<bool>,
    /// What a new key would be for.
    chosen: RwSignal<InputType>,
    server_url: RwSignal<Option<String>>,
    /// The key, while it is shown.
    revealed: RwSignal<Option<String>>,
    is_revealing: RwSignal<bool>,
    /// A new key, or deleting the old one, is on its way.
    is_busy: RwSignal<bool>,
    error: RwSignal<Option<String>>,
}

impl KeyState {
    fn new(report: &StreamReport) -> Self {
        Self {
            input_type: RwSignal::new(key_of(report)),
            is_lost: RwSignal::new(report.key_is_lost),
            chosen: RwSignal::new(report.input_type.unwrap_or_default()),
            server_url: RwSignal::new(report.server_url.clone()),
            revealed: RwSignal::new(None),
            is_revealing: RwSignal::new(false),
            is_busy: RwSignal::new(false),
            error: RwSignal::new(None),
        }
    }

    fn take_report(self, report: &StreamReport) {
        let _ = self.input_type.try_set(key_of(report));
        let _ = self.server_url.try_set(report.server_url.clone());
        let _ = self.is_lost.try_set(report.key_is_lost);
    }

    fn hide(self) {
        self.revealed.set(None);
        self.is_revealing.set(false);
    }

    /// Hides a key that is shown, and shows one that is hidden unless it was hidden again meanwhile.
    fn toggle(self) {
        if self.revealed.with_untracked(Option::is_some) || self.is_revealing.get_untracked() {
            return self.hide();
        }
        self.is_revealing.set(true);
        self.error.set(None);
        spawn_local(async move {
            let answer = in_time(credentials()).await;
            if self.is_revealing.try_get_untracked() != Some(true) {
                return;
            }
            self.is_revealing.set(false);
            match answer {
                Ok(credentials) => {
                    self.server_url.set(Some(credentials.server_url));
                    self.revealed.set(Some(credentials.stream_key));
                }
                Err(message) => self.error.set(Some(message)),
            }
        });
    }

    fn make(self) {
        let wanted = self.chosen.get_untracked();
        self.change(async move {
            let made = in_time(make_ingress(Change::Set(wanted.as_str().to_owned()))).await?;
            Ok(Some((made.credentials.server_url, made.credentials.input_type)))
        });
    }

    fn delete(self) {
        self.change(async move {
            in_time(delete_ingress()).await?;
            let _ = self.chosen.try_set(InputType::default());
            Ok(None)
        });
    }

    fn change(self, work: impl Future<Output = Result<Option<(String, InputType)>, String>> + 'static) {
        self.hide();
        self.is_busy.set(true);
        self.error.set(None);
        spawn_local(async move {
            match work.await {
                Ok(key) => {
                    let _ = self.input_type.try_set(key.as_ref().map(|(_, input_type)| *input_type));
                    let _ = self.server_url.try_set(key.map(|(server_url, _)| server_url));
                    let _ = self.is_lost.try_set(false);
                }
                Err(message) => {
                    let _ = self.error.try_set(Some(message));
                    // The old key may be void although there is no new one.
                    if let Ok(report) = stream_status().await {
                        self.take_report(&report);
                    }
                }
            }
            let _ = self.is_busy.try_set(false);
        });
    }
}

fn key_of(report: &StreamReport) -> Option<InputType> {
    report.controls.has_key.then(|| report.input_type.unwrap_or_default())
}

async fn in_time<T>(answer: impl Future<Output = Result<T, ApiError>>) -> Result<T, String> {
    within(CHANGE_WITHIN, answer).await.ok_or_else(|| text!(keys.too_slow).to_owned())?.map_err(|error| error.message)
}

/// Copies one of the credentials; they are gone again with the copy.
fn copy_credential(pick: fn(Credentials) -> String) -> Copying {
    Box::pin(clipboard::copy(async move { in_time(credentials()).await.map(pick) }))
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
    hide_by_itself(key);
    let refusal =
        Signal::derive(move || feed.state.with(|state| state.status.is_busy().then(|| text!(keys.while_live))));
    let is_reconnecting = Signal::derive(move || feed.connection.get().is_disturbed());
    let has_key = Memo::new(move |_| key.input_type.get().is_some());
    view! {
        <StatusLine state=feed.state is_reconnecting />
        <ErrorNote message=key.error />
        <p class="note without-program">
            <Icon name="info" />
            {text!(keys.needs_javascript)}
        </p>
        {move || {
            if has_key.get() {
                let username = username.clone();
                Either::Left(
                    view! {
                        <ExistingKey key refusal>
                            <EncoderChecklist feed controls notice username />
                        </ExistingKey>
                    },
                )
            } else {
                Either::Right(view! { <NoKey key refusal /> })
            }
        }}
    }
    .into_any()
}

#[component]
fn NoKey(key: KeyState, refusal: Signal<Option<&'static str>>) -> impl IntoView {
    let is_disabled = move || key.is_busy.get() || refusal.get().is_some();
    view! {
        <section aria-label=text!(keys.new_key)>
            <EmptyState icon="key-round" title=text!(keys.none_yet)>
                <p>{text!(keys.make_to_connect)}</p>
                <InputChoice chosen=key.chosen disabled=key.is_busy />
                <button
                    type="button"
                    class="button primary"
                    disabled=is_disabled
                    aria-busy=move || key.is_busy.get().then_some("true")
                    on:click=move |_| key.make()
                >
                    <Icon name="key-round" />
                    {move || if key.is_busy.get() { text!(keys.making) } else { text!(keys.make) }}
                </button>
                <Refusal refusal />
            </EmptyState>
        </section>
    }
    .into_any()
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
                <ChangeKey key refusal />
            </section>
            <div class="keys-side">
                {children()}
                <ObsSteps input_type />
            </div>
        </div>
    }
    .into_any()
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
    view! {
        <InputChoice chosen=key.chosen disabled=Signal::derive(move || key.is_busy.get() || refusal.get().is_some()) />
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
    .into_any()
}

/// The key hides after a while, and as soon as the window loses the focus or is hidden.
fn hide_by_itself(key: KeyState) {
    Effect::new(move |_| {
        let blur = window_event_listener(ev::blur, move |_| key.hide());
        let hidden = window_event_listener(ev::visibilitychange, move |_| key.hide());
        on_cleanup(move || {
            blur.remove();
            hidden.remove();
        });
    });
    Effect::new(move |_| {
        if key.revealed.with(Option::is_none) {
            return;
        }
        let handle = set_timeout_with_handle(
            move || {
                let _ = key.revealed.try_set(None);
            },
            SHOWN_FOR,
        );
        on_cleanup(move || {
            if let Ok(handle) = handle {
                handle.clear();
            }
        });
    });
}
