//! What to do in OBS, step by step, in the words that OBS itself uses.
//!
//! OBS may speak the reader's language: its words are texts of ours, set off as what is to be found there. The key is
//! not in them.

use leptos::{either::Either, prelude::*};

use crate::{domain::ingress::InputType, text};

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
                    InputType::Rtmp => text!(keys.obs_with_rtmp),
                    InputType::Whip => text!(keys.obs_with_whip),
                }}
            </h2>
            {move || match input_type.get() {
                InputType::Rtmp => Either::Left(view! { <RtmpSteps /> }),
                InputType::Whip => Either::Right(view! { <WhipSteps /> }),
            }}
        </section>
    }
}

#[component]
fn RtmpSteps() -> impl IntoView {
    view! {
        <ol class="steps">
            <OpenSettings />
            <li>
                {text!(keys.service_before)} <b>{text!(keys.obs_service)}</b> {text!(keys.service_choose)}
                <b>{text!(keys.obs_custom)}</b>
            </li>
            <CopyServer />
            <li>{text!(keys.copy_key_before)} <b>{text!(keys.obs_stream_key)}</b> "."</li>
            <li>
                {text!(keys.output_before)} <b>{text!(keys.obs_settings)}</b> " → " <b>{text!(keys.obs_output)}</b>
                {text!(keys.rtmp_choose)} <b>{text!(keys.obs_advanced)}</b> {text!(keys.rtmp_as)}
                <b>{text!(keys.obs_output_mode)}</b> {text!(keys.rtmp_set)} <b>{text!(keys.obs_keyframe_interval)}</b>
                {text!(keys.rtmp_interval)}
            </li>
            <li>{text!(keys.start_before)} <b>{text!(keys.obs_start)}</b> {text!(keys.rtmp_start_after)}</li>
        </ol>
    }
}

#[component]
fn WhipSteps() -> impl IntoView {
    view! {
        <ol class="steps">
            <OpenSettings />
            <li>
                {text!(keys.service_before)} <b>{text!(keys.obs_service)}</b> {text!(keys.service_choose)} <b>"WHIP"</b>
                "."
            </li>
            <CopyServer />
            <li>{text!(keys.copy_key_before)} <b>{text!(keys.obs_bearer_token)}</b> "."</li>
            <li>
                {text!(keys.output_before)} <b>{text!(keys.obs_settings)}</b> " → " <b>{text!(keys.obs_output)}</b>
                {text!(keys.whip_choose)} <b>{text!(keys.obs_keyframe_interval)}</b> {text!(keys.whip_interval)}
            </li>
            <li>{text!(keys.start_before)} <b>{text!(keys.obs_start)}</b> {text!(keys.whip_start_after)}</li>
        </ol>
    }
}

#[component]
fn OpenSettings() -> impl IntoView {
    view! {
        <li>
            {text!(keys.open_before)} <b>{text!(keys.obs_settings)}</b> " → " <b>{text!(keys.obs_stream)}</b> "."
        </li>
    }
}

#[component]
fn CopyServer() -> impl IntoView {
    view! { <li>{text!(keys.copy_server_before)} <b>{text!(keys.obs_server)}</b> "."</li> }.into_any()
}
