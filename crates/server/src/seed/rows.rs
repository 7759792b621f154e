//! The rows of `seed/`, as typed values. They are embedded and tested, so reading them cannot fail.

use domain::actor::Post;
use domain::area::AreaCode;
use jiff::civil::Date;
use serde::de::{DeserializeOwned, Error as _};
use serde::{Deserialize, Deserializer};

use crate::grid::AreaKind;
use crate::requests::rules::{Kind, Table};

#[derive(Deserialize)]
pub(super) struct AreaRow {
    pub code: String,
    pub name: String,
    pub name_en: String,
    pub kind: String,
    pub prefix: String,
    pub households: i64,
}

#[derive(Deserialize)]
pub(super) struct UnitRow {
    pub code: String,
    pub name: String,
    pub name_en: String,
    pub kind: String,
    pub area: String,
    pub phone: String,
}

#[derive(Clone, Deserialize)]
pub(super) struct PersonRow {
    pub key: String,
    pub name: String,
    pub phone: String,
    pub role: String,
    pub area: String,
}

#[derive(Deserialize)]
pub(super) struct AppointmentRow {
    pub person: String,
    pub post: String,
    pub area: String,
    /// The code of a unit, for liaisons.
    pub unit: String,
    #[serde(deserialize_with = "day")]
    pub from: Date,
}

#[derive(Deserialize)]
pub(super) struct DayRow {
    #[serde(deserialize_with = "day")]
    pub date: Date,
    pub kind: String,
    pub name: String,
}

#[derive(Deserialize)]
pub(super) struct RequestRow {
    pub key: String,
    pub raised_minutes_ago: i64,
    pub area: String,
    pub place: String,
    /// The key of whoever asks; empty for somebody without an account.
    pub asker: String,
    /// The key of whoever writes it down for the asker.
    pub writer: String,
    pub name: String,
    pub phone: String,
    pub category: String,
    pub text: String,
    /// What happened since: see `journey`.
    pub journey: String,
}

#[derive(Deserialize)]
pub(super) struct CalendarFacts {
    pub zone: String,
    #[serde(deserialize_with = "day")]
    pub known_through: Date,
}

macro_rules! lists {
    ($($(#[$doc:meta])* $name:ident: $row:ty = $file:literal;)*) => {$(
        $(#[$doc])*
        pub(super) fn $name() -> Vec<$row> {
            read(include_str!(concat!("../../../../seed/", $file)))
        }
    )*};
}

lists! {
    areas: AreaRow = "areas.csv";
    units: UnitRow = "units.csv";
    people: PersonRow = "people.csv";
    appointments: AppointmentRow = "appointments.csv";
    days: DayRow = "calendar.csv";
    requests: RequestRow = "requests.csv";
}

macro_rules! tables {
    ($($name:ident: $kind:ident = $file:literal;)*) => {$(
        pub(super) fn $name() -> Table {
            let text = include_str!(concat!("../../../../seed/", $file));
            Table::read(Kind::$kind, text).expect("the rows are embedded and tested")
        }
    )*};
}

tables! {
    categories: Categories = "categories.csv";
    routing: Routing = "routing.csv";
    clocks: Clocks = "clocks.csv";
}

pub(super) fn calendar() -> CalendarFacts {
    toml::from_str(include_str!("../../../../seed/calendar.toml"))
        .expect("the calendar's facts are embedded and tested")
}

/// An area of a row.
pub(super) fn area(code: &str) -> AreaCode {
    code.parse().expect("the rows are embedded and tested")
}

fn read<T: DeserializeOwned>(text: &str) -> Vec<T> {
    let mut reader = csv::Reader::from_reader(text.as_bytes());
    let rows = reader.deserialize().collect::<Result<_, _>>();
    rows.expect("the rows are embedded and tested")
}

fn day<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Date, D::Error> {
    String::deserialize(deserializer)?.parse().map_err(D::Error::custom)
}

impl AreaRow {
    pub(super) fn kind(&self) -> AreaKind {
        AreaKind::named(&self.kind).expect("the rows are embedded and tested")
    }
}

impl AppointmentRow {
    pub(super) fn post(&self) -> Post {
        Post::named(&self.post).expect("the rows are embedded and tested")
    }
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use domain::phone::Phone;

    use super::*;

    #[test]
    fn every_row_reads_and_every_key_leads_somewhere() {
        let areas: HashSet<String> = areas().into_iter().map(|row| row.code).collect();
        let units: HashSet<String> = units().into_iter().map(|row| row.code).collect();
        let people = people();
        let keys: HashSet<&str> = people.iter().map(|row| row.key.as_str()).collect();
        let phones: HashSet<&str> = people.iter().map(|row| row.phone.as_str()).collect();
        assert_eq!((keys.len(), phones.len()), (people.len(), people.len()));
        for row in &people {
            assert!(Phone::new(&row.phone).is_ok() && areas.contains(&row.area), "{}", row.key);
        }
        for row in super::appointments() {
            assert!(keys.contains(row.person.as_str()) && areas.contains(&row.area));
            assert_eq!(row.unit.is_empty(), row.post() != Post::UnitLiaison);
            assert!(row.unit.is_empty() || units.contains(&row.unit), "{}", row.unit);
        }
        for row in super::areas() {
            let _ = (area(&row.code), row.kind());
        }
        let table = categories();
        let cells = |column| (0..table.rows.len()).map(move |row| (row, column));
        for (row, column) in cells("unit") {
            let unit = table.cell(row, column);
            assert!(unit.is_empty() || units.contains(unit), "{unit}");
        }
        let known = |code: &str| cells("code").any(|(row, name)| table.cell(row, name) == code);
        for row in requests() {
            assert!(known(&row.category) && areas.contains(&row.area), "{}", row.key);
            for key in [&row.asker, &row.writer] {
                assert!(key.is_empty() || keys.contains(key.as_str()), "{key}");
            }
        }
        let known_through = calendar().known_through;
        assert!(days().iter().all(|day| day.date <= known_through));
    }
}
