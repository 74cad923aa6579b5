//! Everything that a request may need, in one value, which is handed on and is no global: a test makes as many servers
//! as it needs. It is made once, at the start (`commands::build_state`), and what is in it is never replaced.
//!
//! Whatever lives in the process alone is found here; what other instances must agree on is in the database.

use std::sync::Arc;

use leptos::config::LeptosOptions;
use tokio_util::{sync::CancellationToken, task::TaskTracker};

use super::{
    auth::password::Hasher,
    config::Config,
    db::Db,
    events::Events,
    livekit::LiveKit,
    mail::Mailer,
    metrics::Metrics,
    others::Others,
    pictures::PictureMaker,
    queue::Queue,
    secrets::Secrets,
    services::{last_looks::LastLooks, webhooks},
    storage::Storage,
    telemetry,
    turns::Turns,
};

/// Shared by all requests and jobs; clones are cheap.
#[derive(Clone, Debug)]
pub struct AppState(Arc<Parts>);

/// What is in it.
#[derive(Debug)]
pub struct Parts {
    /// The settings.
    pub config: Config,
    /// The database.
    pub db: Db,
    /// LiveKit, when it is set up.
    pub livekit: Option<LiveKit>,
    /// Sends mail, when that is set up.
    pub mailer: Option<Mailer>,
    /// Who is told what.
    pub events: Events,
    /// Keys made from the installation's secret.
    pub secrets: Secrets,
    /// Hashes passwords, a few at a time.
    pub hasher: Hasher,
    /// Makes pictures, a few at a time.
    pub pictures: PictureMaker,
    /// Where their files are.
    pub storage: Storage,
    /// What is counted, for `/metrics`.
    pub metrics: Metrics,
    /// Streams that somebody should look at soon.
    pub queue: Queue,
    /// What other instances on the same database are to be told.
    pub others: Arc<Others>,
    /// What only one instance may do at a time.
    pub turns: Arc<Turns>,
    /// Webhooks that wait to be stored.
    pub webhooks: webhooks::Intake,
    /// What was found when the parts were last looked at.
    pub last_looks: LastLooks,
    /// Where the browser's files are.
    pub leptos: LeptosOptions,
    /// Work that goes on after its request was answered or given up.
    pub tasks: TaskTracker,
    /// Cancelled when the server stops.
    pub stopping: CancellationToken,
}

impl AppState {
    /// Shares these parts.
    pub fn new(parts: Parts) -> Self {
        Self(Arc::new(parts))
    }

    /// Runs `work` to its end even if whoever asked for it goes away: for what must not stop half-way.
    ///
    /// # Errors
    /// What `work` returns, or an internal error when it panicked.
    pub async fn to_the_end<T: Send + 'static>(
        &self,
        work: impl Future<Output = super::Result<T>> + Send + 'static,
    ) -> super::Result<T> {
        match self.tasks.spawn(telemetry::carried_on(work)).await {
            Ok(result) => result,
            Err(error) => Err(super::Error::Internal(format!("a task panicked: {error}"))),
        }
    }
}

impl std::ops::Deref for AppState {
    type Target = Parts;

    fn deref(&self) -> &Parts {
        &self.0
    }
}

impl axum::extract::FromRef<AppState> for LeptosOptions {
    fn from_ref(state: &AppState) -> Self {
        state.leptos.clone()
    }
}
