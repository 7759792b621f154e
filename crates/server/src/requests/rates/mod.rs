//! Rates (三率): what each step of a request counts for, the sums of every day, and the boards that
//! are read from them. The definitions are in [`domain::requests::Measure`].
//!
//! A step writes its facts in its own transaction (`note`); folders add them to the sums of their
//! day and month a moment later ([`fold()`]); nothing is ever taken back.

mod api;
mod board;
mod draw;
mod fold;
mod pages;
mod period;
mod public;
mod store;
mod sums;
mod words;

pub use board::{Board, Want, What, Which, behind, board};
pub use fold::{Difference, audit, fold, rebuild, work};
pub use period::Period;
pub use sums::{Grain, Key};

use db::Tx;
use domain::area::{AreaCode, Street};
use domain::id::RequestId;
use domain::requests::{Ending, Facts, Measure, Stage, Step, Tally};
use jiff::Timestamp;
use jiff::civil::Date;

use super::Record;
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
    /// The category above it, which has these figures too; empty where there is none.
    pub above: String,
    pub facts: Facts,
}

/// Where figures are asked for: an area, and one category or (empty) all.
#[derive(Clone, Copy, Debug)]
pub struct Place<'a> {
    pub area: AreaCode,
    pub category: &'a str,
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
    /// Who asked: for the mask, and taken away before the line is shown.
    asker_name: String,
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
        above: above(settings, &after.category),
        facts: step.facts(),
    };
    add(tx, deed.street, fact)
}

/// The code of the category above this one; empty where there is none.
pub(super) fn above(settings: &Settings, category: &str) -> String {
    settings.category(category).map(|found| found.parent.clone()).unwrap_or_default()
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

/// Puts many facts on record by few statements. Those that are `settled` count as folded: that is
/// for years that are made up at once, and [`rebuild`] has to sum their days when all are there.
pub fn add_all(tx: &mut Tx, street: Street, facts: &[Fact], is_settled: bool) -> Result<(), Error> {
    store::add_all(tx, street, facts, is_settled)
}

/// What a request that comes from another system counts for, on the days of its own times; `due` is
/// until when there was time.
///
/// It is raised, and closed; on time where it was done and its limit is known; and it has the
/// answer of its asker where there is one. It is in no other rate: nobody here knows of a first
/// act, of who did it, or whether anybody was asked who gave no answer.
#[must_use]
pub fn imported(settings: &Settings, record: &Record, due: Option<Timestamp>) -> Vec<Fact> {
    let request = &record.request;
    let fact = |version, at, facts| Fact {
        request: request.id,
        version,
        day: settings.calendar.date(at),
        area: request.area,
        category: record.category.clone(),
        above: above(settings, &record.category),
        facts,
    };
    let mut raised = Facts::default();
    raised.counted.add_tally(Tally::Raised);
    let mut found = vec![fact(0, record.raised_at, raised)];
    let mut ended = Facts::default();
    let is_done = match request.stage {
        Stage::Closed { ending, .. } => {
            ended.counted.add_tally(Tally::Closed);
            if let Ending::Confirmed { rating } = ending {
                ended.add_answer(true, Some(rating));
            }
            matches!(ending, Ending::Confirmed { .. } | Ending::Unrated)
        }
        Stage::Resolved { .. } => true,
        _ => false,
    };
    if let Some(due) = due.filter(|_| is_done) {
        ended.add(Measure::OnTime, request.since <= due);
    }
    if !ended.is_empty() {
        found.push(fact(record.version, request.since, ended));
    }
    found
}

/// The addresses of this part.
#[must_use]
pub(super) fn routes() -> Routes {
    pages::routes().and(api::routes())
}
