//! What only SQLite can do wrong: batches, one writer, one file, a full disk.

use std::fs;
use std::path::Path;
use std::process::Command;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering::SeqCst};
use std::time::Duration;

use db::{Db, Engine, Error, Limits, Migration, Tx, params};

use crate::fresh::{self, add, file, limits, migrated, number};
use crate::promises::{FIRST, SECOND};

const ORPHAN: &str = "INSERT INTO late (id, note) VALUES (1, 99)";

/// The promise of group commit itself: what shares a failing commit fails together and is told so,
/// and afterwards nothing is written until a restart.
#[tokio::test]
async fn a_commit_that_fails_answers_all_and_stops_writing() {
    let url = fresh::sqlite();
    let db = migrated(&url, limits()).await;
    add(&db, 3).await.unwrap();
    assert!(db.can_write() && db.health().await.is_ok());
    let (release, first) = hold(&db).await;
    let (adder, orphan) = (db.clone(), db.clone());
    let second = tokio::spawn(async move { add(&adder, 1).await });
    let third = tokio::spawn(async move { orphan.write(|tx| tx.execute(ORPHAN, &[])).await });
    while db.waiting() < 2 {
        tokio::task::yield_now().await;
    }
    release.store(true, SeqCst);
    assert!(matches!(first.await.unwrap(), Err(Error::ResultUnknown(_))));
    assert!(matches!(second.await.unwrap(), Err(Error::ResultUnknown(_))));
    assert!(matches!(third.await.unwrap(), Err(Error::ResultUnknown(_))));

    assert!(matches!(add(&db, 1).await, Err(Error::Stopped(_))));
    assert!(matches!(db.migrate(&FIRST).await, Err(Error::Stopped(_))));
    assert!(matches!(db.health().await, Err(Error::Stopped(_))));
    assert!(!db.can_write());
    assert_eq!(number(&db, "SELECT n FROM counters").await, 3, "reads go on");

    drop(db);
    let db = Db::open(&url).unwrap();
    add(&db, 1).await.expect("after a restart it writes again");
    assert_eq!(number(&db, "SELECT n FROM counters").await, 4);
}

#[tokio::test]
async fn those_who_wait_behind_a_failing_commit_are_refused_at_once() {
    let db = migrated(&fresh::sqlite(), Limits { batch: 1, ..limits() }).await;
    let (release, first) = hold(&db).await;
    let orphan = db.clone();
    let orphan = tokio::spawn(async move { orphan.write(|tx| tx.execute(ORPHAN, &[])).await });
    while db.waiting() < 1 {
        tokio::task::yield_now().await;
    }
    let late = db.clone();
    let late = tokio::spawn(async move { add(&late, 1).await });
    while db.waiting() < 2 {
        tokio::task::yield_now().await;
    }
    release.store(true, SeqCst);
    assert_eq!(first.await.unwrap(), Ok(()), "it had a commit of its own");
    assert!(matches!(orphan.await.unwrap(), Err(Error::ResultUnknown(_))));
    assert!(matches!(late.await.unwrap(), Err(Error::Stopped(_))), "it waited in the queue");
    assert_eq!(number(&db, "SELECT n FROM counters").await, 0);
}

#[tokio::test]
async fn a_batch_is_no_larger_than_it_may_be() {
    let db = migrated(&fresh::sqlite(), Limits { batch: 4, ..limits() }).await;
    let (release, first) = hold(&db).await;
    let (watch, mut commands) = (db.clone(), Vec::new());
    for place in 1..10 {
        let db = db.clone();
        commands.push(tokio::spawn(async move {
            if place == 4 {
                db.write(|tx| tx.execute(ORPHAN, &[])).await
            } else {
                add(&db, 1).await
            }
        }));
        // One after another, so that their order is known.
        while watch.waiting() < place {
            tokio::task::yield_now().await;
        }
    }
    release.store(true, SeqCst);
    first.await.unwrap().unwrap();
    let mut answers = Vec::new();
    for command in commands {
        answers.push(command.await.unwrap());
    }
    // The holder and three more share a commit, the next four one that fails, two come too late.
    assert_eq!(answers[..3], [Ok(1), Ok(1), Ok(1)]);
    assert!(answers[3..7].iter().all(|answer| matches!(answer, Err(Error::ResultUnknown(_)))));
    assert!(answers[7..].iter().all(|answer| matches!(answer, Err(Error::Stopped(_)))));
    assert_eq!(number(&db, "SELECT n FROM counters").await, 3);
}

#[tokio::test]
async fn a_database_that_may_not_grow_refuses_what_is_too_big_and_goes_on() {
    let db = migrated(&fresh::sqlite(), limits()).await;
    limit_pages(&db, "PRAGMA max_page_count = 40").await;
    let big = |tx: &mut Tx| {
        tx.execute("UPDATE counters SET n = n + 1 WHERE id = 1", &[])?;
        for id in 0..100 {
            let text = "x".repeat(4000);
            tx.execute("INSERT INTO notes (id, text) VALUES ($1, $2)", params![id, &text])?;
        }
        Ok::<_, Error>(())
    };
    assert_eq!(db.write(big).await, Err(Error::Full));
    assert_eq!(number(&db, "SELECT n FROM counters").await, 0);
    assert_eq!(number(&db, "SELECT COUNT(*) AS n FROM notes").await, 0);
    add(&db, 1).await.expect("a small one still fits");
    limit_pages(&db, "PRAGMA max_page_count = 4000").await;
    db.write(big).await.expect("with room it is kept, and nothing was restarted");
    assert_eq!(number(&db, "SELECT n FROM counters").await, 2);
}

/// A real full disk: most of its refusals come in the commit, where the pages are written.
#[tokio::test]
async fn a_full_disk_refuses_and_recovers_without_a_restart() {
    let folder = fresh::folder();
    let mounted =
        Command::new("mount").args(["-t", "tmpfs", "-o", "size=2m", "tmpfs"]).arg(&folder).status();
    if !mounted.is_ok_and(|status| status.success()) {
        println!("SKIPPED: a small disk cannot be mounted here");
        return;
    }
    let unmount = Unmount(folder.clone());
    let url = format!("sqlite:{}", folder.join("street.sqlite").display());
    let db = migrated(&url, limits()).await;
    let ballast = folder.join("ballast");
    fs::write(&ballast, vec![0; 900 * 1024]).unwrap();
    let (mut kept, mut refused) = (0, 0);
    for id in 0..400 {
        let note = move |tx: &mut Tx| {
            let text = "x".repeat(6000);
            tx.execute("INSERT INTO notes (id, text) VALUES ($1, $2)", params![id, &text])?;
            tx.execute("UPDATE counters SET n = n + 1 WHERE id = 1", &[])
        };
        match db.write(note).await {
            Ok(_) => kept += 1,
            Err(error) => {
                assert_eq!(error, Error::Full);
                refused += 1;
            }
        }
    }
    assert!(kept > 20 && refused > 100, "{kept} kept, {refused} refused");
    assert!(db.can_write());
    assert_eq!(number(&db, "SELECT n FROM counters").await, kept);
    assert_eq!(number(&db, "SELECT COUNT(*) AS n FROM notes").await, kept);
    fs::remove_file(&ballast).unwrap();
    add(&db, 1).await.expect("there is room again");
    drop(db);
    let db = Db::open(&url).unwrap();
    assert_eq!(number(&db, "SELECT n FROM counters").await, kept + 1);
    assert_eq!(number(&db, "SELECT COUNT(*) AS n FROM notes").await, kept);
    drop(db);
    drop(unmount);
}

struct Unmount(std::path::PathBuf);

impl Drop for Unmount {
    fn drop(&mut self) {
        let _ = Command::new("umount").arg("--lazy").arg(&self.0).status();
    }
}

#[tokio::test]
async fn a_second_process_is_refused_and_may_read() {
    let url = fresh::sqlite();
    let db = migrated(&url, limits()).await;
    add(&db, 5).await.unwrap();
    let child = Command::new(std::env::current_exe().unwrap())
        .args(["--exact", "sqlite::the_second_process", "--nocapture", "--ignored"])
        .env("DB_CHILD", &url)
        .output()
        .unwrap();
    let said = String::from_utf8(child.stdout).unwrap();
    assert!(said.contains("another process is writing to"), "{said}");
    assert!(said.contains("it reads 5") && child.status.success(), "{said}");
    drop(db);
    Db::open(&url).expect("the next process takes over from one that ends");
}

#[tokio::test]
#[ignore = "run by a_second_process_is_refused_and_may_read"]
#[expect(clippy::disallowed_methods, reason = "the parent names the database here")]
async fn the_second_process() {
    let Ok(url) = std::env::var("DB_CHILD") else { return };
    println!("{}", Db::open(&url).err().unwrap());
    let db = Db::open_to_read(&url).unwrap();
    println!("it reads {}", number(&db, "SELECT n FROM counters").await);
    assert_eq!(add(&db, 1).await, Err(Error::ReadOnly));
    assert!(!db.can_write());
    assert_eq!(db.migrate(&FIRST).await, Err(Error::ReadOnly));
    db.backup(file(&url).with_extension("copy")).await.unwrap();
}

#[tokio::test]
async fn a_copy_is_made_before_a_migration_and_never_overwritten() {
    const BROKEN: Migration = Migration { name: "0003_test_broken", sql: "SELECT nonsense;" };
    static THIRD: [Migration; 3] = [SECOND[0], SECOND[1], BROKEN];
    let url = fresh::sqlite();
    let db = Db::open(&url).unwrap();
    db.migrate(&FIRST).await.unwrap();
    db.write(|tx| tx.execute("INSERT INTO once (id) VALUES (7)", &[])).await.unwrap();
    let copy = |number: &str| format!("{url}.0001_test_one.backup{number}");
    assert!(!file(&copy("")).exists(), "an empty database needs none");
    fs::write(file(&copy("")), "an older copy").unwrap();
    db.migrate(&SECOND).await.unwrap();
    assert_eq!(fs::read_to_string(file(&copy(""))).unwrap(), "an older copy");
    let before = Db::open(&copy("-2")).unwrap();
    assert_eq!(number(&before, "SELECT MAX(id) AS n FROM once").await, 7);
    before.migrate(&FIRST).await.expect("the copy has the schema of the older version");

    db.migrate(&SECOND).await.unwrap();
    assert!(!file(&copy("-3")).exists(), "nothing is missing, so nothing is copied");
    assert!(matches!(db.migrate(&THIRD).await, Err(Error::Migration(_))));
    let left = format!("{url}.0002_test_two.backup");
    assert!(
        !file(&left).exists(),
        "a migration that fails leaves no copy, however often it is tried"
    );
}

#[tokio::test]
async fn a_backup_is_whole_while_others_write() {
    let url = fresh::sqlite();
    let db = migrated(&url, limits()).await;
    assert_eq!(db.engine(), Engine::Sqlite);
    let (stop, writer) = (Arc::new(AtomicBool::new(false)), db.clone());
    let until = Arc::clone(&stop);
    let writing = tokio::spawn(async move {
        for id in 0.. {
            let both = move |tx: &mut Tx| {
                tx.execute("INSERT INTO notes (id, text) VALUES ($1, 'x')", params![id])?;
                tx.execute("UPDATE counters SET n = n + 1 WHERE id = 1", &[])
            };
            writer.write(both).await.unwrap();
            if until.load(SeqCst) {
                return;
            }
        }
    });
    let to = file(&url).with_extension("copy");
    for turn in 0..5 {
        tokio::time::sleep(Duration::from_millis(10)).await;
        let to = to.with_extension(format!("copy{turn}"));
        db.backup(&to).await.unwrap();
        let copy = Db::open(&format!("sqlite:{}", to.display())).unwrap();
        let same = "SELECT n - (SELECT COUNT(*) FROM notes) AS n FROM counters WHERE id = 1";
        assert_eq!(number(&copy, same).await, 0);
        let again = db.backup(&to).await.unwrap_err().to_string();
        assert!(again.contains("exists already"), "{again}");
    }
    stop.store(true, SeqCst);
    writing.await.unwrap();
    assert!(db.backup(Path::new("/nowhere/at/all")).await.is_err());
}

#[tokio::test]
async fn what_is_no_database_is_refused_with_a_sentence() {
    let folder = fresh::folder();
    let refusal = |path: &Path| {
        Db::open(&format!("sqlite:{}", path.display())).err().expect("it is refused").to_string()
    };
    let text = folder.join("text");
    fs::write(&text, "This is a letter to the community, not a database. ".repeat(100)).unwrap();
    assert!(refusal(&text).contains("is not a SQLite database"), "{}", refusal(&text));
    let missing = folder.join("no/such/folder/street.sqlite");
    assert!(refusal(&missing).contains("cannot be locked"), "{}", refusal(&missing));
    assert!(refusal(&folder).contains("does not open"), "{}", refusal(&folder));
    assert!(refusal(Path::new("")).contains("needs a file"));
    assert!(refusal(Path::new(":memory:")).contains("needs a file"));
    let url = "mysql://street";
    assert!(Db::open(url).err().unwrap().to_string().contains("neither with sqlite: nor with"));

    let url = fresh::sqlite();
    drop(migrated(&url, limits()).await);
    fresh::run_beside(&url, "PRAGMA wal_checkpoint(TRUNCATE)");
    // The pages after the first are overwritten, as by a failing disk.
    let mut bytes = fs::read(file(&url)).unwrap();
    bytes[4096..].fill(0xA5);
    fs::write(file(&url), bytes).unwrap();
    let db = Db::open(&url).unwrap();
    let read = db.read(|tx| tx.rows("SELECT n FROM counters", &[])).await;
    assert!(matches!(read, Err(Error::Corrupt(_))), "{read:?}");
    let written = add(&db, 1).await;
    assert!(matches!(written, Err(Error::Corrupt(_) | Error::ResultUnknown(_))), "{written:?}");
}

/// Keeps the writer busy until the flag is set, so that others gather behind it.
async fn hold(db: &Db) -> (Arc<AtomicBool>, tokio::task::JoinHandle<Result<(), Error>>) {
    let (release, held) = (Arc::new(AtomicBool::new(false)), Arc::new(AtomicBool::new(false)));
    let (open, begun, db) = (Arc::clone(&release), Arc::clone(&held), db.clone());
    let task = tokio::spawn(async move {
        let work = move |_: &mut Tx| {
            begun.store(true, SeqCst);
            while !open.load(SeqCst) {
                std::thread::sleep(Duration::from_millis(1));
            }
            Ok::<_, Error>(())
        };
        db.write(work).await
    });
    while !held.load(SeqCst) {
        tokio::task::yield_now().await;
    }
    (release, task)
}

async fn limit_pages(db: &Db, sql: &'static str) {
    db.write(move |tx| tx.rows(sql, &[])).await.unwrap();
}
