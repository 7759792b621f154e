//! A board over many days is read from its own rows alone: the plans of its statements, over a
//! hundred thousand sums.

use std::time::Instant;

use db::Db;
use domain::requests::{Sums, Tally};

use super::*;
use crate::requests::rates::sums::{self, OF_AREA, OF_PARTS_SMALL, OF_PARTS_WIDE};
use crate::requests::rates::{Grain, Key};

/// So many communities, days and categories: with the sums of all categories 102,200 rows.
const SHAPE: (i64, i64, i64) = (40, 365, 6);

async fn filled() -> (Db, std::path::PathBuf, Street) {
    let name = format!("wuwei-rates-{}.sqlite", std::process::id());
    let file = std::env::temp_dir().join(name);
    let db = Db::open(&format!("sqlite:{}", file.display())).unwrap();
    db.migrate(crate::migrations::ALL).await.unwrap();
    let street = Street::new(370_323_001).unwrap();
    let mut some = Sums::default();
    let mut facts = Facts::default();
    facts.add(Measure::Solved, true);
    facts.counted.add_tally(Tally::Raised);
    some.add(facts, 2);
    let insert = move |tx: &mut Tx| {
        let (communities, days, categories) = SHAPE;
        for community in 1..=communities {
            let code = street.area().code() + community * 10_000_000;
            let area = AreaCode::new(code).unwrap();
            for (day, category) in (0..days).flat_map(|day| (0..=categories).map(move |c| (day, c)))
            {
                let category = if category == 0 { String::new() } else { category.to_string() };
                let (level, day) = (Level::Community, 20_000 + day);
                let key = Key { grain: Grain::Day, level, category, day, area };
                sums::add(tx, street, &key, &some)?;
            }
        }
        Ok::<_, Error>(())
    };
    db.write(insert).await.unwrap();
    (db, file, street)
}

async fn plan(db: &Db, sql: &'static str, params: usize) -> String {
    let sql: &'static str = Box::leak(format!("EXPLAIN QUERY PLAN {sql}").into_boxed_str());
    let read = move |tx: &mut Tx| explained(tx, sql, &vec![db::Param::from(1); params]);
    db.read(read).await.unwrap()
}

const ONE: &str = "(street=? AND category=? AND area=? AND day>? AND day<?)";
const WIDE: &str = "(street=? AND level=? AND category=? AND day>? AND day<?)";
const SMALL: &str = "(street=? AND category=? AND area>? AND area<?)";

#[tokio::test]
async fn a_board_is_read_from_its_own_rows_and_nothing_is_scanned() {
    let (db, file, street) = filled().await;
    let cases = [
        ("one area", OF_AREA[0], 5, ONE),
        ("one area by month", OF_AREA[1], 5, ONE),
        ("parts", OF_PARTS_WIDE[0], 7, WIDE),
        ("parts by month", OF_PARTS_WIDE[1], 7, WIDE),
        ("few parts", OF_PARTS_SMALL[0], 7, SMALL),
        ("few parts by month", OF_PARTS_SMALL[1], 7, SMALL),
        (
            "small areas",
            FACTS_OF_AREA,
            7,
            "COVERING INDEX request_facts_by_area (street=? AND area",
        ),
        ("list", BEHIND_WIDE, 12, "COVERING INDEX request_facts_by_day (street=? AND day"),
        ("short list", BEHIND_SMALL, 12, "COVERING INDEX request_facts_by_area (street=? AND area"),
        ("gauges", GAUGES, 4, "COVERING INDEX requests_open (street=? AND area>? AND area<?)"),
        ("what waits", TO_FOLD, 1, "request_facts_to_fold"),
    ];
    // What is grouped or sorted is a few areas, or the facts of a grid.
    let may_group = ["parts", "areas", "short list"];
    for (name, sql, params, wanted) in cases {
        let plan = plan(&db, sql, params).await;
        assert!(plan.contains(wanted), "{name}: {plan}");
        assert!(!plan.contains("SCAN"), "{name}: {plan}");
        assert!(
            may_group.iter().any(|it| name.contains(it)) || !plan.contains("TEMP B-TREE"),
            "{name}: {plan}"
        );
    }
    let place = |area| Place { area, category: "" };
    let community = AreaCode::new(street.area().code() + 10_000_000).unwrap();
    let begun = Instant::now();
    let read = move |tx: &mut Tx| {
        let year = (20_000, 20_365);
        let days = sums::of_area(tx, street, &place(community), Grain::Day, year)?;
        let place = place(street.area());
        let parts = (Grain::Day, year.0, year.1);
        let parts = sums::of_parts(tx, street, &place, Level::Community, parts)?;
        Ok::<_, Error>((days.len(), parts))
    };
    let (days, parts) = db.read(read).await.unwrap();
    assert_eq!((days, parts.len()), (365, 40));
    assert!(parts.iter().all(|(_, sums)| sums.raised == 730), "each in sum, and in its order");
    assert!(parts.is_sorted_by_key(|(key, _)| key.area));
    assert!(begun.elapsed().as_millis() < 1000, "{:?}", begun.elapsed());
    drop(db);
    let _ = std::fs::remove_file(file);
}
