//! The settings of the chat as switches and numbers that move at once, and move back when saving fails.
//!
//! Changes are kept in their order until the server has taken them, so that the last one wins. How they read as rules
//! of the chat is in `chat_rules.rs`.

use leptos::prelude::*;

use super::{
    feedback::ErrorNote,
    focus_keeper::FocusKeeper,
    icon::Icon,
    settings_undo::{UndoNote, Undoable},
    toggle::Toggle,
};
use crate::{
    domain::{
        chat_settings::{
            ChatSettings, ChatSettingsChange, DELAY_CHOICES_SECS, MAX_FOLLOWERS_MIN_MINUTES, MAX_SLOW_MODE_SECS,
        },
        fields::{Change, FieldErrors},
    },
    text,
};

/// Settings with changes on top that are still on their way.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct PendingSettings {
    changes: Vec<(u32, ChatSettingsChange)>,
    next_number: u32,
    /// The first change is in the state that came last, or in one before it: it has been told of before its answer came.
    is_first_told: bool,
    /// What the server confirmed, and the version of the state when it did: shown until a newer state comes.
    confirmed: Option<(i64, ChatSettings)>,
}

impl PendingSettings {
    /// Takes a change that is valid; gives the number by which to name it later.
    ///
    /// # Errors
    /// The fields that break rules.
    pub fn begin(&mut self, change: &ChatSettingsChange) -> Result<u32, FieldErrors> {
        change.clone().parse()?;
        self.next_number += 1;
        self.changes.push((self.next_number, change.clone()));
        Ok(self.next_number)
    }

    /// The oldest change: they are sent one after the other, so that the last one wins.
    pub fn first(&self) -> Option<(u32, ChatSettingsChange)> {
        self.changes.first().cloned()
    }

    /// The server's settings are these now, as every page of the creator is told.
    pub fn hear(&mut self, server: ChatSettings) {
        let is_told =
            |change: &ChatSettingsChange| change.clone().parse().is_ok_and(|update| update.apply(server) == server);
        self.is_first_told |= self.changes.first().is_some_and(|(_, change)| is_told(change));
    }

    /// The server has taken it, at a time when `version` was the newest that the page knew. When that told of it already,
    /// what has been told since is newer than the answer.
    pub fn confirm(&mut self, number: u32, version: i64, settings: ChatSettings) {
        self.confirmed = (!self.is_first_told).then_some((version, settings));
        self.drop_change(number);
    }

    /// The server has not taken it: what it changed goes back.
    pub fn drop_change(&mut self, number: u32) {
        self.is_first_told = false;
        self.changes.retain(|(other, _)| *other != number);
    }

    /// What is shown, given the server's settings of that version.
    pub fn shown(&self, version: i64, server: ChatSettings) -> ChatSettings {
        let base = match self.confirmed {
            Some((at, settings)) if at >= version => settings,
            _ => server,
        };
        self.changes.iter().fold(base, |settings, (_, change)| {
            change.clone().parse().map_or(settings, |update| update.apply(settings))
        })
    }

    /// Whether a change of that kind is on its way.
    pub fn is_busy(&self, touches: fn(&ChatSettingsChange) -> bool) -> bool {
        self.changes.iter().any(|(_, change)| touches(change))
    }
}

/// The settings of the chat.
#[component]
pub fn ChatSettingsPanel(
    /// What is shown.
    #[prop(into)]
    settings: Signal<ChatSettings>,
    /// What is on its way.
    #[prop(into)]
    pending: Signal<PendingSettings>,
    /// What went wrong with the last change.
    #[prop(into)]
    error: Signal<Option<String>>,
    /// What is wrong with single fields, by their names on the wire.
    #[prop(into)]
    field_errors: Signal<FieldErrors>,
    /// The last change, as long as it can be taken back.
    undoable: RwSignal<Option<Undoable>>,
    /// Called with what takes it back.
    #[prop(into)]
    on_undo: Callback<ChatSettingsChange>,
    /// Called with what is wanted.
    #[prop(into)]
    on_change: Callback<ChatSettingsChange>,
) -> impl IntoView {
    let delayed = Signal::derive(move || settings.get().is_chat_delayed);
    let followers_only = Signal::derive(move || settings.get().is_chat_followers_only);
    let can_undo = Memo::new(move |_| undoable.with(Option::is_some));
    view! {
        <section class="panel chat-settings needs-program" aria-labelledby="chat-settings-title">
            <FocusKeeper class="chat-settings-head" changes=can_undo>
                <h2 id="chat-settings-title">{text!(chat.settings)}</h2>
                <UndoNote undoable on_undo />
            </FocusKeeper>
            <ErrorNote message=error />
            <Toggle
                label=text!(chat.enabled)
                hint=text!(chat.enabled_hint)
                checked=Signal::derive(move || settings.get().is_chat_enabled)
                busy=Signal::derive(move || pending.with(|all| all.is_busy(|change| !change.is_chat_enabled.is_keep())))
                on_change=move |is_on| on_change.run(ChatSettingsChange { is_chat_enabled: Change::Set(is_on), ..Default::default() })
            />
            <Toggle
                label=text!(chat.delay)
                hint=text!(chat.delay_hint)
                checked=delayed
                busy=Signal::derive(move || pending.with(|all| all.is_busy(|change| !change.is_chat_delayed.is_keep())))
                on_change=move |is_on| on_change.run(ChatSettingsChange { is_chat_delayed: Change::Set(is_on), ..Default::default() })
            />
            <DelayChoice settings is_off=Signal::derive(move || !delayed.get()) on_change />
            <Toggle
                label=text!(chat.followers_only)
                hint=text!(chat.followers_only_hint)
                checked=followers_only
                busy=Signal::derive(move || pending.with(|all| all.is_busy(|change| !change.is_chat_followers_only.is_keep())))
                on_change=move |is_on| on_change.run(ChatSettingsChange { is_chat_followers_only: Change::Set(is_on), ..Default::default() })
            />
            <Durations settings followers_only field_errors on_change />
        </section>
    }
}

#[component]
fn DelayChoice(
    settings: Signal<ChatSettings>,
    is_off: Signal<bool>,
    on_change: Callback<ChatSettingsChange>,
) -> impl IntoView {
    let choose = move |event| {
        if let Ok(seconds) = event_target_value(&event).parse() {
            on_change.run(ChatSettingsChange { chat_delay_seconds: Change::Set(seconds), ..Default::default() });
        }
    };
    view! {
        <div class="setting" data-off=move || is_off.get().then_some("true")>
            <label for="chat-delay">{text!(chat.delay_length)}</label>
            <select
                id="chat-delay"
                disabled=is_off
                prop:value=move || settings.get().chat_delay_seconds.to_string()
                on:change=choose
            >
                {DELAY_CHOICES_SECS
                    .map(|seconds| {
                        let is_chosen = move || settings.get().chat_delay_seconds == seconds;
                        view! {
                            <option value=seconds.to_string() selected=is_chosen>
                                {text!(time.seconds_in_full, count = seconds)}
                            </option>
                        }
                    })
                    .collect_view()}
            </select>
        </div>
    }
}

#[component]
fn Durations(
    settings: Signal<ChatSettings>,
    followers_only: Signal<bool>,
    field_errors: Signal<FieldErrors>,
    on_change: Callback<ChatSettingsChange>,
) -> impl IntoView {
    let error = move |field: &'static str| Signal::derive(move || field_errors.with(|all| all.0.get(field).cloned()));
    view! {
        <NumberSetting
            id="followers-min"
            label=text!(chat.followers_min)
            unit=text!(chat.followers_min_unit)
            hint=text!(chat.followers_min_hint)
            max=MAX_FOLLOWERS_MIN_MINUTES
            is_off=Signal::derive(move || !followers_only.get())
            value=Signal::derive(move || settings.get().followers_min_minutes)
            error=error("followersMinMinutes")
            on_change=move |minutes| on_change.run(ChatSettingsChange { followers_min_minutes: Change::Set(minutes), ..Default::default() })
        />
        <NumberSetting
            id="slow-mode"
            label=text!(chat.slow_mode)
            unit=text!(chat.slow_mode_unit)
            hint=text!(chat.slow_mode_hint)
            max=MAX_SLOW_MODE_SECS
            is_off=Signal::stored(false)
            value=Signal::derive(move || settings.get().slow_mode_seconds)
            error=error("slowModeSeconds")
            on_change=move |seconds| on_change.run(ChatSettingsChange { slow_mode_seconds: Change::Set(seconds), ..Default::default() })
        />
    }
}

#[component]
fn NumberSetting(
    id: &'static str,
    label: &'static str,
    unit: &'static str,
    hint: &'static str,
    max: u32,
    is_off: Signal<bool>,
    value: Signal<u32>,
    error: Signal<Option<String>>,
    #[prop(into)] on_change: Callback<i64>,
) -> impl IntoView {
    // What is typed and not sent yet, or was refused for its value; otherwise the field follows the setting.
    let typed = RwSignal::new(None::<String>);
    let value = Memo::new(move |_| value.get());
    let has_error = Memo::new(move |_| error.get().is_some());
    let follow = move || {
        if !has_error.get_untracked() {
            typed.set(None);
        }
    };
    let commit = move |text: String| match text.trim().parse() {
        Ok(number) => {
            on_change.run(number);
            follow();
        }
        Err(_) => typed.set(None),
    };
    Effect::watch(move || has_error.get(), move |_, _, _| follow(), false);
    view! {
        <div class="setting" data-off=move || is_off.get().then_some("true")>
            <label for=id>{label}</label>
            <span class="setting-number">
                <input
                    id=id
                    type="number"
                    inputmode="numeric"
                    min="0"
                    max=max.to_string()
                    disabled=is_off
                    aria-describedby=format!("{id}-error {id}-hint")
                    aria-invalid=move || has_error.get().then_some("true")
                    prop:value=move || typed.get().unwrap_or_else(|| value.get().to_string())
                    on:input=move |event| typed.set(Some(event_target_value(&event)))
                    on:change=move |event| commit(event_target_value(&event))
                    on:blur=move |_| follow()
                />
                <span>{unit}</span>
            </span>
            <p class="setting-hint" id=format!("{id}-hint")>
                {hint}
            </p>
            <p class="setting-error" id=format!("{id}-error") role="alert">
                {move || error.get().map(|text| view! { <Icon name="triangle-alert" /> {text} })}
            </p>
        </div>
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn slow(seconds: i64) -> ChatSettingsChange {
        ChatSettingsChange { slow_mode_seconds: Change::Set(seconds), ..Default::default() }
    }

    fn server() -> ChatSettings {
        ChatSettings::default()
    }

    #[test]
    fn a_change_shows_at_once_and_goes_back_when_refused() {
        let mut pending = PendingSettings::default();
        let number = pending.begin(&slow(10)).expect("valid");
        assert_eq!(pending.shown(1, server()).slow_mode_seconds, 10);
        assert!(pending.is_busy(|change| !change.slow_mode_seconds.is_keep()));
        pending.drop_change(number);
        assert_eq!(pending.shown(1, server()), server());
    }

    #[test]
    fn a_confirmed_change_stays_until_a_newer_state_comes() {
        let mut pending = PendingSettings::default();
        let number = pending.begin(&slow(10)).expect("valid");
        pending.confirm(number, 1, ChatSettings { slow_mode_seconds: 10, ..server() });
        assert_eq!(pending.shown(1, server()).slow_mode_seconds, 10);
        assert_eq!(pending.shown(2, server()).slow_mode_seconds, 0);
    }

    #[test]
    fn what_is_told_after_a_change_and_before_its_answer_is_newer_than_the_answer() {
        let slower = |seconds| ChatSettings { slow_mode_seconds: seconds, ..server() };
        let mut pending = PendingSettings::default();
        let number = pending.begin(&slow(10)).expect("valid");
        pending.hear(slower(10));
        pending.hear(slower(60));
        pending.confirm(number, 3, slower(10));
        assert_eq!(pending.shown(3, slower(60)), slower(60));
    }

    #[test]
    fn what_is_told_late_of_one_change_takes_back_no_later_one() {
        let off = ChatSettingsChange { is_chat_enabled: Change::Set(false), ..Default::default() };
        let slower = ChatSettings { slow_mode_seconds: 10, ..server() };
        let both = ChatSettings { is_chat_enabled: false, ..slower };
        let mut pending = PendingSettings::default();
        let first = pending.begin(&slow(10)).expect("valid");
        let second = pending.begin(&off).expect("valid");
        pending.confirm(first, 1, slower);
        pending.hear(slower);
        pending.confirm(second, 2, both);
        assert_eq!(pending.shown(2, slower), both);
    }

    #[test]
    fn one_refusal_leaves_the_other_changes_alone() {
        let mut pending = PendingSettings::default();
        let refused = pending.begin(&slow(10)).expect("valid");
        let off = ChatSettingsChange { is_chat_enabled: Change::Set(false), ..Default::default() };
        pending.begin(&off).expect("valid");
        pending.drop_change(refused);
        let shown = pending.shown(1, server());
        assert_eq!((shown.slow_mode_seconds, shown.is_chat_enabled), (0, false));
    }

    #[test]
    fn a_value_against_the_rules_is_not_sent() {
        let mut pending = PendingSettings::default();
        let errors = pending.begin(&slow(2)).expect_err("too short");
        assert!(errors.0.contains_key("slowModeSeconds"));
        assert_eq!(pending.shown(1, server()), server());
    }
}
