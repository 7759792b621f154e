//! Stories about rules: the office changes one and the next request follows it, what was tried is
//! what happens, and of two editors the second hears who was first.

use proptest::prelude::*;
use proptest::strategy::ValueTree;
use proptest::test_runner::TestRunner;
use serde_json::{Value, json};

use crate::api_story::{and, does, escalated, goes, raised, rubbish, sees, town};
use crate::town::{
    Answer, BUILDING, COMMUNITY, FAR_BUILDING, GRID, MICRO, NEIGHBOUR_BUILDING, OTHER_COMMUNITY,
    PROPERTY, Person, Town, WATER, form,
};

/// Puts a table in force.
pub async fn puts(person: &Person, kind: &str, base: i64, rows: &str) -> Answer {
    let body = json!({ "kind": kind, "base": base, "note": "试一试", "rows": rows });
    person.calls("POST", "/rule-versions", body).await
}

/// The table of a kind as it holds.
pub async fn table(town: &Town, kind: &str) -> (i64, String) {
    let boss = town.street_officer();
    let all = boss.calls("GET", &format!("/rule-versions?kind={kind}"), Value::Null).await;
    let head = all.with(200).json()["items"][0]["version"].as_i64().unwrap_or_default();
    let path = format!("/rule-versions?kind={kind}&version={head}");
    let one = boss.calls("GET", &path, Value::Null).await.with(200).json();
    (head, one["items"][0]["rows"].as_str().unwrap().to_owned())
}

/// A first change of the categories: roads are offered no more.
pub async fn retires_roads(town: &Town) {
    let (head, rows) = table(town, "categories").await;
    let retired: Vec<String> = rows
        .lines()
        .map(|row| if row.starts_with("roads,") { format!("{row}1") } else { row.to_owned() })
        .collect();
    puts(&town.street_officer(), "categories", head, &retired.join("\n")).await.with(201);
}

/// A tree below rubbish, with its own word of danger.
pub async fn grows(town: &Town) {
    let (head, rows) = table(town, "categories").await;
    let more = "stairs,sanitation,楼道堆物,Stairwell,stairs,complex,,rats bite,楼道里的东西,,搬走了,,,,\n\
                bins,sanitation,垃圾桶,Bins,rubbish,ordinary,water,,,,,,,,\n";
    puts(&town.street_officer(), "categories", head, &format!("{rows}{more}")).await.with(201);
}

async fn tries(person: &Person, area: &str, category: &str, text: &str) -> Value {
    let query = form(&[("area", area), ("category", category), ("text", text)]);
    person.calls("GET", &format!("/routing?{query}"), Value::Null).await.with(200).json()
}

#[tokio::test]
async fn the_office_changes_a_rule_and_the_next_request_goes_elsewhere() {
    let town = town().await;
    let boss = town.street_officer();
    let id = raised(&town.resident()).await;
    goes(&town, &id, &escalated()).await;
    let before = sees(&town.officer(), &id).await;
    assert_eq!(before["routing"]["unit"], "property", "the usual unit of the category");
    assert_eq!(
        (&before["routing"]["rule"], &before["routing"]["version"]),
        (&Value::Null, &json!(0))
    );
    let rows = format!("category,area,unit\nsanitation,{COMMUNITY},water\n,,property\n");
    let made = puts(&boss, "routing", 0, &rows).await.with(201).json();
    assert_eq!(made["version"], 2, "version 1 is what was there before");
    let after = sees(&town.officer(), &id).await;
    assert_eq!(
        (&after["routing"]["unit"], &after["routing"]["rule"]),
        (&json!("water"), &json!(1))
    );
    let page = town.officer().opens(&format!("/requests/{id}")).await.with(200).body;
    assert!(page.contains("通常派给供水所：派单规则第 1 条（第 2 版）。"), "{page}");
    assert!(page.contains(&format!("value=\"{WATER}\" selected")), "the unit is chosen already");
    // The asker reads nothing of it.
    assert!(sees(&town.resident(), &id).await.get("routing").is_none());
    let page = town.resident().opens(&format!("/requests/{id}")).await.with(200).body;
    assert!(!page.contains("派单规则"));
    let listed = town.officer().calls("GET", "/routing-rules", Value::Null).await.with(200).json();
    assert_eq!(
        listed["items"][0],
        json!({
            "number": 1, "category": "sanitation", "area": COMMUNITY, "unit": "water",
        })
    );
}

#[tokio::test]
async fn history_keeps_the_rule_and_the_version_of_a_dispatch() {
    let town = town().await;
    let rows = "category,area,unit\nsanitation,,water\n";
    puts(&town.street_officer(), "routing", 0, rows).await.with(201);
    let id = raised(&town.resident()).await;
    let elsewhere = json!({ "unit": PROPERTY.to_string() });
    goes(&town, &id, &and(escalated(), ("officer", "dispatch", elsewhere))).await;
    puts(&town.street_officer(), "routing", 2, "category,area,unit\n,,property\n").await.with(201);
    let number: domain::id::RequestId = id.parse().unwrap();
    let told = town.write(move |tx, street| server::history::of(tx, street, number.0)).await;
    let told = told.unwrap();
    let line = told.iter().find(|line| line.event == "dispatched").unwrap();
    let facts: Value = serde_json::from_str(&line.facts).unwrap();
    let expected = json!({ "version": 2, "rule": 1, "unit": "water", "followed": false });
    assert_eq!(facts["routing"], expected);
}

#[tokio::test]
async fn a_clock_is_changed_for_what_comes_and_not_for_what_runs() {
    let town = town().await;
    let (boss, resident) = (town.street_officer(), town.resident());
    let running = raised(&resident).await;
    let due = sees(&resident, &running).await["due_at"].clone();
    assert_eq!(due, "2026-03-02T11:00:00+08:00", "two working hours");
    let rows = format!(
        "area,category,urgency,limit,term\n,,,accept,1 working_days\n\
         {COMMUNITY},sanitation,,accept,4 working_hours\n,,,solve,3 working_days\n"
    );
    puts(&boss, "clocks", 0, &rows).await.with(201);
    assert_eq!(sees(&resident, &running).await["due_at"], due, "it runs as it began");
    let next = raised(&resident).await;
    assert_eq!(sees(&resident, &next).await["due_at"], "2026-03-02T15:00:00+08:00");
    // The next stage of what runs is under the new rules.
    does(&town.worker(), &running, "acceptance", Value::Null).await.with(200);
    assert_eq!(sees(&resident, &running).await["due_at"], "2026-03-05T17:30:00+08:00");
    // What holds for everything slows down no danger.
    let mut danger = rubbish();
    danger["text"] = "楼道里有很重的燃气味".into();
    let danger = resident.calls("POST", "/requests", danger).await.with(201).json();
    let seen = sees(&resident, danger["id"].as_str().unwrap()).await;
    assert_eq!(
        (&seen["urgency"], &seen["due_at"]),
        (&json!("danger"), &json!("2026-03-02T09:30:00+08:00"))
    );
}

#[tokio::test]
async fn numbers_of_a_street_are_followed() {
    let town = town().await;
    let (_, rows) = table(&town, "numbers").await;
    let rows = rows.replace("returns_max,2", "returns_max,0");
    puts(&town.street_officer(), "numbers", 0, &rows).await.with(201);
    let id = raised(&town.resident()).await;
    goes(&town, &id, &crate::api_story::dispatched()).await;
    let refused = does(&town.property(), &id, "return", crate::api_story::note()).await.with(409);
    assert!(refused.body.contains("次数已用完"), "{}", refused.body);
    let bad = puts(&town.street_officer(), "numbers", 2, "name,value\nreopen_days,999\n").await;
    assert!(bad.with(422).body.contains("0 至 180"));
}

#[tokio::test]
async fn what_was_tried_is_what_happens() {
    let town = town().await;
    grows(&town).await;
    let routing = format!(
        "category,area,unit\nstairs,{MICRO},water\nsanitation,{GRID},property\n,{OTHER_COMMUNITY},water\n"
    );
    puts(&town.street_officer(), "routing", 0, &routing).await.with(201);
    let clocks = format!(
        "area,category,urgency,limit,term\n,stairs,,accept,3 working_hours\n{GRID},,,accept,5 working_hours\n\
         ,,danger,accept,20 clock_minutes\n,roads,complex,dispatch,2 working_days\n"
    );
    puts(&town.street_officer(), "clocks", 0, &clocks).await.with(201);
    let areas =
        [COMMUNITY, GRID, MICRO, BUILDING, NEIGHBOUR_BUILDING, FAR_BUILDING, OTHER_COMMUNITY];
    let kinds = ["sanitation", "stairs", "bins", "utilities", "roads"];
    let texts = [
        "楼道里堆着东西没人管",
        "闻到燃气味了快来人",
        "there is Smoke in here",
        "rats bite us at night",
    ];
    let input = (0..areas.len(), 0..kinds.len(), 0..texts.len(), 0..2000i64);
    let mut runner = TestRunner::deterministic();
    for _ in 0..200 {
        let (area, kind, text, minutes) = input.new_tree(&mut runner).unwrap().current();
        town.passes(jiff::SignedDuration::from_mins(minutes));
        let (area, category, text) = (areas[area], kinds[kind], texts[text]);
        let boss = town.street_officer();
        let tried = tries(&boss, area, category, text).await;
        let body = json!({ "area": area, "category": category, "text": text });
        let made = town.resident().calls("POST", "/requests", body).await.with(201).json();
        let seen = sees(&boss, made["id"].as_str().unwrap()).await;
        let what = format!("{category} in {area}: {text}");
        assert_eq!(seen["urgency"], tried["urgency"], "{what}");
        assert_eq!(seen["level"], tried["begins_at"], "{what}");
        for field in ["unit", "rule", "version"] {
            assert_eq!(seen["routing"][field], tried[field], "{field}: {what}");
        }
        let limit = if tried["begins_at"] == "grid" { "accept" } else { "dispatch" };
        let clocks = tried["clocks"].as_array().unwrap();
        let clock = clocks.iter().find(|clock| clock["limit"] == limit).unwrap();
        let at = |text: &Value| text.as_str().unwrap().parse::<jiff::Timestamp>().unwrap();
        // A street tells its moments to the second.
        let apart = at(&seen["due_at"]).duration_since(at(&clock["due_at"]));
        assert!(apart.as_secs() == 0, "{what}: {} or {}", seen["due_at"], clock["due_at"]);
        let said = tried["danger_word"].is_string();
        assert_eq!(said, tried["urgency"] == "danger", "{what}");
    }
}

#[tokio::test]
async fn of_two_editors_the_second_hears_who_was_first_and_loses_nothing() {
    let town = town().await;
    let (first, second) = (town.street_officer(), town.street_secretary());
    let page = second.opens("/office/rules/routing/new").await.with(200).body;
    assert!(page.contains("name=\"base\" value=\"0\""));
    let fields = |unit| {
        form(&[
            ("row", "new"),
            ("base", "0"),
            ("act", "save"),
            ("category", "sanitation"),
            ("area", COMMUNITY),
            ("unit", unit),
            ("note", "物业更近"),
        ])
    };
    first.posts("/office/rules/routing", &fields("water")).await.with(303);
    let told = second.posts("/office/rules/routing", &fields("property")).await.with(409).body;
    assert!(told.contains("别人先保存了") && told.contains("value=\"物业更近\""), "{told}");
    assert!(
        told.contains("value=\"property\" selected") && told.contains("name=\"base\" value=\"2\"")
    );
    assert!(told.contains("/office/rules/routing/versions/2?against=0"));
    // A rule about the same thing is there by now: it says so beside its field.
    let again = fields("property").replace("base=0", "base=2");
    let told = second.posts("/office/rules/routing", &again).await.with(422).body;
    assert!(told.contains("已有同样范围的一行"), "{told}");
    let other = again.replace("category=sanitation", "category=roads");
    second.posts("/office/rules/routing", &other).await.with(303);
    assert_eq!(table(&town, "routing").await.0, 3);
}

#[tokio::test]
async fn editors_who_race_are_let_in_one_by_one() {
    let town = town().await;
    let mut racing = tokio::task::JoinSet::new();
    for number in 0..8 {
        let boss = town.street_officer().elsewhere();
        let rows = format!(
            "category,area,unit\n,,{}\n",
            if number % 2 == 0 { "water" } else { "property" }
        );
        racing.spawn(async move { puts(&boss, "routing", 0, &rows).await });
    }
    let answers: Vec<Answer> = racing.join_all().await;
    let won = answers.iter().filter(|answer| answer.status == 201).count();
    let told = answers.iter().filter(|answer| answer.status == 409).count();
    assert_eq!((won, told), (1, 7), "{:?}", answers.iter().map(|it| it.status).collect::<Vec<_>>());
    let late = answers.iter().find(|answer| answer.status == 409).unwrap();
    assert_eq!(late.json()["code"], "someone_was_first");
    assert_eq!(table(&town, "routing").await.0, 2, "what was before, and the one that won");
}

#[tokio::test]
async fn an_older_version_holds_again_as_a_new_one() {
    let town = town().await;
    let boss = town.street_officer();
    grows(&town).await;
    let (head, _) = table(&town, "categories").await;
    let page =
        boss.opens(&format!("/office/rules/categories/versions/{head}")).await.with(200).body;
    assert!(page.contains("楼道堆物") && page.contains("新加"), "{page}");
    let id = {
        let mut body = rubbish();
        body["category"] = "stairs".into();
        let made = town.resident().calls("POST", "/requests", body).await.with(201).json();
        made["id"].as_str().unwrap().to_owned()
    };
    let back = form(&[("base", &head.to_string()), ("note", "先不分这么细")]);
    boss.posts("/office/rules/categories/versions/1", &back).await.with(303);
    let offered = town.guest().calls("GET", "/categories?area=370323001", Value::Null).await.json();
    let codes: Vec<&str> = offered["items"]
        .as_array()
        .unwrap()
        .iter()
        .map(|it| it["code"].as_str().unwrap())
        .collect();
    assert_eq!(codes, ["sanitation", "utilities", "roads"], "what came later is retired");
    // A request that has it keeps its name; a new one cannot have it.
    assert_eq!(sees(&town.resident(), &id).await["category_name"], "楼道堆物");
    let mut body = rubbish();
    body["category"] = "stairs".into();
    town.resident().calls("POST", "/requests", body).await.with(422);
    let stale = form(&[("base", "1"), ("note", "又改")]);
    boss.posts("/office/rules/categories/versions/2", &stale).await.with(409);
    let page = boss.opens("/office/rules/categories/versions").await.with(200).body;
    assert!(page.contains("先不分这么细") && page.contains("首次修改前的状态"), "{page}");
}

#[tokio::test]
async fn a_resident_chooses_the_kind_and_then_what_of_it() {
    let town = town().await;
    grows(&town).await;
    let page =
        town.resident().opens(&format!("/requests/new?area={BUILDING}")).await.with(200).body;
    assert!(page.contains("name=\"sub\" value=\"stairs\"") && page.contains("楼道里的东西"));
    assert!(!page.contains("name=\"category\" value=\"stairs\""), "two steps, not one");
    for (category, sub, kept) in [
        ("sanitation", "stairs", "stairs"),
        ("sanitation", "", "sanitation"),
        // Chosen before the kind was changed.
        ("roads", "stairs", "roads"),
    ] {
        let fields = form(&[
            ("area", BUILDING),
            ("category", category),
            ("sub", sub),
            ("text", "楼道里堆着东西没人管"),
            ("separate", "1"),
        ]);
        let led = town.resident().posts("/requests", &fields).await.with(303);
        let id = led.leads_to().split('/').nth(2).unwrap().to_owned();
        let seen = sees(&town.resident(), &id).await;
        assert_eq!(seen["category"], kept, "{category} and {sub}");
        if kept == "stairs" {
            assert_eq!((&seen["urgency"], &seen["closes"]), (&json!("complex"), &json!("搬走了")));
            let page = town.worker().opens(&format!("/requests/{id}")).await.with(200).body;
            assert!(page.contains("怎样算办好：") && page.contains("搬走了"), "{page}");
        }
    }
    // The words of danger of the kind count below it, and its own as well.
    for text in ["rats bite us at night", "闻到燃气味了快来人"] {
        assert_eq!(tries(&town.worker(), BUILDING, "stairs", text).await["urgency"], "danger");
    }
    assert_eq!(
        tries(&town.worker(), BUILDING, "bins", "rats bite us").await["urgency"],
        "ordinary"
    );
}

#[tokio::test]
async fn a_draft_is_tried_on_the_last_requests_before_it_is_saved() {
    let town = town().await;
    for _ in 0..3 {
        raised(&town.resident()).await;
    }
    let boss = town.street_officer();
    let rows = "category,area,unit\nsanitation,,water\n";
    let tried = boss.calls("POST", "/routing-previews", json!({ "rows": rows })).await.with(200);
    let moved = json!([{ "from": "property", "to": "water", "count": 3 }]);
    let expected = json!({ "tried": 3, "elsewhere": 3, "moves": moved });
    assert_eq!(tried.json(), expected);
    let fields = form(&[
        ("row", "new"),
        ("base", "0"),
        ("act", "preview"),
        ("category", "sanitation"),
        ("area", COMMUNITY),
        ("unit", "water"),
    ]);
    let page = boss.posts("/office/rules/routing", &fields).await.with(200).body;
    assert!(page.contains("物业公司 → 供水所：3"), "{page}");
    assert_eq!(table(&town, "routing").await.0, 0, "nothing was saved");
}

#[tokio::test]
async fn what_makes_no_sense_is_said_beside_its_field() {
    let town = town().await;
    let boss = town.street_officer();
    let wrong = form(&[
        ("row", "new"),
        ("base", "0"),
        ("act", "save"),
        ("limit", "finish"),
        ("category", "weather"),
        ("area", "370323002001"),
        ("length", "0"),
        ("measure", "working_days"),
        ("note", ""),
    ]);
    let page = boss.posts("/office/rules/clocks", &wrong).await.with(422).body;
    for said in ["没有这个类别。", "本街道没有这个地方。", "请填 1 至 250 的整数"]
    {
        assert!(page.contains(said), "{said}: {page}");
    }
    assert!(page.contains("id=\"length-error\""), "beside its field");
    let unsaid = form(&[
        ("row", "new"),
        ("base", "0"),
        ("act", "save"),
        ("limit", "finish"),
        ("length", "3"),
        ("measure", "working_days"),
    ]);
    let page = boss.posts("/office/rules/clocks", &unsaid).await.with(422).body;
    assert!(page.contains("id=\"note-error\"") && page.contains("请写一句为什么改。"), "{page}");
    for (kind, rows, said) in [
        ("routing", "category,area,unit\n,,nobody\n", "请从名单里选一个单位"),
        ("routing", "category,area,unit\n,,water\n,,property\n", "第 2 行：前面已有同样范围的一行"),
        ("routing", "colour\nred\n", "表格读不出来"),
        ("clocks", "limit,term\nreview,1 working_days\n", "请选一个环节"),
        ("clocks", "limit,term\nfinish,9999 working_days\n", "1 至 250 个工作日（最长约一年）"),
        ("clocks", "limit,term\nfinish,251 working_days\n", "1 至 250 个工作日"),
        ("clocks", "limit,term\nfinish,+1 working_days\n", "只写数字"),
        ("clocks", "limit,term\nfinish,401 clock_hours\n", "1 至 400 小时"),
        ("numbers", "name,value\ncalls_max,+3\n", "只写数字"),
        ("categories", "code,name,icon,urgency\nnew,新,tree,ordinary\n", "不能删除"),
        ("weather", "a\nb\n", "没有这种规则"),
    ] {
        let answer = puts(&boss, kind, 0, rows).await.with(422);
        assert!(answer.body.contains(said), "{kind}: {}", answer.body);
    }
    let (head, rows) = table(&town, "categories").await;
    for (row, said) in [
        ("x,stairs,名,,tree,ordinary,,,,,,,,,\n", "代号请用"),
        ("deep,nowhere,名,,tree,ordinary,,,,,,,,,\n", "两级"),
        ("short,,名,,tree,ordinary,,火,,,,,,,\n", "危险词每个至少两个字"),
        ("sky,,名,,sky,ordinary,,,,,,,,,\n", "请选一张图"),
    ] {
        let answer = puts(&boss, "categories", head, &format!("{rows}{row}")).await.with(422);
        let said = if said == "两级" { "上面不能再有上级" } else { said };
        assert!(answer.body.contains(said), "{}", answer.body);
    }
    let same = puts(&boss, "categories", head, &rows).await.with(409);
    assert!(same.body.contains("没有要保存的改动"), "{}", same.body);
}

#[tokio::test]
async fn a_community_reads_the_rules_and_the_street_changes_them() {
    let town = town().await;
    let rows = "category,area,unit\n,,water\n";
    for person in [town.officer(), town.secretary(), town.worker(), town.resident(), town.auditor()]
    {
        puts(&person, "routing", 0, rows).await.with(403);
        person.opens("/office/rules/routing/new").await.with(403);
    }
    puts(&town.guest(), "routing", 0, rows).await.with(401);
    let page = town.officer().opens("/office/rules/categories").await.with(200).body;
    assert!(page.contains("环境卫生") && !page.contains("/office/rules/categories/new"), "{page}");
    for person in [town.resident(), town.auditor(), town.administrator()] {
        person.opens("/office/rules").await.with(403);
        person.calls("GET", "/routing-rules", Value::Null).await.with(403);
    }
    let boss = town.street_officer();
    for path in
        ["/office/rules/weather", "/office/rules/routing/versions/7", "/office/rules/routing/0"]
    {
        boss.opens(path).await.with(404);
    }
    boss.calls("GET", "/routing?area=370323002001&category=roads", Value::Null).await.with(404);
    boss.calls("GET", "/routing?area=370323001028&category=x", Value::Null).await.with(422);
    boss.opens("/office/rules/trial?area=370323001&category=roads").await.with(200);
    // Whoever had a desk of the street and has it no more changes nothing.
    let secretary = town.street_secretary();
    town.dismiss(&secretary).await;
    puts(&secretary, "routing", 0, rows).await.with(403);
    let office = boss.opens("/office").await.with(200).body;
    assert!(office.contains("href=\"/office/rules\"") && !office.contains("href=\"/people\""));
    town.administrator().opens("/office").await.with(403);
}

#[tokio::test]
async fn the_same_form_twice_makes_one_version() {
    let town = town().await;
    let boss = town.street_officer();
    let body = json!({ "kind": "routing", "base": 0, "note": "一次", "rows": "unit\nwater\n" });
    for _ in 0..2 {
        let answer = boss.calls_again("POST", "/rule-versions", body.clone(), "rules-once-1").await;
        assert_eq!(answer.with(201).json()["version"], 2);
    }
    assert_eq!(table(&town, "routing").await.0, 2);
    let (_, rows) = table(&town, "routing").await;
    assert_eq!(rows, "category,area,unit\n,,water\n");
    let other = json!({ "kind": "routing", "base": 2, "note": "回去", "restore": 1 });
    boss.calls("POST", "/rule-versions", other).await.with(201);
    assert_eq!(table(&town, "routing").await.1, "category,area,unit\n");
}
