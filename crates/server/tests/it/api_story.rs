//! What stories about requests share: a town with categories, and people who call the interface.

use serde_json::{Value, json};
use server::error::Error;
use server::requests::{self, Category};

use crate::town::{Answer, BUILDING, PROPERTY, Person, Town};

/// A town where requests can be about rubbish, water and roads.
pub async fn town() -> Town {
    use domain::requests::Urgency as U;
    let town = Town::new().await;
    let rows = [
        ("sanitation", "环境卫生", "Rubbish", U::Ordinary, "property"),
        ("utilities", "水电气暖", "Water and power", U::Urgent, "water"),
        ("roads", "道路与停车", "Roads", U::Complex, ""),
    ];
    let add = move |tx: &mut db::Tx, street| {
        for (position, (code, name, name_en, urgency, unit)) in (1..).zip(rows) {
            let text = |text: &str| text.to_owned();
            let category = Category {
                code: text(code),
                name: text(name),
                name_en: text(name_en),
                icon: text("rubbish"),
                urgency,
                unit: text(unit),
                danger: text("燃气味 smoke"),
                ..Category::default()
            };
            requests::add_category(tx, street, position, &category)?;
        }
        Ok::<_, Error>(())
    };
    town.write(add).await.unwrap();
    town.app.reload().await.unwrap();
    town
}

/// What is asked for in most stories.
pub fn rubbish() -> Value {
    json!({
        "area": BUILDING,
        "category": "sanitation",
        "text": "三楼楼道里堆着装修垃圾，上下楼要侧着身子走。",
        "place": "2单元301门口",
    })
}

/// A request of `person`, just raised: its id.
pub async fn raised(person: &Person) -> String {
    let answer = person.calls("POST", "/requests", rubbish()).await.with(201).json();
    answer["id"].as_str().unwrap().to_owned()
}

/// One step.
pub async fn does(person: &Person, id: &str, noun: &str, fields: Value) -> Answer {
    person.calls("POST", &format!("/requests/{id}/{noun}"), fields).await
}

/// The request as `person` reads it.
pub async fn sees(person: &Person, id: &str) -> Value {
    person.calls("GET", &format!("/requests/{id}"), Value::Null).await.with(200).json()
}

/// A step by the name of whoever does it.
pub type Step = (&'static str, &'static str, Value);

/// Steps that succeed.
pub async fn goes(town: &Town, id: &str, steps: &[Step]) {
    for (who, noun, fields) in steps {
        let answer = does(&town.person(who), id, noun, fields.clone()).await;
        assert_eq!(answer.status, 200, "{who} {noun}: {}", answer.body);
    }
}

pub fn note() -> Value {
    json!({ "note": "已经看过，情况属实。" })
}

pub fn accepted() -> Vec<Step> {
    vec![("worker", "acceptance", Value::Null)]
}

pub fn escalated() -> Vec<Step> {
    and(accepted(), ("worker", "escalation", note()))
}

pub fn dispatched() -> Vec<Step> {
    let to_property = json!({ "unit": PROPERTY.to_string(), "note": "请派车清运。" });
    and(escalated(), ("officer", "dispatch", to_property))
}

pub fn handling() -> Vec<Step> {
    and(dispatched(), ("property", "signature", Value::Null))
}

pub fn resolved() -> Vec<Step> {
    and(handling(), ("property", "completion", note()))
}

pub fn closed() -> Vec<Step> {
    let content = json!({ "solved": true, "rating": 5 });
    and(resolved(), ("resident", "confirmation", content))
}

pub fn and(mut steps: Vec<Step>, step: Step) -> Vec<Step> {
    steps.push(step);
    steps
}

/// Somebody without an account who shows the receipt of a request.
pub async fn pass(town: &Town, receipt: &str, tail: &str) -> Person {
    let guest = town.guest();
    let shown = json!({ "receipt_code": receipt, "phone_tail": tail });
    let answer = guest.calls("POST", "/passes", shown).await.with(201).json();
    guest.keeps("session", answer["token"].as_str().unwrap());
    guest
}

/// Draws the consequences of what ran out by now; tells how many requests changed.
pub async fn sweep(town: &Town) -> usize {
    let (settings, now) = (town.app.settings(town.street).unwrap(), town.app.now());
    town.write(move |tx, _| requests::sweep(tx, &settings, now)).await.unwrap()
}
