//! What the engines can do by themselves, for `wuwei bench` to stand beside.

mod recorded;

use std::fs::OpenOptions;
use std::io::{Seek, SeekFrom, Write};
use std::path::Path;
use std::time::{Duration, Instant};

use rusqlite::{CachedStatement, Connection};

use crate::{Error, Migration};

pub use recorded::{Ran, recorded};

/// Commands whose values are made ready at once, off the clock.
const READY: i64 = 256;

/// One statement of a command, as a store would run it.
pub struct Step {
    /// The store's own text, with `$1`, `$2`, …
    pub sql: &'static str,
    /// Its values for the command of this number, in the order of the placeholders' numbers.
    pub values: Box<dyn Fn(i64) -> Vec<Value>>,
    /// What pgbench calls them: `["street", "id"]` for `:street` and `:id`. One that is never
    /// given a value is NULL.
    pub variables: Vec<String>,
}

/// A value that a [`Step`] makes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Value {
    Null,
    Number(i64),
    Text(String),
}

impl From<i64> for Value {
    fn from(number: i64) -> Self {
        Value::Number(number)
    }
}

impl From<String> for Value {
    fn from(text: String) -> Self {
        Value::Text(text)
    }
}

impl From<&str> for Value {
    fn from(text: &str) -> Self {
        Value::Text(text.to_owned())
    }
}

/// How often a second 4 KiB reach the disk under `folder`, one write after another.
pub fn fsync_rate(folder: &Path, lasting: Duration) -> Result<f64, Error> {
    let path = folder.join("fsync.bench");
    let measured = (|| {
        let mut file = OpenOptions::new().create(true).truncate(true).write(true).open(&path)?;
        let (since, mut times) = (Instant::now(), 0_u32);
        while since.elapsed() < lasting {
            file.seek(SeekFrom::Start(0))?;
            file.write_all(&[7; 4096])?;
            file.sync_data()?;
            times += 1;
        }
        Ok(f64::from(times) / since.elapsed().as_secs_f64())
    })();
    let _ = std::fs::remove_file(&path);
    measured.map_err(|error: std::io::Error| {
        Error::Unavailable(format!("{} cannot be measured: {error}", folder.display()))
    })
}

/// Moves what SQLite has in its journal into its file, as it does by itself while nobody reads.
pub fn sqlite_settled(path: &Path) -> Result<(), Error> {
    let file = Connection::open(path)?;
    file.busy_timeout(Duration::from_secs(5))?;
    Ok(file.query_row("PRAGMA wal_checkpoint(TRUNCATE)", [], |_| Ok(()))?)
}

/// Commands a second that SQLite alone does: the same statements, prepared once and bound by hand,
/// in one transaction and so with one commit, on a thread of its own.
///
/// `migrations` are applied where `path` has no tables yet; `steps` are the statements of one
/// command, which gets the numbers `first`, `first + 1`, … Making its values costs no time here.
pub fn sqlite_alone(
    path: &Path,
    migrations: &[Migration],
    first: i64,
    steps: &[Step],
    lasting: Duration,
) -> Result<f64, Error> {
    let file = Connection::open(path)?;
    file.execute_batch(
        "PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; PRAGMA foreign_keys = ON;
         PRAGMA secure_delete = ON; PRAGMA cache_size = -65536; PRAGMA temp_store = MEMORY;",
    )?;
    file.set_prepared_statement_cache_capacity(512);
    let tables = "SELECT COUNT(*) FROM sqlite_schema WHERE type = 'table'";
    if file.query_row(tables, [], |row| row.get::<_, i64>(0))? == 0 {
        for migration in migrations {
            file.execute_batch(&crate::migrate::for_sqlite(migration.sql))?;
        }
    }
    let places = steps.iter().map(|step| places(&file.prepare_cached(step.sql)?));
    let places = places.collect::<Result<Vec<_>, Error>>()?;
    let (mut spent, mut commands) = (Duration::ZERO, 0_u32);
    let begun = Instant::now();
    file.execute_batch("BEGIN IMMEDIATE")?;
    spent += begun.elapsed();
    while spent < lasting {
        let next = first + i64::from(commands);
        let of_one = |number| steps.iter().map(|step| (step.values)(number)).collect();
        let ready: Vec<Vec<Vec<Value>>> = (next..next + READY).map(of_one).collect();
        let since = Instant::now();
        for command in &ready {
            for ((step, places), values) in steps.iter().zip(&places).zip(command) {
                let mut statement = file.prepare_cached(step.sql)?;
                bind(&mut statement, places, values)?;
                let mut found = statement.raw_query();
                while found.next()?.is_some() {}
            }
            commands += 1;
        }
        spent += since.elapsed();
    }
    let since = Instant::now();
    file.execute_batch("COMMIT")?;
    spent += since.elapsed();
    Ok(f64::from(commands) / spent.as_secs_f64())
}

/// For each placeholder, as SQLite counts them, which value it takes, from nought.
fn places(statement: &CachedStatement<'_>) -> Result<Vec<usize>, Error> {
    let numbered = |place| {
        let name = statement.parameter_name(place).unwrap_or_default();
        let number = name.strip_prefix('$').and_then(|number| number.parse::<usize>().ok());
        let place = number.and_then(|number| number.checked_sub(1));
        place.ok_or_else(|| Error::Other(format!("{name:?} is no placeholder")))
    };
    (1..=statement.parameter_count()).map(numbered).collect()
}

fn bind(
    statement: &mut CachedStatement<'_>,
    places: &[usize],
    values: &[Value],
) -> Result<(), Error> {
    for (place, value) in (1..).zip(places) {
        match &values[*value] {
            Value::Null => statement.raw_bind_parameter(place, rusqlite::types::Null)?,
            Value::Number(number) => statement.raw_bind_parameter(place, number)?,
            Value::Text(text) => statement.raw_bind_parameter(place, text)?,
        }
    }
    Ok(())
}

/// The same command as a script for `pgbench --no-vacuum --protocol=prepared`.
///
/// `settings` comes first: lines as `\set id random(1, 100000)`. Texts are given to pgbench by
/// `--define=name=value`.
#[must_use]
pub fn pgbench_script(settings: &str, steps: &[Step]) -> String {
    let statements = steps.iter().map(|step| format!("{};\n", with_variables(step)));
    format!("{}\nBEGIN;\n{}COMMIT;\n", settings.trim_end(), statements.collect::<String>())
}

/// Puts `:street` for `$1`. The highest numbers go first, for `$1` is also the start of `$12`.
fn with_variables(step: &Step) -> String {
    let numbered = step.variables.iter().enumerate().rev();
    let one_line = step.sql.split_whitespace().collect::<Vec<_>>().join(" ");
    numbered.fold(one_line, |sql, (place, variable)| {
        sql.replace(&format!("${}", place + 1), &format!(":{variable}"))
    })
}

/// Makes a database of this name beside the one of `url`, and tells its address.
pub fn postgres_beside(url: &str, name: &str) -> Result<String, Error> {
    let beside = renamed(url, name);
    on_server(url, &format!("CREATE DATABASE {name}"))?;
    Ok(beside)
}

/// Drops the database that [`postgres_beside`] made, whoever is still connected to it.
pub fn postgres_gone(url: &str, name: &str) -> Result<(), Error> {
    on_server(url, &format!("DROP DATABASE IF EXISTS {name} WITH (FORCE)"))
}

fn on_server(url: &str, order: &str) -> Result<(), Error> {
    let unreached = |error: postgres::Error| Error::Unavailable(error.to_string());
    let mut server = postgres::Client::connect(url, postgres::NoTls).map_err(unreached)?;
    server.batch_execute(order).map_err(unreached)
}

/// The same server with another database: `postgres://a@b/c?d` becomes `postgres://a@b/name?d`.
fn renamed(url: &str, name: &str) -> String {
    let (scheme, rest) = url.split_once("://").unwrap_or(("postgres", url));
    let (place, settings) = rest.split_once('?').map_or((rest, None), |(a, b)| (a, Some(b)));
    let server = place.split('/').next().unwrap_or_default();
    let settings = settings.map(|settings| format!("?{settings}")).unwrap_or_default();
    format!("{scheme}://{server}/{name}{settings}")
}

#[cfg(test)]
mod tests {
    use super::renamed;

    #[test]
    fn the_database_of_an_address_is_replaced_and_nothing_else() {
        assert_eq!(renamed("postgres://a:b@c,d:1/e?f=g", "x"), "postgres://a:b@c,d:1/x?f=g");
        assert_eq!(renamed("postgres://a@c", "x"), "postgres://a@c/x");
    }
}
