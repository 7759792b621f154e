//! Many requests at once, and what is on record of another system.

use std::collections::{HashMap, HashSet};

use db::{Tx, params};
use domain::area::Street;
use domain::id::RequestId;

use super::life::Life;
use crate::calendar;
use crate::error::Error;
use crate::requests::store::columns::{Clock, StageColumns, extension_columns, micros};

/// What is on record of a row.
pub(super) struct Kept {
    pub stage: String,
    /// Empty where it is not over.
    pub ending: String,
    pub category: String,
    /// Microseconds since 1970.
    pub raised_at: i64,
}

/// Adds requests as they stand now. No question of theirs waits, and no photo is theirs.
pub(super) fn add_all(tx: &mut Tx, street: Street, lives: &[Life]) -> Result<(), Error> {
    const COLUMNS: usize = 45;
    let requests = lives.iter().map(|life| &life.record.request);
    let parts: Vec<_> =
        requests.map(|request| (StageColumns::of(request.stage), Clock::of(request.due))).collect();
    let mut cells = Vec::with_capacity(lives.len() * COLUMNS);
    for (Life { record, story, .. }, (stage, due)) in lives.iter().zip(&parts) {
        let request = &record.request;
        let (extension, days) = extension_columns(request.extension);
        let changed = story.last().map_or(record.raised_at, |entry| entry.at);
        cells.extend_from_slice(params![
            street.number(),
            request.id.0,
            &record.number,
            request.area.code(),
            &record.place,
            &record.category,
            request.urgency.name(),
            &record.text,
            request.asker.map(|person| person.0),
            &record.asker_name,
            &record.asker_phone,
            record.writer.map(|person| person.0),
            &record.receipt,
            micros(record.raised_at),
            request.stage.name(),
            micros(request.since),
            request.desk().name(),
            stage.handler,
            stage.worker,
            stage.unit,
            stage.ending,
            stage.rating,
            stage.merged_into,
            stage.review_on,
            due.at,
            due.limit,
            due.term.as_deref(),
            due.from,
            due.known,
            i64::from(request.returns),
            extension,
            days,
            i64::from(request.reopened),
            micros(changed),
            request.rung.name(),
            request.ordered_at.map(micros),
            request.responded_at.map(micros),
            i64::from(request.redone),
            i64::from(request.reminders),
            request.reminded_on.map(calendar::number),
            i64::from(request.calls),
            i64::from(request.called),
            record.channel.name(),
            record.supporters,
            record.version,
        ]);
    }
    tx.insert_rows(
        "INSERT INTO requests (street, id, number, area, place, category, urgency, text, asker,
             asker_name, asker_phone, writer, receipt, raised_at, stage, since, desk, handler,
             worker, unit, ending, rating, merged_into, review_on, due_at, due_limit, due_term,
             due_from, due_known, returns, extension, extension_days, reopened, changed_at, rung,
             ordered_at, responded_at, redone, reminders, reminded_on, calls, called, channel,
             supporters, version)",
        COLUMNS,
        &cells,
    )?;
    Ok(())
}

/// Writes down what another system calls requests.
pub(super) fn add_sources<'a>(
    tx: &mut Tx,
    street: Street,
    sources: impl IntoIterator<Item = (&'a str, RequestId)>,
) -> Result<(), Error> {
    let mut cells = Vec::new();
    for (source, id) in sources {
        cells.extend_from_slice(params![street.number(), source, id.0]);
    }
    tx.insert_rows("INSERT INTO request_sources (street, source, request)", 3, &cells)?;
    Ok(())
}

/// Everything that is on record of a system, by its sources.
pub(super) fn sources(
    tx: &mut Tx,
    street: Street,
    system: &str,
) -> Result<HashMap<String, RequestId>, Error> {
    let rows = tx.rows(
        "SELECT source, request FROM request_sources
         WHERE street = $1 AND SUBSTR(source, 1, LENGTH($2)) = $2",
        params![street.number(), &format!("{system}/")],
    )?;
    rows.iter().map(|row| Ok((row.get("source")?, RequestId(row.get("request")?)))).collect()
}

/// How the requests of a system stand, by their sources.
pub(super) fn kept(
    tx: &mut Tx,
    street: Street,
    system: &str,
) -> Result<HashMap<String, Kept>, Error> {
    let rows = tx.rows(
        "SELECT s.source, r.stage, COALESCE(r.ending, '') AS ending, r.category, r.raised_at
         FROM request_sources s JOIN requests r ON r.street = s.street AND r.id = s.request
         WHERE s.street = $1 AND r.street = $1 AND SUBSTR(s.source, 1, LENGTH($2)) = $2",
        params![street.number(), &format!("{system}/")],
    )?;
    rows.iter()
        .map(|row| {
            let kept = Kept {
                stage: row.get("stage")?,
                ending: row.get("ending")?,
                category: row.get("category")?,
                raised_at: row.get("raised_at")?,
            };
            Ok((row.get("source")?, kept))
        })
        .collect()
}

/// How many requests a node has given ids to, and the tick of the last.
pub fn made_by(tx: &mut Tx, street: Street, node: i64) -> Result<(u64, i64), Error> {
    let row = tx.row(
        "SELECT COUNT(*) AS n, MAX(id) AS last FROM requests
         WHERE street = $1 AND (id / 2048) % 1024 = $2",
        params![street.number(), node],
    )?;
    let Some(row) = row else { return Ok((0, 0)) };
    let last = row.get::<Option<i64>>("last")?.unwrap_or_default();
    // The tick of an id: its milliseconds and its sequence, without the node between them.
    let tick = (last >> 21) << 11 | (last & 2047);
    Ok((u64::try_from(row.get::<i64>("n")?).unwrap_or_default(), tick))
}

/// The ids that a node has given to requests.
pub(super) fn ids_of(tx: &mut Tx, street: Street, node: i64) -> Result<HashSet<i64>, Error> {
    let rows = tx.rows(
        "SELECT id FROM requests WHERE street = $1 AND (id / 2048) % 1024 = $2",
        params![street.number(), node],
    )?;
    rows.iter().map(|row| Ok(row.get("id")?)).collect()
}
