//! StreamIt: self-hosted live streaming.
//!
//! The folder tells where code runs: `domain` everywhere and without side effects, `api`, `pages` and `components`
//! on the server and in the browser, `browser` only ever called there, `server` only there. The conditions below are
//! the only ones on modules. `tests/rooms.rs` holds who may use whom; ARCHITECTURE.md explains it.

#![recursion_limit = "512"]

pub mod api;
pub mod app;
pub mod browser;
pub mod components;
pub mod domain;
pub mod language;
pub mod lazy;
pub mod pages;
#[cfg(feature = "ssr")]
pub mod server;

/// Takes over the page that the server rendered, as soon as the bundle of the program that this page needs is there.
/// When that is done, the page's timeline has a mark with the name [`HYDRATED`].
#[cfg(feature = "hydrate")]
#[wasm_bindgen::prelude::wasm_bindgen]
pub fn hydrate() {
    console_error_panic_hook::set_once();
    components::time_text::server_clock(); // as soon as it can be told how long ago the page came
    wasm_bindgen_futures::spawn_local(async {
        let page = leptos::mount::hydrate_from_async(leptos::tachys::dom::body(), app::App).await;
        page.forget();
        browser::program::say_alive();
        if let Some(timeline) = leptos::prelude::window().performance() {
            let _ = timeline.mark(HYDRATED);
        }
    });
}

/// The mark in a page's timeline (`performance.mark`) from which on it answers to a click by itself.
pub const HYDRATED: &str = "hydrated";
