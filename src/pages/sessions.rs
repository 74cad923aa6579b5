//! Where one is signed in, and signing out of each: a section of the account page.
//!
//! The list is asked for again after each end, and after a new password, which ends all but this one.

use leptos::prelude::*;

use crate::{
    api::{
        account::{ChangePassword, EndSessions, list_sessions},
        error::ApiError,
    },
    components::{
        feedback::{ErrorNote, Skeleton},
        sessions::SessionList,
    },
    domain::{account::Session, id::SessionId, page::Page},
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
                {move || Suspend::new(async move { shown(sessions.await, end) })}
            </Transition>
        </section>
    }
}

fn shown(answer: Result<Page<Session>, ApiError>, end: ServerAction<EndSessions>) -> impl IntoView {
    let on_end = Callback::new(move |id: SessionId| drop(end.dispatch(EndSessions { id: Some(id.0) })));
    match answer {
        Ok(page) => view! { <SessionList sessions=page.items on_end busy=end.pending() /> }.into_any(),
        Err(error) => view! { <ErrorNote message=Some(error.message) /> }.into_any(),
    }
}
