//! `/dashboard/analytics/{id}`: one broadcast, also while it is on air. Until its numbers stand it keeps itself up to
//! date while somebody looks at it, and says when it is over.

use std::time::Duration;

use leptos::{either::EitherOf3, prelude::*};
use leptos_meta::Title as PageTitle;
use leptos_router::{components::A, hooks::use_params_map};

use super::{lists::in_time, not_found::NotFoundPage, not_loaded::NotLoadedPage};
use crate::{
    api::{
        analytics::{BroadcastReport, broadcast},
        error::ErrorCode,
    },
    browser::refresh::while_visible,
    components::{
        analytics_charts::{curve_chart, curve_table},
        analytics_figures::{Figures, report_figures},
        analytics_moments::Moments,
        badge::LiveBadge,
        chart::{ChartTable, ChartView},
        feedback::Skeleton,
        icon::Icon,
        time_text::TimeAgo,
    },
    domain::{
        channel::StreamStatus,
        chart::holding,
        chart_curve::{MOST_POINTS, thinned},
        title::Title,
    },
    language::numbers::grouped,
    text,
};

/// How often a broadcast is read again whose numbers do not stand yet.
const REFRESH_EVERY: Duration = Duration::from_secs(10);
/// After so many failures in a row the page says that it is old.
const FAILURES_TO_TELL: u32 = 2;

/// The page.
#[component]
pub fn ReportPage() -> impl IntoView {
    let params = use_params_map();
    let id = Memo::new(move |_| params.read().get("id").unwrap_or_default());
    let report = Resource::new_blocking(move || id.get(), broadcast);
    let reload = move || report.refetch();
    view! {
        <Transition fallback=|| view! { <ReportSkeleton /> }>
            {move || Suspend::new(async move {
                match report.await {
                    Ok(report) => EitherOf3::A(view! { <Report first=report /> }),
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
fn Report(first: BroadcastReport) -> impl IntoView {
    let title = Title::shown(&first.summary.title).to_owned();
    let report = RwSignal::new(first);
    let failures = RwSignal::new(0);
    keep_fresh(report, failures);
    let figures = Memo::new(move |_| report.with(report_figures));
    let is_first = report.with_untracked(|report| report.baseline.is_none());
    view! {
        <PageTitle text=title />
        <div class="page analytics-page">
            <Head report failures />
            <Figures figures />
            {is_first
                .then(|| {
                    view! {
                        <p class="muted small">
                            {text!(analytics.first_broadcast)}
                        </p>
                    }
                })}
            <Curve report />
        </div>
    }
}

/// Reads it again, until its numbers stand: an encoder may go on with a broadcast that was over.
fn keep_fresh(report: RwSignal<BroadcastReport>, failures: RwSignal<u32>) {
    let id = report.with_untracked(|report| report.summary.id.as_str().to_owned());
    let is_settled = Memo::new(move |_| report.with(|report| report.summary.is_settled));
    Effect::new(move |_| {
        if is_settled.get() {
            return;
        }
        let id = id.clone();
        while_visible(REFRESH_EVERY, move || {
            let answer = broadcast(id.clone());
            async move {
                // What is here stays when nothing newer comes: it is asked for again soon.
                match in_time(answer).await {
                    Ok(newer) => {
                        let _ = failures.try_set(0);
                        let _ = report.try_set(newer);
                    }
                    Err(_) => drop(failures.try_update(|failures| *failures += 1)),
                }
            }
        });
    });
}

#[component]
fn Head(report: RwSignal<BroadcastReport>, failures: RwSignal<u32>) -> impl IntoView {
    let status = Memo::new(move |_| report.with(|report| report.summary.status()));
    let is_settled = Memo::new(move |_| report.with(|report| report.summary.is_settled));
    let was_settled = is_settled.get_untracked();
    let is_old = Memo::new(move |_| failures.get() >= FAILURES_TO_TELL);
    let title = Memo::new(move |_| report.with(|report| Title::shown(&report.summary.title).to_owned()));
    let started_at = Signal::derive(move || report.with(|report| Some(report.summary.started_at)));
    let news = move || match status.get() {
        _ if is_old.get() => text!(analytics.not_up_to_date),
        StreamStatus::Live => text!(analytics.still_grow),
        StreamStatus::Reconnecting => text!(analytics.encoder_is_away),
        _ if !is_settled.get() => text!(analytics.is_over),
        _ if !was_settled => text!(analytics.is_final),
        _ => "",
    };
    view! {
        <div class="report-head">
            <A href="/dashboard/analytics" attr:class="back-link">
                <Icon name="chart-line" />
                {text!(analytics.all_broadcasts)}
            </A>
            <h1 class="page-title" dir="auto">
                {title}
            </h1>
            <div class="row muted">
                <Show when=move || status.get().is_live()>
                    <LiveBadge status is_announced=false />
                </Show>
                <span>{text!(analytics.began)} <TimeAgo at=started_at /></span>
                <span role="status">{news}</span>
            </div>
        </div>
    }
}

#[component]
fn Curve(report: RwSignal<BroadcastReport>) -> impl IntoView {
    // Put together once, for the chart and for the table.
    let curve = Memo::new(move |_| report.with(|report| thinned(&report.curve, MOST_POINTS)));
    let chart = Memo::new(move |_| report.with(|report| curve.with(|curve| curve_chart(report, curve))));
    let shown = Signal::derive(move || chart.get().unwrap_or_default());
    let table = Memo::new(move |_| report.with(|report| curve.with(|curve| curve_table(report, curve))));
    let (cursor, mark) = (RwSignal::new(None), RwSignal::new(None));
    // What is pointed at in the list is pointed at in the chart.
    Effect::watch(
        move || mark.get(),
        move |at: &Option<usize>, _, _| {
            let place = |at: usize| shown.with_untracked(|chart| chart.marks.get(at).map(|mark| mark.span.from));
            let spans = || shown.with_untracked(|chart| chart.spans.clone());
            cursor.set(at.and_then(place).and_then(|place| holding(spans(), place)));
        },
        false,
    );
    let heading = move || report.with(|report| counted_moments(report.moments.len()));
    view! {
        <section class="panel stack" aria-labelledby="curve-title">
            <h2 class="section-title" id="curve-title">
                {text!(analytics.viewers_and_messages)}
            </h2>
            <Show
                when=move || chart.read().is_some()
                fallback=|| view! { <p class="muted">{text!(analytics.no_curve)}</p> }
            >
                <ChartView chart=shown cursor mark />
                <ChartTable caption=text!(analytics.curve_caption) table />
            </Show>
        </section>
        <section class="panel stack" aria-labelledby="moments-title">
            <h2 class="section-title" id="moments-title">
                {text!(analytics.what_happened)}
            </h2>
            <p class="muted small">{heading}</p>
            <Moments report pointed_at=mark />
        </section>
    }
}

fn counted_moments(count: usize) -> String {
    match u32::try_from(count).unwrap_or(u32::MAX) {
        0 => text!(analytics.nothing_happened).to_owned(),
        count => text!(analytics.moments, count = count, shown = grouped(count)),
    }
}

#[component]
fn ReportSkeleton() -> impl IntoView {
    view! {
        <div class="page analytics-page" aria-busy="true">
            <h1 class="visually-hidden">{text!(analytics.loading_broadcast)}</h1>
            <Skeleton kind="title" />
            <div class="figures">{(0..8).map(|_| view! { <Skeleton kind="figure" /> }).collect_view()}</div>
            <Skeleton kind="chart" />
        </div>
    }
}
