//! Facts in the database.

#[cfg(test)]
mod plans;

use db::{Row, Tx, params};
use domain::area::{AreaCode, Level, Street};
use domain::id::RequestId;
use domain::requests::{Facts, Marks, Measure};
use jiff::Timestamp;
use jiff::civil::Date;

use super::{Fact, ListLine, Place, Want};
use crate::calendar;
use crate::error::Error;

/// Adds facts, to be folded or as folded.
pub(super) fn add_all(
    tx: &mut Tx,
    street: Street,
    facts: &[Fact],
    is_folded: bool,
) -> Result<(), Error> {
    let mut cells = Vec::new();
    for fact in facts {
        cells.extend_from_slice(params![
            street.number(),
            fact.request.0,
            fact.version,
            calendar::number(fact.day),
            fact.area.code(),
            &fact.category,
            &fact.above,
            fact.facts.counted.bits(),
            fact.facts.hits.bits(),
            i64::from(is_folded),
        ]);
    }
    tx.insert_rows(
        "INSERT INTO request_facts
             (street, request, version, day, area, category, above, counted, hits, folded)",
        10,
        &cells,
    )?;
    Ok(())
}

/// Whether `measure` was counted for this request before.
pub(super) fn was_counted(
    tx: &mut Tx,
    street: Street,
    request: RequestId,
    measure: Measure,
) -> Result<bool, Error> {
    let sql = "SELECT version FROM request_facts
         WHERE street = $1 AND request = $2 AND (counted & $3) <> 0 LIMIT 1";
    Ok(tx.row(sql, params![street.number(), request.0, measure.bit()])?.is_some())
}

const TO_FOLD: &str = "SELECT version FROM request_facts WHERE street = $1 AND folded = 0 LIMIT 1";

/// Whether there are facts that no sum has yet.
pub(super) fn is_behind(tx: &mut Tx, street: Street) -> Result<bool, Error> {
    Ok(tx.row(TO_FOLD, params![street.number()])?.is_some())
}

/// Keeps every other folder of this street waiting until this transaction is over.
pub(super) fn take_turn(tx: &mut Tx, street: Street) -> Result<(), Error> {
    tx.execute(
        "INSERT INTO request_folds (street, folds) VALUES ($1, 1)
         ON CONFLICT (street) DO UPDATE SET folds = request_folds.folds + 1",
        params![street.number()],
    )?;
    Ok(())
}

/// Marks some facts as folded, and gives those that nobody had marked: each is given once.
pub(super) fn claim(tx: &mut Tx, street: Street, limit: i64) -> Result<Vec<Fact>, Error> {
    let rows = tx.rows(
        "UPDATE request_facts SET folded = 1 WHERE street = $1 AND folded = 0
         AND (request, version) IN (SELECT request, version FROM request_facts
             WHERE street = $1 AND folded = 0 ORDER BY request, version LIMIT $2)
         RETURNING request, version, day, area, category, above, counted, hits",
        params![street.number(), limit],
    )?;
    rows.iter().map(fact).collect()
}

/// The facts within an area by day and by the code before the last `size`; alike ones are counted.
const FACTS_OF_AREA: &str = "SELECT day, area / $7 * $7 AS area, category, above, counted, hits, \
     COUNT(*) AS n FROM request_facts WHERE street = $1 AND area >= $2 AND area < $3 \
     AND +day >= $4 AND +day < $5 AND folded = 1 AND ($6 = '' OR category = $6 OR above = $6) \
     GROUP BY day, area / $7 * $7, category, above, counted, hits";

/// The facts of a place, for areas that are too small to have sums of their own; alike ones are
/// counted. Each has the code of its area of `level`.
pub(super) fn facts_of(
    tx: &mut Tx,
    street: Street,
    place: &Place<'_>,
    level: Level,
    (from, to): (i64, i64),
) -> Result<Vec<Counted>, Error> {
    let range = place.area.range();
    let size = 10i64.pow(Level::Building.digits() - level.digits());
    let rows = tx.rows(
        FACTS_OF_AREA,
        params![street.number(), range.start, range.end, from, to, place.category, size],
    )?;
    rows.iter().map(counted).collect()
}

/// The folded facts of these days; alike ones are counted.
pub(super) fn folded(
    tx: &mut Tx,
    street: Street,
    (from, to): (i64, i64),
) -> Result<Vec<Counted>, Error> {
    let rows = tx.rows(
        "SELECT day, area, category, above, counted, hits, COUNT(*) AS n FROM request_facts
         WHERE street = $1 AND day >= $2 AND day < $3 AND folded = 1
         GROUP BY day, area, category, above, counted, hits",
        params![street.number(), from, to],
    )?;
    rows.iter().map(counted).collect()
}

/// The first and the last day that has facts or sums.
pub(super) fn span(tx: &mut Tx, street: Street) -> Result<Option<(Date, Date)>, Error> {
    let mut ends = Vec::new();
    for sql in [
        "SELECT MIN(day) AS first, MAX(day) AS last FROM request_facts WHERE street = $1",
        "SELECT MIN(day) AS first, MAX(day) AS last FROM request_days WHERE street = $1",
        "SELECT MIN(day) AS first, MAX(day) AS last FROM request_months WHERE street = $1",
    ] {
        let row = tx.row(sql, params![street.number()])?.ok_or(Error::NotFound)?;
        ends.extend(row.get::<Option<i64>>("first")?.and_then(calendar::date));
        ends.extend(row.get::<Option<i64>>("last")?.and_then(calendar::date));
    }
    Ok(ends.iter().copied().min().zip(ends.iter().copied().max()))
}

const GAUGES: &str = "SELECT COUNT(*) AS open, CAST(COALESCE(SUM(CASE WHEN due_at < $4 \
     AND stage <> 'resolved' THEN 1 ELSE 0 END), 0) AS BIGINT) AS late FROM requests \
     WHERE street = $1 AND area >= $2 AND area < $3 AND due_at IS NOT NULL";

/// How many requests within `area` are open, and how many of them late: from their own index.
pub(super) fn gauges(
    tx: &mut Tx,
    street: Street,
    area: AreaCode,
    now: Timestamp,
) -> Result<(i64, i64), Error> {
    let range = area.range();
    let row =
        tx.row(GAUGES, params![street.number(), range.start, range.end, now.as_microsecond()])?;
    let row = row.ok_or(Error::NotFound)?;
    Ok((row.get("open")?, row.get("late")?))
}

/// The list behind a figure, the newest first. As `+f.area` or `+f.day` a column is no way to the
/// rows: see the lists of requests.
macro_rules! behind {
    ($area:literal, $day:literal) => {
        concat!(
            "SELECT f.day, f.version, f.request, f.hits, r.number, r.area, r.place, r.category, \
             SUBSTR(r.text, 1, 160) AS text, r.asker_name FROM request_facts f \
             JOIN requests r ON r.street = f.street AND r.id = f.request \
             WHERE f.street = $1 AND r.street = $1 AND ",
            $day,
            " >= $2 AND ",
            $day,
            " < $3 AND ",
            $area,
            " >= $4 AND ",
            $area,
            " < $5 AND f.folded = 1 AND ($6 = '' OR f.category = $6 OR f.above = $6) \
             AND (f.counted & $7) <> 0 \
             AND ($8 = 'all' OR ($8 = 'hits' AND (f.hits & $7) <> 0) \
             OR ($8 = 'misses' AND (f.hits & $7) = 0)) \
             AND (",
            $day,
            ", f.request, f.version) < ($9, $10, $11) \
             ORDER BY f.day DESC, f.request DESC, f.version DESC LIMIT $12"
        )
    };
}

const BEHIND_WIDE: &str = behind!("+f.area", "f.day");
const BEHIND_SMALL: &str = behind!("f.area", "+f.day");

/// The lines behind a figure.
pub(super) fn behind(
    tx: &mut Tx,
    street: Street,
    place: &Place<'_>,
    (from, to): (i64, i64),
    want: &Want,
    limit: i64,
) -> Result<Vec<ListLine>, Error> {
    let range = place.area.range();
    let is_small = place.area.level() > Level::Community;
    let (day, request, version) = want.after.unwrap_or((i64::MAX, i64::MAX, i64::MAX));
    let rows = tx.rows(
        if is_small { BEHIND_SMALL } else { BEHIND_WIDE },
        params![
            street.number(),
            from,
            to,
            range.start,
            range.end,
            place.category,
            want.bit,
            want.which.name(),
            day,
            request,
            version,
            limit,
        ],
    )?;
    rows.iter()
        .map(|row| {
            Ok(ListLine {
                request: RequestId(row.get("request")?),
                version: row.get("version")?,
                day: row.parse("day", calendar::date)?,
                is_hit: row.get::<i64>("hits")? & want.bit != 0,
                number: row.get("number")?,
                area: row.parse("area", AreaCode::new)?,
                place: row.get("place")?,
                category: row.get("category")?,
                text: row.get("text")?,
                asker_name: row.get("asker_name")?,
            })
        })
        .collect()
}

/// Facts that are alike, and how many of them there are.
#[derive(Debug)]
pub(super) struct Counted {
    pub day: Date,
    pub area: AreaCode,
    pub category: String,
    pub above: String,
    pub facts: Facts,
    pub count: i64,
}

fn counted(row: &Row) -> Result<Counted, Error> {
    Ok(Counted {
        day: row.parse("day", calendar::date)?,
        area: row.parse("area", AreaCode::new)?,
        category: row.get("category")?,
        above: row.get("above")?,
        facts: marks(row)?,
        count: row.get("n")?,
    })
}

fn fact(row: &Row) -> Result<Fact, Error> {
    Ok(Fact {
        request: RequestId(row.get("request")?),
        version: row.get("version")?,
        day: row.parse("day", calendar::date)?,
        area: row.parse("area", AreaCode::new)?,
        category: row.get("category")?,
        above: row.get("above")?,
        facts: marks(row)?,
    })
}

fn marks(row: &Row) -> Result<Facts, Error> {
    let marks = |name| row.get(name).map(Marks::of_bits);
    Ok(Facts { counted: marks("counted")?, hits: marks("hits")? })
}

/// What SQLite says of the way of a statement.
#[cfg(test)]
fn explained(tx: &mut Tx, sql: &'static str, values: &[db::Param<'_>]) -> Result<String, Error> {
    let rows = tx.rows(sql, values)?;
    let steps = rows.iter().map(|row| row.get::<String>("detail"));
    Ok(steps.collect::<Result<Vec<_>, _>>()?.join("; "))
}
