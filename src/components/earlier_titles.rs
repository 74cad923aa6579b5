//! What a stream was called before, in one line.
//!
//! It is there for viewers who know a stream by another title. Nothing is shown when there was none.

use leptos::prelude::*;

use crate::text;

/// The titles; nothing when there are none.
#[component]
pub fn EarlierTitles(
    /// The newest first.
    #[prop(into)]
    titles: Signal<Vec<String>>,
) -> impl IntoView {
    let line = move || {
        let titles = titles.get();
        (!titles.is_empty()).then(|| view! { <Line titles /> })
    };
    line.into_any()
}

#[component]
fn Line(titles: Vec<String>) -> impl IntoView {
    let title = |(place, title): (usize, String)| {
        view! {
            {(place > 0).then_some(" · ")}
            <bdi>{title}</bdi>
        }
    };
    view! {
        <p class="watch-earlier">{text!(studio.earlier)} {titles.into_iter().enumerate().map(title).collect_view()}</p>
    }
}
