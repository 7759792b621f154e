//! A street's rules of one kind as a table of texts: how a version keeps them, how an office edits
//! them, and how programs send them.

use domain::digits;
use sha2::{Digest, Sha256};

use super::Kind;
use crate::identity::hex;

/// Lines of texts below a line of names.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Table {
    pub kind: Kind,
    /// Each with as many texts as the kind has columns.
    pub rows: Vec<Vec<String>>,
}

/// The text is no such table: its line, from one for the names.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Unreadable(pub usize);

impl Table {
    /// Reads comma-separated lines. The names at the head may stand in any order; a column that is
    /// not there is empty.
    pub fn read(kind: Kind, text: &str) -> Result<Self, Unreadable> {
        let text = text.trim_start_matches('\u{FEFF}');
        let mut reader = csv::ReaderBuilder::new().flexible(false).from_reader(text.as_bytes());
        let names = reader.headers().map_err(|_| Unreadable(1))?.clone();
        let columns = kind.columns();
        let known = names.iter().all(|name| columns.contains(&name.trim()));
        if !known || names.is_empty() {
            return Err(Unreadable(1));
        }
        let place = |column: &&str| names.iter().position(|name| name.trim() == *column);
        let places: Vec<Option<usize>> = columns.iter().map(place).collect();
        let mut rows = Vec::new();
        for (at, record) in reader.records().enumerate() {
            let record = record.map_err(|_| Unreadable(at + 2))?;
            let text = |place: &Option<usize>| place.and_then(|place| record.get(place));
            let row = columns.iter().zip(&places);
            let row = row.map(|(name, place)| tidied(kind, name, text(place).unwrap_or_default()));
            rows.push(row.collect());
        }
        Ok(Self { kind, rows })
    }

    /// The table of an older version, in which a number could have a sign before it: it counts as
    /// it always did.
    #[must_use]
    pub fn healed(mut self) -> Self {
        let kind = self.kind;
        let is_number = |column: &&str| has_numbers(kind, column);
        if let Some(place) = kind.columns().iter().position(is_number) {
            for cell in self.rows.iter_mut().filter_map(|row| row.get_mut(place)) {
                *cell = tidied(kind, kind.columns()[place], cell.trim_start_matches('+'));
            }
        }
        self
    }

    /// The same as comma-separated lines.
    #[must_use]
    pub fn text(&self) -> String {
        let mut writer = csv::Writer::from_writer(Vec::new());
        let mut put = |row: &[String]| {
            writer.write_record(row).expect("memory takes every record of one length");
        };
        put(&self.kind.columns().iter().map(|&name| name.to_owned()).collect::<Vec<_>>());
        self.rows.iter().for_each(|row| put(row));
        let bytes = writer.into_inner().expect("memory takes what is left");
        String::from_utf8(bytes).expect("texts make a text")
    }

    /// What stands in a row under a name.
    #[must_use]
    pub fn cell(&self, row: usize, column: &str) -> &str {
        let place = self.kind.columns().iter().position(|&name| name == column);
        let cell = place.and_then(|place| self.rows.get(row)?.get(place));
        cell.map_or("", String::as_str)
    }

    /// What a form finds a row again by, wherever it stands by then.
    #[must_use]
    pub fn key(row: &[String]) -> String {
        let digest = hex(&Sha256::digest(row.join("\u{1F}").as_bytes()));
        digest.chars().take(20).collect()
    }

    /// Where the row of this key stands.
    #[must_use]
    pub fn find(&self, key: &str) -> Option<usize> {
        self.rows.iter().position(|row| Self::key(row) == key)
    }
}

/// A cell as it is kept: numbers in plain digits, whatever was typed.
#[must_use]
pub fn tidied(kind: Kind, column: &str, text: &str) -> String {
    let text = text.trim();
    if !has_numbers(kind, column) {
        return text.to_owned();
    }
    match text.split_once(' ') {
        Some((number, unit)) => format!("{} {}", digits::plain(number), unit.trim()),
        None => digits::plain(text),
    }
}

/// Whether a column begins with a number: how long a clock is, how much a number is.
fn has_numbers(kind: Kind, column: &str) -> bool {
    matches!((kind, column), (Kind::Clocks, "term") | (Kind::Numbers, "value"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_table_reads_as_it_was_written() {
        let text = "unit,area,category\n\"water, cold\",,pipes\nproperty,370323001028,\n";
        let table = Table::read(Kind::Routing, text).unwrap();
        assert_eq!(table.cell(0, "unit"), "water, cold");
        assert_eq!((table.cell(1, "area"), table.cell(1, "category")), ("370323001028", ""));
        assert_eq!(Table::read(Kind::Routing, &table.text()), Ok(table.clone()));
        assert_eq!(table.find(&Table::key(&table.rows[1])), Some(1));
        assert_eq!(Table::read(Kind::Routing, "unit,colour\na,b\n"), Err(Unreadable(1)));
        assert_eq!(Table::read(Kind::Routing, "unit,area\na,b\nc\n"), Err(Unreadable(3)));
        assert_eq!(Table::read(Kind::Routing, ""), Err(Unreadable(1)));
    }

    #[test]
    fn numbers_are_kept_in_plain_digits() {
        let text = "limit,term\nfinish,０５ working_days\nfinish,+1 working_days\n";
        let table = Table::read(Kind::Clocks, text).unwrap();
        assert_eq!(
            (table.cell(0, "term"), table.cell(1, "term")),
            ("5 working_days", "+1 working_days")
        );
        assert_eq!(table.healed().cell(1, "term"), "1 working_days");
        let table =
            Table::read(Kind::Numbers, "name,value\ncalls_max, ３\ncalls_max,+3\n").unwrap();
        assert_eq!((table.cell(0, "value"), table.cell(1, "value")), ("3", "+3"));
        assert_eq!(table.healed().cell(1, "value"), "3");
    }
}
