//! LiveKit's webhooks: their bodies as they were seen (64-bit numbers are strings, the stream key is in the clear), and
//! their signatures, right and wrong.

use base64::{Engine as _, engine::general_purpose::STANDARD as BASE64};
use jsonwebtoken::{Algorithm, EncodingKey, Header};
use reqwest::{Method, header};
use serde_json::{Value, json};
use sha2::{Digest as _, Sha256};

use super::{
    Answer, Caller,
    livekit::{API_KEY, API_SECRET},
};

/// A webhook on its way.
#[derive(Clone, Debug)]
pub struct Webhook {
    pub body: Vec<u8>,
    /// Without "Bearer", as LiveKit sends it.
    pub authorization: String,
}

impl Webhook {
    /// An event, signed as LiveKit signs.
    pub fn of(event: &Value) -> Self {
        Self::signed(serde_json::to_vec(event).expect("JSON"))
    }

    /// Any bytes, signed as LiveKit signs.
    pub fn signed(body: impl Into<Vec<u8>>) -> Self {
        Self::signed_with(body, API_KEY, API_SECRET, 300)
    }

    /// Any bytes, signed by somebody, good for so many seconds from now.
    pub fn signed_with(body: impl Into<Vec<u8>>, key: &str, secret: &str, good_for_secs: i64) -> Self {
        let body = body.into();
        let now = streamit::server::clock::now().0 / 1000;
        let claims = json!({
            "iss": key,
            "nbf": now.min(now + good_for_secs),
            "exp": now + good_for_secs,
            "sha256": BASE64.encode(Sha256::digest(&body)),
        });
        let signing = EncodingKey::from_secret(secret.as_bytes());
        let token = jsonwebtoken::encode(&Header::new(Algorithm::HS256), &claims, &signing);
        Self { body, authorization: token.expect("a token") }
    }

    /// With another body than the one that is signed.
    pub fn tampered(mut self) -> Self {
        let at = self.body.iter().rposition(|byte| byte.is_ascii_digit()).expect("a digit");
        self.body[at] = if self.body[at] == b'1' { b'2' } else { b'1' };
        self
    }

    /// Sends it.
    pub async fn send(&self, sender: &Caller) -> Answer {
        let request = sender
            .request(Method::POST, "/api/webhook/livekit")
            .header(header::CONTENT_TYPE, "application/webhook+json")
            .header(header::AUTHORIZATION, &self.authorization)
            .body(self.body.clone());
        Answer::to(request).await
    }
}

/// An event of that kind with an id of its own.
pub fn event(name: &str, rest: Value) -> Value {
    let mut event = json!({
        "event": name,
        "id": format!("EV_{}", uuid::Uuid::now_v7().simple()),
        "createdAt": (streamit::server::clock::now().0 / 1000).to_string(),
    });
    for (key, value) in rest.as_object().expect("an object") {
        event[key] = value.clone();
    }
    event
}

/// A room, as events hold it.
pub fn room(name: &str) -> Value {
    json!({
        "sid": "RM_4Yuj5gkqkiDW",
        "name": name,
        "emptyTimeout": 300,
        "departureTimeout": 20,
        "creationTime": "1754042000",
        "creationTimeMs": "1754042000123",
        "turnPassword": "EdMqpGrSy3Qrqbhk1Z2PDqeXMf0ol2nXCwDLNdqwNjf",
        "enabledCodecs": [{ "mime": "video/H264" }, { "mime": "audio/opus" }],
    })
}

/// A participant, as events hold it. The kind STANDARD is left out, being zero.
pub fn participant(sid: &str, identity: &str, kind: &str) -> Value {
    let mut participant = json!({
        "sid": sid,
        "identity": identity,
        "state": "ACTIVE",
        "joinedAt": "1754042000",
        "joinedAtMs": "1754042000456",
        "version": 4,
        "permission": { "canSubscribe": false, "canPublish": true, "canPublishData": false },
    });
    if kind != "STANDARD" {
        participant["kind"] = json!(kind);
    }
    participant
}
