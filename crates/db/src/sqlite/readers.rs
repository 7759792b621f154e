//! Connections that only read, one for each thread that ever read at the same time as another.

use std::fs::{self, File};
use std::io;
use std::path::{Path, PathBuf};
use std::sync::atomic::AtomicU64;
use std::sync::{Arc, Mutex, PoisonError};

use super::{Sqlite, open};
use crate::{Error, Tx};

pub struct Readers {
    path: String,
    ran: Arc<AtomicU64>,
    idle: Mutex<Vec<Tx>>,
    /// How many are kept.
    most: usize,
}

impl Readers {
    pub fn new(path: &str, ran: &Arc<AtomicU64>, most: usize) -> Result<Self, Error> {
        let (path, ran) = (path.to_owned(), Arc::clone(ran));
        let readers = Self { path, ran, idle: Mutex::default(), most };
        // The first one shows whether the file can be read at all.
        let first = readers.connect()?;
        readers.idle.lock().unwrap_or_else(PoisonError::into_inner).push(first);
        Ok(readers)
    }

    /// Runs `work` on the calling thread, on one snapshot.
    pub fn read<T, E: From<Error>>(&self, work: &impl Fn(&mut Tx) -> Result<T, E>) -> Result<T, E> {
        let idle = self.idle.lock().unwrap_or_else(PoisonError::into_inner).pop();
        let mut tx = idle.map_or_else(|| self.connect(), Ok)?;
        tx.connection.execute("BEGIN", &[])?;
        let outcome = tx.attempt(work);
        tx.connection.execute("COMMIT", &[])?;
        let mut idle = self.idle.lock().unwrap_or_else(PoisonError::into_inner);
        if idle.len() < self.most {
            idle.push(tx);
        }
        outcome
    }

    /// Copies what is committed now into the new file `to`, while others write.
    pub fn backup(&self, to: &Path) -> Result<(), Error> {
        if to.exists() {
            let sentence = format!("{} exists already; name another file", to.display());
            return Err(Error::Other(sentence));
        }
        // Under its own name only when it is whole and on the disk.
        let part = open::beside(to, ".part");
        let copied = self.copy(&part).and_then(|()| {
            let kept = keep(Path::new(&self.path), &part, to);
            kept.map_err(|error| Error::Unavailable(format!("{}: {error}", to.display())))
        });
        if copied.is_err() {
            let _ = fs::remove_file(&part);
        }
        copied
    }

    /// A backup beside the file, named for the last migration in it.
    pub fn backup_after(&self, migration: &str) -> Result<PathBuf, Error> {
        let name =
            |end: &str| open::beside(Path::new(&self.path), &format!(".{migration}.backup{end}"));
        let numbered = (2..).map(|number| name(&format!("-{number}")));
        let free = std::iter::once(name("")).chain(numbered).find(|path| !path.exists());
        let free = free.expect("there are more numbers than files");
        self.backup(&free)?;
        Ok(free)
    }

    fn copy(&self, part: &Path) -> Result<(), Error> {
        let name = part.to_str();
        let name = name.ok_or_else(|| Error::Other("the file's name is not UTF-8".into()))?;
        // What an earlier attempt left when it was killed.
        let _ = fs::remove_file(part);
        open::to_copy(&self.path)?.execute("VACUUM INTO $1", [name])?;
        Ok(())
    }

    fn connect(&self) -> Result<Tx, Error> {
        Ok(Tx::new(Sqlite::new(open::to_read(&self.path)?), &self.ran))
    }
}

/// A backup is on the disk before anybody relies on it, and is as private as the database.
fn keep(database: &Path, part: &Path, to: &Path) -> io::Result<()> {
    fs::set_permissions(part, fs::metadata(database)?.permissions())?;
    File::open(part)?.sync_all()?;
    fs::rename(part, to)?;
    let folder = to.parent().filter(|folder| !folder.as_os_str().is_empty());
    File::open(folder.unwrap_or(Path::new(".")))?.sync_all()
}
