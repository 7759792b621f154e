//! Attempts: how often somebody may try a phone or a receipt before they must wait.
//!
//! A try is counted and committed *before* it is judged. Otherwise twenty tries at once would all
//! be judged before the first of them counts.

mod store;

pub use store::{clear, sweep};

use db::Tx;
use domain::area::Street;
use jiff::{SignedDuration, Timestamp};

use crate::error::Error;

/// How many tries are judged within [`WINDOW`] (source: issue, identity).
pub const TRIES: i64 = 5;
/// Within what time tries count together, and how long the wait is after the last of them.
pub const WINDOW: SignedDuration = SignedDuration::from_mins(15);

/// Counts one try of `subject` (`phone:…`, `receipt:…`, whether there is such a thing or not).
/// After [`TRIES`] it is an [`Error::TooMany`]. The caller commits before it judges the try, and
/// calls [`clear`] when the try was right.
pub fn count(tx: &mut Tx, street: Street, subject: &str, now: Timestamp) -> Result<(), Error> {
    let counted = store::count(tx, street, subject, now)?;
    if counted.tries <= TRIES {
        return Ok(());
    }
    let left = (counted.since + WINDOW).duration_since(now).as_secs();
    Err(Error::TooMany { seconds: u64::try_from(left).unwrap_or_default().max(1) })
}

/// So many tries of a subject, and since when they count together.
struct Counted {
    tries: i64,
    since: Timestamp,
}
