//! The list of rules: long clocks are asked about, and routing stands in the order of trying.

use serde_json::{Value, json};

use crate::api_story::{raised, rubbish, town};
use crate::rules::{grows, puts, table};
use crate::town::COMMUNITY;

#[tokio::test]
async fn a_long_clock_is_asked_about_and_digits_are_kept_plain() {
    let town = town().await;
    let boss = town.street_officer();
    let (head, _) = table(&town, "clocks").await;
    let rows = "limit,urgency,term\nfinish,complex,６１ working_days\nredo,,０３ working_days\n";
    puts(&boss, "clocks", head, rows).await.with(201);
    let (_, kept) = table(&town, "clocks").await;
    assert!(kept.contains(",61 working_days") && kept.contains(",3 working_days"), "{kept}");
    let page = boss.opens("/office/rules/clocks").await.with(200).body;
    assert!(page.contains("第 1 条超过 60 个工作日"), "{page}");
    let page = boss.in_english().opens("/office/rules/clocks").await.with(200).body;
    assert!(page.contains("Longer than 60 working days, about three months: rule 1."), "{page}");
}

#[tokio::test]
async fn rules_of_routing_stand_in_the_order_in_which_they_are_tried() {
    let town = town().await;
    grows(&town).await;
    let boss = town.street_officer();
    let (head, _) = table(&town, "routing").await;
    let rows = format!(
        "category,area,unit\n,,property\nsanitation,,water\nstairs,,water\n,{COMMUNITY},water\n\
         stairs,{COMMUNITY},property\n"
    );
    puts(&boss, "routing", head, &rows).await.with(201);
    let page = boss.opens("/office/rules/routing").await.with(200).body;
    assert!(page.contains("第一条合适的就用它"), "{page}");
    let numbers: Vec<&str> = page
        .split("data-label=\"规则号\">")
        .skip(1)
        .map(|cell| cell.split('<').next().unwrap())
        .collect();
    assert_eq!(numbers, ["5", "4", "3", "–", "2", "–", "1"], "{page}");
    // A category's usual unit comes before what holds for every category.
    let usual = page.find("大类自己的常办单位").unwrap();
    assert!(usual < page.rfind("所有类别").unwrap());
}

#[tokio::test]
async fn a_category_is_listed_and_counted_with_those_below_it() {
    let town = town().await;
    grows(&town).await;
    let mut body = rubbish();
    body["category"] = json!("bins");
    let below = town.resident().calls("POST", "/requests", body).await.with(201).json();
    let above = raised(&town.resident()).await;
    town.passes(jiff::SignedDuration::from_secs(5));
    server::jobs::tick(&town.app).await.unwrap();
    server::requests::rates::work(&town.app, town.street).await.unwrap();
    let officer = town.officer();
    for (category, ids) in [
        ("sanitation", vec![above.as_str(), below["id"].as_str().unwrap()]),
        ("bins", vec![below["id"].as_str().unwrap()]),
        ("stairs", vec![]),
    ] {
        let path = format!("/requests?category={category}");
        let list = officer.calls("GET", &path, Value::Null).await.with(200).json();
        let found: Vec<_> =
            list["items"].as_array().unwrap().iter().map(|it| it["id"].as_str().unwrap()).collect();
        assert_eq!(found, ids, "{category}");
        let path =
            format!("/rates?area={COMMUNITY}&category={category}&from=2026-03-01&to=2026-03-31");
        let board = officer.calls("GET", &path, Value::Null).await.with(200).json();
        assert_eq!(board["raised"], ids.len(), "{category}: {board}");
    }
    let all = format!("/rates?area={COMMUNITY}&from=2026-03-01&to=2026-03-31");
    let board = officer.calls("GET", &all, Value::Null).await.with(200).json();
    assert_eq!(board["raised"], 2, "none is counted twice");
}
