//! What pages cost: as many statements with twenty requests on record as with two hundred.

use crate::town::{BUILDING, Person, Town};
use server::requests::import::{self, Mapping, Watch};

const MAPPING: &str = r#"
    name = "cost"
    zone = "Asia/Shanghai"
    [columns]
    source = "id"
    type = "kind"
    status = "status"
    text = "{kind}：三楼拐角的灯不亮"
    raised = "raised"
    closed = "closed"
    [statuses]
    new = { stage = "raised" }
    up = { stage = "escalated" }
    done = { stage = "closed" }
    [categories]
    column = "kind"
    fallback = "other"
    [areas]
    fallback = "AREA"
"#;

struct Always;

impl Watch for Always {
    fn goes_on(&self, _: usize, _: usize) -> bool {
        true
    }
}

/// Puts requests on record until there are so many: a third each is new, at the desk and over.
async fn fill(town: &Town, from: usize, to: usize) {
    let row = |n: usize| {
        let (status, closed) = match n % 3 {
            0 => ("new", ""),
            1 => ("up", ""),
            _ => ("done", "2026-2-28"),
        };
        format!("{n},路灯,{status},2026-2-{},{closed}", 1 + n % 27)
    };
    let rows = std::iter::once("id,kind,status,raised,closed".to_owned());
    let text = rows.chain((from..to).map(row)).collect::<Vec<_>>().join("\n");
    let (settings, now) = (town.app.settings(town.street).unwrap(), town.app.now());
    let mapping = Mapping::read(&MAPPING.replace("AREA", BUILDING)).unwrap();
    let batch = import::read("a.csv", text.into_bytes(), &mapping, &settings, None).unwrap();
    let work = move |tx: &mut db::Tx| {
        import::import(tx, &settings, &mapping, &batch, (now, false), &Always)
    };
    town.app.db.write(work).await.unwrap();
    while server::requests::rates::work(&town.app, town.street).await.unwrap() > 0 {}
}

/// How many statements one look at a page takes, after it was looked at before.
async fn statements(person: &Person, path: &str) -> u64 {
    person.opens(path).await.with(200);
    let before = person.app.db.statements();
    person.opens(path).await.with(200);
    person.app.db.statements() - before
}

#[tokio::test]
async fn a_page_takes_as_many_statements_however_many_requests_there_are() {
    let town = Town::new().await;
    let now = town.app.now();
    town.write(move |tx, street| server::seed::street_defaults(tx, street, now)).await.unwrap();
    town.app.reload().await.unwrap();
    let (worker, officer, street) = (town.worker(), town.officer(), town.street_officer());
    let mut counts: Vec<Vec<u64>> = Vec::new();
    let pages: [(&Person, String); 8] = [
        (&worker, "/inbox".to_owned()),
        (&officer, "/desk".to_owned()),
        (&officer, "/desk?stage=escalated".to_owned()),
        (&street, "/requests".to_owned()),
        (&street, format!("/requests?q={}", "%E8%B7%AF%E7%81%AF")),
        (&street, "/overview".to_owned()),
        (&street, "/rates".to_owned()),
        (&street, "/requests?q=HP-2026-00004".to_owned()),
    ];
    for (from, to) in [(0, 20), (20, 200)] {
        fill(&town, from, to).await;
        let mut now = Vec::new();
        for (person, path) in &pages {
            now.push(statements(person, path).await);
        }
        let path = "/requests?limit=1&stage=escalated";
        let list = street.calls("GET", path, serde_json::Value::Null).await;
        let id = list.json()["items"][0]["id"].as_str().unwrap().to_owned();
        now.push(statements(&officer, &format!("/requests/{id}")).await);
        counts.push(now);
    }
    let names = pages.iter().map(|(_, path)| path.as_str()).chain(["one request"]);
    for (at, name) in names.enumerate() {
        println!("{name}: {} statements", counts[1][at]);
        // A search reads in portions until its page is full, and never more than a few.
        if name.contains("q=") {
            assert!(counts[1][at] <= 14, "{name}: {counts:?}");
        } else {
            assert_eq!(counts[1][at], counts[0][at], "{name}: {counts:?}");
        }
    }
}
