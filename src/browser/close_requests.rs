//! What asks to close something that lies over a part of the page: Esc, wherever the focus is, and on a telephone the
//! gesture that goes back. Only for effects and event handlers.
//!
//! By the browser's `CloseWatcher` (HTML, "close requests and close watchers"). One that has none asks for nothing
//! here, and goes back as ever.

use wasm_bindgen::prelude::*;

#[wasm_bindgen]
extern "C" {
    type CloseWatcher;
    #[wasm_bindgen(constructor, catch)]
    fn new() -> Result<CloseWatcher, JsValue>;
    #[wasm_bindgen(method, setter)]
    fn set_onclose(this: &CloseWatcher, work: &Closure<dyn FnMut()>);
    #[wasm_bindgen(method)]
    fn destroy(this: &CloseWatcher);
}

/// Listens for the next request until it is dropped.
#[must_use = "dropped, it hears nothing"]
pub struct CloseRequest {
    watcher: CloseWatcher,
    _work: Closure<dyn FnMut()>,
}

impl CloseRequest {
    /// Calls `work` for it. `None` where the browser does not tell.
    pub fn listen(work: impl FnMut() + 'static) -> Option<Self> {
        let watcher = CloseWatcher::new().ok()?;
        let work = Closure::<dyn FnMut()>::new(work);
        watcher.set_onclose(&work);
        Some(Self { watcher, _work: work })
    }
}

impl Drop for CloseRequest {
    fn drop(&mut self) {
        self.watcher.destroy();
    }
}
