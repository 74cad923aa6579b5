//! Streams that somebody should look at soon: services put them in, the reconcile job takes them out. Where the job runs
//! in another instance, that one is told.

use std::{
    ops::{Deref, DerefMut},
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
    time::Duration,
};

use tokio::{
    sync::{
        Mutex, MutexGuard,
        mpsc::{self, UnboundedReceiver, UnboundedSender},
    },
    time::Instant,
};

use super::others::{About, Others};
use crate::domain::id::StreamId;

/// After a change of who is in the room: several come together, and are one look.
pub const AT_ONCE: Duration = Duration::from_millis(200);
/// After a sign that does not fit: longer than an encoder takes to replace another one, so that this is not seen as an
/// end.
pub const SOON: Duration = Duration::from_secs(1);

/// A stream, and when to look at it.
#[derive(Debug)]
pub struct Due {
    /// Which stream.
    pub stream: StreamId,
    /// Not before then.
    pub at: Instant,
}

/// The queue.
#[derive(Debug)]
pub struct Queue {
    sender: UnboundedSender<Due>,
    receiver: Mutex<UnboundedReceiver<Due>>,
    /// The job runs here.
    is_read: AtomicBool,
    others: Arc<Others>,
}

impl Queue {
    /// The job may also run in one of `others`.
    pub fn new(others: Arc<Others>) -> Self {
        let (sender, receiver) = mpsc::unbounded_channel();
        Self { sender, receiver: Mutex::new(receiver), is_read: AtomicBool::new(false), others }
    }

    /// Asks for a look at the stream after `delay`. Whoever begins to run the job looks at all anyway.
    pub fn look_after(&self, stream: &StreamId, delay: Duration) {
        if self.is_read() || !self.others.may_be() {
            self.put(stream, delay);
        } else {
            self.others.tell(About::Look(stream.clone()), i64::try_from(delay.as_millis()).unwrap_or(i64::MAX));
        }
    }

    /// The same, as another instance asks: for whoever runs the job.
    pub fn hear(&self, stream: &StreamId, delay: Duration) {
        if self.is_read() {
            self.put(stream, delay);
        }
    }

    fn put(&self, stream: &StreamId, delay: Duration) {
        // Never fails: the reading end lives as long as this.
        let _ = self.sender.send(Due { stream: stream.clone(), at: Instant::now() + delay });
    }

    /// Whether the job runs here.
    pub fn is_read(&self) -> bool {
        self.is_read.load(Ordering::Relaxed)
    }

    /// The reading end, for as long as the job runs; one at a time gets it.
    pub async fn read(&self) -> Reading<'_> {
        let receiver = self.receiver.lock().await;
        self.is_read.store(true, Ordering::Relaxed);
        Reading { receiver, is_read: &self.is_read }
    }
}

/// The reading end of the queue.
#[derive(Debug)]
pub struct Reading<'q> {
    receiver: MutexGuard<'q, UnboundedReceiver<Due>>,
    is_read: &'q AtomicBool,
}

impl Deref for Reading<'_> {
    type Target = UnboundedReceiver<Due>;

    fn deref(&self) -> &Self::Target {
        &self.receiver
    }
}

impl DerefMut for Reading<'_> {
    fn deref_mut(&mut self) -> &mut Self::Target {
        &mut self.receiver
    }
}

impl Drop for Reading<'_> {
    fn drop(&mut self) {
        self.is_read.store(false, Ordering::Relaxed);
    }
}
