//! The list of rules: long clocks are asked about, and routing stands in the order of trying.

use crate::api_story::town;
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
