//! A picture that is sent in several sizes, and which of them a viewer wants.
//!
//! LiveKit calls them layers; there are three at most, and often there is but one. What is wanted is remembered as a
//! kind and not as a height, so that it means something for the next stream, whose sizes may be others. Pure.

use std::cmp::Reverse;

use serde::Deserialize;

/// Which of the sizes a viewer wants.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum PictureQuality {
    /// Whichever fits the player and the line.
    #[default]
    Automatic,
    /// The largest.
    High,
    /// The one between.
    Medium,
    /// The smallest.
    Low,
}

impl PictureQuality {
    const ALL: [Self; 4] = [Self::Automatic, Self::High, Self::Medium, Self::Low];

    /// As it is stored, and as the page's list has it.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Automatic => "automatic",
            Self::High => "high",
            Self::Medium => "medium",
            Self::Low => "low",
        }
    }

    /// The reverse of [`Self::as_str`]; anything else is automatic.
    pub fn from_stored(text: &str) -> Self {
        Self::ALL.into_iter().find(|quality| quality.as_str() == text).unwrap_or_default()
    }

    /// What that is of what there is to choose from ([`layers`]); `None`: whichever fits. Of two, the one between is
    /// the smaller one.
    pub fn among(self, layers: &[Layer]) -> Option<Layer> {
        match self {
            Self::Automatic => None,
            Self::High => layers.first().copied(),
            Self::Medium => layers.get(1).copied(),
            Self::Low => layers.last().copied(),
        }
    }
}

/// One of the sizes, as LiveKit tells of it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
pub struct SentLayer {
    /// LiveKit's name for it, the number of its `VideoQuality`. Two sizes may have any two of the three.
    pub quality: u8,
    /// In lines; zero while that is not known.
    pub height: u32,
}

/// One of several sizes to choose from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Layer {
    /// What somebody wants who chooses it.
    pub quality: PictureQuality,
    /// In lines.
    pub height: u32,
    /// What LiveKit is asked for.
    pub number: u8,
}

/// What there is to choose from, the largest first: nothing when only one size is sent.
pub fn layers(mut sent: Vec<SentLayer>) -> Vec<Layer> {
    sent.retain(|layer| layer.height > 0);
    sent.sort_by_key(|layer| Reverse((layer.height, layer.quality)));
    // Two of the same height could not be told apart.
    sent.dedup_by_key(|layer| layer.height);
    let kinds: &[PictureQuality] = match sent.len() {
        0 | 1 => &[],
        2 => &[PictureQuality::High, PictureQuality::Low],
        _ => &[PictureQuality::High, PictureQuality::Medium, PictureQuality::Low],
    };
    let named = sent.into_iter().zip(kinds.iter().copied());
    named.map(|(SentLayer { quality: number, height }, quality)| Layer { quality, height, number }).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// What there is to choose from of these numbers and heights.
    fn of<const N: usize>(sent: [(u8, u32); N]) -> Vec<Layer> {
        layers(sent.map(|(quality, height)| SentLayer { quality, height }).to_vec())
    }

    fn heights(layers: &[Layer]) -> Vec<u32> {
        layers.iter().map(|layer| layer.height).collect()
    }

    #[test]
    fn the_largest_size_is_first() {
        let three = of([(0, 270), (1, 540), (2, 1080)]);
        assert_eq!(heights(&three), [1080, 540, 270]);
        assert_eq!(three.iter().map(|layer| layer.number).collect::<Vec<_>>(), [2, 1, 0]);
    }

    #[test]
    fn one_size_is_no_choice() {
        for one in [of([]), of([(2, 720)]), of([(0, 0), (1, 0), (2, 720)]), of([(0, 540), (1, 540)])] {
            assert!(one.is_empty(), "{one:?}");
        }
    }

    #[test]
    fn of_two_that_are_as_high_the_better_one_is_left() {
        assert_eq!(of([(0, 270), (1, 540), (2, 540)]).first().map(|layer| layer.number), Some(2));
    }

    #[test]
    fn what_is_wanted_is_found_in_every_stream() {
        use PictureQuality::{Automatic, High, Low, Medium};
        let found = |layers: &[Layer]| {
            [Automatic, High, Medium, Low].map(|wanted| wanted.among(layers).map(|layer| layer.number))
        };
        assert_eq!(found(&of([(0, 270), (1, 540), (2, 1080)])), [None, Some(2), Some(1), Some(0)]);
        // RTMP of little height has the two lower ones, WHIP in two sizes the two upper ones.
        assert_eq!(found(&of([(0, 270), (1, 360)])), [None, Some(1), Some(0), Some(0)]);
        assert_eq!(found(&of([(1, 360), (2, 720)])), [None, Some(2), Some(1), Some(1)]);
        assert_eq!(found(&of([(2, 720)])), [None; 4]);
    }

    #[test]
    fn what_is_offered_is_what_is_chosen_with_it() {
        for layers in [of([(0, 270), (1, 540), (2, 1080)]), of([(0, 270), (1, 360)]), of([(1, 360), (2, 720)])] {
            for layer in &layers {
                assert_eq!(layer.quality.among(&layers), Some(*layer));
            }
        }
    }

    #[test]
    fn a_quality_is_remembered() {
        for quality in PictureQuality::ALL {
            assert_eq!(PictureQuality::from_stored(quality.as_str()), quality);
        }
        for unknown in ["", "1080p", "High"] {
            assert_eq!(PictureQuality::from_stored(unknown), PictureQuality::Automatic, "{unknown}");
        }
    }
}
