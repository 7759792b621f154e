//! Jobs in the database.

use db::{Row, Tx, params};
use domain::area::Street;
use jiff::Timestamp;

use super::{Job, Kind, next_try};
use crate::error::Error;

/// Sets a job for `at`, or moves the one that is there; a job that was given up lives again. It is
/// about all that happened to `subject` from version `since` on, also where it waited already.
pub fn put(
    tx: &mut Tx,
    street: Street,
    (kind, subject): (Kind, i64),
    since: i64,
    at: Timestamp,
) -> Result<(), Error> {
    tx.execute(
        "INSERT INTO jobs (street, kind, subject, since, run_at, tries, problem, dead)
         VALUES ($1, $2, $3, $4, $5, 0, '', 0)
         ON CONFLICT (street, kind, subject)
         DO UPDATE SET run_at = excluded.run_at, tries = 0, problem = '', dead = 0",
        params![street.number(), kind.name(), subject, since, at.as_microsecond()],
    )?;
    Ok(())
}

/// Takes a job away, if it is there.
pub fn cancel(tx: &mut Tx, street: Street, (kind, subject): (Kind, i64)) -> Result<(), Error> {
    tx.execute(
        "DELETE FROM jobs WHERE street = $1 AND kind = $2 AND subject = $3",
        params![street.number(), kind.name(), subject],
    )?;
    Ok(())
}

/// What is to be done by now, the longest waiting first.
pub fn due(tx: &mut Tx, street: Street, now: Timestamp, limit: i64) -> Result<Vec<Job>, Error> {
    let rows = tx.rows(
        "SELECT kind, subject, since, run_at, tries, problem FROM jobs
         WHERE street = $1 AND dead = 0 AND run_at <= $2 ORDER BY run_at, subject LIMIT $3",
        params![street.number(), now.as_microsecond(), limit],
    )?;
    rows.iter().map(job).collect()
}

/// Takes away a job that was done as it was read. Where somebody else did it meanwhile, or set it
/// anew, the whole transaction fails as stale, and nothing of the work was done twice.
pub fn done(tx: &mut Tx, street: Street, job: &Job) -> Result<(), Error> {
    Ok(tx.guarded(
        "DELETE FROM jobs WHERE street = $1 AND kind = $2 AND subject = $3 AND run_at = $4",
        params![street.number(), job.kind.name(), job.subject, job.run_at.as_microsecond()],
    )?)
}

/// Writes down that a job could not be done, and when it is tried again; after the last try it is
/// given up until somebody revives it.
pub fn failed(
    tx: &mut Tx,
    street: Street,
    job: &Job,
    problem: &str,
    now: Timestamp,
) -> Result<(), Error> {
    let tries = job.tries + 1;
    let next = next_try(tries, now);
    tx.execute(
        "UPDATE jobs SET tries = $1, problem = $2, dead = $3, run_at = $4
         WHERE street = $5 AND kind = $6 AND subject = $7 AND run_at = $8",
        params![
            i64::from(tries),
            problem,
            i64::from(next.is_none()),
            next.unwrap_or(now).as_microsecond(),
            street.number(),
            job.kind.name(),
            job.subject,
            job.run_at.as_microsecond(),
        ],
    )?;
    Ok(())
}

fn job(row: &Row) -> Result<Job, Error> {
    Ok(Job {
        kind: row.parse("kind", |name: &str| Kind::named(name))?,
        subject: row.get("subject")?,
        since: row.get("since")?,
        run_at: row.parse("run_at", |at| Timestamp::from_microsecond(at).ok())?,
        tries: row.parse("tries", |tries: i64| tries.try_into().ok())?,
        problem: row.get("problem")?,
    })
}
