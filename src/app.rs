//! The document around every page, and the table of pages. Which bundle of the program each is in, says
//! [`crate::lazy`].
//!
//! Pages are rendered whole before they are sent (`SsrMode::Async`): their data is local and comes in milliseconds,
//! redirects are real ones, and everything reads without WASM.

use leptos::{html, prelude::*};
use leptos_meta::{HashedStylesheet, Meta, MetaTags, Title, provide_meta_context};
use leptos_router::{
    Lazy, SsrMode,
    components::{ParentRoute, Redirect, Route, Router, Routes},
    hooks::use_location,
    path,
};

use crate::{
    browser::program,
    components::{
        focus::{focus_in_place, focused},
        program_line::ProgramLine,
        time_text::DocumentTime,
        toast::{ToastHost, provide_toasts},
    },
    language::{self, Locale as _},
    lazy::{Account, Admin, Analytics, Apply, Audit, Forgot, Keys, Login, Report, Reset, SignUp, Streams, Watch},
    pages::{
        dashboard::DashboardLayout,
        home::HomePage,
        not_found::NotFoundPage,
        session::{PageTop, provide_session},
        site_files::IconSprite,
    },
    text,
};

/// The document. The server renders it around [`App`].
pub fn shell(options: LeptosOptions) -> impl IntoView {
    #[cfg(feature = "ssr")]
    crate::server::site::load_first();
    let IconSprite(icons) = use_context().unwrap_or_default();
    let language = language::current();
    let time = use_context().map(|DocumentTime(time)| time.0.to_string());
    view! {
        <!DOCTYPE html>
        <html lang=language.as_str() data-program=program::ABSENT data-time=time dir=language::direction(language)>
            <head>
                <meta charset="utf-8" />
                <meta name="viewport" content="width=device-width, initial-scale=1, viewport-fit=cover" />
                // Before the styles: a script that comes after them waits for them.
                <script nonce=use_nonce()>{program::WATCH}</script>
                <meta name="color-scheme" content="light dark" />
                // That of the bar at the top, --panel: what the browser shows above goes on in it.
                <meta name="theme-color" content="#fdfdfe" media="(prefers-color-scheme: light)" />
                <meta name="theme-color" content="#171b21" media="(prefers-color-scheme: dark)" />
                <link rel="icon" href="/favicon.svg" type="image/svg+xml" />
                <HashedStylesheet options=options.clone() id="streamit" />
                <AutoReload options=options.clone() />
                <HydrationScripts options />
                <MetaTags />
            </head>
            <body>
                <App />
                // A sprite in a file of its own is now and then not painted by Chromium when it comes from the cache.
                <div hidden inner_html=icons></div>
            </body>
        </html>
    }
}

/// The application: what surrounds every page, and which page belongs to which path.
#[component]
pub fn App() -> impl IntoView {
    provide_meta_context();
    provide_toasts();
    provide_session();
    view! {
        // A page that waits has no title yet.
        <Title formatter=title_of text="" />
        <Meta name="description" content=text!(frame.description) />
        <Router>
            // `external` is for the router: the browser takes the focus along, the router would not.
            <a class="skip-link" href="#main" rel="external">
                {text!(frame.skip)}
            </a>
            <ProgramLine />
            <PageTop />
            <Main />
            <ToastHost />
        </Router>
    }
}

/// The title of the document. Leptos writes it into the page as it is (leptos_meta 0.8.7), where it is HTML and holds
/// what people type: titles, names, what they search for. In the browser it is text.
fn title_of(page: String) -> String {
    let title = if page.is_empty() { "StreamIt".to_owned() } else { format!("{page} · StreamIt") };
    if cfg!(feature = "ssr") { title.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;") } else { title }
}

#[component]
fn Main() -> impl IntoView {
    let place = NodeRef::<html::Main>::new();
    take_the_focus_along(place);
    view! {
        <main id="main" tabindex="-1" node_ref=place>
            <Pages />
        </main>
    }
}

/// Whoever goes to another page goes on at its beginning; who searches by what is above it stays there. Another query,
/// or another place on the same page, moves nobody.
fn take_the_focus_along(place: NodeRef<html::Main>) {
    let pathname = use_location().pathname;
    Effect::watch(
        move || pathname.with(|_| ()),
        move |(), _, _| {
            let Some(page) = place.try_get_untracked().flatten() else { return };
            let is_searching = focused().is_some_and(|at| at.tag_name() == "INPUT" && !page.contains(Some(&at)));
            if !is_searching {
                focus_in_place(&page);
            }
        },
        false,
    );
}

#[component]
fn Pages() -> impl IntoView {
    view! {
        <Routes fallback=NotFoundPage>
            <Route path=path!("/") view=HomePage ssr=SsrMode::Async />
            <Route path=path!("/watch/:username") view={Lazy::<Watch>::new()} ssr=SsrMode::Async />
            <Route path=path!("/signup") view={Lazy::<SignUp>::new()} ssr=SsrMode::Async />
            <Route path=path!("/login") view={Lazy::<Login>::new()} ssr=SsrMode::Async />
            <Route path=path!("/forgot") view={Lazy::<Forgot>::new()} ssr=SsrMode::Async />
            <Route path=path!("/reset") view={Lazy::<Reset>::new()} ssr=SsrMode::Async />
            <Route path=path!("/account") view={Lazy::<Account>::new()} ssr=SsrMode::Async />
            <Route path=path!("/apply") view={Lazy::<Apply>::new()} ssr=SsrMode::Async />
            <Route path=path!("/admin") view={Lazy::<Admin>::new()} ssr=SsrMode::Async />
            <Route path=path!("/admin/audit") view={Lazy::<Audit>::new()} ssr=SsrMode::Async />
            <ParentRoute path=path!("/dashboard") view=DashboardLayout ssr=SsrMode::Async>
                <Route path=path!("") view=|| view! { <Redirect path="/dashboard/streams" /> } ssr=SsrMode::Async />
                <Route path=path!("streams") view={Lazy::<Streams>::new()} ssr=SsrMode::Async />
                <Route path=path!("keys") view={Lazy::<Keys>::new()} ssr=SsrMode::Async />
                <Route path=path!("analytics") view={Lazy::<Analytics>::new()} ssr=SsrMode::Async />
                <Route path=path!("analytics/:id") view={Lazy::<Report>::new()} ssr=SsrMode::Async />
            </ParentRoute>
        </Routes>
    }
}
