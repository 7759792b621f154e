//! The description of the interface: whole, true, and open to everybody.

use serde_json::{Value, json};
use server::web::{Access, docs};

use crate::api_story::{raised, town};
use crate::town::Town;

/// Every operation: its method, its path and what it says.
async fn operations(town: &Town) -> (Value, Vec<(String, String, Value)>) {
    let document = town.guest().calls("GET", "/openapi.json", Value::Null).await.with(200).json();
    let mut operations = Vec::new();
    for (path, item) in document["paths"].as_object().unwrap() {
        for (method, operation) in item.as_object().unwrap() {
            operations.push((method.clone(), path.clone(), operation.clone()));
        }
    }
    (document, operations)
}

fn takes_key(operation: &Value) -> bool {
    let parameters = operation["parameters"].as_array();
    parameters.is_some_and(|all| all.iter().any(|it| it["name"] == "Idempotency-Key"))
}

#[tokio::test]
async fn every_route_for_programs_is_described() {
    let town = town().await;
    let (document, operations) = operations(&town).await;
    assert!(document["openapi"].as_str().unwrap().starts_with("3.1"));
    let described: Vec<(String, String)> =
        operations.iter().map(|(method, path, _)| (method.clone(), path.clone())).collect();
    for route in town.routes.iter().filter(|route| route.path.starts_with("/api/")) {
        let line = (route.method.as_str().to_ascii_lowercase(), route.path.clone());
        assert!(described.contains(&line), "{line:?} is described");
    }
    for kind in domain::requests::Kind::ALL {
        let path = format!("/api/v1/requests/{{id}}/{}", kind.name());
        let there = described.contains(&("post".to_owned(), path));
        assert_eq!(there, kind != domain::requests::Kind::Lapse, "{kind:?}");
    }
}

#[tokio::test]
async fn every_operation_says_what_it_does_and_how_it_refuses() {
    let town = town().await;
    let (document, operations) = operations(&town).await;
    let problem = json!("#/components/schemas/Problem");
    let mut ids = Vec::new();
    for (method, path, operation) in &operations {
        let what = format!("{method} {path}");
        assert!(operation["summary"].as_str().is_some_and(|text| text.len() > 5), "{what}");
        ids.push(operation["operationId"].as_str().expect("it has a name").to_owned());
        let responses = operation["responses"].as_object().unwrap();
        assert!(responses.keys().any(|status| status.starts_with('2')), "{what}");
        let route = town.routes.iter().find(|route| {
            route.path == *path && route.method.as_str().eq_ignore_ascii_case(method)
        });
        let access = route.expect("it is in the table").access;
        let expected = [
            ("401", access != Access::Everyone),
            ("403", access != Access::Everyone),
            ("404", true),
            ("409", takes_key(operation) && path.contains('{')),
            ("422", method == "post"),
        ];
        for (status, holds) in expected {
            assert!(!holds || responses.contains_key(status), "{what} names {status}");
        }
        for (status, response) in responses.iter().filter(|(status, _)| status.as_str() >= "400") {
            let content = &response["content"]["application/problem+json"];
            assert_eq!(content["schema"]["$ref"], problem, "{what} {status}");
        }
        let is_keyless = docs::KEYLESS.contains(&path.as_str());
        assert_eq!(takes_key(operation), method == "post" && !is_keyless, "{what}");
        assert!(operation["security"].is_array(), "{what}");
    }
    let all = ids.len();
    ids.sort();
    ids.dedup();
    assert_eq!(ids.len(), all, "no two operations have one name");
    assert_eq!(document["components"]["securitySchemes"]["token"]["scheme"], "bearer");
    references(&document, &document);
}

/// Whatever is referred to is there.
fn references(document: &Value, value: &Value) {
    match value {
        Value::Object(fields) => {
            if let Some(Value::String(target)) = fields.get("$ref") {
                let pointer = target.strip_prefix('#').unwrap();
                assert!(document.pointer(pointer).is_some(), "{target} is not there");
            }
            fields.values().for_each(|field| references(document, field));
        }
        Value::Array(items) => items.iter().for_each(|item| references(document, item)),
        _ => {}
    }
}

#[tokio::test]
async fn a_post_that_names_a_key_does_nothing_without_one() {
    let town = town().await;
    let id = raised(&town.resident()).await;
    // One of these comes through every door of the table; what lies behind is another matter.
    let (administrator, street) = (town.administrator(), town.street_officer());
    let (_, operations) = operations(&town).await;
    for (_, path, operation) in operations.iter().filter(|(method, ..)| method == "post") {
        let at = path.strip_prefix("/api/v1").unwrap();
        let at = at.replace("{id}", &id);
        if at.ends_with("/photos") {
            continue;
        }
        let mut said = administrator.calls_again("POST", &at, json!({}), "").await;
        if said.status == 403 {
            said = street.calls_again("POST", &at, json!({}), "").await;
        }
        let asks_for_key = said.body.contains("Idempotency-Key");
        assert_eq!(asks_for_key, takes_key(operation), "{path}: {} {}", said.status, said.body);
    }
}

#[tokio::test]
async fn the_description_can_be_browsed() {
    let town = town().await;
    let page = town.guest().opens("/api/docs/").await.with(200);
    assert!(page.body.contains("swagger-ui"), "{}", page.body);
    assert!(page.header("content-security-policy").starts_with("default-src 'self'"));
    let settings = town.guest().opens("/api/docs/swagger-initializer.js").await.with(200);
    assert!(settings.body.contains(docs::ADDRESS), "{}", settings.body);
    town.guest().opens("/api/docs/swagger-ui.css").await.with(200);
    town.guest().opens("/api/docs/no-such-file").await.with(404);
    assert_eq!(town.guest().opens("/api/docs").await.status, 303);
}
