//! Where one is signed in, and signing out of each: a section of the account page.
//!
//! The list is asked for again after each end, and after a new password, which ends all but this one. When it does not
//! come, the last one stays.

use leptos::prelude::*;

use crate::{
    api::{
        account::{ChangePassword, EndSessions, list_sessions},
        error::ApiError,
    },
    components::{
        feedback::{ErrorNote, Skeleton},
        focus_keeper::FocusKeeper,
        listing::MoreButton,
        more_link::Growth,
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
    // How many pieces of it, and how often that was asked for. An answer comes with what it answers.
    let wanted = RwSignal::new((1_u32, 0_u32));
    let sessions = Resource::new(
        move || (wanted.get(), end.version().get(), also_after.version().get()),
        |(wanted, ..)| async move { (wanted, load(wanted.0).await) },
    );
    let answer = move || sessions.get().map(|(_, answer)| answer);
    let last = Memo::new(move |last: Option<&Option<Page<Session>>>| {
        answer().and_then(Result::ok).or_else(|| last.cloned().flatten())
    });
    let page = move || {
        let last = last.get();
        // Read here too: what is around waits for it.
        answer().and_then(Result::ok).or(last)
    };
    let here = move || page().map(|page| page.items).unwrap_or_default();
    let growth = Signal::derive(move || match sessions.get() {
        Some((answered, _)) if answered != wanted.get() => Growth::Loading,
        Some((_, Err(error))) => Growth::Failed(error.message),
        Some((_, Ok(_))) | None => Growth::Idle,
    });
    let can_ask = Memo::new(move |_| page().is_some_and(|page| page.next.is_some()) || growth.get() != Growth::Idle);
    let ask = move |()| {
        // What did not come is asked for again.
        let more = u32::from(!matches!(growth.get_untracked(), Growth::Failed(_)));
        wanted.update(|(pieces, times)| {
            *pieces += more;
            *times += 1;
        });
    };
    let rows = move || here().into_iter().map(|session| (session.id, session.last_seen_at)).collect::<Vec<_>>();
    let changes = Memo::new(move |_| (rows(), can_ask.get()));
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
                    <SessionList sessions=Signal::derive(here) on_end busy=end.pending() />
                    <Show when=move || can_ask.get()>
                        <MoreButton growth on_load=ask />
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
