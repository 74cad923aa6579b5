//! How the LiveKit for tests answers: the Twirp calls that StreamIt makes, and no others. It refuses a call whose token
//! lacks the grant.
//!
//! It answers as livekit-server 1.13 with `enable_psrpc_for_get_list_participants` was seen to: about a room that no
//! node holds it says `unavailable`.

use std::{collections::VecDeque, time::Duration};

use axum::{
    body::{Body, Bytes},
    extract::{Path, State as Extract},
    http::{HeaderMap, StatusCode, header},
    response::{IntoResponse, Response},
};
use livekit_api::access_token::{TokenVerifier, VideoGrants};
use livekit_protocol::{self as proto, ingress_state::Status, participant_info::Kind};
use prost::Message;
use serde_json::json;

use super::{API_KEY, API_SECRET, FakeLiveKit, Fault, Inner, Room, Sent, State};
use crate::support::log::KEY_MARK;

/// How long LiveKit waits for one of its parts that is gone. 3.0 to 3.2 s were seen.
const GIVES_UP_AFTER: Duration = Duration::from_millis(3200);

/// A Twirp error.
struct Refusal(&'static str, String);

impl IntoResponse for Refusal {
    fn into_response(self) -> Response {
        let status = match self.0 {
            "unauthenticated" => StatusCode::UNAUTHORIZED,
            "permission_denied" => StatusCode::FORBIDDEN,
            "not_found" => StatusCode::NOT_FOUND,
            "invalid_argument" | "malformed" => StatusCode::BAD_REQUEST,
            "resource_exhausted" => StatusCode::TOO_MANY_REQUESTS,
            "unavailable" => StatusCode::SERVICE_UNAVAILABLE,
            _ => StatusCode::INTERNAL_SERVER_ERROR,
        };
        (status, axum::Json(json!({ "code": self.0, "msg": self.1 }))).into_response()
    }
}

/// Answers a call, unless it is to go wrong.
pub(super) async fn answer(
    Extract(inner): Extract<std::sync::Weak<Inner>>,
    Path((service, method)): Path<(String, String)>,
    headers: HeaderMap,
    body: Bytes,
) -> Response {
    let Some(livekit) = inner.upgrade().map(FakeLiveKit) else {
        return Refusal("unavailable", "stopping".into()).into_response();
    };
    let Some(grants) = grants(&headers) else {
        return Refusal("unauthenticated", "no valid token".into()).into_response();
    };
    let fault = {
        let mut state = livekit.lock();
        let once = state.once.get_mut(method.as_str()).and_then(VecDeque::pop_front);
        once.or_else(|| state.always.get(method.as_str()).cloned())
    };
    match &fault {
        Some(Fault::Refuse(code)) => return Refusal(code, "told to".into()).into_response(),
        Some(Fault::RefuseLate(code)) => {
            drop(livekit);
            tokio::time::sleep(GIVES_UP_AFTER).await;
            return Refusal(code, "told to".into()).into_response();
        }
        Some(Fault::DoLate) => tokio::time::sleep(GIVES_UP_AFTER).await,
        Some(Fault::Hang) => {
            drop(livekit);
            return std::future::pending().await;
        }
        Some(Fault::Hold(gate)) => {
            gate.arrived.add_permits(1);
            gate.open.acquire().await.expect("never closed").forget();
        }
        Some(Fault::LoseAnswer) | None => {}
    }
    let answer = livekit.with(|state| state.answer(&service, &method, &grants, &body));
    match (answer, fault) {
        (Ok(_), Some(Fault::LoseAnswer)) => {
            let broken = futures::stream::once(async { Err::<Bytes, _>(std::io::Error::other("told to")) });
            Body::from_stream(broken).into_response()
        }
        (Ok(bytes), _) => ([(header::CONTENT_TYPE, "application/protobuf")], bytes).into_response(),
        (Err(refusal), _) => refusal.into_response(),
    }
}

fn grants(headers: &HeaderMap) -> Option<VideoGrants> {
    let token = headers.get(header::AUTHORIZATION)?.to_str().ok()?.strip_prefix("Bearer ")?;
    let claims = TokenVerifier::with_api_key(API_KEY, API_SECRET).verify(token).ok()?;
    Some(claims.video)
}

fn read<T: Message + Default>(body: &[u8]) -> Result<T, Refusal> {
    T::decode(body).map_err(|error| Refusal("malformed", error.to_string()))
}

fn need(is_granted: bool) -> Result<(), Refusal> {
    if is_granted { Ok(()) } else { Err(Refusal("unauthenticated", "permissions denied".into())) }
}

impl State {
    fn answer(&mut self, service: &str, method: &str, grants: &VideoGrants, body: &[u8]) -> Result<Vec<u8>, Refusal> {
        let answer = match (service, method) {
            ("livekit.Ingress", _) => {
                need(grants.ingress_admin)?;
                self.ingress(method, body)?
            }
            ("livekit.RoomService", "ListRooms") => {
                need(grants.room_list)?;
                let rooms = self.rooms.keys().map(|name| proto::Room { name: name.clone(), ..Default::default() });
                proto::ListRoomsResponse { rooms: rooms.collect() }.encode_to_vec()
            }
            ("livekit.RoomService", "CreateRoom") => {
                need(grants.room_create)?;
                self.create_room(read(body)?)?.encode_to_vec()
            }
            ("livekit.RoomService", "DeleteRoom") => {
                need(grants.room_create)?;
                let asked: proto::DeleteRoomRequest = read(body)?;
                self.rooms.remove(&asked.room).ok_or_else(|| Refusal("not_found", "no such room".into()))?;
                proto::DeleteRoomResponse::default().encode_to_vec()
            }
            ("livekit.RoomService", _) => self.room_service(method, grants, body)?,
            _ => return Err(Refusal("bad_route", format!("no service {service}"))),
        };
        self.calls.push(method.to_owned());
        Ok(answer)
    }

    fn ingress(&mut self, method: &str, body: &[u8]) -> Result<Vec<u8>, Refusal> {
        Ok(match method {
            "CreateIngress" => self.create_ingress(read(body)?).encode_to_vec(),
            "ListIngress" => {
                let asked: proto::ListIngressRequest = read(body)?;
                if !asked.ingress_id.is_empty() {
                    self.known(&asked.ingress_id)?;
                }
                let fits = |one: &&proto::IngressInfo| {
                    (asked.room_name.is_empty() || one.room_name == asked.room_name)
                        && (asked.ingress_id.is_empty() || one.ingress_id == asked.ingress_id)
                };
                let items = self.ingresses.values().filter(fits).cloned().collect::<Vec<_>>();
                let items = items.into_iter().map(|one| self.with_status(one)).collect();
                proto::ListIngressResponse { items, ..Default::default() }.encode_to_vec()
            }
            "DeleteIngress" => {
                let asked: proto::DeleteIngressRequest = read(body)?;
                let deleted = self.known(&asked.ingress_id)?.clone();
                self.deleted_in_use += u32::from(self.is_used(&deleted));
                self.ingresses.remove(&asked.ingress_id);
                self.cut(&deleted.room_name);
                deleted.encode_to_vec()
            }
            "UpdateIngress" => {
                let asked: proto::UpdateIngressRequest = read(body)?;
                let known = self.known(&asked.ingress_id)?;
                known.enabled = asked.enabled.or(known.enabled);
                let known = known.clone();
                // Whatever the field, the session that runs is killed.
                self.cut(&known.room_name);
                known.encode_to_vec()
            }
            _ => return Err(Refusal("bad_route", format!("no method {method}"))),
        })
    }

    fn known(&mut self, id: &str) -> Result<&mut proto::IngressInfo, Refusal> {
        self.ingresses.get_mut(id).ok_or_else(|| Refusal("not_found", "ingress does not exist".into()))
    }

    /// Puts the encoder out of that room, if there is one.
    fn cut(&mut self, room: &str) {
        self.put_out(room, |one| one.kind() == Kind::Ingress);
    }

    /// Puts them out of that room. Of an encoder it is noted later that it is gone.
    fn put_out(&mut self, name: &str, is_meant: impl Fn(&proto::ParticipantInfo) -> bool) {
        let Some(room) = self.rooms.get_mut(name) else { return };
        let (gone, there) = std::mem::take(&mut room.participants).into_iter().partition::<Vec<_>, _>(is_meant);
        room.participants = there;
        if gone.iter().any(|one| one.kind() == Kind::Ingress) {
            let ways = self.ingresses.values().filter(|one| one.room_name == name);
            self.looks_in_use.extend(ways.map(|one| (one.ingress_id.clone(), self.slow_to_note)));
        }
    }

    /// Whether an encoder is there, or its end is not noted yet.
    fn is_used(&self, one: &proto::IngressInfo) -> bool {
        let is_sending = |room: &Room| room.participants.iter().any(|participant| participant.kind() == Kind::Ingress);
        self.rooms.get(&one.room_name).is_some_and(is_sending)
            || self.looks_in_use.get(&one.ingress_id).is_some_and(|looks| *looks > 0)
    }

    /// As it is listed, which is one look at it.
    fn with_status(&mut self, one: proto::IngressInfo) -> proto::IngressInfo {
        let status = if self.is_used(&one) { Status::EndpointPublishing } else { Status::EndpointInactive };
        if let Some(looks) = self.looks_in_use.get_mut(&one.ingress_id) {
            *looks = looks.saturating_sub(1);
        }
        let state = proto::IngressState { status: status as i32, ..Default::default() };
        proto::IngressInfo { state: Some(state), ..one }
    }

    fn create_ingress(&mut self, asked: proto::CreateIngressRequest) -> proto::IngressInfo {
        self.made += 1;
        let url = match asked.input_type() {
            proto::IngressInput::WhipInput => "http://127.0.0.1:8080/w",
            _ => "rtmp://127.0.0.1:1935/x",
        };
        let made = proto::IngressInfo {
            ingress_id: format!("IN_{}", uuid::Uuid::now_v7().simple()),
            name: asked.name,
            stream_key: format!("{KEY_MARK}{}", uuid::Uuid::now_v7().simple()),
            url: url.to_owned(),
            input_type: asked.input_type,
            enable_transcoding: asked.enable_transcoding,
            audio: asked.audio,
            video: asked.video,
            room_name: asked.room_name,
            participant_identity: asked.participant_identity,
            participant_name: asked.participant_name,
            reusable: true,
            enabled: asked.enabled,
            ..Default::default()
        };
        self.ingresses.insert(made.ingress_id.clone(), made.clone());
        made
    }

    /// One that is there goes on as it is.
    fn create_room(&mut self, asked: proto::CreateRoomRequest) -> Result<proto::Room, Refusal> {
        let metadata = serde_json::from_str(&asked.metadata);
        let metadata = metadata.map_err(|error| Refusal("invalid_argument", error.to_string()))?;
        self.rooms.entry(asked.name.clone()).or_insert_with(|| Room { metadata: vec![metadata], participants: vec![] });
        Ok(proto::Room { name: asked.name, metadata: asked.metadata, ..Default::default() })
    }

    fn room_service(&mut self, method: &str, grants: &VideoGrants, body: &[u8]) -> Result<Vec<u8>, Refusal> {
        let no_node = || Refusal("unavailable", "no response from servers".into());
        let admin_of = |room: &str| need(grants.room_admin && grants.room == room);
        Ok(match method {
            "ListParticipants" => {
                let asked: proto::ListParticipantsRequest = read(body)?;
                admin_of(&asked.room)?;
                let participants = self.rooms.get(&asked.room).ok_or_else(no_node)?.participants.clone();
                proto::ListParticipantsResponse { participants }.encode_to_vec()
            }
            "UpdateRoomMetadata" => {
                let asked: proto::UpdateRoomMetadataRequest = read(body)?;
                admin_of(&asked.room)?;
                let metadata = serde_json::from_str(&asked.metadata);
                let metadata = metadata.map_err(|error| Refusal("invalid_argument", error.to_string()))?;
                self.rooms.get_mut(&asked.room).ok_or_else(no_node)?.metadata.push(metadata);
                proto::Room { name: asked.room, metadata: asked.metadata, ..Default::default() }.encode_to_vec()
            }
            "SendData" => {
                let asked: proto::SendDataRequest = read(body)?;
                admin_of(&asked.room)?;
                self.rooms.get(&asked.room).ok_or_else(no_node)?;
                self.sent.push(sent(asked)?);
                proto::SendDataResponse::default().encode_to_vec()
            }
            "RemoveParticipant" => {
                let asked: proto::RoomParticipantIdentity = read(body)?;
                admin_of(&asked.room)?;
                self.rooms.get(&asked.room).ok_or_else(no_node)?;
                self.put_out(&asked.room, |one| one.identity == asked.identity);
                proto::RemoveParticipantResponse::default().encode_to_vec()
            }
            _ => return Err(Refusal("bad_route", format!("no method {method}"))),
        })
    }
}

#[expect(deprecated, reason = "whoever names participants by their sid does not send to everybody either")]
fn sent(asked: proto::SendDataRequest) -> Result<Sent, Refusal> {
    let kind = proto::data_packet::Kind::try_from(asked.kind);
    Ok(Sent {
        room: asked.room,
        topic: asked.topic,
        kind: kind.map_err(|error| Refusal("malformed", error.to_string()))?,
        destinations: asked.destination_identities.into_iter().chain(asked.destination_sids).collect(),
        data: asked.data,
    })
}
