//! The program for the browser in bundles: each page is in one, which is loaded when somebody first goes to such a
//! page. Pages that are often seen one after the other share a bundle. What every page needs is in the first bundle,
//! and so is the front page, where most come in: they wait for one file.
//!
//! The server names the files that a page needs in a header of its answer, so that they are on their way before the
//! first bundle runs. `scripts/build.sh` cuts the program, and into chunks what several bundles need.

use leptos::prelude::*;
use leptos_router::{LazyRoute, hooks::use_location};
use wasm_split_helpers::{SplitLoaderError, wasm_split};

use crate::{
    browser::{program, whole_page},
    pages::{
        account::AccountPage,
        admin::AdminPage,
        analytics::AnalyticsPage,
        analytics_report::ReportPage,
        apply::ApplyPage,
        audit::AuditPage,
        forgot::{ForgotPage, ResetPage},
        keys::KeysPage,
        login::LoginPage,
        signup::SignUpPage,
        streams::StreamsPage,
        watch::WatchPage,
    },
};

/// Has the browser load the files of a bundle beside the page that is being rendered. Leptos does so too (`#[lazy]`,
/// 0.8.23), but asks for the page's contexts when another page may be rendered in their place, and then says nothing.
#[cfg(feature = "ssr")]
fn announce(bundle: &str) {
    use leptos::WasmSplitManifest;

    use crate::server::site::load_ahead;

    // None where there is no page: the table of routes is made by running the application once.
    let Some(WasmSplitManifest(manifest)) = use_context::<WasmSplitManifest>() else { return };
    let manifest = manifest.read_value();
    let (folder, bundles, loader) = &*manifest;
    load_ahead(&format!("{folder}/{loader}"), "rel=modulepreload; crossorigin=anonymous");
    for file in bundles.get(bundle).into_iter().flatten() {
        load_ahead(&format!("{folder}/{file}.wasm"), "rel=preload; as=fetch; crossorigin=anonymous");
    }
}

#[cfg(not(feature = "ssr"))]
fn announce(_: &str) {}

/// A page, the bundle that it is in, and the function that loads the bundle and shows the page.
macro_rules! lazy_page {
    ($(#[$doc:meta])* $route:ident: $page:ident in $bundle:ident by $show:ident, $fetch:ident) => {
        $(#[$doc])*
        #[derive(Clone, Copy, Debug)]
        pub struct $route;

        #[wasm_split($bundle, preload($fetch), fallible)]
        fn $show() -> Result<AnyView, SplitLoaderError> {
            Ok(view! { <$page /> }.into_any())
        }

        impl LazyRoute for $route {
            fn data() -> Self {
                announce(stringify!($bundle));
                Self
            }

            async fn view(_: Self) -> AnyView {
                match $show().await {
                    Ok(page) => page,
                    Err(_) => whole_page::load(&use_location()).await,
                }
            }

            // What the server rendered is taken over once the bundle is there. On the way to another page nothing is
            // loaded ahead: the router gives up what it waits for here when somebody clicks again.
            async fn preload() {
                if !whole_page::is_being_hydrated() {
                    return;
                }
                let mut pause = whole_page::FIRST_PAUSE;
                while $fetch().await.is_err() {
                    program::say_absent();
                    whole_page::wait(&mut pause).await;
                }
            }
        }
    };
}

lazy_page!(
    /// `/watch/{username}`
    Watch: WatchPage in watch by show_watch, fetch_watch
);
lazy_page!(
    /// `/signup`
    SignUp: SignUpPage in door by show_signup, fetch_signup
);
lazy_page!(
    /// `/login`
    Login: LoginPage in door by show_login, fetch_login
);
lazy_page!(
    /// `/forgot`
    Forgot: ForgotPage in door by show_forgot, fetch_forgot
);
lazy_page!(
    /// `/reset`
    Reset: ResetPage in door by show_reset, fetch_reset
);
lazy_page!(
    /// `/account`
    Account: AccountPage in door by show_account, fetch_account
);
lazy_page!(
    /// `/apply`
    Apply: ApplyPage in door by show_apply, fetch_apply
);
lazy_page!(
    /// `/admin`
    Admin: AdminPage in admin by show_admin, fetch_admin
);
lazy_page!(
    /// `/admin/audit`
    Audit: AuditPage in admin by show_audit, fetch_audit
);
lazy_page!(
    /// `/dashboard/streams`
    Streams: StreamsPage in studio by show_streams, fetch_streams
);
lazy_page!(
    /// `/dashboard/keys`
    Keys: KeysPage in studio by show_keys, fetch_keys
);
lazy_page!(
    /// `/dashboard/analytics`
    Analytics: AnalyticsPage in analytics by show_analytics, fetch_analytics
);
lazy_page!(
    /// `/dashboard/analytics/{id}`
    Report: ReportPage in analytics by show_report, fetch_report
);
