//! SQLite: statements on one connection. Its neighbours open the file, write it and read it.

mod open;
mod readers;
mod writer;

use std::collections::HashMap;
use std::fs::File;
use std::sync::Arc;

use rusqlite::CachedStatement;
use rusqlite::types::ValueRef;

use crate::migrate::for_sqlite;
use crate::tx::{Connection, place_of};
use crate::value::{Answer, Names};
use crate::{Error, Param};

pub use readers::Readers;
pub use writer::start;

/// How many statements a connection keeps prepared; the whole program has fewer.
const STATEMENTS: usize = 512;

/// Room that is made for an answer before it comes: a page's worth, not a report's.
const MOST_CELLS: usize = 4096;
const MOST_BYTES: usize = 64 * 1024;

struct Sqlite {
    file: rusqlite::Connection,
    known: HashMap<(usize, usize), Known>,
}

/// What need not be asked again of a statement.
struct Known {
    names: Names,
    /// For each placeholder as SQLite counts them, which value it takes, from nought.
    values: Box<[usize]>,
    /// How many values there must be.
    wanted: usize,
    /// How large its last answer was: the next one will be like it.
    size: (usize, usize),
}

/// The file with no thread in between, for measuring: its one writer, and the lock that it holds.
pub fn alone(path: &str) -> Result<(impl Connection + 'static, File), Error> {
    let (file, lock) = open::to_write(path)?;
    Ok((Sqlite::new(file), lock))
}

impl Sqlite {
    fn new(file: rusqlite::Connection) -> Self {
        file.set_prepared_statement_cache_capacity(STATEMENTS);
        Self { file, known: HashMap::new() }
    }
}

impl Connection for Sqlite {
    fn query(&mut self, sql: &'static str, params: &[Param<'_>]) -> Result<Answer, Error> {
        let mut statement = self.file.prepare_cached(sql)?;
        let known = know(&mut self.known, sql, &statement)?;
        bind(&mut statement, known, params)?;
        let (cells, bytes) = known.size;
        let mut answer = Answer::with_room(Arc::clone(&known.names), cells, bytes);
        let mut found = statement.raw_query();
        while let Some(row) = found.next()? {
            for (place, name) in known.names.iter().enumerate() {
                answer.push(value(row.get_ref(place)?, name)?);
            }
        }
        let (cells, bytes) = answer.size();
        known.size = (cells.min(MOST_CELLS), bytes.min(MOST_BYTES));
        Ok(answer)
    }

    fn execute(&mut self, sql: &'static str, params: &[Param<'_>]) -> Result<u64, Error> {
        let mut statement = self.file.prepare_cached(sql)?;
        let known = know(&mut self.known, sql, &statement)?;
        bind(&mut statement, known, params)?;
        Ok(statement.raw_execute()? as u64)
    }

    fn script(&mut self, sql: &str) -> Result<(), Error> {
        Ok(self.file.execute_batch(&for_sqlite(sql))?)
    }

    fn tables_sql(&self) -> &'static str {
        r"SELECT COUNT(*) FILTER (WHERE name = 'migrations') AS ours,
                 COUNT(*) FILTER (WHERE name <> 'migrations') AS others
            FROM sqlite_schema WHERE type = 'table' AND name NOT LIKE 'sqlite\_%' ESCAPE '\'"
    }
}

/// SQLite takes `$2` for a *name* and numbers names as they appear, so binding by position would
/// put values into the wrong columns, silently: the number in the name is what counts.
fn know<'a>(
    known: &'a mut HashMap<(usize, usize), Known>,
    sql: &'static str,
    statement: &CachedStatement<'_>,
) -> Result<&'a mut Known, Error> {
    use std::collections::hash_map::Entry;
    let vacant = match known.entry(place_of(sql)) {
        Entry::Occupied(known) => return Ok(known.into_mut()),
        Entry::Vacant(vacant) => vacant,
    };
    let mut values = Vec::new();
    for place in 1..=statement.parameter_count() {
        let name = statement.parameter_name(place).unwrap_or_default();
        let number = name.strip_prefix('$').and_then(|number| number.parse::<usize>().ok());
        let value = number.and_then(|number| number.checked_sub(1));
        values.push(value.ok_or_else(|| Error::Other(format!("{name:?} is no placeholder")))?);
    }
    Ok(vacant.insert(Known {
        names: statement.column_names().map(Box::from).collect(),
        wanted: values.iter().map(|value| value + 1).max().unwrap_or(0),
        values: values.into(),
        size: (0, 0),
    }))
}

fn bind(
    statement: &mut CachedStatement<'_>,
    known: &Known,
    params: &[Param<'_>],
) -> Result<(), Error> {
    // PostgreSQL takes neither more nor fewer values than there are placeholders, so neither do we.
    if params.len() != known.wanted {
        return Err(Error::Other(format!("{} values for ${}", params.len(), known.wanted)));
    }
    for (place, value) in (1..).zip(&known.values) {
        match params[*value] {
            Param::Null => statement.raw_bind_parameter(place, rusqlite::types::Null)?,
            Param::Number(number) => statement.raw_bind_parameter(place, number)?,
            Param::Text(text) if text.contains('\0') => {
                // PostgreSQL keeps none, so a street could not move there with it.
                return Err(Error::Other("a text holds a NUL".into()));
            }
            Param::Text(text) => statement.raw_bind_parameter(place, text)?,
        }
    }
    Ok(())
}

fn value<'a>(value: ValueRef<'a>, name: &str) -> Result<Param<'a>, Error> {
    match value {
        ValueRef::Null => Ok(Param::Null),
        ValueRef::Integer(number) => Ok(Param::Number(number)),
        ValueRef::Text(text) => std::str::from_utf8(text)
            .map(Param::Text)
            .map_err(|error| Error::Corrupt(format!("the column {name}: {error}"))),
        ValueRef::Real(_) | ValueRef::Blob(_) => {
            Err(Error::Corrupt(format!("the column {name} holds a {}", value.data_type())))
        }
    }
}
