//! A request with all that happened to it, ready to be put on record at once.

use db::Tx;
use domain::id::PersonId;
use domain::requests::{Event, Step};
use jiff::Timestamp;
use serde_json::json;

use super::store;
use crate::app::Settings;
use crate::error::Error;
use crate::history::{self, Entry};
use crate::requests::rates::{self, Fact};
use crate::requests::{Record, after, events, neighbours};

/// A request as it is now, its story, and what its steps count for.
#[derive(Clone, Debug)]
pub struct Life {
    pub record: Record,
    pub story: Vec<Entry>,
    pub facts: Vec<Fact>,
    /// Neighbours who joined it when it was raised.
    pub joined: Vec<PersonId>,
}

impl Life {
    /// A request that is raised: `record` is of version 1, its clock does not run yet.
    #[must_use]
    pub fn begin(settings: &Settings, mut record: Record) -> Self {
        let at = record.raised_at;
        let limits = settings.limits_of(&record);
        record.request = record.request.raised(settings.moment(&limits, at));
        let facts = json!({ "category": record.category, "photos": 0 });
        let entry = Entry {
            version: 1,
            at,
            actor: record.writer.or(record.request.asker),
            role: if record.writer.is_some() { "writer" } else { "asker" }.to_owned(),
            event: "raised".to_owned(),
            facts: facts.to_string(),
        };
        let step = Step { before: None, event: None, after: &record.request, at };
        let facts = vec![fact(settings, &record, &step)];
        Self { record, story: vec![entry], facts, joined: Vec::new() }
    }

    /// Something happens to it, as the rules have it; nobody asks whether it may.
    pub fn step(
        &mut self,
        settings: &Settings,
        at: Timestamp,
        (role, actor): (&str, Option<PersonId>),
        event: &Event,
    ) {
        let before = self.record.request.clone();
        let limits = settings.limits_of(&self.record);
        self.record.request = before.clone().apply(event, settings.moment(&limits, at));
        self.record.version += 1;
        let (name, facts) = events::in_words(event);
        self.story.push(Entry {
            version: self.record.version,
            at,
            actor,
            role: role.to_owned(),
            event: name.to_owned(),
            facts: facts.to_string(),
        });
        let after = &self.record.request;
        let step = Step { before: Some(&before), event: Some(event), after, at };
        let fact = fact(settings, &self.record, &step);
        if !fact.facts.is_empty() {
            self.facts.push(fact);
        }
    }
}

fn fact(settings: &Settings, record: &Record, step: &Step<'_>) -> Fact {
    Fact {
        request: record.request.id,
        version: record.version,
        day: settings.calendar.date(step.at),
        area: record.request.area,
        category: record.category.clone(),
        above: rates::above(settings, &record.category),
        facts: step.facts(),
    }
}

/// Puts requests on record with all that goes with them. Where the facts are said to be folded,
/// the sums are to be made anew afterwards.
pub fn put(
    tx: &mut Tx,
    settings: &Settings,
    lives: &[Life],
    are_folded: bool,
) -> Result<(), Error> {
    let street = settings.street;
    store::add_all(tx, street, lives)?;
    let stories = lives
        .iter()
        .flat_map(|life| life.story.iter().map(|entry| (life.record.request.id.0, entry)));
    history::add_all(tx, street, stories)?;
    let facts: Vec<Fact> = lives.iter().flat_map(|life| life.facts.iter().cloned()).collect();
    rates::add_all(tx, street, &facts, are_folded)?;
    let joined = lives.iter().flat_map(|life| {
        let record = &life.record;
        life.joined.iter().map(|person| (record.request.id, *person, record.raised_at))
    });
    neighbours::join_all(tx, street, joined)?;
    let records: Vec<&Record> = lives.iter().map(|life| &life.record).collect();
    after::bulk(tx, settings, &records)
}
