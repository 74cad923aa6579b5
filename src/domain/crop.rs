//! The part of a picture that is shown: as it is asked for, in pixels, and while somebody chooses it.
//!
//! All in parts of the picture's width and height, as it is seen: turned the right way round.

use serde::{Deserialize, Serialize};

use super::fields::Invalid;
use crate::text;

/// How far one can zoom into a picture.
const MAX_ZOOM: f64 = 8.0;
/// What is lost when numbers go through JSON.
const ROUNDING: f64 = 1e-6;

/// The shape of the part.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Aspect {
    /// 16:9.
    Wide,
    /// 1:1.
    Square,
}

impl Aspect {
    /// Width by height.
    pub fn ratio(self) -> f64 {
        match self {
            Self::Wide => 16.0 / 9.0,
            Self::Square => 1.0,
        }
    }
}

/// A part of a picture: its left upper corner and its size, each from 0 to 1.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[serde(try_from = "Edges")]
pub struct Crop {
    x: f64,
    y: f64,
    width: f64,
    height: f64,
}

/// A [`Crop`] as it was sent.
#[derive(Deserialize)]
struct Edges {
    x: f64,
    y: f64,
    width: f64,
    height: f64,
}

impl TryFrom<Edges> for Crop {
    type Error = Invalid;

    fn try_from(edges: Edges) -> Result<Self, Invalid> {
        let Edges { x, y, width, height } = edges;
        let is_within = |start: f64, size: f64| start >= 0.0 && size > 0.0 && start + size <= 1.0 + ROUNDING;
        // What is no number is within nothing.
        if is_within(x, width) && is_within(y, height) {
            return Ok(Self { x, y, width, height });
        }
        Err(Invalid::new(text!(frame.outside_of_picture)))
    }
}

impl Default for Crop {
    /// All of it.
    fn default() -> Self {
        Self { x: 0.0, y: 0.0, width: 1.0, height: 1.0 }
    }
}

/// A part of a picture in pixels; never empty, never outside.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[expect(missing_docs, reason = "the names say it")]
pub struct Pixels {
    pub x: u32,
    pub y: u32,
    pub width: u32,
    pub height: u32,
}

impl Crop {
    /// The largest part of that shape in the middle of this part, in a picture of that many pixels.
    pub fn pixels(self, width: u32, height: u32, aspect: Aspect) -> Pixels {
        let (whole_width, whole_height) = (f64::from(width), f64::from(height));
        let (part_width, part_height) = (self.width * whole_width, self.height * whole_height);
        let fitted_width = part_width.min(part_height * aspect.ratio());
        let fitted_height = part_height.min(part_width / aspect.ratio());
        let left = self.x * whole_width + (part_width - fitted_width) / 2.0;
        let top = self.y * whole_height + (part_height - fitted_height) / 2.0;
        let (width, height) = (size_within(fitted_width, width), size_within(fitted_height, height));
        Pixels {
            x: start_within(left, whole_width - f64::from(width)),
            y: start_within(top, whole_height - f64::from(height)),
            width,
            height,
        }
    }
}

fn size_within(size: f64, whole: u32) -> u32 {
    (size.round() as u32).clamp(1, whole.max(1))
}

fn start_within(start: f64, last: f64) -> u32 {
    start.round().clamp(0.0, last.max(0.0)) as u32
}

/// A picture behind a frame, while somebody chooses what is seen through it. The frame is always full.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Framing {
    /// Size of what is seen without zooming, in parts of the picture.
    widest: (f64, f64),
    /// From 1 to [`MAX_ZOOM`].
    zoom: f64,
    /// What is in the middle of the frame.
    middle: (f64, f64),
}

/// Where the picture lies, in percent of the frame's width and height.
#[derive(Clone, Copy, Debug, PartialEq)]
#[expect(missing_docs, reason = "the names say it")]
pub struct Placement {
    pub left: f64,
    pub top: f64,
    pub width: f64,
    pub height: f64,
}

impl Framing {
    /// As much of a picture of that size as fits, from its middle. `None` for what has no size.
    pub fn new(width: u32, height: u32, aspect: Aspect) -> Option<Self> {
        if width == 0 || height == 0 {
            return None;
        }
        let ratio = f64::from(width) / f64::from(height) / aspect.ratio();
        Some(Self { widest: ((1.0 / ratio).min(1.0), ratio.min(1.0)), zoom: 1.0, middle: (0.5, 0.5) })
    }

    fn size(self) -> (f64, f64) {
        (self.widest.0 / self.zoom, self.widest.1 / self.zoom)
    }

    /// The picture is pushed by that much of the frame's width and height.
    #[must_use]
    pub fn pushed(self, right: f64, down: f64) -> Self {
        let (width, height) = self.size();
        Self { middle: (self.middle.0 - right * width, self.middle.1 - down * height), ..self }.kept_inside()
    }

    /// Zoomed by a factor.
    #[must_use]
    pub fn zoomed(self, factor: f64) -> Self {
        Self { zoom: (self.zoom * factor).clamp(1.0, MAX_ZOOM), ..self }.kept_inside()
    }

    /// Zoomed to a place on the scale from 0, all that fits, to 1, as near as possible.
    #[must_use]
    pub fn zoomed_to(self, place: f64) -> Self {
        Self { zoom: MAX_ZOOM.powf(place.clamp(0.0, 1.0)), ..self }.kept_inside()
    }

    /// The reverse of [`Self::zoomed_to`].
    pub fn zoom_place(self) -> f64 {
        self.zoom.ln() / MAX_ZOOM.ln()
    }

    fn kept_inside(self) -> Self {
        let (width, height) = self.size();
        let inside = |middle: f64, size: f64| middle.clamp(size / 2.0, 1.0 - size / 2.0);
        Self { middle: (inside(self.middle.0, width), inside(self.middle.1, height)), ..self }
    }

    /// What is seen through the frame.
    pub fn crop(self) -> Crop {
        let (width, height) = self.size();
        let start = |middle: f64, size: f64| (middle - size / 2.0).max(0.0);
        Crop { x: start(self.middle.0, width), y: start(self.middle.1, height), width, height }
    }

    /// Where the picture lies.
    pub fn placement(self) -> Placement {
        let Crop { x, y, width, height } = self.crop();
        Placement { left: -100.0 * x / width, top: -100.0 * y / height, width: 100.0 / width, height: 100.0 / height }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(json: &str) -> Result<Crop, serde_json::Error> {
        serde_json::from_str(json)
    }

    fn pixels(x: u32, y: u32, width: u32, height: u32) -> Pixels {
        Pixels { x, y, width, height }
    }

    #[test]
    fn without_a_wish_it_is_the_middle() {
        assert_eq!(Crop::default().pixels(1920, 1080, Aspect::Wide), pixels(0, 0, 1920, 1080));
        assert_eq!(Crop::default().pixels(1000, 1000, Aspect::Wide), pixels(0, 219, 1000, 563));
        assert_eq!(Crop::default().pixels(3000, 900, Aspect::Wide), pixels(700, 0, 1600, 900));
        assert_eq!(Crop::default().pixels(400, 300, Aspect::Square), pixels(50, 0, 300, 300));
    }

    #[test]
    fn a_part_of_another_shape_is_cut_to_it() {
        let right_half = read(r#"{"x":0.5,"y":0,"width":0.5,"height":1}"#).expect("inside");
        assert_eq!(right_half.pixels(1600, 900, Aspect::Wide), pixels(800, 225, 800, 450));
        assert_eq!(right_half.pixels(1600, 900, Aspect::Square), pixels(800, 50, 800, 800));
    }

    #[test]
    fn a_part_is_never_empty_and_never_outside() {
        let corner = read(r#"{"x":0.9999,"y":0.9999,"width":0.0001,"height":0.0001}"#).expect("inside");
        for (width, height) in [(1, 1), (1, 5000), (5000, 1), (17, 3), (u32::MAX, u32::MAX)] {
            for crop in [corner, Crop::default()] {
                for aspect in [Aspect::Wide, Aspect::Square] {
                    let part = crop.pixels(width, height, aspect);
                    assert!(part.width > 0 && part.height > 0, "{part:?}");
                    let ends = (u64::from(part.x) + u64::from(part.width), u64::from(part.y) + u64::from(part.height));
                    assert!(ends.0 <= width.into() && ends.1 <= height.into(), "{part:?} in {width}x{height}");
                }
            }
        }
    }

    #[test]
    fn what_lies_outside_is_no_part() {
        for bad in [
            "{}",
            "[]",
            r#"{"x":0,"y":0,"width":0,"height":1}"#,
            r#"{"x":-0.1,"y":0,"width":1,"height":1}"#,
            r#"{"x":0.5,"y":0,"width":0.6,"height":1}"#,
            r#"{"x":0,"y":0,"width":1920,"height":1080}"#,
            r#"{"x":null,"y":0,"width":1,"height":1}"#,
            r#"{"x":"0","y":0,"width":1,"height":1}"#,
            r#"{"x":1e999,"y":0,"width":1,"height":1}"#,
        ] {
            assert!(read(bad).is_err(), "{bad}");
        }
    }

    #[test]
    fn a_picture_always_fills_its_frame() {
        for (width, height) in [(1920, 1080), (1000, 1000), (3000, 500), (300, 4000), (1, 1)] {
            let mut framing = Framing::new(width, height, Aspect::Wide).expect("a size");
            for (right, down, factor) in [(0.0, 0.0, 1.0), (9.0, -9.0, 1.5), (-0.2, 0.1, 100.0), (5.0, 5.0, 0.001)] {
                framing = framing.pushed(right, down).zoomed(factor);
                let Placement { left, top, width, height } = framing.placement();
                assert!(left <= 0.0 && top <= 0.0, "{framing:?}");
                assert!(left + width >= 100.0 - 1e-6 && top + height >= 100.0 - 1e-6, "{framing:?}");
                let sent = serde_json::to_string(&framing.crop()).expect("serializable");
                assert!(read(&sent).is_ok(), "{sent}");
            }
        }
        assert_eq!(Framing::new(0, 10, Aspect::Wide), None);
    }

    #[test]
    fn what_is_pushed_to_the_right_shows_more_of_the_left() {
        let framing = Framing::new(3200, 900, Aspect::Wide).expect("a size");
        let (before, after) = (framing.crop(), framing.pushed(0.25, 0.25).crop());
        assert!(after.x < before.x);
        assert_eq!(after.y.to_bits(), before.y.to_bits());
        assert!((framing.zoomed_to(0.5).zoom_place() - 0.5).abs() < 1e-9);
    }
}
