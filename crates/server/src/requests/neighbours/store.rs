//! Neighbours and open requests in the database.

use db::{Row, Tx, params};
use domain::area::{AreaCode, Street};
use domain::id::{PersonId, RequestId};
use jiff::Timestamp;

use super::{Joined, Open, Supporter};
use crate::error::Error;
use crate::requests::stage_named;

/// The newest open requests within `area`. As `id + 0` the order is no way to the rows, so that an
/// index of all requests is not walked from its newest end: what is open here is few.
pub(super) fn open_within(
    tx: &mut Tx,
    street: Street,
    area: AreaCode,
    most: i64,
) -> Result<Vec<Open>, Error> {
    let range = area.range();
    let rows = tx.rows(
        "SELECT id, number, area, place, category, text, stage, asker, raised_at, supporters
         FROM requests WHERE street = $1 AND area >= $2 AND area < $3 AND stage <> 'closed'
         ORDER BY id + 0 DESC LIMIT $4",
        params![street.number(), range.start, range.end, most],
    )?;
    rows.iter().map(open).collect()
}

fn open(row: &Row) -> Result<Open, Error> {
    Ok(Open {
        id: RequestId(row.get("id")?),
        number: row.get("number")?,
        area: row.parse("area", AreaCode::new)?,
        place: row.get("place")?,
        category: row.get("category")?,
        text: row.get("text")?,
        stage: row.parse("stage", |name: &str| stage_named(name))?,
        asker: row.get::<Option<i64>>("asker")?.map(PersonId),
        raised_at: row.parse("raised_at", |at| Timestamp::from_microsecond(at).ok())?,
        supporters: row.get("supporters")?,
    })
}

/// Holds a request for this transaction, so that whoever joins or merges at the same time waits
/// and then sees what was done.
pub(super) fn hold(tx: &mut Tx, street: Street, id: RequestId) -> Result<(), Error> {
    tx.execute(
        "UPDATE requests SET supporters = supporters WHERE street = $1 AND id = $2",
        params![street.number(), id.0],
    )?;
    Ok(())
}

/// Writes down many accounts that joined, by few statements; nobody joined twice.
pub(super) fn add_all(
    tx: &mut Tx,
    street: Street,
    joined: impl IntoIterator<Item = (RequestId, PersonId, Timestamp)>,
) -> Result<(), Error> {
    let joined = joined.into_iter();
    let named = joined.map(|(id, who, at)| (id, who, Supporter::Person(who).who(), at));
    let named: Vec<_> = named.collect();
    let mut cells = Vec::with_capacity(named.len() * 7);
    for (id, person, key, at) in &named {
        cells.extend_from_slice(params![
            street.number(),
            id.0,
            key,
            id.0,
            person.0,
            "",
            at.as_microsecond(),
        ]);
    }
    tx.insert_rows(
        "INSERT INTO request_supporters (street, request, who, via, person, phone, joined_at)",
        7,
        &cells,
    )?;
    Ok(())
}

/// Writes down who joins; whoever is there already stays as they are.
pub(super) fn add(
    tx: &mut Tx,
    street: Street,
    (request, via): (RequestId, RequestId),
    supporter: &Supporter,
    at: Timestamp,
) -> Result<(), Error> {
    tx.execute(
        "INSERT INTO request_supporters (street, request, who, via, person, phone, joined_at)
         VALUES ($1, $2, $3, $4, $5, $6, $7) ON CONFLICT DO NOTHING",
        params![
            street.number(),
            request.0,
            &supporter.who(),
            via.0,
            supporter.person().map(|person| person.0),
            supporter.phone(),
            at.as_microsecond(),
        ],
    )?;
    Ok(())
}

/// Forgets that somebody joined, by whatever way.
pub(super) fn remove(
    tx: &mut Tx,
    street: Street,
    request: RequestId,
    supporter: &Supporter,
) -> Result<(), Error> {
    tx.execute(
        "DELETE FROM request_supporters WHERE street = $1 AND request = $2 AND who = $3",
        params![street.number(), request.0, &supporter.who()],
    )?;
    Ok(())
}

/// Whether somebody joined.
pub(super) fn has(
    tx: &mut Tx,
    street: Street,
    request: RequestId,
    supporter: &Supporter,
) -> Result<bool, Error> {
    let row = tx.row(
        "SELECT who FROM request_supporters WHERE street = $1 AND request = $2 AND who = $3 LIMIT 1",
        params![street.number(), request.0, &supporter.who()],
    )?;
    Ok(row.is_some())
}

/// Lets those who joined `from` join `into` too, by way of it.
pub(super) fn carry(
    tx: &mut Tx,
    street: Street,
    from: RequestId,
    into: RequestId,
) -> Result<(), Error> {
    tx.execute(
        "INSERT INTO request_supporters (street, request, who, via, person, phone, joined_at)
         SELECT CAST($1 AS BIGINT), CAST($2 AS BIGINT), who, CAST($3 AS BIGINT),
             person, phone, MIN(joined_at) FROM request_supporters
         WHERE street = $1 AND request = $3 GROUP BY who, person, phone ON CONFLICT DO NOTHING",
        params![street.number(), into.0, from.0],
    )?;
    Ok(())
}

/// Forgets those who came to `into` by way of `from`.
pub(super) fn take_back(
    tx: &mut Tx,
    street: Street,
    from: RequestId,
    into: RequestId,
) -> Result<(), Error> {
    tx.execute(
        "DELETE FROM request_supporters WHERE street = $1 AND request = $2 AND via = $3",
        params![street.number(), into.0, from.0],
    )?;
    Ok(())
}

/// Writes down beside the request how many joined; open pages hear of it.
pub(super) fn count(
    tx: &mut Tx,
    street: Street,
    request: RequestId,
    at: Timestamp,
) -> Result<(), Error> {
    tx.execute(
        "UPDATE requests SET changed_at = $3, supporters = (SELECT COUNT(DISTINCT who)
             FROM request_supporters WHERE street = $1 AND request = $2)
         WHERE street = $1 AND id = $2",
        params![street.number(), request.0, at.as_microsecond()],
    )?;
    Ok(())
}

/// Everybody who joined, each once.
pub(super) fn supporters(
    tx: &mut Tx,
    street: Street,
    request: RequestId,
) -> Result<Vec<Supporter>, Error> {
    let rows = tx.rows(
        "SELECT DISTINCT who, person, phone FROM request_supporters
         WHERE street = $1 AND request = $2 ORDER BY who",
        params![street.number(), request.0],
    )?;
    rows.iter()
        .map(|row| {
            Ok(match row.get::<Option<i64>>("person")? {
                Some(person) => Supporter::Person(PersonId(person)),
                None => Supporter::Phone(row.get("phone")?),
            })
        })
        .collect()
}

/// The requests that somebody joined, the newest first; those that were merged into another stand
/// there under the other.
pub(super) fn joined(
    tx: &mut Tx,
    street: Street,
    person: PersonId,
    most: i64,
) -> Result<Vec<Joined>, Error> {
    let rows = tx.rows(
        "SELECT DISTINCT s.request AS id, r.number, r.area, r.category, r.stage, r.ending, r.due_at,
             r.question_at,
             r.supporters
         FROM request_supporters s JOIN requests r ON r.street = $1 AND r.id = s.request
         WHERE s.street = $1 AND s.person = $2 AND (r.ending IS NULL OR r.ending <> 'merged')
         ORDER BY s.request DESC LIMIT $3",
        params![street.number(), person.0, most],
    )?;
    rows.iter()
        .map(|row| {
            let moment = |at| Timestamp::from_microsecond(at).ok();
            Ok(Joined {
                id: RequestId(row.get("id")?),
                number: row.get("number")?,
                area: row.parse("area", AreaCode::new)?,
                category: row.get("category")?,
                stage: row.parse("stage", |name: &str| stage_named(name))?,
                ending: row.get("ending")?,
                due_at: row.get::<Option<i64>>("due_at")?.and_then(moment),
                is_asked: row.get::<Option<i64>>("question_at")?.is_some(),
                supporters: row.get("supporters")?,
            })
        })
        .collect()
}

/// The requests that were merged into this one: their ids and numbers.
pub(super) fn merged_here(
    tx: &mut Tx,
    street: Street,
    into: RequestId,
) -> Result<Vec<(RequestId, String)>, Error> {
    let rows = tx.rows(
        "SELECT id, number FROM requests WHERE street = $1 AND merged_into BETWEEN $2 AND $2
         AND merged_into IS NOT NULL ORDER BY merged_into, id LIMIT 50",
        params![street.number(), into.0],
    )?;
    rows.iter().map(|row| Ok((RequestId(row.get("id")?), row.get("number")?))).collect()
}
