//! Numbers of broadcasts, each with what it is beside the ones before: of a period, of one broadcast, of the last one.
//!
//! Where there is nothing to compare with, it says so instead of a change. While a broadcast is on air its numbers
//! still grow, and are only shown beside the usual ones.

use leptos::prelude::*;

use super::analytics_words::{Change, duration_words, signed};
use crate::{
    domain::analytics::{AnalyticsSummary, Baseline, BroadcastNumbers, BroadcastReport},
    language::numbers::{decimal, grouped},
    text,
};

/// A number.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Figure {
    label: &'static str,
    value: String,
    change: Option<Change>,
}

impl Figure {
    fn new(label: &'static str, value: String, change: Option<Change>) -> Self {
        Self { label, value, change }
    }
}

/// The numbers.
#[component]
pub fn Figures(
    /// Which.
    #[prop(into)]
    figures: Signal<Vec<Figure>>,
) -> impl IntoView {
    let views = move || figures.get().into_iter().map(|figure| view! { <FigureView figure /> }).collect_view();
    view! { <dl class="figures">{views}</dl> }.into_any()
}

#[component]
fn FigureView(figure: Figure) -> impl IntoView {
    let change = figure.change.map(|change| {
        view! {
            <dd class="figure-change" data-direction=change.direction.name()>
                {change.words}
            </dd>
        }
    });
    view! {
        <div class="figure">
            <dt>{figure.label}</dt>
            <dd class="figure-value number">{figure.value}</dd>
            {change}
        </div>
    }
}

/// The numbers of a period beside the period before.
pub fn period_figures(summary: &AnalyticsSummary) -> Vec<Figure> {
    let AnalyticsSummary { current, before, days, .. } = summary;
    let than = text!(analytics.than_days, count = days.len());
    let figure = |label, value, before_value: f64, now: f64| {
        let change = match before.broadcasts {
            0 => Change::none(text!(analytics.nothing_before)),
            _ => Change::between(before_value, now, &than),
        };
        Figure::new(label, value, Some(change))
    };
    let time = |label, before, now| figure(label, duration_words(now), whole(before), whole(now));
    let count = |label, before: u32, now: u32| figure(label, grouped(now), before.into(), now.into());
    let (average_before, average) = (before.average_viewers, current.average_viewers);
    let growth = Change::of_growth(before.follower_growth, current.follower_growth, &than);
    vec![
        time(text!(time.on_air), before.duration_seconds, current.duration_seconds),
        figure(text!(analytics.average_viewers), decimal(average), average_before, average),
        count(text!(analytics.peak_viewers), before.peak_viewers, current.peak_viewers),
        time(text!(analytics.watch_time), before.watch_seconds, current.watch_seconds),
        count(text!(analytics.messages), before.messages, current.messages),
        Figure::new(text!(analytics.follower_growth), signed(current.follower_growth), Some(growth)),
    ]
}

/// Durations are far below 2^53 seconds.
#[expect(clippy::cast_precision_loss, reason = "see above")]
fn whole(seconds: u64) -> f64 {
    seconds as f64
}

/// A number of a broadcast, and where it is among those it is compared with.
struct Measured {
    label: &'static str,
    value: String,
    now: f64,
    usual: fn(&Baseline) -> f64,
    /// How a usual one is written.
    words: fn(f64) -> String,
}

impl Measured {
    /// While the broadcast is on air its numbers still grow, and are only shown beside the usual ones.
    fn beside(self, report: &BroadcastReport) -> Figure {
        let change = report.baseline.as_ref().map(|baseline| {
            let usual = (self.usual)(baseline);
            if report.summary.ended_at.is_some() {
                Change::between(usual, self.now, &text!(analytics.than_broadcasts, count = baseline.broadcasts))
            } else {
                let usual = (self.words)(usual);
                Change::none(text!(analytics.so_far, count = baseline.broadcasts, usual = usual))
            }
        });
        Figure::new(self.label, self.value, change)
    }
}

/// The numbers of a broadcast beside the creator's last ones.
pub fn report_figures(report: &BroadcastReport) -> Vec<Figure> {
    let numbers = &report.summary.numbers;
    let time = |label, now, usual: fn(&Baseline) -> f64| Measured {
        label,
        value: duration_words(now),
        now: whole(now),
        usual,
        words: rounded_duration,
    };
    let count = |label, now: u32, usual: fn(&Baseline) -> f64| Measured {
        label,
        value: grouped(now),
        now: now.into(),
        usual,
        words: decimal,
    };
    let average = Measured {
        label: text!(analytics.average_viewers),
        value: decimal(numbers.average_viewers),
        now: numbers.average_viewers,
        usual: |usual| usual.average_viewers,
        words: decimal,
    };
    let measured = [
        time(text!(time.on_air), numbers.duration_seconds, |usual| usual.duration_seconds),
        average,
        count(text!(analytics.peak_viewers), numbers.peak_viewers, |usual| usual.peak_viewers),
        count(text!(analytics.different_viewers), numbers.distinct_viewers, |usual| usual.distinct_viewers),
        time(text!(analytics.watch_time), numbers.watch_seconds, |usual| usual.watch_seconds),
        count(text!(analytics.messages), numbers.messages, |usual| usual.messages),
        count(text!(analytics.people_who_wrote), numbers.chatters, |usual| usual.chatters),
        count(text!(analytics.new_followers), numbers.new_followers, |usual| usual.new_followers),
    ];
    measured.into_iter().map(|measured| measured.beside(report)).collect()
}

#[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "a cast of a float stops at the limits")]
fn rounded_duration(seconds: f64) -> String {
    duration_words(seconds.round() as u64)
}

/// The numbers of a broadcast that has just ended.
pub fn last_figures(numbers: &BroadcastNumbers) -> Vec<Figure> {
    vec![
        Figure::new(text!(time.on_air), duration_words(numbers.duration_seconds), None),
        Figure::new(text!(analytics.average_viewers), decimal(numbers.average_viewers), None),
        Figure::new(text!(analytics.peak_viewers), grouped(numbers.peak_viewers), None),
        Figure::new(text!(analytics.different_viewers), grouped(numbers.distinct_viewers), None),
        Figure::new(text!(analytics.messages), grouped(numbers.messages), None),
        Figure::new(text!(analytics.new_followers), grouped(numbers.new_followers), None),
    ]
}
