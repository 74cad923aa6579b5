//! The machine behind LIVE: what a sign of an encoder, or of the creator's own browser, means for what is shown.
//!
//! Signs are hints (webhooks: late, doubled, in any order, or missing) and the truth (who is in the room). A session
//! has two names, LiveKit's `resourceId` (in ingress webhooks) and the participant's `sid` (in participant webhooks);
//! each hint carries one of them, and an ending counts only for the session that it names. Hints commute: whatever
//! their order, the same sessions give the same result, or ask for the truth.

use std::time::Duration;

use super::{broadcast::OUTAGE_GRACE, channel::StreamStatus, timestamp::Timestamp};

/// What is remembered of a stream's encoder.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct OnAir {
    /// What is shown.
    pub status: StreamStatus,
    /// `resourceId` of the running session, once an ingress webhook named it.
    pub resource_id: Option<String>,
    /// `sid` of the encoder's participant, once a participant webhook or the room named it.
    pub participant_sid: Option<String>,
    /// The newest `resourceId` that is over: a late start of it is not believed.
    pub ended_resource_id: Option<String>,
    /// The newest `sid` that is gone: a late join of it is not believed.
    pub ended_participant_sid: Option<String>,
    /// Until when `reconnecting` stands.
    pub reconnecting_until: Option<Timestamp>,
    /// Who comes next is for the creator alone, until they go live.
    pub is_rehearsal_on: bool,
    /// The creator cut the encoder off: no sign of one counts until they let it in again.
    pub is_ended_by_creator: bool,
    /// How long a drop is waited out before it is an end; zero is not at all.
    pub disconnect_protection: Duration,
}

/// Something that says whether an encoder is there.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Sign {
    /// Webhook `ingress_started`.
    IngressStarted {
        /// The session.
        resource_id: String,
    },
    /// Webhook `ingress_ended`.
    IngressEnded {
        /// The session.
        resource_id: String,
    },
    /// Webhook `participant_joined` of kind INGRESS.
    EncoderJoined {
        /// The participant.
        sid: String,
    },
    /// Webhook `participant_left` of kind INGRESS, or of a browser that was lost or replaced.
    EncoderLeft {
        /// The participant.
        sid: String,
    },
    /// Webhook `track_published` of the creator's own browser.
    BrowserPublished {
        /// The participant.
        sid: String,
    },
    /// Webhook `participant_left` of the creator's own browser, which said good-bye.
    BrowserStopped {
        /// The participant.
        sid: String,
    },
    /// The room's own list: an encoder is there, or a browser that sends.
    SeenOnAir {
        /// The participant.
        sid: String,
        /// It is the creator's own browser.
        is_browser: bool,
    },
    /// The room's own list: nobody sends.
    SeenOffAir {
        /// LiveKit could not be asked for a while before this answer.
        after_outage: bool,
    },
    /// Ended on purpose, by the creator or by who may: no drop that could be waited out.
    Cut,
    /// The creator's rehearsal goes live.
    WentLive,
}

impl Sign {
    /// Of the creator's own browser, which comes in without a key.
    pub fn is_of_browser(&self) -> bool {
        matches!(self, Self::BrowserPublished { .. } | Self::SeenOnAir { is_browser: true, .. })
    }
}

/// What a sign asks for beyond remembering it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Effect {
    /// Nothing that anybody would notice.
    None,
    /// Went on air, or came back.
    Started,
    /// The encoder was replaced by another one.
    TookOver,
    /// Went off air.
    Ended,
    /// Expected back: shown as `reconnecting`.
    Interrupted,
    /// The sign does not fit what is remembered: look at the room.
    AskTheRoom,
}

impl OnAir {
    /// Remembers the sign and says what it means.
    pub fn apply(&mut self, sign: Sign, now: Timestamp) -> Effect {
        match sign {
            // Late, or of an encoder that slipped in: whoever looks into the room sees to it.
            Sign::IngressStarted { .. } | Sign::EncoderJoined { .. } if self.is_ended_by_creator => Effect::AskTheRoom,
            Sign::SeenOnAir { .. } if self.is_ended_by_creator => Effect::None,
            Sign::IngressStarted { resource_id } => self.ingress_started(resource_id),
            Sign::IngressEnded { resource_id } => self.ingress_ended(resource_id, now),
            Sign::EncoderJoined { sid } if self.ended_participant_sid.as_ref() == Some(&sid) => self.late_join(),
            Sign::EncoderJoined { sid } | Sign::SeenOnAir { sid, .. } => self.encoder_there(sid),
            Sign::EncoderLeft { sid } => self.encoder_left(sid),
            // A browser takes nothing from an encoder that is there.
            Sign::BrowserPublished { .. } if self.resource_id.is_some() && !self.is_waiting() => Effect::AskTheRoom,
            Sign::BrowserPublished { sid } => {
                self.forget_resource();
                self.apply(Sign::EncoderJoined { sid }, now)
            }
            Sign::BrowserStopped { sid } => self.browser_stopped(sid),
            Sign::SeenOffAir { after_outage } => self.seen_off_air(after_outage, now),
            Sign::Cut if self.status.is_busy() => self.end(),
            Sign::Cut => Effect::None,
            Sign::WentLive => self.went_live(),
        }
    }

    fn went_live(&mut self) -> Effect {
        if self.status != StreamStatus::Rehearsal {
            return Effect::None;
        }
        self.is_rehearsal_on = false;
        self.status = StreamStatus::Live;
        Effect::Started
    }

    fn ingress_started(&mut self, resource_id: String) -> Effect {
        if self.ended_resource_id.as_ref() == Some(&resource_id) {
            return Effect::None;
        }
        let is_another = self.resource_id.as_ref().is_some_and(|known| *known != resource_id);
        if is_another {
            self.ended_resource_id = self.resource_id.take();
        }
        let taken_over = is_another && matches!(self.status, StreamStatus::Live | StreamStatus::Rehearsal);
        self.resource_id = Some(resource_id);
        if taken_over { Effect::TookOver } else { self.start() }
    }

    /// Only a webhook can be late; the room's own list is always believed.
    fn late_join(&self) -> Effect {
        if self.status.is_busy() { Effect::None } else { Effect::AskTheRoom }
    }

    fn encoder_there(&mut self, sid: String) -> Effect {
        let is_another = self.participant_sid.as_ref().is_some_and(|known| *known != sid);
        if is_another {
            self.ended_participant_sid = self.participant_sid.take();
        }
        self.participant_sid = Some(sid);
        match self.start() {
            // The other one may still be there: the creator's browser is, until it is put out.
            Effect::None if is_another => Effect::AskTheRoom,
            effect => effect,
        }
    }

    /// A browser that says good-bye is not being replaced, which an encoder that leaves may be: this ends it at once.
    fn browser_stopped(&mut self, sid: String) -> Effect {
        let is_all_there_was = self.participant_sid.as_ref() == Some(&sid) && self.resource_id.is_none();
        if is_all_there_was && self.status.is_busy() { self.end() } else { self.encoder_left(sid) }
    }

    fn start(&mut self) -> Effect {
        self.reconnecting_until = None;
        match self.status {
            StreamStatus::Live | StreamStatus::Rehearsal => Effect::None,
            StreamStatus::Offline if self.is_rehearsal_on => {
                self.status = StreamStatus::Rehearsal;
                Effect::Started
            }
            StreamStatus::Offline | StreamStatus::Reconnecting => {
                self.status = StreamStatus::Live;
                Effect::Started
            }
        }
    }

    fn ingress_ended(&mut self, resource_id: String, now: Timestamp) -> Effect {
        let running = self.resource_id.as_ref() == Some(&resource_id);
        if running || self.resource_id.is_none() {
            self.ended_resource_id = Some(resource_id);
        }
        if !self.status.is_busy() {
            return Effect::None;
        }
        if running && self.is_waiting() && self.is_protected() {
            self.resource_id = None;
            return Effect::AskTheRoom;
        }
        if running {
            self.resource_id = None;
            return self.dropped(now);
        }
        // Another session's end, or of one that only its participant named so far.
        Effect::AskTheRoom
    }

    fn encoder_left(&mut self, sid: String) -> Effect {
        let running = self.participant_sid.as_ref() == Some(&sid);
        if running || self.participant_sid.is_none() {
            self.ended_participant_sid = Some(sid);
        }
        if !self.status.is_busy() {
            return Effect::None;
        }
        if running {
            self.participant_sid = None;
        }
        // A second encoder throws the first one out before it comes in itself, so leaving alone ends nothing.
        Effect::AskTheRoom
    }

    fn seen_off_air(&mut self, after_outage: bool, now: Timestamp) -> Effect {
        match self.status {
            StreamStatus::Offline => Effect::None,
            StreamStatus::Reconnecting if self.is_waited_for(now) => Effect::None,
            StreamStatus::Live if after_outage => self.interrupt(self.longest_wait(), now),
            StreamStatus::Live => self.dropped(now),
            StreamStatus::Rehearsal | StreamStatus::Reconnecting => self.end(),
        }
    }

    /// Not longer than anything is waited for, also when the clock went back meanwhile.
    fn is_waited_for(&self, now: Timestamp) -> bool {
        self.reconnecting_until.is_some_and(|until| now < until && until.since(now) <= self.longest_wait())
    }

    fn longest_wait(&self) -> Duration {
        OUTAGE_GRACE.max(self.disconnect_protection)
    }

    fn is_waiting(&self) -> bool {
        self.status == StreamStatus::Reconnecting
    }

    fn forget_resource(&mut self) {
        if let Some(resource_id) = self.resource_id.take() {
            self.ended_resource_id = Some(resource_id);
        }
    }

    fn is_protected(&self) -> bool {
        !self.disconnect_protection.is_zero() && !self.is_ended_by_creator
    }

    /// The encoder is gone: over, or waited for.
    fn dropped(&mut self, now: Timestamp) -> Effect {
        if self.status == StreamStatus::Live && self.is_protected() {
            self.interrupt(self.disconnect_protection, now)
        } else {
            self.end()
        }
    }

    fn interrupt(&mut self, wait: Duration, now: Timestamp) -> Effect {
        self.status = StreamStatus::Reconnecting;
        self.reconnecting_until = Some(now.plus(wait));
        if let Some(sid) = self.participant_sid.take() {
            self.ended_participant_sid = Some(sid);
        }
        Effect::Interrupted
    }

    fn end(&mut self) -> Effect {
        self.status = StreamStatus::Offline;
        self.reconnecting_until = None;
        self.forget_resource();
        if let Some(sid) = self.participant_sid.take() {
            self.ended_participant_sid = Some(sid);
        }
        Effect::Ended
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const NOW: Timestamp = Timestamp(1_000_000);

    fn started(id: &str) -> Sign {
        Sign::IngressStarted { resource_id: id.into() }
    }
    fn ended(id: &str) -> Sign {
        Sign::IngressEnded { resource_id: id.into() }
    }
    fn joined(sid: &str) -> Sign {
        Sign::EncoderJoined { sid: sid.into() }
    }
    fn left(sid: &str) -> Sign {
        Sign::EncoderLeft { sid: sid.into() }
    }
    fn after(signs: impl IntoIterator<Item = Sign>) -> (OnAir, Vec<Effect>) {
        let mut on_air = OnAir::default();
        let effects = signs.into_iter().map(|sign| on_air.apply(sign, NOW)).collect();
        (on_air, effects)
    }

    #[test]
    fn either_sign_of_an_encoder_makes_it_live_once() {
        for signs in [[started("R1"), joined("P1")], [joined("P1"), started("R1")]] {
            let (on_air, effects) = after(signs);
            assert_eq!(on_air.status, StreamStatus::Live);
            assert_eq!(effects, [Effect::Started, Effect::None]);
        }
    }

    #[test]
    fn the_end_of_its_session_ends_it_at_once() {
        let (on_air, effects) = after([started("R1"), joined("P1"), left("P1"), ended("R1")]);
        assert_eq!(on_air.status, StreamStatus::Offline);
        assert_eq!(effects[2..], [Effect::AskTheRoom, Effect::Ended]);
    }

    #[test]
    fn a_second_encoder_takes_over_without_an_end() {
        let (on_air, effects) =
            after([started("R1"), joined("P1"), left("P1"), joined("P2"), started("R2"), ended("R1")]);
        assert_eq!(on_air.status, StreamStatus::Live);
        assert_eq!(on_air.resource_id.as_deref(), Some("R2"));
        assert!(effects.contains(&Effect::TookOver));
        assert!(!effects.contains(&Effect::Ended));
    }

    #[test]
    fn a_start_that_comes_after_its_end_is_not_believed() {
        let (on_air, _) = after([ended("R1"), started("R1")]);
        assert_eq!(on_air.status, StreamStatus::Offline);
        let (on_air, effects) = after([left("P1"), joined("P1")]);
        assert_eq!((on_air.status, effects[1]), (StreamStatus::Offline, Effect::AskTheRoom));
    }

    #[test]
    fn the_end_of_another_session_ends_nothing() {
        let (on_air, effects) = after([started("R2"), ended("R1")]);
        assert_eq!((on_air.status, effects[1]), (StreamStatus::Live, Effect::AskTheRoom));
    }

    #[test]
    fn after_an_outage_it_is_expected_back_for_a_while() {
        let (mut on_air, _) = after([started("R1"), joined("P1")]);
        assert_eq!(on_air.apply(Sign::SeenOffAir { after_outage: true }, NOW), Effect::Interrupted);
        assert_eq!(on_air.status, StreamStatus::Reconnecting);
        assert_eq!(on_air.apply(Sign::SeenOffAir { after_outage: false }, NOW), Effect::None);
        let mut back = on_air.clone();
        assert_eq!(back.apply(joined("P2"), NOW), Effect::Started);
        let later = NOW.plus(OUTAGE_GRACE);
        assert_eq!(on_air.apply(Sign::SeenOffAir { after_outage: false }, later), Effect::Ended);
    }

    #[test]
    fn a_clock_that_goes_back_makes_no_wait_longer() {
        let (mut on_air, _) = after([started("R1"), joined("P1")]);
        on_air.apply(Sign::SeenOffAir { after_outage: true }, NOW.plus(Duration::from_secs(3600)));
        assert_eq!(on_air.apply(Sign::SeenOffAir { after_outage: false }, NOW), Effect::Ended);
    }

    #[test]
    fn an_encoder_that_is_back_after_an_outage_took_nothing_over() {
        let (mut on_air, _) = after([started("R1"), joined("P1")]);
        on_air.apply(Sign::SeenOffAir { after_outage: true }, NOW);
        assert_eq!(on_air.apply(started("R2"), NOW), Effect::Started);
        assert_eq!(on_air.status, StreamStatus::Live);
    }

    fn protected(seconds: u64) -> OnAir {
        let mut on_air = OnAir { disconnect_protection: Duration::from_secs(seconds), ..OnAir::default() };
        on_air.apply(started("R1"), NOW);
        on_air.apply(joined("P1"), NOW);
        on_air
    }

    #[test]
    fn a_drop_is_waited_out_for_as_long_as_the_creator_wants() {
        let mut on_air = protected(30);
        assert_eq!(on_air.apply(ended("R1"), NOW), Effect::Interrupted);
        assert_eq!(on_air.apply(left("P1"), NOW), Effect::AskTheRoom);
        let before = NOW.plus(Duration::from_secs(29));
        assert_eq!(on_air.apply(Sign::SeenOffAir { after_outage: false }, before), Effect::None);
        let mut back = on_air.clone();
        assert_eq!(back.apply(started("R2"), before), Effect::Started);
        assert_eq!(back.status, StreamStatus::Live);
        let after = NOW.plus(Duration::from_secs(30));
        assert_eq!(on_air.apply(Sign::SeenOffAir { after_outage: false }, after), Effect::Ended);
        assert_eq!(on_air.status, StreamStatus::Offline);
    }

    #[test]
    fn a_drop_that_two_signs_tell_of_is_one() {
        let mut on_air = protected(30);
        assert_eq!(on_air.apply(Sign::SeenOffAir { after_outage: false }, NOW), Effect::Interrupted);
        assert_eq!(on_air.apply(ended("R1"), NOW.plus(Duration::from_secs(3))), Effect::AskTheRoom);
        assert_eq!(on_air.status, StreamStatus::Reconnecting);
        assert_eq!(on_air.reconnecting_until, Some(NOW.plus(Duration::from_secs(30))));
        // The session that is over does not bring it back.
        assert_eq!(on_air.apply(started("R1"), NOW), Effect::None);
        assert_eq!(on_air.apply(joined("P1"), NOW), Effect::None);
        assert_eq!(on_air.status, StreamStatus::Reconnecting);
    }

    #[test]
    fn an_end_by_the_creator_is_not_waited_out_and_keeps_the_encoder_out() {
        let mut on_air = protected(30);
        on_air.is_ended_by_creator = true;
        let mut told_by_livekit = on_air.clone();
        assert_eq!(told_by_livekit.apply(ended("R1"), NOW), Effect::Ended);
        assert_eq!(on_air.apply(Sign::Cut, NOW), Effect::Ended);
        for sign in [
            ended("R1"),
            left("P1"),
            started("R2"),
            joined("P2"),
            Sign::SeenOnAir { sid: "P2".into(), is_browser: false },
        ] {
            on_air.apply(sign, NOW);
            assert_eq!(on_air.status, StreamStatus::Offline);
        }
        on_air.is_ended_by_creator = false;
        assert_eq!(on_air.apply(started("R3"), NOW), Effect::Started);
    }

    #[test]
    fn who_comes_to_a_rehearsal_is_live_only_when_the_creator_says_so() {
        let mut on_air = OnAir { is_rehearsal_on: true, ..protected(0) };
        on_air.apply(ended("R1"), NOW);
        assert_eq!(on_air.apply(started("R2"), NOW), Effect::Started);
        assert_eq!(on_air.status, StreamStatus::Rehearsal);
        assert_eq!(on_air.apply(started("R3"), NOW), Effect::TookOver);
        assert_eq!(on_air.apply(Sign::WentLive, NOW), Effect::Started);
        assert_eq!((on_air.status, on_air.is_rehearsal_on), (StreamStatus::Live, false));
        assert_eq!(on_air.apply(Sign::WentLive, NOW), Effect::None);
    }

    #[test]
    fn a_rehearsal_that_drops_is_over() {
        let mut on_air =
            OnAir { is_rehearsal_on: true, disconnect_protection: Duration::from_secs(90), ..OnAir::default() };
        on_air.apply(started("R1"), NOW);
        assert_eq!(on_air.apply(ended("R1"), NOW), Effect::Ended);
        assert_eq!(on_air.status, StreamStatus::Offline);
    }

    #[test]
    fn a_browser_is_live_with_its_first_track_and_over_when_it_stops() {
        let published = || Sign::BrowserPublished { sid: "P1".into() };
        let stopped = || Sign::BrowserStopped { sid: "P1".into() };
        let (on_air, effects) = after([published(), published(), stopped(), published()]);
        assert_eq!(on_air.status, StreamStatus::Offline);
        assert_eq!(effects, [Effect::Started, Effect::None, Effect::Ended, Effect::AskTheRoom]);
    }

    #[test]
    fn a_browser_that_is_lost_may_come_back() {
        let (on_air, effects) = after([Sign::BrowserPublished { sid: "P1".into() }, left("P1")]);
        assert_eq!((on_air.status, effects[1]), (StreamStatus::Live, Effect::AskTheRoom));
    }

    #[test]
    fn a_browser_that_follows_a_lost_encoder_is_all_there_is() {
        let mut on_air = protected(30);
        assert_eq!(on_air.apply(Sign::SeenOffAir { after_outage: false }, NOW), Effect::Interrupted);
        assert_eq!(on_air.apply(Sign::BrowserPublished { sid: "B1".into() }, NOW), Effect::Started);
        assert_eq!(on_air.apply(Sign::BrowserStopped { sid: "B1".into() }, NOW), Effect::Ended);
        assert_eq!(on_air.status, StreamStatus::Offline);
    }

    #[test]
    fn an_encoder_takes_over_from_a_browser_and_never_the_reverse() {
        let browser = || Sign::BrowserPublished { sid: "P1".into() };
        let stopped = || Sign::BrowserStopped { sid: "P1".into() };
        for signs in [[joined("P2"), started("R2")], [started("R2"), joined("P2")]] {
            let (mut on_air, effects) = after([browser()].into_iter().chain(signs));
            assert!(effects.contains(&Effect::AskTheRoom), "{effects:?}");
            assert_eq!(on_air.apply(browser(), NOW), Effect::AskTheRoom);
            assert_eq!(on_air.apply(stopped(), NOW), Effect::AskTheRoom);
            assert_eq!((on_air.status, on_air.participant_sid.as_deref()), (StreamStatus::Live, Some("P2")));
            assert_eq!(on_air.apply(ended("R2"), NOW), Effect::Ended);
        }
    }

    #[test]
    fn the_room_has_the_last_word() {
        let (mut on_air, _) = after([started("R1")]);
        assert_eq!(on_air.apply(Sign::SeenOffAir { after_outage: false }, NOW), Effect::Ended);
        assert_eq!(on_air.apply(Sign::SeenOnAir { sid: "P9".into(), is_browser: false }, NOW), Effect::Started);
        assert_eq!(on_air.apply(Sign::SeenOnAir { sid: "P9".into(), is_browser: false }, NOW), Effect::None);
    }
}
