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
pub mod pages;
#[cfg(feature = "ssr")]
pub mod server;

/// Takes over the page that the server rendered.
#[cfg(feature = "hydrate")]
#[wasm_bindgen::prelude::wasm_bindgen]
pub fn hydrate() {
    console_error_panic_hook::set_once();
    leptos::mount::hydrate_body(app::App);
}
