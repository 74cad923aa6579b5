//! What a screen reader is told of a chat: each new message of somebody else once, or how many there are when they come
//! faster than they can be read out.
//!
//! Never told is what was there before, what one wrote oneself, what was changed or removed, and anything while it is
//! turned off. Nor are the chat's rules: they announce themselves where they stand, in its head. Pure: whoever asks
//! says what time it is.

use std::{collections::BTreeSet, time::Duration};

use super::{
    chat::{ChatLine, LineContent},
    chat_log::ChatLog,
    timestamp::Timestamp,
};
use crate::text;

/// What comes within this time is told together.
const GATHER: Duration = Duration::from_millis(300);
/// Shortest time from one announcement to the next.
const SHORTEST_PAUSE: Duration = Duration::from_secs(2);
/// Longest time from one announcement to the next: whoever listens for longer hears the rest as a number.
const LONGEST_PAUSE: Duration = Duration::from_secs(10);
/// About how long a voice takes for a character.
const PER_CHARACTER: Duration = Duration::from_millis(50);
/// So many messages at most are read out together; more are counted.
const MOST_MESSAGES: usize = 3;
/// So many characters at most have several messages that are read out together.
const MOST_CHARACTERS: usize = 200;

/// What was told of a chat, and what is still to be told.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ChatAnnouncer {
    is_off: bool,
    /// The revision at which the page opened; `None` before there is anything of the chat.
    opened_at: Option<i64>,
    /// Lines before this place are history, whenever they come.
    from: i64,
    /// Places of the lines that are known. One that changes keeps its place.
    seen: BTreeSet<i64>,
    /// Places of the messages that are still to be told.
    waiting: BTreeSet<i64>,
    /// Since when, and for how long, nothing is told: to gather, or until the last announcement has been read out.
    rest: Option<(Timestamp, Duration)>,
}

impl ChatAnnouncer {
    /// Turns it on or off. What comes while it is off is never told.
    pub fn turn(&mut self, is_on: bool) {
        self.is_off = !is_on;
        if self.is_off {
            self.waiting.clear();
        }
    }

    /// The chat is like this now, for somebody of that name; a guest has none.
    pub fn hear(&mut self, log: &ChatLog, username: Option<&str>, now: Timestamp) {
        if !log.is_open() {
            return;
        }
        if log.before().is_some() {
            let first = log.lines().next().map_or(0, |line| line.number);
            self.from = self.from.max(first);
        }
        let Some(opened_at) = self.opened_at else {
            self.opened_at = Some(log.revision());
            self.seen = log.lines().map(|line| line.number).collect();
            return;
        };
        let from = self.from;
        self.seen = self.seen.split_off(&from);
        for line in log.lines().filter(|line| line.number >= from) {
            let is_known = !self.seen.insert(line.number);
            let is_older = line.revision.is_some_and(|revision| revision <= opened_at);
            let is_own = username.is_some_and(|username| line.is_by(username));
            if !(is_known || is_older || is_own || self.is_off) {
                self.waiting.insert(line.number);
            }
        }
        if !self.waiting.is_empty() && self.rest.is_none() {
            self.rest = Some((now, GATHER));
        }
    }

    /// How long nothing is told yet; `None` when there is nothing to tell and nothing being read out.
    pub fn left(&self, now: Timestamp) -> Option<Duration> {
        let (since, rest) = self.rest?;
        // A clock that went back keeps nobody waiting.
        Some(if now < since { Duration::ZERO } else { since.plus(rest).since(now) })
    }

    /// What is told now: a text for each message, or one for all of them. Nothing when it is too early, or when nothing
    /// is new.
    pub fn say(&mut self, log: &ChatLog, now: Timestamp) -> Vec<String> {
        if self.left(now).is_none_or(|left| !left.is_zero()) {
            return Vec::new();
        }
        // Read only now: what was removed meanwhile is no message any more.
        let waiting = std::mem::take(&mut self.waiting);
        let messages: Vec<String> = waiting.iter().filter_map(|number| log.line(*number)).filter_map(spoken).collect();
        let said =
            if is_too_much(&messages) { vec![text!(chat.new_messages, count = messages.len())] } else { messages };
        self.rest = (!said.is_empty()).then(|| (now, time_to_read(&said)));
        said
    }
}

fn spoken(line: &ChatLine) -> Option<String> {
    let LineContent::Message { author, text: message } = &line.content else { return None };
    let author = author.display_name.clone().unwrap_or_else(|| text!(chat.deleted_account).to_owned());
    Some(text!(chat.announced, author = author, message = message.clone()))
}

fn characters(texts: &[String]) -> usize {
    texts.iter().map(|text| text.chars().count()).sum()
}

/// A single message is read out however long it is.
fn is_too_much(messages: &[String]) -> bool {
    messages.len() > MOST_MESSAGES || (messages.len() > 1 && characters(messages) > MOST_CHARACTERS)
}

fn time_to_read(said: &[String]) -> Duration {
    let characters = u32::try_from(characters(said)).unwrap_or(u32::MAX);
    PER_CHARACTER.saturating_mul(characters).clamp(SHORTEST_PAUSE, LONGEST_PAUSE)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::{
        chat::{ChatAuthor, ChatPage, ChatRole},
        id::LineId,
    };

    const NOW: Timestamp = Timestamp(1_000_000);

    fn after(milliseconds: u64) -> Timestamp {
        NOW.plus(Duration::from_millis(milliseconds))
    }

    fn message(number: i64, revision: Option<i64>, name: &str, text: &str) -> ChatLine {
        let author =
            ChatAuthor { username: Some(name.to_lowercase()), display_name: Some(name.into()), role: ChatRole::Viewer };
        ChatLine {
            id: LineId(number.to_string()),
            number,
            revision,
            sent_at: NOW,
            content: LineContent::Message { author, text: text.into() },
        }
    }

    fn removed(line: ChatLine, revision: i64) -> ChatLine {
        let author = line.author().expect("somebody's").clone();
        ChatLine { revision: Some(revision), content: LineContent::Deleted { author }, ..line }
    }

    /// A page of Ann's that opened with one message of Bob's; a line goes to its log, a time to its announcer.
    struct Page {
        log: ChatLog,
        announcer: ChatAnnouncer,
    }

    impl Page {
        fn open() -> Self {
            let items = vec![message(1, Some(1), "Bob", "Before")];
            let log = ChatLog::open(ChatPage { items, revision: 1, ..ChatPage::default() });
            let mut page = Self { log, announcer: ChatAnnouncer::default() };
            page.hear(NOW);
            page
        }

        fn hear(&mut self, now: Timestamp) {
            self.announcer.hear(&self.log, Some("ann"), now);
        }

        fn take(&mut self, line: ChatLine, now: Timestamp) {
            self.log.take(line);
            self.hear(now);
        }

        fn say(&mut self, now: Timestamp) -> Vec<String> {
            self.announcer.say(&self.log, now)
        }
    }

    #[test]
    fn a_new_message_is_told_once_and_what_was_there_is_not() {
        let mut page = Page::open();
        assert_eq!(page.announcer.left(NOW), None, "history is no news");
        page.take(message(2, Some(2), "Bob", "Hello"), NOW);
        assert_eq!(page.announcer.left(NOW), Some(GATHER));
        assert!(page.say(NOW).is_empty(), "more may come in a moment");
        assert_eq!(page.say(after(300)), ["Bob: Hello"]);
        page.hear(after(400));
        assert!(page.say(after(3_000)).is_empty());
        assert_eq!(page.announcer.left(after(3_000)), None);
    }

    #[test]
    fn what_one_wrote_oneself_is_not_told() {
        let mut page = Page::open();
        page.take(message(2, None, "Ann", "Mine"), NOW);
        page.take(message(2, Some(2), "Ann", "Mine"), NOW);
        assert_eq!(page.announcer.left(NOW), None);
    }

    #[test]
    fn between_two_announcements_are_two_seconds_and_longer_ones_are_read_out_first() {
        let mut page = Page::open();
        page.take(message(2, Some(2), "Bob", "One"), NOW);
        assert_eq!(page.say(after(300)), ["Bob: One"]);
        page.take(message(3, Some(3), "Bob", &"x".repeat(95)), after(400));
        assert!(page.say(after(2_299)).is_empty());
        assert_eq!(page.say(after(2_300)).len(), 1);
        assert_eq!(page.announcer.left(after(2_300)), Some(PER_CHARACTER * 100));
        page.take(message(4, Some(4), "Bob", &"x".repeat(500)), after(2_400));
        assert_eq!(page.say(after(7_300)).len(), 1, "a long message is no number");
        assert_eq!(page.announcer.left(after(7_300)), Some(LONGEST_PAUSE));
    }

    #[test]
    fn a_few_are_read_out_and_many_are_counted() {
        let mut page = Page::open();
        for number in 2..5 {
            page.take(message(number, Some(number), "Bob", "Hi"), NOW);
        }
        assert_eq!(page.say(after(300)), ["Bob: Hi", "Bob: Hi", "Bob: Hi"]);
        for number in 5..35 {
            page.take(message(number, Some(number), "Bob", "Hi"), after(400));
        }
        assert_eq!(page.say(after(2_300)), ["30 new messages"]);
        for number in 35..37 {
            page.take(message(number, Some(number), "Bob", &"x".repeat(150)), after(2_400));
        }
        assert_eq!(page.say(after(4_300)), ["2 new messages"]);
    }

    #[test]
    fn a_removal_is_not_told_and_what_it_took_away_is_not_told_either() {
        let mut page = Page::open();
        page.take(removed(message(1, Some(1), "Bob", "Before"), 2), NOW);
        page.take(removed(message(2, Some(3), "Bob", "Never seen"), 4), NOW);
        page.take(message(3, Some(5), "Bob", "Rude"), NOW);
        page.take(removed(message(3, Some(5), "Bob", "Rude"), 6), after(100));
        assert!(page.say(after(300)).is_empty());
        assert_eq!(page.announcer.left(after(300)), None);
    }

    #[test]
    fn what_is_held_is_told_to_who_sees_it_and_not_again_when_it_is_let_go() {
        let mut page = Page::open();
        page.take(message(2, None, "Bob", "Held"), NOW);
        assert_eq!(page.say(after(300)), ["Bob: Held"]);
        page.take(message(2, Some(2), "Bob", "Held"), after(5_000));
        assert!(page.say(after(6_000)).is_empty());
    }

    #[test]
    fn what_was_let_go_late_is_told_although_it_stands_among_older_lines() {
        let mut page = Page::open();
        page.take(message(3, Some(2), "Bob", "Second"), NOW);
        page.take(message(2, Some(3), "Eve", "First"), NOW);
        assert_eq!(page.say(after(300)), ["Eve: First", "Bob: Second"]);
    }

    #[test]
    fn earlier_messages_are_history_whenever_they_changed() {
        let items = vec![message(9, Some(9), "Bob", "Newest")];
        let log = ChatLog::open(ChatPage { items, next: Some("9".into()), revision: 9, held: Vec::new() });
        let mut page = Page { log, announcer: ChatAnnouncer::default() };
        page.hear(NOW);
        let items = vec![message(8, Some(10), "Bob", "Let go late"), message(7, Some(7), "Bob", "Old")];
        page.log.prepend(ChatPage { items, revision: 10, ..ChatPage::default() });
        page.hear(NOW);
        assert_eq!(page.announcer.left(NOW), None);
    }

    #[test]
    fn a_chat_that_comes_after_its_page_is_history_too() {
        let mut page = Page { log: ChatLog::default(), announcer: ChatAnnouncer::default() };
        page.hear(NOW);
        let items = vec![message(1, Some(1), "Bob", "Before")];
        page.log = ChatLog::open(ChatPage { items, revision: 1, ..ChatPage::default() });
        page.hear(NOW);
        assert_eq!(page.announcer.left(NOW), None);
    }

    #[test]
    fn what_comes_while_it_is_off_is_never_told() {
        let mut page = Page::open();
        page.take(message(2, Some(2), "Bob", "Waiting"), NOW);
        page.announcer.turn(false);
        page.take(message(3, Some(3), "Bob", "Unheard"), NOW);
        assert!(page.say(after(300)).is_empty());
        page.announcer.turn(true);
        page.hear(after(400));
        assert_eq!(page.announcer.left(after(400)), None);
        page.take(message(4, Some(4), "Bob", "Heard"), after(500));
        assert_eq!(page.say(after(800)), ["Bob: Heard"]);
    }

    #[test]
    fn a_clock_that_went_back_keeps_nobody_waiting() {
        let mut page = Page::open();
        page.take(message(2, Some(2), "Bob", "Hello"), NOW);
        assert_eq!(page.say(NOW.minus(Duration::from_secs(3600))), ["Bob: Hello"]);
    }

    #[test]
    fn who_wrote_may_be_gone() {
        let mut page = Page::open();
        let author = ChatAuthor { username: None, display_name: None, role: ChatRole::Viewer };
        let content = LineContent::Message { author, text: "Hello".into() };
        page.take(ChatLine { content, ..message(2, Some(2), "Bob", "") }, NOW);
        assert_eq!(page.say(after(300)), ["deleted account: Hello"]);
    }
}
