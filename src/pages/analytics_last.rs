//! How the last broadcast went, on the page of the creator's stream: there as soon as it is over, and while nothing is
//! on air. Says nothing when there was none, or when it is not known: the page is about something else.

use std::time::Duration;

use leptos::{prelude::*, task::spawn_local};
use leptos_router::components::A;

use super::lists::in_time;
use crate::{
    api::analytics::{BroadcastSummary, broadcasts},
    browser::timers::sleep,
    components::{
        analytics_broadcasts::report_path,
        analytics_figures::{Figures, last_figures},
        icon::Icon,
        time_text::TimeAgo,
    },
    domain::{channel::StreamStatus, title::Title},
    text,
};

/// How often it is asked for when it is not over yet: what ends a broadcast also tells this page, perhaps first.
const TRIES: u32 = 3;
const TRY_AFTER: Duration = Duration::from_secs(1);

/// The last broadcast, for a page to open with.
pub(super) fn load_last() -> Resource<Option<BroadcastSummary>> {
    Resource::new_blocking(|| (), |()| newest())
}

async fn newest() -> Option<BroadcastSummary> {
    let newest = broadcasts(None, None, None, None, None, None, None).await;
    newest.ok()?.items.into_iter().next()
}

/// The last broadcast, while nothing is on air.
#[component]
pub(super) fn LastBroadcast(
    /// What the page opened with.
    first: Option<BroadcastSummary>,
    /// Of the creator's stream.
    status: Memo<StreamStatus>,
) -> impl IntoView {
    let last = RwSignal::new(first);
    // It ended while somebody had this page open.
    let is_news = RwSignal::new(false);
    Effect::watch(
        move || status.get(),
        move |status, before, _| {
            if *status != StreamStatus::Offline {
                is_news.set(false);
            } else if before.is_some_and(|before| before.is_live()) {
                spawn_local(load_ended(last, is_news));
            }
        },
        false,
    );
    let shown = move || {
        let is_offline = status.get() == StreamStatus::Offline;
        let ended = last.get().filter(|broadcast| is_offline && broadcast.ended_at.is_some());
        ended.map(|broadcast| view! { <Summary broadcast /> }.into_any())
    };
    view! {
        <p class="visually-hidden" role="status">
            {move || is_news.get().then(|| text!(analytics.last_is_here))}
        </p>
        {shown}
    }
}

async fn load_ended(last: RwSignal<Option<BroadcastSummary>>, is_news: RwSignal<bool>) {
    for _ in 0..TRIES {
        let broadcast = in_time(async { Ok(newest().await) }).await.ok().flatten();
        let is_over = broadcast.as_ref().is_some_and(|broadcast| broadcast.ended_at.is_some());
        if is_over {
            let _ = last.try_set(broadcast);
            let _ = is_news.try_set(true);
            return;
        }
        sleep(TRY_AFTER).await;
    }
}

#[component]
fn Summary(broadcast: BroadcastSummary) -> impl IntoView {
    let figures = Signal::stored(last_figures(&broadcast.numbers));
    let BroadcastSummary { id, title, ended_at, .. } = broadcast;
    view! {
        <section class="panel last-broadcast" aria-labelledby="last-title">
            <div class="row spread">
                <div class="last-words">
                    <h2 class="section-title" id="last-title">
                        {text!(analytics.last_broadcast)}
                    </h2>
                    <p class="muted small">
                        <span dir="auto">{Title::shown(&title).to_owned()}</span>
                        {text!(analytics.last_ended)}
                        <TimeAgo at=ended_at />
                    </p>
                </div>
                <A href=report_path(id.as_str()) attr:class="button">
                    <Icon name="chart-line" />
                    {text!(analytics.how_it_went)}
                </A>
            </div>
            <Figures figures />
        </section>
    }
}
