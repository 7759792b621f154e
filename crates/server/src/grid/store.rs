//! Streets, areas and units in the database.

use db::{Row, Tx, params};
use domain::area::{AreaCode, Level, Street};
use domain::id::UnitId;
use jiff::Timestamp;

use super::{Area, AreaKind, Served, Unit};
use crate::error::Error;

/// Every street that this installation serves. This one statement looks over all streets: it is how
/// a process learns which there are.
pub fn streets(tx: &mut Tx) -> Result<Vec<Served>, Error> {
    let rows = tx.rows(
        "SELECT s.street, s.zone, s.hotline, a.name, a.name_en FROM streets s
         JOIN areas a ON a.street = s.street AND a.code = s.street * 10000000000
         ORDER BY s.street",
        &[],
    )?;
    rows.iter().map(served).collect()
}

/// One street, if we serve it.
pub fn street(tx: &mut Tx, street: Street) -> Result<Option<Served>, Error> {
    let row = tx.row(
        "SELECT s.street, s.zone, s.hotline, a.name, a.name_en FROM streets s
         JOIN areas a ON a.street = s.street AND a.code = s.street * 10000000000
         WHERE s.street = $1 AND a.street = $1",
        params![street.number()],
    )?;
    row.as_ref().map(served).transpose()
}

/// Begins to serve a street. Its own row among the areas must be there too.
pub fn add_street(
    tx: &mut Tx,
    street: Street,
    zone: &str,
    hotline: &str,
    at: Timestamp,
) -> Result<(), Error> {
    tx.execute(
        "INSERT INTO streets (street, zone, hotline, opened_at) VALUES ($1, $2, $3, $4)
         ON CONFLICT (street) DO NOTHING",
        params![street.number(), zone, hotline, at.as_microsecond()],
    )?;
    Ok(())
}

/// Adds an area, or gives the one of this code other names.
pub fn add_area(tx: &mut Tx, street: Street, area: &Area) -> Result<(), Error> {
    tx.execute(
        "INSERT INTO areas (street, code, kind, name, name_en, prefix, households)
         VALUES ($1, $2, $3, $4, $5, $6, $7)
         ON CONFLICT (street, code) DO UPDATE SET kind = excluded.kind, name = excluded.name,
             name_en = excluded.name_en, prefix = excluded.prefix,
             households = excluded.households",
        params![
            street.number(),
            area.code.code(),
            area.kind.name(),
            &area.name,
            &area.name_en,
            &area.prefix,
            area.households,
        ],
    )?;
    Ok(())
}

/// Adds areas that are not there, by few statements.
pub fn add_areas(tx: &mut Tx, street: Street, areas: &[Area]) -> Result<(), Error> {
    let mut cells = Vec::with_capacity(areas.len() * 7);
    for area in areas {
        cells.extend_from_slice(params![
            street.number(),
            area.code.code(),
            area.kind.name(),
            &area.name,
            &area.name_en,
            &area.prefix,
            area.households,
        ]);
    }
    tx.insert_rows(
        "INSERT INTO areas (street, code, kind, name, name_en, prefix, households)",
        7,
        &cells,
    )?;
    Ok(())
}

/// One area of `street`; an area of another street, or one that was closed, is not found.
pub fn area(tx: &mut Tx, street: Street, code: AreaCode) -> Result<Option<Area>, Error> {
    let row = tx.row(
        "SELECT code, kind, name, name_en, prefix, households FROM areas
         WHERE street = $1 AND code = $2 AND closed_on IS NULL",
        params![street.number(), code.code()],
    )?;
    row.as_ref().map(area_in).transpose()
}

/// The areas around `code` and itself, from the widest. What is not on record is left out.
pub fn path(tx: &mut Tx, street: Street, code: AreaCode) -> Result<Vec<Area>, Error> {
    let mut found = Vec::new();
    let mut next = Some(code);
    while let Some(code) = next {
        if code.level() >= Level::Street {
            found.extend(area(tx, street, code)?);
        }
        next = code.parent();
    }
    found.reverse();
    Ok(found)
}

/// The open areas within `under` and itself, in the order of their numbers, down to `deepest`.
pub fn areas_under(
    tx: &mut Tx,
    street: Street,
    under: AreaCode,
    deepest: Level,
) -> Result<Vec<Area>, Error> {
    let range = under.range();
    let rows = tx.rows(
        "SELECT code, kind, name, name_en, prefix, households FROM areas
         WHERE street = $1 AND code >= $2 AND code < $3 AND closed_on IS NULL ORDER BY code",
        params![street.number(), range.start, range.end],
    )?;
    let areas: Vec<Area> = rows.iter().map(area_in).collect::<Result<_, _>>()?;
    Ok(areas.into_iter().filter(|area| area.code.level() <= deepest).collect())
}

/// The greatest code that was ever given within `area`, open or closed; nothing where there is
/// none.
pub fn last_within(tx: &mut Tx, street: Street, area: AreaCode) -> Result<Option<i64>, Error> {
    let range = area.range();
    let row = tx.row(
        "SELECT MAX(code) AS last FROM areas WHERE street = $1 AND code > $2 AND code < $3",
        params![street.number(), range.start, range.end],
    )?;
    Ok(row.map(|row| row.get("last")).transpose()?.flatten())
}

/// Whether there is or was such an area: a code is never given twice.
pub fn was_used(tx: &mut Tx, street: Street, code: AreaCode) -> Result<bool, Error> {
    let row = tx.row(
        "SELECT code FROM areas WHERE street = $1 AND code = $2",
        params![street.number(), code.code()],
    )?;
    Ok(row.is_some())
}

/// Adds a unit, or gives the one of this id other particulars.
pub fn add_unit(tx: &mut Tx, street: Street, unit: &Unit) -> Result<(), Error> {
    tx.execute(
        "INSERT INTO units (street, id, code, kind, area, name, name_en, phone)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8)
         ON CONFLICT (street, id) DO UPDATE SET kind = excluded.kind, area = excluded.area,
             name = excluded.name, name_en = excluded.name_en, phone = excluded.phone",
        params![
            street.number(),
            unit.id.0,
            &unit.code,
            &unit.kind,
            unit.area.code(),
            &unit.name,
            &unit.name_en,
            &unit.phone,
        ],
    )?;
    Ok(())
}

/// Every unit of the street, by code.
pub fn units(tx: &mut Tx, street: Street) -> Result<Vec<Unit>, Error> {
    let rows = tx.rows(
        "SELECT id, code, kind, area, name, name_en, phone FROM units
         WHERE street = $1 ORDER BY code",
        params![street.number()],
    )?;
    rows.iter().map(unit_in).collect()
}

/// One unit.
pub fn unit(tx: &mut Tx, street: Street, id: UnitId) -> Result<Option<Unit>, Error> {
    let row = tx.row(
        "SELECT id, code, kind, area, name, name_en, phone FROM units
         WHERE street = $1 AND id = $2",
        params![street.number(), id.0],
    )?;
    row.as_ref().map(unit_in).transpose()
}

/// The unit of this code.
pub fn unit_coded(tx: &mut Tx, street: Street, code: &str) -> Result<Option<Unit>, Error> {
    let row = tx.row(
        "SELECT id, code, kind, area, name, name_en, phone FROM units
         WHERE street = $1 AND code = $2",
        params![street.number(), code],
    )?;
    row.as_ref().map(unit_in).transpose()
}

fn served(row: &Row) -> Result<Served, Error> {
    Ok(Served {
        street: row.parse("street", Street::new)?,
        name: row.get("name")?,
        name_en: row.get("name_en")?,
        zone: row.get("zone")?,
        hotline: row.get("hotline")?,
    })
}

fn area_in(row: &Row) -> Result<Area, Error> {
    Ok(Area {
        code: row.parse("code", AreaCode::new)?,
        kind: row.parse("kind", |kind: String| AreaKind::named(&kind))?,
        name: row.get("name")?,
        name_en: row.get("name_en")?,
        prefix: row.get("prefix")?,
        households: row.get("households")?,
    })
}

fn unit_in(row: &Row) -> Result<Unit, Error> {
    Ok(Unit {
        id: UnitId(row.get("id")?),
        code: row.get("code")?,
        kind: row.get("kind")?,
        area: row.parse("area", AreaCode::new)?,
        name: row.get("name")?,
        name_en: row.get("name_en")?,
        phone: row.get("phone")?,
    })
}
