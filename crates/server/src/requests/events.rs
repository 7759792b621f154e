//! Events as history keeps them.

use domain::requests::{Desk, Event, Handler, Note, Rating, Rung, Said, Stage};
use serde_json::{Value, json};

/// An event as history keeps it. These names outlive the code: a Rust name may change, these stay.
pub(super) fn in_words(event: &Event) -> (&'static str, Value) {
    let optional = |note: &Option<Note>| {
        note.as_ref().map_or_else(|| json!({}), |note| json!({ "note": note.as_str() }))
    };
    match event {
        Event::Accepted { worker } => ("accepted", json!({ "worker": worker.to_string() })),
        Event::Resolved { by, note } => {
            let mut facts = handler(*by);
            facts["note"] = note.as_str().into();
            ("resolved", facts)
        }
        Event::Escalated { to, note } => {
            ("escalated", json!({ "to": to.name(), "note": note.as_str() }))
        }
        Event::Rejected { reason } => ("rejected", json!({ "note": reason.as_str() })),
        Event::Merged { into } => ("merged", json!({ "into": into.to_string() })),
        Event::Withdrawn { note } => ("withdrawn", optional(note)),
        Event::Asked { question } => ("asked", json!({ "note": question.as_str() })),
        Event::Answered { answer } => ("answered", json!({ "note": answer.as_str() })),
        Event::AnswerMissed => ("answer_missed", json!({})),
        Event::Dispatched { unit, note } => {
            let mut facts = optional(note);
            facts["unit"] = unit.to_string().into();
            ("dispatched", facts)
        }
        Event::Handling { by } => ("handling", handler(*by)),
        Event::Suspended { plan, review_on } => {
            ("suspended", json!({ "note": plan.as_str(), "review_on": review_on.to_string() }))
        }
        Event::Signed { unit } => ("signed", json!({ "unit": unit.to_string() })),
        Event::Returned { unit, reason } => {
            ("returned", json!({ "unit": unit.to_string(), "note": reason.as_str() }))
        }
        Event::ExtensionAsked { days, reason } => {
            ("extension_asked", json!({ "days": days, "note": reason.as_str() }))
        }
        Event::ExtensionGranted { days, note } => {
            let mut facts = optional(note);
            facts["days"] = (*days).into();
            ("extension_granted", facts)
        }
        Event::ExtensionDeclined { note } => ("extension_declined", optional(note)),
        Event::Confirmed { rating, note } => {
            let mut facts = optional(note);
            facts["rating"] = rating.level().into();
            ("confirmed", facts)
        }
        Event::Redone { to, reason, rating } => {
            let rating = rating.map(Rating::level);
            ("redone", json!({ "to": to.name(), "note": reason.as_str(), "rating": rating }))
        }
        Event::Reopened { to, reason } => {
            let to = to.map(Desk::name);
            ("reopened", json!({ "to": to, "note": reason.as_str() }))
        }
        Event::ClosedUnrated => ("closed_unrated", json!({})),
        Event::Reminded => ("reminded", json!({})),
        Event::Separated { to, note } => ("separated", separated(*to, optional(note))),
        Event::CalledBack { said, to, note } => called_back(*said, *to, optional(note)),
        Event::Supervised { note, reply_by } => {
            let reply_by = reply_by.map(|day| day.to_string());
            ("supervised", json!({ "note": note.as_str(), "reply_by": reply_by }))
        }
        Event::Climbed { rung, to } => climbed(*rung, *to),
    }
}

fn separated(to: Stage, mut facts: Value) -> Value {
    facts["stage"] = to.name().into();
    match to {
        Stage::Accepted { worker } => facts["worker"] = worker.to_string().into(),
        Stage::Escalated { desk } | Stage::Redo { desk } => facts["to"] = desk.name().into(),
        Stage::Suspended { desk, review_on } => {
            facts["to"] = desk.name().into();
            facts["review_on"] = review_on.to_string().into();
        }
        _ => {}
    }
    facts
}

fn called_back(said: Option<Said>, to: Option<Desk>, mut facts: Value) -> (&'static str, Value) {
    facts["to"] = to.map(Desk::name).into();
    let (name, solved, rating) = match said {
        None => ("not_reached", None, None),
        Some(Said::Solved { rating }) => ("called_back", Some(true), Some(rating)),
        Some(Said::NotSolved { rating }) => ("called_back", Some(false), rating),
    };
    facts["solved"] = solved.into();
    facts["rating"] = rating.map(Rating::level).into();
    (name, facts)
}

fn climbed(rung: Rung, to: Option<Desk>) -> (&'static str, Value) {
    match rung {
        Rung::Green | Rung::Yellow => ("turned_yellow", json!({})),
        Rung::Red => ("turned_red", json!({})),
        Rung::Ordered => ("passed_on", json!({ "to": to.map(Desk::name) })),
    }
}

fn handler(by: Handler) -> Value {
    match by {
        Handler::Worker(worker) => json!({ "worker": worker.to_string() }),
        Handler::Unit(unit) => json!({ "unit": unit.to_string() }),
        Handler::Desk(desk) => json!({ "desk": desk.name() }),
    }
}
