//! A chart over time: one or two panels above each other with one axis, marks, and a cursor that the pointer and the
//! arrow keys move. It is drawn by whoever renders the page, and says as text and in a table all that it shows.

use leptos::{ev, prelude::*, wasm_bindgen::JsCast as _};

use super::shortcuts::is_shortcut;
use crate::{
    domain::chart::{BOX, Scale, Span, area, bars, dot, line, nearest, percent},
    text,
};

/// How far Page Up and Page Down move the cursor.
const PAGE: usize = 10;
/// Words nearer to an end of the axis than this, as a share of it, do not stand in the middle of their place.
const EDGE: f64 = 0.04;

/// What a chart shows.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Chart {
    /// What it is about, and its gist.
    pub label: String,
    /// Its parts, above each other.
    pub panels: Vec<Panel>,
    /// The words of the horizontal axis, and where they are.
    pub axis: Vec<(f64, String)>,
    /// The pieces of the axis.
    pub spans: Vec<Span>,
    /// What there is to say of each piece.
    pub words: Vec<String>,
    /// What happened.
    pub marks: Vec<Mark>,
}

/// A part of a chart.
#[derive(Clone, Debug, PartialEq)]
pub struct Panel {
    /// What its values are.
    pub label: &'static str,
    /// What is behind them, when something is.
    pub label_behind: Option<&'static str>,
    /// For the style: `viewers`, `messages`, `on-air`.
    pub kind: &'static str,
    /// Its vertical axis.
    pub scale: Scale,
    /// The words of that, from zero up.
    pub ticks: Vec<String>,
    /// A line, or else bars.
    pub is_line: bool,
    /// A value for each piece.
    pub values: Vec<Option<f64>>,
    /// Bars behind them; empty for none.
    pub behind: Vec<Option<f64>>,
}

/// Something that happened at a place of the axis.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Mark {
    /// From where to where; no longer than a moment when both are the same.
    pub span: Span,
    /// For the style: `title`, `rules`, `drop`.
    pub kind: &'static str,
}

/// The chart.
#[component]
pub fn ChartView(
    /// What it shows.
    #[prop(into)]
    chart: Signal<Chart>,
    /// Which piece is pointed at.
    cursor: RwSignal<Option<usize>>,
    /// Which mark is.
    #[prop(optional, into)]
    mark: Signal<Option<usize>>,
) -> impl IntoView {
    // Only a page that is alive has a cursor.
    let is_alive = RwSignal::new(false);
    Effect::new(move |_| is_alive.set(true));
    let words = Memo::new(move |_| {
        let words = cursor.get().and_then(|at| chart.with(|chart| chart.words.get(at).cloned()));
        words.unwrap_or_else(|| text!(analytics.point_at_chart).to_owned())
    });
    let last = move || chart.with(|chart| chart.spans.len().saturating_sub(1));
    let when_alive = move |text: String| is_alive.get().then_some(text);
    view! {
        <div class="chart">
            <p class="chart-readout number needs-program" aria-hidden="true">
                {words}
            </p>
            <div
                class="chart-stage"
                data-marked=move || chart.with(|chart| (!chart.marks.is_empty()).then_some("true"))
                role=move || if is_alive.get() { "slider" } else { "img" }
                tabindex=move || when_alive("0".to_owned())
                aria-label=move || chart.with(|chart| chart.label.clone())
                aria-valuemin=move || when_alive("0".to_owned())
                aria-valuemax=move || when_alive(last().to_string())
                aria-valuenow=move || when_alive(cursor.get().unwrap_or(0).to_string())
                aria-valuetext=move || when_alive(words.get())
                on:keydown=move |event| move_by_key(&event, cursor, last())
                on:pointermove=move |event| chart.with(|chart| point_at(&event, cursor, chart))
                on:pointerdown=move |event| chart.with(|chart| point_at(&event, cursor, chart))
                on:pointerleave=move |event| {
                    if has_left(&event) {
                        cursor.set(None);
                    }
                }
                on:blur=move |_| cursor.set(None)
            >
                {move || chart.get().panels.into_iter().enumerate().map(|(at, panel)| panel_view(at, panel, chart, cursor)).collect_view()}
                <Overlay chart cursor mark />
            </div>
            <svg class="chart-axis" aria-hidden="true">
                {move || chart.get().axis.into_iter().map(axis_word).collect_view()}
            </svg>
        </div>
    }
}

fn panel_view(at: usize, panel: Panel, chart: Signal<Chart>, cursor: RwSignal<Option<usize>>) -> AnyView {
    let Panel { label, label_behind, kind, scale, ticks, is_line, values, behind } = panel;
    let spans = chart.with_untracked(|chart| chart.spans.clone());
    let (line, area) =
        if is_line { (line(&spans, &values, &scale), area(&spans, &values, &scale)) } else { Default::default() };
    let bars_before = if is_line { String::new() } else { bars(&spans, &values, &scale) };
    let ticks = ticks.into_iter().zip(scale.ticks.clone()).map(|(words, tick)| (1.0 - scale.share(tick), words));
    let point = move || {
        let value_at = |chart: &Chart| {
            let (place, panel) = (cursor.get()?, chart.panels.get(at)?);
            Some(dot(*chart.spans.get(place)?, (*panel.values.get(place)?)?, &panel.scale))
        };
        chart.with(value_at).unwrap_or_default()
    };
    view! {
        <div class="chart-panel" data-kind=kind>
            <p class="chart-legend" aria-hidden="true">
                <span class="chart-key">{label}</span>
                {label_behind.map(|label| view! { <span class="chart-key chart-key-behind">{label}</span> })}
            </p>
            <div class="chart-plot">
                <svg class="chart-ticks" aria-hidden="true">{ticks.map(tick_word).collect_view()}</svg>
                <svg class="chart-drawing" viewBox=format!("0 0 {BOX} {BOX}") preserveAspectRatio="none" aria-hidden="true">
                    <path class="chart-lines" d=scale.lines() />
                    <path class="chart-behind" d=bars(&spans, &behind, &scale) />
                    <path class="chart-fill" d=area />
                    <path class="chart-bars" d=bars_before />
                    <path class="chart-line" d=line />
                    <path class="chart-dot" d=point />
                </svg>
            </div>
        </div>
    }
    .into_any()
}

fn tick_word((share, words): (f64, String)) -> AnyView {
    view! { <text x="100%" y=percent(share) text-anchor="end" dominant-baseline="central">{words}</text> }.into_any()
}

fn axis_word((place, words): (f64, String)) -> AnyView {
    let anchor = if place < EDGE {
        "start"
    } else if place > 1.0 - EDGE {
        "end"
    } else {
        "middle"
    };
    view! { <text x=percent(place) y="14" text-anchor=anchor>{words}</text> }.into_any()
}

/// What lies over all panels: marks and the cursor.
#[component]
fn Overlay(chart: Signal<Chart>, cursor: RwSignal<Option<usize>>, mark: Signal<Option<usize>>) -> impl IntoView {
    let place = move || {
        let middle = |chart: &Chart| Some(percent(chart.spans.get(cursor.get()?)?.middle()));
        chart.with(middle)
    };
    // An empty length is none, and browsers complain of it.
    let nowhere = || percent(0.0);
    let marks =
        move || chart.get().marks.into_iter().enumerate().map(|(at, shown)| mark_view(at, shown, mark)).collect_view();
    view! {
        <svg class="chart-overlay" aria-hidden="true">
            {marks}
            <line
                class="chart-cursor"
                data-shown=move || place().map(|_| "true")
                x1=move || place().unwrap_or_else(nowhere)
                x2=move || place().unwrap_or_else(nowhere)
                y1="0"
                y2="100%"
            />
        </svg>
    }
}

fn mark_view(at: usize, mark: Mark, pointed_at: Signal<Option<usize>>) -> AnyView {
    let (from, width) = (percent(mark.span.from), percent((mark.span.to - mark.span.from).max(0.0)));
    let shape = match mark.kind {
        "title" => "M0 -6L6 0L0 6L-6 0Z",
        "rules" => "M-5 -5H5V5H-5Z",
        _ => "M-6 -5H6L0 6Z",
    };
    view! {
        <g class="chart-mark" data-kind=mark.kind data-active=move || (pointed_at.get() == Some(at)).then_some("true")>
            <rect x=from.clone() y="0" width=width height="100%" />
            <line x1=from.clone() x2=from.clone() y1="0" y2="100%" />
            <svg x=from y="9" overflow="visible">
                <path d=shape />
            </svg>
        </g>
    }
    .into_any()
}

/// Whether what was pointed at is over. A finger that is lifted leaves its numbers to be read.
pub(super) fn has_left(event: &ev::PointerEvent) -> bool {
    event.pointer_type() != "touch"
}

fn move_by_key(event: &ev::KeyboardEvent, cursor: RwSignal<Option<usize>>, last: usize) {
    if is_shortcut(event) {
        return;
    }
    let at = cursor.get_untracked();
    let next = match event.key().as_str() {
        "ArrowRight" | "ArrowUp" => at.map_or(0, |at| at + 1),
        "ArrowLeft" | "ArrowDown" => at.map_or(last, |at| at.saturating_sub(1)),
        "PageUp" => at.unwrap_or(0) + PAGE,
        "PageDown" => at.unwrap_or(last).saturating_sub(PAGE),
        "Home" => 0,
        "End" => last,
        _ => return,
    };
    event.prevent_default();
    cursor.set(Some(next.min(last)));
}

fn point_at(event: &ev::PointerEvent, cursor: RwSignal<Option<usize>>, chart: &Chart) {
    let stage = event.current_target().and_then(|stage| stage.dyn_into::<web_sys::Element>().ok());
    let Some(shape) = stage.map(|stage| stage.get_bounding_client_rect()) else { return };
    let place = (f64::from(event.client_x()) - shape.left()) / shape.width();
    let pointed_at = nearest(chart.spans.iter().copied(), place);
    // The same piece again changes nothing.
    cursor.maybe_update(|cursor| std::mem::replace(cursor, pointed_at) != pointed_at);
}

/// What a chart shows, for reading.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Table {
    /// The words over its columns.
    pub head: Vec<&'static str>,
    /// Its rows; the first word of each names it.
    pub rows: Vec<Vec<String>>,
}

/// The table, which opens when it is asked for.
#[component]
pub fn ChartTable(
    /// What it is about.
    caption: &'static str,
    /// What is in it.
    #[prop(into)]
    table: Signal<Table>,
) -> impl IntoView {
    let head = move || {
        table.get().head.into_iter().map(|words| view! { <th scope="col">{words}</th> }.into_any()).collect_view()
    };
    view! {
        <details class="chart-table">
            <summary>{text!(analytics.show_as_table)}</summary>
            <div class="table-scroll" role="region" aria-label=caption tabindex="0">
                <table class="table">
                    <caption class="visually-hidden">{caption}</caption>
                    <thead>
                        <tr>{head}</tr>
                    </thead>
                    <tbody>{move || table.get().rows.into_iter().map(row_view).collect_view()}</tbody>
                </table>
            </div>
        </details>
    }
}

fn row_view(row: Vec<String>) -> AnyView {
    let mut words = row.into_iter();
    let name = words.next();
    let cells = words.map(|words| view! { <td class="number" dir="auto">{words}</td> }.into_any()).collect_view();
    view! {
        <tr>
            <th scope="row" class="number">
                {name}
            </th>
            {cells}
        </tr>
    }
    .into_any()
}
