//! Receipts in the database.

use db::{Tx, params};
use domain::actor::Caller;

use super::{Deed, Receipt};
use crate::error::Error;

/// What was done under the key of `deed`: its digest, and what it came to.
pub(super) fn find(tx: &mut Tx, deed: &Deed) -> Result<Option<(String, Receipt)>, Error> {
    let row = tx.row(
        "SELECT digest, subject, version, answer FROM receipts
         WHERE street = $1 AND caller = $2 AND key = $3",
        params![deed.street.number(), caller(deed), deed.key.as_str()],
    )?;
    let Some(row) = row else { return Ok(None) };
    let receipt = Receipt {
        subject: row.get("subject")?,
        version: row.get("version")?,
        answer: row.get("answer")?,
        replayed: true,
    };
    Ok(Some((row.get("digest")?, receipt)))
}

pub(super) fn add(tx: &mut Tx, deed: &Deed, receipt: &Receipt) -> Result<(), Error> {
    tx.execute(
        "INSERT INTO receipts (street, caller, key, digest, at, subject, version, answer)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8)",
        params![
            deed.street.number(),
            caller(deed),
            deed.key.as_str(),
            &deed.digest,
            deed.at.as_microsecond(),
            receipt.subject,
            receipt.version,
            &receipt.answer,
        ],
    )?;
    Ok(())
}

/// A person by their id, a receipt holder by the request with its sign turned; nought for visitors
/// and for the program, whose keys are long and random.
fn caller(deed: &Deed) -> i64 {
    match deed.caller {
        Caller::Person(person) => person.0,
        Caller::Pass(request) => -request.0,
        Caller::Nobody | Caller::System => 0,
    }
}
