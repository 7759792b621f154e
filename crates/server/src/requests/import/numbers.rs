//! Readable numbers for many requests, taken from their series all at once.

use std::collections::{BTreeMap, HashMap};

use db::Tx;
use domain::area::AreaCode;
use jiff::Timestamp;

use crate::app::Settings;
use crate::error::Error;
use crate::requests::store;

/// The next number of each series.
#[derive(Debug, Default)]
pub struct Numbers(HashMap<String, i64>);

impl Numbers {
    /// Takes one for each place and time, and counts them as raised there.
    pub fn take(
        tx: &mut Tx,
        settings: &Settings,
        raised: impl IntoIterator<Item = (AreaCode, Timestamp)>,
    ) -> Result<Self, Error> {
        let mut wanted: BTreeMap<String, i64> = BTreeMap::new();
        let mut communities: BTreeMap<AreaCode, i64> = BTreeMap::new();
        for (area, at) in raised {
            *wanted.entry(series(settings, area, at)).or_default() += 1;
            let community = area.at(domain::area::Level::Community).unwrap_or(area);
            *communities.entry(community).or_default() += 1;
        }
        for (area, count) in communities {
            store::count_raised(tx, settings.street, area, count)?;
        }
        let mut first = HashMap::new();
        for (series, count) in wanted {
            let last = store::next_numbers(tx, settings.street, &series, count)?;
            first.insert(series, last - count + 1);
        }
        Ok(Self(first))
    }

    /// The next one of its series.
    pub fn next(&mut self, settings: &Settings, area: AreaCode, at: Timestamp) -> String {
        let series = series(settings, area, at);
        let next = self.0.entry(series.clone()).or_insert(1);
        let number = format!("{series}-{next:05}");
        *next += 1;
        number
    }
}

fn series(settings: &Settings, area: AreaCode, at: Timestamp) -> String {
    format!("{}-{}", settings.prefix(area), settings.calendar.date(at).year())
}
