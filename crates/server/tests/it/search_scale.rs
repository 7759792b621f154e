//! Searches over twenty thousand requests: the same as reading each one, in a few probes, and on
//! PostgreSQL without ever reading a whole table.

use std::collections::BTreeSet;
use std::time::{Duration, Instant};

use db::{Engine, Tx, params};
use domain::actor::{Actor, Appointment, Caller, Post};
use domain::area::{AreaCode, Street};
use domain::id::{PersonId, RequestId};
use server::error::Error;
use server::requests::{self, Filter, Wanted};

use crate::api_story::town;
use crate::town::{COMMUNITY, GRID, STREET, Town};

const MANY: i64 = 20_000;
/// The first id; later ones count on.
const BASE: i64 = 1_000_000_000_000_000;

/// What the statements below put into a request: every fiftieth is about a lamp, every second of
/// those in the first grid, the last four hundred are open, one in a thousand has a name.
const REQUESTS: &str = "INSERT INTO requests (street, id, number, area, place, category, urgency, \
         text, asker_name, asker_phone, receipt, raised_at, stage, since, desk, ending, due_at, \
         returns, extension, extension_days, reopened, changed_at, version) \
     WITH RECURSIVE counted(n) AS (SELECT CAST(0 AS BIGINT) UNION ALL \
         SELECT n + 1 FROM counted WHERE n + 1 < $2) \
     SELECT CAST($1 AS BIGINT), CAST($3 AS BIGINT) + n, 'HP-2026-' || CAST(n + 100000 AS TEXT), \
         CASE WHEN n % 100 < 50 THEN 3703230010280010101 ELSE 3703230010280020101 END, '门口', \
         CASE WHEN n % 7 = 0 THEN 'roads' ELSE 'sanitation' END, 'ordinary', \
         CASE WHEN n % 50 = 0 THEN '小区路灯坏了没人修' ELSE '垃圾堆了几天没人清' END, \
         CASE WHEN n % 1000 = 0 THEN '欧阳小明' ELSE '王丽' END, \
         CASE WHEN n % 1000 = 0 THEN '13912347788' ELSE '13912340000' END, \
         'R' || CAST(n AS TEXT), 1772413200000000 + n * 1000000, \
         CASE WHEN n + 400 >= $2 THEN 'raised' ELSE 'closed' END, 0, 'community', \
         CASE WHEN n + 400 >= $2 THEN NULL ELSE 'unrated' END, \
         CASE WHEN n + 400 >= $2 THEN 1772409600000000 ELSE NULL END, 0, 'none', 0, 0, 0, 1 \
     FROM counted";

/// Grams as the commands would keep them, each with the requests that have it.
macro_rules! grams {
    ($($gram:literal where $which:literal;)*) => {
        &[$(concat!(
            "INSERT INTO request_grams (street, gram, request) SELECT street, ", $gram,
            ", id FROM requests WHERE street = $1 AND ", $which
        )),*]
    };
}

const GRAMS: &[&str] = grams! {
    "'w路灯'" where "text LIKE '小区%'";
    "'w灯坏'" where "text LIKE '小区%'";
    "'w垃圾'" where "text LIKE '垃圾%'";
    "'w没人'" where "text LIKE '%'";
    "'n欧阳'" where "asker_name = '欧阳小明'";
    "'f7788'" where "asker_phone = '13912347788'";
    "'c' || category" where "id > 0";
    "'x' || SUBSTR(number, 9)" where "id > 0";
    "'m202603'" where "id > 0";
    "'a370323001028'" where "id > 0";
    "'a370323001028001'" where "area < 3703230010280020000";
    "'a370323001028002'" where "area >= 3703230010280020000";
};

async fn filled() -> Town {
    let town = town().await;
    let fill = |tx: &mut Tx, street: Street| {
        tx.execute(REQUESTS, params![street.number(), MANY, BASE])?;
        for gram in GRAMS {
            tx.execute(gram, params![street.number()])?;
        }
        tx.execute("ANALYZE", params![])?;
        Ok(())
    };
    town.write(fill).await.unwrap();
    town
}

fn holder(post: Post, area: &str) -> Actor {
    let held = Appointment { post, area: area.parse::<AreaCode>().unwrap(), unit: None };
    Actor { caller: Caller::Person(PersonId(1)), appointments: vec![held] }
}

/// What a list came to: its ids, and how often a whole table was read for it.
struct Read {
    ids: Vec<i64>,
    next: Option<RequestId>,
    spent: bool,
    whole_tables: i64,
    took: Duration,
}

/// How often this connection of PostgreSQL read one of our tables from end to end.
fn whole_tables(tx: &mut Tx) -> Result<i64, Error> {
    let row = tx.row(
        "SELECT CAST(COALESCE(SUM(seq_scan), 0) AS BIGINT) AS scans FROM pg_stat_xact_user_tables
         WHERE relname IN ('requests', 'request_grams')",
        params![],
    )?;
    Ok(row.ok_or(Error::NotFound)?.get("scans")?)
}

async fn list(town: &Town, actor: &Actor, query: &str, after: Option<RequestId>) -> Read {
    let settings = town.app.settings(town.street).unwrap();
    let filter = Wanted::read(query).filter(&settings, town.app.now()).unwrap();
    let filter = Filter { after, limit: 50, ..filter };
    let (actor, is_postgres) = (actor.clone(), town.app.db.engine() == Engine::Postgres);
    let read = move |tx: &mut Tx| {
        let before = if is_postgres { whole_tables(tx)? } else { 0 };
        let start = Instant::now();
        let lists = requests::list(tx, &settings, &actor, &filter)?;
        let took = start.elapsed();
        let after = if is_postgres { whole_tables(tx)? } else { 0 };
        let ids = lists.lines.iter().map(|line| line.id.0 - BASE).collect();
        let (next, spent) = (lists.next, lists.spent);
        Ok::<_, Error>(Read { ids, next, spent, whole_tables: after - before, took })
    };
    town.app.db.read(read).await.unwrap()
}

type Which<'a> = &'a dyn Fn(i64) -> bool;

#[tokio::test]
async fn a_search_finds_all_of_it_and_reads_no_table_to_its_end() {
    let town = filled().await;
    let lamp = |n: i64| n % 50 == 0;
    let in_grid = |n: i64| n % 100 < 50;
    let named = |n: i64| n % 1000 == 0;
    let (street, grid) = (holder(Post::StreetOfficer, STREET), holder(Post::GridLeader, GRID));
    let officer = holder(Post::CommunityOfficer, COMMUNITY);
    let masked = holder(Post::Auditor, STREET);
    let cases: &[(&Actor, &str, Which)] = &[
        (&street, "q=路灯", &lamp),
        (&street, "q=路灯坏", &lamp),
        (&street, "q=路灯 没人", &lamp),
        (&officer, "q=没人 欧阳", &named),
        (&street, "q=7788", &named),
        (&street, "q=欧阳", &named),
        (&street, "q=119000", &|n| n == 19_000),
        (&street, "q=HP-2026-119001", &|n| n == 19_001),
        (&grid, "q=路灯", &|n| lamp(n) && in_grid(n)),
        (&street, "q=路灯&area=370323001028002", &|n| lamp(n) && !in_grid(n)),
        (&street, "q=路灯&stage=raised", &|n| lamp(n) && n + 400 >= MANY),
        (&street, "q=路灯&category=roads", &|n| lamp(n) && n % 7 == 0),
        (&grid, "stage=open&category=roads", &|n| in_grid(n) && n % 7 == 0 && n + 400 >= MANY),
        (&officer, "late=1&q=灯", &|n| lamp(n) && n + 400 >= MANY),
        (&street, "q=不在这里", &|_| false),
        (&masked, "q=路灯", &|_| false),
        (&masked, "q=7788", &|_| false),
        (&masked, "q=119000", &|n| n == 19_000),
    ];
    for (actor, query, which) in cases {
        let (mut after, mut found, mut pages) = (None, Vec::new(), 0);
        loop {
            let read = list(&town, actor, query, after).await;
            assert_eq!(read.whole_tables, 0, "{query} reads a whole table");
            // Far above what it takes, so that only a search that reads everything fails here.
            assert!(read.took < Duration::from_secs(3), "{query}: {:?}", read.took);
            assert!(!read.ids.is_empty() || read.spent || read.next.is_none(), "{query}");
            found.extend(read.ids);
            pages += 1;
            after = read.next;
            if after.is_none() {
                break;
            }
        }
        let wanted: Vec<i64> = (0..MANY).rev().filter(|&n| which(n)).collect();
        assert_eq!(found, wanted, "{query}");
        assert!(pages <= wanted.len() / 50 + 2, "{query}: {pages} pages");
        let once: BTreeSet<i64> = found.iter().copied().collect();
        assert_eq!(once.len(), found.len(), "{query}");
    }
}

#[tokio::test]
async fn a_search_that_was_spent_says_where_and_goes_on_from_there() {
    let town = filled().await;
    let street = holder(Post::StreetOfficer, STREET);
    // One character has no gram: every request is read, so many at a time.
    let first = list(&town, &street, "q=区", None).await;
    assert!(!first.ids.is_empty());
    let (mut after, mut found, mut spent) = (None, Vec::new(), 0);
    loop {
        let read = list(&town, &street, "q=明&to=2026-03-02", after).await;
        found.extend(read.ids);
        spent += i32::from(read.spent);
        after = read.next;
        if after.is_none() {
            break;
        }
    }
    let wanted: Vec<i64> = (0..MANY).rev().filter(|n| n % 1000 == 0).collect();
    assert_eq!(found, wanted);
    assert!(spent > 0, "nobody reads twenty thousand requests for one page");
    let page = town.street_officer().opens("/requests?q=%E6%98%8E").await.with(200).body;
    assert!(page.contains("接着往前查") && page.contains("还没有查完"), "{page}");
}
