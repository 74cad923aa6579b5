//! `/dashboard/streams`: is it live, how does it look, what is it called, what is said in its chat, by which settings.
//!
//! The page opens with what the server knows and follows it by events from there. What the creator changes shows at
//! once, and goes back with the reason when it was not taken.

use leptos::{either::Either, html, prelude::*, task::spawn_local};
use leptos_meta::Title as PageTitle;

use super::{
    analytics_last::{LastBroadcast, load_last},
    browser_broadcast::BrowserBroadcastSection,
    chat::{ChatPanel, follow_chat},
    chat_settings::ChatSettingsSection,
    dashboard::leave_when_refused,
    encoder_controls::EncoderControls,
    guide::GuideSection,
    lists::{List, in_time},
    moderation::{Moderation, ModerationPanel},
    own_preview::{OwnPreview, own_playback},
    session::{Need, Session, use_session},
    thumbnail::ThumbnailSection,
};
use crate::{
    api::{
        analytics::BroadcastSummary,
        channels::ChannelState,
        error::{ApiError, ErrorCode},
        paths,
        stream::{
            Change, StreamInfo, StreamInfoChange, StreamReport, change_stream_info, stream_info, stream_status,
            title_history,
        },
    },
    browser::{
        channel_feed::ChannelFeed,
        chat_feed::ChatFeed,
        clipboard,
        close_requests::CloseRequest,
        events::{EventStream, EventStreamSetup},
    },
    components::{
        chat_sheet::ChatSheet,
        copy_button::Copying,
        encoder_controls::{EncoderSettings, OnAirBar},
        feedback::LoadFailure,
        status_line::StatusLine,
        stream_panel::{Loading, NoticeBanner, QuickActions},
        stream_title::{TitleEditor, TitleHistoryView},
    },
    domain::{chat::ChatRole, chat_standing::Standing, stream::Notice, title::Title, title_draft::TitleDraft},
    text,
};

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
async fn poll_own_stream(controls: EncoderControls, session: Session) -> Option<ChannelState> {
    let report = match stream_status().await {
        Ok(report) => report,
        Err(error) => {
            if matches!(error.code, ErrorCode::NotSignedIn | ErrorCode::NotACreator) {
                session.look_again(Need::Creator);
            }
            return None;
        }
    };
    let info = stream_info().await.ok()?;
    controls.take(report.version, report.controls.clone());
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

/// Follows the creator's own stream through these events. `on_poll` is called with each poll. Only in an effect.
pub(super) fn follow_own_stream(
    feed: ChannelFeed,
    controls: EncoderControls,
    events: EventStreamSetup,
    on_poll: impl Fn() + 'static,
) {
    let session = use_session();
    feed.follow(controls.listen(events), move || {
        on_poll();
        poll_own_stream(controls, session)
    });
}

/// The page.
#[component]
pub fn StreamsPage() -> impl IntoView {
    let account = use_session().account;
    let stream = OwnStream::load();
    let last = load_last();
    let reload = move || stream.reload();
    view! {
        <PageTitle text=text!(frame.streams) />
        <div class="page streams-page">
            <h1 class="visually-hidden">{text!(studio.your_stream)}</h1>
            <Transition fallback=move || view! { <Loading on_retry=reload /> }>
                {move || Suspend::new(async move {
                    let username = account.await.map(|account| account.username).unwrap_or_default();
                    match stream.get().await {
                        Ok((report, state)) => {
                            let last = last.await;
                            Either::Left(view! { <Stream report state username last /> })
                        }
                        Err(error) => Either::Right(view! { <LoadFailure message=error.message on_retry=reload /> }),
                    }
                })}
            </Transition>
        </div>
    }
}

#[component]
fn Stream(
    report: StreamReport,
    state: ChannelState,
    username: String,
    last: Option<BroadcastSummary>,
) -> impl IntoView {
    let feed = ChannelFeed::new(state);
    let controls = EncoderControls::new(&report);
    let creator = Standing { username: Some(username.clone()), role: ChatRole::Creator, ..Standing::default() };
    let chat = ChatFeed::new(None, creator);
    let moderation = Moderation::new(chat, username.clone());
    let notice = RwSignal::new(None);
    follow_stream(feed, controls, chat, notice, username.clone());
    leave_when_refused(feed.connection);
    let playback = own_playback();
    let status = Memo::new(move |_| feed.state.with(|state| state.status));
    let is_reconnecting = Signal::derive(move || feed.connection.get().is_disturbed());
    let watch_path = format!("/watch/{username}");
    let link = watch_path.clone();
    let field = NodeRef::<html::Textarea>::new();
    let is_chat_open = RwSignal::new(false);
    close_when_asked(is_chat_open);
    view! {
        <div class="streams-head">
            <StatusLine state=feed.state is_reconnecting />
            <QuickActions watch_path on_copy_link=move || copy_link(link.clone()) />
            <OnAirBar
                status
                controls=controls.shown()
                title=Signal::derive(move || feed.state.with(|state| state.title.clone()))
                is_busy=controls.is_busy()
                error=controls.error
                on_action=move |action| controls.act(action)
            />
        </div>
        <NoticeBanner notice on_dismiss=move || notice.set(None) />
        <GuideSection feed controls has_streamed=report.has_streamed />
        <LastBroadcast first=last status />
        <div class="streams-grid">
            <div class="streams-main stack">
                <OwnPreview playback status username=username.clone() on_chat=move |lines| chat.take(lines) />
                <TitleSection feed />
            </div>
            <div class="streams-chat needs-program">
                <ChatSheet is_open=is_chat_open picture=playback.stage>
                    <ChatPanel chat state=feed.state username moderation field on_follow=|| {} />
                </ChatSheet>
            </div>
            <div class="streams-more">
                <BrowserBroadcastSection />
                <EncoderSettings
                    status
                    controls=controls.shown()
                    is_busy=controls.is_busy()
                    on_action=move |action| controls.act(action)
                />
                <ThumbnailSection feed playback />
                <ChatSettingsSection feed />
                <ModerationPanel moderation />
            </div>
        </div>
    }
}

fn follow_stream(
    feed: ChannelFeed,
    controls: EncoderControls,
    chat: ChatFeed,
    notice: RwSignal<Option<Notice>>,
    username: String,
) {
    Effect::new(move |_| {
        follow_chat(chat, username.clone());
        let events = chat.listen(EventStream::to(paths::STREAM_EVENTS)).on("notice", move |news| {
            let _ = notice.try_set(Some(news));
        });
        follow_own_stream(feed, controls, events, move || chat.catch_up());
    });
}

/// Esc, wherever the focus is, and the gesture that goes back close what lies over the page, where the browser tells of
/// them. Where it does not, Esc closes it from within.
fn close_when_asked(is_open: RwSignal<bool>) {
    Effect::new(move |_: Option<Option<CloseRequest>>| {
        let close = move || {
            let _ = is_open.try_set(false);
        };
        if is_open.get() { CloseRequest::listen(close) } else { None }
    });
}

fn copy_link(path: String) -> Copying {
    Box::pin(clipboard::copy(async move {
        let origin = window().location().origin().map_err(|_| text!(studio.no_address).to_owned())?;
        Ok(origin + &path)
    }))
}

#[component]
fn TitleSection(feed: ChannelFeed) -> impl IntoView {
    let title = Memo::new(move |_| feed.state.with(|state| state.title.clone()));
    let draft = RwSignal::new(TitleDraft::new(&title.get_untracked()));
    Effect::new(move |_| title.with(|title| draft.update(|draft| draft.update(title))));
    let history = List::new();
    let is_open = RwSignal::new(false);
    // Opened, or the title changed while it is open.
    Effect::new(move |_| {
        title.track();
        if is_open.get() {
            history.load(title_history);
        }
    });
    let load_more = move || history.load_more(title_history);
    view! {
        <section class="panel stack" aria-label=text!(studio.title)>
            <TitleEditor draft on_save=move |title| spawn_local(save_title(draft.into(), title)) />
            <TitleHistoryView history=history.listing is_open on_load=load_more />
        </section>
    }
}

/// What was typed while this was on its way is saved too, also when the page is gone by then.
async fn save_title(draft: ArcRwSignal<TitleDraft>, title: Title) {
    let mut next = Some(title);
    while let Some(title) = next.take() {
        let change = StreamInfoChange { title: Change::Set(title.as_str().to_owned()), ..Default::default() };
        let answer = in_time(change_stream_info(change)).await;
        next = draft
            .try_update(|draft| match answer {
                Ok(info) => draft.saved(&info.title),
                Err(message) => {
                    draft.failed(message);
                    None
                }
            })
            .flatten();
    }
}
