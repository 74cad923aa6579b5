//! A chat as one page has it: lines that come one by one, late, doubled, out of order or not at all, and pieces of
//! history, put together into the same list for everybody.
//!
//! Pure. Live lines are hints of what is new; a piece of changes since the last revision without a gap is the truth.

use std::collections::{BTreeMap, BTreeSet};

use super::chat::{ChatLine, ChatPage};

/// Lines that a page keeps at most; older ones are loaded again when somebody wants them.
pub const MAX_LINES: usize = 500;

/// The chat.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ChatLog {
    /// By their place.
    lines: BTreeMap<i64, ChatLine>,
    /// Places of those that are held back, for whoever may see them.
    held: BTreeSet<i64>,
    /// A piece of it has come from the server.
    is_open: bool,
    /// Everything up to here is known.
    revision: i64,
    /// Known beyond a gap.
    ahead: BTreeSet<i64>,
    /// Lines from this place on are loaded; `None` when all are.
    from: Option<i64>,
    /// Lines beyond [`MAX_LINES`] that are kept, because the reader asked for earlier ones.
    extra: usize,
}

impl ChatLog {
    /// Starts with the newest piece of the history.
    pub fn open(page: ChatPage) -> Self {
        let mut log = Self { is_open: true, revision: page.revision, from: place(page.next), ..Self::default() };
        page.items.into_iter().for_each(|line| log.put(line));
        log.hold(page.held);
        log
    }

    /// What is shown, the oldest first.
    pub fn lines(&self) -> impl DoubleEndedIterator<Item = &ChatLine> {
        self.lines.values()
    }

    /// How many lines there are.
    pub fn len(&self) -> usize {
        self.lines.len()
    }

    /// Whether nobody has said anything.
    pub fn is_empty(&self) -> bool {
        self.lines.is_empty()
    }

    /// Whether a piece of it has come from the server: before that, what comes by itself is all there is.
    pub fn is_open(&self) -> bool {
        self.is_open
    }

    /// The line at that place.
    pub fn line(&self, number: i64) -> Option<&ChatLine> {
        self.lines.get(&number)
    }

    /// Whether a message of that account is held back.
    pub fn holds_back(&self, username: &str) -> bool {
        self.held.iter().filter_map(|number| self.line(*number)).any(|line| line.is_by(username))
    }

    /// Everything up to here is known.
    pub fn revision(&self) -> i64 {
        self.revision
    }

    /// Something before the newest is missing.
    pub fn has_gap(&self) -> bool {
        !self.ahead.is_empty()
    }

    /// What to ask for to get what came before; `None` when this is all.
    pub fn before(&self) -> Option<String> {
        self.from.map(|from| from.to_string())
    }

    /// Takes a line that came by itself: from LiveKit, or as the answer to one's own message.
    pub fn take(&mut self, line: ChatLine) {
        let Some(revision) = line.revision else { return self.hold_one(line) };
        self.put(line);
        if revision > self.revision {
            self.ahead.insert(revision);
            self.close_gap();
        }
        self.trim();
    }

    /// Takes what changed since [`Self::revision`]. When there was too much of it, the log starts over with what
    /// [`Self::open`] gets; then this answers false.
    #[must_use = "false asks for the newest piece of the history"]
    pub fn catch_up(&mut self, page: ChatPage) -> bool {
        if page.next.is_some() {
            return false;
        }
        self.is_open = true;
        page.items.into_iter().for_each(|line| self.put(line));
        self.revision = self.revision.max(page.revision);
        self.ahead = self.ahead.split_off(&(self.revision + 1));
        self.close_gap();
        self.hold(page.held);
        self.trim();
        true
    }

    /// Takes the piece of the history that came before. It may have been read before changes that are known here passed
    /// over its lines, which were not loaded: [`Self::catch_up`] after it.
    pub fn prepend(&mut self, page: ChatPage) {
        self.from = place(page.next);
        self.revision = self.revision.min(page.revision);
        page.items.into_iter().for_each(|line| self.put(line));
        self.extra = self.lines.len();
    }

    /// A line replaces an older form of itself. One from before what is loaded would stand alone: it comes when its
    /// piece is loaded.
    fn put(&mut self, line: ChatLine) {
        let is_older = self.lines.get(&line.number).is_some_and(|known| known.revision >= line.revision);
        if !is_older && self.is_loaded(line.number) {
            self.held.remove(&line.number);
            self.lines.insert(line.number, line);
        }
    }

    /// A line of that number would be here, if there is one.
    pub fn is_loaded(&self, number: i64) -> bool {
        self.from.is_none_or(|from| number >= from)
    }

    fn close_gap(&mut self) {
        while self.ahead.remove(&(self.revision + 1)) {
            self.revision += 1;
        }
    }

    fn hold_one(&mut self, line: ChatLine) {
        if self.is_loaded(line.number) && !self.lines.contains_key(&line.number) {
            self.held.insert(line.number);
            self.lines.insert(line.number, line);
        }
    }

    /// What is held back now: what was and is not any more was removed before anybody else saw it.
    fn hold(&mut self, now: Vec<ChatLine>) {
        for number in std::mem::take(&mut self.held) {
            self.lines.remove(&number);
        }
        now.into_iter().for_each(|line| self.hold_one(line));
    }

    fn trim(&mut self) {
        while self.lines.len() > MAX_LINES + self.extra {
            let Some((number, _)) = self.lines.pop_first() else { return };
            self.held.remove(&number);
            self.from = self.lines.first_key_value().map(|(first, _)| *first);
        }
    }
}

/// The place that a piece of the history ends at.
fn place(cursor: Option<String>) -> Option<i64> {
    cursor?.parse().ok()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::domain::{
        chat::{ChatAuthor, ChatRole, LineContent},
        id::LineId,
        timestamp::Timestamp,
    };

    /// A server in a few lines: what the database holds, without a database.
    #[derive(Default)]
    struct Server {
        lines: BTreeMap<i64, ChatLine>,
        numbers: i64,
        revision: i64,
    }

    const PIECE: usize = 4;

    impl Server {
        fn send(&mut self, is_held: bool) -> ChatLine {
            self.numbers += 1;
            let author =
                ChatAuthor { username: Some("bob".into()), display_name: Some("Bob".into()), role: ChatRole::Viewer };
            let line = ChatLine {
                id: LineId(self.numbers.to_string()),
                number: self.numbers,
                revision: (!is_held).then(|| self.next_revision()),
                sent_at: Timestamp(0),
                content: LineContent::Message { author, text: self.numbers.to_string() },
            };
            self.lines.insert(line.number, line.clone());
            line
        }

        fn next_revision(&mut self) -> i64 {
            self.revision += 1;
            self.revision
        }

        fn release(&mut self, number: i64) -> Option<ChatLine> {
            self.lines.get(&number).filter(|line| line.revision.is_none())?;
            let revision = self.next_revision();
            let line = self.lines.get_mut(&number)?;
            line.revision = Some(revision);
            Some(line.clone())
        }

        fn delete(&mut self, number: i64) -> Option<ChatLine> {
            let line = self.lines.get(&number)?.clone();
            if line.revision.is_none() {
                self.lines.remove(&number);
                return None;
            }
            let revision = self.next_revision();
            let line = self.lines.get_mut(&number)?;
            line.revision = Some(revision);
            line.content = LineContent::Deleted { author: line.author()?.clone() };
            Some(line.clone())
        }

        fn held(&self, is_staff: bool) -> Vec<ChatLine> {
            self.lines.values().filter(|line| is_staff && line.revision.is_none()).cloned().collect()
        }

        fn newest(&self, before: Option<i64>, is_staff: bool) -> ChatPage {
            let shown = |line: &&ChatLine| line.revision.is_some() && before.is_none_or(|before| line.number < before);
            let mut items: Vec<_> = self.lines.values().rev().filter(shown).take(PIECE + 1).cloned().collect();
            let more = items.len() > PIECE;
            items.truncate(PIECE);
            let next = items.last().filter(|_| more).map(|line| line.number.to_string());
            ChatPage { items, next, revision: self.revision, held: self.held(is_staff) }
        }

        fn since(&self, revision: i64, is_staff: bool) -> ChatPage {
            let mut items: Vec<_> =
                self.lines.values().filter(|line| line.revision > Some(revision)).cloned().collect();
            items.sort_by_key(|line| line.revision);
            let next = (items.len() > 2 * PIECE).then(|| "more".to_owned());
            ChatPage { items, next, revision: self.revision, held: self.held(is_staff) }
        }
    }

    /// A page: it hears some of what is sent, and catches up now and then.
    struct Client {
        log: ChatLog,
        is_staff: bool,
        /// On their way, and not always in order.
        coming: Vec<ChatLine>,
    }

    impl Client {
        fn catch_up(&mut self, server: &Server) {
            let page = server.since(self.log.revision(), self.is_staff);
            if !self.log.catch_up(page) {
                self.log = ChatLog::open(server.newest(None, self.is_staff));
            }
        }

        fn load_all(&mut self, server: &Server) {
            while let Some(before) = self.log.before() {
                self.log.prepend(server.newest(before.parse().ok(), self.is_staff));
            }
            self.catch_up(server);
        }
    }

    #[derive(Clone, Debug)]
    enum Step {
        Send { is_held: bool },
        Release(usize),
        Delete(usize),
        Hear { client: usize, which: usize, twice: bool },
        Lose { client: usize },
        CatchUp { client: usize },
        Older { client: usize },
        Reload { client: usize },
    }

    fn steps() -> impl Strategy<Value = Vec<Step>> {
        let client = 0..3_usize;
        let step = prop_oneof![
            4 => any::<bool>().prop_map(|is_held| Step::Send { is_held }),
            2 => (0..30_usize).prop_map(Step::Release),
            1 => (0..30_usize).prop_map(Step::Delete),
            8 => (client.clone(), 0..4_usize, any::<bool>())
                .prop_map(|(client, which, twice)| Step::Hear { client, which, twice }),
            1 => client.clone().prop_map(|client| Step::Lose { client }),
            2 => client.clone().prop_map(|client| Step::CatchUp { client }),
            1 => client.clone().prop_map(|client| Step::Older { client }),
            1 => client.prop_map(|client| Step::Reload { client }),
        ];
        prop::collection::vec(step, 0..120)
    }

    fn nth(server: &Server, n: usize) -> i64 {
        let count = server.lines.len().max(1);
        server.lines.keys().nth(n % count).copied().unwrap_or(0)
    }

    fn run(server: &mut Server, clients: &mut [Client], step: Step) {
        let mut news = None;
        match step {
            Step::Send { is_held } => news = Some(server.send(is_held)).filter(|line| line.revision.is_some()),
            Step::Release(n) => news = server.release(nth(server, n)),
            Step::Delete(n) => news = server.delete(nth(server, n)),
            Step::Hear { client, which, twice } => {
                let client = &mut clients[client];
                if !client.coming.is_empty() {
                    let line = client.coming.remove(which % client.coming.len());
                    if twice {
                        client.log.take(line.clone());
                    }
                    client.log.take(line);
                }
            }
            Step::Lose { client } => clients[client].coming.clear(),
            Step::CatchUp { client } => clients[client].catch_up(server),
            Step::Older { client } => {
                let client = &mut clients[client];
                if let Some(before) = client.log.before().and_then(|before| before.parse().ok()) {
                    client.log.prepend(server.newest(Some(before), client.is_staff));
                    client.catch_up(server);
                }
            }
            Step::Reload { client } => {
                let client = &mut clients[client];
                client.log = ChatLog::open(server.newest(None, client.is_staff));
            }
        }
        for client in clients {
            client.coming.extend(news.clone());
        }
    }

    proptest! {
        #[test]
        fn whatever_was_lost_doubled_or_late_all_have_the_same_list_in_the_end(steps in steps()) {
            let mut server = Server::default();
            let mut clients: Vec<_> = [false, false, true]
                .map(|is_staff| Client { log: ChatLog::default(), is_staff, coming: Vec::new() })
                .into();
            for step in steps {
                run(&mut server, &mut clients, step);
                for client in &clients {
                    let numbers: Vec<_> = client.log.lines().map(|line| line.number).collect();
                    prop_assert!(numbers.is_sorted(), "in order at any time");
                }
            }
            for client in &mut clients {
                client.catch_up(&server);
                prop_assert!(!client.log.has_gap());
                prop_assert_eq!(client.log.revision(), server.revision);
                // No hole in what is shown: from the first line on, it is what the server has.
                let first = client.log.lines().next().map_or(0, |line| line.number);
                let expected: Vec<_> = server
                    .lines
                    .values()
                    .filter(|line| line.revision.is_some() || client.is_staff)
                    .filter(|line| line.number >= first || client.log.before().is_none())
                    .collect();
                prop_assert_eq!(client.log.lines().collect::<Vec<_>>(), expected);
                client.load_all(&server);
                let everything: Vec<_> =
                    server.lines.values().filter(|line| line.revision.is_some() || client.is_staff).collect();
                prop_assert_eq!(client.log.lines().collect::<Vec<_>>(), everything);
            }
        }
    }

    #[test]
    fn what_is_held_back_is_known_by_its_author_until_it_is_let_go() {
        let mut server = Server::default();
        let mut log = ChatLog::open(server.newest(None, false));
        let held = server.send(true);
        log.take(held.clone());
        assert!(log.holds_back("bob") && !log.holds_back("eve"));
        log.take(server.release(held.number).expect("held"));
        assert!(!log.holds_back("bob"));
        assert_eq!(log.line(held.number).and_then(|line| line.revision), Some(1));
    }

    #[test]
    fn a_chat_is_open_once_the_server_has_told_of_it() {
        let mut server = Server::default();
        let mut log = ChatLog::default();
        log.take(server.send(false));
        assert!(!log.is_open());
        assert!(log.catch_up(server.since(0, false)));
        assert!(log.is_open() && ChatLog::open(server.newest(None, false)).is_open());
    }

    #[test]
    fn a_page_keeps_only_so_many_lines() {
        let mut server = Server::default();
        let mut log = ChatLog::open(server.newest(None, false));
        for _ in 0..MAX_LINES + 3 {
            log.take(server.send(false));
        }
        assert_eq!(log.len(), MAX_LINES);
        assert_eq!(log.before().as_deref(), Some("4"));
        log.prepend(server.newest(Some(4), false));
        assert_eq!((log.len(), log.before()), (MAX_LINES + 3, None));
        log.take(server.send(false));
        assert_eq!(log.before(), None, "what somebody has just asked for stays");
    }

    #[test]
    fn a_removal_counts_that_came_before_the_piece_that_it_is_about() {
        let mut server = Server::default();
        for _ in 0..2 * PIECE {
            server.send(false);
        }
        let mut log = ChatLog::open(server.newest(None, false));
        let late = server.newest(Some(5), false);
        log.take(server.delete(2).expect("a tombstone"));
        log.prepend(late);
        assert!(log.catch_up(server.since(log.revision(), false)));
        let second = log.lines().find(|line| line.number == 2).expect("loaded");
        assert!(matches!(second.content, LineContent::Deleted { .. }));
    }
}
