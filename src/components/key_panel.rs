//! The stream key, hidden until it is asked for, and how to make, replace and delete it.
//!
//! The key itself is only ever in `revealed`, which the page empties again; what is copied does not pass through here.

use leptos::{either::Either, prelude::*};

use super::{
    copy_button::{CopyButton, Copying},
    icon::Icon,
};
use crate::{domain::ingress::InputType, text};

/// As many dots as hide how long the key is.
const DOTS: &str = "••••••••••••••••";

/// Where the encoder connects, and what it shows there.
#[component]
pub fn KeyPanel(
    /// What the key is for.
    #[prop(into)]
    input_type: Signal<InputType>,
    /// Where the encoder connects, once it is known.
    #[prop(into)]
    server_url: Signal<Option<String>>,
    /// The key, while it is shown.
    #[prop(into)]
    revealed: Signal<Option<String>>,
    /// The key is on its way to be shown.
    #[prop(into)]
    is_revealing: Signal<bool>,
    /// Shows the key, or hides it.
    #[prop(into)]
    on_toggle: Callback<()>,
    /// Copies the address.
    #[prop(into)]
    on_copy_url: Callback<(), Copying>,
    /// Copies the key without showing it.
    #[prop(into)]
    on_copy_key: Callback<(), Copying>,
) -> impl IntoView {
    let key_name = move || match input_type.get() {
        InputType::Rtmp => text!(keys.stream_key),
        InputType::Whip => text!(keys.bearer_token),
    };
    view! {
        <dl class="key-values">
            <div class="key-value">
                <dt>{text!(keys.server)}</dt>
                <dd>
                    <code class="key-text">{move || server_url.get().unwrap_or_else(|| "…".into())}</code>
                    <span class="key-buttons">
                        <CopyButton label=text!(keys.copy_server) on_copy=on_copy_url />
                    </span>
                </dd>
            </div>
            <div class="key-value">
                <dt>{key_name}</dt>
                <dd>
                    <KeyText revealed />
                    <span class="key-buttons">
                        <RevealButton revealed is_revealing on_toggle />
                        <CopyButton label=text!(keys.copy_key) on_copy=on_copy_key />
                    </span>
                </dd>
            </div>
        </dl>
        <p class="key-hint">{text!(keys.key_is_secret)}</p>
    }
}

#[component]
fn KeyText(revealed: Signal<Option<String>>) -> impl IntoView {
    view! {
        <code class="key-text" data-shown=move || revealed.get().map(|_| "true")>
            {move || match revealed.get() {
                Some(key) => Either::Left(key),
                None => {
                    Either::Right(
                        view! {
                            <span aria-hidden="true">{DOTS}</span>
                            <span class="visually-hidden">{text!(keys.hidden)}</span>
                        },
                    )
                }
            }}
        </code>
    }
}

#[component]
fn RevealButton(
    revealed: Signal<Option<String>>,
    is_revealing: Signal<bool>,
    on_toggle: Callback<()>,
) -> impl IntoView {
    let is_shown = move || revealed.get().is_some();
    view! {
        <button
            type="button"
            class="button"
            aria-busy=move || is_revealing.get().then_some("true")
            on:click=move |_| on_toggle.run(())
        >
            {move || view! { <Icon name=if is_shown() { "eye-off" } else { "eye" } /> }}
            <span>{move || if is_shown() { text!(keys.hide) } else { text!(keys.show) }}</span>
        </button>
    }
}

/// RTMP or WHIP, with what each is good for.
#[component]
pub fn InputChoice(
    /// What is chosen.
    chosen: RwSignal<InputType>,
    /// It cannot be chosen now.
    #[prop(into)]
    disabled: Signal<bool>,
) -> impl IntoView {
    view! {
        <fieldset class="input-choice needs-program" disabled=disabled>
            <legend>{text!(keys.how_encoder_connects)}</legend>
            <InputOption
                value=InputType::Rtmp
                chosen
                name=InputType::Rtmp.name()
                suits=text!(keys.rtmp_suits)
            />
            <InputOption
                value=InputType::Whip
                chosen
                name=InputType::Whip.name()
                suits=text!(keys.whip_suits)
            />
        </fieldset>
    }
}

#[component]
fn InputOption(
    value: InputType,
    chosen: RwSignal<InputType>,
    name: &'static str,
    suits: &'static str,
) -> impl IntoView {
    view! {
        <label class="input-option">
            <input
                type="radio"
                name="input-type"
                value=value.as_str()
                checked=move || chosen.get() == value
                prop:checked=move || chosen.get() == value
                on:change=move |_| chosen.set(value)
            />
            <span class="input-option-text">
                <strong>{name}</strong>
                <span>{suits}</span>
            </span>
        </label>
    }
}

/// A new key in place of the old one, or none at all.
#[component]
pub fn KeyActions(
    /// Why neither is possible now.
    refusal: Signal<Option<&'static str>>,
    /// One of them is on its way.
    #[prop(into)]
    is_busy: Signal<bool>,
    /// Asks for a new key.
    #[prop(into)]
    on_regenerate: Callback<()>,
    /// Asks to delete the key.
    #[prop(into)]
    on_delete: Callback<()>,
) -> impl IntoView {
    let is_disabled = move || is_busy.get() || refusal.get().is_some();
    view! {
        <div class="key-actions">
            <button
                type="button"
                class="button"
                disabled=is_disabled
                aria-describedby="key-refusal"
                on:click=move |_| on_regenerate.run(())
            >
                <Icon name="refresh-cw" />
                {text!(keys.renew)}
            </button>
            <button
                type="button"
                class="button danger"
                disabled=is_disabled
                aria-describedby="key-refusal"
                on:click=move |_| on_delete.run(())
            >
                <Icon name="trash-2" />
                {text!(keys.delete)}
            </button>
            <Refusal refusal />
        </div>
    }
}

/// Why the key cannot change now.
#[component]
pub fn Refusal(
    /// The reason.
    refusal: Signal<Option<&'static str>>,
) -> impl IntoView {
    view! {
        <p class="key-refusal" id="key-refusal" role="status">
            {move || refusal.get().map(|reason| view! { <Icon name="info" /> {reason} })}
        </p>
    }
}
