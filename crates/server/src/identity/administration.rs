//! What an administrator does: open accounts, give and end posts, let a password be chosen anew,
//! add areas and units. Nothing here shows a request.

use db::Tx;
use domain::actor::{Actor, Appointment, Caller, Post, Verb};
use domain::area::{AreaCode, Level, Street};
use domain::id::{AppointmentId, PersonId};
use jiff::Timestamp;

use super::account::{join, remember};
use super::invitations::{self, Purpose};
use super::session::{self, Opened, Token};
use super::{Person, password, store, words};
use crate::App;
use crate::error::Error;
use crate::grid::{self, Area, Unit};
use crate::history;
use crate::receipts::{Deed, Receipt};

/// As what an administrator acts, in the history.
const ROLE: &str = "administrator";

/// A post that is to be given.
#[derive(Clone, Copy, Debug)]
pub struct Grant {
    pub id: AppointmentId,
    pub person: PersonId,
    pub held: Appointment,
    pub from: Timestamp,
}

/// Opens an account whose password is temporary.
pub fn add_person(tx: &mut Tx, deed: &Deed, person: &Person) -> Result<Receipt, Error> {
    join(tx, (deed.street, deed.at), person, (by(deed), ROLE))
}

/// Gives a post. (For now an administrator gives every post within their own area.)
pub fn give_post(tx: &mut Tx, deed: &Deed, actor: &Actor, grant: Grant) -> Result<Receipt, Error> {
    let (street, held) = (deed.street, grant.held);
    if actor.person() == Some(grant.person) {
        return Err(Error::field("post", words::POST_FOR_ONESELF));
    }
    store::person(tx, street, grant.person)?.ok_or(Error::NotFound)?;
    if grid::area(tx, street, held.area)?.is_none() {
        return Err(Error::field("area", words::AREA_UNKNOWN));
    }
    if !actor.may(Verb::Administer, held.area) {
        return Err(Error::field("area", words::AREA_OUTSIDE));
    }
    match held.unit {
        None if held.post == Post::UnitLiaison => {
            return Err(Error::field("unit", words::UNIT_MISSING));
        }
        Some(_) if held.post != Post::UnitLiaison => {
            return Err(Error::field("unit", words::UNIT_NEEDLESS));
        }
        Some(unit) if grid::unit(tx, street, unit)?.is_none() => {
            return Err(Error::field("unit", words::UNIT_MISSING));
        }
        _ => {}
    }
    let mut known = store::appointments(tx, street, grant.person)?.into_iter();
    let is_open = |known: &store::Held| known.until.is_none_or(|until| until > grant.from);
    if known.any(|known| known.held == held && is_open(&known)) {
        return Err(Error::field("post", words::POST_HELD));
    }
    store::appoint(tx, street, grant.id, grant.person, held, grant.from)?;
    let facts = serde_json::json!({
        "person": grant.person.to_string(),
        "post": held.post.name(),
        "area": held.area.to_string(),
        "unit": held.unit.map(|unit| unit.to_string()),
    });
    remember(tx, street, grant.id.0, 1, deed.at, (by(deed), ROLE, "appointed"), &facts)?;
    Ok(receipt(grant.person.0, 1))
}

/// Ends a post, and every session of its holder with it: whoever stays must sign in anew, as what
/// they still are. The receipt names the person.
pub fn end_post(
    tx: &mut Tx,
    deed: &Deed,
    actor: &Actor,
    id: AppointmentId,
) -> Result<Receipt, Error> {
    let street = deed.street;
    let known = store::appointment(tx, street, id)?.filter(|known| known.until.is_none());
    let known = known.filter(|known| actor.may(Verb::Administer, known.held.area));
    let known = known.ok_or(Error::NotFound)?;
    if known.held.post == Post::Administrator && Some(known.person) == actor.person() {
        return Err(Error::Refused(words::POST_OWN_LAST.into()));
    }
    // A post that has not begun ends when it would have begun.
    store::end_appointment(tx, street, id, deed.at.max(known.from))?;
    session::close_all(tx, street, known.person)?;
    let facts = serde_json::json!({ "person": known.person.to_string() });
    let version = known.version + 1;
    remember(tx, street, id.0, version, deed.at, (by(deed), ROLE, "ended"), &facts)?;
    Ok(receipt(known.person.0, version))
}

/// Makes a link by which a person chooses a new password. Until it is used, the old one serves.
pub fn invite(
    tx: &mut Tx,
    deed: &Deed,
    actor: &Actor,
    person: PersonId,
    token: &Token,
) -> Result<Receipt, Error> {
    store::person(tx, deed.street, person)?.ok_or(Error::NotFound)?;
    // Nobody gets hold of an account that reaches further than their own.
    let mut posts = store::appointments(tx, deed.street, person)?.into_iter();
    if posts.any(|post| post.is_current(deed.at) && !actor.may(Verb::Administer, post.held.area)) {
        return Err(Error::Refused(words::AREA_OUTSIDE.into()));
    }
    let purpose = Purpose::Password(deed.street, person);
    invitations::make(tx, purpose, &token.digest(), deed.at)?;
    let version = store::touch(tx, deed.street, person)?;
    let doing = (by(deed), ROLE, "password_link_made");
    remember(tx, deed.street, person.0, version, deed.at, doing, &serde_json::json!({}))?;
    Ok(receipt(person.0, version))
}

/// Uses a link up: sets the password, ends all sessions and opens one. Nothing where the link can
/// be used no more.
pub async fn choose_password(
    app: &App,
    token: &Token,
    new: &str,
    device: &str,
) -> Result<Option<Opened>, Error> {
    let hashed = password::hash(app.options.cost, new).await?;
    let (token, device, now) = (token.clone(), device.to_owned(), app.now());
    let chosen = app.db.write(move |tx| {
        let (street, digest) = (token.street, token.digest());
        let Some(person) = invitations::owner(tx, street, &digest, now)? else { return Ok(None) };
        if !invitations::use_up(tx, Some(street), &digest, now)? {
            return Ok(None);
        }
        let version = store::set_password(tx, street, person, &hashed, false)?;
        session::close_all(tx, street, person)?;
        let doing = (Some(person), "self", "password_changed");
        remember(tx, street, person.0, version, now, doing, &serde_json::json!({}))?;
        let phone = store::person(tx, street, person)?.map(|known| known.phone);
        let opened = session::open(tx, street, Caller::Person(person), ("page", &device), now)?;
        Ok::<_, Error>(Some((opened, phone)))
    });
    let Some((opened, phone)) = chosen.await? else { return Ok(None) };
    if let Some(phone) = phone.and_then(|phone| domain::phone::Phone::new(&phone).ok()) {
        super::account::forget_tries(app, &phone).await?;
    }
    Ok(Some(opened))
}

/// Adds an area below one that is there.
pub fn add_area(tx: &mut Tx, deed: &Deed, actor: &Actor, area: &Area) -> Result<Receipt, Error> {
    let parent = area.code.parent().filter(|parent| parent.street() == Some(deed.street));
    let parent = parent.ok_or_else(|| Error::field("code", words::CODE_BAD))?;
    if grid::area(tx, deed.street, parent)?.is_none() || !actor.may(Verb::Administer, parent) {
        return Err(Error::NotFound);
    }
    if grid::was_used(tx, deed.street, area.code)? {
        return Err(Error::field("code", words::CODE_TAKEN));
    }
    put_area(tx, deed, area, "added")
}

/// Gives an area other names and particulars; its code stays.
pub fn change_area(tx: &mut Tx, deed: &Deed, actor: &Actor, area: &Area) -> Result<Receipt, Error> {
    let known = grid::area(tx, deed.street, area.code)?;
    if known.is_none() || !actor.may(Verb::Administer, area.code) {
        return Err(Error::NotFound);
    }
    put_area(tx, deed, area, "changed")
}

fn put_area(tx: &mut Tx, deed: &Deed, area: &Area, event: &str) -> Result<Receipt, Error> {
    // The story of an area lies under its code with the sign turned, apart from all ids.
    let subject = -area.code.code();
    let version = next_version(tx, deed.street, subject)?;
    grid::add_area(tx, deed.street, area)?;
    let facts = serde_json::json!({
        "name": area.name, "name_en": area.name_en, "kind": area.kind.name(),
        "prefix": area.prefix, "households": area.households,
    });
    remember(tx, deed.street, subject, version, deed.at, (by(deed), ROLE, event), &facts)?;
    Ok(receipt(area.code.code(), version))
}

/// Adds a unit, or gives the one of this id other particulars; its code stays.
pub fn put_unit(tx: &mut Tx, deed: &Deed, actor: &Actor, unit: &Unit) -> Result<Receipt, Error> {
    if !actor.may(Verb::Administer, unit.area) {
        return Err(Error::field("area", words::AREA_OUTSIDE));
    }
    let known = grid::unit(tx, deed.street, unit.id)?;
    let same_code = grid::unit_coded(tx, deed.street, &unit.code)?;
    if same_code.is_some_and(|same| same.id != unit.id) {
        return Err(Error::field("code", words::UNIT_CODE_TAKEN));
    }
    let version = next_version(tx, deed.street, unit.id.0)?;
    grid::add_unit(tx, deed.street, unit)?;
    let event = if known.is_some() { "changed" } else { "added" };
    let facts = serde_json::json!({
        "name": unit.name, "name_en": unit.name_en, "kind": unit.kind, "code": unit.code,
    });
    remember(tx, deed.street, unit.id.0, version, deed.at, (by(deed), ROLE, event), &facts)?;
    Ok(receipt(unit.id.0, version))
}

/// The next free code below `parent`: numbers are never given twice.
pub fn next_code(tx: &mut Tx, street: Street, parent: AreaCode) -> Result<AreaCode, Error> {
    let full = || Error::field("code", words::CODE_FULL);
    let level = below(parent.level()).ok_or_else(full)?;
    let last = grid::last_within(tx, street, parent)?.unwrap_or(parent.code());
    let size = 10i64.pow(Level::Building.digits() - level.digits());
    let next = last - last.rem_euclid(size) + size;
    AreaCode::new(next).filter(|&next| parent.contains(next)).ok_or_else(full)
}

/// The level below this one, down to the building.
#[must_use]
pub fn below(level: Level) -> Option<Level> {
    Level::ALL.into_iter().find(|&lower| lower > level)
}

fn next_version(tx: &mut Tx, street: Street, subject: i64) -> Result<i64, Error> {
    Ok(history::of(tx, street, subject)?.last().map_or(1, |last| last.version + 1))
}

fn by(deed: &Deed) -> Option<PersonId> {
    if let Caller::Person(person) = deed.caller { Some(person) } else { None }
}

fn receipt(subject: i64, version: i64) -> Receipt {
    Receipt { subject, version, answer: String::new(), replayed: false }
}
