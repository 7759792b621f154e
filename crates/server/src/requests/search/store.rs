//! The statements that search: where a gram stands, and which requests are new, open or theirs.

use db::{Param, Row, Tx, params};
use domain::area::Street;
use domain::id::RequestId;

use crate::error::Error;

/// How many grams one statement looks for.
pub(super) const GRAMS: usize = 8;
/// How many ids one statement takes.
pub(super) use super::super::lines::IDS;
/// How many grams one statement adds.
const ADDED: usize = 16;

const SEEN: [[&str; 2]; GRAMS] = [
    ["c1", "l1"],
    ["c2", "l2"],
    ["c3", "l3"],
    ["c4", "l4"],
    ["c5", "l5"],
    ["c6", "l6"],
    ["c7", "l7"],
    ["c8", "l8"],
];

/// How many of the newest requests have a gram, and the oldest of those.
macro_rules! seen {
    ($count:literal, $last:literal, $gram:literal) => {
        concat!(
            "(SELECT COUNT(*) AS ",
            $count,
            ", COALESCE(MIN(request), 0) AS ",
            $last,
            " FROM (SELECT request FROM request_grams WHERE street = $1 AND gram = ",
            $gram,
            " ORDER BY request DESC LIMIT $2) ",
            $count,
            "_rows) ",
            $count,
            "_seen"
        )
    };
}

macro_rules! stood {
    ($slot:literal, $gram:literal) => {
        concat!(
            "SELECT CAST(",
            $slot,
            " AS BIGINT) AS slot, request FROM (SELECT request FROM request_grams \
             WHERE street = $1 AND gram = ",
            $gram,
            " AND request < $2 ORDER BY request DESC LIMIT $3) slot_",
            $slot
        )
    };
}

/// How many requests have a gram, as far as they were looked at.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Seen {
    /// At most as many as were looked at.
    pub(super) count: i64,
    /// The oldest of these.
    pub(super) last: i64,
}

/// Looks at the newest `most` requests of each gram.
pub(super) fn seen(
    tx: &mut Tx,
    street: Street,
    grams: &[&str],
    most: i64,
) -> Result<Vec<Seen>, Error> {
    let mut found = Vec::with_capacity(grams.len());
    for some in grams.chunks(GRAMS) {
        let mut values = vec![Param::from(street.number()), Param::from(most)];
        values.extend((0..GRAMS).map(|at| Param::from(some.get(at).copied().unwrap_or_default())));
        let row = tx.row(
            concat!(
                "SELECT ",
                "c1, l1, c2, l2, c3, l3, c4, l4, c5, l5, c6, l6, c7, l7, c8, l8 ",
                "FROM ",
                seen!("c1", "l1", "$3"),
                ", ",
                seen!("c2", "l2", "$4"),
                ", ",
                seen!("c3", "l3", "$5"),
                ", ",
                seen!("c4", "l4", "$6"),
                ", ",
                seen!("c5", "l5", "$7"),
                ", ",
                seen!("c6", "l6", "$8"),
                ", ",
                seen!("c7", "l7", "$9"),
                ", ",
                seen!("c8", "l8", "$10")
            ),
            &values,
        )?;
        let row = row.ok_or(Error::NotFound)?;
        for [count, last] in SEEN.iter().take(some.len()) {
            found.push(Seen { count: row.get(count)?, last: row.get(last)? });
        }
    }
    Ok(found)
}

/// The first and the newest request of all.
pub(super) fn ends(tx: &mut Tx, street: Street) -> Result<(i64, i64), Error> {
    let mut ends = [0; 2];
    for (end, sql) in ends.iter_mut().zip([
        "SELECT id FROM requests WHERE street = $1 ORDER BY id LIMIT 1",
        "SELECT id FROM requests WHERE street = $1 ORDER BY id DESC LIMIT 1",
    ]) {
        *end = tx.row(sql, params![street.number()])?.map_or(Ok(0), |row| row.get("id"))?;
    }
    Ok(ends.into())
}

/// The newest `most` requests below `below` of each of at most eight grams: which gram, which
/// request.
pub(super) fn of_grams(
    tx: &mut Tx,
    street: Street,
    grams: &[&str],
    below: i64,
    most: i64,
) -> Result<Vec<(i64, i64)>, Error> {
    let mut values = vec![Param::from(street.number()), Param::from(below), Param::from(most)];
    values.extend((0..GRAMS).map(|at| Param::from(grams.get(at).copied().unwrap_or_default())));
    let rows = tx.rows(
        concat!(
            stood!("0", "$4"),
            " UNION ALL ",
            stood!("1", "$5"),
            " UNION ALL ",
            stood!("2", "$6"),
            " UNION ALL ",
            stood!("3", "$7"),
            " UNION ALL ",
            stood!("4", "$8"),
            " UNION ALL ",
            stood!("5", "$9"),
            " UNION ALL ",
            stood!("6", "$10"),
            " UNION ALL ",
            stood!("7", "$11")
        ),
        &values,
    )?;
    rows.iter().map(|row| Ok((row.get("slot")?, row.get("request")?))).collect()
}

/// Those of `ids`, at most two hundred, that have this gram. Each is looked up by itself: whatever
/// an engine believes about how common the gram is, it does not read all that have it.
pub(super) fn with_gram(
    tx: &mut Tx,
    street: Street,
    gram: &str,
    ids: &[i64],
) -> Result<Vec<i64>, Error> {
    let mut values = vec![Param::from(street.number()), Param::from(gram)];
    values.extend((0..IDS).map(|at| Param::from(ids.get(at).copied().unwrap_or_default())));
    let rows = tx.rows(
        "SELECT ids.column1 AS request FROM (VALUES \
             (CAST($3 AS BIGINT)), ($4), ($5), ($6), ($7), ($8), ($9), ($10), ($11), \
             ($12), ($13), ($14), ($15), ($16), ($17), ($18), ($19), ($20), ($21), ($22), \
             ($23), ($24), ($25), ($26), ($27), ($28), ($29), ($30), ($31), ($32), ($33), \
             ($34), ($35), ($36), ($37), ($38), ($39), ($40), ($41), ($42), ($43), ($44), \
             ($45), ($46), ($47), ($48), ($49), ($50), ($51), ($52), ($53), ($54), ($55), \
             ($56), ($57), ($58), ($59), ($60), ($61), ($62), ($63), ($64), ($65), ($66), \
             ($67), ($68), ($69), ($70), ($71), ($72), ($73), ($74), ($75), ($76), ($77), \
             ($78), ($79), ($80), ($81), ($82), ($83), ($84), ($85), ($86), ($87), ($88), \
             ($89), ($90), ($91), ($92), ($93), ($94), ($95), ($96), ($97), ($98), ($99), \
             ($100), ($101), ($102), ($103), ($104), ($105), ($106), ($107), ($108), \
             ($109), ($110), ($111), ($112), ($113), ($114), ($115), ($116), ($117), \
             ($118), ($119), ($120), ($121), ($122), ($123), ($124), ($125), ($126), \
             ($127), ($128), ($129), ($130), ($131), ($132), ($133), ($134), ($135), \
             ($136), ($137), ($138), ($139), ($140), ($141), ($142), ($143), ($144), \
             ($145), ($146), ($147), ($148), ($149), ($150), ($151), ($152), ($153), \
             ($154), ($155), ($156), ($157), ($158), ($159), ($160), ($161), ($162), \
             ($163), ($164), ($165), ($166), ($167), ($168), ($169), ($170), ($171), \
             ($172), ($173), ($174), ($175), ($176), ($177), ($178), ($179), ($180), \
             ($181), ($182), ($183), ($184), ($185), ($186), ($187), ($188), ($189), \
             ($190), ($191), ($192), ($193), ($194), ($195), ($196), ($197), ($198), \
             ($199), ($200), ($201), ($202)) ids \
             WHERE (SELECT g.request FROM request_grams g WHERE g.street = $1 AND g.gram = $2 \
             AND g.request = ids.column1) IS NOT NULL",
        &values,
    )?;
    rows.iter().map(|row| Ok(row.get("request")?)).collect()
}

/// The newest requests below `below`.
pub(super) fn newest(
    tx: &mut Tx,
    street: Street,
    below: i64,
    most: i64,
) -> Result<Vec<i64>, Error> {
    let rows = tx.rows(
        "SELECT id FROM requests WHERE street = $1 AND id < $2 ORDER BY id DESC LIMIT $3",
        params![street.number(), below, most],
    )?;
    ids(&rows)
}

/// The newest requests of an asker.
pub(super) fn of_asker(
    tx: &mut Tx,
    street: Street,
    asker: i64,
    below: i64,
    most: i64,
) -> Result<Vec<i64>, Error> {
    let rows = tx.rows(
        "SELECT id FROM requests WHERE street = $1 AND asker = $2 AND id < $3
         ORDER BY id DESC LIMIT $4",
        params![street.number(), asker, below, most],
    )?;
    ids(&rows)
}

/// The newest requests of a unit.
pub(super) fn of_unit(
    tx: &mut Tx,
    street: Street,
    unit: i64,
    below: i64,
    most: i64,
) -> Result<Vec<i64>, Error> {
    let rows = tx.rows(
        "SELECT id FROM requests WHERE street = $1 AND unit = $2 AND id < $3
         ORDER BY id DESC LIMIT $4",
        params![street.number(), unit, below, most],
    )?;
    ids(&rows)
}

/// The newest requests at a stage that is not the last: what is open is little, and is read from an
/// index of its own; as `+id` the number is no way to the rows.
pub(super) fn at_stage(
    tx: &mut Tx,
    street: Street,
    stage: &str,
    below: i64,
    most: i64,
) -> Result<Vec<i64>, Error> {
    let rows = tx.rows(
        "SELECT id FROM requests WHERE street = $1 AND due_at IS NOT NULL AND stage = $2
         AND +id < $3 ORDER BY +id DESC LIMIT $4",
        params![street.number(), stage, below, most],
    )?;
    ids(&rows)
}

/// The newest requests that are not closed.
pub(super) fn open(tx: &mut Tx, street: Street, below: i64, most: i64) -> Result<Vec<i64>, Error> {
    let rows = tx.rows(
        "SELECT id FROM requests WHERE street = $1 AND due_at IS NOT NULL
         AND +id < $2 ORDER BY +id DESC LIMIT $3",
        params![street.number(), below, most],
    )?;
    ids(&rows)
}

fn ids(rows: &[Row]) -> Result<Vec<i64>, Error> {
    rows.iter().map(|row| Ok(row.get("id")?)).collect()
}

/// Adds grams of a request; those that it has stay.
pub(super) fn add(
    tx: &mut Tx,
    street: Street,
    id: RequestId,
    grams: &[String],
) -> Result<(), Error> {
    for some in grams.chunks(ADDED) {
        // A statement has one length: the last gram fills what is left of it.
        let Some(last) = some.last() else { continue };
        let mut values = vec![Param::from(street.number()), Param::from(id.0)];
        values.extend((0..ADDED).map(|at| Param::from(some.get(at).unwrap_or(last))));
        tx.execute(
            "INSERT INTO request_grams (street, gram, request) VALUES \
             ($1, $3, $2), ($1, $4, $2), ($1, $5, $2), ($1, $6, $2), ($1, $7, $2), \
             ($1, $8, $2), ($1, $9, $2), ($1, $10, $2), ($1, $11, $2), ($1, $12, \
             $2), ($1, $13, $2), ($1, $14, $2), ($1, $15, $2), ($1, $16, $2), ($1, \
             $17, $2), ($1, $18, $2) \
             ON CONFLICT (street, gram, request) DO NOTHING",
            &values,
        )?;
    }
    Ok(())
}

/// Adds grams of requests that have none yet.
pub(super) fn add_all(tx: &mut Tx, street: Street, grams: &[(String, i64)]) -> Result<(), Error> {
    let mut cells = Vec::with_capacity(grams.len() * 3);
    for (gram, id) in grams {
        cells.extend([street.number().into(), Param::from(gram), Param::from(*id)]);
    }
    tx.insert_rows("INSERT INTO request_grams (street, gram, request)", 3, &cells)?;
    Ok(())
}

/// Takes a gram away from a request that no longer has it.
pub(super) fn remove(tx: &mut Tx, street: Street, id: RequestId, gram: &str) -> Result<(), Error> {
    tx.execute(
        "DELETE FROM request_grams WHERE street = $1 AND gram = $2 AND request = $3",
        params![street.number(), gram, id.0],
    )?;
    Ok(())
}

/// Below which id requests have no grams yet, where that is so.
pub(super) fn filled_down_to(tx: &mut Tx, street: Street) -> Result<Option<i64>, Error> {
    let row =
        tx.row("SELECT below FROM request_fills WHERE street = $1", params![street.number()])?;
    row.map(|row| Ok(row.get("below")?)).transpose()
}

/// Writes down how far the grams reach; guarded by how far they were said to reach.
pub(super) fn fill_down_to(tx: &mut Tx, street: Street, was: i64, below: i64) -> Result<(), Error> {
    Ok(tx.guarded(
        "UPDATE request_fills SET below = $1 WHERE street = $2 AND below = $3",
        params![below, street.number(), was],
    )?)
}

/// Every request has its grams.
pub(super) fn filled(tx: &mut Tx, street: Street, was: i64) -> Result<(), Error> {
    Ok(tx.guarded(
        "DELETE FROM request_fills WHERE street = $1 AND below = $2",
        params![street.number(), was],
    )?)
}

/// Says that no request below `below` has its grams.
pub(super) fn begin_fill(tx: &mut Tx, street: Street, below: i64) -> Result<(), Error> {
    tx.execute(
        "INSERT INTO request_fills (street, below) VALUES ($1, $2)
         ON CONFLICT (street) DO UPDATE SET below = excluded.below",
        params![street.number(), below],
    )?;
    Ok(())
}
