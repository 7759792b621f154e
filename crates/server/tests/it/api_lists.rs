//! Who sees what of a request, one by one and in lists, and that pages neither double nor hide.

use domain::actor::Post;
use serde_json::{Value, json};

use crate::api_story::{closed, dispatched, does, goes, raised, resolved, rubbish, sees, town};
use crate::town::{BUILDING, NEIGHBOUR_BUILDING, OTHER_COMMUNITY, Person, Town};

/// How much somebody reads.
#[derive(Clone, Copy, Debug, PartialEq)]
enum Sees {
    Nothing,
    Masked,
    Full,
    /// As full, with their own phone number whole.
    Own,
}

const UNDISPATCHED: &[(&str, Sees)] = &[
    ("resident", Sees::Own),
    ("second resident", Sees::Nothing),
    ("worker", Sees::Full),
    ("neighbour", Sees::Nothing),
    ("leader", Sees::Full),
    ("head", Sees::Masked),
    ("centre", Sees::Nothing),
    ("secretary", Sees::Full),
    ("officer", Sees::Full),
    ("other officer", Sees::Nothing),
    ("street officer", Sees::Full),
    ("street secretary", Sees::Full),
    ("property", Sees::Nothing),
    ("water", Sees::Nothing),
    ("auditor", Sees::Masked),
    ("clerk", Sees::Nothing),
    ("points group", Sees::Nothing),
    ("administrator", Sees::Nothing),
];

async fn expects(town: &Town, id: &str, who: &str, sight: Sees) {
    let person = town.person(who);
    let answer = person.calls("GET", &format!("/requests/{id}"), Value::Null).await;
    let list = person.calls("GET", "/requests", Value::Null).await.with(200).json();
    let line = list["items"].as_array().unwrap().iter().find(|line| line["id"] == id);
    if sight == Sees::Nothing {
        assert_eq!((answer.status, line), (404, None), "{who}: {}", answer.body);
        return;
    }
    let (seen, line) = (answer.with(200).json(), line.expect("who sees it finds it in the list"));
    let phone = town.resident().phone;
    let place = if sight == Sees::Masked { "" } else { "2单元301门口" };
    if sight == Sees::Masked {
        assert!(seen["asker"]["name"].as_str().unwrap().contains('*'), "{who}: {seen}");
    } else {
        assert_eq!(seen["asker"]["name"], "resident", "{who}");
    }
    assert_eq!((&seen["place"], &line["place"]), (&json!(place), &json!(place)), "{who}");
    let masked = format!("{}****{}", &phone[..3], &phone[7..]);
    let shown = if sight == Sees::Own { phone } else { masked };
    assert_eq!(seen["asker"]["phone"], shown, "{who}");
    assert_eq!(seen.get("receipt_code").is_some(), sight == Sees::Own, "{who}");
    for field in ["stage", "number", "level", "holder", "due_at", "area_name", "category_name"] {
        assert_eq!(seen[field], line[field], "{who}: {field} is the same in the list");
    }
}

#[tokio::test]
async fn everybody_sees_what_their_post_allows_and_no_more() {
    let town = town().await;
    let id = raised(&town.resident()).await;
    assert_eq!(UNDISPATCHED.len(), Town::staff().count() + 2, "every post is tried");
    for &(who, sight) in UNDISPATCHED {
        expects(&town, &id, who, sight).await;
    }
    goes(&town, &id, &dispatched()).await;
    for (who, sight) in [("property", Sees::Full), ("water", Sees::Nothing)] {
        expects(&town, &id, who, sight).await;
    }
    goes(&town, &id, &closed()[3..]).await;
    expects(&town, &id, "property", Sees::Masked).await;
    let guest = town.guest().calls("GET", &format!("/requests/{id}"), Value::Null).await;
    assert_eq!(guest.with(401).json()["code"], "signed_out");
}

#[tokio::test]
async fn a_post_that_ended_opens_nothing_any_more() {
    let town = town().await;
    let id = raised(&town.resident()).await;
    let worker = town.worker();
    sees(&worker, &id).await;
    town.dismiss(&worker).await;
    worker.calls("GET", &format!("/requests/{id}"), Value::Null).await.with(404);
    does(&worker, &id, "acceptance", Value::Null).await.with(404);
    town.appoint(&town.neighbour(), Post::GridWorker, BUILDING).await;
    sees(&town.neighbour(), &id).await;
}

#[tokio::test]
async fn a_whole_phone_number_is_shown_to_handlers_and_written_down() {
    let town = town().await;
    let id = raised(&town.resident()).await;
    let phone = town.resident().phone;
    for (who, status) in
        [("auditor", 403), ("head", 403), ("resident", 403), ("property", 404), ("clerk", 404)]
    {
        let said = does(&town.person(who), &id, "phone-reveal", Value::Null).await;
        assert_eq!(said.status, status, "{who}: {}", said.body);
    }
    let seen = sees(&town.worker(), &id).await;
    assert_eq!(seen["asker"]["may_reveal"], true);
    let shown = does(&town.worker(), &id, "phone-reveal", Value::Null).await.with(200);
    assert_eq!(shown.json()["phone"], phone);
    assert_eq!(shown.header("cache-control"), "no-store");
    let last = sees(&town.resident(), &id).await["timeline"].as_array().unwrap().last().cloned();
    assert_eq!(last.unwrap()["event"], "phone_revealed");
    goes(&town, &id, &closed()).await;
    does(&town.worker(), &id, "phone-reveal", Value::Null).await.with(403);
}

/// Every id of a list, page by page along its links; calls `between` after each page.
async fn walk(person: &Person, query: &str, between: impl AsyncFn()) -> Vec<String> {
    let mut ids = Vec::new();
    let mut next = Some(format!("/requests?{query}"));
    while let Some(path) = next {
        let page = person.calls("GET", &path, Value::Null).await.with(200);
        let items = page.json();
        let items = items["items"].as_array().unwrap();
        assert!(!items.is_empty() || ids.is_empty(), "no page is empty but the only one");
        ids.extend(items.iter().map(|line| line["id"].as_str().unwrap().to_owned()));
        let link = page.header("link");
        next = link.split(['<', '>']).nth(1).map(|at| at["/api/v1".len()..].to_owned());
        assert_eq!(next.is_some(), link.ends_with("rel=\"next\""));
        between().await;
    }
    ids
}

#[tokio::test]
async fn pages_neither_double_nor_hide_what_was_there_when_they_began() {
    let town = town().await;
    let mut there = Vec::new();
    for _ in 0..23 {
        there.push(raised(&town.resident()).await);
    }
    there.reverse();
    let officer = town.officer();
    let all = walk(&officer, "limit=5", async || {
        raised(&town.second_resident()).await;
    });
    assert_eq!(all.await, there, "the newest first; what comes meanwhile is on no later page");
    // A reader of many scopes sees each once: as leader, worker and officer of the same place.
    let leader = town.leader();
    town.appoint(&leader, Post::GridWorker, BUILDING).await;
    town.appoint(&leader, Post::CommunityOfficer, OTHER_COMMUNITY).await;
    let seen = walk(&leader, "limit=7", async || {}).await;
    let mut once = seen.clone();
    once.dedup();
    assert_eq!((seen.len(), once.len()), (28, 28));
    let two_hundred = walk(&leader, "limit=200", async || {}).await;
    assert_eq!(two_hundred, seen);
}

#[tokio::test]
async fn lists_are_narrowed_by_area_stage_and_owner() {
    let town = town().await;
    let one = raised(&town.resident()).await;
    let mut ask = rubbish();
    ask["area"] = NEIGHBOUR_BUILDING.into();
    let two = town.second_resident().calls("POST", "/requests", ask).await.with(201).json();
    let two = two["id"].as_str().unwrap().to_owned();
    goes(&town, &one, &resolved()).await;
    let officer = town.officer();
    let list = |query: String| {
        let officer = officer.clone();
        async move { walk(&officer, &query, async || {}).await }
    };
    assert_eq!(list(String::new()).await, [two.clone(), one.clone()]);
    assert_eq!(list(format!("area={BUILDING}")).await, std::slice::from_ref(&one));
    assert_eq!(
        list(format!("area={NEIGHBOUR_BUILDING}&stage=raised")).await,
        std::slice::from_ref(&two)
    );
    assert_eq!(list("stage=resolved".to_owned()).await, std::slice::from_ref(&one));
    assert_eq!(list("stage=closed".to_owned()).await, Vec::<String>::new());
    assert_eq!(list("mine=true".to_owned()).await, Vec::<String>::new());
    assert_eq!(list(format!("area={OTHER_COMMUNITY}")).await, Vec::<String>::new());
    assert_eq!(walk(&town.resident(), "mine=true", async || {}).await, [one]);
    assert_eq!(walk(&town.neighbour(), "", async || {}).await, [two]);
}

#[tokio::test]
async fn a_list_masks_the_name_in_what_was_written_as_the_request_itself_does() {
    let town = town().await;
    let mut body = rubbish();
    body["for_other"] = json!(true);
    body["name"] = json!("孙德福");
    // The name and the number stand where a line is cut.
    let text = format!("我叫孙德福，电话13800138000。{}孙德福的电话13800138000", "楼".repeat(36));
    body["text"] = json!(text);
    town.head().calls("POST", "/requests", body).await.with(201);
    for reader in [town.auditor(), town.head()] {
        let list = reader.calls("GET", "/requests", Value::Null).await.with(200);
        let text = list.json()["items"][0]["text"].as_str().unwrap().to_owned();
        assert!(text.starts_with("我叫孙*福，电话***。"), "{text}");
        assert!(!text.contains("孙德") && !text.contains('1'), "{text}");
        assert!(text.chars().count() <= 60, "{text}");
    }
}
