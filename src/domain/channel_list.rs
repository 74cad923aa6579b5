//! The list of channels as a page has it: the first piece, which is read again and again, and what was added below it.
//!
//! A channel is in it once, whatever went on or off air between two answers.

use super::{channel::ChannelCard, page::Page};

/// Live channels, then the others, as far as they are loaded.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ChannelList {
    cards: Vec<ChannelCard>,
    next: Option<String>,
    /// There is more in it than the first piece.
    is_extended: bool,
}

impl ChannelList {
    /// Begins with a piece.
    pub fn new(page: Page<ChannelCard>) -> Self {
        Self { cards: page.items, next: page.next, is_extended: false }
    }

    /// Channels on air.
    pub fn live(&self) -> Vec<ChannelCard> {
        self.cards.iter().filter(|card| card.is_live).cloned().collect()
    }

    /// The others.
    pub fn off_air(&self) -> Vec<ChannelCard> {
        self.cards.iter().filter(|card| !card.is_live).cloned().collect()
    }

    /// How many there are.
    pub fn count(&self) -> usize {
        self.cards.len()
    }

    /// What to ask for to get more of it.
    pub fn next(&self) -> Option<&str> {
        self.next.as_deref()
    }

    /// Takes the first piece as it is now. What was added below it stays: of that nothing newer is known.
    pub fn refresh(&mut self, first: Page<ChannelCard>) {
        // With nothing after the first piece, what is not in it is not there any more.
        if !self.is_extended || first.next.is_none() {
            *self = Self::new(first);
            return;
        }
        let before = std::mem::replace(&mut self.cards, first.items);
        // Who was live and is not in the first piece, which begins with who just ended, has no channel any more.
        self.add(before.into_iter().filter(|card| !card.is_live).collect());
    }

    /// Adds what comes below; gives the first that was not there yet.
    pub fn extend(&mut self, more: Page<ChannelCard>) -> Option<String> {
        let before = self.cards.len();
        self.add(more.items);
        self.next = more.next;
        self.is_extended = true;
        self.cards.get(before).map(|card| card.username.clone())
    }

    fn add(&mut self, cards: Vec<ChannelCard>) {
        for card in cards {
            if self.cards.iter().all(|known| known.username != card.username) {
                self.cards.push(card);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn card(username: &str, is_live: bool) -> ChannelCard {
        ChannelCard {
            username: username.to_owned(),
            display_name: username.to_owned(),
            picture: None,
            title: "t".to_owned(),
            thumbnail: None,
            is_live,
            started_at: None,
            last_live_at: None,
            viewer_count: 0,
        }
    }

    fn page(live: &[&str], off_air: &[&str], next: Option<&str>) -> Page<ChannelCard> {
        let live = live.iter().map(|name| card(name, true));
        let items = live.chain(off_air.iter().map(|name| card(name, false))).collect();
        Page { items, next: next.map(str::to_owned) }
    }

    fn names(list: &ChannelList) -> Vec<&str> {
        list.cards.iter().map(|card| card.username.as_str()).collect()
    }

    #[test]
    fn a_list_that_was_not_extended_is_what_came_last() {
        let mut list = ChannelList::new(page(&["a"], &["b"], Some("1")));
        list.refresh(page(&["c"], &["a"], Some("2")));
        assert_eq!((names(&list), list.next()), (vec!["c", "a"], Some("2")));
    }

    #[test]
    fn what_was_added_stays_below_a_new_first_piece() {
        let mut list = ChannelList::new(page(&["a"], &["b", "c"], Some("1")));
        assert_eq!(list.extend(page(&[], &["c", "d", "e"], Some("2"))).as_deref(), Some("d"));
        assert_eq!((names(&list), list.next()), (vec!["a", "b", "c", "d", "e"], Some("2")));
        // `a` ended and pushes `c` out of the first piece; `d` went on air.
        list.refresh(page(&["d"], &["a", "b"], Some("3")));
        assert_eq!((names(&list), list.next()), (vec!["d", "a", "b", "c", "e"], Some("2")));
    }

    #[test]
    fn who_is_gone_goes() {
        let mut list = ChannelList::new(page(&["a"], &["b"], Some("1")));
        list.extend(page(&[], &["c"], None));
        list.refresh(page(&[], &["b"], Some("2")));
        assert_eq!(names(&list), ["b", "c"], "`a` was live and is nowhere now");
        list.refresh(page(&[], &["b"], None));
        assert_eq!(names(&list), ["b"], "all there is is in the first piece");
    }

    #[test]
    fn nothing_new_is_nothing_to_go_to() {
        let mut list = ChannelList::new(page(&[], &["a"], Some("1")));
        assert_eq!(list.extend(page(&[], &["a"], None)), None);
        assert_eq!((names(&list), list.next()), (vec!["a"], None));
    }
}
