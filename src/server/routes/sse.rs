//! Server-Sent Events: what is the case now, at once, and then each change. A reader that is slow or late gets the
//! newest and never a backlog. All end when the server stops.

use std::{convert::Infallible, time::Duration};

use axum::{
    extract::{FromRequestParts, Query, State, rejection::QueryRejection},
    http::request::Parts,
    response::{
        IntoResponse, Response,
        sse::{Event, KeepAlive, Sse},
    },
};
use futures::{Stream, StreamExt as _, stream};
use serde::Serialize;
use tokio::{
    sync::{broadcast, mpsc, watch},
    time::{Instant, sleep_until, timeout},
};

use super::chat_events::ChatFollower;
use crate::{
    api::error::{ApiError, ErrorCode},
    domain::{
        channel::ChannelState,
        id::{StreamId, UserId},
        stream::{Notice, OwnState},
    },
    server::{
        Error,
        auth::{
            actor::Actor,
            door::{ClientAddress, Visit},
        },
        router::failure,
        services::{applications, channels, streams},
        state::AppState,
    },
    text,
};

/// The viewer count is sent at most this often.
const VIEWERS_EVERY: Duration = Duration::from_secs(2);
/// Whether its reader may still read, is asked this often without any reason.
const ASKED_AGAIN_AFTER: Duration = Duration::from_secs(5 * 60);
/// Silence is broken this often, so that proxies and browsers know that the line is alive.
const KEEP_ALIVE: Duration = Duration::from_secs(15);
/// How long a browser waits before it comes back.
const RETRY: Duration = Duration::from_secs(1);
/// Events on their way to one reader; when they are not read, newer states wait and replace each other.
const IN_FLIGHT: usize = 4;

/// The request, as services see it.
#[derive(Debug)]
pub struct Caller(pub(super) Visit);

impl FromRequestParts<AppState> for Caller {
    type Rejection = Infallible;

    async fn from_request_parts(parts: &mut Parts, state: &AppState) -> Result<Self, Infallible> {
        Ok(Self(Visit::new(state.clone(), &parts.headers, parts.extensions.get::<ClientAddress>())))
    }
}

/// Data of the event `viewers`.
#[derive(Clone, Copy, Debug, Serialize, schemars::JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct ViewerCount {
    /// People watching, without the creator.
    viewer_count: u32,
}

/// `?username=`.
#[derive(Debug, serde::Deserialize)]
pub struct ChannelQuery {
    username: Option<String>,
}

/// `/api/stream/events`: the creator's own stream, and its chat.
pub async fn own_stream(State(state): State<AppState>, Caller(visit): Caller) -> Response {
    let started = async {
        let actor = visit.actor().await?;
        let (id, _) = streams::own_state(&state, &actor).await?;
        let follower = Follower::new(&state, &id, Audience::Creator);
        // Read again after following: a change between the two is not lost.
        let (_, first) = streams::own_state(&state, &actor).await?;
        let chat = ChatFollower::new(&state, &visit, &id).await?;
        Ok::<_, Error>((follower, first, chat))
    };
    match started.await {
        Ok((follower, first, chat)) => events(&state, "creator", |sender| {
            let told = Box::pin(follower.run(named("state", &first), first.channel, sender.clone()));
            let chat = Box::pin(chat.run(sender));
            let refused = Box::pin(until_refused(visit, |actor| actor.creator().is_ok()));
            async move {
                tokio::select! {
                    biased; // The state opens the stream.
                    () = told => {}
                    () = chat => {}
                    () = refused => {}
                }
            }
        }),
        Err(error) => failure(error.into()),
    }
}

/// `/api/channel/events?username=`: a channel, as viewers see it, and what the reader is to its chat.
pub async fn channel(
    State(state): State<AppState>,
    Caller(visit): Caller,
    query: Result<Query<ChannelQuery>, QueryRejection>,
) -> Response {
    let Some(username) = query.ok().and_then(|Query(query)| query.username) else {
        return failure(ApiError::new(ErrorCode::BadRequest, text!(errors.channel_missing)));
    };
    let started = async {
        let (id, _) = channels::state_of(&state, &username).await?;
        let follower = Follower::new(&state, &id, Audience::Viewers);
        let (_, first) = channels::state_of(&state, &username).await?;
        let chat = ChatFollower::new(&state, &visit, &id).await?;
        Ok::<_, Error>((follower, first, chat))
    };
    match started.await {
        Ok((follower, first, chat)) => events(&state, "channel", |sender| {
            let told = Box::pin(follower.run(named("state", &first), first, sender.clone()));
            let chat = Box::pin(chat.run(sender));
            async move {
                tokio::select! {
                    biased; // The state opens the stream.
                    () = told => {}
                    () = chat => {}
                }
            }
        }),
        Err(error) => failure(error.into()),
    }
}

/// `/api/account/events`: the signed-in account's application.
pub async fn account(State(state): State<AppState>, Caller(visit): Caller) -> Response {
    let user = async { visit.actor().await?.user().map(|user| user.user_id.clone()) };
    match user.await {
        Ok(user_id) => {
            let changes = state.events.follow_account(&user_id);
            let source = state.clone();
            events(&state, "account", |sender| {
                let told = Box::pin(follow_account(source, user_id, changes, sender));
                let refused = Box::pin(until_refused(visit, |actor| actor.user().is_ok()));
                async move {
                    tokio::select! {
                        () = told => {}
                        () = refused => {}
                    }
                }
            })
        }
        Err(error) => failure(error.into()),
    }
}

async fn follow_account(state: AppState, id: UserId, mut changes: watch::Receiver<u64>, sender: mpsc::Sender<Event>) {
    loop {
        changes.mark_unchanged();
        let application = match Box::pin(applications::find_for(&state, &id)).await {
            Ok(application) => application,
            // The browser comes back by itself.
            Err(error) => return tracing::error!(%error, "an account's events broke off"),
        };
        if sender.send(named("application", &application)).await.is_err() {
            return;
        }
        tokio::select! {
            () = sender.closed() => return,
            changed = changes.changed() => if changed.is_err() { return },
        }
    }
}

/// Ends when whoever reads may not any more: signed out somewhere else, or no creator any more. That a session has run
/// out, nobody tells.
async fn until_refused(visit: Visit, is_allowed: fn(&Actor) -> bool) {
    let Ok(actor) = Box::pin(visit.actor()).await else { return };
    let Some(mut changes) = actor.user_id().map(|user| visit.state.events.follow_account(user)) else { return };
    drop(actor);
    // Asked once more now: what changed before it was followed is not told.
    while Box::pin(visit.actor()).await.is_ok_and(|actor| is_allowed(&actor)) {
        if let Ok(Err(_)) = timeout(ASKED_AGAIN_AFTER, changes.changed()).await {
            return;
        }
    }
}

/// Who reads the events of a stream.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Audience {
    Creator,
    Viewers,
}

/// Follows one stream for one reader.
struct Follower {
    audience: Audience,
    states: watch::Receiver<Option<OwnState>>,
    viewers: watch::Receiver<u32>,
    notices: broadcast::Receiver<Notice>,
}

impl Follower {
    fn new(state: &AppState, id: &StreamId, audience: Audience) -> Self {
        let topic = state.events.stream(id);
        Self {
            audience,
            states: topic.state.subscribe(),
            viewers: topic.viewers.subscribe(),
            notices: topic.notices.subscribe(),
        }
    }

    /// Sends until the reader goes, beginning with `opening`, which tells of `first`.
    async fn run(mut self, opening: Event, first: ChannelState, sender: mpsc::Sender<Event>) {
        let mut version = first.version;
        let mut is_live = first.is_live;
        let mut viewers_sent = first.viewer_count;
        let mut viewers_from = Instant::now();
        if sender.send(opening).await.is_err() {
            return;
        }
        loop {
            let count = *self.viewers.borrow();
            let shown = if is_live || self.audience == Audience::Creator { count } else { 0 };
            let event = tokio::select! {
                () = sender.closed() => return,
                changed = self.states.changed() => {
                    let newest = self.states.borrow_and_update().clone();
                    let Some(own) = newest.filter(|own| changed.is_ok() && own.channel.version > version) else {
                        if changed.is_err() { return } else { continue }
                    };
                    version = own.channel.version;
                    let own = self.shown(own);
                    is_live = own.channel.is_live;
                    viewers_sent = own.channel.viewer_count;
                    self.told(&own)
                }
                () = sleep_until(viewers_from), if shown != viewers_sent => {
                    viewers_sent = shown;
                    viewers_from = Instant::now() + VIEWERS_EVERY;
                    named("viewers", &ViewerCount { viewer_count: shown })
                }
                changed = self.viewers.changed(), if shown == viewers_sent => {
                    if changed.is_err() { return } else { continue }
                }
                Ok(notice) = self.notices.recv(), if self.audience == Audience::Creator => named("notice", &notice),
            };
            if sender.send(event).await.is_err() {
                return;
            }
        }
    }

    fn shown(&self, mut own: OwnState) -> OwnState {
        own.channel.viewer_count = if own.channel.status.is_busy() { *self.viewers.borrow() } else { 0 };
        if self.audience == Audience::Viewers {
            own.channel = own.channel.for_viewers();
        }
        own
    }

    fn told(&self, own: &OwnState) -> Event {
        match self.audience {
            Audience::Creator => named("state", own),
            Audience::Viewers => named("state", &own.channel),
        }
    }
}

/// An event with that data.
pub(super) fn named(name: &str, data: &impl Serialize) -> Event {
    // All that is sent is made of strings and numbers.
    Event::default().event(name).json_data(data).unwrap_or_default()
}

/// Runs `follow` as long as its reader is there and the server runs. `kind` is what it is counted as.
///
/// There may be thousands of them, most of which wait. What one holds is what its future could ever need, so questions
/// to the database are in boxes of their own, and a future that goes into another one is boxed: it would count twice.
fn events<F>(state: &AppState, kind: &'static str, follow: impl FnOnce(mpsc::Sender<Event>) -> F) -> Response
where
    F: Future<Output = ()> + Send + 'static,
{
    let (sender, receiver) = mpsc::channel(IN_FLIGHT);
    let stopping = state.stopping.clone();
    let work = Box::pin(follow(sender));
    let listening = state.metrics.event_stream(kind);
    state.tasks.spawn(async move {
        let _listening = listening;
        tokio::select! {
            () = work => {}
            () = stopping.cancelled() => {}
        }
    });
    let answer = Sse::new(answers(receiver)).keep_alive(KeepAlive::new().interval(KEEP_ALIVE));
    ([("x-accel-buffering", "no")], answer).into_response()
}

fn answers(receiver: mpsc::Receiver<Event>) -> impl Stream<Item = Result<Event, Infallible>> {
    let retry = stream::once(async { Event::default().retry(RETRY) });
    let rest = stream::unfold(receiver, |mut receiver| async { receiver.recv().await.map(|event| (event, receiver)) });
    retry.chain(rest).map(Ok)
}
