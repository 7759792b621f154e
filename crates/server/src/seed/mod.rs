//! A street to begin with: the lists that every street starts from, and a believable one to look
//! at.
//!
//! The rows are the files of `seed/` at the head of the project, embedded in the program.

mod demo;
mod journey;
mod password;
mod people;
mod picture;
mod rows;
mod store;
mod story;

pub use demo::{demo, landing_page};
pub use people::{DemoPeople, DemoPerson};
pub use store::{OURS, clear, foreign_tables};

use db::Tx;
use domain::area::Street;
use jiff::Timestamp;

use crate::error::Error;
use crate::requests::{self, Category};
use crate::{calendar, grid};

/// The telephone number on every page until the street sets its own: the national one for
/// citizens' concerns.
const HOTLINE: &str = "12345";

/// What every street starts with: that it is served, its categories, and the working calendar as
/// far as it is known. May be done again: then it brings newer lists.
pub fn street_defaults(tx: &mut Tx, street: Street, at: Timestamp) -> Result<(), Error> {
    let calendar = rows::calendar();
    grid::add_street(tx, street, &calendar.zone, HOTLINE, at)?;
    for (position, row) in (1..).zip(rows::categories()) {
        requests::add_category(tx, street, position, &Category::from(row))?;
    }
    for day in rows::days() {
        calendar::add_day(tx, street, day.date, &day.kind, &day.name)?;
    }
    calendar::known_through(tx, street, calendar.known_through)
}
