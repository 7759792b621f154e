//! The running clocks of requests in the database.

use db::{Row, Tx, params};
use domain::area::Street;
use domain::id::RequestId;
use domain::requests::Due;
use jiff::Timestamp;

use crate::error::Error;
use crate::requests::store::clock;

/// An open request by its clocks.
pub(super) struct Running {
    pub id: RequestId,
    pub due: Due,
    /// The clock that stands still while a question waits.
    pub paused: Option<Due>,
}

/// The open requests with a clock that ends at `since` or later.
pub(super) fn running(
    tx: &mut Tx,
    street: Street,
    since: Timestamp,
) -> Result<Vec<Running>, Error> {
    let since = since.as_microsecond();
    let mut rows = tx.rows(
        "SELECT id, due_at, due_limit, due_term, due_from, due_known, paused_at, paused_limit,
             paused_term, paused_from, paused_known
         FROM requests WHERE street = $1 AND due_at >= $2",
        params![street.number(), since],
    )?;
    rows.extend(tx.rows(
        "SELECT id, due_at, due_limit, due_term, due_from, due_known, paused_at, paused_limit,
             paused_term, paused_from, paused_known
         FROM requests WHERE street = $1 AND due_at < $2 AND paused_at >= $2",
        params![street.number(), since],
    )?);
    let mut found: Vec<Running> =
        rows.iter().filter_map(|row| read(row).transpose()).collect::<Result<_, _>>()?;
    found.sort_unstable_by_key(|running| running.id);
    Ok(found)
}

fn read(row: &Row) -> Result<Option<Running>, Error> {
    let due = clock(row, ["due_at", "due_limit", "due_term", "due_from", "due_known"])?;
    let names = ["paused_at", "paused_limit", "paused_term", "paused_from", "paused_known"];
    let paused = clock(row, names)?;
    let id = RequestId(row.get("id")?);
    Ok(due.map(|due| Running { id, due, paused }))
}
