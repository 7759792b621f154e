//! Versions of a street's rules in the database, and what requests there were lately to try them
//! on.

use db::{Row, Tx, params};
use domain::area::{AreaCode, Street};
use domain::id::PersonId;
use jiff::Timestamp;

use super::{Kind, Version};
use crate::error::Error;

/// The version that holds, of every kind that was ever written down.
pub(super) fn latest(tx: &mut Tx, street: Street) -> Result<Vec<Version>, Error> {
    let rows = tx.rows(
        "SELECT r.kind, r.version, r.at, r.actor, r.note, r.state FROM rule_versions r
         WHERE r.street = $1 AND r.version = (SELECT MAX(v.version) FROM rule_versions v
             WHERE v.street = $1 AND v.kind = r.kind)",
        params![street.number()],
    )?;
    rows.iter().map(version_in).collect()
}

/// The number of the version that holds; nought where none was written down.
pub(super) fn head(tx: &mut Tx, street: Street, kind: Kind) -> Result<i64, Error> {
    let row = tx.row(
        "SELECT MAX(version) AS head FROM rule_versions WHERE street = $1 AND kind = $2",
        params![street.number(), kind.name()],
    )?;
    Ok(row.map_or(Ok(None), |row| row.get::<Option<i64>>("head"))?.unwrap_or_default())
}

/// One version.
pub(super) fn version(
    tx: &mut Tx,
    street: Street,
    kind: Kind,
    version: i64,
) -> Result<Option<Version>, Error> {
    let row = tx.row(
        "SELECT kind, version, at, actor, note, state FROM rule_versions
         WHERE street = $1 AND kind = $2 AND version = $3",
        params![street.number(), kind.name(), version],
    )?;
    row.as_ref().map(version_in).transpose()
}

/// The last two hundred versions, the newest first, without their states.
pub(super) fn versions(tx: &mut Tx, street: Street, kind: Kind) -> Result<Vec<Version>, Error> {
    let rows = tx.rows(
        "SELECT kind, version, at, actor, note, '' AS state FROM rule_versions
         WHERE street = $1 AND kind = $2 ORDER BY version DESC LIMIT 200",
        params![street.number(), kind.name()],
    )?;
    rows.iter().map(version_in).collect()
}

/// Writes a version down. Of two who write the same one, the key lets the first in.
pub(super) fn add(tx: &mut Tx, street: Street, version: &Version) -> Result<(), Error> {
    tx.execute(
        "INSERT INTO rule_versions (street, kind, version, at, actor, note, state)
         VALUES ($1, $2, $3, $4, $5, $6, $7)",
        params![
            street.number(),
            version.kind.name(),
            version.version,
            version.at.as_microsecond(),
            version.actor.map(|person| person.0),
            &version.note,
            &version.state,
        ],
    )?;
    Ok(())
}

/// Where the last requests were and what they were about, the newest first.
pub(super) fn recent(
    tx: &mut Tx,
    street: Street,
    limit: i64,
) -> Result<Vec<(AreaCode, String)>, Error> {
    let rows = tx.rows(
        "SELECT area, category FROM requests WHERE street = $1 ORDER BY id DESC LIMIT $2",
        params![street.number(), limit],
    )?;
    rows.iter().map(|row| Ok((row.parse("area", AreaCode::new)?, row.get("category")?))).collect()
}

fn version_in(row: &Row) -> Result<Version, Error> {
    let at = |micros: i64| Timestamp::from_microsecond(micros).ok();
    Ok(Version {
        kind: row.parse("kind", |name: String| Kind::named(&name))?,
        version: row.get("version")?,
        at: row.parse("at", at)?,
        actor: row.get::<Option<i64>>("actor")?.map(PersonId),
        note: row.get("note")?,
        state: row.get("state")?,
    })
}
