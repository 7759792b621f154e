//! What somebody tries who means harm: addresses that make no sense, names that are markup, and
//! things of others.

use axum::http::Method;
use serde_json::json;

use crate::api_story::{does, raised, town};
use crate::rules::{puts, table};
use crate::town::{BUILDING, COMMUNITY, PROPERTY, Person, Town, form};

/// Every name that some address reads.
const NAMES: &[&str] = &[
    "after", "against", "area", "by", "category", "channel", "code", "day", "days", "done", "from",
    "format", "kind", "late", "length", "limit", "measure", "mine", "news", "next", "number",
    "only", "period", "person", "phone", "place", "q", "request", "row", "rung", "saved", "size",
    "stage", "text", "to", "unit", "urgency", "version", "which", "year",
];

/// What no address expects.
const VALUES: &[&str] = &[
    "9223372036854775807",
    "-9223372036854775808",
    "99999999999999999999",
    "0",
    "9999-12-31",
    "-9999-01-01",
    "ZZZZZZZZZZZZZ",
    "7ZZZZZZZZZZZZ",
    "3703230010289999999",
    "%00",
    "%FF%FE",
    "%F0%9F%92%A9",
    "\"'><script>alert(1)</script>",
];

fn escaped(value: &str) -> String {
    if value.starts_with('%') { value.to_owned() } else { form(&[("", value)])[1..].to_owned() }
}

/// The addresses that are read, with something real in place of each part, or with something that
/// is not; and whether it is real.
fn addresses(town: &Town, id: &str) -> Vec<(String, bool)> {
    let mut found = Vec::new();
    for route in town.routes.iter().filter(|route| route.method == Method::GET) {
        let path = route.path.as_str();
        // A stream does not end.
        if path.ends_with("/events") {
            continue;
        }
        let thing = match path.trim_start_matches("/api/v1").split('/').nth(1).unwrap_or_default() {
            "people" => town.worker().id.unwrap().to_string(),
            "units" => PROPERTY.to_string(),
            _ => id.to_owned(),
        };
        let area = if path.contains("areas") { COMMUNITY } else { BUILDING };
        let real = path.replace("{area}", area).replace("{id}", &thing);
        let real = real.replace("{kind}", "categories").replace("{version}", "1");
        found.push((real.replace("{row}", "new").replace(['{', '}'], ""), true));
        if let Some((start, rest)) = path.split_once('{') {
            let end = rest.split_once('}').map_or("", |(_, end)| end);
            let end = end.replace(['{', '}'], "");
            let senseless = |value: &&str| (format!("{start}{}{end}", escaped(value)), false);
            found.extend(VALUES.iter().map(senseless));
        }
    }
    found
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn no_address_however_senseless_is_a_failure_of_ours() {
    let town = town().await;
    let id = raised(&town.resident()).await;
    does(&town.worker(), &id, "acceptance", json!({})).await.with(200);
    let people = [town.street_officer(), town.person("administrator"), town.resident()];
    for person in &people {
        person.opens("/").await;
    }
    let mut tried = 0;
    for (path, is_real) in addresses(&town, &id) {
        let mut queries = vec![String::new()];
        for value in VALUES.iter().filter(|_| is_real) {
            let all = NAMES.iter().map(|name| format!("{name}={}", escaped(value)));
            queries.push(all.collect::<Vec<_>>().join("&"));
        }
        for query in queries {
            for person in &people[..if tried % 7 == 0 { 3 } else { 1 }] {
                let path = format!("{path}?{query}");
                let answer = person.opens(&path).await;
                assert!(answer.status < 500, "{path}: {} {}", answer.status, answer.body);
                let shown = answer.header("content-type").starts_with("text/html");
                assert!(
                    !shown || !answer.body.contains("<script>alert"),
                    "{path}: {}",
                    answer.body
                );
                tried += 1;
            }
        }
    }
    assert!(tried > 1000, "only {tried}");
}

/// Whether what a page shows of people's words is words.
fn is_inert(path: &str, page: &str) {
    for part in ["<img src=x", "<script>alert", "onerror=\"", "javascript:alert"] {
        let at = page.find(part).map(|at| &page[at.saturating_sub(120)..]);
        assert!(at.is_none(), "{path}: {at:?}");
    }
}

const MARKUP: &str = "\"'></textarea></title><img src=x onerror=alert(1)><script>alert(1)</script>";

async fn draws(person: &Person, paths: &[&str]) {
    for path in paths {
        let page = person.opens(path).await;
        assert!(page.status < 500, "{path}: {}", page.status);
        is_inert(path, &page.body);
    }
}

#[tokio::test]
async fn words_of_people_are_never_markup() {
    let town = town().await;
    let body = json!({ "area": BUILDING, "category": "sanitation", "text": MARKUP,
        "place": &MARKUP[..60], "name": "<img src=x>", "phone": "13912347788" });
    let said = town.guest().calls("POST", "/requests", body).await.with(201).json();
    let id = said["id"].as_str().unwrap().to_owned();
    let boss = town.street_officer();
    let (base, rows) = table(&town, "categories").await;
    let rows = rows.replace("Rubbish", "<img src=x onerror=alert(1)>");
    puts(&boss, "categories", base, &rows).await.with(201);
    // A picture is one of those there are: nothing else is put into an address.
    let (base, rows) = table(&town, "categories").await;
    let odd = rows.replacen(",rubbish,", ",x><img src=x>,", 1);
    assert_ne!(odd, rows);
    puts(&boss, "categories", base, &odd).await.with(422);
    does(&town.worker(), &id, "acceptance", json!({})).await.with(200);
    does(&town.worker(), &id, "escalation", json!({ "note": MARKUP })).await.with(200);
    let filter = json!({ "name": "<img src=x>", "query": form(&[("q", &MARKUP[..70])]) });
    boss.calls("POST", "/filters", filter).await.with(201);
    let show = format!("/requests/{id}");
    let receipt = format!("{show}/receipt");
    let narrowed = format!("/requests?{}", form(&[("q", "img")]));
    let similar = format!("/requests/new?area={BUILDING}&text={}", form(&[("", MARKUP)]));
    let paths = [
        "/",
        "/requests",
        &narrowed,
        &show,
        &receipt,
        &similar,
        "/desk",
        "/notices",
        "/rates",
        "/office/rules/categories",
        "/office/rules/categories/versions/2",
        "/callbacks",
    ];
    for person in [town.worker(), town.officer(), boss.clone(), boss.in_english(), town.resident()]
    {
        draws(&person, &paths).await;
    }
}

#[tokio::test]
async fn news_and_lists_of_others_are_not_found() {
    let town = town().await;
    let id = raised(&town.resident()).await;
    does(&town.worker(), &id, "acceptance", json!({})).await.with(200);
    town.passes(jiff::SignedDuration::from_secs(5));
    server::jobs::tick(&town.app).await.unwrap();
    let (owner, other) = (town.resident(), town.second_resident());
    let mine = owner.calls("GET", "/notices", json!(null)).await.with(200).json();
    let notice = mine["items"][0]["id"].as_str().unwrap().to_owned();
    let theirs = other.calls("GET", "/notices", json!(null)).await.with(200).json();
    assert_eq!(theirs["items"], json!([]));
    let path = format!("/notices/{notice}/reading");
    other.calls("POST", &path, json!({})).await.with(404);
    other.posts(&path, "").await.with(404);
    let after = owner.calls("GET", "/notices", json!(null)).await.with(200).json();
    assert_eq!(after["items"][0], mine["items"][0], "nobody else marks it as read");
}
