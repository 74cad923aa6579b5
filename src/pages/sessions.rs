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
        feedback::{ErrorNote, LoadFailure, Skeleton},
        focus_keeper::FocusKeeper,
        listing::MoreButton,
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
    let pieces = RwSignal::new(1_u32);
    let sessions = Resource::new(
        move || (pieces.get(), end.version().get(), also_after.version().get()),
        |(pieces, ..)| load(pieces),
    );
    let page = move || sessions.get().and_then(Result::ok);
    let here = move || page().map(|page| page.items).unwrap_or_default();
    let has_more = Memo::new(move |_| page().is_some_and(|page| page.next.is_some()));
    let refusal = move || sessions.get().and_then(Result::err).map(|error| error.message);
    let rows = move || here().into_iter().map(|session| (session.id, session.last_seen_at)).collect::<Vec<_>>();
    let changes = Memo::new(move |_| (rows(), has_more.get()));
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
                    {move || refusal().map(|message| view! { <LoadFailure message on_retry=move |()| sessions.refetch() /> })}
                    <SessionList sessions=Signal::derive(here) on_end busy=end.pending() />
                    <Show when=move || has_more.get()>
                        <MoreButton on_load=move |()| pieces.update(|pieces| *pieces += 1) />
                    </Show>
                </FocusKeeper>
            </Transition>
        </section>
    }
}

/// The first so many pieces of the list, as one.
async fn load(pieces: u32) -> Result<Page<Session>, ApiError> {
    let mut all = list_sessions(None).await?;
    for _ in 1..pieces {
        let Some(cursor) = all.next.take() else { break };
        let Page { items, next } = list_sessions(Some(cursor)).await?;
        all.items.extend(items);
        all.next = next;
    }
    Ok(all)
}
