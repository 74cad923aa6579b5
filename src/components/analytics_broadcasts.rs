//! Broadcasts as a table that its headers sort.
//!
//! The headers are links: the order stands in the address and works without WASM. A row leads to the report of its
//! broadcast.

use leptos::prelude::*;
use leptos_router::components::A;

use super::{analytics_words::duration_words, badge::LiveBadge, time_text::TimeAgo};
use crate::{
    domain::{
        analytics::{BroadcastOrder, BroadcastSummary},
        channel::StreamStatus,
        title::Title,
    },
    language::numbers::{decimal, grouped},
    text,
};

/// The columns that can be sorted by.
fn columns() -> [(BroadcastOrder, &'static str); 7] {
    [
        (BroadcastOrder::Started, text!(analytics.column_when)),
        (BroadcastOrder::Duration, text!(time.on_air)),
        (BroadcastOrder::AverageViewers, text!(analytics.average_viewers)),
        (BroadcastOrder::PeakViewers, text!(analytics.peak_viewers)),
        (BroadcastOrder::WatchTime, text!(analytics.watch_time)),
        (BroadcastOrder::Messages, text!(analytics.messages)),
        (BroadcastOrder::NewFollowers, text!(analytics.new_followers)),
    ]
}

/// The table.
#[component]
pub fn BroadcastTable(
    /// What is in it.
    #[prop(into)]
    broadcasts: Signal<Vec<BroadcastSummary>>,
    /// What it is sorted by.
    order: BroadcastOrder,
    /// The other way round: the least first.
    is_reversed: bool,
    /// The address of the same page, sorted by that, the other way round or not.
    path: Callback<(BroadcastOrder, bool), String>,
) -> impl IntoView {
    let header = move |(column, label)| {
        let is_current = column == order;
        let sort = is_current.then_some(if is_reversed { "ascending" } else { "descending" });
        let href = path.run((column, is_current && !is_reversed));
        view! {
            <th scope="col" aria-sort=sort>
                <a href=href class="sort" data-noscroll="">
                    {label}
                </a>
            </th>
        }
        .into_any()
    };
    view! {
        <div class="table-scroll" role="region" aria-label=text!(analytics.table_of_broadcasts) tabindex="0">
            <table class="table broadcasts">
                <thead>
                    <tr>
                        <th scope="col">{text!(studio.title)}</th>
                        {columns().map(header).collect_view()}
                    </tr>
                </thead>
                <tbody>
                    <For each=move || broadcasts.get() key=|broadcast| broadcast.id.clone() children=row_view />
                </tbody>
            </table>
        </div>
    }
}

fn row_view(broadcast: BroadcastSummary) -> AnyView {
    let status = broadcast.status();
    let BroadcastSummary { id, title, started_at, numbers, .. } = broadcast;
    let figures = [
        duration_words(numbers.duration_seconds),
        decimal(numbers.average_viewers),
        grouped(numbers.peak_viewers),
        duration_words(numbers.watch_seconds),
        grouped(numbers.messages),
        grouped(numbers.new_followers),
    ];
    let when = match status {
        StreamStatus::Offline => view! { <TimeAgo at=Some(started_at) /> }.into_any(),
        status => view! { <LiveBadge status=Signal::stored(status) is_announced=false /> }.into_any(),
    };
    view! {
        <tr>
            <th scope="row">
                <A href=report_path(id.as_str()) attr:id=row_id(id.as_str()) attr:class="broadcast-title" attr:dir="auto">
                    {Title::shown(&title).to_owned()}
                </A>
            </th>
            <td class="nowrap">{when}</td>
            {figures.map(|words| view! { <td class="number">{words}</td> }.into_any()).collect_view()}
        </tr>
    }
    .into_any()
}

/// The page of a broadcast.
pub fn report_path(id: &str) -> String {
    format!("/dashboard/analytics/{id}")
}

/// The id of the link of a broadcast in the table.
pub fn row_id(id: &str) -> String {
    format!("broadcast-{id}")
}
