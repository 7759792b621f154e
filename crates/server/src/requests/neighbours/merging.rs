//! What merging and separating mean for neighbours: they go along, they come back, and the other
//! request tells it in its own story.

use db::Tx;
use domain::actor::Caller;
use domain::area::Street;
use domain::id::RequestId;
use domain::requests::{Command, Ending, Event, Request, Stage};

use super::{MERGES_MOST, Supporter, store};
use crate::app::Settings;
use crate::error::Error;
use crate::history::{self, Entry};
use crate::identity;
use crate::receipts::Deed;
use crate::requests::after::Change;
use crate::requests::news::past;
use crate::requests::{Record, store as requests};

/// Holds both requests of a merge or a separation before either is read, the older first: of two
/// who merge the same requests into each other the second sees what the first did.
pub fn before(tx: &mut Tx, street: Street, id: RequestId, command: &Command) -> Result<(), Error> {
    let other = match command {
        Command::Merge { into } => Some(*into),
        Command::Separate { .. } => match requests::load(tx, street, id)?.request.stage {
            Stage::Closed { ending: Ending::Merged { into }, .. } => Some(into),
            _ => None,
        },
        _ => None,
    };
    let Some(other) = other.filter(|other| *other != id) else { return Ok(()) };
    store::hold(tx, street, id.min(other))?;
    store::hold(tx, street, id.max(other))
}

/// The command with what the records know about it: who separates a request need not say where it
/// stood, for its history does.
pub fn known(
    tx: &mut Tx,
    settings: &Settings,
    deed: &Deed,
    loaded: &Record,
    command: &Command,
) -> Result<Command, Error> {
    let Command::Separate { note, .. } = command else { return Ok(command.clone()) };
    let request = &loaded.request;
    let entries = history::of(tx, deed.street, request.id.0)?;
    let merged = entries.iter().rposition(|entry| entry.event == "merged").unwrap_or_default();
    let life: Vec<Event> = entries[..merged].iter().filter_map(past::event).collect();
    let limits = settings.limits_of(loaded);
    let stood = request.stood(&life, settings.moment(&limits, deed.at));
    let around = identity::reaching(tx, deed.street, request.area, deed.at)?;
    let around: Vec<_> = around.into_iter().map(|(person, held)| (person, held.post)).collect();
    Ok(Command::Separate { stood: stood.while_held(&around), note: note.clone() })
}

/// Follows what happened to a request: where it was merged or separated, those who joined it and
/// its asker go along, and the other request tells it.
pub(in crate::requests) fn follow(tx: &mut Tx, change: &Change<'_>) -> Result<(), Error> {
    let (Some(before), Some(event)) = (change.before, change.event) else { return Ok(()) };
    let (deed, street) = (change.deed, change.deed.street);
    let from = before.request.id;
    match *event {
        Event::Merged { into } => {
            let target = requests::load(tx, street, into)?;
            carry(tx, deed, before, &target)?;
            let by_staff = change.after.request.responded_at.is_some();
            tell(tx, deed, &target, ("taken_in", &before.number), by_staff)
        }
        Event::Separated { .. } => {
            let Stage::Closed { ending: Ending::Merged { into }, .. } = before.request.stage else {
                return Ok(());
            };
            let target = requests::load(tx, street, into)?;
            store::take_back(tx, street, from, into)?;
            store::count(tx, street, into, deed.at)?;
            refresh_above(tx, deed, &target.request)?;
            tell(tx, deed, &target, ("let_go", &before.number), true)
        }
        _ => Ok(()),
    }
}

/// Where `below` goes on in another request, and that perhaps in a third, those who came that way
/// are written down anew.
pub(super) fn refresh_above(tx: &mut Tx, deed: &Deed, below: &Request) -> Result<(), Error> {
    let mut below = below.clone();
    for _ in 0..MERGES_MOST {
        let Stage::Closed { ending: Ending::Merged { into }, .. } = below.stage else { break };
        store::hold(tx, deed.street, into)?;
        store::take_back(tx, deed.street, below.id, into)?;
        let from = requests::load(tx, deed.street, below.id)?;
        let target = requests::load(tx, deed.street, into)?;
        carry(tx, deed, &from, &target)?;
        below = target.request;
    }
    Ok(())
}

/// The requests that were merged into this one: their ids and numbers, the oldest first.
pub fn merged_here(
    tx: &mut Tx,
    street: Street,
    into: RequestId,
) -> Result<Vec<(RequestId, String)>, Error> {
    store::merged_here(tx, street, into)
}

/// Lets those who joined `from`, and whoever asked for it, join `into`, but for whoever asked for
/// that: with their account, or with the phone that they left.
fn carry(tx: &mut Tx, deed: &Deed, from: &Record, into: &Record) -> Result<(), Error> {
    let (street, id) = (deed.street, into.request.id);
    store::carry(tx, street, from.request.id, id)?;
    let asker = match (from.request.asker, from.asker_phone.as_str()) {
        (Some(person), _) => Some(Supporter::Person(person)),
        (None, "") => None,
        (None, phone) => Some(Supporter::Phone(phone.to_owned())),
    };
    if let Some(asker) = asker {
        store::add(tx, street, (id, from.request.id), &asker, deed.at)?;
    }
    once_each(tx, street, into)?;
    store::count(tx, street, id, deed.at)
}

/// Takes out whoever would hear of a request twice: its asker, by account or by phone, and a phone
/// whose account asked for it or joined it too.
fn once_each(tx: &mut Tx, street: Street, into: &Record) -> Result<(), Error> {
    let id = into.request.id;
    let asker = into.request.asker.map(Supporter::Person);
    let joined = store::supporters(tx, street, id)?;
    let mut twice: Vec<Supporter> = asker.iter().cloned().collect();
    for supporter in &joined {
        let Supporter::Phone(phone) = supporter else { continue };
        let account = identity::person_by_phone(tx, street, phone)?;
        let account = account.map(|person| Supporter::Person(person.id));
        let is_told = account.is_some_and(|it| asker.as_ref() == Some(&it) || joined.contains(&it));
        if is_told || *phone == into.asker_phone {
            twice.push(supporter.clone());
        }
    }
    for supporter in &twice {
        store::remove(tx, street, id, supporter)?;
    }
    Ok(())
}

/// One line in the story of the other request. Which neighbour joined it with a request of their
/// own stands in theirs alone.
fn tell(
    tx: &mut Tx,
    deed: &Deed,
    target: &Record,
    (event, number): (&str, &str),
    by_staff: bool,
) -> Result<(), Error> {
    let id = target.request.id;
    requests::touch(tx, deed.street, id, target.version, deed.at)?;
    let actor = match deed.caller {
        Caller::Person(person) if by_staff => Some(person),
        _ => None,
    };
    let entry = Entry {
        version: target.version + 1,
        at: deed.at,
        actor,
        role: if by_staff { "handler" } else { "neighbour" }.to_owned(),
        event: event.to_owned(),
        facts: serde_json::json!({ "note": number }).to_string(),
    };
    history::add(tx, deed.street, id.0, &entry)
}
