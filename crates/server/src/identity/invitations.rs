//! One-time links: the first administrator's, and those that let a person choose a new password.
//! The records keep a digest of each, as they do of sessions.

mod store;

pub use store::sweep;

use db::Tx;
use domain::area::Street;
use domain::id::PersonId;
use jiff::{SignedDuration, Timestamp};

use crate::error::Error;

/// How long a link can be used (source: issue, identity).
pub const HOURS: i64 = 24;

/// For what a link is: to set up the installation, which has no street yet, or for one person.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Purpose {
    SetUp,
    Password(Street, PersonId),
}

/// Puts a link on record, and takes away those that were made for the same purpose before.
pub fn make(tx: &mut Tx, purpose: Purpose, digest: &str, now: Timestamp) -> Result<(), Error> {
    store::void(tx, purpose, now)?;
    store::add(tx, purpose, digest, (now, now + SignedDuration::from_hours(HOURS)))
}

/// Whether the link to set up can be used.
pub fn is_set_up(tx: &mut Tx, digest: &str, now: Timestamp) -> Result<bool, Error> {
    Ok(store::find(tx, None, digest, now)?.is_some())
}

/// Whose password a link changes, if it can be used.
pub fn owner(
    tx: &mut Tx,
    street: Street,
    digest: &str,
    now: Timestamp,
) -> Result<Option<PersonId>, Error> {
    Ok(store::find(tx, Some(street), digest, now)?.and_then(|usable| usable.person))
}

/// Uses a link up. Of two who try at once, one is told `false`.
pub fn use_up(
    tx: &mut Tx,
    street: Option<Street>,
    digest: &str,
    now: Timestamp,
) -> Result<bool, Error> {
    store::use_up(tx, street, digest, now)
}

/// A link on record that can be used.
struct Usable {
    /// Whose password it changes; nobody's, where it is there to set up.
    person: Option<PersonId>,
}
