//! `/dashboard/streams`: is it live, how does it look, what is it called, and the rules of its chat.

use std::time::Duration;

use leptos::{either::Either, prelude::*, task::spawn_local};
use leptos_meta::Title as PageTitle;

use super::session::use_session;
use crate::{
    api::{
        channels::{ChannelState, channel_token},
        error::ApiError,
        paths,
        stream::{
            Change, ChatSettingsChange, StreamInfo, StreamInfoChange, StreamReport, change_chat_settings,
            change_stream_info, stream_info, stream_status, title_history,
        },
    },
    browser::{
        channel_feed::ChannelFeed,
        clipboard,
        playback::{Playback, Source},
        timers::within,
    },
    components::{
        chat_settings::{ChatSettingsPanel, PendingSettings},
        copy_button::Copying,
        preview::{Preview, StatusLine},
        stream_panel::{LoadFailure, Loading, NoticeBanner, QuickActions},
        stream_title::{TitleEditor, TitleHistory, TitleHistoryView},
    },
    domain::{
        fields::FieldErrors,
        playback::{PlayerPhase, Sound},
        stream::Notice,
        title::Title,
        title_draft::TitleDraft,
    },
};

/// How long a save may take.
const SAVE_WITHIN: Duration = Duration::from_secs(15);
const TOO_SLOW: &str = "The server takes too long to answer. Try again.";

/// The creator's own stream, as their pages open with it. Two resources, because on the server each call needs a
/// beginning of its own: what a call knows of the request is gone after the first wait.
#[derive(Clone, Copy)]
pub(super) struct OwnStream {
    report: Resource<Result<StreamReport, ApiError>>,
    info: Resource<Result<StreamInfo, ApiError>>,
}

impl OwnStream {
    /// Begins to load it.
    pub(super) fn load() -> Self {
        Self {
            report: Resource::new_blocking(|| (), |()| stream_status()),
            info: Resource::new_blocking(|| (), |()| stream_info()),
        }
    }

    /// Loads it again.
    pub(super) fn reload(self) {
        self.report.refetch();
        self.info.refetch();
    }

    /// Whether it has a key, and what everybody sees of it (a rehearsal too).
    pub(super) async fn get(self) -> Result<(StreamReport, ChannelState), ApiError> {
        let (report, info) = (self.report.await?, self.info.await?);
        let state = state_of(&report, info);
        Ok((report, state))
    }
}

/// What a page polls: the version first, so that what comes with it is at least as new.
async fn poll_own_stream() -> Option<ChannelState> {
    let report = stream_status().await.ok()?;
    let info = stream_info().await.ok()?;
    Some(state_of(&report, info))
}

fn state_of(report: &StreamReport, info: StreamInfo) -> ChannelState {
    ChannelState {
        version: report.version,
        status: report.status,
        is_live: report.is_live,
        started_at: report.started_at,
        title: info.title,
        thumbnail: info.thumbnail,
        chat: info.chat,
        viewer_count: report.viewer_count,
    }
}

/// Follows the creator's own stream. Only in an effect.
pub(super) fn follow_own_stream(feed: ChannelFeed, on_notice: impl Fn(Notice) + 'static) {
    feed.follow(paths::STREAM_EVENTS, on_notice, poll_own_stream);
}

/// The page.
#[component]
pub fn StreamsPage() -> impl IntoView {
    let account = use_session().account;
    let stream = OwnStream::load();
    let reload = move || stream.reload();
    view! {
        <PageTitle text="Streams" />
        <div class="page streams-page">
            <h1 class="visually-hidden">"Your stream"</h1>
            <Transition fallback=move || view! { <Loading on_retry=reload /> }>
                {move || Suspend::new(async move {
                    let username = account.await.map(|account| account.username).unwrap_or_default();
                    match stream.get().await {
                        Ok((_, state)) => Either::Left(view! { <Stream state username /> }),
                        Err(error) => Either::Right(view! { <LoadFailure message=error.message on_retry=reload /> }),
                    }
                })}
            </Transition>
        </div>
    }
}

#[component]
fn Stream(state: ChannelState, username: String) -> impl IntoView {
    let feed = ChannelFeed::new(state);
    let notice = RwSignal::new(None);
    Effect::new(move |_| {
        follow_own_stream(feed, move |news| {
            let _ = notice.try_set(Some(news));
        })
    });
    let is_reconnecting = Signal::derive(move || feed.connection.get().is_disturbed());
    let watch_path = format!("/watch/{username}");
    let link = watch_path.clone();
    view! {
        <StatusLine state=feed.state is_reconnecting />
        <NoticeBanner notice on_dismiss=move || notice.set(None) />
        <div class="streams-grid">
            <div class="streams-main stack">
                <OwnPreview feed username />
                <TitleSection feed />
            </div>
            <div class="streams-side stack">
                <QuickActions watch_path on_copy_link=move || copy_link(link.clone()) />
                <ChatSection feed />
            </div>
        </div>
    }
}

fn copy_link(path: String) -> Copying {
    Box::pin(clipboard::copy(async move {
        let origin = window().location().origin().map_err(|_| "This page has no address.".to_owned())?;
        Ok(origin + &path)
    }))
}

#[component]
fn OwnPreview(feed: ChannelFeed, username: String) -> impl IntoView {
    let playback = Playback::new(Sound::muted());
    let status = Memo::new(move |_| feed.state.with(|state| state.status));
    let wanted = Signal::derive(move || status.get().is_busy());
    Effect::new(move |_| {
        let username = username.clone();
        playback.follow(wanted, Source::new(move || channel_token(username.clone())));
    });
    let phase = Memo::new(move |_| {
        playback.media.with(|media| PlayerPhase::of(status.get(), media, playback.sound_is_blocked.get()))
    });
    view! {
        <Preview
            phase
            sound=playback.sound
            is_paused=playback.is_paused
            video=playback.video
            stage=playback.stage
            on_action=move |action| playback.act(action)
        />
    }
}

#[component]
fn TitleSection(feed: ChannelFeed) -> impl IntoView {
    let title = Memo::new(move |_| feed.state.with(|state| state.title.clone()));
    let draft = RwSignal::new(TitleDraft::new(&title.get_untracked()));
    Effect::new(move |_| title.with(|title| draft.update(|draft| draft.update(title))));
    let history = RwSignal::new(TitleHistory::Loading);
    let is_open = RwSignal::new(false);
    // Opened, or the title changed while it is open.
    Effect::new(move |_| {
        title.track();
        if is_open.get() {
            load_history(history, None);
        }
    });
    let load_more = move || {
        let next = history.with_untracked(|history| match history {
            TitleHistory::Loaded(page) => page.next.clone(),
            _ => None,
        });
        load_history(history, next);
    };
    view! {
        <section class="panel stack" aria-label="Title">
            <TitleEditor draft on_save=move |title| spawn_local(save_title(draft, title)) />
            <TitleHistoryView history is_open on_load=load_more />
        </section>
    }
}

async fn save_title(draft: RwSignal<TitleDraft>, title: Title) {
    let mut next = Some(title);
    while let Some(title) = next.take() {
        let change = StreamInfoChange { title: Change::Set(title.as_str().to_owned()), ..Default::default() };
        let answer = within(SAVE_WITHIN, change_stream_info(change)).await;
        next = draft
            .try_update(|draft| match answer {
                Some(Ok(info)) => draft.saved(&info.title),
                Some(Err(error)) => {
                    draft.failed(error.field("title").unwrap_or(error.message));
                    None
                }
                None => {
                    draft.failed(TOO_SLOW.to_owned());
                    None
                }
            })
            .flatten();
    }
}

/// From the start without a cursor; with one, what comes after it is added.
fn load_history(history: RwSignal<TitleHistory>, cursor: Option<String>) {
    spawn_local(async move {
        let more = cursor.is_some();
        let answer = within(SAVE_WITHIN, title_history(cursor)).await;
        let _ = history.try_update(|history| match (answer, &mut *history) {
            (Some(Ok(page)), TitleHistory::Loaded(shown)) if more => {
                shown.items.extend(page.items);
                shown.next = page.next;
            }
            (Some(Ok(page)), history) => *history = TitleHistory::Loaded(page),
            (Some(Err(error)), history) => *history = TitleHistory::Failed(error.message),
            (None, history) => *history = TitleHistory::Failed(TOO_SLOW.to_owned()),
        });
    });
}

#[component]
fn ChatSection(feed: ChannelFeed) -> impl IntoView {
    let pending = RwSignal::new(PendingSettings::default());
    let error = RwSignal::new(None);
    let field_errors = RwSignal::new(FieldErrors::default());
    let settings =
        Memo::new(move |_| feed.state.with(|state| pending.with(|pending| pending.shown(state.version, state.chat))));
    let change = move |change: ChatSettingsChange| {
        error.set(None);
        let is_first = pending.with_untracked(|pending| pending.first().is_none());
        match pending.try_update(|pending| pending.begin(&change)) {
            Some(Ok(_)) => {
                field_errors.set(FieldErrors::default());
                if is_first {
                    spawn_local(save_settings(feed, pending, error));
                }
            }
            Some(Err(errors)) => field_errors.set(errors),
            None => {}
        }
    };
    view! { <ChatSettingsPanel settings pending error field_errors on_change=change /> }
}

/// Sends what is pending, one change after the other.
async fn save_settings(feed: ChannelFeed, pending: RwSignal<PendingSettings>, error: RwSignal<Option<String>>) {
    while let Some((number, change)) = pending.try_with_untracked(PendingSettings::first).flatten() {
        let answer = within(SAVE_WITHIN, change_chat_settings(change)).await;
        let Some(version) = feed.state.try_with_untracked(|state| state.version) else { return };
        let message = match answer {
            Some(Ok(settings)) => {
                pending.update(|pending| pending.confirm(number, version, settings));
                continue;
            }
            Some(Err(failure)) => failure.fields.into_values().next().unwrap_or(failure.message),
            None => TOO_SLOW.to_owned(),
        };
        pending.update(|pending| pending.drop_change(number));
        error.set(Some(format!("Not saved, so it is as before. {message}")));
    }
}
