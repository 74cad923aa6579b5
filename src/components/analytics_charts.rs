//! What the charts of the analytics show, and the tables beside them: the days of a period, and the curve of a
//! broadcast.

use std::time::Duration;

use super::{
    analytics_words::duration_words,
    chart::{Chart, Mark, Panel, Table},
    chat_rules::rule_words,
    time_text::clock,
};
use crate::{
    domain::{
        analytics::{AnalyticsSummary, BroadcastReport, CurvePoint, DayNumbers, Moment, MomentKind},
        chart::{Scale, Span, time_ticks},
        chart_curve::{Axis, messages_per_minute},
        chart_days::{day_ticks, long_day, short_day},
        timestamp::Timestamp,
    },
    language::numbers::{decimal, grouped},
    text,
};

/// How many words there are at most below a chart: more are too many for a phone.
const MOST_WORDS: u8 = 5;

/// How many watched on each day, and how long they could.
pub fn days_chart(summary: &AnalyticsSummary) -> Chart {
    let days = &summary.days;
    let count = days.len();
    let spans: Vec<_> = (0..count).map(|day| Span::equal(day, count)).collect();
    let axis = day_ticks(count, MOST_WORDS.into()).into_iter();
    Chart {
        label: text!(
            analytics.days_gist,
            average = decimal(summary.current.average_viewers),
            peak = grouped(summary.current.peak_viewers)
        ),
        panels: vec![viewers_a_day(days), time_a_day(days)],
        axis: axis.map(|day| (spans[day].middle(), short_day(&days[day].date))).collect(),
        words: days.iter().map(day_words).collect(),
        spans,
        marks: Vec::new(),
    }
}

fn viewers_a_day(days: &[DayNumbers]) -> Panel {
    let peaks: Vec<_> = days.iter().map(|day| f64::from(day.numbers.peak_viewers)).collect();
    let scale = Scale::of_counts(peaks.iter().copied().fold(0.0, f64::max));
    Panel {
        label: text!(analytics.average_viewers),
        label_behind: Some(text!(analytics.peak)),
        kind: "viewers",
        ticks: count_words(&scale),
        scale,
        is_line: false,
        values: days.iter().map(|day| Some(day.numbers.average_viewers)).collect(),
        behind: peaks.into_iter().map(Some).collect(),
    }
}

fn time_a_day(days: &[DayNumbers]) -> Panel {
    #[expect(clippy::cast_precision_loss, reason = "a day has few seconds")]
    let seconds: Vec<_> = days.iter().map(|day| day.numbers.duration_seconds as f64).collect();
    let scale = Scale::of_seconds(seconds.iter().copied().fold(0.0, f64::max));
    Panel {
        label: text!(analytics.time_on_air_scale),
        label_behind: None,
        kind: "on-air",
        ticks: scale.ticks.iter().map(|seconds| hours_and_minutes(*seconds)).collect(),
        scale,
        is_line: false,
        values: seconds.into_iter().map(Some).collect(),
        behind: Vec::new(),
    }
}

fn day_words(day: &DayNumbers) -> String {
    let (name, numbers) = (long_day(&day.date), &day.numbers);
    if numbers.broadcasts == 0 {
        return text!(analytics.no_broadcast_then, day = name);
    }
    text!(
        analytics.day_numbers,
        day = name,
        average = decimal(numbers.average_viewers),
        peak = grouped(numbers.peak_viewers),
        on_air = duration_words(numbers.duration_seconds)
    )
}

/// The same for reading, with the days that had a broadcast.
pub fn days_table(summary: &AnalyticsSummary) -> Table {
    let row = |day: &DayNumbers| {
        let numbers = &day.numbers;
        vec![
            long_day(&day.date),
            grouped(numbers.broadcasts),
            duration_words(numbers.duration_seconds),
            decimal(numbers.average_viewers),
            grouped(numbers.peak_viewers),
            duration_words(numbers.watch_seconds),
            grouped(numbers.messages),
        ]
    };
    Table {
        head: vec![
            text!(analytics.column_day),
            text!(analytics.broadcasts),
            text!(time.on_air),
            text!(analytics.average_viewers),
            text!(analytics.peak_viewers),
            text!(analytics.watch_time),
            text!(analytics.messages),
        ],
        rows: summary.days.iter().filter(|day| day.numbers.broadcasts > 0).map(row).collect(),
    }
}

/// How many watched and wrote in the course of a broadcast, with as much of its curve as is drawn; `None` when nothing
/// of it is known yet.
pub fn curve_chart(report: &BroadcastReport, curve: &[CurvePoint]) -> Option<Chart> {
    let axis = Axis::of(curve)?;
    let numbers = &report.summary.numbers;
    let marks = report.moments.iter().map(|moment| mark_of(moment, axis));
    let ticks = time_ticks(axis.seconds, MOST_WORDS).into_iter();
    Some(Chart {
        label: text!(
            analytics.curve_gist,
            average = decimal(numbers.average_viewers),
            peak = grouped(numbers.peak_viewers)
        ),
        panels: vec![viewers_panel(curve), messages_panel(curve)],
        axis: ticks.map(|seconds| (seconds / axis.seconds, hours_and_minutes(seconds))).collect(),
        spans: curve.iter().map(|point| axis.span(point)).collect(),
        words: curve.iter().map(|point| point_words(point, report)).collect(),
        marks: marks.collect(),
    })
}

fn viewers_panel(curve: &[CurvePoint]) -> Panel {
    let values: Vec<_> = curve.iter().map(|point| point.average_viewers).collect();
    let scale = Scale::of_counts(values.iter().flatten().copied().fold(0.0, f64::max));
    Panel {
        label: text!(analytics.viewers),
        label_behind: None,
        kind: "viewers",
        ticks: count_words(&scale),
        scale,
        is_line: true,
        values,
        behind: Vec::new(),
    }
}

fn messages_panel(curve: &[CurvePoint]) -> Panel {
    let values: Vec<_> = curve.iter().map(messages_per_minute).collect();
    let scale = Scale::of_counts(values.iter().copied().fold(0.0, f64::max));
    Panel {
        label: text!(analytics.messages_a_minute),
        label_behind: None,
        kind: "messages",
        ticks: count_words(&scale),
        scale,
        is_line: false,
        values: values.into_iter().map(Some).collect(),
        behind: Vec::new(),
    }
}

fn mark_of(moment: &Moment, axis: Axis) -> Mark {
    let from = axis.place(moment.at);
    let to = match moment.kind {
        MomentKind::Drop { seconds: Some(seconds) } => axis.place(moment.at.plus(Duration::from_secs(seconds))),
        MomentKind::Drop { seconds: None } => 1.0,
        MomentKind::Title { .. } | MomentKind::Rules { .. } => from,
    };
    Mark { span: Span { from, to }, kind: kind_name(&moment.kind) }
}

/// For the style.
pub fn kind_name(kind: &MomentKind) -> &'static str {
    match kind {
        MomentKind::Title { .. } => "title",
        MomentKind::Rules { .. } => "rules",
        MomentKind::Drop { .. } => "drop",
    }
}

/// What happened, in words.
pub fn moment_words(kind: &MomentKind) -> String {
    match kind {
        MomentKind::Title { title } => text!(analytics.new_title, title = title),
        MomentKind::Rules { rules } => rules.iter().map(|rule| rule_words(*rule)).collect::<Vec<_>>().join(" · "),
        MomentKind::Drop { seconds: Some(seconds) } => {
            text!(analytics.encoder_was_gone, duration = duration_words(*seconds))
        }
        MomentKind::Drop { seconds: None } => text!(analytics.encoder_is_gone).to_owned(),
    }
}

/// How long after the start of the broadcast that was: `0:12:30`.
pub fn time_in(report: &BroadcastReport, at: Timestamp) -> String {
    let words = clock(at.since(report.summary.started_at));
    // As long as a longer one, so that they stand below each other.
    if words.matches(':').count() == 1 { format!("0:{words:0>5}") } else { words }
}

fn point_words(point: &CurvePoint, report: &BroadcastReport) -> String {
    let time = time_in(report, point.at);
    match point.average_viewers {
        None => text!(analytics.off_air_then, when = time),
        Some(viewers) => text!(
            analytics.point_numbers,
            when = time,
            viewers = decimal(viewers),
            count = point.messages,
            messages = grouped(point.messages)
        ),
    }
}

/// The same for reading.
pub fn curve_table(report: &BroadcastReport, curve: &[CurvePoint]) -> Table {
    let row = |(number, point): (usize, &CurvePoint)| {
        // Until the next one begins; the last one has what is left.
        let end = curve.get(number + 1).map(|next| next.at);
        let is_within = |moment: &&Moment| moment.at >= point.at && end.is_none_or(|end| moment.at < end);
        let within = report.moments.iter().filter(is_within);
        vec![
            time_in(report, point.at),
            point.average_viewers.map_or_else(|| text!(analytics.not_on_air).to_owned(), decimal),
            grouped(point.peak_viewers),
            grouped(point.messages),
            within.map(|moment| moment_words(&moment.kind)).collect::<Vec<_>>().join(" · "),
        ]
    };
    Table {
        head: vec![
            text!(analytics.column_from),
            text!(analytics.average_viewers),
            text!(analytics.peak_viewers),
            text!(analytics.messages),
            text!(analytics.what_happened),
        ],
        rows: curve.iter().enumerate().map(row).collect(),
    }
}

#[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "a cast of a float stops at the limits")]
fn count_words(scale: &Scale) -> Vec<String> {
    scale.ticks.iter().map(|tick| grouped(*tick as u32)).collect()
}

/// `1:30`.
#[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "a cast of a float stops at the limits")]
fn hours_and_minutes(seconds: f64) -> String {
    let minutes = (seconds / 60.0) as u64;
    format!("{}:{:02}", minutes / 60, minutes % 60)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::{
        analytics::{BroadcastNumbers, BroadcastSummary},
        chat_settings::ChatRule,
        id::BroadcastId,
    };

    const MINUTE_MS: i64 = 60_000;

    fn report(curve: Vec<CurvePoint>, moments: Vec<Moment>) -> BroadcastReport {
        let summary = BroadcastSummary {
            id: BroadcastId("1".to_owned()),
            title: "Bread".to_owned(),
            started_at: Timestamp(0),
            ended_at: None,
            is_settled: false,
            is_interrupted: false,
            numbers: BroadcastNumbers { average_viewers: 2.5, peak_viewers: 1_234, ..Default::default() },
        };
        BroadcastReport { summary, baseline: None, curve, moments }
    }

    fn minute(number: i64, average_viewers: Option<f64>, messages: u32) -> CurvePoint {
        let on_air_seconds = average_viewers.map_or(0.0, |_| 60.0);
        let at = Timestamp(number * MINUTE_MS);
        CurvePoint { at, seconds: 60, on_air_seconds, average_viewers, peak_viewers: 3, messages }
    }

    #[test]
    fn a_curve_says_what_it_shows() {
        let drop = Moment { at: Timestamp(MINUTE_MS), kind: MomentKind::Drop { seconds: Some(60) } };
        let rules = MomentKind::Rules { rules: vec![ChatRule::SlowModeSeconds(10), ChatRule::Enabled(true)] };
        let moments = vec![drop, Moment { at: Timestamp(2 * MINUTE_MS + 1), kind: rules }];
        let report = report(vec![minute(0, Some(2.5), 1), minute(1, None, 0), minute(2, Some(1_000.0), 7)], moments);
        let chart = curve_chart(&report, &report.curve).expect("a curve");
        assert_eq!(
            chart.words,
            ["0:00:00: 2.5 viewers, 1 message", "0:01:00: not on air", "0:02:00: 1,000.0 viewers, 7 messages"]
        );
        assert_eq!(chart.marks[0].span, Span { from: 1.0 / 3.0, to: 2.0 / 3.0 });
        assert_eq!(
            chart.axis.iter().map(|(_, words)| words.as_str()).collect::<Vec<_>>(),
            ["0:00", "0:01", "0:02", "0:03"]
        );
        let table = curve_table(&report, &report.curve);
        let happened: Vec<_> = table.rows.into_iter().filter_map(|mut row| row.pop()).collect();
        assert_eq!(happened, ["", "The encoder was gone for 1:00", "Slow mode: 10 s · Chat: on"]);
    }

    #[test]
    fn a_broadcast_that_has_just_begun_has_no_curve() {
        let report = report(Vec::new(), Vec::new());
        assert_eq!(curve_chart(&report, &report.curve), None);
        assert_eq!(curve_table(&report, &report.curve).rows.len(), 0);
    }

    #[test]
    fn times_in_a_broadcast_are_all_as_long() {
        let report = report(Vec::new(), Vec::new());
        assert_eq!([0, 9_000, 3_849_000].map(|at| time_in(&report, Timestamp(at))), ["0:00:00", "0:00:09", "1:04:09"]);
    }

    #[test]
    fn days_without_a_broadcast_say_so() {
        let day = |date: &str, broadcasts| DayNumbers {
            date: date.to_owned(),
            numbers: crate::domain::analytics::PeriodNumbers {
                broadcasts,
                duration_seconds: 3_600,
                ..Default::default()
            },
        };
        let days = vec![day("2026-08-01", 1), day("2026-08-02", 0)];
        let summary = AnalyticsSummary {
            from: "2026-08-01".to_owned(),
            to: "2026-08-02".to_owned(),
            time_zone: "UTC".to_owned(),
            current: Default::default(),
            before: Default::default(),
            days,
            hours: Vec::new(),
        };
        let chart = days_chart(&summary);
        assert_eq!(
            chart.words,
            ["Saturday, 1 Aug: 0.0 viewers on average, peak 0, 1:00:00 on air", "Sunday, 2 Aug: no broadcast"]
        );
        assert_eq!(days_table(&summary).rows.len(), 1);
    }
}
