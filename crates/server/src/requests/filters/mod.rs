//! Lists that somebody narrowed and keeps under a name (常用筛选): their own, and nobody else's.

pub(super) mod api;
pub(super) mod pages;
mod store;

use db::Tx;
use domain::actor::Caller;
use domain::area::Street;
use domain::id::{FilterId, PersonId};
use serde_json::json;

use super::Wanted;
use super::raise::line;
use crate::error::Error;
use crate::receipts::{self, Deed, Receipt};
use crate::web::words::Phrase;

/// The most lists that one person keeps.
pub const MOST: i64 = 30;
/// The most characters of a name.
const NAME_LONGEST: usize = 30;

const NAME_MISSING: Phrase =
    Phrase { zh: "请给这个筛选起个名字。", en: "Please give this list a name." };
const NAME_TAKEN: Phrase = Phrase {
    zh: "您已有同名的常用筛选，请换个名字。",
    en: "You have a list of this name already. Please choose another.",
};
const TOO_MANY: Phrase = Phrase {
    zh: "常用筛选最多 30 个，请先删掉不用的。",
    en: "You can keep at most 30 lists. Please delete one first.",
};
const NOTHING: Phrase = Phrase {
    zh: "还没有筛选条件，没有可存的。",
    en: "Nothing is narrowed yet, so there is nothing to keep.",
};

/// A list that was kept.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Kept {
    pub id: FilterId,
    pub name: String,
    pub wanted: Wanted,
}

/// The lists that `person` keeps, by name.
pub fn of(tx: &mut Tx, street: Street, person: PersonId) -> Result<Vec<Kept>, Error> {
    store::of(tx, street, person)
}

/// Keeps a list under a name.
pub fn keep(
    tx: &mut Tx,
    deed: &Deed,
    id: FilterId,
    name: &str,
    wanted: &Wanted,
) -> Result<Receipt, Error> {
    let person = person(deed)?;
    receipts::once(tx, deed, |tx| {
        let name = named(name)?;
        if wanted.is_all() {
            return Err(Error::field("query", NOTHING));
        }
        let kept = held(tx, deed.street, person)?;
        if kept.len() >= usize::try_from(MOST).unwrap_or_default() {
            return Err(Error::field("name", TOO_MANY));
        }
        is_free(&kept, id, &name)?;
        store::add(tx, deed.street, person, id, (&name, &wanted.query()))?;
        Ok(done(id, &name))
    })
}

/// Gives a list that the caller keeps another name.
pub fn rename(tx: &mut Tx, deed: &Deed, id: FilterId, name: &str) -> Result<Receipt, Error> {
    let person = person(deed)?;
    receipts::once(tx, deed, |tx| {
        let kept = store::of(tx, deed.street, person)?;
        if !kept.iter().any(|kept| kept.id == id) {
            return Err(Error::NotFound);
        }
        let name = named(name)?;
        is_free(&kept, id, &name)?;
        store::rename(tx, deed.street, person, id, &name)?;
        Ok(done(id, &name))
    })
}

/// Forgets a list that the caller keeps.
pub fn remove(tx: &mut Tx, deed: &Deed, id: FilterId) -> Result<Receipt, Error> {
    let person = person(deed)?;
    receipts::once(tx, deed, |tx| {
        if store::remove(tx, deed.street, person, id)? == 0 {
            return Err(Error::NotFound);
        }
        Ok(done(id, ""))
    })
}

/// The lists of `person`, held until the transaction ends: of two who keep one more at once the
/// second counts what the first has kept.
fn held(tx: &mut Tx, street: Street, person: PersonId) -> Result<Vec<Kept>, Error> {
    let kept = store::of(tx, street, person)?;
    match kept.iter().map(|kept| kept.id).min() {
        Some(oldest) => {
            store::hold(tx, street, person, oldest)?;
            store::of(tx, street, person)
        }
        None => Ok(kept),
    }
}

fn person(deed: &Deed) -> Result<PersonId, Error> {
    let Caller::Person(person) = deed.caller else { return Err(Error::SignedOut) };
    Ok(person)
}

fn named(name: &str) -> Result<String, Error> {
    let name = line("name", name, NAME_LONGEST)?;
    if name.is_empty() { Err(Error::field("name", NAME_MISSING)) } else { Ok(name) }
}

fn is_free(kept: &[Kept], id: FilterId, name: &str) -> Result<(), Error> {
    let taken = kept.iter().any(|kept| kept.id != id && kept.name == name);
    if taken { Err(Error::field("name", NAME_TAKEN)) } else { Ok(()) }
}

fn done(id: FilterId, name: &str) -> Receipt {
    let answer = json!({ "id": id.to_string(), "name": name }).to_string();
    Receipt { subject: id.0, version: 1, answer, replayed: false }
}
