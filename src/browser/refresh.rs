//! Reading something again and again, for as long as somebody can see it.
//!
//! Never twice at a time, not while the page is hidden, and at once when it is shown again.

use std::{future::Future, time::Duration};

use leptos::{ev, prelude::*, task::spawn_local};

/// Does this every so often while the page is visible, and at once when it is shown again; never twice at a time. Only
/// in an effect, with which it ends.
pub fn while_visible<F>(every: Duration, work: impl Fn() -> F + Clone + 'static)
where
    F: Future<Output = ()> + 'static,
{
    let is_busy = StoredValue::new(false);
    let again = move || {
        if document().hidden() || is_busy.try_get_value().unwrap_or(true) {
            return;
        }
        is_busy.set_value(true);
        let work = work();
        spawn_local(async move {
            work.await;
            let _ = is_busy.try_set_value(false);
        });
    };
    let shown = window_event_listener(ev::visibilitychange, {
        let again = again.clone();
        move |_| again()
    });
    let handle = set_interval_with_handle(again, every);
    on_cleanup(move || {
        shown.remove();
        if let Ok(handle) = handle {
            handle.clear();
        }
    });
}
