//! What news need to know of requests, many at once in one statement.

use db::{Param, Row, Tx};
use domain::area::{AreaCode, Street};
use domain::id::{PersonId, RequestId, UnitId};
use domain::requests::{Desk, Ending, Handler, Request, Stage, Urgency};
use jiff::Timestamp;

use crate::error::Error;

/// So many at most.
pub const MOST: usize = 50;

/// As much of a request as says who may see it, and what it is called.
pub struct Glimpse {
    pub request: Request,
    pub number: String,
    pub category: String,
}

/// These requests, in no order; of more than [`MOST`] the first.
pub fn glimpses(tx: &mut Tx, street: Street, ids: &[RequestId]) -> Result<Vec<Glimpse>, Error> {
    let mut values = vec![Param::from(street.number())];
    values.extend(ids.iter().take(MOST).map(|id| Param::from(id.0)));
    // No id is nought.
    values.resize(MOST + 1, Param::from(0));
    let rows = tx.rows(
        "SELECT id, number, area, category, urgency, asker, stage, unit FROM requests
         WHERE street = $1 AND id IN ($2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14,
             $15, $16, $17, $18, $19, $20, $21, $22, $23, $24, $25, $26, $27, $28, $29, $30, $31,
             $32, $33, $34, $35, $36, $37, $38, $39, $40, $41, $42, $43, $44, $45, $46, $47, $48,
             $49, $50, $51)",
        &values,
    )?;
    rows.iter().map(glimpse).collect()
}

fn glimpse(row: &Row) -> Result<Glimpse, Error> {
    let urgency: Urgency = row.parse("urgency", |name: &str| Urgency::named(name))?;
    let asker = row.get::<Option<i64>>("asker")?.map(PersonId);
    let area: AreaCode = row.parse("area", AreaCode::new)?;
    let id = RequestId(row.get("id")?);
    let mut request = Request::new(id, area, asker, urgency, Timestamp::UNIX_EPOCH);
    let by = row.get::<Option<i64>>("unit")?.map(|unit| Handler::Unit(UnitId(unit)));
    // Which unit has it, and whether it is over: that is all that sight asks of a stage.
    let (ending, desk) = (Ending::Unrated, Desk::Community);
    request.stage = match (row.get::<&str>("stage")?, by) {
        ("closed", by) => Stage::Closed { ending, by, desk },
        (_, Some(by)) => Stage::Handling { by, desk },
        _ => Stage::Raised,
    };
    Ok(Glimpse { request, number: row.get("number")?, category: row.get("category")? })
}
