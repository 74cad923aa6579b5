//! A picture that the server keeps, by its address: a thumbnail, or a portrait on an avatar.
//!
//! Where it cannot be loaded there is nothing, so that what is behind it shows. It is decoration: what it is of is said
//! beside it.

use leptos::{html, prelude::*};

use crate::domain::media::small_address;

/// How wide the sizes are that the server keeps, in pixels.
const WIDTHS: (u32, u32) = (480, 1280);

/// A picture. It is decoration: what it is of is said beside it.
#[component]
pub fn StoredPicture(
    /// Where it is.
    #[prop(into)]
    address: String,
    /// How wide it is shown, as `sizes` of an image says it: the browser chooses the smallest file that will do.
    #[prop(optional)]
    sizes: Option<&'static str>,
    /// Classes of the image.
    #[prop(optional)]
    class: Option<&'static str>,
    /// It is among what somebody sees first, and loaded before all others; those are loaded when they come into view.
    #[prop(optional)]
    is_first: bool,
) -> impl IntoView {
    let broken = RwSignal::new(false);
    let element = NodeRef::<html::Img>::new();
    Effect::new(move |_| {
        // It may have failed before anybody listened.
        if element.get().is_some_and(|image| image.complete() && image.natural_width() == 0) {
            broken.set(true);
        }
    });
    let files = sizes.and(small_address(&address)).map(|small| {
        let (narrow, wide) = WIDTHS;
        format!("{small} {narrow}w, {address} {wide}w")
    });
    view! {
        <img
            class=class
            src=address
            sizes=files.as_ref().and(sizes)
            srcset=files
            alt=""
            loading=if is_first { "eager" } else { "lazy" }
            fetchpriority=is_first.then_some("high")
            decoding="async"
            referrerpolicy="no-referrer"
            hidden=broken
            node_ref=element
            on:error=move |_| broken.set(true)
            on:load=move |_| broken.set(false)
        />
    }
}
