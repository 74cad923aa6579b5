//! The lists of cameras and of microphones from which a broadcast from the browser is chosen.
//! They show what the browser told and hand on what was picked; they ask it for nothing.

use leptos::prelude::*;

use crate::{
    domain::{
        browser_broadcast::BrowserBroadcast,
        capture::{Choice, Device, Picture},
    },
    text,
};

/// The value of "no microphone" in its list; a browser's own ids are longer.
const NO_MICROPHONE: &str = "none";

/// The cameras.
#[component]
pub fn CameraList(
    /// What is there.
    broadcast: Signal<BrowserBroadcast>,
    /// What is wanted.
    choice: Memo<Choice>,
    /// Called with what is wanted from now on.
    pick: Callback<Choice>,
) -> impl IntoView {
    let cameras = Memo::new(move |_| broadcast.with(|broadcast| broadcast.devices.cameras.clone()));
    let chosen = Memo::new(move |_| choice.with(|choice| choice.camera.clone()));
    view! {
        <div class="field">
            <label for="browser-broadcast-camera">{text!(browser_broadcast.camera_label)}</label>
            <select
                id="browser-broadcast-camera"
                on:change=move |event| {
                    pick.run(Choice { camera: event_target_value(&event), ..choice.get_untracked() });
                }
            >
                <DeviceOption id="" label=text!(browser_broadcast.browser_choice) chosen />
                <DeviceOptions devices=cameras chosen />
            </select>
        </div>
    }
}

/// The microphones, and none.
#[component]
pub fn MicrophoneList(
    /// What is there.
    broadcast: Signal<BrowserBroadcast>,
    /// What is wanted.
    choice: Memo<Choice>,
    /// Called with what is wanted from now on.
    pick: Callback<Choice>,
) -> impl IntoView {
    let microphones = Memo::new(move |_| broadcast.with(|broadcast| broadcast.devices.microphones.clone()));
    let chosen = Memo::new(move |_| {
        choice.with(|choice| if choice.has_microphone { choice.microphone.clone() } else { NO_MICROPHONE.to_owned() })
    });
    let take = move |event| {
        let value = event_target_value(&event);
        let has_microphone = value != NO_MICROPHONE;
        let microphone = if has_microphone { value } else { String::new() };
        pick.run(Choice { has_microphone, microphone, ..choice.get_untracked() });
    };
    view! {
        <div class="field">
            <label for="browser-broadcast-microphone">{text!(browser_broadcast.microphone_label)}</label>
            <select id="browser-broadcast-microphone" on:change=take>
                <DeviceOption id="" label=text!(browser_broadcast.browser_choice) chosen />
                <DeviceOptions devices=microphones chosen />
                <Show when=move || choice.with(|choice| choice.picture != Picture::Nothing)>
                    <DeviceOption id=NO_MICROPHONE label=text!(browser_broadcast.no_microphone) chosen />
                </Show>
            </select>
        </div>
    }
}

#[component]
fn DeviceOptions(devices: Memo<Vec<Device>>, chosen: Memo<String>) -> impl IntoView {
    move || {
        let devices = devices.get().into_iter();
        devices.map(|device| view! { <DeviceOption id=device.id label=device.label chosen /> }).collect_view()
    }
}

#[component]
fn DeviceOption(#[prop(into)] id: String, #[prop(into)] label: String, chosen: Memo<String>) -> impl IntoView {
    let value = id.clone();
    view! {
        <option value=value prop:selected=move || chosen.with(|chosen| *chosen == id)>
            {label}
        </option>
    }
}
