//! News: who is told what, in their pages and outside, once and in time.

mod outside;
mod receivers;

use domain::id::RequestId;
use jiff::SignedDuration;
use serde_json::{Value, json};
use server::jobs;

use crate::api_story::{does, note, raised, rubbish, town};
use crate::town::{FAR_BUILDING, PROPERTY, Person, Town};

/// What `person` was told, the newest first.
pub async fn told(town: &Town, person: &Person) -> Vec<Value> {
    jobs::tick(&town.app).await.unwrap();
    let answer = person.calls("GET", "/notices", Value::Null).await.with(200).json();
    answer["items"].as_array().unwrap().clone()
}

/// The kinds of what `person` was told, the newest first.
async fn kinds(town: &Town, person: &Person) -> Vec<String> {
    let told = told(town, person).await;
    told.iter().map(|notice| notice["kind"].as_str().unwrap().to_owned()).collect()
}

/// The number that the bell of `person` shows on a page.
async fn bell(person: &Person) -> String {
    let page = person.opens("/account").await.with(200).body;
    let bell = page.split("data-bell-count").nth(1).unwrap();
    bell.split('>').nth(1).unwrap().split('<').next().unwrap().to_owned()
}

#[tokio::test]
async fn the_asker_hears_of_every_step_and_each_next_one_that_it_is_theirs() {
    let town = town().await;
    let (resident, worker, officer) = (town.resident(), town.worker(), town.officer());
    let id = raised(&resident).await;
    assert_eq!(kinds(&town, &worker).await, ["raised"], "the grid worker is asked");
    let none = Vec::<String>::new();
    assert_eq!(kinds(&town, &resident).await, none, "whoever acted knows already");
    assert_eq!(kinds(&town, &town.leader()).await, none, "the leader is spared");
    assert_eq!(kinds(&town, &town.neighbour()).await, none, "nor is another grid told");

    does(&worker, &id, "acceptance", json!({})).await.with(200);
    does(&worker, &id, "escalation", note()).await.with(200);
    assert_eq!(kinds(&town, &resident).await, ["escalated", "accepted"]);
    assert_eq!(kinds(&town, &officer).await, ["escalated"]);
    assert_eq!(kinds(&town, &town.secretary()).await, ["escalated"]);
    assert_eq!(kinds(&town, &town.other_officer()).await, none);

    let dispatch = json!({ "unit": PROPERTY.to_string() });
    does(&officer, &id, "dispatch", dispatch).await.with(200);
    assert_eq!(kinds(&town, &town.property()).await, ["dispatched"]);
    assert_eq!(kinds(&town, &town.water()).await, none);
    assert_eq!(kinds(&town, &officer).await, ["escalated"], "it was the officer who dispatched");
    assert_eq!(kinds(&town, &town.secretary()).await, ["dispatched", "escalated"]);

    does(&town.property(), &id, "signature", json!({})).await.with(200);
    does(&town.property(), &id, "completion", note()).await.with(200);
    let told = told(&town, &resident).await;
    assert_eq!((&told[0]["kind"], &told[0]["topic"]), (&json!("resolved"), &json!("turn")));
    assert_eq!(told[0]["path"], format!("/requests/{id}"));
    let text = told[0]["text"].as_str().unwrap();
    assert!(text.starts_with("报告已办好，请在2026年3月9日"), "{text}");
    assert!(told[1]["text"].as_str().unwrap().contains("物业公司正在办理"), "{}", told[1]);
    assert!(told[0]["about"].as_str().unwrap().contains(" · 环境卫生"));

    let confirmed = json!({ "solved": true, "rating": 5 });
    does(&resident, &id, "confirmation", confirmed).await.with(200);
    assert_eq!(kinds(&town, &town.property()).await, ["confirmed", "dispatched"]);
    assert_eq!(kinds(&town, &resident).await.len(), 5, "accepted, escalated, …, resolved");
}

#[tokio::test]
async fn where_nobody_works_in_the_grid_the_desk_is_asked_and_the_asker_told() {
    let town = town().await;
    let mut fields = rubbish();
    fields["area"] = FAR_BUILDING.into();
    let resident = town.resident();
    resident.calls("POST", "/requests", fields).await.with(201);
    assert_eq!(kinds(&town, &resident).await, ["escalated"]);
    assert_eq!(kinds(&town, &town.officer()).await, ["escalated"]);
}

#[tokio::test]
async fn the_bell_counts_and_what_was_read_stays_read() {
    let town = town().await;
    let (resident, worker) = (town.resident(), town.worker());
    assert_eq!(bell(&worker).await, "");
    let ids = [raised(&resident).await, raised(&resident).await, raised(&resident).await];
    jobs::tick(&town.app).await.unwrap();
    assert_eq!(bell(&worker).await, "3");
    let page = worker.opens("/notices").await.with(200).body;
    assert_eq!(page.matches("is-unread").count(), 3);
    assert!(page.contains(&format!("/requests/{}", ids[2])));
    let first = told(&town, &worker).await[0]["id"].as_str().unwrap().to_owned();
    let path = format!("/notices/{first}/reading");
    worker.posts(&path, "").await.with(303);
    worker.posts(&path, "").await.with(303);
    assert_eq!(bell(&worker).await, "2");
    // The newest stands first, read or not, and what is unread says so.
    let page = worker.opens("/notices").await.with(200).body;
    let [oldest, middle, newest] = [0, 1, 2].map(|at| page.find(&ids[at]).unwrap());
    assert!(newest < middle && middle < oldest, "{page}");
    assert_eq!(page.matches("is-unread").count(), 2);
    // Nobody marks what is for somebody else, and learns nothing of it either.
    town.resident().posts(&path, "").await.with(404);
    let sent = town.resident().calls("POST", &path, json!({})).await.with(404);
    assert_eq!(sent.json()["code"], "not_found");
}

#[tokio::test]
async fn all_is_marked_up_to_what_was_seen() {
    let town = town().await;
    let (resident, worker) = (town.resident(), town.worker());
    raised(&resident).await;
    let seen = told(&town, &worker).await[0]["id"].as_str().unwrap().to_owned();
    raised(&resident).await;
    jobs::tick(&town.app).await.unwrap();
    let fields = json!({ "up_to": seen });
    let key = crate::town::fresh_key();
    let again = || worker.calls_again("POST", "/notices/readings", fields.clone(), &key);
    assert_eq!(again().await.with(200).json(), json!({ "read": 1 }));
    assert_eq!(again().await.with(200).header("idempotent-replayed"), "true");
    assert_eq!(bell(&worker).await, "1", "what came meanwhile was not seen");
    let page = worker.opens("/notices").await.body;
    let newest = page.split("name=\"up_to\" value=\"").nth(1).unwrap().split('"').next().unwrap();
    worker.posts("/notices/readings", &format!("up_to={newest}")).await.with(303);
    assert_eq!(bell(&worker).await, "");
    let refused = worker.calls("POST", "/notices/readings", json!({})).await.with(422);
    assert_eq!(refused.json()["errors"][0]["field"], "up_to");
}

#[tokio::test]
async fn news_are_read_page_by_page_and_none_is_lost_or_doubled() {
    let town = town().await;
    let (resident, worker) = (town.resident(), town.worker());
    for _ in 0..45 {
        raised(&resident).await;
    }
    jobs::tick(&town.app).await.unwrap();
    let mut seen = Vec::new();
    let mut path = "/notices?limit=20".to_owned();
    loop {
        let answer = worker.calls("GET", &path, Value::Null).await.with(200);
        let items = answer.json()["items"].as_array().unwrap().clone();
        seen.extend(items.iter().map(|item| item["id"].as_str().unwrap().to_owned()));
        let Some((next, _)) = answer.header("link").split_once('>') else { break };
        path = next.trim_start_matches("</api/v1").to_owned();
    }
    let mut unique = seen.clone();
    unique.sort();
    unique.dedup();
    assert_eq!((seen.len(), unique.len()), (45, 45));
    let first = worker.opens("/notices").await.with(200).body;
    assert_eq!(first.matches("data-row").count(), 20);
    let next = first.split("rel=\"next\"").next().unwrap();
    let next = next.rsplit("href=\"").next().unwrap().split('"').next().unwrap();
    assert_eq!(worker.opens(next).await.with(200).body.matches("data-row").count(), 20);
    for bad in ["limit=0", "limit=51", "limit=x", "after=x"] {
        worker.calls("GET", &format!("/notices?{bad}"), Value::Null).await.with(422);
    }
}

#[tokio::test]
async fn what_is_no_longer_theirs_is_told_to_nobody() {
    let town = town().await;
    let (resident, worker) = (town.resident(), town.worker());
    let id = raised(&resident).await;
    assert_eq!(told(&town, &worker).await[0]["request"], json!(id));
    town.dismiss(&worker).await;
    let told = told(&town, &worker).await;
    assert_eq!((&told[0]["request"], &told[0]["text"]), (&Value::Null, &Value::Null));
    let page = worker.opens("/notices").await.with(200).body;
    assert!(page.contains("这件事已不归您办理或查看。") && !page.contains(&id));
}

#[tokio::test]
async fn news_name_no_door_and_no_neighbour() {
    let town = town().await;
    let (resident, worker) = (town.resident(), town.worker());
    let id = raised(&resident).await;
    does(&worker, &id, "acceptance", json!({})).await.with(200);
    for person in [&resident, &worker] {
        let answer = told(&town, person).await[0].to_string();
        let page = person.opens("/notices").await.with(200).body;
        let english = person.in_english().opens("/notices").await.with(200).body;
        for text in [answer, page, english] {
            for secret in ["301", "装修垃圾", "resident", resident.phone.as_str()] {
                assert!(!text.contains(secret), "{secret} in {text}");
            }
        }
    }
}

#[tokio::test]
async fn whoever_said_me_too_hears_that_it_goes_on_and_no_more() {
    let town = town().await;
    let (worker, second) = (town.worker(), town.second_resident());
    let id = raised(&town.resident()).await;
    does(&second, &id, "supporters", json!({})).await.with(200);
    does(&worker, &id, "acceptance", json!({})).await.with(200);
    let told = told(&town, &second).await;
    let path = json!(format!("/requests/{id}/supporters"));
    assert_eq!((&told[0]["kind"], &told[0]["path"]), (&json!("accepted"), &path));
    assert!(told[0]["text"].as_str().unwrap().starts_with("您也反映过的事："), "{told:?}");
    second.calls("GET", &format!("/requests/{id}"), Value::Null).await.with(404);
}

#[tokio::test]
async fn a_clock_that_runs_out_is_told_upward() {
    let town = town().await;
    let (resident, worker) = (town.resident(), town.worker());
    raised(&resident).await;
    jobs::tick(&town.app).await.unwrap();
    for _ in 0..5 {
        town.passes(SignedDuration::from_mins(31));
        jobs::tick(&town.app).await.unwrap();
    }
    let warned = kinds(&town, &worker).await;
    assert!(warned.contains(&"turned_yellow".to_owned()), "{warned:?}");
    let upward = kinds(&town, &town.secretary()).await;
    assert_eq!(upward.iter().filter(|kind| *kind == "turned_yellow").count(), 1, "{upward:?}");
    let red = kinds(&town, &resident).await;
    assert!(red.contains(&"turned_red".to_owned()), "the asker hears the truth: {red:?}");
}

#[tokio::test]
async fn many_runners_at_once_tell_each_piece_of_news_once() {
    let town = town().await;
    let (resident, worker, officer) = (town.resident(), town.worker(), town.officer());
    let id = raised(&resident).await;
    does(&worker, &id, "acceptance", json!({})).await.with(200);
    does(&worker, &id, "escalation", note()).await.with(200);
    // Eight processes see the same jobs at the same time, over and over.
    let runners = (0..8).map(|_| {
        let app = town.app.clone();
        tokio::spawn(async move {
            for _ in 0..5 {
                jobs::tick(&app).await.unwrap();
            }
        })
    });
    for runner in runners.collect::<Vec<_>>() {
        runner.await.unwrap();
    }
    assert_eq!(kinds(&town, &resident).await, ["escalated", "accepted"]);
    assert_eq!(kinds(&town, &worker).await, ["raised"]);
    assert_eq!(kinds(&town, &officer).await, ["escalated"]);
    // A job that is put again, as after a restore, tells nothing twice.
    let (subject, at) = (id.parse::<RequestId>().unwrap().0, town.app.now());
    let put = move |tx: &mut db::Tx, street| {
        server::queue::put(tx, street, (server::queue::Kind::News, subject), 1, at)
    };
    town.write(put).await.unwrap();
    assert_eq!(kinds(&town, &resident).await, ["escalated", "accepted"]);
    assert_eq!(kinds(&town, &worker).await, ["raised"]);
}

#[tokio::test]
async fn an_open_page_hears_its_bell() {
    use axum::body::Body;
    use axum::http::Request;
    let town = town().await;
    let worker = town.worker();
    let stream = worker.sends(Request::get("/events?news=1"), Body::empty()).await;
    let mut stream = stream.into_body().into_data_stream();
    let next = async |stream: &mut axum::body::BodyDataStream| {
        use futures_core::Stream;
        let mut text = String::new();
        while !text.contains("event: news") {
            let waiting = std::future::poll_fn(|cx| std::pin::Pin::new(&mut *stream).poll_next(cx));
            let waited = tokio::time::timeout(std::time::Duration::from_secs(10), waiting).await;
            let chunk = waited.expect("the bell rings in time").unwrap().unwrap();
            text.push_str(&String::from_utf8_lossy(&chunk));
        }
        text
    };
    assert!(next(&mut stream).await.contains("data: 0"));
    raised(&town.resident()).await;
    jobs::tick(&town.app).await.unwrap();
    let rung = next(&mut stream).await;
    assert!(rung.contains("data: 1"), "{rung}");
}

#[tokio::test]
async fn a_page_about_nothing_says_so() {
    let town = town().await;
    let page = town.resident().opens("/notices").await.with(200).body;
    assert!(page.contains("没有消息") && !page.contains("全部标为已读"));
    town.guest().opens("/notices").await.with(303);
}
