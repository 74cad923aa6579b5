//! A creator's own browser that goes live, and what LiveKit says about it: who is in the room, and the webhooks. As
//! with an encoder, each can be had without the other.

use livekit_protocol::participant_info::Kind;
use serde_json::{Value, json};

use super::{
    Caller, FakeLiveKit, TestApp, Webhook,
    webhook::{event, participant, room},
};

/// A browser that is in its creator's room.
#[derive(Clone)]
pub struct Browser {
    livekit: FakeLiveKit,
    /// Who sends the webhooks.
    sender: Caller,
    pub stream_id: String,
    pub identity: String,
    /// The name of its participant.
    pub sid: String,
}

impl TestApp {
    /// A browser goes live, and LiveKit says so in all its ways.
    pub async fn browser_connects(&self, creator: &Caller) -> Browser {
        let browser = self.browser_appears(creator).await;
        for sign in [browser.joined(), browser.published("AUDIO"), browser.published("VIDEO")] {
            browser.say(&sign).await;
        }
        browser
    }

    /// A browser comes in and sends, and LiveKit says nothing.
    pub async fn browser_appears(&self, creator: &Caller) -> Browser {
        let browser = self.browser_joins(creator).await;
        self.livekit.publish(&browser.stream_id, &browser.sid);
        browser
    }

    /// A browser comes in and sends nothing, and LiveKit says nothing.
    pub async fn browser_joins(&self, creator: &Caller) -> Browser {
        let made = creator.post_nothing("/api/stream/browser-token").await.ok();
        let text = |name: &str| made[name].as_str().expect("a text").to_owned();
        let stream_id = super::livekit::read_token(&text("token")).video.room;
        let identity = text("identity");
        let sid = self.livekit.join(&stream_id, &identity, Kind::Standard);
        Browser { livekit: self.livekit.clone(), sender: self.anonymous(), stream_id, identity, sid }
    }
}

impl Browser {
    /// Its creator stops, and LiveKit says so.
    pub async fn stops(&self) {
        self.vanishes();
        self.say(&self.left("CLIENT_INITIATED")).await;
    }

    /// Is gone, and LiveKit says nothing.
    pub fn vanishes(&self) {
        self.livekit.leave(&self.stream_id, &self.sid);
    }

    /// LiveKit sends this.
    pub async fn say(&self, event: &Value) {
        Webhook::of(event).send(&self.sender).await.ok();
    }

    /// Its participant came.
    pub fn joined(&self) -> Value {
        let participant = participant(&self.sid, &self.identity, "STANDARD");
        event("participant_joined", json!({ "room": room(&self.stream_id), "participant": participant }))
    }

    /// It began to send something. Of who it is, LiveKit says this little.
    pub fn published(&self, kind: &str) -> Value {
        let track = json!({ "sid": format!("TR_{kind}"), "type": kind, "source": "CAMERA" });
        let participant = json!({ "sid": self.sid, "identity": self.identity });
        event("track_published", json!({ "room": room(&self.stream_id), "participant": participant, "track": track }))
    }

    /// Its participant left.
    pub fn left(&self, reason: &str) -> Value {
        let mut participant = participant(&self.sid, &self.identity, "STANDARD");
        participant["disconnectReason"] = json!(reason);
        event("participant_left", json!({ "room": room(&self.stream_id), "participant": participant }))
    }
}
