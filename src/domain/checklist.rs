//! Whether all is right with what comes in: connected, picture, sound, in the order in which they come.
//!
//! Put together from what LiveKit says of the encoder and from what the creator's own player measures of it. Pure.

use super::{
    channel::StreamStatus,
    media_report::{MediaReport, PictureReport},
};
use crate::text;

/// How one thing stands.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Step {
    /// Not yet, and what it waits for.
    Waiting(&'static str),
    /// It is right, with what is known of it.
    Done(String),
    /// It is left out, and all is well without it.
    Absent(&'static str),
    /// It is wrong or lacking, and what to do.
    Wrong(String),
}

/// All of it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Checklist {
    /// The encoder is connected.
    pub encoder: Step,
    /// Its picture comes.
    pub picture: Step,
    /// Its sound comes.
    pub sound: Step,
}

impl Checklist {
    /// What follows from the stream's status, whether its creator keeps the encoder out, why an encoder was last
    /// refused, and what comes in. `is_late`: picture and sound have had their time to come. Sound alone is a
    /// stream, too: where it comes and no picture is announced, none is missing.
    pub fn of(
        status: StreamStatus,
        is_ended: bool,
        refusal: Option<&str>,
        report: Option<&MediaReport>,
        is_late: bool,
    ) -> Self {
        let encoder = encoder(status, is_ended, refusal);
        if !status.is_sending() {
            let (picture, sound) = (Step::Waiting(text!(studio.picture)), Step::Waiting(text!(studio.sound)));
            return Self { encoder, picture, sound };
        }
        Self { encoder, picture: picture(report, is_late), sound: sound(report, is_late) }
    }
}

fn encoder(status: StreamStatus, is_ended: bool, refusal: Option<&str>) -> Step {
    match (status, refusal) {
        (StreamStatus::Live, _) => Step::Done(text!(keys.connected_live).to_owned()),
        (StreamStatus::Rehearsal, _) => Step::Done(text!(keys.connected_rehearsal).to_owned()),
        (StreamStatus::Reconnecting, _) => Step::Waiting(text!(keys.encoder_dropped)),
        (StreamStatus::Offline, _) if is_ended => Step::Wrong(text!(keys.stream_ended).to_owned()),
        (StreamStatus::Offline, Some(reason)) => Step::Wrong(text!(studio.encoder_refused, reason = reason)),
        (StreamStatus::Offline, None) => Step::Waiting(text!(keys.encoder_awaited)),
    }
}

fn picture(report: Option<&MediaReport>, is_late: bool) -> Step {
    let is_sound_alone = report.is_some_and(|report| report.picture.is_none() && report.sound.is_some());
    match report.and_then(|report| picture_words(report.picture.as_ref()?)) {
        Some(words) => Step::Done(words),
        None if is_late && is_sound_alone => Step::Absent(text!(keys.sound_alone)),
        None if is_late => Step::Wrong(text!(keys.picture_missing).to_owned()),
        None => Step::Waiting(text!(keys.picture_awaited)),
    }
}

fn sound(report: Option<&MediaReport>, is_late: bool) -> Step {
    match report.and_then(|report| report.sound.as_ref()) {
        Some(_) => Step::Done(text!(studio.sound).to_owned()),
        None if is_late => Step::Wrong(text!(keys.sound_missing).to_owned()),
        None => Step::Waiting(text!(keys.sound_awaited)),
    }
}

/// `Picture: 1080p60 (1920×1080)`.
fn picture_words(picture: &PictureReport) -> Option<String> {
    Some(text!(keys.picture_comes, name = picture.name()?, size = picture.size?))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::media_report::{PictureSize, SoundReport};

    fn report(width: u32, height: u32) -> MediaReport {
        let size = Some(PictureSize { width, height });
        let picture = Some(PictureReport { size, fps: Some(60), ..PictureReport::default() });
        MediaReport { picture, sound: Some(SoundReport::default()), delay_ms: None }
    }

    fn live(report: Option<&MediaReport>, is_late: bool) -> Checklist {
        Checklist::of(StreamStatus::Live, false, None, report, is_late)
    }

    #[test]
    fn what_comes_in_is_named() {
        let list = live(Some(&report(1920, 1080)), false);
        assert_eq!(list.picture, Step::Done("Picture: 1080p60 (1920×1080)".into()));
        assert!(matches!(list.encoder, Step::Done(_)) && matches!(list.sound, Step::Done(_)));
    }

    #[test]
    fn what_does_not_come_is_wrong_only_when_it_is_late() {
        for report in [None, Some(MediaReport::default())] {
            let list = live(report.as_ref(), false);
            assert!(matches!(list.picture, Step::Waiting(_)) && matches!(list.sound, Step::Waiting(_)));
            let list = live(report.as_ref(), true);
            assert!(matches!(list.picture, Step::Wrong(_)) && matches!(list.sound, Step::Wrong(_)));
        }
    }

    #[test]
    fn sound_alone_lacks_no_picture() {
        let sound_alone = MediaReport { sound: Some(SoundReport::default()), ..MediaReport::default() };
        let list = live(Some(&sound_alone), false);
        assert!(matches!(list.picture, Step::Waiting(_)), "a picture may still come: {list:?}");
        let list = live(Some(&sound_alone), true);
        assert!(matches!(list.picture, Step::Absent(_)) && matches!(list.sound, Step::Done(_)), "{list:?}");
        // Announced, and not a frame of it: that is no stream of sound alone.
        let stuck = MediaReport { picture: Some(PictureReport::default()), ..sound_alone };
        assert!(matches!(live(Some(&stuck), true).picture, Step::Wrong(_)));
    }

    #[test]
    fn off_air_it_waits_or_says_why_nothing_comes() {
        let before = report(1920, 1080);
        let off = |is_ended, refusal| Checklist::of(StreamStatus::Offline, is_ended, refusal, Some(&before), true);
        assert!(matches!(off(false, None).encoder, Step::Waiting(_)));
        assert!(matches!(off(false, None).picture, Step::Waiting(_)));
        let refused = off(false, Some("The server has no room for another stream."));
        assert_eq!(
            refused.encoder,
            Step::Wrong("Your encoder was refused: The server has no room for another stream.".into())
        );
        assert!(matches!(off(true, Some("x")).encoder, Step::Wrong(text) if text.contains("ended")));
    }
}
