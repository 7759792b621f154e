//! Attempts in the database: one row a subject, changed by single statements.

use db::{Tx, params};
use domain::area::Street;
use jiff::Timestamp;

use super::{Counted, TRIES, WINDOW};
use crate::error::Error;

/// Counts one more. The window opens with the first try; the wait begins with the last one allowed.
pub(super) fn count(
    tx: &mut Tx,
    street: Street,
    subject: &str,
    now: Timestamp,
) -> Result<Counted, Error> {
    let row = tx.row(
        "INSERT INTO attempts (street, subject, failures, first_at) VALUES ($1, $2, 1, $3)
         ON CONFLICT (street, subject) DO UPDATE SET
             failures = CASE WHEN attempts.first_at <= $4 THEN 1
                 ELSE attempts.failures + 1 END,
             first_at = CASE WHEN attempts.first_at <= $4 OR attempts.failures + 1 = $5 THEN $3
                 ELSE attempts.first_at END
         RETURNING failures, first_at",
        params![
            street.number(),
            subject,
            now.as_microsecond(),
            (now - WINDOW).as_microsecond(),
            TRIES,
        ],
    )?;
    let row = row.ok_or(Error::NotFound)?;
    let since = row.parse("first_at", |at| Timestamp::from_microsecond(at).ok())?;
    Ok(Counted { tries: row.get("failures")?, since })
}

/// Forgets the tries of `subject`: the last one was right.
pub fn clear(tx: &mut Tx, street: Street, subject: &str) -> Result<(), Error> {
    tx.execute(
        "DELETE FROM attempts WHERE street = $1 AND subject = $2",
        params![street.number(), subject],
    )?;
    Ok(())
}

/// Forgets what no longer counts.
pub fn sweep(tx: &mut Tx, street: Street, now: Timestamp) -> Result<(), Error> {
    tx.execute(
        "DELETE FROM attempts WHERE street = $1 AND first_at <= $2",
        params![street.number(), (now - WINDOW).as_microsecond()],
    )?;
    Ok(())
}
