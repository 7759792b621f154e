//! Facts become sums: each exactly once, whoever folds and however often it is tried.

use std::collections::BTreeMap;

use db::Tx;
use domain::area::{AreaCode, Level, Street};
use domain::requests::{Facts, Sums};
use jiff::ToSpan;
use jiff::civil::Date;

use super::{Grain, Key, store, sums};
use crate::App;
use crate::calendar;
use crate::error::Error;

/// How many facts are folded in one transaction: a moment's work, so that nobody waits long.
const AT_ONCE: i64 = 500;
/// How many months are compared or summed anew at once: as many as fit into memory with ease.
const STRETCH: i8 = 3;

/// A sum that is not what its facts come to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Difference {
    pub key: Key,
    pub kept: Sums,
    pub right: Sums,
}

/// Adds the facts that wait to the sums of their days; at most so many that it stays short. Tells
/// how many. Call it until it says nought.
pub fn fold(tx: &mut Tx, street: Street) -> Result<usize, Error> {
    store::take_turn(tx, street)?;
    let facts = store::claim(tx, street, AT_ONCE)?;
    let mut all = BTreeMap::new();
    for fact in &facts {
        let categories = [fact.category.as_str(), &fact.above];
        spread(&mut all, (fact.day, fact.area, categories), fact.facts, 1);
    }
    for (key, sums) in &all {
        sums::add(tx, street, key, sums)?;
    }
    Ok(facts.len())
}

/// Folds all that waits in `street`, in as many transactions as it takes; tells how many facts.
/// Where nothing waits it writes nothing.
pub async fn work(app: &App, street: Street) -> Result<usize, Error> {
    let mut folded = 0;
    while app.db.read(move |tx| store::is_behind(tx, street)).await? {
        folded += app.db.write(move |tx| fold(tx, street)).await?;
    }
    Ok(folded)
}

/// Adds `count` times the same facts to all the sums that they belong to.
fn spread(
    sums: &mut BTreeMap<Key, Sums>,
    (day, area, categories): (Date, AreaCode, [&str; 2]),
    facts: Facts,
    count: i64,
) {
    for (level, is_by_category) in [
        (Level::Street, false),
        (Level::Street, true),
        (Level::Community, false),
        (Level::Community, true),
        (Level::Grid, false),
    ] {
        let Some(area) = area.at(level) else { continue };
        let own = categories.into_iter().filter(|code| is_by_category && !code.is_empty());
        for category in own.chain((!is_by_category).then_some("")) {
            for (grain, day) in [(Grain::Day, day), (Grain::Month, day.first_of_month())] {
                let (category, day) = (category.to_owned(), calendar::number(day));
                let key = Key { grain, level, category, day, area };
                sums.entry(key).or_default().add(facts, count);
            }
        }
    }
}

/// Compares every sum with the facts that were folded into it; tells where they differ.
pub fn audit(tx: &mut Tx, street: Street) -> Result<Vec<Difference>, Error> {
    let mut found = Vec::new();
    for days in stretches(tx, street)? {
        let mut kept: BTreeMap<Key, Sums> = BTreeMap::new();
        for grain in Grain::ALL {
            kept.extend(sums::all(tx, street, grain, days)?);
        }
        for (key, right) in from_facts(tx, street, days)? {
            let kept = kept.remove(&key).unwrap_or_default();
            if kept != right {
                found.push(Difference { key, kept, right });
            }
        }
        let alone = kept.into_iter().filter(|(_, kept)| *kept != Sums::default());
        found.extend(alone.map(|(key, kept)| Difference { key, kept, right: Sums::default() }));
    }
    Ok(found)
}

/// Sums all days of `street` anew from the facts that were folded: for a repair. A stretch of days
/// is one transaction; folders wait for it. Tells how many days it went through.
pub async fn rebuild(app: &App, street: Street) -> Result<i64, Error> {
    let mut count = 0;
    for (from, to) in app.db.read(move |tx| stretches(tx, street)).await? {
        let again = move |tx: &mut Tx| {
            store::take_turn(tx, street)?;
            let right = from_facts(tx, street, (from, to))?;
            for grain in Grain::ALL {
                sums::forget(tx, street, grain, (from, to))?;
                sums::put(tx, street, grain, &right)?;
            }
            Ok::<_, Error>(())
        };
        app.db.write(again).await?;
        count += to - from;
    }
    Ok(count)
}

/// Whole months, a few at a time, from the first day that has facts to the last.
fn stretches(tx: &mut Tx, street: Street) -> Result<Vec<(i64, i64)>, Error> {
    let Some((first, last)) = store::span(tx, street)? else { return Ok(Vec::new()) };
    let mut found = Vec::new();
    let mut from = first.first_of_month();
    while from <= last {
        let to = from.checked_add(STRETCH.months()).map_err(|_| Error::NotFound)?;
        found.push((calendar::number(from), calendar::number(to)));
        from = to;
    }
    Ok(found)
}

fn from_facts(tx: &mut Tx, street: Street, days: (i64, i64)) -> Result<BTreeMap<Key, Sums>, Error> {
    let mut sums = BTreeMap::new();
    for found in store::folded(tx, street, days)? {
        let categories = [found.category.as_str(), &found.above];
        spread(&mut sums, (found.day, found.area, categories), found.facts, found.count);
    }
    Ok(sums)
}
