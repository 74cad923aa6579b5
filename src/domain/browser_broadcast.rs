//! Going live from the browser: what is chosen, how far it is, and what is said about it.
//!
//! Choosing → opening the devices → previewing → connecting → on air, and back to choosing when it is over. Devices can
//! be changed from the preview on; what fails then leaves everything as it was. Whoever holds a [`BrowserBroadcast`]
//! does what its methods say is to be done.

use super::{
    capture::{CaptureFailure, Choice, Devices, Input},
    stream::StreamReport,
};
use crate::text;

/// Why a broadcast ended that was not stopped by its own button.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Ending {
    /// An encoder came.
    Encoder,
    /// Another window of the same creator went live.
    Elsewhere,
    /// Its creator ended the stream with another button, or elsewhere.
    Stopped,
    /// The server ended it.
    Removed,
    /// The connection broke, and could not be mended.
    Lost,
}

impl Ending {
    /// By its name in scripts.
    pub fn parse(name: &str) -> Self {
        match name {
            "elsewhere" => Self::Elsewhere,
            "removed" => Self::Removed,
            _ => Self::Lost,
        }
    }

    /// Of a window that the server put out, when the stream looks so right after it.
    pub fn of_put_out(report: &StreamReport) -> Self {
        let controls = &report.controls;
        // Without a key no encoder comes, and there is nothing to keep out.
        if controls.ended_by_creator || !controls.has_key {
            Self::Stopped
        } else if report.status.is_sending() {
            Self::Encoder
        } else {
            Self::Removed
        }
    }

    fn message(self) -> Message {
        match self {
            Self::Encoder => Message::news(text!(browser_broadcast.encoder_took_over)),
            Self::Elsewhere => Message::news(text!(browser_broadcast.window_took_over)),
            Self::Stopped => Message::news(text!(browser_broadcast.stopped)),
            Self::Removed => Message::failure(text!(browser_broadcast.removed)),
            Self::Lost => Message::failure(text!(browser_broadcast.connection_broke)),
        }
    }
}

/// Something to say.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Message {
    /// In words.
    pub text: String,
    /// It is about something that failed.
    pub is_failure: bool,
}

impl Message {
    fn news(text: &str) -> Self {
        Self { text: text.to_owned(), is_failure: false }
    }

    fn failure(text: impl Into<String>) -> Self {
        Self { text: text.into(), is_failure: true }
    }
}

/// How far it is.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Stage {
    /// Nothing is captured.
    #[default]
    Choosing,
    /// The browser asks whether it may capture, and does.
    Opening,
    /// Captured, and seen only here.
    Previewing,
    /// On its way on air.
    Connecting,
    /// On air.
    OnAir,
    /// On air, while the connection is being mended.
    Reconnecting,
}

impl Stage {
    /// Its name for styles and tests.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Choosing => "choosing",
            Self::Opening => "opening",
            Self::Previewing => "previewing",
            Self::Connecting => "connecting",
            Self::OnAir => "on-air",
            Self::Reconnecting => "reconnecting",
        }
    }

    /// Something is captured.
    pub fn has_preview(self) -> bool {
        !matches!(self, Self::Choosing | Self::Opening)
    }

    /// Viewers get it.
    pub fn is_on_air(self) -> bool {
        matches!(self, Self::OnAir | Self::Reconnecting)
    }
}

/// What somebody does.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum BrowserBroadcastAction {
    /// Wants something else.
    Choose(Choice),
    /// Wants to see it here first.
    Preview,
    /// Wants to be on air.
    GoLive,
    /// Wants to be off air, or no preview any more.
    Stop,
    /// Wants the microphone silent, or not.
    ToggleMute,
}

/// What is to be done next about what is captured.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Next {
    /// It is what is wanted.
    Nothing,
    /// Capture what is wanted.
    Open,
    /// Nothing is left: everything stops.
    Stop,
}

/// A broadcast from the browser.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct BrowserBroadcast {
    /// How far it is.
    pub stage: Stage,
    /// What is wanted.
    pub choice: Choice,
    /// What is captured, once there is a preview.
    captured: Choice,
    /// What there is to choose from.
    pub devices: Devices,
    /// The choice has changed, and what is captured follows.
    pub is_changing: bool,
    /// The microphone is silent.
    pub is_muted: bool,
    /// What there is to say.
    pub message: Option<Message>,
}

impl BrowserBroadcast {
    /// Takes a choice. Says whether it has to be captured now.
    pub fn choose(&mut self, choice: Choice) -> bool {
        if choice.is_nothing() {
            self.message = Some(Message::failure(text!(browser_broadcast.nothing_to_send)));
            return false;
        }
        self.message = None;
        self.is_changing = self.stage.has_preview() && choice != self.choice;
        self.choice = choice;
        self.is_changing
    }

    /// Begins to capture what is chosen.
    pub fn open(&mut self) {
        self.stage = Stage::Opening;
        self.message = None;
    }

    /// That is captured. Something else may be wanted by now.
    pub fn opened(&mut self, captured: Choice) -> Next {
        self.captured = captured;
        if self.captured != self.choice {
            return Next::Open;
        }
        self.is_changing = false;
        if self.stage == Stage::Opening {
            self.stage = Stage::Previewing;
        }
        Next::Nothing
    }

    /// What was `tried` cannot be captured; what was before still is, once there is a preview. Only what failed is taken
    /// back: who has turned the microphone off meanwhile is not heard again.
    pub fn open_failed(&mut self, failure: &CaptureFailure, tried: &Choice) -> Next {
        let next = if self.stage == Stage::Opening {
            self.stage = Stage::Choosing;
            Next::Nothing
        } else {
            self.take_back(failure.input(), tried)
        };
        if next == Next::Stop {
            self.stopped();
            self.choice = Choice::default();
        }
        self.is_changing = next == Next::Open;
        self.message = Some(Message::failure(failure.message()));
        next
    }

    fn take_back(&mut self, failed: Input, tried: &Choice) -> Next {
        if self.choice.has_same(tried, failed) {
            self.choice.take_back(failed, &self.captured);
        }
        // What fails for another reason than it says would fail for ever.
        if self.choice == *tried {
            self.choice = self.captured.clone();
        }
        if self.choice.is_nothing() {
            Next::Stop
        } else if self.choice == self.captured {
            Next::Nothing
        } else {
            Next::Open
        }
    }

    /// Begins to go on air.
    pub fn connect(&mut self) {
        self.stage = Stage::Connecting;
        self.message = None;
    }

    /// Is on air.
    pub fn connected(&mut self) {
        self.stage = Stage::OnAir;
    }

    /// Is not, for that reason; the preview stays.
    pub fn connect_failed(&mut self, reason: String) {
        self.stage = Stage::Previewing;
        self.message = Some(Message::failure(reason));
    }

    /// The connection is being mended, or is mended.
    pub fn reconnecting(&mut self, is_reconnecting: bool) {
        if self.stage.is_on_air() {
            self.stage = if is_reconnecting { Stage::Reconnecting } else { Stage::OnAir };
        }
    }

    /// An input ended by itself. Says whether nothing is left, and so everything has to stop. What is on its way in its
    /// place comes all the same.
    pub fn lost(&mut self, input: Input) -> bool {
        let is_wanted = !self.stage.has_preview() || self.choice.has_same(&self.captured, input);
        self.captured.lose(input);
        if !is_wanted || !self.choice.lose(input) {
            return false;
        }
        let what = match input {
            Input::Camera => text!(browser_broadcast.camera_gone),
            Input::Microphone => text!(browser_broadcast.microphone_gone),
            Input::Devices => text!(browser_broadcast.devices_gone),
            Input::Screen => text!(browser_broadcast.screen_gone),
        };
        let is_on_air = self.stage.is_on_air();
        if self.choice.is_nothing() {
            self.stopped();
            self.choice = Choice::default();
            let words = if is_on_air {
                text!(browser_broadcast.gone_and_over, what = what)
            } else {
                text!(browser_broadcast.gone, what = what)
            };
            self.message = Some(Message::failure(words));
            return true;
        }
        let words = match input {
            Input::Microphone => text!(browser_broadcast.goes_on_without_microphone, what = what),
            _ if is_on_air => text!(browser_broadcast.goes_on_without_picture, what = what),
            _ => text!(browser_broadcast.gone_choose_another, what = what),
        };
        self.message = Some(Message::failure(words));
        false
    }

    /// Its creator stopped it.
    pub fn stopped(&mut self) {
        let was_on_air = self.stage.is_on_air();
        self.stage = Stage::Choosing;
        self.is_changing = false;
        self.message = was_on_air.then(|| Message::news(text!(browser_broadcast.stopped)));
    }

    /// The server put this window out; why, is said by [`Self::explain`].
    pub fn put_out(&mut self) {
        self.stopped();
        self.message = None;
    }

    /// Says why this window was put out, unless its creator is at something new already.
    pub fn explain(&mut self, ending: Ending) {
        if self.stage == Stage::Choosing && self.message.is_none() {
            self.message = Some(ending.message());
        }
    }

    /// It ended otherwise.
    pub fn ended(&mut self, ending: Ending) {
        self.stopped();
        self.message = Some(ending.message());
    }
}

#[cfg(test)]
mod tests {
    use super::{
        super::{capture::Picture, channel::StreamStatus, stream::Controls},
        *,
    };

    fn on_air() -> BrowserBroadcast {
        let mut broadcast = BrowserBroadcast::default();
        broadcast.open();
        broadcast.opened(Choice::default());
        broadcast.connect();
        broadcast.connected();
        broadcast
    }

    fn text(broadcast: &BrowserBroadcast) -> &str {
        broadcast.message.as_ref().map_or("", |message| &message.text)
    }

    fn silent() -> Choice {
        Choice { has_microphone: false, ..Choice::default() }
    }

    fn with_microphone(id: &str) -> Choice {
        Choice { microphone: id.into(), ..Choice::default() }
    }

    fn no_screen() -> CaptureFailure {
        CaptureFailure::parse("screen:NotAllowedError")
    }

    fn with_screen() -> Choice {
        Choice { picture: Picture::Screen, ..Choice::default() }
    }

    #[test]
    fn it_goes_on_air_by_way_of_a_preview() {
        let mut broadcast = BrowserBroadcast::default();
        let mut stages = vec![broadcast.stage.as_str()];
        let opened = |broadcast: &mut BrowserBroadcast| assert_eq!(broadcast.opened(Choice::default()), Next::Nothing);
        for step in [
            BrowserBroadcast::open,
            opened,
            BrowserBroadcast::connect,
            BrowserBroadcast::connected,
            BrowserBroadcast::stopped,
        ] {
            step(&mut broadcast);
            stages.push(broadcast.stage.as_str());
        }
        assert_eq!(stages, ["choosing", "opening", "previewing", "connecting", "on-air", "choosing"]);
        assert_eq!(text(&broadcast), "You stopped streaming.");
    }

    #[test]
    fn a_choice_is_captured_at_once_only_when_something_else_is() {
        let mut broadcast = BrowserBroadcast::default();
        assert!(!broadcast.choose(with_screen()));
        let mut broadcast = on_air();
        assert!(broadcast.choose(with_screen()) && broadcast.is_changing);
        assert_eq!(broadcast.opened(with_screen()), Next::Nothing);
        assert_eq!((broadcast.stage, broadcast.is_changing), (Stage::OnAir, false));
        assert!(!broadcast.choose(with_screen()), "it is what there is already");
    }

    #[test]
    fn nothing_cannot_be_chosen() {
        let mut broadcast = BrowserBroadcast::default();
        let nothing = Choice { picture: Picture::Nothing, has_microphone: false, ..Choice::default() };
        assert!(!broadcast.choose(nothing));
        assert_eq!(broadcast.choice, Choice::default());
        assert!(text(&broadcast).contains("nothing to send"));
    }

    #[test]
    fn a_device_that_cannot_be_had_changes_nothing_on_air() {
        let mut broadcast = on_air();
        broadcast.choose(with_screen());
        assert_eq!(broadcast.open_failed(&no_screen(), &with_screen()), Next::Nothing);
        assert_eq!((broadcast.stage, &broadcast.choice), (Stage::OnAir, &Choice::default()));
        assert!(text(&broadcast).contains("No screen was shared"));
    }

    #[test]
    fn what_is_chosen_meanwhile_comes_after_it() {
        let mut broadcast = on_air();
        broadcast.choose(with_screen());
        let wanted = Choice { has_microphone: false, ..with_screen() };
        broadcast.choose(wanted.clone());
        assert_eq!((broadcast.opened(with_screen()), broadcast.is_changing), (Next::Open, true));
        assert_eq!((broadcast.opened(wanted), broadcast.is_changing), (Next::Nothing, false));
    }

    #[test]
    fn a_microphone_that_is_turned_off_stays_off_when_the_one_before_it_fails() {
        let mut broadcast = on_air();
        let other = with_microphone("other");
        broadcast.choose(other.clone());
        broadcast.choose(silent());
        let failure = CaptureFailure::parse("microphone:NotReadableError");
        assert_eq!((broadcast.open_failed(&failure, &other), broadcast.is_changing), (Next::Open, true));
        assert_eq!(broadcast.choice, silent());
        assert_eq!(broadcast.opened(silent()), Next::Nothing);

        let mut broadcast = on_air();
        broadcast.choose(with_screen());
        broadcast.choose(Choice { has_microphone: false, ..with_screen() });
        assert_eq!(broadcast.open_failed(&no_screen(), &with_screen()), Next::Open);
        assert_eq!(broadcast.choice, silent(), "the screen is taken back, the silence is not");
    }

    #[test]
    fn what_fails_again_and_again_is_tried_once() {
        let mut broadcast = on_air();
        broadcast.choose(with_screen());
        assert_eq!(
            broadcast.open_failed(&CaptureFailure::parse("microphone:AbortError"), &with_screen()),
            Next::Nothing
        );
        assert_eq!((&broadcast.choice, broadcast.is_changing), (&Choice::default(), false));
    }

    #[test]
    fn a_device_that_is_gone_while_another_is_chosen_takes_that_one_not_away() {
        let mut broadcast = on_air();
        let other = Choice { camera: "other".into(), ..silent() };
        broadcast.choose(silent());
        broadcast.opened(silent());
        broadcast.choose(other.clone());
        assert!(!broadcast.lost(Input::Camera));
        assert_eq!((broadcast.stage, &broadcast.choice), (Stage::OnAir, &other));
        assert_eq!(broadcast.opened(other), Next::Nothing);

        let sound = |id: &str| Choice { picture: Picture::Nothing, ..with_microphone(id) };
        let mut broadcast = on_air();
        broadcast.choose(sound(""));
        broadcast.opened(sound(""));
        broadcast.choose(sound("other"));
        assert!(!broadcast.lost(Input::Microphone));
        assert_eq!((broadcast.stage, &broadcast.choice), (Stage::OnAir, &sound("other")));
    }

    #[test]
    fn a_camera_that_is_gone_while_a_screen_is_chosen_takes_no_screen_away() {
        let mut broadcast = on_air();
        broadcast.choose(with_screen());
        assert!(!broadcast.lost(Input::Camera));
        assert_eq!((&broadcast.choice, text(&broadcast)), (&with_screen(), ""));
        assert_eq!(broadcast.opened(with_screen()), Next::Nothing);
        assert_eq!(broadcast.choice, with_screen());
    }

    #[test]
    fn a_camera_that_is_gone_does_not_come_back_when_no_screen_is_shared() {
        let mut broadcast = on_air();
        broadcast.choose(with_screen());
        broadcast.lost(Input::Camera);
        assert_eq!(broadcast.open_failed(&no_screen(), &with_screen()), Next::Nothing);
        assert_eq!((broadcast.stage, broadcast.choice.picture), (Stage::OnAir, Picture::Nothing));

        let mut broadcast = on_air();
        broadcast.choose(silent());
        broadcast.opened(silent());
        let screen = Choice { picture: Picture::Screen, ..silent() };
        broadcast.choose(screen.clone());
        broadcast.lost(Input::Camera);
        assert_eq!(broadcast.open_failed(&no_screen(), &screen), Next::Stop);
        assert_eq!(broadcast.stage, Stage::Choosing);
        assert!(text(&broadcast).contains("No screen was shared"));
    }

    #[test]
    fn a_first_choice_that_cannot_be_had_stays_chosen() {
        let mut broadcast = BrowserBroadcast::default();
        broadcast.choose(with_screen());
        broadcast.open();
        assert_eq!(broadcast.open_failed(&no_screen(), &with_screen()), Next::Nothing);
        assert_eq!((broadcast.stage, &broadcast.choice), (Stage::Choosing, &with_screen()));
    }

    #[test]
    fn the_preview_stays_when_going_live_fails() {
        let mut broadcast = BrowserBroadcast::default();
        broadcast.open();
        broadcast.opened(Choice::default());
        broadcast.connect();
        broadcast.connect_failed("Your encoder is streaming now.".into());
        assert_eq!((broadcast.stage, text(&broadcast)), (Stage::Previewing, "Your encoder is streaming now."));
    }

    #[test]
    fn a_screen_that_is_not_shared_any_more_leaves_the_sound_on_air() {
        let mut broadcast = on_air();
        broadcast.choose(with_screen());
        broadcast.opened(with_screen());
        assert!(!broadcast.lost(Input::Screen));
        assert_eq!((broadcast.stage, broadcast.choice.picture), (Stage::OnAir, Picture::Nothing));
        assert!(broadcast.lost(Input::Microphone), "nothing is left");
        assert_eq!((broadcast.stage, &broadcast.choice), (Stage::Choosing, &Choice::default()));
        assert!(text(&broadcast).ends_with("so your stream ended."));
    }

    #[test]
    fn an_ending_is_told_in_words() {
        for (ending, words) in [
            (Ending::Encoder, "Your encoder has taken over"),
            (Ending::Stopped, "You stopped"),
            (Ending::parse("elsewhere"), "another window"),
            (Ending::parse("removed"), "The server ended"),
            (Ending::parse("whatever"), "broke"),
        ] {
            let mut broadcast = on_air();
            broadcast.ended(ending);
            assert_eq!(broadcast.stage, Stage::Choosing);
            assert!(text(&broadcast).contains(words), "{}", text(&broadcast));
        }
    }

    #[test]
    fn who_was_put_out_is_told_why_unless_something_new_has_begun() {
        let mut broadcast = on_air();
        broadcast.put_out();
        assert_eq!((broadcast.stage, text(&broadcast)), (Stage::Choosing, ""));
        let mut again = broadcast.clone();
        broadcast.explain(Ending::Encoder);
        assert_eq!(text(&broadcast), text!(browser_broadcast.encoder_took_over));
        again.open();
        again.explain(Ending::Encoder);
        assert_eq!((again.stage, text(&again)), (Stage::Opening, ""));
    }

    #[test]
    fn why_a_window_was_put_out_is_seen_from_the_stream() {
        let ending = |has_key, ended_by_creator, status| {
            let controls = Controls { has_key, ended_by_creator, ..Controls::default() };
            Ending::of_put_out(&StreamReport {
                is_live: false,
                viewer_count: 0,
                status,
                started_at: None,
                version: 1,
                has_streamed: false,
                server_url: None,
                controls,
            })
        };
        assert_eq!(ending(true, false, StreamStatus::Live), Ending::Encoder);
        assert_eq!(ending(true, false, StreamStatus::Rehearsal), Ending::Encoder);
        assert_eq!(ending(true, true, StreamStatus::Live), Ending::Stopped, "it may look live for a moment");
        assert_eq!(ending(false, false, StreamStatus::Live), Ending::Stopped);
        assert_eq!(ending(true, false, StreamStatus::Reconnecting), Ending::Removed);
        assert_eq!(ending(true, false, StreamStatus::Offline), Ending::Removed);
    }

    #[test]
    fn only_what_is_on_air_reconnects() {
        let mut broadcast = on_air();
        broadcast.reconnecting(true);
        assert_eq!(broadcast.stage, Stage::Reconnecting);
        broadcast.reconnecting(false);
        assert_eq!(broadcast.stage, Stage::OnAir);
        broadcast.stopped();
        broadcast.reconnecting(true);
        assert_eq!(broadcast.stage, Stage::Choosing);
    }
}
