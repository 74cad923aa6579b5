//! Ways in for encoders. Of a room, only our own are listed, whatever else uses the same LiveKit; the list of all only
//! tells whether one of ours is still known. What is decided about a key, a service decides. What comes back from
//! making one holds the stream key and does not print it.

use std::time::Duration;

use livekit_api::{
    access_token::VideoGrants,
    services::ingress::{CreateIngressOptions, IngressListFilter},
};
use livekit_protocol::{self as proto, ingress_state::Status};
use tokio::time::{sleep, timeout};

use super::{CallError, LiveKit};
use crate::domain::{
    id::{StreamId, UserId},
    ingress::InputType,
};

/// How long cutting an encoder may take before its way in is deleted all the same.
const CUT_WITHIN: Duration = Duration::from_secs(2);
/// How often LiveKit is asked meanwhile whether it has noted that the encoder is gone.
const LOOK_EVERY: Duration = Duration::from_millis(100);

/// A way in that LiveKit made. Holds the stream key.
pub struct MadeIngress {
    /// What LiveKit calls it.
    pub id: String,
    /// Where the encoder connects.
    pub url: String,
    /// What it shows there.
    pub stream_key: String,
}

impl std::fmt::Debug for MadeIngress {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("MadeIngress").field("id", &self.id).finish_non_exhaustive()
    }
}

impl LiveKit {
    /// Makes a way into the stream's room for its creator.
    ///
    /// # Errors
    /// When LiveKit does not answer, or refuses.
    pub async fn create_ingress(
        &self,
        stream: &StreamId,
        user: &UserId,
        input: InputType,
        several_qualities: bool,
    ) -> Result<MadeIngress, CallError> {
        let kind = match input {
            InputType::Rtmp => proto::IngressInput::RtmpInput,
            InputType::Whip => proto::IngressInput::WhipInput,
        };
        // RTMP must be transcoded; WHIP is passed through, which is what makes it fast.
        let is_transcoded = input == InputType::Rtmp;
        let options = CreateIngressOptions {
            name: name_of(stream),
            room_name: stream.to_string(),
            participant_identity: user.to_string(),
            participant_name: "encoder".to_owned(),
            audio: audio_options(is_transcoded),
            video: video_options(is_transcoded, several_qualities),
            enable_transcoding: Some(is_transcoded),
            ..Default::default()
        };
        let made = self.calls.measured("CreateIngress", self.ingress.create_ingress(kind, options)).await?;
        Ok(MadeIngress { id: made.ingress_id, url: made.url, stream_key: made.stream_key })
    }

    /// The ids of all ways into the stream's room that StreamIt made.
    ///
    /// # Errors
    /// When LiveKit does not answer, or refuses.
    pub async fn list_ingress(&self, stream: &StreamId) -> Result<Vec<String>, CallError> {
        let filter = IngressListFilter::Room(stream.to_string());
        let made = self.calls.measured("ListIngress", self.ingress.list_ingress(filter)).await?;
        let name = name_of(stream);
        let is_ours = |room: &str, known: &str| room == stream.as_str() && known == name;
        Ok(made.into_iter().filter(|one| is_ours(&one.room_name, &one.name)).map(|one| one.ingress_id).collect())
    }

    /// The ids of all ways in.
    ///
    /// # Errors
    /// When LiveKit does not answer, or refuses.
    pub async fn list_all_ingress(&self) -> Result<Vec<String>, CallError> {
        let made = self.calls.measured("ListIngress", self.ingress.list_ingress(IngressListFilter::All)).await?;
        Ok(made.into_iter().map(|one| one.ingress_id).collect())
    }

    /// Opens a way in, or closes it: an encoder that is there is cut in either case, and while it is closed none comes
    /// in. The key stays. One that is not there is [`CallError::NotFound`].
    ///
    /// A call of our own: the crate's `update_ingress` cannot say `enabled`, and overwrites what it is not told.
    ///
    /// # Errors
    /// When LiveKit does not answer, or refuses.
    pub async fn let_in(&self, ingress_id: &str, is_open: bool) -> Result<(), CallError> {
        let wish = proto::UpdateIngressRequest {
            ingress_id: ingress_id.to_owned(),
            enabled: Some(is_open),
            ..Default::default()
        };
        let grants = VideoGrants { ingress_admin: true, ..Default::default() };
        let told = self.twirp.call("livekit.Ingress/UpdateIngress", grants, &wish);
        self.calls.measured("UpdateIngress", told).await
    }

    /// Deletes a way in and cuts its encoder, also when this fails. One that is not there counts as deleted.
    ///
    /// # Errors
    /// When LiveKit does not answer, or refuses.
    pub async fn delete_ingress(&self, id: &str) -> Result<(), CallError> {
        match timeout(CUT_WITHIN, self.cut(id)).await {
            Ok(Ok(())) => {}
            Ok(Err(error)) => tracing::warn!(%error, "an encoder could not be cut before its key is deleted"),
            Err(_) => {
                tracing::warn!("LiveKit has not noted that an encoder was cut before its key is deleted");
                // A call that was given up still stores the way in, which would bring it back.
                sleep(LOOK_EVERY).await;
            }
        }
        match self.calls.measured("DeleteIngress", self.ingress.delete_ingress(id)).await {
            Ok(_) | Err(CallError::NotFound(_)) => Ok(()),
            Err(error) => Err(error),
        }
    }

    /// Cuts an encoder that is there, and waits until LiveKit has noted it: livekit-server reads a way in and then its
    /// state, and crashes, with every stream, when both are deleted between the two (`UpdateIngressState` of
    /// pkg/service/ioservice_ingress.go, 1.13.5), and the end of an encoder that the deletion cuts is noted just then.
    ///
    /// Not by removing the encoder from its room: of 40 sessions by RTMP, 4 were not over 5 s later (ingress 1.5.0).
    async fn cut(&self, id: &str) -> Result<(), CallError> {
        let Some(used) = self.find_used(id).await? else { return Ok(()) };
        self.let_in(id, used.enabled.unwrap_or(true)).await?;
        loop {
            sleep(LOOK_EVERY).await;
            if self.find_used(id).await?.is_none() {
                return Ok(());
            }
        }
    }

    /// That way in, when an encoder is there or coming in.
    async fn find_used(&self, id: &str) -> Result<Option<proto::IngressInfo>, CallError> {
        let filter = IngressListFilter::IngressId(id.to_owned());
        let known = match self.calls.measured("ListIngress", self.ingress.list_ingress(filter)).await {
            Ok(known) => known,
            Err(CallError::NotFound(_)) => return Ok(None),
            Err(error) => return Err(error),
        };
        let is_used = |one: &proto::IngressInfo| {
            let status = one.state.as_ref().map(proto::IngressState::status);
            matches!(status, Some(Status::EndpointBuffering | Status::EndpointPublishing))
        };
        Ok(known.into_iter().find(is_used))
    }
}

/// What tells our own from what somebody else made at the same LiveKit.
fn name_of(stream: &StreamId) -> String {
    format!("streamit {stream}")
}

/// Presets are sent whole, with their source: LiveKit takes what is missing as zero. It refuses a preset for what it
/// passes through.
fn audio_options(is_transcoded: bool) -> proto::IngressAudioOptions {
    use proto::{IngressAudioEncodingPreset as Preset, ingress_audio_options::EncodingOptions};
    let preset = EncodingOptions::Preset(Preset::OpusStereo96kbps as i32);
    proto::IngressAudioOptions {
        name: "sound".to_owned(),
        source: proto::TrackSource::Microphone as i32,
        encoding_options: is_transcoded.then_some(preset),
    }
}

fn video_options(is_transcoded: bool, several_qualities: bool) -> proto::IngressVideoOptions {
    use proto::{IngressVideoEncodingPreset as Preset, ingress_video_options::EncodingOptions};
    let preset = if several_qualities { Preset::H2641080p30fps3Layers } else { Preset::H264720p30fps1Layer };
    proto::IngressVideoOptions {
        name: "picture".to_owned(),
        source: proto::TrackSource::Camera as i32,
        encoding_options: is_transcoded.then_some(EncodingOptions::Preset(preset as i32)),
    }
}
