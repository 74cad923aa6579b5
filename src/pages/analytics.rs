//! `/dashboard/analytics`: how a period went, what worked, and when to stream.
//!
//! What is shown stands in the address (`analytics_period.rs`). The browser tells its time zone once, because the
//! server counts days and hours by it; then all of it is read again.

use leptos::{prelude::*, task::spawn_local};
use leptos_meta::Title as PageTitle;
use leptos_router::{components::A, hooks::use_query_map};

use super::{
    analytics_period::{Asked, Period, PeriodChooser},
    lists::{focus_on, in_time},
};
use crate::{
    api::{
        analytics::{AnalyticsSummary, BroadcastSummary, broadcasts, set_time_zone},
        error::{ApiError, ErrorCode},
    },
    browser::time_zone::time_zone,
    components::{
        analytics_broadcasts::{BroadcastTable, report_path, row_id},
        analytics_charts::{days_chart, days_table},
        analytics_figures::{Figures, period_figures},
        analytics_hours::HourMap,
        chart::{ChartTable, ChartView},
        feedback::{EmptyState, ErrorNote, LoadFailure, Skeleton},
        more_link::{Growth, MoreLink},
    },
    domain::{chart_days::full_day, page::Page},
    text,
};

/// The page.
#[component]
pub fn AnalyticsPage() -> impl IntoView {
    let query = use_query_map();
    let asked = Memo::new(move |_| Asked::of(&query.read()));
    let period = Memo::new(move |_| asked.with(|asked| asked.period.clone()));
    let summary = Resource::new_blocking(move || period.get(), |period| period.summary());
    let listing = Resource::new_blocking(move || asked.get(), |asked| asked.list());
    // Whether there ever was a broadcast: nothing in a period is not the same.
    let latest = Resource::new_blocking(|| (), |()| broadcasts(None, None, None, None, None, None, None));
    // Asked and answered once: what the server makes of the name of a zone is its affair.
    let is_zone_told = StoredValue::new(false);
    let reload = move || {
        summary.refetch();
        listing.refetch();
        latest.refetch();
    };
    view! {
        <PageTitle text=text!(analytics.page_title) />
        <div class="page analytics-page">
            <h1 class="page-title">{text!(analytics.page_title)}</h1>
            <PeriodChooser asked />
            <Transition fallback=|| view! { <OverviewSkeleton /> }>
                {move || Suspend::new(async move {
                    let (summary, latest) = (summary.await, latest.await);
                    match summary {
                        _ if has_none(&latest) => view! { <NoBroadcasts /> }.into_any(),
                        Ok(summary) => {
                            tell_time_zone(summary.time_zone.clone(), is_zone_told, reload);
                            let latest = latest.ok().and_then(|page| page.items.into_iter().next());
                            view! { <Overview summary period=period.get_untracked() latest /> }.into_any()
                        }
                        Err(error) => view! { <Failure error on_retry=reload /> }.into_any(),
                    }
                })}
            </Transition>
            <Transition fallback=|| view! { <Skeleton kind="panel" /> }>
                {move || Suspend::new(async move {
                    let (listing, summary, latest) = (listing.await, summary.await, latest.await);
                    match listing {
                        // It is said above.
                        _ if summary.is_err() || has_none(&latest) => ().into_any(),
                        Ok(first) => view! { <Broadcasts first asked=asked.get_untracked() /> }.into_any(),
                        Err(error) => view! { <Failure error on_retry=reload /> }.into_any(),
                    }
                })}
            </Transition>
        </div>
    }
}

/// There never was a broadcast.
fn has_none(latest: &Result<Page<BroadcastSummary>, ApiError>) -> bool {
    latest.as_ref().is_ok_and(|page| page.items.is_empty())
}

/// Days and hours are those of where the creator is, which only the browser knows. `on_kept` reads all of it again.
fn tell_time_zone(known: String, is_told: StoredValue<bool>, on_kept: impl Fn() + Send + Sync + 'static) {
    let on_kept = StoredValue::new(on_kept);
    Effect::new(move |_| {
        let Some(zone) = time_zone().filter(|zone| *zone != known) else { return };
        if is_told.try_get_value().unwrap_or(true) {
            return;
        }
        is_told.set_value(true);
        spawn_local(async move {
            // If it is not kept, the days stay those of the zone that the page names.
            if in_time(set_time_zone(zone)).await.is_ok() {
                let _ = on_kept.try_with_value(|on_kept| on_kept());
            }
        });
    });
}

#[component]
fn Overview(summary: AnalyticsSummary, period: Period, latest: Option<BroadcastSummary>) -> impl IntoView {
    let figures = Signal::stored(period_figures(&summary));
    let (chart, table) = (Signal::stored(days_chart(&summary)), Signal::stored(days_table(&summary)));
    let cursor = RwSignal::new(None);
    let AnalyticsSummary { from, to, hours, time_zone, current, .. } = summary;
    let is_empty = current.broadcasts == 0;
    view! {
        <section class="stack" aria-labelledby="numbers-title">
            <div class="row spread">
                <h2 class="section-title" id="numbers-title">
                    {format!("{} – {}", full_day(&from), full_day(&to))}
                </h2>
                <Export period />
            </div>
            <Figures figures />
        </section>
        {if is_empty {
            view! { <QuietPeriod latest /> }.into_any()
        } else {
            view! {
                <section class="panel stack" aria-labelledby="days-title">
                    <h2 class="section-title" id="days-title">
                        {text!(analytics.day_by_day)}
                    </h2>
                    <ChartView chart cursor />
                    <ChartTable caption=text!(analytics.numbers_by_day) table />
                </section>
                <section class="panel stack" aria-labelledby="hours-title">
                    <h2 class="section-title" id="hours-title">
                        {text!(analytics.when_to_stream)}
                    </h2>
                    <HourMap hours time_zone />
                </section>
            }
                .into_any()
        }}
    }
}

#[component]
fn Export(period: Period) -> impl IntoView {
    let link = |format: &'static str, label: &'static str| {
        view! {
            <a class="button small" href=period.export_path(format) download>
                {label}
            </a>
        }
        .into_any()
    };
    view! {
        <div class="row">
            <span class="muted small">{text!(analytics.download)}</span>
            {link("csv", "CSV")}
            {link("json", "JSON")}
        </div>
    }
}

#[component]
fn Broadcasts(first: Page<BroadcastSummary>, asked: Asked) -> impl IntoView {
    let Page { items, next } = first;
    let is_empty = items.is_empty();
    let (items, next) = (RwSignal::new(items), RwSignal::new(next));
    let (order, is_reversed) = (asked.order(), asked.is_reversed);
    let of_path = asked.clone();
    let path = Callback::new(move |(order, is_reversed)| of_path.sorted(order, is_reversed).path());
    // A period without broadcasts says so above.
    (!is_empty).then(|| {
        view! {
            <section class="panel stack" aria-labelledby="broadcasts-title">
                <h2 class="section-title" id="broadcasts-title">
                    {text!(analytics.broadcasts)}
                </h2>
                <BroadcastTable broadcasts=items order is_reversed path />
                <More items next asked />
            </section>
        }
        .into_any()
    })
}

#[component]
fn More(items: RwSignal<Vec<BroadcastSummary>>, next: RwSignal<Option<String>>, asked: Asked) -> impl IntoView {
    let growth = RwSignal::new(Growth::Idle);
    let of_path = asked.clone();
    let href = Signal::derive(move || of_path.after(next.get()).path());
    let on_more = Callback::new(move |()| {
        growth.set(Growth::Loading);
        let answer = asked.after(next.get_untracked()).list();
        spawn_local(async move {
            match in_time(answer).await {
                Ok(Page { items: mut new, next: after }) => {
                    // One that is on air may have moved down meanwhile, to where it is read again.
                    let _ = items.try_with_untracked(|known| {
                        new.retain(|one| known.iter().all(|known| known.id != one.id));
                    });
                    let first = new.first().map(|first| row_id(first.id.as_str()));
                    let _ = items.try_update(|items| items.extend(new));
                    let _ = next.try_set(after);
                    let _ = growth.try_set(Growth::Idle);
                    request_animation_frame(move || focus_on(first));
                }
                Err(message) => {
                    let _ = growth.try_set(Growth::Failed(message));
                }
            }
        });
    });
    view! {
        <Show when=move || next.read().is_some()>
            <MoreLink label=text!(analytics.more_broadcasts) href growth on_more />
        </Show>
    }
}

#[component]
fn NoBroadcasts() -> impl IntoView {
    view! {
        <EmptyState icon="chart-line" title=text!(analytics.no_broadcasts)>
            <p>{text!(analytics.no_broadcasts_hint)}</p>
            <A href="/dashboard/streams" attr:class="button primary">
                {text!(studio.go_live)}
            </A>
        </EmptyState>
    }
}

#[component]
fn QuietPeriod(latest: Option<BroadcastSummary>) -> impl IntoView {
    let last = latest.map(|latest| {
        view! {
            <A href=report_path(latest.id.as_str()) attr:class="button">
                {text!(analytics.see_last_broadcast)}
            </A>
        }
        .into_any()
    });
    view! {
        <EmptyState icon="chart-line" title=text!(analytics.quiet_period)>
            <p>{text!(analytics.quiet_period_hint)}</p>
            {last}
        </EmptyState>
    }
}

/// It could not be loaded: what is wrong with what was asked for, or a way to try again.
#[component]
fn Failure(error: ApiError, #[prop(into)] on_retry: Callback<()>) -> impl IntoView {
    if error.code == ErrorCode::Invalid {
        return view! {
            <ErrorNote message=Signal::stored(Some(error.into_words())) />
            <A href="/dashboard/analytics" attr:class="button">
                {text!(analytics.show_last_30_days)}
            </A>
        }
        .into_any();
    }
    view! { <LoadFailure message=error.message on_retry /> }.into_any()
}

#[component]
fn OverviewSkeleton() -> impl IntoView {
    view! {
        <div class="stack" role="group" aria-busy="true" aria-label=text!(analytics.loading_numbers)>
            <Skeleton kind="title" />
            <div class="figures">{(0..6).map(|_| view! { <Skeleton kind="figure" /> }).collect_view()}</div>
            <Skeleton kind="chart" />
        </div>
    }
}
