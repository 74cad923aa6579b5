//! The checklist on the page of keys: whether what an encoder sends arrives, told while it connects.
//!
//! It puts together what LiveKit says of the encoder and what the creator's own preview measures
//! (`domain/checklist.rs`). The preview is there only while something is sent.

use std::time::Duration;

use leptos::prelude::*;

use super::{
    encoder_controls::EncoderControls,
    own_preview::{OwnPreview, own_playback},
};
use crate::{
    browser::{channel_feed::ChannelFeed, timers::late_after},
    components::checklist::ChecklistPanel,
    domain::{checklist::Checklist, stream::Notice},
};

/// How long picture and sound may take once the encoder is connected: transcoding begins slowly.
const COMES_WITHIN: Duration = Duration::from_secs(12);

/// What the encoder does, step by step.
#[component]
pub(super) fn ChecklistSection(
    feed: ChannelFeed,
    controls: EncoderControls,
    /// The last thing that the creator was told.
    notice: RwSignal<Option<Notice>>,
    username: String,
) -> impl IntoView {
    let playback = own_playback();
    let status = Memo::new(move |_| feed.state.with(|state| state.status));
    let is_sending = Memo::new(move |_| status.get().is_sending());
    let is_late = late_after(is_sending.into(), COMES_WITHIN);
    // A refusal is over when an encoder is let in.
    Effect::new(move |_| {
        if is_sending.get() {
            notice.set(None);
        }
    });
    let shown = controls.shown();
    let checklist = Memo::new(move |_| {
        let refusal = notice.with(|notice| match notice {
            Some(Notice::EncoderRefused { reason }) => Some(reason.words()),
            _ => None,
        });
        let is_ended = shown.with(|controls| controls.ended_by_creator);
        playback.report.with(|report| Checklist::of(status.get(), is_ended, refusal, report.as_ref(), is_late.get()))
    });
    view! {
        <ChecklistPanel checklist last_used=Signal::derive(move || shown.with(|controls| controls.last_used.clone()))>
            <Show when=move || is_sending.get()>
                <OwnPreview playback status username=username.clone() />
            </Show>
        </ChecklistPanel>
    }
}
