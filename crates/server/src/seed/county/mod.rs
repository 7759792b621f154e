//! A whole county of invented people and their requests, for trying a large installation on.

mod dice;
mod hours;
mod life;
mod place;
mod words;

use std::sync::Arc;

use db::Tx;
use domain::area::{AreaCode, Street};
use domain::id::{self, RequestId};
use jiff::{SignedDuration, Timestamp};

use self::hours::Hours;
use self::life::Teller;
use self::place::Place;
use super::street_defaults;
use crate::app::Settings;
use crate::error::Error;
use crate::requests::import::{self, Life, Numbers};
use crate::requests::rates;
use crate::{App, grid, identity};

/// Residents of a street.
const STREET: u64 = 50_000;
/// Requests of one transaction.
const PORTION: u64 = 2000;
/// The node whose ids are for what was generated.
const NODE: i64 = id::NODES - 2;

/// What is wanted.
#[derive(Clone, Debug)]
pub struct Plan {
    /// The county, in which there is nothing else.
    pub county: AreaCode,
    pub residents: u64,
    /// How many requests in all, and over how long a time until now.
    pub requests: u64,
    pub lasting: SignedDuration,
    pub seed: u64,
    /// How many streets are told at once.
    pub at_once: usize,
}

/// How far it is, and whether it is to go on.
pub trait Watch: Send + Sync + 'static {
    /// So many of so many requests are there; says no where it is to stop.
    fn goes_on(&self, done: usize, all: usize) -> bool;
    /// So many were there before this run.
    fn begins_at(&self, done: usize);
}

/// What was made.
#[derive(Clone, Copy, Debug, Default)]
pub struct Made {
    pub streets: usize,
    pub people: usize,
    pub requests: u64,
    /// Somebody stopped it; another run goes on from here.
    pub is_stopped: bool,
}

impl Plan {
    /// How many streets the county has.
    #[must_use]
    pub fn streets(&self) -> usize {
        usize::try_from(self.residents.div_ceil(STREET).clamp(1, 99)).unwrap_or(1)
    }

    /// The codes of its streets.
    #[must_use]
    pub fn codes(&self) -> Vec<Street> {
        let places = (0..self.streets()).filter_map(|number| Place::code(self.county, number));
        places.collect()
    }

    /// How many requests the street of this number has: the first have more.
    fn share(&self, number: usize) -> u64 {
        let all = self.streets() as u64;
        let number = number as u64;
        self.requests * (number + 1) / all - self.requests * number / all
    }
}

/// Makes the county, or goes on with it where an earlier run was stopped.
pub async fn county(app: &App, plan: &Plan, watch: Arc<dyn Watch>) -> Result<Made, Error> {
    let now = app.now();
    let hashed = identity::hash(app.options.cost, &password(plan)).await?;
    let mut places = Vec::new();
    for number in 0..plan.streets() {
        let Some(place) = Place::of(plan, number, &hashed) else { continue };
        let place = Arc::new(place);
        if !app.streets().contains(&place.street) {
            let founded = Arc::clone(&place);
            app.db.write(move |tx| found(tx, &founded, now)).await?;
        }
        places.push(place);
    }
    app.reload().await?;
    let mut streets = Vec::new();
    let (mut made, mut before) = (Made { streets: places.len(), ..Made::default() }, 0);
    for (number, place) in places.into_iter().enumerate() {
        let (street, settings) = (place.street, app.settings(place.street)?);
        made.people += place.people.len();
        let (done, last) = app.db.read(move |tx| import::made_by(tx, street, NODE)).await?;
        before += done;
        let all = plan.share(number);
        let hours = Hours::of(now - plan.lasting, now, &settings.calendar.zone);
        let teller = Teller { place, settings, seed: plan.seed, now };
        streets.push(Telling { teller, hours, done, all, last });
    }
    watch.begins_at(usize::try_from(before).unwrap_or_default());
    let done = tell_all(app, plan, streets, (before, watch)).await?;
    made.requests = done;
    made.is_stopped = done < plan.requests;
    Ok(made)
}

/// The password of everybody in the county.
#[must_use]
pub fn password(plan: &Plan) -> String {
    format!("county-{}", plan.seed)
}

/// A street and how far it is told.
struct Telling {
    teller: Teller,
    hours: Hours,
    done: u64,
    all: u64,
    /// The last id that was given.
    last: i64,
}

/// Tells some streets at once; tells how many requests there are in the end.
async fn tell_all(
    app: &App,
    plan: &Plan,
    streets: Vec<Telling>,
    (before, watch): (u64, Arc<dyn Watch>),
) -> Result<u64, Error> {
    let queue = Arc::new(std::sync::Mutex::new(streets));
    let done = Arc::new(std::sync::atomic::AtomicU64::new(before));
    let mut at_work: tokio::task::JoinSet<Result<(), Error>> = tokio::task::JoinSet::new();
    for _ in 0..plan.at_once.max(1) {
        let (queue, done, watch) = (Arc::clone(&queue), Arc::clone(&done), Arc::clone(&watch));
        let (app, all) = (app.clone(), plan.requests);
        at_work.spawn(async move {
            loop {
                let next = queue.lock().unwrap_or_else(std::sync::PoisonError::into_inner).pop();
                let Some(street) = next else { return Ok(()) };
                let tells = |more: u64| {
                    use std::sync::atomic::Ordering::Relaxed;
                    let now = done.fetch_add(more, Relaxed) + more;
                    let count = |n: u64| usize::try_from(n).unwrap_or(usize::MAX);
                    watch.goes_on(count(now), count(all))
                };
                if !tell(&app, street, tells).await? {
                    return Ok(());
                }
            }
        });
    }
    while let Some(ended) = at_work.join_next().await {
        ended.map_err(|error| Error::Files(error.to_string()))??;
    }
    Ok(done.load(std::sync::atomic::Ordering::Relaxed))
}

/// Tells one street to its end; says no where it was stopped.
async fn tell(app: &App, mut street: Telling, tells: impl Fn(u64) -> bool) -> Result<bool, Error> {
    let (code, is_fresh) = (street.teller.place.street, street.done < street.all);
    while street.done < street.all {
        let made = tokio::task::spawn_blocking(move || {
            let lives = portion(&mut street);
            (street, lives)
        });
        let (back, lives) = made.await.map_err(|error| Error::Files(error.to_string()))?;
        street = back;
        let (lives, more) = (Arc::new(lives), lives_count(&street));
        let settings = Arc::clone(&street.teller.settings);
        app.db.write(move |tx| put(tx, &settings, &lives)).await?;
        street.done += more;
        if !tells(more) {
            return Ok(false);
        }
    }
    if is_fresh {
        rates::rebuild(app, code).await?;
    }
    Ok(true)
}

fn lives_count(street: &Telling) -> u64 {
    (street.all - street.done).min(PORTION)
}

/// The next requests of a street, whose numbers are still to be given.
fn portion(street: &mut Telling) -> Vec<Life> {
    let mut earlier = None;
    let mut lives = Vec::new();
    for place in street.done..street.done + lives_count(street) {
        let at = street.hours.at(place, street.all);
        street.last = id::tick(at.as_millisecond()).max(street.last + 1);
        let id = RequestId(id::compose(street.last, NODE));
        let life = street.teller.tell((place, id, at), String::new(), earlier);
        if !life.record.request.stage.is_closed() || place % 40 == 0 {
            earlier = Some(id);
        }
        lives.push(life);
    }
    lives
}

/// Puts a portion on record with numbers of its communities.
fn put(tx: &mut Tx, settings: &Settings, lives: &[Life]) -> Result<(), Error> {
    let raised = lives.iter().map(|life| (life.record.request.area, life.record.raised_at));
    let mut numbers = Numbers::take(tx, settings, raised)?;
    let mut lives = lives.to_vec();
    for life in &mut lives {
        let record = &mut life.record;
        record.number = numbers.next(settings, record.request.area, record.raised_at);
    }
    import::put(tx, settings, &lives, true)
}

/// Founds a street with its areas, units and people, all at once.
fn found(tx: &mut Tx, place: &Place, now: Timestamp) -> Result<(), Error> {
    let street = place.street;
    let long_ago = now - SignedDuration::from_hours(24 * 365 * 5);
    street_defaults(tx, street, long_ago)?;
    grid::add_areas(tx, street, &place.areas)?;
    for unit in &place.units {
        grid::add_unit(tx, street, unit)?;
    }
    identity::add_people(tx, street, &place.people, long_ago)?;
    identity::appoint_all(tx, street, &place.appointments, long_ago)
}
