//! The hours of the week, as a map: how many watch on average when the creator is on air, and when that is best.
//!
//! The answer stands with it as one sentence, and all of it as a table: no hour is told by colour alone.

use leptos::{ev, prelude::*, wasm_bindgen::JsCast as _};

use super::{
    analytics_words::duration_words,
    chart::{ChartTable, Table, has_left},
};
use crate::{
    domain::{
        analytics::HourNumbers,
        chart::percent,
        chart_hours::{LEVELS, busiest, fields, level, most_viewers},
    },
    language::{
        dates::{weekday, weekday_short},
        numbers::decimal,
    },
    text,
};

const HOURS: f64 = 24.0;
const WEEKDAYS: f64 = 7.0;

/// The map, what it says in one sentence, and the same as a table.
#[component]
pub fn HourMap(
    /// All hours of a week.
    hours: Vec<HourNumbers>,
    /// The time zone that they are of.
    time_zone: String,
) -> impl IntoView {
    let answer = answer_words(&hours);
    let table = hours_table(&hours);
    let readout = RwSignal::new(None::<String>);
    let drawing = fields_view(&hours);
    let point = move |event: ev::PointerEvent| {
        readout.set(
            hour_at(&event)
                .and_then(|place| hours.iter().find(|hour| (hour.weekday, hour.hour) == place))
                .map(hour_words),
        );
    };
    view! {
        <p class="hours-answer">{answer.clone()}</p>
        <p class="muted small">{text!(analytics.times_in, zone = time_zone.replace('_', " "))}</p>
        <div class="chart">
            <div
                class="chart-stage hours-stage"
                role="img"
                aria-label=text!(analytics.hours_gist, answer = answer)
                on:pointermove=point.clone()
                on:pointerdown=point
                on:pointerleave=move |event| {
                    if has_left(&event) {
                        readout.set(None);
                    }
                }
            >
                <svg class="chart-ticks" aria-hidden="true">
                    {(0..7).map(weekday_word).collect_view()}
                </svg>
                <svg class="hours-drawing" viewBox="0 0 24 7" preserveAspectRatio="none" aria-hidden="true">
                    {drawing}
                </svg>
            </div>
            <svg class="chart-axis" aria-hidden="true">
                {[0, 6, 12, 18, 24].map(hour_word).collect_view()}
            </svg>
        </div>
        // Below the map, where its place is no hole while nothing is pointed at.
        <div class="hours-foot muted small" aria-hidden="true">
            <p class="hours-legend">
                {text!(analytics.legend_fewer)}
                <svg class="hours-scale" viewBox="0 0 5 1" preserveAspectRatio="none">
                    {(1..=LEVELS).map(scale_field).collect_view()}
                </svg>
                {text!(analytics.legend_more)}
            </p>
            <p class="hours-readout number needs-program">{move || readout.get()}</p>
        </div>
        <ChartTable caption=text!(analytics.hours_caption) table=Signal::stored(table) />
    }
}

/// What the creator wants to know.
fn answer_words(hours: &[HourNumbers]) -> String {
    busiest(hours).map_or_else(
        || text!(analytics.no_best_hour).to_owned(),
        |best| text!(analytics.best_hour, weekday = weekday(best.weekday), hour = best.hour),
    )
}

fn fields_view(hours: &[HourNumbers]) -> Vec<AnyView> {
    let most = most_viewers(hours);
    let of_level = |wanted| hours.iter().filter(move |hour| level(hour, most) == wanted);
    let empty = view! { <path class="heat" data-level="0" d=fields(of_level(None)) /> }.into_any();
    let others = (1..=LEVELS).map(|strength| {
        view! { <path class="heat" data-level=strength.to_string() d=fields(of_level(Some(strength))) /> }.into_any()
    });
    [empty].into_iter().chain(others).collect()
}

fn scale_field(strength: u8) -> AnyView {
    view! {
        <rect class="heat" data-level=strength.to_string() x=(strength - 1).to_string() y="0" width="0.9" height="1" />
    }
    .into_any()
}

fn weekday_word(weekday: u8) -> AnyView {
    let y = percent((f64::from(weekday) + 0.5) / WEEKDAYS);
    let name = weekday_short(weekday);
    view! { <text x="100%" y=y text-anchor="end" dominant-baseline="central">{name}</text> }.into_any()
}

fn hour_word(hour: u8) -> AnyView {
    let anchor = match hour {
        0 => "start",
        24 => "end",
        _ => "middle",
    };
    view! { <text x=percent(f64::from(hour) / HOURS) y="14" text-anchor=anchor>{format!("{hour}:00")}</text> }
        .into_any()
}

/// Weekday and hour of the field that is pointed at.
#[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "a cast of a float stops at the limits")]
fn hour_at(event: &ev::PointerEvent) -> Option<(u8, u8)> {
    let stage = event.current_target()?.dyn_into::<web_sys::Element>().ok()?;
    let shape = stage.get_bounding_client_rect();
    let (x, y) = (f64::from(event.client_x()) - shape.left(), f64::from(event.client_y()) - shape.top());
    Some(((y / shape.height() * WEEKDAYS) as u8, (x / shape.width() * HOURS) as u8))
}

fn hour_words(hour: &HourNumbers) -> String {
    let when = format!("{}, {}", weekday(hour.weekday), from_to(hour.hour));
    if hour.duration_seconds == 0 {
        return text!(analytics.off_air_then, when = when);
    }
    text!(
        analytics.hour_numbers,
        when = when,
        average = decimal(hour.average_viewers),
        on_air = duration_words(hour.duration_seconds)
    )
}

fn from_to(hour: u8) -> String {
    format!("{hour}:00–{}:00", hour + 1)
}

/// Hours down, days across: that fits a phone. Hours without any time on air are left out.
fn hours_table(hours: &[HourNumbers]) -> Table {
    let row = |at: u8| {
        let of_hour: Vec<_> = hours.iter().filter(|hour| hour.hour == at).collect();
        let is_used = of_hour.iter().any(|hour| hour.duration_seconds > 0);
        let cell = |hour: &&HourNumbers| match hour.duration_seconds {
            0 => "–".to_owned(),
            _ => decimal(hour.average_viewers),
        };
        is_used.then(|| [from_to(at)].into_iter().chain(of_hour.iter().map(cell)).collect())
    };
    Table {
        head: [text!(analytics.column_hour)].into_iter().chain((0..7).map(weekday_short)).collect(),
        rows: (0..24).filter_map(row).collect(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn week(on_air: impl Fn(u8, u8) -> u64) -> Vec<HourNumbers> {
        let hour = |weekday, hour| HourNumbers {
            weekday,
            hour,
            duration_seconds: on_air(weekday, hour),
            average_viewers: f64::from(hour),
        };
        (0..7).flat_map(|weekday| (0..24).map(move |at| (weekday, at))).map(|(weekday, at)| hour(weekday, at)).collect()
    }

    #[test]
    fn the_answer_is_one_plain_sentence() {
        let saturdays = week(|weekday, hour| if weekday == 5 && (17..21).contains(&hour) { 3_600 } else { 0 });
        assert_eq!(answer_words(&saturdays), "Most people watch on Saturdays around 20:00.");
        assert_eq!(answer_words(&week(|_, _| 0)), "Stream a few hours more to see here when most people watch.");
    }

    #[test]
    fn the_table_has_the_hours_that_were_used() {
        let table = hours_table(&week(|weekday, hour| u64::from(weekday == 6 && hour == 23) * 60));
        assert_eq!(table.rows, [["23:00–24:00", "–", "–", "–", "–", "–", "–", "23.0"].map(str::to_owned).to_vec()]);
    }
}
