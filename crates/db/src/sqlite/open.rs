//! Opening a SQLite file so that what is answered stays: one writer, and settings that are checked.

use std::ffi::OsString;
use std::fs::{File, OpenOptions, TryLockError};
use std::path::{Path, PathBuf};
use std::thread;
use std::time::{Duration, Instant};

use rusqlite::config::DbConfig;
use rusqlite::types::ValueRef;
use rusqlite::{Connection, OpenFlags};

use crate::Error;

/// How long the previous process may take to end.
const HANDOVER: Duration = Duration::from_secs(2);

/// A setting, what it is set to, and what SQLite then says it is.
type Pragma = (&'static str, &'static str, &'static str);

const FOR_ALL: [Pragma; 2] = [
    ("busy_timeout", "5000", "5000"),
    // A schema from elsewhere shall not run functions of its own choice.
    ("trusted_schema", "OFF", "0"),
];

const FOR_WRITER: [Pragma; 4] = [
    // Readers see the last commit while the writer works.
    ("journal_mode", "WAL", "wal"),
    // A commit is on the disk before it is answered.
    ("synchronous", "FULL", "2"),
    ("foreign_keys", "ON", "1"),
    // What is deleted is gone from the file.
    ("secure_delete", "ON", "1"),
];

const FOR_READERS: [Pragma; 1] = [("query_only", "ON", "1")];

/// The one connection that writes, and the lock that makes it the only one.
pub fn to_write(path: &str) -> Result<(Connection, File), Error> {
    let lock = lock(path)?;
    let flags = OpenFlags::SQLITE_OPEN_READ_WRITE
        | OpenFlags::SQLITE_OPEN_CREATE
        | OpenFlags::SQLITE_OPEN_NO_MUTEX;
    let file = Connection::open_with_flags(path, flags).map_err(|error| unusable(path, error))?;
    keep_plans(&file)?;
    settle(&file, path, &FOR_ALL)?;
    settle(&file, path, &FOR_WRITER)?;
    let sizes = "PRAGMA cache_size = -65536; PRAGMA temp_store = MEMORY;
         PRAGMA wal_autocheckpoint = 4000; PRAGMA journal_size_limit = 67108864;";
    file.execute_batch(sizes)?;
    Ok((file, lock))
}

/// A connection that cannot write.
pub fn to_read(path: &str) -> Result<Connection, Error> {
    let file = to_copy(path)?;
    settle(&file, path, &FOR_READERS)?;
    // There may be many of them, so each keeps 8 MiB at most.
    file.execute_batch("PRAGMA cache_size = -8192; PRAGMA temp_store = MEMORY;")?;
    Ok(file)
}

/// A connection that cannot write the file, but another beside it.
pub fn to_copy(path: &str) -> Result<Connection, Error> {
    let flags = OpenFlags::SQLITE_OPEN_READ_ONLY | OpenFlags::SQLITE_OPEN_NO_MUTEX;
    let file = Connection::open_with_flags(path, flags).map_err(|error| unusable(path, error))?;
    keep_plans(&file)?;
    settle(&file, path, &FOR_ALL)?;
    Ok(file)
}

/// `path` with something behind it.
pub fn beside(path: &Path, end: &str) -> PathBuf {
    let mut name = OsString::from(path);
    name.push(end);
    name.into()
}

/// A plan that was made stays, whatever values come: without this a statement with `LIKE $1` is
/// parsed anew for every value, which costs more than running it.
fn keep_plans(file: &Connection) -> Result<(), Error> {
    file.set_db_config(DbConfig::SQLITE_DBCONFIG_ENABLE_QPSG, true)?;
    Ok(())
}

/// Sets every pragma and reads it back, for SQLite keeps silent about those it does not obey.
fn settle(file: &Connection, path: &str, pragmas: &[Pragma]) -> Result<(), Error> {
    for (name, wanted, shown) in pragmas {
        let set = file.pragma_update(None, name, wanted);
        set.map_err(|error| unusable(path, error))?;
        let is = file.pragma_query_value(None, name, |row| {
            Ok(match row.get_ref(0)? {
                ValueRef::Integer(number) => number.to_string(),
                other => other.as_str().unwrap_or_default().to_owned(),
            })
        });
        let is = is.map_err(|error| unusable(path, error))?;
        if is != *shown {
            return Err(Error::Unfit(format!(
                "{path} stays at {name} = {is} where {wanted} is needed; put it on a local disk"
            )));
        }
    }
    Ok(())
}

fn lock(path: &str) -> Result<File, Error> {
    if path.is_empty() || path.starts_with(':') {
        return Err(Error::Unfit("it needs a file, as in sqlite:street.sqlite".into()));
    }
    let name = beside(Path::new(path), ".lock");
    let refused = |why: &dyn std::fmt::Display| {
        Error::Unavailable(format!("{} cannot be locked: {why}", name.display()))
    };
    let open = OpenOptions::new().create(true).truncate(false).write(true).open(&name);
    let file = open.map_err(|error| refused(&error))?;
    let since = Instant::now();
    loop {
        match file.try_lock() {
            Ok(()) => return Ok(file),
            Err(TryLockError::WouldBlock) if since.elapsed() < HANDOVER => {
                thread::sleep(Duration::from_millis(20));
            }
            Err(TryLockError::WouldBlock) => {
                return Err(Error::Unfit(format!(
                    "another process is writing to {path}; stop that one first"
                )));
            }
            Err(TryLockError::Error(error)) => return Err(refused(&error)),
        }
    }
}

fn unusable(path: &str, error: rusqlite::Error) -> Error {
    match Error::from(error) {
        Error::Corrupt(text) => Error::Unfit(format!(
            "{path} is not a SQLite database, or it is damaged ({text}); restore a backup"
        )),
        Error::Unavailable(text) => Error::Unavailable(format!("{path} does not open ({text})")),
        Error::ReadOnly => Error::Unfit(format!("{path} may not be written by this user")),
        other => other,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_setting_that_does_not_hold_is_refused() {
        // A database in memory has no WAL, and says so only to those who ask.
        let file = Connection::open_in_memory().unwrap();
        let refusal = settle(&file, "x", &FOR_WRITER).unwrap_err().to_string();
        assert!(refusal.contains("journal_mode = memory where WAL is needed"), "{refusal}");
        settle(&file, "x", &FOR_ALL).unwrap();
    }

    #[test]
    fn every_setting_is_one_that_holds() {
        let path = std::env::temp_dir().join(format!("db_pragmas_{}", std::process::id()));
        let path = path.to_str().unwrap();
        let (writer, lock) = to_write(path).unwrap();
        let ask = |file: &Connection, name: &str| {
            file.pragma_query_value(None, name, |row| row.get::<_, i64>(0)).unwrap()
        };
        let names = ["synchronous", "foreign_keys", "secure_delete", "trusted_schema"];
        assert_eq!(names.map(|name| ask(&writer, name)), [2, 1, 1, 0]);
        let reader = to_read(path).unwrap();
        assert_eq!(["query_only", "trusted_schema"].map(|name| ask(&reader, name)), [1, 0]);
        assert!(to_write(path).is_err(), "the lock holds within one process as well");
        drop((writer, reader, lock));
        for end in ["", "-wal", "-shm", ".lock"] {
            let _ = std::fs::remove_file(beside(Path::new(path), end));
        }
    }
}
