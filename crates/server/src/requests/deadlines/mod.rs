//! Deadlines computed from history: why one is what it is, and what a new calendar makes of those
//! that run.

mod store;

use db::Tx;
use domain::area::Street;
use domain::calendar::Calendar;
use domain::id::RequestId;
use domain::requests::trace::{self, Clock, Mark, Step, Trace};
use domain::requests::{Due, Limit, Question, Request, Rung, Rungs};
use jiff::civil::Date;
use jiff::{SignedDuration, Timestamp};
use serde_json::{Value, json};

use super::{Record, clock, store as records};
use crate::app::Settings;
use crate::calendar::{self, Followed, Followers};
use crate::error::Error;
use crate::history::{self, Entry};
use crate::queue::{self, Job, Kind};

/// So many requests are looked at in one transaction.
const AT_ONCE: usize = 100;
/// By then every process counts by the new calendar, and what was counted by the old one
/// meanwhile is looked at once more.
const ONCE_MORE: SignedDuration = SignedDuration::from_mins(1);
/// What happened, as history keeps it.
pub(super) const MOVED: &str = "deadline_moved";
pub(super) const SETTLED: &str = "deadline_settled";

/// The deadline that runs, with the way to it.
#[derive(Clone, Debug)]
pub struct Explained<'a> {
    /// As it is on record.
    pub due: Due,
    pub trace: Trace<'a>,
    /// The calendar says another moment by now, and the one on record stands: its month was over
    /// before the calendar changed.
    pub is_kept: bool,
}

/// What one transaction came to.
struct Batch {
    moved: usize,
    /// The last request that was looked at, where others wait.
    next: Option<i64>,
}

/// What the slice of the calendar hands its changes on to.
#[must_use]
pub fn followers() -> Followers {
    Followers { count, follow }
}

/// Why a deadline is what it is after these steps.
#[must_use]
pub fn explained<'a>(due: &Due, steps: &[Step], calendar: &'a Calendar) -> Explained<'a> {
    let trace = Clock::of(due, calendar).trace(steps, calendar);
    let is_kept = trace.due.at != due.at;
    Explained { due: *due, trace, is_kept }
}

/// How many running deadlines `calendar` would move.
fn count(
    tx: &mut Tx,
    settings: &Settings,
    calendar: &Calendar,
    now: Timestamp,
) -> Result<usize, Error> {
    let since = month_of(now, calendar);
    let mut moved = 0;
    for running in store::running(tx, settings.street, since)? {
        let mut shifts = false;
        for due in [Some(running.due), running.paused].into_iter().flatten() {
            let clock = Clock::of(&due, calendar);
            // Where nothing happened to a clock, its history need not be read.
            let is_plain = clock.begun(&settings.calendar).at == due.at;
            let steps = if is_plain {
                Vec::new()
            } else {
                steps(&due, &history::of(tx, settings.street, running.id.0)?)
            };
            shifts |= due.at >= since && clock.replay(&steps, calendar).at != due.at;
        }
        moved += usize::from(shifts);
    }
    Ok(moved)
}

/// Moves the running deadlines that `calendar` moves: the first of them here, the others as jobs,
/// one after the other, which a restart does not forget.
fn follow(
    tx: &mut Tx,
    settings: &Settings,
    calendar: &Calendar,
    now: Timestamp,
) -> Result<Followed, Error> {
    let settings = settings.counting_by(calendar.clone());
    let batch = batch(tx, &settings, 0, now)?;
    let street = settings.street;
    if let Some(next) = batch.next {
        queue::put(tx, street, (Kind::Calendar, next), 0, now)?;
    }
    let later = now.saturating_add(ONCE_MORE).unwrap_or(now);
    queue::put(tx, street, (Kind::Calendar, 0), 0, later)?;
    Ok(Followed { moved: batch.moved, goes_on: batch.next.is_some() })
}

/// Looks at the next requests of a job of [`Kind::Calendar`], whose subject is the last one that
/// was looked at. Tells whether a deadline moved.
pub fn recompute(
    tx: &mut Tx,
    settings: &Settings,
    job: &Job,
    now: Timestamp,
) -> Result<bool, Error> {
    let street = settings.street;
    let settings = settings.counting_by(calendar::anew(tx, street, &settings.calendar)?);
    queue::done(tx, street, job)?;
    let batch = batch(tx, &settings, job.subject, now)?;
    if let Some(next) = batch.next {
        queue::put(tx, street, (Kind::Calendar, next), 0, now)?;
    }
    Ok(batch.moved > 0)
}

fn batch(tx: &mut Tx, settings: &Settings, after: i64, now: Timestamp) -> Result<Batch, Error> {
    let since = month_of(now, &settings.calendar);
    let mut running = store::running(tx, settings.street, since)?;
    running.retain(|running| running.id.0 > after);
    let next = running.get(AT_ONCE - 1).filter(|_| running.len() > AT_ONCE);
    let next = next.map(|last| last.id.0);
    let mut moved = 0;
    for running in running.iter().take(AT_ONCE) {
        moved += usize::from(anew(tx, settings, running.id, (since, now))?);
    }
    Ok(Batch { moved, next })
}

/// Computes the deadline of one request anew from its history. Tells whether it moved.
fn anew(
    tx: &mut Tx,
    settings: &Settings,
    id: RequestId,
    (since, now): (Timestamp, Timestamp),
) -> Result<bool, Error> {
    let street = settings.street;
    let loaded = records::load(tx, street, id)?;
    let story = history::of(tx, street, id.0)?;
    let replayed = |due: Due| {
        if due.at < since {
            return due;
        }
        let steps = steps(&due, &story);
        Clock::of(&due, &settings.calendar).replay(&steps, &settings.calendar)
    };
    let before = &loaded.request;
    let question = before.question.map(|asked| Question { clock: replayed(asked.clock), ..asked });
    let mut after = Request { due: before.due.map(replayed), question, ..before.clone() };
    if after == *before {
        return Ok(false);
    }
    after.rung = rung(&after, settings, now);
    let clocks = |request: &Request| [request.due, request.question.map(|asked| asked.clock)];
    let pairs = clocks(before).into_iter().zip(clocks(&after));
    let changed = pairs.filter_map(|(old, new)| Some((old?, new?)));
    let moves: Vec<Value> = changed.filter(|(old, new)| old.at != new.at).map(told).collect();
    records::save(tx, street, &after, loaded.version, now)?;
    let version = loaded.version + 1;
    let has_moved = !moves.is_empty();
    let event = if has_moved { MOVED } else { SETTLED };
    remember(tx, street, (id, version, now), event, &moves)?;
    let record = Record { request: after, version, ..loaded };
    clock::set(tx, settings, &record)?;
    if has_moved {
        queue::put(tx, street, (Kind::News, id.0), version, now)?;
    }
    Ok(has_moved)
}

/// How far the moved clock has run: one that was late by the old calendar may be in time again.
/// What was ordered stays ordered.
fn rung(request: &Request, settings: &Settings, now: Timestamp) -> Rung {
    let climbs = |due: &Due| !matches!(due.limit, Limit::Confirm | Limit::Answer);
    match request.due.filter(climbs) {
        Some(due) if request.rung < Rung::Ordered => {
            let rungs = Rungs::of(&due, &settings.limits, &settings.calendar);
            request.rung.min(rungs.reached(now))
        }
        _ => request.rung,
    }
}

fn told((old, new): (Due, Due)) -> Value {
    json!({ "limit": old.limit.name(), "from": old.at.to_string(), "to": new.at.to_string() })
}

fn remember(
    tx: &mut Tx,
    street: Street,
    (id, version, at): (RequestId, i64, Timestamp),
    event: &str,
    moves: &[Value],
) -> Result<(), Error> {
    let entry = Entry {
        version,
        at,
        actor: None,
        role: "system".to_owned(),
        event: event.to_owned(),
        facts: json!({ "moves": moves }).to_string(),
    };
    history::add(tx, street, id.0, &entry)
}

/// Since when deadlines may still move: the months before this one are closed.
fn month_of(now: Timestamp, calendar: &Calendar) -> Timestamp {
    let first: Date = calendar.date(now).first_of_month();
    let begins = calendar.zone.to_timestamp(first.to_datetime(jiff::civil::Time::midnight()));
    begins.unwrap_or(now)
}

/// What happened to a clock, from the whole story of its request.
pub(super) fn steps(due: &Due, story: &[Entry]) -> Vec<Step> {
    let marks = story.iter().map(|entry| (entry.at, mark(due.limit, entry)));
    // To the clock of a question nothing happens but what the calendar does.
    let counts = |(_, mark): &(Timestamp, Mark)| {
        due.limit != Limit::Answer || matches!(mark, Mark::Moved { .. })
    };
    trace::steps(marks.filter(counts), due.from)
}

/// What a line of history means to the clock of this limit.
fn mark(limit: Limit, entry: &Entry) -> Mark {
    match entry.event.as_str() {
        "asked" => Mark::Asked,
        "answered" | "answer_missed" => Mark::Resumed,
        "extension_granted" => {
            let facts: Value = serde_json::from_str(&entry.facts).unwrap_or_default();
            let days = facts["days"].as_u64().and_then(|days| days.try_into().ok());
            days.map_or(Mark::Beside, |days| Mark::Extended { days })
        }
        MOVED => {
            let ours = moves(&entry.facts).into_iter().find(|(of, ..)| *of == limit);
            ours.map_or(Mark::Beside, |(_, from, to)| Mark::Moved { from, to })
        }
        "raised" | "accepted" | "resolved" | "escalated" | "dispatched" | "handling"
        | "suspended" | "signed" | "returned" | "redone" | "reopened" | "separated"
        | "called_back" | "passed_on" => Mark::Entered,
        _ => Mark::Beside,
    }
}

/// Which clocks a line of history says were moved, and from when to when.
pub(super) fn moves(facts: &str) -> Vec<(Limit, Timestamp, Timestamp)> {
    let facts: Value = serde_json::from_str(facts).unwrap_or_default();
    let moved = |told: &Value| {
        let text = |name: &str| told[name].as_str().unwrap_or_default().to_owned();
        let limit = Limit::named(&text("limit"))?;
        Some((limit, text("from").parse().ok()?, text("to").parse().ok()?))
    };
    let list = facts["moves"].as_array().cloned().unwrap_or_default();
    list.iter().filter_map(moved).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::seed;

    #[tokio::test]
    async fn every_deadline_of_the_demonstration_can_be_told_again() {
        for now in ["2026-03-04T12:00:00+08:00", "2026-10-09T10:00:00+08:00"] {
            let (app, street) = seed::tests::street_at(now).await;
            seed::tests::tell(&app, street, usize::MAX).await;
            let settings = app.settings(street).unwrap();
            let read = move |tx: &mut Tx| {
                let long_ago = Timestamp::from_second(0).unwrap();
                let mut found = Vec::new();
                for running in store::running(tx, street, long_ago)? {
                    let story = history::of(tx, street, running.id.0)?;
                    for due in [Some(running.due), running.paused].into_iter().flatten() {
                        found.push((due, steps(&due, &story)));
                    }
                }
                Ok::<_, Error>(found)
            };
            let found = app.db.read(read).await.unwrap();
            assert!(found.len() > 20, "only {} clocks run", found.len());
            assert!(found.iter().any(|(_, steps)| !steps.is_empty()), "none stood still");
            for (due, steps) in found {
                let explained = explained(&due, &steps, &settings.calendar);
                assert_eq!(explained.trace.due, due, "{steps:?}");
                assert!(!explained.is_kept);
            }
        }
    }
}
