//! How long a list takes, and how many commands a second there are: `cargo test -p db --release --
//! --ignored --nocapture speed`.

use std::fmt::Write;
use std::sync::atomic::{AtomicI64, Ordering::Relaxed};
use std::time::{Duration, Instant};

use db::bench::{Step, Value, fsync_rate, pgbench_script, sqlite_alone};
use db::{Db, Error, Limits, Tx, params};

use crate::fresh::{self, engines, file, limits};

const ROWS: i64 = 50;
const LISTS: u32 = 4000;
const LIST: &str = "SELECT street, id, area, category, stage, due_at, version, title, asker,
                           phone, place, text, holder, number
                      FROM cases WHERE street = $1 ORDER BY id LIMIT 50";
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

/// Commands a second, of five statements each, beside what the engine does by itself.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
#[ignore = "it measures"]
async fn commands_beside_the_engine() {
    let lasting = Duration::from_secs(3);
    for url in engines() {
        let limits = Limits { workers: 8, ..limits() };
        let db = Db::open_within(&url, limits).unwrap();
        db.migrate(&ACCOUNTS).await.unwrap();
        db.write(open_accounts).await.unwrap();
        if url.starts_with("sqlite") {
            let alone = fresh::sqlite();
            let other = Db::open(&alone).unwrap();
            other.migrate(&ACCOUNTS).await.unwrap();
            other.write(open_accounts).await.unwrap();
            drop(other);
            let rate = sqlite_alone(file(&alone), &[], 1, &steps(), lasting).unwrap();
            println!("sqlite   alone       {rate:>8.0} commands/s");
            let syncs = fsync_rate(file(&alone).parent().unwrap(), lasting / 3).unwrap();
            println!("disk                 {syncs:>8.0} syncs/s");
        } else {
            let settings = "\\set street 7\n\\set id random(1, 1000000000000)\n\\set one 1\n\
                            \\set account random(1, 1000)";
            let script = file_of(&pgbench_script(settings, &steps()));
            println!("{url} {}", script.display());
        }
        for clients in [1, 8, 32, 256] {
            let rate = commands(&db, clients, lasting).await;
            let engine = url.split(':').next().unwrap();
            println!("{engine:<8} {clients:>3} clients {rate:>8.0} commands/s");
        }
    }
}

async fn commands(db: &Db, clients: i64, lasting: Duration) -> f64 {
    static NEXT: AtomicI64 = AtomicI64::new(2_000_000_000_000);
    let since = Instant::now();
    let tasks = (0..clients).map(|_| {
        let db = db.clone();
        tokio::spawn(async move {
            let mut done = 0_u32;
            while since.elapsed() < lasting {
                let id = NEXT.fetch_add(1, Relaxed);
                db.write(move |tx| command(tx, id)).await.unwrap();
                done += 1;
            }
            done
        })
    });
    let mut done = 0;
    for task in tasks.collect::<Vec<_>>() {
        done += task.await.unwrap();
    }
    f64::from(done) / since.elapsed().as_secs_f64()
}

fn command(tx: &mut Tx, id: i64) -> Result<(), Error> {
    let account = id % 1000 + 1;
    assert!(tx.row(SEEN, params![7, id])?.is_none());
    tx.row(LOAD, params![7, account])?.expect("the account is there").get::<i64>("n")?;
    tx.guarded(ADD, params![1, 7, account])?;
    tx.execute(ENTER, params![7, id, account, "楼道里的灯坏了三天"])?;
    tx.execute(KEEP, params![7, id, "the first answer to this key"])?;
    Ok(())
}

const SEEN: &str = "SELECT answer FROM receipts WHERE street = $1 AND id = $2";
const LOAD: &str = "SELECT n, version FROM accounts WHERE street = $1 AND id = $2";
const ADD: &str =
    "UPDATE accounts SET n = n + $1, version = version + 1 WHERE street = $2 AND id = $3";
const ENTER: &str = "INSERT INTO entries (street, id, account, text) VALUES ($1, $2, $3, $4)";
const KEEP: &str = "INSERT INTO receipts (street, id, answer) VALUES ($1, $2, $3)";

fn steps() -> Vec<Step> {
    let step = |sql, values: fn(i64) -> Vec<Value>, variables: &[&str]| Step {
        sql,
        values: Box::new(values),
        variables: variables.iter().map(|&name| name.to_owned()).collect(),
    };
    vec![
        step(SEEN, |n| vec![7.into(), n.into()], &["street", "id"]),
        step(LOAD, |n| vec![7.into(), (n % 1000 + 1).into()], &["street", "account"]),
        step(
            ADD,
            |n| vec![1.into(), 7.into(), (n % 1000 + 1).into()],
            &["one", "street", "account"],
        ),
        step(
            ENTER,
            |n| vec![7.into(), n.into(), (n % 1000 + 1).into(), "楼道里的灯坏了三天".into()],
            &["street", "id", "account", "text"],
        ),
        step(
            KEEP,
            |n| vec![7.into(), n.into(), "the first answer to this key".into()],
            &["street", "id", "text"],
        ),
    ]
}

fn open_accounts(tx: &mut Tx) -> Result<(), Error> {
    for id in 1..=1000 {
        let sql = "INSERT INTO accounts (street, id, n, version) VALUES ($1, $2, 0, 0)";
        tx.execute(sql, params![7, id])?;
    }
    Ok(())
}

fn file_of(script: &str) -> std::path::PathBuf {
    let file = fresh::folder().join("command.pgbench");
    std::fs::write(&file, script).unwrap();
    file
}

static ACCOUNTS: [db::Migration; 1] = [db::Migration {
    name: "0001_test_accounts",
    sql: "CREATE TABLE accounts (
    street BIGINT NOT NULL,
    id BIGINT NOT NULL,
    n BIGINT NOT NULL,
    version BIGINT NOT NULL,
    PRIMARY KEY (street, id)
);
CREATE TABLE entries (
    street BIGINT NOT NULL,
    id BIGINT NOT NULL,
    account BIGINT NOT NULL,
    text TEXT NOT NULL,
    PRIMARY KEY (street, id)
);
CREATE TABLE receipts (
    street BIGINT NOT NULL,
    id BIGINT NOT NULL,
    answer TEXT NOT NULL,
    PRIMARY KEY (street, id)
);",
}];
