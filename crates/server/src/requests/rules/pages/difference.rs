//! Two versions side by side: what came, what went, what became different.

use super::super::Table;
use super::super::words;
use super::say::Teller;

/// A rule that is not the same in both.
#[derive(Debug, PartialEq, Eq)]
pub struct Differing {
    pub what: Change,
    /// What it is about.
    pub title: String,
    /// Each cell that differs: its name, what it was, what it is.
    pub cells: Vec<(&'static str, String, String)>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Change {
    Added,
    Removed,
    Changed,
}

impl Differing {
    pub fn is_added(&self) -> bool {
        self.what == Change::Added
    }

    pub fn is_removed(&self) -> bool {
        self.what == Change::Removed
    }
}

/// What differs from `old` to `new`, in the order of the newer one, what went at the end.
pub fn between(teller: &Teller<'_>, old: &Table, new: &Table) -> Vec<Differing> {
    let mut found = Vec::new();
    for (place, row) in new.rows.iter().enumerate() {
        let before = old.rows.iter().find(|other| same(new, other, row));
        if before == Some(row) {
            continue;
        }
        let what = if before.is_some() { Change::Changed } else { Change::Added };
        let empty = vec![String::new(); row.len()];
        let cells = cells(teller, new, before.unwrap_or(&empty), row, what);
        found.push(Differing { what, title: teller.row(new, place), cells });
    }
    for (place, row) in old.rows.iter().enumerate() {
        if !new.rows.iter().any(|other| same(new, other, row)) {
            let empty = vec![String::new(); row.len()];
            let cells = cells(teller, old, row, &empty, Change::Removed);
            found.push(Differing { what: Change::Removed, title: teller.row(old, place), cells });
        }
    }
    found
}

fn same(table: &Table, one: &[String], other: &[String]) -> bool {
    table.kind.about(one) == table.kind.about(other)
}

fn cells(
    teller: &Teller<'_>,
    table: &Table,
    before: &[String],
    after: &[String],
    what: Change,
) -> Vec<(&'static str, String, String)> {
    let kind = table.kind;
    let columns = kind.columns().iter().zip(before.iter().zip(after));
    let differing = columns.filter(|(_, (before, after))| before != after);
    let told = |column: &str, text: &str, is_there: bool| {
        if is_there { teller.cell(kind, column, text) } else { String::new() }
    };
    differing
        .map(|(column, (before, after))| {
            (
                teller.lang.say(words::column(kind, column)),
                told(column, before, what != Change::Added),
                told(column, after, what != Change::Removed),
            )
        })
        .collect()
}
