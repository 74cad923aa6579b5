//! What surrounds the pages of the dashboard: who may come in and stay, the side bar, and what the installation lacks.
//!
//! What is lacking is asked for once the page is alive: no page waits for LiveKit.

use leptos::{prelude::*, task::spawn_local};
use leptos_router::components::{A, Outlet};

use super::session::{Guard, Need, use_session};
use crate::{
    api::setup::{MissingPart, missing_parts},
    browser::events::Connection,
    components::{banner::SetupBanner, icon::Icon},
    text,
};

/// The side bar and the page beside it.
#[component]
pub fn DashboardLayout() -> impl IntoView {
    view! {
        <Guard need=Need::Creator>
            <div class="dashboard">
                <nav class="side-bar" aria-label=text!(frame.dashboard)>
                    <A href="/dashboard/streams" attr:class="side-link">
                        <Icon name="radio" />
                        {text!(frame.streams)}
                    </A>
                    <A href="/dashboard/keys" attr:class="side-link">
                        <Icon name="key-round" />
                        {text!(keys.keys)}
                    </A>
                    <A href="/dashboard/analytics" attr:class="side-link">
                        <Icon name="chart-line" />
                        {text!(analytics.page_title)}
                    </A>
                </nav>
                <div class="dashboard-main">
                    <MissingParts />
                    <Outlet />
                </div>
            </div>
        </Guard>
    }
}

/// What the installation lacks. It is asked for once the page is alive, so that no page waits for it.
#[component]
pub fn MissingParts() -> impl IntoView {
    let parts = RwSignal::new(Vec::<MissingPart>::new());
    Effect::new(move |_| {
        spawn_local(async move {
            // Who may not know, or cannot be told, sees no banner.
            if let Ok(missing) = missing_parts().await {
                let _ = parts.try_set(missing);
            }
        });
    });
    view! { <SetupBanner parts /> }
}

/// Whoever signed out in another window, or is no creator any more, is refused the events of their page. Call it while
/// rendering.
pub(super) fn leave_when_refused(connection: RwSignal<Connection>) {
    let session = use_session();
    Effect::new(move |_| {
        if connection.get().is_disturbed() {
            session.look_again(Need::Creator);
        }
    });
}
