//! People and appointments in the database. Appointments are read in the transaction that
//! relies on them, so one that has ended counts no more.

use db::{Row, Tx, params};
use domain::actor::{Actor, Appointment, Caller, Post};
use domain::area::{AreaCode, Street};
use domain::id::{AppointmentId, PersonId, UnitId};
use jiff::Timestamp;

use crate::error::Error;

/// Somebody with an account.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Person {
    pub id: PersonId,
    pub name: String,
    pub phone: String,
    /// An argon2id text; empty where no password was chosen yet.
    pub password: String,
    pub temporary: bool,
}

/// `person` with the posts they hold in `street` at `now`.
pub fn actor(
    tx: &mut Tx,
    street: Street,
    person: PersonId,
    now: Timestamp,
) -> Result<Actor, Error> {
    let rows = tx.rows(
        "SELECT post, area, unit FROM appointments
         WHERE street = $1 AND person = $2 AND from_at <= $3
         AND (until_at IS NULL OR until_at > $3)",
        params![street.number(), person.0, now.as_microsecond()],
    )?;
    let appointments = rows.iter().map(appointment_in).collect::<Result<_, _>>()?;
    Ok(Actor { caller: Caller::Person(person), appointments })
}

/// Opens an account. A phone that has one already is an [`db::Error::Unique`] of `people`.
pub fn add_person(
    tx: &mut Tx,
    street: Street,
    person: &Person,
    at: Timestamp,
) -> Result<(), Error> {
    tx.execute(
        "INSERT INTO people (street, id, name, phone, password, temporary, joined_at, version)
         VALUES ($1, $2, $3, $4, $5, $6, $7, 1)",
        params![
            street.number(),
            person.id.0,
            &person.name,
            &person.phone,
            &person.password,
            i64::from(person.temporary),
            at.as_microsecond(),
        ],
    )?;
    Ok(())
}

/// Opens many accounts by few statements.
pub fn add_people(
    tx: &mut Tx,
    street: Street,
    people: &[Person],
    at: Timestamp,
) -> Result<(), Error> {
    let mut cells = Vec::with_capacity(people.len() * 8);
    for person in people {
        cells.extend_from_slice(params![
            street.number(),
            person.id.0,
            &person.name,
            &person.phone,
            &person.password,
            i64::from(person.temporary),
            at.as_microsecond(),
            1,
        ]);
    }
    tx.insert_rows(
        "INSERT INTO people (street, id, name, phone, password, temporary, joined_at, version)",
        8,
        &cells,
    )?;
    Ok(())
}

/// One account that is open.
pub fn person(tx: &mut Tx, street: Street, id: PersonId) -> Result<Option<Person>, Error> {
    let row = tx.row(
        "SELECT id, name, phone, password, temporary FROM people
         WHERE street = $1 AND id = $2 AND closed_at IS NULL",
        params![street.number(), id.0],
    )?;
    row.as_ref().map(person_in).transpose()
}

/// The open account of a phone.
pub fn person_by_phone(tx: &mut Tx, street: Street, phone: &str) -> Result<Option<Person>, Error> {
    let row = tx.row(
        "SELECT id, name, phone, password, temporary FROM people
         WHERE street = $1 AND phone = $2 AND closed_at IS NULL",
        params![street.number(), phone],
    )?;
    row.as_ref().map(person_in).transpose()
}

/// Gives a person another password, and tells the version that they have since.
pub(super) fn set_password(
    tx: &mut Tx,
    street: Street,
    id: PersonId,
    hashed: &str,
    temporary: bool,
) -> Result<i64, Error> {
    let row = tx.row(
        "UPDATE people SET password = $1, temporary = $2, version = version + 1
         WHERE street = $3 AND id = $4 AND closed_at IS NULL RETURNING version",
        params![hashed, i64::from(temporary), street.number(), id.0],
    )?;
    Ok(row.ok_or(Error::NotFound)?.get("version")?)
}

/// Counts one more version of a person, and tells it.
pub(super) fn touch(tx: &mut Tx, street: Street, id: PersonId) -> Result<i64, Error> {
    let row = tx.row(
        "UPDATE people SET version = version + 1
         WHERE street = $1 AND id = $2 AND closed_at IS NULL RETURNING version",
        params![street.number(), id.0],
    )?;
    Ok(row.ok_or(Error::NotFound)?.get("version")?)
}

/// An appointment as it is on record.
#[derive(Clone, Debug)]
pub struct Held {
    pub id: AppointmentId,
    pub person: PersonId,
    pub held: Appointment,
    pub from: Timestamp,
    pub until: Option<Timestamp>,
    pub version: i64,
}

/// Every appointment of `person`, the latest first.
pub fn appointments(tx: &mut Tx, street: Street, person: PersonId) -> Result<Vec<Held>, Error> {
    let rows = tx.rows(
        "SELECT id, person, post, area, unit, from_at, until_at, version FROM appointments
         WHERE street = $1 AND person = $2 ORDER BY from_at DESC, id DESC",
        params![street.number(), person.0],
    )?;
    rows.iter().map(held).collect()
}

/// One appointment.
pub fn appointment(tx: &mut Tx, street: Street, id: AppointmentId) -> Result<Option<Held>, Error> {
    let row = tx.row(
        "SELECT id, person, post, area, unit, from_at, until_at, version FROM appointments
         WHERE street = $1 AND id = $2",
        params![street.number(), id.0],
    )?;
    row.as_ref().map(held).transpose()
}

impl Held {
    /// Whether the post is held at `now`.
    #[must_use]
    pub fn is_current(&self, now: Timestamp) -> bool {
        self.from <= now && self.until.is_none_or(|until| until > now)
    }
}

/// The open accounts whose name or phone contains `text`, by name; of all accounts those that hold
/// a post at `now`, where there is no text. At most `most`.
pub(super) fn search(
    tx: &mut Tx,
    street: Street,
    text: &str,
    now: Timestamp,
    most: i64,
) -> Result<Vec<Person>, Error> {
    let escaped = text.to_lowercase().replace('!', "!!").replace('%', "!%").replace('_', "!_");
    let rows = if text.is_empty() {
        tx.rows(
            "SELECT id, name, phone, password, temporary FROM people
             WHERE street = $1 AND closed_at IS NULL AND id IN (
                 SELECT person FROM appointments WHERE street = $1 AND from_at <= $2
                 AND (until_at IS NULL OR until_at > $2))
             ORDER BY name, id LIMIT $3",
            params![street.number(), now.as_microsecond(), most],
        )?
    } else {
        tx.rows(
            "SELECT id, name, phone, password, temporary FROM people
             WHERE street = $1 AND closed_at IS NULL
             AND (lower(name) LIKE $2 ESCAPE '!' OR phone LIKE $2 ESCAPE '!')
             ORDER BY name, id LIMIT $3",
            params![street.number(), &format!("%{escaped}%"), most],
        )?
    };
    rows.iter().map(person_in).collect()
}

/// Whether anybody administers this street at `now`.
pub(super) fn has_administrator(
    tx: &mut Tx,
    street: Street,
    now: Timestamp,
) -> Result<bool, Error> {
    let row = tx.row(
        "SELECT id FROM appointments WHERE street = $1 AND post = $2 AND from_at <= $3
         AND (until_at IS NULL OR until_at > $3) LIMIT 1",
        params![street.number(), Post::Administrator.name(), now.as_microsecond()],
    )?;
    Ok(row.is_some())
}

/// The posts that somebody holds at `now` and that reach `place`.
pub fn posts_reaching(
    tx: &mut Tx,
    street: Street,
    place: AreaCode,
    now: Timestamp,
) -> Result<Vec<Post>, Error> {
    let around = |digits: i64| place.code() - place.code() % digits;
    let rows = tx.rows(
        "SELECT DISTINCT post FROM appointments WHERE street = $1
         AND area IN ($2, $3, $4, $5, $6) AND from_at <= $7
         AND (until_at IS NULL OR until_at > $7)",
        params![
            street.number(),
            place.code(),
            around(100),
            around(10_000),
            around(10_000_000),
            around(10_000_000_000),
            now.as_microsecond(),
        ],
    )?;
    let post = |row: &Row| row.parse("post", |post: &str| Post::named(post));
    Ok(rows.iter().map(post).collect::<Result<_, _>>()?)
}

/// Who holds which post at `now` that reaches `place`, in the order in which they were given.
pub fn reaching(
    tx: &mut Tx,
    street: Street,
    place: AreaCode,
    now: Timestamp,
) -> Result<Vec<(PersonId, Appointment)>, Error> {
    let around = |digits: i64| place.code() - place.code() % digits;
    let rows = tx.rows(
        "SELECT person, post, area, unit FROM appointments WHERE street = $1
         AND area IN ($2, $3, $4, $5, $6) AND from_at <= $7
         AND (until_at IS NULL OR until_at > $7) ORDER BY id",
        params![
            street.number(),
            place.code(),
            around(100),
            around(10_000),
            around(10_000_000),
            around(10_000_000_000),
            now.as_microsecond(),
        ],
    )?;
    rows.iter().map(|row| Ok((PersonId(row.get("person")?), appointment_in(row)?))).collect()
}

/// Everybody who holds or held a post, by name.
pub fn staff(tx: &mut Tx, street: Street) -> Result<Vec<(PersonId, String)>, Error> {
    let rows = tx.rows(
        "SELECT DISTINCT p.id, p.name FROM people p
         JOIN appointments a ON a.street = p.street AND a.person = p.id
         WHERE p.street = $1 AND a.street = $1",
        params![street.number()],
    )?;
    rows.iter().map(|row| Ok((PersonId(row.get("id")?), row.get("name")?))).collect()
}

/// Gives `person` a post from `from` on.
pub fn appoint(
    tx: &mut Tx,
    street: Street,
    id: AppointmentId,
    person: PersonId,
    held: Appointment,
    from: Timestamp,
) -> Result<(), Error> {
    tx.execute(
        "INSERT INTO appointments (street, id, person, post, area, unit, from_at, version)
         VALUES ($1, $2, $3, $4, $5, $6, $7, 1)",
        params![
            street.number(),
            id.0,
            person.0,
            held.post.name(),
            held.area.code(),
            held.unit.map(|unit| unit.0),
            from.as_microsecond(),
        ],
    )?;
    Ok(())
}

/// Gives many people posts from `from` on, by few statements.
pub fn appoint_all(
    tx: &mut Tx,
    street: Street,
    all: &[(AppointmentId, PersonId, Appointment)],
    from: Timestamp,
) -> Result<(), Error> {
    let mut cells = Vec::with_capacity(all.len() * 8);
    for (id, person, held) in all {
        cells.extend_from_slice(params![
            street.number(),
            id.0,
            person.0,
            held.post.name(),
            held.area.code(),
            held.unit.map(|unit| unit.0),
            from.as_microsecond(),
            1,
        ]);
    }
    tx.insert_rows(
        "INSERT INTO appointments (street, id, person, post, area, unit, from_at, version)",
        8,
        &cells,
    )?;
    Ok(())
}

/// Ends a post at `at`; from then on it opens nothing.
pub fn end_appointment(
    tx: &mut Tx,
    street: Street,
    id: AppointmentId,
    at: Timestamp,
) -> Result<(), Error> {
    let ended = tx.execute(
        "UPDATE appointments SET until_at = $1, version = version + 1
         WHERE street = $2 AND id = $3 AND until_at IS NULL",
        params![at.as_microsecond(), street.number(), id.0],
    )?;
    if ended == 1 { Ok(()) } else { Err(Error::NotFound) }
}

/// Who holds `post` at `now` for `place`, nearest area first: the worker of the micro-grid before
/// the one of the grid.
pub fn holders(
    tx: &mut Tx,
    street: Street,
    post: Post,
    place: AreaCode,
    now: Timestamp,
) -> Result<Vec<Person>, Error> {
    let mut found = Vec::new();
    let mut next = Some(place);
    while let Some(area) = next.filter(|area| area.street() == Some(street)) {
        let rows = tx.rows(
            "SELECT p.id, p.name, p.phone, p.password, p.temporary FROM appointments a
             JOIN people p ON p.street = a.street AND p.id = a.person
             WHERE a.street = $1 AND p.street = $1 AND a.area = $2 AND a.post = $3
             AND a.from_at <= $4 AND (a.until_at IS NULL OR a.until_at > $4) ORDER BY a.id",
            params![street.number(), area.code(), post.name(), now.as_microsecond()],
        )?;
        for row in &rows {
            found.push(person_in(row)?);
        }
        next = area.parent();
    }
    Ok(found)
}

fn appointment_in(row: &Row) -> Result<Appointment, Error> {
    Ok(Appointment {
        post: row.parse("post", |post: String| Post::named(&post))?,
        area: row.parse("area", AreaCode::new)?,
        unit: row.get::<Option<i64>>("unit")?.map(UnitId),
    })
}

fn held(row: &Row) -> Result<Held, Error> {
    let until: Option<i64> = row.get("until_at")?;
    Ok(Held {
        id: AppointmentId(row.get("id")?),
        person: PersonId(row.get("person")?),
        held: appointment_in(row)?,
        from: row.parse("from_at", |at| Timestamp::from_microsecond(at).ok())?,
        until: until.and_then(|at| Timestamp::from_microsecond(at).ok()),
        version: row.get("version")?,
    })
}

fn person_in(row: &Row) -> Result<Person, Error> {
    Ok(Person {
        id: PersonId(row.get("id")?),
        name: row.get("name")?,
        phone: row.get("phone")?,
        password: row.get("password")?,
        temporary: row.get::<i64>("temporary")? == 1,
    })
}
