//! `/watch/{username}`: the stream as viewers see it. It starts and ends by itself with what happens on air.

use leptos::{either::EitherOf3, ev, html, prelude::*, wasm_bindgen::JsCast};
use leptos_meta::Title as PageTitle;
use leptos_router::hooks::use_params_map;

use super::{
    chat::{ChatPanel, follow_chat},
    follow::{FollowControl, Following},
    link_preview::LinkPreview,
    moderation::{Moderation, ModerationCorner},
    not_found::NotFoundPage,
};
use crate::{
    api::{
        channels::{Channel, ChannelState, Creator, channel, channel_token},
        chat::{ChatPage, chat_messages},
        error::{ApiError, ErrorCode},
        paths,
    },
    browser::{
        channel_feed::ChannelFeed,
        chat_feed::ChatFeed,
        events::EventStream,
        playback::{Playback, Source},
    },
    components::{
        avatar::Avatar,
        earlier_titles::EarlierTitles,
        language_choice::LanguageChoice,
        person::PersonName,
        player::Player,
        preview::StatusLine,
        still_picture::StillPicture,
        stream_panel::{LoadFailure, Loading},
        time_text::{TimeAgo, browser_clock},
    },
    domain::{
        playback::{PlayerAction, PlayerPhase, Sound},
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
        <Transition fallback=move || view! { <div class="page watch-page"><Loading on_retry=reload /></div> }>
            {move || Suspend::new(async move {
                match channel.await {
                    Ok(channel) => {
                        let newest = newest.await;
                        EitherOf3::A(view! { <Watch channel newest /> })
                    }
                    Err(error) if error.code == ErrorCode::NotFound => EitherOf3::B(view! { <NotFoundPage /> }),
                    Err(error) => {
                        EitherOf3::C(
                            view! {
                                <PageTitle text=text!(frame.not_loaded) />
                                <div class="page narrow">
                                    <LoadFailure message=error.message on_retry=reload />
                                </div>
                            },
                        )
                    }
                }
            })}
        </Transition>
    }
    .into_any()
}

#[component]
fn Watch(channel: Channel, newest: Result<ChatPage, ApiError>) -> impl IntoView {
    let preview = link_preview(&channel);
    let creator = channel.creator;
    let username = creator.username.clone();
    let feed = ChannelFeed::new(channel.state);
    let chat = ChatFeed::new(Some(newest), channel.standing);
    let following = Following::new(chat, channel.follower_count);
    let moderation = Moderation::new(chat, username.clone());
    follow_channel(feed, chat, following, username.clone());
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
    .into_any()
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
    .into_any()
}

fn follow_channel(feed: ChannelFeed, chat: ChatFeed, following: Following, username: String) {
    Effect::new(move |_| {
        follow_chat(chat, username.clone());
        let query = serde_urlencoded::to_string([("username", &username)]).unwrap_or_default();
        let events = EventStream::to(format!("{}?{query}", paths::CHANNEL_EVENTS));
        let username = username.clone();
        let poll = move || {
            chat.catch_up();
            let answer = channel(username.clone());
            async move {
                let channel = answer.await.ok()?;
                following.take(&channel);
                Some(channel.state)
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
                last.set(Some(browser_clock()));
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

#[component]
fn WatchPlayer(
    feed: ChannelFeed,
    chat: ChatFeed,
    field: NodeRef<html::Textarea>,
    creator: Creator,
    last_live_at: Signal<Option<Timestamp>>,
) -> impl IntoView {
    let playback = Playback::new(Sound::default());
    let status = Memo::new(move |_| feed.state.with(|state| state.status));
    let wanted = Signal::derive(move || status.get().is_live());
    let phase = Memo::new(move |_| {
        playback.media.with(|media| PlayerPhase::of(status.get(), media, playback.sound_is_blocked.get()))
    });
    Effect::new(move |_| {
        playback.remember_sound();
        playback.remember_theatre();
        playback.remember_quality();
    });
    let is_theatre = Signal::derive(move || playback.is_theatre.get() && phase.with(PlayerPhase::fills_theatre));
    let delay_ms = Memo::new(move |_| playback.report.with(|report| report.as_ref()?.delay_ms));
    let Creator { username, display_name: name, .. } = creator;
    let label = text!(watch.stream_of, name = name.clone());
    Effect::new(move |_| {
        let username = username.clone();
        let source = Source::new(move || channel_token(username.clone()))
            .on_metadata(move |state: ChannelState| feed.take_metadata(state))
            .on_chat(move |lines| chat.take(lines))
            .counted();
        playback.follow(wanted, source);
    });
    listen_to_keys(playback, phase, field);
    view! {
        <Player
            phase
            sound=playback.sound
            is_paused=playback.is_paused
            is_theatre
            quality=playback.quality
            layers=playback.layers
            picture_in_picture=playback.picture_in_picture
            delay_ms
            video=playback.video
            stage=playback.stage
            label
            on_action=move |action| playback.act(action)
        >
            <OfflinePicture feed />
            <OfflineWords name=name.clone() last_live_at />
        </Player>
    }
    .into_any()
}

/// What the stream looked like, or is to be about, behind the words.
#[component]
fn OfflinePicture(feed: ChannelFeed) -> impl IntoView {
    let address = Memo::new(move |_| feed.state.with(|state| state.thumbnail.clone()));
    move || address.get().map(|address| view! { <StillPicture address class="player-still" /> })
}

#[component]
fn OfflineWords(name: String, last_live_at: Signal<Option<Timestamp>>) -> impl IntoView {
    view! {
        <p class="player-words">{text!(watch.not_live, name = name)}</p>
        <p class="player-hint">
            <Show when=move || last_live_at.get().is_some()>
                {text!(watch.last_live_before)} <TimeAgo at=last_live_at /> {text!(watch.last_live_after)}
            </Show>
        </p>
        <p class="player-hint needs-program">{text!(watch.next_stream_starts_here)}</p>
    }
    .into_any()
}

/// Space or K plays and pauses, M is for sound, F fills the screen, T the page, I puts the picture into a window of its
/// own, C leads to the chat.
fn listen_to_keys(playback: Playback, phase: Memo<PlayerPhase>, field: NodeRef<html::Textarea>) {
    Effect::new(move |_| {
        let listener = window_event_listener(ev::keydown, move |event| match key_for(&event) {
            Some(Key::Player(action)) if phase.with_untracked(|phase| phase.takes(action)) => {
                event.prevent_default();
                playback.act(action);
            }
            Some(Key::Chat) => {
                if let Some(field) = field.get_untracked() {
                    event.prevent_default();
                    // What is not in the document has nothing to focus.
                    drop(field.focus());
                }
            }
            _ => {}
        });
        on_cleanup(move || listener.remove());
    });
}

/// What a key is for.
enum Key {
    Player(PlayerAction),
    Chat,
}

fn key_for(event: &web_sys::KeyboardEvent) -> Option<Key> {
    if event.ctrl_key() || event.meta_key() || event.alt_key() || event.repeat() {
        return None;
    }
    let target = event.target().and_then(|target| target.dyn_into::<web_sys::Element>().ok());
    let is_in = |selector| target.as_ref().is_some_and(|target| matches!(target.closest(selector), Ok(Some(_))));
    // Somebody types, or answers a dialog. The player's own list keeps the focus once something was chosen, and
    // has no use for these letters.
    if is_in("input:not([type=range]), textarea, select:not(.player-quality), [contenteditable], dialog") {
        return None;
    }
    match event.key().to_lowercase().as_str() {
        // On a button, a link or a list, space is for that; in the chat it scrolls.
        " " if is_in("button, a, summary, input, select, .chat-log") => None,
        " " | "k" => Some(Key::Player(PlayerAction::TogglePause)),
        "m" => Some(Key::Player(PlayerAction::ToggleMute)),
        "f" => Some(Key::Player(PlayerAction::ToggleFullScreen)),
        "t" => Some(Key::Player(PlayerAction::ToggleTheatre)),
        "i" => Some(Key::Player(PlayerAction::TogglePictureInPicture)),
        "c" => Some(Key::Chat),
        _ => None,
    }
}
