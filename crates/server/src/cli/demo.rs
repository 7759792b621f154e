//! `wuwei demo`: a believable street, ready to walk through.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use clap::Args;
use db::Db;
use serde::Serialize;

use super::config::{self, Config, Outside};
use super::{Fault, door, fault, log, say, serve};
use crate::seed::{self, DemoPeople};

/// Where the passwords of the demonstration are kept, within the data folder.
const PEOPLE: &str = "people.json";

/// What `demo` can be told.
#[derive(Args, Debug)]
#[group(skip)]
pub(super) struct Flags {
    #[command(flatten)]
    usual: config::Flags,
    /// Begins anew: what the demonstration holds is deleted.
    #[arg(long, env = "WUWEI_FRESH")]
    fresh: bool,
    /// Ends when the data is in.
    #[arg(long, env = "WUWEI_PREPARE_ONLY")]
    prepare_only: bool,
    /// One line of JSON when ready, in place of the table.
    #[arg(long, env = "WUWEI_JSON")]
    json: bool,
}

/// What programs read when the demonstration is ready.
#[derive(Serialize)]
struct Ready<'a> {
    url: &'a str,
    people: &'a DemoPeople,
}

pub(super) async fn run(flags: Flags, outside: Outside) -> Result<ExitCode, Fault> {
    let config = flags.usual.clone().read("var/demo", outside)?;
    log::begin(&config);
    let listener = if flags.prepare_only { None } else { Some(door::open(config.listen).await?) };
    if flags.fresh {
        clear(&config).await?;
    }
    let app = serve::open(&config).await?;
    let file = config.data.join(PEOPLE);
    make(&config.data)?;
    let prepared = seed::demo(&app, &file).await;
    let people = prepared.map_err(|error| fault::of_opening(&error, &config.options.database))?;
    let Some(listener) = listener else {
        print(&people, "", &file, flags.json);
        return Ok(ExitCode::SUCCESS);
    };
    print(&people, &serve::url(&listener, config.listen), &file, flags.json);
    serve::serve(&config, app, listener).await
}

fn make(folder: &Path) -> Result<(), Fault> {
    fs::create_dir_all(folder).map_err(|error| {
        let shown = folder.display();
        Fault::new(format!("the folder {shown} cannot be made ({error}); name another with --data"))
    })
}

fn print(people: &DemoPeople, url: &str, file: &Path, json: bool) {
    if json {
        say(serde_json::to_string(&Ready { url, people }).unwrap_or_default());
        return;
    }
    say(format_args!("\n  Sign in as one of these (everybody is in {}):\n", file.display()));
    say(format_args!("  {:<20} {:<12} {:<11}  name", "role", "phone", "password"));
    for person in people.one_of_each() {
        let (role, name) = (&person.role, &person.name);
        say(format_args!("  {role:<20} {:<12} {:<11}  {name}", person.phone, person.password));
    }
    if url.is_empty() {
        say("\n  The data is in. Serve it with: wuwei demo\n");
        return;
    }
    say(format_args!("\n  Wuwei 五微 is at   {url}"));
    say(format_args!("  A building's page  {url}{}", seed::landing_page(people)));
    say("  Stop it with Ctrl-C; what you did is kept. --fresh begins anew.\n");
}

/// Deletes what an earlier demonstration left, and nothing that could be anything else.
async fn clear(config: &Config) -> Result<(), Fault> {
    match config.sqlite_file() {
        Some(file) => clear_sqlite(config, file)?,
        None => clear_postgres(&config.options.database).await?,
    }
    let files = PathBuf::from(&config.options.files);
    if files.starts_with(&config.data) {
        remove(&files.join("photos"))?;
    }
    remove(&config.data.join(PEOPLE))
}

fn clear_sqlite(config: &Config, file: &Path) -> Result<(), Fault> {
    if !file.exists() {
        return Ok(());
    }
    if !file.starts_with(&config.data) {
        return Err(Fault::new(format!(
            "{} lies outside the folder of the demonstration, {}, so --fresh leaves it alone; \
             delete it yourself or leave --fresh out",
            file.display(),
            config.data.display()
        )));
    }
    // Whoever still writes to it keeps it.
    if let Err(db::Error::Unfit(text)) = Db::open(&config.options.database)
        && text.contains("another process")
    {
        return Err(Fault::new(text));
    }
    let name = file.file_name().unwrap_or_default().to_string_lossy().into_owned();
    let entries = file.parent().map(fs::read_dir).and_then(Result::ok).into_iter().flatten();
    for entry in entries.filter_map(Result::ok) {
        let is_ours = entry.file_name().to_string_lossy().strip_prefix(&name).is_some_and(|end| {
            ["", "-wal", "-shm", ".lock"].contains(&end) || end.ends_with(".backup")
        });
        if is_ours {
            remove(&entry.path())?;
        }
    }
    Ok(())
}

async fn clear_postgres(database: &str) -> Result<(), Fault> {
    let told = |error: crate::error::Error| fault::of_opening(&error, database);
    let db = Db::open(database).map_err(|error| told(error.into()))?;
    let foreign = db.read(seed::foreign_tables).await.map_err(told)?;
    if let Some(table) = foreign.first() {
        return Err(Fault::new(format!(
            "the database holds tables that are not ours, such as {table}, so --fresh leaves it \
             alone; name an empty one with --database"
        )));
    }
    db.write(seed::clear).await.map_err(told)
}

fn remove(path: &Path) -> Result<(), Fault> {
    let removed = if path.is_dir() { fs::remove_dir_all(path) } else { fs::remove_file(path) };
    match removed {
        Err(error) if error.kind() != std::io::ErrorKind::NotFound => Err(Fault::new(format!(
            "{} cannot be deleted ({error}); delete it yourself",
            path.display()
        ))),
        _ => Ok(()),
    }
}
