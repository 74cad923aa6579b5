//! Server-Sent Events, as typed callbacks.
//!
//! An [`EventStream`] is closed when it is dropped, and while the page is hidden: a browser allows six connections to a
//! host. Shown again, it reopens and catches up, because the server's first event is always the current state. When
//! events fail for long it says so, and the page polls until they are back.

use std::{
    cell::{Cell, RefCell},
    rc::{Rc, Weak},
    time::Duration,
};

use leptos::prelude::StoredValue;
use serde::de::DeserializeOwned;
use wasm_bindgen::{JsCast, closure::Closure};
use web_sys::{Event, EventSource, MessageEvent};

use super::timers::Timer;

/// How long events may fail before the page polls.
const POLL_AFTER: Duration = Duration::from_secs(5);
/// Waits between attempts once the browser has given up by itself.
const BACKOFF: [Duration; 3] = [Duration::from_secs(1), Duration::from_secs(2), Duration::from_secs(5)];

/// How the events are doing.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Connection {
    /// Opening for the first time, or again after the page was hidden.
    #[default]
    Opening,
    /// Events come.
    Open,
    /// It broke, and is being tried again.
    Reconnecting,
    /// It has been broken for a while: poll until it is [`Self::Open`] again.
    Polling,
}

impl Connection {
    /// Whether to say that it is reconnecting.
    pub fn is_disturbed(self) -> bool {
        matches!(self, Self::Reconnecting | Self::Polling)
    }
}

type Listener = Closure<dyn FnMut(MessageEvent)>;
type Report = Box<dyn Fn(Connection)>;

/// An event stream that is not open yet.
pub struct EventStreamSetup {
    url: String,
    listeners: Vec<(String, Listener)>,
    report: Option<Report>,
}

impl EventStreamSetup {
    /// Calls `handle` for each event of that name whose data can be read as a `T`.
    #[must_use]
    pub fn on<T: DeserializeOwned + 'static>(mut self, name: &str, handle: impl Fn(T) + 'static) -> Self {
        let listener = Closure::<dyn FnMut(MessageEvent)>::new(move |event: MessageEvent| {
            let Some(text) = event.data().as_string() else { return };
            match serde_json::from_str(&text) {
                Ok(data) => handle(data),
                Err(error) => leptos::logging::warn!("An event can't be read: {error}"),
            }
        });
        self.listeners.push((name.to_owned(), listener));
        self
    }

    /// Calls `report` whenever the connection changes.
    #[must_use]
    pub fn on_connection(mut self, report: impl Fn(Connection) + 'static) -> Self {
        self.report = Some(Box::new(report));
        self
    }

    /// Opens it.
    pub fn open(self) -> EventStream {
        let inner = Rc::new_cyclic(|inner: &Weak<Inner>| Inner {
            url: self.url,
            listeners: self.listeners,
            report: self.report,
            on_open: listen(inner, Inner::opened),
            on_error: listen(inner, Inner::failed),
            on_visibility: listen(inner, Inner::visibility_changed),
            source: RefCell::new(None),
            connection: Cell::new(Connection::Opening),
            attempts: Cell::new(0),
            reopen: RefCell::new(None),
            give_up: RefCell::new(None),
            myself: inner.clone(),
        });
        if let Some(document) = document() {
            let _ = document
                .add_event_listener_with_callback("visibilitychange", inner.on_visibility.as_ref().unchecked_ref());
        }
        inner.visibility_changed();
        EventStream { _inner: inner }
    }
}

/// An open event stream; dropping it closes it.
///
/// ```ignore
/// Effect::new(move |_| {
///     EventStream::to(paths::ACCOUNT_EVENTS)
///         .on("application", move |application: Option<Application>| current.set(application))
///         .on_connection(move |connection| reconnecting.set(connection.is_disturbed()))
///         .open()
///         .keep();
/// });
/// ```
#[must_use = "a stream that is dropped is closed"]
pub struct EventStream {
    _inner: Rc<Inner>,
}

impl EventStream {
    /// A stream from that address.
    #[must_use = "a stream has to be opened"]
    pub fn to(url: impl Into<String>) -> EventStreamSetup {
        EventStreamSetup { url: url.into(), listeners: Vec::new(), report: None }
    }

    /// Keeps it open as long as the component or effect that this is called from lives.
    pub fn keep(self) {
        StoredValue::new_local(self);
    }
}

struct Inner {
    url: String,
    listeners: Vec<(String, Listener)>,
    report: Option<Report>,
    on_open: Closure<dyn FnMut(Event)>,
    on_error: Closure<dyn FnMut(Event)>,
    on_visibility: Closure<dyn FnMut(Event)>,
    /// `None` while the page is hidden, or between two attempts.
    source: RefCell<Option<EventSource>>,
    connection: Cell<Connection>,
    /// Attempts since it was last open.
    attempts: Cell<usize>,
    reopen: RefCell<Option<Timer>>,
    give_up: RefCell<Option<Timer>>,
    myself: Weak<Self>,
}

impl Inner {
    fn visibility_changed(&self) {
        if document().is_some_and(|document| document.hidden()) {
            self.close();
            self.attempts.set(0);
            self.report(Connection::Opening);
        } else if self.source.borrow().is_none() {
            self.connect();
        }
    }

    fn connect(&self) {
        self.reopen.take();
        self.watch_for_failure();
        let Ok(source) = EventSource::new(&self.url) else { return self.try_again_later() };
        for (name, listener) in &self.listeners {
            let _ = source.add_event_listener_with_callback(name, listener.as_ref().unchecked_ref());
        }
        source.set_onopen(Some(self.on_open.as_ref().unchecked_ref()));
        source.set_onerror(Some(self.on_error.as_ref().unchecked_ref()));
        self.source.replace(Some(source));
    }

    fn opened(&self) {
        self.give_up.take();
        self.attempts.set(0);
        self.report(Connection::Open);
    }

    fn failed(&self) {
        if self.connection.get() != Connection::Polling {
            self.report(Connection::Reconnecting);
        }
        self.watch_for_failure();
        // A browser tries again by itself after a broken connection, but not after an answer other than 200.
        let given_up = self.source.borrow().as_ref().is_some_and(|source| source.ready_state() == EventSource::CLOSED);
        if given_up {
            self.source.take();
            self.try_again_later();
        }
    }

    fn try_again_later(&self) {
        let attempt = self.attempts.get();
        self.attempts.set(attempt + 1);
        let delay = BACKOFF.get(attempt).copied().unwrap_or(BACKOFF[BACKOFF.len() - 1]);
        let myself = self.myself.clone();
        self.reopen.replace(Some(Timer::after(delay, move || with(&myself, Self::connect))));
    }

    fn watch_for_failure(&self) {
        if self.connection.get() == Connection::Polling || self.give_up.borrow().is_some() {
            return;
        }
        let myself = self.myself.clone();
        let give_up = move || with(&myself, |inner| inner.report(Connection::Polling));
        self.give_up.replace(Some(Timer::after(POLL_AFTER, give_up)));
    }

    fn report(&self, connection: Connection) {
        if self.connection.replace(connection) != connection
            && let Some(report) = &self.report
        {
            report(connection);
        }
    }

    fn close(&self) {
        self.reopen.take();
        self.give_up.take();
        if let Some(source) = self.source.take() {
            source.set_onopen(None);
            source.set_onerror(None);
            source.close();
        }
    }
}

impl Drop for Inner {
    fn drop(&mut self) {
        self.close();
        if let Some(document) = document() {
            let _ = document
                .remove_event_listener_with_callback("visibilitychange", self.on_visibility.as_ref().unchecked_ref());
        }
    }
}

fn with(inner: &Weak<Inner>, work: impl FnOnce(&Inner)) {
    if let Some(inner) = inner.upgrade() {
        work(&inner);
    }
}

fn listen(inner: &Weak<Inner>, work: fn(&Inner)) -> Closure<dyn FnMut(Event)> {
    let inner = inner.clone();
    Closure::new(move |_: Event| with(&inner, work))
}

fn document() -> Option<web_sys::Document> {
    web_sys::window()?.document()
}
