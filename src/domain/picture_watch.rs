//! Watches what a creator sends for what is easily overlooked: a black picture, one that stands still, silence.
//!
//! Fed about once a second with what is seen and heard. What has lasted for five seconds is a [`Warning`], which is gone
//! with its reason. Pure: the clock comes with each [`Sight`]. A while that nobody looked (the page was hidden, the
//! player paused) is never held against the stream: it begins from nothing afterwards.

/// A warning is worth giving when its reason has lasted this long.
const WARN_AFTER_MS: f64 = 5_000.0;
/// Two sights further apart than this have a while between them that nobody saw.
const GAP_MS: f64 = 3_000.0;
/// A picture is black when no part of it is brighter than this, of 255. Encoders make a black that is not quite 0.
const BLACK_UP_TO: u8 = 24;
/// A picture moves when a part of it becomes so much brighter or darker, of 255. A still one does by two or three: an
/// encoder draws it anew with every key frame.
const MOVES_FROM: u8 = 5;
/// Sound is silence when its loudest moment stays below this: −60 dB, far below a room without anybody in it.
const SILENT_BELOW: f64 = 0.001;
/// The lower end of a level's scale.
const QUIETEST_DB: f64 = -60.0;

/// What is seen and heard at one moment.
#[derive(Clone, Debug, PartialEq)]
pub struct Sight {
    /// By a clock that only goes forward.
    pub at_ms: f64,
    /// `None` when no picture is sent: sound alone is a stream, too.
    pub picture: Option<PictureSight>,
    /// `None` when no sound is sent.
    pub sound: Option<SoundSight>,
}

/// What is seen.
#[derive(Clone, Debug, PartialEq)]
pub struct PictureSight {
    /// Frames that could be shown so far.
    pub frames_decoded: u64,
    /// The picture, very small; `None` when it cannot be seen now.
    pub luma: Option<Luma>,
}

/// What is heard.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct SoundSight {
    /// The loudest moment since the last sight, 0 to 1; `None` when it cannot be heard now.
    pub loudest: Option<f64>,
}

/// A very small picture: how bright each part of it is, 0 to 255.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Luma(Vec<u8>);

impl Luma {
    /// From the brightness of its parts, in any order that stays the same.
    pub fn new(parts: Vec<u8>) -> Self {
        Self(parts)
    }

    /// Nothing can be seen on it.
    pub fn is_black(&self) -> bool {
        self.0.iter().all(|&part| part <= BLACK_UP_TO)
    }

    /// Somebody would see a difference.
    pub fn differs_from(&self, other: &Self) -> bool {
        self.0.len() != other.0.len() || self.0.iter().zip(&other.0).any(|(one, two)| one.abs_diff(*two) >= MOVES_FROM)
    }
}

/// What may be wrong.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Trouble {
    /// Frames have stopped coming.
    NoFrames,
    /// Frames come, and all of them are black.
    Black,
    /// Frames come, and all of them are the same. That may be meant: a slide, a card that says "back soon".
    Still,
    /// Sound is sent, and it is silence.
    Silent,
    /// No sound is sent at all.
    NoSound,
}

/// What may be wrong, and since when.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Warning {
    /// What it is.
    pub trouble: Trouble,
    /// How long it has lasted.
    pub lasts_secs: u64,
}

/// The watch over one stream.
#[derive(Clone, Debug, Default)]
pub struct PictureWatch {
    last_at_ms: Option<f64>,
    last_frames: Option<u64>,
    /// What the picture has looked like since it stands still.
    still: Option<Luma>,
    no_frames: Lasting,
    is_black: Lasting,
    is_still: Lasting,
    is_silent: Lasting,
    no_sound: Lasting,
}

impl PictureWatch {
    /// Takes what is seen now, and says what has been wrong for long enough: the picture first, and one thing of each.
    pub fn take(&mut self, sight: Sight) -> Vec<Warning> {
        if self.last_at_ms.is_some_and(|last| !(0.0..=GAP_MS).contains(&(sight.at_ms - last))) {
            *self = Self::default();
        }
        self.last_at_ms = Some(sight.at_ms);
        let sound = self.listen(&sight);
        let picture = self.look(sight.picture, sight.at_ms);
        [picture, sound].into_iter().flatten().collect()
    }

    fn look(&mut self, picture: Option<PictureSight>, at_ms: f64) -> Option<Warning> {
        let frames = picture.as_ref().map(|picture| picture.frames_decoded);
        let has_no_frames = frames.is_some() && frames == self.last_frames;
        self.last_frames = frames;
        let luma = picture.and_then(|picture| picture.luma);
        let is_black = luma.as_ref().is_some_and(Luma::is_black);
        let is_still = self.stands_still(luma);
        let troubles = [
            (Trouble::NoFrames, self.no_frames.lasts(has_no_frames, at_ms)),
            (Trouble::Black, self.is_black.lasts(is_black, at_ms)),
            // A picture that is not there any more, or that is black, is still for a better reason.
            (Trouble::Still, self.is_still.lasts(is_still && !is_black && !has_no_frames, at_ms)),
        ];
        troubles.into_iter().find_map(|(trouble, lasts_secs)| Some(Warning { trouble, lasts_secs: lasts_secs? }))
    }

    /// Compares with the picture that it was when it last moved, and not with the last one: slow is not still.
    fn stands_still(&mut self, luma: Option<Luma>) -> bool {
        let is_still = matches!((&luma, &self.still), (Some(now), Some(still)) if !now.differs_from(still));
        if !is_still {
            self.still = luma;
            // The moment from which it may turn out to stand still.
            self.is_still = Lasting::default();
        }
        self.still.is_some()
    }

    fn listen(&mut self, sight: &Sight) -> Option<Warning> {
        let loudest = sight.sound.and_then(|sound| sound.loudest);
        let is_silent = self.is_silent.lasts(loudest.is_some_and(|loudest| loudest < SILENT_BELOW), sight.at_ms);
        // With neither of them nothing is sent, and the player says so.
        let no_sound = self.no_sound.lasts(sight.sound.is_none() && sight.picture.is_some(), sight.at_ms);
        let silent = is_silent.map(|lasts_secs| Warning { trouble: Trouble::Silent, lasts_secs });
        silent.or(no_sound.map(|lasts_secs| Warning { trouble: Trouble::NoSound, lasts_secs }))
    }
}

/// Something that is so since a moment.
#[derive(Clone, Debug, Default)]
struct Lasting(Option<f64>);

impl Lasting {
    /// For how many seconds it has been so without a break, once that is long enough.
    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "time goes forward, and not for ever")]
    fn lasts(&mut self, is_so: bool, at_ms: f64) -> Option<u64> {
        if !is_so {
            self.0 = None;
            return None;
        }
        let lasts_ms = at_ms - *self.0.get_or_insert(at_ms);
        (lasts_ms >= WARN_AFTER_MS).then_some((lasts_ms / 1_000.0) as u64)
    }
}

/// A level from 0 to 1 in decibels, 0 being the loudest there is and −60 the quietest that is told.
pub fn decibels(level: f64) -> f64 {
    if level > 0.0 { (20.0 * level.log10()).clamp(QUIETEST_DB, 0.0) } else { QUIETEST_DB }
}

/// Where on a meter that level is, 0 to 1: in steps that ears hear as equal.
pub fn meter_place(level: f64) -> f64 {
    1.0 - decibels(level) / QUIETEST_DB
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn black() -> Luma {
        Luma::new(vec![16; 8])
    }

    fn grey() -> Luma {
        Luma::new(vec![128; 8])
    }

    /// A stream, second by second.
    #[derive(Default)]
    struct Stream {
        watch: PictureWatch,
        second: u32,
        frames: u64,
    }

    impl Stream {
        fn see(&mut self, picture: Option<(u64, Option<Luma>)>, sound: Option<Option<f64>>) -> Vec<Warning> {
            self.second += 1;
            let picture = picture.map(|(frames, luma)| {
                self.frames += frames;
                PictureSight { frames_decoded: self.frames, luma }
            });
            let sound = sound.map(|loudest| SoundSight { loudest });
            self.watch.take(Sight { at_ms: f64::from(self.second) * 1_000.0, picture, sound })
        }

        /// The same for so many seconds; the warnings at their end.
        fn sees(&mut self, seconds: u32, luma: Luma, loudest: f64) -> Vec<Warning> {
            let mut warnings = Vec::new();
            for _ in 0..seconds {
                warnings = self.see(Some((30, Some(luma.clone()))), Some(Some(loudest)));
            }
            warnings
        }

        /// A picture that moves, and a tone.
        fn is_well(&mut self) -> Vec<Warning> {
            let bright = if self.second.is_multiple_of(2) { 60 } else { 90 };
            self.see(Some((30, Some(Luma::new(vec![bright; 8])))), Some(Some(0.3)))
        }
    }

    fn troubles(warnings: &[Warning]) -> Vec<Trouble> {
        warnings.iter().map(|warning| warning.trouble).collect()
    }

    #[test]
    fn a_stream_that_is_well_is_never_warned_of() {
        let mut stream = Stream::default();
        for _ in 0..100 {
            assert_eq!(stream.is_well(), []);
        }
    }

    #[test]
    fn silence_is_told_after_five_seconds_and_gone_with_the_first_sound() {
        let mut stream = Stream::default();
        for second in 0..20_u8 {
            let luma = Luma::new(vec![if second % 2 == 0 { 60 } else { 90 }; 8]);
            let warnings = stream.see(Some((30, Some(luma))), Some(Some(0.0002)));
            let silence = Warning { trouble: Trouble::Silent, lasts_secs: second.into() };
            assert_eq!(warnings, if second < 5 { vec![] } else { vec![silence] });
        }
        assert_eq!(stream.is_well(), []);
    }

    #[test]
    fn a_black_picture_is_black_and_not_also_still() {
        let mut stream = Stream::default();
        assert_eq!(stream.sees(5, black(), 0.3), []);
        assert_eq!(stream.sees(1, black(), 0.3), [Warning { trouble: Trouble::Black, lasts_secs: 5 }]);
        assert_eq!(stream.is_well(), []);
    }

    #[test]
    fn a_dark_picture_with_a_light_in_it_is_not_black() {
        let mut parts = vec![0; 8];
        parts[3] = 60;
        let mut stream = Stream::default();
        assert_eq!(troubles(&stream.sees(10, Luma::new(parts), 0.3)), [Trouble::Still]);
    }

    #[test]
    fn a_picture_that_stands_still_is_told_of_and_gone_with_the_first_move() {
        let mut stream = Stream::default();
        stream.is_well();
        assert_eq!(stream.sees(5, grey(), 0.3), []);
        assert_eq!(stream.sees(1, grey(), 0.3), [Warning { trouble: Trouble::Still, lasts_secs: 5 }]);
        assert_eq!(stream.is_well(), []);
    }

    #[test]
    fn what_an_encoder_does_to_a_still_picture_is_no_move() {
        let mut stream = Stream::default();
        for second in 0..6_u8 {
            let luma = Luma::new(vec![128 + second % 3; 8]);
            stream.see(Some((30, Some(luma))), Some(Some(0.3)));
        }
        assert_eq!(troubles(&stream.sees(1, grey(), 0.3)), [Trouble::Still]);
    }

    #[test]
    fn slow_is_not_still() {
        let mut stream = Stream::default();
        for second in 0..60_u8 {
            let luma = Luma::new(vec![30 + 2 * second; 8]);
            assert_eq!(stream.see(Some((30, Some(luma))), Some(Some(0.3))), [], "{second}");
        }
    }

    #[test]
    fn frames_that_stop_are_told_of_before_what_they_last_showed() {
        for last in [black(), grey()] {
            let mut stream = Stream::default();
            stream.is_well();
            let mut warnings = Vec::new();
            for _ in 0..8 {
                warnings = stream.see(Some((0, Some(last.clone()))), Some(Some(0.3)));
            }
            assert_eq!(troubles(&warnings), [Trouble::NoFrames]);
            assert_eq!(stream.is_well(), []);
        }
    }

    #[test]
    fn picture_and_sound_are_told_of_beside_each_other() {
        let mut stream = Stream::default();
        assert_eq!(troubles(&stream.sees(8, black(), 0.0)), [Trouble::Black, Trouble::Silent]);
    }

    #[test]
    fn a_picture_without_any_sound_is_told_of() {
        let mut stream = Stream::default();
        let mut warnings = Vec::new();
        for second in 0..8_u8 {
            warnings = stream.see(Some((30, Some(Luma::new(vec![50 + second * 9; 8])))), None);
        }
        assert_eq!(troubles(&warnings), [Trouble::NoSound]);
    }

    #[test]
    fn sound_alone_is_a_stream() {
        let mut stream = Stream::default();
        for _ in 0..20 {
            assert_eq!(stream.see(None, Some(Some(0.3))), []);
        }
        for _ in 0..20 {
            assert_eq!(stream.see(None, None), [], "nothing is sent");
        }
    }

    #[test]
    fn what_cannot_be_seen_or_heard_is_not_held_against_it() {
        let mut stream = Stream::default();
        for _ in 0..20 {
            assert_eq!(stream.see(Some((30, None)), Some(None)), []);
        }
    }

    #[test]
    fn a_while_that_nobody_looked_begins_from_nothing() {
        let mut stream = Stream::default();
        assert_eq!(stream.sees(8, black(), 0.0).len(), 2);
        stream.second += 60;
        assert_eq!(stream.sees(5, black(), 0.0), []);
        assert_eq!(stream.sees(1, black(), 0.0).len(), 2);
    }

    #[test]
    fn a_level_has_its_place_on_a_meter() {
        assert_eq!([0.0, 0.000_1, 1.0, 2.0].map(meter_place), [0.0, 0.0, 1.0, 1.0]);
        assert!((decibels(0.1) - -20.0).abs() < 1e-9);
        assert!((meter_place(0.1) - 2.0 / 3.0).abs() < 1e-9);
    }

    proptest! {
        #[test]
        fn nothing_is_told_before_it_has_lasted_and_everything_ends_with_its_reason(
            seconds in proptest::collection::vec((0_u8..3, 0_u8..3, 0_u64..2), 1..60),
        ) {
            let mut stream = Stream::default();
            for (at, (shade, loud, frames)) in seconds.iter().enumerate() {
                let luma = Luma::new(vec![shade * 40; 8]);
                let warnings = stream.see(Some((*frames, Some(luma))), Some(Some(f64::from(*loud) * 0.4)));
                for warning in warnings {
                    let lasted = usize::try_from(warning.lasts_secs).expect("short");
                    prop_assert!((5..=at).contains(&lasted), "{warning:?} after {at} s");
                    let since = &seconds[at - lasted..=at];
                    let is_so = match warning.trouble {
                        Trouble::Black => since.iter().all(|second| second.0 == 0),
                        Trouble::Still => *shade != 0 && since.iter().all(|second| second.0 == *shade),
                        Trouble::Silent => since.iter().all(|second| second.1 == 0),
                        Trouble::NoFrames => since.iter().all(|second| second.2 == 0),
                        Trouble::NoSound => false,
                    };
                    prop_assert!(is_so, "{warning:?} in {since:?}");
                }
            }
        }
    }
}
