//! A broadcast from the creator's own browser: a section of `/dashboard/streams`.
//!
//! The panel shows and asks, `browser/browser_broadcast.rs` captures and sends; here one is given to the other, with
//! the token that the server hands out. Nothing is captured before somebody asks for a preview.

use leptos::prelude::*;

use crate::{
    api::stream::{browser_token, stream_status},
    browser::browser_broadcast::BrowserBroadcastSignals,
    components::browser_broadcast::BrowserBroadcastPanel,
    domain::browser_broadcast::Ending,
};

/// Camera, screen and microphone: choice, preview, on air.
#[component]
pub fn BrowserBroadcastSection() -> impl IntoView {
    let signals = BrowserBroadcastSignals::new();
    Effect::new(move |_| signals.begin(browser_token, why_put_out));
    view! {
        <BrowserBroadcastPanel
            broadcast=signals.broadcast
            level=signals.level
            is_ready=signals.is_ready
            video=signals.video
            on_action=move |action| signals.act(action)
        />
    }
}

/// Why this window was put out.
async fn why_put_out() -> Ending {
    stream_status().await.map_or(Ending::Removed, |report| Ending::of_put_out(&report))
}
