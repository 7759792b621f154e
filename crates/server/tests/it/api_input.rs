//! Bad input: each a clear answer, and nothing half done.

use std::pin::Pin;
use std::task::{Context, Poll};

use axum::body::{Body, Bytes};
use axum::http::{Request, header};
use serde_json::{Value, json};

use crate::api_story::{closed, does, escalated, goes, handling, raised, rubbish, sees, town};
use crate::town::{Answer, Person, STREET, Town, fresh_key};

#[tokio::test]
async fn every_field_has_its_limits_and_a_sentence() {
    let town = town().await;
    let cases: [(&str, Value, u16); 18] = [
        ("text", "短".into(), 422),
        ("text", "字".repeat(501).into(), 422),
        ("text", "😀".repeat(5000).into(), 422),
        ("text", "\u{0}\u{0}\u{0}\u{0}\u{0}\u{0}".into(), 422),
        ("text", Value::Null, 422),
        ("text", 12345.into(), 201),
        ("text", "字".repeat(500).into(), 201),
        ("place", "号".repeat(101).into(), 422),
        ("name", "名".repeat(41).into(), 422),
        ("phone", "12345".into(), 422),
        ("phone", "not a phone".into(), 422),
        ("category", "weather".into(), 422),
        ("category", Value::Null, 422),
        ("area", "12".repeat(9).into(), 422),
        ("area", "abc".into(), 422),
        ("area", STREET.into(), 422),
        ("area", "370323001099".into(), 404),
        ("area", "370323002001".into(), 404),
    ];
    for (field, value, status) in cases {
        let mut ask = rubbish();
        ask[field] = value.clone();
        let said = town.guest().calls("POST", "/requests", ask).await;
        assert_eq!(said.status, status, "{field} {value}: {}", said.body);
        if status == 422 {
            let said = said.json();
            assert_eq!(said["errors"][0]["field"], field, "{said}");
            assert!(said["errors"][0]["reason"].as_str().unwrap().ends_with('。'), "{said}");
        }
    }
    let said = town.guest().calls("POST", "/requests", json!({})).await.with(422).json();
    let wrong: Vec<_> = said["errors"].as_array().unwrap().iter().map(|it| &it["field"]).collect();
    assert_eq!(wrong, ["area", "text", "category"], "all at once");
    let all = town.officer().calls("GET", "/requests", Value::Null).await.json();
    assert_eq!(all["items"].as_array().unwrap().len(), 2, "and nothing else was done");
}

#[tokio::test]
async fn every_noun_has_its_limits_and_a_sentence() {
    let town = town().await;
    let open = raised(&town.resident()).await;
    goes(&town, &open, &escalated()).await;
    let busy = raised(&town.resident()).await;
    goes(&town, &busy, &handling()).await;
    let done = raised(&town.resident()).await;
    goes(&town, &done, &crate::api_story::resolved()).await;
    let over = raised(&town.resident()).await;
    goes(&town, &over, &closed()).await;
    let long = "字".repeat(501);
    let cases = [
        ("officer", &open, "escalation", json!({}), "note"),
        ("officer", &open, "escalation", json!({ "note": long }), "note"),
        ("officer", &open, "escalation", json!({ "note": "\u{7}\u{0}" }), "note"),
        ("officer", &open, "dispatch", json!({}), "unit"),
        ("officer", &open, "dispatch", json!({ "unit": "water" }), "unit"),
        ("officer", &open, "dispatch", json!({ "unit": "0000000000009" }), "unit"),
        ("officer", &open, "suspension", json!({ "note": "计划" }), "review_on"),
        ("property", &busy, "completion", json!({ "note": " \n " }), "note"),
        ("property", &busy, "extension", json!({ "note": "等" }), "days"),
        ("property", &busy, "extension", json!({ "note": "等", "days": 999 }), "days"),
        ("property", &busy, "extension", json!({ "note": "等", "days": -1 }), "days"),
        ("officer", &busy, "extension-decision", json!({}), "granted"),
        ("resident", &done, "confirmation", json!({}), "solved"),
        ("resident", &done, "confirmation", json!({ "solved": true }), "rating"),
        ("resident", &done, "confirmation", json!({ "solved": true, "rating": 6 }), "rating"),
        ("resident", &done, "confirmation", json!({ "solved": true, "rating": 0 }), "rating"),
        ("resident", &over, "reopening", json!({ "note": "😀".repeat(5000) }), "note"),
    ];
    for (who, id, noun, fields, wrong) in cases {
        let before = sees(&town.person(who), id).await["version"].clone();
        let said = does(&town.person(who), id, noun, fields.clone()).await;
        assert_eq!(said.status, 422, "{noun} {fields}: {}", said.body);
        assert_eq!(said.json()["errors"][0]["field"], wrong, "{noun} {fields}");
        assert_eq!(sees(&town.person(who), id).await["version"], before, "{noun} {fields}");
    }
}

#[tokio::test]
async fn signs_that_are_no_text_are_left_out() {
    let town = town().await;
    let mut ask = rubbish();
    ask["text"] = "楼道\u{0}里\u{7}有垃圾\u{202e}，请清走".into();
    ask["place"] = "二单元\n三楼".into();
    let asked = town.resident().calls("POST", "/requests", ask).await.with(201).json();
    let seen = sees(&town.worker(), asked["id"].as_str().unwrap()).await;
    assert_eq!(seen["text"], "楼道里有垃圾，请清走");
    assert_eq!(seen["place"], "二单元 三楼");
}

/// Sends a body as it is.
async fn sends(person: &Person, path: &str, kind: &str, body: Body) -> Answer {
    let mut request = Request::post(format!("/api/v1{path}"))
        .header(header::CONTENT_TYPE, kind)
        .header("idempotency-key", fresh_key());
    person.calls("GET", "/requests", Value::Null).await;
    if let Some(token) = person.token() {
        request = request.header(header::AUTHORIZATION, format!("Bearer {token}"));
    }
    person.send(request, body).await
}

/// A body that ends too early.
struct Cut(Option<Bytes>);

impl futures_core::Stream for Cut {
    type Item = Result<Bytes, std::io::Error>;

    fn poll_next(mut self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        Poll::Ready(Some(self.0.take().ok_or_else(|| std::io::ErrorKind::UnexpectedEof.into())))
    }
}

async fn count(town: &Town) -> usize {
    let all = town.officer().calls("GET", "/requests", Value::Null).await.json();
    all["items"].as_array().unwrap().len()
}

#[tokio::test]
async fn a_body_that_cannot_be_read_does_nothing() {
    let town = town().await;
    let json_kind = "application/json";
    let whole = rubbish().to_string();
    let half = &whole[..whole.find("category").unwrap()];
    let large = format!("{{\"text\":\"{}\"}}", "a".repeat(300_000));
    let surrogate = whole.replace("三楼", "\\ud83d");
    let bytes = [whole.as_bytes(), &[0xff]].concat();
    let cases: [(&str, &str, Vec<u8>, u16); 9] = [
        ("half of it", json_kind, half.into(), 400),
        ("no JSON", json_kind, "hello".into(), 400),
        ("a list", json_kind, "[]".into(), 400),
        ("a list inside", json_kind, r#"{"text":["a"]}"#.into(), 400),
        ("a lone surrogate", json_kind, surrogate.into(), 400),
        ("no UTF-8", json_kind, bytes, 400),
        ("too large", json_kind, large.into(), 413),
        ("a form", "application/x-www-form-urlencoded", "text=hello".into(), 415),
        ("plain text", "text/plain", whole.clone().into(), 415),
    ];
    for (what, kind, body, status) in cases {
        let said = sends(&town.guest(), "/requests", kind, Body::from(body)).await;
        assert_eq!(said.status, status, "{what}: {}", said.body);
        assert_eq!(said.header("content-type"), "application/problem+json", "{what}");
        assert_eq!(said.json()["status"], status, "{what}");
    }
    let cut = Body::from_stream(Cut(Some(Bytes::from(half.to_owned()))));
    sends(&town.guest(), "/requests", json_kind, cut).await.with(400);
    let endless = Body::from_stream(Cut(Some(Bytes::from(vec![b' '; 300_000]))));
    sends(&town.guest(), "/requests", json_kind, endless).await.with(413);
    assert_eq!(count(&town).await, 0);
}

#[tokio::test]
async fn without_a_sound_key_nothing_is_done() {
    let town = town().await;
    for key in ["", "short", &"k".repeat(65), "with blanks in it", "schlüssel-1"] {
        let said = town.guest().calls_again("POST", "/requests", rubbish(), key).await;
        assert_eq!(said.status, 422, "{key}");
        assert_eq!(said.json()["errors"][0]["field"], "Idempotency-Key");
    }
    assert_eq!(count(&town).await, 0);
}

#[tokio::test]
async fn lists_are_asked_for_within_limits() {
    let town = town().await;
    let officer = town.officer();
    for (query, status) in [
        ("limit=200", 200),
        ("limit=201", 422),
        ("limit=0", 422),
        ("limit=-1", 422),
        ("limit=many", 422),
        ("stage=raised", 200),
        ("stage=finished", 422),
        ("after=1", 422),
        ("after=0000000000001", 200),
        ("area=x", 422),
        ("area=370323", 200),
        ("area=370323001029", 200),
        ("area=370323002", 404),
        ("area=370324", 404),
        ("q=%25_!%00%27%22", 200),
        ("q=%E5%AF", 200),
        ("mine=1", 200),
        ("nonsense=1", 200),
    ] {
        let said = officer.calls("GET", &format!("/requests?{query}"), Value::Null).await;
        assert_eq!(said.status, status, "{query}: {}", said.body);
    }
    let long = "a".repeat(101);
    officer.calls("GET", &format!("/requests?q={long}"), Value::Null).await.with(422);
    for id in ["0000000000001", "nonsense", "%00", "..%2f..", "ZZZZZZZZZZZZZ"] {
        officer.calls("GET", &format!("/requests/{id}"), Value::Null).await.with(404);
        let said = officer.calls("POST", &format!("/requests/{id}/handling"), Value::Null).await;
        assert_eq!(said.with(404).json()["code"], "not_found");
    }
    town.guest().calls("GET", "/requests", Value::Null).await.with(401);
}

#[tokio::test]
async fn signs_of_a_pattern_mean_themselves() {
    let town = town().await;
    raised(&town.resident()).await;
    let mut ask = rubbish();
    ask["text"] = "价格涨了 100%_! 请核实".into();
    town.resident().calls("POST", "/requests", ask).await.with(201);
    let found = |q: &str| {
        let (officer, path) = (town.officer(), format!("/requests?q={q}"));
        async move {
            let list = officer.calls("GET", &path, Value::Null).await.with(200).json();
            list["items"].as_array().unwrap().len()
        }
    };
    assert_eq!(found("%25").await, 1);
    assert_eq!(found("%25_!").await, 1);
    assert_eq!(found("_").await, 1);
    assert_eq!(found("hp-2026-00001").await, 1, "a number, in any case");
    assert_eq!(found("%E5%9E%83%E5%9C%BE").await, 1);
    assert_eq!(found("nothing").await, 0);
}
