//! Waiting, in the browser.
//!
//! A timer here ends with the value that holds it, so nothing fires into a page that is gone. Only for effects and
//! event handlers; [`late_after`] has an effect of its own.

use std::{
    future::{Future, poll_fn},
    pin::pin,
    task::Poll,
    time::Duration,
};

use leptos::prelude::*;

/// Runs something once, unless it is dropped before.
#[derive(Debug)]
#[must_use = "a timer that is dropped never fires"]
pub struct Timer(Option<TimeoutHandle>);

impl Timer {
    /// Runs `work` after `delay`.
    pub fn after(delay: Duration, work: impl FnOnce() + 'static) -> Self {
        Self(set_timeout_with_handle(work, delay).ok())
    }
}

impl Drop for Timer {
    fn drop(&mut self) {
        if let Some(handle) = self.0.take() {
            handle.clear();
        }
    }
}

/// Becomes true when it has been so for that long, and false as soon as it is so no more. On the server it stays false.
pub fn late_after(is_so: Signal<bool>, delay: Duration) -> RwSignal<bool> {
    let is_late = RwSignal::new(false);
    Effect::new(move |_| {
        is_late.set(false);
        if !is_so.get() {
            return;
        }
        let timer = Timer::after(delay, move || {
            let _ = is_late.try_set(true);
        });
        on_cleanup(move || drop(timer));
    });
    is_late
}

/// Waits.
pub async fn sleep(delay: Duration) {
    let mut timer = None;
    let promise = js_sys::Promise::new(&mut |resolve, _| {
        let wake = move || {
            // Resolving a promise that nobody waits for any more does nothing.
            let _ = resolve.call0(&wasm_bindgen::JsValue::UNDEFINED);
        };
        timer = Some(Timer::after(delay, wake));
    });
    let _ = wasm_bindgen_futures::JsFuture::from(promise).await;
    drop(timer);
}

/// What `work` comes to, or `None` when it takes longer than `limit`.
pub async fn within<T>(limit: Duration, work: impl Future<Output = T>) -> Option<T> {
    let mut work = pin!(work);
    let mut end = pin!(sleep(limit));
    poll_fn(|context| match work.as_mut().poll(context) {
        Poll::Ready(value) => Poll::Ready(Some(value)),
        Poll::Pending => end.as_mut().poll(context).map(|()| None),
    })
    .await
}
