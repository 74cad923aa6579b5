//! A row of `streams`, and what is read of it: each method makes a type of the domain out of columns, so that nobody
//! else knows how something is stored. What is shown of a viewer count is not in it; who counts, adds that.
//!
//! The columns only ever get values that fitted when they were written: here nothing fails.

use std::time::Duration;

use crate::domain::{
    channel::{ChannelState, StreamStatus},
    chat_settings::ChatSettings,
    id::{BroadcastId, StreamId, UserId},
    ingress::InputType,
    on_air::OnAir,
    stream::{Controls, LastUsed, OwnState, StreamInfo},
    timestamp::Timestamp,
};

/// A stream, whole.
#[derive(Clone, Debug, sqlx::FromRow)]
#[expect(missing_docs, reason = "the columns, described where the table is made")]
pub struct StreamRow {
    #[sqlx(try_from = "String")]
    pub id: StreamId,
    #[sqlx(try_from = "String")]
    pub user_id: UserId,
    pub version: i64,
    pub title: String,
    pub thumbnail: Option<String>,
    is_chat_enabled: bool,
    is_chat_delayed: bool,
    chat_delay_seconds: i64,
    slow_mode_seconds: i64,
    is_chat_followers_only: bool,
    followers_min_minutes: i64,
    pub ended_by_creator: bool,
    status: String,
    started_at: Option<i64>,
    pub broadcast_id: Option<String>,
    resource_id: Option<String>,
    participant_sid: Option<String>,
    ended_resource_id: Option<String>,
    ended_participant_sid: Option<String>,
    reconnecting_until: Option<i64>,
    last_live_at: Option<i64>,
    pub ingress_id: Option<String>,
    input_type: Option<String>,
    pub server_url: Option<String>,
    pub sealed_key: Option<String>,
    pub key_is_lost: bool,
    pub is_rehearsal_on: bool,
    disconnect_protection_seconds: i64,
    last_used_at: Option<i64>,
    last_width: Option<i64>,
    last_height: Option<i64>,
    created_at: i64,
    updated_at: i64,
}

impl StreamRow {
    /// On air or not.
    pub fn status(&self) -> StreamStatus {
        StreamStatus::from_stored(&self.status)
    }

    /// When the broadcast began.
    pub fn started_at(&self) -> Option<Timestamp> {
        self.started_at.map(Timestamp)
    }

    /// The broadcast that goes on, also while its encoder is waited for.
    pub fn broadcast(&self) -> Option<BroadcastId> {
        self.broadcast_id.clone().map(BroadcastId)
    }

    /// When it was last seen on air, also if it is now.
    pub fn last_seen_live_at(&self) -> Option<Timestamp> {
        self.last_live_at.map(Timestamp)
    }

    /// When something last came in.
    pub fn last_used_at(&self) -> Option<Timestamp> {
        self.last_used_at.map(Timestamp)
    }

    /// When it was last on air, if it is not now.
    pub fn last_live_at(&self) -> Option<Timestamp> {
        self.last_live_at.filter(|_| !self.status().is_live()).map(Timestamp)
    }

    /// When anything of it last changed.
    pub fn updated_at(&self) -> Timestamp {
        Timestamp(self.updated_at)
    }

    /// What the key is for.
    pub fn input_type(&self) -> Option<InputType> {
        self.input_type.as_deref().and_then(|text| InputType::parse(text).ok())
    }

    /// The rules of the chat.
    pub fn chat(&self) -> ChatSettings {
        // The columns only ever get values that fitted.
        let number = |value: i64| u32::try_from(value).unwrap_or(0);
        ChatSettings {
            is_chat_enabled: self.is_chat_enabled,
            is_chat_delayed: self.is_chat_delayed,
            chat_delay_seconds: number(self.chat_delay_seconds),
            slow_mode_seconds: number(self.slow_mode_seconds),
            is_chat_followers_only: self.is_chat_followers_only,
            followers_min_minutes: number(self.followers_min_minutes),
        }
    }

    /// What is remembered of the encoder.
    pub fn on_air(&self) -> OnAir {
        OnAir {
            status: self.status(),
            resource_id: self.resource_id.clone(),
            participant_sid: self.participant_sid.clone(),
            ended_resource_id: self.ended_resource_id.clone(),
            ended_participant_sid: self.ended_participant_sid.clone(),
            reconnecting_until: self.reconnecting_until.map(Timestamp),
            is_rehearsal_on: self.is_rehearsal_on,
            is_ended_by_creator: self.ended_by_creator,
            disconnect_protection: Duration::from_secs(u64::from(self.disconnect_protection_seconds())),
        }
    }

    fn disconnect_protection_seconds(&self) -> u32 {
        u32::try_from(self.disconnect_protection_seconds).unwrap_or(0)
    }

    /// What its creator has set for the encoder, and what is known of it.
    pub fn controls(&self) -> Controls {
        let size = |value: Option<i64>| value.and_then(|value| u32::try_from(value).ok());
        let picture = size(self.last_width).zip(size(self.last_height));
        Controls {
            has_key: self.ingress_id.is_some(),
            input_type: self.input_type(),
            key_is_lost: self.key_is_lost,
            is_rehearsal_on: self.is_rehearsal_on,
            ended_by_creator: self.ended_by_creator,
            disconnect_protection_seconds: self.disconnect_protection_seconds(),
            last_used: self.last_used_at().map(|at| LastUsed {
                at,
                width: picture.map(|(width, _)| width),
                height: picture.map(|(_, height)| height),
            }),
        }
    }

    /// What everybody sees, before viewers are counted.
    pub fn state(&self) -> ChannelState {
        ChannelState {
            version: self.version,
            status: self.status(),
            is_live: self.status().is_live(),
            started_at: self.started_at(),
            title: self.title.clone(),
            thumbnail: self.thumbnail.clone(),
            chat: self.chat(),
            viewer_count: 0,
        }
    }

    /// What its creator sees as it changes, before viewers are counted.
    pub fn own_state(&self) -> OwnState {
        OwnState { channel: self.state(), controls: self.controls() }
    }

    /// What its creator sees.
    pub fn info(&self) -> StreamInfo {
        StreamInfo {
            title: self.title.clone(),
            thumbnail: self.thumbnail.clone(),
            is_live: self.status().is_live(),
            status: self.status(),
            chat: self.chat(),
            ended_by_creator: self.ended_by_creator,
            created_at: self.created_at.into(),
            updated_at: self.updated_at.into(),
        }
    }
}
