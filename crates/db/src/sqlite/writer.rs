//! The one thread that writes to SQLite: commands that arrive together share one commit.

use std::sync::atomic::AtomicU64;
use std::sync::{Arc, OnceLock};
use std::thread;

use tokio::sync::mpsc::Receiver;

use super::{Sqlite, open};
use crate::job::Job;
use crate::{Error, Tx};

/// Opens the file and starts its writer. `stopped` says why it writes no longer, if so.
pub fn start(
    path: &str,
    mut jobs: Receiver<Job>,
    ran: &Arc<AtomicU64>,
    most: usize,
    stopped: Arc<OnceLock<String>>,
) -> Result<(), Error> {
    let (file, lock) = open::to_write(path)?;
    let mut tx = Tx::new(Sqlite::new(file), ran);
    let work = move || {
        while let Some(first) = jobs.blocking_recv() {
            let mut batch = vec![first];
            let verdict = match stopped.get() {
                Some(why) => Err(Error::Stopped(why.clone())),
                None => commit_together(&mut tx, &mut batch, || jobs.try_recv().ok(), most),
            };
            if let Err(Error::ResultUnknown(why)) = &verdict {
                tracing::error!(why, "a commit failed, so nothing more is written");
                // Before the answers, so that nobody who hears one finds us ready.
                let _ = stopped.set(why.clone());
            }
            for job in batch {
                job.answer(verdict.clone());
            }
        }
        // The file is closed before another process may have it.
        drop(tx);
        drop(lock);
    };
    let thread = thread::Builder::new().name("db-writer".into());
    thread.spawn(work).map_err(|error| Error::Unavailable(error.to_string()))?;
    Ok(())
}

/// Runs `batch`, and what arrives meanwhile, in one transaction with a savepoint for each. Nobody
/// is answered before the commit.
fn commit_together(
    tx: &mut Tx,
    batch: &mut Vec<Job>,
    next: impl FnMut() -> Option<Job>,
    most: usize,
) -> Result<(), Error> {
    tx.connection.execute("BEGIN IMMEDIATE", &[])?;
    if let Err(error) = run_each(tx, batch, next, most) {
        roll_back(tx);
        return Err(error);
    }
    tx.connection.execute("COMMIT", &[]).map(|_| ()).map_err(|error| {
        roll_back(tx);
        match error {
            // The record of the commit itself found no room, so it is not there: SQLite rolled
            // back.
            Error::Full => Error::Full,
            // Whether it reached the disk is unknown, and a disk that fails once is not to be
            // trusted: what is in memory may differ from what will be read after a restart.
            error => Error::ResultUnknown(error.to_string()),
        }
    })
}

fn run_each(
    tx: &mut Tx,
    batch: &mut Vec<Job>,
    mut next: impl FnMut() -> Option<Job>,
    most: usize,
) -> Result<(), Error> {
    let mut done = 0;
    while let Some(job) = batch.get_mut(done) {
        tx.connection.execute("SAVEPOINT command", &[])?;
        if !job.run(tx) {
            let undone = tx.connection.execute("ROLLBACK TO command", &[]);
            // After a full disk or a failed read SQLite may have undone the whole transaction, and
            // knows no savepoint any more. Then the cause is the answer for all.
            undone.map_err(|error| tx.failed.take().unwrap_or(error))?;
        }
        tx.connection.execute("RELEASE command", &[])?;
        done += 1;
        if done < most {
            batch.extend(next());
        }
    }
    Ok(())
}

fn roll_back(tx: &mut Tx) {
    // SQLite may have done it already, and says so by an error.
    let _ = tx.connection.execute("ROLLBACK", &[]);
}
