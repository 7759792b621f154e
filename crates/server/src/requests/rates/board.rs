//! A board: the figures of an area over some days, its parts, its last twelve months, and the list
//! behind each figure. The same four statements, however many requests there are.

use std::collections::BTreeMap;

use db::Tx;
use domain::actor::{Actor, Verb};
use domain::area::{AreaCode, Level};
use domain::mask;
use domain::requests::{Measure, Sums, Tally};
use jiff::Timestamp;
use jiff::civil::Date;

use super::{Grain, Key, ListLine, Period, Place, store, sums};
use crate::app::Settings;
use crate::calendar;
use crate::error::Error;
use crate::requests::list;

/// The figures of an area.
#[derive(Clone, Debug)]
pub struct Board {
    pub own: Sums,
    /// The areas right below that have figures, by code; and the area itself for what happened in
    /// none of them.
    pub parts: Vec<(AreaCode, Sums)>,
    /// The first of each of the twelve months up to the end of the period, with its figures.
    pub months: Vec<(Date, Sums)>,
    /// Requests that are open now, and those of them past their limit.
    pub open: i64,
    pub late: i64,
}

/// Which lines behind a figure.
#[derive(Clone, Debug)]
pub struct Want {
    /// The bit of a measure or a tally.
    pub(super) bit: i64,
    pub which: Which,
    /// Where the page before ended: day, request and version.
    pub after: Option<(i64, i64, i64)>,
}

/// All that counted, the hits among them, or the others.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Which {
    All,
    Hits,
    Misses,
}

impl Want {
    /// The lines of a measure or of a tally.
    #[must_use]
    pub fn new(what: What, which: Which) -> Self {
        Self { bit: what.bit(), which, after: None }
    }
}

/// A figure that has a list.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum What {
    Rate(Measure),
    Tally(Tally),
}

impl What {
    /// The figure of this name.
    #[must_use]
    pub fn named(name: &str) -> Option<Self> {
        let tally = || Tally::named(name).map(What::Tally);
        Measure::named(name).map(What::Rate).or_else(tally)
    }

    /// The name in addresses.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            What::Rate(measure) => measure.name(),
            What::Tally(tally) => tally.name(),
        }
    }

    fn bit(self) -> i64 {
        match self {
            What::Rate(measure) => measure.bit(),
            What::Tally(tally) => tally.bit(),
        }
    }
}

impl Which {
    pub(super) const ALL: [Which; 3] = [Which::All, Which::Hits, Which::Misses];

    /// The name in addresses.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Which::All => "all",
            Which::Hits => "hits",
            Which::Misses => "misses",
        }
    }

    /// The lines of this name.
    #[must_use]
    pub fn named(name: &str) -> Option<Self> {
        Which::ALL.into_iter().find(|which| which.name() == name)
    }
}

/// The board of a place over a period, as it is at `now`. Whole months are read as such; other
/// periods day by day.
pub fn board(
    tx: &mut Tx,
    settings: &Settings,
    place: Place<'_>,
    period: Period,
    now: Timestamp,
) -> Result<Board, Error> {
    let mut months: BTreeMap<Date, Sums> = BTreeMap::new();
    let year = period.year_before();
    let mut month = year.from;
    while month <= year.to {
        months.insert(month, Sums::default());
        month = month.last_of_month().tomorrow().map_err(|_| Error::NotFound)?;
    }
    let ((from, to), (first, end)) = (period.numbers(), year.numbers());
    let grain = period.grain();
    let mut own = Sums::default();
    for (day, sums) in sums_of(tx, settings, &place, grain, (from.min(first), to.max(end)))? {
        if (from..to).contains(&calendar::number(day)) {
            own += sums;
        }
        if let Some(known) = months.get_mut(&day.first_of_month()) {
            *known += sums;
        }
    }
    let parts = parts_of(tx, settings, &place, &own, (grain, from, to))?;
    let (open, late) = store::gauges(tx, settings.street, place.area, now)?;
    Ok(Board { own, parts, months: months.into_iter().collect(), open, late })
}

/// Which areas have sums of their own: see the table of days.
fn has_sums(level: Level, place: &Place<'_>) -> bool {
    level <= Level::Community || level == Level::Grid && place.category.is_empty()
}

/// What a place came to, by day or by month where it has sums, and by day where it has only facts.
pub(super) fn sums_of(
    tx: &mut Tx,
    settings: &Settings,
    place: &Place<'_>,
    grain: Grain,
    days: (i64, i64),
) -> Result<Vec<(Date, Sums)>, Error> {
    let level = place.area.level();
    if has_sums(level, place) {
        let rows = sums::of_area(tx, settings.street, place, grain, days)?;
        let day = |(key, sums): (Key, Sums)| Some((calendar::date(key.day)?, sums));
        return Ok(rows.into_iter().filter_map(day).collect());
    }
    let facts = store::facts_of(tx, settings.street, place, level, days)?;
    let one = |found: store::Counted| {
        let mut sums = Sums::default();
        sums.add(found.facts, found.count);
        (found.day, sums)
    };
    Ok(facts.into_iter().map(one).collect())
}

/// The parts of a place; and what of its figures belongs to none of them, under its own code.
pub(super) fn parts_of(
    tx: &mut Tx,
    settings: &Settings,
    place: &Place<'_>,
    own: &Sums,
    (grain, from, to): (Grain, i64, i64),
) -> Result<Vec<(AreaCode, Sums)>, Error> {
    let Some(level) = below(place.area.level()) else { return Ok(Vec::new()) };
    let mut parts: BTreeMap<AreaCode, Sums> = BTreeMap::new();
    if has_sums(level, place) {
        for (key, sums) in sums::of_parts(tx, settings.street, place, level, (grain, from, to))? {
            *parts.entry(key.area).or_default() += sums;
        }
    } else {
        for found in store::facts_of(tx, settings.street, place, level, (from, to))? {
            parts.entry(found.area).or_default().add(found.facts, found.count);
        }
        // What lies right in the area, and in no part of it, has the code of the area itself.
        parts.remove(&place.area);
    }
    let mut rest = *own;
    for sums in parts.values() {
        rest -= *sums;
    }
    if rest != Sums::default() && !parts.is_empty() {
        parts.insert(place.area, rest);
    }
    Ok(parts.into_iter().collect())
}

/// The level of the parts that a board shows.
fn below(level: Level) -> Option<Level> {
    match level {
        Level::Street => Some(Level::Community),
        Level::Community => Some(Level::Grid),
        Level::Grid => Some(Level::MicroGrid),
        _ => None,
    }
}

/// The lines behind a figure, the newest first, as `actor` may read them; and whether there are
/// more.
pub fn behind(
    tx: &mut Tx,
    settings: &Settings,
    actor: &Actor,
    (place, period): (Place<'_>, Period),
    want: &Want,
    limit: usize,
) -> Result<(Vec<ListLine>, bool), Error> {
    let more = i64::try_from(limit + 1).unwrap_or(i64::MAX);
    let mut lines = store::behind(tx, settings.street, &place, period.numbers(), want, more)?;
    let has_more = lines.len() > limit;
    lines.truncate(limit);
    for line in lines.iter_mut().filter(|line| !actor.may(Verb::See, line.area)) {
        line.place.clear();
        line.text = mask::text(&line.text, &line.asker_name);
    }
    for line in &mut lines {
        line.text = list::shortened(&line.text);
        line.asker_name.clear();
    }
    Ok((lines, has_more))
}
