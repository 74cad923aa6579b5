//! What comes through a player, in numbers for people: size, frames and bits a second, and how late it is.
//!
//! It is worked out from two looks at the counters that WebRTC keeps. Pure: the looks are the browser's. What a counter
//! does not tell is `None`, never a guess, and a counter that begins anew (another encoder took over) gives no rate
//! until it has been seen twice.

use std::collections::VecDeque;

use serde::Deserialize;

use crate::{language::numbers::tenths, text};

/// Rates are worked out over this long, so that they do not jump from one second to the next.
const RATES_OVER_MS: f64 = 4_000.0;
/// Frames are counted as they come, in bursts: a rate this near to a usual one is that one.
const NEARLY: f64 = 0.035;
/// What cameras and encoders are set to.
const USUAL_FPS: [f64; 10] = [10.0, 15.0, 20.0, 24.0, 25.0, 30.0, 48.0, 50.0, 60.0, 120.0];

/// One look at WebRTC's counters. Names and units are those of the W3C's webrtc-stats, but for times, which are in
/// milliseconds here.
#[derive(Clone, Debug, Default, PartialEq, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct MediaSample {
    /// When it was taken, by a clock that only goes forward.
    pub at_ms: f64,
    /// To LiveKit and back.
    pub round_trip_ms: Option<f64>,
    /// The picture's; `None` while no picture is sent.
    pub picture: Option<PictureCounters>,
    /// The sound's; `None` while no sound is sent.
    pub sound: Option<SoundCounters>,
}

/// What has come of a picture so far.
#[derive(Clone, Debug, Default, PartialEq, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct PictureCounters {
    /// Names the counters: others begin at zero.
    pub id: String,
    /// In pixels; `None` before the first frame.
    pub frame_width: Option<u32>,
    /// In pixels; `None` before the first frame.
    pub frame_height: Option<u32>,
    /// Frames that came.
    pub frames_received: u64,
    /// Frames that could be shown.
    pub frames_decoded: u64,
    /// Bytes of picture, without those of the network.
    pub bytes_received: u64,
    /// How long all frames together waited to be decoded.
    pub jitter_buffer_delay_ms: f64,
    /// How many frames that were.
    pub jitter_buffer_emitted_count: u64,
    /// How long decoding took for all frames together.
    pub total_decode_ms: f64,
}

/// What has come of a sound so far.
#[derive(Clone, Debug, Default, PartialEq, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct SoundCounters {
    /// Names the counters: others begin at zero.
    pub id: String,
    /// Bytes of sound, without those of the network.
    pub bytes_received: u64,
}

/// What comes through a player.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct MediaReport {
    /// `None` while no picture is sent.
    pub picture: Option<PictureReport>,
    /// `None` while no sound is sent.
    pub sound: Option<SoundReport>,
    /// How long a picture takes from LiveKit to this page: half a round trip, waiting and decoding. An estimate, and not
    /// the whole way: what encoder and ingress take (about two seconds with RTMP) cannot be seen from here.
    pub delay_ms: Option<u32>,
}

/// A picture.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct PictureReport {
    /// `None` before the first frame.
    pub size: Option<PictureSize>,
    /// Frames a second.
    pub fps: Option<u32>,
    /// Bits a second.
    pub bits_per_second: Option<u64>,
    /// Frames that could be shown, since these counters began.
    pub frames_decoded: u64,
}

/// A sound.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct SoundReport {
    /// Bits a second.
    pub bits_per_second: Option<u64>,
}

/// In pixels.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct PictureSize {
    /// From left to right.
    pub width: u32,
    /// From top to bottom.
    pub height: u32,
}

/// As in `1920×1080`.
impl std::fmt::Display for PictureSize {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}×{}", self.width, self.height)
    }
}

impl PictureReport {
    /// `1920×1080, 60 fps`, or as much of it as is known.
    pub fn words(&self) -> Option<String> {
        match (self.size, self.fps) {
            (Some(size), Some(fps)) => Some(text!(studio.size_and_fps, size = size, fps = fps)),
            (Some(size), None) => Some(size.to_string()),
            (None, _) => None,
        }
    }

    /// `1080p60`, as encoders call it; a picture on its side counts by its width.
    pub fn name(&self) -> Option<String> {
        let size = self.size?;
        let lines = size.width.min(size.height);
        Some(self.fps.map_or_else(|| format!("{lines}p"), |fps| format!("{lines}p{fps}")))
    }
}

impl MediaReport {
    /// What the later look tells, with the rates since the earlier one.
    pub fn between(earlier: &MediaSample, later: &MediaSample) -> Self {
        let seconds = (later.at_ms - earlier.at_ms) / 1_000.0;
        let picture = later.picture.as_ref();
        let before = picture.and_then(|now| earlier.picture.as_ref().filter(|before| before.id == now.id));
        Self {
            picture: picture.map(|now| picture_report(before, now, seconds)),
            sound: later.sound.as_ref().map(|now| {
                let before = earlier.sound.as_ref().filter(|before| before.id == now.id);
                let bytes = before.and_then(|before| rate(before.bytes_received, now.bytes_received, seconds));
                SoundReport { bits_per_second: bytes.map(to_bits) }
            }),
            delay_ms: picture.zip(later.round_trip_ms).and_then(|(now, round_trip_ms)| {
                let none = PictureCounters::default();
                Some(whole(round_trip_ms / 2.0 + time_per_frame_ms(before.unwrap_or(&none), now)?))
            }),
        }
    }
}

/// The last few looks, from which a report is made whenever there is a new one.
#[derive(Clone, Debug, Default)]
pub struct MediaMeter {
    samples: VecDeque<MediaSample>,
}

impl MediaMeter {
    /// The report that this look makes possible; `None` while nothing is sent.
    pub fn take(&mut self, sample: MediaSample) -> Option<MediaReport> {
        if sample.picture.is_none() && sample.sound.is_none() {
            self.samples.clear();
            return None;
        }
        // One look that is as old as it takes stays, and none that is older.
        while self.samples.get(1).is_some_and(|next| sample.at_ms - next.at_ms >= RATES_OVER_MS) {
            self.samples.pop_front();
        }
        // Rates of what has just begun are worked out as soon as there are two looks at it.
        while self.samples.front().is_some_and(|first| !has_same_counters(first, &sample)) {
            self.samples.pop_front();
        }
        let report = MediaReport::between(self.samples.front().unwrap_or(&sample), &sample);
        self.samples.push_back(sample);
        Some(report)
    }
}

fn has_same_counters(one: &MediaSample, other: &MediaSample) -> bool {
    let names = |sample: &MediaSample| {
        (sample.picture.as_ref().map(|picture| picture.id.clone()), sample.sound.as_ref().map(|sound| sound.id.clone()))
    };
    names(one) == names(other)
}

fn picture_report(before: Option<&PictureCounters>, now: &PictureCounters, seconds: f64) -> PictureReport {
    let size = now.frame_width.zip(now.frame_height).map(|(width, height)| PictureSize { width, height });
    let frames = before.and_then(|before| rate(before.frames_received, now.frames_received, seconds));
    let bytes = before.and_then(|before| rate(before.bytes_received, now.bytes_received, seconds));
    PictureReport {
        size: size.filter(|size| size.width > 0 && size.height > 0),
        fps: frames.map(|frames| whole(usual(frames))),
        bits_per_second: bytes.map(to_bits),
        frames_decoded: now.frames_decoded,
    }
}

/// How much a second; `None` when no time has gone by, or when the counter went back.
#[expect(clippy::cast_precision_loss, reason = "counters of a few hours are far below 2^53")]
fn rate(before: u64, now: u64, seconds: f64) -> Option<f64> {
    let more = now.checked_sub(before)?;
    (seconds > 0.0).then(|| more as f64 / seconds)
}

fn usual(fps: f64) -> f64 {
    USUAL_FPS.into_iter().find(|usual| (fps - usual).abs() <= usual * NEARLY).unwrap_or(fps)
}

/// Waiting and decoding of one frame; `None` when there was none.
#[expect(clippy::cast_precision_loss, reason = "counters of a few hours are far below 2^53")]
fn time_per_frame_ms(before: &PictureCounters, now: &PictureCounters) -> Option<f64> {
    let emitted = now.jitter_buffer_emitted_count.checked_sub(before.jitter_buffer_emitted_count)?;
    let decoded = now.frames_decoded.checked_sub(before.frames_decoded)?;
    if emitted == 0 || decoded == 0 {
        return None;
    }
    let waiting = (now.jitter_buffer_delay_ms - before.jitter_buffer_delay_ms) / emitted as f64;
    let decoding = (now.total_decode_ms - before.total_decode_ms) / decoded as f64;
    Some(waiting + decoding)
}

#[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "a cast of a float stops at the limits")]
fn whole(number: f64) -> u32 {
    number.round() as u32
}

#[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "a cast of a float stops at the limits")]
fn to_bits(bytes: f64) -> u64 {
    (bytes * 8.0).round() as u64
}

/// `4.2 Mbit/s`, `96 kbit/s`.
pub fn bit_rate_words(bits_per_second: u64) -> String {
    let kilobits = bits_per_second.saturating_add(500) / 1_000;
    if kilobits < 1_000 {
        return text!(studio.kilobits, kilobits = kilobits);
    }
    text!(studio.megabits, megabits = tenths(bits_per_second.saturating_add(50_000) / 100_000))
}

/// `120 ms`, `2.1 s`.
pub fn delay_words(milliseconds: u32) -> String {
    if milliseconds < 1_000 {
        return text!(studio.delay_ms, milliseconds = milliseconds);
    }
    text!(studio.delay_seconds, seconds = tenths(u64::from(milliseconds.saturating_add(50) / 100)))
}

/// `0.2 s behind`: how late a picture is, as viewers read it.
pub fn behind_words(milliseconds: u32) -> String {
    match milliseconds.saturating_add(50) / 100 {
        0 => text!(studio.hardly_behind).to_owned(),
        late => text!(studio.behind, seconds = tenths(u64::from(late))),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A 720p picture of 30 fps and 2 Mbit/s with sound of 96 kbit/s, after so many seconds.
    fn after(seconds: u32) -> MediaSample {
        let (frames, seconds) = (u64::from(seconds) * 30, f64::from(seconds));
        MediaSample {
            at_ms: seconds * 1_000.0,
            round_trip_ms: Some(40.0),
            picture: Some(PictureCounters {
                id: "V1".into(),
                frame_width: Some(1280),
                frame_height: Some(720),
                frames_received: frames,
                frames_decoded: frames,
                bytes_received: frames / 30 * 250_000,
                jitter_buffer_delay_ms: seconds * 30.0 * 60.0,
                jitter_buffer_emitted_count: frames,
                total_decode_ms: seconds * 30.0 * 5.0,
            }),
            sound: Some(SoundCounters { id: "A1".into(), bytes_received: frames / 30 * 12_000 }),
        }
    }

    fn picture(report: MediaReport) -> PictureReport {
        report.picture.expect("a picture")
    }

    #[test]
    fn two_looks_give_size_rates_and_delay() {
        let report = MediaReport::between(&after(10), &after(11));
        assert_eq!(report.delay_ms, Some(85));
        assert_eq!(report.sound, Some(SoundReport { bits_per_second: Some(96_000) }));
        let picture = picture(report);
        assert_eq!(picture.words().as_deref(), Some("1280×720, 30 fps"));
        assert_eq!(picture.name().as_deref(), Some("720p30"));
        assert_eq!((picture.bits_per_second, picture.frames_decoded), (Some(2_000_000), 330));
    }

    #[test]
    fn one_look_tells_what_is_sent_but_no_rate() {
        let report = MediaReport::between(&after(10), &after(10));
        assert_eq!(report.sound, Some(SoundReport { bits_per_second: None }));
        let picture = picture(report);
        assert_eq!((picture.fps, picture.bits_per_second), (None, None));
        assert_eq!(picture.name().as_deref(), Some("720p"));
    }

    #[test]
    fn counters_of_another_encoder_are_not_compared() {
        let mut later = after(2);
        later.picture.as_mut().expect("a picture").id = "V2".into();
        let report = MediaReport::between(&after(10), &MediaSample { at_ms: 11_000.0, ..later });
        assert_eq!(picture(report.clone()).fps, None);
        assert_eq!(report.delay_ms, Some(85), "from all of its own frames");
    }

    #[test]
    fn a_counter_that_goes_back_gives_no_rate() {
        let later = MediaSample { at_ms: 11_000.0, ..after(2) };
        let report = MediaReport::between(&after(10), &later);
        assert_eq!((report.sound, report.delay_ms), (Some(SoundReport { bits_per_second: None }), None));
    }

    #[test]
    fn a_picture_that_stops_has_no_frames() {
        let later = MediaSample { at_ms: 11_000.0, ..after(10) };
        let report = MediaReport::between(&after(10), &later);
        assert_eq!(report.delay_ms, None);
        assert_eq!(picture(report).fps, Some(0));
    }

    #[test]
    fn sound_alone_is_a_report_too() {
        let sound_only = |seconds| MediaSample { picture: None, ..after(seconds) };
        let report = MediaReport::between(&sound_only(1), &sound_only(2));
        assert_eq!((report.picture, report.delay_ms), (None, None));
        assert!(report.sound.is_some());
    }

    #[test]
    fn a_frame_more_or_less_is_not_worth_telling() {
        for (frames, told) in [(59.0, 60.0), (61.2, 60.0), (29.4, 30.0), (14.8, 15.0), (24.0, 24.0), (12.0, 12.0)] {
            assert_eq!(usual(frames), told, "{frames}");
        }
    }

    #[test]
    fn the_meter_works_over_a_few_seconds() {
        let mut meter = MediaMeter::default();
        for second in 0..10 {
            meter.take(after(second));
        }
        assert!(meter.samples.len() <= 6, "{} looks are kept", meter.samples.len());
        // A hiccup of one second does not make the rate fall to nothing.
        let report = meter.take(MediaSample { at_ms: 10_000.0, ..after(9) }).expect("a report");
        assert_eq!(picture(report).fps, Some(23));
    }

    #[test]
    fn the_meter_begins_anew_with_another_encoder() {
        let mut meter = MediaMeter::default();
        for second in 0..5 {
            meter.take(after(second));
        }
        let other = |second: u32| {
            let mut sample = after(second);
            sample.picture.as_mut().expect("a picture").id = "V2".into();
            sample
        };
        assert_eq!(picture(meter.take(other(5)).expect("a report")).fps, None);
        assert_eq!(picture(meter.take(other(6)).expect("a report")).fps, Some(30));
        assert_eq!(meter.take(MediaSample::default()), None, "nothing is sent");
    }

    #[test]
    fn a_picture_on_its_side_is_called_by_its_width() {
        let picture = PictureReport {
            size: Some(PictureSize { width: 1080, height: 1920 }),
            fps: Some(60),
            ..PictureReport::default()
        };
        assert_eq!(picture.name().as_deref(), Some("1080p60"));
    }

    #[test]
    fn numbers_are_told_in_units_that_people_know() {
        let rates = [0, 96_400, 999_400, 999_600, 4_249_000, 12_000_000].map(bit_rate_words);
        assert_eq!(rates, ["0 kbit/s", "96 kbit/s", "999 kbit/s", "1.0 Mbit/s", "4.2 Mbit/s", "12.0 Mbit/s"]);
        assert_eq!([0, 85, 999, 1_000, 2_149].map(delay_words), ["0 ms", "85 ms", "999 ms", "1.0 s", "2.1 s"]);
        let behind = [0, 49, 50, 249, 960, 2_149].map(behind_words);
        let words = ["under 0.1", "under 0.1", "0.1", "0.2", "1.0", "2.1"].map(|number| format!("{number} s behind"));
        assert_eq!(behind, words);
    }
}
