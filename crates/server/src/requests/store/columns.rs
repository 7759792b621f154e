//! What a request is in its columns, and back.

use db::Row;
use domain::area::AreaCode;
use domain::calendar::Term;
use domain::id::{PersonId, RequestId, UnitId};
use domain::requests::{
    Channel, Desk, Due, Ending, Extension, Handler, Limit, Question, Rating, Request, Rung, Stage,
    Urgency,
};
use jiff::Timestamp;

use crate::calendar;
use crate::error::Error;
use crate::requests::Record;

pub(in crate::requests) fn micros(at: Timestamp) -> i64 {
    at.as_microsecond()
}

/// The columns of a clock; all empty where none runs.
#[derive(Default)]
pub(in crate::requests) struct Clock {
    pub(in crate::requests) at: Option<i64>,
    pub(in crate::requests) limit: Option<&'static str>,
    pub(in crate::requests) term: Option<String>,
    pub(in crate::requests) from: Option<i64>,
    pub(in crate::requests) known: Option<i64>,
}

impl Clock {
    pub(in crate::requests) fn of(due: Option<Due>) -> Self {
        due.map_or_else(Self::default, |due| Self {
            at: Some(micros(due.at)),
            limit: Some(due.limit.name()),
            term: due.term.map(|term| term.to_string()),
            from: Some(micros(due.from)),
            known: Some(i64::from(!due.provisional)),
        })
    }
}

/// The columns that some stages fill and others leave empty.
#[derive(Default)]
pub(in crate::requests) struct StageColumns {
    pub(in crate::requests) handler: Option<&'static str>,
    pub(in crate::requests) worker: Option<i64>,
    pub(in crate::requests) unit: Option<i64>,
    pub(in crate::requests) ending: Option<&'static str>,
    pub(in crate::requests) rating: Option<i64>,
    pub(in crate::requests) merged_into: Option<i64>,
    pub(in crate::requests) review_on: Option<i64>,
}

impl StageColumns {
    pub(in crate::requests) fn of(stage: Stage) -> Self {
        match stage {
            Stage::Raised | Stage::Escalated { .. } | Stage::Redo { .. } => Self::default(),
            Stage::Accepted { worker } => Self::by(Handler::Worker(worker)),
            Stage::Dispatched { unit, .. } => Self::by(Handler::Unit(unit)),
            Stage::Handling { by, .. } | Stage::Resolved { by, .. } => Self::by(by),
            Stage::Suspended { review_on, .. } => {
                Self { review_on: Some(calendar::number(review_on)), ..Self::default() }
            }
            Stage::Closed { ending, by, .. } => {
                let base = by.map_or_else(Self::default, Self::by);
                let (rating, merged_into) = match ending {
                    Ending::Confirmed { rating } => (Some(i64::from(rating.level())), None),
                    Ending::Merged { into } => (None, Some(into.0)),
                    Ending::Unrated | Ending::Rejected | Ending::Withdrawn => (None, None),
                };
                Self { ending: Some(ending.name()), rating, merged_into, ..base }
            }
        }
    }

    fn by(handler: Handler) -> Self {
        let base = Self { handler: Some(handler.name()), ..Self::default() };
        match handler {
            Handler::Worker(worker) => Self { worker: Some(worker.0), ..base },
            Handler::Unit(unit) => Self { unit: Some(unit.0), ..base },
            Handler::Desk(_) => base,
        }
    }
}

pub(in crate::requests) fn extension_columns(extension: Extension) -> (&'static str, i64) {
    match extension {
        Extension::None => ("none", 0),
        Extension::Asked { days } => ("asked", days.into()),
        Extension::Granted => ("granted", 0),
        Extension::Declined => ("declined", 0),
    }
}

pub(in crate::requests) fn record(row: &Row) -> Result<Record, Error> {
    let question = match row.get::<Option<i64>>("question_at")? {
        None => None,
        Some(at) => {
            let asked_at = Timestamp::from_microsecond(at).map_err(|_| corrupt("question_at"))?;
            let names = ["paused_at", "paused_limit", "paused_term", "paused_from", "paused_known"];
            let clock = clock(row, names)?.ok_or_else(|| corrupt("paused_at"))?;
            Some(Question { asked_at, clock })
        }
    };
    let request = Request {
        id: RequestId(row.get("id")?),
        area: row.parse("area", AreaCode::new)?,
        asker: row.get::<Option<i64>>("asker")?.map(PersonId),
        urgency: row.parse("urgency", |name: String| Urgency::named(&name))?,
        stage: stage(row)?,
        since: moment(row, "since")?,
        due: clock(row, ["due_at", "due_limit", "due_term", "due_from", "due_known"])?,
        question,
        returns: row.parse("returns", |count: i64| count.try_into().ok())?,
        extension: extension(row)?,
        reopened: row.get::<i64>("reopened")? == 1,
        rung: row.parse("rung", |name: &str| Rung::named(name))?,
        ordered_at: moment_if_any(row, "ordered_at")?,
        responded_at: moment_if_any(row, "responded_at")?,
        redone: row.parse("redone", |count: i64| count.try_into().ok())?,
        reminders: row.parse("reminders", |count: i64| count.try_into().ok())?,
        reminded_on: row.get::<Option<i64>>("reminded_on")?.and_then(calendar::date),
        calls: row.parse("calls", |count: i64| count.try_into().ok())?,
        called: row.get::<i64>("called")? == 1,
    };
    Ok(Record {
        request,
        number: row.get("number")?,
        place: row.get("place")?,
        category: row.get("category")?,
        text: row.get("text")?,
        asker_name: row.get("asker_name")?,
        asker_phone: row.get("asker_phone")?,
        writer: row.get::<Option<i64>>("writer")?.map(PersonId),
        receipt: row.get("receipt")?,
        photos: row.get("photos")?,
        raised_at: moment(row, "raised_at")?,
        channel: row.parse("channel", |name: &str| Channel::named(name))?,
        supporters: row.get("supporters")?,
        version: row.get("version")?,
    })
}

fn stage(row: &Row) -> Result<Stage, Error> {
    let desk = row.parse("desk", |name: String| Desk::named(&name))?;
    let worker = || row.get("worker").map(PersonId);
    let unit = || row.get("unit").map(UnitId);
    let handler = || -> Result<Option<Handler>, Error> {
        Ok(match row.get::<Option<String>>("handler")?.as_deref() {
            Some("worker") => Some(Handler::Worker(worker()?)),
            Some("unit") => Some(Handler::Unit(unit()?)),
            Some("desk") => Some(Handler::Desk(desk)),
            _ => None,
        })
    };
    let by = || handler()?.ok_or_else(|| corrupt("handler"));
    let name: String = row.get("stage")?;
    Ok(match name.as_str() {
        "raised" => Stage::Raised,
        "accepted" => Stage::Accepted { worker: worker()? },
        "escalated" => Stage::Escalated { desk },
        "dispatched" => Stage::Dispatched { unit: unit()?, desk },
        "handling" => Stage::Handling { by: by()?, desk },
        "resolved" => Stage::Resolved { by: by()?, desk },
        "redo" => Stage::Redo { desk },
        "suspended" => {
            Stage::Suspended { desk, review_on: row.parse("review_on", calendar::date)? }
        }
        "closed" => Stage::Closed { ending: ending(row)?, by: handler()?, desk },
        _ => return Err(corrupt("stage")),
    })
}

fn ending(row: &Row) -> Result<Ending, Error> {
    let name: String = row.get("ending")?;
    Ok(match name.as_str() {
        "confirmed" => {
            let rating = row.parse("rating", |level: i64| Rating::new(level.try_into().ok()?))?;
            Ending::Confirmed { rating }
        }
        "unrated" => Ending::Unrated,
        "rejected" => Ending::Rejected,
        "merged" => Ending::Merged { into: RequestId(row.get("merged_into")?) },
        "withdrawn" => Ending::Withdrawn,
        _ => return Err(corrupt("ending")),
    })
}

fn extension(row: &Row) -> Result<Extension, Error> {
    let name: String = row.get("extension")?;
    Ok(match name.as_str() {
        "none" => Extension::None,
        "asked" => Extension::Asked {
            days: row.parse("extension_days", |days: i64| days.try_into().ok())?,
        },
        "granted" => Extension::Granted,
        "declined" => Extension::Declined,
        _ => return Err(corrupt("extension")),
    })
}

/// The clock of these columns, if one runs.
pub(in crate::requests) fn clock(
    row: &Row,
    [at, limit, term, from, known]: [&str; 5],
) -> Result<Option<Due>, Error> {
    if row.get::<Option<i64>>(at)?.is_none() {
        return Ok(None);
    }
    let term = match row.get::<Option<String>>(term)? {
        None => None,
        Some(text) => Some(text.parse::<Term>().map_err(|_| corrupt(term))?),
    };
    Ok(Some(Due {
        limit: row.parse(limit, |name: String| Limit::named(&name))?,
        term,
        from: moment(row, from)?,
        at: moment(row, at)?,
        provisional: row.get::<i64>(known)? == 0,
    }))
}

fn moment(row: &Row, name: &str) -> Result<Timestamp, Error> {
    Ok(row.parse(name, |at| Timestamp::from_microsecond(at).ok())?)
}

fn moment_if_any(row: &Row, name: &str) -> Result<Option<Timestamp>, Error> {
    let at = row.get::<Option<i64>>(name)?;
    at.map(|at| Timestamp::from_microsecond(at).map_err(|_| corrupt(name))).transpose()
}

fn corrupt(column: &str) -> Error {
    db::Error::Corrupt(format!("{column} of a request makes no sense")).into()
}
