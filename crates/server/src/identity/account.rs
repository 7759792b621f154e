//! What people do with their own account: sign in and up, choose a password, sign out.

use db::Tx;
use domain::actor::Caller;
use domain::area::{AreaCode, Street};
use domain::id::PersonId;
use domain::phone::Phone;
use jiff::Timestamp;

use super::session::{self, Opened};
use super::{Person, attempts, password, store, words};
use crate::App;
use crate::error::Error;
use crate::grid;
use crate::history::{self, Entry};
use crate::receipts::{self, Deed, Receipt};

/// Where somebody comes in: `page` or `program`, and on what device.
#[derive(Clone, Debug)]
pub struct Door {
    pub kind: &'static str,
    pub device: String,
}

/// Somebody who has just signed in.
#[derive(Clone, Debug)]
pub struct SignedIn {
    pub street: Street,
    pub person: Person,
    pub opened: Opened,
}

/// Who wants an account.
#[derive(Clone, Debug)]
pub struct NewPerson {
    pub name: String,
    pub phone: Phone,
    pub password: String,
    /// Where they live, if they say so; it must lie in the street of the deed.
    pub area: Option<AreaCode>,
}

/// Signs in whoever knows the password of `phone`, in whichever street the account is. Too many
/// tries are an [`Error::TooMany`], whether there is such an account or not.
pub async fn sign_in(app: &App, phone: &Phone, given: &str, door: Door) -> Result<SignedIn, Error> {
    try_phone(app, phone).await?;
    let accounts = accounts_of(app, phone).await?;
    let mut found = None;
    for (street, person) in &accounts {
        if password::fits(app.options.cost, given, Some(&person.password)).await? {
            found = Some((*street, person.clone()));
            break;
        }
    }
    if accounts.is_empty() {
        password::fits(app.options.cost, given, None).await?;
    }
    let (street, person) = found.ok_or(Error::WrongPassword)?;
    forget_tries(app, phone).await?;
    let now = app.now();
    app.db
        .write(move |tx| {
            // The password may have been changed while we were computing.
            let still = store::person(tx, street, person.id)?;
            if still.is_none_or(|still| still.password != person.password) {
                return Err(Error::WrongPassword);
            }
            let caller = Caller::Person(person.id);
            let opened = session::open(tx, street, caller, (door.kind, &door.device), now)?;
            Ok(SignedIn { street, person: person.clone(), opened })
        })
        .await
}

/// Opens an account for a resident, and tells whether it did so before under the same key. A phone
/// that has an account is a field that makes no sense.
pub async fn sign_up(app: &App, deed: Deed, new: NewPerson) -> Result<(Person, bool), Error> {
    let hashed = password::hash(app.options.cost, &new.password).await?;
    let person = Person {
        id: PersonId(app.new_id()),
        name: new.name,
        phone: new.phone.digits().to_owned(),
        password: hashed,
        temporary: false,
    };
    let area = new.area;
    let done = app
        .db
        .write(move |tx| {
            let receipt = receipts::once(tx, &deed, |tx| {
                if let Some(area) = area
                    && grid::area(tx, deed.street, area)?.is_none()
                {
                    return Err(Error::field("area", words::AREA_UNKNOWN));
                }
                join(tx, (deed.street, deed.at), &person, (Some(person.id), "resident"))
            })?;
            let known = store::person(tx, deed.street, PersonId(receipt.subject))?;
            Ok::<_, Error>((known.ok_or(Error::NotFound)?, receipt.replayed))
        })
        .await?;
    if !done.1 {
        forget_tries(app, &new.phone).await?;
    }
    Ok(done)
}

/// Puts a new person on record, with the first line of their history.
pub(super) fn join(
    tx: &mut Tx,
    (street, at): (Street, Timestamp),
    person: &Person,
    (by, role): (Option<PersonId>, &str),
) -> Result<Receipt, Error> {
    if store::person_by_phone(tx, street, &person.phone)?.is_some() {
        return Err(Error::field("phone", words::PHONE_TAKEN));
    }
    store::add_person(tx, street, person, at)?;
    let facts = serde_json::json!({ "temporary": person.temporary });
    remember(tx, street, person.id.0, 1, at, (by, role, "joined"), &facts)?;
    Ok(Receipt { subject: person.id.0, version: 1, answer: String::new(), replayed: false })
}

/// Adds a line of history: who, as what, did what.
pub(super) fn remember(
    tx: &mut Tx,
    street: Street,
    subject: i64,
    version: i64,
    at: Timestamp,
    (actor, role, event): (Option<PersonId>, &str, &str),
    facts: &serde_json::Value,
) -> Result<(), Error> {
    let (role, event, facts) = (role.to_owned(), event.to_owned(), facts.to_string());
    history::add(tx, street, subject, &Entry { version, at, actor, role, event, facts })
}

/// Changes one's own password and signs out every other device. The old password is tried as at the
/// door, so that an open device is no way to guess it.
pub async fn change_password(
    app: &App,
    (street, person): (Street, PersonId),
    digest: String,
    (old, new): (&str, &str),
) -> Result<(), Error> {
    let known = app.db.read(move |tx| store::person(tx, street, person)).await?;
    let known = known.ok_or(Error::NotFound)?;
    let phone = Phone::new(&known.phone).ok();
    if let Some(phone) = &phone {
        try_phone(app, phone).await?;
    }
    if !password::fits(app.options.cost, old, Some(&known.password)).await? {
        return Err(Error::field("old", words::PASSWORD_OLD_WRONG));
    }
    if let Some(phone) = &phone {
        forget_tries(app, phone).await?;
    }
    let hashed = password::hash(app.options.cost, new).await?;
    let now = app.now();
    app.db
        .write(move |tx| {
            let version = store::set_password(tx, street, person, &hashed, false)?;
            session::close_others(tx, street, person, &digest)?;
            let by = (Some(person), "self", "password_changed");
            remember(tx, street, person.0, version, now, by, &serde_json::json!({}))
        })
        .await
}

/// Counts a try of this phone. All phones are counted in the first street that we serve, for a
/// phone that nobody has belongs to no street.
async fn try_phone(app: &App, phone: &Phone) -> Result<(), Error> {
    let Some(&street) = app.streets().first() else { return Ok(()) };
    let (subject, now) = (subject(phone), app.now());
    app.db.write(move |tx| attempts::count(tx, street, &subject, now)).await
}

/// Forgets the tries of this phone: the last one was right.
pub(super) async fn forget_tries(app: &App, phone: &Phone) -> Result<(), Error> {
    let Some(&street) = app.streets().first() else { return Ok(()) };
    let subject = subject(phone);
    app.db.write(move |tx| attempts::clear(tx, street, &subject)).await
}

async fn accounts_of(app: &App, phone: &Phone) -> Result<Vec<(Street, Person)>, Error> {
    let mut accounts = Vec::new();
    for street in app.streets() {
        let digits = phone.digits().to_owned();
        let read = move |tx: &mut Tx| store::person_by_phone(tx, street, &digits);
        accounts.extend(app.db.read(read).await?.map(|person| (street, person)));
    }
    Ok(accounts)
}

fn subject(phone: &Phone) -> String {
    format!("phone:{}", phone.digits())
}
