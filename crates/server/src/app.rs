//! What every request and every job can reach.

use std::collections::HashMap;
use std::sync::atomic::AtomicI64;
use std::sync::{Arc, PoisonError, RwLock};

use db::{Db, Tx};
use domain::area::{AreaCode, Level, Street};
use domain::id::{PersonId, UnitId};
use domain::requests::{Limits, Moment};
use jiff::Timestamp;
use tokio::sync::Notify;

use crate::clock::{Clock, Ids};
use crate::error::Error;
use crate::files::Files;
use crate::grid::{Area, Served, Unit};
use crate::identity::Cost;
use crate::notices::Mail;
use crate::requests::Category;
use crate::web::words::Lang;
use crate::{calendar, grid, identity, migrations, requests};

/// The records, the files, the clock and the settings. Cheap to clone.
#[derive(Clone)]
pub struct App {
    pub db: Db,
    pub files: Files,
    pub clock: Clock,
    pub ids: Arc<Ids>,
    pub options: Arc<Options>,
    /// Rings when a request has changed in this process, so that open pages look again at once.
    pub changes: Arc<Notify>,
    /// When the disk of the records was last found full, in microseconds; nought for never.
    pub full_at: Arc<AtomicI64>,
    settings: Arc<RwLock<HashMap<Street, Arc<Settings>>>>,
}

/// How this process was started.
#[derive(Clone, Debug)]
pub struct Options {
    /// `sqlite:FILE` or `postgres://…`.
    pub database: String,
    /// Where files are kept: a folder, or `s3://bucket/prefix`.
    pub files: String,
    /// What the bucket wants to know, by the names of its environment.
    pub bucket: Vec<(String, String)>,
    /// A number below 1,024 that no other process of this database has.
    pub node: i64,
    /// The address that residents use, for printed codes; empty: as the browser asks.
    pub public_url: String,
    /// Whether cookies are for HTTPS only.
    pub secure: bool,
    /// Where mail goes out; nothing where no server is named.
    pub mail: Option<Mail>,
    /// What hashing a password costs; only tests make it cheap.
    pub cost: Cost,
}

/// What one street has decided for itself, as read from its records.
#[derive(Clone, Debug)]
pub struct Settings {
    pub street: Street,
    pub name: String,
    pub name_en: String,
    pub hotline: String,
    pub calendar: domain::calendar::Calendar,
    pub limits: Limits,
    pub categories: Vec<Category>,
    pub units: Vec<Unit>,
    areas: HashMap<AreaCode, Area>,
    staff: HashMap<PersonId, String>,
}

impl App {
    /// Opens the records and brings their schema up to date.
    pub async fn open(options: Options, clock: Clock) -> Result<Self, Error> {
        let db = Db::open(&options.database)?;
        db.migrate(migrations::ALL).await?;
        let files = Files::open(&options.files, options.bucket.clone())
            .map_err(|error| Error::Files(error.to_string()))?;
        let app = Self {
            db,
            files,
            clock,
            ids: Arc::new(Ids::new(options.node)),
            options: Arc::new(options),
            changes: Arc::default(),
            full_at: Arc::default(),
            settings: Arc::default(),
        };
        app.reload().await?;
        Ok(app)
    }

    /// Reads every street's settings anew.
    pub async fn reload(&self) -> Result<(), Error> {
        let settings = self.db.read(|tx| {
            grid::streets(tx)?
                .into_iter()
                .map(|found| Ok((found.street, Arc::new(Settings::load(tx, found)?))))
                .collect::<Result<HashMap<_, _>, Error>>()
        });
        let settings = settings.await?;
        *self.settings.write().unwrap_or_else(PoisonError::into_inner) = settings;
        Ok(())
    }

    /// The streets that this installation serves, by their number.
    #[must_use]
    pub fn streets(&self) -> Vec<Street> {
        let settings = self.settings.read().unwrap_or_else(PoisonError::into_inner);
        let mut streets: Vec<Street> = settings.keys().copied().collect();
        streets.sort_unstable();
        streets
    }

    /// What `street` has decided for itself; a street that we do not serve is not found.
    pub fn settings(&self, street: Street) -> Result<Arc<Settings>, Error> {
        let settings = self.settings.read().unwrap_or_else(PoisonError::into_inner);
        settings.get(&street).cloned().ok_or(Error::NotFound)
    }

    /// The present instant.
    #[must_use]
    pub fn now(&self) -> Timestamp {
        self.clock.now()
    }

    /// A number that nothing had before, for a newtype of `domain::id`.
    #[must_use]
    pub fn new_id(&self) -> i64 {
        self.ids.next(self.clock.now())
    }

    /// A key that nobody can guess, for the hidden field of a form.
    #[must_use]
    pub fn new_key(&self) -> String {
        crate::chance::code(20)
    }
}

impl Settings {
    fn load(tx: &mut Tx, found: Served) -> Result<Self, Error> {
        let street = found.street;
        let areas = grid::areas_under(tx, street, street.area(), Level::Building)?;
        Ok(Self {
            street,
            name: found.name,
            name_en: found.name_en,
            hotline: found.hotline,
            calendar: calendar::load(tx, street, &found.zone)?,
            limits: Limits::default(),
            categories: requests::categories(tx, street)?,
            units: grid::units(tx, street)?,
            areas: areas.into_iter().map(|area| (area.code, area)).collect(),
            staff: identity::staff(tx, street)?.into_iter().collect(),
        })
    }

    /// The same with another calendar.
    #[must_use]
    pub fn counting_by(&self, calendar: domain::calendar::Calendar) -> Self {
        Self { calendar, ..self.clone() }
    }

    /// The category of this code.
    #[must_use]
    pub fn category(&self, code: &str) -> Option<&Category> {
        self.categories.iter().find(|category| category.code == code)
    }

    /// The unit of this id.
    #[must_use]
    pub fn unit(&self, id: UnitId) -> Option<&Unit> {
        self.units.iter().find(|unit| unit.id == id)
    }

    /// The name of a unit; its id where it is not on record.
    #[must_use]
    pub fn unit_name(&self, id: UnitId, lang: Lang) -> String {
        self.unit(id)
            .map_or_else(|| id.to_string(), |unit| lang.pick(&unit.name, &unit.name_en).to_owned())
    }

    /// The name of somebody who holds or held a post; empty where nobody is known by this id.
    #[must_use]
    pub fn staff_name(&self, id: PersonId) -> String {
        self.staff.get(&id).cloned().unwrap_or_default()
    }

    /// An open area.
    #[must_use]
    pub fn area(&self, code: AreaCode) -> Option<&Area> {
        self.areas.get(&code)
    }

    /// A place as people say it: its community and its own name, 某社区 3号楼; what lies between
    /// is for the office.
    #[must_use]
    pub fn place_name(&self, code: AreaCode, lang: Lang) -> String {
        let path = self.path(code);
        let own = path.len().saturating_sub(1);
        let said = path
            .iter()
            .enumerate()
            .filter(|(place, area)| *place == own || area.code.level() == Level::Community);
        let names: Vec<&str> = said.map(|(_, area)| lang.pick(&area.name, &area.name_en)).collect();
        names.join(" ")
    }

    /// Every name from the community down to `code`.
    #[must_use]
    pub fn whole_name(&self, code: AreaCode, lang: Lang) -> String {
        let path = self.path(code);
        let deep =
            path.iter().filter(|area| area.code.level() > Level::Street || area.code == code);
        let names: Vec<&str> = deep.map(|area| lang.pick(&area.name, &area.name_en)).collect();
        names.join(" ")
    }

    /// The areas on record from the street down to `code`.
    fn path(&self, code: AreaCode) -> Vec<&Area> {
        let mut path = Vec::new();
        let mut next = Some(code);
        while let Some(code) = next.filter(|code| code.level() >= Level::Street) {
            path.extend(self.area(code));
            next = code.parent();
        }
        path.reverse();
        path
    }

    /// Every open area, in no order.
    pub fn known_areas(&self) -> impl Iterator<Item = &Area> {
        self.areas.values()
    }

    /// The open areas of a level, by code.
    #[must_use]
    pub fn areas_of(&self, level: Level) -> Vec<&Area> {
        let mut found: Vec<&Area> =
            self.areas.values().filter(|area| area.code.level() == level).collect();
        found.sort_by_key(|area| area.code);
        found
    }

    /// Every place that somebody may choose from a list, from the community down, by code.
    #[must_use]
    pub fn places(&self, lang: Lang) -> Vec<(AreaCode, String)> {
        let deep = self.areas.keys().filter(|code| code.level() >= Level::Community);
        let mut codes: Vec<AreaCode> = deep.copied().collect();
        codes.sort_unstable();
        codes.into_iter().map(|code| (code, self.whole_name(code, lang))).collect()
    }

    /// The letters that numbers of requests from `area` begin with: those of its community.
    #[must_use]
    pub fn prefix(&self, area: AreaCode) -> &str {
        let mut next = Some(area);
        while let Some(code) = next {
            match self.area(code) {
                Some(area) if !area.prefix.is_empty() => return &area.prefix,
                _ => next = code.parent(),
            }
        }
        "WW"
    }

    /// What the rules know of the world at `now`.
    #[must_use]
    pub fn moment(&self, now: Timestamp) -> Moment<'_> {
        Moment { now, calendar: &self.calendar, limits: &self.limits }
    }
}
