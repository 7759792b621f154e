//! Neighbours: whoever has the same trouble joins a request instead of raising it again, and
//! requests that turn out to be the same go on as one.

mod api;
mod merging;
mod pages;
mod similar;
mod store;
pub(super) mod words;

pub(super) use merging::{before, follow, known};
pub(super) use pages::{
    Around, Beside, already, around, has_joined, joined_items, kept, kept_again,
};
pub use similar::{Similar, similar};

use db::Tx;
use domain::actor::{Actor, Caller, Verb};
use domain::area::{AreaCode, Street};
use domain::id::{PersonId, RequestId};
use domain::phone::Phone;
use domain::requests::{Ending, Stage};
use jiff::Timestamp;

use super::{Record, store as requests};
use crate::error::Error;
use crate::identity;
use crate::receipts::{self, Deed, Receipt};
use crate::web::Routes;

/// How many of the requests that somebody joined stand in their list.
const JOINED_MOST: i64 = 30;
/// A request was merged into one that was merged into another, and so on: so far it is followed.
const MERGES_MOST: usize = 16;

/// Somebody who joined a request, and is told its news.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Supporter {
    Person(PersonId),
    /// Somebody without an account: the eleven digits that they left.
    Phone(String),
}

/// An open request, as it is compared.
#[derive(Clone, Debug)]
pub struct Open {
    pub id: RequestId,
    pub number: String,
    pub area: AreaCode,
    pub place: String,
    pub category: String,
    pub text: String,
    /// The name of its stage.
    pub stage: &'static str,
    pub asker: Option<PersonId>,
    pub raised_at: Timestamp,
    pub supporters: i64,
}

/// A request that somebody joined: no more of it than a neighbour may know.
#[derive(Clone, Debug)]
pub struct Joined {
    pub id: RequestId,
    pub number: String,
    pub area: AreaCode,
    pub category: String,
    pub stage: &'static str,
    pub ending: Option<String>,
    pub due_at: Option<Timestamp>,
    pub is_asked: bool,
    pub supporters: i64,
}

/// A request as a neighbour may see it: never its text, its door, a name or a photo.
#[derive(Clone, Debug)]
pub struct Neighbourly {
    /// Of the request only what is shown; its words are not in here.
    pub request: domain::requests::Request,
    pub number: String,
    pub category: String,
    pub raised_at: Timestamp,
    pub supporters: i64,
    /// The reader has joined it.
    pub has_joined: bool,
    /// The reader asked for it themselves.
    pub is_mine: bool,
}

impl Supporter {
    /// What tells this neighbour from others.
    fn who(&self) -> String {
        match self {
            Supporter::Person(person) => format!("p{}", person.0),
            Supporter::Phone(phone) => format!("t{phone}"),
        }
    }

    fn person(&self) -> Option<PersonId> {
        if let Supporter::Person(person) = self { Some(*person) } else { None }
    }

    fn phone(&self) -> &str {
        if let Supporter::Phone(phone) = self { phone } else { "" }
    }
}

/// Writes down accounts that joined requests which are being put on record.
pub(super) fn join_all(
    tx: &mut Tx,
    street: Street,
    joined: impl IntoIterator<Item = (RequestId, PersonId, Timestamp)>,
) -> Result<(), Error> {
    store::add_all(tx, street, joined)
}

/// Lets a neighbour join an open request, once. Whoever joins one that was merged joins the one
/// that it goes on in. With `phone` it is somebody without an account, or somebody for whom the
/// caller writes; without, it is the caller.
pub fn join(
    tx: &mut Tx,
    deed: &Deed,
    id: RequestId,
    phone: Option<&Phone>,
) -> Result<Receipt, Error> {
    receipts::once(tx, deed, |tx| {
        let street = deed.street;
        let loaded = held_target(tx, street, id)?;
        let id = loaded.request.id;
        if loaded.request.stage.is_closed() {
            return Err(Error::Refused(words::OVER.into()));
        }
        let supporter = supporter(tx, deed, &loaded, phone)?;
        if supporter.person().is_some() && supporter.person() == loaded.request.asker {
            return Err(Error::Refused(words::OWN.into()));
        }
        // Who asked is no neighbour of their own; whose phone it is, is nobody's business.
        let is_asker = supporter.phone() == loaded.asker_phone && !loaded.asker_phone.is_empty();
        if !is_asker && !is_there(tx, street, id, &supporter)? {
            store::add(tx, street, (id, id), &supporter, deed.at)?;
            store::count(tx, street, id, deed.at)?;
        }
        answer(tx, deed, id, true)
    })
}

/// Lets a neighbour leave again. It is no secret whether they were there: it is as if they never
/// were.
pub fn leave(
    tx: &mut Tx,
    deed: &Deed,
    id: RequestId,
    phone: Option<&Phone>,
) -> Result<Receipt, Error> {
    receipts::once(tx, deed, |tx| {
        let street = deed.street;
        store::hold(tx, street, id)?;
        let loaded = requests::load(tx, street, id)?;
        let supporter = supporter(tx, deed, &loaded, phone)?;
        store::remove(tx, street, id, &supporter)?;
        store::count(tx, street, id, deed.at)?;
        merging::refresh_above(tx, deed, &loaded.request)?;
        answer(tx, deed, id, false)
    })
}

/// Everybody who joined a request and is to be told its news, each once.
pub fn supporters(tx: &mut Tx, street: Street, id: RequestId) -> Result<Vec<Supporter>, Error> {
    store::supporters(tx, street, id)
}

/// The requests that somebody joined, the newest first.
pub fn joined(tx: &mut Tx, street: Street, person: PersonId) -> Result<Vec<Joined>, Error> {
    store::joined(tx, street, person, JOINED_MOST)
}

/// The request `id` as a neighbour may see it. What is over is for those who joined it; one that
/// was merged is shown as the one that it goes on in.
pub fn look(
    tx: &mut Tx,
    street: Street,
    actor: &Actor,
    id: RequestId,
) -> Result<Neighbourly, Error> {
    let id = open_target(tx, street, id)?;
    let Record { request, number, category, raised_at, supporters, .. } =
        requests::load(tx, street, id)?;
    let has_joined = match actor.caller {
        Caller::Person(person) => store::has(tx, street, id, &Supporter::Person(person))?,
        _ => false,
    };
    let is_mine = request.is(actor, domain::requests::Who::Asker);
    if request.stage.is_closed() && !has_joined && !is_mine {
        return Err(Error::NotFound);
    }
    Ok(Neighbourly { request, number, category, raised_at, supporters, has_joined, is_mine })
}

/// The request in which `id` goes on: itself, unless it was merged.
fn open_target(tx: &mut Tx, street: Street, id: RequestId) -> Result<RequestId, Error> {
    let mut id = id;
    for _ in 0..MERGES_MOST {
        let loaded = requests::load(tx, street, id)?;
        let Stage::Closed { ending: Ending::Merged { into }, .. } = loaded.request.stage else {
            break;
        };
        id = into;
    }
    Ok(id)
}

/// The same, held for this transaction: while one waits for it, it may be merged itself.
pub(super) fn held_target(tx: &mut Tx, street: Street, id: RequestId) -> Result<Record, Error> {
    let mut id = open_target(tx, street, id)?;
    loop {
        store::hold(tx, street, id)?;
        let goes_on = open_target(tx, street, id)?;
        if goes_on == id {
            return requests::load(tx, street, id);
        }
        id = goes_on;
    }
}

/// Who joins or leaves.
fn supporter(
    tx: &mut Tx,
    deed: &Deed,
    loaded: &Record,
    phone: Option<&Phone>,
) -> Result<Supporter, Error> {
    match (deed.caller, phone) {
        (Caller::Person(person), None) => Ok(Supporter::Person(person)),
        (Caller::Person(person), Some(phone)) => {
            let actor = identity::actor(tx, deed.street, person, deed.at)?;
            if !actor.may(Verb::RaiseForOthers, loaded.request.area) {
                return Err(Error::Forbidden);
            }
            Ok(Supporter::Phone(phone.digits().to_owned()))
        }
        (_, Some(phone)) => Ok(Supporter::Phone(phone.digits().to_owned())),
        (_, None) => Err(Error::field("phone", words::PHONE_MISSING)),
    }
}

/// Whether this neighbour is there already: with their account, or with the phone of one.
fn is_there(
    tx: &mut Tx,
    street: Street,
    id: RequestId,
    supporter: &Supporter,
) -> Result<bool, Error> {
    match supporter {
        Supporter::Person(person) => {
            // Whoever left their phone before and signs in now is the same neighbour.
            let phone = identity::person(tx, street, *person)?.map(|person| person.phone);
            if let Some(phone) = phone {
                store::remove(tx, street, id, &Supporter::Phone(phone))?;
            }
            // Whoever came by a merged request stays also when that goes its own way again.
            Ok(false)
        }
        Supporter::Phone(phone) => match identity::person_by_phone(tx, street, phone)? {
            Some(person) => store::has(tx, street, id, &Supporter::Person(person.id)),
            None => Ok(false),
        },
    }
}

/// What came of it. How many there are now is told to people with an account alone: whoever names
/// any phone must not read from it whether that phone was there already.
fn answer(tx: &mut Tx, deed: &Deed, id: RequestId, joined: bool) -> Result<Receipt, Error> {
    let after = requests::load(tx, deed.street, id)?;
    let mut answer = serde_json::json!({ "id": id.to_string(), "joined": joined });
    if let Caller::Person(_) = deed.caller {
        answer["supporters"] = after.supporters.into();
    }
    let answer = answer.to_string();
    Ok(Receipt { subject: id.0, version: after.version, answer, replayed: false })
}

/// The addresses of neighbours.
pub(super) fn routes() -> Routes {
    pages::routes().and(api::routes())
}
