//! `/watch/{username}`: the stream as viewers see it. It starts and ends by itself with what happens on air.
//!
//! What can be read, the chat too, is part of what the server sends, so that the page reads without WASM. A channel
//! that there is not is a page of its own, with status 404.

use leptos::{either::EitherOf3, html, prelude::*};
use leptos_meta::Title as PageTitle;
use leptos_router::hooks::use_params_map;

use super::{
    chat::{ChatPanel, follow_chat},
    follow::{FollowControl, Following},
    link_preview::LinkPreview,
    moderation::{Moderation, ModerationCorner},
    not_found::NotFoundPage,
    not_loaded::NotLoadedPage,
    site_files::load_player_ahead,
    watch_player::WatchPlayer,
};
use crate::{
    api::{
        channels::{Channel, Creator, channel},
        chat::{ChatPage, chat_messages},
        error::{ApiError, ErrorCode},
        paths,
    },
    browser::{channel_feed::ChannelFeed, chat_feed::ChatFeed, events::EventStream},
    components::{
        avatar::Avatar, earlier_titles::EarlierTitles, language_choice::LanguageChoice, person::PersonName,
        status_line::StatusLine, stream_panel::Loading, time_text::server_clock,
    },
    domain::{
        timestamp::Timestamp,
        title::{Title, stream_was_renamed},
    },
    text,
};

/// The page.
#[component]
pub fn WatchPage() -> impl IntoView {
    let params = use_params_map();
    let username = Memo::new(move |_| params.read().get("username").unwrap_or_default());
    let channel = Resource::new_blocking(move || username.get(), channel);
    // The chat as it is now is part of the page, so that it reads without WASM.
    let newest = Resource::new_blocking(move || username.get(), |username| chat_messages(username, None, None));
    let reload = move || {
        channel.refetch();
        newest.refetch();
    };
    view! {
        <Transition fallback=move || view! { <WatchLoading on_retry=reload /> }>
            {move || Suspend::new(async move {
                match channel.await {
                    Ok(channel) => {
                        let newest = newest.await;
                        EitherOf3::A(view! { <Watch channel newest on_gone=reload /> })
                    }
                    Err(error) if error.code == ErrorCode::NotFound => EitherOf3::B(view! { <NotFoundPage /> }),
                    Err(error) => {
                        EitherOf3::C(view! { <NotLoadedPage message=error.message on_retry=reload /> })
                    }
                }
            })}
        </Transition>
    }
}

#[component]
fn WatchLoading(#[prop(into)] on_retry: Callback<()>) -> impl IntoView {
    view! {
        <div class="page watch-page">
            <h1 class="visually-hidden">{text!(frame.loading)}</h1>
            <Loading on_retry />
        </div>
    }
}

#[component]
fn Watch(
    channel: Channel,
    newest: Result<ChatPage, ApiError>,
    /// Called when there is no such channel any more.
    #[prop(into)]
    on_gone: Callback<()>,
) -> impl IntoView {
    let preview = link_preview(&channel);
    if channel.state.is_live {
        load_player_ahead();
    }
    let creator = channel.creator;
    let username = creator.username.clone();
    let feed = ChannelFeed::new(channel.state);
    let chat = ChatFeed::new(Some(newest), channel.standing);
    let following = Following::new(chat, channel.follower_count);
    let moderation = Moderation::new(chat, username.clone());
    follow_channel(feed, chat, following, username.clone(), on_gone);
    let last_live_at = last_live(feed, channel.last_live_at);
    let earlier = earlier_titles(feed, channel.earlier_titles);
    let field = NodeRef::<html::Textarea>::new();
    let is_staff = Memo::new(move |_| chat.standing.with(|standing| standing.role.is_staff()));
    let name = username.clone();
    view! {
        {preview}
        <WatchTitle feed name=creator.display_name.clone() />
        <div class="page watch-page">
            <WatchPlayer feed chat field creator=creator.clone() last_live_at />
            <div class="watch-chat">
                <ChatPanel
                    chat
                    state=feed.state
                    username=username.clone()
                    moderation
                    field
                    is_following_busy=following.is_busy()
                    on_follow=move || following.follow(name.clone())
                />
            </div>
            <div class="watch-below">
                <WatchHead feed following earlier creator />
                <Show when=move || is_staff.get()>
                    <ModerationCorner moderation />
                </Show>
            </div>
            <LanguageChoice />
        </div>
    }
}

/// What a link to the page shows elsewhere: as things stand when somebody asks.
fn link_preview(channel: &Channel) -> impl IntoView + use<> {
    let Creator { username, display_name: name, .. } = &channel.creator;
    let description = if channel.state.is_live {
        text!(watch.preview_live, name = name.clone())
    } else {
        text!(watch.preview_not_live, name = name.clone())
    };
    view! {
        <LinkPreview
            kind="video.other"
            title=Title::shown(&channel.state.title).to_owned()
            description
            path=format!("/watch/{username}")
            picture=channel.state.thumbnail.clone()
        />
    }
}

#[component]
fn WatchTitle(feed: ChannelFeed, name: String) -> impl IntoView {
    let title = Memo::new(move |_| feed.state.with(|state| Title::shown(&state.title).to_owned()));
    let first = title.get_untracked();
    // The server asks for the title last, when what belongs to this page may be gone.
    let text = move || format!("{} – {name}", title.try_get().unwrap_or_else(|| first.clone()));
    view! { <PageTitle text /> }
}

#[component]
fn WatchHead(feed: ChannelFeed, following: Following, earlier: Signal<Vec<String>>, creator: Creator) -> impl IntoView {
    let Creator { username, display_name, about, picture } = creator;
    let title = Memo::new(move |_| feed.state.with(|state| Title::shown(&state.title).to_owned()));
    let is_reconnecting = Signal::derive(move || feed.connection.get().is_disturbed());
    view! {
        <header class="watch-head">
            <div class="watch-words">
                <h1 class="watch-title" dir="auto">
                    {title}
                </h1>
                <p class="watch-creator">
                    <Avatar username=username.clone() picture />
                    <PersonName username=username.clone() display_name />
                </p>
                <StatusLine state=feed.state is_reconnecting />
                <EarlierTitles titles=earlier />
            </div>
            <FollowControl following username />
            {(!about.is_empty())
                .then(|| {
                    view! {
                        <p class="watch-about" dir="auto">
                            {about}
                        </p>
                    }
                })}
        </header>
    }
}

fn follow_channel(feed: ChannelFeed, chat: ChatFeed, following: Following, username: String, on_gone: Callback<()>) {
    Effect::new(move |_| {
        follow_chat(chat, username.clone());
        let query = serde_urlencoded::to_string([("username", &username)]).unwrap_or_default();
        let events = EventStream::to(format!("{}?{query}", paths::CHANNEL_EVENTS));
        let username = username.clone();
        let poll = move || {
            chat.catch_up();
            let answer = channel(username.clone());
            async move {
                match answer.await {
                    Ok(channel) => {
                        following.take(&channel);
                        Some(channel.state)
                    }
                    Err(error) => {
                        if error.code == ErrorCode::NotFound {
                            // The page may be another one by now.
                            let _ = on_gone.try_run(());
                        }
                        None
                    }
                }
            }
        };
        feed.follow(chat.listen(events), poll);
    });
}

/// When it was last on air: as the page was loaded, and then the moment at which it was seen to end.
fn last_live(feed: ChannelFeed, at_first: Option<Timestamp>) -> Signal<Option<Timestamp>> {
    let last = RwSignal::new(at_first);
    let is_live = Memo::new(move |_| feed.state.with(|state| state.is_live));
    Effect::watch(
        move || is_live.get(),
        move |is_live, was_live, _| {
            if !is_live && was_live == Some(&true) {
                last.set(Some(server_clock()));
            }
        },
        false,
    );
    last.into()
}

/// What it was called before: as the page was loaded, and then what it is seen to be renamed from.
fn earlier_titles(feed: ChannelFeed, at_first: Vec<String>) -> Signal<Vec<String>> {
    let earlier = RwSignal::new(at_first);
    let title = Memo::new(move |_| feed.state.with(|state| state.title.clone()));
    Effect::watch(
        move || title.get(),
        move |title, before, _| {
            if let Some(before) = before {
                earlier.update(|earlier| stream_was_renamed(earlier, before, title));
            }
        },
        false,
    );
    earlier.into()
}
