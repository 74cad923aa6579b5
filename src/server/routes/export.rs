//! The creator's broadcasts as a file to keep. What is wrong with the request is answered in the envelope; once the
//! file has begun, a failure breaks it off, and so it is never taken for whole.

use axum::{
    body::Body,
    extract::{Query, State, rejection::QueryRejection},
    http::header,
    response::{IntoResponse as _, Response},
};
use futures::TryStreamExt as _;

use super::sse::Caller;
use crate::{
    api::error::{ApiError, ErrorCode},
    server::{
        router::failure,
        services::{
            analytics::AskedPeriod,
            export::{self, Export},
        },
        state::AppState,
    },
    text,
};

/// `?format=`, and a period.
#[derive(Debug, serde::Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct ExportQuery {
    format: Option<String>,
    days: Option<String>,
    from: Option<String>,
    to: Option<String>,
    time_zone: Option<String>,
}

/// `GET /api/analytics/export`.
pub async fn analytics(
    State(state): State<AppState>,
    Caller(visit): Caller,
    query: Result<Query<ExportQuery>, QueryRejection>,
) -> Response {
    let answer = async {
        let unreadable = |_| ApiError::new(ErrorCode::BadRequest, text!(errors.parameters_unreadable));
        let Query(ExportQuery { format, days, from, to, time_zone }) = query.map_err(unreadable)?;
        let actor = visit.actor().await?;
        let asked = AskedPeriod { days, from, to, time_zone };
        Ok::<_, ApiError>(export::begin(&state, &actor, &asked, format.as_deref()).await?)
    };
    match answer.await {
        Ok(export) => file(export),
        Err(error) => failure(error),
    }
}

fn file(Export { file_name, media_type, pieces }: Export) -> Response {
    let disposition = format!("attachment; filename=\"{file_name}\"");
    let pieces = pieces.inspect_err(|error| tracing::error!(error.cause = %error, "an export was broken off"));
    let headers = [(header::CONTENT_TYPE, media_type.to_owned()), (header::CONTENT_DISPOSITION, disposition)];
    (headers, Body::from_stream(pieces)).into_response()
}
