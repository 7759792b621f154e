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

pub async fn supporters_of(town: &Town, id: &str) -> usize {
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
    assert!(own.contains("您自己已报过这一件") && own.contains("补充到我报过的"), "{own}");
    // Several of them are told from each other by their numbers.
    assert!(shown.contains("-2026-00001") && shown.contains("是这件，我也反映"), "{shown}");
    for bad in ["area=1", "text=abc", &format!("area={}", crate::town::STREET)] {
        guest.posts("/requests/similar", bad).await.with(404);
    }
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
async fn what_is_dangerous_or_elsewhere_is_sent_without_a_question() {
    let town = town().await;
    raised(&town.resident()).await;
    let text = "三楼楼道里堆着装修垃圾";
    for (person, area, text) in [
        (town.guest(), BUILDING, "三楼楼道里堆着装修垃圾，有燃气味"),
        (town.guest(), FAR_BUILDING, text),
        (town.guest(), BUILDING, "单元门口的灯不亮了"),
    ] {
        let fields = form(&[("area", area), ("category", "sanitation"), ("text", text)]);
        person.posts("/requests", &fields).await.with(303);
    }
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
    let once_more = supports(&town.guest(), &id, phone).await;
    assert_eq!((once_more.get("supporters"), supporters_of(&town, &id).await), (None, 1));
    let second = town.second_resident();
    let own_phone = json!({ "phone": second.phone });
    supports(&town.guest(), &id, own_phone.clone()).await;
    assert_eq!(supporters_of(&town, &id).await, 2);
    assert_eq!(supports(&second, &id, json!({})).await["supporters"], 2);
    supports(&town.guest(), &id, own_phone).await;
    assert_eq!(supporters_of(&town, &id).await, 2);
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

#[tokio::test(flavor = "multi_thread")]
async fn many_join_at_once_and_each_counts_once() {
    let town = town().await;
    let id = raised(&town.resident()).await;
    let mut joining = tokio::task::JoinSet::new();
    for number in 0..40 {
        let (guest, id) = (town.guest(), id.clone());
        let phone = json!({ "phone": format!("1000000{:04}", 5000 + number % 30) });
        joining.spawn(async move { does(&guest, &id, "supporters", phone).await.status });
    }
    for _ in 0..3 {
        let (person, id) = (town.second_resident().elsewhere(), id.clone());
        joining.spawn(async move { does(&person, &id, "supporters", json!({})).await.status });
    }
    while let Some(status) = joining.join_next().await {
        assert_eq!(status.unwrap(), 200);
    }
    assert_eq!(supporters_of(&town, &id).await, 31);
    assert_eq!(sees(&town.worker(), &id).await["supporters"], 31);
}

/// Three requests about the same: of the resident, of somebody without an account, and of the
/// second resident.
async fn three(town: &Town) -> [String; 3] {
    let one = raised(&town.resident()).await;
    let mut fields = crate::api_story::rubbish();
    fields["phone"] = "10000009999".into();
    let two = town.guest().calls("POST", "/requests", fields).await.with(201).json();
    let three = raised(&town.second_resident()).await;
    [one, two["id"].as_str().unwrap().to_owned(), three]
}

async fn merges(town: &Town, from: &str, into: &str) {
    does(&town.worker(), from, "merge", json!({ "into": into })).await.with(200);
}

#[tokio::test]
async fn neighbours_go_along_with_a_merge_and_come_back_with_a_separation() {
    let town = town().await;
    let [target, nameless, second] = three(&town).await;
    supports(&town.head(), &nameless, json!({})).await;
    supports(&town.head(), &second, json!({})).await;
    supports(&town.clerk(), &second, json!({})).await;
    merges(&town, &nameless, &target).await;
    // The asker's phone and the head of the building; then the second resident and the clerk too.
    assert_eq!(sees(&town.worker(), &target).await["supporters"], 2);
    merges(&town, &second, &target).await;
    assert_eq!(sees(&town.worker(), &target).await["supporters"], 4);
    // An asker reads their own as before, and follows the other as a neighbour.
    let own = town.second_resident().opens(&format!("/requests/{second}")).await.with(200).body;
    assert!(own.contains("-2026-00001") && own.contains("并入同类诉求"), "{own}");
    let mine = town.second_resident().opens("/mine").await.body;
    assert!(mine.contains(&format!("/requests/{target}/supporters")), "{mine}");
    town.second_resident().opens(&format!("/requests/{target}")).await.with(303);
    // Whoever joins what was merged joins what it goes on in.
    let joined = supports(&town.officer(), &second, json!({})).await;
    assert_eq!((joined["id"].as_str(), &joined["supporters"]), (Some(target.as_str()), &json!(5)));
    // Both stories tell it.
    let story = town.resident().opens(&format!("/requests/{target}")).await.body;
    assert!(story.contains("并入了一件同类诉求") && story.contains("-2026-00003"), "{story}");
    let desk = town.officer().opens(&format!("/requests/{target}")).await.body;
    assert!(desk.contains(&format!("href=\"/requests/{second}\"")), "{desk}");

    does(&town.second_resident(), &second, "separation", json!({})).await.with(403);
    let page = town.officer().opens(&format!("/requests/{second}")).await.body;
    assert!(page.contains("撤销并案"), "{page}");
    does(&town.officer(), &second, "separation", json!({})).await.with(200);
    // The head came by the first merge as well, and the officer by themselves: both stay.
    assert_eq!(sees(&town.worker(), &target).await["supporters"], 3);
    let back = sees(&town.officer(), &second).await;
    assert_eq!(
        (back["stage"].as_str(), &back["supporters"]),
        (Some("raised"), &json!(2)),
        "where it was"
    );
    let story = town.resident().opens(&format!("/requests/{target}")).await.body;
    assert!(story.contains("分出了一件诉求"), "{story}");
    town.second_resident().opens(&format!("/requests/{target}")).await.with(404);
    does(&town.officer(), &second, "separation", json!({})).await.with(409);
}

#[tokio::test]
async fn what_was_merged_goes_back_to_those_who_had_it() {
    let town = town().await;
    let [target, first, second] = three(&town).await;
    // A grid worker had accepted the first, and the second had been escalated by then.
    does(&town.worker(), &first, "acceptance", json!({})).await.with(200);
    does(&town.worker(), &second, "escalation", json!({ "note": "太大" })).await.with(200);
    merges(&town, &first, &target).await;
    does(&town.officer(), &second, "merge", json!({ "into": target })).await.with(200);
    let path = format!("/requests/{first}/separation");
    let led = town.officer().posts(&path, &crate::town::form(&[])).await.with(303);
    let desk = town.officer().opens(led.leads_to()).await.with(200).body;
    let open =
        format!("回到并案前的环节。 <a class=\"nowrap\" href=\"/requests/{first}\">看这件诉求</a>");
    assert!(desk.contains(&open), "{desk}");
    does(&town.officer(), &second, "separation", json!({})).await.with(200);
    let stage = async |id: &str| sees(&town.officer(), id).await["stage"].clone();
    assert_eq!(
        (stage(&first).await, stage(&second).await),
        (json!("accepted"), json!("escalated"))
    );
    let inbox = town.worker().opens("/inbox").await.with(200).body;
    assert!(inbox.contains(&first) && !inbox.contains(&second), "{inbox}");
    // Once more, and meanwhile nobody works in the grid any longer: the desk has it.
    merges(&town, &first, &target).await;
    town.dismiss(&town.worker()).await;
    town.dismiss(&town.leader()).await;
    does(&town.officer(), &first, "separation", json!({})).await.with(200);
    assert_eq!(stage(&first).await, json!("escalated"));
}

#[tokio::test]
async fn what_was_merged_twice_over_is_followed_to_its_end() {
    let town = town().await;
    let [first, second, third] = three(&town).await;
    supports(&town.head(), &third, json!({})).await;
    merges(&town, &third, &second).await;
    merges(&town, &second, &first).await;
    // The head, the second resident, and the phone of the second asker.
    assert_eq!(supporters_of(&town, &first).await, 3);
    // Whoever leaves the first of the chain leaves it to its end, and so does who goes with it.
    let head = town.head();
    head.posts(&format!("/requests/{third}/supporters"), "leave=1").await.with(303);
    does(&town.officer(), &third, "separation", json!({})).await.with(200);
    assert_eq!(supporters_of(&town, &first).await, 1);
    assert_eq!(supporters_of(&town, &second).await, 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn of_two_merged_into_each_other_at_once_one_stays_open() {
    let town = town().await;
    for _ in 0..6 {
        let one = raised(&town.resident()).await;
        let other = raised(&town.resident()).await;
        let merge = |from: &str, into: &str| {
            let (person, from, into) =
                (town.leader().elsewhere(), from.to_owned(), into.to_owned());
            async move { does(&person, &from, "merge", json!({ "into": into })).await.status }
        };
        let (a, b) = tokio::join!(merge(&one, &other), merge(&other, &one));
        assert!([(200, 422), (422, 200), (200, 409), (409, 200)].contains(&(a, b)), "{a} {b}");
        let stages = [sees(&town.leader(), &one).await, sees(&town.leader(), &other).await];
        let open = stages.iter().filter(|seen| seen["stage"] == "raised").count();
        assert_eq!(open, 1, "one goes on, and the other as part of it");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn who_joins_while_it_is_merged_goes_along() {
    let town = town().await;
    for _ in 0..6 {
        let target = raised(&town.resident()).await;
        let merged = raised(&town.resident()).await;
        let joining: Vec<_> = ["second resident", "head", "clerk"]
            .map(|name| {
                let (person, id) = (town.person(name).elsewhere(), merged.clone());
                tokio::spawn(
                    async move { does(&person, &id, "supporters", json!({})).await.status },
                )
            })
            .into();
        let merge = json!({ "into": target });
        does(&town.leader(), &merged, "merge", merge).await.with(200);
        for joining in joining {
            assert_eq!(joining.await.unwrap(), 200);
        }
        assert_eq!(supporters_of(&town, &target).await, 3, "nobody is lost on the way");
        assert_eq!(sees(&town.leader(), &target).await["supporters"], 3);
    }
}

#[tokio::test]
async fn whoever_merges_is_offered_what_is_alike() {
    let town = town().await;
    let [target, _, second] = three(&town).await;
    let path = format!("/requests/{second}");
    let page = town.worker().opens(&path).await.with(200).body;
    assert!(page.contains("附近未办结的同类诉求"), "{page}");
    assert!(page.contains(&format!("name=\"chosen\" value=\"{target}\"")), "{page}");
    assert!(!page.contains(&format!("name=\"chosen\" value=\"{second}\"")), "not into itself");
    let asker = town.second_resident().opens(&path).await.body;
    assert!(!asker.contains("chosen"), "an asker is offered nobody else's");
    let chosen = form(&[("chosen", &target), ("into", "")]);
    town.worker().posts(&format!("{path}/merge"), &chosen).await.with(303);
    assert_eq!(sees(&town.second_resident(), &second).await["ending"], "merged");
}

#[tokio::test]
async fn an_asker_reminds_once_a_day_and_the_holder_reads_how_often() {
    let town = town().await;
    let resident = town.resident();
    let id = raised(&resident).await;
    let path = format!("/requests/{id}");
    let page = resident.opens(&path).await.body;
    assert!(page.contains("催一催") && page.contains("每天可以催一次"), "{page}");
    let reminder = format!("{path}/reminder");
    resident.posts(&reminder, "").await.with(303);
    let again = resident.posts(&reminder, "").await.with(409).body;
    assert!(again.contains("明天可以再来"), "{again}");
    let page = resident.opens(&path).await.body;
    assert!(!page.contains("/reminder\"") && page.contains("今天已催，3月3日起可以再催"), "{page}");
    let read = town.worker().opens(&path).await.body;
    assert!(read.contains("居民已催 1 次"), "{read}");
    town.worker().posts(&reminder, "").await.with(403);
    town.passes(jiff::SignedDuration::from_hours(24));
    resident.posts(&reminder, "").await.with(303);
    assert!(resident.opens(&path).await.body.contains("您已催 2 次"));
}

#[tokio::test]
async fn whoever_joined_is_told_the_news_in_general_words() {
    let town = town().await;
    let id = raised(&town.resident()).await;
    let neighbour = town.second_resident();
    supports(&neighbour, &id, json!({})).await;
    supports(&town.guest(), &id, json!({ "phone": "10000009999" })).await;
    goes(&town, &id, &crate::api_story::accepted()).await;
    server::jobs::tick(&town.app).await.unwrap();
    let page = neighbour.opens("/notices").await.with(200).body;
    assert!(page.contains("您也反映过的事：网格员已接单"), "{page}");
    for secret in SECRETS {
        assert!(!page.contains(secret), "a neighbour reads {secret}");
    }
    // Who leaves hears no more.
    neighbour.posts(&format!("/requests/{id}/supporters"), "leave=1").await.with(303);
    does(&town.worker(), &id, "escalation", json!({ "note": "太大" })).await.with(200);
    server::jobs::tick(&town.app).await.unwrap();
    let page = neighbour.opens("/notices").await.with(200).body;
    assert!(!page.contains("社区正在安排"), "{page}");
}

#[tokio::test]
async fn the_askers_own_phone_is_no_neighbour_and_nobody_is_told_whose_it_is() {
    let town = town().await;
    let id = raised(&town.resident()).await;
    let own = json!({ "phone": town.resident().phone });
    let path = format!("/requests/{id}/supporters?area={BUILDING}");
    let other = json!({ "phone": "10000009998" });
    let guest = town.guest();
    let mut told = Vec::new();
    for phone in [own, other.clone(), other] {
        let said = guest.calls("POST", &path, phone).await.with(200).json();
        let page = guest.opens(&format!("{path}&done=joined")).await.with(200).body;
        assert!(page.contains("已加入") && !page.contains("位邻居"), "{page}");
        told.push(said);
    }
    // The asker's, a new one and one that is there are answered alike.
    assert!(told.iter().all(|said| *said == told[0] && said["joined"] == true), "{told:?}");
    assert_eq!(supporters_of(&town, &id).await, 1);
    let similar = fragment(&guest, BUILDING, "sanitation", "").await;
    assert!(!similar.contains("位邻居"), "{similar}");
}

#[tokio::test]
async fn a_merge_tells_nobody_twice_and_makes_nobody_a_neighbour_of_their_own() {
    let town = town().await;
    let [target, nameless, second] = three(&town).await;
    // The phone of the target's asker, that of an account which joins too, and somebody else's.
    let resident = town.resident().phone;
    for phone in [&resident, &town.second_resident().phone, "10000009997"] {
        supports(&town.guest(), &nameless, json!({ "phone": phone })).await;
    }
    merges(&town, &second, &target).await;
    merges(&town, &nameless, &target).await;
    // The second resident by account, the phone of the nameless asker, and the other phone.
    assert_eq!(supporters_of(&town, &target).await, 3);
    assert_eq!(sees(&town.worker(), &target).await["supporters"], 3);
    // A nameless request is nobody's neighbour either, whichever way they are merged.
    let mut fields = crate::api_story::rubbish();
    fields["phone"] = "10000009990".into();
    let one = town.guest().calls("POST", "/requests", fields.clone()).await.with(201).json();
    let other = town.guest().calls("POST", "/requests", fields).await.with(201).json();
    let [one, other] = [one, other].map(|it| it["id"].as_str().unwrap().to_owned());
    merges(&town, &one, &other).await;
    assert_eq!(supporters_of(&town, &other).await, 0);
}
