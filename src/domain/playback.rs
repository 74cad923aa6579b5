//! What a player shows: put together from the stream's status and from what its media connection does.
//!
//! Pure. The connection itself is the browser's; the words and the picture frame are the component's.

use std::time::Duration;

use super::{channel::StreamStatus, picture_quality::PictureQuality};

/// Waits between attempts to connect, the last one for all that follow.
const RETRY_DELAYS_MS: [u64; 5] = [500, 1_000, 2_000, 4_000, 8_000];
/// After this many failures in a row the player stops and asks.
const MAX_FAILURES: u32 = 8;

/// What the media connection does.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum Media {
    /// Nothing: there is nothing to connect to.
    #[default]
    Idle,
    /// On the way, or connected and before the first picture.
    Loading,
    /// Picture or sound has come.
    Playing {
        /// There is a picture, not sound alone.
        has_picture: bool,
    },
    /// Connected, but no picture comes (any more).
    Stalled,
    /// Broken, and being tried again.
    Lost,
    /// Given up, with the reason and what to do.
    Failed(String),
}

/// What the player shows.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum PlayerPhase {
    /// The stream is live, its picture not here yet.
    Loading,
    /// Picture, or sound alone.
    Playing {
        /// There is a picture, not sound alone.
        has_picture: bool,
    },
    /// Playing, but the browser wants a tap before it lets sound out.
    NeedsTap {
        /// There is a picture, not sound alone.
        has_picture: bool,
    },
    /// Connected without a picture: the encoder sends none.
    NoPicture,
    /// Nobody is sending.
    Offline,
    /// The encoder went away a moment ago and is expected back.
    BackInAMoment,
    /// This viewer's own connection broke and is being tried again.
    Reconnecting,
    /// Given up, with the reason and what to do.
    Failed(String),
}

impl PlayerPhase {
    /// What follows from the stream's status and the media connection.
    pub fn of(status: StreamStatus, media: &Media, sound_is_blocked: bool) -> Self {
        match status {
            StreamStatus::Offline => return Self::Offline,
            StreamStatus::Reconnecting => return Self::BackInAMoment,
            StreamStatus::Live | StreamStatus::Rehearsal => {}
        }
        match media {
            Media::Idle | Media::Loading => Self::Loading,
            Media::Playing { has_picture } if sound_is_blocked => Self::NeedsTap { has_picture: *has_picture },
            Media::Playing { has_picture } => Self::Playing { has_picture: *has_picture },
            Media::Stalled => Self::NoPicture,
            Media::Lost => Self::Reconnecting,
            Media::Failed(message) => Self::Failed(message.clone()),
        }
    }

    /// The video element shows something worth looking at.
    pub fn shows_picture(&self) -> bool {
        matches!(
            self,
            Self::Playing { has_picture: true }
                | Self::NeedsTap { has_picture: true }
                | Self::Reconnecting
                | Self::NoPicture
        )
    }

    /// Play, sound and volume mean something: also while the picture stands still, since sound may go on.
    pub fn has_controls(&self) -> bool {
        matches!(self, Self::Playing { .. } | Self::NeedsTap { .. } | Self::NoPicture | Self::Reconnecting)
    }

    /// A picture comes.
    pub fn plays_picture(&self) -> bool {
        matches!(self, Self::Playing { has_picture: true } | Self::NeedsTap { has_picture: true })
    }

    /// There is, or is about to be, something to give the whole page to. It stays so while the connection comes and
    /// goes, so that the page does not change its form with it.
    pub fn fills_theatre(&self) -> bool {
        !matches!(self, Self::Offline)
    }

    /// A key that asks for this is for the player now.
    pub fn takes(&self, action: PlayerAction) -> bool {
        match action {
            PlayerAction::ToggleTheatre => self.fills_theatre(),
            PlayerAction::TogglePictureInPicture => self.plays_picture(),
            _ => self.has_controls(),
        }
    }
}

/// How long to wait before attempt number `failures` + 1; `None` when it is time to stop and ask.
pub fn retry_delay(failures: u32) -> Option<Duration> {
    if failures >= MAX_FAILURES {
        return None;
    }
    let step = usize::try_from(failures.saturating_sub(1)).unwrap_or(usize::MAX).min(RETRY_DELAYS_MS.len() - 1);
    Some(Duration::from_millis(RETRY_DELAYS_MS[step]))
}

/// What a viewer asks the player for.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum PlayerAction {
    /// Pause, or go on.
    TogglePause,
    /// Sound off, or on.
    ToggleMute,
    /// That loud: 0 to 1.
    SetVolume(f64),
    /// Fill the screen, or give it back.
    ToggleFullScreen,
    /// Fill the page, with the chat beside it, or give it back.
    ToggleTheatre,
    /// Show the picture in a little window above all others, or here again.
    TogglePictureInPicture,
    /// Take that one of the sizes in which the picture is sent.
    SetQuality(PictureQuality),
    /// Let the sound out that the browser held back.
    Unlock,
    /// Try again after giving up.
    Retry,
}

/// The picture in a little window of its own, above all others.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum PictureInPicture {
    /// This browser has no such window, or it is not known yet.
    #[default]
    Unavailable,
    /// It can be shown there.
    Off,
    /// It is shown there.
    On,
}

/// How loud, as it is remembered for the next visit.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Sound {
    /// 0 to 1.
    pub volume: f64,
    /// Silent, whatever the volume.
    pub is_muted: bool,
}

impl Default for Sound {
    fn default() -> Self {
        Self { volume: 1.0, is_muted: false }
    }
}

impl Sound {
    /// Sound that is off until somebody wants it.
    pub fn muted() -> Self {
        Self { is_muted: true, ..Self::default() }
    }

    /// On becomes off and the reverse; turning on what has no volume gives it some.
    pub fn toggled(self) -> Self {
        let silent = self.is_muted || self.volume <= 0.0;
        let volume = if silent && self.volume <= 0.0 { 0.5 } else { self.volume };
        Self { volume, is_muted: !silent }
    }

    /// That loud; none is the same as muted.
    pub fn with_volume(volume: f64) -> Self {
        let volume = if volume.is_finite() { volume.clamp(0.0, 1.0) } else { 1.0 };
        Self { volume, is_muted: volume <= 0.0 }
    }

    /// As it is stored: `0.5`, or `0.5 muted`.
    pub fn to_stored(self) -> String {
        if self.is_muted { format!("{} muted", self.volume) } else { self.volume.to_string() }
    }

    /// The reverse of [`Self::to_stored`].
    pub fn from_stored(text: &str) -> Option<Self> {
        let (volume, is_muted) = match text.strip_suffix(" muted") {
            Some(volume) => (volume, true),
            None => (text, false),
        };
        let volume: f64 = volume.parse().ok()?;
        volume.is_finite().then_some(Self { volume: volume.clamp(0.0, 1.0), is_muted })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const PICTURE: Media = Media::Playing { has_picture: true };

    #[test]
    fn what_is_offline_shows_no_leftover_of_the_connection() {
        for media in [Media::Idle, Media::Loading, PICTURE, Media::Lost, Media::Stalled, Media::Failed("x".into())] {
            assert_eq!(PlayerPhase::of(StreamStatus::Offline, &media, true), PlayerPhase::Offline);
            assert_eq!(PlayerPhase::of(StreamStatus::Reconnecting, &media, true), PlayerPhase::BackInAMoment);
        }
    }

    #[test]
    fn a_live_stream_loads_until_its_first_picture() {
        let phase = |media| PlayerPhase::of(StreamStatus::Live, media, false);
        assert_eq!(phase(&Media::Idle), PlayerPhase::Loading);
        assert_eq!(phase(&Media::Loading), PlayerPhase::Loading);
        assert_eq!(phase(&PICTURE), PlayerPhase::Playing { has_picture: true });
        assert_eq!(phase(&Media::Lost), PlayerPhase::Reconnecting);
        assert_eq!(phase(&Media::Stalled), PlayerPhase::NoPicture);
    }

    #[test]
    fn blocked_sound_asks_for_a_tap_only_while_something_plays() {
        let phase = |media| PlayerPhase::of(StreamStatus::Live, media, true);
        assert_eq!(phase(&PICTURE), PlayerPhase::NeedsTap { has_picture: true });
        assert_eq!(phase(&Media::Loading), PlayerPhase::Loading);
    }

    #[test]
    fn the_creator_sees_a_rehearsal() {
        assert!(PlayerPhase::of(StreamStatus::Rehearsal, &PICTURE, false).shows_picture());
    }

    #[test]
    fn the_page_is_the_player_s_while_the_stream_is_on_air() {
        let phase = |status, media: &Media| PlayerPhase::of(status, media, false);
        for media in [Media::Idle, Media::Loading, PICTURE, Media::Lost, Media::Stalled, Media::Failed("x".into())] {
            assert!(phase(StreamStatus::Live, &media).takes(PlayerAction::ToggleTheatre), "{media:?}");
            assert!(phase(StreamStatus::Reconnecting, &media).fills_theatre(), "{media:?}");
            assert!(!phase(StreamStatus::Offline, &media).takes(PlayerAction::ToggleTheatre), "{media:?}");
        }
    }

    #[test]
    fn other_keys_are_for_the_player_while_it_plays() {
        for action in [PlayerAction::TogglePause, PlayerAction::ToggleMute, PlayerAction::ToggleFullScreen] {
            assert!(PlayerPhase::Playing { has_picture: true }.takes(action));
            assert!(!PlayerPhase::Loading.takes(action) && !PlayerPhase::Offline.takes(action));
        }
    }

    #[test]
    fn sound_that_goes_on_without_its_picture_can_be_turned_off() {
        for media in [Media::Stalled, Media::Lost] {
            let phase = PlayerPhase::of(StreamStatus::Live, &media, false);
            assert!(phase.has_controls() && phase.takes(PlayerAction::ToggleMute), "{media:?}");
        }
    }

    #[test]
    fn a_window_of_its_own_is_for_what_has_a_picture() {
        let takes = |phase: PlayerPhase| phase.takes(PlayerAction::TogglePictureInPicture);
        for has_picture in [true, false] {
            assert_eq!(takes(PlayerPhase::Playing { has_picture }), has_picture);
            assert_eq!(takes(PlayerPhase::NeedsTap { has_picture }), has_picture);
        }
        assert!(!takes(PlayerPhase::NoPicture) && !takes(PlayerPhase::Reconnecting) && !takes(PlayerPhase::Offline));
    }

    #[test]
    fn attempts_slow_down_and_end() {
        let delays: Vec<_> = (1..MAX_FAILURES).map_while(retry_delay).map(|delay| delay.as_millis()).collect();
        assert_eq!(delays, [500, 1_000, 2_000, 4_000, 8_000, 8_000, 8_000]);
        assert_eq!(retry_delay(MAX_FAILURES), None);
    }

    #[test]
    fn turning_sound_on_makes_it_audible() {
        assert_eq!(Sound::muted().toggled(), Sound::default());
        assert_eq!(Sound::default().toggled(), Sound::muted());
        let silent = Sound::with_volume(0.0);
        assert!(silent.is_muted);
        assert_eq!(silent.toggled(), Sound { volume: 0.5, is_muted: false });
    }

    #[test]
    fn sound_is_remembered() {
        for sound in [Sound::default(), Sound::muted(), Sound::with_volume(0.25)] {
            assert_eq!(Sound::from_stored(&sound.to_stored()), Some(sound));
        }
        assert_eq!(Sound::from_stored("7"), Some(Sound::default()));
        for bad in ["", "loud", "NaN", " muted"] {
            assert_eq!(Sound::from_stored(bad), None, "{bad}");
        }
    }
}
