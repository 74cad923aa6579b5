//! What a creator reads of their broadcasts: numbers of one, its curve, and how a period went beside the one before.
//!
//! Viewers are people, not connections, and never the creator. Time on air is without drops: nobody watches in one.
//! What is written in a drop, and who begins to follow in it, counts all the same.

use serde::{Deserialize, Serialize};

use super::{channel::StreamStatus, chat_settings::ChatRule, fields::Invalid, id::BroadcastId, timestamp::Timestamp};
use crate::text;

/// The numbers of one broadcast; of one that is on air, up to now.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "ssr", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase")]
pub struct BroadcastNumbers {
    /// Time on air, in seconds, without drops.
    pub duration_seconds: u64,
    /// Watch time by time on air: how many were there at a moment, on average.
    pub average_viewers: f64,
    /// Most people at one moment; exact, not sampled.
    pub peak_viewers: u32,
    /// How many different people were there.
    pub distinct_viewers: u32,
    /// How long all of them together were there, in seconds; two tabs of one person are one.
    pub watch_seconds: u64,
    /// Messages that were sent, without those that were removed.
    pub messages: u32,
    /// How many different people wrote them, without the creator.
    pub chatters: u32,
    /// Who began to follow meanwhile, and still did when it was counted: minutes after its end, or now.
    pub new_followers: u32,
    /// How often the encoder was gone for a while.
    pub drops: u32,
}

/// One broadcast in a list.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "ssr", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase")]
pub struct BroadcastSummary {
    /// Which broadcast.
    pub id: BroadcastId,
    /// What it was called at its end, or is called now.
    pub title: String,
    /// When it began.
    pub started_at: Timestamp,
    /// When it ended; `None` while it is on air, or expected back.
    pub ended_at: Option<Timestamp>,
    /// It is over for good, and its numbers do not change any more.
    pub is_settled: bool,
    /// It is not on air now, and its encoder is expected back.
    pub is_interrupted: bool,
    /// Its numbers.
    #[serde(flatten)]
    pub numbers: BroadcastNumbers,
}

impl BroadcastSummary {
    /// Whether it is on air now.
    pub fn status(&self) -> StreamStatus {
        match self.ended_at {
            Some(_) => StreamStatus::Offline,
            None if self.is_interrupted => StreamStatus::Reconnecting,
            None => StreamStatus::Live,
        }
    }
}

/// What a broadcast is compared with: the average of the creator's last ones before it. Those are left out that were
/// before it was written down who watches.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "ssr", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase")]
pub struct Baseline {
    /// How many they are: five, or fewer when there were no more.
    pub broadcasts: u32,
    /// See [`BroadcastNumbers`], as are all of these.
    pub duration_seconds: f64,
    #[expect(missing_docs, reason = "see the first one")]
    pub average_viewers: f64,
    #[expect(missing_docs, reason = "see the first one")]
    pub peak_viewers: f64,
    #[expect(missing_docs, reason = "see the first one")]
    pub distinct_viewers: f64,
    #[expect(missing_docs, reason = "see the first one")]
    pub watch_seconds: f64,
    #[expect(missing_docs, reason = "see the first one")]
    pub messages: f64,
    #[expect(missing_docs, reason = "see the first one")]
    pub chatters: f64,
    #[expect(missing_docs, reason = "see the first one")]
    pub new_followers: f64,
}

/// A piece of a broadcast's curve: a minute, or a quarter of an hour of one that is longer than 12 hours or ended more
/// than 90 days ago.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "ssr", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase")]
pub struct CurvePoint {
    /// When it begins.
    pub at: Timestamp,
    /// How long it is.
    pub seconds: u32,
    /// How much of it was on air, in seconds: what the average counts for when pieces are put together.
    pub on_air_seconds: f64,
    /// How many watched, on average over the time on air in it; `None` when it was not on air at all.
    pub average_viewers: Option<f64>,
    /// Most people at one moment of it.
    pub peak_viewers: u32,
    /// Messages in it.
    pub messages: u32,
}

/// Something that happened during a broadcast.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "ssr", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase")]
pub struct Moment {
    /// When.
    pub at: Timestamp,
    /// What.
    #[serde(flatten)]
    pub kind: MomentKind,
}

/// What can happen during a broadcast.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "ssr", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase", tag = "kind")]
pub enum MomentKind {
    /// It got another title.
    Title {
        /// The new one.
        title: String,
    },
    /// Rules of the chat changed.
    Rules {
        /// Those that changed, as they are since.
        rules: Vec<ChatRule>,
    },
    /// The encoder was gone.
    Drop {
        /// For how long; `None` while it still is.
        seconds: Option<u64>,
    },
}

/// All that is known of one broadcast.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "ssr", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase")]
pub struct BroadcastReport {
    /// The broadcast and its numbers.
    #[serde(flatten)]
    pub summary: BroadcastSummary,
    /// What they are compared with; `None` for the first broadcast.
    pub baseline: Option<Baseline>,
    /// From its start to its end, without a hole.
    pub curve: Vec<CurvePoint>,
    /// What happened, in order.
    pub moments: Vec<Moment>,
}

/// The numbers of a period. A broadcast belongs to the period in which it began.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "ssr", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase")]
pub struct PeriodNumbers {
    /// How many broadcasts.
    pub broadcasts: u32,
    /// Time on air of all of them, in seconds.
    pub duration_seconds: u64,
    /// Watch time by time on air, without broadcasts from before it was written down who watches.
    pub average_viewers: f64,
    /// The highest peak.
    pub peak_viewers: u32,
    /// Watch time, in seconds.
    pub watch_seconds: u64,
    /// Messages.
    pub messages: u32,
    /// Followers at the end of the period less those at its start; below zero when more went than came.
    pub follower_growth: i64,
}

/// One day of a period, in the creator's time zone.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "ssr", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase")]
pub struct DayNumbers {
    /// The day: `2026-08-01`.
    pub date: String,
    /// Its numbers.
    #[serde(flatten)]
    pub numbers: PeriodNumbers,
}

/// One hour of the week, over all weeks of a period, in the creator's time zone.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "ssr", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase")]
pub struct HourNumbers {
    /// 0 is Monday.
    pub weekday: u8,
    /// 0 to 23.
    pub hour: u8,
    /// Time on air in it, in seconds.
    pub duration_seconds: u64,
    /// Average viewers in that time; 0 when there was none.
    pub average_viewers: f64,
}

/// How a period went.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "ssr", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase")]
pub struct AnalyticsSummary {
    /// The first day: `2026-08-01`.
    pub from: String,
    /// The last day, which is part of it.
    pub to: String,
    /// The time zone that its days are of (IANA).
    pub time_zone: String,
    /// Its numbers.
    pub current: PeriodNumbers,
    /// The numbers of as many days just before it.
    pub before: PeriodNumbers,
    /// Each of its days, in order, also those without a broadcast.
    pub days: Vec<DayNumbers>,
    /// All 168 hours of the week, from Monday 0:00.
    pub hours: Vec<HourNumbers>,
}

/// By what a list of broadcasts is sorted.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "ssr", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase")]
pub enum BroadcastOrder {
    /// The newest first.
    #[default]
    Started,
    /// The longest first.
    Duration,
    /// The most viewers on average first.
    AverageViewers,
    /// The highest peak first.
    PeakViewers,
    /// The most watch time first.
    WatchTime,
    /// The most messages first.
    Messages,
    /// The most new followers first.
    NewFollowers,
}

impl BroadcastOrder {
    /// The order of that name; without one the newest come first.
    ///
    /// # Errors
    /// When there is no such order.
    pub fn parse(name: Option<&str>) -> Result<Self, Invalid> {
        Ok(match name.unwrap_or_default() {
            "" | "started" => Self::Started,
            "duration" => Self::Duration,
            "averageViewers" => Self::AverageViewers,
            "peakViewers" => Self::PeakViewers,
            "watchTime" => Self::WatchTime,
            "messages" => Self::Messages,
            "newFollowers" => Self::NewFollowers,
            _ => return Err(Invalid::new(text!(analytics.sort_by_one_of_these))),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_order_has_the_name_that_is_on_the_wire() {
        use BroadcastOrder::*;
        for order in [Started, Duration, AverageViewers, PeakViewers, WatchTime, Messages, NewFollowers] {
            let json = serde_json::to_string(&order).expect("serializable");
            assert_eq!(BroadcastOrder::parse(Some(json.trim_matches('"'))), Ok(order));
        }
        assert_eq!(BroadcastOrder::parse(None), Ok(Started));
        assert!(BroadcastOrder::parse(Some("title")).is_err());
    }
}
