//! Where an account is signed in: a row for each browser or token, with a button that ends it.
//!
//! Browser and system are guessed from what it says of itself, which is shown as it is where no guess is good.

use leptos::prelude::*;

use super::{clicks::counts, icon::Icon, time_text::TimeAgo};
use crate::{
    domain::{
        account::{Session, SessionKind},
        id::SessionId,
    },
    text,
};

/// The sessions, each with a button that ends it.
#[component]
pub fn SessionList(
    /// What is shown.
    #[prop(into)]
    sessions: Signal<Vec<Session>>,
    /// Ends that one.
    #[prop(into)]
    on_end: Callback<SessionId>,
    /// One is being ended.
    #[prop(into)]
    busy: Signal<bool>,
) -> impl IntoView {
    view! {
        <ul class="rows">
            // What is new about one makes a new row of that one alone.
            <For
                each=move || sessions.get()
                key=|session: &Session| (session.id.clone(), session.last_seen_at)
                children=move |session: Session| view! { <SessionRow session on_end busy /> }
            />
        </ul>
    }
}

#[component]
fn SessionRow(session: Session, on_end: Callback<SessionId>, busy: Signal<bool>) -> impl IntoView {
    let Session { id, kind, user_agent, created_at, last_seen_at, is_current } = session;
    let name = name_of(kind, &user_agent);
    let icon = if kind == SessionKind::Token { "key-round" } else { "monitor" };
    view! {
        <li class="row-item">
            <Icon name=icon />
            <div class="row-words">
                <p class="row-title" title=user_agent>
                    {name.clone()}
                    {is_current.then(|| view! { <span class="tag">{text!(account.this_session)}</span> })}
                </p>
                <p class="muted small">
                    {text!(account.signed_in_at)} <TimeAgo at=Some(created_at) /> {text!(account.last_seen_at)}
                    <TimeAgo at=Some(last_seen_at) />
                </p>
            </div>
            {(!is_current)
                .then(|| {
                    view! {
                        <button
                            type="button"
                            class="button"
                            aria-busy=move || busy.get().then_some("true")
                            aria-label=text!(account.sign_out_of, name = name)
                            on:click=move |event| {
                                if counts(&event) && !busy.get_untracked() {
                                    on_end.run(id.clone());
                                }
                            }
                        >
                            {text!(account.sign_out)}
                        </button>
                    }
                })}
        </li>
    }
}

/// Browser and system, as far as the long name tells; what it says itself otherwise.
fn name_of(kind: SessionKind, user_agent: &str) -> String {
    const BROWSERS: [(&str, &str); 6] = [
        ("Edg/", "Edge"),
        ("OPR/", "Opera"),
        ("Firefox/", "Firefox"),
        ("Chrome/", "Chrome"),
        ("Safari/", "Safari"),
        ("curl/", "curl"),
    ];
    const SYSTEMS: [(&str, &str); 6] = [
        ("Android", "Android"),
        ("iPhone", "iPhone"),
        ("iPad", "iPad"),
        ("Windows", "Windows"),
        ("Mac OS", "macOS"),
        ("Linux", "Linux"),
    ];
    let find = |known: &[(&str, &'static str)]| {
        known.iter().find(|(mark, _)| user_agent.contains(mark)).map(|(_, name)| *name)
    };
    let program = match (find(&BROWSERS), find(&SYSTEMS)) {
        (Some(browser), Some(system)) => text!(account.browser_on_system, browser = browser, system = system),
        (Some(name), None) | (None, Some(name)) => name.to_owned(),
        (None, None) if user_agent.trim().is_empty() => text!(account.unknown_program).to_owned(),
        (None, None) => user_agent.chars().take(60).collect(),
    };
    if kind == SessionKind::Token { text!(account.token_made_with, program = program) } else { program }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn browsers_are_named_by_their_most_telling_word() {
        let chrome =
            "Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/130.0 Safari/537.36";
        assert_eq!(name_of(SessionKind::Browser, chrome), "Chrome on Linux");
        assert_eq!(name_of(SessionKind::Token, "curl/8.1"), "Token, made with curl");
        assert_eq!(name_of(SessionKind::Browser, ""), "an unknown program");
    }
}
