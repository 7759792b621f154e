//! How rules change: over the version that was read, with a reason, and kept whole.

use db::Tx;
use domain::actor::Verb;
use domain::area::Street;
use domain::id::PersonId;
use domain::requests::Number;
use jiff::Timestamp;
use serde_json::json;

use super::check::{self, Fault};
use super::{Kind, Table, Version, store, words};
use crate::app::Settings;
use crate::error::{Error, Field};
use crate::receipts::{self, Deed, Receipt};
use crate::requests::{act, add_category, categories};
use crate::web::words::Sentence;

/// What somebody wants to hold from now on.
#[derive(Clone, Debug)]
pub struct Draft {
    pub table: Table,
    /// The version that they had before them.
    pub base: i64,
    /// Why.
    pub note: String,
}

/// The version that holds, and its table; version nought is what was there before any was written.
pub fn current(tx: &mut Tx, street: Street, kind: Kind) -> Result<(i64, Table), Error> {
    let head = store::head(tx, street, kind)?;
    if let Some(version) = store::version(tx, street, kind, head)? {
        return Ok((head, version.table()?));
    }
    let rows = match kind {
        Kind::Categories => category_rows(tx, street)?,
        Kind::Routing | Kind::Clocks => Vec::new(),
        Kind::Numbers => {
            let row = |number: Number| vec![number.name().to_owned(), number.usual().to_string()];
            Number::ALL.map(row).to_vec()
        }
    };
    Ok((0, Table { kind, rows }))
}

fn category_rows(tx: &mut Tx, street: Street) -> Result<Vec<Vec<String>>, Error> {
    let row = |known: super::Category| {
        vec![
            known.code,
            known.parent,
            known.name,
            known.name_en,
            known.icon,
            known.urgency.name().to_owned(),
            known.unit,
            known.danger,
            known.opens,
            known.opens_en,
            known.closes,
            known.closes_en,
            known.photo,
            known.photo_en,
            if known.retired_at.is_some() { "1".to_owned() } else { String::new() },
        ]
    };
    Ok(categories(tx, street)?.into_iter().map(row).collect())
}

/// Puts a draft in force as the next version. Of two who had the same version before them the
/// second is told that somebody was first.
pub fn change(
    tx: &mut Tx,
    settings: &Settings,
    deed: &Deed,
    draft: &Draft,
) -> Result<Receipt, Error> {
    let street = deed.street;
    receipts::once(tx, deed, |tx| {
        let actor = act::actor(tx, street, deed.caller, deed.at)?;
        if !actor.may(Verb::WorkAtStreetDesk, street.area()) {
            return Err(Error::Forbidden);
        }
        let kind = draft.table.kind;
        let (head, known) = current(tx, street, kind)?;
        if head != draft.base {
            return Err(Error::Records(db::Error::Stale));
        }
        if known == draft.table {
            return Err(Error::Refused(words::UNCHANGED.into()));
        }
        let note = note(&draft.note)?;
        let faults = check::faults(&draft.table, &known, settings);
        if !faults.is_empty() {
            return Err(complaint(&faults));
        }
        let mut head = head;
        if head == 0 {
            // What held before anybody changed it can hold again.
            head = 1;
            put(tx, street, &known, (head, None, words::BEFORE.zh), deed.at)?;
        }
        let version = head + 1;
        put(tx, street, &draft.table, (version, actor.person(), &note), deed.at)?;
        let answer = json!({ "kind": kind.name(), "version": version }).to_string();
        Ok(Receipt { subject: street.number(), version, answer, replayed: false })
    })
}

/// What a street begins with, unless something of the kind was written down already.
pub fn begin(tx: &mut Tx, street: Street, table: &Table, at: Timestamp) -> Result<(), Error> {
    if store::head(tx, street, table.kind)? > 0 {
        return Ok(());
    }
    put(tx, street, table, (1, None, words::BEGINNING.zh), at)
}

/// An older table as it can hold again: categories that came later are there still, and retired.
#[must_use]
pub fn restored(older: Table, held: &Table) -> Table {
    let mut table = older;
    if table.kind != Kind::Categories {
        return table;
    }
    let codes: Vec<String> = table.rows.iter().map(|row| row[0].clone()).collect();
    for row in held.rows.iter().filter(|row| !codes.contains(&row[0])) {
        let mut row = row.clone();
        if let Some(retired) = row.last_mut() {
            "1".clone_into(retired);
        }
        table.rows.push(row);
    }
    table
}

/// Why, in at most two hundred characters.
fn note(text: &str) -> Result<String, Error> {
    let text = domain::requests::readable(text).replace('\n', " ");
    if text.chars().count() > 200 {
        return Err(Error::field("note", words::NOTE_LONG));
    }
    if text.is_empty() { Err(Error::field("note", words::NOTE_MISSING)) } else { Ok(text) }
}

/// Faults as the fields of a form; the row is said where there is more than one.
pub(super) fn complaint(faults: &[Fault]) -> Error {
    let field = |fault: &Fault| {
        let (row, reason) = (fault.row + 1, &fault.reason);
        let reason = Sentence::new(
            format!("第 {row} 行：{}", reason.zh),
            format!("Row {row}: {}", reason.en),
        );
        Field { name: fault.column, reason }
    };
    Error::Invalid(faults.iter().take(20).map(field).collect())
}

fn put(
    tx: &mut Tx,
    street: Street,
    table: &Table,
    (version, actor, note): (i64, Option<PersonId>, &str),
    at: Timestamp,
) -> Result<(), Error> {
    let state = table.text();
    let kept = Version { kind: table.kind, version, at, actor, note: note.to_owned(), state };
    store::add(tx, street, &kept)?;
    if table.kind == Kind::Categories {
        let known = categories(tx, street)?;
        for (position, category) in (1..).zip(check::categories(table, &known, at)) {
            add_category(tx, street, position, &category)?;
        }
    }
    Ok(())
}
