//! What the layer promises on both engines.

use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering::SeqCst};
use std::time::Duration;

use db::{Db, Engine, Error, Limits, Migration, Tx, params};

use crate::fresh::{self, add, engines, limits, migrated, number};

/// One test for each engine: the name of the promise, and a story that gets a database with a
/// schema.
macro_rules! promises {
    ($($(#[$doc:meta])* $name:ident)*) => {$(
        $(#[$doc])*
        #[tokio::test(flavor = "multi_thread", worker_threads = 4)]
        async fn $name() {
            for url in engines() {
                stories::$name(migrated(&url, limits()).await, &url).await;
            }
        }
    )*};
}

promises! {
    placeholders_are_bound_by_their_number
    a_refused_command_leaves_no_trace_and_its_neighbours_stand
    a_panic_is_an_answer_and_the_next_command_runs
    of_many_who_add_at_once_every_one_counts
    who_is_overtaken_hears_the_refusal_of_the_rule
    a_guard_that_never_holds_is_an_answer
    a_closure_may_answer_a_double_in_its_own_words
    of_many_with_one_key_all_hear_the_same
    money_moved_to_and_fro_stays_the_same_sum
    a_guard_lets_no_more_through_than_there_is
    a_read_sees_what_was_answered_before_it
    a_read_is_one_snapshot_and_cannot_write
    after_a_failed_statement_nothing_runs
    errors_have_the_same_names_on_both_engines
    a_full_queue_says_busy
    a_changed_text_and_a_newer_schema_are_refused
    a_migration_that_fails_leaves_no_trace
    what_is_anothers_is_refused
    every_kind_of_value_comes_back
    many_rows_go_in_by_few_statements_and_all_or_none
}

const RAISE: &str =
    "UPDATE counters SET n = $1, version = version + 1 WHERE id = $2 AND version = $3";
const ONE: Migration =
    Migration { name: "0001_test_one", sql: "CREATE TABLE once (\n    id BIGINT PRIMARY KEY\n);" };
const TWO: Migration = Migration {
    name: "0002_test_two",
    sql: "ALTER TABLE once ADD COLUMN note TEXT; INSERT INTO once (id) VALUES (1);",
};
pub static FIRST: [Migration; 1] = [ONE];
pub static SECOND: [Migration; 2] = [ONE, TWO];

mod stories {
    use super::*;

    pub async fn placeholders_are_bound_by_their_number(db: Db, _: &str) {
        let row = db.write(|tx| {
            tx.execute("INSERT INTO notes (id, text) VALUES ($2, $1)", params!["one", 1])?;
            let sql = "SELECT text, id FROM notes WHERE text = $3 AND id < $2 AND id = $1";
            tx.row(sql, params![1, 5, "one"])
        });
        let row = row.await.unwrap().expect("the row is found");
        assert_eq!((row.get("text"), row.get("id")), (Ok("one".to_owned()), Ok(1)));
        assert!(matches!(row.get::<i64>("text"), Err(Error::Corrupt(_))));
        for params in [&[][..], params![1, 2]] {
            let params: Vec<_> = params.to_vec();
            let read = move |tx: &mut Tx| tx.rows("SELECT n FROM counters WHERE id = $1", &params);
            assert!(db.read(read).await.is_err(), "as many values as placeholders");
        }
    }

    pub async fn a_refused_command_leaves_no_trace_and_its_neighbours_stand(db: Db, _: &str) {
        let tasks: Vec<_> = (0..100)
            .map(|n| {
                let db = db.clone();
                tokio::spawn(async move {
                    let work = move |tx: &mut Tx| {
                        tx.execute("INSERT INTO notes (id, text) VALUES ($1, 'x')", params![n])?;
                        if n % 3 == 0 { Err(Error::Other("refused".into())) } else { Ok(()) }
                    };
                    assert_eq!(db.write(work).await.is_err(), n % 3 == 0);
                })
            })
            .collect();
        for task in tasks {
            task.await.unwrap();
        }
        assert_eq!(number(&db, "SELECT COUNT(*) AS n FROM notes").await, 66);
        assert_eq!(number(&db, "SELECT COUNT(*) AS n FROM notes WHERE id % 3 = 0").await, 0);
    }

    pub async fn a_panic_is_an_answer_and_the_next_command_runs(db: Db, _: &str) {
        let work = |tx: &mut Tx| -> Result<(), Error> {
            tx.execute("UPDATE counters SET n = 7 WHERE id = 1", &[])?;
            panic!("on purpose")
        };
        assert_eq!(db.write(work).await, Err(Error::Panicked));
        assert!(db.read(work).await.is_err());
        add(&db, 1).await.unwrap();
        assert_eq!(number(&db, "SELECT n FROM counters").await, 1);
    }

    pub async fn of_many_who_add_at_once_every_one_counts(db: Db, _: &str) {
        // Load, decide, save: without its guard some of these would overwrite others.
        let tasks = (0..48).map(|_| {
            let db = db.clone();
            tokio::spawn(async move {
                let work = |tx: &mut Tx| {
                    let row =
                        tx.row("SELECT n, version FROM counters WHERE id = $1", params![1])?;
                    let row = row.expect("the counter is there");
                    let (n, version): (i64, i64) = (row.get("n")?, row.get("version")?);
                    tx.guarded(RAISE, params![n + 1, 1, version])
                };
                // To have been overtaken twice is an honest answer, so ask again.
                while let Err(error) = db.write(work).await {
                    assert_eq!((error, db.engine()), (Error::Stale, Engine::Postgres));
                }
            })
        });
        for task in tasks.collect::<Vec<_>>() {
            task.await.unwrap();
        }
        assert_eq!(number(&db, "SELECT n FROM counters").await, 48);
        assert_eq!(number(&db, "SELECT version AS n FROM counters").await, 48);
    }

    pub async fn who_is_overtaken_hears_the_refusal_of_the_rule(db: Db, _: &str) {
        // Whoever comes first takes it; the rule refuses the others in its own words.
        let take = |tx: &mut Tx| {
            let row = tx.row("SELECT n, version FROM counters WHERE id = $1", params![1])?;
            let row = row.expect("the counter is there");
            std::thread::sleep(Duration::from_millis(30));
            match row.get::<i64>("n")? {
                0 => tx.guarded(RAISE, params![1, 1, row.get::<i64>("version")?]),
                _ => Err(Error::Other("it is taken".into())),
            }
        };
        let tasks = (0..8).map(|_| {
            let db = db.clone();
            tokio::spawn(async move { db.write(take).await })
        });
        let mut takers = 0;
        for task in tasks.collect::<Vec<_>>() {
            match task.await.unwrap() {
                Ok(()) => takers += 1,
                refusal => assert_eq!(refusal, Err(Error::Other("it is taken".into()))),
            }
        }
        assert_eq!(takers, 1);
    }

    pub async fn a_guard_that_never_holds_is_an_answer(db: Db, _: &str) {
        let runs = Arc::new(AtomicI64::new(0));
        let counted = Arc::clone(&runs);
        let work = move |tx: &mut Tx| {
            counted.fetch_add(1, SeqCst);
            tx.execute("INSERT INTO notes (id, text) VALUES (7, 'x')", &[])?;
            let _ = tx.guarded(RAISE, params![1, 1, 99]);
            Ok::<_, Error>(())
        };
        assert_eq!(db.write(work).await, Err(Error::Stale), "even where the closure hides it");
        let expected = if db.engine() == Engine::Postgres { 2 } else { 1 };
        assert_eq!(runs.load(SeqCst), expected);
        assert_eq!(number(&db, "SELECT COUNT(*) AS n FROM notes").await, 0);
    }

    pub async fn a_closure_may_answer_a_double_in_its_own_words(db: Db, _: &str) {
        add(&db, 1).await.unwrap();
        let work = |tx: &mut Tx| {
            let double = tx.execute("INSERT INTO counters (id, n) VALUES (1, 1)", &[]);
            double.map_err(|_| Error::Other("it is there already".into()))
        };
        assert_eq!(db.write(work).await, Err(Error::Other("it is there already".into())));
    }

    pub async fn of_many_with_one_key_all_hear_the_same(db: Db, _: &str) {
        // As a receipt does: look for the key, otherwise act and leave it.
        let tasks = (0..16).map(|n| {
            let db = db.clone();
            let deed = move |tx: &mut Tx| {
                if let Some(row) = tx.row("SELECT text FROM notes WHERE id = 5", &[])? {
                    return row.get::<String>("text");
                }
                let text = format!("first was {n}");
                tx.execute("UPDATE counters SET n = n + 1 WHERE id = 1", &[])?;
                tx.execute("INSERT INTO notes (id, text) VALUES (5, $1)", params![&text])?;
                Ok(text)
            };
            tokio::spawn(async move { db.write(deed).await })
        });
        let mut answers = Vec::new();
        for task in tasks.collect::<Vec<_>>() {
            answers.push(task.await.unwrap().unwrap());
        }
        assert!(answers.iter().all(|answer| *answer == answers[0]), "{answers:?}");
        assert_eq!(number(&db, "SELECT n FROM counters").await, 1);
    }

    pub async fn money_moved_to_and_fro_stays_the_same_sum(db: Db, _: &str) {
        db.write(|tx| {
            tx.execute("INSERT INTO counters (id, n) VALUES (2, 500), (3, 500)", &[])?;
            tx.execute("UPDATE counters SET n = 500 WHERE id = 1", &[])
        })
        .await
        .unwrap();
        let tasks = (0..12_i64).map(|client| {
            let db = db.clone();
            tokio::spawn(async move {
                for turn in 0..15 {
                    let from = (client + turn) % 3 + 1;
                    let to = (client + 2 * turn + 1) % 3 + 1;
                    // In the order of their ids, as the ledger does, so that nobody waits in a
                    // ring.
                    let mut steps = [(from, -7), (to, 7)];
                    steps.sort_unstable();
                    let work = move |tx: &mut Tx| {
                        let sql = "UPDATE counters SET n = n + $1 WHERE id = $2 AND n + $1 >= 0";
                        for (id, change) in steps {
                            if tx.execute(sql, params![change, id])? == 0 {
                                return Err(Error::Other("empty".into()));
                            }
                        }
                        Ok(())
                    };
                    let moved = db.write(work).await;
                    assert!(matches!(moved, Ok(()) | Err(Error::Other(_))), "{moved:?}");
                }
            })
        });
        for task in tasks.collect::<Vec<_>>() {
            task.await.unwrap();
        }
        let sum = number(&db, "SELECT CAST(SUM(n) AS BIGINT) AS n FROM counters").await;
        assert_eq!(sum, 1500);
    }

    pub async fn a_guard_lets_no_more_through_than_there_is(db: Db, _: &str) {
        add(&db, 100).await.unwrap();
        let take = |tx: &mut Tx| {
            tx.execute("UPDATE counters SET n = n - $1 WHERE id = $2 AND n >= $1", params![30, 1])
        };
        let tasks = (0..20).map(|_| {
            let db = db.clone();
            tokio::spawn(async move { db.write(take).await.unwrap() })
        });
        let mut taken = 0;
        for task in tasks.collect::<Vec<_>>() {
            taken += task.await.unwrap();
        }
        assert_eq!((taken, number(&db, "SELECT n FROM counters").await), (3, 10));
    }

    pub async fn a_read_sees_what_was_answered_before_it(db: Db, _: &str) {
        for n in 1..=50 {
            add(&db, 1).await.unwrap();
            assert_eq!(number(&db, "SELECT n FROM counters").await, n);
        }
    }

    pub async fn a_read_is_one_snapshot_and_cannot_write(db: Db, _: &str) {
        let writer = db.clone();
        let runtime = tokio::runtime::Handle::current();
        let report = db.report(move |tx| {
            let read = |tx: &mut Tx| tx.row("SELECT n FROM counters", &[])?.unwrap().get("n");
            let before: i64 = read(tx)?;
            runtime.block_on(add(&writer, 1))?;
            Ok::<_, Error>((before, read(tx)?))
        });
        // On PostgreSQL the closure runs on a worker, where one may wait for another worker as
        // well.
        assert_eq!(report.await, Ok((0, 0)));
        let write = |tx: &mut Tx| tx.execute("UPDATE counters SET n = 9", &[]);
        assert_eq!(db.read(write).await, Err(Error::ReadOnly));
        assert_eq!(number(&db, "SELECT n FROM counters").await, 1);
    }

    pub async fn after_a_failed_statement_nothing_runs(db: Db, _: &str) {
        let work = |tx: &mut Tx| {
            let insert = "INSERT INTO notes (id, text) VALUES ($1, $2)";
            tx.execute(insert, params![1, "first"])?;
            let _ = tx.execute(insert, params![1, "again"]);
            tx.execute(insert, params![2, "never"]).expect_err("the transaction has failed");
            Ok::<_, Error>(())
        };
        assert_eq!(db.write(work).await, Err(Error::Unique { table: "notes".into() }));
        assert_eq!(number(&db, "SELECT COUNT(*) AS n FROM notes").await, 0);
    }

    pub async fn errors_have_the_same_names_on_both_engines(db: Db, _: &str) {
        let run = |sql: &'static str| db.write(move |tx| tx.execute(sql, &[]));
        let unique = run("INSERT INTO counters (id, n) VALUES (1, 1)").await;
        assert_eq!(unique, Err(Error::Unique { table: "counters".into() }));
        assert!(matches!(run("UPDATE counters SET n = -1").await, Err(Error::Check(_))));
        let orphan = run("INSERT INTO owned (id, note) VALUES (1, 99)").await;
        assert!(matches!(orphan, Err(Error::ForeignKey(_))));
        assert!(matches!(run("SELECT nonsense").await, Err(Error::Other(_))));
        let text = run("INSERT INTO notes (id, text) VALUES (CAST('1' AS BIGINT), NULL)").await;
        assert!(matches!(text, Err(Error::Other(_))), "a NOT NULL is neither unique nor a check");
    }

    pub async fn a_full_queue_says_busy(_: Db, url: &str) {
        let patience = Duration::from_millis(50);
        let db =
            migrated(&fresh::another(url), Limits { queue: 1, workers: 1, patience, ..limits() })
                .await;
        let slow = |_: &mut Tx| {
            std::thread::sleep(Duration::from_millis(400));
            Ok::<_, Error>(())
        };
        let tasks = (0..8).map(|_| {
            let db = db.clone();
            tokio::spawn(async move { db.write(slow).await })
        });
        let mut busy = 0;
        for task in tasks.collect::<Vec<_>>() {
            busy += i32::from(task.await.unwrap() == Err(Error::Busy));
        }
        assert!(busy >= 5, "one runs, one or two wait, the others hear of it: {busy}");
        db.write(slow).await.expect("the queue drains");
    }

    pub async fn a_changed_text_and_a_newer_schema_are_refused(_: Db, url: &str) {
        const OTHER: Migration = Migration { name: "0001_test_one", sql: "SELECT 1;" };
        const AMID: Migration = Migration { name: "0001_test_amid", sql: "SELECT 1;" };
        static CHANGED: [Migration; 2] = [OTHER, TWO];
        static INSERTED: [Migration; 3] = [AMID, ONE, TWO];
        let url = &fresh::another(url);
        let db = Db::open_within(url, limits()).unwrap();
        for history in [&FIRST[..], &SECOND[..], &SECOND[..]] {
            db.migrate(history).await.unwrap();
        }
        assert_eq!(number(&db, "SELECT COUNT(*) AS n FROM once").await, 1);
        let refusal = |migrated: Result<(), Error>| match migrated.unwrap_err() {
            Error::Migration(sentence) => sentence,
            other => panic!("{other:?}"),
        };
        assert!(refusal(db.migrate(&CHANGED).await).contains("changed since"));
        assert!(refusal(db.migrate(&INSERTED).await).contains("was applied before it"));
        assert!(refusal(db.migrate(&FIRST).await).contains("a newer version of this program"));
        assert_eq!(number(&db, "SELECT COUNT(*) AS n FROM once").await, 1);
    }

    pub async fn a_migration_that_fails_leaves_no_trace(_: Db, url: &str) {
        const WRONG: Migration = Migration {
            name: "0002_test_wrong",
            sql: "INSERT INTO once (id) VALUES (5); SELECT nonsense;",
        };
        static HALF: [Migration; 2] = [ONE, WRONG];
        let db = Db::open_within(&fresh::another(url), limits()).unwrap();
        db.migrate(&FIRST).await.unwrap();
        let failed = db.migrate(&HALF).await.unwrap_err().to_string();
        assert!(failed.starts_with("migration 0002_test_wrong: "), "{failed}");
        assert_eq!(number(&db, "SELECT COUNT(*) AS n FROM once").await, 0);
        db.migrate(&SECOND).await.expect("the right text is welcome afterwards");
    }

    pub async fn what_is_anothers_is_refused(_: Db, url: &str) {
        let url = fresh::another(url);
        fresh::run_beside(&url, "CREATE TABLE customers (id INTEGER)");
        let db = Db::open_within(&url, limits()).unwrap();
        let refusal = db.migrate(&FIRST).await.unwrap_err().to_string();
        assert!(refusal.contains("1 tables of another program"), "{refusal}");
        fresh::run_beside(&url, "CREATE TABLE migrations (id INTEGER, batch INTEGER)");
        let refusal = db.migrate(&FIRST).await.unwrap_err().to_string();
        assert!(refusal.contains("another program's"), "{refusal}");
    }

    pub async fn every_kind_of_value_comes_back(db: Db, _: &str) {
        let (long, family) = ("长".repeat(50_000), "👩‍👩‍👧‍👦".repeat(5_000));
        let texts = ["", "x", "里山街道", "it's \"so\"", &long, &family].map(str::to_owned);
        let kept = texts.clone();
        let keep = move |tx: &mut Tx| {
            for (id, text) in (1..).zip(&kept) {
                let insert = "INSERT INTO notes (id, text) VALUES ($1, $2)";
                tx.execute(insert, params![id, text])?;
            }
            tx.execute("UPDATE counters SET n = $1 WHERE id = 1", params![i64::MAX])
        };
        db.write(keep).await.unwrap();
        let sql =
            "SELECT text, id, CAST(NULL AS TEXT) AS none, -id AS minus FROM notes ORDER BY id";
        let rows = db.report(move |tx| tx.rows(sql, &[])).await.unwrap();
        assert_eq!(rows.len(), texts.len());
        for ((id, text), row) in (1_i64..).zip(&texts).zip(&rows) {
            assert_eq!(row.get::<&str>("text").unwrap(), text);
            assert_eq!(row.get::<Option<String>>("text").unwrap().as_ref(), Some(text));
            assert_eq!((row.get("id"), row.get("minus")), (Ok(id), Ok(-id)));
            assert_eq!(row.get::<Option<&str>>("none"), Ok(None));
            assert_eq!(row.parse("id", |n: i64| n.checked_add(1)), Ok(id + 1));
        }
        assert_eq!(number(&db, "SELECT n FROM counters").await, i64::MAX);
        let secret = rows[2].parse("text", |_: &str| None::<i64>).unwrap_err().to_string();
        assert!(secret.contains("column text") && !secret.contains("里山"), "{secret}");
        assert!(rows[0].get::<i64>("nowhere").is_err() && rows[0].get::<i64>("none").is_err());
        let nul = |tx: &mut Tx| {
            tx.execute("INSERT INTO notes (id, text) VALUES (9, $1)", params!["a\0b"])
        };
        assert!(matches!(db.write(nul).await, Err(Error::Other(_))), "neither keeps a NUL");
    }

    pub async fn many_rows_go_in_by_few_statements_and_all_or_none(db: Db, _: &str) {
        const NOTES: &str = "INSERT INTO notes (id, text)";
        let texts: Vec<String> = (0..3001).map(|n| format!("第 {n} 条")).collect();
        let add = move |tx: &mut Tx, first: i64, more: i64| {
            let numbered = (first..).zip(&texts);
            let mut cells: Vec<db::Param<'_>> =
                numbered.flat_map(|(id, text)| [id.into(), text.into()]).collect();
            cells.extend_from_slice(params![more, "last"]);
            tx.insert_rows(NOTES, 2, &cells)
        };
        let before = db.statements();
        let once = add.clone();
        let added = db.write(move |tx| once(tx, 10, 9000)).await.unwrap();
        // 512 + 512 + … : powers of two, at most a thousand rows in one.
        assert_eq!((added, db.statements() - before), (3002, 11));
        let row = "SELECT COUNT(*) AS n FROM notes WHERE id = 3010 AND text = '第 3000 条'";
        assert_eq!(number(&db, row).await, 1);
        let twice = db.write(move |tx| add(tx, 10_000, 9000)).await;
        assert!(matches!(twice, Err(Error::Unique { .. })), "{twice:?}");
        assert_eq!(number(&db, "SELECT COUNT(*) AS n FROM notes").await, 3002);
        let none = db.write(|tx| tx.insert_rows(NOTES, 2, &[])).await;
        assert_eq!(none, Ok::<_, Error>(0));
    }
}
