//! What the address of the analytics asks for: a period, and how its broadcasts are sorted. All of it is links and a
//! plain form, so that it works without WASM and can be kept as a bookmark.

use std::future::Future;

use leptos::prelude::*;
use leptos_router::{components::Form, params::ParamsMap};

use crate::{
    api::{
        analytics::{AnalyticsSummary, BroadcastOrder, BroadcastSummary, analytics_summary, broadcasts},
        error::ApiError,
        paths,
    },
    domain::page::Page,
    text,
};

const PATH: &str = "/dashboard/analytics";
/// The periods that are one click away, in days.
const CHOICES: [(&str, u32); 3] = [("7", 7), ("30", 30), ("90", 90)];
/// What the server takes when none is asked for.
const USUAL: &str = "30";

/// A period, as it was asked for; the server says what is wrong with it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Period {
    /// The last so many days.
    pub days: Option<String>,
    /// Or from that day on.
    pub from: Option<String>,
    /// To that day.
    pub to: Option<String>,
}

impl Period {
    fn days(days: &str) -> Self {
        Self { days: Some(days.to_owned()), ..Self::default() }
    }

    /// How it went.
    pub fn summary(&self) -> impl Future<Output = Result<AnalyticsSummary, ApiError>> + use<> {
        analytics_summary(self.days_or_usual(), self.from.clone(), self.to.clone(), None)
    }

    fn days_or_usual(&self) -> Option<String> {
        let is_range = self.from.is_some() || self.to.is_some();
        self.days.clone().or_else(|| (!is_range).then(|| USUAL.to_owned()))
    }

    fn query(&self) -> Vec<(&'static str, String)> {
        let parts = [("days", &self.days), ("from", &self.from), ("to", &self.to)];
        parts.into_iter().filter_map(|(name, value)| value.clone().map(|value| (name, value))).collect()
    }

    /// Its numbers as a file of that format.
    pub fn export_path(&self, format: &str) -> String {
        let days = self.days_or_usual();
        let asked = Self { days, ..self.clone() };
        with_query(paths::ANALYTICS_EXPORT, [("format", format.to_owned())].into_iter().chain(asked.query()))
    }
}

/// What the address asks for.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Asked {
    /// The period.
    pub period: Period,
    /// What its broadcasts are sorted by, by its name.
    pub order: Option<String>,
    /// The least first.
    pub is_reversed: bool,
    /// Where the piece before ended.
    pub after: Option<String>,
}

impl Asked {
    /// From the query of the address. A form sends what is left empty, too.
    pub fn of(query: &ParamsMap) -> Self {
        let asked = |name| query.get(name).filter(|value| !value.is_empty());
        Self {
            period: Period { days: asked("days"), from: asked("from"), to: asked("to") },
            order: asked("order"),
            is_reversed: asked("reverse").is_some(),
            after: asked("after"),
        }
    }

    /// The broadcasts.
    pub fn list(&self) -> impl Future<Output = Result<Page<BroadcastSummary>, ApiError>> + use<> {
        let Period { from, to, .. } = self.period.clone();
        let reverse = self.is_reversed.then_some(true);
        broadcasts(self.period.days_or_usual(), from, to, None, self.order.clone(), reverse, self.after.clone())
    }

    /// What they are sorted by.
    pub fn order(&self) -> BroadcastOrder {
        BroadcastOrder::parse(self.order.as_deref()).unwrap_or_default()
    }

    /// The same, sorted by that.
    pub fn sorted(&self, order: BroadcastOrder, is_reversed: bool) -> Self {
        let name = serde_json::to_value(order).ok().and_then(|name| name.as_str().map(str::to_owned));
        let order = name.filter(|_| order != BroadcastOrder::default());
        Self { order, is_reversed, after: None, ..self.clone() }
    }

    /// The same, from there on.
    pub fn after(&self, after: Option<String>) -> Self {
        Self { after, ..self.clone() }
    }

    /// Its address.
    pub fn path(&self) -> String {
        let sorting = [
            ("order", self.order.clone()),
            ("reverse", self.is_reversed.then(|| "true".to_owned())),
            ("after", self.after.clone()),
        ];
        let sorting = sorting.into_iter().filter_map(|(name, value)| value.map(|value| (name, value)));
        with_query(PATH, self.period.query().into_iter().chain(sorting))
    }
}

fn with_query(path: &str, query: impl Iterator<Item = (&'static str, String)>) -> String {
    let query = serde_urlencoded::to_string(query.collect::<Vec<_>>()).unwrap_or_default();
    if query.is_empty() { path.to_owned() } else { format!("{path}?{query}") }
}

/// Chooses the period.
#[component]
pub fn PeriodChooser(
    /// What is asked for.
    asked: Memo<Asked>,
) -> impl IntoView {
    let choices = CHOICES.map(|(days, count)| {
        let is_chosen =
            move || asked.with(|asked| asked.period.days_or_usual().as_deref() == Some(days)).then_some("page");
        let href =
            move || asked.with(|asked| Asked { period: Period::days(days), after: None, ..asked.clone() }.path());
        view! {
            <a href=href class="period" data-noscroll="" aria-current=is_chosen>
                {text!(time.days, count = count)}
            </a>
        }
        .into_any()
    });
    let from = Signal::derive(move || asked.with(|asked| asked.period.from.clone()).unwrap_or_default());
    let to = Signal::derive(move || asked.with(|asked| asked.period.to.clone()).unwrap_or_default());
    view! {
        <div class="period-chooser">
            <nav class="periods" aria-label=text!(analytics.period)>
                {choices.collect_view()}
            </nav>
            <Form method="GET" action=PATH attr:class="period-form" attr:aria-label=text!(analytics.chosen_period)>
                <DayField label=text!(analytics.first_day) name="from" value=from />
                <DayField label=text!(analytics.last_day) name="to" value=to />
                <button type="submit" class="button">
                    {text!(frame.show)}
                </button>
            </Form>
        </div>
    }
}

#[component]
fn DayField(label: &'static str, name: &'static str, value: Signal<String>) -> impl IntoView {
    view! {
        <div class="field period-field">
            <label for=name>{label}</label>
            <input id=name name=name type="date" required value=value.get_untracked() prop:value=value />
        </div>
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn asked(query: &[(&'static str, &str)]) -> Asked {
        Asked::of(&query.iter().map(|(name, value)| (*name, (*value).to_owned())).collect())
    }

    #[test]
    fn the_address_holds_what_is_shown() {
        for path in [
            "/dashboard/analytics",
            "/dashboard/analytics?days=7",
            "/dashboard/analytics?from=2026-08-01&to=2026-08-31&order=duration&reverse=true&after=x",
        ] {
            let query = path.split_once('?').map_or("", |(_, query)| query);
            let parts: Vec<(String, String)> = serde_urlencoded::from_str(query).expect("a query");
            assert_eq!(
                Asked::of(&parts.into_iter().map(|(name, value)| (std::borrow::Cow::Owned(name), value)).collect())
                    .path(),
                path
            );
        }
    }

    #[test]
    fn another_order_begins_at_its_start() {
        let messages = asked(&[("days", "90"), ("after", "x")]).sorted(BroadcastOrder::Messages, true);
        assert_eq!(messages.path(), "/dashboard/analytics?days=90&order=messages&reverse=true");
        assert_eq!(messages.order(), BroadcastOrder::Messages);
        assert_eq!(messages.sorted(BroadcastOrder::Started, false).path(), "/dashboard/analytics?days=90");
    }

    #[test]
    fn a_file_is_of_the_period_that_is_shown() {
        let path = |query: &[_]| asked(query).period.export_path("csv");
        assert_eq!(path(&[]), "/api/analytics/export?format=csv&days=30");
        assert_eq!(path(&[("from", "2026-08-01"), ("to", "")]), "/api/analytics/export?format=csv&from=2026-08-01");
    }
}
