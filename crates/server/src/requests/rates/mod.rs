//! Rates (三率): what each step of a request counts for, the sums of every day, and the boards that
//! are read from them. The definitions are in [`domain::requests::Measure`].
//!
//! A step writes its facts in its own transaction ([`note`]); folders add them to the sums of their
//! day a moment later ([`fold()`]); nothing is ever taken back.

mod api;
mod board;
mod draw;
mod fold;
mod pages;
mod period;
mod store;
mod words;

pub use board::{Board, Want, What, Which, behind, board};
pub use fold::{Difference, audit, fold, rebuild, work};
pub use period::Period;

use db::Tx;
use domain::area::{AreaCode, Level, Street};
use domain::id::RequestId;
use domain::requests::{Facts, Measure, Step, Tally};
use jiff::Timestamp;
use jiff::civil::Date;

use super::after::Change;
use crate::app::Settings;
use crate::error::Error;
use crate::web::Routes;

/// What one step of a request counts for, on its day and at its place.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Fact {
    pub request: RequestId,
    /// The version that the step made.
    pub version: i64,
    /// The day on the wall of the street.
    pub day: Date,
    pub area: AreaCode,
    pub category: String,
    pub facts: Facts,
}

/// Where figures are asked for: an area, and one category or (empty) all.
#[derive(Clone, Copy, Debug)]
pub struct Place<'a> {
    pub area: AreaCode,
    pub category: &'a str,
}

/// The sums of a day that are kept together.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Key {
    pub level: Level,
    /// Empty for all categories.
    pub category: String,
    /// The number of the day.
    pub day: i64,
    pub area: AreaCode,
}

/// One line behind a figure.
#[derive(Clone, Debug)]
pub struct ListLine {
    pub request: RequestId,
    pub version: i64,
    pub day: Date,
    pub is_hit: bool,
    pub number: String,
    pub area: AreaCode,
    pub place: String,
    pub category: String,
    /// The first characters of the text.
    pub text: String,
}

/// Puts on record what a change counts for: one row, or none where it counts for nothing.
pub(super) fn note(tx: &mut Tx, change: &Change<'_>) -> Result<(), Error> {
    let Change { settings, deed, before, event, after } = change;
    let step = Step {
        before: before.map(|record| &record.request),
        event: *event,
        after: &after.request,
        at: deed.at,
    };
    let fact = Fact {
        request: after.request.id,
        version: after.version,
        day: settings.calendar.date(deed.at),
        area: after.request.area,
        category: after.category.clone(),
        facts: step.facts(),
    };
    add(tx, deed.street, fact)
}

/// Puts facts on record, in the transaction of the step that yields them.
pub fn add(tx: &mut Tx, street: Street, mut fact: Fact) -> Result<(), Error> {
    let response = Measure::Response;
    // A clock that ran out and the first act after it are one case, not two.
    if fact.facts.counted.has(response) && store::was_counted(tx, street, fact.request, response)? {
        fact.facts = fact.facts.without(response);
    }
    if fact.facts.is_empty() { Ok(()) } else { store::add_all(tx, street, &[fact], false) }
}

/// What is known of a request that comes from another system.
#[derive(Clone, Copy, Debug, Default)]
pub struct Imported {
    /// When the work was reported done, and until when there was time: on time is for those of
    /// which both are known.
    pub done_at: Option<Timestamp>,
    pub due_at: Option<Timestamp>,
    /// When it came to its end there.
    pub closed_at: Option<Timestamp>,
}

/// Puts on record what an imported request counts for, on the days of its own times. Nobody was
/// asked for the result here and nobody's first act is known, so it is raised, closed and on time,
/// and in no other rate. Once for each request, when it is added.
pub fn note_imported(
    tx: &mut Tx,
    settings: &Settings,
    which: (RequestId, i64),
    place: Place<'_>,
    raised_at: Timestamp,
    known: Imported,
) -> Result<(), Error> {
    let facts = of_imported(settings, which, place, raised_at, known);
    add_all(tx, settings.street, &facts, false)
}

/// What an imported request counts for: see [`note_imported`].
pub(super) fn of_imported(
    settings: &Settings,
    (request, version): (RequestId, i64),
    place: Place<'_>,
    raised_at: Timestamp,
    known: Imported,
) -> Vec<Fact> {
    let fact = |version, at, facts| Fact {
        request,
        version,
        day: settings.calendar.date(at),
        area: place.area,
        category: place.category.to_owned(),
        facts,
    };
    let mut raised = Facts::default();
    raised.counted.add_tally(Tally::Raised);
    let mut found = vec![fact(0, raised_at, raised)];
    let mut ended = Facts::default();
    if let (Some(done_at), Some(due_at)) = (known.done_at, known.due_at) {
        ended.add(Measure::OnTime, done_at <= due_at);
    }
    if known.closed_at.is_some() {
        ended.counted.add_tally(Tally::Closed);
    }
    let at = known.closed_at.or(known.done_at).filter(|_| !ended.is_empty());
    found.extend(at.map(|at| fact(version, at, ended)));
    found
}

/// Puts many facts on record by few statements. Those that are said to be folded are in no sum yet:
/// whoever adds them has the sums made anew ([`rebuild`]).
pub(super) fn add_all(
    tx: &mut Tx,
    street: Street,
    facts: &[Fact],
    are_folded: bool,
) -> Result<(), Error> {
    store::add_all(tx, street, facts, are_folded)
}

/// The addresses of this part.
#[must_use]
pub(super) fn routes() -> Routes {
    pages::routes().and(api::routes())
}
