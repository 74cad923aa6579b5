//! Doors for pictures: forms with a file in them, from a page's script, a script of one's own, or a plain form.
//!
//! Who may not is told before anything of the file is kept, and of a file that is too large nothing is kept either; but
//! it is read, within bounds, because a browser that is still sending sees no answer. A plain form is sent back to its
//! page.

use axum::{
    body::Bytes,
    extract::{
        FromRequest as _, Multipart, Request, State,
        multipart::{Field, MultipartError},
    },
    http::{HeaderMap, StatusCode, header},
    response::{IntoResponse as _, Redirect, Response},
};
use serde::Serialize;
use server_fn::{Encodes as _, error::ServerFnUrlError};

use super::sse::Caller;
use crate::{
    api::{
        error::{ApiError, ErrorCode},
        paths,
        protocol::{Envelope, Payload},
    },
    domain::{fields::Change, media::MAX_PICTURE_BYTES, stream::StreamInfoChange},
    server::{
        Error,
        auth::{actor::Actor, door::Visit},
        router::failure,
        services::{
            pictures::{Upload, too_large},
            portraits, streams, thumbnails,
        },
        state::AppState,
    },
    text,
};

/// Largest body that is read to its end, in bytes: more than a picture may have, so that a larger one is answered too.
pub const MAX_UPLOAD_BYTES: usize = 4 * MAX_PICTURE_BYTES;
/// Largest field that is no file, in bytes.
const MAX_TEXT_BYTES: usize = 1024;

/// A form, read.
#[derive(Debug, Default)]
struct Form {
    upload: Upload,
    is_automatic: bool,
    /// Takes the picture away instead: a plain form knows no other method.
    is_removal: bool,
}

/// `POST /api/stream/thumbnail`: `image`, and optionally `crop` and `automatic`; or `remove`.
pub async fn thumbnail(State(state): State<AppState>, Caller(visit): Caller, request: Request) -> Response {
    let is_plain = is_plain_form(request.headers());
    let answer = async {
        let (actor, form) = admitted(&visit, request, |actor| actor.creator().map(|_| ())).await?;
        if form.is_removal {
            let change = StreamInfoChange { thumbnail: Change::Clear, ..StreamInfoChange::default() };
            return Ok(streams::change_info(&state, &actor, change).await?);
        }
        Ok(thumbnails::set(&state, &actor, form.upload, form.is_automatic).await?)
    };
    let answer = answer.await;
    if is_plain { back_to("/dashboard/streams", paths::THUMBNAIL, answer) } else { answered(answer) }
}

/// `POST /api/account/picture`: `image`, and optionally `crop`; or `remove`.
pub async fn portrait(State(state): State<AppState>, Caller(visit): Caller, request: Request) -> Response {
    let is_plain = is_plain_form(request.headers());
    let answer = async {
        let (actor, form) = admitted(&visit, request, |actor| actor.user().map(|_| ())).await?;
        if form.is_removal {
            return Ok(portraits::remove(&state, &actor).await?);
        }
        Ok(portraits::set(&state, &actor, form.upload).await?)
    };
    let answer = answer.await;
    if is_plain { back_to("/account", paths::PORTRAIT, answer) } else { answered(answer) }
}

/// A browser that goes somewhere by it asks for a page.
fn is_plain_form(headers: &HeaderMap) -> bool {
    let accept = headers.get(header::ACCEPT).and_then(|value| value.to_str().ok());
    accept.is_some_and(|accept| accept.contains("text/html"))
}

fn answered<T: Serialize + Payload>(answer: Result<T, ApiError>) -> Response {
    match answer {
        Ok(data) => {
            let body = Envelope::encode(&data).unwrap_or_default();
            (StatusCode::OK, [(header::CONTENT_TYPE, "application/json")], body).into_response()
        }
        Err(error) => failure(error),
    }
}

/// To the page that the form is on, with a failure in the address, where that page reads it.
fn back_to<T>(page: &str, path: &str, answer: Result<T, ApiError>) -> Response {
    let Err(error) = answer else { return Redirect::to(page).into_response() };
    // The address of this server is of no interest: only a path is answered.
    let url = ServerFnUrlError::new(path, error).to_url(&format!("http://localhost{page}"));
    let query = url.ok().and_then(|url| url.query().map(str::to_owned)).unwrap_or_default();
    Redirect::to(&format!("{page}?{query}")).into_response()
}

/// The form, if whoever sent it may send one.
async fn admitted(
    visit: &Visit,
    request: Request,
    may: impl Fn(&Actor) -> Result<(), Error>,
) -> Result<(Actor, Form), ApiError> {
    let actor = visit.actor().await?;
    let form = Multipart::from_request(request, &()).await;
    if let Err(error) = may(&actor) {
        if let Ok(form) = form {
            read_away(form).await;
        }
        return Err(error.into());
    }
    let mut form = form.map_err(|_| ApiError::new(ErrorCode::BadRequest, text!(errors.not_multipart)))?;
    match read(&mut form).await {
        Ok(read) => Ok((actor, read)),
        Err(error) => {
            read_away(form).await;
            Err(error)
        }
    }
}

async fn read(form: &mut Multipart) -> Result<Form, ApiError> {
    let mut read = Form::default();
    while let Some(field) = form.next_field().await.map_err(|error| unreadable(&error))? {
        match field.name().unwrap_or_default() {
            "image" => read.upload.image = Some(within(field, MAX_PICTURE_BYTES).await?),
            "crop" => read.upload.crop = Some(text_of(field).await?),
            "automatic" => read.is_automatic = is_yes(&text_of(field).await?),
            "remove" => read.is_removal = is_yes(&text_of(field).await?),
            _ => {}
        }
    }
    Ok(read)
}

/// All of a field; of one that is too large nothing is kept.
async fn within(mut field: Field<'_>, limit: usize) -> Result<Bytes, ApiError> {
    let mut bytes = Vec::new();
    let mut is_too_large = false;
    while let Some(chunk) = field.chunk().await.map_err(|error| unreadable(&error))? {
        is_too_large |= bytes.len() + chunk.len() > limit;
        if is_too_large {
            bytes.clear();
        } else {
            bytes.extend_from_slice(&chunk);
        }
    }
    if is_too_large { Err(too_large().into()) } else { Ok(bytes.into()) }
}

async fn text_of(field: Field<'_>) -> Result<String, ApiError> {
    let bytes = within(field, MAX_TEXT_BYTES).await?;
    Ok(String::from_utf8_lossy(&bytes).into_owned())
}

fn is_yes(text: &str) -> bool {
    matches!(text.trim(), "true" | "1" | "on")
}

async fn read_away(mut form: Multipart) {
    while let Ok(Some(mut field)) = form.next_field().await {
        while let Ok(Some(_)) = field.chunk().await {}
    }
}

fn unreadable(error: &MultipartError) -> ApiError {
    if error.status() == StatusCode::PAYLOAD_TOO_LARGE {
        return too_large().into();
    }
    ApiError::new(ErrorCode::BadRequest, text!(errors.form_breaks_off))
}
