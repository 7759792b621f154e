//! The sums in the database: two tables of the same columns, one of days and one of months.

use std::collections::BTreeMap;

use db::{Param, Row, Tx, params};
use domain::area::{AreaCode, Level, Street};
use domain::requests::{Measure, Rate, Sums};

use super::super::Place;
use super::{Grain, Key};
use crate::error::Error;

macro_rules! columns {
    () => {
        "category, day, area, raised, closed, response_of, response_hits, \
         solved_of, solved_hits, rated, rated_wide, rated_strict, worked, in_grid, in_community, \
         returned, redone, reopened, done, done_in_time"
    };
}

macro_rules! added {
    ($into:literal, $table:literal, $($column:literal)+) => {
        concat!(
            $into, columns!(),
            ") VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, \
             $18, $19, $20, $21, $22) ON CONFLICT (street, level, category, day, area) \
             DO UPDATE SET raised = ", $table, ".raised + excluded.raised",
            $(", ", $column, " = ", $table, ".", $column, " + excluded.", $column),+
        )
    };
}

macro_rules! addition {
    ($into:literal, $table:literal) => {
        added!(
            $into,
            $table, "closed" "response_of" "response_hits" "solved_of" "solved_hits" "rated"
            "rated_wide" "rated_strict" "worked" "in_grid" "in_community" "returned" "redone"
            "reopened" "done" "done_in_time"
        )
    };
}

/// Adds `sums` to those that are kept under `key`.
pub(in super::super) fn add(
    tx: &mut Tx,
    street: Street,
    key: &Key,
    sums: &Sums,
) -> Result<(), Error> {
    let sql = key.grain.of([
        addition!("INSERT INTO request_days (street, level, ", "request_days"),
        addition!("INSERT INTO request_months (street, level, ", "request_months"),
    ]);
    tx.execute(sql, &cells(street, key, sums))?;
    Ok(())
}

/// Sums as they are kept.
fn cells<'a>(street: Street, key: &'a Key, sums: &Sums) -> [Param<'a>; 22] {
    let of = |measure| Param::from(sums.rate(measure).of);
    let hits = |measure| Param::from(sums.rate(measure).hits);
    [
        street.number().into(),
        i64::from(key.level.digits()).into(),
        (&key.category).into(),
        key.day.into(),
        key.area.code().into(),
        sums.raised.into(),
        sums.closed.into(),
        of(Measure::Response),
        hits(Measure::Response),
        of(Measure::Solved),
        hits(Measure::Solved),
        of(Measure::SatisfiedWide),
        hits(Measure::SatisfiedWide),
        hits(Measure::SatisfiedStrict),
        of(Measure::SolvedInGrid),
        hits(Measure::SolvedInGrid),
        hits(Measure::SolvedInCommunity),
        hits(Measure::Returned),
        hits(Measure::Redone),
        hits(Measure::Reopened),
        of(Measure::OnTime),
        hits(Measure::OnTime),
    ]
}

/// Puts sums on record under keys of `grain` that have none yet, by few statements.
pub(in super::super) fn put(
    tx: &mut Tx,
    street: Street,
    grain: Grain,
    sums: &BTreeMap<Key, Sums>,
) -> Result<(), Error> {
    let sums = sums.iter().filter(|(key, _)| key.grain == grain);
    let all: Vec<Param<'_>> = sums.flat_map(|(key, sums)| cells(street, key, sums)).collect();
    let head = grain.of([
        concat!("INSERT INTO request_days (street, level, ", columns!(), ")"),
        concat!("INSERT INTO request_months (street, level, ", columns!(), ")"),
    ]);
    tx.insert_rows(head, 22, &all)?;
    Ok(())
}

/// One area, one sum after another.
pub(in super::super) const OF_AREA: [&str; 2] = [
    concat!(
        "SELECT ",
        "level, ",
        columns!(),
        " FROM request_days WHERE street = $1 AND area = $2 AND category = $3 \
         AND day >= $4 AND day < $5"
    ),
    concat!(
        "SELECT ",
        "level, ",
        columns!(),
        " FROM request_months WHERE street = $1 AND area = $2 AND category = $3 \
         AND day >= $4 AND day < $5"
    ),
];

/// The areas of a level in sum, for one category or all. As `+level` or `+area` a column is no way
/// to the rows.
macro_rules! of_parts {
    ($from:literal, $level:literal, $area:literal) => {
        concat!(
            "SELECT ",
            "level, category, CAST(0 AS BIGINT) AS day, area, \
             CAST(SUM(raised) AS BIGINT) AS raised, CAST(SUM(closed) AS BIGINT) AS closed, \
             CAST(SUM(response_of) AS BIGINT) AS response_of, \
             CAST(SUM(response_hits) AS BIGINT) AS response_hits, \
             CAST(SUM(solved_of) AS BIGINT) AS solved_of, \
             CAST(SUM(solved_hits) AS BIGINT) AS solved_hits, \
             CAST(SUM(rated) AS BIGINT) AS rated, CAST(SUM(rated_wide) AS BIGINT) AS rated_wide, \
             CAST(SUM(rated_strict) AS BIGINT) AS rated_strict, \
             CAST(SUM(worked) AS BIGINT) AS worked, CAST(SUM(in_grid) AS BIGINT) AS in_grid, \
             CAST(SUM(in_community) AS BIGINT) AS in_community, \
             CAST(SUM(returned) AS BIGINT) AS returned, CAST(SUM(redone) AS BIGINT) AS redone, \
             CAST(SUM(reopened) AS BIGINT) AS reopened, CAST(SUM(done) AS BIGINT) AS done, \
             CAST(SUM(done_in_time) AS BIGINT) AS done_in_time ",
            $from,
            " AND category = $3 AND day >= $4 AND day < $5 AND ",
            $level,
            " = $2 AND ",
            $area,
            " >= $6 AND ",
            $area,
            " < $7 GROUP BY level, category, area ORDER BY area"
        )
    };
}

/// Most areas of the street: one time after another, all of the level at once.
pub(in super::super) const OF_PARTS_WIDE: [&str; 2] = [
    of_parts!("FROM request_days WHERE street = $1", "level", "+area"),
    of_parts!("FROM request_months WHERE street = $1", "level", "+area"),
];
/// A few of many grids: one after another, all their times at once.
pub(in super::super) const OF_PARTS_SMALL: [&str; 2] = [
    of_parts!("FROM request_days WHERE street = $1", "+level", "area"),
    of_parts!("FROM request_months WHERE street = $1", "+level", "area"),
];

/// The sums of an area from `from` until before `to`: in one read of its own rows.
pub(in super::super) fn of_area(
    tx: &mut Tx,
    street: Street,
    place: &Place<'_>,
    grain: Grain,
    (from, to): (i64, i64),
) -> Result<Vec<(Key, Sums)>, Error> {
    let values = params![street.number(), place.area.code(), place.category, from, to];
    tx.rows(grain.of(OF_AREA), values)?.iter().map(|row| sums(row, grain)).collect()
}

/// What the areas of `level` within a place came to from `from` until before `to`.
pub(in super::super) fn of_parts(
    tx: &mut Tx,
    street: Street,
    place: &Place<'_>,
    level: Level,
    (grain, from, to): (Grain, i64, i64),
) -> Result<Vec<(Key, Sums)>, Error> {
    let range = place.area.range();
    let is_small = place.area.level() > Level::Street;
    let level = i64::from(level.digits());
    let rows = tx.rows(
        grain.of(if is_small { OF_PARTS_SMALL } else { OF_PARTS_WIDE }),
        params![street.number(), level, place.category, from, to, range.start, range.end],
    )?;
    rows.iter().map(|row| sums(row, grain)).collect()
}

/// Every sum from `from` until before `to`.
pub(in super::super) fn all(
    tx: &mut Tx,
    street: Street,
    grain: Grain,
    (from, to): (i64, i64),
) -> Result<Vec<(Key, Sums)>, Error> {
    let sql = grain.of([
        concat!(
            "SELECT ",
            "level, ",
            columns!(),
            " FROM request_days WHERE street = $1 AND day >= $2 AND day < $3"
        ),
        concat!(
            "SELECT ",
            "level, ",
            columns!(),
            " FROM request_months WHERE street = $1 AND day >= $2 AND day < $3"
        ),
    ]);
    let rows = tx.rows(sql, params![street.number(), from, to])?;
    rows.iter().map(|row| sums(row, grain)).collect()
}

/// Forgets the sums from `from` until before `to`.
pub(in super::super) fn forget(
    tx: &mut Tx,
    street: Street,
    grain: Grain,
    (from, to): (i64, i64),
) -> Result<(), Error> {
    let sql = grain.of([
        "DELETE FROM request_days WHERE street = $1 AND day >= $2 AND day < $3",
        "DELETE FROM request_months WHERE street = $1 AND day >= $2 AND day < $3",
    ]);
    tx.execute(sql, params![street.number(), from, to])?;
    Ok(())
}

fn sums(row: &Row, grain: Grain) -> Result<(Key, Sums), Error> {
    let level: i64 = row.get("level")?;
    let level = Level::ALL.into_iter().find(|known| i64::from(known.digits()) == level);
    let key = Key {
        grain,
        level: level.ok_or_else(|| db::Error::Corrupt("level of a sum".to_owned()))?,
        category: row.get("category")?,
        day: row.get("day")?,
        area: row.parse("area", AreaCode::new)?,
    };
    let mut sums = Sums::default();
    (sums.raised, sums.closed) = (row.get("raised")?, row.get("closed")?);
    for (measure, hits, of) in [
        (Measure::Response, "response_hits", "response_of"),
        (Measure::Solved, "solved_hits", "solved_of"),
        (Measure::SatisfiedWide, "rated_wide", "rated"),
        (Measure::SatisfiedStrict, "rated_strict", "rated"),
        (Measure::SolvedInGrid, "in_grid", "worked"),
        (Measure::SolvedInCommunity, "in_community", "worked"),
        (Measure::OnTime, "done_in_time", "done"),
        (Measure::Returned, "returned", "worked"),
        (Measure::Redone, "redone", "worked"),
        (Measure::Reopened, "reopened", "worked"),
    ] {
        sums.put(measure, Rate { hits: row.get(hits)?, of: row.get(of)? });
    }
    Ok((key, sums))
}
