//! Measuring what a player plays, as `measuring.js` looks at it: into the signals of its [`Playback`].
//!
//! It works while the player is muted, and looks at nothing while the page is hidden. Dropping a [`Measuring`] ends it
//! and empties the signals.

use std::cell::RefCell;

use leptos::prelude::*;
use wasm_bindgen::prelude::*;

use super::{
    playback::Playback,
    player::{Player, StreamPlayer},
};
use crate::domain::{
    media_report::{MediaMeter, MediaSample},
    picture_watch::{Luma, PictureSight, PictureWatch, Sight, SoundSight},
};

#[wasm_bindgen(module = "/src/browser/measuring.js")]
extern "C" {
    #[wasm_bindgen(js_name = Measuring)]
    type JsMeasuring;
    #[wasm_bindgen(constructor, js_class = "Measuring")]
    fn new(
        player: &StreamPlayer,
        on_sample: &Closure<dyn FnMut(JsSample)>,
        on_level: &Closure<dyn FnMut(Option<f64>)>,
    ) -> JsMeasuring;
    #[wasm_bindgen(method, js_class = "Measuring")]
    fn close(this: &JsMeasuring);
}

#[wasm_bindgen]
extern "C" {
    type JsSample;
    #[wasm_bindgen(method, getter)]
    fn stats(this: &JsSample) -> String;
    #[wasm_bindgen(method, getter)]
    fn luma(this: &JsSample) -> Option<Vec<u8>>;
    #[wasm_bindgen(method, getter)]
    fn loudest(this: &JsSample) -> Option<f64>;
}

/// A player that is being measured.
pub struct Measuring {
    playback: Playback,
    js: JsMeasuring,
    _on_sample: Closure<dyn FnMut(JsSample)>,
    _on_level: Closure<dyn FnMut(Option<f64>)>,
}

impl Measuring {
    /// Begins to measure what that player plays.
    pub fn start(playback: Playback, player: &Player) -> Self {
        let (meter, watch) = (RefCell::new(MediaMeter::default()), RefCell::new(PictureWatch::default()));
        let on_sample = Closure::<dyn FnMut(JsSample)>::new(move |sample: JsSample| {
            // A browser that counts otherwise is not measured.
            let Ok(stats) = serde_json::from_str::<MediaSample>(&sample.stats()) else { return };
            let sight = sight(&stats, &sample);
            let _ = playback.warnings.try_maybe_update(|warnings| {
                let now = watch.borrow_mut().take(sight);
                let is_new = *warnings != now;
                *warnings = now;
                (is_new, ())
            });
            let _ = playback.report.try_set(meter.borrow_mut().take(stats));
        });
        let on_level = Closure::<dyn FnMut(Option<f64>)>::new(move |level| {
            let _ = playback.level.try_set(level);
        });
        let js = JsMeasuring::new(player.to_measure(), &on_sample, &on_level);
        Self { playback, js, _on_sample: on_sample, _on_level: on_level }
    }

    /// What was measured is no more: the connection broke, or nothing is sent. The page, and its signals with it, may be
    /// gone.
    pub fn forget(&self) {
        let _ = self.playback.report.try_set(None);
        let _ = self.playback.level.try_set(None);
        let _ = self.playback.warnings.try_set(Vec::new());
    }
}

impl Drop for Measuring {
    fn drop(&mut self) {
        self.js.close();
        self.forget();
    }
}

fn sight(stats: &MediaSample, sample: &JsSample) -> Sight {
    Sight {
        at_ms: stats.at_ms,
        picture: stats
            .picture
            .as_ref()
            .map(|picture| PictureSight { frames_decoded: picture.frames_decoded, luma: sample.luma().map(Luma::new) }),
        sound: stats.sound.as_ref().map(|_| SoundSight { loudest: sample.loudest() }),
    }
}
