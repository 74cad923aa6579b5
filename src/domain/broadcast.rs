//! How long things on air may be interrupted. An encoder that is back in time goes on with its broadcast; one that is
//! not begins another. A drop that the creator asked to be waited out has a time of its own (`DisconnectProtection`).

use std::time::Duration;

use super::timestamp::Timestamp;

/// An encoder that is back within this time goes on with the same broadcast.
pub const REOPEN_WITHIN: Duration = Duration::from_secs(90);
/// Whether an encoder that comes now goes on with the broadcast that ended then. A clock that is a little ahead counts as
/// now; one that went back far would join two broadcasts.
pub fn may_go_on(ended_at: Timestamp, now: Timestamp) -> bool {
    now.since(ended_at).max(ended_at.since(now)) <= REOPEN_WITHIN
}

/// After an outage of LiveKit a stream is shown as `reconnecting` for this long before it counts as over.
pub const OUTAGE_GRACE: Duration = Duration::from_secs(15);

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_broadcast_goes_on_within_its_time_and_not_by_a_clock_that_went_back() {
        let ended_at = Timestamp(10_000_000);
        let after = |seconds: i64| may_go_on(ended_at, Timestamp(ended_at.0 + seconds * 1000));
        assert_eq!([-3600, -91, -90, -1, 0, 90, 91].map(after), [false, false, true, true, true, true, false]);
    }
}
