//! Requests of another system, taken in with their own times: all of a file or nothing of it.

mod faults;
mod life;
mod mapping;
mod moments;
mod numbers;
mod read;
mod records;
mod rows;
mod store;
mod texts;

pub use faults::{Bad, Faults};
pub use life::{Life, put};
pub use mapping::Mapping;
pub use numbers::Numbers;
pub use rows::Batch;
pub use store::made_by;

use std::collections::{BTreeMap, HashMap, HashSet};

use db::Tx;
use domain::actor::{Post, Verb};
use domain::area::{AreaCode, Street};
use domain::id::{self, PersonId, RequestId};
use domain::requests::Desk;
use jiff::Timestamp;
use serde::Serialize;

use self::records::Given;
use self::rows::Incoming;
use crate::app::Settings;
use crate::error::Error;
use crate::{chance, identity};

/// Rows that go into the records between two looks at whether to go on.
const PORTION: usize = 500;
/// The node whose ids are for what comes from elsewhere: its ids are made of the times of the file.
const NODE: i64 = id::NODES - 1;

/// What came of an import, as it was read back from the records.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Outcome {
    /// The rows of the file that say something.
    pub rows: usize,
    pub imported: usize,
    /// On record before, by their ids, or twice in the file.
    pub skipped: usize,
    pub blank: usize,
    /// What was imported, by our stage; what is over by its ending as well.
    pub by_stage: BTreeMap<String, usize>,
    pub by_ending: BTreeMap<String, usize>,
    /// The same by their status and by their kind.
    pub by_status: BTreeMap<String, usize>,
    pub by_type: BTreeMap<String, usize>,
}

/// Why nothing was imported.
#[derive(Debug)]
pub enum Stop {
    /// Somebody wanted it to stop.
    Cancelled,
    /// It was only to be seen what would come of it.
    Tried(Box<Outcome>),
    /// The records do not hold what the file says.
    Differs(String),
    Failed(Error),
}

impl From<Error> for Stop {
    fn from(error: Error) -> Self {
        Self::Failed(error)
    }
}

impl From<db::Error> for Stop {
    fn from(error: db::Error) -> Self {
        Self::Failed(error.into())
    }
}

/// How far an import is, and whether it is to go on.
pub trait Watch: Send + Sync {
    /// So many of so many rows are done; says no where it is to stop.
    fn goes_on(&self, done: usize, all: usize) -> bool;
}

/// Reads a file: what it holds, or everything that is wrong with it.
pub fn read(
    name: &str,
    bytes: Vec<u8>,
    mapping: &Mapping,
    settings: &Settings,
    under: Option<AreaCode>,
) -> Result<Batch, Faults> {
    let (encoding, sheet) = (mapping.encoding.as_deref(), mapping.sheet.as_deref());
    let wanted = mapping.wanted();
    let way = read::Way { encoding, sheet, wanted: &wanted, bounds: &read::BOUNDS };
    let sheet = read::read(name, bytes, &way)?;
    rows::batch(sheet, mapping, settings, under)
}

/// Puts on record what is not there yet. With `is_trial` all of it is done, and nothing kept.
pub fn import(
    tx: &mut Tx,
    settings: &Settings,
    mapping: &Mapping,
    batch: &Batch,
    (now, is_trial): (Timestamp, bool),
    watch: &dyn Watch,
) -> Result<Outcome, Stop> {
    let street = settings.street;
    let known = store::sources(tx, street, &mapping.name)?;
    let fresh: Vec<&Incoming> =
        batch.all.iter().filter(|row| !known.contains_key(&row.source)).collect();
    let ids = ids(tx, street, &fresh)?;
    let places: HashMap<&str, RequestId> =
        fresh.iter().zip(&ids).map(|(row, id)| (row.source.as_str(), *id)).collect();
    let mut numbers = Numbers::take(tx, settings, fresh.iter().map(|row| (row.area, row.raised)))?;
    let mut staff = Staff { now, known: HashMap::new() };
    let mut wanted = Outcome {
        rows: batch.all.len() + batch.repeated,
        imported: fresh.len(),
        skipped: batch.all.len() + batch.repeated - fresh.len(),
        blank: batch.blank,
        ..Outcome::default()
    };
    let (all, mut done) = (fresh.len(), 0);
    for (portion, ids) in fresh.chunks(PORTION).zip(ids.chunks(PORTION)) {
        if !watch.goes_on(done, all) {
            return Err(Stop::Cancelled);
        }
        let mut lives = Vec::with_capacity(portion.len());
        for (row, id) in portion.iter().zip(ids) {
            let (worker, desk) = staff.of(tx, street, row.area)?;
            let original = row.original.map(|at| batch.all[at].source.as_str());
            let into = original.and_then(|it| places.get(it).or_else(|| known.get(it))).copied();
            let number = numbers.next(settings, row.area, row.raised);
            let receipt = chance::code(10);
            let given = Given { id: *id, number, receipt, worker, desk, into };
            let life = records::life(settings, row, given);
            wanted.count(row, life.record.request.stage);
            lives.push(life);
        }
        life::put(tx, settings, &lives, false)?;
        let sources = portion.iter().map(|row| row.source.as_str());
        store::add_sources(tx, street, sources.zip(ids.iter().copied()))?;
        done += portion.len();
    }
    let found = reconciled(tx, street, &mapping.name, &fresh, &wanted)?;
    if found != wanted {
        let told = format!("the file says {wanted:?}, the records hold {found:?}");
        return Err(Stop::Differs(told));
    }
    if !watch.goes_on(done, all) {
        return Err(Stop::Cancelled);
    }
    if is_trial { Err(Stop::Tried(Box::new(found))) } else { Ok(found) }
}

impl Outcome {
    fn count(&mut self, row: &Incoming, stage: domain::requests::Stage) {
        let ending = match stage {
            domain::requests::Stage::Closed { ending, .. } => ending.name(),
            _ => "",
        };
        self.count_one(row, stage.name(), ending);
    }

    fn count_one(&mut self, row: &Incoming, stage: &str, ending: &str) {
        *self.by_stage.entry(stage.to_owned()).or_default() += 1;
        *self.by_status.entry(row.status.clone()).or_default() += 1;
        *self.by_type.entry(row.kind.clone()).or_default() += 1;
        if !ending.is_empty() {
            *self.by_ending.entry(ending.to_owned()).or_default() += 1;
        }
    }
}

/// What the records hold now of these rows. A row that is not there, or says something else than
/// it should, is not counted.
fn reconciled(
    tx: &mut Tx,
    street: Street,
    system: &str,
    rows: &[&Incoming],
    wanted: &Outcome,
) -> Result<Outcome, Error> {
    let Outcome { rows: all, skipped, blank, .. } = *wanted;
    let mut found = Outcome { rows: all, skipped, blank, ..Outcome::default() };
    let on_record = store::kept(tx, street, system)?;
    for row in rows {
        let Some(kept) = on_record.get(&row.source) else { continue };
        if kept.category == row.category && kept.raised_at == row.raised.as_microsecond() {
            found.imported += 1;
            found.count_one(row, &kept.stage, &kept.ending);
        }
    }
    Ok(found)
}

/// An id for each row, in the order in which they were raised; none is on record.
fn ids(tx: &mut Tx, street: Street, rows: &[&Incoming]) -> Result<Vec<RequestId>, Error> {
    let taken: HashSet<i64> = store::ids_of(tx, street, NODE)?;
    let mut last = 0;
    let mut next = |at: Timestamp| loop {
        last = id::tick(at.as_millisecond()).max(last + 1);
        let id = id::compose(last, NODE);
        if !taken.contains(&id) {
            return RequestId(id);
        }
    };
    Ok(rows.iter().map(|row| next(row.raised)).collect())
}

/// Who works where, asked once for each area.
struct Staff {
    now: Timestamp,
    known: HashMap<AreaCode, (Option<PersonId>, Option<Desk>)>,
}

impl Staff {
    fn of(
        &mut self,
        tx: &mut Tx,
        street: Street,
        area: AreaCode,
    ) -> Result<(Option<PersonId>, Option<Desk>), Error> {
        if let Some(known) = self.known.get(&area) {
            return Ok(*known);
        }
        let now = self.now;
        let posts = identity::posts_reaching(tx, street, area, now)?;
        let works = |post: &Post| post.verbs().contains(&Verb::WorkInGrid);
        let worker = if posts.iter().any(works) {
            let held = identity::holders(tx, street, Post::GridWorker, area, now)?;
            held.first().map(|person| person.id)
        } else {
            None
        };
        let found = (worker, Desk::first(&posts));
        self.known.insert(area, found);
        Ok(found)
    }
}
