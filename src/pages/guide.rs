//! The guide to the first broadcast, on the page of the creator's stream. It follows how things stand, is gone once the
//! first broadcast is over, and stays away in the browser in which it was put away.

use leptos::prelude::*;

use super::encoder_controls::EncoderControls;
use crate::{
    browser::{channel_feed::ChannelFeed, storage},
    components::guide::GuidePanel,
    domain::guide::Guide,
};

/// The guide, for a creator who needs it.
#[component]
pub(super) fn GuideSection(
    feed: ChannelFeed,
    controls: EncoderControls,
    /// A broadcast of theirs was over when the page was loaded.
    has_streamed: bool,
) -> impl IntoView {
    let is_away = RwSignal::new(has_streamed);
    let shown = controls.shown();
    let progress = Memo::new(move |_| {
        feed.state.with(|state| shown.with(|controls| Guide::of(state.status, &state.title, controls)))
    });
    let is_live = Memo::new(move |_| feed.state.with(|state| state.is_live));
    Effect::watch(
        move || is_live.get(),
        move |is_live, was_live, _| {
            if !is_live && was_live == Some(&true) {
                is_away.set(true);
            }
        },
        false,
    );
    Effect::new(move |_| {
        if storage::guide_is_away() {
            is_away.set(true);
        }
    });
    let put_away = move || {
        storage::put_guide_away();
        is_away.set(true);
    };
    view! {
        <Show when=move || !is_away.get()>
            <GuidePanel progress on_put_away=put_away />
        </Show>
    }
}
