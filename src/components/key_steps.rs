//! What to do in OBS, step by step, in the words that OBS itself uses.

use leptos::{either::Either, prelude::*};

use crate::domain::ingress::InputType;

/// The steps for that kind of input.
#[component]
pub fn ObsSteps(
    /// What the key is for.
    #[prop(into)]
    input_type: Signal<InputType>,
) -> impl IntoView {
    view! {
        <section class="panel obs-steps" aria-labelledby="obs-steps-title">
            <h2 id="obs-steps-title">
                {move || match input_type.get() {
                    InputType::Rtmp => "In OBS, with RTMP",
                    InputType::Whip => "In OBS 30 or later, with WHIP",
                }}
            </h2>
            {move || match input_type.get() {
                InputType::Rtmp => Either::Left(view! { <RtmpSteps /> }),
                InputType::Whip => Either::Right(view! { <WhipSteps /> }),
            }}
        </section>
    }
    .into_any()
}

#[component]
fn RtmpSteps() -> impl IntoView {
    view! {
        <ol class="steps">
            <li>"Open " <b>"Settings"</b> " → " <b>"Stream"</b> "."</li>
            <li>"As " <b>"Service"</b> " choose " <b>"Custom…"</b></li>
            <li>"Copy the server from here into " <b>"Server"</b> "."</li>
            <li>"Copy the key from here into " <b>"Stream Key"</b> "."</li>
            <li>
                "In " <b>"Settings"</b> " → " <b>"Output"</b> " choose " <b>"Advanced"</b> " as " <b>"Output Mode"</b>
                " and set " <b>"Keyframe Interval"</b> " to 2\u{a0}s, with an H.264 encoder and AAC sound."
            </li>
            <li>"Press " <b>"Start Streaming"</b> ". You are live a second later."</li>
        </ol>
    }
    .into_any()
}

#[component]
fn WhipSteps() -> impl IntoView {
    view! {
        <ol class="steps">
            <li>"Open " <b>"Settings"</b> " → " <b>"Stream"</b> "."</li>
            <li>"As " <b>"Service"</b> " choose " <b>"WHIP"</b> "."</li>
            <li>"Copy the server from here into " <b>"Server"</b> "."</li>
            <li>"Copy the key from here into " <b>"Bearer Token"</b> "."</li>
            <li>
                "In " <b>"Settings"</b> " → " <b>"Output"</b> " choose an H.264 encoder without B-frames and set "
                <b>"Keyframe Interval"</b> " to 1\u{a0}s: viewers get exactly what you send."
            </li>
            <li>"Press " <b>"Start Streaming"</b> ". You are live a moment later."</li>
        </ol>
    }
    .into_any()
}
