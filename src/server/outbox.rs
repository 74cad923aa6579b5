//! Lines of one chat on their way to LiveKit, in order, several to a packet when they come faster than they go.
//!
//! Nobody waits for it: who puts a line in is told whether to send, and one sender at a time takes what there is. When
//! LiveKit is slow for long the oldest are dropped; a page that misses some asks for them.

use std::sync::{Mutex, MutexGuard, PoisonError};

use crate::domain::chat::ChatLine;

/// Lines that wait while LiveKit is slow; older ones are dropped, and whoever misses them asks for them.
const MAX_WAITING: usize = 500;
/// Largest packet, in bytes: LiveKit asks for at most 15 KiB in a reliable one (docs.livekit.io, data packets).
const MAX_PACKET_BYTES: usize = 14 * 1024;

#[derive(Debug, Default)]
struct Waiting {
    /// Each line as JSON.
    lines: Vec<String>,
    /// Somebody is sending, and will send these too.
    is_sending: bool,
}

/// What waits.
#[derive(Debug, Default)]
pub struct Outbox(Mutex<Waiting>);

impl Outbox {
    /// Puts a line in; says whether the caller has to send, with [`Self::take`] until it gives nothing.
    #[must_use = "true asks the caller to send"]
    pub fn put(&self, line: &ChatLine) -> bool {
        // A line is made of texts and numbers.
        let Ok(json) = serde_json::to_string(line) else { return false };
        let mut waiting = self.lock();
        waiting.lines.push(json);
        let too_many = waiting.lines.len().saturating_sub(MAX_WAITING);
        waiting.lines.drain(..too_many);
        !std::mem::replace(&mut waiting.is_sending, true)
    }

    /// The next packet: a JSON array of lines. `None` when nothing waits; then the next [`Self::put`] asks for a sender.
    pub fn take(&self) -> Option<Vec<u8>> {
        let mut waiting = self.lock();
        let mut bytes = 2;
        let fits = waiting.lines.iter().take_while(|line| {
            bytes += line.len() + 1;
            bytes <= MAX_PACKET_BYTES
        });
        let count = fits.count();
        if waiting.lines.is_empty() {
            waiting.is_sending = false;
            return None;
        }
        let lines: Vec<String> = waiting.lines.drain(..count.max(1)).collect();
        Some(format!("[{}]", lines.join(",")).into_bytes())
    }

    fn lock(&self) -> MutexGuard<'_, Waiting> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::{
        chat::{ChatAuthor, ChatRole, LineContent},
        id::LineId,
        timestamp::Timestamp,
    };

    fn line(number: i64, length: usize) -> ChatLine {
        let author =
            ChatAuthor { username: Some("bob".into()), display_name: Some("Bob".into()), role: ChatRole::Viewer };
        ChatLine {
            id: LineId(number.to_string()),
            number,
            revision: Some(number),
            sent_at: Timestamp(0),
            content: LineContent::Message { author, text: "x".repeat(length) },
        }
    }

    fn numbers(packet: &[u8]) -> Vec<i64> {
        let lines: Vec<ChatLine> = serde_json::from_slice(packet).expect("an array of lines");
        lines.into_iter().map(|line| line.number).collect()
    }

    #[test]
    fn one_sends_for_all_until_nothing_waits() {
        let outbox = Outbox::default();
        assert!(outbox.put(&line(1, 1)));
        assert!(!outbox.put(&line(2, 1)), "somebody is sending already");
        assert_eq!(outbox.take().map(|packet| numbers(&packet)), Some(vec![1, 2]));
        assert_eq!(outbox.take(), None);
        assert!(outbox.put(&line(3, 1)));
    }

    #[test]
    fn a_packet_is_never_too_large() {
        let outbox = Outbox::default();
        for number in 0..20 {
            let _ = outbox.put(&line(number, 4000));
        }
        let packets: Vec<_> = std::iter::from_fn(|| outbox.take()).collect();
        assert!(packets.iter().all(|packet| packet.len() <= MAX_PACKET_BYTES));
        assert_eq!(packets.iter().flat_map(|packet| numbers(packet)).collect::<Vec<_>>(), (0..20).collect::<Vec<_>>());
    }
}
