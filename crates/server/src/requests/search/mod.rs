//! Finding requests by number, words, phone, name, place and category, newest first, with bounded
//! effort: a page that took too much of it says where it stopped, and goes on from there.
//!
//! Every request is kept under its grams ([`domain::requests::grams`]) in the transaction that
//! raises it. A search begins with the rarest gram, keeps what has the other grams too, and reads
//! the rest: no false find remains, and nobody finds by what they may not read.

mod meant;
mod plan;
mod store;
mod wanted;
pub mod words;

pub use wanted::{Chip, Wanted};

use db::Tx;
use domain::area::Street;
use domain::id::RequestId;
use domain::requests::grams::Kept;

use self::meant::Meant;
use self::plan::Plan;
use super::list::{Filter, Line, Scope};
use super::{Record, lines};
use crate::app::Settings;
use crate::error::Error;

/// How many ids and rows a page may look at, in the time of one id; a row takes about eight.
const EFFORT: usize = 10_000;
const ROW: usize = 8;
/// How many candidates are read at first; each further time it is twice as many.
const FIRST: usize = 100;
/// How many requests from before there were grams are done in one transaction.
const FILL: usize = 200;

/// What a search came upon.
#[derive(Debug)]
pub(super) struct Found {
    /// The newest first.
    pub(super) lines: Vec<Line>,
    /// Where the effort was spent: below this id nothing was looked at.
    pub(super) spent: Option<RequestId>,
}

/// Whether this filter needs a search; other lists are read as they stand: what is open is little,
/// and has an index of its own, and so is what one person asks for.
pub(super) fn is_needed(scope: Scope, filter: &Filter) -> bool {
    let is_dense = matches!(filter.stage, None | Some("closed"));
    let is_open = !is_dense || filter.late || filter.rung.is_some();
    let is_little = match scope {
        Scope::Area(_) | Scope::Masked(_) => is_open && filter.unit.is_none(),
        Scope::Unit(..) => false,
        Scope::Asker(..) => true,
    };
    let is_narrow = filter.category.is_some()
        || filter.urgency.is_some()
        || filter.channel.is_some()
        || filter.from.is_some()
        || filter.to.is_some();
    filter.q.is_some() || is_narrow && !is_little
}

/// The newest requests of a scope that `filter` wants, at most `limit`.
pub(super) fn newest(
    tx: &mut Tx,
    settings: &Settings,
    scope: Scope,
    filter: &Filter,
    limit: usize,
) -> Result<Found, Error> {
    let meant = Meant::of(settings, scope, filter);
    let mut found = Found { lines: Vec::new(), spent: None };
    let Some(plan) = Plan::make(tx, settings, scope, filter, &meant)? else { return Ok(found) };
    let mut below = filter.after.map_or(i64::MAX, |id| id.0);
    let (mut effort, mut size) = (EFFORT, FIRST);
    loop {
        let window = plan.window(tx, settings.street, below, size)?;
        let looked_at = window.ids.len();
        let likely = plan.narrow(tx, settings.street, window.ids)?;
        let mut rows = 0;
        while rows < likely.len() && found.lines.len() < limit {
            // Most of what is likely fits: no more is read than is missing, and some.
            let missing = limit - found.lines.len();
            let some = (missing + missing / 4 + 4).max(rows).min(store::IDS);
            let some = some.min(likely.len() - rows);
            let read =
                lines::of_ids(tx, settings.street, scope, filter, &likely[rows..rows + some])?;
            let fitting = read.into_iter().filter(|(line, words)| meant.fits(line, words));
            found.lines.extend(fitting.map(|(line, _)| line));
            rows += some;
        }
        if found.lines.len() >= limit {
            found.lines.truncate(limit);
            return Ok(found);
        }
        let Some(end) = window.end else { return Ok(found) };
        below = end;
        effort = effort.saturating_sub(looked_at * (1 + plan.also()) + rows * ROW);
        if effort == 0 {
            found.spent = Some(RequestId(below));
            return Ok(found);
        }
        size = (size * 2).min(store::IDS * 5);
    }
}

/// Keeps a request under its grams; `before` is what it was, where it changed.
pub(super) fn index(
    tx: &mut Tx,
    settings: &Settings,
    before: Option<&Record>,
    record: &Record,
) -> Result<(), Error> {
    let (street, id) = (settings.street, record.request.id);
    if before.is_some_and(|before| is_found_alike(before, record)) {
        return Ok(());
    }
    let grams = kept(settings, record);
    let Some(before) = before else { return store::add(tx, street, id, &grams) };
    let old = kept(settings, before);
    let new: Vec<String> = grams.iter().filter(|gram| !old.contains(gram)).cloned().collect();
    for gone in old.iter().filter(|gram| !grams.contains(gram)) {
        store::remove(tx, street, id, gone)?;
    }
    store::add(tx, street, id, &new)
}

/// Keeps requests that have just come from elsewhere under their grams, many at a time.
pub(super) fn index_all(
    tx: &mut Tx,
    settings: &Settings,
    records: &[&Record],
) -> Result<(), Error> {
    let of = |record: &&Record| {
        let id = record.request.id.0;
        kept(settings, record).into_iter().map(move |gram| (gram, id))
    };
    let mut grams: Vec<(String, i64)> = records.iter().flat_map(of).collect();
    // In the order of the key, so that each part of the table is visited once.
    grams.sort_unstable();
    store::add_all(tx, settings.street, &grams)
}

/// Whether two states of a request have the same grams: most changes leave them alone.
fn is_found_alike(one: &Record, other: &Record) -> bool {
    let of = |it: &Record| (it.request.area, it.request.urgency, it.channel, it.raised_at);
    let texts = |it: &'_ Record| [&it.number, &it.text, &it.place, &it.category].map(String::clone);
    let asker = |it: &Record| [it.asker_name.clone(), it.asker_phone.clone()];
    of(one) == of(other) && texts(one) == texts(other) && asker(one) == asker(other)
}

fn kept(settings: &Settings, record: &Record) -> Vec<String> {
    let kept = Kept {
        number: &record.number,
        text: &record.text,
        place: &record.place,
        name: &record.asker_name,
        phone: &record.asker_phone,
        category: &record.category,
        area: record.request.area,
        month: month(settings.calendar.date(record.raised_at)),
        urgency: record.request.urgency,
        channel: record.channel.name(),
    };
    kept.grams()
}

/// Year and month of a day, such as 202603.
fn month(day: jiff::civil::Date) -> i64 {
    i64::from(day.year()) * 100 + i64::from(day.month())
}

/// Keeps some more requests from before there were grams under theirs; tells whether any are left.
/// What one process does and another did too is done once.
pub fn fill(tx: &mut Tx, settings: &Settings) -> Result<bool, Error> {
    let street = settings.street;
    let Some(below) = store::filled_down_to(tx, street)? else { return Ok(false) };
    let most = i64::try_from(FILL).unwrap_or(i64::MAX);
    let ids = store::newest(tx, street, below, most)?;
    for &id in &ids {
        let record = super::store::load(tx, street, RequestId(id))?;
        index(tx, settings, None, &record)?;
    }
    match ids.last() {
        Some(&last) if ids.len() == FILL => store::fill_down_to(tx, street, below, last)?,
        _ => store::filled(tx, street, below)?,
    }
    Ok(ids.len() == FILL)
}

/// Says that the requests below `below` have no grams yet, for whoever put them on record without:
/// [`fill`] gives them theirs, and until then searches read every request.
pub fn begin_fill(tx: &mut Tx, street: Street, below: RequestId) -> Result<(), Error> {
    store::begin_fill(tx, street, below.0)
}
