//! What is put on record for rows of a file: the requests as they stand now, and their stories.

use domain::id::{PersonId, RequestId};
use domain::requests::{Channel, Desk, Due, Ending, Handler, Request, Stage, Urgency};
use jiff::{SignedDuration, Timestamp};
use serde_json::{Value, json};

use super::life::Life;
use super::mapping::Fate;
use super::rows::Incoming;
use crate::app::Settings;
use crate::history::Entry;
use crate::requests::Record;
use crate::requests::rates;

/// When a suspended request of another system is looked at: its own day is not in the file.
const REVIEW_DAYS: i64 = 90;
/// What the story of a duplicate says whose original nobody can find.
const ORIGINAL_LOST: &str =
    "重复的诉求，原件不在导入的表里。 A duplicate; its original is not in the file.";

/// What the street adds to a row.
pub struct Given {
    pub id: RequestId,
    pub number: String,
    pub receipt: String,
    /// Who works in the grid of its place, if anybody does.
    pub worker: Option<PersonId>,
    /// The desk where it begins where nobody works in the grid.
    pub desk: Option<Desk>,
    /// The request that it was merged into, if it is on record.
    pub into: Option<RequestId>,
}

/// The record and its story, with its line for each version.
pub fn life(settings: &Settings, row: &Incoming, given: Given) -> Life {
    let by = row.unit.map_or(Handler::Desk(Desk::Community), Handler::Unit);
    let stage = stage(settings, row, &given, by);
    let category = settings.category(&row.category);
    let urgency = category.map(|category| settings.urgency_of(category, row.text.as_str()).0);
    let urgency = urgency.unwrap_or(Urgency::Ordinary);
    let mut request = Request::new(given.id, row.area, None, urgency, row.raised);
    request.stage = stage;
    if !matches!(stage, Stage::Raised | Stage::Escalated { .. }) {
        request.since = row.changed;
        request.responded_at = Some(row.changed);
    }
    request.due = due(settings, &request, row);
    let story = story(row, stage);
    let record = Record {
        request,
        number: given.number,
        place: row.place.clone(),
        category: row.category.clone(),
        text: row.text.as_str().to_owned(),
        asker_name: String::new(),
        asker_phone: String::new(),
        writer: None,
        receipt: given.receipt,
        photos: 0,
        raised_at: row.raised,
        channel: Channel::Import,
        supporters: 0,
        version: i64::try_from(story.len()).unwrap_or(i64::MAX),
    };
    let facts = rates::imported(settings, &record, row.due);
    Life { record, story, facts, joined: Vec::new() }
}

/// Where it stands. A file does not name our workers: what somebody has in hand is with whoever
/// works in its grid, and where nobody does, with the unit or the desk.
fn stage(settings: &Settings, row: &Incoming, given: &Given, by: Handler) -> Stage {
    let desk = given.desk.unwrap_or(Desk::Community);
    let closed = |ending, by| Stage::Closed { ending, by, desk: Desk::Community };
    match row.fate {
        Fate::Raised => given.desk.map_or(Stage::Raised, |desk| Stage::Escalated { desk }),
        Fate::Accepted => match given.worker {
            Some(worker) => Stage::Accepted { worker },
            None => Stage::Handling { by, desk: Desk::Community },
        },
        Fate::Escalated => Stage::Escalated { desk },
        Fate::Dispatched => match row.unit {
            Some(unit) => Stage::Dispatched { unit, desk: Desk::Community },
            None => Stage::Escalated { desk },
        },
        Fate::Handling => Stage::Handling { by, desk: Desk::Community },
        Fate::Resolved => Stage::Resolved { by, desk: Desk::Community },
        Fate::Suspended => {
            let review = row.changed + SignedDuration::from_hours(24 * REVIEW_DAYS);
            Stage::Suspended { desk: Desk::Community, review_on: settings.calendar.date(review) }
        }
        Fate::Confirmed(rating) => closed(Ending::Confirmed { rating }, Some(by)),
        Fate::Unrated => closed(Ending::Unrated, Some(by)),
        Fate::Rejected => closed(Ending::Rejected, None),
        Fate::Withdrawn => closed(Ending::Withdrawn, None),
        Fate::Merged => match given.into {
            Some(into) => closed(Ending::Merged { into }, None),
            // Its original is nowhere, so there is nothing that it could go on as.
            None => closed(Ending::Rejected, None),
        },
    }
}

/// Their own time, where the work is still to be done; else as our rules have it.
fn due(settings: &Settings, request: &Request, row: &Incoming) -> Option<Due> {
    let limits = settings.limits_for(request.area, &row.category, request.urgency);
    let ours = limits.due(request, request.since, &settings.calendar)?;
    let is_work = !matches!(request.stage, Stage::Resolved { .. } | Stage::Suspended { .. });
    Some(match row.due.filter(|_| is_work) {
        Some(at) => Due { term: None, from: at.min(request.since), at, provisional: false, ..ours },
        None => ours,
    })
}

fn story(row: &Incoming, stage: Stage) -> Vec<Entry> {
    let mut raised = json!({ "category": row.category, "photos": 0, "source": row.source });
    raised["type"] = row.kind.as_str().into();
    raised["status"] = row.status.as_str().into();
    let mut lines = vec![("raised", "asker", row.raised, raised)];
    let note = row.note.as_ref().map(domain::requests::Note::as_str);
    let mut add = |event: &'static str, mut facts: Value, at: Timestamp| {
        if let (Some(note), None) = (note, facts.get("note")) {
            facts["note"] = note.into();
        }
        lines.push((event, "import", at, facts));
    };
    match stage {
        Stage::Raised => {}
        Stage::Accepted { worker } => {
            add("accepted", json!({ "worker": worker.to_string() }), row.changed);
        }
        Stage::Escalated { desk } | Stage::Redo { desk } => {
            add("escalated", json!({ "to": desk.name() }), row.raised);
        }
        Stage::Dispatched { unit, .. } => {
            add("dispatched", json!({ "unit": unit.to_string() }), row.changed);
        }
        Stage::Handling { by, .. } => add(handled(by), who(by), row.changed),
        Stage::Resolved { by, .. } => add("resolved", who(by), row.changed),
        Stage::Suspended { review_on, .. } => {
            let facts = json!({ "review_on": review_on.to_string() });
            add("suspended", facts, row.changed);
        }
        Stage::Closed { ending, by, .. } => {
            if let Some(by) = by {
                add("resolved", who(by), row.changed);
            }
            match ending {
                Ending::Confirmed { rating } => {
                    add("confirmed", json!({ "rating": rating.level() }), row.changed);
                }
                Ending::Unrated => add("closed_elsewhere", json!({}), row.changed),
                Ending::Rejected if row.fate == Fate::Merged => {
                    add("rejected", json!({ "note": ORIGINAL_LOST }), row.changed);
                }
                Ending::Rejected => add("rejected", json!({}), row.changed),
                Ending::Merged { into } => {
                    add("merged", json!({ "into": into.to_string() }), row.changed);
                }
                Ending::Withdrawn => add("withdrawn", json!({}), row.changed),
            }
        }
    }
    let entry = |(version, (event, role, at, facts)): (i64, (&str, &str, _, Value))| Entry {
        version,
        at,
        actor: None,
        role: role.to_owned(),
        event: event.to_owned(),
        facts: facts.to_string(),
    };
    (1..).zip(lines).map(entry).collect()
}

fn handled(by: Handler) -> &'static str {
    match by {
        Handler::Unit(_) => "signed",
        Handler::Desk(_) | Handler::Worker(_) => "handling",
    }
}

fn who(by: Handler) -> Value {
    match by {
        Handler::Worker(worker) => json!({ "worker": worker.to_string() }),
        Handler::Unit(unit) => json!({ "unit": unit.to_string() }),
        Handler::Desk(desk) => json!({ "desk": desk.name() }),
    }
}
