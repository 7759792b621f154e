//! One request as one reader sees it.

use db::Tx;
use domain::actor::{Actor, Caller, Post, Verb};
use domain::area::Street;
use domain::id::{PersonId, RequestId, UnitId};
use domain::mask;
use domain::requests::trace::Step;
use domain::requests::{Due, Ending, Kind, Moment, Sight, Stage, Who};
use jiff::Timestamp;
use serde_json::Value;

use super::photos::{PHOTOS_MAX, Side};
use super::{Record, act, deadlines, store};
use crate::app::Settings;
use crate::error::Error;
use crate::history::{self, Entry};
use crate::identity;
use crate::receipts::{self, Deed, Receipt};

/// A request as its reader sees it: masked, unless they may read all of it.
#[derive(Clone, Debug)]
pub struct Seen {
    pub record: Record,
    pub sight: Sight,
    /// The reader is the asker.
    pub is_mine: bool,
    /// The asker's name and phone as the reader may see them; the phone is whole for its owner
    /// alone.
    pub asker_name: String,
    pub asker_phone: String,
    /// Whether the reader may have the whole phone number shown; it is logged.
    pub may_reveal: bool,
    /// Who wrote it down for the asker, who reads the surname alone.
    pub writer_name: String,
    /// The post by which they did.
    pub writer_post: Option<Post>,
    /// What the reader may do now, the likeliest first.
    pub choices: Vec<Kind>,
    pub story: Vec<Told>,
    /// What happened to the clock that runs, and to the one that stands still meanwhile.
    pub steps: [Vec<Step>; 2],
    pub photos: Vec<PhotoRow>,
    /// The request that this one was merged into: its number and the name of its stage.
    pub merged_into: Option<(String, &'static str)>,
}

/// One line of the story, ready to be told.
#[derive(Clone, Debug)]
pub struct Told {
    pub version: i64,
    pub at: Timestamp,
    /// As what somebody acted; see [`super::words::role`].
    pub role: String,
    /// Who it was, as the reader may see it; empty for askers and for the program.
    pub actor: String,
    /// What happened; see [`super::words::event`].
    pub event: String,
    /// What they wrote.
    pub note: String,
    pub unit: Option<UnitId>,
    pub rating: Option<u8>,
    pub days: Option<u8>,
    pub review_on: Option<jiff::civil::Date>,
    /// By when a supervision order wants a reply.
    pub reply_by: Option<jiff::civil::Date>,
    /// From when to when the calendar moved the deadline.
    pub moved: Option<(Timestamp, Timestamp)>,
}

/// A photo whose bytes are kept under its hash.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PhotoRow {
    /// `asked` or `done`.
    pub side: String,
    pub hash: String,
    /// In pixels, of the large picture.
    pub width: i64,
    pub height: i64,
}

impl Seen {
    /// Leaves out what would tell who asks and behind which door: the place, names, and numbers in
    /// what people wrote.
    fn mask(&mut self) {
        let name = std::mem::take(&mut self.asker_name);
        self.record.place.clear();
        self.record.text = mask::text(&self.record.text, &name);
        for told in &mut self.story {
            told.note = mask::text(&told.note, &name);
            if told.role == "writer" {
                told.actor = mask::name(&told.actor);
            }
        }
        if !self.is_mine {
            self.writer_name = mask::name(&self.writer_name);
        }
        self.asker_name = mask::name(&name);
    }

    /// Whether the reader may read all of it.
    #[must_use]
    pub fn is_full(&self) -> bool {
        self.sight == Sight::Full
    }

    /// Whether the reader, who is at work on it, may add photos of the work.
    #[must_use]
    pub fn takes_photos_of_work(&self) -> bool {
        let stage = &self.record.request.stage;
        let begun = !matches!(stage, Stage::Raised) && !stage.is_closed();
        let there = self.photos.iter().filter(|photo| photo.side == Side::Done.name()).count();
        begun && self.is_full() && !self.is_mine && there < PHOTOS_MAX
    }

    /// Whether the asker is asked to confirm.
    #[must_use]
    pub fn is_to_confirm(&self) -> bool {
        self.choices.contains(&Kind::Confirmation)
    }
}

/// The request `id` for whoever raised it: its asker, or who wrote it down for them, with the code.
pub fn show_receipt(
    tx: &mut Tx,
    settings: &Settings,
    actor: &Actor,
    id: RequestId,
    now: Timestamp,
) -> Result<Seen, Error> {
    let record = store::load(tx, settings.street, id)?;
    let wrote = record.writer.is_some() && record.writer == actor.person();
    let asker = Actor { caller: Caller::Pass(id), appointments: Vec::new() };
    let mut seen = show(tx, settings, if wrote { &asker } else { actor }, id, now)?;
    if !seen.is_mine {
        return Err(Error::NotFound);
    }
    seen.choices.clear();
    Ok(seen)
}

/// The request `id` for `actor`. What one may not see is not found.
pub fn show(
    tx: &mut Tx,
    settings: &Settings,
    actor: &Actor,
    id: RequestId,
    now: Timestamp,
) -> Result<Seen, Error> {
    let street = settings.street;
    let record = store::load(tx, street, id)?;
    let sight = record.request.sight(actor);
    if sight == Sight::Nothing {
        return Err(Error::NotFound);
    }
    let is_mine = record.request.is(actor, Who::Asker);
    let story = history::of(tx, street, id.0)?;
    let steps = steps(&record, &story);
    let story = story.iter().map(|entry| told(settings, &record, is_mine, entry)).collect();
    let photos = store::photos(tx, street, id)?;
    let limits = settings.limits_of(&record);
    let choices = record.request.choices(actor, settings.moment(&limits, now)).collect();
    let merged_into = merged_into(tx, street, &record)?;
    let writer_name = record.writer.map(|writer| shown_name(settings, writer, is_mine));
    let writer_post = writer_post(tx, street, &record)?;
    let may_reveal = !is_mine
        && !record.asker_phone.is_empty()
        && may_reveal(&record, actor, settings.moment(&limits, now));
    let mut seen = Seen {
        asker_name: record.asker_name.clone(),
        asker_phone: masked_phone(&record.asker_phone),
        record,
        sight,
        is_mine,
        may_reveal,
        writer_name: writer_name.unwrap_or_default(),
        writer_post,
        choices,
        story,
        steps,
        photos,
        merged_into,
    };
    if sight == Sight::Masked {
        seen.mask();
    }
    if is_mine {
        seen.asker_phone = seen.record.asker_phone.clone();
    } else {
        seen.record.receipt.clear();
    }
    Ok(seen)
}

/// Shows a handler the whole phone number, and writes down that it was shown. Whoever may not see
/// it any more is refused, also when they ask again under an old key; no receipt keeps the
/// number.
pub fn reveal(
    tx: &mut Tx,
    settings: &Settings,
    deed: &Deed,
    id: RequestId,
) -> Result<(Receipt, String), Error> {
    let actor = act::actor(tx, deed.street, deed.caller, deed.at)?;
    let loaded = store::load(tx, deed.street, id)?;
    if loaded.request.sight(&actor) == Sight::Nothing {
        return Err(Error::NotFound);
    }
    let limits = settings.limits_of(&loaded);
    if !may_reveal(&loaded, &actor, settings.moment(&limits, deed.at)) {
        return Err(Error::Forbidden);
    }
    let receipt = receipts::once(tx, deed, |tx| {
        store::touch(tx, deed.street, id, loaded.version, deed.at)?;
        let version = loaded.version + 1;
        let entry = Entry {
            version,
            at: deed.at,
            actor: actor.person(),
            role: "handler".to_owned(),
            event: "phone_revealed".to_owned(),
            facts: "{}".to_owned(),
        };
        history::add(tx, deed.street, id.0, &entry)?;
        Ok(Receipt { subject: id.0, version, answer: String::new(), replayed: false })
    })?;
    Ok((receipt, loaded.asker_phone.clone()))
}

/// The whole number is for those who have the request in hand, while it is open, and for whoever
/// calls back.
fn may_reveal(record: &Record, actor: &Actor, moment: Moment<'_>) -> bool {
    let request = &record.request;
    let ours = request.stage.unit().is_some_and(|unit| actor.answers_for(unit, request.area));
    let reveals = actor.may(Verb::RevealPhone, request.area);
    let calls = reveals && request.allows(actor, Kind::Callback, moment).is_ok();
    !request.stage.is_closed() && (reveals || ours) || calls
}

fn masked_phone(phone: &str) -> String {
    domain::phone::Phone::new(phone).map_or_else(|_| String::new(), |phone| phone.masked())
}

fn merged_into(
    tx: &mut Tx,
    street: Street,
    record: &Record,
) -> Result<Option<(String, &'static str)>, Error> {
    let Stage::Closed { ending: Ending::Merged { into }, .. } = record.request.stage else {
        return Ok(None);
    };
    let target = store::load(tx, street, into)?;
    Ok(Some((target.number, target.request.stage.name())))
}

fn steps(record: &Record, story: &[Entry]) -> [Vec<Step>; 2] {
    let paused = record.request.question.map(|asked| asked.clock);
    let of = |due: Option<Due>| due.map(|due| deadlines::steps(&due, story)).unwrap_or_default();
    [of(record.request.due), of(paused)]
}

fn told(settings: &Settings, record: &Record, is_mine: bool, entry: &Entry) -> Told {
    let facts: Value = serde_json::from_str(&entry.facts).unwrap_or_default();
    let text = |name: &str| facts.get(name).and_then(Value::as_str).unwrap_or_default();
    let number = |name: &str| facts.get(name).and_then(Value::as_u64)?.try_into().ok();
    let by_asker = ["asker", "system"].contains(&entry.role.as_str());
    let actor = match entry.actor {
        Some(person) if !by_asker && Some(person) != record.request.asker => {
            shown_name(settings, person, is_mine)
        }
        _ => String::new(),
    };
    Told {
        version: entry.version,
        at: entry.at,
        role: entry.role.clone(),
        actor,
        event: entry.event.clone(),
        note: text("note").to_owned(),
        unit: text("unit").parse().ok(),
        rating: number("rating"),
        days: number("days"),
        review_on: text("review_on").parse().ok(),
        reply_by: text("reply_by").parse().ok(),
        moved: moved(entry),
    }
}

fn moved(entry: &Entry) -> Option<(Timestamp, Timestamp)> {
    let moves = deadlines::moves(&entry.facts);
    moves.first().filter(|_| entry.event == deadlines::MOVED).map(|&(_, from, to)| (from, to))
}

/// The post by which somebody wrote it down, as it was then.
fn writer_post(tx: &mut Tx, street: Street, record: &Record) -> Result<Option<Post>, Error> {
    let Some(writer) = record.writer else { return Ok(None) };
    let held = identity::actor(tx, street, writer, record.raised_at)?;
    let mut fits = held.with(Verb::RaiseForOthers);
    Ok(fits.find(|held| held.area.contains(record.request.area)).map(|held| held.post))
}

/// Colleagues read each other's names; residents read the surname.
fn shown_name(settings: &Settings, person: PersonId, masked: bool) -> String {
    let name = settings.staff_name(person);
    if masked { mask::name(&name) } else { name }
}

/// Whether a photo of this request may be shown to `actor`.
pub fn may_see_photo(
    tx: &mut Tx,
    street: Street,
    actor: &Actor,
    id: RequestId,
    hash: &str,
) -> Result<bool, Error> {
    let record = store::load(tx, street, id)?;
    let full = record.request.sight(actor) == Sight::Full || actor.caller == Caller::System;
    Ok(full && super::photos::belongs(tx, street, id, hash)?)
}
