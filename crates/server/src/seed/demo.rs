//! The demonstration: a street with its units, its people and their posts.

use std::collections::HashMap;
use std::path::Path;
use std::sync::Arc;

use db::Tx;
use domain::actor::Appointment;
use domain::area::Street;
use domain::id::{AppointmentId, PersonId, UnitId};
use jiff::civil::Date;
use jiff::tz::TimeZone;
use jiff::{SignedDuration, Timestamp};

use super::{DemoPeople, password, rows, story, street_defaults};
use crate::clock::Ids;
use crate::error::Error;
use crate::grid::{Area, Unit};
use crate::identity::Person;
use crate::requests::rules;
use crate::{App, grid, identity};

/// What the records get before anything happens.
pub(super) struct Founding {
    street: Street,
    at: Timestamp,
    units: Vec<Unit>,
    people: Vec<Person>,
    appointments: Vec<(AppointmentId, PersonId, Appointment, Timestamp)>,
}

/// Puts the demonstration on record unless it is there, and tells who can sign in with what.
/// `file` keeps the passwords: a later start prints the same ones.
pub async fn demo(app: &App, file: &Path) -> Result<DemoPeople, Error> {
    let failed = |error: std::io::Error| Error::Files(format!("{}: {error}", file.display()));
    let street = street();
    let known = DemoPeople::load(file).map_err(failed)?;
    let people = match known {
        Some(people) if app.streets().contains(&street) => people,
        _ if app.streets().contains(&street) => {
            return Err(Error::Files(format!(
                "the demonstration is on record, but {} with its passwords is gone: add --fresh to \
             begin anew",
                file.display()
            )));
        }
        _ => {
            let (people, founding) = founding(app).await?;
            people.save(file).map_err(failed)?;
            put(app, founding).await?;
            people
        }
    };
    story::tell(app, street, story::PICTURED).await?;
    Ok(people)
}

/// The address of a building's landing page: where the first of the people lives.
#[must_use]
pub fn landing_page(people: &DemoPeople) -> String {
    people.0.first().map_or_else(|| "/".to_owned(), |person| format!("/a/{}", person.area))
}

/// The street of the seed: the one that its administrator looks after.
pub(super) fn street() -> Street {
    let people = rows::people();
    let administrator = people.iter().find(|person| person.role == "administrator");
    let area = administrator.map(|person| rows::area(&person.area));
    area.and_then(domain::area::AreaCode::street).expect("the rows are embedded and tested")
}

fn units(ids: &Ids, at: Timestamp) -> HashMap<String, UnitId> {
    rows::units().into_iter().map(|row| (row.code, UnitId(ids.next(at)))).collect()
}

/// Before everything that the demonstration tells of.
fn long_ago(now: Timestamp) -> Timestamp {
    now - SignedDuration::from_hours(24 * 365)
}

/// The people with their passwords, and what is to be put on record.
pub(super) async fn founding(app: &App) -> Result<(DemoPeople, Founding), Error> {
    let (at, ids) = (long_ago(app.now()), Ids::new(app.options.node));
    let units = units(&ids, at);
    let known = DemoPeople::generate(|code| units[code].to_string());
    let hashed = password::hash_all(app.options.cost, &known.0).await?;
    let rows = rows::people();
    let person = |row: &rows::PersonRow, password| Person {
        id: PersonId(ids.next(at)),
        name: row.name.clone(),
        phone: row.phone.clone(),
        password,
        temporary: false,
    };
    let people: Vec<Person> =
        rows.iter().zip(hashed).map(|(row, password)| person(row, password)).collect();
    let by_key: HashMap<&str, PersonId> =
        rows.iter().zip(&people).map(|(row, person)| (row.key.as_str(), person.id)).collect();
    let appointments = rows::appointments().into_iter().map(|row| {
        let unit = units.get(&row.unit).copied();
        let held = Appointment { post: row.post(), area: rows::area(&row.area), unit };
        let from = midnight(row.from).min(app.now() - SignedDuration::from_hours(24 * 30));
        (AppointmentId(ids.next(at)), by_key[row.person.as_str()], held, from)
    });
    let founding = Founding {
        street: street(),
        at,
        appointments: appointments.collect(),
        units: rows::units().into_iter().map(|row| unit(row, &units)).collect(),
        people,
    };
    Ok((known, founding))
}

fn unit(row: rows::UnitRow, units: &HashMap<String, UnitId>) -> Unit {
    Unit {
        id: units[&row.code],
        code: row.code,
        kind: row.kind,
        area: rows::area(&row.area),
        name: row.name,
        name_en: row.name_en,
        phone: row.phone,
    }
}

fn midnight(day: Date) -> Timestamp {
    let zone = TimeZone::get(&rows::calendar().zone).expect("the zone is embedded and tested");
    zone.to_timestamp(day.into()).unwrap_or(Timestamp::UNIX_EPOCH)
}

/// Puts all of it on record at once, and serves the street from now on.
pub(super) async fn put(app: &App, founding: Founding) -> Result<(), Error> {
    let founding = Arc::new(founding);
    app.db.write(move |tx| found(tx, &founding)).await?;
    app.reload().await
}

fn found(tx: &mut Tx, founding: &Founding) -> Result<(), Error> {
    let street = founding.street;
    street_defaults(tx, street, founding.at)?;
    for row in rows::areas() {
        let code = rows::area(&row.code);
        if code.street() != Some(street) {
            continue;
        }
        let area = Area {
            code,
            kind: row.kind(),
            name: row.name,
            name_en: row.name_en,
            prefix: row.prefix,
            households: row.households,
        };
        grid::add_area(tx, street, &area)?;
    }
    for unit in &founding.units {
        grid::add_unit(tx, street, unit)?;
    }
    rules::begin(tx, street, &rows::routing(), founding.at)?;
    for person in &founding.people {
        identity::add_person(tx, street, person, founding.at)?;
    }
    for &(id, person, held, from) in &founding.appointments {
        identity::appoint(tx, street, id, person, held, from)?;
    }
    Ok(())
}
