//! Properties of the machine behind LIVE, for any order, loss and repetition of signs. Without a server: signs are made
//! up at random, and proptest prints the fewest that fail.

use std::time::Duration;

use proptest::prelude::*;
use streamit::domain::{
    channel::StreamStatus,
    on_air::{Effect, OnAir, Sign},
    timestamp::Timestamp,
};

/// The four hints of one encoder's session.
fn session(n: u8) -> [Sign; 4] {
    let (resource_id, sid) = (format!("RT_{n}"), format!("PA_{n}"));
    [
        Sign::IngressStarted { resource_id: resource_id.clone() },
        Sign::EncoderJoined { sid: sid.clone() },
        Sign::EncoderLeft { sid },
        Sign::IngressEnded { resource_id },
    ]
}

/// The hints of a creator's browser.
fn browser() -> [Sign; 2] {
    let sid = || "PA_browser".to_owned();
    [Sign::BrowserPublished { sid: sid() }, Sign::BrowserStopped { sid: sid() }]
}

/// Some of the hints of up to three sessions and of a browser, some of them twice, in any order.
fn hints() -> impl Strategy<Value = Vec<Sign>> {
    let once = || (1..=3).flat_map(session).chain(browser());
    let all: Vec<Sign> = once().chain(once()).collect();
    let most = all.len();
    proptest::sample::subsequence(all, 0..=most).prop_shuffle()
}

fn seen_on_air() -> Sign {
    Sign::SeenOnAir { sid: "PA_3".into(), is_browser: false }
}

fn asks_for_a_look(effect: Effect) -> bool {
    matches!(effect, Effect::AskTheRoom | Effect::Started | Effect::Ended | Effect::Interrupted)
}

proptest! {
    #[test]
    fn whatever_came_before_the_room_has_the_last_word(hints in hints(), is_there in any::<bool>()) {
        let mut on_air = OnAir::default();
        for (n, hint) in (0..).zip(hints) {
            on_air.apply(hint, Timestamp(n));
        }
        let truth = if is_there { seen_on_air() } else { Sign::SeenOffAir { after_outage: false } };
        on_air.apply(truth, Timestamp(1000));
        let expected = if is_there { StreamStatus::Live } else { StreamStatus::Offline };
        prop_assert_eq!(on_air.status, expected);
    }

    #[test]
    fn one_session_in_any_order_ends_off_air_or_asks_the_room(
        hints in Just(session(1).into_iter().chain(session(1)).collect::<Vec<_>>()).prop_shuffle(),
    ) {
        let mut on_air = OnAir::default();
        let effects: Vec<Effect> = hints.into_iter().map(|hint| on_air.apply(hint, Timestamp(0))).collect();
        prop_assert!(!effects.contains(&Effect::TookOver), "{:?}", effects);
        let asked = effects.iter().any(|effect| asks_for_a_look(*effect));
        prop_assert!(on_air.status == StreamStatus::Offline || asked, "{:?}", effects);
    }

    #[test]
    fn a_status_only_changes_with_an_effect_that_says_so(hints in hints()) {
        let mut on_air = OnAir::default();
        for hint in hints {
            let before = on_air.status;
            let effect = on_air.apply(hint, Timestamp(0));
            let expected = match effect {
                Effect::Started => StreamStatus::Live,
                Effect::Ended => StreamStatus::Offline,
                Effect::Interrupted => StreamStatus::Reconnecting,
                Effect::None | Effect::TookOver | Effect::AskTheRoom => before,
            };
            prop_assert_eq!(on_air.status, expected);
        }
    }

    #[test]
    fn a_sign_that_is_repeated_at_once_changes_nothing(hints in hints()) {
        let mut on_air = OnAir::default();
        for hint in hints {
            on_air.apply(hint.clone(), Timestamp(0));
            let once = on_air.clone();
            on_air.apply(hint, Timestamp(0));
            prop_assert_eq!(&on_air, &once);
        }
    }

    #[test]
    fn who_is_kept_out_is_never_on_air(hints in hints(), is_there in any::<bool>(), protection in 0..2_u64) {
        let mut on_air = OnAir {
            is_ended_by_creator: true,
            is_rehearsal_on: is_there,
            disconnect_protection: Duration::from_secs(protection * 30),
            ..OnAir::default()
        };
        for hint in hints.into_iter().chain([seen_on_air(), Sign::Cut, Sign::WentLive]) {
            on_air.apply(hint, Timestamp(0));
            prop_assert_eq!(on_air.status, StreamStatus::Offline);
        }
    }

    #[test]
    fn a_rehearsal_is_live_only_when_the_creator_says_so(hints in hints()) {
        let mut on_air = OnAir { is_rehearsal_on: true, ..OnAir::default() };
        for hint in hints.into_iter().chain([seen_on_air()]) {
            on_air.apply(hint, Timestamp(0));
            prop_assert!(!on_air.status.is_live());
        }
        prop_assert_eq!(on_air.status, StreamStatus::Rehearsal);
        on_air.apply(Sign::WentLive, Timestamp(0));
        prop_assert_eq!(on_air.status, StreamStatus::Live);
    }

    #[test]
    fn with_protection_an_end_comes_only_after_the_wait(hints in hints()) {
        let mut on_air = OnAir { disconnect_protection: Duration::from_secs(30), ..OnAir::default() };
        on_air.apply(seen_on_air(), Timestamp(0));
        // Who stops in the browser ends it.
        let drops = hints.into_iter().filter(|hint| !matches!(hint, Sign::BrowserStopped { .. }));
        for hint in drops.chain([Sign::SeenOffAir { after_outage: false }]) {
            on_air.apply(hint, Timestamp(0));
            prop_assert!(on_air.status.is_live());
        }
        on_air.apply(Sign::SeenOffAir { after_outage: false }, Timestamp(31_000));
        prop_assert_eq!(on_air.status, StreamStatus::Offline);
    }

    #[test]
    fn nothing_is_on_air_before_a_sign_of_an_encoder(
        hints in proptest::collection::vec(prop_oneof![
            Just(Sign::IngressEnded { resource_id: "RT_1".into() }),
            Just(Sign::EncoderLeft { sid: "PA_1".into() }),
            Just(Sign::BrowserStopped { sid: "PA_1".into() }),
            any::<bool>().prop_map(|after_outage| Sign::SeenOffAir { after_outage }),
        ], 0..8),
    ) {
        let mut on_air = OnAir::default();
        for hint in hints {
            on_air.apply(hint, Timestamp(0));
            prop_assert_eq!(on_air.status, StreamStatus::Offline);
        }
    }

    #[test]
    fn reconnecting_ends_by_itself_when_nobody_comes_back(hints in hints(), looks in 1..20_i64) {
        let mut on_air = OnAir::default();
        hints.into_iter().for_each(|hint| { on_air.apply(hint, Timestamp(0)); });
        on_air.apply(seen_on_air(), Timestamp(0));
        on_air.apply(Sign::SeenOffAir { after_outage: true }, Timestamp(0));
        prop_assert_eq!(on_air.status, StreamStatus::Reconnecting);
        for look in 1..=looks {
            on_air.apply(Sign::SeenOffAir { after_outage: false }, Timestamp(look * 1000));
            let expected = if look < 15 { StreamStatus::Reconnecting } else { StreamStatus::Offline };
            prop_assert_eq!(on_air.status, expected);
        }
    }
}
