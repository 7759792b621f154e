//! The clocks of requests: each open request has one timer, a job in the database, that wakes the
//! clockwork for its next rung or its end.

use db::Tx;
use domain::actor::Caller;
use domain::id::RequestId;
use domain::requests::Command;
use jiff::Timestamp;

use super::{Record, act, store};
use crate::app::Settings;
use crate::chance;
use crate::error::Error;
use crate::queue::{self, Kind};
use crate::receipts::{Deed, Key};

/// How many timers one sweep looks at.
const AT_ONCE: i64 = 200;

/// Sets the timer of a request for its next rung or its end, or takes it away.
pub(super) fn set(tx: &mut Tx, settings: &Settings, record: &Record) -> Result<(), Error> {
    let (street, request) = (settings.street, &record.request);
    let job = (Kind::Clock, request.id.0);
    match request.wakes_at(&settings.limits_of(record), &settings.calendar) {
        // At the very moment a limit is not yet over.
        Some(at) => queue::put(tx, street, job, record.version, just_after(at)),
        None => queue::cancel(tx, street, job),
    }
}

/// Looks at a request whose timer rang: draws the consequence if it is time, and sets the timer
/// anew. Tells whether the request changed. Clocks that were moved make no difference: what counts
/// is the rung that the request has climbed already, and that is in its row.
pub fn wake(
    tx: &mut Tx,
    settings: &Settings,
    id: RequestId,
    now: Timestamp,
) -> Result<bool, Error> {
    let street = settings.street;
    let record = store::load(tx, street, id)?;
    let is_time = record
        .request
        .wakes_at(&settings.limits_of(&record), &settings.calendar)
        .is_some_and(|at| just_after(at) <= now);
    if !is_time {
        set(tx, settings, &record)?;
        return Ok(false);
    }
    let key = chance::code(26);
    let key = Key::new(&key).expect("a code is a key");
    let deed = Deed { street, caller: Caller::System, at: now, key, digest: String::new() };
    act::execute(tx, settings, &deed, id, &Command::Lapse)?;
    Ok(true)
}

/// Wakes every request whose timer rang by `now`, at most two hundred. Tells how many changed.
pub fn sweep(tx: &mut Tx, settings: &Settings, now: Timestamp) -> Result<usize, Error> {
    let mut changed = 0;
    for job in queue::due(tx, settings.street, now, AT_ONCE)? {
        if job.kind == Kind::Clock {
            changed += usize::from(wake(tx, settings, RequestId(job.subject), now)?);
        }
    }
    Ok(changed)
}

fn just_after(at: Timestamp) -> Timestamp {
    at.saturating_add(jiff::SignedDuration::from_micros(1)).unwrap_or(at)
}
