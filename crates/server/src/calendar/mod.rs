//! The working calendar of a street: days off, weekend days that are worked, closures, as data.

mod api;
mod change;
mod notice;
mod pages;
mod store;
pub mod words;

pub use change::{
    Change, Over, Plan, Standing, add_closure, plan, remove_closure, standing, take_in, taken,
};
pub use notice::{Fault, Notice, read};
pub use store::{add_day, date, known_through, load, number};

use db::Tx;
use domain::area::Street;
use domain::calendar::{Calendar, DayKind};
use domain::id::PersonId;
use jiff::Timestamp;
use jiff::civil::Date;

use crate::app::Settings;
use crate::error::Error;
use crate::web::Routes;

/// A day of a notice.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Named {
    pub kind: DayKind,
    /// The name of its holiday.
    pub name: String,
}

/// Days on which the office is closed, both ends included.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Closure {
    pub id: i64,
    pub first: Date,
    pub last: Date,
    pub reason: String,
    /// Who put it there, and when.
    pub person: Option<PersonId>,
    pub at: Timestamp,
}

/// A notice that was taken in.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Taken {
    /// The version that the calendar has since.
    pub version: i64,
    pub year: i16,
    /// How many days it names, and how many of them became other than they were.
    pub days: i64,
    pub changed: i64,
    pub person: Option<PersonId>,
    pub at: Timestamp,
}

/// What follows from another calendar for those who count in it. They stand above this slice, so
/// the caller hands them down.
#[derive(Clone, Copy)]
pub struct Followers {
    /// How many running deadlines would move.
    pub count: fn(&mut Tx, &Settings, &Calendar, Timestamp) -> Result<usize, Error>,
    /// Moves them, or the first of them, and sees to it that the others follow.
    pub follow: fn(&mut Tx, &Settings, &Calendar, Timestamp) -> Result<Followed, Error>,
}

/// What has followed so far.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Followed {
    /// How many deadlines were moved.
    pub moved: usize,
    /// Others are still to be looked at, by the clockwork.
    pub goes_on: bool,
}

/// The calendar as it is on record now, for whoever must not rely on what a process remembers.
pub fn anew(tx: &mut Tx, street: Street, known: &Calendar) -> Result<Calendar, Error> {
    store::in_zone(tx, street, known.zone.clone())
}

/// The addresses of this slice.
#[must_use]
pub fn routes(followers: Followers) -> Routes {
    api::routes(followers).and(pages::routes(followers))
}
