//! What `wuwei bench` measures the engines with.

use std::time::Duration;

use db::Db;
use db::bench::{Step, Value, fsync_rate, pgbench_script, recorded, sqlite_alone};

use crate::fresh::{self, file, number};

static SCHEMA: [db::Migration; 1] = [db::Migration {
    name: "0001_test_entries",
    sql: "CREATE TABLE entries (
    street BIGINT NOT NULL,
    id     BIGINT NOT NULL,
    text   TEXT   NOT NULL,
    PRIMARY KEY (street, id)
);",
}];

fn named(names: &[&str]) -> Vec<String> {
    names.iter().map(ToString::to_string).collect()
}

fn steps() -> Vec<Step> {
    vec![
        Step {
            sql: "INSERT INTO entries (street, id, text)
                  VALUES ($2, $1, $3)",
            values: Box::new(|n| vec![n.into(), 7.into(), format!("entry {n}").into()]),
            variables: named(&["id", "street", "text"]),
        },
        Step {
            sql: "SELECT text FROM entries WHERE street = $1 AND id = $2",
            values: Box::new(|n| vec![7.into(), n.into()]),
            variables: named(&["street", "id"]),
        },
    ]
}

#[tokio::test]
async fn sqlite_alone_does_what_a_store_would() {
    let url = fresh::sqlite();
    let lasting = Duration::from_millis(50);
    let rate = sqlite_alone(file(&url), &SCHEMA, 100, &steps(), lasting).unwrap();
    assert!(rate > 100.0, "{rate}");
    let again = sqlite_alone(file(&url), &SCHEMA, 1_000_000, &steps(), lasting).unwrap();
    assert!(again > 100.0, "{again}");
    let db = Db::open(&url).unwrap();
    let sql = "SELECT COUNT(*) AS n FROM entries WHERE street = 7 AND text = 'entry ' || id";
    let kept = number(&db, sql).await;
    assert!(kept > 2 && kept == number(&db, "SELECT COUNT(*) AS n FROM entries").await);
    assert_eq!(number(&db, "SELECT MIN(id) AS n FROM entries").await, 100);
}

#[tokio::test]
async fn what_a_use_case_runs_is_written_down_with_its_values() {
    let url = fresh::sqlite();
    Db::open(&url).unwrap().migrate(&SCHEMA).await.unwrap();
    let sql = "INSERT INTO entries (street, id, text) VALUES ($1, $2, $3)";
    let path = url.strip_prefix("sqlite:").unwrap();
    let (answer, ran) = recorded(path, |tx| {
        tx.execute(sql, db::params![7, 1, "kept"])?;
        Ok::<_, db::Error>(42)
    })
    .unwrap();
    assert_eq!((answer, ran.len(), ran[0].sql), (42, 1, sql));
    assert_eq!(ran[0].values, [Value::from(7), Value::from(1), Value::from("kept")]);
    let db = Db::open(&url).unwrap();
    assert_eq!(number(&db, "SELECT COUNT(*) AS n FROM entries").await, 1);
}

#[test]
fn a_script_for_pgbench_has_the_same_statements() {
    let many = Step {
        sql: "SELECT $1, $11, $2, $10",
        values: Box::new(|_| vec![]),
        variables: named(&["a", "b", "c", "d", "e", "f", "g", "h", "i", "j", "k"]),
    };
    let script = pgbench_script("\\set id random(1, 9)\n", &steps());
    assert_eq!(
        script,
        "\\set id random(1, 9)\nBEGIN;\n\
         INSERT INTO entries (street, id, text) VALUES (:street, :id, :text);\n\
         SELECT text FROM entries WHERE street = :street AND id = :id;\nCOMMIT;\n"
    );
    assert!(pgbench_script("", &[many]).contains("SELECT :a, :k, :b, :j;"));
}

#[test]
fn the_disk_is_asked() {
    let folder = fresh::folder();
    let rate = fsync_rate(&folder, Duration::from_millis(30)).unwrap();
    assert!(rate > 1.0, "{rate}");
    assert_eq!(std::fs::read_dir(&folder).unwrap().count(), 0, "it leaves nothing behind");
    assert!(fsync_rate(&folder.join("nowhere"), Duration::from_millis(30)).is_err());
}
