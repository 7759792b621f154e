//! Sessions in the database, under a digest of their token.

use db::{Row, Tx, params};
use domain::area::Street;
use domain::id::{PersonId, RequestId};
use jiff::Timestamp;

use super::{Found, OpenSession, Token};
use crate::error::Error;

pub(super) fn add_session(
    tx: &mut Tx,
    token: &Token,
    (person, request): (Option<PersonId>, Option<RequestId>),
    (kind, device): (&str, &str),
    (at, ends_at): (Timestamp, Timestamp),
) -> Result<(), Error> {
    tx.execute(
        "INSERT INTO sessions
             (street, token, person, request, kind, device, opened_at, seen_at, ends_at)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $7, $8)",
        params![
            token.street.number(),
            &token.digest(),
            person.map(|person| person.0),
            request.map(|request| request.0),
            kind,
            device,
            at.as_microsecond(),
            ends_at.as_microsecond(),
        ],
    )?;
    Ok(())
}

pub(super) fn session(tx: &mut Tx, street: Street, digest: &str) -> Result<Option<Found>, Error> {
    let row = tx.row(
        "SELECT person, request, seen_at, ends_at FROM sessions WHERE street = $1 AND token = $2",
        params![street.number(), digest],
    )?;
    let Some(row) = row else { return Ok(None) };
    let moment = |name| row.parse(name, |at| Timestamp::from_microsecond(at).ok());
    let caller = Found::caller(row.get("person")?, row.get("request")?);
    Ok(Some(Found { caller, seen_at: moment("seen_at")?, ends_at: moment("ends_at")? }))
}

pub(super) fn end_session(tx: &mut Tx, street: Street, digest: &str) -> Result<(), Error> {
    tx.execute(
        "DELETE FROM sessions WHERE street = $1 AND token = $2",
        params![street.number(), digest],
    )?;
    Ok(())
}

pub(super) fn end_sessions(tx: &mut Tx, street: Street, person: PersonId) -> Result<(), Error> {
    tx.execute(
        "DELETE FROM sessions WHERE street = $1 AND person = $2",
        params![street.number(), person.0],
    )?;
    Ok(())
}

/// Notes that a session is in use.
pub fn seen(tx: &mut Tx, street: Street, digest: &str, at: Timestamp) -> Result<(), Error> {
    tx.execute(
        "UPDATE sessions SET seen_at = $1 WHERE street = $2 AND token = $3",
        params![at.as_microsecond(), street.number(), digest],
    )?;
    Ok(())
}

/// Ends every session of `person` but the one of `kept`.
pub(super) fn end_others(
    tx: &mut Tx,
    street: Street,
    person: PersonId,
    kept: &str,
) -> Result<(), Error> {
    tx.execute(
        "DELETE FROM sessions WHERE street = $1 AND person = $2 AND token <> $3",
        params![street.number(), person.0, kept],
    )?;
    Ok(())
}

/// The sessions of `person` that have not run out, the latest used first.
pub(super) fn sessions_of(
    tx: &mut Tx,
    street: Street,
    person: PersonId,
    now: Timestamp,
) -> Result<Vec<OpenSession>, Error> {
    let rows = tx.rows(
        "SELECT token, kind, device, opened_at, seen_at FROM sessions
         WHERE street = $1 AND person = $2 AND ends_at > $3 ORDER BY seen_at DESC, token",
        params![street.number(), person.0, now.as_microsecond()],
    )?;
    rows.iter().map(open_session).collect()
}

/// Forgets sessions that have run out.
pub fn sweep(tx: &mut Tx, street: Street, now: Timestamp) -> Result<(), Error> {
    tx.execute(
        "DELETE FROM sessions WHERE street = $1 AND ends_at <= $2",
        params![street.number(), now.as_microsecond()],
    )?;
    Ok(())
}

fn open_session(row: &Row) -> Result<OpenSession, Error> {
    let moment = |name| row.parse(name, |at| Timestamp::from_microsecond(at).ok());
    Ok(OpenSession {
        digest: row.get("token")?,
        program: row.get::<String>("kind")? == "program",
        device: row.get("device")?,
        opened_at: moment("opened_at")?,
        seen_at: moment("seen_at")?,
    })
}
