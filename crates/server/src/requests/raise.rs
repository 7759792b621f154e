//! How a request comes to be, and how somebody without an account finds it again.

use db::Tx;
use domain::actor::{Caller, Verb};
use domain::area::{AreaCode, Level};
use domain::id::{PersonId, RequestId};
use domain::phone::Phone;
use domain::requests::{Channel, Desk, Event, Request, Text};
use jiff::Timestamp;

use super::after::{Change, after, quietly};
use super::photos::{self, Side};
use super::see::PhotoRow;
use super::words;
use super::{Record, events, neighbours, store};
use crate::app::Settings;
use crate::error::Error;
use crate::history::{self, Entry};
use crate::receipts::{self, Deed, Receipt};
use crate::web::words::Sentence;
use crate::{grid, identity};

/// What somebody asks for.
#[derive(Clone, Debug)]
pub struct New {
    pub id: RequestId,
    pub area: AreaCode,
    pub place: String,
    /// The code of a category.
    pub category: String,
    pub text: Text,
    pub asker: NewAsker,
    pub channel: Channel,
    pub photos: Vec<PhotoRow>,
    /// A code of chance, ten letters and digits.
    pub receipt: String,
}

/// For whom it is asked.
#[derive(Clone, Debug)]
pub enum NewAsker {
    /// Whoever is signed in.
    Myself,
    /// Somebody without an account, or somebody for whom the caller writes.
    Named { name: String, phone: Option<Phone> },
}

/// Puts a new request on record.
pub fn raise(tx: &mut Tx, settings: &Settings, deed: &Deed, new: &New) -> Result<Receipt, Error> {
    receipts::once(tx, deed, |tx| {
        let record = put(tx, settings, deed, new)?;
        Ok(answer(&begin(tx, settings, deed, record)?))
    })
}

/// Puts a new request on record as part of the open one that it is the same as: what was written
/// and its photos stand in a request of its own, which whoever works on the other one reads and
/// no neighbour does, and its asker is told the other's news.
pub fn raise_into(
    tx: &mut Tx,
    settings: &Settings,
    deed: &Deed,
    new: &New,
    into: RequestId,
) -> Result<Receipt, Error> {
    receipts::once(tx, deed, |tx| {
        let target = neighbours::held_target(tx, deed.street, into)?.request;
        if target.stage.is_closed() {
            return Err(Error::field("similar", neighbours::words::OVER));
        }
        let before = put(tx, settings, deed, new)?;
        quietly(tx, &Change { settings, deed, before: None, event: None, after: &before })?;
        let event = Event::Merged { into: target.id };
        let limits = settings.limits_of(&before);
        let mut changed = before.request.clone().apply(&event, settings.moment(&limits, deed.at));
        // Nobody in office has done anything yet: it is no response.
        changed.responded_at = None;
        let joined = Record { request: changed, version: 2, ..before.clone() };
        store::save(tx, deed.street, &joined.request, 1, deed.at)?;
        let (name, facts) = events::in_words(&event);
        let entry = Entry {
            version: 2,
            at: deed.at,
            actor: deed_actor(deed),
            role: role(&before).to_owned(),
            event: name.to_owned(),
            facts: facts.to_string(),
        };
        history::add(tx, deed.street, new.id.0, &entry)?;
        let (before, event) = (Some(&before), Some(&event));
        after(tx, &Change { settings, deed, before, event, after: &joined })?;
        Ok(answer(&joined))
    })
}

/// The request, its photos and the first line of its story.
fn put(tx: &mut Tx, settings: &Settings, deed: &Deed, new: &New) -> Result<Record, Error> {
    let record = record(tx, settings, deed, new)?;
    store::add(tx, deed.street, &record)?;
    photos::attach(tx, deed, new.id, Side::Asked, &new.photos)?;
    let facts = serde_json::json!({ "category": new.category, "photos": new.photos.len() });
    let entry = Entry {
        version: 1,
        at: deed.at,
        actor: deed_actor(deed),
        role: role(&record).to_owned(),
        event: "raised".to_owned(),
        facts: facts.to_string(),
    };
    history::add(tx, deed.street, new.id.0, &entry)?;
    Ok(record)
}

fn deed_actor(deed: &Deed) -> Option<PersonId> {
    if let Caller::Person(person) = deed.caller { Some(person) } else { None }
}

fn role(record: &Record) -> &'static str {
    if record.writer.is_some() { "writer" } else { "asker" }
}

fn answer(record: &Record) -> Receipt {
    let answer = serde_json::json!({
        "id": record.request.id.to_string(),
        "number": record.number,
        "receipt_code": record.receipt,
        "stage": record.request.stage.name(),
        "version": record.version,
    });
    let (subject, version) = (record.request.id.0, record.version);
    Receipt { subject, version, answer: answer.to_string(), replayed: false }
}

/// Where nobody works in the grid, the program passes the request on to the nearest desk at once.
fn begin(
    tx: &mut Tx,
    settings: &Settings,
    deed: &Deed,
    mut record: Record,
) -> Result<Record, Error> {
    let posts = identity::posts_reaching(tx, deed.street, record.request.area, deed.at)?;
    let Some(desk) = Desk::first(&posts) else {
        let change = Change { settings, deed, before: None, event: None, after: &record };
        after(tx, &change)?;
        return Ok(record);
    };
    let limits = settings.limits_of(&record);
    record.request = record.request.begun_at(desk, settings.moment(&limits, deed.at));
    record.version = 2;
    store::save(tx, deed.street, &record.request, 1, deed.at)?;
    let entry = Entry {
        version: 2,
        at: deed.at,
        actor: None,
        role: "system".to_owned(),
        event: "escalated".to_owned(),
        facts: serde_json::json!({ "to": desk.name() }).to_string(),
    };
    history::add(tx, deed.street, record.request.id.0, &entry)?;
    after(tx, &Change { settings, deed, before: None, event: None, after: &record })?;
    Ok(record)
}

fn record(tx: &mut Tx, settings: &Settings, deed: &Deed, new: &New) -> Result<Record, Error> {
    // An area of another street is not found, just as one that does not exist at all.
    let street = deed.street;
    if new.area.street() != Some(street) || grid::area(tx, street, new.area)?.is_none() {
        return Err(Error::NotFound);
    }
    if new.area.level() < Level::Community {
        return Err(Error::field("area", words::AREA_TOO_WIDE));
    }
    let category = settings.open_category(&new.category);
    let category = category.ok_or_else(|| Error::field("category", words::CATEGORY_UNKNOWN))?;
    let (asker, name, phone, writer) = asker(tx, deed, new)?;
    let channel = channel(tx, deed, new, writer)?;
    let (urgency, _) = settings.urgency_of(category, new.text.as_str());
    let request = Request::new(new.id, new.area, asker, urgency, deed.at);
    debug_assert_eq!(request.desk(), Desk::Community);
    let limits = settings.limits_for(new.area, &new.category, urgency);
    Ok(Record {
        request: request.raised(settings.moment(&limits, deed.at)),
        number: number(tx, settings, new.area, deed.at)?,
        place: new.place.clone(),
        category: new.category.clone(),
        text: new.text.as_str().to_owned(),
        asker_name: name,
        asker_phone: phone,
        writer,
        receipt: new.receipt.clone(),
        photos: 0,
        raised_at: deed.at,
        channel,
        supporters: 0,
        version: 1,
    })
}

type Asker = (Option<PersonId>, String, String, Option<PersonId>);

/// Who asks, their name and phone, and who writes for them. A phone number proves nobody: whoever
/// is written for opens the request with its receipt, and may take it into an account.
fn asker(tx: &mut Tx, deed: &Deed, new: &New) -> Result<Asker, Error> {
    match (&new.asker, deed.caller) {
        (NewAsker::Myself, Caller::Person(id)) => {
            let person = identity::person(tx, deed.street, id)?.ok_or(Error::SignedOut)?;
            Ok((Some(id), person.name, person.phone, None))
        }
        (NewAsker::Myself, _) => Ok((None, String::new(), String::new(), None)),
        (NewAsker::Named { name, phone }, Caller::Person(id)) => {
            let actor = identity::actor(tx, deed.street, id, deed.at)?;
            if !actor.may(Verb::RaiseForOthers, new.area) {
                return Err(Error::Forbidden);
            }
            let phone = phone.as_ref().map_or("", Phone::digits);
            Ok((None, name.clone(), phone.to_owned(), Some(id)))
        }
        (NewAsker::Named { name, phone }, _) => {
            let phone = phone.as_ref().map_or("", Phone::digits);
            Ok((None, name.clone(), phone.to_owned(), None))
        }
    }
}

/// By which way it came: as it was said, or as the post of whoever wrote it down says.
fn channel(
    tx: &mut Tx,
    deed: &Deed,
    new: &New,
    writer: Option<PersonId>,
) -> Result<Channel, Error> {
    let Some(writer) = writer.filter(|_| new.channel == Channel::Page) else {
        return Ok(new.channel);
    };
    let actor = identity::actor(tx, deed.street, writer, deed.at)?;
    let held = actor.with(Verb::RaiseForOthers).filter(|held| held.area.contains(new.area));
    Ok(Channel::of_writers(held.map(|held| held.post)))
}

/// The next number of the community's year, such as `FY-2026-00042`.
fn number(
    tx: &mut Tx,
    settings: &Settings,
    area: AreaCode,
    at: Timestamp,
) -> Result<String, Error> {
    let year = settings.calendar.date(at).year();
    let series = format!("{}-{year}", settings.prefix(area));
    let next = store::next_number(tx, settings.street, &series)?;
    store::count_raised(tx, settings.street, area, 1)?;
    Ok(format!("{series}-{next:05}"))
}

/// The request that a receipt code opens together with the last four digits of the phone that was
/// left with it. A request without a phone opens with its code alone.
pub fn follow(
    tx: &mut Tx,
    street: domain::area::Street,
    receipt: &str,
    phone_tail: &str,
) -> Result<Option<RequestId>, Error> {
    let found = store::receipted(tx, street, receipt)?;
    let fits =
        |phone: &str| phone.is_empty() || !phone_tail.is_empty() && phone.ends_with(phone_tail);
    let tail_is_whole = phone_tail.is_empty() || phone_tail.len() == 4;
    Ok(found.filter(|(_, phone)| tail_is_whole && fits(phone)).map(|(id, _)| id))
}

/// Where somebody raised their newest request.
pub fn last_place(
    tx: &mut Tx,
    street: domain::area::Street,
    person: PersonId,
) -> Result<Option<AreaCode>, Error> {
    store::last_place(tx, street, person)
}

/// Gives a request to the account of whoever showed its receipt, unless it has one; tells whether
/// it did. Other requests of the same phone stay where they are, for anybody can name a phone.
pub fn adopt(
    tx: &mut Tx,
    street: domain::area::Street,
    id: RequestId,
    person: PersonId,
    at: Timestamp,
) -> Result<bool, Error> {
    let shown = store::load(tx, street, id)?;
    if shown.request.asker.is_some() {
        return Ok(false);
    }
    store::adopt(tx, street, (id, shown.version), person, at)?;
    let entry = Entry {
        version: shown.version + 1,
        at,
        actor: Some(person),
        role: "asker".to_owned(),
        event: "adopted".to_owned(),
        facts: "{}".to_owned(),
    };
    history::add(tx, street, id.0, &entry)?;
    Ok(true)
}

/// A name or a place as it is kept: readable, on one line, at most so long.
pub fn line(name: &'static str, text: &str, longest: usize) -> Result<String, Error> {
    let text = domain::requests::readable(text).replace('\n', " ");
    if text.chars().count() > longest {
        return Err(Error::field(
            name,
            Sentence::new(
                format!("请写在 {longest} 个字以内。"),
                format!("Please use at most {longest} characters."),
            ),
        ));
    }
    Ok(text)
}
