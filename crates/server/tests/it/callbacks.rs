//! Callbacks: whom a desk calls, what is asked, and whose work nobody judges themselves.

use jiff::SignedDuration;
use serde_json::{Value, json};
use server::jobs;

use crate::api_story::{accepted, and, does, goes, note, raised, resolved, sees, town};
use crate::town::{Person, Town, form};

const DAY: SignedDuration = SignedDuration::from_hours(24);

/// Whether the list of `person` has this request.
async fn lists(person: &Person, id: &str) -> bool {
    let page = person.opens("/callbacks").await.with(200).body;
    page.contains(&format!("href=\"/requests/{id}#act-callback\""))
}

/// A request that a unit reported as done.
async fn done(town: &Town) -> String {
    let id = raised(&town.resident()).await;
    goes(town, &id, &resolved()).await;
    id
}

#[tokio::test]
async fn a_desk_calls_asks_two_things_and_writes_them_down() {
    let town = town().await;
    let id = done(&town).await;
    assert!(lists(&town.officer(), &id).await);
    let path = format!("/requests/{id}");
    let page = town.officer().opens(&path).await.with(200).body;
    for said in ["联系上了吗", "问题解决了吗", "对办理满意吗", "很不满意", "很满意", "看号码"]
    {
        assert!(page.contains(said), "{said}: {page}");
    }
    let phone = town.officer().posts(&format!("{path}/phone-reveal"), "").await.with(200).body;
    assert!(phone.contains(&format!("href=\"tel:{}\"", town.resident().phone)), "{phone}");
    let said = "reached=true&solved=true&rating=4&note=%E5%BE%88%E5%BF%AB";
    let answer = town.officer().posts(&format!("{path}/callback"), said).await.with(303);
    assert_eq!(answer.leads_to(), format!("/callbacks?done=callback&about={id}"));
    assert!(!lists(&town.officer(), &id).await);
    let seen = sees(&town.officer(), &id).await;
    assert_eq!((&seen["stage"], &seen["rating"]), (&json!("closed"), &json!(4)));
    // Once with an answer is enough.
    let again = json!({ "reached": true, "solved": true, "rating": 1 });
    does(&town.officer(), &id, "callback", again).await.with(409);
}

#[tokio::test]
async fn what_is_missing_is_asked_for() {
    let town = town().await;
    let id = done(&town).await;
    for (fields, wrong) in [
        ("", "reached"),
        ("reached=true", "solved"),
        ("reached=true&solved=true", "rating"),
        ("reached=true&solved=false&rating=9", "rating"),
    ] {
        let path = format!("/requests/{id}/callback");
        town.officer().posts(&path, fields).await.with(422);
        let json: serde_json::Map<String, Value> = fields
            .split('&')
            .filter_map(|pair| pair.split_once('='))
            .map(|(name, value)| (name.to_owned(), value.into()))
            .collect();
        let said = does(&town.officer(), &id, "callback", json.into()).await.with(422).json();
        assert_eq!(said["errors"][0]["field"], wrong, "{fields}");
    }
}

#[tokio::test]
async fn who_is_not_reached_is_tried_three_times() {
    let town = town().await;
    let id = done(&town).await;
    for tries in 1..=3 {
        assert!(lists(&town.officer(), &id).await, "before the {tries}. try");
        does(&town.officer(), &id, "callback", json!({ "reached": false })).await.with(200);
        assert_eq!(sees(&town.officer(), &id).await["stage"], "resolved");
    }
    assert!(!lists(&town.officer(), &id).await);
    does(&town.officer(), &id, "callback", json!({ "reached": false })).await.with(409);
    // The asker has the last word all the same.
    let content = json!({ "solved": true, "rating": 5 });
    does(&town.resident(), &id, "confirmation", content).await.with(200);
}

#[tokio::test]
async fn nobody_calls_about_their_own_work() {
    let town = town().await;
    // The community did it itself: the street calls.
    let own = raised(&town.resident()).await;
    let steps = and(
        and(
            and(crate::api_story::escalated(), ("officer", "handling", Value::Null)),
            ("officer", "completion", note()),
        ),
        ("street officer", "callback", json!({ "reached": false })),
    );
    let (last, before) = steps.split_last().unwrap();
    goes(&town, &own, before).await;
    for person in [town.officer(), town.secretary()] {
        assert!(!lists(&person, &own).await);
        let said = does(&person, &own, "callback", json!({ "reached": false })).await.with(403);
        assert!(said.json()["detail"].as_str().is_some(), "{}", said.body);
    }
    goes(&town, &own, std::slice::from_ref(last)).await;
    // A grid worker's work is called about by the community, and never by somebody of the grid.
    let solved = raised(&town.resident()).await;
    goes(&town, &solved, &and(accepted(), ("worker", "resolution", note()))).await;
    assert!(lists(&town.officer(), &solved).await);
    does(&town.worker(), &solved, "callback", json!({ "reached": false })).await.with(403);
    town.worker().opens("/callbacks").await.with(403);
    // Somebody who went and saw, and later came to the desk, has done the work all the same.
    let worker = town.worker();
    town.appoint(&worker, domain::actor::Post::CommunityOfficer, crate::town::COMMUNITY).await;
    assert!(!lists(&worker, &solved).await);
    let refused = does(&worker, &solved, "callback", json!({ "reached": false })).await.with(403);
    assert!(refused.body.contains("自己经办的"), "{}", refused.body);
    // And another community's desk sees nothing of it.
    assert!(!lists(&town.other_officer(), &solved).await);
    does(&town.other_officer(), &solved, "callback", json!({ "reached": false })).await.with(404);
}

#[tokio::test]
async fn what_closed_without_a_word_is_called_about_too() {
    let town = town().await;
    let id = done(&town).await;
    town.passes(DAY * 10);
    jobs::tick(&town.app).await.unwrap();
    let seen = sees(&town.officer(), &id).await;
    assert_eq!((&seen["stage"], &seen["ending"]), (&json!("closed"), &json!("unrated")));
    assert!(lists(&town.officer(), &id).await);
    let path = format!("/requests/{id}");
    town.officer().posts(&format!("{path}/phone-reveal"), "").await.with(200);
    // Not solved: it is done again, though it was closed.
    let said = form(&[("reached", "true"), ("solved", "false"), ("rating", "2")]);
    town.officer().posts(&format!("{path}/callback"), &said).await.with(303);
    let seen = sees(&town.officer(), &id).await;
    assert_eq!(seen["stage"], "redo");
    assert!(!lists(&town.officer(), &id).await);
}

#[tokio::test]
async fn after_a_month_nobody_is_called_any_more() {
    let town = town().await;
    let id = done(&town).await;
    town.passes(DAY * 10);
    jobs::tick(&town.app).await.unwrap();
    town.passes(DAY * 35);
    assert!(!lists(&town.officer(), &id).await);
    let path = format!("/requests/{id}/phone-reveal");
    town.officer().posts(&path, "").await.with(403);
}

#[tokio::test]
async fn two_who_call_at_once_write_down_one_answer() {
    let town = town().await;
    for _ in 0..5 {
        let id = done(&town).await;
        let call = |name: &'static str, rating: u8| {
            let (person, id) = (town.person(name).elsewhere(), id.clone());
            let said = json!({ "reached": true, "solved": true, "rating": rating });
            async move { does(&person, &id, "callback", said).await.status }
        };
        let (a, b) = tokio::join!(call("officer", 5), call("secretary", 1));
        assert!([(200, 409), (409, 200)].contains(&(a, b)), "{a} {b}");
    }
}

#[tokio::test]
async fn an_asker_answers_two_questions_and_may_rate_what_is_not_solved() {
    let town = town().await;
    let id = done(&town).await;
    let page = town.resident().opens(&format!("/requests/{id}")).await.body;
    assert!(page.contains("一问：解决了吗") && page.contains("二问：对办理满意吗"), "{page}");
    let said = form(&[("solved", "false"), ("rating", "2"), ("note", "味道还很重")]);
    town.resident().posts(&format!("/requests/{id}/confirmation"), &said).await.with(303);
    assert_eq!(sees(&town.officer(), &id).await["stage"], "redo");
}
