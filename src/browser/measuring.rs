//! Measuring what a player plays, as `measuring.js` looks at it: into the signals of its [`Playback`].
//!
//! It works while the player is muted, and looks at nothing while the page is hidden. For a viewer only WebRTC's counters
//! are read: neither picture nor sound is touched. Dropping a [`Measuring`] ends it and empties the signals.

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

    #[wasm_bindgen(js_name = Counting)]
    type JsCounting;
    #[wasm_bindgen(constructor, js_class = "Counting")]
    fn new(player: &StreamPlayer, on_stats: &Closure<dyn FnMut(String)>) -> JsCounting;
    #[wasm_bindgen(method, js_class = "Counting")]
    fn close(this: &JsCounting);
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
    looks: Looks,
}

/// Who looks, and whom they call.
enum Looks {
    AtAll { js: JsMeasuring, _on_sample: Closure<dyn FnMut(JsSample)>, _on_level: Closure<dyn FnMut(Option<f64>)> },
    AtCounters { js: JsCounting, _on_stats: Closure<dyn FnMut(String)> },
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
        Self { playback, looks: Looks::AtAll { js, _on_sample: on_sample, _on_level: on_level } }
    }

    /// Begins to count what comes for that player: [`Playback::report`] and nothing else.
    pub fn count(playback: Playback, player: &Player) -> Self {
        let mut meter = MediaMeter::default();
        let on_stats = Closure::<dyn FnMut(String)>::new(move |stats: String| {
            // A browser that counts otherwise is not measured.
            let Ok(stats) = serde_json::from_str::<MediaSample>(&stats) else { return };
            let _ = playback.report.try_set(meter.take(stats));
        });
        let js = JsCounting::new(player.to_measure(), &on_stats);
        Self { playback, looks: Looks::AtCounters { js, _on_stats: on_stats } }
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
        match &self.looks {
            Looks::AtAll { js, .. } => js.close(),
            Looks::AtCounters { js, .. } => js.close(),
        }
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
