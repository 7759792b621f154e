//! What the database says of itself as a whole.

use db::{Tx, params};

use crate::error::Error;

/// The migrations that were applied, in order.
pub(super) fn applied(tx: &mut Tx) -> Result<Vec<String>, Error> {
    let rows = tx.rows("SELECT name FROM migrations ORDER BY name", params![])?;
    rows.iter().map(|row| Ok(row.get("name")?)).collect()
}
