//! Whether a stream is on air, and how many watch. The red pill is only ever for LIVE, and says so in words.

use leptos::prelude::*;

use super::icon::Icon;
use crate::domain::channel::StreamStatus;

/// Whether the stream is on air.
#[component]
pub fn LiveBadge(
    /// What is shown.
    #[prop(into)]
    status: Signal<StreamStatus>,
    /// A change is announced. Not inside of a link, whose name it would then not be part of.
    #[prop(default = true)]
    is_announced: bool,
) -> impl IntoView {
    view! {
        <span class="badge" role=is_announced.then_some("status") data-status=move || status.get().as_str()>
            <span class="badge-dot" aria-hidden="true"></span>
            {move || words(status.get())}
        </span>
    }
    .into_any()
}

fn words(status: StreamStatus) -> &'static str {
    match status {
        StreamStatus::Live => "LIVE",
        StreamStatus::Reconnecting => "Reconnecting…",
        StreamStatus::Rehearsal => "Rehearsal",
        StreamStatus::Offline => "Not streaming",
    }
}

/// How many watch.
#[component]
pub fn ViewerCount(
    /// People, without the creator.
    #[prop(into)]
    count: Signal<u32>,
) -> impl IntoView {
    let unit = move || if count.get() == 1 { " viewer" } else { " viewers" };
    view! {
        <span class="viewer-count">
            <Icon name="users" />
            <span class="number" data-viewers=move || count.get()>
                {move || grouped(count.get())}
            </span>
            <span class="viewer-count-unit">{unit}</span>
        </span>
    }
    .into_any()
}

/// `1234567` as `1,234,567`.
pub fn grouped(number: u32) -> String {
    let digits = number.to_string();
    let mut text = String::with_capacity(digits.len() + digits.len() / 3);
    for (place, digit) in digits.chars().enumerate() {
        if place > 0 && (digits.len() - place).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    text
}

#[cfg(test)]
mod tests {
    use super::grouped;

    #[test]
    fn numbers_are_grouped_by_thousands() {
        assert_eq!([0, 999, 1000, 1_234_567].map(grouped), ["0", "999", "1,000", "1,234,567"]);
    }
}
