//! Requests of another system: all of a file is taken in with its own times, or nothing of it, and
//! what is on record is what an independent look at the file says.

use std::collections::{BTreeMap, HashMap};
use std::io::Read;
use std::path::Path;
use std::sync::atomic::{AtomicUsize, Ordering};

use serde_json::Value;
use server::requests::import::{self, Bad, Batch, Mapping, Outcome, Stop, Watch};

use crate::town::{COMMUNITY, Town};

/// What the seed says about the files of one city, with the units of this town.
fn mapping(city: &str, units: &str) -> String {
    let seed = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../seed/mappings");
    let text = std::fs::read_to_string(seed.join(format!("{city}.toml"))).unwrap();
    let (head, _) = text.split_once("[units]").unwrap();
    format!("{head}{units}")
}

const UNITS: &str = "[units]\ncolumn = \"Agency\"\n\
    table = { \"Solid Waste\" = \"property\", \"Water Wastewater\" = \"water\" }\n";

/// A file beside the project, where there is one.
fn shared(name: &str) -> Option<(String, Vec<u8>)> {
    let beside = Path::new(env!("CARGO_MANIFEST_DIR")).ancestors().nth(3)?;
    let found = std::fs::read(beside.join("shared/data/requests").join(name)).ok();
    if found.is_none() {
        eprintln!("SKIPPED: {name} lies in no folder beside the project");
    }
    found.map(|bytes| (name.to_owned(), bytes))
}

/// A town whose street has the categories of the seed.
async fn town() -> Town {
    let town = Town::new().await;
    let now = town.app.now();
    town.write(move |tx, street| server::seed::street_defaults(tx, street, now)).await.unwrap();
    town.app.reload().await.unwrap();
    town
}

/// Goes on until it was asked so often.
struct Until(usize, AtomicUsize);

impl Watch for Until {
    fn goes_on(&self, _: usize, _: usize) -> bool {
        self.1.fetch_add(1, Ordering::Relaxed) < self.0
    }
}

fn read(town: &Town, text: &str, (name, bytes): (&str, Vec<u8>)) -> Result<Batch, Vec<Bad>> {
    let settings = town.app.settings(town.street).unwrap();
    let read = import::read(name, bytes, &Mapping::read(text).unwrap(), &settings, None);
    read.map_err(|faults| faults.told().0)
}

async fn taken_in(
    town: &Town,
    text: &str,
    file: (&str, Vec<u8>),
    (is_trial, looks): (bool, usize),
) -> Result<Outcome, Stop> {
    let batch = read(town, text, file).unwrap();
    let (settings, now) = (town.app.settings(town.street).unwrap(), town.app.now());
    let mapping = Mapping::read(text).unwrap();
    town.app
        .db
        .write(move |tx| {
            let watch = Until(looks, AtomicUsize::new(0));
            import::import(tx, &settings, &mapping, &batch, (now, is_trial), &watch)
        })
        .await
}

/// How many requests the interface lists at each end, and what it says of some.
async fn listed(town: &Town) -> BTreeMap<(String, String), usize> {
    let mut found = BTreeMap::new();
    let mut next = Some("/requests?limit=200".to_owned());
    let officer = town.street_officer();
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

/// What the file says, read once more without anything of ours.
fn expected(bytes: &[u8]) -> (BTreeMap<(String, String), usize>, BTreeMap<String, usize>) {
    let mut text = String::new();
    flate2::read::GzDecoder::new(bytes).read_to_string(&mut text).unwrap();
    let mut reader = csv::Reader::from_reader(text.as_bytes());
    let rows: Vec<HashMap<String, String>> =
        reader.deserialize().collect::<Result<_, _>>().unwrap();
    let is_double = |row: &HashMap<String, String>| row["SRStatus"].ends_with("(Duplicate)");
    let (mut ends, mut kinds) = (BTreeMap::new(), BTreeMap::new());
    for row in &rows {
        let has_original =
            rows.iter().any(|other| !is_double(other) && other["SRType"] == row["SRType"]);
        let end = match row["SRStatus"].as_str() {
            "Closed" => ("closed", "unrated"),
            "Closed (Transferred)" => ("closed", "rejected"),
            // Nobody works in the grid of a whole community, so its desk has them.
            "New" => ("escalated", ""),
            "Open" | "In Progress" => ("handling", ""),
            "Pending" => ("suspended", ""),
            _ if is_double(row) && has_original => ("closed", "merged"),
            _ if is_double(row) => ("closed", "rejected"),
            status => panic!("{status}"),
        };
        *ends.entry((end.0.to_owned(), end.1.to_owned())).or_default() += 1;
        *kinds.entry(row["SRType"].clone()).or_default() += 1;
    }
    (ends, kinds)
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn ten_thousand_real_requests_are_taken_in_as_the_file_has_them() {
    let Some((name, bytes)) = shared("baltimore311_2018_sample10k.csv.gz") else { return };
    let (town, text) = (town().await, mapping("baltimore311", UNITS));
    let (ends, kinds) = expected(&bytes);
    let tried = taken_in(&town, &text, (&name, bytes.clone()), (true, usize::MAX)).await;
    assert!(matches!(tried, Err(Stop::Tried(outcome)) if outcome.imported == 10_000));
    assert_eq!(listed(&town).await, BTreeMap::new(), "a trial keeps nothing");
    let done = taken_in(&town, &text, (&name, bytes.clone()), (false, usize::MAX)).await.unwrap();
    assert_eq!((done.rows, done.imported, done.skipped), (10_000, 10_000, 0));
    assert_eq!(done.by_type, kinds);
    assert_eq!(listed(&town).await, ends);
    let by_stage = |stage: &str| -> usize {
        ends.iter().filter(|((it, _), _)| it == stage).map(|(_, count)| count).sum()
    };
    for (stage, count) in &done.by_stage {
        assert_eq!(*count, by_stage(stage), "{stage}");
    }
    let (settings, now) = (town.app.settings(town.street).unwrap(), town.app.now());
    let counts =
        move |tx: &mut db::Tx| server::requests::counts(tx, &settings, settings.street.area(), now);
    let counts = town.app.db.read(counts).await.unwrap();
    let closed = counts.iter().filter(|count| count.stage == "closed");
    assert_eq!(
        closed.map(|count| count.all).sum::<i64>(),
        i64::try_from(by_stage("closed")).unwrap()
    );
    let again = taken_in(&town, &text, (&name, bytes), (false, usize::MAX)).await.unwrap();
    assert_eq!((again.imported, again.skipped), (0, 10_000));
    assert_eq!(listed(&town).await, ends, "the same file once more changes nothing");
}

const SMALL: &str = "SRRecordID,SRType,SRStatus,StatusDate,CreatedDate,CloseDate,DueDate,\
    Address,Neighborhood,CouncilDistrict,Agency\n\
    1,SW-Alley,Closed,,01/05/2026 08:00:00 AM,01/06/2026 09:30:00 AM,01/12/2026 08:00:00 AM,\
    1 A ST,North,1,Solid Waste\n\
    2,SW-Alley,Open,01/07/2026 10:00:00 AM,01/07/2026 08:00:00 AM,,07/12/2026 08:00:00 AM,\
    2 A ST,North,1,Solid Waste\n\
    3,SW-Alley,Closed (Duplicate),,01/08/2026 08:00:00 AM,01/08/2026 09:00:00 AM,,1 A ST,North,1,\n\
    4,WW-Leak,Closed (Transferred),,01/08/2026 08:00:00 AM,01/08/2026 09:00:00 AM,,\
    3 A ST,,2,Water Wastewater\n\
    3,SW-Alley,Closed (Duplicate),,01/08/2026 08:00:00 AM,01/08/2026 09:00:00 AM,,1 A ST,North,1,\n";

#[tokio::test]
async fn each_request_keeps_its_own_times_its_limit_and_its_end() {
    let (town, text) = (town().await, mapping("baltimore311", UNITS));
    let file = ("small.csv", SMALL.as_bytes().to_vec());
    let done = taken_in(&town, &text, file, (false, usize::MAX)).await.unwrap();
    assert_eq!((done.rows, done.imported, done.skipped), (5, 4, 1), "one row is there twice");
    let officer = town.street_officer();
    let page = officer.calls("GET", "/requests?limit=50", Value::Null).await.with(200).json();
    let items = page["items"].as_array().unwrap();
    let texts: Vec<&str> = items.iter().map(|it| it["text"].as_str().unwrap()).collect();
    let sent = ["WW-Leak: 3 A ST", "SW-Alley: 1 A ST", "SW-Alley: 2 A ST", "SW-Alley: 1 A ST"];
    assert_eq!(texts, sent, "the newest first, by when they were raised");
    assert_eq!(items[3]["number"], "HP-2026-00001", "of the same series as all others");
    let one = async |place: usize| {
        let path = format!("/requests/{}", items[place]["id"].as_str().unwrap());
        officer.calls("GET", &path, Value::Null).await.with(200).json()
    };
    let open = one(2).await;
    assert_eq!(open["stage"], "handling", "{open}");
    assert!(
        open.to_string().contains("2026-07-12T20:00:00+08:00"),
        "their limit in our time: {open}"
    );
    let closed = one(3).await.to_string();
    assert!(
        closed.contains("2026-01-05T21:00:00+08:00")
            && closed.contains("2026-01-06T22:30:00+08:00")
    );
    let double = one(1).await.to_string();
    assert!(double.contains("HP-2026-00001"), "it leads to its original: {double}");
    let transferred = one(0).await.to_string();
    assert!(transferred.contains("Water Wastewater"), "who has it now is told: {transferred}");
    let resident = town.resident();
    let text = "after the import";
    let next = serde_json::json!({ "area": COMMUNITY, "category": "other", "text": text });
    let next = resident.calls("POST", "/requests", next);
    assert_eq!(next.await.with(201).json()["number"], "HP-2026-00004", "the series goes on");
}

#[tokio::test]
async fn every_fault_is_told_with_its_row_and_column_and_nothing_is_imported() {
    let (town, text) = (town().await, mapping("baltimore311", UNITS));
    for (from, to, row, column, reason) in [
        (
            "01/06/2026 09:30:00 AM",
            "01/04/2026 09:30:00 AM",
            2,
            "CloseDate",
            "before it was raised",
        ),
        ("01/05/2026 08:00:00 AM", "the fifth", 2, "CreatedDate", "no time"),
        (",Open,", ",Lost,", 3, "SRStatus", "Lost"),
        ("\n2,", "\n1,", 3, "SRRecordID", "row 2"),
        ("\n2,", "\n,", 3, "SRRecordID", "missing"),
        ("2 A ST,North,1,Solid Waste", "2 A ST,North,1", 3, "Agency", "cells"),
        ("2 A ST,North,1,Solid Waste", "2 A ST,North,1,Solid Waste,x", 3, "cell 12", "cells"),
        ("CouncilDistrict", "District", 1, "CouncilDistrict", "no such column"),
        (",01/08/2026 09:00:00 AM,,3 A ST", ",,,3 A ST", 5, "CloseDate", "knows when"),
    ] {
        let file = SMALL.replacen(from, to, 1).into_bytes();
        let bad = read(&town, &text, ("small.csv", file)).unwrap_err();
        assert_eq!((bad[0].row, bad[0].column.as_str()), (row, column), "{to}: {bad:?}");
        assert!(bad[0].reason.contains(reason), "{to}: {bad:?}");
    }
    let two = SMALL.replace("SW-Alley,Open", "SW-Alley,Lost").replace(",Closed (T", ",Shut (T");
    let bad = read(&town, &text, ("small.csv", two.into_bytes())).unwrap_err();
    assert_eq!(bad.iter().map(|bad| bad.row).collect::<Vec<_>>(), [3, 5], "all of them");
    // A row that does not fit its header, and says other things that cannot be; another with three.
    let many = SMALL
        .replace("1 A ST,North,1,Solid Waste", "1 A ST,North,1")
        .replace("01/05/2026 08", "13/05/2026 08")
        .replace("\n4,WW-Leak,Closed (T", "\n1,WW-Leak,Shut (T")
        .replace("01/08/2026 09:00:00 AM,,3 A ST", "soon,,3 A ST");
    let bad = read(&town, &text, ("small.csv", many.into_bytes())).unwrap_err();
    let told: Vec<(usize, &str)> =
        bad.iter().map(|bad| (bad.row, bad.column.as_str())).take(5).collect();
    let wanted =
        [(2, "Agency"), (2, "CreatedDate"), (5, "CloseDate"), (5, "SRStatus"), (5, "SRRecordID")];
    assert_eq!(told, wanted, "{bad:?}");
    for (from, to, key) in [
        ("\"sanitation\"]", "\"nothing\"]", "categories.patterns"),
        ("fallback = \"other\"", "fallback = \"nothing\"", "categories.fallback"),
        ("\"property\"", "\"nobody\"", "units.table"),
        ("spread = true", "fallback = \"370323001999\"", "areas.fallback"),
    ] {
        let bad = read(&town, &text.replace(from, to), ("small.csv", SMALL.into())).unwrap_err();
        assert!(bad[0].reason.contains(key), "{to}: {bad:?}");
    }
    assert_eq!(listed(&town).await, BTreeMap::new());
}

#[tokio::test]
async fn what_is_stopped_halfway_leaves_nothing() {
    let (town, text) = (town().await, mapping("baltimore311", UNITS));
    let (head, row) = (SMALL.lines().next().unwrap(), SMALL.lines().nth(1).unwrap());
    let rows = (10..2000).map(|n| format!("{n}{}", row.trim_start_matches('1')));
    let file: Vec<String> = std::iter::once(head.to_owned()).chain(rows).collect();
    let file = file.join("\n").into_bytes();
    for looks in [0, 1, 3] {
        let stopped = taken_in(&town, &text, ("a.csv", file.clone()), (false, looks)).await;
        assert!(matches!(stopped, Err(Stop::Cancelled)), "{stopped:?}");
        assert_eq!(listed(&town).await, BTreeMap::new());
    }
    let done = taken_in(&town, &text, ("a.csv", file), (false, usize::MAX)).await.unwrap();
    assert_eq!(done.imported, 1990);
}

#[tokio::test]
async fn files_of_other_cities_are_read_too_and_a_malformed_one_is_told() {
    let town = town().await;
    let units = "[units]\ncolumn = \"Agency\"\ntable = { \"DEP\" = \"water\" }\n";
    if let Some((name, bytes)) = shared("nyc311-100.csv") {
        let text = mapping("nyc311", units);
        let done = taken_in(&town, &text, (&name, bytes), (false, usize::MAX)).await.unwrap();
        assert_eq!((done.imported, done.by_status["Closed"]), (100, 98));
    }
    if let Some((name, bytes)) = shared("boston311-100-bad.tsv") {
        let text = mapping("boston311", "[units]\ncolumn = \"department\"\n");
        let bad = read(&town, &text, (&name, bytes)).unwrap_err();
        assert!(bad[0].row == 41 && bad[0].reason.contains("cells"), "{bad:?}");
        assert!(bad.iter().all(|bad| bad.row == 41), "all that is wrong is in that row: {bad:?}");
    }
}

#[tokio::test]
async fn a_file_without_the_columns_that_may_be_missing_is_taken_in() {
    let (town, text) = (town().await, mapping("boston311", "[units]\ncolumn = \"department\"\n"));
    let file = "case_enquiry_id\topen_dt\tclosed_dt\tcase_status\tcase_title\treason\ttype\t\
        location\n\
        1\t2022-01-21 13:47:00\t\tOpen\tLight out\tStreet Lights\tLamp\t1 A St\n\
        2\t2022-01-21 13:47:00\t2022-01-22 08:00:00\tClosed\tTree\tTrees\tTree\t2 A St\n";
    let done = taken_in(&town, &text, ("a.tsv", file.into()), (false, usize::MAX)).await.unwrap();
    assert_eq!((done.imported, done.by_ending["unrated"]), (2, 1));
    let bad = read(&town, &text, ("a.tsv", file.replace("location\n", "where\n").into()));
    assert_eq!(bad.unwrap_err()[0].column, "location", "others must be there");
}

#[tokio::test]
async fn what_is_taken_in_counts_on_the_days_of_its_own_times() {
    let (town, text) = (town().await, mapping("baltimore311", UNITS));
    let file = ("small.csv", SMALL.as_bytes().to_vec());
    taken_in(&town, &text, file, (false, usize::MAX)).await.unwrap();
    server::requests::rates::work(&town.app, town.street).await.unwrap();
    let officer = town.street_officer();
    let board = async |days: &str| {
        officer.calls("GET", &format!("/rates?{days}"), Value::Null).await.with(200).json()
    };
    let january = board("from=2026-01-01&to=2026-01-31").await;
    assert_eq!((january["raised"].as_i64(), january["closed"].as_i64()), (Some(4), Some(3)));
    for (name, rate) in january["rates"].as_object().unwrap() {
        let of = i64::from(name == "on_time");
        assert_eq!(rate["numerator"].as_i64(), Some(of), "{name}: {rate}");
        assert_eq!(rate["denominator"].as_i64(), Some(of), "nobody was asked: {name}");
    }
    // In the evening of our day it was a morning of theirs.
    let first = board("from=2026-01-05&to=2026-01-05").await;
    assert_eq!((first["raised"].as_i64(), first["closed"].as_i64()), (Some(1), Some(0)));
    let audit = town.write(server::requests::rates::audit).await.unwrap();
    assert_eq!(audit, [], "the sums are what the facts come to");
}
