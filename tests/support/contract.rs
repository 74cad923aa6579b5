//! The API's description of its own answers, held against every answer that a test gets: status, media type, headers, and
//! each field of the body. What the description does not name, an answer must not hold.

use std::{
    collections::HashMap,
    sync::{Arc, LazyLock, Mutex},
};

use jsonschema::Validator;
use reqwest::Method;
use serde_json::{Value, json};
use streamit::server::openapi;

use super::Answer;

/// Fails unless the description has this answer to that request. What is no part of the API is not described.
#[track_caller]
pub fn check(method: &Method, path: &str, answer: &Answer) {
    let Some((template, operations)) = described(path) else {
        assert!(!path.starts_with("/api/") || is_failure(answer), "{path} is not described: {answer:?}");
        return;
    };
    let method = method.as_str().to_lowercase();
    if operations.get(&method).is_none() {
        assert!(method == "head" || is_failure(answer), "{method} {template} is not described: {answer:?}");
        return;
    }
    let response = format!("/paths/{}/{method}/responses/{}", template.replace('/', "~1"), answer.status);
    let described = openapi::document().pointer(&response);
    let described =
        described.unwrap_or_else(|| panic!("{method} {template} never answers {}: {answer:?}", answer.status));
    for (name, _) in described["headers"].as_object().into_iter().flatten() {
        assert!(answer.headers.contains_key(name), "{method} {template} answers without {name}: {answer:?}");
    }
    let Some(contents) = described["content"].as_object() else { return };
    let kind = answer.header("content-type");
    assert!(contents.contains_key(kind), "{method} {template} never answers with {kind}: {answer:?}");
    if kind == "application/json" {
        let errors = errors_of(&response, answer);
        assert!(errors.is_empty(), "{method} {template} answers what is not described: {errors:#?}, {answer:?}");
    }
}

/// The template of a path, and what is described of it.
fn described(path: &str) -> Option<(&'static String, &'static Value)> {
    let paths = openapi::document()["paths"].as_object().expect("paths");
    paths.iter().find(|(template, _)| match template.split_once('{') {
        Some((start, _)) => path.starts_with(start),
        None => path == *template,
    })
}

fn is_failure(answer: &Answer) -> bool {
    answer.json()["success"] == json!(false)
}

/// What is wrong with a body, by the schema of that response.
fn errors_of(response: &str, answer: &Answer) -> Vec<String> {
    static KNOWN: LazyLock<Mutex<HashMap<String, Arc<Validator>>>> = LazyLock::new(Mutex::default);
    let known = KNOWN.lock().unwrap_or_else(std::sync::PoisonError::into_inner).get(response).cloned();
    let validator = known.unwrap_or_else(|| {
        let made = Arc::new(validator_of(response));
        KNOWN.lock().unwrap_or_else(std::sync::PoisonError::into_inner).insert(response.to_owned(), made.clone());
        made
    });
    let body = answer.json();
    validator.iter_errors(&body).map(|error| format!("{}: {error}", error.instance_path())).collect()
}

fn validator_of(response: &str) -> Validator {
    static COMPONENTS: LazyLock<Value> = LazyLock::new(|| {
        let mut components = openapi::document()["components"].clone();
        components["schemas"].as_object_mut().expect("schemas").values_mut().for_each(close);
        components
    });
    let described = openapi::document().pointer(response).expect("a response");
    let mut schema = described["content"]["application/json"]["schema"].clone();
    // A failure is all of one schema and some of another: the first is closed.
    if schema.get("allOf").is_none() {
        close(&mut schema);
    }
    schema["components"] = COMPONENTS.clone();
    jsonschema::validator_for(&schema).expect("a schema")
}

/// Allows nothing but what the schema names, in it and in what it holds.
fn close(schema: &mut Value) {
    let Some(object) = schema.as_object_mut() else { return };
    let names_fields = ["properties", "oneOf", "anyOf", "allOf"].iter().any(|word| object.contains_key(*word));
    if names_fields && !object.contains_key("additionalProperties") {
        object.insert("unevaluatedProperties".to_owned(), json!(false));
    }
    close_inside(schema);
}

/// The same for what it holds alone: a part of a choice does not know the fields of the whole.
fn close_inside(schema: &mut Value) {
    let Some(object) = schema.as_object_mut() else { return };
    for (word, value) in object.iter_mut() {
        match word.as_str() {
            "properties" => value.as_object_mut().expect("properties").values_mut().for_each(close),
            "items" => close(value),
            "oneOf" | "anyOf" | "allOf" => value.as_array_mut().expect("schemas").iter_mut().for_each(close_inside),
            _ => {}
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn answer(status: u16, body: &Value) -> Answer {
        let headers = [("content-type", "application/json"), ("x-request-id", "1")];
        let headers = headers.map(|(name, value)| (name.parse().unwrap(), value.parse().unwrap()));
        Answer { status, headers: headers.into_iter().collect(), body: body.to_string() }
    }

    fn is_described(status: u16, body: Value) -> bool {
        let answer = answer(status, &body);
        std::panic::catch_unwind(|| check(&Method::GET, "/api/stream/title-history", &answer)).is_ok()
    }

    #[test]
    fn an_answer_that_is_not_described_is_seen() {
        let title = json!({ "title": "A", "setAt": "2026-08-01T00:00:00Z" });
        let page = |title: Value| json!({ "success": true, "data": { "items": [title], "next": null } });
        assert!(is_described(200, page(title.clone())));
        let mut more = title.clone();
        more["streamKey"] = json!("secret");
        assert!(!is_described(200, page(more)), "a field that nobody knows of");
        assert!(!is_described(200, page(json!({ "title": "A" }))), "a field is missing");
        assert!(!is_described(201, page(title)), "another status");
        let failure =
            |code: &str| json!({ "success": false, "error": { "code": code, "message": "No.", "requestId": "1" } });
        assert!(is_described(403, failure("NOT_A_CREATOR")));
        assert!(!is_described(403, failure("BANNED")), "a code that belongs elsewhere");
    }
}
