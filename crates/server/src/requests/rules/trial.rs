//! Trying the rules: where a request would go and until when, and how many would go elsewhere.

use std::collections::BTreeMap;

use db::Tx;
use domain::area::{AreaCode, Level};
use domain::requests::{Desk, Due, Limit, RoutingRule, Urgency, clock};
use jiff::Timestamp;

use super::{Fired, store};
use crate::app::Settings;
use crate::error::Error;
use crate::requests::words;
use crate::{grid, identity};

/// How many of the last requests a draft is tried on.
pub const TRIED_MAX: i64 = 1000;

/// Where a request would go, and why.
#[derive(Clone, Debug)]
pub struct Trial<'a> {
    pub category: &'a super::Category,
    pub fired: Option<Fired<'a>>,
    pub urgency: Urgency,
    /// The word of danger that made it so pressing.
    pub word: Option<&'a str>,
    pub begins: Begins,
    pub clocks: Vec<Running>,
}

/// Who would have it first.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Begins {
    /// Somebody works in the grid of the place.
    Grid,
    /// Nobody does.
    Desk(Desk),
}

/// One clock, as if it began now.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Running {
    pub limit: Limit,
    pub due: Due,
    /// The rule that set it, from 1 on; nothing where it is the usual one.
    pub rule: Option<usize>,
}

/// Tells where a request with this text would go. Nothing is put on record.
pub fn trial<'a>(
    tx: &mut Tx,
    settings: &'a Settings,
    (area, category, text): (AreaCode, &str, &str),
    now: Timestamp,
) -> Result<Trial<'a>, Error> {
    let street = settings.street;
    if area.street() != Some(street) || grid::area(tx, street, area)?.is_none() {
        return Err(Error::NotFound);
    }
    if area.level() < Level::Community {
        return Err(Error::field("area", words::AREA_TOO_WIDE));
    }
    let category = settings.open_category(category);
    let category = category.ok_or_else(|| Error::field("category", words::CATEGORY_UNKNOWN))?;
    let (urgency, word) = settings.urgency_of(category, text);
    let posts = identity::posts_reaching(tx, street, area, now)?;
    let begins = Desk::first(&posts).map_or(Begins::Grid, Begins::Desk);
    let limits = settings.limits_for(area, &category.code, urgency);
    let about = settings.about(area, &category.code);
    let running = |limit| {
        let due = Due::new(limit, limits.term(limit, urgency)?, now, &settings.calendar);
        let rule = clock(&settings.rules.clocks, about, urgency, limit);
        Some(Running { limit, due, rule: rule.map(|(place, _)| place + 1) })
    };
    Ok(Trial {
        category,
        fired: settings.goes_to(area, &category.code),
        urgency,
        word,
        begins,
        clocks: Limit::SETTABLE.into_iter().filter_map(running).collect(),
    })
}

/// What a draft of routing would change.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Preview {
    /// On how many requests it was tried.
    pub tried: usize,
    /// How many of them would go elsewhere.
    pub elsewhere: usize,
    /// From which unit to which, by code, and how many; the most first.
    pub moves: Vec<(String, String, usize)>,
}

/// Tries a draft on the last requests of the street.
pub fn preview(tx: &mut Tx, settings: &Settings, draft: &[RoutingRule]) -> Result<Preview, Error> {
    let recent = store::recent(tx, settings.street, TRIED_MAX)?;
    let code = |fired: Option<Fired<'_>>| fired.map_or("", |fired| &fired.unit.code).to_owned();
    let mut moves: BTreeMap<(String, String), usize> = BTreeMap::new();
    for (area, category) in &recent {
        let from = code(settings.goes_to(*area, category));
        let to = code(settings.goes_by(draft, *area, category));
        if from != to {
            *moves.entry((from, to)).or_default() += 1;
        }
    }
    let mut moves: Vec<_> = moves.into_iter().map(|((from, to), n)| (from, to, n)).collect();
    moves.sort_by_key(|&(_, _, count)| std::cmp::Reverse(count));
    let elsewhere = moves.iter().map(|&(_, _, count)| count).sum();
    Ok(Preview { tried: recent.len(), elsewhere, moves })
}
