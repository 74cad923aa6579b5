//! How the creator's stream arrives: its size, rates, delay and loudness, and a sentence when something may be wrong.
//!
//! A sentence is announced once, when it appears: the seconds that it counts are for the eye only.

use leptos::prelude::*;

use super::{icon::Icon, sound_meter::SoundMeter};
use crate::{
    domain::{
        media_report::{MediaReport, bit_rate_words, delay_words},
        picture_watch::{Trouble, Warning},
    },
    language::numbers::{Unit, duration},
    text,
};

/// What a figure reads that is not known.
const UNKNOWN: &str = "–";

/// Figures, loudness and warnings.
#[component]
pub fn StreamHealth(
    /// What comes; `None` while nothing does.
    #[prop(into)]
    report: Signal<Option<MediaReport>>,
    /// How loud it is, 0 to 1; `None` while it cannot be heard.
    #[prop(into)]
    level: Signal<Option<f64>>,
    /// What may be wrong with it.
    #[prop(into)]
    warnings: Signal<Vec<Warning>>,
) -> impl IntoView {
    let has_sound =
        Memo::new(move |_| report.with(|report| report.as_ref().is_some_and(|report| report.sound.is_some())));
    view! {
        <section class="stream-health" aria-label=text!(studio.arrives)>
            <Warnings warnings />
            <SoundMeter level is_sent=has_sound />
            <Figures report />
        </section>
    }
}

#[component]
fn Figures(report: Signal<Option<MediaReport>>) -> impl IntoView {
    let figure = move |read: fn(&MediaReport) -> Option<String>| {
        Memo::new(move |_| report.with(|report| report.as_ref().and_then(read)).unwrap_or_else(|| UNKNOWN.to_owned()))
    };
    let picture = figure(|report| match &report.picture {
        Some(picture) => picture.words(),
        None => Some(text!(studio.picture_missing).to_owned()),
    });
    let video_rate = figure(|report| report.picture.as_ref()?.bits_per_second.map(bit_rate_words));
    let sound_rate = figure(|report| report.sound.as_ref()?.bits_per_second.map(bit_rate_words));
    let delay = figure(|report| report.delay_ms.map(delay_words));
    view! {
        <dl class="stream-figures">
            <Figure name=text!(studio.picture) value=picture />
            <Figure name=text!(studio.figure_video) value=video_rate />
            <Figure name=text!(studio.sound) value=sound_rate />
            <Figure name=text!(studio.figure_delay) value=delay />
        </dl>
    }
}

#[component]
fn Figure(name: &'static str, value: Memo<String>) -> impl IntoView {
    view! {
        <div class="stream-figure">
            <dt>{name}</dt>
            <dd class="number">{value}</dd>
        </div>
    }
}

#[component]
fn Warnings(warnings: Signal<Vec<Warning>>) -> impl IntoView {
    let troubles = move || warnings.with(|warnings| warnings.iter().map(|warning| warning.trouble).collect::<Vec<_>>());
    view! {
        <div class="stream-warnings" role="status">
            <For each=troubles key=|trouble| *trouble let:trouble>
                <Sentence trouble warnings />
            </For>
        </div>
    }
}

#[component]
fn Sentence(trouble: Trouble, warnings: Signal<Vec<Warning>>) -> impl IntoView {
    let (what, advice) = words(trouble);
    let is_harmless = trouble == Trouble::Still;
    let lasts = move || {
        let secs = warnings.with(|warnings| {
            warnings.iter().find(|warning| warning.trouble == trouble).map(|warning| warning.lasts_secs)
        });
        secs.filter(|_| trouble != Trouble::NoSound).map(|secs| text!(studio.lasts, time = duration_words(secs)))
    };
    view! {
        <p class="stream-warning" data-harmless=is_harmless.then_some("true")>
            <Icon name=if is_harmless { "info" } else { "triangle-alert" } />
            <span>
                {what} <span class="number" aria-hidden="true">
                    {lasts}
                </span> {advice}
            </span>
        </p>
    }
}

/// What is so, and what to do about it; how long it has been so stands between them.
fn words(trouble: Trouble) -> (&'static str, &'static str) {
    match trouble {
        Trouble::NoFrames => (text!(studio.no_frames), text!(studio.no_frames_advice)),
        Trouble::Black => (text!(studio.black), text!(studio.black_advice)),
        Trouble::Still => (text!(studio.still), text!(studio.still_advice)),
        Trouble::Silent => (text!(studio.silent), text!(studio.silent_advice)),
        Trouble::NoSound => (text!(studio.soundless), text!(studio.soundless_advice)),
    }
}

/// `12 s`, `3 min`.
fn duration_words(secs: u64) -> String {
    if secs < 120 { duration(secs, Unit::Seconds) } else { duration(secs / 60, Unit::Minutes) }
}

#[cfg(test)]
mod tests {
    use super::duration_words;

    #[test]
    fn seconds_become_minutes_when_there_are_many() {
        assert_eq!([5, 119, 120, 3_599].map(duration_words), ["5 s", "119 s", "2 min", "59 min"]);
    }
}
