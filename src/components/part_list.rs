//! The parts that an installation is made of, and how each is doing: in a word, in a sentence, and what to do. No state
//! is told by colour alone.

use leptos::prelude::*;

use super::{icon::Icon, time_text::TimeAgo};
use crate::{
    domain::setup::{Part, PartState},
    text,
};

/// The parts, in their order.
#[component]
pub fn PartList(
    /// What is shown.
    parts: Vec<Part>,
) -> impl IntoView {
    let rows = parts.into_iter().map(|part| view! { <PartRow part /> }).collect_view();
    view! { <ul class="rows parts">{rows}</ul> }.into_any()
}

#[component]
fn PartRow(part: Part) -> impl IntoView {
    let Part { part, state, says, consequence, remedy, last_at } = part;
    let (icon, word) = words_of(state);
    view! {
        <li class="row-item" data-part=part.as_str() data-state=state.as_str()>
            <Icon name=icon />
            <div class="row-words">
                <p class="row-title">{part.name()} <span class="tag">{word}</span></p>
                <p>
                    {says}
                    {last_at
                        .map(|at| {
                            view! {
                                {text!(admin.last_came_before)}
                                <TimeAgo at=Some(at) />
                                {text!(admin.last_came_after)}
                            }
                        })}
                    {consequence.map(|text| format!(" {text}"))}
                </p>
                {remedy.map(|text| view! { <p class="muted part-remedy">{text}</p> })}
            </div>
        </li>
    }
}

/// An icon, and the state in a word.
fn words_of(state: PartState) -> (&'static str, &'static str) {
    match state {
        PartState::Ok => ("circle-check", text!(admin.part_ok)),
        PartState::Failing => ("triangle-alert", text!(admin.part_failing)),
        PartState::NotSetUp => ("minus", text!(admin.part_not_set_up)),
        PartState::Unknown => ("circle-help", text!(admin.part_unknown)),
    }
}
