//! The guide to the first broadcast: what is left to do, each step a link to where it is done, that ticks itself off.

use leptos::{either::Either, prelude::*, wasm_bindgen::JsCast, web_sys};

use super::icon::Icon;
use crate::{
    domain::first_run::{FirstRun, FirstStep, StepState},
    text,
};

/// The field of the title, further down on the same page.
const TITLE_FIELD: &str = "stream-title";

/// The steps, and how many are done.
#[component]
pub fn FirstRunGuide(
    /// How far it is.
    #[prop(into)]
    progress: Signal<FirstRun>,
    /// Called when the creator wants to see it no more.
    #[prop(into)]
    on_put_away: Callback<()>,
) -> impl IntoView {
    let count = Memo::new(move |_| progress.get().done_count());
    view! {
        <section class="panel first-run" aria-labelledby="first-run-title">
            <div class="first-run-head">
                <h2 class="section-title" id="first-run-title">
                    {text!(studio.first_stream)}
                </h2>
                <p class="muted small number" role="status">
                    {move || text!(studio.steps_done, done = count.get(), steps = FirstStep::ALL.len())}
                </p>
                <button
                    type="button"
                    class="button quiet icon-only first-run-away"
                    on:click=move |_| on_put_away.run(())
                >
                    <Icon name="x" />
                    <span class="visually-hidden">{text!(studio.put_guide_away)}</span>
                </button>
            </div>
            <ol class="first-run-steps">
                {FirstStep::ALL.map(|step| view! { <StepRow step progress /> }).collect_view()}
            </ol>
        </section>
    }
    .into_any()
}

#[component]
fn StepRow(step: FirstStep, progress: Signal<FirstRun>) -> impl IntoView {
    let state = Memo::new(move |_| progress.get().state(step));
    let Words { number, href, what, how } = words(step);
    view! {
        <li
            class="first-run-step"
            data-state=move || look(state.get()).0
            aria-current=move || (state.get() == StepState::Next).then_some("step")
        >
            {move || match state.get() {
                StepState::Done => Either::Left(view! { <Icon name="circle-check" /> }),
                StepState::Next | StepState::Open => {
                    Either::Right(
                        view! {
                            <span class="first-run-number" aria-hidden="true">
                                {number}
                            </span>
                        },
                    )
                }
            }}
            <span class="visually-hidden">{move || look(state.get()).1}</span>
            <div class="first-run-words">
                <a
                    href=href
                    on:click=move |event| {
                        if step == FirstStep::Title && focus_title() {
                            event.prevent_default();
                        }
                    }
                >
                    {what}
                </a>
                <p class="muted small">{how}</p>
            </div>
        </li>
    }
    .into_any()
}

/// How it is called in the style, and what is said of it.
fn look(state: StepState) -> (&'static str, &'static str) {
    match state {
        StepState::Done => ("done", text!(studio.step_done)),
        StepState::Next => ("next", text!(studio.step_next)),
        StepState::Open => ("open", text!(studio.step_open)),
    }
}

struct Words {
    number: &'static str,
    /// Where it is done.
    href: &'static str,
    what: &'static str,
    how: &'static str,
}

fn words(step: FirstStep) -> Words {
    match step {
        FirstStep::Key => Words {
            number: "1",
            href: "/dashboard/keys",
            what: text!(studio.key_step),
            how: text!(studio.key_step_how),
        },
        FirstStep::Encoder => Words {
            number: "2",
            href: "/dashboard/keys",
            what: text!(studio.encoder_step),
            how: text!(studio.encoder_step_how),
        },
        FirstStep::Title => Words {
            number: "3",
            href: "#stream-title",
            what: text!(studio.title_step),
            how: text!(studio.title_step_how),
        },
        FirstStep::Live => Words {
            number: "4",
            href: "#broadcast-title",
            what: text!(studio.live_step),
            how: text!(studio.live_step_how),
        },
    }
}

/// A link leads to the field, and one key more into it; this goes there at once. Says whether it could.
fn focus_title() -> bool {
    let field = document().get_element_by_id(TITLE_FIELD);
    field.and_then(|field| field.dyn_into::<web_sys::HtmlElement>().ok()).is_some_and(|field| field.focus().is_ok())
}
