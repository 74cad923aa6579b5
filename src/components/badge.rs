//! Whether a stream is on air, and how many watch.
//!
//! The red pill is only ever for LIVE, and says so in words. The number is of people, without the creator.

use leptos::prelude::*;

use super::icon::Icon;
use crate::{domain::channel::StreamStatus, language::numbers::grouped, text};

/// Whether the stream is on air.
#[component]
pub fn LiveBadge(
    /// What is shown.
    #[prop(into)]
    status: Signal<StreamStatus>,
    /// A change is announced. Not inside of a link, whose name it would then not be part of.
    #[prop(default = true)]
    is_announced: bool,
) -> impl IntoView {
    view! {
        <span class="badge" role=is_announced.then_some("status") data-status=move || status.get().as_str()>
            <span class="badge-dot" aria-hidden="true"></span>
            {move || words(status.get())}
        </span>
    }
}

fn words(status: StreamStatus) -> &'static str {
    match status {
        StreamStatus::Live => text!(watch.status_live),
        StreamStatus::Reconnecting => text!(watch.status_reconnecting),
        StreamStatus::Rehearsal => text!(watch.status_rehearsal),
        StreamStatus::Offline => text!(watch.status_offline),
    }
}

/// How many watch.
#[component]
pub fn ViewerCount(
    /// People, without the creator.
    #[prop(into)]
    count: Signal<u32>,
) -> impl IntoView {
    let unit = move || text!(watch.viewers, count = count.get());
    view! {
        <span class="viewer-count">
            <Icon name="users" />
            <span class="number" data-viewers=move || count.get()>
                {move || grouped(count.get())}
            </span>
            <span class="viewer-count-unit">{unit}</span>
        </span>
    }
}
