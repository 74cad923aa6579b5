//! How a stream stands, in one line: on air or not, for how long, and how many watch.
//!
//! The same line is above the preview, above the key and above the player that viewers have. It says when its news is
//! cut off, so that nobody takes what is old for what is so.

use leptos::prelude::*;

use super::{
    badge::{LiveBadge, ViewerCount},
    icon::Icon,
    time_text::OnAirTimer,
};
use crate::{domain::channel::ChannelState, text};

/// Status, time on air and viewers in one line.
#[component]
pub fn StatusLine(
    /// The stream.
    #[prop(into)]
    state: Signal<ChannelState>,
    /// The events broke: what is shown may be old.
    #[prop(into)]
    is_reconnecting: Signal<bool>,
) -> impl IntoView {
    let status = Memo::new(move |_| state.with(|state| state.status));
    let started_at = Memo::new(move |_| state.with(|state| state.started_at));
    let viewers = Memo::new(move |_| state.with(|state| state.viewer_count));
    let is_live = Memo::new(move |_| state.with(|state| state.is_live));
    view! {
        <div class="status-line">
            <LiveBadge status />
            <Show when=move || is_live.get()>
                <OnAirTimer started_at />
                <ViewerCount count=viewers />
            </Show>
            <span class="status-line-news" role="status">
                <Show when=move || is_reconnecting.get()>
                    <span class="status-line-reconnecting">
                        <Icon name="wifi-off" />
                        {text!(watch.status_reconnecting)}
                    </span>
                </Show>
            </span>
        </div>
    }
}
