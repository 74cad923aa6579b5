//! Going live from the browser, as a part of `/dashboard/streams`.

use leptos::prelude::*;

use crate::{
    api::stream::browser_token, browser::broadcasting::Broadcasting, components::browser_broadcast::BroadcastPanel,
};

/// Camera, screen and microphone: choice, preview, on air.
#[component]
pub fn BrowserLive() -> impl IntoView {
    let broadcasting = Broadcasting::new();
    Effect::new(move |_| broadcasting.begin(browser_token));
    view! {
        <BroadcastPanel
            broadcast=broadcasting.broadcast
            level=broadcasting.level
            is_ready=broadcasting.is_ready
            video=broadcasting.video
            on_action=move |action| broadcasting.act(action)
        />
    }
    .into_any()
}
