//! The checklist of an encoder that connects: encoder, picture and sound, each ticked off as it arrives.
//!
//! A step that fails says what to do. It is announced as it changes, and never told by its icon alone.

use leptos::prelude::*;

use super::{icon::Icon, time_text::TimeAgo};
use crate::{
    domain::{
        checklist::{Checklist, Step},
        stream::LastUsed,
    },
    text,
};

/// How far it is: encoder, picture, sound.
#[component]
pub fn ChecklistPanel(
    /// How it stands.
    #[prop(into)]
    checklist: Signal<Checklist>,
    /// When something last came in.
    #[prop(into)]
    last_used: Signal<Option<LastUsed>>,
    /// The picture that comes in, while there is one.
    children: Children,
) -> impl IntoView {
    let encoder = Memo::new(move |_| checklist.with(|list| list.encoder.clone()));
    let picture = Memo::new(move |_| checklist.with(|list| list.picture.clone()));
    let sound = Memo::new(move |_| checklist.with(|list| list.sound.clone()));
    view! {
        <section class="panel checklist-panel" aria-labelledby="checklist-title">
            <h2 id="checklist-title">{text!(keys.connection)}</h2>
            <div role="status">
                <ol class="checklist">
                    <StepRow step=encoder />
                    <StepRow step=picture />
                    <StepRow step=sound />
                </ol>
            </div>
            {children()}
            <LastUsedLine last_used />
        </section>
    }
}

#[component]
fn StepRow(step: Memo<Step>) -> impl IntoView {
    view! {
        <li class="checklist-step" data-state=move || step.with(|step| look(step).0)>
            {move || {
                let (_, icon, spoken) = step.with(look);
                view! {
                    <Icon name=icon />
                    <span class="visually-hidden">{spoken}</span>
                }
            }}
            <span>{move || step.with(words)}</span>
        </li>
    }
}

/// How it is called in the style, its icon, and what the icon says.
fn look(step: &Step) -> (&'static str, &'static str, &'static str) {
    match step {
        Step::Waiting(_) => ("waiting", "hourglass", text!(studio.step_open)),
        Step::Done(_) => ("done", "circle-check", text!(studio.step_done)),
        Step::Absent(_) => ("absent", "minus", text!(studio.step_absent)),
        Step::Wrong(_) => ("wrong", "triangle-alert", text!(studio.step_wrong)),
    }
}

fn words(step: &Step) -> String {
    match step {
        Step::Waiting(text) | Step::Absent(text) => (*text).to_owned(),
        Step::Done(text) | Step::Wrong(text) => text.clone(),
    }
}

#[component]
fn LastUsedLine(last_used: Signal<Option<LastUsed>>) -> impl IntoView {
    let at = Signal::derive(move || last_used.with(|last| last.as_ref().map(|last| last.at)));
    let size = move || {
        last_used.with(|last| {
            let last = last.as_ref()?;
            Some(text!(keys.last_picture, width = last.width?, height = last.height?))
        })
    };
    view! {
        <p class="key-hint">
            <Show when=move || at.get().is_some() fallback=|| text!(keys.never_used)>
                {text!(keys.last_used)}
                <TimeAgo at />
                {size}
                "."
            </Show>
        </p>
    }
}
