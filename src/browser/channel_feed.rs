//! A channel's state as it changes: from events, from the room's metadata, and by polling when events fail.
//!
//! Whatever comes goes through [`ChannelState::merge`], so that an older version never replaces a newer one.

use std::{future::Future, time::Duration};

use leptos::{prelude::*, task::spawn_local};
use serde::Deserialize;

use super::{
    events::{Connection, EventStreamSetup},
    timers::{sleep, within},
};
use crate::domain::channel::ChannelState;

const POLL_LIVE_EVERY: Duration = Duration::from_secs(5);
const POLL_OFFLINE_EVERY: Duration = Duration::from_secs(30);
/// How long one poll may take.
const POLL_WITHIN: Duration = Duration::from_secs(10);

/// Data of the event `viewers`.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Viewers {
    viewer_count: u32,
}

/// A channel's state and how fresh it is.
#[derive(Clone, Copy)]
pub struct ChannelFeed {
    /// The newest that has come.
    pub state: RwSignal<ChannelState>,
    /// How the events are doing.
    pub connection: RwSignal<Connection>,
    /// Counts polls; a wait that began before another poll is out of date.
    polls: RwSignal<u32>,
}

impl ChannelFeed {
    /// Signals only, starting with what the page was loaded with.
    pub fn new(state: ChannelState) -> Self {
        Self { state: RwSignal::new(state), connection: RwSignal::new(Connection::Opening), polls: RwSignal::new(0) }
    }

    /// Takes over a state if it is newer.
    pub fn take(self, newer: ChannelState) {
        let _ = self.state.try_maybe_update(|state| (state.merge(newer), ()));
    }

    /// Takes over a state from the room's metadata, which knows no viewer count.
    pub fn take_metadata(self, mut newer: ChannelState) {
        let Some(count) = self.state.try_with_untracked(|state| state.viewer_count) else { return };
        newer.viewer_count = if newer.is_live { count } else { 0 };
        self.take(newer);
    }

    /// Follows these events, and polls when they fail. Only in an effect.
    pub fn follow<F>(self, events: EventStreamSetup, poll: impl Fn() -> F + 'static)
    where
        F: Future<Output = Option<ChannelState>> + 'static,
    {
        self.listen(events).open().keep();
        Effect::new(move |_| {
            let number = self.polls.get();
            if self.connection.get() != Connection::Polling {
                return;
            }
            let answer = poll();
            spawn_local(async move {
                if let Some(state) = within(POLL_WITHIN, answer).await.flatten() {
                    self.take(state);
                }
                let is_live = self.state.try_with_untracked(|state| state.is_live).unwrap_or(false);
                sleep(if is_live { POLL_LIVE_EVERY } else { POLL_OFFLINE_EVERY }).await;
                let _ = self.polls.try_maybe_update(|polls| {
                    let is_current = *polls == number;
                    *polls += u32::from(is_current);
                    (is_current, ())
                });
            });
        });
    }

    fn listen(self, events: EventStreamSetup) -> EventStreamSetup {
        events
            .on("state", move |state: ChannelState| self.take(state))
            .on("viewers", move |viewers: Viewers| {
                let _ = self.state.try_maybe_update(|state| {
                    let same = state.viewer_count == viewers.viewer_count;
                    state.viewer_count = viewers.viewer_count;
                    (!same, ())
                });
            })
            .on_connection(move |connection| {
                let _ = self.connection.try_set(connection);
            })
    }
}
