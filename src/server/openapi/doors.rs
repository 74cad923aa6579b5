//! The endpoints that are no server functions: events, files, forms that stand for another method, and what watches the
//! server.

use http::Method;
use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde_json::{Value, json};

use super::{
    file,
    limits::period,
    operation::{Access, Operation, Takes, door, schema_of},
    people::{change_email, change_password, change_profile},
    text,
};
use crate::{
    api::{error::ErrorCode as E, paths},
    domain::{
        account::Account,
        analytics::BroadcastSummary,
        application::Application,
        channel::ChannelState,
        chat_standing::Standing,
        media::MAX_PICTURE_BYTES,
        page::Page,
        stream::{Notice, OwnState, StreamInfo},
    },
    server::{
        routes::{
            chat_events::ChatPosition,
            export::ExportQuery,
            sse::{ChannelQuery, ViewerCount},
        },
        services::{health::Readiness, pictures},
        telemetry,
    },
};

/// All of them.
pub(super) fn all() -> Vec<Operation> {
    [events(), pictures(), exports(), forms(), watching()].concat()
}

fn events() -> Vec<Operation> {
    let stream = |path, id, summary, describe| {
        door(Method::GET, path, id, "events", summary)
            .answers(vec![("text/event-stream", describe)])
            .notes("The schema is that of one event. What is the case comes at once, then each change.")
    };
    vec![
        stream(paths::STREAM_EVENTS, "followOwnStream", "Server-Sent Events of one's own stream.", own_events)
            .by(Access::Creators),
        stream(paths::CHANNEL_EVENTS, "followChannel", "Server-Sent Events of a channel, for viewers.", channel_events)
            .takes::<ChannelQuery>(Takes::Query)
            .requires("username")
            .refuses(&[E::NotFound]),
        stream(paths::ACCOUNT_EVENTS, "followAccount", "Server-Sent Events of one's account.", account_events)
            .by(Access::SignedIn),
    ]
}

/// An event of that name, whose data is JSON.
fn event<T: JsonSchema>(schemas: &mut SchemaGenerator, name: &str) -> Value {
    let data = schemas.subschema_for::<T>();
    let data = json!({ "type": "string", "contentMediaType": "application/json", "contentSchema": data });
    json!({ "required": ["event", "data"], "properties": { "event": { "const": name }, "data": data } })
}

fn of_events(events: &[Value]) -> Schema {
    json_schema!({ "type": "object", "oneOf": events })
}

fn own_events(schemas: &mut SchemaGenerator) -> Schema {
    let state = event::<OwnState>(schemas, "state");
    let notice = event::<Notice>(schemas, "notice");
    of_events(&[&[state, notice], &chat_events(schemas)[..]].concat())
}

fn channel_events(schemas: &mut SchemaGenerator) -> Schema {
    let state = event::<ChannelState>(schemas, "state");
    of_events(&[&[state], &chat_events(schemas)[..]].concat())
}

fn account_events(schemas: &mut SchemaGenerator) -> Schema {
    of_events(&[event::<Option<Application>>(schemas, "application")])
}

/// What the events of a stream say to everybody beside its state.
fn chat_events(schemas: &mut SchemaGenerator) -> [Value; 3] {
    [
        event::<ViewerCount>(schemas, "viewers"),
        event::<Standing>(schemas, "standing"),
        event::<ChatPosition>(schemas, "chat"),
    ]
}

/// What a form with a picture in it holds.
const PICTURE_RULES: [E; 4] = [E::Invalid, E::TooLarge, E::TooManyRequests, E::StorageUnreachable];

/// A form with a picture in it, and with what that endpoint takes beside it.
fn upload(path: &str, id: &str, tag: &str, summary: &'static str, more: &[(&str, bool, Value)]) -> Operation {
    let yes = json!({ "type": "string", "enum": ["true", "false"] });
    let part = "The part to show, as JSON: `{x, y, width, height}`, each from 0 to 1 of the whole.";
    let image = json!({ "type": "string", "format": "binary", "description": "A PNG, JPEG or WebP of up to 5 MB." });
    let fields = [
        ("image", false, image),
        ("crop", false, json!({ "type": "string", "description": part })),
        ("remove", false, yes),
    ];
    door(Method::POST, path, id, tag, summary)
        .takes_fields(Takes::Multipart, &[&fields[..], more].concat())
        .refuses(&PICTURE_RULES)
        .notes(format!(
            "At most {MAX_PICTURE_BYTES} bytes, and {} pictures of one account in {} minutes. With `remove` it is \
             taken away instead.",
            pictures::MAX_UPLOADS,
            pictures::UPLOAD_WINDOW.as_secs() / 60
        ))
}

fn pictures() -> Vec<Operation> {
    let automatic = json!({ "type": "string", "enum": ["true", "false"] });
    vec![
        upload(
            paths::THUMBNAIL,
            "setThumbnail",
            "stream",
            "Sets the stream's thumbnail.",
            &[("automatic", false, automatic)],
        )
        .by(Access::Creators)
        .answers_data::<StreamInfo>(),
        upload(paths::PORTRAIT, "setPicture", "account", "Sets the account's picture.", &[])
            .by(Access::SignedIn)
            .answers_data::<Account>(),
        door(Method::GET, paths::MEDIA, "readPicture", "media", "A picture that the server keeps.")
            .takes_fields(Takes::Query, &[("name", true, json!({ "type": "string", "minLength": 1 }))])
            .refuses(&[E::NotFound, E::StorageUnreachable])
            .answers(vec![("image/webp", file)]),
    ]
}

fn exports() -> Vec<Operation> {
    let csv_or_json = vec![("application/json", enveloped_broadcasts as _), ("text/csv; charset=utf-8", text as _)];
    vec![
        period(
            door(Method::GET, paths::ANALYTICS_EXPORT, "exportBroadcasts", "analytics", "Broadcasts as a file.")
                .takes::<ExportQuery>(Takes::Query),
        )
        .requires("format")
        .field("format", json!({ "enum": ["csv", "json"] }))
        .by(Access::Creators)
        .refuses(&[E::Invalid])
        .answers(csv_or_json),
    ]
}

fn enveloped_broadcasts(schemas: &mut SchemaGenerator) -> Schema {
    json_schema!({
        "type": "object",
        "required": ["success", "data"],
        "properties": { "success": { "const": true }, "data": schemas.subschema_for::<Page<BroadcastSummary>>() },
    })
}

/// A browser's plain form knows no PUT.
fn forms() -> Vec<Operation> {
    let by_form =
        |put: Operation| Operation { method: Method::POST, takes: Takes::Form, id: format!("{}ByForm", put.id), ..put };
    [change_profile(), change_password(), change_email()].map(by_form).into()
}

fn watching() -> Vec<Operation> {
    let mut ready =
        door(Method::GET, telemetry::READINESS, "isReady", "operation", "Whether requests can be answered.")
            .notes("What each part is doing, also when the answer is 503.")
            .answers(vec![("application/json", schema_of::<Readiness>)]);
    ready.unready = Some(schema_of::<Readiness>);
    let mut described = door(Method::GET, paths::OPENAPI, "readDescription", "operation", "This document.")
        .answers(vec![("application/json", file)]);
    described.others.push((304, "It is what `If-None-Match` names."));
    vec![
        door(Method::GET, telemetry::HEALTH, "isRunning", "operation", "Whether the program runs.")
            .answers(vec![("text/plain; charset=utf-8", text)]),
        ready,
        door(Method::GET, telemetry::METRICS, "readMetrics", "operation", "Counters, for Prometheus.")
            .by(Access::OtherMeans)
            .notes("For this machine and trusted proxies; or with STREAMIT_METRICS_TOKEN as a bearer token.")
            .refuses(&[E::WrongCredentials, E::Forbidden])
            .answers(vec![("text/plain; version=0.0.4; charset=utf-8", text)]),
        described,
        door(Method::POST, paths::WEBHOOK, "receiveWebhook", "operation", "What LiveKit tells.")
            .by(Access::OtherMeans)
            .notes("Signed by LiveKit with the API key, in `Authorization`. Repeats are answered like the first.")
            .takes_fields(Takes::Foreign("application/webhook+json"), &[])
            .refuses(&[E::WrongCredentials]),
    ]
}
