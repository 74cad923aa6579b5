//! LiveKit's webhooks: is it really LiveKit, and what does it say. A body holds the stream key in the clear, so nothing
//! of it is kept or printed but what is read out here.

use base64::{Engine as _, engine::general_purpose::STANDARD as BASE64};
use livekit_api::access_token::TokenVerifier;
use livekit_protocol::{
    DisconnectReason, IngressInfo, ParticipantInfo, WebhookEvent, ingress_state::Status, participant_info::Kind,
};
use sha2::{Digest as _, Sha256};

use super::{LiveKit, rooms::Watcher, tokens};
use crate::domain::{
    id::{StreamId, UserId},
    timestamp::Timestamp,
};

/// A webhook that was not taken in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Rejected {
    /// Not signed by LiveKit, or for another body.
    BadSignature,
    /// Signed, but not a webhook.
    Undecodable,
}

/// What LiveKit says happened.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Hint {
    /// LiveKit's id of the event: the same one when it is sent again.
    pub id: String,
    /// What happened.
    pub kind: HintKind,
}

/// The kinds of events that mean something here.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum HintKind {
    /// An encoder's session began.
    IngressStarted {
        /// Which way in.
        ingress_id: String,
        /// Which session.
        resource_id: String,
    },
    /// An encoder's session is over, or was refused.
    IngressEnded {
        /// Which way in.
        ingress_id: String,
        /// Which session.
        resource_id: String,
        /// Why, when it did not end well.
        error: Option<String>,
    },
    /// The encoder's participant is in the room.
    EncoderJoined {
        /// Which stream.
        stream: StreamId,
        /// Which participant.
        sid: String,
    },
    /// The encoder's participant is gone.
    EncoderLeft {
        /// Which stream.
        stream: StreamId,
        /// Which participant.
        sid: String,
    },
    /// The encoder's picture is in the room.
    PictureCame {
        /// Which stream.
        stream: StreamId,
        /// In pixels.
        width: u32,
        /// In pixels.
        height: u32,
    },
    /// A creator's browser began to send something.
    BrowserPublished {
        /// Which stream.
        stream: StreamId,
        /// Whose browser.
        creator: UserId,
        /// Which participant.
        sid: String,
    },
    /// A creator's browser is gone.
    BrowserLeft {
        /// Which stream.
        stream: StreamId,
        /// Whose browser.
        creator: UserId,
        /// Which participant.
        sid: String,
        /// It said good-bye: it was neither lost nor put out.
        is_by_choice: bool,
    },
    /// Somebody else came or went.
    AudienceChanged {
        /// Which stream.
        stream: StreamId,
        /// Who, if they watched or begin to.
        visit: Option<VisitHint>,
    },
    /// A room was made: it has no metadata yet.
    RoomStarted {
        /// Which stream.
        stream: StreamId,
    },
    /// Nothing that matters here.
    Other,
}

/// A viewer who came or went.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct VisitHint {
    /// Who.
    pub watcher: Watcher,
    /// In which second they left; `None` when they came.
    pub left_in: Option<Timestamp>,
}

impl LiveKit {
    /// Checks the signature over the raw bytes and reads what happened.
    ///
    /// # Errors
    /// When it is not signed by LiveKit, or cannot be read.
    pub fn read_webhook(&self, authorization: &str, body: &[u8]) -> Result<Hint, Rejected> {
        let verifier = TokenVerifier::with_api_key(&self.config.api_key, &self.config.api_secret);
        let claims = verifier.verify(authorization).map_err(|_| Rejected::BadSignature)?;
        let signed = BASE64.decode(claims.sha256).map_err(|_| Rejected::BadSignature)?;
        if signed != Sha256::digest(body).as_slice() {
            return Err(Rejected::BadSignature);
        }
        let event: WebhookEvent = serde_json::from_slice(body).map_err(|_| Rejected::Undecodable)?;
        if event.id.is_empty() {
            return Err(Rejected::Undecodable);
        }
        Ok(Hint { id: event.id.clone(), kind: kind(event) })
    }
}

fn kind(event: WebhookEvent) -> HintKind {
    let picture = event.track.as_ref().filter(|track| track.width > 0 && track.height > 0);
    let size = picture.map(|track| (track.width, track.height));
    let stream = event.room.as_ref().map(|room| StreamId(room.name.clone()));
    match (event.event.as_str(), event.ingress_info, stream, event.participant) {
        ("ingress_started", Some(info), _, _) => {
            let (ingress_id, resource_id, _) = session(info);
            HintKind::IngressStarted { ingress_id, resource_id }
        }
        ("ingress_ended", Some(info), _, _) => {
            let (ingress_id, resource_id, error) = session(info);
            HintKind::IngressEnded { ingress_id, resource_id, error }
        }
        ("participant_joined", _, Some(stream), Some(who)) => joined(stream, who),
        ("participant_left", _, Some(stream), Some(who)) => left(stream, who, Some(event.created_at)),
        // Of who was never there.
        ("participant_connection_aborted", _, Some(stream), Some(who)) => left(stream, who, None),
        ("track_published", _, Some(stream), Some(who)) => published(stream, who, size),
        ("room_started", _, Some(stream), _) => HintKind::RoomStarted { stream },
        _ => HintKind::Other,
    }
}

fn joined(stream: StreamId, who: ParticipantInfo) -> HintKind {
    if who.kind() == Kind::Ingress {
        return HintKind::EncoderJoined { stream, sid: who.sid };
    }
    match tokens::find_browser_owner(&who.identity) {
        // Being there is not sending: what it sends is told when it does.
        Some(_) => HintKind::Other,
        None => HintKind::AudienceChanged { stream, visit: visit(&who, None) },
    }
}

fn visit(who: &ParticipantInfo, left_in: Option<Timestamp>) -> Option<VisitHint> {
    (who.kind() == Kind::Standard).then(|| VisitHint { watcher: Watcher::of(who), left_in })
}

/// Of whom, this one says by their identity alone; and nobody may send but the encoder and the creator's browser.
fn published(stream: StreamId, who: ParticipantInfo, size: Option<(u32, u32)>) -> HintKind {
    match (tokens::find_browser_owner(&who.identity), size) {
        (Some(creator), _) => HintKind::BrowserPublished { stream, creator, sid: who.sid },
        (None, Some((width, height))) => HintKind::PictureCame { stream, width, height },
        (None, None) => HintKind::Other,
    }
}

fn left(stream: StreamId, who: ParticipantInfo, second: Option<i64>) -> HintKind {
    if who.kind() == Kind::Ingress {
        return HintKind::EncoderLeft { stream, sid: who.sid };
    }
    let is_by_choice = who.disconnect_reason() == DisconnectReason::ClientInitiated;
    match tokens::find_browser_owner(&who.identity) {
        Some(creator) => HintKind::BrowserLeft { stream, creator, sid: who.sid, is_by_choice },
        None => {
            let left_in = second.map(|second| Timestamp(second.saturating_mul(1000)));
            HintKind::AudienceChanged { stream, visit: left_in.and_then(|left_in| visit(&who, Some(left_in))) }
        }
    }
}

fn session(info: IngressInfo) -> (String, String, Option<String>) {
    let state = info.state.unwrap_or_default();
    let error = (state.status() == Status::EndpointError).then_some(state.error);
    (info.ingress_id, state.resource_id, error)
}
