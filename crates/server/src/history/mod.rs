//! What happened to every thing, in order, and who brought it about.

mod store;

pub use store::{add, add_all, of};

use domain::id::PersonId;
use jiff::Timestamp;

/// One line of history.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Entry {
    /// The version that the thing has since then: one line for each, so two stories never mix.
    pub version: i64,
    pub at: Timestamp,
    /// The account that acted; nothing for a visitor with a receipt, or for the program itself.
    pub actor: Option<PersonId>,
    /// As what they acted, by a name that outlives the code: `asker`, `grid_worker`, `system`, …
    pub role: String,
    /// What happened, by a name that outlives the code.
    pub event: String,
    /// The particulars, as JSON.
    pub facts: String,
}
