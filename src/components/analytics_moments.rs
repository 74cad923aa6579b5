//! What happened during a broadcast, as a list beside its chart.
//!
//! Who points at an item, by pointer or keyboard, sees it in the chart.

use leptos::prelude::*;

use super::analytics_charts::{kind_name, moment_words, time_in};
use crate::domain::analytics::{BroadcastReport, MomentKind};

/// The list.
#[component]
pub fn Moments(
    /// The broadcast.
    #[prop(into)]
    report: Signal<BroadcastReport>,
    /// Which is pointed at.
    pointed_at: RwSignal<Option<usize>>,
) -> impl IntoView {
    let items = move || {
        report.with(|report| {
            let moments = report.moments.iter().enumerate();
            moments.map(|(at, moment)| item(at, time_in(report, moment.at), &moment.kind, pointed_at)).collect_view()
        })
    };
    view! { <ol class="moments">{items}</ol> }.into_any()
}

fn item(at: usize, time: String, kind: &MomentKind, pointed_at: RwSignal<Option<usize>>) -> AnyView {
    let leave = move || pointed_at.maybe_update(|now| *now == Some(at) && now.take().is_some());
    view! {
        <li>
            <button
                type="button"
                class="moment"
                data-kind=kind_name(kind)
                on:focus=move |_| pointed_at.set(Some(at))
                on:click=move |_| pointed_at.set(Some(at))
                on:pointerenter=move |_| pointed_at.set(Some(at))
                on:blur=move |_| leave()
                on:pointerleave=move |_| leave()
            >
                <span class="moment-time number">{time}</span>
                <span class="moment-mark" aria-hidden="true"></span>
                <span class="moment-words" dir="auto">
                    {moment_words(kind)}
                </span>
            </button>
        </li>
    }
    .into_any()
}
