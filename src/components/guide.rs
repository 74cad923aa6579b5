//! The guide to the first broadcast: what is left to do, each step a link to where it is done, that ticks itself off.
//!
//! A step is done by what is so, not by a click here. Whether what an encoder sends arrives is the checklist's
//! (`checklist.rs`).

use leptos::{either::Either, ev::MouseEvent, prelude::*, wasm_bindgen::JsCast, web_sys};

use super::{
    focus::{focus_in_place, is_nowhere},
    icon::Icon,
};
use crate::{
    domain::guide::{Guide, GuideStep, StepState},
    text,
};

/// The field of the title, further down on the same page.
const TITLE_FIELD: &str = "stream-title";

/// The steps, and how many are done.
#[component]
pub fn GuidePanel(
    /// How far it is.
    #[prop(into)]
    progress: Signal<Guide>,
    /// Called when the creator wants to see it no more.
    #[prop(into)]
    on_put_away: Callback<()>,
) -> impl IntoView {
    let count = Memo::new(move |_| progress.get().done_count());
    let put_away = move |event: MouseEvent| {
        let around = place_around(&event);
        on_put_away.run(());
        // The guide is gone then, and its button with it.
        request_animation_frame(move || {
            if let Some(around) = around.filter(|_| is_nowhere()) {
                focus_in_place(&around);
            }
        });
    };
    view! {
        <section class="panel guide" aria-labelledby="guide-title">
            <div class="guide-head">
                <h2 class="section-title" id="guide-title">
                    {text!(studio.first_stream)}
                </h2>
                <p class="muted small number" role="status">
                    {move || text!(studio.steps_done, done = count.get(), steps = GuideStep::ALL.len())}
                </p>
                <button type="button" class="button quiet icon-only guide-away" on:click=put_away>
                    <Icon name="x" />
                    <span class="visually-hidden">{text!(studio.put_guide_away)}</span>
                </button>
            </div>
            <ol class="guide-steps">
                {GuideStep::ALL.map(|step| view! { <StepRow step progress /> }).collect_view()}
            </ol>
        </section>
    }
}

/// What it lies in that can have the focus.
fn place_around(event: &MouseEvent) -> Option<web_sys::HtmlElement> {
    let button = event.target()?.dyn_into::<web_sys::Element>().ok()?;
    button.closest("[tabindex=\"-1\"]").ok()??.dyn_into().ok()
}

#[component]
fn StepRow(step: GuideStep, progress: Signal<Guide>) -> impl IntoView {
    let state = Memo::new(move |_| progress.get().state(step));
    let Words { number, href, what, how } = words(step);
    view! {
        <li
            class="guide-step"
            data-state=move || look(state.get()).0
            aria-current=move || (state.get() == StepState::Next).then_some("step")
        >
            {move || match state.get() {
                StepState::Done => Either::Left(view! { <Icon name="circle-check" /> }),
                StepState::Next | StepState::Open => {
                    Either::Right(
                        view! {
                            <span class="guide-number" aria-hidden="true">
                                {number}
                            </span>
                        },
                    )
                }
            }}
            <span class="visually-hidden">{move || look(state.get()).1}</span>
            <div class="guide-words">
                // On this page the browser goes there and takes the focus along; the router would leave it.
                <a
                    href=href
                    rel=href.starts_with('#').then_some("external")
                    on:click=move |event| {
                        if step == GuideStep::Title && focus_title() {
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

fn words(step: GuideStep) -> Words {
    match step {
        GuideStep::Key => Words {
            number: "1",
            href: "/dashboard/keys",
            what: text!(studio.key_step),
            how: text!(studio.key_step_how),
        },
        GuideStep::Encoder => Words {
            number: "2",
            href: "/dashboard/keys",
            what: text!(studio.encoder_step),
            how: text!(studio.encoder_step_how),
        },
        GuideStep::Title => Words {
            number: "3",
            href: "#stream-title",
            what: text!(studio.title_step),
            how: text!(studio.title_step_how),
        },
        GuideStep::Live => Words {
            number: "4",
            href: "#browser-broadcast-title",
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
