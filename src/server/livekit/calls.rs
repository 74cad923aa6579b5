//! How often LiveKit is called, how long it takes, and what comes of it, by method: for `/metrics`. Every call goes
//! through [`Calls::measured`], but for the plain request that reads the date (`twirp.rs`). Nothing of what was asked
//! or answered is kept.

use std::time::Instant;

use prometheus_client::{
    encoding::EncodeLabelSet,
    metrics::{family::Family, histogram::Histogram},
};

use super::{CALL_TIMEOUT, CallError};

/// Bounds of how long a call takes, in seconds. What is above the last one was given up.
const CALL_SECONDS: [f64; 8] = [0.002, 0.005, 0.01, 0.025, 0.1, 0.5, 1.0, CALL_TIMEOUT.as_secs_f64()];

/// Times of calls, by method and outcome.
pub type CallDurations = Family<CallLabels, Histogram, fn() -> Histogram>;

/// What is told of a call.
#[derive(Clone, Debug, PartialEq, Eq, Hash, EncodeLabelSet)]
pub struct CallLabels {
    method: &'static str,
    outcome: &'static str,
}

/// Measures calls. Clones share what was measured.
#[derive(Clone, Debug)]
pub struct Calls(CallDurations);

impl Default for Calls {
    fn default() -> Self {
        Self(CallDurations::new_with_constructor(|| Histogram::new(CALL_SECONDS)))
    }
}

impl Calls {
    /// What was measured.
    pub fn durations(&self) -> CallDurations {
        self.0.clone()
    }

    /// Waits for a call to `method`.
    ///
    /// # Errors
    /// What the call fails with.
    pub async fn measured<T, E: Into<CallError>>(
        &self,
        method: &'static str,
        call: impl Future<Output = Result<T, E>>,
    ) -> Result<T, CallError> {
        let began = Instant::now();
        let result = call.await.map_err(Into::into);
        let outcome = result.as_ref().err().map_or("ok", CallError::outcome);
        self.0.get_or_create(&CallLabels { method, outcome }).observe(began.elapsed().as_secs_f64());
        result
    }
}
