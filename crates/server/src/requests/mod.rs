//! Requests over HTTP and in the database: 居民点单、网格员接单、党组织派单. The rules are in
//! [`domain::requests`].
//!
//! [`raise()`], [`execute`] and [`wake`] are the only ways in which a request changes; pages,
//! programs and the clockwork come through them.

mod act;
mod after;
mod api;
mod callbacks;
mod clock;
mod commands;
mod deadlines;
mod doors;
mod events;
mod export;
mod filters;
pub mod import;
mod lines;
mod list;
mod neighbours;
mod news;
mod pages;
mod photos;
mod raise;
pub mod rates;
pub mod rules;
mod search;
mod see;
mod store;
pub mod words;

pub use act::execute;
pub use clock::{sweep, wake};
pub use commands::{bad_text, command};
pub use deadlines::{Explained, explained, followers, recompute};
pub use doors::{
    NAME_LONGEST, PLACE_LONGEST, WRITTEN, keep_photos, may_add_photos, opened_by, read_new,
};
pub use list::{
    Count, Filter, LIMIT_MAX, Line, Lists, Pile, counts, list, meant, pile, stage_named,
    stages_named, total,
};
pub use neighbours::{Similar, Supporter, join, leave, similar, supporters};
pub use news::{SUBJECTS, tell_news};
pub(crate) use pages::by_community;
pub use photos::{PHOTOS_MAX, add as add_photos, belongs, show_work};
pub use raise::{New, NewAsker, adopt, follow, last_place, line, raise, raise_into};
pub use rules::{Category, Rules};
pub use search::{Chip, Wanted, begin_fill, fill};
pub use see::{PhotoRow, Seen, Told, may_see_photo, reveal, show, show_receipt};
pub use store::Changed;

use db::Tx;
use domain::area::Street;
use domain::id::PersonId;
use domain::requests::{Channel, Request};
use jiff::Timestamp;

use crate::error::Error;
use crate::web::Routes;

/// A request as it is on record: what the rules see, and what it says and shows.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Record {
    pub request: Request,
    /// What people call it: `FY-2026-00042`.
    pub number: String,
    /// Where exactly, in the asker's words: 3单元楼道.
    pub place: String,
    /// The code of its category.
    pub category: String,
    pub text: String,
    pub asker_name: String,
    /// Eleven digits, or nothing.
    pub asker_phone: String,
    /// Who wrote it down for the asker, where somebody did.
    pub writer: Option<PersonId>,
    /// With the end of the phone number it opens the request for somebody without an account.
    pub receipt: String,
    /// How many photos there are in all.
    pub photos: i64,
    pub raised_at: Timestamp,
    /// By which way it came.
    pub channel: Channel,
    /// How many neighbours joined it.
    pub supporters: i64,
    /// How often it has changed, from 1 on.
    pub version: i64,
}

/// The categories of the street in their order.
pub fn categories(tx: &mut Tx, street: Street) -> Result<Vec<Category>, Error> {
    store::categories(tx, street)
}

/// Adds a category at its place in the order, or gives the one of this code other particulars.
pub fn add_category(
    tx: &mut Tx,
    street: Street,
    position: i64,
    category: &Category,
) -> Result<(), Error> {
    store::add_category(tx, street, position, category)
}

/// The moment of the latest change of any request within `street`, in microseconds.
pub fn latest_change(tx: &mut Tx, street: Street) -> Result<i64, Error> {
    store::latest_change(tx, street)
}

/// The hashes of all photos of `street`, so that files without a request can be told from them.
pub fn photo_hashes(tx: &mut Tx, street: Street) -> Result<Vec<String>, Error> {
    store::photo_hashes(tx, street)
}

/// What changed after `since` (microseconds), at most a hundred.
pub fn changed_since(tx: &mut Tx, street: Street, since: i64) -> Result<Vec<Changed>, Error> {
    store::changed_since(tx, street, since)
}

/// The addresses of this slice.
#[must_use]
pub fn routes() -> Routes {
    pages::routes()
        .and(api::routes())
        .and(rates::routes())
        .and(neighbours::routes())
        .and(callbacks::routes())
        .and(filters::api::routes())
        .and(rules::routes())
        .and(export::api::routes())
}
