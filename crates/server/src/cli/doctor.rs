//! `wuwei doctor`: looks an installation over, one line a check, and names the remedy.

use std::fs::{self, File};
use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use db::{Db, Engine};
use jiff::{SignedDuration, Timestamp};

use super::config::Config;
use super::{Fault, fault, say};
use crate::clock::Clock;
use crate::error::Error;
use crate::files::{PHOTOS_FREE_MIN, room};
use crate::health::{Schema, schema};
use crate::{grid, requests};

/// From here down the records themselves are in danger (source: durability, free space).
const RECORDS_FREE_MIN: u64 = 1 << 30;
/// This program did not exist before.
const NOT_BEFORE: &str = "2026-01-01T00:00:00Z";
/// Clocks of two machines differ by this much, and nothing is wrong.
const DRIFT: SignedDuration = SignedDuration::from_mins(1);

/// What a check found: a sentence, or a sentence with its remedy.
type Finding = Result<String, String>;

/// One line a check; 1 where something is wrong.
pub(super) async fn run(config: Config) -> Result<ExitCode, Fault> {
    let now = Clock::System.now();
    let mut findings = vec![("address", address(&config)), ("clock", clock(now))];
    for folder in folders(&config) {
        findings.push(("folder", writable(&folder)));
        findings.push(("space", space(&folder)));
    }
    findings.extend(database(&config, now).await);
    let mut is_well = true;
    for (what, finding) in findings {
        is_well &= finding.is_ok();
        let (word, found) = match finding {
            Ok(found) => ("ok", found),
            Err(found) => ("fault", found),
        };
        say(format_args!("{word:<6} {what:<9} {found}"));
    }
    Ok(ExitCode::from(u8::from(!is_well)))
}

fn address(config: &Config) -> Finding {
    let (url, secure) = (&config.options.public_url, config.options.secure);
    match url {
        url if url.is_empty() => Ok("printed codes carry the address that the browser used".into()),
        url if !url.starts_with("https://") && !url.starts_with("http://") => {
            Err(format!("{url} is no address; begin --public-url with https://"))
        }
        url if url.starts_with("https://") && !secure => Err(format!(
            "residents come by {url}, but cookies would travel without TLS too; add \
             --secure-cookies"
        )),
        url => Ok(format!("residents come by {url}")),
    }
}

fn clock(now: Timestamp) -> Finding {
    let begin: Timestamp = NOT_BEFORE.parse().unwrap_or(Timestamp::UNIX_EPOCH);
    if now < begin {
        return Err(format!("it says {now}, which is long ago; set it, and let NTP keep it"));
    }
    Ok(format!("it says {now:.0}"))
}

/// Where the database and the files lie, each once.
fn folders(config: &Config) -> Vec<PathBuf> {
    let mut folders = Vec::new();
    let database = config.sqlite_file().and_then(Path::parent).map(Path::to_path_buf);
    folders.extend(database);
    let files = &config.options.files;
    if !files.contains("://") {
        folders.push(PathBuf::from(files));
    }
    folders.dedup();
    folders
}

fn writable(folder: &Path) -> Finding {
    let shown = folder.display();
    if !folder.exists() {
        let above = existing(folder);
        let may = try_to_write(&above);
        return may.map(|()| format!("{shown} is not there yet; serving makes it")).map_err(
            |error| {
                let above = above.display();
                format!("{shown} cannot be made in {above} ({error}); name another with --data")
            },
        );
    }
    match try_to_write(folder) {
        Ok(()) => Ok(format!("{shown} can be written")),
        Err(error) => Err(format!(
            "{shown} cannot be written ({error}); give this user the right, or name another with \
             --data"
        )),
    }
}

fn try_to_write(folder: &Path) -> std::io::Result<()> {
    let name = folder.join(format!(".doctor-{}", std::process::id()));
    let written = File::create(&name).and_then(|mut file| {
        file.write_all(b"well?")?;
        file.sync_all()
    });
    let _ = fs::remove_file(&name);
    written
}

fn existing(folder: &Path) -> PathBuf {
    let above = folder.ancestors().find(|above| above.exists());
    above.map_or_else(|| PathBuf::from("."), Path::to_path_buf)
}

fn space(folder: &Path) -> Finding {
    let there = existing(folder);
    let room = room(&there).map_err(|error| {
        format!("the disk of {} cannot be asked ({error}); look at it with df", there.display())
    })?;
    let free = format!("{} MiB are free beneath {}", room.free >> 20, folder.display());
    if room.free < RECORDS_FREE_MIN {
        return Err(format!("{free}; free {} MiB at once", (RECORDS_FREE_MIN - room.free) >> 20));
    }
    if !room.takes_photos() {
        let missing = (PHOTOS_FREE_MIN - room.free) >> 20;
        return Err(format!("{free}, so photos are refused; free {missing} MiB more"));
    }
    Ok(free)
}

async fn database(config: &Config, now: Timestamp) -> Vec<(&'static str, Finding)> {
    let url = &config.options.database;
    let shown = fault::without_password(url);
    if config.sqlite_file().is_some_and(|file| !file.exists()) {
        return vec![("database", Ok(format!("{shown} is not there yet; serving makes it")))];
    }
    let (db, found) = match open(url).await {
        Ok((db, found)) => (db, format!("{shown} {found}")),
        Err(error) => {
            return vec![("database", Err(fault::of_opening(&error, url).to_string()))];
        }
    };
    vec![("database", Ok(found)), ("version", version(&db).await), ("time", latest(&db, now).await)]
}

/// Opens it as serving would, which refuses settings that could lose an answer; beside a process
/// that serves already, it only reads.
async fn open(url: &str) -> Result<(Db, &'static str), Error> {
    match Db::open(url) {
        Ok(db) => {
            db.health().await?;
            let found = match db.engine() {
                Engine::Sqlite => "can be written, and its settings keep what is answered",
                Engine::Postgres => "can be written, and fsync and full_page_writes are on",
            };
            Ok((db, found))
        }
        Err(db::Error::Unfit(text)) if text.contains("another process") => {
            Ok((Db::open_to_read(url)?, "is being served by another process"))
        }
        Err(error) => Err(error.into()),
    }
}

async fn version(db: &Db) -> Finding {
    match db.read(schema).await {
        Ok(Schema::UpToDate) => Ok("the schema is up to date".into()),
        Ok(Schema::Behind(n)) => Ok(format!("{n} migrations are to come; serving applies them")),
        Ok(Schema::Unknown) => Err("another version of this program made the schema; start that \
                                    version, or restore a backup"
            .into()),
        Err(_) => Ok("it is empty; serving makes the schema".into()),
    }
}

/// What is on record did not happen in the future.
async fn latest(db: &Db, now: Timestamp) -> Finding {
    let latest = db.read(|tx| {
        let mut latest = 0;
        for served in grid::streets(tx)? {
            latest = latest.max(requests::latest_change(tx, served.street)?);
        }
        Ok::<_, Error>(latest)
    });
    let latest = latest.await.ok().and_then(|at| Timestamp::from_microsecond(at).ok());
    match latest {
        Some(at) if at > now + DRIFT => Err(format!(
            "the last change is of {at:.0}, which is still to come; set this machine's clock"
        )),
        Some(at) if at > Timestamp::UNIX_EPOCH => Ok(format!("the last change is of {at:.0}")),
        _ => Ok("nothing has happened yet".into()),
    }
}
