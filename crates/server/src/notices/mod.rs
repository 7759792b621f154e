//! Notices: news for readers in their pages, and on the way out of the house by mail and through a
//! gateway.
//!
//! A slice that has news calls [`add`]; how they are put into words it hands down as [`Subjects`],
//! for this slice knows no request.

mod api;
mod gateway;
mod inbox;
mod mail;
mod outbox;
mod pages;
mod send;
mod setting;
pub mod words;

pub use gateway::{secret_of, signature};
pub use inbox::{Unread, unread};
pub use mail::{BadMail, Mail};
pub use outbox::{Counts, counts};
pub use send::send;

use db::Tx;
use domain::actor::Actor;
use domain::area::Street;
use domain::id::{NoticeId, PersonId, RequestId};
use domain::notices::Topic;
use jiff::{SignedDuration, Timestamp};
use serde_json::json;

use crate::app::Settings;
use crate::clock::Ids;
use crate::error::Error;
use crate::receipts::{self, Deed, Receipt};
use crate::web::Routes;
use crate::web::words::Lang;

/// How long read news are kept.
const KEPT: SignedDuration = SignedDuration::from_hours(24 * 180);
/// How long messages that were sent are kept, so that an office can look.
const SENT_KEPT: SignedDuration = SignedDuration::from_hours(24 * 30);

/// One piece of news for one reader.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Notice {
    pub id: NoticeId,
    pub reader: Reader,
    /// What it is about, and the version that this has since.
    pub subject: RequestId,
    pub version: i64,
    /// What happened, by the name that history has for it.
    pub kind: String,
    pub topic: Topic,
    /// The particulars, as JSON: ids and moments.
    pub facts: String,
    pub at: Timestamp,
    pub read_at: Option<Timestamp>,
}

/// Whom news are for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Reader {
    Person(PersonId),
    /// Somebody without an account who left a phone: [`Reader::ASKER`], or a number below nought
    /// by which the slice above knows them.
    Phone(i64),
}

impl Reader {
    /// The asker, who left a phone and has no account.
    pub const ASKER: Reader = Reader::Phone(0);

    /// Whether they read their news nowhere but on a phone.
    #[must_use]
    pub fn is_phone(self) -> bool {
        matches!(self, Reader::Phone(_))
    }
}

/// What has happened, for one reader.
#[derive(Clone, Debug)]
pub struct New {
    pub reader: Reader,
    pub subject: RequestId,
    pub version: i64,
    pub kind: String,
    pub topic: Topic,
    pub facts: String,
    /// When it happened.
    pub at: Timestamp,
    /// When it is told.
    pub now: Timestamp,
    /// It rings at night too.
    pub urgent: bool,
}

/// News in words.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Told {
    /// What it is about: `FY-2026-00042 · 环境卫生`.
    pub about: String,
    /// What happened, in a sentence or two.
    pub text: String,
    /// Where to read more.
    pub path: String,
    /// Where it happened, as far as the building.
    pub place: String,
}

/// How the slice above knows what notices are about.
#[derive(Clone, Copy)]
pub struct Subjects {
    /// Puts notices, at most `inbox::LIMIT_MAX`, into words for a reader; nothing where they may
    /// not see it any more. It costs the same number of statements however many there are.
    pub tell: Tell,
    /// The phone that somebody without an account left, by the number in [`Reader::Phone`]; nothing
    /// where they have one by now, or want no news any more.
    pub phone: PhoneOf,
}

/// See [`Subjects::phone`].
pub type PhoneOf = fn(&mut Tx, Street, RequestId, i64) -> Result<Option<String>, Error>;

/// See [`Subjects::tell`].
pub type Tell = fn(&mut Tx, &Settings, &Actor, Lang, &[Notice]) -> Result<Vec<Option<Told>>, Error>;

/// Tells a reader of something, once for each version of it, and lets it leave the house where they
/// want that. Tells whether it is new.
pub fn add(tx: &mut Tx, settings: &Settings, ids: &Ids, new: &New) -> Result<bool, Error> {
    let street = settings.street;
    let set = setting::load(tx, street)?;
    let by_gateway = set.takes(new.reader, new.topic);
    if new.reader.is_phone() && !by_gateway {
        return Ok(false);
    }
    let id = NoticeId(ids.next(new.now));
    if !inbox::add(tx, street, id, new)? {
        return Ok(false);
    }
    let zone = &settings.calendar.zone;
    let rings_at_once = new.urgent || new.topic == Topic::Supervision;
    let at = if rings_at_once { new.now } else { set.quiet.first_after(new.now, zone) };
    let out = |tx: &mut Tx, channel| {
        let message = outbox::Message::notice(channel, new.reader, id, new.now);
        outbox::add(tx, street, ids, &message, at)
    };
    if by_gateway {
        out(tx, outbox::Channel::Webhook)?;
    }
    if let Reader::Person(person) = new.reader
        && setting::address(tx, street, person)?.is_some_and(|known| !known.email.is_empty())
    {
        out(tx, outbox::Channel::Smtp)?;
    }
    Ok(true)
}

/// Notes that `person` has read a notice of theirs; one of somebody else is not found.
fn read(tx: &mut Tx, deed: &Deed, person: PersonId, id: NoticeId) -> Result<Receipt, Error> {
    receipts::once(tx, deed, |tx| {
        let known = inbox::load(tx, deed.street, id)?;
        let known = known.filter(|known| known.reader == Reader::Person(person));
        let known = known.ok_or(Error::NotFound)?;
        inbox::read(tx, deed.street, person, id, deed.at)?;
        let answer = json!({ "id": id.to_string() }).to_string();
        Ok(Receipt { subject: id.0, version: known.version, answer, replayed: false })
    })
}

/// The same for all notices up to this one: what came later was not seen yet.
fn read_all(tx: &mut Tx, deed: &Deed, person: PersonId, up_to: NoticeId) -> Result<Receipt, Error> {
    receipts::once(tx, deed, |tx| {
        let count = inbox::read_all(tx, deed.street, person, up_to, deed.at)?;
        let answer = json!({ "read": count }).to_string();
        Ok(Receipt { subject: up_to.0, version: 1, answer, replayed: false })
    })
}

/// Forgets what was read long ago, and messages that were sent.
pub fn sweep(tx: &mut Tx, street: Street, now: Timestamp) -> Result<(), Error> {
    inbox::sweep(tx, street, now - KEPT)?;
    outbox::sweep(tx, street, now - SENT_KEPT)
}

/// The addresses of this slice, for what `subjects` knows.
#[must_use]
pub fn routes(subjects: Subjects) -> Routes {
    pages::routes(subjects).and(api::routes(subjects))
}
