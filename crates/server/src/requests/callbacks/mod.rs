//! Callbacks (回访): whom a desk calls and asks whether it is solved and how satisfied they are.
//!
//! The rules are those of [`domain::requests`]: somebody else than who did the work, at most so
//! many tries, once with an answer. This is the list; what was said is posted as `callback`.

mod pages;

use db::Tx;
use domain::actor::{Actor, Verb};
use domain::requests::{Kind, Number, Sample};
use jiff::{SignedDuration, Timestamp};

use super::{Record, store};
use crate::app::Settings;
use crate::error::Error;
use crate::web::Routes;

/// How many are shown at once: more than a desk calls in a day.
const SHOWN: usize = 50;
/// How many are read at once, and how often at most, until as many are found.
const READ: i64 = 200;
const READS: usize = 5;

/// Whom `actor` is to call back, the longest waiting first: no work of their own, and of the
/// requests of the street a sample.
pub fn to_call(
    tx: &mut Tx,
    settings: &Settings,
    actor: &Actor,
    now: Timestamp,
) -> Result<Vec<Record>, Error> {
    let (sample, moment) = (sample(settings), settings.moment(&settings.limits, now));
    let days = SignedDuration::from_hours(24 * (settings.limits.reopen_days + 1));
    let since = now.checked_sub(days).unwrap_or(Timestamp::UNIX_EPOCH);
    let mut found: Vec<Record> = Vec::new();
    for area in areas(actor) {
        let mut after = None;
        for _ in 0..READS {
            let calls_max = settings.limits.calls_max;
            let read = store::to_call(tx, settings.street, area, (after, since), calls_max, READ)?;
            let Some(last) = read.last() else { break };
            after = Some((last.request.since, last.request.id));
            let is_end = i64::try_from(read.len()).is_ok_and(|count| count < READ);
            found.extend(read.into_iter().filter(|record| {
                sample.takes(&record.request)
                    && record.request.allows(actor, Kind::Callback, moment).is_ok()
            }));
            if is_end || found.len() >= SHOWN {
                break;
            }
        }
    }
    found.sort_by_key(|record| (record.request.since, record.request.id));
    found.dedup_by_key(|record| record.request.id);
    found.truncate(SHOWN);
    Ok(found)
}

/// The areas of the reader's desks.
fn areas(actor: &Actor) -> Vec<domain::area::AreaCode> {
    let desks = [Verb::WorkAtCommunityDesk, Verb::WorkAtStreetDesk];
    let mut areas: Vec<_> =
        desks.into_iter().flat_map(|verb| actor.with(verb)).map(|held| held.area).collect();
    areas.sort_unstable();
    areas.dedup();
    areas
}

/// How many of a hundred requests the street has called back.
fn sample(settings: &Settings) -> Sample {
    let numbers = &settings.rules.numbers;
    Sample {
        community: numbers.get(Number::CallbackPercent),
        street: numbers.get(Number::CallbackStreetPercent),
    }
}

/// The addresses of callbacks.
pub(super) fn routes() -> Routes {
    pages::routes()
}
