//! The API, described for programs: OpenAPI 3.1, at `/api/openapi.json`.
//!
//! Made once, from what serves: the types of server functions say path, method and fields, those of answers describe
//! themselves, and `ErrorCode` says which status belongs to which refusal. Nothing here is asked when a request is
//! answered. Tests compare it with the router, and every answer that they get with it.

mod arguments;
mod doors;
mod limits;
mod operation;
mod people;
mod render;
mod streams;

use std::{borrow::Cow, sync::LazyLock};

use schemars::{
    JsonSchema, Schema, SchemaGenerator,
    generate::{Contract, SchemaSettings},
    json_schema,
};
use serde_json::{Map, Value, json};

use operation::Operation;

use crate::{api::error::ApiError, domain::fields::Change};

const ABOUT: &str = "What the pages of StreamIt use, and scripts can. Bodies are JSON; where a page works without \
    scripts, a plain form does too. Every success is 200 and `{\"success\":true,\"data\":…}`, every failure \
    `{\"success\":false,\"error\":{code, message, fields?, retryAfterSeconds?, requestId}}` with the status of its code. \
    Fields that are left out stay as they are, and fields that are not known are passed over. Times are RFC 3339 in \
    UTC, lists are `{items, next}`, lengths are counted as people count characters. Requests that change something \
    are refused when a browser sends them from another site. An unknown path is 404, another method 405.";

/// The document.
pub fn document() -> &'static Value {
    static DOCUMENT: LazyLock<Value> = LazyLock::new(make);
    &DOCUMENT
}

fn operations() -> impl Iterator<Item = Operation> {
    [people::all(), streams::all(), doors::all()].into_iter().flatten()
}

fn make() -> Value {
    let settings = SchemaSettings::draft2020_12().with(|settings| {
        settings.definitions_path = Cow::Borrowed("/components/schemas");
        settings.meta_schema = None;
        settings.contract = Contract::Serialize;
    });
    let mut schemas = settings.into_generator();
    let mut paths = Map::new();
    for operation in operations() {
        let method = operation.method.as_str().to_lowercase();
        paths.entry(operation.path.clone()).or_insert_with(|| json!({}))[method] = operation.render(&mut schemas);
    }
    let failure = json!({
        "type": "object",
        "required": ["success", "error"],
        "properties": { "success": { "const": false }, "error": schemas.subschema_for::<ApiError>() },
    });
    let mut definitions = schemas.take_definitions(true);
    definitions.insert("Failure".to_owned(), failure);
    let mut document = json!({
        "openapi": "3.1.0",
        "info": { "title": "StreamIt", "version": env!("CARGO_PKG_VERSION"), "description": ABOUT },
        "servers": [{ "url": "/" }],
        "paths": paths,
        "components": { "schemas": definitions, "securitySchemes": security_schemes() },
    });
    for_readers(&mut document);
    document
}

fn security_schemes() -> Value {
    json!({
        "cookie": {
            "type": "apiKey", "in": "cookie", "name": "streamit_session",
            "description": "Set by signing up and in. Served over https it is called `__Host-streamit_session`.",
        },
        "token": { "type": "http", "scheme": "bearer", "description": "From POST `/api/auth/token`, for scripts." },
    })
}

/// What is written for readers of the code, in the words of those who read JSON.
fn for_readers(value: &mut Value) {
    match value {
        Value::Object(object) => {
            if let Some(Value::String(text)) = object.get_mut("description") {
                *text = text.replace("`None`", "`null`").replace("[`", "`").replace("`]", "`").replace('\n', " ");
            }
            object.values_mut().for_each(for_readers);
        }
        Value::Array(values) => values.iter_mut().for_each(for_readers),
        _ => {}
    }
}

/// A field that may be left out. Where `null` means something too, its endpoint says so.
impl<T: JsonSchema> JsonSchema for Change<T> {
    fn inline_schema() -> bool {
        true
    }

    fn schema_name() -> Cow<'static, str> {
        format!("ChangeOf{}", T::schema_name()).into()
    }

    fn json_schema(schemas: &mut SchemaGenerator) -> Schema {
        T::json_schema(schemas)
    }
}

/// Text, and nothing more is known of it.
pub(super) fn text(_: &mut SchemaGenerator) -> Schema {
    json_schema!({ "type": "string" })
}

/// A file.
pub(super) fn file(_: &mut SchemaGenerator) -> Schema {
    json_schema!({})
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    #[test]
    fn every_endpoint_has_a_name_of_its_own_and_a_sentence() {
        let mut names = BTreeSet::new();
        for operation in operations() {
            assert!(names.insert(operation.id.clone()), "two are called {}", operation.id);
            assert!(operation.summary.ends_with('.'), "{}: {}", operation.id, operation.summary);
        }
        assert!(names.len() > 60, "only {}", names.len());
    }

    #[test]
    fn nothing_refers_to_what_is_not_there() {
        let document = document();
        let text = document.to_string();
        for reference in text.split("\"$ref\":\"#").skip(1).filter_map(|rest| rest.split('"').next()) {
            assert!(document.pointer(reference).is_some(), "{reference}");
        }
        assert!(text.contains("\"$ref\""));
    }

    #[test]
    fn limits_are_those_of_the_domain() {
        let signing_up = &document()["paths"]["/api/auth/signup"]["post"]["requestBody"];
        let fields = &signing_up["content"]["application/json"]["schema"];
        assert_eq!(fields["required"], json!(["email", "password", "username"]));
        assert_eq!(fields["properties"]["password"]["minLength"], json!(10));
        let settings = &document()["paths"]["/api/stream/chat-settings"]["put"]["requestBody"];
        let delay = &settings["content"]["application/json"]["schema"]["properties"]["chatDelaySeconds"];
        assert_eq!(delay["enum"], json!([2, 3, 4, 6]));
    }
}
