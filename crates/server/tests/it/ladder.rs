//! The ladder: warned, red, ordered and passed on, by timers that are jobs in the database.

use jiff::SignedDuration;
use serde_json::{Value, json};
use server::{App, jobs};

use crate::api_story::{and, does, escalated, goes, handling, note, raised, resolved, sees, town};
use crate::town::{PROPERTY, Town};

const HOUR: SignedDuration = SignedDuration::from_hours(1);
const DAY: SignedDuration = SignedDuration::from_hours(24);

/// What happened by itself to a request, in order.
async fn climbed(town: &Town, id: &str) -> Vec<String> {
    let seen = sees(&town.street_officer(), id).await;
    let lines = seen["timeline"].as_array().unwrap().iter();
    let by_itself = lines.filter(|line| line["role"] == "system");
    by_itself.map(|line| line["event"].as_str().unwrap().to_owned()).collect()
}

#[tokio::test]
async fn nobody_moves_and_the_request_climbs_from_the_grid_to_the_street() {
    let town = town().await;
    let id = raised(&town.resident()).await;
    let steps: &[(SignedDuration, &str, &str, &[&str])] = &[
        (SignedDuration::from_mins(61), "grid", "yellow", &["turned_yellow"]),
        (HOUR, "grid", "red", &["turned_yellow", "turned_red"]),
        // Two working hours more: eleven, twelve, and from two to three.
        (HOUR * 4, "community", "green", &["turned_yellow", "turned_red", "passed_on"]),
    ];
    for (time, level, rung, events) in steps {
        town.passes(*time);
        jobs::tick(&town.app).await.unwrap();
        let seen = sees(&town.street_officer(), &id).await;
        assert_eq!((&seen["level"], &seen["rung"]), (&json!(level), &json!(rung)));
        assert_eq!(climbed(&town, &id).await, *events);
    }
    let seen = sees(&town.resident(), &id).await;
    assert_eq!(seen["ordered_at"], "2026-03-02T15:01:00+08:00", "the asker sees it too");
    town.passes(DAY * 5);
    jobs::tick(&town.app).await.unwrap();
    assert_eq!(sees(&town.resident(), &id).await["level"], "street");
    assert_eq!(climbed(&town, &id).await.len(), 4, "what was missed is caught up in one step");
    jobs::tick(&town.app).await.unwrap();
    assert_eq!(climbed(&town, &id).await.len(), 4, "and only once");
}

#[tokio::test]
async fn a_unit_at_work_keeps_its_work_under_the_eyes_of_the_street() {
    let town = town().await;
    let id = raised(&town.resident()).await;
    goes(&town, &id, &handling()).await;
    town.passes(DAY * 30);
    jobs::tick(&town.app).await.unwrap();
    let seen = sees(&town.street_officer(), &id).await;
    assert_eq!((&seen["stage"], &seen["rung"]), (&json!("handling"), &json!("ordered")));
    assert_eq!(seen["level"], "street");
    does(&town.property(), &id, "completion", note()).await.with(200);
}

#[tokio::test]
async fn a_program_that_was_away_for_ten_days_catches_up_once() {
    let town = town().await;
    let id = raised(&town.resident()).await;
    goes(&town, &id, &escalated()).await;
    // A process that ends and another that begins later share nothing but the database.
    let options = (*town.app.options).clone();
    let later = server::clock::Clock::held(town.app.now() + DAY * 10);
    let again = if options.database.starts_with("sqlite:") {
        town.app.clock.advance(DAY * 10);
        town.app.clone()
    } else {
        App::open(server::Options { node: 2, ..options }, later).await.unwrap()
    };
    jobs::tick(&again).await.unwrap();
    assert_eq!(climbed(&town, &id).await, ["passed_on"], "not yellow, red and all the rest");
    jobs::tick(&again).await.unwrap();
    assert_eq!(climbed(&town, &id).await.len(), 1);
}

#[tokio::test]
async fn a_clock_that_is_set_back_and_forth_climbs_nothing_twice() {
    let town = town().await;
    let id = raised(&town.resident()).await;
    goes(&town, &id, &handling()).await;
    for _ in 0..3 {
        town.passes(DAY * 9);
        jobs::tick(&town.app).await.unwrap();
        town.passes(DAY * -9);
        jobs::tick(&town.app).await.unwrap();
    }
    assert_eq!(climbed(&town, &id).await, ["passed_on"]);
}

#[tokio::test]
async fn of_many_clockworks_at_once_one_climbs() {
    let town = town().await;
    let mut ids = Vec::new();
    for _ in 0..5 {
        let id = raised(&town.resident()).await;
        goes(&town, &id, &escalated()).await;
        ids.push(id);
    }
    town.passes(DAY * 3);
    let ticks = (0..8).map(|_| {
        let app = town.app.clone();
        tokio::spawn(async move { jobs::tick(&app).await.unwrap() })
    });
    let mut changed = 0;
    for tick in ticks.collect::<Vec<_>>() {
        changed += tick.await.unwrap();
    }
    assert_eq!(changed, ids.len(), "each request climbed once");
    for id in ids {
        assert_eq!(climbed(&town, &id).await.len(), 1);
    }
}

#[tokio::test]
async fn a_question_holds_the_ladder_and_an_answer_lets_it_go_on() {
    let town = town().await;
    let id = raised(&town.resident()).await;
    let asked = and(handling(), ("property", "question", json!({ "note": "几号楼？" })));
    goes(&town, &id, &asked).await;
    town.passes(DAY * 2);
    jobs::tick(&town.app).await.unwrap();
    assert_eq!(climbed(&town, &id).await, Vec::<String>::new());
    goes(&town, &id, &[("resident", "answer", note())]).await;
    town.passes(DAY * 20);
    jobs::tick(&town.app).await.unwrap();
    assert_eq!(climbed(&town, &id).await, ["passed_on"]);
}

#[tokio::test]
async fn the_second_complaint_brings_a_supervision_order() {
    let town = town().await;
    let id = raised(&town.resident()).await;
    goes(&town, &id, &resolved()).await;
    let not = json!({ "solved": false, "rating": 1, "note": "还是老样子。" });
    does(&town.resident(), &id, "confirmation", not.clone()).await.with(200);
    assert_eq!(sees(&town.resident(), &id).await["ordered_at"], Value::Null);
    let unit = json!({ "unit": PROPERTY.to_string() });
    let again = [
        ("officer", "dispatch", unit),
        ("property", "signature", Value::Null),
        ("property", "completion", note()),
    ];
    goes(&town, &id, &again).await;
    does(&town.resident(), &id, "confirmation", not).await.with(200);
    let seen = sees(&town.resident(), &id).await;
    assert!(seen["ordered_at"].is_string(), "{seen}");
    let page = town.street_officer().opens(&format!("/requests/{id}")).await.with(200);
    assert!(page.body.contains("督办"));
}

#[tokio::test]
async fn the_street_orders_once_and_others_may_not() {
    let town = town().await;
    let id = raised(&town.resident()).await;
    goes(&town, &id, &handling()).await;
    does(&town.officer(), &id, "supervision", note()).await.with(403);
    does(&town.street_officer(), &id, "supervision", Value::Null).await.with(422);
    does(&town.street_officer(), &id, "supervision", note()).await.with(200);
    let again = does(&town.street_officer(), &id, "supervision", note()).await.with(409).json();
    assert_eq!(again["code"], "spent");
}

#[tokio::test]
async fn an_order_says_what_is_to_be_done_and_by_when() {
    let town = town().await;
    let id = raised(&town.resident()).await;
    goes(&town, &id, &handling()).await;
    let path = format!("/requests/{id}");
    let form = town.street_officer().opens(&path).await.with(200).body;
    assert!(
        form.contains("name=\"days\" type=\"number\" min=\"1\" max=\"30\" value=\"3\""),
        "{form}"
    );
    let order = json!({ "note": "请先把坑围起来。", "days": 31 });
    let refused = does(&town.street_officer(), &id, "supervision", order).await.with(422).json();
    assert_eq!(refused["code"], "reply_days");
    assert!(
        refused["detail"].as_str().unwrap().starts_with("督办答复时限请填 1 至 30"),
        "{refused}"
    );
    let order = json!({ "note": "请先把坑围起来。" });
    does(&town.street_officer(), &id, "supervision", order).await.with(200);
    let seen = sees(&town.officer(), &id).await;
    let story = seen["timeline"].as_array().unwrap();
    let told = story.iter().find(|told| told["event"] == "supervised").expect("the order");
    let day: jiff::civil::Date = told["reply_by"].as_str().expect("a day").parse().unwrap();
    let said = day.strftime("请在%-m月%-d日前答复").to_string();
    let page = town.officer().opens(&path).await.with(200).body;
    assert!(page.contains(&format!("街道督办，{said}")), "{page}");
    jobs::tick(&town.app).await.unwrap();
    for who in [town.officer(), town.property()] {
        let news = who.opens("/notices").await.with(200).body;
        assert!(news.contains(&format!("街道督办：“请先把坑围起来。”，{said}。")), "{news}");
    }
    let news = town.resident().opens("/notices").await.with(200).body;
    assert!(!news.contains("请先把坑围起来"), "what offices say to each other: {news}");
}

#[tokio::test]
async fn an_asker_reminds_once_a_day() {
    let town = town().await;
    let id = raised(&town.resident()).await;
    does(&town.resident(), &id, "reminder", Value::Null).await.with(200);
    let again = does(&town.resident(), &id, "reminder", Value::Null).await.with(409).json();
    assert_eq!(again["code"], "once_a_day");
    assert!(again["detail"].as_str().unwrap().starts_with("今天已经“催一催”过了"), "{again}");
    town.passes(DAY);
    does(&town.resident(), &id, "reminder", Value::Null).await.with(200);
    assert_eq!(sees(&town.worker(), &id).await["reminders"], 2);
}
