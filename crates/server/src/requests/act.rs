//! How a request changes: load, decide, save, remember.

use db::Tx;
use domain::actor::{Actor, Caller};
use domain::area::Street;
use domain::id::RequestId;
use domain::requests::{Command, Event, Kind, Refusal, Sight, Who};
use jiff::Timestamp;
use serde_json::json;

use super::after::{Change, after};
use super::{Record, events, neighbours, rules, store, words};
use crate::app::Settings;
use crate::error::{Error, OutOfTurn};
use crate::history::{self, Entry};
use crate::identity;
use crate::receipts::{self, Deed, Receipt};

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
        neighbours::before(tx, deed.street, id, command)?;
        let loaded = store::load(tx, deed.street, id)?;
        let command = &neighbours::known(tx, settings, deed, &loaded, command)?;
        let request = &loaded.request;
        if actor.caller != Caller::System && request.sight(&actor) == Sight::Nothing {
            return Err(Error::NotFound);
        }
        let limits = settings.limits_of(&loaded);
        let moment = settings.moment(&limits, deed.at);
        let refused = |refusal| refused(settings, &loaded, &actor, refusal, deed.at);
        let who = request.turn(command.kind()).map_err(refused)?;
        let event = request.decide(&actor, command.clone(), moment).map_err(refused)?;
        // Whoever may not do this at all is not told about its facts.
        check_facts(tx, deed.street, &actor, &loaded, command)?;
        let version = loaded.version + 1;
        let changed = request.clone().apply(&event, moment);
        let changed = Record { request: changed, version, ..loaded.clone() };
        store::save(tx, deed.street, &changed.request, loaded.version, deed.at)?;
        remember(tx, (settings, deed), (&loaded, who), &event)?;
        let (before, happened) = (Some(&loaded), Some(&event));
        after(tx, &Change { settings, deed, before, event: happened, after: &changed })?;
        let answer = json!({
            "id": id.to_string(),
            "number": loaded.number,
            "stage": changed.request.stage.name(),
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
    let limits = settings.limits_of(loaded);
    let choices: Vec<Kind> = loaded.request.choices(actor, settings.moment(&limits, at)).collect();
    let sentence = words::refusal(&refusal, settings, &choices);
    let choices = choices.iter().map(|kind| kind.name()).collect();
    Error::Request(Box::new(OutOfTurn { refusal, sentence, choices }))
}

fn remember(
    tx: &mut Tx,
    (settings, deed): (&Settings, &Deed),
    (loaded, who): (&Record, Who),
    event: &Event,
) -> Result<(), Error> {
    let (name, mut facts) = events::in_words(event);
    if let Event::Dispatched { unit, .. } = event {
        facts["routing"] = rules::advised(settings, loaded, *unit);
    }
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
