//! The statements behind the lists.

use db::{Param, Row, Tx, params};
use domain::area::{AreaCode, Level, Street};
use domain::id::{PersonId, RequestId, UnitId};
use domain::requests::{Channel, Desk, Rung, Urgency};
use jiff::Timestamp;

use super::list::{Count, Filter, Line, Pile, Scope, stage_named};
use super::store::COMMUNITY;
use crate::error::Error;

/// How many ids a statement takes.
pub(super) const IDS: usize = 200;

macro_rules! lines {
    ($area:literal, $($rest:literal),+) => {
        concat!(
            "SELECT id, number, area, place, category, urgency, SUBSTR(text, 1, 160) AS text, \
             asker_name, stage, ending, desk, worker, unit, due_at, question_at, extension, \
             raised_at, photos, rung, ordered_at \
             FROM requests WHERE street = $1 AND ", $area, " >= $2 AND ", $area, " < $3 ",
            $($rest),+
        )
    };
}

/// What a filter wants, whatever the way to the rows.
macro_rules! fits {
    ($id:literal) => {
        concat!(
            "AND ",
            $id,
            " < $4 AND ($5 = '' OR stage = $5 OR ($5 = 'open' AND stage <> 'closed')) \
         AND (CAST($6 AS BIGINT) = 0 OR (due_at < $6 AND stage NOT IN ('closed', 'resolved'))) \
         AND ($7 = '' OR $7 LIKE '%|' || category || '|%') AND ($8 = '' OR urgency = $8) \
         AND raised_at >= $9 AND raised_at < $10 AND ($11 = '' OR channel = $11) \
             AND ($12 = '' OR (rung = $12 AND stage <> 'closed')) "
        )
    };
}

/// What a filter wants of a scope, the newest first. As `+area` the area is no way to the rows: an
/// index that has the newest first ends after a page, however many there are, where the one by area
/// would read and sort them all. Those of one unit or asker are a range of one, in the order
/// of that range: so they are read from their own index, and not from among everybody's.
macro_rules! wanted {
    ($area:literal, $scope:literal, $newest:literal) => {
        concat!(lines!($area, ""), fits!("id"), $scope, " ORDER BY ", $newest, " LIMIT $14")
    };
}

/// What is open is little beside what is closed, so it is read from its own index and sorted:
/// `due_at` is there just as long as it is open. As `+id` the number is no way to the rows: on the
/// way down from the newest most are closed.
macro_rules! open {
    () => {
        concat!(
            lines!("area", "AND due_at IS NOT NULL "),
            fits!("+id"),
            "AND CAST($13 AS BIGINT) = 0 ORDER BY +id DESC LIMIT $14"
        )
    };
}

/// What waits at some stages, by when it is due.
macro_rules! waits {
    ($stages:literal, $whose:literal) => {
        lines!(
            "area",
            "AND due_at IS NOT NULL \
             AND stage IN (",
            $stages,
            ") AND ",
            $whose,
            " ORDER BY +due_at, +id LIMIT 200"
        )
    };
}

const OPEN_OF_AREA: &str = open!();
const WAITING_IN_GRID: &str = waits!("'raised', 'accepted'", "CAST($4 AS BIGINT) = 0");
const WAITING_AT_DESK: &str =
    waits!("'escalated', 'redo', 'suspended', 'dispatched', 'handling'", "desk = $4");
/// As `+unit` the unit is no way to the rows: most that it ever had are closed.
const WAITING_FOR_UNIT: &str = waits!("'dispatched', 'handling'", "+unit = $4");
macro_rules! open_counts {
    () => {
        "SELECT area / 10000000 AS community, stage, COUNT(*) AS n, \
         CAST(SUM(CASE WHEN due_at < $4 AND stage <> 'resolved' THEN 1 ELSE 0 END) AS BIGINT) \
         AS late FROM requests WHERE street = $1 AND due_at IS NOT NULL \
         AND area >= $2 AND area < $3 \
         GROUP BY area / 10000000, stage ORDER BY area / 10000000, stage"
    };
}

const RAISED: &str =
    "SELECT area, raised AS n FROM request_totals WHERE street = $1 AND area >= $2 AND area < $3";
/// Within a grid little is closed, so it is counted.
const CLOSED_WITHIN: &str = "SELECT area / 10000000 * 10000000 AS area, COUNT(*) AS n FROM requests
     WHERE street = $1 AND stage = 'closed' AND area >= $2 AND area < $3
     GROUP BY area / 10000000";
const OF_WIDE_AREA: &str = wanted!("+area", "AND CAST($13 AS BIGINT) = 0", "id DESC");
/// A grid has few of the requests of its street, and they are found by their area.
const OF_GRID: &str = wanted!("area", "AND CAST($13 AS BIGINT) = 0", "id DESC");
const OF_UNIT: &str = wanted!("+area", "AND unit BETWEEN $13 AND $13", "unit DESC, id DESC");
const OF_ASKER: &str = wanted!("+area", "AND asker BETWEEN $13 AND $13", "asker DESC, id DESC");

/// Those of two hundred requests that fit; each is found by its key.
const OF_IDS: &str = concat!(
    "SELECT id, number, area, place, category, urgency, SUBSTR(text, 1, 160) AS text, stage, \
     ending, desk, worker, unit, due_at, question_at, extension, raised_at, photos, rung, \
     ordered_at, text AS whole, asker_name, asker_phone \
     FROM requests WHERE street = $1 AND +area >= $2 AND +area < $3 ",
    fits!("+id"),
    "AND (CAST($13 AS BIGINT) = 0 OR unit = $13) AND (CAST($14 AS BIGINT) = 0 OR asker = $14) \
     AND id IN (",
    "$15, $16, $17, $18, $19, $20, $21, $22, $23, $24, $25, $26, $27, $28, $29, $30, \
     $31, $32, $33, $34, $35, $36, $37, $38, $39, $40, $41, $42, $43, $44, $45, $46, \
     $47, $48, $49, $50, $51, $52, $53, $54, $55, $56, $57, $58, $59, $60, $61, $62, \
     $63, $64, $65, $66, $67, $68, $69, $70, $71, $72, $73, $74, $75, $76, $77, $78, \
     $79, $80, $81, $82, $83, $84, $85, $86, $87, $88, $89, $90, $91, $92, $93, $94, \
     $95, $96, $97, $98, $99, $100, $101, $102, $103, $104, $105, $106, $107, $108, \
     $109, $110, $111, $112, $113, $114, $115, $116, $117, $118, $119, $120, $121, \
     $122, $123, $124, $125, $126, $127, $128, $129, $130, $131, $132, $133, $134, \
     $135, $136, $137, $138, $139, $140, $141, $142, $143, $144, $145, $146, $147, \
     $148, $149, $150, $151, $152, $153, $154, $155, $156, $157, $158, $159, $160, \
     $161, $162, $163, $164, $165, $166, $167, $168, $169, $170, $171, $172, $173, \
     $174, $175, $176, $177, $178, $179, $180, $181, $182, $183, $184, $185, $186, \
     $187, $188, $189, $190, $191, $192, $193, $194, $195, $196, $197, $198, $199, \
     $200, $201, $202, $203, $204, $205, $206, $207, $208, $209, $210, $211, $212, \
     $213, $214",
    ") ORDER BY id DESC"
);

/// What of a request is searched beside its line.
pub(super) struct Words {
    pub(super) text: String,
    pub(super) name: String,
    pub(super) phone: String,
}

/// The newest requests of a scope that `filter` wants, whatever it looks for in them.
pub(super) fn newest(
    tx: &mut Tx,
    street: Street,
    scope: Scope,
    filter: &Filter,
    limit: usize,
) -> Result<Vec<Line>, Error> {
    let is_open = filter.late || filter.rung.is_some();
    let is_open = is_open || filter.stage.is_some_and(|stage| !["", "closed"].contains(&stage));
    let (sql, who) = match scope {
        Scope::Area(_) | Scope::Masked(_) if filter.unit.is_some() => {
            (OF_UNIT, filter.unit.map_or(0, |unit| unit.0))
        }
        Scope::Area(_) | Scope::Masked(_) if is_open => (OPEN_OF_AREA, 0),
        Scope::Area(area) | Scope::Masked(area) if area.level() > Level::Community => (OF_GRID, 0),
        Scope::Area(_) | Scope::Masked(_) => (OF_WIDE_AREA, 0),
        Scope::Unit(unit, _) => (OF_UNIT, unit.0),
        Scope::Asker(person, _) => (OF_ASKER, person.0),
    };
    let mut values = Vec::from(wishes(street, scope, filter));
    values.push(who.into());
    values.push(i64::try_from(limit).unwrap_or(i64::MAX).into());
    let rows = tx.rows(sql, &values)?;
    rows.iter().map(line).collect()
}

/// Those of `ids`, at most two hundred, that lie in the scope and that `filter` wants, the newest
/// first, each with what is searched in it.
pub(super) fn of_ids(
    tx: &mut Tx,
    street: Street,
    scope: Scope,
    filter: &Filter,
    ids: &[i64],
) -> Result<Vec<(Line, Words)>, Error> {
    let (unit, asker) = match scope {
        Scope::Area(_) | Scope::Masked(_) => (filter.unit.map_or(0, |unit| unit.0), 0),
        Scope::Unit(unit, _) => (unit.0, 0),
        Scope::Asker(person, _) => (0, person.0),
    };
    let mut values = Vec::from(wishes(street, scope, filter));
    values.extend([Param::from(unit), Param::from(asker)]);
    values.extend((0..IDS).map(|at| Param::from(ids.get(at).copied().unwrap_or_default())));
    let rows = tx.rows(OF_IDS, &values)?;
    let words = |row: &Row| -> Result<Words, Error> {
        Ok(Words {
            text: row.get("whole")?,
            name: row.get("asker_name")?,
            phone: row.get("asker_phone")?,
        })
    };
    rows.iter().map(|row| Ok((line(row)?, words(row)?))).collect()
}

/// The values of [`fits`], from the street on.
fn wishes(street: Street, scope: Scope, filter: &Filter) -> [Param<'_>; 12] {
    let range = scope.area().range();
    let micros = |at: Option<Timestamp>, else_at| at.map_or(else_at, Timestamp::as_microsecond);
    let is_late = filter.late || filter.stage == Some("late");
    [
        street.number().into(),
        range.start.into(),
        range.end.into(),
        filter.after.map_or(i64::MAX, |id| id.0).into(),
        filter.stage.filter(|&stage| stage != "late").unwrap_or_default().into(),
        if is_late { filter.late_at.as_microsecond() } else { 0 }.into(),
        filter.categories.as_str().into(),
        filter.urgency.map_or("", Urgency::name).into(),
        micros(filter.from, i64::MIN).into(),
        micros(filter.to, i64::MAX).into(),
        filter.channel.map_or("", Channel::name).into(),
        filter.rung.map_or("", Rung::name).into(),
    ]
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
        Pile::Grid => (WAITING_IN_GRID, db::Param::from(0)),
        Pile::Desk(desk) => (WAITING_AT_DESK, db::Param::from(desk.name())),
        Pile::Unit => (WAITING_FOR_UNIT, db::Param::from(unit)),
    };
    let start = db::Param::from(range.start);
    let rows = tx.rows(sql, &[street.number().into(), start, range.end.into(), third])?;
    rows.iter().map(line).collect()
}

/// How many requests there are, by community and stage. What is open is counted; of what is closed
/// a community has as many as were raised and are not open any more.
pub(super) fn counts(
    tx: &mut Tx,
    street: Street,
    area: AreaCode,
    now: Timestamp,
) -> Result<Vec<Count>, Error> {
    let range = area.range();
    let rows = tx.rows(
        open_counts!(),
        params![street.number(), range.start, range.end, now.as_microsecond()],
    )?;
    let mut counts = rows.iter().map(count).collect::<Result<Vec<_>, _>>()?;
    let rows = tx.rows(
        if area.level() > Level::Community { CLOSED_WITHIN } else { RAISED },
        params![street.number(), range.start, range.end],
    )?;
    for row in &rows {
        let community = row.parse("area", AreaCode::new)?;
        let open = counts.iter().filter(|it| it.area == community && it.stage != "closed");
        let open: i64 = open.map(|it| it.all).sum();
        let all = row.get::<i64>("n")? - if area.level() > Level::Community { 0 } else { open };
        if all > 0 {
            counts.push(Count { area: community, stage: "closed", all, late: 0 });
        }
    }
    counts.sort_by_key(|count| count.area);
    Ok(counts)
}

fn count(row: &Row) -> Result<Count, Error> {
    Ok(Count {
        area: row.parse("community", |n: i64| AreaCode::new(n.checked_mul(COMMUNITY)?))?,
        stage: row.parse("stage", |name: &str| stage_named(name))?,
        all: row.get("n")?,
        late: row.get("late")?,
    })
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
        asker_name: row.get("asker_name")?,
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

    macro_rules! explained {
        ($($sql:tt)+) => {
            concat!("EXPLAIN QUERY PLAN ", $($sql)+)
        };
    }

    /// How SQLite runs each of these, without having counted anything.
    async fn plans(asked: &'static [(&'static str, &'static [i64], &'static str)]) {
        let name = format!("wuwei-plans-{}-{}.sqlite", std::process::id(), asked.len());
        let file = std::env::temp_dir().join(name);
        let db = Db::open(&format!("sqlite:{}", file.display())).unwrap();
        db.migrate(crate::migrations::ALL).await.unwrap();
        for (sql, values, wanted) in asked {
            let plan = move |tx: &mut Tx| {
                let values: Vec<db::Param<'_>> = values.iter().map(|&n| n.into()).collect();
                let rows = tx.rows(sql, &values)?;
                rows.iter().map(|row| row.get::<String>("detail")).collect::<Result<Vec<_>, _>>()
            };
            let plan = db.read::<_, db::Error, _>(plan).await.unwrap().join("; ");
            assert!(plan.contains(wanted), "{sql}: {plan}");
            let is_sorted = plan.contains("TEMP B-TREE");
            assert!(!is_sorted || *wanted == OPEN, "{sql}: {plan}");
        }
        std::fs::remove_file(file).unwrap();
    }

    const OPEN: &str = "INDEX requests_open (street=? AND area>? AND area<?)";
    const ALL: &[i64] = &[1, 1, 2, 9, 0, 0, 0, 0, 0, 9, 0, 0, 1, 51];

    #[tokio::test]
    async fn a_page_of_a_long_list_is_read_from_its_newest_and_nothing_is_sorted() {
        plans(&[
            (
                explained!(wanted!("+area", "AND CAST($13 AS BIGINT) = 0", "id DESC")),
                ALL,
                "PRIMARY KEY (street=? AND id<?)",
            ),
            (
                explained!(wanted!("+area", "AND unit BETWEEN $13 AND $13", "unit DESC, id DESC")),
                ALL,
                "requests_by_unit",
            ),
            (
                explained!(wanted!(
                    "+area",
                    "AND asker BETWEEN $13 AND $13",
                    "asker DESC, id DESC"
                )),
                ALL,
                "requests_by_asker",
            ),
        ])
        .await;
    }

    #[tokio::test]
    async fn what_is_open_is_read_from_its_own_index() {
        plans(&[
            (explained!(open!()), ALL, OPEN),
            (explained!(open_counts!()), &[1, 1, 2, 0], OPEN),
            (
                explained!(waits!("'raised', 'accepted'", "CAST($4 AS BIGINT) = 0")),
                &[1, 1, 2, 0],
                OPEN,
            ),
            (explained!(waits!("'redo', 'handling'", "desk = $4")), &[1, 1, 2, 0], OPEN),
            (explained!(waits!("'dispatched', 'handling'", "+unit = $4")), &[1, 1, 2, 0], OPEN),
        ])
        .await;
    }
}
