//! What a creator does to what comes in, from the pages of the dashboard: asked for, shown as what it will be, and put
//! back with the reason when it was not done.

use std::mem::discriminant;

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
    /// What was asked for meanwhile, in its order; of each kind the last.
    next: RwSignal<Vec<ControlAction>>,
    /// What went wrong since something was asked for last.
    pub(super) error: RwSignal<Option<String>>,
}

impl EncoderControls {
    /// As the page was loaded.
    pub(super) fn new(report: &StreamReport) -> Self {
        Self {
            known: RwSignal::new((report.version, report.controls.clone())),
            pending: RwSignal::new(None),
            next: RwSignal::new(Vec::new()),
            error: RwSignal::new(None),
        }
    }

    /// What is shown: what the server said, and over it what was asked for.
    pub(super) fn shown(self) -> Signal<Controls> {
        Signal::derive(move || {
            let mut controls = self.known.with(|(_, controls)| controls.clone());
            let mut show = |asked: &ControlAction| match asked {
                ControlAction::Rehearse(is_on) => controls.is_rehearsal_on = *is_on,
                ControlAction::Protect(seconds) => controls.disconnect_protection_seconds = *seconds,
                _ => {}
            };
            self.pending.with(|pending| pending.iter().for_each(&mut show));
            self.next.with(|next| next.iter().for_each(&mut show));
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

    /// Asks for it, one thing at a time: of what is asked for meanwhile, the last of each kind.
    pub(super) fn act(self, action: ControlAction) {
        self.error.set(None);
        if self.pending.with_untracked(Option::is_some) {
            return self.next.update(|next| {
                next.retain(|one| discriminant(one) != discriminant(&action));
                next.push(action);
            });
        }
        self.begin(action);
    }

    /// Does it, and what is asked for meanwhile, also when the page is gone by then.
    fn begin(self, action: ControlAction) {
        let next = ArcRwSignal::from(self.next);
        spawn_local(async move {
            let mut asked = Some(action);
            while let Some(action) = asked {
                let _ = self.pending.try_set(Some(action.clone()));
                match ask(action).await {
                    Ok(report) => self.take(report.version, report.controls),
                    Err(message) => drop(self.error.try_set(Some(message))),
                }
                asked = next.try_update(|next| (!next.is_empty()).then(|| next.remove(0))).flatten();
            }
            let _ = self.pending.try_set(None);
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
