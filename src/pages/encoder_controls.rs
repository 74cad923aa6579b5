//! What a creator does to what comes in, from the pages of the dashboard: asked for, shown as what it will be, and put
//! back with the reason when it was not done.

use leptos::{prelude::*, task::spawn_local};

use super::lists::in_time;
use crate::{
    api::stream::{
        Change, Controls, StreamInfoChange, StreamReport, change_stream_info, end_stream, go_live, resume_stream,
        set_protection, set_rehearsal,
    },
    browser::events::EventStreamSetup,
    components::encoder_controls::ControlAction,
    domain::stream::OwnState,
};

/// What the creator has set for the encoder, and what is on its way.
#[derive(Clone, Copy)]
pub struct EncoderControls {
    /// The newest that the server said, with its version.
    known: RwSignal<(i64, Controls)>,
    /// What was asked for and is not answered.
    pending: RwSignal<Option<ControlAction>>,
    /// The last thing that was asked for meanwhile.
    next: RwSignal<Option<ControlAction>>,
    /// What went wrong with the last one.
    pub(super) error: RwSignal<Option<String>>,
}

impl EncoderControls {
    /// As the page was loaded.
    pub(super) fn new(report: &StreamReport) -> Self {
        Self {
            known: RwSignal::new((report.version, report.controls.clone())),
            pending: RwSignal::new(None),
            next: RwSignal::new(None),
            error: RwSignal::new(None),
        }
    }

    /// What is shown: what the server said, and over it what was asked for.
    pub(super) fn shown(self) -> Signal<Controls> {
        Signal::derive(move || {
            let mut controls = self.known.with(|(_, controls)| controls.clone());
            for asked in [self.pending, self.next] {
                asked.with(|asked| match asked {
                    Some(ControlAction::Rehearse(is_on)) => controls.is_rehearsal_on = *is_on,
                    Some(ControlAction::Protect(seconds)) => controls.disconnect_protection_seconds = *seconds,
                    _ => {}
                });
            }
            controls
        })
    }

    /// Something is on its way.
    pub(super) fn is_busy(self) -> Signal<bool> {
        Signal::derive(move || self.pending.with(Option::is_some))
    }

    /// Takes over what these events say.
    pub(super) fn listen(self, events: EventStreamSetup) -> EventStreamSetup {
        events.on("state", move |own: OwnState| self.take(own.channel.version, own.controls))
    }

    /// Takes over what the server said, unless something newer is known.
    pub(super) fn take(self, version: i64, controls: Controls) {
        let _ = self.known.try_maybe_update(|known| {
            let is_news = known.0 <= version && known.1 != controls;
            if known.0 <= version {
                *known = (version, controls);
            }
            (is_news, ())
        });
    }

    /// Asks for it, one thing at a time: of what is asked for meanwhile, the last.
    pub(super) fn act(self, action: ControlAction) {
        if self.pending.with_untracked(Option::is_some) {
            return self.next.set(Some(action));
        }
        self.pending.set(Some(action.clone()));
        self.error.set(None);
        spawn_local(async move {
            match ask(action).await {
                Ok(report) => self.take(report.version, report.controls),
                Err(message) => drop(self.error.try_set(Some(message))),
            }
            let _ = self.pending.try_set(None);
            if let Some(next) = self.next.try_update(Option::take).flatten() {
                self.act(next);
            }
        });
    }
}

async fn ask(action: ControlAction) -> Result<StreamReport, String> {
    match action {
        ControlAction::Rehearse(is_on) => in_time(set_rehearsal(is_on)).await,
        ControlAction::GoLive(None) => in_time(go_live()).await,
        ControlAction::GoLive(Some(title)) => {
            let change = StreamInfoChange { title: Change::Set(title), ..Default::default() };
            in_time(change_stream_info(change)).await?;
            in_time(go_live()).await
        }
        ControlAction::End => in_time(end_stream()).await,
        ControlAction::Resume => in_time(resume_stream()).await,
        ControlAction::Protect(seconds) => in_time(set_protection(seconds)).await,
    }
}
