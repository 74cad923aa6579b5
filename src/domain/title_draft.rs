//! A title while it is edited in place: what the field shows, and what is to be saved.
//!
//! Promises: what somebody types is never replaced by an update from elsewhere, a failed save keeps the text, only
//! one save is under way at a time, and the last text that was typed is the last one saved.

use super::title::Title;

/// How saving goes.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum TitleSaving {
    /// Nothing to save.
    #[default]
    Idle,
    /// On its way to the server.
    Saving,
    /// The server has it.
    Saved,
    /// It was not saved, with the reason; the text is still in the field.
    Failed(String),
}

/// The field and what is known of the server's title.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct TitleDraft {
    text: String,
    server: String,
    is_focused: bool,
    /// The text was changed here and is not saved yet.
    is_edited: bool,
    in_flight: Option<String>,
    /// While it was on its way, the server's title became another one.
    is_overtaken: bool,
    saving: TitleSaving,
}

impl TitleDraft {
    /// A field that shows the server's title.
    pub fn new(title: &str) -> Self {
        Self { text: title.to_owned(), server: title.to_owned(), ..Self::default() }
    }

    /// What the field shows.
    pub fn text(&self) -> &str {
        &self.text
    }

    /// What stands beside the field.
    pub fn saving(&self) -> &TitleSaving {
        &self.saving
    }

    /// The caret came into the field.
    pub fn enter(&mut self) {
        self.is_focused = true;
    }

    /// Somebody typed. A save is due one second after the last of these.
    pub fn type_text(&mut self, text: String) {
        self.text = text;
        self.is_edited = true;
        if self.in_flight.is_none() {
            self.saving = TitleSaving::Idle;
        }
    }

    /// A save is due (by time, by Enter, or by trying again): gives what to send, if anything.
    pub fn save(&mut self) -> Option<Title> {
        if !self.is_edited || self.in_flight.is_some() {
            return None;
        }
        match Title::parse(&self.text) {
            Err(invalid) => {
                self.saving = TitleSaving::Failed(invalid.to_string());
                None
            }
            Ok(title) if title.as_str() == self.server => {
                self.settle();
                self.saving = TitleSaving::Idle;
                None
            }
            Ok(title) => {
                self.saving = TitleSaving::Saving;
                self.in_flight = Some(title.as_str().to_owned());
                self.is_overtaken = false;
                Some(title)
            }
        }
    }

    /// The caret left the field: gives what to send, if anything.
    pub fn leave(&mut self) -> Option<Title> {
        self.is_focused = false;
        if !self.is_edited {
            self.text.clone_from(&self.server);
        }
        self.save()
    }

    /// Gives up what was typed and shows the server's title again. Says whether there was anything to give up.
    pub fn revert(&mut self) -> bool {
        if self.in_flight.is_some() {
            return false;
        }
        let is_other = self.is_edited || self.text != self.server;
        self.text.clone_from(&self.server);
        self.is_edited = false;
        self.saving = TitleSaving::Idle;
        is_other
    }

    /// The server has saved it as `title`. Gives what to send next, if more was typed meanwhile.
    pub fn saved(&mut self, title: &str) -> Option<Title> {
        let sent = self.in_flight.take();
        if !self.is_overtaken {
            self.server = title.to_owned();
        }
        self.saving = TitleSaving::Saved;
        if sent.as_deref() == Some(self.text.trim()) {
            self.settle();
            return None;
        }
        self.save()
    }

    /// The server did not save it.
    pub fn failed(&mut self, message: String) {
        self.in_flight = None;
        self.saving = TitleSaving::Failed(message);
    }

    /// The server's title changed, from here or from elsewhere.
    pub fn update(&mut self, title: &str) {
        // What is known already was saved before, and is told late.
        let is_news = title != self.server;
        let is_another = self.in_flight.as_deref().is_some_and(|sent| sent != title);
        self.is_overtaken = is_another && (is_news || self.is_overtaken);
        self.server = title.to_owned();
        if !self.is_focused && !self.is_edited {
            if self.text != self.server {
                self.saving = TitleSaving::Idle;
            }
            self.text.clone_from(&self.server);
        }
    }

    /// Nothing is left to save. The text keeps its spaces while the caret is in it.
    fn settle(&mut self) {
        self.is_edited = false;
        if !self.is_focused {
            self.text.clone_from(&self.server);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sent(title: Option<Title>) -> Option<String> {
        title.map(|title| title.as_str().to_owned())
    }

    fn typed(text: &str) -> TitleDraft {
        let mut draft = TitleDraft::new("Old");
        draft.enter();
        draft.type_text(text.to_owned());
        draft
    }

    #[test]
    fn an_update_from_elsewhere_shows_when_nobody_types() {
        let mut draft = TitleDraft::new("Old");
        draft.update("From elsewhere");
        assert_eq!(draft.text(), "From elsewhere");
    }

    #[test]
    fn an_update_from_elsewhere_never_replaces_what_is_typed() {
        let mut draft = typed("Mine");
        draft.update("From elsewhere");
        assert_eq!(draft.text(), "Mine");
        assert_eq!(sent(draft.leave()), Some("Mine".into()));
        draft.update("Again from elsewhere");
        assert_eq!(draft.text(), "Mine");
        draft.failed("No".into());
        draft.update("Once more");
        assert_eq!(draft.text(), "Mine");
    }

    #[test]
    fn a_caret_in_the_field_holds_updates_back_until_it_leaves() {
        let mut draft = TitleDraft::new("Old");
        draft.enter();
        draft.update("From elsewhere");
        assert_eq!(draft.text(), "Old");
        assert_eq!(draft.leave(), None);
        assert_eq!(draft.text(), "From elsewhere");
    }

    #[test]
    fn what_is_saved_is_shown_as_the_server_has_it() {
        let mut draft = typed("  New ");
        assert_eq!(sent(draft.leave()), Some("New".into()));
        assert_eq!(draft.saving(), &TitleSaving::Saving);
        assert_eq!(draft.saved("New"), None);
        assert_eq!((draft.text(), draft.saving()), ("New", &TitleSaving::Saved));
        assert_eq!(draft.save(), None, "nothing is left to save");
    }

    #[test]
    fn a_title_from_elsewhere_that_is_newer_than_the_saved_one_stays() {
        let mut draft = typed("Mine");
        assert_eq!(sent(draft.leave()), Some("Mine".into()));
        draft.update("Mine");
        draft.update("Newer, from elsewhere");
        assert_eq!(draft.saved("Mine"), None);
        assert_eq!((draft.text(), draft.saving()), ("Newer, from elsewhere", &TitleSaving::Saved));
    }

    #[test]
    fn what_is_told_late_of_an_earlier_save_does_not_take_back_the_last() {
        let mut draft = typed("First");
        draft.save();
        draft.type_text("Last".into());
        assert_eq!(sent(draft.saved("First")), Some("Last".into()));
        draft.update("First");
        assert_eq!(draft.saved("Last"), None);
        draft.leave();
        assert_eq!((draft.text(), draft.saving()), ("Last", &TitleSaving::Saved));
    }

    #[test]
    fn the_text_keeps_its_spaces_while_the_caret_is_in_it() {
        let mut draft = typed("New ");
        assert!(draft.save().is_some());
        draft.saved("New");
        assert_eq!(draft.text(), "New ");
    }

    #[test]
    fn what_was_typed_during_a_save_is_saved_after_it() {
        let mut draft = typed("First");
        assert_eq!(sent(draft.save()), Some("First".into()));
        draft.type_text("Second".into());
        assert_eq!(draft.save(), None);
        assert_eq!(sent(draft.saved("First")), Some("Second".into()));
        assert_eq!((draft.text(), draft.saving()), ("Second", &TitleSaving::Saving));
    }

    #[test]
    fn a_failed_save_keeps_the_text_and_can_be_tried_again() {
        let mut draft = typed("New");
        draft.save();
        draft.failed("The server can't be reached.".into());
        assert_eq!(draft.text(), "New");
        assert_eq!(draft.saving(), &TitleSaving::Failed("The server can't be reached.".into()));
        assert_eq!(sent(draft.save()), Some("New".into()));
    }

    #[test]
    fn a_title_that_breaks_a_rule_is_not_sent() {
        let mut draft = typed("   ");
        assert_eq!(draft.save(), None);
        assert!(matches!(draft.saving(), TitleSaving::Failed(_)));
        draft.type_text("Fine".into());
        assert_eq!(draft.saving(), &TitleSaving::Idle);
    }

    #[test]
    fn what_the_server_already_has_is_not_sent() {
        let mut draft = typed("Old ");
        assert_eq!(draft.leave(), None);
        assert_eq!((draft.text(), draft.saving()), ("Old", &TitleSaving::Idle));
    }

    #[test]
    fn escape_brings_the_old_title_back() {
        let mut draft = typed("Mistake");
        assert!(draft.revert());
        assert_eq!(draft.text(), "Old");
        assert_eq!(draft.save(), None);
        assert!(!draft.revert(), "there is nothing more to give up");
    }
}
