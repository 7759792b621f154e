//! Neighbours: what is similar nearby, who joins instead of asking again, and what no neighbour
//! ever reads of another's request.

use serde_json::{Value, json};

use crate::api_story::{closed, does, goes, raised, sees, town};
use crate::town::{BUILDING, COMMUNITY, FAR_BUILDING, OTHER_BUILDING, Person, Town, form};

/// What is written at home is nobody else's: none of this may stand in a neighbour's page.
const SECRETS: &[&str] = &["装修垃圾", "2单元301", "resident", "10000001001", "侧着身子"];

async fn fragment(person: &Person, area: &str, category: &str, text: &str) -> String {
    let fields = form(&[("area", area), ("category", category), ("text", text)]);
    person.posts("/requests/similar", &fields).await.with(200).body
}

async fn supports(person: &Person, id: &str, fields: Value) -> Value {
    does(person, id, "supporters", fields).await.with(200).json()
}

async fn supporters_of(town: &Town, id: &str) -> usize {
    let id = id.parse().unwrap();
    town.write(move |tx, street| server::requests::supporters(tx, street, id)).await.unwrap().len()
}

#[tokio::test]
async fn what_is_similar_is_told_without_anybodys_words() {
    let town = town().await;
    raised(&town.resident()).await;
    let guest = town.guest();
    for (area, category, text, found) in [
        (BUILDING, "sanitation", "", true),
        (BUILDING, "sanitation", "窗外很吵", true),
        (OTHER_BUILDING, "sanitation", "楼道里有装修垃圾", true),
        (BUILDING, "", "三楼楼道里有垃圾", true),
        (BUILDING, "", "窗外很吵", false),
        (BUILDING, "roads", "三楼楼道里堆着装修垃圾", false),
        (FAR_BUILDING, "sanitation", "三楼楼道里堆着装修垃圾", false),
        (COMMUNITY, "sanitation", "三楼楼道里堆着装修垃圾", false),
    ] {
        let shown = fragment(&guest, area, category, text).await;
        assert_eq!(shown.contains("等网格员接单"), found, "{area} {category} {text}: {shown}");
        for secret in SECRETS {
            assert!(!shown.contains(secret), "a neighbour reads {secret}");
        }
    }
    let shown = fragment(&guest, BUILDING, "sanitation", "").await;
    assert!(shown.contains("环境卫生 · 和平社区 1号楼") && shown.contains("3月2日"), "{shown}");
    let own = fragment(&town.resident(), BUILDING, "sanitation", "").await;
    assert!(own.contains("这是您自己反映的"), "{own}");
    for bad in ["area=1", "text=abc", &format!("area={}", crate::town::STREET)] {
        guest.posts("/requests/similar", bad).await.with(404);
    }
}

#[tokio::test]
async fn a_form_comes_back_once_and_nothing_is_lost() {
    let town = town().await;
    raised(&town.resident()).await;
    let photo = photo();
    let fields = [
        ("area", BUILDING),
        ("category", "sanitation"),
        ("text", "三楼楼道里堆着装修垃圾没人管"),
        ("place", "1单元"),
        ("phone", "100 0000 9999"),
    ];
    let guest = town.guest();
    let files: &[(&str, &str, &[u8])] = &[("photos", "a.png", &photo)];
    let asked = guest.posts_files("/requests", &fields, files).await.with(200).body;
    assert!(asked.contains("是不是同一件事") && asked.contains("我也反映"), "{asked}");
    for secret in ["2单元301", "resident", "侧着身子"] {
        assert!(!asked.contains(secret), "{secret}");
    }
    assert_eq!(town.officer().opens("/requests").await.body.matches("data-row").count(), 1);
    // The form that it comes back with sends the same, with its photo.
    let last = asked.rsplit("<form").next().unwrap();
    let mut again = Vec::new();
    for field in last.split("<input type=\"hidden\" name=\"").skip(1) {
        let (name, rest) = field.split_once("\" value=\"").unwrap();
        again.push((name.to_owned(), rest.split('"').next().unwrap().to_owned()));
    }
    let pairs: Vec<_> = again.iter().map(|(a, b)| (a.as_str(), b.as_str())).collect();
    assert!(pairs.contains(&("text", "三楼楼道里堆着装修垃圾没人管")), "{pairs:?}");
    let sent = guest.posts_bare("/requests", &form(&pairs)).await.with(303);
    let receipt = sent.leads_to().to_owned();
    let page = guest.opens(&receipt).await.with(200).body;
    assert!(page.contains("没人管") && page.contains("<img"), "{page}");
}

#[tokio::test]
async fn a_form_that_was_taken_is_answered_again_and_not_asked_about() {
    let town = town().await;
    let (one, key) = (town.second_resident(), crate::town::fresh_key());
    let text = "三楼楼道里堆着装修垃圾";
    let fields = form(&[("area", BUILDING), ("category", "sanitation"), ("text", text)]);
    let first = one.posts_again("/requests", &fields, &key).await.with(303);
    raised(&town.resident()).await;
    let again = one.posts_again("/requests", &fields, &key).await.with(303);
    assert_eq!(first.leads_to(), again.leads_to());
    one.posts("/requests", &fields).await.with(200);
}

#[tokio::test]
async fn what_is_dangerous_or_ones_own_or_elsewhere_is_sent_without_a_question() {
    let town = town().await;
    raised(&town.resident()).await;
    let text = "三楼楼道里堆着装修垃圾";
    for (person, area, text) in [
        (town.resident(), BUILDING, text),
        (town.guest(), BUILDING, "三楼楼道里堆着装修垃圾，有燃气味"),
        (town.guest(), FAR_BUILDING, text),
        (town.guest(), BUILDING, "单元门口的灯不亮了"),
    ] {
        let fields = form(&[("area", area), ("category", "sanitation"), ("text", text)]);
        person.posts("/requests", &fields).await.with(303);
    }
}

/// Ten by ten pixels of one colour.
fn photo() -> Vec<u8> {
    let mut bytes = std::io::Cursor::new(Vec::new());
    image::RgbImage::from_pixel(10, 10, image::Rgb([12, 90, 160]))
        .write_to(&mut bytes, image::ImageFormat::Png)
        .unwrap();
    bytes.into_inner()
}

#[tokio::test]
async fn a_neighbour_joins_reads_how_it_stands_and_leaves() {
    let town = town().await;
    let id = raised(&town.resident()).await;
    let neighbour = town.second_resident();
    neighbour.opens(&format!("/requests/{id}")).await.with(404);
    let path = format!("/requests/{id}/supporters");
    let page = neighbour.opens(&path).await.with(200).body;
    assert!(page.contains("我也反映") && page.contains("环境卫生"), "{page}");
    let joined = neighbour.posts(&path, &format!("area={BUILDING}")).await.with(303);
    let page = neighbour.opens(joined.leads_to()).await.with(200).body;
    assert!(page.contains("您已加入") && page.contains("1 位邻居也反映"), "{page}");
    // Twice is once, and the request itself is as closed to them as before.
    assert_eq!(supports(&neighbour, &id, json!({})).await["supporters"], 1);
    let leads = neighbour.opens(&format!("/requests/{id}")).await.with(303);
    assert_eq!(leads.leads_to(), path);
    neighbour.calls("GET", &format!("/requests/{id}"), Value::Null).await.with(404);
    let mine = neighbour.opens("/mine").await.with(200).body;
    assert!(mine.contains("我也反映的"), "{mine}");
    for page in [&page, &mine] {
        for secret in SECRETS {
            assert!(!page.contains(secret), "a neighbour reads {secret}");
        }
    }
    // Everybody concerned reads how many there are.
    for person in [town.resident(), town.worker()] {
        let page = person.opens(&format!("/requests/{id}")).await.with(200).body;
        assert!(page.contains("1 位邻居也反映"), "{page}");
        assert_eq!(sees(&person, &id).await["supporters"], 1);
    }
    // What is over stays in the list of whoever joined, and is nobody else's.
    goes(&town, &id, &closed()).await;
    neighbour.opens(&path).await.with(200);
    town.guest().opens(&path).await.with(404);
    does(&town.head(), &id, "supporters", json!({})).await.with(409);
    neighbour.posts(&path, "leave=1").await.with(303);
    neighbour.opens(&path).await.with(404);
    assert_eq!(supporters_of(&town, &id).await, 0);
}

#[tokio::test]
async fn who_may_join_and_who_is_refused() {
    let town = town().await;
    let id = raised(&town.resident()).await;
    let own = does(&town.resident(), &id, "supporters", json!({})).await.with(409);
    assert!(own.body.contains("您自己反映的"), "{}", own.body);
    let nobody = does(&town.guest(), &id, "supporters", json!({})).await.with(422);
    assert_eq!(nobody.json()["errors"][0]["field"], "phone");
    does(&town.guest(), &id, "supporters", json!({ "phone": "12" })).await.with(422);
    does(&town.guest(), "0000000000001", "supporters", json!({})).await.with(404);
    // Whoever may not write for others may not join for them.
    let phone = json!({ "phone": "10000009999" });
    does(&town.second_resident(), &id, "supporters", phone.clone()).await.with(403);
    assert_eq!(supports(&town.clerk(), &id, phone.clone()).await["supporters"], 1);
    // The same phone counts once, whoever leaves it, and becomes an account's without a second.
    assert_eq!(supports(&town.guest(), &id, phone).await["supporters"], 1);
    let second = town.second_resident();
    let own_phone = json!({ "phone": second.phone });
    assert_eq!(supports(&town.guest(), &id, own_phone.clone()).await["supporters"], 2);
    assert_eq!(supports(&second, &id, json!({})).await["supporters"], 2);
    assert_eq!(supports(&town.guest(), &id, own_phone).await["supporters"], 2);
    // A phone that is named again and again waits.
    for _ in 0..3 {
        let again = json!({ "phone": "10000009998" });
        supports(&town.guest(), &id, again).await;
    }
    for _ in 0..2 {
        let again = json!({ "phone": "10000009998" });
        does(&town.guest(), &id, "supporters", again).await.with(200);
    }
    does(&town.guest(), &id, "supporters", json!({ "phone": "10000009998" })).await.with(429);
    // Leaving by phone is for whoever has no account.
    let path = format!("/requests/{id}/supporters");
    town.guest().posts(&path, "leave=1&phone=10000009999").await.with(303);
    assert_eq!(supporters_of(&town, &id).await, 2);
}

#[tokio::test]
async fn many_join_at_once_and_each_counts_once() {
    let town = town().await;
    let id = raised(&town.resident()).await;
    let mut joining = tokio::task::JoinSet::new();
    for name in ["second resident", "worker", "leader", "head", "clerk", "officer"] {
        for _ in 0..3 {
            let (person, id) = (town.person(name).elsewhere(), id.clone());
            joining.spawn(async move { does(&person, &id, "supporters", json!({})).await.status });
        }
    }
    while let Some(status) = joining.join_next().await {
        assert_eq!(status.unwrap(), 200);
    }
    assert_eq!(supporters_of(&town, &id).await, 6);
    assert_eq!(sees(&town.worker(), &id).await["supporters"], 6);
}
