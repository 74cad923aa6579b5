//! Operations as OpenAPI 3.1 writes them. Nothing is said here about any one endpoint: that is in `people.rs`,
//! `streams.rs` and `doors.rs`. What every request can be refused for is added here.

use std::collections::BTreeMap;

use http::Method;
use schemars::SchemaGenerator;
use serde_json::{Map, Value, json};

use super::operation::{Access, Operation, Success, Takes};
use crate::api::error::ErrorCode;

/// What can go wrong with every request.
const EVERYWHERE: [ErrorCode; 3] = [ErrorCode::BadRequest, ErrorCode::Internal, ErrorCode::DatabaseUnavailable];

impl Operation {
    /// The value of `paths.{path}.{method}`.
    pub(super) fn render(&self, schemas: &mut SchemaGenerator) -> Value {
        let mut rendered = json!({
            "operationId": self.id,
            "tags": [self.tag],
            "summary": self.summary,
            "description": self.description(),
            "security": self.security(),
            "responses": self.responses(schemas),
        });
        let fields = self.described_fields(schemas);
        match self.takes {
            Takes::Query => rendered["parameters"] = self.parameters(fields),
            _ => rendered["requestBody"] = self.request_body(fields),
        }
        rendered
    }

    fn description(&self) -> String {
        let access = match self.access {
            Access::Anybody => "For everybody, also signed out.",
            Access::SignedIn => "For whoever is signed in.",
            Access::Creators => "For approved creators, each for their own stream.",
            Access::Admins => "For admins.",
            Access::OtherMeans => "",
        };
        [access, &self.notes].into_iter().filter(|text| !text.is_empty()).collect::<Vec<_>>().join(" ")
    }

    fn security(&self) -> Value {
        match self.access {
            Access::Anybody => json!([{}, { "cookie": [] }, { "token": [] }]),
            Access::OtherMeans => json!([{}]),
            Access::SignedIn | Access::Creators | Access::Admins => json!([{ "cookie": [] }, { "token": [] }]),
        }
    }

    /// Name, whether it is required, and schema of each field.
    fn described_fields(&self, schemas: &mut SchemaGenerator) -> BTreeMap<String, (bool, Value)> {
        let mut fields: BTreeMap<String, (bool, Value)> =
            self.fields.iter().map(|field| (field.name.clone(), (field.is_required, field.schema.clone()))).collect();
        if let Some(describe) = self.body {
            // What a change holds is given as it is, not by a name.
            let schema = inlined(describe(schemas).to_value(), schemas);
            let properties = schema["properties"].as_object().cloned().unwrap_or_default();
            fields.extend(properties.into_iter().map(|(name, schema)| (name, (false, schema))));
        }
        for (name, limits) in &self.limits {
            let field = fields.get_mut(*name);
            debug_assert!(field.is_some(), "{} has no field {name}", self.id);
            if let Some((_, schema)) = field {
                limit(schema, limits);
            }
        }
        fields
    }

    fn parameters(&self, fields: BTreeMap<String, (bool, Value)>) -> Value {
        let parameters = fields.into_iter().map(|(name, (is_required, mut schema))| {
            // There is no way to write `null` in an address: what is not there is left out.
            if let Some(kinds) = schema["type"].as_array() {
                schema["type"] = kinds[0].clone();
            }
            let is_in_path = self.path.contains(&format!("{{{name}}}"));
            let place = if is_in_path { "path" } else { "query" };
            json!({ "name": name, "in": place, "required": is_required || is_in_path, "schema": schema })
        });
        parameters.collect()
    }

    fn request_body(&self, fields: BTreeMap<String, (bool, Value)>) -> Value {
        let required: Vec<&String> = fields.iter().filter(|(_, field)| field.0).map(|(name, _)| name).collect();
        let mut object = json!({ "type": "object" });
        if !required.is_empty() {
            object["required"] = json!(required);
        }
        let is_required = !required.is_empty();
        object["properties"] =
            fields.into_iter().map(|(name, (_, schema))| (name, schema)).collect::<Map<_, _>>().into();
        let kinds: &[&str] = match self.takes {
            Takes::Query => &[],
            Takes::Json => &["application/json"],
            Takes::JsonOrForm => &["application/json", "application/x-www-form-urlencoded"],
            Takes::Form => &["application/x-www-form-urlencoded"],
            Takes::Multipart => &["multipart/form-data"],
            Takes::Foreign(kind) => &[kind],
        };
        let content: Map<_, _> = kinds.iter().map(|kind| ((*kind).to_owned(), json!({ "schema": object }))).collect();
        json!({ "required": is_required, "content": content })
    }

    fn responses(&self, schemas: &mut SchemaGenerator) -> Value {
        let mut responses = Map::from_iter([("200".to_owned(), self.success(schemas))]);
        for (status, codes) in self.refusals_by_status() {
            responses.insert(status.to_string(), refusal(status, &codes));
        }
        if let Some(describe) = self.unready {
            let schema = describe(schemas).to_value();
            let content = json!({ "application/json": { "schema": schema } });
            responses.insert("503".to_owned(), json!({ "description": "Not now.", "content": content }));
        }
        for (status, when) in &self.others {
            responses.insert(status.to_string(), json!({ "description": when }));
        }
        match self.takes {
            Takes::JsonOrForm | Takes::Form => {
                responses.insert("302".to_owned(), redirect());
            }
            Takes::Multipart => {
                responses.insert("303".to_owned(), redirect());
            }
            _ => {}
        }
        responses.into()
    }

    fn success(&self, schemas: &mut SchemaGenerator) -> Value {
        let content: Map<String, Value> = match &self.success {
            Success::Data(describe) => {
                let data = describe(schemas).to_value();
                let success = json!({
                    "type": "object",
                    "required": ["success", "data"],
                    "properties": { "success": { "const": true }, "data": data },
                });
                Map::from_iter([("application/json".to_owned(), json!({ "schema": success }))])
            }
            Success::Plain(forms) => {
                let form = |(kind, describe): &(&str, super::operation::Describe)| {
                    ((*kind).to_owned(), json!({ "schema": describe(schemas).to_value() }))
                };
                forms.iter().map(form).collect()
            }
        };
        json!({ "description": "Done.", "headers": request_id(), "content": content })
    }

    /// Everything that can be refused, by the status that it is refused with.
    fn refusals_by_status(&self) -> BTreeMap<u16, Vec<ErrorCode>> {
        let mut codes: Vec<ErrorCode> = self.refusals.iter().map(|refusal| refusal.0).collect();
        codes.extend(EVERYWHERE);
        let is_foreign = matches!(self.takes, Takes::Foreign(_));
        if self.method != Method::GET && !is_foreign {
            codes.push(ErrorCode::CrossOrigin);
        }
        if self.takes != Takes::Query || self.method != Method::GET {
            codes.push(ErrorCode::TooLarge);
        }
        if self.takes == Takes::Form {
            codes.push(ErrorCode::MethodNotAllowed);
        }
        let mut statuses: BTreeMap<u16, Vec<ErrorCode>> = BTreeMap::new();
        for code in codes {
            let known = statuses.entry(code.http_status().as_u16()).or_default();
            if !known.contains(&code) {
                known.push(code);
            }
        }
        statuses
    }
}

/// The schema itself, where there is only a reference to it.
fn inlined(schema: Value, schemas: &SchemaGenerator) -> Value {
    let name = schema["$ref"].as_str().and_then(|path| path.rsplit('/').next());
    name.and_then(|name| schemas.definitions().get(name).cloned()).unwrap_or(schema)
}

/// Adds what is fine to a schema that says what is read. A choice is one of its values, or nothing where that can be
/// said.
fn limit(schema: &mut Value, limits: &Value) {
    let may_be_null = schema["type"].as_array().is_some_and(|kinds| kinds.iter().any(|kind| kind == "null"));
    for (name, value) in limits.as_object().into_iter().flatten() {
        schema[name] = match (name.as_str(), value) {
            ("enum", Value::Array(choices)) if may_be_null => {
                choices.iter().cloned().chain([Value::Null]).collect::<Value>()
            }
            _ => value.clone(),
        };
    }
}

fn refusal(status: u16, codes: &[ErrorCode]) -> Value {
    let names: Vec<String> = codes.iter().map(|code| code.as_str()).collect();
    let mut headers = request_id();
    if status == 429 {
        headers["Retry-After"] =
            json!({ "required": true, "description": "Seconds.", "schema": { "type": "integer" } });
    }
    let schema = json!({
        "allOf": [
            { "$ref": "#/components/schemas/Failure" },
            { "properties": { "error": { "properties": { "code": { "enum": names } } } } },
        ],
    });
    json!({
        "description": names.iter().map(|name| format!("`{name}`")).collect::<Vec<_>>().join(", "),
        "headers": headers,
        "content": { "application/json": { "schema": schema } },
    })
}

fn redirect() -> Value {
    json!({
        "description": "To a page: for a plain form, which says `Accept: text/html`. A failure is in the address.",
        "headers": { "Location": { "required": true, "schema": { "type": "string" } } },
    })
}

fn request_id() -> Value {
    json!({ "X-Request-Id": { "required": true, "schema": { "type": "string" } } })
}
