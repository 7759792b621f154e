//! What every change of a request brings with it, in the same transaction: its next timer, the
//! words that it is found by, what it counts for, and news for whom it concerns.

use db::Tx;
use domain::requests::Event;

use super::{Record, clock, neighbours, rates, search};
use crate::app::Settings;
use crate::error::Error;
use crate::queue;
use crate::receipts::Deed;

/// A request that has just changed.
pub(super) struct Change<'a> {
    pub settings: &'a Settings,
    pub deed: &'a Deed,
    /// As it was; nothing when it was just raised.
    pub before: Option<&'a Record>,
    /// What happened; nothing when it was just raised.
    pub event: Option<&'a Event>,
    /// As it is now, with its new version.
    pub after: &'a Record,
}

/// Draws the consequences that do not belong to the change itself.
pub(super) fn after(tx: &mut Tx, change: &Change<'_>) -> Result<(), Error> {
    quietly(tx, change)?;
    let Change { deed, after, .. } = change;
    let news = (queue::Kind::News, after.request.id.0);
    queue::put(tx, deed.street, news, after.version, deed.at)
}

/// The same without news, for what is over before anybody could act on it.
pub(super) fn quietly(tx: &mut Tx, change: &Change<'_>) -> Result<(), Error> {
    let Change { settings, before, after, .. } = change;
    clock::set(tx, settings, after)?;
    rates::note(tx, change)?;
    neighbours::follow(tx, change)?;
    search::index(tx, settings, *before, after)
}

/// The same for requests that come from elsewhere with all that happened to them, as they are now:
/// nobody is told of what is long past.
pub(super) fn bulk(tx: &mut Tx, settings: &Settings, records: &[&Record]) -> Result<(), Error> {
    for record in records.iter().filter(|record| !record.request.stage.is_closed()) {
        clock::set(tx, settings, record)?;
    }
    search::index_all(tx, settings, records)
}
