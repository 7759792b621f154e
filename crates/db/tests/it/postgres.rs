//! What only PostgreSQL can do wrong: connections that break, servers that move, deadlocks.

use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering::SeqCst};
use std::time::Duration;

use db::{Db, Engine, Error, Limits, Tx, params};

use crate::fresh::{self, add, limits, migrated, number};
use crate::promises::{FIRST, SECOND};

/// A fresh database, where there is a server.
fn url() -> Option<String> {
    fresh::server().map(|server| fresh::postgres(&server))
}

#[tokio::test]
async fn a_lost_connection_is_made_anew() {
    let Some(url) = url() else { return };
    let db = migrated(&url, limits()).await;
    for n in 1..=20 {
        add(&db, 1).await.unwrap();
        fresh::cut_connections(&url);
        assert_eq!(number(&db, "SELECT n FROM counters").await, n);
    }
}

#[tokio::test]
async fn a_command_whose_connection_breaks_amid_runs_again_from_its_beginning() {
    let Some(url) = url() else { return };
    let db = migrated(&url, limits()).await;
    let runs = Arc::new(AtomicI64::new(0));
    let (counted, cut) = (Arc::clone(&runs), url.clone());
    let work = move |tx: &mut Tx| {
        tx.execute("UPDATE counters SET n = n + 1 WHERE id = 1", &[])?;
        if counted.fetch_add(1, SeqCst) < 2 {
            fresh::cut_connections(&cut);
        }
        tx.execute("INSERT INTO notes (id, text) VALUES (1, 'x')", &[])
    };
    assert_eq!(db.write(work).await, Ok(1));
    assert_eq!(runs.load(SeqCst), 3);
    assert_eq!(number(&db, "SELECT n FROM counters").await, 1, "what broke left no trace");
}

/// The server takes the commit and dies before it answers: nobody knows, so it is not run again.
#[tokio::test]
async fn a_commit_that_breaks_is_not_run_again() {
    let Some(url) = url() else { return };
    let db = migrated(&url, limits()).await;
    fresh::run_beside(
        &url,
        "CREATE FUNCTION die() RETURNS trigger LANGUAGE plpgsql AS
         'BEGIN PERFORM pg_terminate_backend(pg_backend_pid()); RETURN NULL; END';
         CREATE CONSTRAINT TRIGGER die AFTER INSERT ON notes DEFERRABLE INITIALLY DEFERRED
         FOR EACH ROW EXECUTE FUNCTION die();",
    );
    let runs = Arc::new(AtomicI64::new(0));
    let counted = Arc::clone(&runs);
    let work = move |tx: &mut Tx| {
        counted.fetch_add(1, SeqCst);
        tx.execute("INSERT INTO notes (id, text) VALUES (1, 'x')", &[])
    };
    assert!(matches!(db.write(work).await, Err(Error::ResultUnknown(_))));
    assert_eq!(runs.load(SeqCst), 1);
    add(&db, 1).await.expect("the worker connects again, and goes on");
    assert!(db.can_write() && db.health().await.is_ok());
}

#[tokio::test]
async fn a_commit_that_is_refused_is_that_refusal() {
    let Some(url) = url() else { return };
    let db = migrated(&url, limits()).await;
    let orphan = |tx: &mut Tx| tx.execute("INSERT INTO late (id, note) VALUES (1, 99)", &[]);
    assert!(matches!(db.write(orphan).await, Err(Error::ForeignKey(_))));
    assert_eq!(number(&db, "SELECT COUNT(*) AS n FROM late").await, 0);
    add(&db, 1).await.unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn who_waits_for_a_row_need_not_begin_again() {
    let Some(url) = url() else { return };
    let db = migrated(&url, limits()).await;
    let (held, runs) = (Arc::new(AtomicI64::new(0)), Arc::new(AtomicI64::new(0)));
    let (holder, holding) = (db.clone(), Arc::clone(&held));
    let holder = tokio::spawn(async move {
        let work = move |tx: &mut Tx| {
            let changed = tx.execute("UPDATE counters SET n = n + 1 WHERE id = 1", &[]);
            holding.store(1, SeqCst);
            // Long enough for the other to come to this row and wait.
            std::thread::sleep(Duration::from_millis(300));
            changed
        };
        holder.write(work).await
    });
    while held.load(SeqCst) == 0 {
        tokio::task::yield_now().await;
    }
    let counted = Arc::clone(&runs);
    let work = move |tx: &mut Tx| {
        counted.fetch_add(1, SeqCst);
        tx.rows("SELECT n FROM counters", &[])?;
        tx.execute("UPDATE counters SET n = n + 1 WHERE id = 1", &[])
    };
    assert_eq!((db.write(work).await, holder.await.unwrap()), (Ok(1), Ok(1)));
    assert_eq!(runs.load(SeqCst), 1, "on a hot row it would begin again and again");
    assert_eq!(number(&db, "SELECT n FROM counters").await, 2);
}

#[tokio::test(flavor = "multi_thread")]
async fn who_meets_a_deadlock_runs_again() {
    let Some(url) = url() else { return };
    let db = migrated(&url, limits()).await;
    db.write(|tx| tx.execute("INSERT INTO counters (id, n) VALUES (2, 0)", &[])).await.unwrap();
    let runs = Arc::new(AtomicI64::new(0));
    let both = |first: i64, second: i64| {
        let (db, counted) = (db.clone(), Arc::clone(&runs));
        let work = move |tx: &mut Tx| {
            let sql = "UPDATE counters SET n = n + 1 WHERE id = $1";
            tx.execute(sql, params![first])?;
            counted.fetch_add(1, SeqCst);
            // Until the other has its first row as well.
            while counted.load(SeqCst) < 2 {
                std::thread::sleep(Duration::from_millis(2));
            }
            tx.execute(sql, params![second])
        };
        tokio::spawn(async move { db.write(work).await })
    };
    let (to, fro) = (both(1, 2), both(2, 1));
    assert_eq!((to.await.unwrap(), fro.await.unwrap()), (Ok(1), Ok(1)));
    assert!(runs.load(SeqCst) >= 3, "one of them ran twice");
    assert_eq!(number(&db, "SELECT CAST(SUM(n) AS BIGINT) AS n FROM counters").await, 4);
}

#[tokio::test]
async fn a_primary_that_becomes_a_standby_is_left() {
    let Some(url) = url() else { return };
    let persistence = Duration::from_millis(600);
    let db = migrated(&url, Limits { persistence, ..limits() }).await;
    add(&db, 1).await.unwrap();
    let name = url.rsplit_once('/').unwrap().1;
    let alter = |to: &str| {
        let sql = format!("ALTER DATABASE {name} SET default_transaction_read_only = {to}");
        fresh::run_beside(&url, &format!("SET transaction_read_only = off; {sql}"));
    };
    alter("on");
    fresh::cut_connections(&url);
    assert_eq!(add(&db, 1).await, Err(Error::ReadOnly), "it was tried until patience ended");
    alter("off");
    add(&db, 1).await.expect("a new connection finds that it may write");
    assert_eq!(number(&db, "SELECT n FROM counters").await, 2);
}

#[tokio::test]
async fn of_several_hosts_the_primary_is_found() {
    let Some(url) = url() else { return };
    // Nobody listens on port 1, as where a primary has died.
    let (before, after) = url.split_once('@').unwrap();
    let (host, database) = after.split_once('/').unwrap();
    let hosts = format!("{before}@127.0.0.1:1,{host}/{database}?target_session_attrs=read-write");
    let db = migrated(&hosts, limits()).await;
    assert_eq!(db.engine(), Engine::Postgres);
    add(&db, 1).await.unwrap();
    let refusal = db.backup("/tmp/nowhere").await.unwrap_err().to_string();
    assert!(refusal.contains("pg_dump"), "{refusal}");
}

#[tokio::test]
async fn who_opens_to_read_cannot_write() {
    let Some(url) = url() else { return };
    let db = migrated(&url, limits()).await;
    add(&db, 1).await.unwrap();
    let reader = Db::open_to_read_within(&url, limits()).unwrap();
    assert_eq!(number(&reader, "SELECT n FROM counters").await, 1);
    assert_eq!(add(&reader, 1).await, Err(Error::ReadOnly));
}

#[tokio::test]
async fn a_server_that_does_not_answer_is_a_sentence() {
    let refusal = |url: &str| Db::open(url).err().expect("it is refused");
    let nobody = refusal("postgres://street@127.0.0.1:1/street");
    assert!(matches!(nobody, Error::Unavailable(_)), "{nobody:?}");
    assert!(nobody.to_string().contains("cannot be reached"), "{nobody}");
    let tls = refusal("postgres://street@127.0.0.1:1/street?sslmode=require").to_string();
    assert!(tls.contains("sslmode=require"), "{tls}");
    let wrong = refusal("postgres://street@127.0.0.1:a/street").to_string();
    assert!(wrong.contains("its address does not read"), "{wrong}");
    let Some(url) = url() else { return };
    let missing = refusal(&format!("{url}_missing")).to_string();
    assert!(missing.contains("does not exist"), "{missing}");
}

#[tokio::test(flavor = "multi_thread")]
async fn of_many_starters_one_migrates() {
    let Some(url) = url() else { return };
    for history in [&FIRST[..], &SECOND[..]] {
        let limits = Limits { workers: 1, ..limits() };
        // Connected already, so that they begin together.
        let starters = (0..8).map(|_| Db::open_within(&url, limits).unwrap());
        let starters = starters.collect::<Vec<_>>();
        let run = |db: Db| tokio::spawn(async move { db.migrate(history).await });
        for starter in starters.into_iter().map(run).collect::<Vec<_>>() {
            starter.await.unwrap().unwrap();
        }
    }
    let db = Db::open_within(&url, limits()).unwrap();
    assert_eq!(number(&db, "SELECT COUNT(*) AS n FROM once").await, 1);
}
