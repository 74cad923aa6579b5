//! A picture behind a frame: what is seen through it is kept. It is pushed by mouse, finger or arrow keys, and zoomed by
//! a slider, buttons, or + and −.

use leptos::{ev, html, prelude::*};

use super::{icon::Icon, shortcuts::is_shortcut};
use crate::{
    domain::crop::{Aspect, Framing},
    text,
};

/// An arrow key pushes the picture by this part of the frame.
const STEP: f64 = 0.04;
/// + and − zoom by this.
const ZOOM_STEP: f64 = 1.15;

/// Chooses a part of a picture.
#[component]
pub fn Cropper(
    /// Where the picture is.
    address: String,
    /// The shape of the part.
    aspect: Aspect,
    /// The part; `None` until the picture has come.
    framing: RwSignal<Option<Framing>>,
    /// Called when it is no picture that this browser can show.
    #[prop(into)]
    on_broken: Callback<()>,
) -> impl IntoView {
    let picture = NodeRef::<html::Img>::new();
    let on_load = move |_| {
        let size = picture.get_untracked().map(|image| (image.natural_width(), image.natural_height()));
        match size.and_then(|(width, height)| Framing::new(width, height, aspect)) {
            Some(first) => framing.set(Some(first)),
            None => on_broken.run(()),
        }
    };
    let percent = move |part: fn(crate::domain::crop::Placement) -> f64| {
        move || framing.get().map_or_else(|| "100%".to_owned(), |framing| format!("{}%", part(framing.placement())))
    };
    view! {
        <div class="cropper stack">
            <CropFrame aspect framing>
                <img
                    class="cropper-picture"
                    src=address.clone()
                    alt=""
                    draggable="false"
                    node_ref=picture
                    data-shown=move || framing.get().map(|_| "true")
                    style:left=percent(|place| place.left)
                    style:top=percent(|place| place.top)
                    style:width=percent(|place| place.width)
                    style:height=percent(|place| place.height)
                    on:load=on_load
                    on:error=move |_| on_broken.run(())
                />
            </CropFrame>
            <Zoom framing />
            <p id="cropper-hint" class="field-hint">
                {text!(frame.cropper_hint)}
            </p>
        </div>
    }
}

#[component]
fn CropFrame(aspect: Aspect, framing: RwSignal<Option<Framing>>, children: Children) -> impl IntoView {
    let frame = NodeRef::<html::Div>::new();
    // Where the finger or mouse was last, while it holds the picture.
    let held_at = RwSignal::new(None::<(f64, f64)>);
    let take = move |event: ev::PointerEvent| {
        held_at.set(Some((event.client_x().into(), event.client_y().into())));
        if let Some(frame) = frame.get_untracked() {
            // A pointer that is gone already holds nothing.
            drop(frame.set_pointer_capture(event.pointer_id()));
        }
    };
    let drag = move |event: ev::PointerEvent| {
        let (Some((x, y)), Some(frame)) = (held_at.get_untracked(), frame.get_untracked()) else { return };
        let (now_x, now_y) = (f64::from(event.client_x()), f64::from(event.client_y()));
        held_at.set(Some((now_x, now_y)));
        let (width, height) = (f64::from(frame.client_width().max(1)), f64::from(frame.client_height().max(1)));
        change(framing, |framing| framing.pushed((now_x - x) / width, (now_y - y) / height));
    };
    let release = move |_| held_at.set(None);
    view! {
        <div
            class="cropper-frame"
            data-aspect=match aspect {
                Aspect::Wide => "wide",
                Aspect::Square => "square",
            }
            node_ref=frame
            tabindex="0"
            role="application"
            aria-label=text!(frame.cropper)
            aria-describedby="cropper-hint"
            data-held=move || held_at.get().map(|_| "true")
            on:pointerdown=take
            on:pointermove=drag
            on:pointerup=release
            on:pointercancel=release
            on:keydown=move |event| by_key(framing, &event)
        >
            {children()}
        </div>
    }
}

#[component]
fn Zoom(framing: RwSignal<Option<Framing>>) -> impl IntoView {
    let place = move || framing.get().map_or(0.0, |framing| (framing.zoom_place() * 100.0).round());
    let by = move |factor: f64| move |_| change(framing, |framing| framing.zoomed(factor));
    view! {
        <div class="cropper-zoom">
            <button type="button" class="button icon-only" on:click=by(1.0 / ZOOM_STEP)>
                <Icon name="minus" />
                <span class="visually-hidden">{text!(frame.zoom_out)}</span>
            </button>
            <input
                type="range"
                min="0"
                max="100"
                aria-label=text!(frame.zoom)
                prop:value=move || place().to_string()
                on:input=move |event| {
                    if let Ok(place) = event_target_value(&event).parse::<f64>() {
                        change(framing, |framing| framing.zoomed_to(place / 100.0));
                    }
                }
            />
            <button type="button" class="button icon-only" on:click=by(ZOOM_STEP)>
                <Icon name="plus" />
                <span class="visually-hidden">{text!(frame.zoom_in)}</span>
            </button>
        </div>
    }
}

fn change(framing: RwSignal<Option<Framing>>, how: impl FnOnce(Framing) -> Framing) {
    framing.update(|framing| *framing = framing.take().map(how));
}

fn by_key(framing: RwSignal<Option<Framing>>, event: &ev::KeyboardEvent) {
    if is_shortcut(event) {
        return;
    }
    // The keys move what is seen, not the picture behind it: right shows more of the right.
    let (right, down, zoom) = match event.key().as_str() {
        "ArrowLeft" => (STEP, 0.0, 1.0),
        "ArrowRight" => (-STEP, 0.0, 1.0),
        "ArrowUp" => (0.0, STEP, 1.0),
        "ArrowDown" => (0.0, -STEP, 1.0),
        "+" | "=" => (0.0, 0.0, ZOOM_STEP),
        "-" => (0.0, 0.0, 1.0 / ZOOM_STEP),
        _ => return,
    };
    event.prevent_default();
    change(framing, |framing| framing.zoomed(zoom).pushed(right, down));
}
