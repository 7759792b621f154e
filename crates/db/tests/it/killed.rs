//! A process is killed in the middle of its work, and nothing that it answered is lost.

use std::io::{BufRead, BufReader};
use std::process::{Command, Stdio};

use db::{Db, Tx};

use crate::fresh::{engines, limits, migrated, number};

const ROUNDS: i64 = 5;

/// A child process counts aloud what was answered, and is killed; every number it said is there.
#[tokio::test]
async fn what_was_answered_survives_a_kill() {
    for url in engines() {
        drop(migrated(&url, limits()).await);
        for round in 1..=ROUNDS {
            let mut child = Command::new(std::env::current_exe().unwrap())
                .args(["--exact", "killed::the_child_that_is_killed", "--nocapture", "--ignored"])
                .env("DB_CHILD", &url)
                .stdout(Stdio::piped())
                .spawn()
                .unwrap();
            let lines = BufReader::new(child.stdout.take().unwrap()).lines();
            let lines = lines.map_while(Result::ok);
            let mut said = lines.filter_map(|line| line.strip_prefix("said ")?.parse::<i64>().ok());
            let some = 37 * usize::try_from(round).unwrap();
            let heard: Vec<i64> = said.by_ref().take(some).collect();
            child.kill().unwrap();
            child.wait().unwrap();
            let last = heard.into_iter().chain(said).max().expect("the child counts on and on");
            let db = Db::open_within(&url, limits()).unwrap();
            let kept = number(&db, "SELECT n FROM counters").await;
            assert!((last..=last + 8).contains(&kept), "{url}: {last} were said, {kept} are there");
        }
    }
}

#[tokio::test]
#[ignore = "run by what_was_answered_survives_a_kill"]
#[expect(clippy::disallowed_methods, reason = "the parent names the database here")]
async fn the_child_that_is_killed() {
    let Ok(url) = std::env::var("DB_CHILD") else { return };
    let db = Db::open_within(&url, limits()).unwrap();
    // Several at once, so that a kill meets a batch; each says its own number when it is answered.
    for _ in 0..8 {
        let db = db.clone();
        tokio::spawn(async move {
            loop {
                let work = |tx: &mut Tx| {
                    let sql = "UPDATE counters SET n = n + 1 WHERE id = 1 RETURNING n";
                    tx.row(sql, &[])?.expect("the counter is there").get::<i64>("n")
                };
                println!("said {}", db.write(work).await.unwrap());
            }
        });
    }
    std::future::pending::<()>().await;
}
