//! Requests in the database. The tables of this slice are known to this folder alone.

pub(super) mod columns;

pub(super) use self::columns::clock;

use db::{Tx, params};
use domain::area::{AreaCode, Street};
use domain::id::{PersonId, RequestId, UnitId};
use domain::requests::{Request, Urgency};
use jiff::Timestamp;

use self::columns::{Clock, StageColumns, extension_columns, micros, record};
use super::see::PhotoRow;
use super::{Category, Record};
use crate::calendar;
use crate::error::Error;

/// So many codes lie within a community.
pub(super) const COMMUNITY: i64 = 10_000_000;

/// Adds a request that was just raised, with version 1.
pub(super) fn add(tx: &mut Tx, street: Street, record: &Record) -> Result<(), Error> {
    let request = &record.request;
    let due = Clock::of(request.due);
    tx.execute(
        "INSERT INTO requests (street, id, number, area, place, category, urgency, text, asker,
             asker_name, asker_phone, writer, receipt, raised_at, stage, since, desk,
             due_at, due_limit, due_term, due_from, due_known, channel,
             returns, extension, extension_days, reopened, changed_at, version)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, 'raised', $14,
             'community', $15, $16, $17, $18, $19, $20, 0, 'none', 0, 0, $14, 1)",
        params![
            street.number(),
            request.id.0,
            &record.number,
            request.area.code(),
            &record.place,
            &record.category,
            request.urgency.name(),
            &record.text,
            request.asker.map(|person| person.0),
            &record.asker_name,
            &record.asker_phone,
            record.writer.map(|person| person.0),
            &record.receipt,
            micros(request.since),
            due.at,
            due.limit,
            due.term.as_deref(),
            due.from,
            due.known,
            record.channel.name(),
        ],
    )?;
    Ok(())
}

/// Saves what a command changed, over the version that was loaded, unless someone else saved first.
pub(super) fn save(
    tx: &mut Tx,
    street: Street,
    request: &Request,
    loaded: i64,
    at: Timestamp,
) -> Result<(), Error> {
    let stage = StageColumns::of(request.stage);
    let (extension, days) = extension_columns(request.extension);
    let due = Clock::of(request.due);
    let paused = Clock::of(request.question.map(|question| question.clock));
    Ok(tx.guarded(
        "UPDATE requests SET stage = $1, since = $2, desk = $3, handler = $4, worker = $5,
             unit = $6, ending = $7, rating = $8, merged_into = $9, review_on = $10,
             due_at = $11, due_limit = $12, due_term = $13, due_from = $14, due_known = $15,
             question_at = $16, paused_at = $17, paused_limit = $18, paused_term = $19,
             paused_from = $20, paused_known = $21, returns = $22, extension = $23,
             extension_days = $24, reopened = $25, changed_at = $26, rung = $27, ordered_at = $28,
             responded_at = $29, redone = $30, reminders = $31, reminded_on = $32, calls = $33,
             called = $34, version = version + 1
         WHERE street = $35 AND id = $36 AND version = $37",
        params![
            request.stage.name(),
            micros(request.since),
            request.desk().name(),
            stage.handler,
            stage.worker,
            stage.unit,
            stage.ending,
            stage.rating,
            stage.merged_into,
            stage.review_on,
            due.at,
            due.limit,
            due.term.as_deref(),
            due.from,
            due.known,
            request.question.map(|question| micros(question.asked_at)),
            paused.at,
            paused.limit,
            paused.term.as_deref(),
            paused.from,
            paused.known,
            i64::from(request.returns),
            extension,
            days,
            i64::from(request.reopened),
            micros(at),
            request.rung.name(),
            request.ordered_at.map(micros),
            request.responded_at.map(micros),
            i64::from(request.redone),
            i64::from(request.reminders),
            request.reminded_on.map(calendar::number),
            i64::from(request.calls),
            i64::from(request.called),
            street.number(),
            request.id.0,
            loaded,
        ],
    )?)
}

/// Whole requests of a street, and which of them.
macro_rules! whole {
    ($($rest:literal),+) => { concat!(
    "SELECT id, number, area, place, category, urgency, text, asker, asker_name, asker_phone, \
     writer, receipt, photos, raised_at, stage, since, desk, handler, worker, unit, ending, \
     rating, merged_into, review_on, due_at, due_limit, due_term, due_from, due_known, \
     question_at, paused_at, paused_limit, paused_term, paused_from, paused_known, returns, \
     extension, extension_days, reopened, rung, ordered_at, responded_at, redone, reminders, \
     reminded_on, calls, called, channel, supporters, version FROM requests WHERE street = $1 AND ",
    $($rest),+) };
}

const BY_ID: &str = whole!("id = $2");
/// What was reported as done and is not rated yet, the longest ago first.
const TO_CALL: &str = whole!(
    "called = 0 AND (stage = 'resolved' OR ending = 'unrated') AND (since > $2 OR since = $2 \
     AND id > $3) AND since > $4 AND calls < $5 AND area >= $6 AND area < $7 ",
    "ORDER BY since, id LIMIT $8"
);

/// One request.
pub(super) fn load(tx: &mut Tx, street: Street, id: RequestId) -> Result<Record, Error> {
    let row = tx.row(BY_ID, params![street.number(), id.0])?;
    record(&row.ok_or(Error::NotFound)?)
}

/// Some of what is to be called back within `area`, the longest ago first, from behind the last of
/// the page before: what was done after `since` and tried fewer times than `calls_max`.
pub(super) fn to_call(
    tx: &mut Tx,
    street: Street,
    area: AreaCode,
    (after, since): (Option<(Timestamp, RequestId)>, Timestamp),
    calls_max: u8,
    most: i64,
) -> Result<Vec<Record>, Error> {
    let range = area.range();
    let (at, id) = after.map_or((0, 0), |(at, id)| (micros(at), id.0));
    let rows = tx.rows(
        TO_CALL,
        params![
            street.number(),
            at,
            id,
            micros(since),
            i64::from(calls_max),
            range.start,
            range.end,
            most,
        ],
    )?;
    rows.iter().map(record).collect()
}

/// The request of a readable number.
pub(super) fn numbered(
    tx: &mut Tx,
    street: Street,
    number: &str,
) -> Result<Option<RequestId>, Error> {
    let row = tx.row(
        "SELECT id FROM requests WHERE street = $1 AND number = $2",
        params![street.number(), number],
    )?;
    row.map(|row| Ok(RequestId(row.get("id")?))).transpose()
}

/// The request of a receipt code, with the phone that was left with it.
pub(super) fn receipted(
    tx: &mut Tx,
    street: Street,
    receipt: &str,
) -> Result<Option<(RequestId, String)>, Error> {
    let row = tx.row(
        "SELECT id, asker_phone FROM requests WHERE street = $1 AND receipt = $2",
        params![street.number(), receipt],
    )?;
    row.map(|row| Ok((RequestId(row.get("id")?), row.get("asker_phone")?))).transpose()
}

/// Gives a request that was raised without an account to the account of its asker.
pub(super) fn adopt(
    tx: &mut Tx,
    street: Street,
    (id, version): (RequestId, i64),
    person: PersonId,
    at: Timestamp,
) -> Result<(), Error> {
    Ok(tx.guarded(
        "UPDATE requests SET asker = $1, changed_at = $2, version = version + 1
         WHERE street = $3 AND id = $4 AND version = $5 AND asker IS NULL",
        params![person.0, micros(at), street.number(), id.0, version],
    )?)
}

/// The next readable number of a series.
pub(super) fn next_number(tx: &mut Tx, street: Street, series: &str) -> Result<i64, Error> {
    let row = tx.row(
        "INSERT INTO request_numbers (street, series, last) VALUES ($1, $2, 1)
         ON CONFLICT (street, series) DO UPDATE SET last = request_numbers.last + 1
         RETURNING last",
        params![street.number(), series],
    )?;
    Ok(row.ok_or(Error::NotFound)?.get("last")?)
}

/// Counts requests that were raised in the community of `area`.
pub(super) fn count_raised(
    tx: &mut Tx,
    street: Street,
    area: AreaCode,
    count: i64,
) -> Result<(), Error> {
    tx.execute(
        "INSERT INTO request_totals (street, area, raised) VALUES ($1, $2, $3)
         ON CONFLICT (street, area)
         DO UPDATE SET raised = request_totals.raised + excluded.raised",
        params![street.number(), area.code() / COMMUNITY * COMMUNITY, count],
    )?;
    Ok(())
}

/// The last of so many readable numbers of a series, all taken at once.
pub(super) fn next_numbers(
    tx: &mut Tx,
    street: Street,
    series: &str,
    count: i64,
) -> Result<i64, Error> {
    let row = tx.row(
        "INSERT INTO request_numbers (street, series, last) VALUES ($1, $2, $3)
         ON CONFLICT (street, series) DO UPDATE SET last = request_numbers.last + excluded.last
         RETURNING last",
        params![street.number(), series, count],
    )?;
    Ok(row.ok_or(Error::NotFound)?.get("last")?)
}

/// The hashes of all photos.
pub(super) fn photo_hashes(tx: &mut Tx, street: Street) -> Result<Vec<String>, Error> {
    let rows = tx.rows(
        "SELECT DISTINCT hash FROM request_photos WHERE street = $1",
        params![street.number()],
    )?;
    rows.iter().map(|row| Ok(row.get("hash")?)).collect()
}

/// The moment of the latest change within `street`, for open pages that wait for news.
pub(super) fn latest_change(tx: &mut Tx, street: Street) -> Result<i64, Error> {
    let row = tx.row(
        "SELECT MAX(changed_at) AS latest FROM requests WHERE street = $1",
        params![street.number()],
    )?;
    Ok(row.map_or(Ok(None), |row| row.get::<Option<i64>>("latest"))?.unwrap_or_default())
}

/// The requests that changed after `since` (microseconds), at most a hundred: area, id, unit,
/// asker.
pub(super) fn changed_since(
    tx: &mut Tx,
    street: Street,
    since: i64,
) -> Result<Vec<Changed>, Error> {
    let rows = tx.rows(
        "SELECT id, area, unit, asker, changed_at FROM requests
         WHERE street = $1 AND changed_at > $2 ORDER BY changed_at LIMIT 100",
        params![street.number(), since],
    )?;
    rows.iter()
        .map(|row| {
            Ok(Changed {
                id: RequestId(row.get("id")?),
                area: row.parse("area", AreaCode::new)?,
                unit: row.get::<Option<i64>>("unit")?.map(UnitId),
                asker: row.get::<Option<i64>>("asker")?.map(PersonId),
                at: row.get("changed_at")?,
            })
        })
        .collect()
}

/// That a request changed, with just enough to know whom it concerns.
#[derive(Clone, Copy, Debug)]
pub struct Changed {
    pub id: RequestId,
    pub area: AreaCode,
    pub unit: Option<UnitId>,
    pub asker: Option<PersonId>,
    /// Microseconds since 1970.
    pub at: i64,
}

/// The categories of the street in their order.
pub(super) fn categories(tx: &mut Tx, street: Street) -> Result<Vec<Category>, Error> {
    let rows = tx.rows(
        "SELECT code, name, name_en, icon, urgency, unit, danger, parent, opens, opens_en, closes,
             closes_en, photo, photo_en, retired_at
         FROM categories WHERE street = $1 ORDER BY position",
        params![street.number()],
    )?;
    rows.iter()
        .map(|row| {
            Ok(Category {
                code: row.get("code")?,
                name: row.get("name")?,
                name_en: row.get("name_en")?,
                icon: row.get("icon")?,
                urgency: row.parse("urgency", |name: String| Urgency::named(&name))?,
                unit: row.get("unit")?,
                danger: row.get("danger")?,
                parent: row.get("parent")?,
                opens: row.get("opens")?,
                opens_en: row.get("opens_en")?,
                closes: row.get("closes")?,
                closes_en: row.get("closes_en")?,
                photo: row.get("photo")?,
                photo_en: row.get("photo_en")?,
                retired_at: row
                    .get::<Option<i64>>("retired_at")?
                    .and_then(|micros| Timestamp::from_microsecond(micros).ok()),
            })
        })
        .collect()
}

/// Adds a category, or gives the one of this code other particulars.
pub(super) fn add_category(
    tx: &mut Tx,
    street: Street,
    position: i64,
    category: &Category,
) -> Result<(), Error> {
    tx.execute(
        "INSERT INTO categories
             (street, code, position, name, name_en, icon, urgency, unit, danger, parent, opens,
             opens_en, closes, closes_en, photo, photo_en, retired_at)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17)
         ON CONFLICT (street, code) DO UPDATE SET position = excluded.position,
             name = excluded.name, name_en = excluded.name_en, icon = excluded.icon,
             urgency = excluded.urgency, unit = excluded.unit, danger = excluded.danger,
             parent = excluded.parent, opens = excluded.opens, opens_en = excluded.opens_en,
             closes = excluded.closes, closes_en = excluded.closes_en, photo = excluded.photo,
             photo_en = excluded.photo_en, retired_at = excluded.retired_at",
        params![
            street.number(),
            &category.code,
            position,
            &category.name,
            &category.name_en,
            &category.icon,
            category.urgency.name(),
            &category.unit,
            &category.danger,
            &category.parent,
            &category.opens,
            &category.opens_en,
            &category.closes,
            &category.closes_en,
            &category.photo,
            &category.photo_en,
            category.retired_at.map(micros),
        ],
    )?;
    Ok(())
}

/// The photos of a request, those that came with it first.
pub(super) fn photos(tx: &mut Tx, street: Street, id: RequestId) -> Result<Vec<PhotoRow>, Error> {
    let rows = tx.rows(
        "SELECT side, hash, width, height FROM request_photos
         WHERE street = $1 AND request = $2 ORDER BY side, position",
        params![street.number(), id.0],
    )?;
    rows.iter()
        .map(|row| {
            Ok(PhotoRow {
                side: row.get("side")?,
                hash: row.get("hash")?,
                width: row.get("width")?,
                height: row.get("height")?,
            })
        })
        .collect()
}

pub(super) fn add_photo(
    tx: &mut Tx,
    street: Street,
    id: RequestId,
    (side, position): (&str, usize),
    photo: &PhotoRow,
    at: Timestamp,
) -> Result<(), Error> {
    tx.execute(
        "INSERT INTO request_photos
             (street, request, side, position, hash, width, height, added_at)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8)",
        params![
            street.number(),
            id.0,
            side,
            i64::try_from(position).unwrap_or(i64::MAX),
            &photo.hash,
            photo.width,
            photo.height,
            micros(at),
        ],
    )?;
    Ok(())
}

/// Writes down beside the request how many photos it has, so that lists need not count.
pub(super) fn count_photos(tx: &mut Tx, street: Street, id: RequestId) -> Result<(), Error> {
    tx.execute(
        "UPDATE requests SET photos = (SELECT COUNT(*) FROM request_photos
             WHERE street = $1 AND request = $2)
         WHERE street = $1 AND id = $2",
        params![street.number(), id.0],
    )?;
    Ok(())
}

/// Where the newest request of somebody is.
pub(super) fn last_place(
    tx: &mut Tx,
    street: Street,
    asker: PersonId,
) -> Result<Option<AreaCode>, Error> {
    let row = tx.row(
        "SELECT area FROM requests WHERE street = $1 AND asker = $2 ORDER BY id DESC LIMIT 1",
        params![street.number(), asker.0],
    )?;
    row.map(|row| Ok(row.parse("area", AreaCode::new)?)).transpose()
}

/// Gives a request its next version without another change of its own.
pub(super) fn touch(
    tx: &mut Tx,
    street: Street,
    id: RequestId,
    loaded: i64,
    at: Timestamp,
) -> Result<(), Error> {
    Ok(tx.guarded(
        "UPDATE requests SET changed_at = $1, version = version + 1
         WHERE street = $2 AND id = $3 AND version = $4",
        params![micros(at), street.number(), id.0, loaded],
    )?)
}
