//! How a request changes: load, decide, save, remember.

use db::Tx;
use domain::actor::{Actor, Caller};
use domain::area::Street;
use domain::id::RequestId;
use domain::requests::{Command, Event, Handler, Kind, Refusal, Sight, Who};
use jiff::Timestamp;
use serde_json::{Value, json};

use super::{Record, store, words};
use crate::app::Settings;
use crate::error::{Error, OutOfTurn};
use crate::history::{self, Entry};
use crate::receipts::{self, Deed, Receipt};
use crate::{chance, identity};

/// Carries out `command`. Pages, programs and the clockwork come through here.
pub fn execute(
    tx: &mut Tx,
    settings: &Settings,
    deed: &Deed,
    id: RequestId,
    command: &Command,
) -> Result<Receipt, Error> {
    receipts::once(tx, deed, |tx| {
        let actor = actor(tx, deed.street, deed.caller, deed.at)?;
        let loaded = store::load(tx, deed.street, id)?;
        let request = &loaded.request;
        if actor.caller != Caller::System && request.sight(&actor) == Sight::Nothing {
            return Err(Error::NotFound);
        }
        let moment = settings.moment(deed.at);
        let refused = |refusal| refused(settings, &loaded, &actor, refusal, deed.at);
        let who = request.turn(command.kind()).map_err(refused)?;
        let event = request.decide(&actor, command.clone(), moment).map_err(refused)?;
        // Whoever may not do this at all is not told about its facts.
        check_facts(tx, deed.street, &actor, &loaded, command)?;
        let changed = request.clone().apply(&event, moment);
        store::save(tx, deed.street, &changed, loaded.version, deed.at)?;
        remember(tx, deed, (&loaded, who), &event)?;
        let version = loaded.version + 1;
        let answer = json!({
            "id": id.to_string(),
            "number": loaded.number,
            "stage": changed.stage.name(),
            "version": version,
        });
        Ok(Receipt { subject: id.0, version, answer: answer.to_string(), replayed: false })
    })
}

/// Whoever acts, with the posts they hold at this moment.
pub(super) fn actor(
    tx: &mut Tx,
    street: Street,
    caller: Caller,
    at: Timestamp,
) -> Result<Actor, Error> {
    match caller {
        Caller::Person(person) => identity::actor(tx, street, person, at),
        caller => Ok(Actor { caller, appointments: Vec::new() }),
    }
}

/// Draws the consequences of limits that ran out: silence closes, and an unanswered question lets
/// the clock go on. Tells how many requests it changed.
pub fn sweep(tx: &mut Tx, settings: &Settings, now: Timestamp) -> Result<usize, Error> {
    let street = settings.street;
    let lapsed = store::lapsed(tx, street, now)?;
    for &id in &lapsed {
        let key = chance::code(26);
        let key = receipts::Key::new(&key).expect("a code is a key");
        let deed = Deed { street, caller: Caller::System, at: now, key, digest: String::new() };
        execute(tx, settings, &deed, id, &Command::Lapse)?;
    }
    Ok(lapsed.len())
}

/// What the rules cannot see from one request alone: the unit and the other request must be there.
fn check_facts(
    tx: &mut Tx,
    street: Street,
    actor: &Actor,
    loaded: &Record,
    command: &Command,
) -> Result<(), Error> {
    match command {
        Command::Dispatch { unit, .. } => {
            let known = crate::grid::unit(tx, street, *unit)?;
            known.map(drop).ok_or_else(|| Error::field("unit", words::UNIT_UNKNOWN))
        }
        Command::Merge { into } if *into != loaded.request.id => {
            let target = match store::load(tx, street, *into) {
                Err(Error::NotFound) => None,
                found => Some(found?.request),
            };
            let fits = target.is_some_and(|target| {
                !target.stage.is_closed() && target.sight(actor) == Sight::Full
            });
            if fits { Ok(()) } else { Err(Error::field("into", words::MERGE_UNKNOWN)) }
        }
        _ => Ok(()),
    }
}

/// A refusal in words that name people, with what the reader may do instead.
fn refused(
    settings: &Settings,
    loaded: &Record,
    actor: &Actor,
    refusal: Refusal,
    at: Timestamp,
) -> Error {
    let choices: Vec<Kind> = loaded.request.choices(actor, settings.moment(at)).collect();
    let sentence = words::refusal(&refusal, settings, &choices);
    let choices = choices.iter().map(|kind| kind.name()).collect();
    Error::Request(Box::new(OutOfTurn { refusal, sentence, choices }))
}

fn remember(
    tx: &mut Tx,
    deed: &Deed,
    (loaded, who): (&Record, Who),
    event: &Event,
) -> Result<(), Error> {
    let (name, facts) = in_words(event);
    let actor = if let Caller::Person(person) = deed.caller { Some(person) } else { None };
    let entry = Entry {
        version: loaded.version + 1,
        at: deed.at,
        actor,
        role: who.name().to_owned(),
        event: name.to_owned(),
        facts: facts.to_string(),
    };
    history::add(tx, deed.street, loaded.request.id.0, &entry)
}

/// An event as history keeps it. These names outlive the code: a Rust name may change, these stay.
fn in_words(event: &Event) -> (&'static str, Value) {
    let optional = |note: &Option<domain::requests::Note>| {
        note.as_ref().map_or_else(|| json!({}), |note| json!({ "note": note.as_str() }))
    };
    match event {
        Event::Accepted { worker } => ("accepted", json!({ "worker": worker.to_string() })),
        Event::Resolved { by, note } => {
            let mut facts = handler(*by);
            facts["note"] = note.as_str().into();
            ("resolved", facts)
        }
        Event::Escalated { to, note } => {
            ("escalated", json!({ "to": to.name(), "note": note.as_str() }))
        }
        Event::Rejected { reason } => ("rejected", json!({ "note": reason.as_str() })),
        Event::Merged { into } => ("merged", json!({ "into": into.to_string() })),
        Event::Withdrawn { note } => ("withdrawn", optional(note)),
        Event::Asked { question } => ("asked", json!({ "note": question.as_str() })),
        Event::Answered { answer } => ("answered", json!({ "note": answer.as_str() })),
        Event::AnswerMissed => ("answer_missed", json!({})),
        Event::Dispatched { unit, note } => {
            let mut facts = optional(note);
            facts["unit"] = unit.to_string().into();
            ("dispatched", facts)
        }
        Event::Handling { by } => ("handling", handler(*by)),
        Event::Suspended { plan, review_on } => {
            ("suspended", json!({ "note": plan.as_str(), "review_on": review_on.to_string() }))
        }
        Event::Signed { unit } => ("signed", json!({ "unit": unit.to_string() })),
        Event::Returned { unit, reason } => {
            ("returned", json!({ "unit": unit.to_string(), "note": reason.as_str() }))
        }
        Event::ExtensionAsked { days, reason } => {
            ("extension_asked", json!({ "days": days, "note": reason.as_str() }))
        }
        Event::ExtensionGranted { days, note } => {
            let mut facts = optional(note);
            facts["days"] = (*days).into();
            ("extension_granted", facts)
        }
        Event::ExtensionDeclined { note } => ("extension_declined", optional(note)),
        Event::Confirmed { rating, note } => {
            let mut facts = optional(note);
            facts["rating"] = rating.level().into();
            ("confirmed", facts)
        }
        Event::Redone { to, reason } => {
            ("redone", json!({ "to": to.name(), "note": reason.as_str() }))
        }
        Event::Reopened { to, reason } => {
            let to = to.map(domain::requests::Desk::name);
            ("reopened", json!({ "to": to, "note": reason.as_str() }))
        }
        Event::ClosedUnrated => ("closed_unrated", json!({})),
    }
}

fn handler(by: Handler) -> Value {
    match by {
        Handler::Worker(worker) => json!({ "worker": worker.to_string() }),
        Handler::Unit(unit) => json!({ "unit": unit.to_string() }),
        Handler::Desk(desk) => json!({ "desk": desk.name() }),
    }
}
