//! Similar open requests nearby: read in two short lists, compared by the rules of
//! [`domain::requests::similar`].

use db::Tx;
use domain::area::{AreaCode, Level};
use domain::requests::similar::{Likeness, Matter, Words, likeness};

use super::{Open, store};
use crate::app::Settings;
use crate::error::Error;
use crate::requests::Record;

/// How many open requests of a place are compared: the newest of its micro-grid, and of its grid.
const COMPARED: i64 = 50;
/// How many of them are shown to whoever writes, and to whoever merges.
const SHOWN: usize = 3;
const FOR_MERGE: usize = 8;

/// An open request that is like another.
#[derive(Clone, Debug)]
pub struct Similar {
    pub open: Open,
    pub likeness: Likeness,
}

/// The open requests most like what somebody writes; `category` is empty while none is chosen.
pub fn similar(
    tx: &mut Tx,
    settings: &Settings,
    (area, category, text): (AreaCode, &str, &str),
) -> Result<Vec<Similar>, Error> {
    let mut found = all(tx, settings, (area, category, text))?;
    found.truncate(SHOWN);
    Ok(found)
}

/// The open requests into which `record` could be merged, the most alike first.
pub fn for_merge(tx: &mut Tx, settings: &Settings, record: &Record) -> Result<Vec<Open>, Error> {
    let wanted = (record.request.area, record.category.as_str(), record.text.as_str());
    let mut found = all(tx, settings, wanted)?;
    found.retain(|similar| similar.open.id != record.request.id);
    found.truncate(FOR_MERGE);
    Ok(found.into_iter().map(|similar| similar.open).collect())
}

fn all(
    tx: &mut Tx,
    settings: &Settings,
    (area, category, text): (AreaCode, &str, &str),
) -> Result<Vec<Similar>, Error> {
    let mut candidates = Vec::new();
    for around in places(area) {
        candidates.extend(store::open_within(tx, settings.street, around, COMPARED)?);
    }
    candidates.sort_by_key(|open| std::cmp::Reverse(open.id));
    candidates.dedup_by_key(|open| open.id);
    let words = Words::of(text);
    let parent = |code: &str| parent_of(settings, code);
    let wanted = Matter { area, category, parent: parent(category), words: &words };
    let compare = |open: Open| {
        let words = Words::of(&open.text);
        let other = Matter {
            area: open.area,
            category: &open.category,
            parent: parent(&open.category),
            words: &words,
        };
        likeness(&wanted, &other).map(|likeness| Similar { open, likeness })
    };
    let mut found: Vec<Similar> = candidates.into_iter().filter_map(compare).collect();
    // Of those equally alike the newest stands first; the sort keeps their order.
    found.sort_by_key(|similar| std::cmp::Reverse(similar.likeness));
    Ok(found)
}

/// The micro-grid of a place and its grid, as far as it has them.
fn places(area: AreaCode) -> Vec<AreaCode> {
    let around = std::iter::successors(Some(area), |area| area.parent());
    let mut places: Vec<AreaCode> =
        around.filter(|area| [Level::MicroGrid, Level::Grid].contains(&area.level())).collect();
    if places.is_empty() {
        places.push(area);
    }
    places
}

/// The code of the category above; empty where there is none.
fn parent_of<'a>(_: &'a Settings, _: &str) -> &'a str {
    ""
}
