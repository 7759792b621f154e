//! History in the database: added, never changed, never removed.

use db::{Row, Tx, params};
use domain::area::Street;
use domain::id::PersonId;
use jiff::Timestamp;

use super::Entry;
use crate::error::Error;

/// Adds a line to the story of `subject`. It fails where this version has its line already.
pub fn add(tx: &mut Tx, street: Street, subject: i64, entry: &Entry) -> Result<(), Error> {
    tx.execute(
        "INSERT INTO history (street, subject, version, at, actor, role, event, facts)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8)",
        params![
            street.number(),
            subject,
            entry.version,
            entry.at.as_microsecond(),
            entry.actor.map(|person| person.0),
            &entry.role,
            &entry.event,
            &entry.facts,
        ],
    )?;
    Ok(())
}

/// Adds lines to the stories of many subjects by few statements.
pub fn add_all<'a>(
    tx: &mut Tx,
    street: Street,
    lines: impl IntoIterator<Item = (i64, &'a Entry)>,
) -> Result<(), Error> {
    let mut cells = Vec::new();
    for (subject, entry) in lines {
        cells.extend_from_slice(params![
            street.number(),
            subject,
            entry.version,
            entry.at.as_microsecond(),
            entry.actor.map(|person| person.0),
            &entry.role,
            &entry.event,
            &entry.facts,
        ]);
    }
    tx.insert_rows(
        "INSERT INTO history (street, subject, version, at, actor, role, event, facts)",
        8,
        &cells,
    )?;
    Ok(())
}

/// The whole story of `subject`, from its beginning.
pub fn of(tx: &mut Tx, street: Street, subject: i64) -> Result<Vec<Entry>, Error> {
    let rows = tx.rows(
        "SELECT version, at, actor, role, event, facts FROM history
         WHERE street = $1 AND subject = $2 ORDER BY version",
        params![street.number(), subject],
    )?;
    rows.iter().map(entry).collect()
}

fn entry(row: &Row) -> Result<Entry, Error> {
    Ok(Entry {
        version: row.get("version")?,
        at: row.parse("at", |at| Timestamp::from_microsecond(at).ok())?,
        actor: row.get::<Option<i64>>("actor")?.map(PersonId),
        role: row.get("role")?,
        event: row.get("event")?,
        facts: row.get("facts")?,
    })
}
