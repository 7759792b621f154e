//! Finding requests: by what, by whom, and never by what the reader may not see.

use domain::actor::Post;
use serde_json::{Value, json};
use server::requests;

use crate::api_story::{closed, dispatched, goes, raised, rubbish, town};
use crate::town::{
    BUILDING, COMMUNITY, FAR_BUILDING, GRID, NEIGHBOUR_BUILDING, OTHER_BUILDING, Person, Town, form,
};

/// A name that nobody else has, and a phone too.
const NAME: &str = "麒麟阁";
const PHONE: &str = "13912347788";

/// The numbers that `person` finds with this query, the newest first.
async fn finds(person: &Person, query: &[(&str, &str)]) -> Vec<String> {
    let path = format!("/requests?limit=200&{}", form(query));
    let found = person.calls("GET", &path, Value::Null).await.with(200).json();
    let items = found["items"].as_array().unwrap().clone();
    items.iter().map(|line| line["number"].as_str().unwrap().to_owned()).collect()
}

async fn finds_words(person: &Person, q: &str) -> Vec<String> {
    finds(person, &[("q", q)]).await
}

/// Raises a request with these particulars: its number and its id.
async fn asks(person: &Person, particulars: Value) -> (String, String) {
    let mut body = rubbish();
    for (name, value) in particulars.as_object().unwrap() {
        body[name] = value.clone();
    }
    let answer = person.calls("POST", "/requests", body).await.with(201).json();
    let text = |name: &str| answer[name].as_str().unwrap().to_owned();
    (text("number"), text("id"))
}

/// A request that a guest raised under the name and the phone above.
async fn named(town: &Town) -> (String, String) {
    let particulars = json!({
        "text": "单元门口的路灯坏了三天，请派人看看。",
        "place": "7单元西侧",
        "category": "roads",
        "asker": { "name": NAME, "phone": PHONE },
        "name": NAME,
        "phone": PHONE,
    });
    let mut body = rubbish();
    for (name, value) in particulars.as_object().unwrap() {
        if name != "asker" {
            body[name] = value.clone();
        }
    }
    let answer = town.guest().calls("POST", "/requests", body).await.with(201).json();
    let text = |name: &str| answer[name].as_str().unwrap().to_owned();
    (text("number"), text("id"))
}

#[tokio::test]
async fn one_box_understands_everything_that_a_request_is_known_by() {
    let town = town().await;
    let officer = town.officer();
    raised(&town.resident()).await;
    let (number, _) = named(&town).await;
    let lift = json!({ "text": "The LIFT is stuck ＡＢ１２ again", "area": NEIGHBOUR_BUILDING });
    let (lift, _) = asks(&town.second_resident(), lift).await;
    let one = std::slice::from_ref(&number);
    let tail = &number[number.len() - 5..];
    for q in [
        &number,
        &number.to_lowercase(),
        tail,
        "路灯",
        "路灯坏",
        "坏了三天，请",
        "7单元",
        "７单元",
        "灯",
        NAME,
        "麒麟",
        "麒",
        "7788",
        "12347788",
        PHONE,
        "道路与停车",
        "停车",
        "roads 路灯",
        "路灯 7788 麒麟",
        &format!("{tail} 路灯"),
        "1号楼 路灯",
    ] {
        assert_eq!(finds_words(&officer, q).await, one, "{q}");
    }
    for q in ["lift", "Lift STUCK", "ab12", "ＡＢ", "lif", "l", "3号楼"] {
        assert_eq!(finds_words(&officer, q).await, std::slice::from_ref(&lift), "{q}");
    }
    assert_eq!(finds_words(&officer, "和平社区").await.len(), 3, "by the community");
    assert_eq!(finds_words(&officer, "1号楼").await.len(), 2, "by the building");
    for q in ["ift", "路坏", "路灯 垃圾", "778", "8778", "12号楼", "139", "%", "_", "麒阁", "'"]
    {
        assert_eq!(finds_words(&officer, q).await, Vec::<String>::new(), "{q}");
    }
}

#[tokio::test]
async fn nobody_finds_by_what_they_may_not_see() {
    let town = town().await;
    let (number, id) = named(&town).await;
    let secrets = [NAME, "麒麟", "7788", PHONE, "7单元", "路灯", "灯", "麒麟 7788"];
    let open = [number.as_str(), "停车", "1号楼", "Building 1"];
    let sees_all =
        ["worker", "leader", "secretary", "officer", "street officer", "street secretary"];
    let sees_masked = ["head", "auditor"];
    let tries = async |when: &str, sees_all: &[&str], sees_masked: &[&str]| {
        let people = Town::staff().map(|(name, _)| name).chain(["resident", "second resident"]);
        for who in people {
            let person = town.person(who);
            let (all, masked) = (sees_all.contains(&who), sees_masked.contains(&who));
            for q in secrets {
                let found = finds_words(&person, q).await;
                assert_eq!(!found.is_empty(), all, "{when}: {who} finds {found:?} by {q}");
            }
            for q in open {
                let found = finds_words(&person, q).await;
                assert_eq!(!found.is_empty(), all || masked, "{when}: {who}: {q}: {found:?}");
            }
        }
    };
    tries("raised", &sees_all, &sees_masked).await;
    goes(&town, &id, &dispatched()).await;
    let with_unit: Vec<&str> = sees_all.into_iter().chain(["property"]).collect();
    tries("dispatched", &with_unit, &sees_masked).await;
    let ends = [
        ("property", "signature", Value::Null),
        ("property", "completion", json!({ "note": "修好了。" })),
    ];
    goes(&town, &id, &ends).await;
    town.passes(jiff::SignedDuration::from_hours(24 * 30));
    while server::jobs::tick(&town.app).await.unwrap() > 0 {}
    let stage = officer_sees(&town, &id).await;
    assert_eq!(stage, "closed");
    let masked: Vec<&str> = sees_masked.into_iter().chain(["property"]).collect();
    tries("closed", &sees_all, &masked).await;
    // Nothing of it stands on a page of those who may not see it.
    for who in ["head", "auditor", "property"] {
        let body = town.person(who).calls("GET", "/requests", Value::Null).await.with(200).body;
        for secret in [NAME, PHONE, "7单元"] {
            assert!(!body.contains(secret), "{who} reads {secret}");
        }
    }
}

async fn officer_sees(town: &Town, id: &str) -> String {
    let seen = town.officer().calls("GET", &format!("/requests/{id}"), Value::Null).await;
    seen.with(200).json()["stage"].as_str().unwrap().to_owned()
}

#[tokio::test]
async fn whoever_asked_finds_their_own_by_its_words() {
    let town = town().await;
    let resident = town.resident();
    raised(&resident).await;
    named(&town).await;
    assert_eq!(finds_words(&resident, "垃圾").await.len(), 1);
    assert_eq!(finds_words(&resident, "301").await.len(), 1, "their own door");
    assert_eq!(finds_words(&resident, "圾").await.len(), 1, "one character");
    assert_eq!(finds_words(&resident, "路灯").await.len(), 0, "that of another");
    assert_eq!(finds_words(&resident, "停车").await.len(), 0);
    let mine = finds(&town.officer(), &[("mine", "true"), ("q", "垃圾")]).await;
    assert_eq!(mine.len(), 0, "an officer asked for nothing");
}

#[tokio::test]
async fn a_request_of_a_receipt_is_found_once_it_is_in_the_account() {
    let town = town().await;
    let mut body = rubbish();
    body["name"] = NAME.into();
    body["phone"] = PHONE.into();
    let told = town.guest().calls("POST", "/requests", body).await.with(201).json();
    let resident = town.resident();
    assert_eq!(finds_words(&resident, "垃圾").await.len(), 0);
    let shown = form(&[("code", told["receipt_code"].as_str().unwrap()), ("tail", "7788")]);
    let said = resident.posts("/mine", &shown).await;
    assert_eq!(said.status, 303, "{}", said.body);
    assert_eq!(finds_words(&resident, "垃圾").await.len(), 1);
}

type Case<'a> = (&'a [(&'a str, &'a str)], &'a [String]);

#[tokio::test]
async fn lists_are_narrowed_by_all_that_they_offer() {
    let town = town().await;
    let officer = town.officer();
    let (old, _) = asks(&town.resident(), json!({})).await;
    town.passes(jiff::SignedDuration::from_hours(24 * 40));
    let water =
        json!({ "category": "utilities", "area": FAR_BUILDING, "text": "停水一天了没人管" });
    let (water, _) = asks(&town.second_resident(), water).await;
    let danger = json!({ "text": "楼里有燃气味，快来人看看", "area": OTHER_BUILDING });
    let (danger, _) = asks(&town.resident(), danger).await;
    let all = [danger.clone(), water.clone(), old.clone()];
    let [danger, water, old] = [[danger], [water], [old]];
    let two = [all[0].clone(), all[1].clone()];
    let no: [String; 0] = [];
    let cases: &[Case<'_>] = &[
        (&[], &all),
        (&[("category", "utilities")], &water),
        (&[("category", "roads")], &no),
        (&[("urgency", "danger")], &danger),
        (&[("urgency", "ordinary")], &old),
        (&[("from", "2026-04-01")], &two),
        (&[("to", "2026-03-02")], &old),
        (&[("from", "2026-03-02"), ("to", "2026-03-02")], &old),
        (&[("from", "2026-03-03"), ("to", "2026-04-10")], &no),
        (&[("from", "2026-04-12"), ("to", "2026-04-01")], &no),
        (&[("from", "2027-01-01")], &no),
        (&[("channel", "page")], &all),
        (&[("channel", "paper")], &no),
        (&[("late", "true")], &old),
        (&[("stage", "late")], &old),
        (&[("stage", "raised"), ("late", "1")], &old),
        (&[("stage", "open")], &all),
        (&[("stage", "escalated")], &water),
        (&[("stage", "closed")], &no),
        (&[("area", GRID)], &[all[0].clone(), all[2].clone()]),
        (&[("area", GRID), ("q", "楼")], &[all[0].clone(), all[2].clone()]),
        (&[("area", OTHER_BUILDING), ("q", "燃气")], &danger),
        (&[("area", BUILDING), ("q", "燃气")], &no),
        (&[("area", COMMUNITY), ("category", "sanitation"), ("from", "2026-04-01")], &danger),
        (&[("q", "停水"), ("category", "utilities"), ("stage", "open")], &water),
        (&[("q", "停水"), ("category", "sanitation")], &no),
    ];
    for (query, expected) in cases {
        assert_eq!(finds(&officer, query).await, *expected, "{query:?}");
        // Before the grams are there, every request is read, and the same is found.
        let below = domain::id::RequestId(i64::MAX);
        town.write(move |tx, street| requests::begin_fill(tx, street, below)).await.unwrap();
        assert_eq!(finds(&officer, query).await, *expected, "unfilled: {query:?}");
        server::jobs::fill(&town.app).await.unwrap();
    }
    for (query, field) in [
        ("category=nonsense", "category"),
        ("urgency=nonsense", "urgency"),
        ("from=yesterday", "from"),
        ("to=2026-13-01", "to"),
        ("channel=pigeon", "channel"),
        ("rung=top", "rung"),
    ] {
        let said = officer.calls("GET", &format!("/requests?{query}"), Value::Null).await;
        assert_eq!(said.status, 422, "{query}: {}", said.body);
        assert_eq!(said.json()["errors"][0]["field"], field, "{query}");
    }
}

#[tokio::test]
async fn what_was_raised_before_there_was_a_search_is_found_after_the_fill_too() {
    let town = town().await;
    let officer = town.officer();
    for _ in 0..5 {
        raised(&town.resident()).await;
    }
    let (number, _) = named(&town).await;
    let forget = |tx: &mut db::Tx, street: domain::area::Street| {
        tx.execute("DELETE FROM request_grams WHERE street = $1", db::params![street.number()])?;
        requests::begin_fill(tx, street, domain::id::RequestId(i64::MAX))
    };
    town.write(forget).await.unwrap();
    assert_eq!(
        finds_words(&officer, "路灯").await,
        std::slice::from_ref(&number),
        "read one by one"
    );
    assert_eq!(finds_words(&officer, &number).await, std::slice::from_ref(&number));
    let (newer, _) = asks(&town.resident(), json!({ "text": "又有路灯不亮了" })).await;
    server::jobs::fill(&town.app).await.unwrap();
    assert_eq!(finds_words(&officer, "路灯").await, [newer.clone(), number.clone()]);
    server::jobs::fill(&town.app).await.unwrap();
    assert_eq!(finds_words(&officer, "路灯").await, [newer, number], "a second time does nothing");
}

#[tokio::test]
async fn pages_of_a_search_neither_double_nor_hide() {
    let town = town().await;
    let mut there = Vec::new();
    for number in 0..60 {
        let text = if number % 3 == 0 { "路灯不亮请修理" } else { "垃圾没有人清走" };
        let (number, _) = asks(&town.resident(), json!({ "text": text })).await;
        if text.starts_with("路灯") {
            there.push(number);
        }
    }
    there.reverse();
    let leader = town.leader();
    town.appoint(&leader, Post::CommunityOfficer, COMMUNITY).await;
    let mut seen = Vec::new();
    let mut next = Some(format!("/requests?limit=3&{}", form(&[("q", "路灯")])));
    while let Some(path) = next {
        let page = leader.calls("GET", &path, Value::Null).await.with(200);
        let items = page.json()["items"].as_array().unwrap().clone();
        seen.extend(items.iter().map(|line| line["number"].as_str().unwrap().to_owned()));
        next =
            page.header("link").split(['<', '>']).nth(1).map(|at| at["/api/v1".len()..].to_owned());
        asks(&town.resident(), json!({ "text": "又一盏路灯不亮了" })).await;
    }
    assert_eq!(seen, there);
}

#[tokio::test]
async fn who_raises_and_who_searches_meet_at_any_moment() {
    let town = town().await;
    let officer = town.officer();
    officer.opens("/requests").await.with(200);
    let raising = async {
        for _ in 0..12 {
            let text = json!({ "text": "井盖丢了一个，走路危险。" });
            let (number, _) = asks(&town.resident(), text).await;
            // Whoever was answered is found by everybody who asks after that.
            assert!(finds_words(&officer, "井盖").await.contains(&number));
        }
    };
    let searching = async {
        let mut most = 0;
        for _ in 0..24 {
            let found = finds_words(&town.secretary(), "井盖").await;
            assert!(found.len() >= most, "what was found stays found");
            most = found.len();
        }
    };
    tokio::join!(raising, searching);
    assert_eq!(finds_words(&officer, "井盖").await.len(), 12);
}

#[tokio::test]
async fn hostile_words_are_words() {
    let town = town().await;
    let officer = town.officer();
    let texts = [
        "涨价50%了_没人管",
        "'; DROP TABLE requests; --",
        "孩子😀掉进坑里了",
        "𠮷野家门前积水",
        "\u{202e}反着写的\u{202c}字句",
        "<script>alert(1)</script>坏了",
    ];
    let mut numbers = Vec::new();
    for text in texts {
        numbers.push(asks(&town.resident(), json!({ "text": text })).await.0);
    }
    for (q, expected) in [
        ("50%", 0),
        ("%", 0),
        ("_", 0),
        ("'", 1),
        ("drop table", 1),
        ("--", 1),
        ("😀", 2),
        ("子😀掉", 2),
        ("𠮷", 3),
        ("𠮷野", 3),
        ("反着", 4),
        ("\u{202e}反着写的", 4),
        ("<script>", 5),
        ("alert(1)", 5),
    ] {
        assert_eq!(finds_words(&officer, q).await, [numbers[expected].clone()], "{q}");
    }
    for q in ["\u{202e}", "\u{0}", "%%", "__", "' OR 1=1", "\u{200b}"] {
        let found = finds_words(&officer, q).await;
        assert!(found.is_empty(), "{q:?}: {found:?}");
    }
    let page = officer.opens(&format!("/requests?{}", form(&[("q", "<script>")]))).await.with(200);
    assert!(!page.body.contains("<script>alert"), "what people type is not part of the page");
    let _ = closed();
}

#[tokio::test]
async fn a_category_that_moves_is_found_by_the_words_of_where_it_is_now() {
    let town = town().await;
    crate::rules::grows(&town).await;
    let mut body = crate::api_story::rubbish();
    (body["category"], body["text"]) = (json!("bins"), json!("请来人看一看"));
    town.resident().calls("POST", "/requests", body).await.with(201);
    let officer = town.officer();
    let finds = async |query: &[(&str, &str)]| {
        let path = format!("/requests?{}", form(query));
        let list = officer.calls("GET", &path, Value::Null).await.with(200).json();
        list["items"].as_array().unwrap().len()
    };
    for (place, by_old, by_new) in [("sanitation", 1, 0), ("utilities", 0, 1)] {
        let (head, rows) = crate::rules::table(&town, "categories").await;
        let moved = rows.replace("bins,sanitation", &format!("bins,{place}"));
        if moved != rows {
            crate::rules::puts(&town.street_officer(), "categories", head, &moved).await.with(201);
        }
        let found = [
            finds(&[("q", "环境卫生")]).await,
            finds(&[("q", "水电气暖")]).await,
            finds(&[("category", "sanitation")]).await,
            finds(&[("category", "utilities")]).await,
            finds(&[("q", "垃圾桶")]).await,
        ];
        assert_eq!(found, [by_old, by_new, by_old, by_new, 1], "{place}");
    }
}
