//! The rows of a file as requests to be: every value checked, every fault told.

use std::collections::HashMap;

use domain::area::{AreaCode, Level};
use domain::id::UnitId;
use domain::requests::{Note, Text, readable};
use jiff::Timestamp;
use jiff::tz::TimeZone;

use super::faults::{Bad, Faults};
use super::mapping::{Fate, Mapping, filled};
use super::moments::{moment, narrow};
use super::read::Sheet;
use crate::app::Settings;
use crate::requests::{PLACE_LONGEST, line};

/// The longest id of another system.
const SOURCE_LONGEST: usize = 100;

/// A request as a row tells it.
#[derive(Clone, Debug)]
pub struct Incoming {
    /// The number of its row.
    pub row: usize,
    /// The other system and its id there.
    pub source: String,
    /// What the other system calls its kind, and its status.
    pub kind: String,
    pub status: String,
    pub fate: Fate,
    pub note: Option<Note>,
    pub text: Text,
    pub place: String,
    pub category: String,
    pub area: AreaCode,
    pub unit: Option<UnitId>,
    pub raised: Timestamp,
    /// When it was closed; for what is open, when it came to its stage.
    pub changed: Timestamp,
    pub due: Option<Timestamp>,
    /// For a duplicate, the row of its original in this list.
    pub original: Option<usize>,
}

/// What a file holds, by when it was raised.
#[derive(Debug, Default)]
pub struct Batch {
    pub all: Vec<Incoming>,
    pub blank: usize,
    /// Rows that are there a second time, sign for sign.
    pub repeated: usize,
}

/// Turns rows into requests; of a file with a fault in it nothing is left.
pub fn batch(
    mut sheet: Sheet,
    mapping: &Mapping,
    settings: &Settings,
    under: Option<AreaCode>,
) -> Result<Batch, Faults> {
    let places = Places::of(mapping, settings, under).map_err(|reason| faulty(&reason))?;
    let units = units(mapping, settings).map_err(|reason| faulty(&reason))?;
    categories(mapping, settings).map_err(|reason| faulty(&reason))?;
    let zone = mapping.zone().map_err(|reason| faulty(&reason))?;
    let mut faults = std::mem::take(&mut sheet.misfits);
    let reader = RowReader { sheet: &sheet, mapping, zone, places, units };
    let mut all = Vec::new();
    let mut known: HashMap<String, usize> = HashMap::new();
    let mut repeated = 0;
    for (at, (row, cells)) in sheet.rows.iter().enumerate() {
        let mut told = Vec::new();
        let incoming = reader.read(*row, cells, &mut told);
        let id = reader.id(cells);
        let first = known.get(&id).copied();
        if let Some((first, earlier)) = first.map(|first| &sheet.rows[first])
            && earlier != cells
        {
            let reason = format!("row {first} has this id too, and says something else of it");
            told.push(Bad { row: *row, column: mapping.columns.source.clone(), reason });
        }
        // Of a row that is too short nothing is told of what it does not have: that was said.
        let is_there = |bad: &Bad| sheet.place(&bad.column).is_none_or(|at| at < cells.len());
        told.into_iter().filter(is_there).for_each(|bad| faults.push(bad));
        match first {
            Some(_) => repeated += 1,
            None => {
                if !id.is_empty() {
                    known.insert(id, at);
                }
                all.extend(incoming.map(|incoming| (incoming, at)));
            }
        }
    }
    if !faults.is_empty() {
        return Err(faults);
    }
    all.sort_by_key(|(incoming, at)| (incoming.raised, *at));
    let keys: Vec<usize> = all.iter().map(|(_, at)| *at).collect();
    let mut all: Vec<Incoming> = all.into_iter().map(|(incoming, _)| incoming).collect();
    find_originals(&mut all, &keys, &sheet, mapping);
    Ok(Batch { all, blank: sheet.blank, repeated })
}

fn faulty(reason: &str) -> Faults {
    Faults::whole(format!("the mapping: {reason}"))
}

struct RowReader<'a> {
    sheet: &'a Sheet,
    mapping: &'a Mapping,
    zone: TimeZone,
    places: Places,
    units: HashMap<String, Option<UnitId>>,
}

impl RowReader<'_> {
    fn value<'a>(&self, cells: &'a [String], column: &str) -> &'a str {
        let place = self.sheet.place(column);
        place.and_then(|place| cells.get(place)).map_or("", String::as_str)
    }

    /// The id of a row in the other system.
    fn id(&self, cells: &[String]) -> String {
        narrow(self.value(cells, &self.mapping.columns.source)).trim().to_owned()
    }

    /// Reads one row; all that is wrong with it goes into `bad`.
    fn read(&self, row: usize, cells: &[String], bad: &mut Vec<Bad>) -> Option<Incoming> {
        let before = bad.len();
        let columns = &self.mapping.columns;
        let value = |column: &str| self.value(cells, column);
        let times = self.times(row, cells, bad);
        let mut tell = |column: &str, reason: String| {
            bad.push(Bad { row, column: column.to_owned(), reason });
        };
        let id = self.id(cells);
        if id.is_empty() {
            tell(&columns.source, "the id is missing".to_owned());
        } else if id.chars().count() > SOURCE_LONGEST || id.chars().any(char::is_control) {
            tell(&columns.source, "this is no id".to_owned());
        }
        let status = narrow(value(&columns.status)).trim().to_owned();
        let meant = self.mapping.status(&status);
        if meant.is_none() {
            tell(&columns.status, format!("the mapping does not know the status {status:?}"));
        }
        let text = Text::new(&cut(&filled(&columns.text, value)));
        let text = text.map_err(|error| tell(&columns.kind, error.to_string())).ok();
        let place = cut_to(&filled(&columns.place, value), PLACE_LONGEST);
        let place = line("place", &place, PLACE_LONGEST).unwrap_or_default();
        let area = self.place(cells).map_err(|(column, reason)| tell(&column, reason)).ok();
        let (fate, said) = meant?;
        let changed = self.end(fate, &times, value(&columns.raised), &mut tell);
        let note = said.note.as_deref().map(|note| filled(note, value));
        let raised = times.raised?;
        let incoming = Incoming {
            row,
            source: format!("{}/{id}", self.mapping.name),
            kind: value(&columns.kind).trim().to_owned(),
            status,
            fate,
            note: note.and_then(|note| Note::new(&cut(&note)).ok()),
            text: text?,
            place,
            category: self.mapping.category(value(&self.mapping.categories.column)).to_owned(),
            area: area?,
            unit: self.unit(cells),
            raised,
            changed: changed.unwrap_or(raised).max(raised),
            due: times.due,
            original: None,
        };
        (bad.len() == before).then_some(incoming)
    }

    /// The times of a row; what is none is told.
    fn times(&self, row: usize, cells: &[String], bad: &mut Vec<Bad>) -> Times {
        let columns = &self.mapping.columns;
        let mut at = |column: Option<&str>| -> Option<Timestamp> {
            let column = column?;
            let text = self.value(cells, column);
            let found = moment(text, &self.mapping.dates.formats, &self.zone);
            let is_missing = column == columns.raised && text.trim().is_empty();
            if found.is_none() && (is_missing || !text.trim().is_empty()) {
                let told = format!("{text:?} is no time");
                let reason = if is_missing { "the time is missing".to_owned() } else { told };
                bad.push(Bad { row, column: column.to_owned(), reason });
            }
            found
        };
        Times {
            raised: at(Some(&columns.raised)),
            closed: at(columns.closed.as_deref()),
            changed: at(columns.changed.as_deref()),
            due: at(columns.due.as_deref()),
        }
    }

    /// When it came to where it stands; an end before its beginning, or at no time, is told.
    fn end(
        &self,
        fate: Fate,
        times: &Times,
        raised: &str,
        tell: &mut impl FnMut(&str, String),
    ) -> Option<Timestamp> {
        if !fate.is_closed() {
            return times.changed;
        }
        let columns = &self.mapping.columns;
        let column = columns.closed.as_ref().unwrap_or(&columns.status);
        let is_early = times.closed.zip(times.raised).is_some_and(|(end, begin)| end < begin);
        if is_early && !self.mapping.dates.closed_at_least_when_raised {
            tell(column, format!("it was closed before it was raised, at {raised}"));
        }
        let end = times.closed.or(times.changed);
        if end.is_none() {
            tell(column, "it is closed, and nobody knows when".to_owned());
        }
        end
    }

    fn place(&self, cells: &[String]) -> Result<AreaCode, (String, String)> {
        let column = self.mapping.areas.column.as_deref();
        let text = column.map(|column| narrow(self.value(cells, column)).trim().to_owned());
        self.places.of_value(text.as_deref().unwrap_or_default()).ok_or_else(|| {
            let told = format!("the mapping knows no area for {:?}", text.unwrap_or_default());
            (column.unwrap_or_default().to_owned(), told)
        })
    }

    /// Who is not in the table did it without a unit of ours.
    fn unit(&self, cells: &[String]) -> Option<UnitId> {
        let column = self.mapping.units.column.as_deref()?;
        let text = narrow(self.value(cells, column)).trim().to_owned();
        self.units.get(&text).or_else(|| self.units.get("*")).copied().flatten()
    }
}

/// The times of a row, as far as there are any.
struct Times {
    raised: Option<Timestamp>,
    closed: Option<Timestamp>,
    changed: Option<Timestamp>,
    due: Option<Timestamp>,
}

/// At most as long as a text of ours; what is cut off is said to be.
fn cut(text: &str) -> String {
    cut_to(text, Text::LONGEST)
}

fn cut_to(text: &str, longest: usize) -> String {
    let text = readable(text);
    if text.chars().count() <= longest {
        return text;
    }
    text.chars().take(longest - 1).chain(['…']).collect()
}

/// Which value of a column lies where.
struct Places {
    table: HashMap<String, AreaCode>,
    spread: Vec<AreaCode>,
    fallback: Option<AreaCode>,
}

impl Places {
    fn of(mapping: &Mapping, settings: &Settings, under: Option<AreaCode>) -> Result<Self, String> {
        let area = |key: &str, text: &str| {
            let code = text.parse::<AreaCode>().ok();
            let code = code.filter(|code| settings.area(*code).is_some());
            let code = code.filter(|code| code.level() >= Level::Community);
            code.ok_or_else(|| format!("{key}: {text} is no community of this street, nor in one"))
        };
        let within = |code: &AreaCode| under.is_none_or(|under| under.contains(*code));
        let mut table = HashMap::new();
        for (value, text) in &mapping.areas.table {
            table.insert(value.clone(), area(&format!("areas.table.{value:?}"), text)?);
        }
        let fallback = mapping.areas.fallback.as_deref();
        let mut fallback = fallback.map(|text| area("areas.fallback", text)).transpose()?;
        let mut spread = Vec::new();
        if mapping.areas.spread {
            spread = settings.areas_of(Level::Community).iter().map(|area| area.code).collect();
            spread.retain(within);
            // A grid or a building that was asked for takes them all.
            spread.extend(under.filter(|under| under.level() > Level::Community));
            if spread.is_empty() {
                return Err("areas.spread: there is no community to spread them over".to_owned());
            }
        } else if table.is_empty() && fallback.is_none() {
            fallback = under.filter(|under| under.level() >= Level::Community);
            if fallback.is_none() {
                let told = "areas: name a fallback, a table or a spread, or say --area with the \
                            code of a community";
                return Err(told.to_owned());
            }
        }
        if let Some(beyond) = table.values().chain(&fallback).find(|code| !within(code)) {
            return Err(format!("areas: {beyond} lies outside the area that was asked for"));
        }
        Ok(Self { table, spread, fallback })
    }

    /// A value goes to the same community every time: a number in the order of the codes, another
    /// word by its letters.
    fn of_value(&self, value: &str) -> Option<AreaCode> {
        if let Some(area) = self.table.get(value) {
            return Some(*area);
        }
        if value.is_empty() && self.fallback.is_some() || self.spread.is_empty() {
            return self.fallback;
        }
        let place = match value.parse::<usize>() {
            Ok(number) => number.saturating_sub(1),
            Err(_) => value.bytes().map(usize::from).sum(),
        };
        self.spread.get(place % self.spread.len()).copied()
    }
}

fn units(
    mapping: &Mapping,
    settings: &Settings,
) -> Result<HashMap<String, Option<UnitId>>, String> {
    let mut found = HashMap::new();
    for (value, code) in &mapping.units.table {
        let unit = settings.units.iter().find(|unit| unit.code == *code);
        if unit.is_none() && !code.is_empty() {
            return Err(format!("units.table.{value:?}: there is no unit {code:?} in this street"));
        }
        found.insert(value.clone(), unit.map(|unit| unit.id));
    }
    Ok(found)
}

fn categories(mapping: &Mapping, settings: &Settings) -> Result<(), String> {
    let known = |key: String, code: &str| {
        let found = settings.category(code).map(drop);
        found.ok_or_else(|| format!("{key}: there is no category {code:?} in this street"))
    };
    known("categories.fallback".to_owned(), &mapping.categories.fallback)?;
    for (pattern, code) in &mapping.categories.patterns {
        known(format!("categories.patterns {pattern:?}"), code)?;
    }
    Ok(())
}

/// Tells each duplicate its original: the one that the file names, else by the strictest columns in
/// which one agrees with it: the latest before it, else the first after it.
fn find_originals(all: &mut [Incoming], rows: &[usize], sheet: &Sheet, mapping: &Mapping) {
    let places: HashMap<String, usize> =
        all.iter().enumerate().map(|(at, incoming)| (incoming.source.clone(), at)).collect();
    let duplicates: Vec<usize> =
        (0..all.len()).filter(|&at| all[at].fate == Fate::Merged).collect();
    let value = |at: usize, column: &str| {
        sheet.place(column).map_or("", |place| sheet.rows[rows[at]].1[place].as_str())
    };
    if let Some(column) = &mapping.columns.original {
        for &at in &duplicates {
            let named = format!("{}/{}", mapping.name, narrow(value(at, column)).trim());
            all[at].original =
                places.get(&named).copied().filter(|&it| all[it].fate != Fate::Merged);
        }
    }
    for columns in &mapping.duplicates {
        let key = |at: usize| -> Option<Vec<&str>> {
            let key: Vec<&str> = columns.iter().map(|column| value(at, column)).collect();
            key.iter().all(|part| !part.is_empty()).then_some(key)
        };
        let mut by_key: HashMap<Vec<&str>, Vec<usize>> = HashMap::new();
        for at in (0..all.len()).filter(|&at| all[at].fate != Fate::Merged) {
            if let Some(key) = key(at) {
                by_key.entry(key).or_default().push(at);
            }
        }
        for &at in duplicates.iter().filter(|&&at| all[at].original.is_none()).collect::<Vec<_>>() {
            let found = key(at).and_then(|key| by_key.get(&key)).map(|found| {
                let later = found.partition_point(|&other| other < at);
                found[later.saturating_sub(1)]
            });
            all[at].original = found;
        }
    }
}
