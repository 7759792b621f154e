//! A fixed number of threads, each with one connection to PostgreSQL, each command a transaction.

use std::hash::{BuildHasher, RandomState};
use std::sync::atomic::AtomicU64;
use std::sync::{Arc, Mutex, PoisonError};
use std::thread;
use std::time::{Duration, Instant};

use postgres::Config;
use tokio::sync::mpsc::Receiver;

use super::Postgres;
use super::connect::{Settings, configure, connect};
use crate::job::{Job, Mode};
use crate::{Error, Limits, Tx};

/// Connects once, to see whether this server will do, and starts the workers.
pub fn start(
    url: &str,
    jobs: Receiver<Job>,
    ran: &Arc<AtomicU64>,
    limits: Limits,
) -> Result<(), Error> {
    let config = configure(url)?;
    let mut first = Some(on_a_thread(|| {
        let mut client = connect(&config)?;
        let settings = Settings::ask(&mut client)?;
        if limits.insist_on_fsync {
            settings.judge()?;
        }
        Ok(Tx::new(Postgres::new(client), ran))
    })?);
    let jobs = Arc::new(Mutex::new(jobs));
    for number in 0..limits.workers.max(1) {
        let mut worker = Worker {
            config: config.clone(),
            tx: first.take(),
            ran: Arc::clone(ran),
            persistence: limits.persistence,
        };
        let jobs = Arc::clone(&jobs);
        // One of the idle waits for the next job, the others wait for that one's place.
        let next = move || jobs.lock().unwrap_or_else(PoisonError::into_inner).blocking_recv();
        let thread = thread::Builder::new().name(format!("db-worker-{number}"));
        let work = move || {
            while let Some(mut job) = next() {
                let verdict = worker.run(&mut job);
                job.answer(verdict);
            }
        };
        thread.spawn(work).map_err(|error| Error::Unavailable(error.to_string()))?;
    }
    Ok(())
}

/// The synchronous client panics on a thread of an asynchronous runtime, even when dropped there.
fn on_a_thread<T: Send>(work: impl FnOnce() -> Result<T, Error> + Send) -> Result<T, Error> {
    let panicked = |_| Err(Error::Panicked);
    thread::scope(|threads| threads.spawn(work).join().unwrap_or_else(panicked))
}

struct Worker {
    config: Config,
    tx: Option<Tx>,
    ran: Arc<AtomicU64>,
    persistence: Duration,
}

/// Why a transaction came to nothing, and whether to run it again.
enum Trouble {
    /// It may succeed as soon as others are done, or the server is back.
    Again(Error),
    /// Somebody else was first. The second run sees what they did, and refuses in the rule's words.
    Once(Error),
    Final(Error),
}

impl Worker {
    /// Runs `job` until it commits, is refused, or has had enough attempts.
    fn run(&mut self, job: &mut Job) -> Result<(), Error> {
        let since = Instant::now();
        let mut met = Vec::new();
        for attempt in 1_u32.. {
            match self.transact(job) {
                Ok(()) => return Ok(()),
                Err(Trouble::Final(error)) => return Err(error),
                // The closure has had its say about it.
                Err(Trouble::Once(error)) if met.contains(&error) => return Ok(()),
                Err(Trouble::Once(error)) => met.push(error),
                Err(Trouble::Again(error)) if since.elapsed() > self.persistence => {
                    return Err(error);
                }
                Err(Trouble::Again(error)) => {
                    // Those who collided part by waiting for unequal times.
                    let unreachable = error != Error::Serialization;
                    let longest = 1 << attempt.min(6) | u64::from(unreachable) << 8;
                    let chance = RandomState::new().hash_one(attempt);
                    thread::sleep(Duration::from_millis(chance % longest));
                }
            }
        }
        unreachable!("the attempts do not end by themselves")
    }

    /// One transaction. `Ok` means that what the job returned stands.
    fn transact(&mut self, job: &mut Job) -> Result<(), Trouble> {
        let tx = match &mut self.tx {
            Some(tx) => tx,
            None => {
                let client = connect(&self.config).map_err(before_commit)?;
                self.tx.insert(Tx::new(Postgres::new(client), &self.ran))
            }
        };
        let done = begin_and_run(tx, job);
        if let Err(Trouble::Again(error) | Trouble::Final(error)) = &done
            && *error != Error::Serialization
        {
            self.tx = None;
        }
        done
    }
}

fn begin_and_run(tx: &mut Tx, job: &mut Job) -> Result<(), Trouble> {
    let begin = match job.mode() {
        Mode::Read => "BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY",
        // Two who change one row wait for each other, and its guard tells the later one. With a
        // snapshot the later one would have to start again, and on a hot row again and again.
        Mode::Write => "BEGIN ISOLATION LEVEL READ COMMITTED",
        // Each statement sees what the holder of the lock before us committed.
        Mode::Migrate => {
            "BEGIN ISOLATION LEVEL READ COMMITTED; SELECT pg_advisory_xact_lock(5917170220)"
        }
    };
    tx.connection.script(begin).map_err(before_commit)?;
    let keep = job.run(tx);
    let failed = tx.failed.take();
    if keep && failed.is_none() {
        return tx.connection.script("COMMIT").map_err(|error| in_commit(job.mode(), error));
    }
    match failed.map(before_commit) {
        // The connection is gone, and the transaction with it.
        Some(Trouble::Again(error)) if error != Error::Serialization => match (error, job.mode()) {
            (Error::ReadOnly, Mode::Read) => {
                tx.connection.script("ROLLBACK").map_err(before_commit)
            }
            (error, _) => Err(Trouble::Again(error)),
        },
        other => {
            tx.connection.script("ROLLBACK").map_err(before_commit)?;
            match other {
                Some(trouble @ (Trouble::Again(_) | Trouble::Once(_))) => Err(trouble),
                _ => Ok(()),
            }
        }
    }
}

/// Nothing was kept, so whatever passes is worth another run.
fn before_commit(error: Error) -> Trouble {
    match error {
        // As for read-only: the primary that we knew has become a standby.
        Error::Serialization | Error::Unavailable(_) | Error::ReadOnly => Trouble::Again(error),
        Error::Unique { .. } | Error::Stale => Trouble::Once(error),
        _ => Trouble::Final(error),
    }
}

/// A commit is not run again unless the server said that it came to nothing: otherwise nobody
/// knows, and the caller's key makes asking again safe.
fn in_commit(mode: Mode, error: Error) -> Trouble {
    match error {
        Error::Serialization => Trouble::Again(error),
        Error::Unavailable(_) if mode == Mode::Read => Trouble::Again(error),
        Error::Unique { .. } | Error::Check(_) | Error::ForeignKey(_) => Trouble::Final(error),
        _ => Trouble::Final(Error::ResultUnknown(error.to_string())),
    }
}
