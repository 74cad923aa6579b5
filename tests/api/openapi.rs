//! The document that describes the API: it holds what the router knows, and programs can read and keep it. That every
//! answer is as it says is checked with each answer that any test gets, in `support::contract`.

use std::collections::BTreeSet;

use reqwest::{Method, header};
use serde_json::{Value, json};
use streamit::server::{openapi, router};

use crate::support::{Answer, Database, TestApp};

on_both_databases![
    the_document_is_for_everybody_and_can_be_kept,
    a_parameter_that_comes_twice_is_refused_in_the_envelope
];

#[tokio::test]
async fn the_document_holds_every_endpoint_and_no_other() {
    let known: BTreeSet<String> =
        router::endpoints_for_programs().into_iter().map(|(method, path)| format!("{method} {path}")).collect();
    let paths = openapi::document()["paths"].as_object().expect("paths");
    let described: BTreeSet<String> = paths
        .iter()
        .flat_map(|(path, methods)| {
            let methods = methods.as_object().expect("methods");
            methods.keys().map(move |method| format!("{} {path}", method.to_uppercase()))
        })
        .collect();
    assert!(known.len() > 60, "only {} endpoints were found", known.len());
    let missing: Vec<_> = known.difference(&described).collect();
    let strange: Vec<_> = described.difference(&known).collect();
    assert!(missing.is_empty() && strange.is_empty(), "not described: {missing:#?}; not there: {strange:#?}");
}

#[test]
fn every_schema_of_the_document_is_one() {
    fn schemas<'a>(value: &'a Value, found: &mut Vec<&'a Value>) {
        match value {
            Value::Object(object) => {
                found.extend(object.get("schema"));
                object.values().for_each(|value| schemas(value, found));
            }
            Value::Array(values) => values.iter().for_each(|value| schemas(value, found)),
            _ => {}
        }
    }
    let mut found = Vec::new();
    schemas(openapi::document(), &mut found);
    found.extend(openapi::document()["components"]["schemas"].as_object().expect("schemas").values());
    assert!(found.len() > 200, "only {} schemas were found", found.len());
    for schema in found {
        assert!(jsonschema::meta::is_valid(schema), "{schema}");
    }
}

async fn the_document_is_for_everybody_and_can_be_kept(database: Database) {
    let app = TestApp::start(database).await;
    let anybody = app.anonymous();
    let answer = anybody.request(Method::GET, "/api/openapi.json").send().await.unwrap();
    assert_eq!(answer.status(), 200);
    assert_eq!(answer.headers()[header::CACHE_CONTROL], "public, max-age=60");
    let tag = answer.headers()[header::ETAG].clone();
    let document: Value = answer.json().await.unwrap();
    assert_eq!(&document, openapi::document());
    assert_eq!(document["openapi"], json!("3.1.0"));
    let again = anybody.request(Method::GET, "/api/openapi.json").header(header::IF_NONE_MATCH, tag).send();
    let again = again.await.unwrap();
    assert_eq!(again.headers()[header::CACHE_CONTROL], "public, max-age=60", "what is kept may be kept on");
    assert_eq!((again.status().as_u16(), again.text().await.unwrap().as_str()), (304, ""));
}

async fn a_parameter_that_comes_twice_is_refused_in_the_envelope(database: Database) {
    let app = TestApp::start(database).await;
    let creator = app.creator("carl").await;
    for path in ["/api/channel/events?username=carl&username=carl", "/api/channel?username=carl&username=carl"] {
        Answer::to(creator.request(Method::GET, path)).await.refused(400, "BAD_REQUEST");
    }
}
