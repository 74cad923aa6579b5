//! The thumbnail of the creator's stream: chosen, taken from the preview, or, while they choose none and are live,
//! taken from the preview every minute by itself.

use std::{future::Future, time::Duration};

use leptos::{prelude::*, task::spawn_local};

use super::upload::{PictureUpload, RemoveButton};
use crate::{
    api::{
        error::ApiError,
        paths,
        stream::{Change, StreamInfo, StreamInfoChange, change_stream_info},
    },
    browser::{
        channel_feed::ChannelFeed,
        picture::{self, Fields},
        playback::Playback,
    },
    components::{
        icon::Icon,
        picture_editor::{PictureEditor, UploadState},
        stored_picture::StoredPicture,
    },
    domain::{crop::Aspect, playback::Media, thumbnail},
    text,
};

/// The first picture that takes itself comes this long after the first of the live picture, and another try after one
/// that showed nothing: an encoder often starts in black.
const FIRST_FRAME_AFTER: Duration = Duration::from_secs(5);
/// The next ones.
const FRAME_EVERY: Duration = Duration::from_secs(60);
/// How wide the picture is shown here.
const WIDTH: &str = "480px";

/// The picture, and ways to change it.
#[component]
pub(super) fn ThumbnailSection(feed: ChannelFeed, playback: Playback) -> impl IntoView {
    let address = Memo::new(move |_| feed.state.with(|state| state.thumbnail.clone()));
    // What is new comes with the stream's events, as everything else.
    let upload = PictureUpload::<StreamInfo>::new(paths::THUMBNAIL, |_| {});
    let has_picture = Memo::new(move |_| playback.media.with(|media| *media == Media::Playing { has_picture: true }));
    take_frames(feed, playback, has_picture);
    view! {
        <section class="panel stack" aria-labelledby="thumbnail-title">
            <h2 id="thumbnail-title" class="section-title">
                {text!(pictures.thumbnail)}
            </h2>
            <PictureEditor
                draft=upload.draft
                aspect=Aspect::Wide
                label=text!(pictures.choose)
                path=upload.path
                current=move || view! { <CurrentThumbnail address /> }
                has_current=Signal::derive(move || address.with(Option::is_some))
                on_action=move |action| upload.act(action)
            >
                <button
                    type="button"
                    class="button"
                    disabled=move || !has_picture.get() || upload.draft.is_sending()
                    title=move || (!has_picture.get()).then(|| text!(pictures.while_in_preview))
                    on:click=move |_| grab(playback, upload)
                >
                    <Icon name="camera" />
                    {text!(pictures.use_live)}
                </button>
                <Show when=move || address.with(Option::is_some)>
                    <RemoveButton upload remove=remove_thumbnail />
                </Show>
            </PictureEditor>
        </section>
    }
}

#[component]
fn CurrentThumbnail(address: Memo<Option<String>>) -> impl IntoView {
    let words = move || match address.get() {
        None => text!(pictures.thumbnail_missing),
        Some(address) if thumbnail::is_automatic(Some(&address)) => text!(pictures.thumbnail_automatic),
        Some(_) => text!(pictures.thumbnail_chosen),
    };
    view! {
        <div class="thumbnail-now">
            <div class="still-frame thumbnail-picture">
                <Icon name="image" />
                {move || address.get().map(|address| view! { <StoredPicture address sizes=WIDTH /> })}
            </div>
            <p class="muted small">{words}</p>
        </div>
    }
}

fn remove_thumbnail() -> impl Future<Output = Result<StreamInfo, ApiError>> {
    change_stream_info(StreamInfoChange { thumbnail: Change::Clear, ..Default::default() })
}

/// Makes what the preview shows now the thumbnail.
fn grab(playback: Playback, upload: PictureUpload<StreamInfo>) {
    let Some(video) = playback.video.get_untracked() else { return };
    spawn_local(async move {
        match picture::grab(&video, false).await {
            Some(address) => upload.send_at_once(address),
            None => {
                let words = text!(pictures.preview_is_empty);
                let _ = upload.draft.state.try_set(UploadState::Failed(words.to_owned()));
            }
        }
    });
}

/// Takes pictures of what is on air, as long as nothing else was chosen, this page is open, and it shows one.
fn take_frames(feed: ChannelFeed, playback: Playback, has_picture: Memo<bool>) {
    let is_wanted = Memo::new(move |_| {
        let may = feed.state.with(|state| state.is_live && thumbnail::is_automatic(state.thumbnail.as_deref()));
        may && has_picture.get()
    });
    let next = RwSignal::new(FIRST_FRAME_AFTER);
    Effect::new(move |_| {
        let wait = next.get();
        if !is_wanted.get() {
            // The next time on air begins anew.
            if wait != FIRST_FRAME_AFTER {
                next.set(FIRST_FRAME_AFTER);
            }
            return;
        }
        let take = move || {
            spawn_local(async move {
                let was_taken = take_frame(playback).await;
                let _ = next.try_set(if was_taken { FRAME_EVERY } else { FIRST_FRAME_AFTER });
            });
        };
        let handle = set_timeout_with_handle(take, wait);
        on_cleanup(move || {
            if let Ok(handle) = handle {
                handle.clear();
            }
        });
    });
}

/// Sends one, and says whether there was one. That it is not taken is no trouble of the creator's: the next one may be.
async fn take_frame(playback: Playback) -> bool {
    let Some(video) = playback.video.get_untracked().filter(|_| !document().hidden()) else { return false };
    let Some(address) = picture::grab(&video, true).await else { return false };
    let fields = Fields { is_automatic: true, ..Fields::default() };
    let sent: Result<StreamInfo, _> = picture::send(paths::THUMBNAIL, &address, fields, |_| {}).await;
    picture::forget(&address);
    if let Err(error) = sent {
        leptos::logging::warn!("the thumbnail was not taken: {error}");
    }
    true
}
