//! Copying to the clipboard, also where the page came over plain http.
//!
//! What is copied may still be on its way when the button is pressed: browsers allow copying in the handler of a click
//! alone.

use std::future::Future;

use wasm_bindgen::prelude::*;

use crate::text;

#[wasm_bindgen(module = "/src/browser/clipboard.js")]
extern "C" {
    #[wasm_bindgen(catch, js_name = copyText)]
    async fn copy_text(text: js_sys::Promise) -> Result<JsValue, JsValue>;
}

/// Copies what `text` comes to. Call it right in the handler of a click: browsers allow it there only.
///
/// # Errors
/// What `text` failed with, or that the browser does not let the page copy.
pub async fn copy(text: impl Future<Output = Result<String, String>> + 'static) -> Result<(), String> {
    let promise = wasm_bindgen_futures::future_to_promise(async move {
        text.await.map(|text| JsValue::from_str(&text)).map_err(|message| JsValue::from_str(&message))
    });
    let copied = copy_text(promise).await.map(|_| ());
    copied.map_err(|error| error.as_string().unwrap_or_else(|| text!(frame.cannot_copy).to_owned()))
}
