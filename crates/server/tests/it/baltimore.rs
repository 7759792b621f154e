//! A thousand real requests of another city, each carried to its true end by the right people.
//!
//! How an end of the file is an end here: *Closed* is worked and confirmed, on the spot by a grid
//! worker or through a unit, by the agency that did it; *(Duplicate)* is merged into an earlier one
//! of the same building; *(Transferred)* is rejected with the agency as the place to go; *New*
//! waits, *Open* is accepted, *Pending* is suspended with a plan, *In Progress* is with a unit.

use std::collections::{BTreeMap, HashMap};
use std::io::Read;
use std::path::Path;

use serde_json::{Value, json};

use crate::api_story::{does, note, pass, town};
use crate::town::{
    BUILDING, FAR_BUILDING, NEIGHBOUR_BUILDING, OTHER_BUILDING, PROPERTY, Person, Town, WATER,
};

/// How many rows are taken.
const ROWS: usize = 1000;
/// Every so many-th asker has no account, and shows their receipt to confirm.
const STRANGER_EVERY: usize = 10;

/// What the file says of one request.
struct Row {
    number: usize,
    kind: String,
    status: String,
    agency: String,
    address: String,
    neighbourhood: String,
}

/// Where a request ends, in our words: its stage, and its ending where it is closed.
type End = (&'static str, &'static str);

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_thousand_real_requests_come_to_their_true_ends() {
    let Some(rows) = rows() else {
        eprintln!("SKIPPED: no file of Baltimore lies in the folder beside the project");
        return;
    };
    assert_eq!(rows.len(), ROWS);
    let town = town().await;
    let workers = [town.worker(), town.neighbour(), town.leader()];
    let far = FAR_BUILDING.parse::<domain::area::AreaCode>().unwrap().parent().unwrap();
    town.appoint(&workers[2], domain::actor::Post::GridWorker, &far.to_string()).await;

    let mut asked = Vec::new();
    for row in &rows {
        asked.push(raise(&town, row).await);
    }
    // What is merged goes first, while what it is merged into is still open.
    let merged = |row: &Row| row.status.contains("(Duplicate)");
    let (first, rest): (Vec<_>, Vec<_>) = rows.iter().zip(&asked).partition(|(row, _)| merged(row));
    for (row, ask) in first.into_iter().chain(rest) {
        let before = rows[..row.number].iter().zip(&asked);
        let into = before.rev().find(|(other, _)| !merged(other) && place(other) == place(row));
        let into = into.map(|(_, ask)| ask.id.as_str());
        carry(&town, &workers, row, ask, into).await;
    }

    let mut expected: BTreeMap<End, usize> = BTreeMap::new();
    for row in &rows {
        *expected.entry(end(&row.status)).or_default() += 1;
    }
    let found = counted(&town.officer()).await;
    let expected: BTreeMap<(String, String), usize> =
        expected.iter().map(|(&(s, e), &n)| ((s.to_owned(), e.to_owned()), n)).collect();
    assert_eq!(found, expected);
    assert_eq!(found.values().sum::<usize>(), ROWS);
    println!("{found:?}");
}

/// A request on record, and whoever asked for it.
struct Asked {
    id: String,
    asker: Person,
}

async fn raise(town: &Town, row: &Row) -> Asked {
    let mut ask = json!({
        "area": place(row),
        "category": category(&row.kind),
        "text": format!("{}: {}", row.kind, row.address),
        "place": row.address,
    });
    let is_stranger = row.number.is_multiple_of(STRANGER_EVERY);
    let asker = if is_stranger {
        town.guest()
    } else if row.number.is_multiple_of(2) {
        town.resident()
    } else {
        town.second_resident()
    };
    if is_stranger {
        ask["phone"] = format!("1000000{:04}", row.number).into();
    }
    let answer = asker.calls("POST", "/requests", ask).await;
    assert_eq!(answer.status, 201, "row {}: {}", row.number, answer.body);
    let answer = answer.json();
    let asker = if is_stranger {
        let receipt = answer["receipt_code"].as_str().unwrap();
        pass(town, receipt, &format!("{:04}", row.number)).await
    } else {
        asker
    };
    Asked { id: answer["id"].as_str().unwrap().to_owned(), asker }
}

async fn carry(town: &Town, workers: &[Person; 3], row: &Row, ask: &Asked, into: Option<&str>) {
    let worker = match place(row) {
        BUILDING | OTHER_BUILDING => &workers[0],
        NEIGHBOUR_BUILDING => &workers[1],
        _ => &workers[2],
    };
    let goes = async |person: &Person, noun: &str, fields: Value| {
        let answer = does(person, &ask.id, noun, fields).await;
        assert_eq!(answer.status, 200, "row {} {noun}: {}", row.number, answer.body);
    };
    let officer = town.officer();
    let unit = unit(&row.agency);
    match end(&row.status) {
        ("raised", _) => {}
        ("accepted", _) => goes(worker, "acceptance", Value::Null).await,
        (_, "merged") => {
            let into = into.expect("an earlier request of the same place");
            goes(worker, "merge", json!({ "into": into })).await;
        }
        (_, "rejected") => {
            let to = format!("这件事由 {} 办理，请与其联系。", row.agency);
            goes(worker, "rejection", json!({ "note": to })).await;
        }
        ("suspended", _) => {
            goes(worker, "escalation", note()).await;
            let plan = json!({ "note": "等材料到货。", "review_on": "2026-04-01" });
            goes(&officer, "suspension", plan).await;
        }
        ("closed", _) if unit.is_none() => {
            goes(worker, "acceptance", Value::Null).await;
            goes(worker, "resolution", note()).await;
            goes(&ask.asker, "confirmation", json!({ "solved": true, "rating": 4 })).await;
        }
        (stage, _) => {
            let (unit, liaison) = match unit {
                Some("water") => (WATER, town.water()),
                _ => (PROPERTY, town.property()),
            };
            goes(worker, "escalation", note()).await;
            goes(&officer, "dispatch", json!({ "unit": unit.to_string() })).await;
            goes(&liaison, "signature", Value::Null).await;
            if stage == "closed" {
                goes(&liaison, "completion", note()).await;
                goes(&ask.asker, "confirmation", json!({ "solved": true, "rating": 5 })).await;
            }
        }
    }
}

/// How many requests the interface lists at each end.
async fn counted(officer: &Person) -> BTreeMap<(String, String), usize> {
    let mut found = BTreeMap::new();
    let mut next = Some("/requests?limit=200".to_owned());
    while let Some(path) = next {
        let page = officer.calls("GET", &path, Value::Null).await.with(200);
        for line in page.json()["items"].as_array().unwrap() {
            let text = |name: &str| line[name].as_str().unwrap_or_default().to_owned();
            *found.entry((text("stage"), text("ending"))).or_default() += 1;
        }
        let link = page.header("link").split(['<', '>']).nth(1);
        next = link.map(|at| at["/api/v1".len()..].to_owned());
    }
    found
}

fn end(status: &str) -> End {
    match status {
        "Closed" => ("closed", "confirmed"),
        "Closed (Transferred)" => ("closed", "rejected"),
        "New" => ("raised", ""),
        "Open" => ("accepted", ""),
        "Pending" => ("suspended", ""),
        "In Progress" => ("handling", ""),
        status if status.ends_with("(Duplicate)") => ("closed", "merged"),
        status => panic!("no end for {status}"),
    }
}

/// Solid waste, health and the like are seen to on the spot; the rest goes to a unit.
fn unit(agency: &str) -> Option<&'static str> {
    match agency {
        "Water Wastewater" => Some("water"),
        "Housing" | "Transportation" | "BGE" | "Recreation & Parks" => Some("property"),
        _ => None,
    }
}

fn category(kind: &str) -> &'static str {
    match kind.split('-').next().unwrap_or_default() {
        "WW" | "BGE" => "utilities",
        part if part.starts_with('T') => "roads",
        _ => "sanitation",
    }
}

/// A building for every neighbourhood, always the same.
fn place(row: &Row) -> &'static str {
    let buildings = [BUILDING, OTHER_BUILDING, NEIGHBOUR_BUILDING, FAR_BUILDING];
    let sum: usize = row.neighbourhood.bytes().map(usize::from).sum();
    if row.neighbourhood.is_empty() { buildings[0] } else { buildings[sum % buildings.len()] }
}

fn rows() -> Option<Vec<Row>> {
    let beside = Path::new(env!("CARGO_MANIFEST_DIR")).ancestors().nth(3)?;
    let path = beside.join("shared/data/requests/baltimore311_2018_sample10k.csv.gz");
    let mut text = String::new();
    flate2::read::GzDecoder::new(std::fs::File::open(path).ok()?)
        .read_to_string(&mut text)
        .unwrap();
    let mut reader = csv::Reader::from_reader(text.as_bytes());
    let rows = reader.deserialize::<HashMap<String, String>>().take(ROWS).enumerate();
    let rows = rows.map(|(number, row)| {
        let mut row = row.unwrap();
        let mut take = |name: &str| row.remove(name).unwrap();
        Row {
            number,
            kind: take("SRType"),
            status: take("SRStatus"),
            agency: take("Agency"),
            address: take("Address"),
            neighbourhood: take("Neighborhood"),
        }
    });
    Some(rows.collect())
}
