//! Times that people read: "5 minutes ago" and "1:04:09".
//!
//! The server cannot know the reader's time zone, so what it renders is the same for everybody who reads that
//! language, and the browser replaces it once the page is alive. Intervals end with the view that started them.

use std::{cell::OnceCell, time::Duration};

use leptos::prelude::*;
use wasm_bindgen::JsValue;

use crate::{
    domain::timestamp::Timestamp,
    language::dates::{self, ago},
    text,
};

/// How long ago something was; the exact time on hover.
#[component]
pub fn TimeAgo(
    /// When it was.
    #[prop(into)]
    at: Signal<Option<Timestamp>>,
) -> impl IntoView {
    let now = use_now(Duration::from_secs(30));
    let text = move || {
        at.get().map(|at| match now.get() {
            Some(now) => ago(now.since(at)).unwrap_or_else(|| local_date(at)),
            None => utc_date(at),
        })
    };
    let exact = move || at.get().filter(|_| now.get().is_some()).map(local_time);
    view! {
        <time class="time-ago" datetime=move || at.get().and_then(Timestamp::to_rfc3339) title=exact>
            {text}
        </time>
    }
}

/// How long a broadcast has been running.
#[component]
pub fn OnAirTimer(
    /// When it began; nothing is shown while it has not.
    #[prop(into)]
    started_at: Signal<Option<Timestamp>>,
) -> impl IntoView {
    let now = use_now(Duration::from_secs(1));
    let text = move || {
        started_at.get().map(|start| match now.get() {
            Some(now) => clock(now.since(start)),
            None => "–:––".to_owned(),
        })
    };
    view! {
        <span class="on-air-timer number needs-program" role="timer" aria-label=text!(time.on_air)>
            {text}
        </span>
    }
}

/// What time it is, read again at that interval; `None` on the server and until the page is alive.
pub fn use_now(every: Duration) -> Signal<Option<Timestamp>> {
    let now = RwSignal::new(None);
    Effect::new(move |_| {
        now.set(Some(server_clock()));
        let tick = move || {
            // The view may be gone by now.
            let _ = now.try_set(Some(server_clock()));
        };
        let handle = set_interval_with_handle(tick, every);
        on_cleanup(move || {
            if let Ok(handle) = handle {
                handle.clear();
            }
        });
    });
    now.into()
}

/// `1:04:09`, or `4:09` within the first hour.
pub fn clock(duration: Duration) -> String {
    let seconds = duration.as_secs();
    let (hours, minutes, seconds) = (seconds / 3600, seconds / 60 % 60, seconds % 60);
    if hours == 0 { format!("{minutes}:{seconds:02}") } else { format!("{hours}:{minutes:02}:{seconds:02}") }
}

fn utc_date(at: Timestamp) -> String {
    at.utc_date().map(dates::in_digits).unwrap_or_default()
}

/// When the server rendered the document. It provides this.
#[derive(Clone, Copy, Debug)]
pub struct DocumentTime(pub Timestamp);

/// What time it is by the server's clock, from which all times are: a reader's own may be wrong by hours, and would
/// keep them waiting for what is over. How far that is off, is found once, when the page comes alive. Only in effects and
/// event handlers.
pub fn server_clock() -> Timestamp {
    thread_local! {
        static AHEAD: OnceCell<i64> = const { OnceCell::new() };
    }
    let now = whole(js_sys::Date::now());
    Timestamp(now + AHEAD.with(|ahead| *ahead.get_or_init(|| server_ahead(now).unwrap_or_default())))
}

/// By how much the server's clock is ahead, in milliseconds: the document says when it was rendered, and how long ago it
/// came is measured by a clock that nobody sets. In whole numbers: what reads others is 10 kB of the program.
fn server_ahead(now: i64) -> Option<i64> {
    let rendered: i64 = document().document_element()?.get_attribute("data-time")?.parse().ok()?;
    let performance = window().performance()?;
    let timing = performance.timing();
    let came = timing.response_start() - timing.navigation_start();
    Some(rendered + whole(performance.now() - came) - now)
}

#[expect(clippy::cast_possible_truncation, reason = "milliseconds since 1970 are far below 2^53")]
fn whole(milliseconds: f64) -> i64 {
    milliseconds as i64
}

fn js_date(at: Timestamp) -> js_sys::Date {
    #[expect(clippy::cast_precision_loss, reason = "milliseconds since 1970 are far below 2^53")]
    js_sys::Date::new(&JsValue::from_f64(at.0 as f64))
}

fn local_date(at: Timestamp) -> String {
    js_date(at).to_locale_date_string(&tag(), &JsValue::UNDEFINED).into()
}

/// Date and time as this reader writes them. Only once the page is alive.
pub fn local_time(at: Timestamp) -> String {
    js_date(at).to_locale_string(&tag(), &JsValue::UNDEFINED).into()
}

fn tag() -> String {
    dates::tag(window().navigator().languages().iter().filter_map(|tag| tag.as_string()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn durations_are_written_as_on_a_clock() {
        let written = [0, 9, 69, 3849].map(|seconds| clock(Duration::from_secs(seconds)));
        assert_eq!(written, ["0:00", "0:09", "1:09", "1:04:09"]);
    }

    #[test]
    fn a_page_that_is_not_alive_has_the_day_in_utc() {
        assert_eq!(utc_date(Timestamp(1_785_587_399_999)), "2026-08-01");
    }
}
