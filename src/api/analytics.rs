//! What a creator reads of their own broadcasts. There is no parameter that could name somebody else's stream; a
//! broadcast of somebody else is not found.
//!
//! A period is `days` (7, 30 or 90; the last so many days, today with them), or `from` and `to` (`2026-08-01`, both
//! part of it, at most 400 days); without any it is 30 days. Its days are those of `timeZone` (IANA), or else of the
//! zone that was last kept for the account.

#![expect(missing_docs, reason = "arguments become fields of structs that the macro makes")]

use leptos::prelude::*;
use server_fn::codec::GetUrl;

use super::{
    error::ApiError,
    protocol::{Api, Payload, PutBody},
};
pub use crate::domain::{
    analytics::{AnalyticsSummary, BroadcastOrder, BroadcastReport, BroadcastSummary},
    page::Page,
};

impl Payload for AnalyticsSummary {}
impl Payload for BroadcastReport {}
impl Payload for BroadcastSummary {}

/// How a period went, beside the one before.
#[server(name = ReadAnalyticsSummary, prefix = "/api", endpoint = "/analytics/summary", protocol = Api<GetUrl>)]
pub async fn analytics_summary(
    #[server(default)] days: Option<String>,
    #[server(default)] from: Option<String>,
    #[server(default)] to: Option<String>,
    #[server(default)]
    #[server(rename = "timeZone")]
    time_zone: Option<String>,
) -> Result<AnalyticsSummary, ApiError> {
    use crate::server::{auth::door, services::analytics};
    let visit = door::visit()?;
    let actor = visit.actor().await?;
    let asked = analytics::AskedPeriod { days, from, to, time_zone };
    Ok(analytics::summary(&visit.state, &actor, &asked).await?)
}

/// The broadcasts of a period, or with no period at all of all times, piece by piece; `order` is `started` when left
/// out, and the other way round with `reverse`.
#[server(name = ListBroadcasts, prefix = "/api", endpoint = "/analytics/broadcasts", protocol = Api<GetUrl>)]
pub async fn broadcasts(
    #[server(default)] days: Option<String>,
    #[server(default)] from: Option<String>,
    #[server(default)] to: Option<String>,
    #[server(default)]
    #[server(rename = "timeZone")]
    time_zone: Option<String>,
    #[server(default)] order: Option<String>,
    #[server(default)] reverse: Option<bool>,
    #[server(default)] cursor: Option<String>,
) -> Result<Page<BroadcastSummary>, ApiError> {
    use crate::server::{auth::door, services::analytics};
    let visit = door::visit()?;
    let actor = visit.actor().await?;
    let asked = analytics::AskedPeriod { days, from, to, time_zone };
    Ok(analytics::list(&visit.state, &actor, &asked, order.as_deref(), reverse.unwrap_or_default(), cursor.as_deref())
        .await?)
}

/// One broadcast, also while it is on air.
#[server(name = ReadBroadcast, prefix = "/api", endpoint = "/analytics/broadcast", protocol = Api<GetUrl>)]
pub async fn broadcast(id: String) -> Result<BroadcastReport, ApiError> {
    use crate::server::{auth::door, services::analytics};
    let visit = door::visit()?;
    let actor = visit.actor().await?;
    Ok(analytics::report(&visit.state, &actor, &id).await?)
}

/// Keeps the time zone (IANA) that the account's days and hours are of.
#[server(prefix = "/api", endpoint = "/account/time-zone", protocol = Api<PutBody>)]
pub async fn set_time_zone(#[server(rename = "timeZone")] time_zone: String) -> Result<(), ApiError> {
    use crate::server::{auth::door, services::analytics};
    let visit = door::visit()?;
    let actor = visit.actor().await?;
    Ok(analytics::set_time_zone(&visit.state, &actor, &time_zone).await?)
}
