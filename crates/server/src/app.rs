//! What every request and every job can reach.

use std::collections::HashMap;
use std::path::PathBuf;
use std::sync::{Arc, PoisonError, RwLock};

use db::Db;
use domain::area::Street;
use domain::requests::{Limits, Moment};
use jiff::Timestamp;
use tokio::sync::Notify;

use crate::clock::{Clock, Ids};
use crate::error::Error;
use crate::files::Files;
use crate::identity::Cost;
use crate::{calendar, grid, migrations};

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
    settings: Arc<RwLock<HashMap<Street, Arc<Settings>>>>,
}

/// How this process was started.
#[derive(Clone, Debug)]
pub struct Options {
    /// `sqlite:FILE` or `postgres://…`.
    pub database: String,
    /// Where files are kept: a folder, or `s3://bucket/prefix`.
    pub data: PathBuf,
    /// A number below 1,024 that no other process of this database has.
    pub node: i64,
    /// The address that residents use, for printed codes; empty: as the browser asks.
    pub public_url: String,
    /// Whether cookies are for HTTPS only.
    pub secure: bool,
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
}

impl App {
    /// Opens the records and brings their schema up to date.
    pub async fn open(options: Options, clock: Clock) -> Result<Self, Error> {
        let db = Db::open(&options.database)?;
        db.migrate(migrations::ALL).await?;
        let files = Files::open(&options.data).map_err(|error| Error::Files(error.to_string()))?;
        let app = Self {
            db,
            files,
            clock,
            ids: Arc::new(Ids::new(options.node)),
            options: Arc::new(options),
            changes: Arc::default(),
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
                .map(|found| {
                    let calendar = calendar::load(tx, found.street, &found.zone)?;
                    let settings = Settings {
                        street: found.street,
                        name: found.name,
                        name_en: found.name_en,
                        hotline: found.hotline,
                        calendar,
                        limits: Limits::default(),
                    };
                    Ok((found.street, Arc::new(settings)))
                })
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
    /// What the rules know of the world at `now`.
    #[must_use]
    pub fn moment(&self, now: Timestamp) -> Moment<'_> {
        Moment { now, calendar: &self.calendar, limits: &self.limits }
    }
}
