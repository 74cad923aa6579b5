//! Streams that somebody should look at soon: services put them in, the reconcile job takes them out.

use std::{sync::Mutex, time::Duration};

use tokio::{sync::mpsc, time::Instant};

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
    sender: mpsc::UnboundedSender<Due>,
    receiver: Mutex<Option<mpsc::UnboundedReceiver<Due>>>,
}

impl Default for Queue {
    fn default() -> Self {
        let (sender, receiver) = mpsc::unbounded_channel();
        Self { sender, receiver: Mutex::new(Some(receiver)) }
    }
}

impl Queue {
    /// Asks for a look at the stream after `delay`.
    pub fn look_after(&self, stream: &StreamId, delay: Duration) {
        // Fails only when the job is gone, which is when the server stops.
        let _ = self.sender.send(Due { stream: stream.clone(), at: Instant::now() + delay });
    }

    /// The reading end; the first caller gets it.
    pub fn take(&self) -> Option<mpsc::UnboundedReceiver<Due>> {
        self.receiver.lock().ok()?.take()
    }
}
