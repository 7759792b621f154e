//! How long a list takes: `cargo test -p db --release -- --ignored --nocapture speed`.

use std::fmt::Write;
use std::time::Instant;

use db::{Db, Error, Tx, params};

use crate::fresh::{engines, limits};

const ROWS: i64 = 50;
const LISTS: u32 = 4000;
const LIST: &str = "SELECT street, id, area, category, stage, due_at, version, title, asker, phone, \
                    place, text, holder, number FROM cases WHERE street = $1 ORDER BY id LIMIT 50";
const NUMBERS: [&str; 7] = ["street", "id", "area", "category", "stage", "due_at", "version"];
const WORDS: [&str; 7] = ["title", "asker", "phone", "place", "text", "holder", "number"];

#[tokio::test]
#[ignore = "it measures"]
async fn a_list_of_fifty_rows_of_fourteen_columns() {
    for url in engines() {
        let db = Db::open_within(&url, limits()).unwrap();
        fill(&db).await;
        if url.starts_with("sqlite") {
            alone(&url);
        }
        for (name, read) in
            [("unread", unread as fn(&mut Tx) -> _), ("copied", copied), ("borrowed", borrowed)]
        {
            let since = Instant::now();
            for _ in 0..LISTS {
                db.read(read).await.unwrap();
            }
            let micros = since.elapsed().as_secs_f64() * 1e6 / f64::from(LISTS);
            println!("{} {name:<9} {micros:>7.1} us a list", url.split(':').next().unwrap());
        }
    }
}

fn unread(tx: &mut Tx) -> Result<usize, Error> {
    Ok(tx.rows(LIST, params![370_323_001])?.len())
}

fn copied(tx: &mut Tx) -> Result<usize, Error> {
    let mut seen = 0;
    for row in tx.rows(LIST, params![370_323_001])? {
        for name in NUMBERS {
            seen += usize::from(row.get::<i64>(name)? > 0);
        }
        for name in WORDS {
            seen += row.get::<String>(name)?.len();
        }
    }
    Ok(seen)
}

fn borrowed(tx: &mut Tx) -> Result<usize, Error> {
    let mut seen = 0;
    for row in tx.rows(LIST, params![370_323_001])? {
        for name in NUMBERS {
            seen += usize::from(row.get::<i64>(name)? > 0);
        }
        for name in WORDS {
            seen += row.get::<&str>(name)?.len();
        }
    }
    Ok(seen)
}

/// The engine's own time for the same list, each column looked at once.
fn alone(url: &str) {
    let file = rusqlite::Connection::open(crate::fresh::file(url)).unwrap();
    let mut statement = file.prepare(LIST).unwrap();
    let (since, mut seen) = (Instant::now(), 0);
    for _ in 0..LISTS {
        let mut rows = statement.query([370_323_001]).unwrap();
        while let Some(row) = rows.next().unwrap() {
            for place in 0..14 {
                seen += usize::from(row.get_ref(place).unwrap().as_str().is_ok());
            }
        }
    }
    assert_eq!(seen, 50 * 7 * LISTS as usize);
    let micros = since.elapsed().as_secs_f64() * 1e6 / f64::from(LISTS);
    println!("sqlite alone     {micros:>7.1} us a list");
}

async fn fill(db: &Db) {
    let mut columns = String::new();
    for name in &NUMBERS[2..] {
        write!(columns, "{name} BIGINT NOT NULL,\n    ").unwrap();
    }
    for name in WORDS {
        write!(columns, "{name} TEXT NOT NULL,\n    ").unwrap();
    }
    let sql = format!(
        "CREATE TABLE cases (\n    street BIGINT NOT NULL,\n    id BIGINT NOT NULL,\n    \
         {columns}PRIMARY KEY (street, id)\n);"
    );
    let history = vec![db::Migration { name: "0001_test_cases", sql: sql.leak() }].leak();
    db.migrate(history).await.unwrap();
    let work = |tx: &mut Tx| {
        let sql = "INSERT INTO cases (street, id, area, category, stage, due_at, version, title, \
                   asker, phone, place, text, holder, number) VALUES \
                   ($1, $2, $2, $2, $2, $2, $2, $3, $3, $3, $3, $3, $3, $3)";
        for id in 1..=ROWS {
            tx.execute(sql, params![370_323_001, id, "楼道里的灯坏了三天"])?;
        }
        Ok::<_, Error>(())
    };
    db.write(work).await.unwrap();
}
