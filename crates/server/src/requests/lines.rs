//! The statements behind the lists.

use db::{Row, Tx, params};
use domain::area::{AreaCode, Level, Street};
use domain::id::{PersonId, RequestId, UnitId};
use domain::requests::{Desk, Rung, Urgency, readable};
use jiff::Timestamp;

use super::list::{Count, Filter, Line, Pile, Scope, stage_named};
use crate::error::Error;

macro_rules! lines {
    ($area:literal, $($rest:literal),+) => {
        concat!(
            "SELECT id, number, area, place, category, urgency, SUBSTR(text, 1, 60) AS text, \
             stage, ending, desk, worker, unit, due_at, question_at, extension, raised_at, photos, \
             rung, ordered_at \
             FROM requests WHERE street = $1 AND ", $area, " >= $2 AND ", $area, " < $3 ",
            $($rest),+
        )
    };
}

/// What a filter wants of a scope, the newest first. As `+area` the area is no way to the rows: an
/// index that has the newest first ends after a page, however many there are, where the one by area
/// would read and sort them all. Those of one unit or asker are a range of one, in the order
/// of that range: so they are read from their own index, and not from among everybody's.
macro_rules! wanted {
    ($area:literal, $scope:literal, $newest:literal) => {
        lines!(
            $area,
            "AND id < $4 AND ($5 = '' OR stage = $5 OR ($5 = 'open' AND stage <> 'closed') \
             OR ($5 = 'late' AND due_at < $10 AND stage NOT IN ('closed', 'resolved'))) \
             AND ($6 = '' OR number = UPPER($6) OR text LIKE $7 ESCAPE '!') ",
            $scope,
            " ORDER BY ",
            $newest,
            " LIMIT $9"
        )
    };
}

const OF_WIDE_AREA: &str = wanted!("+area", "AND CAST($8 AS BIGINT) = 0", "id DESC");
/// A grid has few of the requests of its street, and they are found by their area.
const OF_GRID: &str = wanted!("area", "AND CAST($8 AS BIGINT) = 0", "id DESC");
const OF_UNIT: &str = wanted!("+area", "AND unit BETWEEN $8 AND $8", "unit DESC, id DESC");
const OF_ASKER: &str = wanted!("+area", "AND asker BETWEEN $8 AND $8", "asker DESC, id DESC");

/// The newest requests of a scope that `filter` wants.
pub(super) fn newest(
    tx: &mut Tx,
    street: Street,
    scope: Scope,
    filter: &Filter,
    limit: usize,
) -> Result<Vec<Line>, Error> {
    let after = filter.after.map_or(i64::MAX, |id| id.0);
    let limit = i64::try_from(limit).unwrap_or(i64::MAX);
    let stage = filter.stage.unwrap_or_default();
    // Signs that are no text are in no request either, and the records refuse some of them.
    let q = &readable(filter.q.as_deref().unwrap_or_default());
    // An empty pattern finds nothing: only the number is left to search for.
    let like = if let Scope::Masked(_) = scope { String::new() } else { like(q) };
    let (sql, area, who) = match scope {
        Scope::Area(area) | Scope::Masked(area) if area.level() > Level::Community => {
            (OF_GRID, area, 0)
        }
        Scope::Area(area) | Scope::Masked(area) => (OF_WIDE_AREA, area, 0),
        Scope::Unit(unit, area) => (OF_UNIT, area, unit.0),
        Scope::Asker(person, area) => (OF_ASKER, area, person.0),
    };
    let range = area.range();
    let rows = tx.rows(
        sql,
        params![
            street.number(),
            range.start,
            range.end,
            after,
            stage,
            q,
            &like,
            who,
            limit,
            filter.late_at.as_microsecond()
        ],
    )?;
    rows.iter().map(line).collect()
}

/// What waits in a pile, by when it is due.
pub(super) fn waiting(
    tx: &mut Tx,
    street: Street,
    scope: Scope,
    pile: Pile,
) -> Result<Vec<Line>, Error> {
    let (area, unit) = match scope {
        Scope::Area(area) | Scope::Masked(area) | Scope::Asker(_, area) => (area, 0),
        Scope::Unit(unit, area) => (area, unit.0),
    };
    let range = area.range();
    let (sql, third) = match pile {
        Pile::Grid => (
            lines!(
                "area",
                "AND stage IN ('raised', 'accepted') AND CAST($4 AS BIGINT) = 0 \
                 ORDER BY due_at, id LIMIT 200"
            ),
            db::Param::from(0),
        ),
        Pile::Desk(desk) => (
            lines!(
                "area",
                "AND stage IN ('escalated', 'redo', 'suspended', 'dispatched', 'handling') \
                 AND desk = $4 ORDER BY due_at, id LIMIT 200"
            ),
            db::Param::from(desk.name()),
        ),
        Pile::Unit => (
            lines!(
                "area",
                "AND stage IN ('dispatched', 'handling') AND unit = $4 \
                 ORDER BY due_at, id LIMIT 200"
            ),
            db::Param::from(unit),
        ),
    };
    let start = db::Param::from(range.start);
    let rows = tx.rows(sql, &[street.number().into(), start, range.end.into(), third])?;
    rows.iter().map(line).collect()
}

/// How many requests there are, by community and stage.
pub(super) fn counts(
    tx: &mut Tx,
    street: Street,
    area: AreaCode,
    now: Timestamp,
) -> Result<Vec<Count>, Error> {
    let range = area.range();
    let rows = tx.rows(
        "SELECT area / 10000000 AS community, stage, COUNT(*) AS n,
             CAST(SUM(CASE WHEN due_at < $4 AND stage <> 'resolved' THEN 1 ELSE 0 END) AS BIGINT)
                 AS late
         FROM requests WHERE street = $1 AND area >= $2 AND area < $3
         GROUP BY area / 10000000, stage ORDER BY area / 10000000, stage",
        params![street.number(), range.start, range.end, now.as_microsecond()],
    )?;
    rows.iter()
        .map(|row| {
            Ok(Count {
                area: row.parse("community", |n: i64| AreaCode::new(n.checked_mul(10_000_000)?))?,
                stage: row.parse("stage", |name: &str| stage_named(name))?,
                all: row.get("n")?,
                late: row.get("late")?,
            })
        })
        .collect()
}

/// A pattern that finds `words` anywhere; signs that mean something in a pattern mean themselves.
fn like(words: &str) -> String {
    let mut pattern = String::from("%");
    for letter in words.chars() {
        if "%_!".contains(letter) {
            pattern.push('!');
        }
        pattern.push(letter);
    }
    pattern.push('%');
    pattern
}

fn line(row: &Row) -> Result<Line, Error> {
    let moment = |at| Timestamp::from_microsecond(at).ok();
    Ok(Line {
        id: RequestId(row.get("id")?),
        number: row.get("number")?,
        area: row.parse("area", AreaCode::new)?,
        place: row.get("place")?,
        category: row.get("category")?,
        urgency: row.parse("urgency", |name: &str| Urgency::named(name))?,
        text: row.get("text")?,
        stage: row.parse("stage", |name: &str| stage_named(name))?,
        ending: row.get("ending")?,
        desk: row.parse("desk", |name: &str| Desk::named(name))?,
        worker: row.get::<Option<i64>>("worker")?.map(PersonId),
        unit: row.get::<Option<i64>>("unit")?.map(UnitId),
        due_at: row.get::<Option<i64>>("due_at")?.and_then(moment),
        is_asked: row.get::<Option<i64>>("question_at")?.is_some(),
        wants_extension: row.get::<&str>("extension")? == "asked",
        raised_at: row.parse("raised_at", moment)?,
        photos: row.get("photos")?,
        rung: row.parse("rung", |name: &str| Rung::named(name))?,
        is_ordered: row.get::<Option<i64>>("ordered_at")?.is_some(),
    })
}

#[cfg(test)]
mod tests {
    use db::Db;

    use super::*;

    const PLANS: [(&str, &str); 3] = [
        (
            concat!(
                "EXPLAIN QUERY PLAN ",
                wanted!("+area", "AND CAST($8 AS BIGINT) = 0", "id DESC")
            ),
            "PRIMARY KEY (street=? AND id<?)",
        ),
        (
            concat!(
                "EXPLAIN QUERY PLAN ",
                wanted!("+area", "AND unit BETWEEN $8 AND $8", "unit DESC, id DESC")
            ),
            "requests_by_unit",
        ),
        (
            concat!(
                "EXPLAIN QUERY PLAN ",
                wanted!("+area", "AND asker BETWEEN $8 AND $8", "asker DESC, id DESC")
            ),
            "requests_by_asker",
        ),
    ];

    #[tokio::test]
    async fn a_page_of_a_long_list_is_read_from_its_newest_and_nothing_is_sorted() {
        let name = format!("wuwei-plans-{}.sqlite", std::process::id());
        let file = std::env::temp_dir().join(name);
        let db = Db::open(&format!("sqlite:{}", file.display())).unwrap();
        db.migrate(crate::migrations::ALL).await.unwrap();
        for (sql, wanted) in PLANS {
            let plan = move |tx: &mut Tx| {
                let rows = tx.rows(sql, params![1, 1, 2, 9, "", "", "%", 1, 51, 0])?;
                rows.iter().map(|row| row.get::<String>("detail")).collect::<Result<Vec<_>, _>>()
            };
            let plan = db.read::<_, db::Error, _>(plan).await.unwrap().join("; ");
            assert!(plan.contains(wanted) && !plan.contains("TEMP B-TREE"), "{sql}: {plan}");
        }
        std::fs::remove_file(file).unwrap();
    }
}
