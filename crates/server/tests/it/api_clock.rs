//! What time does to a request, and how often a thing may be done: silence, questions, returns,
//! extensions, suspension, merging, redoing, reopening.

use jiff::SignedDuration;
use serde_json::{Value, json};

use crate::api_story::{
    accepted, and, closed, dispatched, does, escalated, goes, handling, note, raised, resolved,
    sees, sweep, town,
};
use crate::town::{PROPERTY, WATER};

const DAY: SignedDuration = SignedDuration::from_hours(24);

#[tokio::test]
async fn silence_closes_and_never_counts_as_satisfied() {
    let town = town().await;
    let id = raised(&town.resident()).await;
    goes(&town, &id, &resolved()).await;
    // Five working days from Monday nine o'clock: Monday of the next week, when the office closes.
    let due = sees(&town.resident(), &id).await["due_at"].as_str().unwrap().to_owned();
    assert!(due.starts_with("2026-03-09T1"), "{due}");
    town.passes(DAY * 7);
    assert_eq!(sweep(&town).await, 0, "the last day is not over");
    town.passes(DAY);
    assert_eq!(sweep(&town).await, 1);
    assert_eq!(sweep(&town).await, 0, "once is enough");
    let seen = sees(&town.resident(), &id).await;
    assert_eq!((&seen["stage"], &seen["ending"]), (&json!("closed"), &json!("unrated")));
    assert_eq!(seen["rating"], Value::Null);
    let last = seen["timeline"].as_array().unwrap().last().unwrap().clone();
    assert_eq!((&last["event"], &last["role"]), (&json!("closed_unrated"), &json!("system")));
    let content = json!({ "solved": true, "rating": 1 });
    let late = does(&town.resident(), &id, "confirmation", content).await;
    assert_eq!(late.with(409).json()["choices"], json!(["reopening"]));
}

#[tokio::test]
async fn a_question_stops_the_clock_until_it_is_answered() {
    let town = town().await;
    let id = raised(&town.resident()).await;
    goes(&town, &id, &accepted()).await;
    let before = sees(&town.worker(), &id).await["due_at"].clone();
    assert_eq!(before, "2026-03-03T17:30:00+08:00", "one working day to solve it");
    goes(&town, &id, &[("worker", "question", json!({ "note": "是几单元的？" }))]).await;
    let asked = sees(&town.resident(), &id).await;
    assert_eq!(asked["holder"]["role"], "asker");
    assert_eq!(asked["choices"], json!(["answer", "withdrawal"]));
    assert_eq!(asked["timeline"][2]["note"], "是几单元的？");
    assert_eq!(asked["due_at"], "2026-03-05T17:30:00+08:00", "three working days to answer");
    town.passes(DAY);
    goes(&town, &id, &[("resident", "answer", json!({ "note": "二单元。" }))]).await;
    let after = sees(&town.worker(), &id).await;
    assert_eq!(
        (&after["holder"]["role"], &after["stage"]),
        (&json!("grid_worker"), &json!("accepted"))
    );
    assert_eq!(
        after["due_at"], "2026-03-04T17:30:00+08:00",
        "later by the day that it stood still"
    );
    let twice = does(&town.resident(), &id, "answer", note()).await.with(409);
    assert_eq!(twice.json()["code"], "out_of_turn");
}

#[tokio::test]
async fn a_question_without_an_answer_lets_the_clock_go_on() {
    let town = town().await;
    let id = raised(&town.resident()).await;
    goes(&town, &id, &and(accepted(), ("worker", "question", note()))).await;
    let again = does(&town.worker(), &id, "question", note()).await.with(409);
    assert_eq!(again.json()["code"], "out_of_turn");
    town.passes(DAY * 3);
    assert_eq!(sweep(&town).await, 0);
    town.passes(DAY);
    assert_eq!(sweep(&town).await, 1);
    let seen = sees(&town.worker(), &id).await;
    assert_eq!(
        (&seen["stage"], &seen["holder"]["role"]),
        (&json!("accepted"), &json!("grid_worker"))
    );
    assert_eq!(seen["timeline"][3]["event"], "answer_missed");
    // Monday to Friday: four working days more than Tuesday's close.
    assert_eq!(seen["due_at"], "2026-03-09T17:30:00+08:00");
}

#[tokio::test]
async fn units_send_a_request_back_twice_and_within_two_working_days() {
    let town = town().await;
    let id = raised(&town.resident()).await;
    let to = |unit: domain::id::UnitId| json!({ "unit": unit.to_string() });
    goes(&town, &id, &escalated()).await;
    for (unit, liaison) in [(PROPERTY, "property"), (WATER, "water")] {
        goes(&town, &id, &[("officer", "dispatch", to(unit)), (liaison, "return", note())]).await;
        let seen = sees(&town.officer(), &id).await;
        assert_eq!((&seen["stage"], &seen["level"]), (&json!("escalated"), &json!("community")));
    }
    goes(&town, &id, &[("officer", "dispatch", to(PROPERTY))]).await;
    let said = does(&town.property(), &id, "return", note()).await.with(409).json();
    assert_eq!((&said["code"], &said["choices"]), (&json!("spent"), &json!(["signature"])));

    let id = raised(&town.resident()).await;
    goes(&town, &id, &dispatched()).await;
    town.passes(DAY * 3);
    let said = does(&town.property(), &id, "return", note()).await.with(409).json();
    assert_eq!(said["code"], "too_late");
}

#[tokio::test]
async fn more_time_is_asked_for_once_and_granted_before_the_limit() {
    let town = town().await;
    let id = raised(&town.resident()).await;
    goes(&town, &id, &handling()).await;
    let more = |days: u8| json!({ "days": days, "note": "要等配件。" });
    for days in [0, 11, 200] {
        let said = does(&town.property(), &id, "extension", more(days)).await.with(422).json();
        assert_eq!(said["code"], "extension_days", "{said}");
    }
    goes(&town, &id, &[("property", "extension", more(3))]).await;
    let before = sees(&town.officer(), &id).await;
    assert_eq!(before["due_at"], "2026-03-09T17:30:00+08:00");
    assert_eq!(before["choices"][0], "extension-decision");
    goes(&town, &id, &[("officer", "extension-decision", json!({ "granted": true }))]).await;
    assert_eq!(sees(&town.officer(), &id).await["due_at"], "2026-03-12T17:30:00+08:00");
    let said = does(&town.property(), &id, "extension", more(3)).await.with(409).json();
    assert_eq!(said["code"], "spent");

    let id = raised(&town.resident()).await;
    goes(&town, &id, &and(handling(), ("property", "extension", more(2)))).await;
    let no = json!({ "granted": false, "note": "请按期办好。" });
    goes(&town, &id, &[("officer", "extension-decision", no)]).await;
    assert_eq!(sees(&town.officer(), &id).await["due_at"], "2026-03-09T17:30:00+08:00");

    let id = raised(&town.resident()).await;
    goes(&town, &id, &handling()).await;
    town.passes(DAY * 8);
    let said = does(&town.property(), &id, "extension", more(1)).await.with(409).json();
    assert_eq!(said["code"], "too_late");
}

#[tokio::test]
async fn what_cannot_be_done_at_once_has_a_plan_and_a_day() {
    let town = town().await;
    let id = raised(&town.resident()).await;
    goes(&town, &id, &escalated()).await;
    let plan = |day: &str| json!({ "note": "列入雨季前的维修计划。", "review_on": day });
    for day in ["2026-03-02", "2026-03-01", "2026-06-01"] {
        let said = does(&town.officer(), &id, "suspension", plan(day)).await.with(422).json();
        assert_eq!(said["code"], "review_day", "{day}: {said}");
    }
    let said = does(&town.officer(), &id, "suspension", plan("soon")).await.with(422).json();
    assert_eq!(said["errors"][0]["field"], "review_on");
    goes(&town, &id, &[("officer", "suspension", plan("2026-05-31"))]).await;
    let seen = sees(&town.resident(), &id).await;
    assert_eq!(
        (&seen["stage"], &seen["holder"]["role"]),
        (&json!("suspended"), &json!("community"))
    );
    assert!(seen["due_at"].as_str().unwrap().starts_with("2026-05-31"), "{seen}");
    assert_eq!(seen["timeline"][3]["review_on"], "2026-05-31");
    // It is taken up again from there, or goes up to the street.
    goes(&town, &id, &[("officer", "escalation", note())]).await;
    let seen = sees(&town.street_officer(), &id).await;
    assert_eq!((&seen["stage"], &seen["level"]), (&json!("escalated"), &json!("street")));
    does(&town.officer(), &id, "handling", Value::Null).await.with(403);
    goes(&town, &id, &[("street officer", "handling", Value::Null)]).await;
    goes(&town, &id, &[("street officer", "completion", note())]).await;
    assert_eq!(sees(&town.resident(), &id).await["stage"], "resolved");
}

#[tokio::test]
async fn a_request_is_merged_into_an_open_one_of_the_same_people() {
    let town = town().await;
    let (first, second) = (raised(&town.resident()).await, raised(&town.second_resident()).await);
    let into = |id: &str| json!({ "into": id });
    let worker = town.worker();
    let itself = does(&worker, &first, "merge", into(&first)).await.with(422);
    assert_eq!(itself.json()["code"], "into_itself");
    for bad in ["", "nonsense", "0000000000000"] {
        let said = does(&worker, &first, "merge", into(bad)).await.with(422).json();
        assert_eq!(said["errors"][0]["field"], "into", "{bad}: {said}");
    }
    goes(&town, &second, &[("worker", "merge", into(&first))]).await;
    let seen = sees(&town.second_resident(), &second).await;
    assert_eq!((&seen["stage"], &seen["ending"]), (&json!("closed"), &json!("merged")));
    let number = sees(&town.resident(), &first).await["number"].clone();
    assert_eq!(seen["merged_into"], json!({ "number": number, "stage": "raised" }));
    // What is closed takes no other, and what was merged is not opened again.
    let third = raised(&town.resident()).await;
    does(&worker, &third, "merge", into(&second)).await.with(422);
    does(&town.second_resident(), &second, "reopening", note()).await.with(409);
}

#[tokio::test]
async fn what_is_not_solved_is_done_again_by_a_higher_desk() {
    let town = town().await;
    let not = json!({ "solved": false, "note": "垃圾还在。" });
    let id = raised(&town.resident()).await;
    goes(&town, &id, &resolved()).await;
    let said = does(&town.resident(), &id, "confirmation", json!({ "solved": false })).await;
    assert_eq!(said.with(422).json()["errors"][0]["field"], "note");
    goes(&town, &id, &[("resident", "confirmation", not.clone())]).await;
    let seen = sees(&town.officer(), &id).await;
    assert_eq!((&seen["stage"], &seen["level"]), (&json!("redo"), &json!("community")));
    assert_eq!(seen["due_at"], "2026-03-23T17:30:00+08:00", "fifteen working days");
    goes(&town, &id, &[("officer", "handling", Value::Null), ("officer", "completion", note())])
        .await;
    goes(&town, &id, &[("resident", "confirmation", not)]).await;
    let seen = sees(&town.street_officer(), &id).await;
    assert_eq!((&seen["stage"], &seen["level"]), (&json!("redo"), &json!("street")));
}

#[tokio::test]
async fn a_closed_request_is_reopened_once_and_within_thirty_days() {
    let town = town().await;
    let id = raised(&town.resident()).await;
    goes(&town, &id, &and(closed(), ("resident", "reopening", note()))).await;
    assert_eq!(sees(&town.resident(), &id).await["stage"], "redo");
    goes(&town, &id, &[("officer", "handling", Value::Null), ("officer", "completion", note())])
        .await;
    let content = json!({ "solved": true, "rating": 3 });
    goes(&town, &id, &[("resident", "confirmation", content)]).await;
    let said = does(&town.resident(), &id, "reopening", note()).await.with(409).json();
    assert_eq!((&said["code"], &said["choices"]), (&json!("spent"), &json!([])));

    let id = raised(&town.resident()).await;
    goes(&town, &id, &closed()).await;
    town.passes(DAY * 31);
    let said = does(&town.resident(), &id, "reopening", note()).await.with(409).json();
    assert_eq!(said["code"], "too_late");
}

#[tokio::test]
async fn whoever_did_the_work_does_not_rate_it() {
    let town = town().await;
    let worker = town.worker();
    let id = raised(&worker).await;
    goes(&town, &id, &[("worker", "resolution", note())]).await;
    let content = json!({ "solved": true, "rating": 5 });
    let said = does(&worker, &id, "confirmation", content.clone()).await.with(403).json();
    assert_eq!(said["code"], "own_work");
    assert_eq!(sees(&worker, &id).await["choices"], json!([]));
    // Another worker's own request is theirs to rate.
    let id = raised(&town.leader()).await;
    goes(&town, &id, &[("worker", "resolution", note())]).await;
    goes(&town, &id, &[("leader", "confirmation", content)]).await;
}

#[tokio::test]
async fn danger_runs_on_a_shorter_clock() {
    let town = town().await;
    let mut ask = crate::api_story::rubbish();
    ask["text"] = "楼道里有很重的燃气味，快来人。".into();
    let asked = town.resident().calls("POST", "/requests", ask).await.with(201).json();
    let seen = sees(&town.worker(), asked["id"].as_str().unwrap()).await;
    assert_eq!(
        (&seen["urgency"], &seen["due_at"]),
        (&json!("danger"), &json!("2026-03-02T09:30:00+08:00"))
    );
}
