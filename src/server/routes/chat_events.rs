//! What the event stream of a channel says of its chat: how far it is, and what the reader is to it. The lines themselves
//! come by LiveKit; who misses some hears of it here, and asks for them.

use std::time::Duration;

use axum::response::sse::Event;
use serde::Serialize;
use tokio::{
    sync::{broadcast, mpsc, watch},
    time::{Instant, sleep_until},
};

use super::sse::named;
use crate::{
    domain::{
        chat_standing::Standing,
        id::{StreamId, UserId},
    },
    server::{
        Result,
        auth::door::Visit,
        services::{channels, chat},
        state::AppState,
    },
};

/// How far the chat is, is said at most this often: usually the lines have come by then.
const CHAT_EVERY: Duration = Duration::from_secs(1);

/// Data of the event `chat`.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, schemars::JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct ChatPosition {
    /// The newest change that everybody sees.
    revision: i64,
    /// Goes up when what is held back and this reader may see has changed.
    held: u64,
}

/// Follows the chat of one stream for one reader.
pub(super) struct ChatFollower {
    state: AppState,
    visit: Visit,
    stream: StreamId,
    user: Option<UserId>,
    standing: Standing,
    position: ChatPosition,
    revisions: watch::Receiver<i64>,
    held: broadcast::Receiver<Option<UserId>>,
    account: Option<watch::Receiver<u64>>,
}

impl ChatFollower {
    /// Begins to follow, and reads what is the case now.
    ///
    /// # Errors
    /// When the database cannot be read.
    pub(super) async fn new(state: &AppState, visit: &Visit, stream: &StreamId) -> Result<Self> {
        let topic = state.events.stream(stream);
        let (revisions, held) = (topic.chat.subscribe(), topic.held.subscribe());
        let actor = visit.actor().await?;
        let user = actor.user_id().cloned();
        let account = user.as_ref().map(|user| state.events.follow_account(user));
        // Read after following: a change between the two is not lost.
        let revision = chat::revision(state, stream).await?;
        let standing = channels::standing(state, &actor, stream).await?;
        let position = ChatPosition { revision, held: 0 };
        let (state, visit, stream) = (state.clone(), visit.clone(), stream.clone());
        Ok(Self { state, visit, stream, user, standing, position, revisions, held, account })
    }

    /// Sends until the reader goes.
    pub(super) async fn run(mut self, sender: mpsc::Sender<Event>) {
        let mut chat_from = Instant::now() + CHAT_EVERY;
        let opening = [named("standing", &self.standing), named("chat", &self.position)];
        for event in opening {
            if sender.send(event).await.is_err() {
                return;
            }
        }
        loop {
            let newest = *self.revisions.borrow();
            let event = tokio::select! {
                () = sender.closed() => return,
                () = sleep_until(chat_from), if newest > self.position.revision => {
                    self.position.revision = newest;
                    chat_from = Instant::now() + CHAT_EVERY;
                    Some(named("chat", &self.position))
                }
                changed = self.revisions.changed(), if newest <= self.position.revision => {
                    if changed.is_err() { return } else { None }
                }
                author = self.held.recv(), if self.user.is_some() => self.held_changed(author),
                () = changed(&mut self.account) => match Box::pin(self.account_changed()).await {
                    Ok(event) => event,
                    // The browser comes back by itself.
                    Err(error) => return tracing::error!(%error, "a chat's events broke off"),
                },
            };
            if let Some(event) = event
                && sender.send(event).await.is_err()
            {
                return;
            }
        }
    }

    /// Said at once, to whom it concerns: they may want to do something before the others see it.
    fn held_changed(&mut self, author: Result<Option<UserId>, broadcast::error::RecvError>) -> Option<Event> {
        let concerns = match author {
            Ok(Some(author)) => self.standing.role.is_staff() || self.user.as_ref() == Some(&author),
            // Some were missed: it may be among them.
            Ok(None) | Err(broadcast::error::RecvError::Lagged(_)) => true,
            Err(broadcast::error::RecvError::Closed) => false,
        };
        concerns.then(|| self.look_again())
    }

    fn look_again(&mut self) -> Event {
        self.position.held += 1;
        self.position.revision = self.position.revision.max(*self.revisions.borrow());
        named("chat", &self.position)
    }

    async fn account_changed(&mut self) -> Result<Option<Event>> {
        let actor = self.visit.actor().await?;
        // Signed out: what follows is for a guest.
        self.user = actor.user_id().cloned();
        let standing = channels::standing(&self.state, &actor, &self.stream).await?;
        if standing == self.standing {
            return Ok(None);
        }
        self.standing = standing;
        Ok(Some(named("standing", &self.standing)))
    }
}

/// The next change of the account; never, for a guest.
async fn changed(account: &mut Option<watch::Receiver<u64>>) {
    let is_told = match account {
        Some(changes) => changes.changed().await.is_ok(),
        None => false,
    };
    if !is_told {
        std::future::pending().await
    }
}
