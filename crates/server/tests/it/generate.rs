//! A county of invented people: the same for the same seed, told as the rules have it, and gone on
//! with where it was stopped.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use db::params;
use jiff::SignedDuration;
use server::App;
use server::requests::rates;
use server::seed::county::{self, Made, Plan, Watch};

use crate::town;

/// Goes on until it was asked so often.
struct Until(usize, AtomicUsize);

impl Watch for Until {
    fn goes_on(&self, _: usize, _: usize) -> bool {
        self.1.fetch_add(1, Ordering::Relaxed) < self.0
    }

    fn begins_at(&self, _: usize) {}
}

fn plan(seed: u64) -> Plan {
    Plan {
        county: "370399".parse().unwrap(),
        residents: 3000,
        requests: 2600,
        lasting: SignedDuration::from_hours(24 * 200),
        seed,
        at_once: 1,
    }
}

async fn made(app: &App, seed: u64, looks: usize) -> Made {
    let watch = Arc::new(Until(looks, AtomicUsize::new(0)));
    county::county(app, &plan(seed), watch).await.unwrap()
}

/// What is on record: each request in one line.
async fn told(app: &App) -> Vec<String> {
    let street = app.streets()[0];
    let rows = app.db.read(move |tx| {
        tx.rows(
            "SELECT number, text, stage, COALESCE(ending, '') AS ending, raised_at, version,
                 supporters FROM requests WHERE street = $1 ORDER BY id",
            params![street.number()],
        )
    });
    let rows: Vec<db::Row> = rows.await.map_err(|error: db::Error| error).unwrap();
    rows.iter().map(|row| format!("{row:?}")).collect()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_county_is_the_same_for_its_seed_and_is_gone_on_with() {
    let (one, other, third) = (town::empty().await, town::empty().await, town::empty().await);
    let whole = made(&one, 7, usize::MAX).await;
    assert_eq!((whole.streets, whole.requests, whole.is_stopped), (1, 2600, false));
    let part = made(&other, 7, 0).await;
    assert!(part.is_stopped && part.requests == 2000, "{part:?}");
    let rest = made(&other, 7, usize::MAX).await;
    assert_eq!((rest.requests, rest.is_stopped), (2600, false));
    let again = made(&other, 7, usize::MAX).await;
    assert_eq!(again.requests, 2600, "there is nothing left to do");
    let all = told(&one).await;
    assert_eq!(all.len(), 2600);
    assert!(all == told(&other).await, "stopped and gone on with, it is the same county");
    made(&third, 8, usize::MAX).await;
    assert!(all != told(&third).await, "another seed makes another county");
    let street = one.streets()[0];
    let differs = one.db.read(move |tx| rates::audit(tx, street)).await.unwrap();
    assert_eq!(differs, Vec::new(), "the sums are what the facts come to");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn most_are_closed_and_the_last_are_open() {
    let app = town::empty().await;
    made(&app, 3, usize::MAX).await;
    let street = app.streets()[0];
    let counts = app.db.read(move |tx| {
        tx.rows(
            "SELECT stage, COUNT(*) AS n, MIN(raised_at) AS first FROM requests
             WHERE street = $1 GROUP BY stage",
            params![street.number()],
        )
    });
    let counts: Vec<db::Row> = counts.await.map_err(|error: db::Error| error).unwrap();
    let counts: BTreeMap<String, (i64, i64)> = counts
        .iter()
        .map(|row| (row.get("stage").unwrap(), (row.get("n").unwrap(), row.get("first").unwrap())))
        .collect();
    let open: i64 = counts.iter().filter(|(stage, _)| *stage != "closed").map(|(_, it)| it.0).sum();
    assert!((20..400).contains(&open) && counts["closed"].0 == 2600 - open, "{counts:?}");
    let month = SignedDuration::from_hours(24 * 45);
    let begun = (app.now() - month).as_microsecond();
    let old = counts.iter().filter(|(stage, it)| *stage != "closed" && it.1 < begun);
    assert_eq!(old.count(), 0, "{counts:?}");
    // Each has its lines, its grams and its timer, as one that was raised by hand.
    let found = app.db.read(move |tx| {
        let mut count = |sql| -> Result<i64, db::Error> {
            tx.row(sql, params![street.number()])?.unwrap().get("n")
        };
        let lines = count("SELECT COUNT(*) AS n FROM history WHERE street = $1")?;
        let versions =
            count("SELECT CAST(SUM(version) AS BIGINT) AS n FROM requests WHERE street = $1")?;
        let grams =
            count("SELECT COUNT(DISTINCT request) AS n FROM request_grams WHERE street = $1")?;
        let clocks = count("SELECT COUNT(*) AS n FROM jobs WHERE street = $1 AND kind = 'clock'")?;
        Ok::<_, db::Error>((lines == versions, grams, clocks))
    });
    let (has_lines, grams, clocks) = found.await.unwrap();
    assert!(has_lines && grams == 2600 && clocks <= open && clocks > 0, "{clocks} of {open}");
}
