//! The working calendar in the database.

use std::collections::BTreeMap;

use db::{Tx, params};
use domain::area::Street;
use domain::calendar::{Calendar, DayKind, WorkingHours};
use jiff::civil::Date;
use jiff::tz::TimeZone;

use crate::error::Error;

/// The first day that a day number counts from.
const EPOCH: Date = Date::constant(1970, 1, 1);

/// The calendar of `street` in the time zone of this IANA name.
pub fn load(tx: &mut Tx, street: Street, zone: &str) -> Result<Calendar, Error> {
    let rows = tx.rows(
        "SELECT day, kind FROM calendar_days WHERE street = $1 ORDER BY day",
        params![street.number()],
    )?;
    let mut exceptions = BTreeMap::new();
    for row in &rows {
        let kind: DayKind = row.parse("kind", |kind: String| kind.parse().ok())?;
        exceptions.insert(row.parse("day", date)?, kind);
    }
    let known =
        tx.row("SELECT through FROM calendar_known WHERE street = $1", params![street.number()])?;
    let known_through = known.map_or(Ok(EPOCH), |row| row.parse("through", date))?;
    let zone = TimeZone::get(zone)
        .map_err(|error| db::Error::Corrupt(format!("the zone {zone:?}: {error}")))?;
    Ok(Calendar { zone, hours: WorkingHours::default(), exceptions, known_through })
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

/// Says until which day the calendar is known.
pub fn known_through(tx: &mut Tx, street: Street, day: Date) -> Result<(), Error> {
    tx.execute(
        "INSERT INTO calendar_known (street, through) VALUES ($1, $2)
         ON CONFLICT (street) DO UPDATE SET through = excluded.through",
        params![street.number(), number(day)],
    )?;
    Ok(())
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
