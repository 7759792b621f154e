//! What happened, read back from history: the events as the rules know them.

use domain::requests::{Desk, Event, Handler, Note, Rating, Rung, Said, Stage};
use serde_json::Value;

use crate::history::Entry;

/// One fact of a line of history; null where it has no such fact.
pub fn fact(entry: &Entry, name: &str) -> Value {
    let facts: Value = serde_json::from_str(&entry.facts).unwrap_or_default();
    facts.get(name).cloned().unwrap_or_default()
}

/// The event of a line of history; nothing where it is about something else, such as a photo.
pub fn event(entry: &Entry) -> Option<Event> {
    let facts: Value = serde_json::from_str(&entry.facts).unwrap_or_default();
    let text = |name: &str| facts.get(name).and_then(Value::as_str);
    let desk = || text("to").and_then(Desk::named);
    let note = || text("note").and_then(|note| Note::new(note).ok());
    // What people wrote is no news; a line that the program wrote has none.
    let said = || note().or_else(|| Note::new("-").ok());
    let unit = || text("unit").and_then(|unit| unit.parse().ok());
    let days = || facts.get("days").and_then(Value::as_u64).and_then(|days| days.try_into().ok());
    let rating = || {
        let level = facts.get("rating").and_then(Value::as_u64)?;
        Rating::new(level.try_into().ok()?)
    };
    let by = || {
        let worker = text("worker").and_then(|id| id.parse().ok()).map(Handler::Worker);
        let unit = unit().map(Handler::Unit);
        worker.or(unit).or_else(|| text("desk").and_then(Desk::named).map(Handler::Desk))
    };
    Some(match entry.event.as_str() {
        "accepted" => Event::Accepted { worker: text("worker")?.parse().ok()? },
        "resolved" => Event::Resolved { by: by()?, note: said()? },
        "escalated" => Event::Escalated { to: desk()?, note: said()? },
        "rejected" => Event::Rejected { reason: said()? },
        "merged" => Event::Merged { into: text("into")?.parse().ok()? },
        "withdrawn" => Event::Withdrawn { note: note() },
        "asked" => Event::Asked { question: said()? },
        "answered" => Event::Answered { answer: said()? },
        "answer_missed" => Event::AnswerMissed,
        "dispatched" => Event::Dispatched { unit: unit()?, note: note() },
        "handling" => Event::Handling { by: by()? },
        "suspended" => {
            Event::Suspended { plan: said()?, review_on: text("review_on")?.parse().ok()? }
        }
        "signed" => Event::Signed { unit: unit()? },
        "returned" => Event::Returned { unit: unit()?, reason: said()? },
        "extension_asked" => Event::ExtensionAsked { days: days()?, reason: said()? },
        "extension_granted" => Event::ExtensionGranted { days: days()?, note: note() },
        "extension_declined" => Event::ExtensionDeclined { note: note() },
        "confirmed" => Event::Confirmed { rating: rating()?, note: note() },
        "redone" => Event::Redone { to: desk()?, reason: said()?, rating: rating() },
        "reopened" => Event::Reopened { to: desk(), reason: said()? },
        "closed_unrated" => Event::ClosedUnrated,
        "reminded" => Event::Reminded,
        "separated" => Event::Separated { to: separated_to(&facts)?, note: note() },
        "not_reached" => Event::CalledBack { said: None, to: None, note: note() },
        "called_back" => {
            let said = if facts.get("solved")?.as_bool()? {
                Said::Solved { rating: rating()? }
            } else {
                Said::NotSolved { rating: rating() }
            };
            Event::CalledBack { said: Some(said), to: desk(), note: note() }
        }
        "supervised" => Event::Supervised {
            note: said()?,
            reply_by: text("reply_by").and_then(|day| day.parse().ok()),
        },
        "turned_yellow" => Event::Climbed { rung: Rung::Yellow, to: None },
        "turned_red" => Event::Climbed { rung: Rung::Red, to: None },
        "passed_on" => Event::Climbed { rung: Rung::Ordered, to: desk() },
        _ => return None,
    })
}

/// Where a separated request came back to: the desk, where an old line names no stage.
fn separated_to(facts: &Value) -> Option<Stage> {
    let text = |name: &str| facts.get(name).and_then(Value::as_str);
    let desk = || text("to").and_then(Desk::named);
    Some(match text("stage") {
        Some("raised") => Stage::Raised,
        Some("accepted") => Stage::Accepted { worker: text("worker")?.parse().ok()? },
        Some("redo") => Stage::Redo { desk: desk()? },
        Some("suspended") => {
            Stage::Suspended { desk: desk()?, review_on: text("review_on")?.parse().ok()? }
        }
        _ => Stage::Escalated { desk: desk()? },
    })
}

#[cfg(test)]
mod tests {
    use domain::id::{PersonId, RequestId, UnitId};
    use jiff::Timestamp;

    use super::*;
    use crate::requests::events::in_words;

    fn read_back(event: &Event) -> Option<Event> {
        let (name, facts) = in_words(event);
        super::event(&Entry {
            version: 2,
            at: Timestamp::UNIX_EPOCH,
            actor: None,
            role: "system".to_owned(),
            event: name.to_owned(),
            facts: facts.to_string(),
        })
    }

    #[test]
    fn every_event_is_read_back_as_it_was_written() {
        let note = || Note::new("已经看过。").unwrap();
        let rating = || Rating::new(4).unwrap();
        let (worker, unit, desk) = (PersonId(1 << 40), UnitId(1 << 41), Desk::Street);
        let mut events = vec![
            Event::Accepted { worker },
            Event::Escalated { to: desk, note: note() },
            Event::Rejected { reason: note() },
            Event::Merged { into: RequestId(1 << 42) },
            Event::Withdrawn { note: None },
            Event::Asked { question: note() },
            Event::Answered { answer: note() },
            Event::AnswerMissed,
            Event::Dispatched { unit, note: Some(note()) },
            Event::Handling { by: Handler::Desk(desk) },
            Event::Suspended { plan: note(), review_on: "2026-12-01".parse().unwrap() },
            Event::Signed { unit },
            Event::Returned { unit, reason: note() },
            Event::ExtensionAsked { days: 3, reason: note() },
            Event::ExtensionGranted { days: 3, note: None },
            Event::ExtensionDeclined { note: None },
            Event::Confirmed { rating: rating(), note: None },
            Event::Redone { to: desk, reason: note(), rating: None },
            Event::Redone { to: desk, reason: note(), rating: Some(rating()) },
            Event::Reopened { to: None, reason: note() },
            Event::Reopened { to: Some(desk), reason: note() },
            Event::ClosedUnrated,
            Event::Reminded,
            Event::Separated { to: Stage::Raised, note: None },
            Event::Separated { to: Stage::Accepted { worker }, note: None },
            Event::Separated { to: Stage::Escalated { desk }, note: Some(note()) },
            Event::Separated { to: Stage::Redo { desk }, note: None },
            Event::Separated {
                to: Stage::Suspended { desk, review_on: "2026-12-01".parse().unwrap() },
                note: None,
            },
            Event::Supervised { note: note(), reply_by: None },
            Event::Supervised { note: note(), reply_by: "2026-12-01".parse().ok() },
            Event::Climbed { rung: Rung::Yellow, to: None },
            Event::Climbed { rung: Rung::Red, to: None },
            Event::Climbed { rung: Rung::Ordered, to: Some(desk) },
        ];
        let by = [Handler::Worker(worker), Handler::Unit(unit), Handler::Desk(desk)];
        events.extend(by.map(|by| Event::Resolved { by, note: note() }));
        let said = [Said::Solved { rating: rating() }, Said::NotSolved { rating: None }];
        let answered = said.map(|said| (Some(said), Some(desk)));
        events.extend(
            answered.into_iter().chain([(None, None)]).map(|(said, to)| Event::CalledBack {
                said,
                to,
                note: Some(note()),
            }),
        );
        for event in events {
            assert_eq!(read_back(&event), Some(event));
        }
    }
}
