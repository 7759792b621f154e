//! Signing in, staying signed in, and what posts open.

use serde_json::json;

use crate::town::{PASSWORD, Town};

#[tokio::test]
async fn a_resident_signs_in_and_out_by_program() {
    let town = Town::new().await;
    let resident = town.resident();
    let body = json!({"phone": resident.phone, "password": PASSWORD});
    let answer = town.guest().calls("POST", "/sessions", body).await.with(201).json();
    assert_eq!(answer["person"]["id"], resident.id.unwrap().to_string());
    assert_eq!(answer["appointments"], json!([]));

    let program = town.guest();
    program.keeps("session", answer["token"].as_str().unwrap());
    program.calls("GET", "/appointments?person=me", json!(null)).await.with(200);
    program.calls("DELETE", "/sessions/current", json!(null)).await.with(204);
    program.calls("GET", "/appointments?person=me", json!(null)).await.with(401);
}
