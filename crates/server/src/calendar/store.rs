//! The working calendar in the database.

use std::collections::BTreeMap;

use db::{Row, Tx, params};
use domain::area::Street;
use domain::calendar::{Calendar, Cause, DayKind, WorkingHours};
use domain::id::PersonId;
use jiff::civil::Date;
use jiff::tz::TimeZone;
use jiff::{Timestamp, ToSpan};

use super::{Closure, Named, Taken};
use crate::error::Error;

/// The first day that a day number counts from.
pub const EPOCH: Date = Date::constant(1970, 1, 1);

/// The calendar of `street` in the time zone of this IANA name.
pub fn load(tx: &mut Tx, street: Street, zone: &str) -> Result<Calendar, Error> {
    let zone = TimeZone::get(zone)
        .map_err(|error| db::Error::Corrupt(format!("the zone {zone:?}: {error}")))?;
    in_zone(tx, street, zone)
}

/// The calendar of `street` in this time zone.
pub(super) fn in_zone(tx: &mut Tx, street: Street, zone: TimeZone) -> Result<Calendar, Error> {
    let days = days(tx, street)?;
    let closures = closures(tx, street)?;
    let known_through = known(tx, street)?;
    Ok(assembled(zone, &days, &closures, known_through))
}

/// A calendar of these days and closures.
pub(super) fn assembled(
    zone: TimeZone,
    days: &BTreeMap<Date, Named>,
    closures: &[Closure],
    known_through: Date,
) -> Calendar {
    let exceptions = days.iter().map(|(&date, day)| (date, day.kind)).collect();
    let causes = days.iter().map(|(&date, day)| (date, Cause::Notice(day.name.clone()))).collect();
    let hours = WorkingHours::default();
    let mut calendar = Calendar { zone, hours, exceptions, causes, known_through };
    for closure in closures {
        let days = closure.first.series(1.day()).take_while(|&day| day <= closure.last);
        days.for_each(|day| calendar.close(day, &closure.reason));
    }
    calendar
}

/// The days of all notices.
pub(super) fn days(tx: &mut Tx, street: Street) -> Result<BTreeMap<Date, Named>, Error> {
    let rows = tx.rows(
        "SELECT day, kind, name FROM calendar_days WHERE street = $1 ORDER BY day",
        params![street.number()],
    )?;
    let day = |row: &Row| {
        let kind: DayKind = row.parse("kind", |kind: String| kind.parse().ok())?;
        Ok((row.parse("day", date)?, Named { kind, name: row.get("name")? }))
    };
    rows.iter().map(day).collect()
}

/// Until which day the calendar is known; the first day that can be counted where nothing is.
pub(super) fn known(tx: &mut Tx, street: Street) -> Result<Date, Error> {
    let known =
        tx.row("SELECT through FROM calendar_known WHERE street = $1", params![street.number()])?;
    Ok(known.map_or(Ok(EPOCH), |row| row.parse("through", date))?)
}

/// Puts one day of a notice on record, over what was known of it.
pub fn add_day(
    tx: &mut Tx,
    street: Street,
    day: Date,
    kind: &str,
    name: &str,
) -> Result<(), Error> {
    tx.execute(
        "INSERT INTO calendar_days (street, day, kind, name) VALUES ($1, $2, $3, $4)
         ON CONFLICT (street, day) DO UPDATE SET kind = excluded.kind, name = excluded.name",
        params![street.number(), number(day), kind, name],
    )?;
    Ok(())
}

/// Takes a day off the record: it is what its weekday says.
pub(super) fn remove_day(tx: &mut Tx, street: Street, day: Date) -> Result<(), Error> {
    tx.execute(
        "DELETE FROM calendar_days WHERE street = $1 AND day = $2",
        params![street.number(), number(day)],
    )?;
    Ok(())
}

/// Says until which day the calendar is known.
pub fn known_through(tx: &mut Tx, street: Street, day: Date) -> Result<(), Error> {
    tx.execute(
        "INSERT INTO calendar_known (street, through) VALUES ($1, $2)
         ON CONFLICT (street) DO UPDATE SET through = excluded.through",
        params![street.number(), number(day)],
    )?;
    Ok(())
}

/// How often the calendar was changed by hand.
pub(super) fn version(tx: &mut Tx, street: Street) -> Result<i64, Error> {
    let row = tx
        .row("SELECT version FROM calendar_versions WHERE street = $1", params![street.number()])?;
    Ok(row.map_or(Ok(0), |row| row.get("version"))?)
}

/// Gives the calendar its next version, unless somebody else did since `seen` was read.
pub(super) fn advance(tx: &mut Tx, street: Street, seen: i64) -> Result<i64, Error> {
    tx.execute(
        "INSERT INTO calendar_versions (street, version) VALUES ($1, 0)
         ON CONFLICT (street) DO NOTHING",
        params![street.number()],
    )?;
    tx.guarded(
        "UPDATE calendar_versions SET version = version + 1 WHERE street = $1 AND version = $2",
        params![street.number(), seen],
    )?;
    Ok(seen + 1)
}

pub(super) fn add_notice(tx: &mut Tx, street: Street, taken: &Taken) -> Result<(), Error> {
    tx.execute(
        "INSERT INTO calendar_notices (street, version, year, days, changed, person, taken_at)
         VALUES ($1, $2, $3, $4, $5, $6, $7)",
        params![
            street.number(),
            taken.version,
            i64::from(taken.year),
            taken.days,
            taken.changed,
            taken.person.map(|person| person.0),
            taken.at.as_microsecond(),
        ],
    )?;
    Ok(())
}

/// The latest notices that were taken in, the newest first.
pub(super) fn notices(tx: &mut Tx, street: Street) -> Result<Vec<Taken>, Error> {
    let rows = tx.rows(
        "SELECT version, year, days, changed, person, taken_at FROM calendar_notices
         WHERE street = $1 ORDER BY version DESC LIMIT 20",
        params![street.number()],
    )?;
    let taken = |row: &Row| {
        Ok(Taken {
            version: row.get("version")?,
            year: row.parse("year", |year: i64| year.try_into().ok())?,
            days: row.get("days")?,
            changed: row.get("changed")?,
            person: row.get::<Option<i64>>("person")?.map(PersonId),
            at: row.parse("taken_at", |at| Timestamp::from_microsecond(at).ok())?,
        })
    };
    rows.iter().map(taken).collect()
}

pub(super) fn add_closure(tx: &mut Tx, street: Street, closure: &Closure) -> Result<(), Error> {
    tx.execute(
        "INSERT INTO calendar_closures
             (street, id, first_day, last_day, reason, person, added_at)
         VALUES ($1, $2, $3, $4, $5, $6, $7)",
        params![
            street.number(),
            closure.id,
            number(closure.first),
            number(closure.last),
            &closure.reason,
            closure.person.map(|person| person.0),
            closure.at.as_microsecond(),
        ],
    )?;
    Ok(())
}

/// Takes a closure back, before its first day.
pub(super) fn remove_closure(
    tx: &mut Tx,
    street: Street,
    id: i64,
    at: Timestamp,
) -> Result<(), Error> {
    tx.execute(
        "UPDATE calendar_closures SET removed_at = $1 WHERE street = $2 AND id = $3",
        params![at.as_microsecond(), street.number(), id],
    )?;
    Ok(())
}

/// Lets a closure end on an earlier day.
pub(super) fn end_closure(tx: &mut Tx, street: Street, id: i64, last: Date) -> Result<(), Error> {
    tx.execute(
        "UPDATE calendar_closures SET last_day = $1 WHERE street = $2 AND id = $3",
        params![number(last), street.number(), id],
    )?;
    Ok(())
}

/// The closures that count, the earliest first.
pub(super) fn closures(tx: &mut Tx, street: Street) -> Result<Vec<Closure>, Error> {
    let rows = tx.rows(
        "SELECT id, first_day, last_day, reason, person, added_at FROM calendar_closures
         WHERE street = $1 AND removed_at IS NULL ORDER BY first_day, id",
        params![street.number()],
    )?;
    let closure = |row: &Row| {
        Ok(Closure {
            id: row.get("id")?,
            first: row.parse("first_day", date)?,
            last: row.parse("last_day", date)?,
            reason: row.get("reason")?,
            person: row.get::<Option<i64>>("person")?.map(PersonId),
            at: row.parse("added_at", |at| Timestamp::from_microsecond(at).ok())?,
        })
    };
    rows.iter().map(closure).collect()
}

/// The number of a day.
#[must_use]
pub fn number(day: Date) -> i64 {
    day.duration_since(EPOCH).as_hours() / 24
}

/// The day of a number.
#[must_use]
pub fn date(number: i64) -> Option<Date> {
    EPOCH.checked_add(jiff::SignedDuration::from_hours(number.checked_mul(24)?)).ok()
}
