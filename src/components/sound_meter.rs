//! How loud a stream is: a bar that moves, and the same in decibels, for those who do not see it too.
//!
//! It measures nothing: the level comes in. Too loud is told in words.

use leptos::prelude::*;

use super::icon::Icon;
use crate::{
    domain::picture_watch::{decibels, meter_place},
    text,
};

/// Peaks from here on are cut off by encoders and players.
const TOO_LOUD_FROM_DB: f64 = -1.0;

/// How loud it is.
#[component]
pub fn SoundMeter(
    /// 0 to 1; `None` while it cannot be heard.
    #[prop(into)]
    level: Signal<Option<f64>>,
    /// Sound is sent.
    #[prop(into)]
    is_sent: Signal<bool>,
) -> impl IntoView {
    let now = move || level.get().filter(|_| is_sent.get());
    let words = Memo::new(move |_| level_words(now(), is_sent.get()));
    let is_too_loud = move || now().is_some_and(|level| decibels(level) >= TOO_LOUD_FROM_DB);
    view! {
        <div class="sound-meter" data-too-loud=move || is_too_loud().then_some("true")>
            {move || view! { <Icon name=if is_sent.get() { "volume-2" } else { "volume-x" } /> }}
            <svg
                class="sound-meter-scale"
                viewBox="0 0 1 1"
                preserveAspectRatio="none"
                role="meter"
                aria-label=text!(studio.sound_level)
                aria-valuemin="-60"
                aria-valuemax="0"
                aria-valuenow=move || format!("{:.0}", decibels(now().unwrap_or(0.0)))
                aria-valuetext=words
            >
                <rect height="1" width=move || format!("{:.3}", meter_place(now().unwrap_or(0.0)))></rect>
            </svg>
            <span class="sound-meter-words number" aria-hidden="true">
                {words}
            </span>
        </div>
    }
}

fn level_words(level: Option<f64>, is_sent: bool) -> String {
    match level.map(decibels) {
        Some(decibels) if decibels >= TOO_LOUD_FROM_DB => text!(studio.too_loud).to_owned(),
        // A sign as wide as the digits, and no "−0".
        Some(decibels) => format!("−{:.0} dB", decibels.abs()),
        None if is_sent => text!(studio.click_to_measure).to_owned(),
        None => text!(studio.silent).to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::level_words;

    #[test]
    fn a_level_is_told_in_words() {
        assert_eq!(level_words(Some(0.1), true), "−20 dB");
        assert_eq!(level_words(Some(0.0), true), "−60 dB");
        assert_eq!(level_words(Some(1.0), true), "Too loud");
        assert_eq!(level_words(None, false), "No sound");
    }
}
