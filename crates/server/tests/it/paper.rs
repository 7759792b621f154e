//! Paper: receipts with a code that opens the form for following, plates for all doors of an area,
//! and by which way a request came to whoever wrote it down.

use crate::api_story::{sees, town};
use crate::town::{
    BUILDING, COMMUNITY, GRID, MICRO, NEIGHBOUR_MICRO, OTHER_COMMUNITY, Person, STREET, Town, form,
};

async fn plates(person: &Person, query: &str) -> String {
    person.opens(&format!("/plates?{query}")).await.with(200).body
}

#[tokio::test]
async fn all_doors_of_an_area_stand_in_one_print() {
    let town = town().await;
    for (person, area, count) in [
        (town.worker(), MICRO, 2),
        (town.leader(), GRID, 3),
        (town.officer(), COMMUNITY, 4),
        (town.street_officer(), STREET, 4),
        (town.officer(), BUILDING, 1),
    ] {
        for (size, sheets) in [("a5", count), ("a4", count), ("a5x2", usize::div_ceil(count, 2))] {
            let page = plates(&person, &format!("area={area}&size={size}")).await;
            assert_eq!(page.matches("<svg class=\"qr\"").count(), count, "{area} {size}");
            assert_eq!(page.matches("<div class=\"sheet\">").count(), sheets, "{area} {size}");
            assert!(page.contains(&format!("<b>{count}</b> 栋楼")), "{page}");
        }
    }
    let own = plates(&town.worker(), "").await;
    assert_eq!(own.matches("<svg class=\"qr\"").count(), 2, "a worker's own area comes first");
    assert!(own.contains(&format!("/a/{BUILDING}")) && own.contains("1 / 2"), "{own}");
    let first = plates(&town.officer(), "size=a4").await;
    assert_eq!(first.matches("<svg class=\"qr\"").count(), 0, "first an area is chosen");
    assert!(first.contains("先选一个区域") && first.contains("<b>4</b> 栋楼"), "{first}");
    assert!(
        first.contains(&format!("<option value=\"{COMMUNITY}\">")),
        "all of them, too: {first}"
    );
    let empty = plates(&town.street_officer(), &format!("area={OTHER_COMMUNITY}")).await;
    assert!(empty.contains("这里没有登记楼栋"));
}

#[tokio::test]
async fn nobody_prints_the_doors_of_others() {
    let town = town().await;
    for (person, area) in [
        (town.worker(), NEIGHBOUR_MICRO),
        (town.worker(), COMMUNITY),
        (town.other_officer(), COMMUNITY),
        (town.officer(), "3703230010280019999"),
        (town.officer(), "x"),
    ] {
        person.opens(&format!("/plates?area={area}")).await.with(404);
    }
    town.officer().opens("/plates?size=a3").await.with(404);
    town.resident().opens("/plates").await.with(403);
    town.administrator().opens("/plates").await.with(403);
    let desk = town.officer().opens("/desk").await.body;
    assert!(desk.contains("href=\"/plates\"") && desk.contains("href=\"/callbacks\""));
}

#[tokio::test]
async fn a_receipt_has_a_code_that_still_asks_for_the_phone() {
    let town = town().await;
    let fields = form(&[
        ("area", BUILDING),
        ("category", "sanitation"),
        ("text", "三楼楼道里堆着装修垃圾"),
        ("phone", "10000009999"),
    ]);
    let guest = town.guest();
    let path = guest.posts("/requests", &fields).await.with(303).leads_to().to_owned();
    for (size, class) in
        [("", "receipt-a5"), ("?size=a5", "receipt-a5"), ("?size=58", "receipt-58")]
    {
        let page = guest.opens(&format!("{path}{size}")).await.with(200).body;
        assert!(page.contains(class) && page.contains("<svg class=\"qr\""), "{page}");
        for said in ["1000000 0000", "-2026-00001", "要填手机后四位", "没解决可以要求重办"]
        {
            assert!(page.contains(said), "{said}: {page}");
        }
    }
    let page = guest.opens(&path).await.body;
    let code = page.split("class=\"code\">").nth(1).unwrap().split("</p>").next().unwrap();
    let code = code.replace("<span>", "").replace("</span>", "").replace("<wbr>", "");
    let form = town.guest().opens(&format!("/follow?code={code}")).await.with(200).body;
    assert!(form.contains(&format!("value=\"{code}\"")), "{form}");
    assert!(form.contains("name=\"tail\""), "the code alone opens nothing");
    let long = town.guest().opens(&format!("/follow?code={}", "x".repeat(99))).await.with(200).body;
    assert!(!long.contains(&"x".repeat(17)));
}

/// A request that `person` writes for a neighbour: its id.
async fn writes(person: &Person, channel: Option<&str>) -> String {
    let mut fields = crate::api_story::rubbish();
    fields["for_other"] = true.into();
    fields["name"] = "邻居".into();
    if let Some(channel) = channel {
        fields["channel"] = channel.into();
    }
    let answer = person.calls("POST", "/requests", fields).await.with(201).json();
    answer["id"].as_str().unwrap().to_owned()
}

#[tokio::test]
async fn by_which_way_it_came_is_said_or_follows_from_the_post() {
    let town = town().await;
    for (name, said, channel, word) in [
        ("head", None, "building_head", "楼长代办"),
        ("centre", None, "building_head", "楼长代办"),
        ("worker", None, "grid_worker", "网格员走访"),
        ("clerk", None, "counter", "窗口"),
        ("officer", None, "counter", "窗口"),
        ("officer", Some("phone"), "phone", "来电记录"),
        ("officer", Some("paper"), "paper", "纸质"),
        ("leader", Some("counter"), "counter", "窗口"),
    ] {
        let writer = town.person(name);
        let id = writes(&writer, said).await;
        let seen = sees(&town.officer(), &id).await;
        assert_eq!(seen["channel"], channel, "{name} {said:?}");
        for path in ["", "/print"] {
            let page = town.officer().opens(&format!("/requests/{id}{path}")).await.body;
            assert!(page.contains(word), "{name} {path}: {page}");
        }
        let receipt = writer.opens(&format!("/requests/{id}/receipt")).await.with(200).body;
        assert!(receipt.contains(word), "{receipt}");
        // It is handed to a resident, who reads the post and the surname.
        let surname = format!(" {}</dd>", domain::mask::name(name));
        assert!(receipt.contains(&surname), "{surname}: {receipt}");
        assert!(!receipt.contains(&format!("{name}</dd>")), "{receipt}");
        assert!(!receipt.contains("手机后四位"), "no phone was left: {receipt}");
        // Who wrote it down is on record beside who asked.
        assert_eq!(seen["timeline"][0]["role"], "writer");
        assert_eq!(seen["asker"]["name"], "邻居");
    }
    own_words_came_by_the_page(&town).await;
}

async fn own_words_came_by_the_page(town: &Town) {
    let mut fields = crate::api_story::rubbish();
    // Whoever asks for themselves does not say that it came on paper.
    fields["channel"] = "paper".into();
    let answer = town.resident().calls("POST", "/requests", fields.clone()).await.with(201).json();
    let id = answer["id"].as_str().unwrap();
    assert_eq!(sees(&town.resident(), id).await["channel"], "page");
    fields["for_other"] = true.into();
    fields["name"] = "邻居".into();
    for bad in ["import", "open311", "page", "pigeon"] {
        fields["channel"] = bad.into();
        let refused = town.officer().calls("POST", "/requests", fields.clone()).await.with(422);
        assert_eq!(refused.json()["errors"][0]["field"], "channel");
    }
    let form = town.officer().opens(&format!("/requests/new?area={BUILDING}")).await.body;
    assert!(form.contains("name=\"channel\"") && form.contains("来电记录"));
    let own = town.resident().opens(&format!("/requests/new?area={BUILDING}")).await.body;
    assert!(!own.contains("name=\"channel\""));
}
