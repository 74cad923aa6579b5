//! Calls to LiveKit that its crate cannot make. Each has a limit of time and, but for the plain request that reads the
//! date, a token of its own for just that. The body of an answer is never kept: it may hold a stream key.

use std::time::Duration;

use livekit_api::access_token::{AccessToken, VideoGrants};
use reqwest::header;

use super::{CALL_TIMEOUT, CallError};
use crate::server::config::LiveKitConfig;

/// How long the token of a call is good.
const TOKEN_LIFETIME: Duration = Duration::from_secs(60);

/// Sends calls, each with a token of its own.
#[derive(Debug)]
pub struct Twirp {
    http: reqwest::Client,
    config: LiveKitConfig,
}

/// A failure, as Twirp writes it: <https://twitchtv.github.io/twirp/docs/errors.html>.
#[derive(serde::Deserialize)]
struct Failure {
    code: String,
    #[serde(default)]
    msg: String,
}

impl Twirp {
    /// Prepares to call; connects with the first call.
    pub fn new(config: &LiveKitConfig) -> Self {
        Self { http: reqwest::Client::new(), config: config.clone() }
    }

    /// What the answer to a plain request says the time is.
    ///
    /// # Errors
    /// When nobody answers.
    pub async fn find_date(&self) -> Result<Option<String>, CallError> {
        let answer = self.http.get(&self.config.api_url).timeout(CALL_TIMEOUT).send().await;
        let answer = answer.map_err(|error| CallError::Unreachable(error.without_url().to_string()))?;
        Ok(answer.headers().get(header::DATE).and_then(|value| value.to_str().ok()).map(str::to_owned))
    }

    /// Calls `method`, written `package.Service/Method`, and waits until it is done.
    ///
    /// # Errors
    /// When LiveKit does not answer, or refuses.
    pub async fn call(&self, method: &str, grants: VideoGrants, wish: &impl prost::Message) -> Result<(), CallError> {
        let token = AccessToken::with_api_key(&self.config.api_key, &self.config.api_secret)
            .with_ttl(TOKEN_LIFETIME)
            .with_grants(grants)
            .to_jwt()
            .map_err(|error| CallError::Refused(error.to_string()))?;
        let request = self
            .http
            .post(format!("{}/twirp/{method}", self.config.api_url.trim_end_matches('/')))
            .timeout(CALL_TIMEOUT)
            .header(header::CONTENT_TYPE, "application/protobuf")
            .bearer_auth(token)
            .body(wish.encode_to_vec());
        let unreachable = |error: reqwest::Error| CallError::Unreachable(error.without_url().to_string());
        let answer = request.send().await.map_err(unreachable)?;
        let status = answer.status();
        if status.is_success() {
            return Ok(());
        }
        Err(match answer.json::<Failure>().await {
            Ok(failure) => failure.into(),
            Err(_) => CallError::Refused(status.to_string()),
        })
    }
}

impl From<Failure> for CallError {
    fn from(failure: Failure) -> Self {
        Self::answered(&failure.code, format!("{}: {}", failure.code, failure.msg))
    }
}
