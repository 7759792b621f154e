//! A street to begin with: the lists that every street starts from, and a believable one to look
//! at.
//!
//! The rows are the files of `seed/` at the head of the project, embedded in the program.

pub mod county;
mod demo;
mod journey;
mod password;
mod people;
mod picture;
mod rows;
mod store;
mod story;

pub use demo::{demo, landing_page};
pub use people::{DemoPeople, DemoPerson};
pub use store::{OURS, clear, foreign_tables};

use db::Tx;
use domain::area::Street;
use jiff::Timestamp;

use crate::error::Error;
use crate::requests::rules;
use crate::{calendar, grid};

/// The telephone number on every page until the street sets its own: the national one for
/// citizens' concerns.
const HOTLINE: &str = "12345";

/// What every street starts with: that it is served, its categories and clocks, and the working
/// calendar as far as it is known. May be done again: then it brings newer days, and leaves alone
/// what an office may have changed.
pub fn street_defaults(tx: &mut Tx, street: Street, at: Timestamp) -> Result<(), Error> {
    let calendar = rows::calendar();
    grid::add_street(tx, street, &calendar.zone, HOTLINE, at)?;
    for table in [rows::categories(), rows::clocks()] {
        rules::begin(tx, street, &table, at)?;
    }
    for day in rows::days() {
        calendar::add_day(tx, street, day.date, &day.kind, &day.name)?;
    }
    calendar::known_through(tx, street, calendar.known_through)
}

#[cfg(test)]
pub(crate) mod tests {
    use std::sync::atomic::{AtomicU64, Ordering};

    use super::*;
    use crate::clock::Clock;
    use crate::identity::Cost;
    use crate::{App, Options};

    /// A folder of its own, and in it the street of the seed without requests, at this moment.
    pub(crate) async fn street_at(now: &str) -> (App, Street) {
        static COUNT: AtomicU64 = AtomicU64::new(0);
        let count = COUNT.fetch_add(1, Ordering::Relaxed);
        let folder = std::env::temp_dir().join(format!("seed-{}-{count}", std::process::id()));
        let _ = std::fs::remove_dir_all(&folder);
        std::fs::create_dir_all(&folder).unwrap();
        let options = Options {
            database: format!("sqlite:{}", folder.join("street.sqlite").display()),
            files: folder.join("files").display().to_string(),
            bucket: Vec::new(),
            node: 1,
            public_url: String::new(),
            secure: false,
            mail: None,
            cost: Cost { memory_kib: 8, passes: 1 },
        };
        let app = App::open(options, Clock::held(now.parse().unwrap())).await.unwrap();
        let (_, founding) = demo::founding(&app).await.unwrap();
        demo::put(&app, founding).await.unwrap();
        (app, demo::street())
    }

    /// Tells the requests of that street, every so many with photos.
    pub(crate) async fn tell(app: &App, street: Street, pictured: usize) {
        assert_eq!(story::tell(app, street, pictured).await.unwrap(), 0);
    }
}
