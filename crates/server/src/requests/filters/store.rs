//! Kept lists in the database.

use db::{Tx, params};
use domain::area::Street;
use domain::id::{FilterId, PersonId};

use super::Kept;
use crate::error::Error;
use crate::requests::Wanted;

pub(super) fn of(tx: &mut Tx, street: Street, person: PersonId) -> Result<Vec<Kept>, Error> {
    let rows = tx.rows(
        "SELECT id, name, query FROM request_filters WHERE street = $1 AND person = $2
         ORDER BY name, id",
        params![street.number(), person.0],
    )?;
    rows.iter()
        .map(|row| {
            Ok(Kept {
                id: FilterId(row.get("id")?),
                name: row.get("name")?,
                wanted: Wanted::read(row.get("query")?),
            })
        })
        .collect()
}

/// Holds a list, so that whoever else holds it waits; where it is gone, all begins again.
pub(super) fn hold(
    tx: &mut Tx,
    street: Street,
    person: PersonId,
    id: FilterId,
) -> Result<(), Error> {
    Ok(tx.guarded(
        "UPDATE request_filters SET name = name WHERE street = $1 AND person = $2 AND id = $3",
        params![street.number(), person.0, id.0],
    )?)
}

pub(super) fn add(
    tx: &mut Tx,
    street: Street,
    person: PersonId,
    id: FilterId,
    (name, query): (&str, &str),
) -> Result<(), Error> {
    tx.execute(
        "INSERT INTO request_filters (street, person, id, name, query)
         VALUES ($1, $2, $3, $4, $5)",
        params![street.number(), person.0, id.0, name, query],
    )?;
    Ok(())
}

pub(super) fn rename(
    tx: &mut Tx,
    street: Street,
    person: PersonId,
    id: FilterId,
    name: &str,
) -> Result<(), Error> {
    tx.execute(
        "UPDATE request_filters SET name = $1 WHERE street = $2 AND person = $3 AND id = $4",
        params![name, street.number(), person.0, id.0],
    )?;
    Ok(())
}

/// Forgets a list; tells how many there were of this id.
pub(super) fn remove(
    tx: &mut Tx,
    street: Street,
    person: PersonId,
    id: FilterId,
) -> Result<u64, Error> {
    Ok(tx.execute(
        "DELETE FROM request_filters WHERE street = $1 AND person = $2 AND id = $3",
        params![street.number(), person.0, id.0],
    )?)
}
