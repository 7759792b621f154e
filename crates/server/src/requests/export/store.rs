//! What an export reads, and that it was made.

use db::{Param, Row as Read, Tx, params};
use domain::area::{AreaCode, Street};
use domain::id::{ExportId, PersonId, UnitId};
use domain::requests::{Channel, Urgency};
use jiff::Timestamp;

use super::Row;
use crate::error::Error;
use crate::requests::stage_named;

/// How many ids one statement takes.
pub(super) const IDS: usize = 200;

/// The requests of at most two hundred ids, the newest first.
pub(super) fn rows(tx: &mut Tx, street: Street, ids: &[i64]) -> Result<Vec<Row>, Error> {
    let mut values = vec![Param::from(street.number())];
    values.extend((0..IDS).map(|at| Param::from(ids.get(at).copied().unwrap_or_default())));
    let rows = tx.rows(
        "SELECT number, area, place, category, urgency, text, asker, asker_name, asker_phone, \
             channel, raised_at, stage, ending, rating, worker, unit, due_at, photos \
         FROM requests WHERE street = $1 AND id IN \
             ($2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18, \
             $19, $20, $21, $22, $23, $24, $25, $26, $27, $28, $29, $30, $31, $32, $33, $34, \
             $35, $36, $37, $38, $39, $40, $41, $42, $43, $44, $45, $46, $47, $48, $49, $50, \
             $51, $52, $53, $54, $55, $56, $57, $58, $59, $60, $61, $62, $63, $64, $65, $66, \
             $67, $68, $69, $70, $71, $72, $73, $74, $75, $76, $77, $78, $79, $80, $81, $82, \
             $83, $84, $85, $86, $87, $88, $89, $90, $91, $92, $93, $94, $95, $96, $97, $98, \
             $99, $100, $101, $102, $103, $104, $105, $106, $107, $108, $109, $110, $111, \
             $112, $113, $114, $115, $116, $117, $118, $119, $120, $121, $122, $123, $124, \
             $125, $126, $127, $128, $129, $130, $131, $132, $133, $134, $135, $136, $137, \
             $138, $139, $140, $141, $142, $143, $144, $145, $146, $147, $148, $149, $150, \
             $151, $152, $153, $154, $155, $156, $157, $158, $159, $160, $161, $162, $163, \
             $164, $165, $166, $167, $168, $169, $170, $171, $172, $173, $174, $175, $176, \
             $177, $178, $179, $180, $181, $182, $183, $184, $185, $186, $187, $188, $189, \
             $190, $191, $192, $193, $194, $195, $196, $197, $198, $199, $200, $201) \
         ORDER BY id DESC",
        &values,
    )?;
    rows.iter().map(row).collect()
}

fn row(row: &Read) -> Result<Row, Error> {
    let moment = |at| Timestamp::from_microsecond(at).ok();
    Ok(Row {
        number: row.get("number")?,
        area: row.parse("area", AreaCode::new)?,
        place: row.get("place")?,
        category: row.get("category")?,
        urgency: row.parse("urgency", |name: &str| Urgency::named(name))?,
        text: row.get("text")?,
        asker: row.get::<Option<i64>>("asker")?.map(PersonId),
        asker_name: row.get("asker_name")?,
        asker_phone: row.get("asker_phone")?,
        channel: row.parse("channel", |name: &str| Channel::named(name))?,
        raised_at: row.parse("raised_at", moment)?,
        stage: row.parse("stage", |name: &str| stage_named(name))?,
        ending: row.get("ending")?,
        rating: row.get("rating")?,
        worker: row.get::<Option<i64>>("worker")?.map(PersonId),
        unit: row.get::<Option<i64>>("unit")?.map(UnitId),
        due_at: row.get::<Option<i64>>("due_at")?.and_then(moment),
        photos: row.get("photos")?,
    })
}

/// Writes down who took which list, when, in which form, and how many requests it had.
pub(super) fn remember(
    tx: &mut Tx,
    street: Street,
    (id, person): (ExportId, PersonId),
    at: Timestamp,
    (kind, query): (&str, &str),
    lines: i64,
) -> Result<(), Error> {
    tx.execute(
        "INSERT INTO request_exports (street, id, person, at, kind, query, lines)
         VALUES ($1, $2, $3, $4, $5, $6, $7)",
        params![street.number(), id.0, person.0, at.as_microsecond(), kind, query, lines],
    )?;
    Ok(())
}
