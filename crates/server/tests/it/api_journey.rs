//! The whole way of a request through the interface, and every step by the right person alone.

use serde_json::{Value, json};

use crate::api_story::{
    Step, accepted, and, closed, dispatched, does, escalated, goes, handling, note, pass, raised,
    resolved, rubbish, sees, town,
};
use crate::town::{BUILDING, GRID, MICRO, PROPERTY, Person, WATER, fresh_key};

#[tokio::test]
async fn rubbish_travels_from_a_stranger_to_a_unit_and_back() {
    let town = town().await;
    let mut ask = rubbish();
    ask["name"] = "孙德福".into();
    ask["phone"] = "100 0000 7788".into();
    let made = town.guest().calls("POST", "/requests", ask).await.with(201).json();
    assert_eq!((&made["stage"], &made["version"]), (&json!("raised"), &json!(1)));
    assert_eq!(made["number"], "HP-2026-00001");
    let id = made["id"].as_str().unwrap();
    let asker = pass(&town, made["receipt_code"].as_str().unwrap(), "7788").await;

    let mine = sees(&asker, id).await;
    assert_eq!(mine["holder"]["role"], "grid_workers");
    assert_eq!(mine["raised_at"], "2026-03-02T09:00:00+08:00");
    assert_eq!(mine["due_at"], "2026-03-02T11:00:00+08:00");
    assert_eq!(
        mine["deadline_reason"].as_str().map(|why| why.contains("2 个工作小时")),
        Some(true)
    );
    assert_eq!(mine["choices"], json!(["withdrawal", "reminder"]));
    assert_eq!(mine["asker"]["phone"], "10000007788");

    let steps = [
        (town.worker(), "acceptance", Value::Null, "accepted", "grid", "grid_worker"),
        (town.worker(), "escalation", note(), "escalated", "community", "community"),
        (
            town.officer(),
            "dispatch",
            json!({ "unit": PROPERTY.to_string() }),
            "dispatched",
            "community",
            "unit",
        ),
        (town.property(), "signature", Value::Null, "handling", "community", "unit"),
        (town.property(), "completion", note(), "resolved", "community", "asker"),
    ];
    for (version, (who, noun, fields, stage, level, holder)) in (2..).zip(steps) {
        let done = does(&who, id, noun, fields).await.with(200).json();
        assert_eq!(
            done,
            json!({
                "id": id, "number": "HP-2026-00001", "stage": stage, "version": version,
            })
        );
        let seen = sees(&asker, id).await;
        assert_eq!((&seen["stage"], &seen["level"]), (&json!(stage), &json!(level)));
        assert_eq!(seen["holder"]["role"], holder);
    }
    does(&asker, id, "confirmation", json!({ "solved": true, "rating": 5 })).await.with(200);

    let seen = sees(&asker, id).await;
    assert_eq!((&seen["stage"], &seen["ending"]), (&json!("closed"), &json!("confirmed")));
    assert_eq!((&seen["rating"], &seen["holder"]), (&json!(5), &Value::Null));
    assert_eq!((&seen["due_at"], &seen["choices"]), (&Value::Null, &json!(["reopening"])));
    let events = seen["timeline"].as_array().unwrap().iter().map(|line| line["event"].clone());
    let events: Vec<Value> = events.collect();
    let expected =
        ["raised", "accepted", "escalated", "dispatched", "signed", "resolved", "confirmed"];
    assert_eq!(events, expected);
    assert!(seen["sentence"].as_str().unwrap().contains("已办结"), "{seen}");
}

/// One noun: how it comes to be somebody's turn, whose, with what, and who is refused how.
struct Turn {
    noun: &'static str,
    before: Vec<Step>,
    right: &'static str,
    fields: Value,
    wrong: &'static [(&'static str, u16)],
}

fn turns(other: &str) -> Vec<Turn> {
    const DESK: &[(&str, u16)] =
        &[("worker", 403), ("resident", 403), ("street officer", 403), ("other officer", 404)];
    const STREET: &[(&str, u16)] = &[("worker", 403), ("officer", 403), ("resident", 403)];
    const UNIT: &[(&str, u16)] = &[("officer", 403), ("resident", 403), ("water", 404)];
    const ASKER: &[(&str, u16)] =
        &[("worker", 403), ("officer", 403), ("second resident", 404), ("administrator", 404)];
    const WORKER: &[(&str, u16)] = &[
        ("resident", 403),
        ("officer", 403),
        ("auditor", 403),
        ("neighbour", 404),
        ("property", 404),
        ("second resident", 404),
        ("administrator", 404),
    ];
    let turn = |noun, before, right, fields, wrong| Turn { noun, before, right, fields, wrong };
    let question = || and(accepted(), ("worker", "question", note()));
    let extension = || and(handling(), ("property", "extension", more_time()));
    let unit = json!({ "unit": PROPERTY.to_string() });
    let plan = json!({ "note": "列入四月计划。", "review_on": "2026-04-10" });
    let solved = json!({ "solved": true, "rating": 4 });
    let merged = vec![("worker", "merge", json!({ "into": other }))];
    vec![
        turn("acceptance", vec![], "worker", Value::Null, WORKER),
        turn("resolution", accepted(), "worker", note(), WORKER),
        turn("escalation", accepted(), "worker", note(), WORKER),
        turn("rejection", vec![], "worker", note(), WORKER),
        turn("merge", vec![], "worker", json!({ "into": other }), WORKER),
        turn("question", accepted(), "worker", note(), WORKER),
        turn("withdrawal", accepted(), "resident", Value::Null, ASKER),
        turn("answer", question(), "resident", note(), ASKER),
        turn("dispatch", escalated(), "officer", unit, DESK),
        turn("handling", escalated(), "officer", Value::Null, DESK),
        turn("suspension", escalated(), "officer", plan, DESK),
        turn("signature", dispatched(), "property", Value::Null, UNIT),
        turn("return", dispatched(), "property", note(), UNIT),
        turn("extension", handling(), "property", more_time(), UNIT),
        turn("extension-decision", extension(), "officer", json!({ "granted": true }), DESK),
        turn("completion", handling(), "property", note(), UNIT),
        turn("confirmation", resolved(), "resident", solved, ASKER),
        turn("reopening", closed(), "resident", note(), ASKER),
        turn("reminder", accepted(), "resident", Value::Null, ASKER),
        turn("callback", resolved(), "officer", json!({ "reached": false }), DESK),
        turn("supervision", escalated(), "street officer", note(), STREET),
        turn("separation", merged, "officer", Value::Null, DESK),
    ]
}

fn more_time() -> Value {
    json!({ "days": 5, "note": "要等配件。" })
}

#[tokio::test]
async fn every_step_is_for_the_right_person_and_refused_to_others_with_a_sentence() {
    let town = town().await;
    let other = raised(&town.second_resident()).await;
    let turns = turns(&other);
    assert_eq!(turns.len(), domain::requests::Kind::ALL.len() - 1, "every noun but the lapse");
    for Turn { noun, before, right, fields, wrong } in turns {
        let id = raised(&town.resident()).await;
        goes(&town, &id, &before).await;
        for &(who, status) in wrong {
            let answer = does(&town.person(who), &id, noun, fields.clone()).await;
            assert_eq!(answer.status, status, "{noun} by {who}: {}", answer.body);
            assert_eq!(answer.header("content-type"), "application/problem+json");
            let said = answer.json();
            assert!(said["detail"].as_str().is_some_and(|text| text.ends_with('。')), "{said}");
        }
        let guest = does(&town.guest(), &id, noun, fields.clone()).await.with(401).json();
        assert_eq!(guest["code"], "signed_out", "{noun}");
        let offered = sees(&town.person(right), &id).await;
        let offered = offered["choices"].as_array().unwrap();
        assert!(offered.contains(&json!(noun)), "{noun} is offered to {right}: {offered:?}");
        let done = does(&town.person(right), &id, noun, fields).await;
        assert_eq!(done.status, 200, "{noun} by {right}: {}", done.body);
        assert_eq!(done.header("idempotent-replayed"), "");
    }
}

#[tokio::test]
async fn out_of_turn_is_answered_with_what_is_possible_now() {
    let town = town().await;
    let other = raised(&town.second_resident()).await;
    for Turn { noun, right, fields, .. } in turns(&other) {
        // Closed for most; still open for what only a closed request takes.
        let is_late = ["reopening", "callback"].contains(&noun);
        let before = if is_late { accepted() } else { closed() };
        let id = raised(&town.resident()).await;
        goes(&town, &id, &before).await;
        let person = town.person(right);
        let said = does(&person, &id, noun, fields).await.with(409).json();
        assert_eq!(said["code"], "out_of_turn", "{noun}: {said}");
        assert_eq!(said["choices"], sees(&person, &id).await["choices"], "{noun}");
        assert!(said["detail"].as_str().unwrap().starts_with("诉求现在是"), "{said}");
    }
    let id = raised(&town.resident()).await;
    let path = format!("/requests/{id}/lapse");
    town.resident().calls("POST", &path, Value::Null).await.with(404);
    does(&town.worker(), &id, "sacrifice", Value::Null).await.with(404);
}

#[tokio::test]
async fn a_grid_leader_stands_in_for_the_worker_who_accepted() {
    let town = town().await;
    let id = raised(&town.resident()).await;
    goes(&town, &id, &accepted()).await;
    goes(&town, &id, &[("leader", "resolution", note())]).await;
    let seen = sees(&town.leader(), &id).await;
    assert_eq!((&seen["stage"], &seen["level"]), (&json!("resolved"), &json!("grid")));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn of_eight_who_accept_at_once_one_wins_and_the_others_are_told_who() {
    let town = town().await;
    let names = ["worker", "neighbour", "officer", "clerk", "head", "centre", "water", "auditor"];
    for name in names.into_iter().skip(1) {
        town.appoint(&town.person(name), domain::actor::Post::GridWorker, MICRO).await;
    }
    for _ in 0..5 {
        let id = raised(&town.resident()).await;
        let mut racing = tokio::task::JoinSet::new();
        for name in names {
            let (person, id) = (town.person(name), id.clone());
            racing
                .spawn(async move { (name, does(&person, &id, "acceptance", Value::Null).await) });
        }
        let answers = racing.join_all().await;
        let won: Vec<_> = answers.iter().filter(|(_, answer)| answer.status == 200).collect();
        assert_eq!(won.len(), 1, "{answers:?}");
        let winner = won[0].0;
        for (name, answer) in answers.iter().filter(|(name, _)| *name != winner) {
            assert_eq!(answer.status, 409, "{name}: {}", answer.body);
            let said = answer.json();
            assert_eq!(said["code"], "taken", "{said}");
            assert!(said["detail"].as_str().unwrap().starts_with(winner), "{winner}: {said}");
        }
        assert_eq!(sees(&town.officer(), &id).await["version"], 2);
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn of_eight_presses_under_one_key_one_request_comes() {
    let town = town().await;
    let person = town.resident();
    person.calls("GET", "/requests", Value::Null).await.with(200);
    let key = fresh_key();
    let mut racing = tokio::task::JoinSet::new();
    for _ in 0..8 {
        let (person, key) = (person.clone(), key.clone());
        racing.spawn(async move { person.calls_again("POST", "/requests", rubbish(), &key).await });
    }
    let answers = racing.join_all().await;
    let first = &answers[0].body;
    for answer in &answers {
        assert_eq!((answer.status, &answer.body), (201, first), "the same answer, byte for byte");
    }
    let replayed = answers.iter().filter(|it| it.header("idempotent-replayed") == "true");
    assert_eq!(replayed.count(), 7);
    let list = person.calls("GET", "/requests", Value::Null).await.json();
    assert_eq!(list["items"].as_array().unwrap().len(), 1);
}

#[tokio::test]
async fn a_key_serves_one_deed_of_one_person() {
    let town = town().await;
    let (id, key) = (raised(&town.resident()).await, fresh_key());
    let path = format!("/requests/{id}/escalation");
    let worker = town.worker();
    let first = worker.calls_again("POST", &path, note(), &key).await.with(200);
    let again = worker.calls_again("POST", &path, note(), &key).await.with(200);
    assert_eq!((again.header("idempotent-replayed"), &again.body), ("true", &first.body));
    let altered = worker.calls_again("POST", &path, json!({ "note": "另一句" }), &key).await;
    assert_eq!(altered.with(422).json()["code"], "key_used");
    let elsewhere = format!("/requests/{id}/acceptance");
    let elsewhere = worker.calls_again("POST", &elsewhere, note(), &key).await;
    assert_eq!(elsewhere.with(422).json()["code"], "key_used");
    // Another person may use the same letters.
    let path = format!("/requests/{id}/handling");
    town.officer().calls_again("POST", &path, Value::Null, &key).await.with(200);
    // What was refused leaves no key behind.
    let (id, key) = (raised(&town.resident()).await, fresh_key());
    let path = format!("/requests/{id}/handling");
    town.officer().calls_again("POST", &path, Value::Null, &key).await.with(409);
    goes(&town, &id, &escalated()).await;
    town.officer().calls_again("POST", &path, Value::Null, &key).await.with(200);
}

#[tokio::test]
async fn a_neighbour_writes_for_somebody_without_a_phone() {
    let town = town().await;
    let mut ask = rubbish();
    ask["for_other"] = true.into();
    let said = town.head().calls("POST", "/requests", ask.clone()).await.with(422).json();
    assert_eq!(said["errors"][0]["field"], "name");
    ask["name"] = "欧阳文静".into();
    ask["phone"] = town.second_resident().phone.into();
    town.resident().calls("POST", "/requests", ask.clone()).await.with(403);
    let asked = town.head().calls("POST", "/requests", ask).await.with(201).json();
    // A phone proves nobody: whoever has it takes the request over with its receipt.
    let id = asked["id"].as_str().unwrap();
    let path = format!("/requests/{id}");
    town.second_resident().calls("GET", &path, Value::Null).await.with(404);
    let tail = &town.second_resident().phone[7..];
    let shown = json!({ "receipt_code": asked["receipt_code"], "phone_tail": tail });
    does(&town.second_resident(), id, "adoption", shown).await.with(200);
    let seen = sees(&town.second_resident(), id).await;
    assert_eq!(seen["is_mine"], true);
    assert_eq!(seen["timeline"][0]["role"], "writer");
}

#[tokio::test]
async fn a_stranger_signs_up_later_and_finds_what_they_asked() {
    let town = town().await;
    let phone = town.second_resident().phone;
    let mut ask = rubbish();
    ask["phone"] = phone.clone().into();
    let guest = town.guest();
    let first = guest.calls("POST", "/requests", ask.clone()).await.with(201).json();
    let second = guest.calls("POST", "/requests", ask).await.with(201).json();
    let (id, tail) = (first["id"].as_str().unwrap(), &phone[7..]);
    let shown = json!({ "receipt_code": first["receipt_code"], "phone_tail": tail });
    let wrong = json!({ "receipt_code": first["receipt_code"], "phone_tail": "0000" });
    let person = town.second_resident();
    does(&town.guest(), id, "adoption", shown.clone()).await.with(401);
    does(&person, id, "adoption", wrong).await.with(404);
    does(&person, second["id"].as_str().unwrap(), "adoption", shown.clone()).await.with(404);
    let key = fresh_key();
    let path = format!("/requests/{id}/adoption");
    let got = person.calls_again("POST", &path, shown.clone(), &key).await.with(200).json();
    assert_eq!(got, json!({ "id": id, "adopted": true }));
    let again = person.calls_again("POST", &path, shown, &key).await.with(200);
    assert_eq!((again.json(), again.header("idempotent-replayed")), (got, "true"));
    let mine = person.calls("GET", "/requests?mine=true", Value::Null).await.json();
    assert_eq!(mine["items"].as_array().unwrap().len(), 1, "one receipt opens one request");
}

#[tokio::test]
async fn receipts_are_tried_five_times_and_then_wait() {
    let town = town().await;
    let mut ask = rubbish();
    ask["phone"] = "10000007788".into();
    let asked = town.guest().calls("POST", "/requests", ask).await.with(201).json();
    let code = asked["receipt_code"].as_str().unwrap();
    let typed = format!("{}-{}", &code[..5].to_lowercase(), &code[5..]);
    let opened = pass(&town, &typed, "7788").await;
    let others = raised(&town.resident()).await;
    sees(&opened, asked["id"].as_str().unwrap()).await;
    let path = format!("/requests/{others}");
    opened.calls("GET", &path, Value::Null).await.with(404);

    let guest = town.guest();
    let tries = |tail: &str| {
        let shown = json!({ "receipt_code": code, "phone_tail": tail });
        let guest = guest.clone();
        async move { guest.calls("POST", "/passes", shown).await }
    };
    let unknown = json!({ "receipt_code": "AAAAAAAAAA", "phone_tail": "7788" });
    let unknown = guest.calls("POST", "/passes", unknown).await.with(404);
    for tail in ["", "1", "0000", "0001", "77889"] {
        assert_eq!(tries(tail).await.with(404).body, unknown.body, "one answer for all");
    }
    let waits = tries("7788").await.with(429);
    assert!(waits.header("retry-after").parse::<u64>().unwrap() <= 15 * 60);
    town.passes(jiff::SignedDuration::from_mins(16));
    tries("7788").await.with(201);
}

#[tokio::test]
async fn a_token_that_has_ended_raises_nothing_under_no_name() {
    let town = town().await;
    let worker = town.worker().keeping_session().await;
    town.passes(jiff::SignedDuration::from_mins(31));
    worker.calls("POST", "/requests", rubbish()).await.with(401);
    let all = town.officer().calls("GET", "/requests", Value::Null).await.with(200).json();
    assert_eq!(all["items"], json!([]));
}

#[tokio::test]
async fn the_reader_chooses_the_language() {
    let town = town().await;
    let id = raised(&town.resident()).await;
    let seen = sees(&town.resident().in_english(), &id).await;
    assert_eq!(seen["category_name"], "Rubbish");
    assert_eq!(seen["area_name"], "Peace Community Building 1");
    assert!(seen["sentence"].as_str().unwrap().starts_with("We have it."), "{seen}");
    let said = does(&town.officer().in_english(), &id, "handling", Value::Null).await;
    assert!(said.with(409).json()["detail"].as_str().unwrap().contains("is not possible"));
}

#[tokio::test]
async fn programs_find_areas_units_categories_and_working_days() {
    let town = town().await;
    let guest = town.guest();
    let get = |person: &Person, path: &str| {
        let (person, path) = (person.clone(), path.to_owned());
        async move { person.calls("GET", &path, Value::Null).await }
    };
    let areas = get(&guest, &format!("/areas?under={GRID}")).await.with(200).json();
    let codes: Vec<_> = areas["items"].as_array().unwrap().iter().map(|it| &it["code"]).collect();
    assert!(codes.contains(&&json!(BUILDING)) && codes.contains(&&json!(MICRO)));
    assert!(!codes.contains(&&json!(GRID)), "an area does not lie under itself");
    let buildings = get(&guest, "/areas?level=building&limit=3").await.with(200);
    assert_eq!(buildings.json()["items"].as_array().unwrap().len(), 3);
    let next = buildings.header("link").split(['<', '>']).nth(1).unwrap().to_owned();
    let rest = get(&guest, next.strip_prefix("/api/v1").unwrap()).await.with(200);
    assert_eq!(rest.json()["items"].as_array().unwrap().len(), 1);
    assert_eq!(rest.header("link"), "");
    for (path, status) in [
        ("/areas?under=370323002", 404),
        ("/areas?under=370323001099", 404),
        ("/areas?under=12x", 422),
        ("/areas?level=room", 422),
        ("/areas?limit=0", 422),
        ("/categories?area=370323002", 404),
        ("/units", 401),
        ("/calendar", 422),
        ("/calendar?from=2026-03-06&to=2026-03-02", 422),
        ("/calendar?from=2026-02-30&to=2026-03-02", 422),
    ] {
        assert_eq!(get(&guest, path).await.status, status, "{path}");
    }
    let categories = get(&guest, "/categories").await.with(200).json();
    assert_eq!(categories["items"][0]["code"], "sanitation");
    let units = get(&town.officer(), "/units").await.with(200).json();
    let units: Vec<_> = units["items"].as_array().unwrap().iter().map(|it| &it["id"]).collect();
    assert_eq!(units, [&json!(PROPERTY.to_string()), &json!(WATER.to_string())]);
    let days = get(&guest, "/calendar?from=2026-03-02&to=2026-03-09").await.with(200).json();
    assert_eq!(days, json!({ "workdays": 6, "known_through": "2026-12-31", "days": [] }));
    assert_eq!(get(&guest, "/nothing").await.with(404).json()["code"], "not_found");
}

#[tokio::test]
async fn numbers_count_on_in_each_community() {
    let town = town().await;
    let number = |person: Person| async move {
        let asked = person.calls("POST", "/requests", rubbish()).await.with(201).json();
        asked["number"].as_str().unwrap().to_owned()
    };
    assert_eq!(number(town.resident()).await, "HP-2026-00001");
    assert_eq!(number(town.guest()).await, "HP-2026-00002");
}
