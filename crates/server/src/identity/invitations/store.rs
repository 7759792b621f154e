//! One-time links in the database. The one to set up belongs to no street yet: it lies under 0.

use db::{Tx, params};
use domain::area::Street;
use domain::id::PersonId;
use jiff::Timestamp;

use super::{Purpose, Usable};
use crate::error::Error;

pub(super) fn add(
    tx: &mut Tx,
    purpose: Purpose,
    digest: &str,
    (made_at, ends_at): (Timestamp, Timestamp),
) -> Result<(), Error> {
    let (street, person) = key(purpose);
    tx.execute(
        "INSERT INTO invitations (street, token, person, made_at, ends_at)
         VALUES ($1, $2, $3, $4, $5) ON CONFLICT (street, token) DO NOTHING",
        params![street, digest, person, made_at.as_microsecond(), ends_at.as_microsecond()],
    )?;
    Ok(())
}

/// Takes away what was made for `purpose` and not used.
pub(super) fn void(tx: &mut Tx, purpose: Purpose, now: Timestamp) -> Result<(), Error> {
    let (street, person) = key(purpose);
    tx.execute(
        "UPDATE invitations SET used_at = $1 WHERE street = $2 AND used_at IS NULL
         AND (person = $3 OR (person IS NULL AND $3 IS NULL))",
        params![now.as_microsecond(), street, person],
    )?;
    Ok(())
}

/// A link that can be used.
pub(super) fn find(
    tx: &mut Tx,
    street: Option<Street>,
    digest: &str,
    now: Timestamp,
) -> Result<Option<Usable>, Error> {
    let row = tx.row(
        "SELECT person FROM invitations
         WHERE street = $1 AND token = $2 AND used_at IS NULL AND ends_at > $3",
        params![street.map_or(0, Street::number), digest, now.as_microsecond()],
    )?;
    let Some(row) = row else { return Ok(None) };
    Ok(Some(Usable { person: row.get::<Option<i64>>("person")?.map(PersonId) }))
}

pub(super) fn use_up(
    tx: &mut Tx,
    street: Option<Street>,
    digest: &str,
    now: Timestamp,
) -> Result<bool, Error> {
    let used = tx.execute(
        "UPDATE invitations SET used_at = $1
         WHERE street = $2 AND token = $3 AND used_at IS NULL AND ends_at > $1",
        params![now.as_microsecond(), street.map_or(0, Street::number), digest],
    )?;
    Ok(used == 1)
}

/// Forgets links that can be used no more.
pub fn sweep(tx: &mut Tx, street: Street, now: Timestamp) -> Result<(), Error> {
    tx.execute(
        "DELETE FROM invitations WHERE street = $1 AND ends_at <= $2",
        params![street.number(), now.as_microsecond()],
    )?;
    Ok(())
}

fn key(purpose: Purpose) -> (i64, Option<i64>) {
    match purpose {
        Purpose::SetUp => (0, None),
        Purpose::Password(street, person) => (street.number(), Some(person.0)),
    }
}
