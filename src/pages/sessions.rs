//! Where one is signed in, and signing out of each: a section of the account page.
//!
//! The list is asked for again after each end, and after a new password, which ends all but this one.

use leptos::prelude::*;

use crate::{
    api::account::{ChangePassword, EndSessions, list_sessions},
    components::{
        feedback::{ErrorNote, Skeleton},
        focus_keeper::FocusKeeper,
        sessions::SessionList,
    },
    domain::id::SessionId,
    text,
};

/// The list, with a button for each and one for all.
#[component]
pub fn SessionsSection(
    /// Ends sessions too: the list is asked for again after it.
    also_after: ServerAction<ChangePassword>,
) -> impl IntoView {
    let end = ServerAction::<EndSessions>::new();
    let sessions = Resource::new(move || (end.version().get(), also_after.version().get()), |_| list_sessions(None));
    let here = move || sessions.get().and_then(Result::ok).map(|page| page.items).unwrap_or_default();
    let refusal = move || sessions.get().and_then(Result::err).map(|error| error.message);
    let changes =
        Memo::new(move |_| here().into_iter().map(|session| (session.id, session.last_seen_at)).collect::<Vec<_>>());
    let on_end = move |id: SessionId| drop(end.dispatch(EndSessions { id: Some(id.0) }));
    let failure = Signal::derive(move || end.value().get().and_then(Result::err).map(|error| error.message));
    view! {
        <section class="panel stack" aria-labelledby="sessions-title">
            <div class="row spread">
                <h2 class="section-title" id="sessions-title">
                    {text!(account.sessions)}
                </h2>
                <button
                    type="button"
                    class="button"
                    aria-busy=move || end.pending().get().then_some("true")
                    on:click=move |_| {
                        if !end.pending().get_untracked() {
                            end.dispatch(EndSessions { id: None });
                        }
                    }
                >
                    {text!(account.sign_out_elsewhere)}
                </button>
            </div>
            <ErrorNote message=failure />
            <Transition fallback=|| view! { <Skeleton kind="panel" /> }>
                <FocusKeeper class="stack" changes>
                    {move || refusal().map(|message| view! { <ErrorNote message=Some(message) /> })}
                    <SessionList sessions=Signal::derive(here) on_end busy=end.pending() />
                </FocusKeeper>
            </Transition>
        </section>
    }
}
