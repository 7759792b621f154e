//! PostgreSQL beside `pgbench`, which runs the same statements on the same number of connections.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::Duration;

use db::{Db, Limits};

use super::engine::Engine;
use super::speed::Speed;
use super::street::{Street, broken};
use crate::cli::Fault;

/// Connections of ours, and of pgbench.
const CONNECTIONS: usize = 8;
/// Clients of ours: twice as many, so that no connection waits for one.
pub const CLIENTS: usize = 16;

/// What was measured on PostgreSQL.
#[derive(Default)]
pub struct Postgres {
    pub speed: Speed,
    /// Commands a second of pgbench; nothing where it is not installed.
    pub limit: Option<f64>,
}

/// A database on the named server that goes again.
pub struct Beside {
    server: String,
    name: String,
    pub url: String,
}

impl Beside {
    /// Makes it.
    pub async fn make(server: &str) -> Result<Self, Fault> {
        Self::make_named(server, "speed").await
    }

    /// Makes one of several.
    pub async fn make_named(server: &str, what: &str) -> Result<Self, Fault> {
        let name = format!("wuwei_bench_{what}_{}", std::process::id());
        let (server, name) = (server.to_owned(), name);
        let (asked, called) = (server.clone(), name.clone());
        let made = move || db::bench::postgres_beside(&asked, &called);
        let url = super::aside(made).await?.map_err(broken)?;
        Ok(Self { server, name, url })
    }

    /// Drops it.
    pub async fn drop(self) -> Result<(), Fault> {
        let gone = move || db::bench::postgres_gone(&self.server, &self.name);
        super::aside(gone).await?.map_err(broken)
    }
}

/// Measures ours and pgbench in turns. `here` is the street on which the statements were written
/// down.
pub async fn measured(
    url: &str,
    (here, engine): (&Street, &Engine),
    folder: &Path,
    (rounds, lasting): (u32, Duration),
) -> Result<Postgres, Fault> {
    let folder = folder.join("postgres");
    fs::create_dir_all(&folder).map_err(|error| Fault::new(error.to_string()))?;
    let street = Street::found(url, &folder).await?;
    let limits = Limits { workers: CONNECTIONS, ..Limits::default() };
    let street = street.over(Db::open_within(url, limits).map_err(broken)?);
    let people = [(here.resident, street.resident), (here.worker, street.worker)];
    let script = engine.script(&people);
    let file = folder.join("commands.pgbench");
    fs::write(&file, &script.text).map_err(|error| Fault::new(error.to_string()))?;
    let pgbench = pgbench();
    let (mut found, mut limits) = (Postgres::default(), Vec::new());
    for round in 0..rounds {
        found.speed.add(street.commands(CLIENTS, lasting).await?);
        let Some(pgbench) = &pgbench else { continue };
        let mut command = Command::new(pgbench);
        command.args(["--no-vacuum", "--protocol=prepared", "--jobs=2"]);
        command.arg(format!("--client={CONNECTIONS}"));
        command.arg(format!("--time={}", lasting.as_secs_f64().ceil()));
        // Each run counts on where no earlier one came.
        command.arg(format!("--define=n={}", round * 1_000_000));
        for (name, value) in &script.values {
            command.arg(format!("--define={name}={value}"));
        }
        command.arg("--file").arg(&file).arg(url);
        limits.push(super::aside(move || ran(command)).await??);
    }
    found.limit = (!limits.is_empty())
        .then(|| limits.iter().sum::<f64>() / super::speed::count(limits.len()));
    Ok(found)
}

/// Commands a second of one run; a transaction of its script holds two.
fn ran(mut command: Command) -> Result<f64, Fault> {
    let failed = |what: &str| Fault::new(format!("pgbench cannot measure: {what}"));
    let output = command.output().map_err(|error| failed(&error.to_string()))?;
    if !output.status.success() {
        return Err(failed(&String::from_utf8_lossy(&output.stderr)));
    }
    let text = String::from_utf8_lossy(&output.stdout);
    let pairs = text.lines().find_map(|line| line.strip_prefix("tps = "));
    let pairs = pairs.and_then(|rest| rest.split(' ').next()?.parse::<f64>().ok());
    pairs.map(|pairs| pairs * 2.0).ok_or_else(|| failed("it does not tell its speed"))
}

/// Where pgbench is: on the way of the shell, or where Debian keeps each version.
fn pgbench() -> Option<PathBuf> {
    let on_the_way = Command::new("pgbench").arg("--version").output().is_ok();
    if on_the_way {
        return Some("pgbench".into());
    }
    let versions = fs::read_dir("/usr/lib/postgresql").ok()?.filter_map(Result::ok);
    let mut found: Vec<PathBuf> =
        versions.map(|it| it.path().join("bin/pgbench")).filter(|it| it.exists()).collect();
    found.sort();
    found.pop()
}
