//! What everybody may be told: whole months that are over, no small count, and none by which one
//! could be found by subtraction.
//!
//! The figures of a street are parted by area, and beside that by category; never by both, for what
//! is kept back in a table of two directions can be found in ways that nobody overlooks. Where the
//! whole is kept back, so are its parts, for they would sum up to it.

use db::Tx;
use domain::area::Level;
use domain::requests::{Measure, Sums, small};
use jiff::civil::Date;

use super::{Period, Place, board, words};
use crate::app::Settings;
use crate::error::Error;

/// Which figures may be told: the measures in their order, then what was raised and closed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Told([bool; FIGURES]);

const FIGURES: usize = Measure::ALL.len() + 2;

impl Told {
    /// The office is told everything.
    pub const ALL: Told = Told([true; FIGURES]);

    /// Whether the rates of `measure` may be told.
    pub fn has(&self, measure: Measure) -> bool {
        let place = Measure::ALL.iter().position(|&other| other == measure);
        place.is_some_and(|place| self.0[place])
    }

    /// Whether it may be told how many were raised.
    pub fn raised(&self) -> bool {
        self.0[FIGURES - 2]
    }

    /// Whether it may be told how many were closed.
    pub fn closed(&self) -> bool {
        self.0[FIGURES - 1]
    }
}

/// Whether everybody may ask for these days and this place; the field that is wrong otherwise.
pub(super) fn check(place: &Place<'_>, period: Period, today: Date) -> Result<(), Error> {
    let is_one = period.from.first_of_month() == period.to.first_of_month();
    if !period.is_whole_months() || !is_one || period.to >= today {
        return Err(Error::field("from", words::MONTHS_ONLY));
    }
    if !place.category.is_empty() && place.area.level() != Level::Street {
        return Err(Error::field("category", words::STREET_ONLY));
    }
    Ok(())
}

/// Which figures of this place everybody may be told.
pub(super) fn told(
    tx: &mut Tx,
    settings: &Settings,
    place: Place<'_>,
    period: Period,
) -> Result<Told, Error> {
    let own = sums(tx, settings, place, period)?;
    let Some((whole, parts, mine)) = beside(tx, settings, place, period)? else {
        return Ok(Told(counts(&own).map(|count| count >= small::SMALL)));
    };
    let whole = told(tx, settings, whole, period)?;
    let mut told = [false; FIGURES];
    for (figure, is_told) in told.iter_mut().enumerate() {
        let column: Vec<i64> = parts.iter().map(|sums| counts(sums)[figure]).collect();
        *is_told = whole.0[figure] && small::told(&column).get(mine).copied().unwrap_or_default();
    }
    Ok(Told(told))
}

/// The whole that a place is a part of, all its parts, and which of them the place is; nothing for
/// a street.
fn beside<'a>(
    tx: &mut Tx,
    settings: &'a Settings,
    place: Place<'a>,
    period: Period,
) -> Result<Option<(Place<'a>, Vec<Sums>, usize)>, Error> {
    if let Some(known) = settings.category(place.category) {
        let whole = Place { category: &known.parent, ..place };
        let mut rest = sums(tx, settings, whole, period)?;
        let mut parts = Vec::new();
        let mut mine = usize::MAX;
        for other in settings.categories.iter().filter(|other| other.parent == known.parent) {
            if other.code == known.code {
                mine = parts.len();
            }
            let found = sums(tx, settings, Place { category: &other.code, ..place }, period)?;
            rest -= found;
            parts.push(found);
        }
        parts.push(rest);
        return Ok(Some((whole, parts, mine)));
    }
    let above = place.area.parent().filter(|_| place.area.level() > Level::Street);
    let Some(area) = above else { return Ok(None) };
    let whole = Place { area, ..place };
    let all = sums(tx, settings, whole, period)?;
    let (from, to) = period.numbers();
    let parts = board::parts_of(tx, settings, &whole, &all, (period.grain(), from, to))?;
    let mine = parts.iter().position(|(area, _)| *area == place.area).unwrap_or(usize::MAX);
    Ok(Some((whole, parts.into_iter().map(|(_, sums)| sums).collect(), mine)))
}

fn sums(tx: &mut Tx, settings: &Settings, place: Place<'_>, period: Period) -> Result<Sums, Error> {
    let mut all = Sums::default();
    for (_, sums) in board::sums_of(tx, settings, &place, period.grain(), period.numbers())? {
        all += sums;
    }
    Ok(all)
}

/// What each figure is counted of.
fn counts(sums: &Sums) -> [i64; FIGURES] {
    let mut counts = [0; FIGURES];
    for (count, measure) in counts.iter_mut().zip(Measure::ALL) {
        *count = sums.rate(measure).of;
    }
    counts[FIGURES - 2] = sums.raised;
    counts[FIGURES - 1] = sums.closed;
    counts
}
