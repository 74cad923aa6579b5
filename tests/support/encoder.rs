//! OBS, or ffmpeg, and what LiveKit says about it: who is in the room, and the webhooks. What happens and what is said
//! of it are apart, so that a test can have the one without the other.

use livekit_protocol::{IngressInfo, IngressInput, participant_info::Kind};
use serde_json::{Value, json};

use super::{
    Caller, FakeLiveKit, TestApp, Webhook,
    webhook::{event, participant, room},
};

/// The size of what it sends.
pub const PICTURE: (u32, u32) = (1280, 720);

/// An encoder that came in with a key.
#[derive(Clone)]
pub struct Encoder {
    livekit: FakeLiveKit,
    /// Who sends the webhooks.
    sender: Caller,
    ingress: IngressInfo,
    /// The name of its session in ingress webhooks.
    pub resource_id: String,
    /// The name of its participant.
    pub sid: String,
}

impl TestApp {
    /// An encoder comes in, and LiveKit says so in all its ways.
    pub async fn encoder_connects(&self, key: &Value) -> Encoder {
        let encoder = self.encoder_appears(key);
        for sign in [encoder.room_started(), encoder.joined(), encoder.started()] {
            encoder.say(&sign).await;
        }
        for track in ["AUDIO", "VIDEO"] {
            encoder.say(&encoder.about_track("track_published", track)).await;
        }
        encoder
    }

    /// A new creator who is called carl, on air with an encoder.
    pub async fn carl_on_air(&self) -> (Caller, Encoder) {
        let (carl, encoder, _) = self.carl_on_air_with_key().await;
        (carl, encoder)
    }

    /// The same, and the key that the encoder came in with.
    pub async fn carl_on_air_with_key(&self) -> (Caller, Encoder, Value) {
        let carl = self.creator("carl").await;
        let key = carl.make_key().await;
        let encoder = self.encoder_connects(&key).await;
        (carl, encoder, key)
    }

    /// An encoder comes in, and LiveKit says nothing.
    pub fn encoder_appears(&self, key: &Value) -> Encoder {
        let key = key["streamKey"].as_str().expect("a key");
        let ingress = self.livekit.ingresses().into_iter().find(|one| one.stream_key == key);
        let ingress = ingress.expect("LiveKit knows the key");
        Encoder::join(&self.livekit, self.anonymous(), ingress)
    }
}

impl Encoder {
    fn join(livekit: &FakeLiveKit, sender: Caller, ingress: IngressInfo) -> Self {
        let sid = livekit.join(&ingress.room_name, &ingress.participant_identity, Kind::Ingress);
        let kind = if ingress.input_type() == IngressInput::WhipInput { "WH" } else { "RT" };
        let resource_id = format!("{kind}_{}", uuid::Uuid::now_v7().simple());
        Self { livekit: livekit.clone(), sender, ingress, resource_id, sid }
    }

    /// The stream that it sends to.
    pub fn stream_id(&self) -> &str {
        &self.ingress.room_name
    }

    /// Stops, and LiveKit says so in all its ways.
    pub async fn stops(&self) {
        self.vanishes();
        for track in ["AUDIO", "VIDEO"] {
            self.say(&self.about_track("track_unpublished", track)).await;
        }
        self.say(&self.left()).await;
        self.say(&self.ended()).await;
    }

    /// Is cut by LiveKit, which says so in all its ways.
    pub async fn is_cut(&self) {
        self.vanishes();
        for sign in [self.left(), self.failed("context canceled")] {
            self.say(&sign).await;
        }
    }

    /// Whether LiveKit would let it in.
    pub fn is_let_in(&self) -> bool {
        let known = self.livekit.ingresses().into_iter().find(|one| one.ingress_id == self.ingress.ingress_id);
        known.is_some_and(|one| one.enabled != Some(false))
    }

    /// Is gone, and LiveKit says nothing.
    pub fn vanishes(&self) {
        self.livekit.leave(&self.ingress.room_name, &self.sid);
    }

    /// Another one comes in with the same key: this one is thrown out, and its session is never said to have ended.
    pub async fn is_taken_over(&self) -> Self {
        self.vanishes();
        let second = Self::join(&self.livekit, self.sender.clone(), self.ingress.clone());
        for sign in [self.left(), second.joined(), second.started()] {
            self.say(&sign).await;
        }
        second
    }

    /// LiveKit sends this.
    pub async fn say(&self, event: &Value) {
        Webhook::of(event).send(&self.sender).await.ok();
    }

    /// Its session began.
    pub fn started(&self) -> Value {
        event("ingress_started", json!({ "ingressInfo": self.info("ENDPOINT_PUBLISHING", "") }))
    }

    /// Its session is over.
    pub fn ended(&self) -> Value {
        event("ingress_ended", json!({ "ingressInfo": self.info("ENDPOINT_INACTIVE", "") }))
    }

    /// It was refused, or broke off.
    pub fn failed(&self, error: &str) -> Value {
        event("ingress_ended", json!({ "ingressInfo": self.info("ENDPOINT_ERROR", error) }))
    }

    /// Its participant came.
    pub fn joined(&self) -> Value {
        event("participant_joined", json!({ "room": room(self.stream_id()), "participant": self.participant() }))
    }

    /// Its participant left.
    pub fn left(&self) -> Value {
        event("participant_left", json!({ "room": room(self.stream_id()), "participant": self.participant() }))
    }

    /// The room was made for it.
    pub fn room_started(&self) -> Value {
        event("room_started", json!({ "room": room(self.stream_id()) }))
    }

    /// Something about one of its tracks.
    fn about_track(&self, name: &str, kind: &str) -> Value {
        let mut track = json!({ "sid": format!("TR_{kind}"), "source": "MICROPHONE", "mimeType": "audio/opus" });
        if kind == "VIDEO" {
            let picture = json!({
                "sid": "TR_VIDEO", "type": kind, "source": "CAMERA", "mimeType": "video/H264",
                "width": PICTURE.0, "height": PICTURE.1,
            });
            track = picture;
        }
        event(name, json!({ "room": room(self.stream_id()), "participant": self.participant(), "track": track }))
    }

    fn participant(&self) -> Value {
        participant(&self.sid, &self.ingress.participant_identity, "INGRESS")
    }

    fn info(&self, status: &str, error: &str) -> Value {
        let ingress = &self.ingress;
        let input = if ingress.input_type() == IngressInput::WhipInput { "WHIP_INPUT" } else { "RTMP_INPUT" };
        json!({
            "ingressId": ingress.ingress_id,
            "name": ingress.name,
            "streamKey": ingress.stream_key,
            "url": ingress.url,
            "inputType": input,
            "enableTranscoding": ingress.enable_transcoding,
            "roomName": ingress.room_name,
            "participantIdentity": ingress.participant_identity,
            "participantName": ingress.participant_name,
            "reusable": true,
            "audio": { "name": "sound", "source": "MICROPHONE", "preset": "OPUS_STEREO_96KBPS" },
            "video": { "name": "picture", "source": "CAMERA", "preset": "H264_1080P_30FPS_3_LAYERS" },
            "state": {
                "status": status,
                "error": error,
                "roomId": "RM_4Yuj5gkqkiDW",
                "startedAt": "1754042000123456789",
                "updatedAt": "1754042000123456999",
                "resourceId": self.resource_id,
                "tracks": [],
            },
        })
    }
}
